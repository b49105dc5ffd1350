"""Events that happened at a place, other than position samples: the narrow half of a heatmap. A row for each."""

from __future__ import annotations

from playtrace.rollups.rollup import Rollup

ROLLUP = Rollup(
    table="located_events",
    version=3,
    columns={
        "game_id": "VARCHAR NOT NULL",
        "env": "VARCHAR NOT NULL",
        "time": "TIMESTAMP NOT NULL",
        "name": "VARCHAR NOT NULL",
        "map_id": "VARCHAR NOT NULL",
        "x": "DOUBLE NOT NULL",
        "y": "DOUBLE NOT NULL",
        "z": "DOUBLE",
        "player_id": "VARCHAR",
        "player_bit": "TINYINT",
        "platform": "VARCHAR NOT NULL",
        "version": "VARCHAR NOT NULL",
        "country": "VARCHAR NOT NULL",
    },
    each="""
    SELECT game_id, env, time, name, map_id, x, y, z, player_id, player_bit, platform, version, country
    FROM {source} AS source
    WHERE name <> 'position' AND map_id IS NOT NULL AND x IS NOT NULL AND y IS NOT NULL
    """,
    merge="""
    SELECT {key}time, name, map_id, x, y, z, player_id, player_bit, platform, version, country
    FROM {parts} AS parts
    """,
    day="time",
    # A heatmap asks for one name: what lies between is passed over without being unpacked.
    order="game_id, env, name, time",
)
