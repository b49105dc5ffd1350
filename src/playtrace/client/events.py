"""Events on their way: as JSON with an id of their own, in a request, again and again until the server has them."""

from __future__ import annotations

import datetime as dt
import gzip
import random
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, TypeVar

import msgspec

from playtrace.client.errors import TryLater, Unreachable
from playtrace.client.http import Http

COMPRESSED_FROM_BYTES = 1024
"""Smaller bodies gain nothing."""
FIRST_WAIT_S = 0.5
WAIT_S_MAX = 60.0

Wait = Callable[[float], bool]
"""Waits so many seconds. False when there is no time left."""
Answer = TypeVar("Answer")


class Rejected(msgspec.Struct, frozen=True):
    index: int
    """Place among those that were sent together."""
    reason: str
    error: str
    """Which field is wrong, and what was expected."""


class Receipt(msgspec.Struct, frozen=True):
    """What the server says of events that it got."""

    accepted: int
    """These are on its disk."""
    rejected: list[Rejected] = []
    """The first ones that it did not take."""
    not_listed: int = 0
    """Rejected beside these."""
    hints: list[str] = []

    @property
    def refused(self) -> int:
        """How many were not taken."""
        return len(self.rejected) + self.not_listed


def encoded(event: Mapping[str, Any], game: str | None) -> bytes:
    """The event as JSON, with what it has not: an `event_id`, so that it counts once however often it is sent; the
    `time`; and the game. Raises `ValueError` for what is no event.
    """
    whole: dict[str, Any] = {"event_id": uuid.uuid4(), "time": dt.datetime.now(dt.UTC)}
    if game is not None:
        whole["game_id"] = game
    whole |= {name: value for name, value in event.items() if value is not None}
    if not isinstance(whole.get("name"), str) or not whole["name"]:
        raise ValueError("An event needs a name: a text such as level_start.")
    try:
        return msgspec.json.encode(whole)
    except (TypeError, ValueError, RecursionError) as error:
        raise ValueError(f"The event {whole['name']!r} cannot be written as JSON: {error}") from error


def deliver(
    http: Http,
    events: Sequence[bytes],
    authorization: Mapping[str, str],
    *,
    retry_seconds_max: float,
    wait: Wait | None = None,
) -> Receipt:
    """Send encoded events, and again while the server cannot be reached or asks to come later.

    Raises `Unreachable` or `TryLater` when time is up, and what else is `Refused` at once: it would not fit next time.
    """
    post = partial(_post, http, events, authorization)
    return until_answered(post, retry_seconds_max=retry_seconds_max, wait=wait)


def until_answered(
    ask: Callable[[int], Answer],
    *,
    retry_seconds_max: float,
    pause_s_max: float = WAIT_S_MAX,
    wait: Wait | None = None,
) -> Answer:
    """Ask, and again while the server cannot be reached or asks to come later; `ask` is told which attempt it is.

    Raises `Unreachable` or `TryLater` when time is up, and what else `ask` raises at once.
    """
    ends_at = time.monotonic() + retry_seconds_max
    wait = wait or _sleep
    attempt = 1
    while True:
        try:
            return ask(attempt)
        except (Unreachable, TryLater) as error:
            pause_s = _pause_s(attempt, error, pause_s_max)
            if time.monotonic() + pause_s > ends_at or not wait(pause_s):
                raise
        attempt += 1


def _post(http: Http, events: Sequence[bytes], authorization: Mapping[str, str], attempt: int) -> Receipt:
    # The clock of now, for each attempt anew: by it the server tells a clock that is wrong from events that waited.
    sent_at = dt.datetime.now(dt.UTC).isoformat().encode()
    body = b'{"sent_at":"%s","attempt":%d,"events":[%s]}' % (sent_at, attempt, b",".join(events))
    headers = {"Content-Type": "application/json", **authorization}
    if len(body) >= COMPRESSED_FROM_BYTES:
        body = gzip.compress(body, compresslevel=1, mtime=0)
        headers["Content-Encoding"] = "gzip"
        # What says that it is JSON is made text of by API Gateway of AWS, and spoiled by that.
        headers["Content-Type"] = "application/octet-stream"
    return msgspec.json.decode(http.ask("POST", "/api/events", body, headers).body, type=Receipt)


def _pause_s(attempt: int, error: Unreachable | TryLater, pause_s_max: float) -> float:
    """Twice as long each time, and never the same: many games that lost the server do not come back at once."""
    pause_s = min(pause_s_max, FIRST_WAIT_S * 2 ** min(attempt - 1, 10)) * random.uniform(0.5, 1)  # noqa: S311 - no secret
    least_s = error.retry_after_s if isinstance(error, TryLater) else None
    return pause_s if least_s is None else max(pause_s, least_s * random.uniform(1, 1.25))  # noqa: S311 - no secret


def _sleep(seconds: float) -> bool:
    time.sleep(seconds)
    return True
