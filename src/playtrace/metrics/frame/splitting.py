"""A dimension to split by: its largest values stand by themselves, all others together."""

from __future__ import annotations

from playtrace.metrics.frame.models import UNKNOWN

KEYS_MAX = 10
"""Values that stand by themselves."""
OTHER = "(other)"
"""What all others are called together."""


def key_of(rank: int, split: str) -> str:
    """What a value is called, by its rank among the largest (from 1): `(other)` behind the last that stands alone."""
    return OTHER if rank > KEYS_MAX else split or UNKNOWN
