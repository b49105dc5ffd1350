"""Events as `game_api.ingest_columns` takes them: what those of a session have in common once, and arrays of the rest.

A good part of what an event costs a database is to read it: text that many events of a slice say alike, numbers, times.
"""

from __future__ import annotations

from typing import Any, LiteralString

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from msgspec import Struct

from playtrace.mirrors.postgresql.arrays import BinaryArray, Kind, array_of
from playtrace.mirrors.slices import JsonRows

AS_JSON: dict[LiteralString, LiteralString] = {
    "time": "strftime(time, '%Y-%m-%dT%H:%M:%S.%fZ') AS time",
    "client_time": "strftime(client_time, '%Y-%m-%dT%H:%M:%S.%fZ') AS client_time",
    "received_at": "strftime(received_at, '%Y-%m-%dT%H:%M:%S.%fZ') AS received_at",
    "props": "props::JSON AS props",
}
IN_COMMON: tuple[LiteralString, ...] = (
    *("game_id", "player_id", "session_id", "device_id", "env", "platform", "os", "version", "build", "country"),
    *("region", "source"),
)
KINDS: dict[LiteralString, Kind] = {
    "event_id": "uuid",
    "name": "text",
    "time": "timestamptz",
    "received_at": "timestamptz",
    "client_time": "timestamptz",
    "seq": "bigint",
    "mono_ms": "bigint",
    "severity": "text",
    "match_id": "text",
    "level": "text",
    "map": "text",
    "x": "double precision",
    "y": "double precision",
    "z": "double precision",
    "value": "double precision",
    "currency": "text",
    "props": "jsonb",
    "journal_offset": "bigint",
    "position": "integer",
}
"""Of the columns that each event has for itself."""

CALL: LiteralString = """SELECT taken FROM game_api.ingest_columns(
    contexts => %(contexts)s::json, context => %(context)s::integer[], {named}
)"""


class Columns(Struct, frozen=True):
    """A call of `ingest_columns`: its arguments, and their values."""

    sql: LiteralString
    values: dict[str, str | BinaryArray]


def columns_of(events: pa.Table, rows: JsonRows) -> Columns:
    """Of a slice's events, of which there is at least one. Columns that say nothing are left out."""
    said = said_by(events)
    own: list[LiteralString] = [name for name in KINDS if name in said]
    first, context = _alike(events.select([name for name in IN_COMMON if name in said]))
    values: dict[str, str | BinaryArray] = {
        "contexts": rows.array_of(first),
        "context": array_of(pa.chunked_array([context + 1], pa.int32()), "integer"),
    }
    values |= {name: array_of(events[name], KINDS[name]) for name in own}
    named: list[LiteralString] = [f'"{name}" => %({name})s::{KINDS[name]}[]' for name in own]
    return Columns(CALL.format(named=", ".join(named)), values)


def said_by(rows: pa.Table) -> set[str]:
    """The columns that say anything: each null that is written has to be read."""
    return {name for name in rows.column_names if rows[name].null_count < rows.num_rows}


def _alike(rows: pa.Table) -> tuple[pa.Table, npt.NDArray[np.int32]]:
    """Different rows, each once, and the place among them of every row."""
    place: npt.NDArray[np.int64] = np.zeros(rows.num_rows, np.int64)
    first: npt.NDArray[np.int64] = np.zeros(1, np.int64)
    for column in rows.columns:
        coded: Any = column.combine_chunks().dictionary_encode(null_encoding="encode")
        codes = coded.indices.to_numpy()
        _, first, place = np.unique(place * len(coded.dictionary) + codes, return_index=True, return_inverse=True)
    return rows.take(first), place.astype(np.int32)
