"""Tokens, with which programs ask. Within a transaction of the registry."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from playtrace.registry import people
from playtrace.registry.access_secrets import PREFIX_LENGTH, READING, new_secret, sha256_of
from playtrace.registry.errors import Invalid, UnknownToken
from playtrace.registry.games import check_note, require_games
from playtrace.registry.models import Token
from playtrace.registry.part import Part
from playtrace.registry.roles import Scope, read_scopes

GAMES_MAX = 1_000
"""Named by one token."""


class Tokens(Part):
    def add(
        self,
        *,
        note: str = "",
        game_ids: Sequence[str] | None = None,
        scopes: Sequence[Scope] = (Scope.READ,),
        expires_at: dt.datetime | None = None,
    ) -> tuple[Token, str]:
        """A token of some games, or of all, and its secret, which cannot be shown again.

        Raises `UnknownGame` or `Invalid`.
        """
        note = check_note(note)
        with self._writing() as session:
            require_games(session, game_ids or ())
            token, secret = add(session, note, game_ids, read_scopes(scopes), expires_at, self._now())
            self._audit(session, "token.added", _token_in_words(token), scopes=token.scopes, games=token.game_ids)
            return token, secret

    def all(self) -> list[Token]:
        """All tokens, oldest first, the revoked ones too."""
        with self._reading() as session:
            return list(find_all(session))

    def revoke(self, token_id: int) -> Token:
        """Raises `UnknownToken`."""
        with self._writing() as session:
            token = revoke(session, token_id, self._now())
            self._audit(session, "token.revoked", _token_in_words(token))
            return token

    def of_secret(self, secret: str) -> Token | None:
        """Where it is good now. That it was used is noted."""
        now = self._now()
        with self._reading() as session:
            token = of_secret(session, secret, now)
        if token is not None and (token.used_at is None or now - token.used_at >= people.SEEN):
            with self._noting() as session:
                session.execute(update(Token).where(Token.id == token.id).values(used_at=now))
        return token


def add(
    session: Session,
    note: str,
    game_ids: Sequence[str] | None,
    scopes: Sequence[Scope],
    expires_at: dt.datetime | None,
    now: dt.datetime,
) -> tuple[Token, str]:
    """A token of games that there are, and its secret, which cannot be shown again. Raises `Invalid`."""
    if game_ids is not None and not 1 <= len(set(game_ids)) == len(game_ids) <= GAMES_MAX:
        raise Invalid("games", f"expected 1 to {GAMES_MAX:,} different ones, or none for all games")
    if expires_at is not None and expires_at <= now:
        raise Invalid("expiry", "expected a moment to come")
    secret = new_secret(READING)
    token = Token(
        secret_sha256=sha256_of(secret),
        prefix=secret[:PREFIX_LENGTH],
        scopes=[scope.value for scope in scopes],
        game_ids=None if game_ids is None else list(game_ids),
        note=note,
        created_at=now,
        expires_at=expires_at,
    )
    session.add(token)
    session.flush()
    return token, secret


def find_all(session: Session) -> Sequence[Token]:
    """Oldest first, the revoked ones too."""
    return session.scalars(select(Token).order_by(Token.id)).all()


def revoke(session: Session, token_id: int, now: dt.datetime) -> Token:
    """Raises `UnknownToken`."""
    # A larger number than the engine's integers would be an error of the driver.
    token = session.get(Token, token_id) if 0 < token_id < 2**31 else None
    if token is None:
        raise UnknownToken(token_id)
    token.revoked_at = token.revoked_at or now
    return token


def of_secret(session: Session, secret: str, now: dt.datetime) -> Token | None:
    """Where it is good now."""
    query = select(Token).where(
        Token.secret_sha256 == sha256_of(secret),
        Token.revoked_at.is_(None),
        or_(Token.expires_at.is_(None), Token.expires_at > now),
    )
    return session.scalars(query).one_or_none()


def _token_in_words(token: Token) -> str:
    return f"{token.prefix}… {token.note}".rstrip()
