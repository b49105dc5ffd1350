"""What one load does in the store, as SQL, in the order of `OneLoad.load_lines`.

`lines` are the events as text; `parsed` the same as columns, and `staged` what is to be loaded of them: without late
and repeated ones. They go into the events and their rollups. All of it happens in one transaction with the journal's
offset.
"""

from __future__ import annotations

from typing import LiteralString

LOOK_AT_PARSED: LiteralString = "CREATE OR REPLACE TEMP VIEW staged AS FROM parsed"

# Most loads leave the events as they were parsed. Those that do not have a copy that can be changed.
COPY_PARSED: LiteralString = "CREATE OR REPLACE TEMP TABLE kept AS FROM parsed"

LOOK_AT_KEPT: LiteralString = "CREATE OR REPLACE TEMP VIEW staged AS FROM kept"

# The clock of a session is decided by the first batch received of it and holds for the whole of it. Only
# sessions with a batch whose clock is wrong need a decision written down; that an earlier batch was right
# shows in the sessions that are there already.
DECIDE_CLOCKS: LiteralString = """
INSERT INTO session_clocks
SELECT game_id, session_id,
    CASE WHEN EXISTS (
        FROM sessions
        WHERE sessions.game_id = undecided.game_id AND sessions.session_id = undecided.session_id
    ) THEN 0 ELSE correction_s END,
    received_at
FROM (
    SELECT game_id, session_id,
        arg_min(correction_s, (journal_offset, position)) AS correction_s,
        arg_min(received_at, (journal_offset, position)) AS received_at
    FROM staged
    WHERE session_id IS NOT NULL
    GROUP BY game_id, session_id
    HAVING bool_or(correction_s <> 0)
) AS undecided
WHERE NOT EXISTS (
    FROM session_clocks AS decided
    WHERE decided.game_id = undecided.game_id AND decided.session_id = undecided.session_id
      AND decided.decided_at > $sessions_since
)
"""

FIND_OTHER_CLOCKS: LiteralString = """
CREATE OR REPLACE TEMP TABLE other_clocks AS
SELECT DISTINCT game_id, session_id, clock.correction_s
FROM (
    SELECT game_id, session_id, arg_min(correction_s, decided_at) AS correction_s
    FROM session_clocks
    WHERE decided_at > $sessions_since
    GROUP BY game_id, session_id
) AS clock JOIN staged USING (game_id, session_id)
WHERE clock.correction_s <> staged.correction_s
"""

SET_CLOCKS: LiteralString = """
UPDATE kept
SET correction_s = clock.correction_s,
    time = coalesce(least(client_time + to_seconds(clock.correction_s), received_at), received_at)
FROM other_clocks AS clock
WHERE clock.game_id = kept.game_id AND clock.session_id = kept.session_id
"""

# What there is to do: most loads have nothing late, and what is not there needs no statement.
SURVEY: LiteralString = """
SELECT
    count(*) FILTER (is_late) AS late,
    count(*) FILTER (is_located) AS located,
    count(*) FILTER (is_located AND name = 'position' AND session_id IS NOT NULL) AS positions,
    count(*) FILTER (session_id IS NULL AND player_id IS NOT NULL) AS without_session,
    list(DISTINCT time::DATE) FILTER (NOT is_late) AS days
FROM (
    SELECT name, player_id, session_id, time, received_at - time > to_days($late_days_max) AS is_late,
        env = 'prod' AND map IS NOT NULL AND x IS NOT NULL AND y IS NOT NULL AS is_located
    FROM staged
) AS event
"""

# Late events are quarantined with their own time: dated anew, they would be logins that did not happen.
FIND_LATE: LiteralString = """
CREATE OR REPLACE TEMP TABLE late AS
SELECT game_id, received_at, time, journal_offset, position
FROM staged
WHERE received_at - time > to_days($late_days_max)
"""

SET_LATE_ASIDE: LiteralString = """
INSERT INTO set_aside
SELECT late.game_id, late.received_at, 'quarantined', 'too_old',
    'time: ' || late.time || ' is more than ' || $late_days_max || ' days before it was received',
    lines.line, journal_offset, position
FROM late JOIN lines USING (journal_offset, position)
"""

