"""What the journal needs of a broker: one who sends messages there, and one who fetches them.

A broker keeps messages in partitions, each in an order of its own, in which every message has an offset. Who implements
these knows nothing of entries, nor of what is done with messages.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar, Protocol

from msgspec import Struct

from playtrace.broker_url import BrokerUrl
from playtrace.journal.errors import BrokerAway, JournalUnavailable
from playtrace.shares import Share

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


def partitions_of(share: Share, partitions: Sequence[int], url: BrokerUrl) -> list[int]:
    """Those of all there are that a share has. Raises `BrokerAway` where games could not be dealt out by them."""
    if len(partitions) % share.of:
        raise BrokerAway(
            f"{url} has {len(partitions)} partitions, which cannot be dealt out among {share.of} shares (load_shares):"
            f" give it {share.of}, or a multiple of that."
        )
    return [partition for partition in partitions if share.has_partition(partition)]


class Arrived(Struct, frozen=True):
    """A message as the broker has it."""

    partition: int
    offset: int
    message: bytes


class Ends(Protocol):
    """What a broker had at one moment."""

    def messages_after(self, places: Mapping[int, int]) -> int:
        """How many of its messages are still to fetch for whoever is at these places, as far as that is known: 0 where
        none are."""
        ...

    def are_before(self, places: Mapping[int, int]) -> bool:
        """Whether whoever is at these places has every message that was acknowledged until that moment."""
        ...


class NumberedEnds(Struct, frozen=True):
    """Of a broker whose offsets have no gaps."""

    by_partition: Mapping[int, int]
    """The offset that the next message will have."""

    def messages_after(self, places: Mapping[int, int]) -> int:
        return sum(max(0, end - places.get(partition, 0)) for partition, end in self.by_partition.items())

    def are_before(self, places: Mapping[int, int]) -> bool:
        return self.messages_after(places) == 0


class Source(Protocol):
    """Fetches messages from a broker. For one thread. All raise `BrokerAway`; then `begin` is called again."""

    source_id: str
    """Tells what is fetched from from everything else that could be."""
    has_gaps: ClassVar[bool]
    """Whether offsets that follow each other may be any apart: then they do not tell what is missing between them."""

    def begin(self, places: Mapping[int, int]) -> Mapping[int, int]:
        """Go on at these offsets, by partition, or at the first message that there is. Returns where it is, which is
        somewhere else where the broker has no more what comes next."""
        ...

    def fetch(self, timeout_s: float) -> Sequence[Arrived]:
        """The next messages, of each partition in order; none when nothing came until then."""
        ...

    def kept_since(self) -> dt.datetime | None:
        """What was acknowledged later the broker still has; None where its offsets tell what is missing."""
        ...

    def ends(self) -> Ends:
        """What there is now."""
        ...

    def close(self) -> None: ...
