"""The latest crashes that a rule counts, by what they are called."""

from __future__ import annotations

from typing import TYPE_CHECKING, LiteralString

from playtrace.alerts.counting import Count, Cut
from playtrace.alerts.crash_text import crash_text
from playtrace.alerts.narrowed import crashes_narrowed
from playtrace.metrics.frame.calendar import Span, plain

if TYPE_CHECKING:
    from playtrace.store.duckdb import Reader

CRASHES: LiteralString = """
SELECT CAST(CAST(props AS JSON) AS VARCHAR) AS props, coalesce(platform, '') AS platform,
    coalesce(version, '') AS version, coalesce(country, '') AS country, coalesce(map_id, '') AS map
FROM main.events
WHERE game_id = $game AND env = $env AND name = 'crash' AND time >= $from AND time < $to
ORDER BY time DESC
LIMIT $crashes_max
"""


def crash_texts(reader: Reader, game_id: str, cut: Cut, span: Span, part: str, *, crashes_max: int) -> list[str]:
    """Of the last so many of a stretch, those that a cut keeps, of a part. Raises what `Reader.query` raises."""
    bound = {
        "game": game_id,
        "env": cut.env,
        "from": plain(span.start),
        "to": plain(span.end),
        "crashes_max": crashes_max,
    }
    found: list[str] = []
    rows = (
        crashes_narrowed(reader, game_id, cut.env, span, cut.narrowing, crashes_max=crashes_max)
        if cut.narrowing.is_any
        else reader.rows(CRASHES, bound)
    )
    for row in rows:
        one = Count("crash", row["platform"], row["version"], row["country"], row["map"], 1)
        if cut.keeps_in(part, one):
            found.append(crash_text(row["props"]))
    return found
