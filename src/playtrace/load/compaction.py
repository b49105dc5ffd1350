"""Merging the partial rows of rollups in place, a day of one rollup at a time.

Every load appends rows of its own, so a day that many loads touched has many rows for what could be one.
Merging any part of them gives the same answers as merging all: compaction is free to stop, to be repeated,
and to never happen. It has its turns between loads, because there is one writer.
"""

from __future__ import annotations

import datetime as dt
import logging
import threading
import time
from collections import defaultdict
from collections.abc import Iterable
from contextlib import suppress
from typing import LiteralString

import duckdb
from msgspec import Struct

from playtrace.config import Settings
from playtrace.load.laying import days_to_lay
from playtrace.rollups import (
    event_counts,
    heat_days,
    jwc_usage,
    located_events,
    map_extents,
    noted_events,
    path_days,
    performance_days,
    player_days,
    players,
    position_tails,
    sessions,
)
from playtrace.rollups.rollup import IS_WHOLE, Rollup
from playtrace.store.duckdb import Store
from playtrace.store.errors import StoreDamaged

log = logging.getLogger("playtrace.load")

LOADS_BEFORE_COMPACTION = 50
"""A day that is still being loaded is compacted after this many loads touched it."""
REST = 4.0
"""After each step of compaction loading goes on alone for this many times as long as the step took."""
QUIET_S = 20.0
"""A day that loads touched is compacted when none did for so long."""
TIDY_LOADS = 50
"""After so many loads the store is tidied when it is quiet ..."""
TIDY_S_MAX = 6 * 3600.0
"""... or after so long, if it never is."""


BOOKS_MERGED: LiteralString = """
SELECT game_id, hour, outcome, reason, sum(events)::BIGINT AS events
FROM books
WHERE hour >= $from AND hour < $to
GROUP BY game_id, hour, outcome, reason
ORDER BY hour
"""


class Task(Struct, frozen=True):
    """How the rows of one day of a table are merged. `$from` and `$to` are the borders."""

    table: LiteralString
    merge: LiteralString
    delete: LiteralString
    when_quiet: bool = False
    """Only of days that loads leave alone: the next one to touch the day would undo it."""
    is_laid: bool = False
    """Its rows are not merged but laid in order: of the days around, and only where it is worth it."""


def _of(rollup: Rollup) -> Task:
    of_day: LiteralString = rollup.table + " WHERE " + rollup.of_day()
    return Task(rollup.table, rollup.in_order("SELECT * FROM " + of_day), "DELETE FROM " + of_day)


def _made_of_day(table: LiteralString, merge: LiteralString, *, of_events: bool = False) -> Task:
    """What is made of the other tables when a day has come to rest: `of_events`, while they are all there."""
    delete: LiteralString = "DELETE FROM " + table + " WHERE day >= $from AND day < $to"
    return Task(table, merge, delete + (" AND " + IS_WHOLE if of_events else ""), when_quiet=True)


def _laid(rollup: Rollup) -> Task:
    """Of what has a row for each event: where it lies is all that changes."""
    of_days: LiteralString = rollup.table + " WHERE " + rollup.of_day()
    rows: LiteralString = "SELECT * FROM " + of_days + " ORDER BY " + rollup.order
    return Task(rollup.table, rows, "DELETE FROM " + of_days, when_quiet=True, is_laid=True)


HEAT = _made_of_day(heat_days.TABLE, heat_days.MERGED)
PATHS = _made_of_day(path_days.TABLE, path_days.MERGED, of_events=True)

TASKS: tuple[Task, ...] = (
    # Spans and samples are as few as they can be. Players are too, but lie as they came.
    *(
        _of(module.ROLLUP)
        for module in (event_counts, player_days, players, sessions, position_tails, map_extents, jwc_usage)
    ),
    HEAT,
    _made_of_day(performance_days.TABLE, performance_days.MERGED),
    PATHS,
    _laid(noted_events.ROLLUP),
    _laid(located_events.ROLLUP),
    Task("books", BOOKS_MERGED, "DELETE FROM books WHERE hour >= $from AND hour < $to"),
)

DAYS_WITHOUT_HEAT: LiteralString = """
SELECT DISTINCT day FROM map_extents ANTI JOIN heat_days USING (game_id, env, day) WHERE name = 'position'
"""

DAYS_WITHOUT_PERFORMANCE: LiteralString = """
SELECT DISTINCT CAST(slot AS DATE) AS day FROM event_counts
WHERE name = 'performance' AND CAST(slot AS DATE) NOT IN (SELECT day FROM performance_days)
"""

DAYS_WITHOUT_PATHS: LiteralString = f"""
SELECT DISTINCT CAST(slot AS DATE) AS day FROM event_counts
WHERE {path_days.IS_NODE} AND CAST(slot AS DATE) NOT IN (SELECT day FROM path_days)
"""

# Whether what the cells of a day are made of is being made anew itself.
IS_UNFINISHED: LiteralString = "SELECT 1 FROM rollup_builds WHERE built_to <= ?"


