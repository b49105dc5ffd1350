"""Which event ids were seen lately: 8 bytes for each, in memory.

A 64-bit hash of game and id stands for an event. A hash that was not seen is a new event for certain; one
that was seen is looked up in the store before an event is called a duplicate, so that two ids with the
same hash cost a query and never an event.

Sorted runs, merged when they are of similar size (as in a log-structured merge tree): a batch of n costs
O(n log n) to add. Hashes are spread evenly: where one stands in a run is nearly known from its first bits, and looking
up n of them takes a fixed number of steps for each of a few runs, however many are in it.
"""

from __future__ import annotations

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

Hashes = NDArray[np.uint64]

MERGE_RATIO = 4
PLACE_HASHES = 32
"""At most about so many hashes of a run begin with the same bits: a quarter of a kilobyte to look through. To know
where that is takes half a byte for each hash."""


class Run(Struct, frozen=True):
    """Distinct hashes, ascending; at least one."""

    hashes: Hashes
    bits: int
    """How many first bits of a hash tell its place."""
    begins: NDArray[np.int64]
    """Where the hashes of each place begin, and behind them where the last ones end."""

    @classmethod
    def of(cls, hashes: Hashes) -> Run:
        bits = max(1, (len(hashes) // PLACE_HASHES).bit_length())
        firsts = np.arange(1, 1 << bits, dtype=np.uint64) << np.uint64(64 - bits)
        begins = np.concatenate([[0], np.searchsorted(hashes, firsts), [len(hashes)]])
        return cls(hashes, bits, begins.astype(np.int64, copy=False))

    def has(self, hashes: Hashes) -> NDArray[np.bool_]:
        """For each of these, at least one, whether it is in this run. Fastest where they are ascending."""
        place = (hashes >> np.uint64(64 - self.bits)).astype(np.int64)
        at, end = self.begins[place], self.begins[place + 1]
        # All are looked for at once, by halving: before `at` are smaller ones alone, from `end` on larger ones.
        step = 1 << int((end - at).max()).bit_length() >> 1
        while step:
            further = np.minimum(at + step, end)
            at = np.where(self.hashes[further - 1] < hashes, further, at)
            step >>= 1
        return self.hashes[np.minimum(at, len(self.hashes) - 1)] == hashes


class RecentIds:
    """Hashes seen. Not thread-safe: it belongs to the loader."""

    def __init__(self) -> None:
        self._runs: list[Run] = []

    def __len__(self) -> int:
        return sum(len(run.hashes) for run in self._runs)

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
        if len(hashes) == 0:
            return
        run = _distinct(np.sort(hashes))
        while self._runs and len(self._runs[-1].hashes) < MERGE_RATIO * len(run):
            # A stable sort finds the two sorted parts and merges them.
            run = _distinct(np.sort(np.concatenate([self._runs.pop().hashes, run]), kind="stable"))
        self._runs.append(Run.of(run))


def _distinct(ordered: Hashes) -> Hashes:
    """Each hash once, of at least one."""
    is_new = ordered[1:] != ordered[:-1]
    # Mostly they are, and a copy would be as large again.
    return ordered if is_new.all() else ordered[np.concatenate([[True], is_new])]