KEEP_BOOKS_OF_LATE: LiteralString = """
INSERT INTO books
SELECT game_id, date_trunc('hour', received_at), 'quarantined', 'too_old', count(*) FROM late GROUP BY ALL
"""

REMOVE_LATE: LiteralString = """
DELETE FROM kept WHERE (journal_offset, position) IN (SELECT (journal_offset, position) FROM late)
"""

# `suspects` holds journal_offset and position of all events whose id may be there more than once, in this load or in
# an earlier one. The first to arrive wins, and each later one is compared with it alone; one with another body is a
# conflict. Offsets order the events of this load alone: what is stored may have come through a journal that is no more.
CONFIRM_DUPLICATES: LiteralString = """
CREATE OR REPLACE TEMP TABLE duplicates AS
WITH suspect AS (
    SELECT false AS is_stored, game_id, event_id, journal_offset, position, received_at, name, client_time, player_id,
        session_id, value, coalesce(props::VARIANT::JSON::VARCHAR, '') AS props_text
    FROM staged SEMI JOIN suspects USING (journal_offset, position)
),
known AS (
    SELECT * FROM suspect
    UNION ALL
    SELECT true, game_id, event_id, journal_offset, position, received_at, name, client_time, player_id,
        session_id, value, coalesce(props::JSON::VARCHAR, '') AS props_text
    FROM events SEMI JOIN suspect USING (game_id, event_id)
    WHERE received_at > $ids_since
),
winner AS (
    SELECT game_id, event_id, arg_min(known, (NOT is_stored, journal_offset, position)) AS first
    FROM known
    GROUP BY game_id, event_id
)
SELECT suspect.game_id, suspect.received_at, suspect.journal_offset, suspect.position,
    suspect.name = first.name
        AND suspect.client_time IS NOT DISTINCT FROM first.client_time
        AND suspect.player_id IS NOT DISTINCT FROM first.player_id
        AND suspect.session_id IS NOT DISTINCT FROM first.session_id
        AND suspect.value IS NOT DISTINCT FROM first.value
        AND suspect.props_text = first.props_text AS same
FROM suspect JOIN winner USING (game_id, event_id)
WHERE first.is_stored OR (first.journal_offset, first.position) < (suspect.journal_offset, suspect.position)
"""

KEEP_BOOKS_OF_DUPLICATES: LiteralString = """
INSERT INTO books
SELECT game_id, date_trunc('hour', received_at), 'duplicate', CASE WHEN same THEN '' ELSE 'conflict' END, count(*)
FROM duplicates GROUP BY ALL
"""

REMOVE_DUPLICATES: LiteralString = """
DELETE FROM kept WHERE (journal_offset, position) IN (SELECT (journal_offset, position) FROM duplicates)
"""

# ── from here on `staged` holds the events that are fresh ─────────────────────────────────────────────────

STORE_EVENTS: LiteralString = """
INSERT INTO events
SELECT game_id, event_id, name, time, client_time, received_at, seq, mono_ms, player_id, session_id, device_id,
    env, platform, os, version, build, country, region, severity, source, match_id, level, map, x, y, z,
    value, currency, props::VARIANT, journal_offset, position
FROM staged
"""

COUNT_EVENTS: LiteralString = """
INSERT INTO event_counts
SELECT game_id, time_bucket(INTERVAL 15 MINUTE, time), name,
    coalesce(platform, ''), coalesce(version, ''), coalesce(country, ''), coalesce(currency, ''),
    count(*),
    coalesce(sum(TRY_CAST(round(value * 1e6) AS BIGINT)), 0),
    coalesce(sum(frames), 0),
    coalesce(sum(frame_seconds) FILTER (frames IS NOT NULL), 0)
FROM (
    SELECT *,
        CASE WHEN isfinite(drawn) AND isfinite(seconds) THEN drawn END AS frames,
        CASE WHEN isfinite(drawn) AND isfinite(seconds) THEN seconds END AS frame_seconds
    FROM (
        SELECT *,
            coalesce(TRY_CAST(props ->> '$.frames' AS DOUBLE), fps * seconds) AS drawn
        FROM (
            SELECT game_id, time, name, platform, version, country, currency, value, props,
                CASE WHEN name = 'performance'
                    THEN coalesce(TRY_CAST(props ->> '$.duration_s' AS DOUBLE), 1) END AS seconds,
                CASE WHEN name = 'performance'
                    THEN coalesce(value, TRY_CAST(props ->> '$.fps' AS DOUBLE)) END AS fps
            FROM staged
            WHERE env = 'prod'
        ) AS measured
    ) AS summed
) AS counted
GROUP BY ALL
"""

