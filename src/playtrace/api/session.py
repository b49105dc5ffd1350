"""Who is signed in, the first admin, signing in and out."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, cast

from fastapi import APIRouter, Depends, Request, Response
from pydantic import Field

from playtrace import __version__
from playtrace.api.authentication import COOKIE, registry_of, require_same_origin, signed_in_person
from playtrace.api.login_throttle import LoginThrottle
from playtrace.api.models import ApiModel
from playtrace.config import Settings
from playtrace.problems import InvalidRequest, SetupRefused, Unauthenticated
from playtrace.registry import errors
from playtrace.registry.models import EMAIL_LENGTH_MAX, Person
from playtrace.registry.passwords import PASSWORD_LENGTH_MAX, PASSWORD_LENGTH_MIN
from playtrace.registry.registry import SessionSecret

router = APIRouter(prefix="/api", tags=["session"])


class User(ApiModel):
    email: str
    is_admin: bool

    @classmethod
    def of(cls, person: Person) -> User:
        return cls(email=person.email, is_admin=person.is_admin)


class Me(ApiModel):
    user: User | None
    open: bool
    """Nobody needs to sign in."""
    setup_needed: bool
    """There is no admin yet: use the link that the server printed when it started."""
    version: str


class Setup(ApiModel):
    token: Annotated[str, Field(max_length=200)]
    email: Annotated[str, Field(max_length=EMAIL_LENGTH_MAX)]
    password: Annotated[str, Field(min_length=PASSWORD_LENGTH_MIN, max_length=PASSWORD_LENGTH_MAX)]


class Credentials(ApiModel):
    email: Annotated[str, Field(max_length=EMAIL_LENGTH_MAX)]
    password: Annotated[str, Field(max_length=PASSWORD_LENGTH_MAX)]


class SignedIn(ApiModel):
    user: User
    expires_at: dt.datetime


@router.get("/me")
def read_me(request: Request, response: Response) -> Me:
    """Who is signed in here, if anyone. Never an error."""
    response.headers["Cache-Control"] = "no-store"
    person = signed_in_person(request)
    is_open = _settings_of(request).open
    return Me(
        user=User.of(person) if person else None,
        open=is_open,
        setup_needed=not is_open and not registry_of(request).has_admin(),
        version=__version__,
    )


@router.post("/setup", status_code=201, dependencies=[Depends(require_same_origin)])
def create_admin(setup: Setup, request: Request, response: Response) -> SignedIn:
    """The first admin, by the one-time link. Signs in as well."""
    registry = registry_of(request)
    try:
        registry.create_admin(setup.token, setup.email, setup.password)
    except errors.Invalid as error:
        raise InvalidRequest.of_field(error.field, error.expected) from error
    except errors.SetupRefused as error:
        raise SetupRefused(
            "The link was used already, or is not the latest that the server printed. "
            "Restart the server for a new link; once there is an admin, sign in."
        ) from error
    return _sign_in(request, response, registry.login(setup.email, setup.password))


@router.post("/session", dependencies=[Depends(require_same_origin)])
def sign_in(credentials: Credentials, request: Request, response: Response) -> SignedIn:
    throttle = cast(LoginThrottle, request.app.state.login_throttle)
    address = request.client.host if request.client else ""
    throttle.attempt(address, credentials.email)
    try:
        login = registry_of(request).login(credentials.email, credentials.password)
    except errors.LoginRefused as error:
        raise Unauthenticated(str(error)) from error
    throttle.succeeded(address, credentials.email)
    return _sign_in(request, response, login)


@router.delete("/session", status_code=204, dependencies=[Depends(require_same_origin)])
def sign_out(request: Request, response: Response) -> None:
    secret = request.cookies.get(COOKIE)
    if secret:
        registry_of(request).logout(secret)
    response.delete_cookie(COOKIE, path="/", secure=_is_https(request), httponly=True, samesite="lax")


def _sign_in(request: Request, response: Response, login: SessionSecret) -> SignedIn:
    response.headers["Cache-Control"] = "no-store"
    response.set_cookie(
        COOKIE,
        login.secret,
        expires=login.expires_at,
        path="/",
        secure=_is_https(request),
        httponly=True,
        samesite="lax",
    )
    return SignedIn(user=User.of(login.person), expires_at=login.expires_at)


def _is_https(request: Request) -> bool:
    public_url = _settings_of(request).public_url or ""
    return request.url.scheme == "https" or public_url.lower().startswith("https://")


def _settings_of(request: Request) -> Settings:
    return cast(Settings, request.app.state.settings)
