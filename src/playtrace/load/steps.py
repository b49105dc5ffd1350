"""What one load does in the store, as SQL, in the order of `OneLoad.load_lines`.

`lines` are the events as text; `parsed` the same as columns, and `staged` what is to be loaded of them: without late
and repeated ones. They go into the events and their rollups. All of it happens in one transaction with the journal's
offset.
"""

from __future__ import annotations

from typing import LiteralString

from playtrace.event import IMPORTED, PLAYER_MERGED
from playtrace.rollups import (
    event_counts,
    jwc_usage,
    located_events,
    map_extents,
    noted_events,
    payments,
    performance_samples,
    player_days,
    players,
    position_spans,
    position_tails,
    sessions,
)
from playtrace.rollups.rollup import PASSIVE, SOURCE_OF_EVENTS, SOURCE_OF_LOAD, Rollup, source_of_load_as_text
from playtrace.store.columns import STORED

REMOVED_DAY: LiteralString = "removed_day"
"""Why an event is quarantined that happened on a day whose events are gone."""

LOOK_AT_PARSED: LiteralString = "CREATE OR REPLACE TEMP VIEW staged AS FROM parsed"

# Most loads leave the events as they were parsed. Those that do not have a copy that can be changed.
COPY_PARSED: LiteralString = "CREATE OR REPLACE TEMP TABLE kept AS FROM parsed"

LOOK_AT_KEPT: LiteralString = "CREATE OR REPLACE TEMP VIEW staged AS FROM kept"

# `sent` says of the entries of this load whose clock is wrong when they were sent. What their events say together, and
# what others say of the same sessions: the rule of `clocks` decides about these, in the order in which they came.
FIND_READINGS: LiteralString = f"""
CREATE OR REPLACE TEMP TABLE readings AS
WITH event AS (
    SELECT game_id, session_id, player_id, coalesce(player_id, device_id, '') AS owner,
        coalesce(device_id, player_id) AS device, journal_offset, position, received_at, client_time,
        sent_us, coalesce(reading_s, 0) AS reading_s, coalesce(is_certain, 0) AS is_certain, {PASSIVE} AS is_passive,
        source
    FROM staged LEFT JOIN sent USING (journal_offset)
),
unsure AS (
    SELECT game_id, session_id, owner FROM event WHERE reading_s <> 0 AND session_id IS NOT NULL
    UNION
    SELECT game_id, session_id, owner FROM session_clocks WHERE decided_at > $sessions_since
)
SELECT game_id, session_id, owner, player_id, device, journal_offset, epoch_us(any_value(received_at)) AS received_us,
    any_value(sent_us) AS sent_us, any_value(reading_s) AS reading_s, any_value(is_certain) AS is_certain,
    epoch_us(min(client_time)) AS first_us, epoch_us(max(client_time)) AS last_us, min(position) AS position,
    bool_and(is_passive) AS is_passive
FROM event
WHERE (reading_s <> 0 OR (game_id, session_id, owner) IN (SELECT (game_id, session_id, owner) FROM unsure))
  AND source <> '{IMPORTED}'
GROUP BY game_id, session_id, owner, player_id, device, journal_offset
"""

LIST_READINGS: LiteralString = """
SELECT game_id, session_id, owner, player_id, device, journal_offset, received_us, sent_us, reading_s, is_certain,
    first_us, last_us, is_passive
FROM readings
ORDER BY journal_offset, position
"""

# A session that is there without a decision had a clock that was right.
LIST_DECIDED_SESSIONS: LiteralString = """
SELECT game_id, owner, session_id, coalesce(arg_min(correction_s, decided_at), 0) AS correction_s
FROM (
    SELECT game_id, owner, session_id, correction_s, decided_at
    FROM session_clocks SEMI JOIN readings USING (game_id, owner, session_id)
    WHERE decided_at > $sessions_since
    UNION ALL
    SELECT DISTINCT game_id, owner, session_id, NULL, NULL
    FROM readings
    WHERE EXISTS (
        FROM sessions
        WHERE sessions.game_id = readings.game_id AND sessions.session_id = readings.session_id
          AND sessions.player_id IS NOT DISTINCT FROM readings.player_id
    )
) AS decided
GROUP BY game_id, owner, session_id
"""

