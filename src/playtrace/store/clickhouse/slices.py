"""What a slice of the embedded store is in ClickHouse: its rows for each table, as questions to DuckDB.

A slice are the events that came behind one journal offset and up to another. Its rollup rows are made of its events by
the definition of each rollup, as a load makes them of what it brings: partial rows, which say together what all of the
events would.
"""

from __future__ import annotations

import re
from typing import LiteralString

from msgspec import Struct

from playtrace.rollups import ROLLUPS
from playtrace.rollups.rollup import SOURCE_OF_EVENTS, Rollup, Sql
from playtrace.store.clickhouse.schema import EVENTS, SET_ASIDE, rows_table

IN_SLICE: Sql = "WHERE journal_offset > $after AND journal_offset <= $upto"

# Times that a client says may be any. Where properties are not there, ClickHouse has an empty object.
TOLD: dict[Sql, Sql] = {
    "event_id": "event_id::VARCHAR AS event_id",
    "client_time": "greatest(TIMESTAMP '1900-01-01', least(client_time, TIMESTAMP '2299-12-31')) AS client_time",
    "props": "coalesce(props::JSON::VARCHAR, '{}') AS props_text",
}
STORED_EVENTS: Sql = "SELECT " + ", ".join([TOLD.get(name, name) for name in EVENTS]) + " FROM main.events\n"


class SliceRows(Struct, frozen=True):
    """The rows of one table: a question with `$after`, `$upto` and what else its rollup wants to know."""

    table: Sql
    text: Sql

    def values(self, known: dict[str, object]) -> dict[str, object]:
        """Those of some values that the question names."""
        return {name: known[name] for name in re.findall(r"\$(\w+)", self.text)}


def _rows_of(rollup: Rollup) -> SliceRows:
    return SliceRows(rows_table(rollup), rollup.of_load(SOURCE_OF_EVENTS + IN_SLICE + "\n"))


COPIED: tuple[Rollup, ...] = tuple(
    rollup for rollup in ROLLUPS if rollup.makes_rows and rollup.table != "position_tails"
)
"""Rollups that a slice has rows of. Spans between positions need what was before: they are read from events there."""

ROWS: tuple[SliceRows, ...] = (
    *map(_rows_of, COPIED),
    SliceRows("set_aside", "SELECT " + ", ".join(SET_ASIDE) + " FROM set_aside " + IN_SLICE),
    # Behind all others: who sees an event finds it in the figures too.
    SliceRows("events", STORED_EVENTS + IN_SLICE + " ORDER BY journal_offset, position"),
)

HEAD: LiteralString = "SELECT coalesce(max(journal_offset), 0) AS head FROM loaded"
SOURCE: LiteralString = "SELECT journal_id::VARCHAR AS source FROM loaded ORDER BY rowid LIMIT 1"
# The last request may go on behind the last row.
NEXT: LiteralString = """
SELECT min(journal_offset) AS first, max(journal_offset) AS last, count(*) AS rows
FROM (
    SELECT journal_offset
    FROM (
        SELECT journal_offset FROM events WHERE journal_offset > $after
        UNION ALL
        SELECT journal_offset FROM set_aside WHERE journal_offset > $after
    ) AS waiting
    ORDER BY journal_offset
    LIMIT $rows_max
) AS next
"""
BOOKS_TOLD: LiteralString = """
SELECT game_id, hour, outcome, reason, sum(events)::BIGINT AS events, $told::BIGINT AS told
FROM books
WHERE hour >= $since::TIMESTAMP
GROUP BY game_id, hour, outcome, reason
"""
"""The books of these hours, whole."""
