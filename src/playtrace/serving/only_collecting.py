"""What is answered to everything but events, where events are taken and nothing else."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Literal

import msgspec
from msgspec import Struct

from playtrace import __version__
from playtrace.asgi import Receive, Scope, Send
from playtrace.collect.app import send_reply
from playtrace.collect.problem_documents import problem
from playtrace.collect.request import Reply
from playtrace.journal.errors import JournalUnavailable
from playtrace.measures import Outcome
from playtrace.problems import NotFound


class Health(Struct, rename="camel"):
    """What `GET /api/health` says here: the first fields are those of a server that does all."""

    status: Literal["healthy", "degraded", "unhealthy"]
    timestamp: dt.datetime
    message: str
    version: str
    uptime_seconds: float
    role: str
    requests: dict[str, dict[str, int]]
    """Since the start, by protocol and by what became of them."""


async def answer_otherwise(scope: Scope, receive: Receive, send: Send, role: str, healthy: Callable[[], Reply]) -> None:
    """`GET /api/health`, and 404 to all else."""
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close"})
    elif scope["path"] == "/api/health" and scope["method"] in ("GET", "HEAD"):
        await send_reply(send, healthy())
    else:
        said = f"This server has the role {role}: it takes events, and answers no question."
        await send_reply(send, problem(NotFound(said)))


def health(
    role: str,
    uptime_seconds: float,
    requests: Mapping[str, Mapping[Outcome, int]],
    *,
    refusing: JournalUnavailable | None,
    trouble: str | None,
) -> Reply:
    """503 while nothing is taken."""
    told = Health(
        status="healthy",
        timestamp=dt.datetime.now(dt.UTC),
        message="Events are taken.",
        version=__version__,
        uptime_seconds=uptime_seconds,
        role=role,
        requests={name: {**outcomes} for name, outcomes in requests.items()},
    )
    status = HTTPStatus.OK
    if refusing is not None:
        told.status, told.message = "unhealthy", str(refusing)
        status = HTTPStatus.SERVICE_UNAVAILABLE
    elif trouble is not None:
        told.status = "degraded"
        told.message = f"Events are taken, by keys as they were last known: {trouble}"
    return Reply(status, msgspec.json.encode(told))
