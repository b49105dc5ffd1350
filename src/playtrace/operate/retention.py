"""Taking away what a game keeps no longer: by the policy that its people set (`registry/retention.py`).

First it is written down, in one transaction, up to which day what goes (`store/raw_gone.py`); then it goes, some rows
at a time, and loading goes on between them. Whoever asks knows from the first moment on what an answer lacks. What is
going follows from what was written down alone: after a kill the next start looks through the rows once more, and goes
on. The books of what was received stay; beside them stands how many of the stored events were removed.

A day is a day of UTC: what is kept for 30 days at any moment of 31 May (UTC) begins with 1 May.
"""

from __future__ import annotations

import datetime as dt
import logging
import re
import time
from collections.abc import Callable
from typing import Any, Literal, LiteralString

import duckdb
from msgspec import Struct

from playtrace.load.compaction import make_paths
from playtrace.registry.models import Game
from playtrace.registry.registry import Registry
from playtrace.registry.retention import RetentionPolicy, decoded
from playtrace.rollups import MADE_OF_DAYS, ROLLUPS, path_days, players
from playtrace.store.duckdb import Reader, Store
from playtrace.store.raw_gone import (
    CRASH_PROPERTIES,
    EVENTS,
    EVERYTHING,
    NOTHING_GONE,
    OTHER_NAMES,
    Gone,
    gone_of,
    note_gone,
)

log = logging.getLogger("playtrace.operate")

LOOK_S = 30.0
REST = 3.0
"""After each piece loading goes on alone for this many times as long as it took."""
ROWS_AT_ONCE = 122_880
"""Rows that one piece looks at: a row group of the store."""
GRACE = dt.timedelta(hours=1)
"""After a policy was changed nothing goes for so long, unless somebody says so: until then it can be changed back."""

# In `$first` to `$last`, by number of row. `gone_to` is the day before which an event of its name goes.
FIND_GOING: LiteralString = """
CREATE OR REPLACE TEMP TABLE going AS
SELECT events.rowid AS id, events.game_id, events.received_at
FROM events
LEFT JOIN removed_before AS own
    ON own.what = 'events' AND own.game_id = events.game_id AND own.name = events.name
LEFT JOIN removed_before AS other
    ON other.what = 'events' AND other.game_id = events.game_id AND other.name = ''
WHERE events.rowid BETWEEN $first AND $last AND events.time < $latest
  AND events.time < coalesce(own.day, other.day)
"""
BOOK_REMOVED: LiteralString = """
INSERT INTO removed_events
SELECT game_id, date_trunc('hour', received_at), 'retention', count(*) FROM going GROUP BY ALL
"""
REMOVE: LiteralString = """
DELETE FROM events WHERE rowid BETWEEN $first AND $last AND rowid IN (SELECT id FROM going)
"""
LATEST_OF_EVENTS: LiteralString = "SELECT max(day) FROM removed_before WHERE what = 'events'"
UNBUILT: LiteralString = "SELECT 1 FROM rollup_builds WHERE built_to IS NOT NULL LIMIT 1"
LAST_ROW: LiteralString = "SELECT max(rowid) FROM events"

# Days of which it is not kept yet what sessions did first, with how many events that is to be made of.
WITHOUT_PATHS: LiteralString = f"""
SELECT counted.day, counted.events
FROM (
    SELECT env, CAST(slot AS DATE) AS day, sum(events) AS events
    FROM event_counts
    WHERE game_id = $game AND slot >= $from AND slot < $to AND {path_days.IS_NODE}
    GROUP BY ALL
) AS counted
LEFT JOIN (
    SELECT env, day, sum(events) AS events FROM path_days WHERE game_id = $game AND events > 0 GROUP BY ALL
) AS made USING (env, day)
WHERE made.events IS DISTINCT FROM counted.events
ORDER BY counted.day, counted.events
"""

