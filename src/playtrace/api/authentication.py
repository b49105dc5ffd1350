"""Who asks, and which games they may read.

A browser shows its cookie, a program its read token (`Authorization: Bearer`), the command line on the same
machine the token of `server.json`. An open server asks nobody. Works for HTTP and WebSocket routes alike.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends
from starlette.requests import HTTPConnection

from playtrace.api.state import State, state_of
from playtrace.problems import CrossOrigin, Forbidden, Unauthenticated, UnknownGame
from playtrace.registry.models import Game, Person

COOKIE = "playtrace_session"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
NOT_SIGNED_IN = "Sign in on the dashboard, or send a read token: 'Authorization: Bearer read_...'."
NO_BEARER = "What the Authorization header holds is not 'Bearer' and a read token: 'Authorization: Bearer read_...'."


@dataclass(frozen=True)
class Reader:
    """Someone who may read: all games, or the one of their token."""

    person: Person | None = None
    only_game_id: str | None = None
    is_admin: bool = False
    may_sql: bool = False
    """Ask in SQL what they may read; an admin may in any case."""

    def may_read(self, game_id: str) -> bool:
        return self.only_game_id is None or self.only_game_id == game_id

    def require(self, game_id: str) -> None:
        """Raises `Forbidden`, which tells nothing about whether the game exists."""
        if not self.may_read(game_id):
            raise Forbidden(f"This read token is not for the game {game_id!r}. `playtrace tokens add` makes another.")


def authenticate(connection: HTTPConnection) -> Reader:
    """The reader behind a request. Raises `Unauthenticated`, or `CrossOrigin` where a foreign page uses the cookie."""
    settings = state_of(connection).settings
    bearer = bearer_token(connection)
    # Pages of other sites can open WebSockets and send simple requests here; they cannot set Authorization.
    if bearer is None and not (connection.scope["type"] == "http" and connection.scope["method"] in SAFE_METHODS):
        require_same_origin(connection)
    if settings.open:
        return Reader(person=signed_in_person(connection), is_admin=True)
    if bearer is not None:
        return _reader_of_bearer(connection, bearer)
    person = signed_in_person(connection)
    if person is None:
        raise Unauthenticated(NO_BEARER if "authorization" in connection.headers else NOT_SIGNED_IN)
    return Reader(person=person, is_admin=person.is_admin)


def authenticate_admin(reader: Annotated[Reader, Depends(authenticate)]) -> Reader:
    if not reader.is_admin:
        raise Forbidden("Only an admin may do this.")
    return reader


def authenticate_for_sql(reader: Annotated[Reader, Depends(authenticate)]) -> Reader:
    if not reader.is_admin and not reader.may_sql:
        raise Forbidden("Only an admin may ask in SQL, or a read token that `playtrace tokens add --sql` made.")
    return reader


CurrentReader = Annotated[Reader, Depends(authenticate)]
"""The parameter of every route that reads."""
CurrentAdmin = Annotated[Reader, Depends(authenticate_admin)]
"""The parameter of every route that changes what others see."""
CurrentSqlReader = Annotated[Reader, Depends(authenticate_for_sql)]


def signed_in_person(connection: HTTPConnection) -> Person | None:
    secret = connection.cookies.get(COOKIE)
    return state_of(connection).registry.person_of_session(secret) if secret else None


def require_same_origin(connection: HTTPConnection) -> None:
    """Raises `CrossOrigin` unless our own page asks, or a program that carries no cookie.

    SameSite=Lax already keeps the cookie from most foreign requests, but ports and subdomains are the same site.
    """
    origin = connection.headers.get("origin")
    fetch_site = connection.headers.get("sec-fetch-site")
    if fetch_site is not None:
        same = fetch_site in ("same-origin", "none")
    elif origin is not None:
        same = _is_ours(connection, origin)
    else:
        same = COOKIE not in connection.cookies
    if not same:
        raise CrossOrigin(
            "A page of another address asked. If this is your dashboard behind a proxy, "
            "set PLAYTRACE_PUBLIC_URL to the address that people use."
        )


def readable_game(state: State, reader: Reader, game_id: str) -> Game:
    """Raises `Forbidden` when the reader may not read it, `UnknownGame` when there is none."""
    reader.require(game_id)
    game = state.registry.game(game_id)
    if game is None:
        raise UnknownGame(game_id)
    return game


def bearer_token(connection: HTTPConnection) -> str | None:
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def _reader_of_bearer(connection: HTTPConnection, bearer: str) -> Reader:
    state = state_of(connection)
    if secrets.compare_digest(state.local_token.encode(), bearer.encode()):
        return Reader(is_admin=True)
    token = state.registry.reader_of_token(bearer)
    if token is None:
        if state.key_ring.game_of_key(bearer) is not None:
            raise Unauthenticated(
                "This is a write key: with it a game sends, and nobody reads."
                " `playtrace tokens add` makes a read token."
            )
        raise Unauthenticated("This token is unknown or revoked. `playtrace tokens add` makes a new one.")
    return Reader(only_game_id=token.game_id, may_sql=token.may_sql)


def _is_ours(connection: HTTPConnection, origin: str) -> bool:
    if origin == "null":
        return False
    public_url = state_of(connection).settings.public_url
    if public_url is not None and _address(public_url) == _address(origin):
        return True
    # The scheme is not compared: a proxy may speak https for us.
    return urlsplit(origin).netloc.lower() == connection.headers.get("host", "").lower()


def _address(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme.lower(), parts.netloc.lower()