MARK_PLAYER_DAYS: LiteralString = """
INSERT INTO player_days
SELECT game_id, time::DATE, player_id,
    coalesce(platform, ''), coalesce(version, ''), coalesce(country, ''),
    bit_or(CASE WHEN slot < 48 THEN 1::BIGINT << slot ELSE 0 END),
    bit_or(CASE WHEN slot >= 48 THEN 1::BIGINT << (slot - 48) ELSE 0 END)
FROM (
    SELECT game_id, time, player_id, platform, version, country, (hour(time) * 4 + minute(time) // 15)::BIGINT AS slot
    FROM staged
    WHERE env = 'prod' AND player_id IS NOT NULL AND name NOT IN (SELECT unnest($passive::VARCHAR[]))
) AS active
GROUP BY ALL
"""

# A row only where it changes something: the player is new, or was seen earlier than was known.
MEET_PLAYERS: LiteralString = """
INSERT INTO players
SELECT game_id, player_id, first_seen, platform, version, country
FROM (
    SELECT game_id, player_id, min(time) AS first_seen,
        arg_min(coalesce(platform, ''), (time, coalesce(seq, 0))) AS platform,
        arg_min(coalesce(version, ''), (time, coalesce(seq, 0))) AS version,
        arg_min(coalesce(country, ''), (time, coalesce(seq, 0))) AS country
    FROM staged
    WHERE env = 'prod' AND player_id IS NOT NULL AND name NOT IN (SELECT unnest($passive::VARCHAR[]))
    GROUP BY game_id, player_id
) AS met
WHERE NOT EXISTS (
    FROM players AS known
    WHERE known.game_id = met.game_id AND known.player_id = met.player_id AND known.first_seen <= met.first_seen
)
"""

EXTEND_SESSIONS: LiteralString = """
INSERT INTO sessions
SELECT game_id, session_id,
    arg_min(player_id, (time, coalesce(seq, 0))),
    arg_min(coalesce(platform, ''), (time, coalesce(seq, 0))),
    arg_min(coalesce(version, ''), (time, coalesce(seq, 0))),
    arg_min(coalesce(country, ''), (time, coalesce(seq, 0))),
    min(time), max(time), max(mono_ms), count(*), count(*) FILTER (name = 'crash')
FROM staged
WHERE env = 'prod' AND session_id IS NOT NULL
GROUP BY game_id, session_id
"""

EXTEND_ISLANDS: LiteralString = """
INSERT INTO activity_islands
SELECT game_id, player_id,
    arg_min(coalesce(platform, ''), (time, coalesce(seq, 0))),
    arg_min(coalesce(version, ''), (time, coalesce(seq, 0))),
    arg_min(coalesce(country, ''), (time, coalesce(seq, 0))),
    min(time), max(time), count(*), count(*) FILTER (name = 'crash')
FROM (
    SELECT *, sum(opens::INTEGER) OVER player AS island
    FROM (
        SELECT game_id, player_id, platform, version, country, time, seq, name, journal_offset, position,
            coalesce(time - lag(time) OVER player > to_minutes($session_timeout_minutes), true) AS opens
        FROM staged
        WHERE env = 'prod' AND session_id IS NULL AND player_id IS NOT NULL
          AND name NOT IN (SELECT unnest($passive::VARCHAR[]))
        WINDOW player AS (PARTITION BY game_id, player_id ORDER BY time, journal_offset, position)
    ) AS gaps
    WINDOW player AS (PARTITION BY game_id, player_id ORDER BY time, journal_offset, position)
) AS islands
GROUP BY game_id, player_id, island
"""

