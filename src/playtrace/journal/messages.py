"""The form in which a broker keeps entries: a message is a row of the journal (`rows.py`) with a checksum.

A message costs a broker about as much as one of its syncs, so the small entries of a moment share one. None is larger
than what brokers take unless they are told otherwise: an entry that would be is cut between its events.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator, Sequence

import zstandard
from msgspec import Struct

from playtrace.journal.entry import Entry, in_halves
from playtrace.journal.errors import DamagedMessage, DamagedRow
from playtrace.journal.rows import SIZES, Row, look_into, rows_of

MESSAGE_BYTES_MAX = 1_000_000
"""Kafka takes 1,048,588 bytes and NATS 1,048,576; some of them are for what surrounds a message."""
MAGIC = b"PTJ1"
"""How a message begins. Another form gets another one."""
HEAD = struct.Struct("<4sI")
"""The magic, and the checksum of all that follows."""
LENGTHS = struct.Struct("<III")
"""Bytes of sizes, headers and bodies, which follow."""


class Packed(Struct, frozen=True):
    """Some entries as messages."""

    entries: int
    messages: list[bytes]
    """One, or those of one entry that was cut: it is durable when all of them are."""


def pack(compressor: zstandard.ZstdCompressor, entries: Sequence[Entry]) -> Iterator[Packed]:
    """All of these entries, in their order."""
    start = 0
    for row in rows_of(compressor, entries):
        together = entries[start : start + row.entries]
        start += row.entries
        message = message_of(row)
        if len(message) <= MESSAGE_BYTES_MAX:
            yield Packed(row.entries, [message])
        elif row.entries > 1:
            for entry in together:
                yield from pack(compressor, [entry])
        else:
            parts = [packed for half in in_halves(together[0]) for packed in pack(compressor, [half])]
            yield Packed(1, [message for part in parts for message in part.messages])


def message_of(row: Row) -> bytes:
    lengths = LENGTHS.pack(len(row.sizes), len(row.headers), len(row.bodies))
    content = b"".join((lengths, row.sizes, row.headers, row.bodies))
    return HEAD.pack(MAGIC, zlib.crc32(content)) + content


def row_of(decompressor: zstandard.ZstdDecompressor, message: bytes) -> Row:
    """Whoever may write to the broker may have sent anything: nothing that the loader could not read gets through.

    Raises `DamagedMessage`.
    """
    if len(message) < HEAD.size + LENGTHS.size:
        raise DamagedMessage("it is too short")
    magic, checksum = HEAD.unpack_from(message)
    if magic != MAGIC:
        raise DamagedMessage("it was not sent by a playtrace that this one understands")
    content = message[HEAD.size :]
    if zlib.crc32(content) != checksum:
        raise DamagedMessage("its checksum differs")
    of_sizes, of_headers, of_bodies = LENGTHS.unpack_from(content)
    if len(content) != LENGTHS.size + of_sizes + of_headers + of_bodies or not of_sizes or of_sizes % SIZES.size:
        raise DamagedMessage("its lengths do not fit together")
    headers_at = LENGTHS.size + of_sizes
    bodies_at = headers_at + of_headers
    sizes = content[LENGTHS.size : headers_at]
    row = Row(
        entries=of_sizes // SIZES.size,
        events=sum(max(events, 1) for _, events, _ in SIZES.iter_unpack(sizes)),
        sizes=sizes,
        headers=content[headers_at:bodies_at],
        bodies=content[bodies_at:],
    )
    try:
        look_into(decompressor, row)
    except DamagedRow as damaged:
        raise DamagedMessage(damaged.reason) from damaged
    return row
