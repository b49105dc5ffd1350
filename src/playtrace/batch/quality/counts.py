"""What is counted of the rows of a day: those that are there twice, lack something, or cannot be."""

from __future__ import annotations

import datetime as dt
from typing import LiteralString

from playtrace.metrics.frame.calendar import Span, plain
from playtrace.store.reading import Reader

LATE_AFTER: LiteralString = "INTERVAL 1 DAY"

# What is not a number, or has no end, is beyond the largest one.
COUNTS: LiteralString = f"""
SELECT count(*) AS events,
    count(event_id) - count(DISTINCT event_id) AS repeated_ids,
    count(*) - count(DISTINCT (journal_offset, position)) AS repeated_places,
    CAST(coalesce(sum(CASE WHEN event_id IS NULL OR name IS NULL OR name = '' OR received_at IS NULL OR env IS NULL
        OR severity IS NULL OR source IS NULL OR journal_offset IS NULL OR position IS NULL
        THEN 1 ELSE 0 END), 0) AS BIGINT) AS missing,
    CAST(coalesce(sum(CASE WHEN time > received_at OR seq < 0 OR mono_ms < 0 OR abs(value) > 1.7976931348623157e308
        OR abs(x) > 1.7976931348623157e308 OR abs(y) > 1.7976931348623157e308 OR abs(z) > 1.7976931348623157e308
        THEN 1 ELSE 0 END), 0) AS BIGINT) AS out_of_range,
    CAST(coalesce(sum(CASE WHEN received_at > time + {LATE_AFTER} THEN 1 ELSE 0 END), 0) AS BIGINT) AS late,
    CAST(coalesce(sum(CASE WHEN player_id IS NULL THEN 1 ELSE 0 END), 0) AS BIGINT) AS without_player
FROM main.events
WHERE game_id = $game AND time >= $from::TIMESTAMP AND time < $to::TIMESTAMP
"""


def counts_of(reader: Reader, game_id: str, span: Span) -> dict[str, int]:
    """By name, of what happened in a stretch of time. Raises what `Reader.query` raises."""
    bound: dict[str, object] = {"game": game_id, "from": plain(span.start), "to": plain(span.end)}
    [row] = reader.rows(COUNTS, bound)
    return {name: int(value) for name, value in row.items()}


RECEIVED: LiteralString = """
SELECT date_trunc('hour', received_at) AS hour, count(*) AS events
FROM main.events
WHERE game_id = $game AND received_at >= $from::TIMESTAMP AND received_at < $to::TIMESTAMP
GROUP BY date_trunc('hour', received_at)
"""


def received_by_hour(reader: Reader, game_id: str, start: dt.datetime, end: dt.datetime) -> dict[dt.datetime, int]:
    """Stored events by the hour of their receipt, UTC without offset."""
    found = reader.rows(RECEIVED, {"game": game_id, "from": start, "to": end})
    return {row["hour"]: int(row["events"]) for row in found}