LIST_CLOCK_READINGS: LiteralString = """
SELECT game_id, device, reading_s, min(sent_us) AS sent_us
FROM clock_readings SEMI JOIN readings USING (game_id, device)
WHERE received_at > $readings_since
GROUP BY game_id, device, reading_s
"""

# Behind which offset a player was here before: -1 where it was in an earlier load.
LIST_KNOWN_PLAYERS: LiteralString = f"""
SELECT game_id, player_id, min(since) AS since
FROM (
    SELECT game_id, player_id, -1 AS since FROM players
    UNION ALL
    SELECT game_id, player_id, journal_offset
    FROM staged
    WHERE env = 'prod' AND NOT {PASSIVE}
      AND received_at - time <= to_days($late_days_max)
) AS seen SEMI JOIN (SELECT game_id, player_id FROM readings WHERE reading_s > 0) AS slow USING (game_id, player_id)
GROUP BY game_id, player_id
"""

REMEMBER_SESSION_CLOCKS: LiteralString = """
INSERT INTO session_clocks (game_id, owner, session_id, correction_s, decided_at)
SELECT game_id, owner, session_id, correction_s, make_timestamp(decided_us) FROM decided_clocks
"""

FORGET_SESSION_CLOCKS: LiteralString = "DELETE FROM session_clocks WHERE decided_at <= $sessions_since"

REMEMBER_CLOCK_READINGS: LiteralString = """
INSERT INTO clock_readings (game_id, device, reading_s, sent_us, received_at)
SELECT game_id, device, reading_s, sent_us, make_timestamp(received_us) FROM new_readings
"""

FORGET_CLOCK_READINGS: LiteralString = "DELETE FROM clock_readings WHERE received_at <= $readings_since"

# `corrections` are those that are other than was presumed when the events were parsed.
SET_CLOCKS: LiteralString = """
UPDATE kept
SET correction_s = corrections.correction_s,
    time = coalesce(least(client_time + to_seconds(corrections.correction_s), received_at), received_at)
FROM corrections
WHERE corrections.journal_offset = kept.journal_offset AND corrections.game_id = kept.game_id
  AND coalesce(corrections.session_id, '') = coalesce(kept.session_id, '')
  AND coalesce(corrections.player_id, '') = coalesce(kept.player_id, '')
  AND coalesce(corrections.device, '') = coalesce(kept.device_id, kept.player_id, '')
"""

# What there is to do: most loads have nothing late, and what is not there needs no statement.
SURVEY: LiteralString = f"""
SELECT
    count(*) FILTER (is_late) AS late,
    count(*) FILTER (is_located) AS located,
    count(*) FILTER (is_located AND name = 'position' AND session_id IS NOT NULL) AS positions,
    count(*) FILTER (source = 'jwc.v1') AS usage,
    count(*) FILTER (name IN ({noted_events.NAMES})) AS noted,
    count(*) FILTER (name IN ({payments.NAMES})) AS paid,
    count(*) FILTER (name IN ({performance_samples.NAMES})) AS performance,
    count(*) FILTER (name = '{PLAYER_MERGED}') AS merges,
    list(DISTINCT time::DATE) FILTER (NOT is_late) AS days,
    list(DISTINCT game_id) AS games
FROM (
    SELECT game_id, name, session_id, time, source,
        received_at - time > to_days($late_days_max) AND source <> '{IMPORTED}' AS is_late,
        map_id IS NOT NULL AND x IS NOT NULL AND y IS NOT NULL AS is_located
    FROM staged
) AS event
"""

