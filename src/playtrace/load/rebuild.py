"""Making rollups anew from the stored events, a day at a time and the oldest first, while loading goes on.

What a rollup has of a day follows from the events of that day alone, so a day can be made at any time, and again. Of a
game whose events of the day are gone (`store/raw_gone.py`) nothing is made: what is there of it stays. Two ask for it:
an upgrade that changed a definition, and somebody who wants some days made anew.

After an upgrade a rollup begins empty. Loads add to days that are not made yet too; when one is made, their rows go
with all others of the day. Until then questions read its events.

Days that somebody wants are whole meanwhile: each is replaced in one transaction, and questions read what was there
until then.
"""

from __future__ import annotations

import datetime as dt
import logging
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import LiteralString

import duckdb
from msgspec import Struct

from playtrace.config import Settings
from playtrace.load import steps
from playtrace.rollups import MADE_OF_DAYS, ROLLUPS, players, position_spans
from playtrace.rollups.rollup import IS_WHOLE, SOURCE_OF_EVENTS, Rollup
from playtrace.store.duckdb import Store
from playtrace.store.errors import StoreDamaged
from playtrace.store.raw_gone import gone_of

log = logging.getLogger("playtrace.load")

OF_GAME: LiteralString = " AND ($game::VARCHAR IS NULL OR game_id = $game)"
WHOLE: LiteralString = " AND " + IS_WHOLE + OF_GAME
OF_DAY: LiteralString = "    WHERE time >= $from AND time < $to" + WHOLE + "\n"

