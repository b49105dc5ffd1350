"""How sure a share is."""

from __future__ import annotations

import math

Z_95 = 1.959963984540054
"""Standard deviations that hold 95 % of a normal distribution."""


def wilson_interval(part: int, whole: int) -> tuple[float, float] | None:
    """Lower and upper end of the 95 % Wilson interval of part / whole; None of nothing."""
    if whole == 0:
        return None
    share = part / whole
    spread = Z_95 * math.sqrt(share * (1 - share) / whole + Z_95**2 / (4 * whole**2))
    centre = share + Z_95**2 / (2 * whole)
    scale = 1 + Z_95**2 / whole
    # Rounding must not push an end past what a share can be.
    return max(0.0, (centre - spread) / scale), min(1.0, (centre + spread) / scale)


def ratio(part: float, whole: float) -> float | None:
    """part / whole; None where nothing is divided."""
    return part / whole if whole else None
