"""Which event ids were seen lately: 8 bytes for each, in memory.

A 64-bit hash of game and id stands for an event. A hash that was not seen is a new event for certain; one
that was seen is looked up in the store before an event is called a duplicate, so that two ids with the
same hash cost a query and never an event.

Sorted runs, merged when they are of similar size (as in a log-structured merge tree): a batch of n costs
O(n log n) to add and O(n log m) for each of a few runs to look up among m.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Hashes = NDArray[np.uint64]

MERGE_RATIO = 4


class RecentIds:
    """Hashes seen. Not thread-safe: it belongs to the loader."""

    def __init__(self) -> None:
        self._runs: list[Hashes] = []

    def __len__(self) -> int:
        return sum(len(run) for run in self._runs)

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
            at = np.searchsorted(run, ordered)
            at[at == len(run)] = len(run) - 1
            again |= run[at] == ordered
        found[order] = again
        return found

    def add(self, hashes: Hashes) -> None:
        """Remember these, which may be none."""
        if len(hashes) == 0:
            return
        run = _distinct(np.sort(hashes))
        while self._runs and len(self._runs[-1]) < MERGE_RATIO * len(run):
            # A stable sort finds the two sorted parts and merges them.
            run = _distinct(np.sort(np.concatenate([self._runs.pop(), run]), kind="stable"))
        self._runs.append(run)


def _distinct(ordered: Hashes) -> Hashes:
    """Each hash once, of at least one."""
    is_new = ordered[1:] != ordered[:-1]
    # Mostly they are, and a copy would be as large again.
    return ordered if is_new.all() else ordered[np.concatenate([[True], is_new])]
