"""What comes next is read while what came before is written: one slice ahead, on a thread of its own."""

from __future__ import annotations

import logging
from collections.abc import Callable, Hashable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Generic, TypeVar

from playtrace.store.background import run_in_background

log = logging.getLogger("playtrace.mirrors")

Read = TypeVar("Read")


class ReadAhead(Generic[Read]):
    """`take` what was begun, or `drop` it. For one thread; the one that reads ends with `close`."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._thread: ThreadPoolExecutor | None = None
        self._begun: tuple[Hashable, Future[Read]] | None = None

    def begin(self, wanted: Hashable, read: Callable[[], Read]) -> None:
        """Read what is `wanted`; what was begun before is dropped."""
        self.drop()
        if self._thread is None:
            self._thread = ThreadPoolExecutor(1, thread_name_prefix=self._name, initializer=run_in_background)
        self._begun = wanted, self._thread.submit(read)

    def take(self, wanted: Hashable) -> Read | None:
        """What was read, as soon as it is there; None where something else was begun, or nothing. Raises what reading
        raised."""
        begun, self._begun = self._begun, None
        if begun is None or begun[0] == wanted:
            return None if begun is None else begun[1].result()
        self._wait(begun[1])
        return None

    def drop(self) -> None:
        """Nobody wants it any more: it is over when this returns."""
        if self._begun is not None:
            self._wait(self._begun[1])
        self._begun = None

    def close(self) -> None:
        self.drop()
        if self._thread is not None:
            self._thread.shutdown()
        self._thread = None

    def _wait(self, reading: Future[Read]) -> None:
        reading.cancel()
        wait([reading])
        if not reading.cancelled() and (error := reading.exception()) is not None:
            # Whoever reads it again meets with it again.
            log.debug("what was read ahead for nothing failed", extra={"error": str(error)})
