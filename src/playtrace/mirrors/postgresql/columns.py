"""Events as `game_api.ingest_columns` takes them: what they have in common once, and an array of each other column.

Half of what an event costs a database is to read it; most of that is text that many events of a slice say alike.
"""

from __future__ import annotations

from typing import LiteralString

import pyarrow as pa
from msgspec import Struct

from playtrace.mirrors.slices import JsonRows

AS_JSON: dict[LiteralString, LiteralString] = {
    "time": "strftime(time, '%Y-%m-%dT%H:%M:%S.%fZ') AS time",
    "client_time": "strftime(client_time, '%Y-%m-%dT%H:%M:%S.%fZ') AS client_time",
    "received_at": "strftime(received_at, '%Y-%m-%dT%H:%M:%S.%fZ') AS received_at",
    "props": "props::JSON AS props",
}
IN_COMMON: tuple[LiteralString, ...] = (
    *("game_id", "name", "received_at", "player_id", "session_id", "device_id", "env", "platform", "os", "version"),
    *("build", "country", "region", "severity", "source", "match_id", "level", "map", "currency", "journal_offset"),
)
KINDS: dict[LiteralString, LiteralString] = {
    "event_id": "uuid[]",
    "time": "timestamptz[]",
    "client_time": "timestamptz[]",
    "seq": "bigint[]",
    "mono_ms": "bigint[]",
    "x": "double precision[]",
    "y": "double precision[]",
    "z": "double precision[]",
    "value": "double precision[]",
    "props": "jsonb[]",
    "position": "integer[]",
}
"""Of the columns that each event has for itself."""

QUOTED: LiteralString = r"""'"' || replace(replace(props, '\', '\\'), '"', '\"') || '"'"""

COLUMNS: LiteralString = """
WITH contexts AS MATERIALIZED (
    SELECT *, row_number() OVER () AS context FROM (SELECT DISTINCT {in_common} FROM rows) AS different
),
said AS (SELECT context, {in_common_as_json} FROM contexts)
SELECT
    (SELECT to_json(list(said ORDER BY context))::VARCHAR FROM said) AS contexts,
    '{{' || string_agg(context, ',') || '}}' AS context,
    {arrays}
FROM rows
JOIN contexts ON {alike}
"""

CALL: LiteralString = """SELECT taken FROM game_api.ingest_columns(
    contexts => %(contexts)s::json, context => %(context)s::integer[], {named}
)"""


class Columns(Struct, frozen=True):
    """A call of `ingest_columns`: its arguments, and their values."""

    sql: LiteralString
    values: dict[str, str]


def columns_of(events: pa.Table, rows: JsonRows) -> Columns:
    """Of a slice's events, of which there is at least one. Columns that say nothing are left out."""
    said = said_by(events)
    in_common: list[LiteralString] = [name for name in IN_COMMON if name in said]
    own: list[LiteralString] = [name for name in KINDS if name in said]
    written: list[LiteralString] = [AS_JSON.get(name, name) for name in in_common]
    alike: list[LiteralString] = [f"rows.{name} IS NOT DISTINCT FROM contexts.{name}" for name in in_common]
    arrays: list[LiteralString] = [_array(name, _element(name)) for name in own]
    sql = COLUMNS.format(
        in_common=", ".join(in_common),
        in_common_as_json=", ".join(written),
        alike=" AND ".join(alike),
        arrays=",\n    ".join(arrays),
    )
    [values] = rows.answer(events, sql)
    named: list[LiteralString] = [f'"{name}" => %({name})s::{KINDS[name]}' for name in own]
    return Columns(CALL.format(named=", ".join(named)), values)


def said_by(rows: pa.Table) -> set[str]:
    """The columns that say anything: each null that is written has to be read."""
    return {name for name in rows.column_names if rows[name].null_count < rows.num_rows}


def _array(name: LiteralString, element: LiteralString) -> LiteralString:
    """The text of an array of PostgreSQL, of all rows in one order."""
    return f"'{{' || string_agg(coalesce({element}, 'NULL'), ',') || '}}' AS \"{name}\""


def _element(name: LiteralString) -> LiteralString:
    if name == "props":
        return QUOTED
    return f"rows.{name}::VARCHAR || '+00'" if KINDS[name] == "timestamptz[]" else f"rows.{name}::VARCHAR"
