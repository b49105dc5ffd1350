"""To the identity provider and back: a browser leaves with a cookie, and has to come back with it.

The provider sends every browser back to the same page of ours, whatever it left for; what it left for is which cookie
it has, and each cookie is sent to the routes of its purpose alone.
"""

from __future__ import annotations

from typing import Annotated, NamedTuple

from fastapi import Request, Response
from pydantic import Field

from playtrace.api.identity_provider import Begun, Identity, IdentityProvider
from playtrace.api.models import ApiModel, Strict
from playtrace.api.session import is_https
from playtrace.api.state import State, state_of
from playtrace.problems import Forbidden, NotFound

SECONDS_MAX = 600
"""It may take so long."""
RETURN_PAGE = "/login/return"
"""Of the dashboard: what the provider has to know as a redirect URI, behind our address."""

Text = Annotated[str, Field(max_length=4_000)]


class Elsewhere(ApiModel):
    url: str = Field(description="Where the browser goes next.")


class Returned(Strict):
    """What stands in the address by which the provider sends a browser back."""

    code: Text | None = None
    state: Text = ""
    iss: Text | None = None
    error: Text | None = None
    error_description: Text | None = None


class Journey(NamedTuple):
    """For one purpose."""

    cookie: str
    path: str
    """Of the routes that the cookie is sent to."""

    def begin(self, request: Request, response: Response, *kept: str) -> Elsewhere:
        """`kept` comes back with the browser. Raises `NotFound` and `Unavailable`."""
        url, begun = provider_of(state_of(request)).begin(_return_address(request))
        response.headers["Cache-Control"] = "no-store"
        response.set_cookie(
            self.cookie,
            ".".join([*begun, *kept]),
            max_age=SECONDS_MAX,
            path=self.path,
            secure=is_https(request),
            httponly=True,
            samesite="lax",
        )
        return Elsewhere(url=url)

    def finish(self, request: Request, response: Response, returned: Returned) -> tuple[Identity, list[str]]:
        """Who has come back, and what was kept. Raises `NotFound`, `Forbidden` and `Unavailable`."""
        provider = provider_of(state_of(request))
        parts = request.cookies.get(self.cookie, "").split(".")
        begun, kept = parts[: len(Begun._fields)], parts[len(Begun._fields) :]
        response.delete_cookie(self.cookie, path=self.path, secure=is_https(request), httponly=True, samesite="lax")
        if returned.error is not None:
            raise Forbidden(
                f"{provider.name} did not let you in: {(returned.error_description or returned.error)[:200]}"
            )
        if len(begun) != len(Begun._fields) or returned.code is None:
            raise Forbidden("No sign-in was begun in this browser, or it took too long. Begin again.")
        identity = provider.finish(
            Begun(*begun), _return_address(request), code=returned.code, state=returned.state, issuer=returned.iss
        )
        return identity, kept


def provider_of(state: State) -> IdentityProvider:
    """Raises `NotFound` where the settings name none."""
    if state.identity_provider is None:
        raise NotFound("This server has no identity provider: sign in with a password.")
    return state.identity_provider


def own_address(request: Request) -> str:
    return (state_of(request).settings.public_url or str(request.base_url)).rstrip("/")


def _return_address(request: Request) -> str:
    return own_address(request) + RETURN_PAGE