CRASH_NAMES: LiteralString = "('crash', 'error')"
# What a rollup reads of them stays: whether the game hung, or its process died.
STRIPPED: LiteralString = """CASE
    WHEN CAST(props.class AS VARCHAR) = 'hang' THEN '{"class":"hang"}'::JSON::VARIANT
    ELSE '{}'::JSON::VARIANT
END"""
STRIP_CRASHES: LiteralString = f"""
UPDATE events SET props = {STRIPPED}
WHERE rowid BETWEEN $first AND $last AND name IN {CRASH_NAMES} AND props IS NOT NULL AND time < (
    SELECT max(day) FROM removed_before AS gone WHERE gone.what = 'crash_properties' AND gone.game_id = events.game_id
) AND CAST(props AS JSON) <> CAST({STRIPPED} AS JSON)
"""
LATEST_OF_CRASHES: LiteralString = "SELECT max(day) FROM removed_before WHERE what = 'crash_properties'"

REMOVE_SET_ASIDE: LiteralString = "DELETE FROM set_aside WHERE game_id = $game AND received_at < $day"
IS_SET_ASIDE: LiteralString = "SELECT 1 FROM set_aside WHERE game_id = $game AND received_at < $day LIMIT 1"

# Of whom nothing is left; whoever is left came when they came.
FORGET_PLAYERS: LiteralString = """
DELETE FROM players
WHERE game_id = $game AND first_seen < $day AND (env, player_id) NOT IN (
    SELECT (env, player_id) FROM player_days WHERE game_id = $game
)
"""

What = Literal["events", "crash_properties", "everything"]

DATED: tuple[tuple[LiteralString, LiteralString], ...] = (
    *((rollup.table, rollup.day) for rollup in ROLLUPS if rollup is not players.ROLLUP),
    *((made.TABLE, "day") for made in MADE_OF_DAYS),
)
"""Tables of figures, and what says of which day (UTC) a row is."""


class Cut(Struct, frozen=True):
    """What goes: everything of its kind that happened before a day."""

    what: What
    name: str
    day: dt.date


def cuts(policy: RetentionPolicy, gone: Gone, today: dt.date) -> list[Cut]:
    """What a policy lets go on a day (UTC), beyond what is gone already."""

    def day_of(days: int | None) -> dt.date:
        return NOTHING_GONE if days is None else today - dt.timedelta(days=days)

    everything = day_of(policy.everything_days)
    found = [Cut(EVERYTHING, OTHER_NAMES, everything)] if everything > (gone.everything or NOTHING_GONE) else []
    wanted = {OTHER_NAMES: max(day_of(policy.events_days), everything)}
    for name in {*policy.names_days, *gone.by_name} - {OTHER_NAMES}:
        days = policy.names_days.get(name, policy.events_days)
        wanted[name] = max(day_of(days), everything)
    of_events = [Cut(EVENTS, name, day) for name, day in wanted.items() if day > gone.before(name)]
    if any(cut.name == OTHER_NAMES for cut in of_events):
        # A name with days of its own stands apart from now on, however much of it is gone.
        apart = [name for name in wanted if name not in gone.by_name and name != OTHER_NAMES]
        going = {cut.name for cut in of_events}
        found += [Cut(EVENTS, name, gone.before(name)) for name in apart if name not in going]
    found += sorted(of_events, key=lambda cut: cut.name, reverse=True)
    crashes = max(day_of(policy.crash_properties_days), everything)
    if crashes > (gone.crash_properties or NOTHING_GONE):
        found.append(Cut(CRASH_PROPERTIES, OTHER_NAMES, crashes))
    return found


