"""The latest crashes that a rule counts, by what they are called."""

from __future__ import annotations

from typing import TYPE_CHECKING, LiteralString

from playtrace.alerts.counting import Count, Cut
from playtrace.alerts.crash_text import crash_text
from playtrace.alerts.events import events_in
from playtrace.metrics.frame.calendar import Span

if TYPE_CHECKING:
    from playtrace.store.duckdb import Reader

CRASHES: LiteralString = """
SELECT CAST(CAST(props AS JSON) AS VARCHAR) AS props, of_platform AS platform, of_version AS version,
    of_country AS country, coalesce(map_id, '') AS map
FROM every_event
WHERE name = 'crash'
ORDER BY time DESC
LIMIT $crashes_max
"""


def crash_texts(reader: Reader, game_id: str, cut: Cut, span: Span, part: str, *, crashes_max: int) -> list[str]:
    """Of the last so many of a stretch, those that a cut keeps, of a part.

    Raises `WrongParameter`, and what `Reader.query` raises.
    """
    events = events_in(reader, game_id, cut.env, span, cut.narrowing)
    found: list[str] = []
    for row in events.rows(CRASHES, crashes_max=crashes_max):
        one = Count("crash", row["platform"], row["version"], row["country"], row["map"], 1)
        if cut.keeps_in(part, one):
            found.append(crash_text(row["props"]))
    return found
