"""From one position sample of a session to its next one: where the player stood, and for how long.

`each` makes a sample of one event, `merge` spans of the samples of sessions. A sample alone says nothing of how long
the player stayed: so a load merges its samples with the last one that was known (`position_tails`), and where one came
that lies further back, all of that session's.
"""

from __future__ import annotations

from playtrace.rollups.rollup import Rollup

ROLLUP = Rollup(
    table="position_spans",
    version=3,
    columns={
        "game_id": "VARCHAR NOT NULL",
        "env": "VARCHAR NOT NULL",
        "time": "TIMESTAMP NOT NULL",
        "map_id": "VARCHAR NOT NULL",
        "x": "DOUBLE NOT NULL",
        "y": "DOUBLE NOT NULL",
        "z": "DOUBLE",
        "span_ms": "BIGINT NOT NULL",
        "player_id": "VARCHAR",
        "player_bit": "TINYINT",
        "owner": "VARCHAR NOT NULL",
        "session_id": "VARCHAR NOT NULL",
        "platform": "VARCHAR NOT NULL",
        "version": "VARCHAR NOT NULL",
        "country": "VARCHAR NOT NULL",
    },
    each="""
    SELECT game_id, env, time, map_id, x, y, z, mono_ms, order_key, player_id, player_bit, owner, session_id, platform,
        version, country{carried}
    FROM {source} AS source
    WHERE name = 'position' AND session_id IS NOT NULL AND mono_ms IS NOT NULL AND map_id IS NOT NULL
        AND x IS NOT NULL AND y IS NOT NULL
    """,
    merge="""
    SELECT {key}time, map_id, x, y, z, next_ms - mono_ms AS span_ms, player_id, player_bit, owner, session_id,
        platform, version, country{carried}
    FROM (
        SELECT *,
            lead(mono_ms) OVER (PARTITION BY {key}owner, session_id ORDER BY mono_ms, order_key) AS next_ms,
            lead(map_id) OVER (PARTITION BY {key}owner, session_id ORDER BY mono_ms, order_key) AS next_map
        FROM {parts} AS samples
    ) AS paired
    WHERE next_map = map_id
    """,
    carry=", kept",
    day="time",
    order="game_id, env, map_id, time",
    is_whole=True,
    makes_rows=False,
    keeps_owner=True,
)
