"""Who asks: whom a cookie, a token, or the machine's own token stands for.

A browser shows its cookie, a program its token (`Authorization: Bearer`), the command line on the same machine the
token of `server.json`. An open server asks nobody. Works for HTTP and WebSocket routes alike. What they may do is said
by `access.py`.
"""

from __future__ import annotations

import secrets
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection

from playtrace.api.permissions import ALL_OF_ADMIN, ALL_OF_MACHINE, Caller
from playtrace.api.state import state_of
from playtrace.config import Settings
from playtrace.problems import CrossOrigin, SecondFactorMissing, Unauthenticated
from playtrace.registry.models import Person

COOKIE = "playtrace_session"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
NOT_SIGNED_IN = "Sign in on the dashboard, or send a token: 'Authorization: Bearer read_...'."
NO_BEARER = "What the Authorization header holds is not 'Bearer' and a token: 'Authorization: Bearer read_...'."
THE_COMMAND_LINE = "the command line"
ANYBODY = "somebody who is not signed in"


def authenticate(connection: HTTPConnection) -> Caller:
    """The caller behind a request, who may go on.

    Raises what `identify` does, and `SecondFactorMissing` for who has to set one up before anything else.
    """
    caller = identify(connection)
    if caller.person is not None and lacks_second_factor(state_of(connection).settings, caller.person):
        raise SecondFactorMissing
    return caller


def identify(connection: HTTPConnection) -> Caller:
    """The caller behind a request. Raises `Unauthenticated`, or `CrossOrigin` where a foreign page uses the cookie."""
    settings = state_of(connection).settings
    bearer = bearer_token(connection)
    # Pages of other sites can open WebSockets and send simple requests here; they cannot set Authorization.
    if bearer is None and not (connection.scope["type"] == "http" and connection.scope["method"] in SAFE_METHODS):
        require_same_origin(connection)
    if bearer is not None and is_local_token(connection, bearer):
        return Caller(THE_COMMAND_LINE, (ALL_OF_MACHINE,))
    if settings.open:
        person = signed_in_person(connection)
        return Caller(ANYBODY if person is None else person.email, (ALL_OF_ADMIN,), person)
    if bearer is not None:
        return _caller_of_bearer(connection, bearer)
    person = signed_in_person(connection)
    if person is None:
        raise Unauthenticated(NO_BEARER if "authorization" in connection.headers else NOT_SIGNED_IN)
    return Caller.of_person(person)


def lacks_second_factor(settings: Settings, person: Person) -> bool:
    """Whether the settings want one of them that they have not. Who has no password has none to be guessed."""
    is_wanted = settings.admin_second_factor and not settings.open and person.is_some_admin
    return is_wanted and bool(person.password_hash) and not person.has_second_factor


def is_local_token(connection: HTTPConnection, token: str) -> bool:
    return secrets.compare_digest(state_of(connection).local_token.encode(), token.encode())


def signed_in_person(connection: HTTPConnection) -> Person | None:
    secret = connection.cookies.get(COOKIE)
    return state_of(connection).registry.logins.person_of(secret) if secret else None


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


def bearer_token(connection: HTTPConnection) -> str | None:
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def _caller_of_bearer(connection: HTTPConnection, bearer: str) -> Caller:
    state = state_of(connection)
    token = state.registry.tokens.of_secret(bearer)
    if token is None:
        if state.key_ring.game_of_key(bearer) is not None:
            raise Unauthenticated(
                "This is a write key: with it a game sends, and nobody reads."
                " `playtrace tokens add` makes a token that reads."
            )
        raise Unauthenticated("This token is unknown, revoked or too old. `playtrace tokens add` makes a new one.")
    return Caller.of_token(token)


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
