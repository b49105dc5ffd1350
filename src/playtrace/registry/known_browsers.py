"""In which browsers somebody signed in before. Within a transaction of the registry.

A browser shows a secret of its own, which opens nothing. It is kept as a hash, as all secrets are.
"""

from __future__ import annotations

import datetime as dt

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from playtrace.registry.access_secrets import new_secret, sha256_of
from playtrace.registry.models import KnownBrowser, Person

DAYS_MAX = 400
"""A browser is forgotten so long after somebody signed in there last: browsers keep a cookie no longer."""
BROWSERS_MAX = 50
"""Of one person; those are forgotten in which they signed in longest ago."""


def is_known(session: Session, person: Person, secret: str, now: dt.datetime) -> bool:
    found = session.get(KnownBrowser, (sha256_of(secret), person.id))
    return found is not None and found.seen_at > _oldest(now)


def remember(session: Session, person: Person, secret: str | None, now: dt.datetime) -> str:
    """The secret of the browser: the one that it showed, where that is one of ours, else a new one."""
    if secret is None or not _is_ours(session, secret):
        secret = new_secret("browser")
    session.merge(KnownBrowser(secret_sha256=sha256_of(secret), person_id=person.id, seen_at=now))
    session.flush()
    newest = (
        select(KnownBrowser.secret_sha256)
        .where(KnownBrowser.person_id == person.id)
        .order_by(KnownBrowser.seen_at.desc(), KnownBrowser.secret_sha256)
    )
    for too_many in session.scalars(newest.offset(BROWSERS_MAX).limit(BROWSERS_MAX)).all():
        session.delete(session.get_one(KnownBrowser, (too_many, person.id)))
    return secret


def forget_all_of(session: Session, person: Person) -> None:
    session.execute(delete(KnownBrowser).where(KnownBrowser.person_id == person.id))


def forget_old(session: Session, now: dt.datetime) -> None:
    session.execute(delete(KnownBrowser).where(KnownBrowser.seen_at <= _oldest(now)))


def _is_ours(session: Session, secret: str) -> bool:
    query = select(KnownBrowser.person_id).where(KnownBrowser.secret_sha256 == sha256_of(secret))
    return session.scalars(query.limit(1)).first() is not None


def _oldest(now: dt.datetime) -> dt.datetime:
    return now - dt.timedelta(days=DAYS_MAX)
