"""Merging the partial rows of rollups in place, a day of one rollup at a time.

Every load appends rows of its own, so a day that many loads touched has many rows for what could be one.
Merging any part of them gives the same answers as merging all: compaction is free to stop, to be repeated,
and to never happen. It runs on the loader's thread between loads, because there is one writer.
"""

from __future__ import annotations

import datetime as dt
import logging
import time
from collections.abc import Iterable
from typing import LiteralString

from msgspec import Struct

from playtrace.config import Settings
from playtrace.store.duckdb import Store
from playtrace.store.errors import StoreError

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


class Rollup(Struct, frozen=True):
    """How the partial rows of one day of a table are merged. `$from` and `$to` are the day's borders."""

    table: LiteralString
    merge: LiteralString
    delete: LiteralString
    when_quiet: bool = False
    """Only of days that loads leave alone: the next one to touch the day would undo it."""


ROLLUPS: tuple[Rollup, ...] = (
    Rollup(
        "event_counts",
        """
        SELECT game_id, slot, name, platform, version, country, currency,
            sum(events)::BIGINT, sum(value_micros), sum(frames), sum(frame_seconds)
        FROM event_counts
        WHERE slot >= $from AND slot < $to
        GROUP BY ALL
        ORDER BY game_id, slot
        """,
        "DELETE FROM event_counts WHERE slot >= $from AND slot < $to",
    ),
    Rollup(
        "player_days",
        """
        SELECT game_id, day, player_id, platform, version, country, bit_or(slots_am), bit_or(slots_pm)
        FROM player_days
        WHERE day >= $from AND day < $to
        GROUP BY ALL
        ORDER BY game_id, player_id
        """,
        "DELETE FROM player_days WHERE day >= $from AND day < $to",
    ),
    Rollup(
        "players",
        """
        SELECT game_id, player_id, min(first_seen),
            arg_min(platform, first_seen), arg_min(version, first_seen), arg_min(country, first_seen)
        FROM players
        WHERE first_seen >= $from AND first_seen < $to
        GROUP BY ALL
        """,
        "DELETE FROM players WHERE first_seen >= $from AND first_seen < $to",
    ),
    Rollup(
        "sessions",
        """
        SELECT game_id, session_id, arg_min(player_id, started_at),
            arg_min(platform, started_at), arg_min(version, started_at), arg_min(country, started_at),
            min(started_at) AS started_at, max(ended_at), max(mono_ms), sum(events)::BIGINT, sum(crashes)::BIGINT
        FROM sessions
        WHERE started_at >= $from AND started_at < $to
        GROUP BY game_id, session_id
        ORDER BY game_id, started_at
        """,
        "DELETE FROM sessions WHERE started_at >= $from AND started_at < $to",
    ),
    Rollup(
        "activity_islands",
        """
        SELECT game_id, player_id, arg_min(platform, started_at), arg_min(version, started_at),
            arg_min(country, started_at), min(started_at), max(ended_at), sum(events)::BIGINT, sum(crashes)::BIGINT
        FROM (
            SELECT *, sum(opens::INTEGER) OVER player AS island
            FROM (
                SELECT *, coalesce(started_at - max(ended_at) OVER earlier
                    > to_minutes($session_timeout_minutes), true) AS opens
                FROM activity_islands
                WHERE started_at >= $from AND started_at < $to
                WINDOW earlier AS (PARTITION BY game_id, player_id ORDER BY started_at, ended_at
                    ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
            ) AS gaps
            WINDOW player AS (PARTITION BY game_id, player_id ORDER BY started_at, ended_at
                ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
        ) AS islands
        GROUP BY game_id, player_id, island
        """,
        "DELETE FROM activity_islands WHERE started_at >= $from AND started_at < $to",
    ),
    Rollup(
        "position_tails",
        """
        SELECT game_id, session_id, tail.mono_ms, tail.seq, tail.time, tail.map, tail.x, tail.y, tail.z,
            tail.player_id, tail.platform, tail.version, tail.country
        FROM (
            SELECT game_id, session_id, arg_max(position_tails, (mono_ms, seq)) AS tail
            FROM position_tails
            WHERE time >= $from AND time < $to
            GROUP BY game_id, session_id
        ) AS last
        """,
        "DELETE FROM position_tails WHERE time >= $from AND time < $to",
    ),
    Rollup(
        "map_extents",
        """
        SELECT game_id, day, map, name, sum(events)::BIGINT,
            min(min_x), min(min_y), max(max_x), max(max_y), min(min_z), max(max_z)
        FROM map_extents
        WHERE day >= $from AND day < $to
        GROUP BY ALL
        ORDER BY game_id, map
        """,
        "DELETE FROM map_extents WHERE day >= $from AND day < $to",
    ),
    # The cells are those that a question about the last 30 days gets when it does not say which it wants.
    Rollup(
        "heat_days",
        """
        WITH
        grids AS (
            SELECT game_id, map, fitting_cell_size(max(max_x) - min(min_x), max(max_y) - min(min_y)) AS cell_size
            FROM map_extents
            WHERE name = 'position' AND day > $from::DATE - 30 AND day < $to
            GROUP BY game_id, map
        ),
        located AS (
            SELECT game_id, map, name, x, y, 1 AS events, 0 AS span_ms, player_bit
            FROM located_events
            WHERE time >= $from AND time < $to
            UNION ALL
            SELECT game_id, map, 'position', x, y, 0, least(span_ms, 20000), player_bit
            FROM position_spans
            WHERE time >= $from AND time < $to
        ),
        placed AS (
            SELECT game_id, map, name, cell_size,
                TRY_CAST(floor(x / cell_size) AS INTEGER) AS cx, TRY_CAST(floor(y / cell_size) AS INTEGER) AS cy,
                events, span_ms, player_bit
            FROM located JOIN grids USING (game_id, map)
        )
        SELECT game_id, $from::DATE, map, name, cell_size, cx, cy,
            sum(events)::BIGINT, sum(span_ms)::BIGINT, bit_or(1::UBIGINT << player_bit)
        FROM placed
        WHERE cx IS NOT NULL AND cy IS NOT NULL
        GROUP BY ALL
        ORDER BY game_id, map, name
        """,
        "DELETE FROM heat_days WHERE day >= $from AND day < $to",
        when_quiet=True,
    ),
    Rollup(
        "books",
        """
        SELECT game_id, hour, outcome, reason, sum(events)::BIGINT
        FROM books
        WHERE hour >= $from AND hour < $to
        GROUP BY ALL
        ORDER BY hour
        """,
        "DELETE FROM books WHERE hour >= $from AND hour < $to",
    ),
)


