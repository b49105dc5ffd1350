"""The last position sample of each session, for the load that brings the next; and when it has how many of them.

Not merged across days: of each day (UTC) there is at least one row for a session that has samples in it.
"""

from __future__ import annotations

from playtrace.rollups import position_spans
from playtrace.rollups.rollup import Rollup, Sql

# A number by the letters at the end of a session's id and its owner's, as a load looks for few sessions among all that
# there are: numbers are looked through in a fraction of the time. Different sessions may have the same.
MARK: Sql = """CAST(ascii(substr(session_id, -1)) AS BIGINT) + 37 * CAST(ascii(substr(session_id, -2)) AS BIGINT)
            + 1369 * CAST(ascii(substr(session_id, -3)) AS BIGINT)
            + 50653 * CAST(ascii(substr(session_id, -4)) AS BIGINT)
            + 1874161 * CAST(ascii(substr(session_id, -5)) AS BIGINT)
            + 69343957 * CAST(ascii(substr(session_id, -6)) AS BIGINT)
            + 1423 * CAST(ascii(substr(owner, -1)) AS BIGINT) + 52631 * CAST(ascii(substr(owner, -2)) AS BIGINT)
            + 1947359 * CAST(ascii(substr(owner, -3)) AS BIGINT)
            + 72052283 * CAST(ascii(substr(owner, -4)) AS BIGINT)"""

ROLLUP = Rollup(
    table="position_tails",
    version=5,
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
        "mark": "BIGINT NOT NULL",
    },
    each="SELECT *, time AS first_at, time AS last_at, CAST(1 AS BIGINT) AS samples, "
    + MARK
    + " AS mark FROM ("
    + position_spans.ROLLUP.each
    + ") AS sample\n",
    merge="""
    SELECT {key}tail.time, tail.map_id, tail.x, tail.y, tail.z, tail.mono_ms, tail.order_key, tail.player_id,
        tail.player_bit, owner, session_id, tail.platform, tail.version, tail.country,
        first_at, last_at, samples,
        """
    + MARK
    + """ AS mark
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