class Retention:
    """`work` does the next piece; `progress` says how far it is."""

    def __init__(
        self,
        store: Store,
        registry: Registry,
        *,
        clock: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
        rows_at_once: int = ROWS_AT_ONCE,
    ) -> None:
        self._store = store
        self._registry = registry
        self._clock = clock
        self._rows_at_once = rows_at_once
        self._wanted: set[tuple[str, dt.datetime | None]] = set()
        """Games whose policy of that moment is not to wait for `GRACE`."""
        self._at: int | None = 0
        """Rows before it were looked through since something was last let go; None: all were."""
        self._days_done: set[tuple[str, dt.date]] = set()
        """Games and days up to which figures were removed, since the start."""
        self.rows: int | None = None
        """How many there are to be looked through."""
        self.removed = 0
        """Events, since the start."""
        self._has_freed = False
        self._paths_made: set[tuple[str, dt.date, int]] = set()
        """Games and days of which they were made, of so many events: one that has none stays without."""

    def run_now(self, game: Game) -> None:
        """Its policy holds at once, however lately it was changed."""
        self._wanted.add((game.id, game.retention_changed_at))

    def begins_at(self, game: Game) -> dt.datetime | None:
        """From when on its policy holds; None where it has none."""
        if game.retention_changed_at is None or (game.id, game.retention_changed_at) in self._wanted:
            return game.retention_changed_at
        return game.retention_changed_at + GRACE

    def has_freed(self) -> bool:
        """Whether something went since this was last asked: it may have left room in the file."""
        had, self._has_freed = self._has_freed, False
        return had

    @property
    def rows_looked_at(self) -> int | None:
        """Of `rows`, while something is being removed; else None."""
        return self._at

    def work(self) -> float | None:
        """Do one piece. How long to rest then; None when nothing was to be done."""
        began = time.monotonic()
        if not (self._let_go() or self._sweep() or self._remove_set_aside() or self._remove_figures()):
            return None
        self._has_freed = True
        return REST * (time.monotonic() - began)

    # ── what goes ────────────────────────────────────────────────────────────────────────────────────────

    def _let_go(self) -> bool:
        """Write down what goes from now on."""
        now = self._clock()
        is_new = False
        # What a rollup lacks is still to be made of the events that would go: they wait for it.
        if self._store.query(UNBUILT).num_rows:
            return False
        for game in self._registry.games.all():
            if not self._is_due(game, now):
                continue
            with self._store.reading(apart=True) as reader:
                gone = gone_of(reader, game.id)
                found = cuts(decoded(game.retention_json), gone, now.date())
            if found:
                with self._store.writing() as connection:
                    # What sessions did first follows from events alone, and is made of all of a day or not at all.
                    without_paths = self._without_paths(connection, game.id, gone, found)
                    for cut in found if without_paths is None else ():
                        note_gone(connection, game.id, cut.day, what=cut.what, name=cut.name)
                if without_paths is not None:
                    make_paths(self._store, without_paths)
                    return True
                self._at = 0
                is_new = True
                log.info("what a game keeps no longer goes", extra={"game": game.id, "cuts": len(found)})
        return is_new

    def _without_paths(
        self, connection: duckdb.DuckDBPyConnection, game_id: str, gone: Gone, found: list[Cut]
    ) -> dt.date | None:
        """The next day whose paths are to be made before its events go; None when there is none."""
        days = [cut.day for cut in found if cut.what == EVENTS]
        kept_from = max(
            gone.latest or NOTHING_GONE, *(cut.day for cut in found if cut.what == EVERYTHING), NOTHING_GONE
        )
        borders = {"game": game_id, "from": kept_from, "to": max(days, default=NOTHING_GONE)}
        for day, events in connection.execute(WITHOUT_PATHS, borders).fetchall():
            if (game_id, day, events) not in self._paths_made:
                self._paths_made.add((game_id, day, events))
                return day
        return None

    def _is_due(self, game: Game, now: dt.datetime) -> bool:
        begins_at = self.begins_at(game)
        return begins_at is not None and now >= begins_at

    def _sweep(self) -> bool:
        """The next rows: those that go, go. Which are left is never counted on: who looks again finds nothing."""
        if self._at is None:
            return False
        with self._store.writing() as connection:
            events_to = _only(connection, LATEST_OF_EVENTS)
            crashes_to = _only(connection, LATEST_OF_CRASHES)
            last_row = _only(connection, LAST_ROW)
            if last_row is None or self._at > last_row or (events_to is None and crashes_to is None):
                self._at = self.rows = None
                return True
            self.rows = last_row + 1
            rows = {"first": self._at, "last": self._at + self._rows_at_once - 1}
            if events_to is not None:
                connection.execute(FIND_GOING, rows | {"latest": events_to})
                connection.execute(BOOK_REMOVED)
                connection.execute(REMOVE, rows)
                self.removed += connection.fetchall()[0][0]
                connection.execute("DROP TABLE going")
            if crashes_to is not None:
                connection.execute(STRIP_CRASHES, rows)
        self._at += self._rows_at_once
        return True

    def _remove_set_aside(self) -> bool:
        now = self._clock()
        for game in self._registry.games.all():
            policy = decoded(game.retention_json)
            days = [days for days in (policy.set_aside_days, policy.everything_days) if days is not None]
            if not days or not self._is_due(game, now):
                continue
            bound: dict[str, object] = {"game": game.id, "day": now.date() - dt.timedelta(days=min(days))}
            if self._store.query(IS_SET_ASIDE, bound).num_rows:
                with self._store.writing() as connection:
                    connection.execute(REMOVE_SET_ASIDE, bound)
                return True
        return False

    def _remove_figures(self) -> bool:
        """Of one game: figures of days of which nothing is kept."""
        for row in self._store.query("SELECT game_id, day FROM removed_before WHERE what = 'everything'").to_pylist():
            done = (row["game_id"], row["day"])
            if done in self._days_done:
                continue
            bound = {"game": row["game_id"], "day": row["day"]}
            for table, day in DATED:
                with self._store.writing() as connection:
                    connection.execute("DELETE FROM " + table + " WHERE game_id = $game AND " + day + " < $day", bound)
            with self._store.writing() as connection:
                connection.execute(FORGET_PLAYERS, bound)
            self._days_done.add(done)
            return True
        return False


