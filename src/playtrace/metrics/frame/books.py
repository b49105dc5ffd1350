"""The books of a game: received = stored + duplicate + quarantined + refused, by hour of receipt.

Beside them stands how many of the stored ones were removed since: what is there now is stored - removed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, LiteralString

from pydantic import Field

from playtrace.metrics.frame.calendar import Span, plain
from playtrace.metrics.frame.models import Model

if TYPE_CHECKING:
    # Only for this name: `playtrace query` asks a server without a database of its own.
    from playtrace.store.reading import Reader

BOOKS: LiteralString = """
SELECT hour, outcome, reason, sum(events)::BIGINT AS events
FROM (
    SELECT game_id, hour, outcome, reason, events FROM books
    UNION ALL
    SELECT game_id, hour, 'removed', reason, events FROM removed_events
) AS kept
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
    removed: int = 0
    """Of the stored ones: those that were taken away since, as retention says. They count as received and stored."""
    reasons: dict[str, int] = Field(default_factory=dict)
    """Of the quarantined, refused and removed ones, and of duplicates in conflict."""

    def add(self, outcome: str, reason: str, events: int) -> None:
        if outcome != "removed":
            self.received += events
        setattr(self, outcome, getattr(self, outcome) + events)
        if reason:
            self.reasons[reason] = self.reasons.get(reason, 0) + events


def balance_of(reader: Reader, game_id: str, span: Span) -> Balance:
    """Of what was received in a stretch of time: hours of UTC that begin in it. Raises what `Reader.query` raises."""
    found = Balance()
    bound = {"game_id": game_id, "from_time": plain(span.start), "to_time": plain(span.end)}
    for row in reader.rows(BOOKS, bound):
        found.add(row["outcome"], row["reason"], row["events"])
    return found
