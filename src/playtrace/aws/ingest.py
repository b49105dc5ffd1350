"""The function behind API Gateway that takes events: `playtrace.aws.ingest.handler`.

It is a collector (`serving/collecting.py`) whose requests come as events: the same app, so the same answers. It answers
when Kinesis has what it took. One that fails is no request that failed: API Gateway would answer 500 or 502, and say
nothing of when to come again.
"""

from __future__ import annotations

import asyncio
import logging
import os
import sys
import time
from collections.abc import Mapping
from functools import cache
from typing import Any

from playtrace import logs
from playtrace.asgi import Receive, Scope, Send
from playtrace.aws import measured
from playtrace.aws.http_events import answer, answered, is_spoiled
from playtrace.aws.keys import KeysObject, PublishedKeys
from playtrace.collect.app import FROM_ANYWHERE, Collect
from playtrace.collect.problem_documents import problem
from playtrace.collect.request import Reply
from playtrace.config import MEBIBYTE, Settings
from playtrace.journal.by_url import open_outlet
from playtrace.journal.sink import Sink
from playtrace.measures import Measures
from playtrace.problems import Malformed
from playtrace.serving.entrance import Entrance
from playtrace.serving.nothing_but_health import answer_otherwise
from playtrace.serving.only_collecting import health, no_question
from playtrace.serving.request_ids import RequestIds

log = logging.getLogger("playtrace.aws")

MEMORY_VARIABLE = "AWS_LAMBDA_FUNCTION_MEMORY_SIZE"
"""Lambda says so how many MiB the function has."""


SPOILED_TEXT = (
    "API Gateway made text of the compressed body, which cannot be undone. Send compressed JSON with Content-Type:"
    " application/octet-stream, or application/x-ndjson for lines."
)


class Ingest:
    """One for each environment that Lambda starts: it works on one event at a time."""

    def __init__(self, settings: Settings, keys: PublishedKeys, sink: Sink) -> None:
        self._keys = keys
        self._measures = Measures()
        self._sink = sink
        collect = Collect(settings, self._sink, self._keys, self._measures)
        self._app = RequestIds(Entrance(settings, collect, self._answer))
        self._loop = asyncio.new_event_loop()
        self._started_at = time.monotonic()

    @classmethod
    def of(cls, settings: Settings) -> Ingest:
        """Raises `ValueError` where a setting is missing."""
        if settings.aws.keys_url is None:
            raise ValueError("PLAYTRACE_AWS_KEYS_URL: expected where keys are published, such as s3://bucket/keys.json")
        keys = PublishedKeys(KeysObject(settings.aws.keys_url), settings.aws.keys_seconds)
        return cls(settings, keys, open_outlet(settings))

    def work(self, event: Mapping[str, Any]) -> dict[str, Any]:
        began = time.perf_counter()
        self._keys.refresh()
        if is_spoiled(event):
            reply = problem(Malformed(SPOILED_TEXT))
            told = answer(event, reply.status, [(b"content-type", reply.content_type), *FROM_ANYWHERE], reply.body)
        else:
            told = self._loop.run_until_complete(answered(self._app, event))
        measured.write(
            sys.stdout,
            "ingest",
            {
                "Requests": (1, "Count"),
                "Refused": (int(400 <= told["statusCode"] < 500), "Count"),
                "Unavailable": (int(told["statusCode"] >= 500), "Count"),
                "DurationMs": (round((time.perf_counter() - began) * 1000, 3), "Milliseconds"),
            },
            status=told["statusCode"],
        )
        return told

    def close(self) -> None:
        self._sink.close()
        self._loop.close()

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        await answer_otherwise(scope, receive, send, self._health, no_question("collect"))

    def _health(self) -> Reply:
        return health(
            "collect",
            time.monotonic() - self._started_at,
            self._measures.requests,
            refusing=self._sink.refusing,
            trouble=self._keys.trouble,
        )


@cache
def ingest() -> Ingest:
    """As the environment says."""
    memory_bytes = int(os.environ.get(MEMORY_VARIABLE, "512")) * MEBIBYTE
    settings = Settings.read(
        role="collect", log_format="json", collect_memory_bytes_max=max(256 * MEBIBYTE, memory_bytes)
    )
    logs.set_up(settings)
    return Ingest.of(settings)


def handler(event: Mapping[str, Any], context: object) -> dict[str, Any]:
    """What Lambda calls."""
    return ingest().work(event)
