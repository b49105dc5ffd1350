"""Taking up what was decided about ids of players: see `playtrace.rollups.player_merges`."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from typing import LiteralString

import pyarrow as pa
from duckdb import DuckDBPyConnection

from playtrace.rollups.player_merges import MERGES_MAX, Decision, canonical_ids
from playtrace.rollups.rollup import PLAYER_BIT

HOLD_DECISIONS: LiteralString = "CREATE OR REPLACE TEMP TABLE decided AS "

# As many as a game may have, and what is new about ids of which something was decided before.
FORGET_TOO_MANY: LiteralString = """
DELETE FROM decided
WHERE (game_id, env, player_id) IN (
    SELECT (game_id, env, player_id)
    FROM decided
    ANTI JOIN player_merges AS known USING (game_id, env, player_id)
    LEFT JOIN (SELECT game_id, count(*) AS merges FROM player_merges GROUP BY game_id) AS held USING (game_id)
    QUALIFY row_number() OVER (PARTITION BY game_id ORDER BY merged_at, seq, env, player_id)
        + coalesce(held.merges, 0) > $merges_max
)
"""

# All that is decided about the players whom the new decisions touch, these included: of each id the latest.
STANDING: LiteralString = """
WITH
touched AS (
    SELECT game_id, env, player_id FROM decided
    UNION
    SELECT game_id, env, merged_into FROM decided
),
players AS (
    FROM touched
    UNION
    SELECT game_id, env, canonical_id
    FROM player_merges SEMI JOIN touched USING (game_id, env, player_id)
)
SELECT game_id, env, player_id, merged_into, merged_at, seq
FROM (
    SELECT game_id, env, player_id, merged_into, merged_at, seq
    FROM player_merges
    WHERE (game_id, env, canonical_id) IN (SELECT (game_id, env, player_id) FROM players)
    UNION ALL BY NAME
    FROM decided
) AS decision
QUALIFY row_number() OVER (PARTITION BY game_id, env, player_id ORDER BY merged_at DESC, seq DESC, merged_into DESC) = 1
"""

# On the days of whoever is somebody else now, other numbers of players were in the cells.
FORGET_HEAT: LiteralString = """
DELETE FROM heat_days
WHERE (game_id, env, day) IN (
    SELECT (game_id, env, day)
    FROM player_days
    SEMI JOIN (
        SELECT game_id, env, player_id
        FROM standing LEFT JOIN player_merges AS known USING (game_id, env, player_id)
        WHERE standing.canonical_id <> coalesce(known.canonical_id, player_id)
    ) AS changed USING (game_id, env, player_id)
) OR (
    game_id IN (SELECT game_id FROM standing)
    AND EXISTS (SELECT 1 FROM rollup_builds WHERE rollup = 'player_days' AND built_to IS NOT NULL)
)
RETURNING day
"""

FORGET: LiteralString = """
DELETE FROM player_merges
WHERE (game_id, env, player_id) IN (SELECT (game_id, env, player_id) FROM standing)
"""

REMEMBER: LiteralString = (
    """
INSERT INTO player_merges (game_id, env, player_id, merged_into, merged_at, seq, canonical_id, canonical_bit)
SELECT game_id, env, player_id, merged_into, merged_at, seq, canonical_id, """
    + PLAYER_BIT.replace("player_id", "canonical_id")
    + "\nFROM standing\n"
)


def take_up(connection: DuckDBPyConnection, decisions: LiteralString) -> set[dt.date]:
    """Add what the rows of a query decide, in the caller's transaction. Returns days whose heatmaps are to be made
    again."""
    connection.execute(HOLD_DECISIONS + decisions)
    connection.execute(FORGET_TOO_MANY, {"merges_max": MERGES_MAX})
    rows = connection.execute(STANDING).fetchall()
    by_game: defaultdict[tuple[str, str], list[Decision]] = defaultdict(list)
    for game_id, env, *decision in rows:
        by_game[game_id, env].append(Decision(*decision))
    leads = {game: canonical_ids(decisions) for game, decisions in by_game.items()}
    standing = [
        {
            "game_id": game_id,
            "env": env,
            "player_id": one.player_id,
            "merged_into": one.merged_into,
            "merged_at": one.merged_at,
            "seq": one.seq,
            "canonical_id": leads[game_id, env][one.player_id],
        }
        for (game_id, env), decisions in by_game.items()
        for one in decisions
    ]
    if not standing:
        return set()
    connection.register("standing", pa.Table.from_pylist(standing))
    try:
        days = {day for (day,) in connection.execute(FORGET_HEAT).fetchall()}
        connection.execute(FORGET)
        connection.execute(REMEMBER)
    finally:
        connection.unregister("standing")
    return days
