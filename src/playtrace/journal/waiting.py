"""Who waits for an entry until it is durable: a future of an event loop, told from whatever thread learns it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence

from playtrace.journal.entry import Entry
from playtrace.journal.errors import JournalUnavailable

log = logging.getLogger("playtrace.journal")


class Append:
    """An entry to record, and who waits for it."""

    __slots__ = ("entry", "future", "loop")

    def __init__(self, entry: Entry, future: asyncio.Future[int], loop: asyncio.AbstractEventLoop) -> None:
        self.entry = entry
        self.future = future
        self.loop = loop

    @classmethod
    def of(cls, entry: Entry) -> Append:
        """Of the event loop that runs in this thread."""
        loop = asyncio.get_running_loop()
        return cls(entry, loop.create_future(), loop)


def tell(appends: Sequence[Append], result: int | JournalUnavailable) -> None:
    """Wake everybody of a group with one call into each event loop. Of adjoining offsets `result` is the first."""
    by_loop: dict[asyncio.AbstractEventLoop, list[tuple[asyncio.Future[int], int | JournalUnavailable]]] = {}
    for i, append in enumerate(appends):
        outcome = result + i if isinstance(result, int) else result
        by_loop.setdefault(append.loop, []).append((append.future, outcome))
    for loop, outcomes in by_loop.items():
        try:
            loop.call_soon_threadsafe(_resolve, outcomes)
        except RuntimeError:
            # The loop is gone, and with it everybody who waited; the entries are recorded all the same.
            log.debug("nobody waits any more", extra={"entries": len(outcomes)})


def _resolve(outcomes: Sequence[tuple[asyncio.Future[int], int | JournalUnavailable]]) -> None:
    for future, outcome in outcomes:
        if future.done():
            continue
        if isinstance(outcome, int):
            future.set_result(outcome)
        else:
            future.set_exception(outcome)
