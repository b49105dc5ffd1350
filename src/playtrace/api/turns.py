"""Questions to the store take turns: so many at once, a bounded number waits, and nobody has all the places.

Whoever waits takes no thread: health, sign-in and the live view are answered meanwhile.
"""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import AsyncGenerator, Hashable
from contextlib import asynccontextmanager, nullcontext

from fastapi import Depends, Request

from playtrace.api.access import READS
from playtrace.api.authentication import COOKIE, bearer_token
from playtrace.api.freshness import wait_until_loaded
from playtrace.api.state import CurrentState
from playtrace.problems import Unavailable
from playtrace.store.asker import Asker
from playtrace.store.errors import AskerLeft

WAITING_MAX = 256
"""Questions of all readers that wait."""
WAITING_OF_ONE_MAX = 32
"""Those of one reader: a page asks a dozen at once."""
RETRY_AFTER_S = 3.0


class Turns:
    """Places for questions, of one event loop.

    A reader is whoever shows the same secret, or calls from the same address. They get their turns one after the other,
    and where there are several places, one of them is never theirs alone.
    """

    def __init__(self, at_once: int) -> None:
        self._at_once = at_once
        self._of_one_max = max(1, at_once - 1)
        self._asking: Counter[Hashable] = Counter()
        self._waiting: dict[Hashable, deque[Place]] = {}
        """By reader; whose turn it is comes first."""

    @property
    def asking(self) -> int:
        """How many have a place now."""
        return self._asking.total()

    @property
    def waiting(self) -> int:
        """How many wait for one."""
        return sum(map(len, self._waiting.values()))

    @asynccontextmanager
    async def turn(self, reader: Hashable) -> AsyncGenerator[None]:
        """A place, when it is this reader's turn.

        Raises `Unavailable` when too many wait already, and `AskerLeft`.
        """
        await self._begin(reader)
        try:
            yield
        finally:
            self._give_back(reader)

    async def _begin(self, reader: Hashable) -> None:
        theirs = self._waiting.get(reader, ())
        if len(theirs) >= WAITING_OF_ONE_MAX or self.waiting >= WAITING_MAX:
            raise Unavailable(
                "Too many questions wait for an answer. Ask fewer at once, and this one again in a moment.",
                retry_after_s=RETRY_AFTER_S,
            )
        place = Place()
        self._waiting.setdefault(reader, deque()).append(place)
        self._admit()
        asker = Asker.current.get()
        try:
            with asker.answered_by(place) if asker else nullcontext():
                await place.is_theirs
        except BaseException:
            if place.is_given:
                self._give_back(reader)
            else:
                self._waiting[reader].remove(place)
                if not self._waiting[reader]:
                    del self._waiting[reader]
            raise

    def _give_back(self, reader: Hashable) -> None:
        self._asking[reader] -= 1
        if not self._asking[reader]:
            del self._asking[reader]
        self._admit()

    def _admit(self) -> None:
        """Give the places that are free to those whose turn it is."""
        while self._asking.total() < self._at_once:
            reader = next((one for one in self._waiting if self._asking[one] < self._of_one_max), None)
            if reader is None:
                return
            theirs = self._waiting.pop(reader)
            place = theirs.popleft()
            if theirs:
                self._waiting[reader] = theirs  # behind all others
            self._asking[reader] += 1
            place.give()


class Place:
    """Somebody waits for it."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self.is_theirs: asyncio.Future[None] = self._loop.create_future()
        self.is_given = False

    def give(self) -> None:
        self.is_given = True
        if not self.is_theirs.done():
            self.is_theirs.set_result(None)

    def interrupt(self) -> None:
        """Whoever waits has left. May be called from any thread."""
        self._loop.call_soon_threadsafe(self._interrupt)

    def _interrupt(self) -> None:
        if not self.is_theirs.done():
            self.is_theirs.set_exception(AskerLeft("Whoever asked has left."))


def reader_of(request: Request) -> Hashable:
    """Whom a question counts for. That their secret is a good one was looked at before."""
    return (
        bearer_token(request)
        or request.headers.get("x-playtrace-key")
        or request.headers.get("x-stats-key")
        or request.query_params.get("key")
        or request.cookies.get(COOKIE)
        or (request.client.host if request.client else "")
    )


async def in_turn(request: Request, state: CurrentState) -> AsyncGenerator[None]:
    """Dependency of a route that asks the store: its function runs when it is the reader's turn.

    It stands behind that which says who asks: who may not ask takes no place.
    """
    async with state.turns.turn(reader_of(request)):
        yield


async def in_turn_of_sql(request: Request, state: CurrentState) -> AsyncGenerator[None]:
    """As `in_turn`, for statements of people."""
    async with state.sql_turns.turn(reader_of(request)):
        yield


InTurn = Depends(in_turn, scope="function")
AfterLoading = [Depends(READS), Depends(wait_until_loaded)]
"""The dependencies of a route that sees what was durable when it was asked, and takes its turn itself."""
Question = [*AfterLoading, InTurn]
"""The dependencies of a route of ours that asks the store, and sees what was durable when it was asked."""
