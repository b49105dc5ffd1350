"""Which event ids were seen lately: 4 bytes for each, in memory.

A 64-bit hash of game and id stands for an event. A hash that was not seen is a new event for certain; one
that was seen is looked up in the store before an event is called a duplicate, so that two ids with the
same hash cost a query and never an event. For that reason the last bits of it may be forgotten.

Sorted runs, merged when they are of similar size (as in a log-structured merge tree): a batch of n costs
O(n log n) to add. Hashes are spread evenly: where one stands in a run is nearly known from its first bits, and looking
up n of them takes a fixed number of steps for each of a few runs, however many are in it.
"""

from __future__ import annotations

from typing import cast

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

Hashes = NDArray[np.uint64]

MERGE_RATIO = 4
PLACE_HASHES = 32
"""At most about so many hashes of a small run begin with the same bits: a quarter of a kilobyte to look through."""
SHORTENED_FROM = 1 << 20
"""Of a run with so many hashes `KNOWN_BITS` are kept of each: of a hundred million, one in forty million new ids looks
as if it had been seen."""
PLACE_BITS, REST_BITS = 20, 32
KNOWN_BITS = PLACE_BITS + REST_BITS
FORGOTTEN = np.uint64(64 - KNOWN_BITS)
BEHIND_PLACE = np.uint64(64 - PLACE_BITS)
SLICE_PLACES = 1 << (PLACE_BITS - 6)
"""Large runs are merged one part after the other, which takes a little memory instead of several times theirs."""


class Run(Struct, frozen=True):
    """Distinct hashes, ascending; at least one."""

    rests: NDArray[np.uint64] | NDArray[np.uint32]
    """Of a small run whole hashes. Of a large one what is behind the first bits, which the place tells."""
    bits: int
    """How many first bits of a hash tell its place."""
    begins: NDArray[np.int64]
    """Where the hashes of each place begin, and behind them where the last ones end."""

    def __len__(self) -> int:
        return len(self.rests)

    @property
    def whole(self) -> Hashes | None:
        """The hashes of a small run."""
        return cast("Hashes", self.rests) if self.rests.dtype == np.uint64 else None

    @classmethod
    def of(cls, hashes: Hashes) -> Run:
        """Of few, ascending and distinct."""
        bits = max(1, (len(hashes) // PLACE_HASHES).bit_length())
        return cls(hashes, bits, _begins(hashes, np.arange(1, 1 << bits, dtype=np.uint64) << np.uint64(64 - bits)))

    def has(self, hashes: Hashes) -> NDArray[np.bool_]:
        """For each of these, at least one, whether it is in this run. Fastest where they are ascending."""
        place = (hashes >> np.uint64(64 - self.bits)).astype(np.int64)
        rests = _rests(hashes) if self.whole is None else hashes
        at, end = self.begins[place], self.begins[place + 1]
        # All are looked for at once, by halving: before `at` are smaller ones alone, from `end` on larger ones.
        step = 1 << int((end - at).max()).bit_length() >> 1
        while step:
            further = np.minimum(at + step, end)
            at = np.where(self.rests[further - 1] < rests, further, at)
            step >>= 1
        # Where none of its place is as large, the next one is of another place.
        return (self.rests[np.minimum(at, len(self) - 1)] == rests) & (at < end)

    def merged(self, other: Run) -> Run:
        """All hashes of both."""
        if len(self) + len(other) < SHORTENED_FROM and self.whole is not None and other.whole is not None:
            return Run.of(_merged(self.whole, other.whole))
        rests = np.empty(len(self) + len(other), np.uint32)
        begins = np.zeros((1 << PLACE_BITS) + 1, np.int64)
        filled = 0
        for first in range(0, 1 << PLACE_BITS, SLICE_PLACES):
            places = np.arange(first, first + SLICE_PLACES + 1)
            both = _merged(self._known(first), other._known(first))
            own = _begins(both, places[1:-1].astype(np.uint64) << BEHIND_PLACE)
            begins[places] = own + filled
            rests[filled : filled + len(both)] = _rests(both)
            filled += len(both)
        return Run(rests[:filled], PLACE_BITS, begins)

    def _known(self, first: int) -> Hashes:
        """Of a slice of places the hashes, as far as a large run knows them."""
        if (whole := self.whole) is not None:
            behind = first + SLICE_PLACES
            begin = np.searchsorted(whole, np.uint64(first) << BEHIND_PLACE)
            end = len(self) if behind >> PLACE_BITS else np.searchsorted(whole, np.uint64(behind) << BEHIND_PLACE)
            return whole[begin:end] >> FORGOTTEN << FORGOTTEN
        begins = self.begins[first : first + SLICE_PLACES + 1]
        places = np.repeat(np.arange(first, first + SLICE_PLACES, dtype=np.uint64), np.diff(begins))
        rests = self.rests[begins[0] : begins[-1]].astype(np.uint64)
        return (places << BEHIND_PLACE) | (rests << FORGOTTEN)


class RecentIds:
    """Hashes seen. Not thread-safe: it belongs to the loader."""

    def __init__(self) -> None:
        self._runs: list[Run] = []

    def __len__(self) -> int:
        return sum(map(len, self._runs))

    def repeated(self, hashes: Hashes) -> NDArray[np.bool_]:
        """For each hash, whether it was added before or is among these more than once."""
        found = np.zeros(len(hashes), np.bool_)
        if len(hashes) == 0:
            return found
        # Sorted look-ups walk each run from one end to the other instead of jumping about in memory.
        order = np.argsort(hashes)
        ordered = hashes[order]
        again = np.zeros(len(hashes), np.bool_)
        np.equal(ordered[1:], ordered[:-1], out=again[1:])
        again[:-1] |= again[1:]
        for run in self._runs:
            again |= run.has(ordered)
        found[order] = again
        return found

    def add(self, hashes: Hashes) -> None:
        """Remember these, which may be none."""
        for begin in range(0, len(hashes), SHORTENED_FROM - 1):
            run = Run.of(_distinct(np.sort(hashes[begin : begin + SHORTENED_FROM - 1])))
            while self._runs and len(self._runs[-1]) < MERGE_RATIO * len(run):
                run = self._runs.pop().merged(run)
            self._runs.append(run)


def _rests(hashes: Hashes) -> NDArray[np.uint32]:
    return (hashes >> FORGOTTEN).astype(np.uint32)


def _begins(hashes: Hashes, firsts: Hashes) -> NDArray[np.int64]:
    """Where those begin that are not below each of these; before that nought, and behind it how many there are."""
    return np.concatenate([[0], np.searchsorted(hashes, firsts), [len(hashes)]]).astype(np.int64, copy=False)


def _merged(hashes: Hashes, others: Hashes) -> Hashes:
    """Of two that are ascending. A stable sort finds the two sorted parts and merges them."""
    return _distinct(np.sort(np.concatenate([hashes, others]), kind="stable"))


def _distinct(ordered: Hashes) -> Hashes:
    """Each hash once."""
    is_new = ordered[1:] != ordered[:-1]
    # Mostly they are, and a copy would be as large again.
    return ordered if is_new.all() else ordered[np.concatenate([[True], is_new])]