# Late events are quarantined with their own time: dated anew, they would be logins that did not happen.
FIND_LATE: LiteralString = f"""
CREATE OR REPLACE TEMP TABLE late AS
SELECT game_id, received_at, time, journal_offset, position
FROM staged
WHERE received_at - time > to_days($late_days_max) AND source <> '{IMPORTED}'
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

# Of some days the events are gone, and of these it cannot be told whether they were among them: counted twice, they
# would be in the rollups for good. What is too late anyway is left for `FIND_LATE`.
FIND_GONE: LiteralString = f"""
CREATE OR REPLACE TEMP TABLE late AS
SELECT staged.game_id, received_at, time, journal_offset, position, coalesce(own.day, other.day) AS gone_to
FROM staged
LEFT JOIN removed_before AS own
    ON own.what = 'events' AND own.game_id = staged.game_id AND own.name = staged.name
LEFT JOIN removed_before AS other
    ON other.what = 'events' AND other.game_id = staged.game_id AND other.name = ''
WHERE time < coalesce(own.day, other.day)
  AND (received_at - time <= to_days($late_days_max) OR source = '{IMPORTED}')
"""

SET_GONE_ASIDE: LiteralString = f"""
INSERT INTO set_aside
SELECT late.game_id, late.received_at, 'quarantined', '{REMOVED_DAY}',
    'time: ' || late.time || ' is before ' || gone_to || ', and of then the events were removed (retention): whether it'
        || ' was counted already cannot be told',
    lines.line, journal_offset, position
FROM late JOIN lines USING (journal_offset, position)
"""

KEEP_BOOKS_OF_GONE: LiteralString = f"""
INSERT INTO books
SELECT game_id, date_trunc('hour', received_at), 'quarantined', '{REMOVED_DAY}', count(*) FROM late GROUP BY ALL
"""

# What is imported may have been stored long ago: an id is looked for among all events.
FIND_STORED_BEFORE: LiteralString = f"""
CREATE OR REPLACE TEMP TABLE stored_before AS
SELECT DISTINCT game_id, event_id
FROM events
SEMI JOIN (SELECT game_id, event_id FROM staged WHERE source = '{IMPORTED}' AND has_id) AS imported
    USING (game_id, event_id)
WHERE received_at <= $ids_since
"""

LIST_STORED_BEFORE: LiteralString = f"""
SELECT id_hash AS id, journal_offset, position
FROM staged SEMI JOIN stored_before USING (game_id, event_id)
WHERE source = '{IMPORTED}'
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
    WHERE received_at > $known_since
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

STORE_EVENTS: LiteralString = f"""
INSERT INTO events ({STORED})
SELECT {STORED.replace("props", "props::VARIANT")}
FROM staged
"""


def _append(rollup: Rollup, source: LiteralString = SOURCE_OF_LOAD) -> LiteralString:
    return "INSERT INTO " + rollup.table + " " + rollup.of_load(source)


COUNT_EVENTS: LiteralString = _append(event_counts.ROLLUP)
MARK_PLAYER_DAYS: LiteralString = _append(player_days.ROLLUP)
EXTEND_SESSIONS: LiteralString = _append(sessions.ROLLUP, source_of_load_as_text(sessions.ROLLUP))
# Not merged later: they lie as the load leaves them.
LOCATE_EVENTS: LiteralString = _append(located_events.ROLLUP) + "ORDER BY " + located_events.ROLLUP.order
MEASURE_MAPS: LiteralString = _append(map_extents.ROLLUP)
NOTE_USAGE: LiteralString = _append(jwc_usage.ROLLUP, source_of_load_as_text(jwc_usage.ROLLUP))
NOTE_EVENTS: LiteralString = (
    _append(noted_events.ROLLUP, source_of_load_as_text(noted_events.ROLLUP)) + "ORDER BY " + noted_events.ROLLUP.order
)
KEEP_PAYMENTS: LiteralString = _append(payments.ROLLUP, source_of_load_as_text(payments.ROLLUP))
SAMPLE_PERFORMANCE: LiteralString = _append(
    performance_samples.ROLLUP, source_of_load_as_text(performance_samples.ROLLUP)
)


