-- Speed, and clocks: what one event of a session says beside the next. Time is that of the monotonic clock, as lag and wrong
-- wall clocks are no fault of a player.

CREATE OR REPLACE FUNCTION game.look_for_movement() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET work_mem = '64MB'
-- How many of the new events are left where no table has statistics is not known: loops over loops would be planned.
SET enable_nestloop = off
SET jit = off
AS $$
DECLARE
    sample CONSTANT integer[] := ARRAY(SELECT event_type_id FROM game.event_type WHERE name = 'position');
    found game.finding[];
BEGIN
    IF NOT EXISTS (SELECT FROM added WHERE seq IS NOT NULL AND mono_ms IS NOT NULL AND client_session_id IS NOT NULL) THEN
        RETURN NULL;
    END IF;

    WITH news AS MATERIALIZED (
        SELECT added.game_id, added.player_id, added.client_session_id, added.occurred_at, added.client_time, added.seq,
            added.mono_ms, added.event_id
        FROM added
        WHERE added.env = 'prod' AND added.player_id IS NOT NULL AND added.client_session_id IS NOT NULL
            AND added.seq IS NOT NULL AND added.mono_ms IS NOT NULL
    ),
    spans AS MATERIALIZED (
        SELECT game_id, player_id, client_session_id, min(seq) AS first_seq, max(seq) AS last_seq,
            min(occurred_at) AS first, max(occurred_at) AS last, count(*) AS events,
            min(mono_ms) FILTER (WHERE client_time IS NOT NULL) AS first_mono_ms,
            max(mono_ms) FILTER (WHERE client_time IS NOT NULL) AS last_mono_ms
        FROM news
        GROUP BY game_id, player_id, client_session_id
    ),
    -- Just before and behind the new ones.
    known AS MATERIALIZED (
        SELECT near.*
        FROM spans
        CROSS JOIN LATERAL (
            SELECT event.* FROM game.game_event AS event
            WHERE spans.first_seq > 0 AND event.game_id = spans.game_id AND event.player_id = spans.player_id
                AND event.occurred_at BETWEEN spans.first - interval '20 seconds' AND spans.first + interval '20 seconds'
                AND event.client_session_id = spans.client_session_id AND event.seq < spans.first_seq
            UNION ALL
            SELECT event.* FROM game.game_event AS event
            WHERE event.game_id = spans.game_id AND event.player_id = spans.player_id
                AND event.occurred_at BETWEEN spans.last - interval '20 seconds' AND spans.last + interval '20 seconds'
                AND event.client_session_id = spans.client_session_id AND event.seq > spans.last_seq
            UNION ALL
            (
                -- A clock that went back by more than that: where a session comes in small pieces, between two of them.
                SELECT event.* FROM game.game_event AS event
                WHERE spans.first_seq > 0 AND spans.events <= 100
                    AND event.game_id = spans.game_id AND event.player_id = spans.player_id
                    AND event.occurred_at > spans.first + interval '20 seconds'
                    AND event.client_session_id = spans.client_session_id AND event.seq < spans.first_seq
                ORDER BY event.occurred_at DESC
                LIMIT 1
            )
        ) AS near
        WHERE near.mono_ms IS NOT NULL AND near.env = 'prod'
    ),
    samples AS MATERIALIZED (
        SELECT moved.game_id, moved.player_id, moved.client_session_id, moved.occurred_at, moved.seq, moved.mono_ms,
            moved.event_id, coalesce(moved.map, '') AS map, moved.x, moved.y, coalesce(moved.z, 0) AS z, moved.is_new
        FROM (
            SELECT game_id, player_id, client_session_id, occurred_at, seq, mono_ms, event_id, map, x, y, z, props,
                true AS is_new
            FROM added
            WHERE event_type_id = ANY (sample) AND env = 'prod' AND player_id IS NOT NULL
                AND client_session_id IS NOT NULL AND seq IS NOT NULL AND mono_ms IS NOT NULL
            UNION ALL
            SELECT game_id, player_id, client_session_id, occurred_at, seq, mono_ms, event_id, map, x, y, z, props, false
            FROM known
            WHERE event_type_id = ANY (sample)
        ) AS moved
        WHERE abs(moved.x) <= 1e9 AND abs(moved.y) <= 1e9 AND abs(coalesce(moved.z, 0)) <= 1e9
            AND moved.props ->> 'teleport_ok' IS DISTINCT FROM 'true'
    ),
    speed_rules AS MATERIALIZED (
        SELECT moved.game_id, moved.map, rule.anti_cheat_rule_id, rule.threshold
        FROM (SELECT DISTINCT game_id, map FROM samples) AS moved
        CROSS JOIN LATERAL game.rule_for('speed', moved.game_id, moved.map) AS rule
        WHERE rule.anti_cheat_rule_id IS NOT NULL
    ),
    -- From one sample to the next one, by more than a fifth too fast: few are.
    fast AS MATERIALIZED (
        SELECT step.*, rule.anti_cheat_rule_id, rule.threshold
        FROM (
            SELECT here.game_id, here.player_id, here.client_session_id, here.seq, here.occurred_at, here.map,
                here.event_id, before.event_id AS event_id_before, here.is_new OR before.is_new AS is_new,
                sqrt((here.x - before.x) ^ 2 + (here.y - before.y) ^ 2 + (here.z - before.z) ^ 2) * 1000
                    / (here.mono_ms - before.mono_ms) AS speed
            FROM samples AS here
            JOIN samples AS before ON before.game_id = here.game_id
                AND before.client_session_id = here.client_session_id AND before.seq = here.seq - 1
                AND before.map = here.map
            WHERE here.mono_ms - before.mono_ms BETWEEN 50 AND 5000
        ) AS step
        JOIN speed_rules AS rule ON rule.game_id = step.game_id AND rule.map = step.map
        WHERE step.speed > 1.2 * rule.threshold
    ),
    in_order AS (
        SELECT *,
            -- Three in a row: this one and the two before it.
            lag(seq) OVER session = seq - 1 AND lag(seq, 2) OVER session = seq - 2
                AND (is_new OR lag(is_new) OVER session OR lag(is_new, 2) OVER session) AS is_third
        FROM fast
        WINDOW session AS (PARTITION BY game_id, client_session_id ORDER BY seq)
    ),
    clock_rules AS MATERIALIZED (
        SELECT played.game_id, back.anti_cheat_rule_id AS back_id, back.threshold AS back_ms,
            drift.anti_cheat_rule_id AS drift_id, drift.threshold AS drift_share, drift.window_seconds
        FROM (SELECT DISTINCT game_id FROM spans) AS played
        CROSS JOIN LATERAL game.rule_for('clock_back', played.game_id, '') AS back
        CROSS JOIN LATERAL game.rule_for('clock_drift', played.game_id, '') AS drift
    ),
    around AS NOT MATERIALIZED (
        SELECT *, true AS is_new FROM news
        UNION ALL
        SELECT game_id, player_id, client_session_id, occurred_at, client_time, seq, mono_ms, event_id, false FROM known
    ),
    -- Earlier by the client's clock than the event before: few are, and for these alone that event is looked up.
    back AS MATERIALIZED (
        SELECT here.*, rule.back_id, rule.back_ms
        FROM (
            SELECT *, lag(client_time) OVER (
                PARTITION BY client_session_id ORDER BY seq, mono_ms
            ) AS client_time_before
            FROM around
        ) AS here
        JOIN clock_rules AS rule ON rule.game_id = here.game_id AND rule.back_id IS NOT NULL
        -- Said twice, as to compare times costs less than to reckon with them.
        WHERE here.client_time < here.client_time_before
            AND here.client_time < here.client_time_before - rule.back_ms * interval '1 millisecond'
    ),
    pairs AS (
        SELECT back.*, before.event_id AS event_id_before
        FROM back
        CROSS JOIN LATERAL (
            SELECT around.event_id, around.is_new
            FROM around
            WHERE around.game_id = back.game_id AND around.client_session_id = back.client_session_id
                AND (around.seq, around.mono_ms) <= (back.seq, back.mono_ms)
                AND around.client_time = back.client_time_before
            ORDER BY around.seq DESC, around.mono_ms DESC
            LIMIT 1
        ) AS before
        WHERE back.is_new OR before.is_new
    ),
    -- The latest event of each session in this batch, and the one to compare it with: the first of the batch where that is far
    -- enough away, else one that was there before.
    first_and_last AS MATERIALIZED (
        SELECT news.*, spans.first_mono_ms, spans.last_mono_ms, rule.drift_id, rule.drift_share, rule.window_seconds
        FROM spans
        JOIN clock_rules AS rule ON rule.game_id = spans.game_id AND rule.drift_id IS NOT NULL
            AND spans.last_mono_ms >= rule.window_seconds * 1000
        JOIN news ON news.game_id = spans.game_id AND news.player_id = spans.player_id
            AND news.client_session_id = spans.client_session_id AND news.client_time IS NOT NULL
            AND (news.mono_ms = spans.last_mono_ms OR news.mono_ms = spans.first_mono_ms)
    ),
    latest AS MATERIALIZED (
        SELECT DISTINCT ON (game_id, client_session_id, player_id) *
        FROM first_and_last
        WHERE mono_ms = last_mono_ms
        ORDER BY game_id, client_session_id, player_id, seq DESC
    ),
    ends AS (
        SELECT last.game_id, last.player_id, last.occurred_at, last.event_id, last.drift_id, last.drift_share,
            first.event_id AS first_event_id,
            date_part('epoch', last.client_time - first.client_time) * 1000 AS wall_ms,
            last.mono_ms - first.mono_ms AS mono_ms
        FROM (
            SELECT DISTINCT ON (latest.game_id, latest.client_session_id, latest.player_id) latest.*,
                earliest.event_id AS earliest_id, earliest.client_time AS earliest_time, earliest.mono_ms AS earliest_ms
            FROM latest
            JOIN first_and_last AS earliest ON earliest.game_id = latest.game_id AND earliest.player_id = latest.player_id
                AND earliest.client_session_id = latest.client_session_id AND earliest.mono_ms = latest.first_mono_ms
            ORDER BY latest.game_id, latest.client_session_id, latest.player_id, earliest.seq
        ) AS last
        CROSS JOIN LATERAL (
            SELECT last.earliest_id AS event_id, last.earliest_time AS client_time, last.earliest_ms AS mono_ms
            WHERE last.mono_ms - last.earliest_ms >= last.window_seconds * 1000
            UNION ALL
            (
                SELECT event.event_id, event.client_time, event.mono_ms
                FROM game.game_event AS event
                WHERE last.mono_ms - last.earliest_ms < last.window_seconds * 1000
                    AND event.game_id = last.game_id AND event.player_id = last.player_id
                    AND event.occurred_at BETWEEN last.occurred_at - 2 * last.window_seconds * interval '1 second'
                        AND last.occurred_at
                    AND event.client_session_id = last.client_session_id AND event.client_time IS NOT NULL
                    AND event.mono_ms <= last.mono_ms - last.window_seconds * 1000
                ORDER BY event.occurred_at DESC
                LIMIT 1
            )
        ) AS first
    )
    SELECT array_agg(one.finding) INTO found
    FROM (
        SELECT (
            game_id, player_id, anti_cheat_rule_id, 'speed', occurred_at, speed, threshold,
            ARRAY[event_id_before, event_id]
        )::game.finding AS finding
        FROM in_order
        WHERE is_third OR (is_new AND speed > 5 * threshold)
        UNION ALL
        SELECT (
            game_id, player_id, back_id, 'clock_back', occurred_at,
            date_part('epoch', client_time_before - client_time) * 1000, back_ms, ARRAY[event_id_before, event_id]
        )::game.finding
        FROM pairs
        UNION ALL
        SELECT (
            game_id, player_id, drift_id, 'clock_drift', occurred_at, abs(wall_ms - mono_ms) / mono_ms, drift_share,
            ARRAY[first_event_id, event_id]
        )::game.finding
        FROM ends
        WHERE mono_ms > 0 AND abs(wall_ms - mono_ms) > drift_share * mono_ms
    ) AS one;
    PERFORM game.raise_flags(found);
    RETURN NULL;
EXCEPTION
    WHEN OTHERS THEN
        RAISE WARNING 'The rules speed, clock_back and clock_drift failed: %', SQLERRM;
        RETURN NULL;
END
$$;

COMMENT ON FUNCTION game.look_for_movement() IS 'Rules speed, clock_back and clock_drift: what one event of a session says beside the next.';

CREATE OR REPLACE TRIGGER game_event_61_movement AFTER INSERT ON game.game_event
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION game.look_for_movement();
