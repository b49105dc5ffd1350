"""How far the positions and the located events of a day reach on each map."""

from __future__ import annotations

from playtrace.rollups.rollup import Rollup

ROLLUP = Rollup(
    table="map_extents",
    version=2,
    columns={
        "game_id": "VARCHAR NOT NULL",
        "env": "VARCHAR NOT NULL",
        "day": "DATE NOT NULL",
        "map_id": "VARCHAR NOT NULL",
        "name": "VARCHAR NOT NULL",
        "events": "BIGINT NOT NULL",
        "min_x": "DOUBLE NOT NULL",
        "min_y": "DOUBLE NOT NULL",
        "max_x": "DOUBLE NOT NULL",
        "max_y": "DOUBLE NOT NULL",
        "min_z": "DOUBLE",
        "max_z": "DOUBLE",
    },
    each="""
    SELECT game_id, env, CAST(time AS DATE) AS day, map_id, name, CAST(1 AS BIGINT) AS events, x AS min_x, y AS min_y,
        x AS max_x, y AS max_y, z AS min_z, z AS max_z
    FROM {source} AS source
    WHERE map_id IS NOT NULL AND x IS NOT NULL AND y IS NOT NULL
    """,
    merge="""
    SELECT game_id, env, day, map_id, name, CAST(sum(events) AS BIGINT) AS events, min(min_x) AS min_x,
        min(min_y) AS min_y, max(max_x) AS max_x, max(max_y) AS max_y, min(min_z) AS min_z, max(max_z) AS max_z
    FROM {parts} AS parts
    GROUP BY game_id, env, day, map_id, name
    """,
    day="day",
    order="game_id, env, map_id, name",
)
