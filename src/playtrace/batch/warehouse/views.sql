-- Reports of the game database (report.*), over the star. Days are those that were loaded.

CREATE OR REPLACE VIEW playtrace.report_active_players AS
SELECT loaded.game_id, loaded.day,
    count(DISTINCT CASE WHEN active.day = loaded.day THEN active.player_id END) AS dau,
    count(DISTINCT CASE WHEN active.day > loaded.day - 7 THEN active.player_id END) AS wau,
    count(DISTINCT active.player_id) AS mau,
    count(DISTINCT CASE WHEN player.day = loaded.day AND active.day = loaded.day THEN active.player_id END)
        AS new_players
FROM playtrace.loaded_day AS loaded
LEFT JOIN playtrace.fact_player_day AS active
    ON active.game_id = loaded.game_id AND active.day > loaded.day - 30 AND active.day <= loaded.day
LEFT JOIN playtrace.dim_player AS player
    ON player.game_id = active.game_id AND player.player_id = active.player_id
GROUP BY loaded.game_id, loaded.day;

-- Players by themselves: a median and a count of distinct ones do not go together everywhere.
CREATE OR REPLACE VIEW playtrace.report_sessions AS
SELECT loaded.game_id, loaded.day, coalesce(counted.sessions, 0) AS sessions, coalesce(playing.players, 0) AS players,
    counted.mean_seconds, counted.median_seconds, coalesce(counted.crashed, 0) AS crashed,
    coalesce(counted.quit, 0) AS quit
FROM playtrace.loaded_day AS loaded
LEFT JOIN (
    SELECT game_id, day, count(*) AS sessions, avg(length_s) AS mean_seconds,
        percentile_cont(0.5) WITHIN GROUP (ORDER BY length_s) AS median_seconds,
        sum(CASE WHEN has_crashed THEN 1 ELSE 0 END) AS crashed,
        sum(CASE WHEN has_quit AND NOT has_crashed THEN 1 ELSE 0 END) AS quit
    FROM playtrace.fact_session
    GROUP BY game_id, day
) AS counted ON counted.game_id = loaded.game_id AND counted.day = loaded.day
LEFT JOIN (
    SELECT game_id, day, count(*) AS players FROM playtrace.fact_player_day GROUP BY game_id, day
) AS playing ON playing.game_id = loaded.game_id AND playing.day = loaded.day;

CREATE OR REPLACE VIEW playtrace.report_crash_free AS
SELECT game_id, day, sessions, crashed_sessions, players, crashed_players,
    CASE WHEN sessions > 0 THEN CAST(sessions - crashed_sessions AS DOUBLE PRECISION) / sessions END
        AS crash_free_sessions,
    CASE WHEN players > 0 THEN CAST(players - crashed_players AS DOUBLE PRECISION) / players END AS crash_free_players
FROM (
    SELECT game_id, day, count(*) AS sessions, count(DISTINCT player_id) AS players,
        sum(CASE WHEN has_crashed THEN 1 ELSE 0 END) AS crashed_sessions,
        count(DISTINCT CASE WHEN has_crashed THEN player_id END) AS crashed_players
    FROM playtrace.fact_session
    GROUP BY game_id, day
) AS counted;

-- Of the players who came on a day those who were active exactly so many days later, of days that are loaded.
CREATE OR REPLACE VIEW playtrace.report_retention AS
SELECT cohort.game_id, cohort.day AS cohort, later.day - cohort.day AS days_after, cohort.size,
    count(DISTINCT active.player_id) AS retained,
    CAST(count(DISTINCT active.player_id) AS DOUBLE PRECISION) / cohort.size AS share
FROM (SELECT game_id, day, count(*) AS size FROM playtrace.dim_player GROUP BY game_id, day) AS cohort
JOIN playtrace.loaded_day AS later
    ON later.game_id = cohort.game_id AND later.day >= cohort.day AND later.day <= cohort.day + 30
LEFT JOIN (
    SELECT player.game_id, player.day AS cohort, fact.day, fact.player_id
    FROM playtrace.fact_player_day AS fact
    JOIN playtrace.dim_player AS player ON player.game_id = fact.game_id AND player.player_id = fact.player_id
) AS active ON active.game_id = cohort.game_id AND active.cohort = cohort.day AND active.day = later.day
GROUP BY cohort.game_id, cohort.day, cohort.size, later.day;

CREATE OR REPLACE VIEW playtrace.report_revenue AS
SELECT game_id, day, currency,
    sum(CASE WHEN value_micros > 0 THEN value_micros ELSE 0 END) AS gross_micros,
    sum(CASE WHEN value_micros < 0 THEN -value_micros ELSE 0 END) AS refunds_micros,
    sum(value_micros) AS net_micros, sum(CASE WHEN value_micros > 0 THEN 1 ELSE 0 END) AS payments,
    count(DISTINCT CASE WHEN value_micros > 0 THEN player_id END) AS payers
FROM playtrace.fact_purchase
WHERE is_counted
GROUP BY game_id, day, currency;

CREATE OR REPLACE VIEW playtrace.report_levels AS
SELECT game_id, day, level, sum(CASE WHEN outcome = 'started' THEN 1 ELSE 0 END) AS started,
    sum(CASE WHEN outcome = 'completed' THEN 1 ELSE 0 END) AS completed,
    sum(CASE WHEN outcome = 'failed' THEN 1 ELSE 0 END) AS failed,
    sum(CASE WHEN outcome = 'left' THEN 1 ELSE 0 END) AS abandoned,
    count(DISTINCT player_id) AS players, avg(CASE WHEN outcome = 'completed' THEN duration_s END) AS completed_seconds
FROM playtrace.fact_level
GROUP BY game_id, day, level;
