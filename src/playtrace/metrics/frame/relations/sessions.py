"""What began when a player started the game."""

from __future__ import annotations

from playtrace.metrics.frame.relation import Relation, Sql
from playtrace.rollups import sessions

# A session that seems to begin in the range may have begun before it: then something of it lies less than the timeout
# before, or it reaches back to it by its own clock. Where one id may have several sessions, its parts are merged in
# order; else, which is usual and much cheaper, without: each of them reaches back to what was first. A crash that was
# reported after a long silence belongs to the session that the id had before.
EACH_SESSION: Sql = """
        SELECT began.owner, began.session_id, began.player_id, began.started_at, began.ended_at, began.platform,
            began.version, began.country, began.crashes, began.quits,
            began.backgrounds{kept_of_began},
            coalesce(began.mono_ms * 1000, date_diff('microsecond', began.started_at, began.ended_at)) AS length_us
        FROM (
            SELECT owner, session_id, player_id, started_at, ended_at, since, platform, version, country, mono_ms,
                played, crashes, quits, backgrounds{kept}
            FROM session_ids
            WHERE NOT has_several
            UNION ALL
            SELECT owner, session_id, arg_min(player_id, player_key) AS player_id, min(started_at) AS started_at,
                coalesce(max(CASE WHEN played > 0 THEN ended_at END), max(ended_at)) AS ended_at,
                min(since) AS since, arg_min(platform, order_key) AS platform,
                arg_min(version, order_key) AS version, arg_min(country, order_key) AS country,
                max(mono_ms) AS mono_ms, CAST(sum(played) AS BIGINT) AS played,
                CAST(sum(crashes) AS BIGINT) AS crashes, CAST(sum(quits) AS BIGINT) AS quits,
                CAST(sum(backgrounds) AS BIGINT) AS backgrounds{kept_merged}
            FROM (
                SELECT *, sum(CASE WHEN played > 0 THEN 1 ELSE 0 END) OVER (
                    PARTITION BY owner, session_id ORDER BY order_key
                    ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
                ) AS number
                FROM ({merged}) AS stretches
            ) AS numbered
            GROUP BY owner, session_id, CASE WHEN session_id = '' OR number = 0 THEN order_key ELSE number END
        ) AS began
        LEFT JOIN (
            SELECT owner, session_id, max(ended_at) AS ended_at
            FROM ({rows}) AS parts
            WHERE session_id <> '' AND started_at < $from AND ended_at >= $day_before
            GROUP BY owner, session_id
        ) AS earlier
            ON earlier.owner = began.owner
            AND earlier.session_id = CASE WHEN began.since < $from THEN began.session_id END
        WHERE began.started_at >= $from AND began.started_at < $to
            AND (earlier.ended_at IS NULL OR earlier.ended_at + $session_timeout::INTERVAL < began.since)
            AND (began.played > 0 OR (began.owner, began.session_id) NOT IN (
                SELECT owner, session_id FROM ({rows}) AS parts
                WHERE session_id <> '' AND played > 0 AND started_at < $from
                    AND (owner, session_id) IN (
                        SELECT owner, session_id FROM session_ids WHERE played = 0 OR has_several
                    )
            ))"""

SESSIONS: Sql = (
    """
    SELECT {bucket} AS bucket, {split} AS split, player_id, started_at, ended_at, length_us, crashes, quits,
        backgrounds
    FROM ("""
    + EACH_SESSION
    + """
    ) AS session
    {in_buckets}
    WHERE started_at >= $from AND started_at < $to{between}{segment}{keep}"""
)

SESSION_FACTS: Sql = (
    """
    SELECT owner, session_id, player_id, started_at, ended_at, length_us, platform, version, country, crashes, quits,
        backgrounds
    FROM ("""
    + EACH_SESSION
    + """
    ) AS session
    WHERE started_at >= $from AND started_at < $to{segment}{keep}"""
)

SESSION_IDS: Sql = """
    SELECT owner, session_id, arg_min(player_id, player_key) AS player_id, min(started_at) AS started_at,
        max(ended_at) AS ended_at, min(since) AS since, arg_min(platform, order_key) AS platform,
        arg_min(version, order_key) AS version, arg_min(country, order_key) AS country, max(mono_ms) AS mono_ms,
        CAST(sum(played) AS BIGINT) AS played, CAST(sum(crashes) AS BIGINT) AS crashes,
        CAST(sum(quits) AS BIGINT) AS quits, CAST(sum(backgrounds) AS BIGINT) AS backgrounds,
        max(since) > min(ended_at) + $session_timeout::INTERVAL AS has_several{kept_merged}
    FROM ({rows}) AS parts
    WHERE ended_at >= $sessions_from
    GROUP BY owner, session_id"""

SEVERAL: Sql = """SELECT * FROM ({rows}) AS part
                        WHERE ended_at >= $sessions_from AND (owner, session_id) IN (
                            SELECT owner, session_id FROM session_ids WHERE has_several
                        )"""

RELATIONS: dict[Sql, Relation] = {
    # What began in a bucket.
    "sessions": Relation(
        SESSIONS,
        sessions.ROLLUP,
        at="started_at",
        before=(("session_ids", SESSION_IDS),),
        merged_of=SEVERAL,
        by_first=True,
    ),
    # The same, one by one, with what they are known by ...
    "session_facts": Relation(
        SESSION_FACTS,
        sessions.ROLLUP,
        at="started_at",
        before=(("session_ids", SESSION_IDS),),
        merged_of=SEVERAL,
        by_first=True,
    ),
    # ... and what happened from the range on, until a day behind it: of sessions that began in it.
    "session_events": Relation(
        """
    SELECT owner, coalesce(session_id, '') AS session_id, time, name, value, currency,
        CASE WHEN name = 'purchase' THEN coalesce(CAST(props.validated AS VARCHAR) <> 'false', true) END AS is_validated
    FROM ({source}) AS source
    WHERE time >= $from AND time < $to::TIMESTAMP + INTERVAL 1 DAY AND (is_active OR session_id IS NOT NULL)
        AND NOT is_passive""",
        None,
        is_narrowed=False,
    ),
    # What is still going on, whatever the filters.
    "alive": Relation(
        """
    SELECT owner, session_id FROM ({rows}) AS parts WHERE ended_at >= $alive_since GROUP BY owner, session_id""",
        sessions.ROLLUP,
        is_narrowed=False,
    ),
}
