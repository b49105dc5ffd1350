"""Which days of a table are worth laying in order: rows that are asked for together then lie together.

Some tables have a row for each event, and nothing of them is merged. But a question is about one name or a few, and
what each load left has rows of all names: so nearly all pieces of the table are read for each question. Laid by name,
what a week has is a few pieces, and most of these have one name alone.

A week (UTC) is laid together, or a day by itself that has very many rows. It is laid again when a fifth of its rows
came since: so a row is laid a few times, however long events go on coming.
"""

from __future__ import annotations

import datetime as dt
from typing import LiteralString

from msgspec import Struct

from playtrace.store.duckdb import Store

ROWS_MIN = 100_000
"""Fewer are one piece, whatever their order."""
ROWS_OF_WEEK_MAX = 1_000_000
"""What is laid together waits in memory, and loading waits for it: a second or two."""
SCATTERED_SHARE = 0.2

# In the order in which they lie. A row is scattered that has a greater name before it.
_scattered: LiteralString = """
SELECT count(*) AS rows, count(CASE WHEN name < greatest_before THEN 1 END) AS scattered
FROM (
    SELECT name, max(name) OVER (
            PARTITION BY game_id, env ORDER BY rowid ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS greatest_before
    FROM main.{table}
    WHERE time >= $from AND time < $to
) AS lying
"""
_rows: LiteralString = "SELECT count(*) AS rows FROM main.{table} WHERE time >= $from AND time < $to"


class Days(Struct, frozen=True):
    """From a day (UTC) on, up to another."""

    start: dt.date
    end: dt.date

    @property
    def bound(self) -> dict[str, object]:
        return {"from": self.start, "to": self.end}


def days_to_lay(store: Store, table: LiteralString, day: dt.date) -> Days | None:
    """The days around one that are worth laying, if they are; of a table with `time` and `name` that lies by names."""
    monday = day - dt.timedelta(days=day.weekday())
    with store.reading() as reader:
        days = Days(monday, monday + dt.timedelta(days=7))
        rows = reader.rows(_rows.format(table=table), days.bound)[0]["rows"]
        if rows > ROWS_OF_WEEK_MAX:
            days = Days(day, day + dt.timedelta(days=1))
            rows = reader.rows(_rows.format(table=table), days.bound)[0]["rows"]
        if rows < ROWS_MIN:
            return None
        (found,) = reader.rows(_scattered.format(table=table), days.bound)
        return days if found["scattered"] > SCATTERED_SHARE * found["rows"] else None
