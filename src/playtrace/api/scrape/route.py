"""Who may read `/metrics`, and in which form. Browsers that ask for a page get the dashboard's of the same address."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, Request, Response

from playtrace.api.access import Needs
from playtrace.api.authentication import authenticate
from playtrace.api.dashboard import HTML, Dashboard
from playtrace.api.permissions import OF_ROLE, Caller, Permission, Right
from playtrace.api.state import CurrentState
from playtrace.config import Settings
from playtrace.problems import Unauthenticated
from playtrace.registry.roles import Role

router = APIRouter(tags=["health"])

BY_A_PROXY = (
    "forwarded",
    "via",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-proto",
    "x-real-ip",
    "cf-connecting-ip",
)
"""Headers with which proxies say that somebody else asks."""
LOOPBACK_NETWORK = "::/64"
"""How `::1` is counted; nobody else has an address in it."""


WHO_NEEDS_NONE = Caller("whoever watches this server", (Right(OF_ROLE[Role.VIEWER]),))


def who_scrapes(request: Request, state: CurrentState) -> Caller:
    """Raises `Unauthenticated`."""
    if HTML.search(request.headers.get("accept", "")) or needs_no_token(request, state.settings):
        return WHO_NEEDS_NONE
    try:
        return authenticate(request)
    except Unauthenticated as error:
        raise Unauthenticated(
            "Metrics of the server are for this machine without a key, and for others with a token that reads:"
            " 'Authorization: Bearer read_...'. A proxy on this machine is another."
        ) from error


@router.get(
    "/metrics",
    summary="Metrics of the server",
    dependencies=[Depends(Needs(Permission.READ, who=who_scrapes))],
    response_class=Response,
    responses={
        200: {
            "description": "OpenMetrics, or the older text form of Prometheus.",
            "content": {"text/plain": {}, "application/openmetrics-text": {}},
        }
    },
)
async def metrics(request: Request, state: CurrentState) -> Response:
    """How the server fares, for Prometheus: OpenMetrics for who asks for it, else the older text format. No key is
    needed on the same machine, elsewhere a token that reads all games; `metrics_without_token` changes that."""
    accept = request.headers.get("accept", "")
    if HTML.search(accept):
        return Dashboard().answer(request)
    body, media_type = await state.scrapes.answer(state, accept)
    return Response(body, headers={"content-type": media_type})


def needs_no_token(request: Request, settings: Settings) -> bool:
    who = settings.metrics.without_token
    return who == "anybody" or (who == "loopback" and is_from_here(request, settings))


def is_from_here(request: Request, settings: Settings) -> bool:
    """Whether a program on this machine asks, for itself.

    A browser here may have a page of the internet open, which may have pointed a name of its own at 127.0.0.1: so the
    server must be called by a loopback name. Behind a proxy everybody comes from loopback: it names them in a header;
    where one is set up (`public_url`) that is not trusted to, nobody can be told apart.
    """
    if settings.public_url is not None and not settings.collect.trusted_proxies:
        return False
    client = request.client.host if request.client else ""
    if not (client == LOOPBACK_NETWORK or is_loopback(client)):
        return False
    if any(name in request.headers for name in BY_A_PROXY):
        return False
    return is_loopback(urlsplit(f"http://{request.headers.get('host', '')}").hostname or "")


def is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
