"""What each session did first on a day (UTC): its first ten nodes, one after the other.

Not made of events as they come but when a day has come to rest. A day counts only if it was made of as many events as
there are of it now: what comes later for the day needs to forget nothing. How many that were says a row without a
session, in `events`; the paths have 0 there.
"""

from __future__ import annotations

from playtrace.event import SAMPLE_EVENTS
from playtrace.rollups.rollup import IS_WHOLE, SOURCE_OF_EVENTS, Sql, creation_of

TABLE: Sql = "path_days"
VERSION = 1
NODES: tuple[Sql, ...] = ("1", "2", "3", "4", "5", "6", "7", "8", "9", "10")
"""Numbers of the nodes that are kept: `node_1` to `node_10`. null behind the last."""

_nodes: dict[Sql, Sql] = {"node_" + number: "VARCHAR" for number in NODES}
COLUMNS: dict[Sql, Sql] = {
    "game_id": "VARCHAR NOT NULL",
    "env": "VARCHAR NOT NULL",
    "day": "DATE NOT NULL",
    "owner": "VARCHAR NOT NULL",
    "session_id": "VARCHAR NOT NULL",
    "events": "BIGINT NOT NULL",
    **_nodes,
}

CREATION: Sql = creation_of(TABLE, COLUMNS)

IS_NODE: Sql = "name NOT IN ('" + "', '".join(SAMPLE_EVENTS) + "')"
"""Whether an event says what somebody did next."""

_each_placed: list[Sql] = ["max(CASE WHEN place = " + number + " THEN node END) AS node_" + number for number in NODES]
_placed_nodes: Sql = ", ".join(_each_placed)
_each_none: list[Sql] = ["NULL" for _ in NODES]
_no_nodes: Sql = ", ".join(_each_none)
_did: Sql = SOURCE_OF_EVENTS + "    WHERE time >= $from AND time < $to AND " + IS_NODE + " AND " + IS_WHOLE

# Consecutive equal nodes are one.
MERGED: Sql = f"""
WITH
did AS (
    SELECT game_id, env, owner, session_id, name, order_key, is_active FROM ({_did}
    ) AS source
),
runs AS (
    SELECT game_id, env, owner, session_id, order_key, name AS node,
        lag(name) OVER (PARTITION BY game_id, env, owner, session_id ORDER BY order_key) AS node_before
    FROM did
    WHERE is_active AND session_id IS NOT NULL
),
placed AS (
    SELECT game_id, env, owner, session_id, node,
        row_number() OVER (PARTITION BY game_id, env, owner, session_id ORDER BY order_key) AS place
    FROM runs
    WHERE node_before IS NULL OR node_before <> node
)
SELECT game_id, env, $from::DATE AS day, owner, session_id, CAST(0 AS BIGINT) AS events, {_placed_nodes}
FROM placed
WHERE place <= {NODES[-1]}
GROUP BY game_id, env, owner, session_id
UNION ALL
SELECT game_id, env, $from::DATE, '', '', count(*), {_no_nodes} FROM did GROUP BY game_id, env
ORDER BY game_id, env, events, node_1, node_2
"""
"""The rows of one day."""