# The samples of this load, and the last one that was known of each of their sessions.
FOLLOW_POSITIONS: LiteralString = """
CREATE OR REPLACE TEMP TABLE followed AS
WITH sampled AS (
    SELECT game_id, session_id, mono_ms, coalesce(seq, 0) AS seq, time, map, x, y, z, player_id,
        coalesce(platform, '') AS platform, coalesce(version, '') AS version, coalesce(country, '') AS country,
        false AS is_tail
    FROM staged
    WHERE name = 'position' AND env = 'prod' AND session_id IS NOT NULL AND mono_ms IS NOT NULL
      AND map IS NOT NULL AND x IS NOT NULL AND y IS NOT NULL
)
SELECT * FROM sampled
UNION ALL
SELECT game_id, session_id, tail.mono_ms, tail.seq, tail.time, tail.map, tail.x, tail.y, tail.z, tail.player_id,
    tail.platform, tail.version, tail.country, true
FROM (
    SELECT game_id, session_id, arg_max(position_tails, (mono_ms, seq)) AS tail
    FROM position_tails SEMI JOIN sampled USING (game_id, session_id)
    GROUP BY game_id, session_id
) AS known
"""

# Sessions of which a sample came that is not behind the last known one: their spans are derived anew.
FIND_DISORDER: LiteralString = """
CREATE OR REPLACE TEMP TABLE disordered AS
SELECT game_id, session_id
FROM followed
GROUP BY game_id, session_id
HAVING max(mono_ms) FILTER (is_tail) >= min(mono_ms) FILTER (NOT is_tail)
"""

MEASURE_SPANS: LiteralString = """
INSERT INTO position_spans
SELECT game_id, time, map, x, y, z, next_ms - mono_ms, player_id, (md5_number_lower(player_id) & 63)::UTINYINT,
    session_id, platform, version, country
FROM (
    SELECT *, lead(mono_ms) OVER session AS next_ms, lead(map) OVER session AS next_map
    FROM followed ANTI JOIN disordered USING (game_id, session_id)
    WINDOW session AS (PARTITION BY game_id, session_id ORDER BY mono_ms, seq)
) AS paired
WHERE next_map = map
"""

# From when to when there are samples of the disordered sessions: what lies outside need not be looked through.
BOUND_DISORDER: LiteralString = """
SELECT count(*), min(started_at), max(ended_at) FROM sessions SEMI JOIN disordered USING (game_id, session_id)
"""

FORGET_DISORDERED_SPANS: LiteralString = """
DELETE FROM position_spans
WHERE time >= $since AND time <= $until AND (game_id, session_id) IN (SELECT (game_id, session_id) FROM disordered)
"""

MEASURE_DISORDERED_SPANS: LiteralString = """
INSERT INTO position_spans
SELECT game_id, time, map, x, y, z, next_ms - mono_ms, player_id, (md5_number_lower(player_id) & 63)::UTINYINT,
    session_id, coalesce(platform, ''), coalesce(version, ''), coalesce(country, '')
FROM (
    SELECT *, lead(mono_ms) OVER session AS next_ms, lead(map) OVER session AS next_map
    FROM events SEMI JOIN disordered USING (game_id, session_id)
    WHERE time >= $since AND time <= $until AND name = 'position' AND env = 'prod' AND mono_ms IS NOT NULL
      AND map IS NOT NULL AND x IS NOT NULL AND y IS NOT NULL
    WINDOW session AS (PARTITION BY game_id, session_id ORDER BY mono_ms, coalesce(seq, 0))
) AS paired
WHERE next_map = map
"""

REMEMBER_TAILS: LiteralString = """
INSERT INTO position_tails
SELECT game_id, session_id, tail.mono_ms, tail.seq, tail.time, tail.map, tail.x, tail.y, tail.z, tail.player_id,
    tail.platform, tail.version, tail.country
FROM (
    SELECT game_id, session_id, arg_max(followed, (mono_ms, seq)) AS tail
    FROM followed
    WHERE NOT is_tail
    GROUP BY game_id, session_id
) AS last
"""

