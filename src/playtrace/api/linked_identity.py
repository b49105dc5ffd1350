"""The account that somebody has at the identity provider, linked to the one that they have here: a second way in, by
their own wish. What they may do is said here as before, and not by their groups there.

Whoever finds a browser signed in cannot link an account of theirs: the password is asked for again, and the code where
there is a second factor. That it was is said by a sealed note in the cookie with which the browser leaves, as nothing
else that it comes back with says so.
"""

from __future__ import annotations

import hashlib
import hmac
import time

from fastapi import APIRouter, Request, Response

from playtrace.api.access import CurrentPerson
from playtrace.api.models import Strict
from playtrace.api.provider_journey import SECONDS_MAX, Elsewhere, Journey, Returned, provider_of
from playtrace.api.registry_problems import registry_problems
from playtrace.api.session import Code, Password, User, require_code, require_password
from playtrace.api.state import CurrentState, State
from playtrace.problems import Conflict, Forbidden
from playtrace.registry import errors
from playtrace.registry.models import Person

router = APIRouter(prefix="/api/me/identity", tags=["people"])

LINKING = Journey("playtrace_linking", router.prefix)


class Asked(Strict):
    password: Password
    code: Code | None = None


@router.post("")
def begin_linking(
    state: CurrentState, person: CurrentPerson, request: Request, response: Response, asked: Asked
) -> Elsewhere:
    """Where to sign in at the identity provider, to sign in with it from then on. Where you have a second factor, send
    its `code` too: without one the answer is `second-factor-needed`."""
    provider_of(state)
    if person.identity_sha256 is not None:
        raise Conflict(str(errors.IdentityThere()))
    require_password(request, person, asked.password)
    require_code(request, person, asked.code)
    until = str(int(time.time()) + SECONDS_MAX)
    return LINKING.begin(request, response, until, _seal(state, person, until))


@router.post("/return")
def return_to_link(
    state: CurrentState, person: CurrentPerson, request: Request, response: Response, returned: Returned
) -> User:
    """Links the account with which the provider sent you back."""
    identity, kept = LINKING.finish(request, response, returned)
    if not _is_sealed(state, person, kept):
        raise Forbidden("This was begun by somebody else, or took too long. Begin again.")
    with registry_problems():
        return User.of(state.registry.identities.link(person.id, identity.key, identity.email))


@router.post("/removal")
def unlink(state: CurrentState, person: CurrentPerson, request: Request, asked: Asked) -> User:
    """You sign in with your password alone."""
    require_password(request, person, asked.password)
    require_code(request, person, asked.code)
    return User.of(state.registry.identities.unlink(person.id))


def _seal(state: State, person: Person, until: str) -> str:
    """Of who showed their password, good until then, and until the server starts again."""
    return hmac.new(state.local_token.encode(), f"link {person.id} {until}".encode(), hashlib.sha256).hexdigest()


def _is_sealed(state: State, person: Person, kept: list[str]) -> bool:
    until, _, seal = ".".join(kept).partition(".")
    is_ours = hmac.compare_digest(_seal(state, person, until).encode(), seal.encode("utf-8", "surrogatepass"))
    return is_ours and time.time() < int(until)
