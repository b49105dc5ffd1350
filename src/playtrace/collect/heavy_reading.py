"""Reading that takes long, apart from the event loop: what one client's bytes cost, others do not wait for.

One request after the other, on a thread of its own. Most requests never come here: they are read where they arrive,
in less time than it takes to hand them over.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from playtrace.problems import Unavailable

T = TypeVar("T")

WAITING_MAX = 64
"""Requests that wait to be read, beside the one that is: their bodies are in memory as they were sent."""
RETRY_AFTER_S = 5


class NotAtOnce(Exception):
    """Reading this request takes longer than the event loop should wait; nothing was done with it."""


class HeavyReading:
    def __init__(self) -> None:
        self._executor = ThreadPoolExecutor(1, thread_name_prefix="heavy-reading")
        self._waiting = 0

    async def done(self, work: Callable[[], T]) -> T:
        """What `work` returns, or raises. Raises `Unavailable` when too many wait for it already."""
        if self._waiting > WAITING_MAX:
            raise Unavailable(
                "Too many requests that take long to read arrive at once: large ones, or with many wrong events.",
                retry_after_s=RETRY_AFTER_S,
            )
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._executor, work)
        finally:
            self._waiting -= 1
