"""Journal entries as an Arrow table with a row for each event, without looking at an event in Python."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from msgspec import Struct
from numpy.typing import NDArray

from playtrace.event import IMPORTED, ImportPart, Refusal
from playtrace.journal.entry import Header, Recorded, decode_header
from playtrace.sent_at import is_certain, presumed_s, reading_s

NEWLINE = 10
ROWS_PER_CHUNK = 2048
"""Arrow chunks are what DuckDB's threads share: with one large chunk a single thread would do all the work. A chunk
of so many stays in the processor's cache while its lines are found."""

MICROSECONDS = pa.timestamp("us")


class StagedPart(Struct, frozen=True):
    """An entry that is a part of an import."""

    journal_offset: int
    received_at: dt.datetime
    game_id: str
    part: ImportPart
    events: int
    refused: int


class Staged(Struct, frozen=True):
    """What one load works on."""

    lines: pa.Table
    """line (JSON text), journal_offset, position, received_at, sent_us, reading_s, is_certain, correction_s (see
    `sent_at`), source, game_id, country, region"""
    refusals: list[tuple[int, dt.datetime, Refusal]]
    """Journal offset, time of receipt, and what was refused."""
    offsets: NDArray[np.int64]
    """Of the entries, ascending: also of those without events."""
    parts: list[StagedPart] = []
    """Those entries that are parts of imports."""

    @property
    def last_offset(self) -> int:
        return int(self.offsets[-1])

    def halves(self) -> tuple[Staged, Staged]:
        """The first and the second half of its entries, which are at least two."""
        middle = len(self.offsets) // 2
        offset = self.offsets[middle]
        row = int(np.searchsorted(self.lines["journal_offset"].to_numpy(), offset))
        return (
            Staged(
                self.lines.slice(0, row),
                [r for r in self.refusals if r[0] < offset],
                self.offsets[:middle],
                [part for part in self.parts if part.journal_offset < offset],
            ),
            Staged(
                self.lines.slice(row),
                [r for r in self.refusals if r[0] >= offset],
                self.offsets[middle:],
                [part for part in self.parts if part.journal_offset >= offset],
            ),
        )


def stage(entries: list[Recorded]) -> Staged:
    """Takes the entries out of the list: they need not be in memory twice.

    Raises `msgspec.DecodeError` when the header of an entry cannot be read, which no bit but a broken disk makes.
    """
    headers = [decode_header(entry.header) for entry in entries]
    refusals = [
        (entry.offset, _received_at(header), refusal)
        for entry, header in zip(entries, headers, strict=True)
        for refusal in header.refusals
    ]
    parts = [
        StagedPart(
            entry.offset,
            _received_at(header),
            header.game_id or "",
            header.part,
            entry.events,
            sum(refusal.events for refusal in header.refusals),
        )
        for entry, header in zip(entries, headers, strict=True)
        if header.part is not None
    ]
    offsets = np.fromiter((entry.offset for entry in entries), np.int64, len(entries))
    chunks: list[pa.Table] = []
    # From the end, as a list is shortened there.
    for start, stop in reversed(_chunks([entry.events for entry in entries])):
        chunks.append(_lines(entries[start:stop], headers[start:stop]))
        del entries[start:]
    chunks.reverse()
    return Staged(pa.concat_tables(chunks) if chunks else _lines([], []), refusals, offsets, parts)


def has_imported(lines: pa.Table) -> bool:
    """Whether events of imports may be among these."""
    return any(IMPORTED in chunk.dictionary.to_pylist() for chunk in lines["source"].chunks)


def _received_at(header: Header) -> dt.datetime:
    return dt.datetime.fromtimestamp(header.received_us / 1e6, dt.UTC)


def _chunks(counts: Sequence[int]) -> list[tuple[int, int]]:
    """Ranges of entries that hold about `ROWS_PER_CHUNK` events each."""
    ranges: list[tuple[int, int]] = []
    start = rows = 0
    for index, count in enumerate(counts):
        rows += count
        if rows >= ROWS_PER_CHUNK:
            ranges.append((start, index + 1))
            start, rows = index + 1, 0
    if start < len(counts):
        ranges.append((start, len(counts)))
    return ranges


def _lines(entries: Sequence[Recorded], headers: Sequence[Header]) -> pa.Table:
    text = b"".join(entry.body for entry in entries)
    ends = np.flatnonzero(np.frombuffer(text, np.uint8) == NEWLINE) + 1
    borders = np.concatenate([[0], ends]).astype(np.int32)
    counts = np.array([entry.events for entry in entries], np.int64)
    starts = np.cumsum(counts) - counts
    rows = len(ends)

    readings = [reading_s(header.received_us, header.sent_us) for header in headers]
    certain = [is_certain(header.sent_us, header.attempt) for header in headers]

    def spread(values: Iterable[int]) -> NDArray[np.int64]:
        """One value for each entry to one for each event."""
        return np.repeat(np.fromiter(values, np.int64), counts)

    def spread_text(texts: Sequence[str | None]) -> pa.Array:
        """The same as a dictionary, in which the absent ones are no word: Arrow joins such dictionaries only."""
        words = list(dict.fromkeys(text for text in texts if text is not None))
        numbers: dict[str | None, int] = {word: number for number, word in enumerate(words)}
        places = spread(numbers.get(text, -1) for text in texts).astype(np.int32)
        indices = _array(places, pa.int32(), present=places >= 0)
        return pa.DictionaryArray.from_arrays(indices, pa.array(words, pa.string()))

    return pa.table(
        {
            "line": pa.StringArray.from_buffers(rows, pa.py_buffer(borders), pa.py_buffer(text)),
            "journal_offset": _array(spread(entry.offset for entry in entries), pa.int64()),
            "position": _array((np.arange(rows) - np.repeat(starts, counts)).astype(np.int32), pa.int32()),
            "received_at": _array(spread(header.received_us for header in headers), MICROSECONDS),
            "sent_us": _array(spread(header.sent_us or 0 for header in headers), pa.int64()),
            "reading_s": _array(spread(readings), pa.int64()),
            "is_certain": _array(spread(certain), pa.int64()),
            "correction_s": _array(spread(map(presumed_s, readings, certain)), pa.int64()),
            "source": spread_text([header.source for header in headers]),
            "game_id": spread_text([header.game_id for header in headers]),
            "country": spread_text([header.country for header in headers]),
            "region": spread_text([header.region for header in headers]),
        }
    )


def _array(values: NDArray[np.integer[Any]], type_: pa.DataType, present: NDArray[np.bool_] | None = None) -> pa.Array:
    """These very bytes as an Arrow array. `pa.array` and Arrow's own functions would import modules for 0.2 s first,
    which whoever waits for the first event after a start would wait for too."""
    valid = None if present is None or present.all() else pa.py_buffer(np.packbits(present, bitorder="little"))
    return pa.Array.from_buffers(type_, len(values), [valid, pa.py_buffer(values)])
