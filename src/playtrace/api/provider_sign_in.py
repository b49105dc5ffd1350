"""Signing in by an identity provider: where the browser goes, what it comes back with, and where it signs out."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Request, Response
from pydantic import Field

from playtrace.api.access import FOR_EVERYBODY
from playtrace.api.authentication import require_same_origin, signed_in_person
from playtrace.api.identity_provider import Identity, IdentityProvider
from playtrace.api.models import ApiModel
from playtrace.api.provider_journey import Elsewhere, Journey, Returned, own_address, provider_of
from playtrace.api.session import SignedIn, address_of, begin_login, sign_out
from playtrace.api.state import CurrentState, State
from playtrace.problems import Conflict, Forbidden
from playtrace.registry import errors
from playtrace.registry.audit import Actor, acts
from playtrace.registry.group_roles import grants_of
from playtrace.registry.models import Person

router = APIRouter(prefix="/api/session/provider", tags=["session"])

SIGN_IN = Journey("playtrace_begun", router.prefix)


class Ended(ApiModel):
    url: str | None = Field(description="Where the browser signs out of the provider too, where that is possible.")


@router.post("", dependencies=[FOR_EVERYBODY, Depends(require_same_origin)])
def begin_at_provider(request: Request, response: Response) -> Elsewhere:
    """Where to sign in, where the settings name an identity provider."""
    return SIGN_IN.begin(request, response)


@router.post("/return", dependencies=[FOR_EVERYBODY, Depends(require_same_origin)])
def return_from_provider(request: Request, response: Response, state: CurrentState, returned: Returned) -> SignedIn:
    """Signs in whom the provider sent back. What they may do follows their groups there, each time."""
    identity, _ = SIGN_IN.finish(request, response, returned)
    provider = provider_of(state)
    with acts(Actor(provider.name, address_of(request))):
        person = _known(state, provider, identity)
    return begin_login(request, response, person, hours=state.settings.oidc.login_hours)


@router.post("/end", dependencies=[FOR_EVERYBODY, Depends(require_same_origin)])
def end_at_provider(request: Request, response: Response, state: CurrentState) -> Ended:
    """Signs out here, and says where to sign out of the provider."""
    person = signed_in_person(request)
    sign_out(request, response, state)
    provider = state.identity_provider
    if provider is None or person is None or not person.is_of_provider:
        return Ended(url=None)
    return Ended(url=provider.end_address(own_address(request) + "/login"))


def _known(state: State, provider: IdentityProvider, identity: Identity) -> Person:
    try:
        person = state.registry.identities.put(
            identity.key, identity.email, grants_of(identity.groups, state.group_roles)
        )
    except errors.PersonExists as error:
        raise Conflict(
            f"There is somebody with the email {identity.email} here already, who signs in with a password. Do that,"
            f" and link {provider.name} on the page Your account."
        ) from error
    except (errors.LastAdmin, errors.Invalid) as error:
        raise Forbidden(str(error)) from error
    if person is None:
        raise Forbidden(
            f"{provider.name} knows you, and none of your groups there may do anything here. Ask whoever runs this"
            " server (oidc_roles)."
        )
    return person
