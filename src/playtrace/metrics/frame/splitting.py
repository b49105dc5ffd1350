"""A dimension to split by: its largest values stand by themselves, all others together."""

from __future__ import annotations

from typing import Literal

from playtrace.metrics.frame.errors import WrongParameter
from playtrace.metrics.frame.models import UNKNOWN

SplitBy = Literal["platform", "version", "country"]
"""What rollups know of each row."""
KEYS_MAX = 10
"""Values that stand by themselves."""
POINTS_MAX = 20_000
"""Buckets of all series of an answer together, the one of all values included."""
OTHER = "(other)"
"""What all others are called together."""


def key_of(rank: int, split: str) -> str:
    """What a value is called, by its rank among the largest (from 1): `(other)` behind the last that stands alone."""
    return OTHER if rank > KEYS_MAX else split or UNKNOWN


def check_points(series: int, buckets: int) -> None:
    """So many series beside the one of all values. Raises `WrongParameter` where their buckets are too many."""
    if series and (series + 1) * buckets > POINTS_MAX:
        raise WrongParameter(
            "interval", f"More than {POINTS_MAX} points. Ask for a longer interval, a shorter range or no `splitBy`."
        )
