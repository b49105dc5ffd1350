"""When a player was first seen, over all time, and what that event said.

A load, and the making of a day, add a row only where it changes something: the player is new, or was seen earlier than
was known. Then the row that was known goes: there is one for each player.
"""

from __future__ import annotations

from playtrace.rollups.rollup import Rollup

ROLLUP = Rollup(
    table="players",
    version=2,
    columns={
        "game_id": "VARCHAR NOT NULL",
        "env": "VARCHAR NOT NULL",
        "player_id": "VARCHAR NOT NULL",
        "first_seen": "TIMESTAMP NOT NULL",
        "order_key": "HUGEINT NOT NULL",
        "platform": "VARCHAR NOT NULL",
        "version": "VARCHAR NOT NULL",
        "country": "VARCHAR NOT NULL",
    },
    each="""
    SELECT game_id, env, player_id, time AS first_seen, order_key, platform, version, country{carried}
    FROM {source} AS source
    WHERE is_active
    """,
    merge="""
    SELECT {key}player_id, min(first_seen) AS first_seen, min(order_key) AS order_key,
        arg_min(platform, order_key) AS platform, arg_min(version, order_key) AS version,
        arg_min(country, order_key) AS country{carried}
    FROM {parts} AS parts
    GROUP BY {key}player_id
    """,
    carry=", arg_min(kept, order_key) AS kept",
    day="first_seen",
    order="game_id, env, player_id",
    is_whole=True,
)
