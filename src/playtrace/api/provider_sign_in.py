"""Signing in by an identity provider: where the browser goes, what it comes back with, and where it signs out."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from pydantic import Field

from playtrace.api.access import FOR_EVERYBODY
from playtrace.api.authentication import require_same_origin, signed_in_person
from playtrace.api.identity_provider import Begun, Identity, IdentityProvider
from playtrace.api.models import ApiModel, Strict
from playtrace.api.session import SignedIn, address_of, begin_login, is_https, sign_out
from playtrace.api.state import CurrentState, State, state_of
from playtrace.problems import Conflict, Forbidden, NotFound
from playtrace.registry import errors
from playtrace.registry.audit import Actor, acts
from playtrace.registry.group_roles import grants_of
from playtrace.registry.models import Person

router = APIRouter(prefix="/api/session/provider", tags=["session"])

BEGUN_COOKIE = "playtrace_begun"
BEGUN_SECONDS_MAX = 600
"""A sign-in at the provider may take so long."""
RETURN_PAGE = "/login/return"
"""Of the dashboard: what the provider has to know as a redirect URI, behind our address."""

Text = Annotated[str, Field(max_length=4_000)]


class Elsewhere(ApiModel):
    url: str = Field(description="Where the browser goes next.")


class Ended(ApiModel):
    url: str | None = Field(description="Where the browser signs out of the provider too, where that is possible.")


class Returned(Strict):
    """What stands in the address by which the provider sends a browser back."""

    code: Text | None = None
    state: Text = ""
    iss: Text | None = None
    error: Text | None = None
    error_description: Text | None = None


@router.post("", dependencies=[FOR_EVERYBODY, Depends(require_same_origin)])
def begin_at_provider(request: Request, response: Response, state: CurrentState) -> Elsewhere:
    """Where to sign in, where the settings name an identity provider."""
    url, begun = _provider(state).begin(_return_address(request))
    response.headers["Cache-Control"] = "no-store"
    response.set_cookie(
        BEGUN_COOKIE,
        ".".join(begun),
        max_age=BEGUN_SECONDS_MAX,
        path=router.prefix,
        secure=is_https(request),
        httponly=True,
        samesite="lax",
    )
    return Elsewhere(url=url)


@router.post("/return", dependencies=[FOR_EVERYBODY, Depends(require_same_origin)])
def return_from_provider(request: Request, response: Response, state: CurrentState, returned: Returned) -> SignedIn:
    """Signs in whom the provider sent back. What they may do follows their groups there, each time."""
    provider = _provider(state)
    begun = request.cookies.get(BEGUN_COOKIE, "").split(".")
    response.delete_cookie(BEGUN_COOKIE, path=router.prefix, secure=is_https(request), httponly=True, samesite="lax")
    if returned.error is not None:
        raise Forbidden(f"{provider.name} did not let you in: {(returned.error_description or returned.error)[:200]}")
    if len(begun) != len(Begun._fields) or returned.code is None:
        raise Forbidden("No sign-in was begun in this browser, or it took too long. Begin again.")
    identity = provider.finish(
        Begun(*begun), _return_address(request), code=returned.code, state=returned.state, issuer=returned.iss
    )
    with acts(Actor(provider.name, address_of(request))):
        person = _known(state, provider, identity)
    return begin_login(request, response, person, hours=state.settings.oidc.login_hours)


@router.post("/end", dependencies=[FOR_EVERYBODY, Depends(require_same_origin)])
def end_at_provider(request: Request, response: Response, state: CurrentState) -> Ended:
    """Signs out here, and says where to sign out of the provider."""
    person = signed_in_person(request)
    sign_out(request, response, state)
    provider = state.identity_provider
    if provider is None or person is None or person.identity_sha256 is None:
        return Ended(url=None)
    return Ended(url=provider.end_address(_own_address(request) + "/login"))


def _known(state: State, provider: IdentityProvider, identity: Identity) -> Person:
    try:
        person = state.registry.put_identity(
            identity.key, identity.email, grants_of(identity.groups, state.group_roles)
        )
    except errors.PersonExists as error:
        raise Conflict(
            f"There is somebody with the email {identity.email} here already, who signs in with a password. Do that;"
            f" or have an admin remove them, and sign in with {provider.name} again."
        ) from error
    except (errors.LastAdmin, errors.Invalid) as error:
        raise Forbidden(str(error)) from error
    if person is None:
        raise Forbidden(
            f"{provider.name} knows you, and none of your groups there may do anything here. Ask whoever runs this"
            " server (oidc_roles)."
        )
    return person


def _provider(state: State) -> IdentityProvider:
    if state.identity_provider is None:
        raise NotFound("This server has no identity provider: sign in with a password.")
    return state.identity_provider


def _return_address(request: Request) -> str:
    return _own_address(request) + RETURN_PAGE


def _own_address(request: Request) -> str:
    return (state_of(request).settings.public_url or str(request.base_url)).rstrip("/")
