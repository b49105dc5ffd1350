-- What reports count with. Days are those of each game's own time zone.

CREATE OR REPLACE FUNCTION report.moment() RETURNS timestamptz
LANGUAGE sql STABLE
RETURN coalesce(nullif(current_setting('playtrace.as_of', true), '')::timestamptz, now());

COMMENT ON FUNCTION report.moment() IS 'The time that reports are as of: now, or what SET playtrace.as_of = ''2026-03-31 12:00+00'' says.';

CREATE OR REPLACE VIEW report.active_day AS
SELECT active.game_id, game.code AS game, active.player_id, player.external_id AS player, active.day
FROM (
    SELECT DISTINCT fact.game_key AS game_id, coalesce(player.merged_into_player_id, fact.player_id) AS player_id,
        fact.day
    FROM warehouse.fact_player_day AS fact
    LEFT JOIN game.player ON player.game_id = fact.game_key AND player.player_id = fact.player_id
) AS active
LEFT JOIN game.game ON game.game_id = active.game_id
LEFT JOIN game.player ON player.game_id = active.game_id AND player.player_id = active.player_id;

COMMENT ON VIEW report.active_day IS 'Days on which a player did something, by the id that stays: an event with the player in the environment prod that does not happen without them.';

CREATE OR REPLACE VIEW report.game_day AS
SELECT game.game_id, game.code AS game, days.day::date AS day, days.day::date < days.today AS is_complete
FROM game.game
CROSS JOIN LATERAL (
    SELECT generate_series(begun.day, clock.today, interval '1 day') AS day, clock.today
    FROM (SELECT (report.moment() AT TIME ZONE game.time_zone)::date AS today) AS clock
    CROSS JOIN LATERAL (
        SELECT least(
            (SELECT min(fact.day) FROM warehouse.fact_player_day AS fact WHERE fact.game_key = game.game_id),
            (
                SELECT min((fact.started_at AT TIME ZONE game.time_zone)::date) FROM warehouse.fact_session AS fact
                WHERE fact.game_key = game.game_id AND fact.env = 'prod'
            )
        )::timestamp AS day
    ) AS begun
) AS days;

COMMENT ON VIEW report.game_day IS 'Each day of each game from its first on, today included, which is not complete.';
