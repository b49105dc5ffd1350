"""What a protocol module gets and gives: a checked request in, a `Batch` and a `Reply` out."""

from __future__ import annotations

import datetime as dt
from typing import Protocol

from msgspec import Struct

from playtrace.collect.heavy_reading import NotAtOnce
from playtrace.collect.rate_limit import WindowLimit
from playtrace.event import NAME_LENGTH_MAX, Batch, Refusal
from playtrace.problems import Malformed, Problem


class Request(Struct, frozen=True):
    """A request whose body has arrived whole, was decompressed and is within its limits."""

    path: str
    query: dict[str, str]
    headers: dict[bytes, bytes]
    """Names in lower case; of a repeated header the last one."""
    body: bytes
    received_at: dt.datetime
    game_id: str | None = None
    """The game that the write key belongs to; None without a key (open mode)."""
    country: str | None = None
    region: str | None = None
    city: str | None = None
    at_once: bool = False
    """Whether the event loop waits for it: what would take long raises `NotAtOnce`, and is asked again elsewhere."""

    def check_at_once(self, bytes_max: int) -> None:
        """Before what takes long for a body of more than `bytes_max`. Raises `NotAtOnce`."""
        if self.at_once and len(self.body) > bytes_max:
            raise NotAtOnce

    def named_game(self) -> str | None:
        """The game in `?gameId=`: for clients whose events have no field for it.

        Raises `Malformed` when it cannot be the id of a game.
        """
        named = self.query.get("gameId", self.query.get("game_id"))
        if named is not None and not 0 < len(named) <= NAME_LENGTH_MAX:
            raise Malformed(f"gameId: expected 1 to {NAME_LENGTH_MAX} characters.")
        return named


class Reply(Struct, frozen=True):
    status: int
    body: bytes
    content_type: bytes = b"application/json"
    headers: list[tuple[bytes, bytes]] = []


class Receipt(Struct):
    """What became of a request."""

    received_at: dt.datetime
    accepted: int
    """Events that are in the journal."""
    refusals: list[Refusal]
    not_listed: int = 0
    """Events that were refused beside those."""
    set_aside: list[int] = []
    """Places in the request of events that are too old to count."""
    hints: list[str] = []
    """What the client should know of how it was read."""
    offset: int | None = None
    """Where they stand in the journal; None when there was nothing to record."""

    @classmethod
    def of(cls, batch: Batch) -> Receipt:
        return cls(
            batch.received_at,
            len(batch.events),
            batch.refusals,
            batch.refused - len(batch.refusals),
            batch.too_old,
            batch.hints,
        )

    @property
    def refused(self) -> int:
        return len(self.refusals) + self.not_listed


class WireFormat(Protocol):
    """The sending half of a protocol (`protocols/NAME/sending.py`): one wire format.

    `read` raises `Problem` for a request that is wrong as a whole, and `NotAtOnce`. An event that is wrong by
    itself becomes a `Refusal` in the batch, and its neighbours are taken. What may be kept of a wrong request, where
    that is not the start of its body, goes along as the error's `refusals`.
    """

    ROUTES: tuple[tuple[str, str], ...]
    """Method and path of each address it answers."""
    DEFAULT_GAME: str | None
    """The game of clients that cannot name one, in open mode."""
    SKIPS_BAD_EVENTS: bool
    """Whether a request all of whose events are wrong is answered by `reply` like any other, instead of as an error."""
    RATE_LIMIT: WindowLimit | None
    """How often a client may come with this format, where that has a limit of its own."""

    def read(self, request: Request) -> Batch: ...
    def reply(self, receipt: Receipt) -> Reply: ...
    def refuse(self, error: Problem) -> Reply: ...
