"""How sure a difference is: 95 % intervals of the second less the first.

Normal approximations, whose quantile is `Z_95`: samples of hundreds make Student's t no wider than that.
"""

from __future__ import annotations

import math

from msgspec import Struct

from playtrace.metrics.frame.wilson import Z_95


class Estimate(Struct, frozen=True):
    """A value and the standard error of it; None where it is not known."""

    value: float | None
    error: float | None


def share(part: int, whole: int) -> Estimate:
    """A share, whose error is not pooled: sqrt(p (1 - p) / n)."""
    if whole == 0:
        return Estimate(None, None)
    p = part / whole
    return Estimate(p, math.sqrt(p * (1 - p) / whole))


def mean(count: int, total: float, total_of_squares: float) -> Estimate:
    """The mean of values, whose error is s / sqrt(n): two differ as Welch (1947) has it, of unequal variances."""
    if count == 0:
        return Estimate(None, None)
    value = total / count
    if count == 1:
        return Estimate(value, None)
    variance = max(0.0, total_of_squares - count * value * value) / (count - 1)
    return Estimate(value, math.sqrt(variance / count))


def ratio_of_sums(
    count: int, above: float, below: float, above_squared: float, below_squared: float, product: float
) -> Estimate:
    """sum(x) / sum(y) over `count` units that are independent, such as players.

    Its error by the delta method (Deng, Knoblich and Lu 2018, "Applying the Delta Method in Metric Analytics"): that of
    the mean of x - R y, over the mean of y.
    """
    if count == 0 or below == 0:
        return Estimate(None, None)
    value = above / below
    if count == 1:
        return Estimate(value, None)
    # The residuals add up to nothing.
    squares = max(0.0, above_squared - 2 * value * product + value * value * below_squared)
    return Estimate(value, math.sqrt(squares / (count - 1) / count) / (below / count))


def middle_of(value: float | None, lower: float | None, upper: float | None) -> Estimate:
    """A median of which a 95 % interval is known, read as if it were a normal one's."""
    error = None if lower is None or upper is None else (upper - lower) / (2 * Z_95)
    return Estimate(value, error)


def median_ranks(count: int) -> tuple[float, float]:
    """Between which shares of the values their true median lies, in 95 of 100 cases: n/2 -+ z sqrt(n)/2.

    (Conover, "Practical Nonparametric Statistics", 3.2: the number of values below it is binomial.)
    """
    spread = Z_95 / (2 * math.sqrt(count)) if count else 0.5
    return max(0.0, 0.5 - spread), min(1.0, 0.5 + spread)


def difference(first: Estimate, second: Estimate) -> tuple[float | None, float | None, float | None]:
    """second - first, and the two ends of its interval."""
    if first.value is None or second.value is None:
        return None, None, None
    between = second.value - first.value
    if first.error is None or second.error is None:
        return between, None, None
    spread = Z_95 * math.hypot(first.error, second.error)
    return between, between - spread, between + spread
