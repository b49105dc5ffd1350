"""A server whose role is to take events and nothing else: any number of them, on any machines, added and lost at will.

What it needs are the broker, and what the registry knows of keys and games. While the registry is away it goes on with
what it knew, also after a start. What it acknowledged is at the broker: nothing of it is lost with it.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import secrets
import time
from collections.abc import Awaitable
from contextlib import suppress
from http import HTTPStatus
from typing import Literal

import msgspec
from msgspec import Struct

from playtrace import __version__
from playtrace.asgi import Receive, Scope, Send
from playtrace.collect.app import Collect, send_reply
from playtrace.collect.problem_documents import problem
from playtrace.collect.request import Reply
from playtrace.config import Settings
from playtrace.jobs import Job, Jobs
from playtrace.journal.by_url import open_outlet
from playtrace.journal.errors import JournalUnavailable
from playtrace.measures import Measured
from playtrace.problems import NotFound
from playtrace.registry.errors import RegistryError
from playtrace.registry.key_ring import KeyRing
from playtrace.registry.registry import Registry
from playtrace.serving.entrance import Entrance
from playtrace.serving.request_ids import RequestIds
from playtrace.serving.traced import traced


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


class Collecting:
    """An ASGI app. `start` the background work, and `close` it."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
        # Its tables are brought up to date by whoever asks and loads.
        self.registry = Registry.open(settings.registry_database, upgraded=True)
        self.key_ring = KeyRing(self.registry, open_mode=settings.open, kept_in=settings.keys_path)
        self.sink = open_outlet(settings)
        self._away: JournalUnavailable | None = None
        """Why the broker could not be asked a moment ago: where others take events, this process sends it nothing."""
        self.jobs = Jobs(
            Job("read keys", self.key_ring.refresh, period_s=1), Job("look at the broker", self._look, period_s=1)
        )
        self.measured = Measured()
        self.address = settings.public_url or ""
        self.local_token = secrets.token_urlsafe(32)
        self._started_at = time.monotonic()
        collect = Collect(settings, self.sink, self.key_ring, self.measured.own)
        entrance = Entrance(settings, collect, self._answer)
        is_handed_on = settings.collect.processes_here() > 0
        self._entrance = RequestIds(traced(entrance, settings, collect.answers, is_handed_on=is_handed_on))

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        return self._entrance(scope, receive, send)

    @property
    def troubles(self) -> list[str]:
        return [] if self._refusing is None else [str(self._refusing)]

    @property
    def _refusing(self) -> JournalUnavailable | None:
        return self.sink.refusing or self._away

    def _look(self) -> None:
        try:
            self.sink.look()
        except JournalUnavailable as error:
            self._away = error
        else:
            self._away = None

    def start(self) -> None:
        self.jobs.start()

    def end_questions(self) -> None:
        """Nobody asks any here."""

    async def close(self) -> None:
        """Everybody who waits was told before."""
        await asyncio.to_thread(self._close)

    def _close(self) -> None:
        self.jobs.stop()
        self.sink.close()
        with suppress(RegistryError):
            self.registry.close()

    # ── everything but events ────────────────────────────────────────────────────────────────────────────

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close"})
        elif scope["path"] == "/api/health" and scope["method"] in ("GET", "HEAD"):
            await send_reply(send, self._health())
        else:
            said = f"This server has the role {self.settings.role}: it takes events, and answers no question."
            await send_reply(send, problem(NotFound(said)))

    def _health(self) -> Reply:
        refusing = self._refusing
        failing = next((job for job in self.jobs if job.last_error is not None), None)
        health = Health(
            status="healthy",
            timestamp=dt.datetime.now(dt.UTC),
            message="Events are taken.",
            version=__version__,
            uptime_seconds=time.monotonic() - self._started_at,
            role=self.settings.role,
            requests={name: {**outcomes} for name, outcomes in self.measured.together().requests.items()},
        )
        status = HTTPStatus.OK
        if refusing is not None:
            health.status, health.message = "unhealthy", str(refusing)
            status = HTTPStatus.SERVICE_UNAVAILABLE
        elif failing is not None:
            health.status = "degraded"
            health.message = f"Events are taken, by keys as they were last known: {failing.last_error}"
        return Reply(status, msgspec.json.encode(health))
