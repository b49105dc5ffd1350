"""Making rollups anew from the stored events, a day at a time and the oldest first, while loading goes on.

What a rollup has of a day follows from the events of that day alone, so a day can be made at any time, and again. Loads
add to days that are not made yet too; when one is made, their rows go with all others of the day. Of a game whose
events of the day are gone (`store/raw_gone.py`) nothing is made: what is there of it stays.
"""

from __future__ import annotations

import datetime as dt
import logging
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import LiteralString

import duckdb

from playtrace.config import Settings
from playtrace.load import steps
from playtrace.rollups import ROLLUPS, players, position_spans
from playtrace.rollups.rollup import IS_WHOLE, SOURCE_OF_EVENTS, Rollup
from playtrace.store.duckdb import Store
from playtrace.store.errors import StoreDamaged

log = logging.getLogger("playtrace.load")

OF_DAY: LiteralString = "    WHERE time >= $from AND time < $to AND " + IS_WHOLE + "\n"

# From where the day's samples lead, which may be another day.
SPANS_OF_DAY: LiteralString = (
    "SELECT * FROM ("
    + position_spans.ROLLUP.merged_across_days(
        position_spans.ROLLUP.rows(
            SOURCE_OF_EVENTS
            + """    WHERE name = 'position' AND session_id IN (
        SELECT session_id FROM main.events WHERE time >= $from AND time < $to AND name = 'position'
    )
"""
        )
    )
    + ") AS spans WHERE time >= $from AND time < $to AND "
    + IS_WHOLE
    + " ORDER BY "
    + position_spans.ROLLUP.order
)

DUE: LiteralString = "SELECT min(built_to) FROM rollup_builds WHERE built_to IS NOT NULL"

# To the next day of which there are events, if there is one.
MOVE_ON: LiteralString = """
UPDATE rollup_builds
SET built_to = (SELECT min(time)::DATE FROM main.events WHERE time >= $to)
WHERE rollup = $rollup
"""


REST = 1.0
"""After a day was made anew, loading goes on alone for this many times as long as that took."""


class Rebuild:
    """`work` makes one day after the other; `touched` is told which."""

    def __init__(self, store: Store, settings: Settings, touched: Callable[[Iterable[dt.date]], None]) -> None:
        self._store = store
        self._touched = touched
        self._settings = settings
        self.day: dt.date | None = None
        """Days before it are made, of all rollups; None: all are."""
        with suppress(StoreDamaged):  # then nothing can be made
            self.day = self._find_due()

    def work(self) -> float | None:
        """Make one day of the rollups that lack it. How long to rest then; None when nothing was to be done."""
        day = self.day
        if day is None:
            return None
        began = time.monotonic()
        with self._store.writing() as connection:
            due = connection.execute("SELECT rollup FROM rollup_builds WHERE built_to = ?", [day]).fetchall()
            for rollup in [rollup for rollup in ROLLUPS if (rollup.table,) in due]:
                build_day(connection, rollup, day, self._settings)
                borders = {"to": day + dt.timedelta(days=1), "rollup": rollup.table}
                connection.execute(MOVE_ON, borders)
        self.day = self._find_due()
        # Its heatmaps follow when nobody touches it any more.
        self._touched([day])
        seconds = time.monotonic() - began
        log.debug("a day was made anew", extra={"day": day.isoformat(), "seconds": seconds})
        if self.day is None:
            log.info("the rollups are made anew")
        return REST * seconds

    def _find_due(self) -> dt.date | None:
        return self._store.query(DUE).to_pylist()[0]["min(built_to)"]


def build_day(connection: duckdb.DuckDBPyConnection, rollup: Rollup, day: dt.date, settings: Settings) -> None:
    """Replace what a rollup has of a day (UTC) by what the events of it say, in the caller's transaction: of all games
    whose events of the day are there."""
    bound: dict[str, object] = {
        "from": day,
        "to": day + dt.timedelta(days=1),
        "session_timeout": dt.timedelta(minutes=settings.rules.session_timeout_minutes),
    }

    def execute(sql: LiteralString) -> None:
        statement = connection.extract_statements(sql)[0]
        connection.execute(statement, {name: bound[name] for name in statement.named_parameters})

    execute("DELETE FROM " + rollup.table + " WHERE " + rollup.of_day() + " AND " + IS_WHOLE)
    if rollup is players.ROLLUP:
        execute(steps.find_new_players(SOURCE_OF_EVENTS + OF_DAY))
        execute(steps.FORGET_LATER_PLAYERS)
        execute(steps.MEET_PLAYERS)
    elif rollup is position_spans.ROLLUP:
        execute("INSERT INTO position_spans " + SPANS_OF_DAY)
    else:
        execute("INSERT INTO " + rollup.table + " " + rollup.of_events(SOURCE_OF_EVENTS + OF_DAY))
