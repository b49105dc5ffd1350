"""What is said where events are taken and nothing else: how that fares, and that no question is answered."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from http import HTTPStatus
from typing import Literal

import msgspec
from msgspec import Struct

from playtrace import __version__
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


def no_question(role: str) -> NotFound:
    return NotFound(f"This server has the role {role}: it takes events, and answers no question.")


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