def find_new_players(source: LiteralString) -> LiteralString:
    """Those of some events who are new, or were seen earlier than was known: of most loads they are few."""
    return (
        "CREATE OR REPLACE TEMP TABLE met AS SELECT met.*, known.order_key IS NOT NULL AS is_known FROM ("
        + players.ROLLUP.of_load(source)
        + """) AS met
LEFT JOIN players AS known USING (game_id, env, player_id)
WHERE known.order_key IS NULL OR known.order_key > met.order_key
"""
    )


FIND_NEW_PLAYERS: LiteralString = find_new_players(SOURCE_OF_LOAD)

COUNT_KNOWN_PLAYERS: LiteralString = "SELECT count(*) FROM met WHERE is_known"

FORGET_LATER_PLAYERS: LiteralString = """
DELETE FROM players
WHERE (game_id, env, player_id) IN (SELECT (game_id, env, player_id) FROM met WHERE is_known)
"""

MEET_PLAYERS: LiteralString = "INSERT INTO players SELECT * EXCLUDE (is_known) FROM met"

# The samples of this load, and the last one that was known of each of their sessions.
FOLLOW_POSITIONS: LiteralString = (
    "CREATE OR REPLACE TEMP TABLE followed AS WITH sampled AS ("
    + position_spans.ROLLUP.rows(SOURCE_OF_LOAD)
    + """),
sampled_session AS (SELECT DISTINCT game_id, env, owner, session_id FROM sampled)
SELECT *, false AS is_tail FROM sampled
UNION ALL BY NAME
SELECT * EXCLUDE (first_at, last_at, samples, mark), true AS is_tail
FROM ("""
    + position_tails.ROLLUP.merged_across_days(
        "SELECT * FROM position_tails SEMI JOIN sampled_session USING (game_id, env, owner, session_id)"
        " WHERE rowid IN (SELECT rowid FROM position_tails WHERE mark IN (SELECT "
        + position_tails.MARK
        + " FROM sampled_session))"
    )
    + ") AS known\n"
)

# Sessions of which a sample came that is not behind the last known one: spans around it are derived anew.
FIND_DISORDER: LiteralString = """
CREATE OR REPLACE TEMP TABLE disordered AS
SELECT game_id, env, owner, session_id
FROM followed
GROUP BY game_id, env, owner, session_id
HAVING max(mono_ms) FILTER (is_tail) >= min(mono_ms) FILTER (NOT is_tail)
"""

MEASURE_SPANS: LiteralString = "INSERT INTO position_spans " + position_spans.ROLLUP.merged_by_day(
    "SELECT * FROM followed ANTI JOIN disordered USING (game_id, env, owner, session_id)"
)

# From when to when there are samples of the disordered sessions: what lies outside need not be looked through.
BOUND_DISORDER: LiteralString = """
SELECT count(*), min(started_at), max(ended_at)
FROM sessions SEMI JOIN disordered USING (game_id, env, owner, session_id)
"""

SAMPLES_OF_DISORDER: LiteralString = (
    SOURCE_OF_EVENTS
    + "    WHERE time >= $since AND time <= $until AND name = 'position'"
    + " AND session_id IN (SELECT session_id FROM disordered)"
)

# From the last known sample before all that came of a session to the first one behind them: what lies outside of that
# keeps its spans, however long the session is.
BOUND_STRETCHES: LiteralString = (
    """
CREATE OR REPLACE TEMP TABLE stretches AS
WITH came AS (
    SELECT game_id, env, owner, session_id, min(mono_ms) AS first_ms, max(mono_ms) AS last_ms
    FROM followed SEMI JOIN disordered USING (game_id, env, owner, session_id)
    WHERE NOT is_tail
    GROUP BY game_id, env, owner, session_id
)
SELECT game_id, env, owner, session_id,
    coalesce(max(mono_ms) FILTER (mono_ms < first_ms), any_value(first_ms)) AS from_ms,
    coalesce(min(mono_ms) FILTER (mono_ms > last_ms), any_value(last_ms)) AS to_ms
FROM came LEFT JOIN ("""
    + position_spans.ROLLUP.rows(SAMPLES_OF_DISORDER)
    + """) AS sampled USING (game_id, env, owner, session_id)
GROUP BY game_id, env, owner, session_id
"""
)

