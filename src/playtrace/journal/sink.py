"""What collecting needs of a journal, whichever it is."""

from __future__ import annotations

import asyncio
from typing import Protocol

from playtrace.journal.entry import Entry
from playtrace.journal.errors import JournalUnavailable


class Sink(Protocol):
    """Takes entries from event loops."""

    @property
    def refusing(self) -> JournalUnavailable | None:
        """Why `append` would raise at once, or None."""
        ...

    def append(self, entry: Entry) -> asyncio.Future[int]:
        """The returned future resolves to the entry's number in its journal once it is durable.

        Raises `JournalUnavailable` at once, or from the future, when it could not be recorded.
        """
        ...

    def close(self) -> None:
        """Write what is waiting."""
        ...


class Closed:
    """The sink of a process whose role is not to take events."""

    def __init__(self, reason: str) -> None:
        self._reason = reason

    @property
    def refusing(self) -> JournalUnavailable:
        return JournalUnavailable(self._reason)

    def append(self, entry: Entry) -> asyncio.Future[int]:
        raise self.refusing

    def close(self) -> None:
        pass
