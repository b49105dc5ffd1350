"""What a slice of the store holds: its events, and what was set aside, as tables of Arrow."""

from __future__ import annotations

import datetime as dt
from typing import Any, LiteralString

import duckdb
import pyarrow as pa
from msgspec import Struct

from playtrace.mirrors.target import Slice
from playtrace.store.columns import TOLD
from playtrace.store.duckdb import Reader

# Bound as a list, as there are none to many.
_IN_SLICE: LiteralString = """journal_offset > $after AND journal_offset <= $upto
  AND ($games::VARCHAR[] IS NULL OR list_contains($games::VARCHAR[], game_id))"""
# Rows of a slice: what a question says behind its FROM.
EVENTS_IN_SLICE: LiteralString = f"""events
WHERE {_IN_SLICE} AND ($since::TIMESTAMP IS NULL OR time >= $since::TIMESTAMP)"""
SET_ASIDE_IN_SLICE: LiteralString = f"""set_aside
WHERE {_IN_SLICE} AND ($since::TIMESTAMP IS NULL OR received_at >= $since::TIMESTAMP)"""

EVENTS: LiteralString = f"""
SELECT {TOLD}
FROM {EVENTS_IN_SLICE}
ORDER BY journal_offset, position
"""

SET_ASIDE: LiteralString = f"""
SELECT game_id, received_at, outcome, reason, error, body, journal_offset, position
FROM {SET_ASIDE_IN_SLICE}
ORDER BY journal_offset, position
"""


class SliceRows(Struct, frozen=True):
    """All of a slice."""

    events: pa.Table
    set_aside: pa.Table


def rows_of(slice_: Slice, moment: Reader) -> SliceRows:
    return SliceRows(events_of(slice_, moment), set_aside_of(slice_, moment))


def events_of(slice_: Slice, moment: Reader) -> pa.Table:
    """The events of a slice in the order of their arrival: the columns of `events` under the names that they were sent
    with, ids as text, properties as JSON text, times as TIMESTAMP in UTC."""
    return moment.query(EVENTS, bound(slice_))


def set_aside_of(slice_: Slice, moment: Reader) -> pa.Table:
    """What was quarantined or refused (of that: samples), with the reason. `game_id` is empty where none was named."""
    return moment.query(SET_ASIDE, bound(slice_))


def bound(slice_: Slice) -> dict[str, object]:
    """The parameters of `EVENTS_IN_SLICE` and `SET_ASIDE_IN_SLICE`, for a target's own questions too."""
    return {
        "after": slice_.after_offset,
        "upto": slice_.upto.journal_offset,
        "games": None if slice_.games is None else list(slice_.games),
        "since": None if slice_.since is None else slice_.since.astimezone(dt.UTC).replace(tzinfo=None),
    }


class JsonRows:
    """Makes JSON of tables, and other texts: in a database of its own, so that Python does not look at a row, and
    others may go on meanwhile. For one thread at a time."""

    def __init__(self) -> None:
        # Two threads would want a core that the loader needs.
        self._connection = duckdb.connect(config={"threads": 1, "memory_limit": "256MB", "temp_directory": ""})
        self._connection.execute("SET TimeZone = 'UTC'")

    def close(self) -> None:
        self._connection.close()

    def answer(self, table: pa.Table, sql: LiteralString) -> list[dict[str, Any]]:
        """What a question about the table, which is called `rows` in it, comes to."""
        self._connection.register("rows", table)
        try:
            return self._connection.sql(sql).to_arrow_table().to_pylist()
        finally:
            self._connection.unregister("rows")

    def array_of(self, table: pa.Table, columns: LiteralString = "*") -> str:
        """One JSON array with an object for each row, in their order. `columns` is what a SELECT of `rows` says: a
        column that is JSON text is written `props::JSON AS props`; a time, `strftime(time, '%xT%H:%M:%S.%fZ')`."""
        return "[" + ",\n".join(self.lines_of(table, columns)) + "]"

    def lines_of(self, table: pa.Table, columns: LiteralString = "*") -> list[str]:
        """As `array_of`: each row's object by itself."""
        asked = f"SELECT to_json(row)::VARCHAR AS line FROM (SELECT {columns} FROM rows) AS row"
        return [row["line"] for row in self.answer(table, asked)]
