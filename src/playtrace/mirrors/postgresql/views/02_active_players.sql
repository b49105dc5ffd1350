CREATE MATERIALIZED VIEW IF NOT EXISTS report.active_players AS
WITH
days AS (
    SELECT game_id, day, lead(day) OVER of_player AS next_day, row_number() OVER of_player = 1 AS is_first
    FROM report.active_day
    WINDOW of_player AS (PARTITION BY game_id, player_id ORDER BY day)
),
-- A player counts in the wau of a day and the 6 behind it, unless another day of theirs takes over: one more on the
-- day, one less where it ends.
steps AS (
    SELECT game_id, day, 1 AS dau, 1 AS wau, 1 AS mau, is_first::integer AS new_players FROM days
    UNION ALL SELECT game_id, least(next_day, day + 7), 0, -1, 0, 0 FROM days
    UNION ALL SELECT game_id, least(next_day, day + 30), 0, 0, -1, 0 FROM days
),
by_day AS (
    SELECT game_id, day, sum(dau) AS dau, sum(wau) AS wau, sum(mau) AS mau, sum(new_players) AS new_players
    FROM steps
    GROUP BY game_id, day
),
counted AS (
    SELECT game_day.game, game_day.day, game_day.is_complete, coalesce(by_day.dau, 0)::bigint AS dau,
        coalesce(sum(by_day.wau) OVER so_far, 0)::bigint AS wau,
        coalesce(sum(by_day.mau) OVER so_far, 0)::bigint AS mau,
        coalesce(by_day.new_players, 0)::bigint AS new_players
    FROM report.game_day
    LEFT JOIN by_day ON by_day.game_id = game_day.game_id AND by_day.day = game_day.day
    WINDOW so_far AS (PARTITION BY game_day.game_id ORDER BY game_day.day)
)
SELECT game, day, dau, wau, mau, new_players, dau - new_players AS returning_players,
    dau / nullif(mau, 0)::double precision AS stickiness, is_complete
FROM counted;

COMMENT ON MATERIALIZED VIEW report.active_players IS 'Players by day, as the metric active_players: on the day (dau), on it or the 6 days before (wau), or the 29 before (mau); new_players came first on it; stickiness is dau / mau.';
CREATE UNIQUE INDEX IF NOT EXISTS active_players_key ON report.active_players (game, day);
