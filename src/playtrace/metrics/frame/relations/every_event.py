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
}
