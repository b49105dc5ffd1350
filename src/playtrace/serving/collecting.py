"""A server whose role is to take events and nothing else: any number of them, on any machines, added and lost at will.

What it needs are the broker, and what the registry knows of keys and games. While the registry is away it goes on with
what it knew, also after a start. What it acknowledged is at the broker: nothing of it is lost with it.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Awaitable
from contextlib import suppress

from playtrace.asgi import Receive, Scope, Send
from playtrace.collect.app import Collect
from playtrace.collect.request import Reply
from playtrace.config import Settings
from playtrace.jobs import Job, Jobs
from playtrace.journal.by_url import open_outlet
from playtrace.journal.errors import JournalUnavailable
from playtrace.measures import Measured
from playtrace.registry.errors import RegistryError
from playtrace.registry.key_ring import KeyRing
from playtrace.registry.registry import Registry
from playtrace.serving.entrance import Entrance
from playtrace.serving.nothing_but_health import answer_otherwise
from playtrace.serving.only_collecting import health, no_question
from playtrace.serving.request_ids import RequestIds
from playtrace.serving.traced import traced


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
        await answer_otherwise(scope, receive, send, self._health, no_question(self.settings.role))

    def _health(self) -> Reply:
        failing = next((job for job in self.jobs if job.last_error is not None), None)
        return health(
            self.settings.role,
            time.monotonic() - self._started_at,
            self.measured.together().requests,
            refusing=self._refusing,
            trouble=None if failing is None else failing.last_error,
        )
