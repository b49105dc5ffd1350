"""Write keys: with one of them a game sends its events."""

from __future__ import annotations

import re
import secrets

from sqlalchemy import select
from sqlalchemy.orm import Session

from playtrace.registry import games
from playtrace.registry.errors import AmbiguousKey, UnknownKey
from playtrace.registry.games import check_note
from playtrace.registry.models import WriteKey
from playtrace.registry.part import Part

KEY_PREFIX_LENGTH_MIN = 4
"""A write key may be named by its first digits, at least so many."""


class WriteKeys(Part):
    def add(self, game_id: str, *, note: str = "") -> WriteKey:
        """Raises `UnknownGame` or `Invalid`."""
        note = check_note(note)
        with self._writing() as session:
            games.find(session, game_id)
            key = WriteKey(
                key=secrets.token_hex(16),
                secret=secrets.token_hex(20),
                game_id=game_id,
                note=note,
                created_at=self._now(),
            )
            session.add(key)
            self._audit(session, "key.added", _key_in_words(key), game_id=game_id)
        return key

    def all(self, game_id: str | None = None) -> list[WriteKey]:
        """All write keys (of one game), oldest first, the revoked ones too."""
        query = select(WriteKey).order_by(WriteKey.created_at, WriteKey.key)
        if game_id is not None:
            query = query.where(WriteKey.game_id == game_id)
        with self._reading() as session:
            return list(session.scalars(query))

    def revoke(self, key: str) -> WriteKey:
        """Revokes the key that is, or alone begins with, `key`. Raises `UnknownKey` or `AmbiguousKey`."""
        with self._writing() as session:
            found = _key(session, key)
            found.revoked_at = found.revoked_at or self._now()
            self._audit(session, "key.revoked", _key_in_words(found), game_id=found.game_id)
            return found

    def rename(self, key: str, note: str) -> WriteKey:
        """What people call the key that is, or alone begins with, `key`. Raises `UnknownKey`, `AmbiguousKey` or
        `Invalid`."""
        note = check_note(note)
        with self._writing() as session:
            found = _key(session, key)
            found.note = note
            self._audit(session, "key.renamed", _key_in_words(found), game_id=found.game_id)
            return found


def _key(session: Session, key: str) -> WriteKey:
    """The one that is, or alone begins with, `key`. Raises `UnknownKey` or `AmbiguousKey`."""
    if not re.fullmatch(rf"[0-9a-f]{{{KEY_PREFIX_LENGTH_MIN},32}}", key):
        raise UnknownKey(key)
    matches = session.scalars(select(WriteKey).where(WriteKey.key.startswith(key)).limit(2)).all()
    if not matches:
        raise UnknownKey(key)
    if len(matches) > 1:
        raise AmbiguousKey(key)
    return matches[0]


def _key_in_words(key: WriteKey) -> str:
    return f"{key.key[:8]}… {key.note}".rstrip()
