"""A day of a map in cells of the fitting size, without a floor and from the origin.

Not made of events but of two other rollups, when a day has come to rest; and whole or not there at all: a load that
brings something for the day, or merges players of that day, forgets it, compaction makes it again.
"""

from __future__ import annotations

import math
from typing import LiteralString

from playtrace.rollups.map_extents import Box
from playtrace.rollups.rollup import creation_of

TABLE: LiteralString = "heat_days"
VERSION = 3
SPAN_MS_MAX = 20_000
"""How much of a span counts: what a question gets that names no sample interval."""
DAYS = 30
"""The cells are those that a question about so many days gets when it does not say which it wants."""

COLUMNS: dict[LiteralString, LiteralString] = {
    "game_id": "VARCHAR NOT NULL",
    "env": "VARCHAR NOT NULL",
    "day": "DATE NOT NULL",
    "map_id": "VARCHAR NOT NULL",
    "name": "VARCHAR NOT NULL",
    "cell_size": "DOUBLE NOT NULL",
    "cx": "INTEGER NOT NULL",
    "cy": "INTEGER NOT NULL",
    "events": "BIGINT NOT NULL",
    "span_ms": "BIGINT NOT NULL",
    "players": "BIGINT",
}

CREATION: LiteralString = creation_of(TABLE, COLUMNS)

# Of each map that the day touches, how far players went on it in the last days.
EXTENTS: LiteralString = """
SELECT game_id, env, map_id, reach, CAST(sum(events) AS BIGINT) AS events, min(min_x) AS min_x, min(min_y) AS min_y,
    max(max_x) AS max_x, max(max_y) AS max_y
FROM map_extents
WHERE name = 'position' AND day > $from::DATE - 30 AND day < $to
GROUP BY game_id, env, map_id, reach
"""

MERGED: LiteralString = """
WITH
grids AS (
    SELECT unnest($grid_game_id::VARCHAR[]) AS game_id, unnest($grid_env::VARCHAR[]) AS env,
        unnest($grid_map_id::VARCHAR[]) AS map_id, unnest($grid_cell_size::DOUBLE[]) AS cell_size
),
located AS (
    SELECT game_id, env, map_id, name, x, y, 1 AS events, 0 AS span_ms, player_id, player_bit
    FROM located_events
    WHERE time >= $from AND time < $to
    UNION ALL
    SELECT game_id, env, map_id, 'position', x, y, 0, least(span_ms, 20000), player_id, player_bit
    FROM position_spans
    WHERE time >= $from AND time < $to
),
placed AS (
    SELECT game_id, env, map_id, name, cell_size,
        TRY_CAST(floor(x / cell_size) AS INTEGER) AS cx, TRY_CAST(floor(y / cell_size) AS INTEGER) AS cy,
        events, span_ms, coalesce(canonical_bit, player_bit) AS player_bit
    FROM located
    JOIN grids USING (game_id, env, map_id)
    LEFT JOIN (
        SELECT game_id, env, player_id, canonical_bit FROM player_merges WHERE player_id <> canonical_id
    ) AS merged USING (game_id, env, player_id)
)
SELECT game_id, env, $from::DATE AS day, map_id, name, cell_size, cx, cy, sum(events)::BIGINT AS events,
    sum(span_ms)::BIGINT AS span_ms, bit_or(1::BIGINT << player_bit) AS players
FROM placed
WHERE cx IS NOT NULL AND cy IS NOT NULL
GROUP BY game_id, env, map_id, name, cell_size, cx, cy
ORDER BY game_id, env, map_id, name
"""


def fitting_cell_size(core: Box | None) -> float:
    """Side of a cell that cuts a map into about 25 cells along its longer side: 1, 2 or 5 times a power of ten.

    1 where the map has no extent, or one that no number can say.
    """
    if core is None or not 1e-290 <= core.longer_side <= 1e308:
        return 1.0
    least = core.longer_side / 25
    power = 10.0 ** math.floor(math.log10(least))
    for step in (power, 2 * power, 5 * power):
        if step >= least * (1 - 1e-9):
            return step
    return 10 * power
