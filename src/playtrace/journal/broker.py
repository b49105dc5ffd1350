"""What the journal needs of a broker: one who sends messages there, and one who fetches them.

A broker keeps messages in partitions, each in an order of its own, in which every message has an offset. Who implements
these knows nothing of entries, nor of what is done with messages.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from msgspec import Struct

from playtrace.journal.errors import JournalUnavailable

DELIVERY_SECONDS_MAX = 5.0
"""A message that the broker has not acknowledged so long after it was sent counts as not sent. It may arrive all the
same: the client sends its events again, and they count once."""
KEPT_S = 7 * 86_400
"""How long what is made here keeps messages, unless its owner sets it otherwise."""

Done = Callable[[int | JournalUnavailable], None]
"""Told once for each message, from any thread: its offset once it is durable, or why it may not be there."""


class Sender(Protocol):
    """Puts messages into a broker. Works while that is away: then `done` is told so."""

    in_flight_max: int
    """So many messages may be on their way at the same time, and stay in order all the same."""

    def partition_of(self, game_id: str) -> int:
        """What is of one game goes into one partition."""
        ...

    def send(self, partition: int, message: bytes, done: Done) -> None:
        """Returns at once. `done` is told after `DELIVERY_SECONDS_MAX` and a moment at the latest."""
        ...

    def look(self) -> None:
        """Raises `BrokerAway` where the broker does not answer. For any thread; takes seconds at most."""
        ...

    def close(self) -> None:
        """Waits for what is on its way."""
        ...


class Arrived(Struct, frozen=True):
    """A message as the broker has it."""

    partition: int
    offset: int
    message: bytes


class Source(Protocol):
    """Fetches messages from a broker. For one thread. All raise `BrokerAway`; then `begin` is called again."""

    source_id: str
    """Tells what is fetched from from everything else that could be."""

    def begin(self, places: Mapping[int, int]) -> Mapping[int, int]:
        """Go on at these offsets, by partition, or at the first message that there is. Returns where it is, which is
        somewhere else where the broker has no more what comes next."""
        ...

    def fetch(self, timeout_s: float) -> Sequence[Arrived]:
        """The next messages, of each partition in order; none when nothing came until then."""
        ...

    def ends(self) -> Mapping[int, int]:
        """By partition, the offset that the next message will have."""
        ...

    def close(self) -> None: ...
