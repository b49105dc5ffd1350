CREATE MATERIALIZED VIEW IF NOT EXISTS report.achievements AS
WITH
clock AS (
    SELECT game_id, code, (report.moment() AT TIME ZONE time_zone)::date AS today,
        ((report.moment() AT TIME ZONE time_zone)::date - 29)::timestamp AT TIME ZONE time_zone AS begins_at
    FROM game.game
),
population AS (
    SELECT DISTINCT active_day.game_id, active_day.player_id
    FROM report.active_day
    JOIN clock ON clock.game_id = active_day.game_id
    WHERE active_day.day BETWEEN clock.today - 29 AND clock.today
),
persons AS (
    SELECT population.game_id, population.player_id, min(player.first_seen_at) AS first_seen_at
    FROM population
    JOIN game.player ON player.game_id = population.game_id
        AND population.player_id IN (player.player_id, player.merged_into_player_id)
    GROUP BY population.game_id, population.player_id
),
unlocked AS (
    SELECT had.game_id, had.achievement_id, coalesce(player.merged_into_player_id, player.player_id) AS player_id,
        min(had.unlocked_at) AS unlocked_at
    FROM game.player_achievement AS had
    JOIN game.player ON player.game_id = had.game_id AND player.player_id = had.player_id
    WHERE had.unlocked_at IS NOT NULL
    GROUP BY had.game_id, had.achievement_id, coalesce(player.merged_into_player_id, player.player_id)
),
counted AS (
    SELECT unlocked.game_id, unlocked.achievement_id, count(*) AS players,
        count(*) FILTER (WHERE unlocked.unlocked_at >= clock.begins_at) AS unlocked_in_range,
        percentile_cont(0.5) WITHIN GROUP (
            ORDER BY extract(epoch FROM unlocked.unlocked_at - persons.first_seen_at)::double precision
        ) AS median_seconds
    FROM unlocked
    JOIN persons ON persons.game_id = unlocked.game_id AND persons.player_id = unlocked.player_id
    JOIN clock ON clock.game_id = unlocked.game_id
    GROUP BY unlocked.game_id, unlocked.achievement_id
)
SELECT clock.code AS game, achievement.code AS achievement, achievement.name, counted.players,
    counted.players / size.players::double precision AS share, counted.unlocked_in_range, counted.median_seconds
FROM counted
JOIN clock ON clock.game_id = counted.game_id
JOIN game.achievement ON achievement.game_id = counted.game_id AND achievement.achievement_id = counted.achievement_id
JOIN (SELECT game_id, count(*) AS players FROM population GROUP BY game_id) AS size ON size.game_id = counted.game_id;

COMMENT ON MATERIALIZED VIEW report.achievements IS 'Which achievements the players have who were active in the last 30 days, as the metric achievements: how many, which share, how many unlocked it in these days, and the median time from their first event to that. One that an event did not name is not here.';
CREATE UNIQUE INDEX IF NOT EXISTS achievements_key ON report.achievements (game, achievement);

CREATE OR REPLACE FUNCTION report.seconds_of(props jsonb, name text) RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
    WHEN jsonb_typeof(props -> name) IN ('number', 'string') AND char_length(props ->> name) <= 400
        AND props ->> name ~ '^\s*[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d{1,3})?\s*$'
    THEN CASE WHEN (props ->> name)::numeric BETWEEN 0 AND 1e15 THEN (props ->> name)::double precision END
END;

COMMENT ON FUNCTION report.seconds_of(jsonb, text) IS 'A property as a length of time in seconds; none where it is no number, below 0 or beyond all measure.';