FIND_STRETCH: LiteralString = (
    """
CREATE OR REPLACE TEMP TABLE stretch AS
SELECT sampled.*, came.order_key IS NOT NULL AS is_new
FROM ("""
    + position_spans.ROLLUP.rows(
        SAMPLES_OF_DISORDER
        + " AND mono_ms >= (SELECT min(from_ms) FROM stretches) AND mono_ms <= (SELECT max(to_ms) FROM stretches)"
    )
    + """) AS sampled
JOIN stretches USING (game_id, env, owner, session_id)
LEFT JOIN (SELECT game_id, env, owner, session_id, order_key FROM followed WHERE NOT is_tail) AS came
    USING (game_id, env, owner, session_id, order_key)
WHERE mono_ms BETWEEN from_ms AND to_ms
"""
)

BOUND_STRETCH: LiteralString = "SELECT min(time), max(time) FROM stretch"

# The spans of the stretch as it was. Of several that are the same in everything as many go as there were.
FORGET_DISORDERED_SPANS: LiteralString = (
    """
DELETE FROM position_spans
WHERE rowid IN (
    SELECT stored.id
    FROM (
        SELECT *, rowid AS id, row_number() OVER (PARTITION BY """
    + position_spans.ROLLUP.names
    + """) AS copy
        FROM position_spans
        WHERE time >= $first_time AND time <= $last_time AND session_id IN (SELECT session_id FROM stretches)
    ) AS stored
    JOIN (
        SELECT *, count(*) AS copies
        FROM ("""
    + position_spans.ROLLUP.merged_across_days("SELECT * FROM stretch WHERE NOT is_new")
    + """) AS spans
        GROUP BY ALL
    ) AS before
        ON copy <= copies AND """
    + " AND ".join(f"stored.{name} IS NOT DISTINCT FROM before.{name}" for name in position_spans.ROLLUP.columns)
    + """
)
"""
)

MEASURE_DISORDERED_SPANS: LiteralString = "INSERT INTO position_spans " + position_spans.ROLLUP.merged_by_day(
    "SELECT * FROM stretch"
)

REMEMBER_TAILS: LiteralString = "INSERT INTO position_tails " + position_tails.ROLLUP.merged_by_day(
    "SELECT * EXCLUDE (is_tail), time AS first_at, time AS last_at, 1 AS samples FROM followed WHERE NOT is_tail"
)

# Else it would be in memory until a later load has made its own beside it.
FORGET_FOLLOWED: LiteralString = "DROP TABLE followed"

# A span that begins with the last known sample may belong to an earlier day than all of this load.
FORGET_HEAT_OF_TAILS: LiteralString = """
DELETE FROM heat_days WHERE (game_id, day) IN (SELECT (game_id, time::DATE) FROM followed WHERE is_tail)
"""

FORGET_DISORDERED_HEAT: LiteralString = """
DELETE FROM heat_days
WHERE day >= $first_time::DATE AND day <= $last_time::DATE AND game_id IN (SELECT game_id FROM disordered)
"""

FORGET_HEAT: LiteralString = """
DELETE FROM heat_days
WHERE (game_id, day) IN (
    SELECT (game_id, time::DATE) FROM staged WHERE map_id IS NOT NULL AND x IS NOT NULL AND y IS NOT NULL
)
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

COUNT_LOADED: LiteralString = "SELECT journal_offset, count(*) FROM parsed GROUP BY journal_offset"
COUNT_STORED: LiteralString = "SELECT journal_offset, count(*) FROM staged GROUP BY journal_offset"

# `imported_parts` are parts of imports, and what became of them.
NOTE_IMPORT_PARTS: LiteralString = "INSERT INTO import_parts BY NAME SELECT * FROM imported_parts"

MOVE_ON: LiteralString = """
UPDATE loaded SET journal_offset = $journal_offset WHERE journal_id = $journal_id::UUID
"""
