"""The outbox of alerts in the registry: messages that are put there in the transaction of what they tell.

So an incident and its messages are kept both or neither, and what was put is sent at least once, even when the process
is killed in between.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from typing import NamedTuple

from sqlalchemy import ColumnElement, case, delete, func, insert, select, update
from sqlalchemy.orm import Session

from playtrace.registry import alert_channels
from playtrace.registry.alert_channels import begin_anew, is_quiet
from playtrace.registry.models import ERROR_LENGTH_MAX, AlertChannel, AlertInOutbox
from playtrace.registry.part import Part

WAITING = "waiting"
DELIVERED = "delivered"
SET_ASIDE = "set_aside"

WAITING_MAX = 1_000
"""For one channel; older ones are set aside."""
WAITING_DAYS_MAX = 7
"""What waits longer is set aside."""
KEPT_DAYS = 14
"""What was delivered or set aside is forgotten after so long."""


class Backlog(NamedTuple):
    """Of one channel."""

    waiting: int
    oldest_at: dt.datetime | None
    set_aside: int
    """Within the last `KEPT_DAYS`."""


class AlertOutbox(Part):
    def put(self, channel_ids: Collection[str], message_json: str, *, is_urgent: bool) -> list[str]:
        """A message that tells of nothing that is kept here too. Returns the channels that there are."""
        with self._writing() as session:
            return put(session, channel_ids, message_json, self._now(), is_urgent=is_urgent)

    def channels_with_waiting(self) -> list[str]:
        with self._reading() as session:
            return channels_with_waiting(session)

    def next(self, channel_id: str) -> tuple[AlertChannel, AlertInOutbox] | None:
        """What is to be sent to a channel now."""
        with self._reading() as session:
            return head(session, channel_id, self._now())

    def delivered(self, row_id: int, *, pause_s: float) -> None:
        """A channel has taken it, and takes no more for so long."""
        now = self._now()
        with self._noting() as session:
            delivered(session, row_id, now, _after(now, pause_s))

    def failed(self, row_id: int, error: str, *, pause_s: float) -> None:
        """A channel has not taken it; it is tried again after so long."""
        now = self._now()
        with self._noting() as session:
            failed(session, row_id, error, now, now + dt.timedelta(seconds=pause_s))

    def set_aside(self, row_id: int, error: str, *, pause_s: float) -> None:
        """A channel has not taken it, and it is given up; what waits behind it is tried after so long."""
        now = self._now()
        with self._noting() as session:
            set_aside(session, row_id, error, now, now + dt.timedelta(seconds=pause_s))

    def channel_works(self, channel_id: str, *, pause_s: float) -> None:
        """It took a message that was not in the outbox: what waits there is tried at once."""
        now = self._now()
        with self._writing() as session:
            works(session, channel_id, now, _after(now, pause_s))

    def tidy(self) -> int:
        """Bounds the outbox. Returns how many messages were set aside."""
        with self._writing() as session:
            return tidy(session, self._now())

    def backlogs(self) -> dict[str, Backlog]:
        """What waits and what was set aside, for each channel that has either."""
        with self._reading() as session:
            return backlogs(session)

    def of_channel(self, channel_id: str, *, rows_max: int) -> list[AlertInOutbox]:
        """The latest messages, newest first. Raises `UnknownChannel`."""
        with self._reading() as session:
            alert_channels.find(session, channel_id)
            return list(messages(session, channel_id, rows_max))


def put(
    session: Session, channel_ids: Collection[str], message_json: str, now: dt.datetime, *, is_urgent: bool
) -> list[str]:
    """Put a message on its way to these channels, behind what waits there. To be called inside of a transaction that
    writes, so that messages are numbered in the order in which they are committed.

    What is not urgent waits while a channel has quiet hours. Returns the channels that there are: others are gone.
    """
    there = session.scalars(
        select(AlertChannel.id).where(AlertChannel.id.in_(channel_ids)).order_by(AlertChannel.id)
    ).all()
    rows = [
        {
            "channel_id": channel_id,
            "state": WAITING,
            "is_urgent": is_urgent,
            "message_json": message_json,
            "created_at": now,
            "attempts": 0,
        }
        for channel_id in there
    ]
    if rows:
        session.execute(insert(AlertInOutbox), rows)
    return list(there)


def channels_with_waiting(session: Session) -> list[str]:
    """The channels for which something waits."""
    return list(session.scalars(select(AlertInOutbox.channel_id).where(AlertInOutbox.state == WAITING).distinct()))


def head(session: Session, channel_id: str, now: dt.datetime) -> tuple[AlertChannel, AlertInOutbox] | None:
    """What is to be sent to a channel next; None while nothing waits, or nothing may be sent."""
    channel = session.get(AlertChannel, channel_id)
    if channel is None or not channel.enabled or (channel.resume_at is not None and channel.resume_at > now):
        return None
    conditions = _waiting(channel_id)
    if is_quiet(channel, now):
        conditions.append(AlertInOutbox.is_urgent.is_(True))
    row = session.scalars(select(AlertInOutbox).where(*conditions).order_by(AlertInOutbox.id).limit(1)).one_or_none()
    return None if row is None else (channel, row)


def delivered(session: Session, row_id: int, now: dt.datetime, resume_at: dt.datetime | None) -> None:
    """The channel said that it has it, and that it takes no more before `resume_at`."""
    row = session.get(AlertInOutbox, row_id)
    if row is None:
        # Its channel was removed meanwhile.
        return
    row.state, row.finished_at, row.last_error = DELIVERED, now, None
    row.attempts += 1
    works(session, row.channel_id, now, resume_at)


def works(session: Session, channel_id: str, now: dt.datetime, resume_at: dt.datetime | None) -> None:
    """A channel took a message."""
    channel = session.get(AlertChannel, channel_id)
    if channel is not None:
        begin_anew(channel)
        channel.last_delivered_at = now
        channel.resume_at = resume_at


def failed(session: Session, row_id: int, error: str, now: dt.datetime, resume_at: dt.datetime) -> None:
    """It was not taken. Tried again at `resume_at`, before all that waits behind it."""
    row = session.get(AlertInOutbox, row_id)
    if row is None:
        return
    row.attempts += 1
    row.last_error = error[:ERROR_LENGTH_MAX]
    channel = session.get(AlertChannel, row.channel_id)
    if channel is not None:
        channel.failing_since = channel.failing_since or now
        channel.failures += 1
        channel.last_error = error[:ERROR_LENGTH_MAX]
        channel.resume_at = resume_at


def set_aside(session: Session, row_id: int, error: str, now: dt.datetime, resume_at: dt.datetime) -> None:
    """It was not taken, and is given up: at `resume_at` what waits behind it has its turn."""
    failed(session, row_id, error, now, resume_at)
    row = session.get(AlertInOutbox, row_id)
    if row is not None:
        row.state, row.finished_at = SET_ASIDE, now


def tidy(session: Session, now: dt.datetime) -> int:
    """Set aside what waits too long or is too much, and forget what is over. Returns how many were set aside."""
    counts = (
        select(AlertInOutbox.channel_id, func.count())
        .where(AlertInOutbox.state == WAITING)
        .group_by(AlertInOutbox.channel_id)
    )
    aside = 0
    for channel_id, count in session.execute(counts).all():
        too_old = [*_waiting(channel_id), AlertInOutbox.created_at < now - dt.timedelta(days=WAITING_DAYS_MAX)]
        count -= (old := _set_aside_all(session, too_old, f"waited for {WAITING_DAYS_MAX} days", now))
        aside += old
        if count > WAITING_MAX:
            kept = select(AlertInOutbox.id).where(*_waiting(channel_id)).order_by(AlertInOutbox.id.desc())
            oldest_kept = session.scalars(kept.offset(WAITING_MAX - 1).limit(1)).one()
            too_many = [*_waiting(channel_id), AlertInOutbox.id < oldest_kept]
            aside += _set_aside_all(session, too_many, f"more than {WAITING_MAX:,} messages wait for the channel", now)
    session.execute(delete(AlertInOutbox).where(AlertInOutbox.finished_at < now - dt.timedelta(days=KEPT_DAYS)))
    return aside


def backlogs(session: Session) -> dict[str, Backlog]:
    """What waits and what was set aside, for each channel that has either."""
    is_waiting = AlertInOutbox.state == WAITING
    query = select(
        AlertInOutbox.channel_id,
        func.count(case((is_waiting, 1))),
        func.min(case((is_waiting, AlertInOutbox.created_at))),
        func.count(case((AlertInOutbox.state == SET_ASIDE, 1))),
    ).group_by(AlertInOutbox.channel_id)
    return {channel_id: Backlog(count, oldest, aside) for channel_id, count, oldest, aside in session.execute(query)}


def messages(session: Session, channel_id: str, rows_max: int) -> Sequence[AlertInOutbox]:
    """The latest ones of a channel, newest first."""
    query = select(AlertInOutbox).where(AlertInOutbox.channel_id == channel_id).order_by(AlertInOutbox.id.desc())
    return session.scalars(query.limit(rows_max)).all()


def _waiting(channel_id: str) -> list[ColumnElement[bool]]:
    return [AlertInOutbox.channel_id == channel_id, AlertInOutbox.state == WAITING]


def _set_aside_all(session: Session, conditions: list[ColumnElement[bool]], error: str, now: dt.datetime) -> int:
    count = session.scalars(select(func.count()).select_from(AlertInOutbox).where(*conditions)).one()
    if count:
        values = {"state": SET_ASIDE, "finished_at": now, "last_error": error}
        session.execute(update(AlertInOutbox).where(*conditions).values(values))
    return count


def _after(now: dt.datetime, pause_s: float) -> dt.datetime | None:
    return now + dt.timedelta(seconds=pause_s) if pause_s > 0 else None
