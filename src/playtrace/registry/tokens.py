"""Tokens, with which programs ask. Within a transaction of the registry."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from playtrace.registry.access_secrets import PREFIX_LENGTH, READING, new_secret, sha256_of
from playtrace.registry.errors import Invalid, UnknownToken
from playtrace.registry.models import Token
from playtrace.registry.roles import Scope

GAMES_MAX = 1_000
"""Named by one token."""


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
