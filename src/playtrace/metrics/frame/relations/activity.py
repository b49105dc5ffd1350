"""Who did something."""

from __future__ import annotations

from playtrace.metrics.frame.relation import Relation, Sql
from playtrace.rollups import player_days

ACTIVE: Sql = """
    SELECT calendar.bucket, player_id, {split} AS split, platform, version, country
    FROM ({rows}) AS player_days
    JOIN calendar ON player_days.day = calendar.day
    WHERE player_days.day >= $first_day AND player_days.day <= $last_day
        AND ((slots_am & am) <> 0 OR (slots_pm & pm) <> 0){segment}"""
ACTIVE_RAW: Sql = """
    SELECT {bucket} AS bucket, player_id, {split} AS split, platform, version, country
    FROM ({source}) AS source
    {in_buckets}
    WHERE time >= $from AND time < $to{between} AND is_active{segment}"""

RELATIONS: dict[Sql, Relation] = {
    # Who did something, once or more for each bucket, as far as the filters keep what they did ...
    "active": Relation(ACTIVE + "{keep}", player_days.ROLLUP, at="time", text_raw=ACTIVE_RAW + "{keep}", in_slots=True),
    # ... and whatever they say: for who is filtered by something else, such as the first event ever.
    "activity": Relation(ACTIVE, player_days.ROLLUP, at="time", text_raw=ACTIVE_RAW, in_slots=True, is_narrowed=False),
}
