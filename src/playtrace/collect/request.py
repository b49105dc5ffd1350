"""What a protocol module gets and gives: a checked request in, a `Batch` and a `Reply` out."""

from __future__ import annotations

import datetime as dt
from typing import Protocol

from msgspec import Struct

from playtrace.collect.errors import CollectError
from playtrace.event import Batch


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


class Reply(Struct, frozen=True):
    status: int
    body: bytes
    content_type: bytes = b"application/json"
    headers: list[tuple[bytes, bytes]] = []


class WireFormat(Protocol):
    """A module in `collect/protocols/`: one wire format.

    `read` raises `CollectError` for a request that is wrong as a whole. An event that is wrong by itself
    becomes a `Refusal` in the batch, and its neighbours are taken.
    """

    ROUTES: tuple[tuple[str, str], ...]
    """Method and path of each address it answers."""
    DEFAULT_GAME: str | None
    """The game of clients that cannot name one, in open mode."""

    def read(self, request: Request) -> Batch: ...
    def reply(self, batch: Batch, offset: int | None) -> Reply:
        """`offset` is the journal's; None when there was nothing to record."""
        ...

    def refuse(self, error: CollectError) -> Reply: ...
