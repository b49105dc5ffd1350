"""Sends reports when they are due, and when somebody says so: into the outbox of alerts, which delivers them.

Of a time in which no server ran, or nothing could be made, the latest one that was due is sent, and none before it.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable
from zoneinfo import ZoneInfo

from playtrace.metrics.frame.asking import Rules
from playtrace.registry.errors import UnknownReport
from playtrace.registry.models import Game, ReportSchedule
from playtrace.registry.registry import Registry
from playtrace.reports.digest import make_digest
from playtrace.reports.message import message_of
from playtrace.reports.period import Kind, Period, latest_over
from playtrace.reports.schedule import latest_due
from playtrace.store.duckdb import Store

log = logging.getLogger("playtrace.reports")

TRY_AGAIN = dt.timedelta(minutes=5)
"""One that could not be made is tried again after so long."""
LOADING_MAX = dt.timedelta(minutes=15)
"""A report waits so long for what was received before it was due; then it is sent, and says what it lacks."""


class Reports:
    """`work` is to be called again and again, by one thread."""

    def __init__(
        self,
        store: Store,
        registry: Registry,
        counting_of: Callable[[Game], Rules],
        *,
        lag_seconds: Callable[[], float],
        address: Callable[[], str],
        clock: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
    ) -> None:
        """`counting_of` says what the settings say about counting, `lag_seconds` how far loading is behind, `address`
        where people find the dashboard."""
        self._store = store
        self._registry = registry
        self._counting_of = counting_of
        self._lag_seconds = lag_seconds
        self._address = address
        self._clock = clock
        self._started = clock()
        self._failed: dict[str, dt.datetime] = {}
        self.failing: list[str] = []
        """Those that could not be made or sent when they were due last, as of the last turn."""

    def work(self) -> None:
        """Send what is due. One that cannot be made keeps no other from its turn."""
        now = self._clock()
        schedules = self._registry.reports.all()
        self.failing = [one.id for one in schedules if one.enabled and one.last_error is not None]
        for schedule in schedules:
            due = latest_due(schedule, now)
            if not schedule.enabled or due <= schedule.due_after:
                continue
            if now - self._failed.get(schedule.id, now - TRY_AGAIN) >= TRY_AGAIN and not self._waits(due, now):
                self._send_due(schedule, due, now)

    def send_now(self, report_id: str) -> tuple[Period, list[str]]:
        """Send the report of the latest day or week that is over, out of turn. Returns which, and who gets it.

        Raises `UnknownReport`, and what `Store.reading` raises.
        """
        now = self._clock()
        schedule = self._registry.reports.find(report_id)
        period, message = self._made(schedule, now, now)
        return period, self._registry.reports.send(report_id, message) or []

    def _send_due(self, schedule: ReportSchedule, due: dt.datetime, now: dt.datetime) -> None:
        try:
            _, message = self._made(schedule, due, now)
            channels = self._registry.reports.send(schedule.id, message, due=due)
        except UnknownReport:
            # Removed meanwhile.
            return
        except Exception as error:
            # Whatever it is: it is told, the others have their turn, and this one is tried again.
            self._failed[schedule.id] = now
            self._registry.reports.failed(schedule.id, str(error) or type(error).__name__)
            log.warning("a report could not be made", extra={"report": schedule.id}, exc_info=error)
            return
        self._failed.pop(schedule.id, None)
        if channels is not None:
            log.info("a report is on its way", extra={"report": schedule.id, "channels": len(channels)})

    def _made(self, schedule: ReportSchedule, due: dt.datetime, now: dt.datetime) -> tuple[Period, str]:
        """Which period it is about, and the message."""
        game = self._registry.games.get(schedule.game_id)
        if game is None:
            raise UnknownReport(schedule.id)
        kind: Kind = "week" if schedule.every == "week" else "day"
        period = latest_over(kind, due, ZoneInfo(game.time_zone))
        is_behind = self._is_behind(due, now)
        digest = make_digest(self._store, game, period, now=now, rules=self._counting_of(game), is_behind=is_behind)
        return period, message_of(digest, self._address() or None).to_json()

    def _waits(self, due: dt.datetime, now: dt.datetime) -> bool:
        return now < max(due, self._started) + LOADING_MAX and self._is_behind(due, now)

    def _is_behind(self, due: dt.datetime, now: dt.datetime) -> bool:
        """Whether something that was received before it was due is not loaded yet."""
        lag = dt.timedelta(seconds=self._lag_seconds())
        return lag > dt.timedelta(0) and now - lag < due
