"""What `resource_gain` and `resource_spend` say of in-game currencies, and how it is written in SQL."""

from __future__ import annotations

from typing import LiteralString

from playtrace.metrics.frame.exact_amounts import in_millionths
from playtrace.metrics.frame.models import UNKNOWN
from playtrace.metrics.frame.told import told

MOVES: LiteralString = "name IN ('resource_gain', 'resource_spend')"
RESOURCE: LiteralString = told("currency")
"""The in-game currency; the empty string where none was sent, or that word."""
IS_MOVE: LiteralString = "value > 0 AND value <= 1e15"
"""Whether the amount is one: what is not is counted as ignored."""

AMOUNT: LiteralString = in_millionths("value")
BALANCE: LiteralString = in_millionths("balance")
CHANGE: LiteralString = (
    f"CASE WHEN {IS_MOVE} THEN CASE WHEN name = 'resource_gain' THEN {AMOUNT} ELSE -{AMOUNT} END ELSE 0 END"
)
"""What a move adds to what the player has."""


def stored(word: str | None) -> str | None:
    """How a currency that is asked for stands in the store."""
    return "" if word == UNKNOWN else word


def shown(resource: str | None) -> str | None:
    """The reverse; None where there is no currency."""
    return None if resource is None else resource or UNKNOWN


def whole(micros: float | None) -> int | None:
    """A percentile in whole millionths."""
    return None if micros is None else round(micros)