# A span that begins with the last known sample may belong to an earlier day than all of this load.
FORGET_HEAT_OF_TAILS: LiteralString = """
DELETE FROM heat_days WHERE (game_id, day) IN (SELECT (game_id, time::DATE) FROM followed WHERE is_tail)
"""

FORGET_DISORDERED_HEAT: LiteralString = """
DELETE FROM heat_days
WHERE day >= $since::DATE AND day <= $until::DATE AND game_id IN (SELECT game_id FROM disordered)
"""

# By name, because a heatmap asks for one: what lies between is passed over without being unpacked.
LOCATE_EVENTS: LiteralString = """
INSERT INTO located_events
SELECT game_id, time, name, map, x, y, z, player_id, (md5_number_lower(player_id) & 63)::UTINYINT,
    coalesce(platform, ''), coalesce(version, ''), coalesce(country, '')
FROM staged
WHERE env = 'prod' AND name <> 'position' AND map IS NOT NULL AND x IS NOT NULL AND y IS NOT NULL
ORDER BY name
"""

MEASURE_MAPS: LiteralString = """
INSERT INTO map_extents
SELECT game_id, time::DATE, map, name, count(*), min(x), min(y), max(x), max(y), min(z), max(z)
FROM staged
WHERE env = 'prod' AND map IS NOT NULL AND x IS NOT NULL AND y IS NOT NULL
GROUP BY ALL
"""

FORGET_HEAT: LiteralString = """
DELETE FROM heat_days
WHERE (game_id, day) IN (
    SELECT (game_id, time::DATE) FROM staged
    WHERE env = 'prod' AND map IS NOT NULL AND x IS NOT NULL AND y IS NOT NULL
)
"""

KNOW_ENVIRONMENTS: LiteralString = """
INSERT INTO environments
SELECT game_id, env FROM staged EXCEPT FROM environments
"""

KEEP_BOOKS: LiteralString = """
INSERT INTO books
SELECT game_id, date_trunc('hour', received_at), 'stored', '', count(*) FROM staged GROUP BY ALL
"""

# `refusals` holds what collect refused.
KEEP_BOOKS_OF_REFUSALS: LiteralString = """
INSERT INTO books
SELECT game_id, date_trunc('hour', received_at), 'refused', reason, sum(events)::BIGINT FROM refusals GROUP BY ALL
"""

SET_REFUSED_ASIDE: LiteralString = """
INSERT INTO set_aside
SELECT game_id, received_at, 'refused', reason, error, body, journal_offset, position
FROM refusals
WHERE is_shown
QUALIFY row_number() OVER (PARTITION BY game_id ORDER BY journal_offset DESC, position DESC) <= $samples_per_load_max
"""

# What was refused is kept to be looked at, not for good: a client that is wrong sends without end.
FORGET_SAMPLES: LiteralString = """
DELETE FROM set_aside
WHERE outcome = 'refused' AND (
    received_at < $samples_since
    OR (game_id, received_at, journal_offset, position) IN (
        SELECT (game_id, received_at, journal_offset, position)
        FROM set_aside
        WHERE outcome = 'refused'
        QUALIFY row_number() OVER (
            PARTITION BY game_id ORDER BY received_at DESC, journal_offset DESC, position DESC
        ) > $samples_per_game_max
    )
)
"""

# `poison` holds lines that could not be loaded, with the error.
SET_POISON_ASIDE: LiteralString = """
INSERT INTO set_aside
SELECT coalesce(game_id, ''), received_at, 'quarantined', 'unloadable', error, line, journal_offset, position
FROM poison
"""

KEEP_BOOKS_OF_POISON: LiteralString = """
INSERT INTO books
SELECT coalesce(game_id, ''), date_trunc('hour', received_at), 'quarantined', 'unloadable', count(*)
FROM poison GROUP BY ALL
"""

MOVE_ON: LiteralString = """
UPDATE loaded SET journal_offset = $journal_offset WHERE journal_id = $journal_id::UUID
"""