DAYS_WITHOUT_HEAT: LiteralString = """
SELECT DISTINCT day FROM map_extents ANTI JOIN heat_days USING (game_id, day) WHERE name = 'position'
"""


class Compaction:
    """Knows which days were touched, and merges them when it is time. Belongs to the loader's thread."""

    def __init__(self, store: Store, settings: Settings) -> None:
        self._store = store
        self._settings = settings
        self._loads: dict[dt.date, int] = {}
        self._touched_at: dict[dt.date, float] = {}
        self._due: list[tuple[dt.date, Rollup]] = []
        self._rest_until = 0.0
        self._loads_since_tidy = 0
        self._loaded_at = self._tidied_at = time.monotonic()
        # What the process before this one left behind is not known: the last days are looked at once, and those of
        # which no heatmap was made yet.
        today = dt.datetime.now(dt.UTC).date()
        self.touch(today - dt.timedelta(days=days) for days in range(3))
        self.touch(row["day"] for row in store.query(DAYS_WITHOUT_HEAT).to_pylist())

    def touch(self, days: Iterable[dt.date]) -> None:
        """A load appended rows to these days (UTC)."""
        now = self._loaded_at = time.monotonic()
        self._loads_since_tidy += 1
        for day in days:
            self._loads[day] = self._loads.get(day, 0) + 1
            self._touched_at[day] = now

    def step(self) -> bool:
        """Merge one day of one rollup, if one is due. False when nothing was."""
        began = time.monotonic()
        if began < self._rest_until:
            return False
        if not self._due:
            self._due = self._find_due()
        if not self._due:
            return self._tidy(began)
        day, rollup = self._due.pop()
        compact(self._store, rollup, day, self._settings)
        seconds = time.monotonic() - began
        self._rest_until = time.monotonic() + REST * seconds
        log.debug("compacted", extra={"rollup": rollup.table, "day": day.isoformat(), "seconds": seconds})
        return True

    def _tidy(self, now: float) -> bool:
        """Tidy the store, if it is time. False when it is not."""
        is_time = now - self._loaded_at > QUIET_S or now - self._tidied_at > TIDY_S_MAX
        if self._loads_since_tidy < TIDY_LOADS or not is_time:
            return False
        self._loads_since_tidy = 0
        self._tidied_at = now
        try:
            self._store.tidy()
        except StoreError as error:
            log.warning("store not tidied, will be tried again after some loads", extra={"error": str(error)})
        else:
            log.debug("tidied", extra={"seconds": round(time.monotonic() - now, 3)})
        return True

    def _find_due(self) -> list[tuple[dt.date, Rollup]]:
        now = time.monotonic()
        due: list[tuple[dt.date, Rollup]] = []
        for day, loads in list(self._loads.items()):
            is_quiet = now - self._touched_at[day] > QUIET_S
            if is_quiet:
                del self._loads[day]
                del self._touched_at[day]
            elif loads >= LOADS_BEFORE_COMPACTION:
                self._loads[day] = 0
            else:
                continue
            due += [(day, rollup) for rollup in ROLLUPS if is_quiet or not rollup.when_quiet]
        return due


def compact(store: Store, rollup: Rollup, day: dt.date, settings: Settings) -> None:
    """Merge one day (UTC) of one rollup in one transaction. Readers see it before or after, never between."""
    borders: dict[str, object] = {"from": day, "to": day + dt.timedelta(days=1)}
    parameters: dict[str, object] = dict(borders)
    if "$session_timeout_minutes" in rollup.merge:
        parameters["session_timeout_minutes"] = settings.rules.session_timeout_minutes
    with store.writing() as connection:
        connection.execute("CREATE OR REPLACE TEMP TABLE merged AS " + rollup.merge, parameters)
        connection.execute(rollup.delete, borders)
        connection.execute("INSERT INTO " + rollup.table + " SELECT * FROM merged")  # noqa: S608 - a table of ours
