"""The form in which the journal keeps its entries: several share a row, and a row is compressed.

Each row costs as much as writing a few kilobytes, so the small entries of a group share one. The events of a game are
much alike: zstd leaves about a tenth of their bytes, which costs less than writing them all, and a backlog that is
bounded in bytes lasts that much longer.

A row has a checksum: SQLite would hand out without a word what a bad disk or memory has changed.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator, Sequence

import zstandard
from msgspec import Struct

from playtrace.journal.entry import Entry, Recorded, decode_header
from playtrace.journal.errors import DamagedRow

ROW_BYTES_FULL = 256 * 1024
"""A row takes further entries until it has this size, before compression."""
COMPRESSED_BYTES_MIN = 4096
"""What is smaller fits into a page of the file with others, and is left as it is."""
SIZES = struct.Struct("<III")
"""Of one entry: bytes of its header, how many events, bytes of its body."""
ZSTD_LEVEL = 1
PLAIN_BYTES_MAX = 64 * 1024 * 1024
"""Of the bodies of a row that comes from elsewhere, decompressed: several times what a request may have."""


class Row(Struct, frozen=True):
    """Some entries with adjoining offsets."""

    entries: int
    events: int
    """Of all of them; an entry of nothing but refusals counts as one."""
    sizes: bytes
    headers: bytes
    bodies: bytes

    @property
    def kept_bytes(self) -> int:
        return len(self.sizes) + len(self.headers) + len(self.bodies)

    def checksum(self, last_offset: int) -> int:
        return _checksum(last_offset, self.sizes, self.headers, self.bodies)


def rows_of(compressor: zstandard.ZstdCompressor, entries: Sequence[Entry]) -> Iterator[Row]:
    """The rows for these entries, in their order."""
    start = 0
    while start < len(entries):
        stop, size = start, 0
        while stop < len(entries) and (stop == start or size < ROW_BYTES_FULL):
            size += len(entries[stop].header) + len(entries[stop].body)
            stop += 1
        together = entries[start:stop]
        yield Row(
            entries=len(together),
            events=sum(max(entry.events, 1) for entry in together),
            sizes=b"".join(SIZES.pack(len(entry.header), entry.events, len(entry.body)) for entry in together),
            headers=_compressed(compressor, b"".join(entry.header for entry in together)),
            bodies=_compressed(compressor, b"".join(entry.body for entry in together)),
        )
        start = stop


def entries_of(
    decompressor: zstandard.ZstdDecompressor,
    last_offset: int,
    sizes: object,
    headers: object,
    bodies: object,
    checksum: int | None,
) -> Iterator[Recorded]:
    """The entries of a row, the last of which has this offset. Raises `DamagedRow`.

    Rows that were written before there were checksums have None, and some of later ones did not tell their offset.
    """
    # Damage may change the type of a value too.
    if not (isinstance(sizes, bytes) and isinstance(headers, bytes) and isinstance(bodies, bytes)):
        raise DamagedRow(last_offset, "its values are no bytes")
    if (
        checksum is not None
        and checksum != _checksum(last_offset, sizes, headers, bodies)
        and checksum != _checksum_without_place(sizes, headers, bodies)
    ):
        raise DamagedRow(last_offset, "its checksum differs")
    try:
        entries = list(_taken_apart(last_offset, sizes, _plain(decompressor, headers), _plain(decompressor, bodies)))
        if checksum is None:
            for entry in entries:
                _look_at(entry)
    except (zstandard.ZstdError, struct.error, ValueError) as error:
        raise DamagedRow(last_offset, str(error)) from error
    yield from entries


def look_into(decompressor: zstandard.ZstdDecompressor, row: Row) -> None:
    """For a row that comes from elsewhere: whether all of its entries can be read. Raises `DamagedRow`."""
    try:
        headers, bodies = _bounded(decompressor, row.headers), _bounded(decompressor, row.bodies)
        sizes = list(SIZES.iter_unpack(row.sizes))
        if len(headers) != sum(of_header for of_header, _, _ in sizes):
            raise DamagedRow(row.entries, "its headers have not the size that they should")
        if len(bodies) != sum(of_body for _, _, of_body in sizes):
            raise DamagedRow(row.entries, "its bodies have not the size that they should")
        for entry in _taken_apart(row.entries, row.sizes, headers, bodies):
            _look_at(entry)
    except (zstandard.ZstdError, ValueError) as error:
        raise DamagedRow(row.entries, str(error)) from error


def _bounded(decompressor: zstandard.ZstdDecompressor, kept: bytes) -> bytes:
    if kept.startswith(zstandard.FRAME_HEADER):
        size = zstandard.get_frame_parameters(kept).content_size
        if not 0 <= size <= PLAIN_BYTES_MAX:
            raise ValueError(f"it says that it has {size:,} bytes")
    return _plain(decompressor, kept)


def _taken_apart(last_offset: int, sizes: bytes, headers: bytes, bodies: bytes) -> Iterator[Recorded]:
    offset = last_offset - len(sizes) // SIZES.size
    header_end = body_end = 0
    for header_bytes, events, body_bytes in SIZES.iter_unpack(sizes):
        offset += 1
        header_end += header_bytes
        body_end += body_bytes
        yield Recorded(
            offset, headers[header_end - header_bytes : header_end], events, bodies[body_end - body_bytes : body_end]
        )


def _look_at(entry: Recorded) -> None:
    """What a checksum would have told. Raises `ValueError`, which msgspec's errors are too."""
    decode_header(entry.header)
    if entry.body.decode("utf-8").count("\n") != entry.events:
        raise ValueError("it has not as many events as it should")


def events_up_to(offset: int, last_offset: int, sizes: object) -> int:
    """How many events the entries of a row up to this offset have; one of nothing but refusals counts as one."""
    if not isinstance(sizes, bytes) or len(sizes) % SIZES.size:
        return 0  # the row is damaged
    counts = [max(events, 1) for _, events, _ in SIZES.iter_unpack(sizes)]
    first_offset = last_offset - len(counts) + 1
    return sum(counts[: max(0, offset - first_offset + 1)])


def _checksum(last_offset: int, sizes: bytes, headers: bytes, bodies: bytes) -> int:
    place = zlib.crc32(last_offset.to_bytes(8, "little", signed=True))
    return zlib.crc32(bodies, zlib.crc32(headers, zlib.crc32(sizes, place)))


def _checksum_without_place(sizes: bytes, headers: bytes, bodies: bytes) -> int:
    """As it was at first; a row of today that was moved does not have it."""
    return zlib.crc32(bodies, zlib.crc32(headers, zlib.crc32(sizes)))


def _compressed(compressor: zstandard.ZstdCompressor, plain: bytes) -> bytes:
    return compressor.compress(plain) if len(plain) >= COMPRESSED_BYTES_MIN else plain


def _plain(decompressor: zstandard.ZstdDecompressor, kept: bytes) -> bytes:
    # Headers and bodies are JSON, which never begins with these bytes.
    return decompressor.decompress(kept) if kept.startswith(zstandard.FRAME_HEADER) else kept
