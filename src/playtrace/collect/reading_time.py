"""A limit on how long a request may take to arrive, that costs next to nothing while requests are fast.

A timer for each request costs more than taking the request. Here one timer looks about every second at
everything that is still being read.
"""

from __future__ import annotations

import asyncio
from typing import Any

LOOK_INTERVAL_S = 1.0


class ReadingTime:
    """Cancels the tasks that have been reading for longer than `seconds_max`, within a second of that."""

    def __init__(self, seconds_max: float) -> None:
        self.seconds_max = seconds_max
        self._since: dict[asyncio.Task[Any], float] = {}
        self._late: set[asyncio.Task[Any]] = set()
        self._is_looking = False

    def begin(self) -> asyncio.Task[Any]:
        """The running task reads from now on; give what this returns to `end`."""
        loop = asyncio.get_running_loop()
        task = asyncio.current_task(loop)
        if task is None:
            raise RuntimeError("A request is read by a task.")
        self._since[task] = loop.time()
        if not self._is_looking:
            self._is_looking = True
            loop.call_later(LOOK_INTERVAL_S, self._look, loop)
        return task

    def is_late(self, task: asyncio.Task[Any]) -> bool:
        """Whether it was cancelled here."""
        return task in self._late

    def end(self, task: asyncio.Task[Any]) -> None:
        """The task has read enough."""
        del self._since[task]
        self._late.discard(task)

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        now = loop.time()
        for task, since in self._since.items():
            if now - since > self.seconds_max and task not in self._late:
                self._late.add(task)
                task.cancel()
        self._is_looking = bool(self._since)
        if self._is_looking:
            loop.call_later(min(LOOK_INTERVAL_S, self.seconds_max), self._look, loop)