class Compaction:
    """Knows which days were touched, and merges them when it is time."""

    def __init__(self, store: Store, settings: Settings) -> None:
        self._store = store
        self._settings = settings
        self._touching = threading.Lock()
        self._loads: dict[dt.date, int] = {}
        self._touched_at: dict[dt.date, float] = {}
        self._due: dict[tuple[dt.date, Task], None] = {}
        """In the order in which they came."""
        self._loads_since_tidy = 0
        self._loaded_at = self._tidied_at = time.monotonic()
        # What the process before this one left behind is not known: the last days are looked at once, and those of
        # which no heatmap, no histogram or no paths were made yet.
        today = dt.datetime.now(dt.UTC).date()
        self.touch(today - dt.timedelta(days=days) for days in range(3))
        with suppress(StoreDamaged):  # then there is nothing to be merged either
            for days in (DAYS_WITHOUT_HEAT, DAYS_WITHOUT_PERFORMANCE, DAYS_WITHOUT_PATHS):
                self.touch(row["day"] for row in store.query(days).to_pylist())

    def touch(self, days: Iterable[dt.date]) -> None:
        """A load appended rows to these days (UTC)."""
        with self._touching:
            now = self._loaded_at = time.monotonic()
            self._loads_since_tidy += 1
            for day in days:
                self._loads[day] = self._loads.get(day, 0) + 1
                self._touched_at[day] = now

    def merge(self) -> float | None:
        """Merge one day of one rollup, if one is due. How long to rest then; None when none was."""
        began = time.monotonic()
        self._find_due()
        if not self._due:
            return None
        day, task = next(iter(self._due))
        # Behind all others, if it fails.
        del self._due[day, task]
        self._due[day, task] = None
        compact(self._store, task, day, self._settings)
        del self._due[day, task]
        seconds = time.monotonic() - began
        log.debug("compacted", extra={"table": task.table, "day": day.isoformat(), "seconds": seconds})
        return REST * seconds

    def tidy(self) -> None:
        """Tidy the store, if it is time, and nobody else reads its file."""
        now = time.monotonic()
        with self._touching:
            is_time = now - self._loaded_at > QUIET_S or now - self._tidied_at > TIDY_S_MAX
            loads = self._loads_since_tidy
        if loads < TIDY_LOADS or not is_time or not self._store.tidy():
            return
        with self._touching:
            self._loads_since_tidy -= loads
        self._tidied_at = now
        log.debug("tidied", extra={"seconds": round(time.monotonic() - now, 3)})

    def _find_due(self) -> None:
        now = time.monotonic()
        with self._touching:
            for day, loads in list(self._loads.items()):
                is_quiet = now - self._touched_at[day] > QUIET_S
                if is_quiet:
                    del self._loads[day]
                    del self._touched_at[day]
                elif loads >= LOADS_BEFORE_COMPACTION:
                    self._loads[day] = 0
                else:
                    continue
                for task in TASKS:
                    if is_quiet or not task.when_quiet:
                        self._due[day, task] = None


def compact(store: Store, task: Task, day: dt.date, settings: Settings) -> None:
    """Merge one day (UTC) of one table, or lay the days around it, in one transaction. Readers see it before or after,
    never between."""
    borders: dict[str, object] = {"from": day, "to": day + dt.timedelta(days=1)}
    if task.is_laid:
        days = days_to_lay(store, task.table, day)
        if days is None:
            return
        borders = days.bound
    parameters: dict[str, object] = dict(borders)
    if "$session_timeout" in task.merge:
        parameters["session_timeout"] = dt.timedelta(minutes=settings.rules.session_timeout_minutes)
    with store.writing() as connection:
        if task is HEAT:
            if connection.execute(IS_UNFINISHED, [day]).fetchall():
                return
            parameters |= _grids(connection, borders)
        _replace(connection, task, borders, parameters)


def make_paths(store: Store, day: dt.date) -> None:
    """Make at once what sessions did first on a day (UTC), as its events are about to go."""
    borders: dict[str, object] = {"from": day, "to": day + dt.timedelta(days=1)}
    with store.writing() as connection:
        _replace(connection, PATHS, borders, borders)


def _replace(
    connection: duckdb.DuckDBPyConnection, task: Task, borders: dict[str, object], parameters: dict[str, object]
) -> None:
    connection.execute("CREATE OR REPLACE TEMP TABLE merged AS " + task.merge, parameters)
    connection.execute(task.delete, borders)
    connection.execute("INSERT INTO " + task.table + " SELECT * FROM merged")


def tidy_days(store: Store, settings: Settings, days: Iterable[dt.date]) -> None:
    """Make at once what is made of days that have come to rest: for a store that nobody loads."""
    for day in days:
        for task in TASKS:
            if task.when_quiet:
                compact(store, task, day, settings)


def _grids(connection: duckdb.DuckDBPyConnection, borders: dict[str, object]) -> dict[str, object]:
    """The size of cells of each map, as lists."""
    maps: defaultdict[tuple[str, str, str], list[map_extents.Ring]] = defaultdict(list)
    for game, env, map_, *ring in connection.execute(heat_days.EXTENTS, borders).fetchall():
        maps[game, env, map_].append(map_extents.Ring(*ring))
    columns = ("grid_game_id", "grid_env", "grid_map_id", "grid_cell_size")
    rows = [(*place, heat_days.fitting_cell_size(map_extents.core(classes))) for place, classes in maps.items()]
    return {name: [row[place] for row in rows] for place, name in enumerate(columns)}
