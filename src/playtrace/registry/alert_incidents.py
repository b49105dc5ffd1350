"""Incidents in the registry, and what they saw. A change of one and what is told of it are one transaction."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Sequence
from typing import NamedTuple

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from playtrace.registry import alert_channels, alert_outbox
from playtrace.registry.errors import UnknownIncident
from playtrace.registry.models import AlertIncident, AlertObservation
from playtrace.registry.part import Part

OBSERVATIONS_MAX = 5_000
"""Of one incident."""
KEPT = dt.timedelta(days=400)
"""An incident is forgotten so long after it was resolved."""
FORGOTTEN_AT_ONCE = 500


class Observation(NamedTuple):
    at: dt.datetime
    value: float
    usual: float | None
    low: float | None
    high: float | None


class IncidentRow(NamedTuple):
    """An incident as it is kept; `id` is None before it is."""

    id: int | None
    rule_id: str
    game_id: str
    part: str
    is_open: bool
    opened_at: dt.datetime
    changed_at: dt.datetime
    incident_json: str


class Telling(NamedTuple):
    """A message for some channels: those that are named, or all that take it."""

    channel_ids: Sequence[str]
    severity: str
    is_urgent: bool
    message_json: Callable[[int], str]
    """Of the incident's number, which one that is new has only then."""


class IncidentChange(NamedTuple):
    """What became of an incident."""

    row: IncidentRow
    observations: Sequence[Observation]
    telling: Telling | None


class Incidents(Part):
    def keep(self, changes: Sequence[IncidentChange]) -> list[int]:
        """What became of some incidents, with what is told of it: all or none. Returns their numbers.

        Raises `UnknownIncident`.
        """
        with self._noting() as session:
            return [keep(session, change, self._now()) for change in changes]

    def change(self, incident_id: int, changing: Callable[[IncidentRow], IncidentRow]) -> IncidentRow:
        """Change what is kept of one. Raises `UnknownIncident`, and what `changing` raises."""
        with self._noting() as session:
            return change(session, incident_id, changing)

    def find(self, incident_id: int) -> tuple[IncidentRow, list[Observation]]:
        """One, and what it saw. Raises `UnknownIncident`."""
        with self._reading() as session:
            return find(session, incident_id)

    def last(
        self,
        *,
        game_ids: Collection[str] | None = None,
        rule_id: str | None = None,
        is_open: bool | None = None,
        before: int | None = None,
        limit: int,
    ) -> list[IncidentRow]:
        """The latest ones first."""
        with self._reading() as session:
            return find_last(session, game_ids=game_ids, rule_id=rule_id, is_open=is_open, before=before, limit=limit)

    def current(self, since: dt.datetime) -> list[IncidentRow]:
        """Those that are open, or were since then."""
        with self._reading() as session:
            return find_current(session, since)


def keep(session: Session, change: IncidentChange, now: dt.datetime) -> int:
    """An incident as it is now, what it saw, and the message on its way. Returns its number.

    Raises `UnknownIncident` when it is not there any more.
    """
    new = change.row
    if new.id is None:
        row = AlertIncident(rule_id=new.rule_id, game_id=new.game_id, part=new.part, opened_at=new.opened_at)
    else:
        row = _row(session, new.id)
    row.is_open, row.changed_at, row.incident_json = new.is_open, new.changed_at, new.incident_json
    session.add(row)
    session.flush()
    # Of one second the last.
    for at, seen in {one.at.replace(microsecond=0): one for one in change.observations}.items():
        session.execute(
            delete(AlertObservation).where(AlertObservation.incident_id == row.id, AlertObservation.at == at)
        )
        session.add(
            AlertObservation(
                incident_id=row.id, at=at, value=seen.value, usual=seen.usual, low=seen.low, high=seen.high
            )
        )
    if (telling := change.telling) is not None:
        channel_ids = alert_channels.ids_for(
            session, telling.channel_ids, game_id=new.game_id, severity=telling.severity
        )
        if channel_ids:
            message = telling.message_json(row.id)
            alert_outbox.put(session, channel_ids, message, now, is_urgent=telling.is_urgent)
    return row.id


def change(session: Session, incident_id: int, changing: Callable[[IncidentRow], IncidentRow]) -> IncidentRow:
    """Change what is kept of an incident, as it is now. Raises `UnknownIncident`."""
    row = _row(session, incident_id)
    new = changing(_read(row))
    row.is_open, row.changed_at, row.incident_json = new.is_open, new.changed_at, new.incident_json
    return new


def find(session: Session, incident_id: int) -> tuple[IncidentRow, list[Observation]]:
    """An incident and what it saw, oldest first. Raises `UnknownIncident`."""
    row = _row(session, incident_id)
    seen = session.scalars(
        select(AlertObservation)
        .where(AlertObservation.incident_id == incident_id)
        .order_by(AlertObservation.at.desc())
        .limit(OBSERVATIONS_MAX)
    ).all()
    return _read(row), [Observation(one.at, one.value, one.usual, one.low, one.high) for one in reversed(seen)]


def find_last(
    session: Session,
    *,
    game_ids: Collection[str] | None,
    rule_id: str | None,
    is_open: bool | None,
    before: int | None,
    limit: int,
) -> list[IncidentRow]:
    """The latest ones first, of some games or of all."""
    query = select(AlertIncident).order_by(AlertIncident.id.desc()).limit(limit)
    if game_ids is not None:
        query = query.where(AlertIncident.game_id.in_(game_ids))
    if rule_id is not None:
        query = query.where(AlertIncident.rule_id == rule_id)
    if is_open is not None:
        query = query.where(AlertIncident.is_open == is_open)
    if before is not None:
        query = query.where(AlertIncident.id < before)
    return [_read(row) for row in session.scalars(query)]


def find_current(session: Session, since: dt.datetime) -> list[IncidentRow]:
    """Those that are open, or were until then, oldest first."""
    query = (
        select(AlertIncident)
        .where((AlertIncident.is_open) | (AlertIncident.changed_at >= since))
        .order_by(AlertIncident.id)
    )
    return [_read(row) for row in session.scalars(query)]


def forget(session: Session, now: dt.datetime) -> None:
    """Those that were resolved long ago: some of them, if there are many."""
    old = session.scalars(
        select(AlertIncident.id)
        .where(AlertIncident.is_open.is_(False), AlertIncident.changed_at < now - KEPT)
        .limit(FORGOTTEN_AT_ONCE)
    ).all()
    if old:
        session.execute(delete(AlertObservation).where(AlertObservation.incident_id.in_(old)))
        session.execute(delete(AlertIncident).where(AlertIncident.id.in_(old)))


def _row(session: Session, incident_id: int) -> AlertIncident:
    row = session.get(AlertIncident, incident_id) if 0 < incident_id < 2**31 else None
    if row is None:
        raise UnknownIncident(incident_id)
    return row


def _read(row: AlertIncident) -> IncidentRow:
    return IncidentRow(
        row.id, row.rule_id, row.game_id, row.part, row.is_open, row.opened_at, row.changed_at, row.incident_json
    )
