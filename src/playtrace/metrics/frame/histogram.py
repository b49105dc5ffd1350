"""What can be said of values of which only the buckets are known: everything to 0.98 %, as the buckets are that narrow.

See `rollups/performance_days.py` for the buckets.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from functools import cache

from playtrace.rollups.performance_days import BIN_MAX, BINS_PER_E

RELATIVE_ERROR = math.tanh(0.5 / BINS_PER_E)
"""(growth - 1) / (growth + 1), with the growth from one border to the next: at most so far is a value from the middle
of its bucket, measured by the value. (The growth is e^(1/51.046).)"""


@cache
def middle(bin_: int) -> float:
    """The value that stands for a bucket: equally far, in proportion, from both of its borders."""
    return border(bin_) * (1 + RELATIVE_ERROR)


def border(bin_: int) -> float:
    """The lower border of a bucket."""
    return math.exp(bin_ / BINS_PER_E)


def nearest_border(value: float) -> int:
    """The bucket that begins nearest to a value."""
    return min(BIN_MAX, max(0, round(BINS_PER_E * math.log(max(value, 1)))))


class Histogram:
    """How many values lie in which bucket."""

    def __init__(self, counts: Iterable[tuple[int, int]] = ()) -> None:
        self._counts: Counter[int] = Counter()
        for bin_, count in counts:
            self._counts[bin_] += count

    def add(self, bin_: int, count: int) -> None:
        self._counts[bin_] += count

    def add_all(self, other: Histogram) -> None:
        self._counts.update(other._counts)

    @property
    def count(self) -> int:
        return self._counts.total()

    @property
    def sum(self) -> float:
        return math.fsum(count * middle(bin_) for bin_, count in self._counts.items())

    def at_least(self, bin_: int) -> int:
        """Values from the lower border of a bucket on."""
        return sum(count for own, count in self._counts.items() if own >= bin_)

    def sum_from(self, bin_: int) -> float:
        """Their sum."""
        return math.fsum(count * middle(own) for own, count in self._counts.items() if own >= bin_)

    def sum_beyond(self, value: float) -> float:
        """How much larger the values are that are larger than one, all together."""
        return math.fsum(count * max(0.0, middle(bin_) - value) for bin_, count in self._counts.items())

    def quantile(self, share: float) -> float | None:
        """Type 7, as for values that are known: between the two whose ranks lie around `share * (count - 1)`."""
        if self.count == 0:
            return None
        rank = share * (self.count - 1)
        low = self.value_at(math.floor(rank))
        high = self.value_at(math.ceil(rank))
        return low + (high - low) * (rank - math.floor(rank))

    def value_at(self, rank: int) -> float:
        """The value of a rank, from 0."""
        passed = 0
        for bin_, count in sorted(self._counts.items()):
            passed += count
            if rank < passed:
                return middle(bin_)
        raise IndexError(rank)

    def mean_of_largest(self, share: float) -> float | None:
        """The mean of the largest `ceil(share * count)` values."""
        # A share such as 0.01 is a little more than it says: that must not be one value more.
        wanted = left = math.ceil(round(share * self.count, 6))
        if wanted == 0:
            return None
        added = 0.0
        for bin_, count in sorted(self._counts.items(), reverse=True):
            taken = min(left, count)
            added += taken * middle(bin_)
            left -= taken
            if left == 0:
                break
        return added / wanted

    def value_by_sum(self, share: float) -> float | None:
        """The value at which the largest ones have used up a share of the sum of all."""
        needed = share * self.sum
        added = 0.0
        for bin_, count in sorted(self._counts.items(), reverse=True):
            added += count * middle(bin_)
            if added >= needed:
                return middle(bin_)
        return None
