"""Sessions: stretches of one player's activity, with an id that the client gave or without.

An event alone is a session without length. A silence longer than the timeout ends one, unless the event behind it says
by its `mono_ms` that the session was on all the while: it reaches back to `since`, for a day at most. What reaches into
each other, or nearly, is one session. Without an id, all that a player does is told apart by silence alone. What
happens without the player never makes or stretches a session.

`played` counts what may begin a session: a crash alone is not one if the id had one before, but a report of how that
ended, sent when the game was started again. How a session ended is counted too: `crashes` are those in which the
process died (a `hang` is none), `backgrounds` what a `session_end` with that reason says, `quits` any other.
"""

from __future__ import annotations

from playtrace.rollups.rollup import Rollup, Sql

# All columns but those that a row is found by.
MERGED: Sql = """min(started_at) AS started_at, max(ended_at) AS ended_at, min(order_key) AS order_key,
        min(since) AS since, min(player_key) AS player_key, arg_min(player_id, player_key) AS player_id,
        arg_min(platform, order_key) AS platform, arg_min(version, order_key) AS version,
        arg_min(country, order_key) AS country, max(mono_ms) AS mono_ms, CAST(sum(events) AS BIGINT) AS events,
        CAST(sum(played) AS BIGINT) AS played, CAST(sum(crashes) AS BIGINT) AS crashes,
        CAST(sum(quits) AS BIGINT) AS quits, CAST(sum(backgrounds) AS BIGINT) AS backgrounds{carried}"""

HANG: Sql = "coalesce(CAST(props.class AS VARCHAR) = 'hang', false)"
BACKGROUND: Sql = "coalesce(CAST(props.reason AS VARCHAR) = 'background', false)"


def _each(counts: Sql, names: Sql) -> Sql:
    """A row for each event of some names, with how it counts."""
    return (
        """
    SELECT game_id, env, owner, coalesce(session_id, '') AS session_id, time AS started_at, time AS ended_at, order_key,
        CASE
            WHEN session_id IS NULL OR mono_ms IS NULL THEN time
            ELSE time - to_milliseconds(least(mono_ms, 86400000))
        END AS since,
        CASE WHEN player_id IS NOT NULL THEN order_key END AS player_key, player_id, platform, version, country,
        CASE WHEN session_id IS NOT NULL THEN mono_ms END AS mono_ms, CAST(1 AS BIGINT) AS events,
        """
        + counts
        + """{carried}
    FROM {source} AS source
    WHERE (is_active OR (session_id IS NOT NULL AND NOT is_passive)) AND """
        + names
    )


ROLLUP = Rollup(
    table="sessions",
    version=3,
    columns={
        "game_id": "VARCHAR NOT NULL",
        "env": "VARCHAR NOT NULL",
        "owner": "VARCHAR NOT NULL",
        "session_id": "VARCHAR NOT NULL",
        "started_at": "TIMESTAMP NOT NULL",
        "ended_at": "TIMESTAMP NOT NULL",
        "order_key": "HUGEINT NOT NULL",
        "since": "TIMESTAMP NOT NULL",
        "player_key": "HUGEINT",
        "player_id": "VARCHAR",
        "platform": "VARCHAR NOT NULL",
        "version": "VARCHAR NOT NULL",
        "country": "VARCHAR NOT NULL",
        "mono_ms": "BIGINT",
        "events": "BIGINT NOT NULL",
        "played": "BIGINT NOT NULL",
        "crashes": "BIGINT NOT NULL",
        "quits": "BIGINT NOT NULL",
        "backgrounds": "BIGINT NOT NULL",
    },
    # Properties are dear to read: of no other events than those that end a session.
    each=_each(
        """CAST(1 AS BIGINT) AS played, CAST(0 AS BIGINT) AS crashes, CAST(0 AS BIGINT) AS quits,
        CAST(0 AS BIGINT) AS backgrounds""",
        "name NOT IN ('crash', 'session_end')",
    )
    + """
    UNION ALL"""
    + _each(
        f"""CAST(CASE WHEN name = 'crash' THEN 0 ELSE 1 END AS BIGINT) AS played,
        CAST(CASE WHEN name = 'crash' AND NOT {HANG} THEN 1 ELSE 0 END AS BIGINT) AS crashes,
        CAST(CASE WHEN name = 'session_end' AND NOT {BACKGROUND} THEN 1 ELSE 0 END AS BIGINT) AS quits,
        CAST(CASE WHEN name = 'session_end' AND {BACKGROUND} THEN 1 ELSE 0 END AS BIGINT) AS backgrounds""",
        "name IN ('crash', 'session_end')",
    )
    + "\n    ",
    # What ends within one timeout is of one stretch: no two of them have a longer silence between them.
    gather=f"""
    SELECT {{key}}owner, session_id, {MERGED}
    FROM {{parts}} AS parts
    GROUP BY {{key}}owner, session_id{{within_day}}, time_bucket($session_timeout::INTERVAL, ended_at)
    """,
    merge=f"""
    SELECT {{key}}owner, session_id, {MERGED}
    FROM (
        SELECT *, sum(CASE WHEN since <= silent_since + $session_timeout::INTERVAL THEN 0 ELSE 1 END) OVER (
            PARTITION BY {{key}}owner, session_id{{within_day}} ORDER BY since, order_key
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS stretch
        FROM (
            SELECT *, max(ended_at) OVER (
                PARTITION BY {{key}}owner, session_id{{within_day}} ORDER BY since, order_key
                ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
            ) AS silent_since
            FROM {{parts}} AS parts
        ) AS silences
    ) AS stretches
    GROUP BY {{key}}owner, session_id{{within_day}}, stretch
    """,
    text_props=("class", "reason"),
    within_day=", CAST(started_at AS DATE)",
    carry=", arg_min(kept, order_key) AS kept",
    day="started_at",
    order="game_id, env, started_at",
)