CREATE MATERIALIZED VIEW IF NOT EXISTS report.progression AS
WITH
clock AS (
    SELECT game_id, code, session_timeout,
        ((report.moment() AT TIME ZONE time_zone)::date - 29)::timestamp AT TIME ZONE time_zone AS begins_at,
        ((report.moment() AT TIME ZONE time_zone)::date + 1)::timestamp AT TIME ZONE time_zone AS ends_at
    FROM game.game
),
said AS (
    SELECT event.game_id, coalesce(player.merged_into_player_id, event.player_id) AS player_id,
        event.client_session_id, client_session.external_id AS session,
        coalesce(nullif(left(event.level, 256), 'unknown'), '') AS level, event.occurred_at AS happened_at,
        ARRAY[
            (date_part('epoch', event.occurred_at) * 1e6)::bigint, greatest(0, least(coalesce(event.seq, 0), 32767)),
            event.journal_offset, event.position
        ] AS event_key,
        CASE WHEN event_type.name <> 'level_start' THEN report.seconds_of(event.props, 'duration_s') END AS duration_s,
        CASE event_type.name WHEN 'level_start' THEN 0 WHEN 'level_complete' THEN 1 WHEN 'level_fail' THEN 2 ELSE 3 END
            AS step
    FROM game.event_type
    JOIN game.game_event AS event
        ON event.game_id = event_type.game_id AND event.event_type_id = event_type.event_type_id
    JOIN clock ON clock.game_id = event.game_id
    JOIN game.player ON player.game_id = event.game_id AND player.player_id = event.player_id
    LEFT JOIN game.client_session ON client_session.game_id = event.game_id
        AND client_session.client_session_id = event.client_session_id
    WHERE event_type.name IN ('level_start', 'level_complete', 'level_fail', 'level_abandon') AND event.env = 'prod'
        AND event.occurred_at < clock.ends_at + interval '1 day'
),
steps AS (
    SELECT *, lead(step) OVER in_order AS next_step, lead(happened_at) OVER in_order AS next_at,
        lead(duration_s) OVER in_order AS next_duration_s,
        lag(CASE WHEN step = 0 THEN happened_at END) OVER in_order AS last_start_at
    FROM said
    WINDOW in_order AS (PARTITION BY game_id, player_id, session, level ORDER BY event_key)
),
alive AS (
    SELECT DISTINCT session.game_id, session.client_session_id
    FROM game.session
    JOIN clock ON clock.game_id = session.game_id
    WHERE session.ended_at >= report.moment() - clock.session_timeout
),
attempts AS (
    SELECT steps.game_id, steps.player_id, steps.level, steps.event_key,
        steps.happened_at >= clock.begins_at AND steps.happened_at < clock.ends_at AS is_asked,
        steps.step > 0 AS is_headless,
        CASE
            WHEN steps.step > 0 THEN steps.step
            WHEN steps.next_step > 0 AND steps.next_at <= steps.happened_at + interval '24 hours' THEN steps.next_step
            WHEN steps.next_step IS NULL AND alive.client_session_id IS NOT NULL
                AND steps.happened_at >= report.moment() - interval '24 hours' THEN 4
            ELSE 3
        END AS outcome,
        CASE
            WHEN steps.step > 0 THEN coalesce(steps.duration_s, 0)
            WHEN steps.next_at <= steps.happened_at + interval '24 hours'
                THEN coalesce(steps.next_duration_s, extract(epoch FROM steps.next_at - steps.happened_at))
            ELSE 0
        END AS seconds
    FROM steps
    JOIN clock ON clock.game_id = steps.game_id
    LEFT JOIN alive ON alive.game_id = steps.game_id AND alive.client_session_id = steps.client_session_id
    WHERE steps.step = 0 OR coalesce(steps.happened_at - steps.last_start_at > interval '24 hours', true)
),
tried AS (
    SELECT *, min(event_key) FILTER (WHERE outcome = 1) OVER (PARTITION BY game_id, player_id, level) AS complete_key
    FROM attempts
),
players AS (
    SELECT game_id, player_id, level, count(*) FILTER (WHERE is_asked) AS asked,
        count(*) FILTER (WHERE is_asked AND outcome = 1) AS completes,
        count(*) FILTER (WHERE is_asked AND outcome = 2) AS fails,
        count(*) FILTER (WHERE is_asked AND outcome = 3) AS abandons,
        count(*) FILTER (WHERE is_asked AND outcome = 4) AS open_attempts,
        count(*) FILTER (WHERE is_asked AND is_headless) AS start_missing,
        bool_or(is_asked AND event_key = complete_key) AS is_first_completion,
        count(*) FILTER (WHERE event_key <= complete_key) AS attempts_to_complete,
        max(seconds) FILTER (WHERE event_key = complete_key) AS winning_seconds,
        sum(seconds) FILTER (WHERE event_key <= complete_key) AS active_seconds
    FROM tried
    GROUP BY game_id, player_id, level
),
counted AS (
    SELECT game_id, level, sum(completes + fails + abandons)::bigint AS attempts, sum(completes)::bigint AS completes,
        sum(fails)::bigint AS fails, sum(abandons)::bigint AS abandons, sum(open_attempts)::bigint AS open_attempts,
        sum(start_missing)::bigint AS start_missing, count(*) FILTER (WHERE asked > 0) AS players,
        count(*) FILTER (WHERE completes > 0) AS completed_players,
        count(*) FILTER (WHERE is_first_completion) AS first_completions,
        percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY attempts_to_complete::double precision)
            FILTER (WHERE is_first_completion) AS tries,
        percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY winning_seconds)
            FILTER (WHERE is_first_completion) AS winning,
        percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY active_seconds)
            FILTER (WHERE is_first_completion) AS active
    FROM players
    GROUP BY game_id, level
)
SELECT clock.code AS game, coalesce(nullif(level, ''), 'unknown') AS level, attempts, completes, fails, abandons,
    completes / nullif(attempts, 0)::double precision AS completion_rate,
    fails / nullif(attempts, 0)::double precision AS fail_rate,
    abandons / nullif(attempts, 0)::double precision AS abandon_rate, open_attempts, start_missing, players,
    completed_players, completed_players / players::double precision AS player_completion, first_completions,
    tries[1] AS attempts_to_complete_median, tries[2] AS attempts_to_complete_p90,
    winning[1] AS winning_seconds_median, winning[2] AS winning_seconds_p90, active[1] AS active_seconds_median,
    active[2] AS active_seconds_p90,
    -- The lower end of the 95 % Wilson interval.
    (
        (fails + abandons) / attempts_or_none + 1.959963984540054 ^ 2 / (2 * attempts_or_none)
        - 1.959963984540054 * sqrt(
            (fails + abandons) / attempts_or_none * (1 - (fails + abandons) / attempts_or_none) / attempts_or_none
            + 1.959963984540054 ^ 2 / (4 * attempts_or_none ^ 2)
        )
    ) / (1 + 1.959963984540054 ^ 2 / attempts_or_none) AS hardship_low
FROM counted
JOIN clock ON clock.game_id = counted.game_id
CROSS JOIN LATERAL (SELECT nullif(attempts, 0)::double precision AS attempts_or_none) AS dividing
WHERE players > 0;

COMMENT ON MATERIALIZED VIEW report.progression IS 'How players got through levels in the last 30 days, as the metric progression: attempts and what came of them, and of players who completed a level first in these days, after how many and how long. hardship_low is the lower end of the 95 % Wilson interval of fail_rate + abandon_rate.';
CREATE UNIQUE INDEX IF NOT EXISTS progression_key ON report.progression (game, level);
