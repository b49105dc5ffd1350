"""Who is signed in, the first admin, signing in and out."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from pydantic import Field

from playtrace import __version__
from playtrace.api.access import FOR_EVERYBODY
from playtrace.api.authentication import COOKIE, lacks_second_factor, require_same_origin, signed_in_person
from playtrace.api.login_throttle import limits_of_code, limits_of_password
from playtrace.api.models import ApiModel
from playtrace.api.state import CurrentState, state_of
from playtrace.problems import (
    CodeRefused,
    Forbidden,
    InvalidRequest,
    SecondFactorNeeded,
    SetupRefused,
    Unauthenticated,
)
from playtrace.registry import errors
from playtrace.registry.audit import Actor, acts
from playtrace.registry.game_ids import GAME_ID_LENGTH_MAX
from playtrace.registry.known_browsers import DAYS_MAX
from playtrace.registry.models import EMAIL_LENGTH_MAX, Person
from playtrace.registry.passwords import PASSWORD_LENGTH_MAX, PASSWORD_LENGTH_MIN
from playtrace.registry.people import LOGIN_DAYS, Browser
from playtrace.registry.roles import Role
from playtrace.registry.second_factor import CODE_LENGTH_MAX, is_of_app

router = APIRouter(prefix="/api", tags=["session"])

BROWSER_COOKIE = "playtrace_browser"
"""By which a browser is known again in which somebody signed in before. It opens nothing."""


Password = Annotated[str, Field(max_length=PASSWORD_LENGTH_MAX)]
Code = Annotated[str, Field(max_length=CODE_LENGTH_MAX)]


class GrantOf(ApiModel):
    role: Role
    game_id: str | None = Field(None, max_length=GAME_ID_LENGTH_MAX, description="Null: all games.")


class User(ApiModel):
    email: str
    is_admin: bool
    """Of all games."""
    grants: list[GrantOf]
    """What they may do, and in which games."""
    has_second_factor: bool
    has_password: bool
    is_of_provider: bool
    """The identity provider says who they are, and by their groups what they may do."""
    is_linked: bool
    """They may sign in with the identity provider as well as with their password."""

    @classmethod
    def of(cls, person: Person) -> User:
        return cls(
            email=person.email,
            is_admin=person.is_admin,
            grants=[GrantOf(role=grant.role, game_id=grant.game_id) for grant in person.grants],
            has_second_factor=person.has_second_factor,
            has_password=bool(person.password_hash),
            is_of_provider=person.is_of_provider,
            is_linked=person.is_linked,
        )


class Me(ApiModel):
    user: User | None
    open: bool
    """Nobody needs to sign in."""
    setup_needed: bool
    """There is no admin yet: use the link that the server printed when it started."""
    second_factor_missing: bool
    """Whoever is signed in has to set one up before anything else."""
    provider: str | None
    """Name of the identity provider by which people may sign in, where there is one."""
    version: str


class Setup(ApiModel):
    token: Annotated[str, Field(max_length=200)]
    email: Annotated[str, Field(max_length=EMAIL_LENGTH_MAX)]
    password: Annotated[str, Field(min_length=PASSWORD_LENGTH_MIN, max_length=PASSWORD_LENGTH_MAX)]


class Credentials(ApiModel):
    email: Annotated[str, Field(max_length=EMAIL_LENGTH_MAX)]
    password: Password
    code: Code | None = Field(
        None, description="Of the authenticator app, or for recovery, where this person has a second factor."
    )


class SignedIn(ApiModel):
    user: User
    expires_at: dt.datetime


@router.get("/me", dependencies=[FOR_EVERYBODY])
def read_me(request: Request, response: Response, state: CurrentState) -> Me:
    """Who is signed in here, if anyone. Never an error."""
    response.headers["Cache-Control"] = "no-store"
    person = signed_in_person(request)
    is_open = state.settings.open
    return Me(
        user=User.of(person) if person else None,
        open=is_open,
        setup_needed=not is_open and not state.registry.first_admin.is_there(),
        second_factor_missing=person is not None and lacks_second_factor(state.settings, person),
        provider=None if state.identity_provider is None else state.identity_provider.name,
        version=__version__,
    )


@router.post("/setup", status_code=201, dependencies=[FOR_EVERYBODY, Depends(require_same_origin)])
def create_admin(setup: Setup, request: Request, response: Response, state: CurrentState) -> SignedIn:
    """The first admin, by the one-time link. Signs in as well."""
    try:
        person = state.registry.first_admin.create(setup.token, setup.email, setup.password)
    except errors.Invalid as error:
        raise InvalidRequest.of_field(error.field, error.expected) from error
    except errors.SetupRefused as error:
        raise SetupRefused(
            "The link was used already, or is not the latest that the server printed. "
            "Restart the server for a new link; once there is an admin, sign in."
        ) from error
    return begin_login(request, response, person)


@router.post("/session", dependencies=[FOR_EVERYBODY, Depends(require_same_origin)])
def sign_in(credentials: Credentials, request: Request, response: Response, state: CurrentState) -> SignedIn:
    """With the `code` too where somebody has a second factor: without one the answer is `second-factor-needed`."""
    limits = limits_of_password(address_of(request), credentials.email, known_browser(request, credentials.email))
    state.login_throttle.attempt(limits)
    try:
        person = state.registry.logins.person_of_password(credentials.email, credentials.password)
    except errors.LoginRefused as error:
        raise Unauthenticated(str(error)) from error
    if person.has_second_factor and credentials.code is None:
        # Nothing was wrong so far.
        state.login_throttle.withdraw(limits)
    require_code(request, person, credentials.code)
    state.login_throttle.succeeded(limits)
    return begin_login(request, response, person)


@router.delete("/session", status_code=204, dependencies=[FOR_EVERYBODY, Depends(require_same_origin)])
def sign_out(request: Request, response: Response, state: CurrentState) -> None:
    secret = request.cookies.get(COOKIE)
    if secret:
        state.registry.logins.end_of_secret(secret)
    response.delete_cookie(COOKIE, path="/", secure=is_https(request), httponly=True, samesite="lax")


def begin_login(request: Request, response: Response, person: Person, *, hours: float = LOGIN_DAYS * 24) -> SignedIn:
    """Of somebody of whom it is known who it is."""
    browser = Browser(address_of(request), request.headers.get("user-agent", ""), request.cookies.get(BROWSER_COOKIE))
    with acts(Actor(person.email, browser.address)):
        login = state_of(request).registry.logins.begin(person.id, browser=browser, hours=hours)
    response.headers["Cache-Control"] = "no-store"
    response.set_cookie(
        COOKIE,
        login.secret,
        expires=login.expires_at,
        path="/",
        secure=is_https(request),
        httponly=True,
        samesite="lax",
    )
    response.set_cookie(
        BROWSER_COOKIE,
        login.browser_secret,
        max_age=DAYS_MAX * 86_400,
        path="/",
        secure=is_https(request),
        httponly=True,
        samesite="lax",
    )
    return SignedIn(user=User.of(login.person), expires_at=login.expires_at)


def known_browser(request: Request, email: str) -> str | None:
    """What the throttle of sign-ins knows a browser by in which this person signed in before."""
    secret = request.cookies.get(BROWSER_COOKIE)
    is_known = secret is not None and state_of(request).registry.logins.knows_browser(email, secret)
    return secret if is_known else None


def require_password(request: Request, person: Person, password: str) -> None:
    """Before what only they may do who are signed in. Raises `Forbidden` and `TooManyRequests`."""
    state = state_of(request)
    limits = limits_of_password(address_of(request), person.email, known_browser(request, person.email))
    state.login_throttle.attempt(limits)
    try:
        state.registry.logins.require_password(person.id, password)
    except errors.LoginRefused as error:
        raise Forbidden("Your password is another one.") from error
    state.login_throttle.succeeded(limits)


def require_code(request: Request, person: Person, code: str | None) -> None:
    """Where they have a second factor. Raises `SecondFactorNeeded`, `CodeRefused` and `TooManyRequests`."""
    if not person.has_second_factor:
        return
    if code is None:
        raise SecondFactorNeeded
    state = state_of(request)
    # Nobody guesses a recovery code: whoever has lost the app gets in, however many guesses there were.
    limits = limits_of_code(person.email, known_browser(request, person.email)) if is_of_app(code) else []
    state.login_throttle.attempt(limits)
    try:
        with acts(Actor("who knows the password", address_of(request))):
            state.registry.second_factors.take_code(person.id, code)
    except errors.CodeRefused as error:
        raise CodeRefused(str(error)) from error
    state.login_throttle.withdraw(limits)


def address_of(request: Request) -> str:
    return request.client.host if request.client else ""


def is_https(request: Request) -> bool:
    public_url = state_of(request).settings.public_url or ""
    return request.url.scheme == "https" or public_url.lower().startswith("https://")
