"""What purchases are paid in."""

from __future__ import annotations

from typing import LiteralString

PAID_IN: LiteralString = "coalesce(nullif(currency, ''), $game_currency)"
"""The currency of a purchase: the game's own where it names none."""
