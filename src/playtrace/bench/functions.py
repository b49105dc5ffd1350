"""`playtrace bench functions`: what a function of AWS costs before it takes anything, and for each request.

How long importing takes is measured in processes of their own, beside what a server imports. Requests are worked on as
a function does, one after the other, and as the app in a server does without the connections of HTTP: the same code, so
what is between them is what the form of the event costs. Nothing is sent to AWS: events end nowhere.
"""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct

from playtrace.asgi import Message
from playtrace.aws.http_events import scope_of
from playtrace.aws.ingest import Ingest
from playtrace.aws.keys import PublishedKeys
from playtrace.collect.app import Collect
from playtrace.config import MEBIBYTE, Settings
from playtrace.journal.entry import Entry
from playtrace.journal.errors import JournalUnavailable
from playtrace.registry.access_secrets import sha256_of
from playtrace.registry.key_snapshot import Snapshot
from playtrace.registry.known_keys import KnownKeys

FUNCTION = "playtrace.aws.ingest, playtrace.journal.kinesis.sending, playtrace.aws.clients"
"""What a start imports, and what its first request does."""
STREAM = "playtrace.aws.stream"
SERVER = "playtrace.server"
KEY = "0" * 32
BATCH_EVENTS = 100
IMPORT = "import time; began = time.perf_counter(); import {0}; print(1000 * (time.perf_counter() - began))"


class Imported(Struct):
    ingest_ms: float
    stream_ms: float
    server_ms: float
    ingest_vs_server: float


class Requests(Struct):
    events: int
    """In each."""
    function_per_s: float
    app_per_s: float
    function_vs_app: float


class FunctionsResult(Struct):
    imported: Imported
    """The median of some processes, each with its files compiled."""
    requests: list[Requests]


def run(*, rounds: int, requests: int) -> FunctionsResult:
    # In turns, so that what else the machine does meets all of them.
    took = [{module: _import_ms(module) for module in (FUNCTION, STREAM, SERVER)} for _ in range(rounds)]
    ingest_ms, stream_ms, server_ms = (
        statistics.median(one[module] for one in took) for module in (FUNCTION, STREAM, SERVER)
    )
    return FunctionsResult(
        Imported(ingest_ms, stream_ms, server_ms, ingest_ms / server_ms),
        [_requests(events, requests) for events in (1, BATCH_EVENTS)],
    )


def _import_ms(module: str) -> float:
    command = [sys.executable, "-c", IMPORT.format(module)]
    return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)  # noqa: S603 - our own


class _OneKey(PublishedKeys):
    """Knows one, and asks nobody."""

    def __init__(self) -> None:
        KnownKeys.__init__(self, Snapshot(1, frozenset({"bench"}), {sha256_of(KEY): "bench"}, {}, b"", {}))
        self.trouble = None

    def refresh(self) -> None:
        pass


class _Nowhere:
    """A journal that has everything at once, and keeps nothing."""

    refusing: JournalUnavailable | None = None

    def append(self, entry: Entry) -> asyncio.Future[int]:
        future: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        future.set_result(1)
        return future

    def close(self) -> None:
        pass


def _requests(events: int, count: int) -> Requests:
    settings = Settings.model_validate({"role": "collect", "collect_memory_bytes_max": 1024 * MEBIBYTE})
    event = _event(events)
    ingest = Ingest(settings, _OneKey(), _Nowhere())
    app = Collect(settings, _Nowhere(), _OneKey())
    rates: list[tuple[float, float]] = []
    with contextlib.redirect_stdout(io.StringIO()):
        for _ in range(3):
            began = time.perf_counter()
            for _ in range(count):
                ingest.work(event)
            by_function = count / (time.perf_counter() - began)
            rates.append((by_function, asyncio.run(_by_app(app, event, count))))
    ingest.close()
    by_function, by_app = (statistics.median(rate) for rate in zip(*rates, strict=True))
    return Requests(events, by_function, by_app, statistics.median(one / other for one, other in rates))


async def _by_app(app: Collect, event: Mapping[str, Any], count: int) -> float:
    body: bytes = event["body"].encode()
    statuses: list[int] = []

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    began = time.perf_counter()
    for _ in range(count):
        messages: Sequence[Message] = [{"type": "http.request", "body": body}]
        waiting = iter(messages)

        async def receive(waiting: Any = waiting) -> Message:
            return next(waiting, {"type": "http.disconnect"})

        await app(scope_of(event), receive, send)
    took = time.perf_counter() - began
    if set(statuses) != {202}:
        raise AssertionError(f"requests were answered {set(statuses)}")
    return count / took


def _event(events: int) -> dict[str, Any]:
    sent = [
        {
            "name": "level_start",
            "playerId": f"player-{number}",
            "sessionId": f"0123456789abcdef-{number}",
            "level": "3",
            "platform": "windows",
            "version": "1.2.0",
            "props": {"difficulty": "hard", "attempt": number},
        }
        for number in range(events)
    ]
    return {
        "version": "2.0",
        "rawPath": "/api/events",
        "rawQueryString": "",
        "headers": {"content-type": "application/json", "x-playtrace-key": KEY, "x-forwarded-for": "203.0.113.5"},
        "requestContext": {"http": {"method": "POST", "sourceIp": "203.0.113.5"}, "stage": "$default"},
        "body": json.dumps(sent),
        "isBase64Encoded": False,
    }
