"""The last position sample of each session, for the load that brings the next; and when it has how many of them.

Not merged across days: of each day (UTC) there is at least one row for a session that has samples in it.
"""

from __future__ import annotations

from playtrace.rollups import position_spans
from playtrace.rollups.rollup import Rollup

ROLLUP = Rollup(
    table="position_tails",
    version=4,
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
        "first_at": "TIMESTAMP NOT NULL",
        "last_at": "TIMESTAMP NOT NULL",
        "samples": "BIGINT NOT NULL",
    },
    each="SELECT *, time AS first_at, time AS last_at, CAST(1 AS BIGINT) AS samples FROM ("
    + position_spans.ROLLUP.each
    + ") AS sample\n",
    merge="""
    SELECT {key}tail.time, tail.map_id, tail.x, tail.y, tail.z, tail.mono_ms, tail.order_key, tail.player_id,
        tail.player_bit, owner, session_id, tail.platform, tail.version, tail.country,
        first_at, last_at, samples
    FROM (
        SELECT {key}owner, session_id, arg_max(part, (mono_ms, order_key)) AS tail, min(first_at) AS first_at,
            max(last_at) AS last_at, CAST(sum(samples) AS BIGINT) AS samples
        FROM {parts} AS part
        GROUP BY {key}owner, session_id{within_day}
    ) AS last
    """,
    within_day=", CAST(time AS DATE)",
    day="time",
    order="game_id, env, session_id",
)
