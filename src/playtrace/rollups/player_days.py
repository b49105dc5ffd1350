"""In which quarters of an hour of a day a player did something.

Bit i of `slots_am` is 00:00 + 15 min * i, bit i of `slots_pm` is 12:00 + 15 min * i: a day of any time zone whose
offset is a multiple of 15 minutes can be cut out exactly.
"""

from __future__ import annotations

from playtrace.rollups.rollup import Rollup

ROLLUP = Rollup(
    table="player_days",
    version=2,
    columns={
        "game_id": "VARCHAR NOT NULL",
        "env": "VARCHAR NOT NULL",
        "day": "DATE NOT NULL",
        "player_id": "VARCHAR NOT NULL",
        "platform": "VARCHAR NOT NULL",
        "version": "VARCHAR NOT NULL",
        "country": "VARCHAR NOT NULL",
        "slots_am": "BIGINT NOT NULL",
        "slots_pm": "BIGINT NOT NULL",
    },
    each="""
    SELECT game_id, env, CAST(time AS DATE) AS day, player_id, platform, version, country,
        CASE WHEN quarter < 48 THEN CAST(1 AS BIGINT) << quarter ELSE 0 END AS slots_am,
        CASE WHEN quarter >= 48 THEN CAST(1 AS BIGINT) << (quarter - 48) ELSE 0 END AS slots_pm
    FROM (
        SELECT game_id, env, time, player_id, platform, version, country,
            CAST(hour(time) * 4 + floor(minute(time) / 15) AS BIGINT) AS quarter
        FROM {source} AS source
        WHERE is_active
    ) AS active
    """,
    merge="""
    SELECT {key}day, player_id, platform, version, country, bit_or(slots_am) AS slots_am,
        bit_or(slots_pm) AS slots_pm
    FROM {parts} AS parts
    GROUP BY {key}day, player_id, platform, version, country
    """,
    day="day",
    order="game_id, env, player_id",
)
