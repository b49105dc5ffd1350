"""The books of a game: received = stored + duplicate + quarantined + refused, by hour of receipt."""

from __future__ import annotations

from typing import LiteralString

from pydantic import Field

from playtrace.metrics.frame.models import Model

BOOKS: LiteralString = """
SELECT hour, outcome, reason, sum(events)::BIGINT AS events
FROM books
WHERE game_id = $game_id AND hour >= $from_time AND hour < $to_time
GROUP BY hour, outcome, reason
ORDER BY hour DESC, outcome, reason
"""


class Balance(Model):
    received: int = 0
    stored: int = 0
    duplicate: int = 0
    """Sent again with an id that was stored before; `reasons.conflict` of them with another content."""
    quarantined: int = 0
    """Kept apart: too old when received, or not to be loaded."""
    refused: int = 0
    """Answered with an error that says why."""
    reasons: dict[str, int] = Field(default_factory=dict)
    """Of the quarantined and refused ones, and of duplicates in conflict."""

    def add(self, outcome: str, reason: str, events: int) -> None:
        self.received += events
        setattr(self, outcome, getattr(self, outcome) + events)
        if reason:
            self.reasons[reason] = self.reasons.get(reason, 0) + events
