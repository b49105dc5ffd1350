CREATE OR REPLACE VIEW report.session AS
SELECT fact.session_key AS session_id, game.game_id, game.code AS game,
    (fact.started_at AT TIME ZONE game.time_zone)::date AS day,
    coalesce(player.merged_into_player_id, player.player_id) AS player_id, dim.person AS player, dim.platform,
    dim.version, region.country, fact.started_at, fact.ended_at, fact.length_us, fact.events, fact.crashes,
    CASE
        WHEN fact.crashes > 0 THEN 'crashed'
        WHEN fact.quits > 0 THEN 'quit'
        WHEN fact.backgrounds > 0 THEN 'background'
        WHEN fact.ended_at >= report.moment() - game.session_timeout THEN 'running'
        ELSE 'lost'
    END AS ended
FROM warehouse.fact_session AS fact
JOIN game.game ON game.game_id = fact.game_key
LEFT JOIN game.player ON player.game_id = fact.game_key AND player.player_id = fact.player_id
LEFT JOIN warehouse.dim_player AS dim ON dim.player_key = fact.player_key
LEFT JOIN game.region ON region.region_id = fact.region_key
WHERE fact.env = 'prod';

COMMENT ON VIEW report.session IS 'Sessions one by one, in the environment prod: whose, how long (length_us, microseconds), and how each ended: crashed, quit, background, running or lost. Platform and version are those of the player when it began.';

CREATE MATERIALIZED VIEW IF NOT EXISTS report.sessions AS
WITH
playing AS (
    SELECT game_id, day, count(*) AS players FROM report.active_day GROUP BY game_id, day
),
counted AS (
    SELECT game_id, day, count(*) AS sessions, sum(length_us) AS length_us,
        percentile_cont(ARRAY[0.5, 0.9, 0.95]) WITHIN GROUP (ORDER BY length_us::double precision) AS lengths_us,
        count(*) FILTER (WHERE ended = 'quit') AS quit, count(*) FILTER (WHERE ended = 'background') AS background,
        count(*) FILTER (WHERE ended = 'crashed') AS crashed, count(*) FILTER (WHERE ended = 'lost') AS lost,
        count(*) FILTER (WHERE ended = 'running') AS running
    FROM report.session
    GROUP BY game_id, day
)
SELECT game_day.game, game_day.day, coalesce(counted.sessions, 0) AS sessions, coalesce(playing.players, 0) AS players,
    counted.sessions / playing.players::double precision AS sessions_per_player,
    (counted.length_us / counted.sessions / 1000000)::double precision AS mean_seconds,
    counted.lengths_us[1] / 1000000 AS median_seconds, counted.lengths_us[2] / 1000000 AS p90_seconds,
    counted.lengths_us[3] / 1000000 AS p95_seconds, coalesce(counted.quit, 0) AS quit,
    coalesce(counted.background, 0) AS background, coalesce(counted.crashed, 0) AS crashed,
    coalesce(counted.lost, 0) AS lost, coalesce(counted.running, 0) AS running, game_day.is_complete
FROM report.game_day
LEFT JOIN counted ON counted.game_id = game_day.game_id AND counted.day = game_day.day
LEFT JOIN playing ON playing.game_id = game_day.game_id AND playing.day = game_day.day;

COMMENT ON MATERIALIZED VIEW report.sessions IS 'Sessions by the day on which they began, as the metric sessions: how many, lengths in seconds, and how they ended.';
CREATE UNIQUE INDEX IF NOT EXISTS sessions_key ON report.sessions (game, day);

CREATE MATERIALIZED VIEW IF NOT EXISTS report.crash_free AS
WITH
counted AS (
    SELECT game_id, day, count(*) AS sessions, count(*) FILTER (WHERE crashes > 0) AS crashed_sessions,
        count(DISTINCT player_id) AS players,
        count(DISTINCT player_id) FILTER (WHERE crashes > 0) AS crashed_players,
        sum(crashes)::bigint AS crash_reports, sum(length_us) AS length_us
    FROM report.session
    GROUP BY game_id, day
)
SELECT game_day.game, game_day.day, coalesce(counted.sessions, 0) AS sessions,
    coalesce(counted.crashed_sessions, 0) AS crashed_sessions,
    (counted.sessions - counted.crashed_sessions) / counted.sessions::double precision AS crash_free_sessions,
    coalesce(counted.players, 0) AS players, coalesce(counted.crashed_players, 0) AS crashed_players,
    (counted.players - counted.crashed_players) / nullif(counted.players, 0)::double precision AS crash_free_players,
    coalesce(counted.crash_reports, 0) AS crash_reports,
    coalesce(counted.length_us, 0)::double precision / 3600000000 AS hours_played, game_day.is_complete
FROM report.game_day
LEFT JOIN counted ON counted.game_id = game_day.game_id AND counted.day = game_day.day;

COMMENT ON MATERIALIZED VIEW report.crash_free IS 'Sessions and players without a crash, by day, as the metric crash_free; final three days later, as crashes are reported at the next start of the game.';
CREATE UNIQUE INDEX IF NOT EXISTS crash_free_key ON report.crash_free (game, day);
