"""Leases of shares: who loads which, one at a time.

A lease is good until it expires, by the clock of the database, which is the same for all. Who has one renews it; who
wants one takes a share that nobody has any more. Each time somebody else takes it its epoch is higher by one: what is
written for a share under a lower epoch is refused (`journal/fence.py`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Generator
from contextlib import contextmanager
from typing import NamedTuple

from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from playtrace.registry.database import answering
from playtrace.registry.errors import OtherShares
from playtrace.registry.models import LoadLease
from playtrace.registry.part import Part

LEASE_S = 12.0
"""For so long it is good after it was taken or renewed."""
NOW = {
    "postgresql": "SELECT clock_timestamp() AT TIME ZONE 'UTC'",
    "mysql": "SELECT utc_timestamp(6)",
    "sqlite": "SELECT strftime('%Y-%m-%d %H:%M:%f', 'now')",
}
"""The time of the database, in UTC."""


class Holder(NamedTuple):
    """Who has a share, as others are told."""

    holder: str
    """An id of its own, of each start."""
    process: str
    """Where it runs, as JSON (`cluster/processes.py`)."""
    address: str
    """host:port at which it answers."""
    secret: str
    """By which it knows what servers hand on to it."""


class Lease(NamedTuple):
    share: int
    shares: int
    epoch: int
    held_by: Holder
    is_good: bool
    """Whether it had not expired when it was read."""


class LoadLeases(Part):
    def all(self) -> list[Lease]:
        """Of every share that a loader ever had."""
        with self._reading() as session:
            return all_leases(session)

    def take(self, shares: int, holder: Holder) -> tuple[Lease, Holder | None] | None:
        """A share that nobody has any more, and who had it; None when all are held. Raises `OtherShares`."""
        try:
            with self._leasing() as session:
                return take(session, shares, holder)
        except IntegrityError:
            return None  # somebody else was first

    def renew(self, lease: Lease) -> bool:
        """False when it is lost for good."""
        with self._leasing() as session:
            return renew(session, lease)

    def give_back(self, lease: Lease) -> None:
        """Others may take it at once."""
        with self._leasing() as session:
            give_back(session, lease)

    @contextmanager
    def _leasing(self) -> Generator[Session]:
        """Locks rows of leases alone: who renews one waits for nobody who writes something else."""
        with answering(self._engine), self._transaction() as session:
            yield session


def all_leases(session: Session) -> list[Lease]:
    """Of every share that anybody ever had."""
    now = _now(session)
    return [_lease(row, now) for row in session.scalars(select(LoadLease).order_by(LoadLease.share))]


def take(session: Session, shares: int, holder: Holder) -> tuple[Lease, Holder | None] | None:
    """A share that nobody has, and who had it before; None when all are held.

    Raises `OtherShares`, and `sqlalchemy.exc.IntegrityError` when somebody else takes the first lease of a share at the
    same moment.
    """
    rows = {row.share: row for row in session.scalars(select(LoadLease).with_for_update())}
    if other := next((row.shares for row in rows.values() if row.shares != shares), None):
        raise OtherShares(other, shares)
    now = _now(session)
    for share in range(shares):
        row = rows.get(share)
        if row is not None and row.expires_at > now:
            continue
        before = None if row is None else _lease(row, now).held_by
        if row is None:
            row = LoadLease(share=share, shares=shares, epoch=0)
            session.add(row)
        row.epoch += 1
        row.holder, row.process, row.address, row.secret = holder
        row.expires_at = now + dt.timedelta(seconds=LEASE_S)
        session.flush()
        return _lease(row, now), before
    return None


def renew(session: Session, lease: Lease) -> bool:
    """False when it expired, or somebody else has the share: then it is lost for good."""
    return _set_expiry(session, lease, LEASE_S)


def give_back(session: Session, lease: Lease) -> None:
    """Others may take it at once."""
    _set_expiry(session, lease, 0)


def _set_expiry(session: Session, lease: Lease, seconds: float) -> bool:
    row = session.scalars(select(LoadLease).where(LoadLease.share == lease.share).with_for_update()).one_or_none()
    now = _now(session)
    if row is None or row.expires_at <= now or (row.epoch, row.holder) != (lease.epoch, lease.held_by.holder):
        return False
    row.expires_at = now + dt.timedelta(seconds=seconds)
    return True


def _lease(row: LoadLease, now: dt.datetime) -> Lease:
    held_by = Holder(row.holder, row.process, row.address, row.secret)
    return Lease(row.share, row.shares, row.epoch, held_by, row.expires_at > now)


def _now(session: Session) -> dt.datetime:
    said = session.execute(text(NOW[session.get_bind().dialect.name])).scalar_one()
    at = dt.datetime.fromisoformat(said) if isinstance(said, str) else said
    return at.replace(tzinfo=dt.UTC)
