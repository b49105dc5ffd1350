"""Schedules of reports in the registry: of which game, how often, at what local time, to which channels.

Each remembers up to which moment it was looked after. That moment and the messages of a report change in one
transaction: what was due is put on its way once, even when the process is killed in between.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass, fields

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from playtrace.registry import alert_outbox
from playtrace.registry.errors import Invalid, UnknownReport
from playtrace.registry.games import check_time_zone, require_game
from playtrace.registry.models import ERROR_LENGTH_MAX, REPORT_ID_LENGTH_MAX, AlertChannel, ReportSchedule
from playtrace.registry.part import Part

SCHEDULES_MAX = 200
CHANNELS_MAX = 20
"""Of one schedule."""
DAILY, WEEKLY = "day", "week"
ID_SHAPE = re.compile(rf"[A-Za-z0-9_.-]{{1,{REPORT_ID_LENGTH_MAX}}}")
NO_CHANNEL = "none of its channels is there any more"


@dataclass(frozen=True, kw_only=True)
class ScheduleDefinition:
    """What people say of a schedule."""

    game_id: str
    every: str
    """`day` or `week`."""
    weekday: int | None
    """Of a week: on which day it is sent, 1 is Monday."""
    local_time: dt.time
    time_zone: str
    """IANA name, of the local time; which days a report is about is said by the game's."""
    channel_ids: list[str]
    enabled: bool = True


class Reports(Part):
    def put(self, report_id: str, definition: ScheduleDefinition) -> ReportSchedule:
        """Schedule a report, in place of the one of the same name. Raises `UnknownGame` and `Invalid`."""
        check_time_zone(definition.time_zone)
        with self._writing() as session:
            require_game(session, definition.game_id)
            self._audit(session, "report.put", report_id, game_id=definition.game_id)
            return put(session, report_id, definition, self._now())

    def remove(self, report_id: str) -> None:
        """Raises `UnknownReport`."""
        with self._writing() as session:
            game_id = find(session, report_id).game_id
            remove(session, report_id)
            self._audit(session, "report.removed", report_id, game_id=game_id)

    def all(self) -> list[ReportSchedule]:
        """All schedules, by name."""
        with self._reading() as session:
            return [one for one in find_all(session) if self._share.has(one.game_id)]

    def find(self, report_id: str) -> ReportSchedule:
        """Raises `UnknownReport`."""
        with self._reading() as session:
            return find(session, report_id)

    def send(self, report_id: str, message_json: str, *, due: dt.datetime | None = None) -> list[str] | None:
        """Put a report on its way: the one that was `due`, unless that was done already, or one out of turn.

        Returns the channels that there are, or None. Raises `UnknownReport`.
        """
        with self._writing() as session:
            return send(session, report_id, message_json, self._now(), due=due)

    def failed(self, report_id: str, error: str) -> None:
        """It could not be made, and is still due."""
        with self._writing() as session:
            failed(session, report_id, error)


def put(session: Session, report_id: str, definition: ScheduleDefinition, now: dt.datetime) -> ReportSchedule:
    """Make a schedule, in place of one of the same name. Nothing is due before `now`. Raises `Invalid`."""
    _check(session, report_id, definition)
    schedule = session.get(ReportSchedule, report_id)
    if schedule is None:
        if session.scalars(select(func.count()).select_from(ReportSchedule)).one() >= SCHEDULES_MAX:
            raise Invalid("id", f"expected at most {SCHEDULES_MAX} reports: remove one that is not needed")
        schedule = ReportSchedule(id=report_id, created_at=now)
        session.add(schedule)
    for field in fields(ScheduleDefinition):
        setattr(schedule, field.name, getattr(definition, field.name))
    schedule.due_after = now
    schedule.last_error = None
    return schedule


def remove(session: Session, report_id: str) -> None:
    """Raises `UnknownReport`."""
    session.delete(find(session, report_id))


def find(session: Session, report_id: str) -> ReportSchedule:
    """Raises `UnknownReport`."""
    schedule = session.get(ReportSchedule, report_id)
    if schedule is None:
        raise UnknownReport(report_id)
    return schedule


def find_all(session: Session) -> Sequence[ReportSchedule]:
    """By name."""
    return session.scalars(select(ReportSchedule).order_by(ReportSchedule.id)).all()


def send(
    session: Session, report_id: str, message_json: str, now: dt.datetime, *, due: dt.datetime | None
) -> list[str] | None:
    """Put a report on its way to the channels of its schedule: the one that was `due`, or one out of turn.

    Returns the channels that there are; None where it is not due any more. Raises `UnknownReport`.
    """
    schedule = find(session, report_id)
    if due is not None:
        if schedule.due_after >= due or not schedule.enabled:
            return None
        schedule.due_after = due
    there = alert_outbox.put(session, schedule.channel_ids, message_json, now, is_urgent=False)
    schedule.last_error = None if there else NO_CHANNEL
    if there:
        schedule.last_sent_at = now
    return there


def failed(session: Session, report_id: str, error: str) -> None:
    """It could not be made; it is still due."""
    schedule = session.get(ReportSchedule, report_id)
    if schedule is not None:
        schedule.last_error = error[:ERROR_LENGTH_MAX]


def _check(session: Session, report_id: str, definition: ScheduleDefinition) -> None:
    if not ID_SHAPE.fullmatch(report_id):
        raise Invalid("id", f"expected 1 to {REPORT_ID_LENGTH_MAX} letters, digits, `_`, `.` and `-`")
    if definition.every not in (DAILY, WEEKLY):
        raise Invalid("every", f"expected {DAILY} or {WEEKLY}")
    if (definition.every == WEEKLY) != (definition.weekday is not None):
        raise Invalid("weekday", "expected one of a weekly report, and none of a daily one")
    if definition.weekday is not None and not 1 <= definition.weekday <= 7:
        raise Invalid("weekday", "expected 1 (Monday) to 7 (Sunday)")
    named = definition.channel_ids
    if not 1 <= len(named) <= CHANNELS_MAX or len(set(named)) < len(named):
        raise Invalid("channels", f"expected 1 to {CHANNELS_MAX} different ones")
    for channel_id in named:
        channel = session.get(AlertChannel, channel_id)
        if channel is None:
            raise Invalid("channels", f"there is no alert channel {channel_id!r}")
        if channel.game_ids is not None and definition.game_id not in channel.game_ids:
            raise Invalid("channels", f"{channel_id!r} is not for the game {definition.game_id!r}")
