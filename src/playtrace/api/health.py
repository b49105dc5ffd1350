"""`GET /api/health`: what a load balancer and an operator need to know. Asked without signing in."""

from __future__ import annotations

import datetime as dt
import shutil
import time
from typing import Literal, cast

from fastapi import APIRouter, Request, Response

from playtrace import __version__
from playtrace.api.models import ApiModel
from playtrace.config import Settings
from playtrace.journal.sqlite import Journal
from playtrace.load.loader import Loader

router = APIRouter(prefix="/api", tags=["health"])

LAG_S_MAX = 30.0
"""Loading that is further behind than this is worth a look: `degraded`."""


class JournalHealth(ApiModel):
    lag_events: int
    """Events that were acknowledged and cannot be queried yet."""
    lag_seconds: float
    """How long the oldest of them has waited."""
    bytes: int
    bytes_max: int


class StoreHealth(ApiModel):
    events: int
    """Events stored since the server started."""
    bytes: int
    """Size of the database file and its log."""


class DiskHealth(ApiModel):
    free_bytes: int


class Health(ApiModel):
    status: Literal["healthy", "degraded", "unhealthy"]
    timestamp: dt.datetime
    message: str
    version: str
    uptime_seconds: float
    journal: JournalHealth
    store: StoreHealth
    disk: DiskHealth


@router.get("/health", responses={503: {"model": Health, "description": "Events cannot be taken; `message` says why."}})
def health(request: Request, response: Response) -> Health:
    """Whether events are taken and loaded; 503 with the reason when they cannot be taken."""
    state = request.app.state
    settings = cast(Settings, state.settings)
    journal = cast(Journal, state.journal)
    loader = cast(Loader, state.loader)
    lag_events = journal.waiting_events(loader.offset)
    lag_seconds = loader.waiting_seconds()
    status: Literal["healthy", "degraded", "unhealthy"] = "healthy"
    message = "Events are taken and loaded."
    if (refusing := journal.refusing) is not None:
        status, message = "unhealthy", str(refusing)
        response.status_code = 503
    elif loader.error is not None:
        status, message = "degraded", f"Events are taken; loading them fails and is tried again: {loader.error}"
    elif lag_seconds > LAG_S_MAX:
        status, message = "degraded", f"Events are taken; loading them is {lag_seconds:.0f} seconds behind."
    files = [settings.store_path, settings.store_path.with_name(settings.store_path.name + ".wal")]
    return Health(
        status=status,
        timestamp=dt.datetime.now(dt.UTC),
        message=message,
        version=__version__,
        uptime_seconds=time.monotonic() - cast(float, state.started_at),
        journal=JournalHealth(
            lag_events=lag_events, lag_seconds=lag_seconds, bytes=journal.bytes, bytes_max=settings.journal_bytes_max
        ),
        store=StoreHealth(
            events=loader.stored,
            bytes=sum(file.stat().st_size for file in files if file.exists()),
        ),
        disk=DiskHealth(free_bytes=shutil.disk_usage(settings.data).free),
    )