def _only(connection: duckdb.DuckDBPyConnection, sql: LiteralString) -> Any:
    return connection.execute(sql).fetchall()[0][0]


# ── what would go ───────────────────────────────────────────────────────────────────────────────────────────


class Removal(Struct, frozen=True):
    """What a policy takes away now: shown before it does."""

    what: Literal["events", "crash_properties", "set_aside", "everything"]
    name: str | None
    """Of the events; None: all that are not named."""
    before: dt.date
    """What happened (what was set aside: was received) before this day (UTC)."""
    rows: int
    first_at: dt.datetime | None


def preview(reader: Reader, game_id: str, policy: RetentionPolicy, today: dt.date) -> list[Removal]:
    """What this policy would take away today. Raises what `Reader.query` raises."""
    gone = gone_of(reader, game_id)
    found: list[Removal] = []
    wanted = [cut for cut in cuts(policy, gone, today) if cut.day > NOTHING_GONE]
    named = [*policy.names_days, *gone.by_name]
    for cut in wanted:
        bound: dict[str, object] = {"game": game_id, "day": cut.day, "name": cut.name, "named": named}
        if cut.what == EVENTS:
            sql = COUNT_OTHERS if cut.name == OTHER_NAMES else COUNT_NAMED
        elif cut.what == CRASH_PROPERTIES:
            sql = COUNT_CRASHES
        else:
            sql = COUNT_FIGURES
        found.append(_removal(reader, cut.what, cut.name or None, cut.day, sql, bound))
    days = [days for days in (policy.set_aside_days, policy.everything_days) if days is not None]
    if days:
        day = today - dt.timedelta(days=min(days))
        found.append(_removal(reader, "set_aside", None, day, COUNT_SET_ASIDE, {"game": game_id, "day": day}))
    return [removal for removal in found if removal.rows]


COUNTED: LiteralString = "SELECT count(*) AS rows, min(time) AS first_at FROM events WHERE game_id = $game"
COUNT_NAMED: LiteralString = COUNTED + " AND time < $day AND name = $name"
COUNT_OTHERS: LiteralString = COUNTED + " AND time < $day AND NOT list_contains($named::VARCHAR[], name)"
COUNT_CRASHES: LiteralString = COUNTED + f" AND time < $day AND name IN {CRASH_NAMES} AND props IS NOT NULL"
COUNT_FIGURES: LiteralString = """
SELECT coalesce(sum(events), 0)::BIGINT AS rows, min(slot) AS first_at
FROM event_counts
WHERE game_id = $game AND slot < $day
"""
COUNT_SET_ASIDE: LiteralString = """
SELECT count(*) AS rows, min(received_at) AS first_at FROM set_aside WHERE game_id = $game AND received_at < $day
"""


def _removal(
    reader: Reader,
    what: What | Literal["set_aside"],
    name: str | None,
    day: dt.date,
    sql: LiteralString,
    bound: dict[str, object],
) -> Removal:
    (row,) = reader.rows(sql, {key: bound[key] for key in re.findall(r"\$(\w+)", sql)})
    return Removal(what, name, day, row["rows"], row["first_at"])
