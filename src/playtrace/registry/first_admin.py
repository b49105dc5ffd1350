"""The first admin: whoever has the link that a start prints while there is none."""

from __future__ import annotations

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from playtrace.registry import people
from playtrace.registry.access_secrets import new_secret, sha256_of
from playtrace.registry.errors import SetupRefused
from playtrace.registry.models import Person, SetupToken
from playtrace.registry.part import Part
from playtrace.registry.passwords import check_password, hash_password
from playtrace.registry.roles import ADMIN_OF_ALL

SETUP_TOKENS_MAX = 8
"""Setup links that wait for their use; each start makes one until there is an admin."""


class FirstAdmin(Part):
    def is_there(self) -> bool:
        with self._reading() as session:
            return people.has_admin(session)

    def new_token(self) -> str | None:
        """A new secret for the link that makes the first admin; None once there is one.

        Only a hash is kept, so every start makes another. The latest few of them are valid until one is used.
        """
        with self._noting() as session:
            if people.has_admin(session):
                return None
            secret = new_secret("setup")
            session.add(SetupToken(secret_sha256=sha256_of(secret), created_at=self._now()))
            session.flush()
            newest = session.scalars(select(SetupToken.id).order_by(SetupToken.id.desc()).limit(SETUP_TOKENS_MAX)).all()
            session.execute(delete(SetupToken).where(SetupToken.id < newest[-1]))
            return secret

    def create(self, setup_token: str, email: str, password: str) -> Person:
        """The first admin. Raises `SetupRefused`, `PersonExists` or `Invalid`."""
        people.check_email(email)
        check_password(password)
        with self._reading() as session:
            # Checked before hashing, which costs enough to be worth a secret.
            if _open_setup_token(session, setup_token) is None:
                raise SetupRefused
        password_hash = hash_password(password)
        with self._noting() as session:
            if _open_setup_token(session, setup_token) is None:
                raise SetupRefused
            now = self._now()
            session.execute(update(SetupToken).where(SetupToken.used_at.is_(None)).values(used_at=now))
            person = people.add(session, email, [ADMIN_OF_ALL], now, password_hash=password_hash)
            self._audit(session, "person.set_up", person.email)
        return person


def _open_setup_token(session: Session, secret: str) -> SetupToken | None:
    query = select(SetupToken).where(SetupToken.secret_sha256 == sha256_of(secret), SetupToken.used_at.is_(None))
    return None if people.has_admin(session) else session.scalars(query).one_or_none()
