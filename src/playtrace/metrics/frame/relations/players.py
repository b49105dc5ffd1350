"""Who came, and when."""

from __future__ import annotations

from playtrace.metrics.frame.relation import Relation, Sql
from playtrace.rollups import players

RELATIONS: dict[Sql, Relation] = {
    # Those who came in a bucket: whose first event ever lies in it.
    "players": Relation(
        """
    SELECT {bucket} AS bucket, player_id, first_seen, {split} AS split
    FROM ({merged}) AS player
    {in_buckets}
    WHERE first_seen >= $from AND first_seen < $to{between}{segment}{keep}""",
        players.ROLLUP,
        at="first_seen",
        by_first=True,
    ),
    # The same, whatever the filters.
    "arrivals": Relation(
        """
    SELECT {bucket} AS bucket, player_id
    FROM ({merged}) AS player
    {in_buckets}
    WHERE first_seen >= $from AND first_seen < $to{between}{segment}""",
        players.ROLLUP,
        at="first_seen",
        is_narrowed=False,
    ),
    # All who had come by the end of the last bucket, in the bucket in which they came, and what their first event said.
    "known_players": Relation(
        """
    SELECT {bucket} AS bucket, player_id, first_seen, platform, version, country
    FROM ({merged}) AS player
    {in_buckets}
    WHERE first_seen < $to{between}""",
        players.ROLLUP,
        at="first_seen",
        by_first=True,
        is_narrowed=False,
    ),
    # The same as far as filters keep them.
    "players_so_far": Relation(
        """
    SELECT player_id, first_seen FROM ({merged}) AS player WHERE first_seen < $to{segment}{keep}""",
        players.ROLLUP,
        by_first=True,
    ),
    # When the game began, whatever the filters.
    "beginning": Relation(
        """
    SELECT min(first_seen) AS first_at FROM ({rows}) AS parts""",
        players.ROLLUP,
        is_narrowed=False,
    ),
}
