"""What events of progress, economy, loot and scores say: see the rollup `noted_events`."""

from __future__ import annotations

from playtrace.metrics.frame.relation import Relation, Sql
from playtrace.rollups import noted_events

WALLET_MOVES: Sql = """
    SELECT time, order_key, name, player_id, currency, value, balance
    FROM ({rows}) AS noted
    WHERE time < $to AND name IN ('resource_gain', 'resource_spend') AND player_id IS NOT NULL{segment}"""

RELATIONS: dict[Sql, Relation] = {
    # Those of the buckets ...
    "noted": Relation(
        """
    SELECT {bucket} AS bucket, {split} AS split, time, order_key, name, player_id, owner, session_id, match_id, map_id,
        level, platform, version, country, currency, value, subject, detail, balance, duration_s, transaction_id,
        is_validated
    FROM ({rows}) AS noted
    {in_buckets}
    WHERE time >= $from AND time < $to{between}{segment}{keep}""",
        noted_events.ROLLUP,
        at="time",
    ),
    # ... and those of all time before the end of the last bucket.
    "noted_so_far": Relation(
        """
    SELECT {split} AS split, time, received_at, order_key, name, player_id, owner, session_id, match_id, map_id,
        level, currency, value, subject, detail, balance, duration_s, transaction_id, is_validated
    FROM ({rows}) AS noted
    WHERE time < $to{segment}{keep}""",
        noted_events.ROLLUP,
    ),
    # What moved in or out of players' pockets, whatever the filters: what somebody has follows from all of it ...
    "wallet_moves": Relation(WALLET_MOVES, noted_events.ROLLUP, is_narrowed=False),
    # ... and those of them that do not say what the player has then. They are read by themselves.
    "silent_moves": Relation(WALLET_MOVES + " AND balance IS NULL", noted_events.ROLLUP, is_narrowed=False),
    # Who got an achievement, whatever the filters: they say who is asked about, not what these did to get it.
    "unlocks": Relation(
        """
    SELECT time, player_id, subject
    FROM ({rows}) AS noted
    WHERE time < $to AND name = 'achievement_unlocked' AND player_id IS NOT NULL{segment}""",
        noted_events.ROLLUP,
        is_narrowed=False,
    ),
}
