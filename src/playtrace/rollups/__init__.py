"""What the store keeps beside the events: partial aggregates, each defined once."""

from __future__ import annotations

from playtrace.rollups import (
    event_counts,
    heat_days,
    jwc_usage,
    located_events,
    map_extents,
    noted_events,
    path_days,
    payments,
    performance_days,
    performance_samples,
    player_days,
    players,
    position_spans,
    position_tails,
    sessions,
)
from playtrace.rollups.rollup import Rollup

ROLLUPS: tuple[Rollup, ...] = tuple(
    module.ROLLUP
    for module in (
        event_counts,
        player_days,
        players,
        sessions,
        position_spans,
        position_tails,
        located_events,
        map_extents,
        jwc_usage,
        noted_events,
        payments,
        performance_samples,
    )
)
"""All that are made of events."""

MADE_OF_DAYS = (heat_days, performance_days, path_days)
"""What compaction makes of the other tables when a day has come to rest: a row is of its `day` (UTC)."""
