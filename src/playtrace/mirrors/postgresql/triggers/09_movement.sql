-- Speed, and clocks: what one event of a session says beside the next. Time is that of the monotonic clock, as lag and wrong
-- wall clocks are no fault of a player.

CREATE OR REPLACE FUNCTION game.look_for_movement() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET work_mem = '64MB'
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
            added.mono_ms, added.event_id, added.event_type_id = ANY (sample) AS is_sample, added.map, added.x, added.y,
            coalesce(added.z, 0) AS z,
            added.event_type_id = ANY (sample) AND added.props ->> 'teleport_ok' = 'true' AS may_jump, true AS is_new
        FROM added
        WHERE added.env = 'prod' AND added.player_id IS NOT NULL AND added.client_session_id IS NOT NULL
            AND added.seq IS NOT NULL AND added.mono_ms IS NOT NULL
    ),
    spans AS MATERIALIZED (
        SELECT game_id, player_id, client_session_id, min(seq) AS first_seq, max(seq) AS last_seq,
            min(occurred_at) AS first, max(occurred_at) AS last, count(*) AS events
        FROM news
        GROUP BY game_id, player_id, client_session_id
    ),
    around AS (
        SELECT * FROM news
        UNION ALL
        SELECT spans.game_id, spans.player_id, spans.client_session_id, known.occurred_at, known.client_time, known.seq,
            known.mono_ms, known.event_id, known.event_type_id = ANY (sample), known.map, known.x, known.y,
            coalesce(known.z, 0), known.props ->> 'teleport_ok' = 'true', false
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
        ) AS known
        WHERE known.mono_ms IS NOT NULL AND known.env = 'prod'
    ),
    pairs AS MATERIALIZED (
        SELECT *,
            lag(seq) OVER session AS seq_before, lag(mono_ms) OVER session AS mono_ms_before,
            lag(client_time) OVER session AS client_time_before, lag(event_id) OVER session AS event_id_before,
            lag(is_sample) OVER session AS is_sample_before, lag(map) OVER session AS map_before,
            lag(x) OVER session AS x_before, lag(y) OVER session AS y_before, lag(z) OVER session AS z_before,
            lag(may_jump) OVER session AS may_jump_before, lag(is_new) OVER session AS is_new_before
        FROM around
        WINDOW session AS (PARTITION BY game_id, client_session_id ORDER BY seq, mono_ms)
    ),
    steps AS MATERIALIZED (
        SELECT game_id, player_id, client_session_id, seq, occurred_at, map, event_id, event_id_before,
            is_new OR is_new_before AS is_new,
            sqrt((x - x_before) ^ 2 + (y - y_before) ^ 2 + (z - z_before) ^ 2) * 1000 / (mono_ms - mono_ms_before) AS speed
        FROM pairs
        WHERE is_sample AND is_sample_before AND seq = seq_before + 1 AND mono_ms - mono_ms_before BETWEEN 50 AND 5000
            AND map IS NOT DISTINCT FROM map_before AND abs(x) <= 1e9 AND abs(y) <= 1e9 AND abs(z) <= 1e9
            AND abs(x_before) <= 1e9 AND abs(y_before) <= 1e9 AND abs(z_before) <= 1e9
            AND may_jump IS NOT TRUE AND may_jump_before IS NOT TRUE
    ),
    speed_rules AS MATERIALIZED (
        SELECT moved.game_id, moved.map, rule.anti_cheat_rule_id, rule.threshold
        FROM (SELECT DISTINCT game_id, coalesce(map, '') AS map FROM steps) AS moved
        CROSS JOIN LATERAL game.rule_for('speed', moved.game_id, moved.map) AS rule
        WHERE rule.anti_cheat_rule_id IS NOT NULL
    ),
    fast AS (
        SELECT steps.*, rule.anti_cheat_rule_id, rule.threshold,
            -- Three in a row: this one and the two before it.
            lag(seq) OVER session = seq - 1 AND lag(seq, 2) OVER session = seq - 2
                AND least(speed, lag(speed) OVER session, lag(speed, 2) OVER session) > 1.2 * rule.threshold AS in_a_row,
            is_new OR lag(is_new) OVER session OR lag(is_new, 2) OVER session AS any_new
        FROM steps
        JOIN speed_rules AS rule ON rule.game_id = steps.game_id AND rule.map = coalesce(steps.map, '')
        WINDOW session AS (PARTITION BY steps.game_id, steps.client_session_id ORDER BY steps.seq)
    ),
    clock_rules AS MATERIALIZED (
        SELECT played.game_id, back.anti_cheat_rule_id AS back_id, back.threshold AS back_ms,
            drift.anti_cheat_rule_id AS drift_id, drift.threshold AS drift_share, drift.window_seconds
        FROM (SELECT DISTINCT game_id FROM spans) AS played
        CROSS JOIN LATERAL game.rule_for('clock_back', played.game_id, '') AS back
        CROSS JOIN LATERAL game.rule_for('clock_drift', played.game_id, '') AS drift
    ),
    ends AS (
        -- The latest event of each session in this batch, and the one to compare it with: the first of the batch where that
        -- is far enough away, else one that was there before.
        SELECT last.game_id, last.player_id, last.occurred_at, last.event_id, rule.drift_id, rule.drift_share,
            first.event_id AS first_event_id,
            date_part('epoch', last.client_time - first.client_time) * 1000 AS wall_ms,
            last.mono_ms - first.mono_ms AS mono_ms
        FROM (
            SELECT DISTINCT ON (game_id, client_session_id) * FROM news
            WHERE client_time IS NOT NULL
            ORDER BY game_id, client_session_id, mono_ms DESC, seq DESC
        ) AS last
        JOIN clock_rules AS rule ON rule.game_id = last.game_id AND rule.drift_id IS NOT NULL
            AND last.mono_ms >= rule.window_seconds * 1000
        JOIN (
            SELECT DISTINCT ON (game_id, client_session_id) * FROM news
            WHERE client_time IS NOT NULL
            ORDER BY game_id, client_session_id, mono_ms, seq
        ) AS earliest ON earliest.game_id = last.game_id AND earliest.client_session_id = last.client_session_id
        CROSS JOIN LATERAL (
            SELECT earliest.event_id, earliest.client_time, earliest.mono_ms
            WHERE last.mono_ms - earliest.mono_ms >= rule.window_seconds * 1000
            UNION ALL
            (
                SELECT event.event_id, event.client_time, event.mono_ms
                FROM game.game_event AS event
                WHERE last.mono_ms - earliest.mono_ms < rule.window_seconds * 1000
                    AND event.game_id = last.game_id AND event.player_id = last.player_id
                    AND event.occurred_at BETWEEN last.occurred_at - 2 * rule.window_seconds * interval '1 second'
                        AND last.occurred_at
                    AND event.client_session_id = last.client_session_id AND event.client_time IS NOT NULL
                    AND event.mono_ms <= last.mono_ms - rule.window_seconds * 1000
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
        FROM fast
        WHERE (speed > 5 * threshold AND is_new) OR (in_a_row AND any_new)
        UNION ALL
        SELECT (
            pairs.game_id, pairs.player_id, rule.back_id, 'clock_back', pairs.occurred_at,
            date_part('epoch', pairs.client_time_before - pairs.client_time) * 1000, rule.back_ms,
            ARRAY[pairs.event_id_before, pairs.event_id]
        )::game.finding
        FROM pairs
        JOIN clock_rules AS rule ON rule.game_id = pairs.game_id AND rule.back_id IS NOT NULL
        WHERE pairs.client_time < pairs.client_time_before - rule.back_ms * interval '1 millisecond'
            AND (pairs.is_new OR pairs.is_new_before)
        UNION ALL
        SELECT (
            game_id, player_id, drift_id, 'clock_drift', occurred_at, abs(wall_ms - mono_ms) / mono_ms, drift_share,
            ARRAY[first_event_id, event_id]
        )::game.finding
        FROM ends
        WHERE mono_ms > 0 AND abs(wall_ms - mono_ms) > drift_share * mono_ms
    ) AS one;
    IF found IS NOT NULL THEN
        PERFORM game.raise_flags(found);
    END IF;
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
