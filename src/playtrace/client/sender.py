"""`Sender`: events go into a queue, and a thread sends them in batches. A game loop never waits for it.

What happens to an event: it is in the queue until the server has said that it has it. It is sent again, with the same
id, while the server cannot be reached or asks to come later. It is lost, and counted, when the queue is full (the
newest is left out), when the server refuses it, and when the program ends before it could be sent.
"""

from __future__ import annotations

import atexit
import logging
import threading
import time
from collections import deque
from collections.abc import Mapping
from types import TracebackType
from typing import Any
from weakref import WeakSet

from msgspec import Struct

from playtrace.client.errors import NotSent, PlaytraceError, QueueFull, TryLater, Unreachable
from playtrace.client.events import Receipt, deliver, encoded
from playtrace.client.http import Http

log = logging.getLogger("playtrace.client")

BATCH_BYTES_MAX = 1_000_000
"""Of the events of a request, before they are compressed: well below what a server takes."""
WARN_EVERY_S = 60.0
FOR_EVER_S = float("inf")


class Counts(Struct):
    """What became of the events that were given to a sender. `queued` are still on their way."""

    queued: int = 0
    sent: int = 0
    """The server has them on its disk."""
    refused: int = 0
    """The server did not take them; see `last_error`."""
    dropped: int = 0
    """The queue was full, or they were no events."""
    lost: int = 0
    """The sender was closed before they could be sent."""
    last_error: str = ""


