"""Answers of metrics are kept while the store says the same, and worked out once however many ask at the same time.

Ten dashboards that show the same are one question to the store. Who asks while it is being worked out waits for that
answer, without a place of their own; it is ended when the last of them has left. Whether somebody may have an answer is
decided before they come here.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Coroutine, Hashable
from contextlib import AbstractAsyncContextManager, nullcontext
from functools import partial
from typing import NamedTuple

from fastapi.concurrency import run_in_threadpool

from playtrace.problems import Unavailable
from playtrace.store.asker import Asker
from playtrace.store.errors import AskerLeft

KEPT_BYTES_MAX = 32 * 1024 * 1024
KEPT_SECONDS_MAX = 60.0
"""An answer speaks of the moment it was made at: of what is over since then, and what the last hours were."""

Turn = Callable[[], AbstractAsyncContextManager[None]]


class Answer(NamedTuple):
    body: bytes
    age_s: float
    """How long ago it was made."""


class Answers:
    """Of one event loop."""

    def __init__(self, version: Callable[[], int], clock: Callable[[], float] = time.monotonic) -> None:
        """`version` tells whether what answers are made of has changed."""
        self._version = version
        self._clock = clock
        self._kept: OrderedDict[Hashable, tuple[bytes, float]] = OrderedDict()
        """With the moment they were made at; the one that was asked for last is last."""
        self._kept_bytes = 0
        self._kept_version = version()
        self._asked: dict[Hashable, _Asked] = {}
        """What is being worked out."""

    async def answer(self, question: Hashable, work_out: Callable[[], bytes], turn: Turn) -> Answer:
        """The answer to a question: one that is kept, one that is on its way, or that of `work_out`, which runs in a
        thread when it is its `turn`.

        Raises `AskerLeft`, and what `work_out` and `turn` raise.
        """
        while True:
            # Read before the question is asked: what is kept under it is as new, or newer.
            version = self._version()
            if (kept := self._find(question, version)) is not None:
                return kept
            asked = self._asked.get((version, question))
            is_first = asked is None
            if asked is None:
                asked = self._asked[version, question] = _Asked(
                    partial(self._work_out, version=version, question=question, work_out=work_out, turn=turn)
                )
            try:
                return Answer(await asked.answer(), 0.0)
            except Unavailable:
                # The one who asked first waits for too much else: that is no reason for others.
                if is_first:
                    raise
            finally:
                if asked.is_left:
                    self._forget(asked, version, question)

    async def _work_out(
        self, asked: _Asked, version: int, question: Hashable, work_out: Callable[[], bytes], turn: Turn
    ) -> bytes:
        Asker.current.set(asked.asker)
        try:
            async with turn():
                made_at = self._clock()
                body = await run_in_threadpool(work_out)
            self._keep(question, version, body, made_at)
            return body
        finally:
            self._forget(asked, version, question)

    def _forget(self, asked: _Asked, version: int, question: Hashable) -> None:
        """Who comes now asks anew."""
        if self._asked.get((version, question)) is asked:
            del self._asked[version, question]

    def _find(self, question: Hashable, version: int) -> Answer | None:
        if version != self._kept_version:
            self._kept.clear()
            self._kept_bytes, self._kept_version = 0, version
        kept = self._kept.get(question)
        if kept is None:
            return None
        body, made_at = kept
        age_s = self._clock() - made_at
        if age_s > KEPT_SECONDS_MAX:
            self._drop(question)
            return None
        self._kept.move_to_end(question)
        return Answer(body, age_s)

    def _keep(self, question: Hashable, version: int, body: bytes, made_at: float) -> None:
        if version != self._kept_version or len(body) > KEPT_BYTES_MAX:
            return
        if question in self._kept:
            self._drop(question)
        self._kept[question] = body, made_at
        self._kept_bytes += len(body)
        while self._kept_bytes > KEPT_BYTES_MAX:
            self._drop(next(iter(self._kept)))

    def _drop(self, question: Hashable) -> None:
        self._kept_bytes -= len(self._kept.pop(question)[0])


class _Asked:
    """A question that is being worked out, for all who wait for it."""

    def __init__(self, work: Callable[[_Asked], Coroutine[None, None, bytes]]) -> None:
        self.asker = Asker()
        """On whose behalf: it leaves when the last of them has."""
        self.is_left = False
        self._waiting = 0
        self._working = asyncio.create_task(work(self))
        # Whoever waits gets its error; when nobody does any more, nobody misses it.
        self._working.add_done_callback(lambda done: done.cancelled() or done.exception())

    async def answer(self) -> bytes:
        leaving = _Leaving()
        asker = Asker.current.get()
        self._waiting += 1
        try:
            with asker.answered_by(leaving) if asker else nullcontext():
                await asyncio.wait({self._working, leaving.future}, return_when=asyncio.FIRST_COMPLETED)
            if not self._working.done():
                raise AskerLeft("Whoever asked has left.")
            return self._working.result()
        finally:
            leaving.future.cancel()
            self._waiting -= 1
            if self._waiting == 0 and not self._working.done():
                self.is_left = True
                self.asker.leave()


class _Leaving:
    """Done when one of those who wait has left."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self.future: asyncio.Future[None] = self._loop.create_future()

    def interrupt(self) -> None:
        """May be called from any thread."""
        self._loop.call_soon_threadsafe(self._end)

    def _end(self) -> None:
        if not self.future.done():
            self.future.set_result(None)
