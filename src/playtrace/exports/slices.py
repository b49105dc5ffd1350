"""Events a slice at a time, in the order in which they arrived.

An export may take hours where its reader is slow. So it is no single question: each slice is one, which takes its turn
and is over soon, and nothing is held between two of them. Events are only ever added behind those that are there, so
the slices up to an offset are the events of one moment, whatever comes meanwhile.
"""

from __future__ import annotations

import datetime as dt
from typing import LiteralString, cast

import pyarrow as pa

from playtrace.store.duckdb import Reader, Store
from playtrace.store.errors import QueryTimeout
from playtrace.store.matching import MATCHING, Matching, removed_before

SLICE_EVENTS_MAX = 40_000
"""Aimed at. One more request's events may be in it, as requests are not cut."""
TRIES = 4
"""Of a slice that takes too long; each is a quarter of the one before."""
FIRST_STEP = 256
STEP_MAX = 1 << 40
"""Offsets of the journal that a slice spans."""

END: LiteralString = "SELECT coalesce(max(journal_offset), 0) AS last FROM events"
TOTAL: LiteralString = f"SELECT count(*) AS events {MATCHING} AND journal_offset <= $last"
COUNT: LiteralString = f"SELECT count(*) AS events {MATCHING} AND journal_offset > $after AND journal_offset <= $upto"
READ: LiteralString = f"{MATCHING} AND journal_offset > $after AND journal_offset <= $upto"
IN_ORDER: LiteralString = "ORDER BY journal_offset, position"

Columns = LiteralString
"""What is selected of each event."""


class Slices:
    """The events that match at the moment of `begin`, one slice after the other."""

    def __init__(self, matching: Matching, columns: Columns) -> None:
        self._matching = matching
        self._read: LiteralString = "SELECT " + columns + READ + "\n" + IN_ORDER
        self._parameters: dict[str, object] = {}
        self._after = 0
        self._last = 0
        self._step = FIRST_STEP
        self.events = 0
        """How many there are in all; known when it has begun."""
        self.removed_before: dt.date | None = None
        """Before this day (UTC) events that would match were removed; known then too."""

    def begin(self, store: Store, parameters: dict[str, object] | None = None) -> None:
        """Look where the events end. `parameters` are those of the columns. Raises what `Reader.query` raises."""
        self._parameters = parameters or {}
        with store.reading() as reader:
            self._last = reader.rows(END)[0]["last"]
            self.events = reader.rows(TOTAL, {**self._matching, "last": self._last})[0]["events"]
            self.removed_before = removed_before(reader, self._matching)

    @property
    def is_over(self) -> bool:
        return self._after >= self._last

    def next(self, store: Store) -> pa.Table:
        """The next slice; it may be empty before the end. Where the machine is too busy for so many events in the time
        that a question has, fewer are asked for. Raises what `Reader.query` raises."""
        for _ in range(TRIES - 1):
            try:
                return self._next(store)
            except QueryTimeout:
                self._step = max(1, self._step // 4)
        return self._next(store)

    def _next(self, store: Store) -> pa.Table:
        with store.reading() as reader:
            upto = self._find_end(reader)
            table = reader.query(self._read, {**self._between(upto), **self._parameters})
        self._after = upto
        return table

    def _find_end(self, reader: Reader) -> int:
        """As far as about so many events go. What matches may be dense here and rare there: the step follows it."""
        while True:
            upto = min(self._after + self._step, self._last)
            events = self._count(reader, upto)
            if events > SLICE_EVENTS_MAX and self._step > 1:
                self._step = max(1, self._step * SLICE_EVENTS_MAX // (2 * events))
                continue
            if events * 2 < SLICE_EVENTS_MAX and upto < self._last and self._step < STEP_MAX:
                self._step *= 2
                if events * 4 < SLICE_EVENTS_MAX:
                    continue
            return upto

    def _count(self, reader: Reader, upto: int) -> int:
        return cast("int", reader.rows(COUNT, self._between(upto))[0]["events"])

    def _between(self, upto: int) -> dict[str, object]:
        return {**self._matching, "after": self._after, "upto": upto}