class Sender:
    """Thread-safe. Use it in a `with` block, or `close` it; what is left at the end of the program is sent then.

    `batch_events_max` events are sent together, or what there is after `flush_s` seconds. The queue holds
    `queue_events_max` events and `queue_bytes_max` bytes. The end waits `close_seconds_max` seconds at most.

    It raises nothing, and warns in the log `playtrace.client`; `counts` tells. With `raises=True`, `send` raises
    `QueueFull` and `ValueError`, and `flush` and `close` raise `NotSent`.
    """

    def __init__(
        self,
        url: str,
        *,
        key: str | None = None,
        game: str | None = None,
        batch_events_max: int = 500,
        flush_s: float = 1.0,
        queue_events_max: int = 10_000,
        queue_bytes_max: int = 16_000_000,
        close_seconds_max: float = 5.0,
        timeout_s: float = 30.0,
        raises: bool = False,
    ) -> None:
        """Raises `ValueError` for what is no address, or a batch beyond 10,000 events."""
        if not 1 <= batch_events_max <= 10_000:
            raise ValueError(f"batch_events_max is {batch_events_max}: expected 1 to 10,000")
        self._http = Http(url, timeout_s)
        self._authorization = {} if key is None else {"Authorization": f"Bearer {key}"}
        self._game = game
        self._batch_events_max = batch_events_max
        self._flush_s = flush_s
        self._queue_events_max = queue_events_max
        self._queue_bytes_max = queue_bytes_max
        self._close_seconds_max = close_seconds_max
        self._raises = raises
        self._queue: deque[bytes] = deque()
        self._queue_bytes = 0
        self._changed = threading.Condition()
        """Guards all that follows."""
        self._counts = Counts()
        self._first_at = 0.0
        """When the oldest event that no batch has was put into the queue, by the monotonic clock."""
        self._flush_to = 0
        """Events given so far that are to be sent without waiting for more."""
        self._given = self._done = 0
        self._is_closed = False
        self._is_over = False
        """What is left was given up."""
        self._ends_at = FOR_EVER_S
        self._warned_at = -FOR_EVER_S
        self._thread: threading.Thread | None = None
        _open.add(self)

    def send(self, name: str | Mapping[str, Any], /, **fields: Any) -> bool:
        """Put an event into the queue: its name and its fields, or all of it as a mapping.

        It gets an `event_id` and the `time` of now, unless it has them. What is no field of an event becomes a
        property. False when it was dropped.
        """
        try:
            event = encoded({"name": name, **fields} if isinstance(name, str) else {**name, **fields}, self._game)
        except (ValueError, TypeError) as error:
            self._drop(str(error))
            if self._raises:
                raise
            return False
        with self._changed:
            is_full = (
                len(self._queue) >= self._queue_events_max or self._queue_bytes + len(event) > self._queue_bytes_max
            )
            if not is_full and not self._is_closed:
                self._put(event)
                return True
            is_closed = self._is_closed
        sentence = "The sender is closed." if is_closed else "The queue is full: events come faster than they are sent."
        self._drop(sentence)
        if self._raises:
            raise QueueFull(sentence)
        return False

    def _put(self, event: bytes) -> None:
        if not self._queue:
            self._first_at = time.monotonic()
        self._queue.append(event)
        self._queue_bytes += len(event)
        self._given += 1
        self._counts.queued += 1
        if self._thread is None:
            # Not before there is something to send.
            self._thread = threading.Thread(target=self._work, name="playtrace sender", daemon=True)
            self._thread.start()
        if len(self._queue) == 1 or len(self._queue) >= self._batch_events_max:
            self._changed.notify_all()

    def _drop(self, sentence: str) -> None:
        with self._changed:
            self._counts.dropped += 1
            self._warn(sentence)

    def flush(self, seconds_max: float = 30.0) -> bool:
        """Send what is in the queue now, and wait for it. False when that was not done in time."""
        with self._changed:
            wanted = self._flush_to = self._given
            self._changed.notify_all()
            is_done = self._changed.wait_for(lambda: self._done >= wanted, seconds_max)
        if self._raises:
            self._raise_if_not_sent()
        return is_done

    def close(self) -> None:
        """Send what is left, for `close_seconds_max` seconds at most. Nothing is taken any more."""
        with self._changed:
            if not self._is_closed:
                self._is_closed = True
                self._ends_at = time.monotonic() + self._close_seconds_max
                self._changed.notify_all()
            thread = self._thread
        if thread is not None:
            thread.join(self._close_seconds_max)
        self._http.close()
        with self._changed:
            self._is_over = True
            lost = self._given - self._done
            if lost > 0:
                self._counts.lost += lost
                self._counts.queued = 0
                self._queue.clear()
                self._done = self._given
                self._warn(f"{lost} events could not be sent before the end.", at_once=True)
        _open.discard(self)
        if self._raises:
            self._raise_if_not_sent()

    def _raise_if_not_sent(self) -> None:
        counts = self.counts
        if counts.refused or counts.lost or counts.dropped:
            raise NotSent(
                f"{counts.refused} events were refused, {counts.dropped} dropped, {counts.lost} lost:"
                f" {counts.last_error}"
            )

    @property
    def counts(self) -> Counts:
        """What became of the events so far."""
        with self._changed:
            counts = self._counts
            return Counts(counts.queued, counts.sent, counts.refused, counts.dropped, counts.lost, counts.last_error)

    def __enter__(self) -> Sender:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # The thread

    def _work(self) -> None:
        while (batch := self._next_batch()) is not None:
            try:
                receipt = deliver(self._http, batch, self._authorization, retry_seconds_max=FOR_EVER_S, wait=self._wait)
                self._note(batch, receipt)
            except (Unreachable, TryLater) as error:
                # Only when the sender was closed: else it goes on trying. `close` counts what is left.
                with self._changed:
                    self._warn(str(error))
                return
            except PlaytraceError as error:
                self._note(batch, Receipt(0, not_listed=len(batch)), str(error))
            except Exception as error:  # an answer that is none of ours; the thread must live
                self._note(batch, Receipt(0, not_listed=len(batch)), f"{type(error).__name__}: {error}")

    def _next_batch(self) -> list[bytes] | None:
        """What is to be sent next, which stays in the queue. None when the sender is closed and the queue empty."""
        with self._changed:
            while not self._is_due():
                if self._is_closed and not self._queue:
                    return None
                until_s = self._first_at + self._flush_s - time.monotonic() if self._queue else None
                self._changed.wait(until_s)
            batch: list[bytes] = []
            size = 0
            for event in self._queue:
                if len(batch) == self._batch_events_max or (batch and size + len(event) > BATCH_BYTES_MAX):
                    break
                batch.append(event)
                size += len(event)
            return batch

    def _is_due(self) -> bool:
        if not self._queue:
            return False
        return (
            self._is_closed
            or len(self._queue) >= self._batch_events_max
            or self._queue_bytes >= BATCH_BYTES_MAX
            or self._flush_to > self._done
            or time.monotonic() >= self._first_at + self._flush_s
        )

    def _wait(self, seconds: float) -> bool:
        """Until it is time for another attempt. False when the sender is to end before that."""
        again_at = time.monotonic() + seconds
        with self._changed:
            while (left_s := again_at - time.monotonic()) > 0:
                if again_at > self._ends_at:
                    return False
                self._changed.wait(left_s)
        return True

    def _note(self, batch: list[bytes], receipt: Receipt, error: str = "") -> None:
        with self._changed:
            if self._is_over:
                return
            for _ in batch:
                self._queue_bytes -= len(self._queue.popleft())
            self._done += len(batch)
            self._counts.queued = self._given - self._done
            self._counts.sent += len(batch) - receipt.refused
            self._counts.refused += receipt.refused
            self._first_at = time.monotonic()
            if receipt.refused:
                self._warn(error or (receipt.rejected[0].error if receipt.rejected else "The server refused events."))
            self._changed.notify_all()

    def _warn(self, sentence: str, *, at_once: bool = False) -> None:
        """In the log, once in a while: a game that sends thousands of wrong events is told once."""
        self._counts.last_error = sentence
        now = time.monotonic()
        if at_once or now >= self._warned_at + WARN_EVERY_S:
            self._warned_at = now
            log.warning("events are not sent: %s", sentence)


_open: WeakSet[Sender] = WeakSet()


@atexit.register
def _close_all() -> None:
    """At the end of the program, what is left is sent."""
    for sender in list(_open):
        try:
            sender.close()
        except PlaytraceError as error:
            log.warning("%s", error)
