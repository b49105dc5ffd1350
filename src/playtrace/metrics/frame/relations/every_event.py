"""Every event, as it is stored: what no rollup knows is asked of these."""

from __future__ import annotations

from playtrace.metrics.frame.relation import Relation, Sql

RELATIONS: dict[Sql, Relation] = {
    "every_event": Relation(
        """
    SELECT {bucket} AS bucket, {split} AS split, time, order_key, name, player_id, owner, session_id, match_id,
        device_id, os, map_id, level, x, y, z, seq, mono_ms, value, currency, props, is_active, is_passive{read}
    FROM ({source}) AS source
    {in_buckets}
    WHERE time >= $from AND time < $to{between}{segment}{keep}""",
        None,
        at="time",
    ),
    # What players did, whatever the filters: for who is filtered by something else.
    "unfiltered_events": Relation(
        """
    SELECT {bucket} AS bucket, time, name, player_id, is_active
    FROM ({source}) AS source
    {in_buckets}
    WHERE time >= $from AND time < $to{between} AND player_id IS NOT NULL{segment}""",
        None,
        at="time",
        is_narrowed=False,
    ),
    # The same, where the bucket does not matter.
    "unfiltered_moments": Relation(
        """
    SELECT time, name, player_id, is_active
    FROM ({source}) AS source
    WHERE time >= $from AND time < $to AND player_id IS NOT NULL{segment}""",
        None,
        is_narrowed=False,
    ),
    # The first event of each name that a player ever had, where it lies in a bucket. Filters look at that event.
    "first_of_name": Relation(
        """
    SELECT {bucket} AS bucket, player_id, name, first_at
    FROM (
        SELECT player_id, name, min(time) AS first_at, arg_min(platform, order_key) AS platform,
            arg_min(version, order_key) AS version, arg_min(country, order_key) AS country{kept_merged}
        FROM ({source}) AS source
        WHERE player_id IS NOT NULL AND time < $to
        GROUP BY player_id, name
    ) AS firsts
    {in_buckets}
    WHERE first_at >= $from AND first_at < $to{between}{segment}{keep}""",
        None,
        at="first_at",
        by_first=True,
    ),
}
