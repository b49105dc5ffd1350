"""What happened at a place, and where players stayed."""

from __future__ import annotations

from playtrace.metrics.frame.relation import Relation, Sql
from playtrace.rollups import located_events, map_extents, position_spans, position_tails

# What is of no match has no time in one.
IN_MATCH: Sql = "coalesce(date_diff('microsecond', begun_at, time) BETWEEN $match_from_us AND $match_to_us, false)"
"""Of events with the start of their match: true or false, never null."""

RELATIONS: dict[Sql, Relation] = {
    # From which moment to which there were events of a match, whatever the filters: of those that lasted a day at most.
    "matches": Relation(
        """
    SELECT match_id AS of_match, min(time) AS begun_at, max(time) AS ended_at
    FROM ({source}) AS source
    WHERE match_id IS NOT NULL AND time + INTERVAL 1 DAY >= $from AND time < $to
    GROUP BY match_id""",
        None,
        is_narrowed=False,
    ),
    # What happened at a place: position samples only where all events are read.
    "located": Relation(
        """
    SELECT {bucket} AS bucket, {split} AS split, time, name, map_id, x, y, z, player_id, player_bit
    FROM ({rows}) AS located
    {in_buckets}
    WHERE time >= $from AND time < $to{between}{segment}{keep}""",
        located_events.ROLLUP,
        at="time",
        text_raw="""
    SELECT {bucket} AS bucket, {split} AS split, time, name, map_id, x, y, z, player_id, player_bit
    FROM ({source}) AS located
    {in_buckets}
    WHERE time >= $from AND time < $to{between} AND map_id IS NOT NULL AND x IS NOT NULL AND y IS NOT NULL
        {segment}{keep}""",
    ),
    # From one position sample to the next: where somebody stayed, and for how long.
    "stays": Relation(
        """
    SELECT {bucket} AS bucket, {split} AS split, time, map_id, x, y, z, span_ms, player_id, player_bit
    FROM ({merged}) AS stays
    {in_buckets}
    WHERE time >= $from AND time < $to{between}{segment}{keep}""",
        position_spans.ROLLUP,
        at="time",
        by_first=True,
    ),
    # Of which sessions there are position samples on the days (UTC) from `$whole_from` to `$whole_to`, whatever the
    # filters: one row or more for each day.
    "walks": Relation(
        """
    SELECT owner, session_id, first_at, last_at, samples
    FROM ({rows}) AS tails
    WHERE time >= $whole_from AND time < $whole_to""",
        position_tails.ROLLUP,
        is_narrowed=False,
    ),
    # How far maps reach on the days (UTC) of the range, whatever the filters.
    "extents": Relation(
        """
    SELECT map_id, name, reach, events, min_x, min_y, max_x, max_y, min_z, max_z
    FROM ({rows}) AS parts
    WHERE day >= $from::DATE AND day < $to""",
        map_extents.ROLLUP,
        is_narrowed=False,
    ),
    # The same over all time, and what there is to be asked for.
    "all_extents": Relation(
        """
    SELECT map_id, name, events, min_x, min_y, max_x, max_y, min_z, max_z FROM ({rows}) AS parts""",
        map_extents.ROLLUP,
        is_narrowed=False,
    ),
}
