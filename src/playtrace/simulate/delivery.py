"""Requests to a playtrace server that do not give up at the first trouble."""

from __future__ import annotations

import asyncio
import datetime as dt
import http.client
import io
import random
import time
import urllib.error
import urllib.request
from collections import Counter
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

import aiohttp
import msgspec

from playtrace.event import Event

RETRY_SECONDS_MAX = 120.0
"""For so long a request is tried again before it has failed."""
ANSWER_SECONDS_MAX = 10.0
"""Somebody who answers at all does so within this time."""
PAUSE_SECONDS_MAX = 10.0
"""Longest pause between two tries, unless the server asks for a longer one."""
REASONS_KEPT = 20
"""Different sentences about rejected events that a report keeps."""

_PIECEMEAL_BYTES = 256 * 1024
_TRY_AGAIN = frozenset({429, 502, 503, 504})


class DeliveryError(Exception):
    """The server cannot be reached or does not want what we send. The text says what it answered.

    DeliveryError
     ├─ ServerUnreachable   no usable answer for `RETRY_SECONDS_MAX`
     └─ ServerRefused       an answer that trying again will not change
    """


class ServerUnreachable(DeliveryError):
    """No usable answer in time. Trying again later may help."""


class ServerRefused(DeliveryError):
    """Wrong key, unknown game, wrong address: trying again will not help."""


@dataclass(slots=True)
class DeliveryReport:
    """What the server said to all requests so far."""

    accepted: int = 0
    rejected: int = 0
    requests: int = 0
    retries: int = 0
    bytes_sent: int = 0
    seconds: float = 0.0
    """From the first request to now, or to the end."""
    reasons: Counter[str] = field(default_factory=Counter[str])
    """Why events were rejected."""

    @property
    def rate(self) -> float:
        """Accepted per second."""
        return self.accepted / self.seconds if self.seconds > 0 else 0.0

    def reject(self, count: int, reason: str) -> None:
        self.rejected += count
        if reason in self.reasons or len(self.reasons) < REASONS_KEPT:
            self.reasons[reason] += count


@dataclass(slots=True)
class Answer:
    status: int
    body: bytes

    def sentence(self) -> str:
        """What the answer says, for a person."""
        try:
            document = msgspec.json.decode(self.body, type=dict[str, Any])
        except msgspec.DecodeError:
            document = {}
        text = document.get("detail") or document.get("error") or document.get("title")
        return f"{self.status}: {text or self.body[:200].decode('utf-8', 'replace').strip() or 'no reason given'}"


class Rejection(msgspec.Struct):
    index: int = -1
    error: str = ""


class EventsReply(msgspec.Struct):
    accepted: int = 0
    rejected: list[Rejection] = []


def require_server(server: str) -> None:
    """Once, before hours of play are sent. Raises `ServerUnreachable` or `ServerRefused`."""
    if not server.startswith(("http://", "https://")):
        raise ServerRefused(f"{server} is no address of a server: those begin with http:// or https://.")
    # What costs the server least: at `/` it would make the document of its API, which takes seconds.
    health = server.rstrip("/") + "/api/health"
    try:
        with urllib.request.urlopen(health, timeout=ANSWER_SECONDS_MAX):  # noqa: S310 - checked above
            pass
    except urllib.error.HTTPError:
        pass  # Somebody is there.
    except (ValueError, http.client.InvalidURL) as error:
        raise ServerRefused(f"{server} is no address of a server.") from error
    except OSError as error:
        reason = error.reason if isinstance(error, urllib.error.URLError) else error
        raise ServerUnreachable(f"Nobody answers at {server}: {reason}. Is the server running?") from error


class Delivery:
    """A pool of connections to one server. Use with `async with`."""

    def __init__(
        self, server: str, key: str | None = None, *, connections: int = 8, retry_seconds_max: float = RETRY_SECONDS_MAX
    ) -> None:
        self._server = server.rstrip("/")
        self._headers = {"Content-Type": "application/json"}
        if key:
            self._headers["Authorization"] = f"Bearer {key}"
        self._connections = connections
        self._retry_seconds_max = retry_seconds_max
        self._encoder = msgspec.json.Encoder()
        self._session: aiohttp.ClientSession | None = None
        self._started = time.monotonic()
        self.report = DeliveryReport()

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=self._connections), timeout=aiohttp.ClientTimeout(total=60)
        )
        self._started = time.monotonic()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._measure()
        if self._session is not None:
            await self._session.close()

    def encode_events(self, events: list[Event], sent_at: dt.datetime | None = None) -> bytes:
        """The body of `POST /api/events`. `sent_at` is the sender's own clock; leave it out for old events."""
        envelope: dict[str, object] = {"events": events}
        if sent_at is not None:
            envelope["sent_at"] = sent_at
        return self._encoder.encode(envelope)

    async def send_events(self, body: bytes, events: int) -> None:
        """Sends what `encode_events` made. The report counts; raises `DeliveryError` if nothing gets through."""
        answer = await self.post("/api/events", body)
        if answer.status == 202:
            reply = msgspec.json.decode(answer.body, type=EventsReply)
            self.report.accepted += reply.accepted
            for rejection in reply.rejected:
                self.report.reject(1, rejection.error)
        elif answer.status in (400, 413, 422):
            self.report.reject(events, answer.sentence())
        else:
            raise ServerRefused(f"{self._server} answered {answer.sentence()}")

    async def post(self, path: str, body: bytes) -> Answer:
        """The final answer. Tries again on 429, 502, 503, 504 and broken connections, heeding Retry-After."""
        assert self._session is not None, "Use Delivery with `async with`."  # noqa: S101
        give_up_at = time.monotonic() + self._retry_seconds_max
        pause_s = 0.2
        while True:
            self.report.requests += 1
            self.report.bytes_sent += len(body)
            asked_s = 0.0
            try:
                # As a file, a large body goes out in pieces, and other requests get their turn between them.
                data = io.BytesIO(body) if len(body) > _PIECEMEAL_BYTES else body
                async with self._session.post(self._server + path, data=data, headers=self._headers) as response:
                    answer = Answer(response.status, await response.read())
                    asked_s = _retry_after_s(response.headers.get("Retry-After"))
                self._measure()
                if answer.status not in _TRY_AGAIN:
                    return answer
                trouble = answer.sentence()
            except (aiohttp.ClientConnectionError, aiohttp.ClientPayloadError, TimeoutError) as error:
                trouble = str(error) or type(error).__name__
            except (aiohttp.InvalidURL, aiohttp.NonHttpUrlClientError) as error:
                raise ServerRefused(f"{self._server} is no address of a server.") from error
            # Half of the pause is left to chance, so that many clients do not come back as one.
            wait_s = max(asked_s, pause_s * random.uniform(0.5, 1.0))
            if time.monotonic() + wait_s > give_up_at:
                raise ServerUnreachable(f"{self._server} took nothing for {self._retry_seconds_max:.0f} s: {trouble}")
            self.report.retries += 1
            await asyncio.sleep(wait_s)
            pause_s = min(PAUSE_SECONDS_MAX, pause_s * 2)

    def _measure(self) -> None:
        self.report.seconds = time.monotonic() - self._started


def _retry_after_s(header: str | None) -> float:
    try:
        return max(0.0, float(header or 0))
    except ValueError:
        return 0.0