# From where the day's samples lead, which may be another day.
SPANS_OF_DAY: LiteralString = (
    "SELECT * FROM ("
    + position_spans.ROLLUP.merged_across_days(
        position_spans.ROLLUP.rows(
            SOURCE_OF_EVENTS
            + """    WHERE name = 'position' AND session_id IN (
        SELECT session_id FROM main.events
        WHERE time >= $from AND time < $to AND name = 'position'"""
            + OF_GAME
            + """
    )"""
            + OF_GAME
            + "\n"
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

WANTED: LiteralString = "SELECT game_id, next_day, last_day FROM rebuild_orders"

# Of events, and of what was made of them: that may be more than there are events of.
KNOWN_DAYS: LiteralString = (
    "SELECT min(time)::DATE, max(time)::DATE FROM (SELECT game_id, time FROM main.events UNION ALL"
    " SELECT game_id, slot FROM event_counts) AS known WHERE true" + OF_GAME
)

REST = 1.0
"""After a day was made anew, loading goes on alone for this many times as long as that took."""


class RebuildRuns(Exception):
    """Some days are being made anew already."""


class NothingToRebuild(Exception):
    """There is nothing of the days that were named, or their events are gone."""


class Order(Struct, frozen=True):
    """Days that somebody wants made anew."""

    game_id: str | None
    """None: of all games."""
    next_day: dt.date
    """Those before it are made."""
    last_day: dt.date

    @property
    def days(self) -> int:
        """How many are not made."""
        return (self.last_day - self.next_day).days + 1


class Rebuild:
    """`work` makes one day after the other; `touched` is told which. `wish` may be called from any thread."""

    def __init__(self, store: Store, settings: Settings, touched: Callable[[Iterable[dt.date]], None]) -> None:
        self._store = store
        self._touched = touched
        self._settings = settings
        self.day: dt.date | None = None
        """Days before it are made, of all rollups; None: all are."""
        self.order: Order | None = None
        """Days that somebody wants made anew; they come when all are made."""
        with suppress(StoreDamaged):  # then nothing can be made
            self.day = self._find_due()
            self.order = self._find_order()

    def wish(self, first: dt.date | None, last: dt.date | None, game_id: str | None = None) -> Order:
        """Have the days (UTC) from `first` to `last` made anew, these included; None: of all that there are. A wish
        outlives the process.

        Raises `RebuildRuns`, `NothingToRebuild`, and `StoreError` when it cannot be written down.
        """
        first = self._first_whole(first, game_id)
        with self._store.writing() as connection:
            if connection.execute(WANTED).fetchone() is not None:
                raise RebuildRuns("Days are being made anew already. Wait until they are.")
            first_known, last_known = connection.execute(KNOWN_DAYS, {"game": game_id}).fetchall()[0]
            if first_known is None or first_known > (last or last_known) or last_known < (first or first_known):
                raise NothingToRebuild("There are no events on those days, so there is nothing to make anew.")
            order = Order(game_id, max(first or first_known, first_known), min(last or last_known, last_known))
            connection.execute("INSERT INTO rebuild_orders VALUES (?, ?, ?)", [game_id, order.next_day, order.last_day])
        self.order = order
        return order

    def _first_whole(self, first: dt.date | None, game_id: str | None) -> dt.date | None:
        """The day to begin with: of one game, the first one whose events are all there. Raises `NothingToRebuild`."""
        if game_id is None:
            return first
        with self._store.reading() as reader:
            gone_to = gone_of(reader, game_id).latest
        if gone_to is not None and first is not None and first < gone_to:
            raise NothingToRebuild(
                f"Events of {game_id} before {gone_to} were removed (retention), so nothing can be made of those days:"
                f" what was made of them stays. Begin with {gone_to}."
            )
        return first or gone_to

    def work(self) -> float | None:
        """Make one day of the rollups that lack it. How long to rest then; None when nothing was to be done."""
        began = time.monotonic()
        if self.day is not None:
            self._make_due(self.day)
        elif self.order is not None:
            self._make_wanted(self.order)
        else:
            return None
        return REST * (time.monotonic() - began)

    def _make_due(self, day: dt.date) -> None:
        with self._store.writing() as connection:
            due = connection.execute("SELECT rollup FROM rollup_builds WHERE built_to = ?", [day]).fetchall()
            for rollup in [rollup for rollup in ROLLUPS if (rollup.table,) in due]:
                build_day(connection, rollup, day, self._settings)
                borders = {"to": day + dt.timedelta(days=1), "rollup": rollup.table}
                connection.execute(MOVE_ON, borders)
        self.day = self._find_due()
        # Its heatmaps follow when nobody touches it any more.
        self._touched([day])
        log.debug("a day was made anew", extra={"day": day.isoformat()})
        if self.day is None:
            log.info("the rollups are made anew")

    def _make_wanted(self, order: Order) -> None:
        """The next day."""
        day = order.next_day
        for rollup in ROLLUPS:
            # One at a time: what is loaded meanwhile waits for no longer than that.
            with self._store.writing() as connection:
                build_day(connection, rollup, day, self._settings, order.game_id)
        with self._store.writing() as connection:
            for made in MADE_OF_DAYS:
                forget = "DELETE FROM " + made.TABLE + " WHERE day = $from" + WHOLE
                connection.execute(forget, {"from": day, "game": order.game_id})
            connection.execute("DELETE FROM rebuild_orders")
            if day < order.last_day:
                rest = [order.game_id, day + dt.timedelta(days=1), order.last_day]
                connection.execute("INSERT INTO rebuild_orders VALUES (?, ?, ?)", rest)
        self._touched([day])
        self.order = self._find_order()
        if self.order is None:
            log.info("days were made anew, as somebody wanted", extra={"last_day": day.isoformat()})

    def _find_due(self) -> dt.date | None:
        return self._store.query(DUE).to_pylist()[0]["min(built_to)"]

    def _find_order(self) -> Order | None:
        rows = self._store.query(WANTED).to_pylist()
        return Order(**rows[0]) if rows else None


def build_day(
    connection: duckdb.DuckDBPyConnection, rollup: Rollup, day: dt.date, settings: Settings, game_id: str | None = None
) -> None:
    """Replace what a rollup has of a day (UTC) by what the events of it say, in the caller's transaction: of a game, or
    of all, whose events of the day are there."""
    bound: dict[str, object] = {
        "from": day,
        "to": day + dt.timedelta(days=1),
        "game": game_id,
        "session_timeout": dt.timedelta(minutes=settings.rules.session_timeout_minutes),
    }

    def execute(sql: LiteralString) -> None:
        statement = connection.extract_statements(sql)[0]
        connection.execute(statement, {name: bound[name] for name in statement.named_parameters})

    execute("DELETE FROM " + rollup.table + " WHERE " + rollup.of_day() + WHOLE)
    if rollup is players.ROLLUP:
        execute(steps.find_new_players(SOURCE_OF_EVENTS + OF_DAY))
        execute(steps.FORGET_LATER_PLAYERS)
        execute(steps.MEET_PLAYERS)
    elif rollup is position_spans.ROLLUP:
        execute("INSERT INTO position_spans " + SPANS_OF_DAY)
    else:
        execute("INSERT INTO " + rollup.table + " " + rollup.of_events(SOURCE_OF_EVENTS + OF_DAY))
