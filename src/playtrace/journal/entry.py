"""One entry of the journal: the events of a request as newline-delimited JSON, and a header.

The form on disk is this file's business alone. An entry that was written by an older playtrace must
stay readable: fields are added at the end of the header, with a default.
"""

from __future__ import annotations

import datetime as dt

import msgspec
from msgspec import Struct

from playtrace.event import Batch, ImportPart, Refusal

EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
MICROSECOND = dt.timedelta(microseconds=1)


class Header(Struct, array_like=True, frozen=True):
    """What is the same for all events of an entry. Times are microseconds since 1970, UTC."""

    received_us: int
    source: str
    game_id: str | None
    sent_us: int | None
    country: str | None
    region: str | None
    refusals: list[Refusal]
    attempt: int = 1
    """The client's, to send these events: from the second on, `sent_us` was written anew."""
    part: ImportPart | None = None
    """Of an import."""


class Entry(Struct, frozen=True):
    """Bytes ready for the journal."""

    header: bytes
    events: int
    """How many lines `body` has."""
    body: bytes
    is_of_several_games: bool = False
    """Whether what it says is not all of the game that its header names."""

    def recorded(self, offset: int) -> Recorded:
        return Recorded(offset, self.header, self.events, self.body)


class Recorded(Struct, frozen=True):
    """An entry as the journal gives it back."""

    offset: int
    header: bytes
    events: int
    body: bytes


_encoder = msgspec.json.Encoder()
_header_decoder = msgspec.json.Decoder(Header)


def encode(batch: Batch) -> Entry:
    header = Header(
        microseconds(batch.received_at),
        batch.source,
        batch.game_id,
        None if batch.sent_at is None else microseconds(batch.sent_at),
        batch.country,
        batch.region,
        batch.refusals
        + [
            Refusal(0, reason, "", game_id=game_id, events=events)
            for (reason, game_id), events in batch.further_refused.items()
        ],
        batch.attempt,
        batch.part,
    )
    others = {event.game_id for event in batch.events} - {None, batch.game_id}
    is_of_several = bool(others) or any(refusal.game_id != batch.game_id for refusal in header.refusals)
    return Entry(_encoder.encode(header), len(batch.events), _encoder.encode_lines(batch.events), is_of_several)


class _OfGame(Struct):
    """What of an event says whose it is."""

    game_id: str | None = None


_game_decoder = msgspec.json.Decoder(_OfGame)


def by_game(entry: Entry) -> list[Entry]:
    """Several that together say the same as this one, each of one game. What is said of the request as a whole goes
    with the first."""
    header = decode_header(entry.header)
    lines: dict[str | None, list[bytes]] = {}
    for line in entry.body.splitlines(keepends=True):
        lines.setdefault(_game_decoder.decode(line).game_id or header.game_id, []).append(line)
    refusals: dict[str | None, list[Refusal]] = {}
    for refusal in header.refusals:
        refusals.setdefault(refusal.game_id, []).append(refusal)
    found: list[Entry] = []
    for game_id in dict.fromkeys([*lines, *refusals]):
        own = msgspec.structs.replace(
            header, game_id=game_id, refusals=refusals.get(game_id, []), part=None if found else header.part
        )
        of_game = lines.get(game_id, [])
        found.append(Entry(_encoder.encode(own), len(of_game), b"".join(of_game)))
    return found


def in_halves(entry: Entry) -> tuple[Entry, Entry]:
    """Two that together say the same as one with at least two events. What is said of the request as a whole goes with
    the first."""
    lines = entry.body.splitlines(keepends=True)
    middle = len(lines) // 2
    header = decode_header(entry.header)
    rest = msgspec.structs.replace(header, refusals=[], part=None)
    return (
        Entry(entry.header, middle, b"".join(lines[:middle])),
        Entry(_encoder.encode(rest), len(lines) - middle, b"".join(lines[middle:])),
    )


def decode_header(header: bytes) -> Header:
    """Raises `msgspec.DecodeError` when these are not the bytes of a header."""
    return _header_decoder.decode(header)


def microseconds(instant: dt.datetime) -> int:
    """Microseconds since 1970; an instant without offset is UTC."""
    if instant.tzinfo is None:
        instant = instant.replace(tzinfo=dt.UTC)
    return (instant - EPOCH) // MICROSECOND
