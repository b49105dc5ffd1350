"""Who did what: an entry for each thing that people, tokens and commands change, in the transaction that changes it.

Who acts is said once, where a request or a command begins, by `acting`; what changes without that, the server did by
itself. No entry has a secret in it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Generator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from playtrace.registry.models import ADDRESS_LENGTH_MAX, SUBJECT_LENGTH_MAX, AuditEntry


class Actor(NamedTuple):
    name: str
    address: str = ""


THE_SERVER = Actor("the server")
acting: ContextVar[Actor] = ContextVar("acting", default=THE_SERVER)
"""Who does what happens now."""


@contextmanager
def acts(actor: Actor) -> Generator[None]:
    """What is changed meanwhile, this one did."""
    before = acting.set(actor)
    try:
        yield
    finally:
        acting.reset(before)


def note(session: Session, action: str, subject: str, now: dt.datetime, *, game_id: str | None, **details: Any) -> None:
    actor = acting.get()
    session.add(
        AuditEntry(
            at=now,
            actor=actor.name[:SUBJECT_LENGTH_MAX],
            address=actor.address[:ADDRESS_LENGTH_MAX],
            action=action,
            game_id=game_id,
            subject=subject[:SUBJECT_LENGTH_MAX],
            details={name: value for name, value in details.items() if value is not None} or None,
        )
    )


def find(
    session: Session,
    *,
    game_ids: Collection[str] | None,
    actor: str | None,
    action: str | None,
    address: str | None,
    since: dt.datetime | None,
    until: dt.datetime | None,
    before: int | None,
    limit: int,
) -> Sequence[AuditEntry]:
    """The latest first. `action` may be the beginning of one: `person` is all that was done to people."""
    query = select(AuditEntry).order_by(AuditEntry.id.desc()).limit(limit)
    if game_ids is not None:
        query = query.where(AuditEntry.game_id.in_(game_ids))
    if actor is not None:
        query = query.where(AuditEntry.actor == actor)
    if action is not None:
        query = query.where((AuditEntry.action == action) | AuditEntry.action.startswith(f"{action}.", autoescape=True))
    if address is not None:
        query = query.where(AuditEntry.address == address)
    if since is not None:
        query = query.where(AuditEntry.at >= since)
    if until is not None:
        query = query.where(AuditEntry.at < until)
    if before is not None:
        query = query.where(AuditEntry.id < before)
    return session.scalars(query).all()
