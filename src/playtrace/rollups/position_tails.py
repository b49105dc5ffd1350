"""The last position sample of each session, for the load that brings the next."""

from __future__ import annotations

from playtrace.rollups import position_spans
from playtrace.rollups.rollup import Rollup

ROLLUP = Rollup(
    table="position_tails",
    version=3,
    columns={
        "game_id": "VARCHAR NOT NULL",
        "env": "VARCHAR NOT NULL",
        "time": "TIMESTAMP NOT NULL",
        "map_id": "VARCHAR NOT NULL",
        "x": "DOUBLE NOT NULL",
        "y": "DOUBLE NOT NULL",
        "z": "DOUBLE",
        "mono_ms": "BIGINT NOT NULL",
        "order_key": "HUGEINT NOT NULL",
        "player_id": "VARCHAR",
        "player_bit": "TINYINT",
        "owner": "VARCHAR NOT NULL",
        "session_id": "VARCHAR NOT NULL",
        "platform": "VARCHAR NOT NULL",
        "version": "VARCHAR NOT NULL",
        "country": "VARCHAR NOT NULL",
    },
    each=position_spans.ROLLUP.each,
    merge="""
    SELECT {key}tail.time, tail.map_id, tail.x, tail.y, tail.z, tail.mono_ms, tail.order_key, tail.player_id,
        tail.player_bit, owner, session_id, tail.platform, tail.version, tail.country
    FROM (
        SELECT {key}owner, session_id, arg_max(samples, (mono_ms, order_key)) AS tail
        FROM {parts} AS samples
        GROUP BY {key}owner, session_id{within_day}
    ) AS last
    """,
    within_day=", CAST(time AS DATE)",
    day="time",
    order="game_id, env, session_id",
)
