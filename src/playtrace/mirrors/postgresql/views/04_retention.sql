CREATE MATERIALIZED VIEW IF NOT EXISTS report.retention AS
WITH
arrived AS (
    SELECT game_id, player_id, day, min(day) OVER (PARTITION BY game_id, player_id) AS cohort FROM report.active_day
),
returned AS (
    SELECT game_id, cohort, day - cohort AS days_after, count(*) AS retained
    FROM arrived
    GROUP BY game_id, cohort, day - cohort
),
cells AS (
    SELECT game_day.game_id, game_day.game, game_day.day AS cohort, days_after, later.is_complete
    FROM report.game_day
    CROSS JOIN unnest('{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 21, 30}'::integer[]) AS days_after
    JOIN report.game_day AS later ON later.game_id = game_day.game_id AND later.day = game_day.day + days_after
)
SELECT cells.game, cells.cohort, cells.days_after, size.retained AS size, coalesce(returned.retained, 0) AS retained,
    coalesce(returned.retained, 0) / size.retained::double precision AS share, cells.is_complete
FROM cells
JOIN returned AS size ON size.game_id = cells.game_id AND size.cohort = cells.cohort AND size.days_after = 0
LEFT JOIN returned ON returned.game_id = cells.game_id AND returned.cohort = cells.cohort
    AND returned.days_after = cells.days_after;

COMMENT ON MATERIALIZED VIEW report.retention IS 'Who comes back, as the metric retention: of the players who came first on the day cohort (size) those who were active exactly days_after later. Add up retained and size of complete cells for a total: a mean of shares is not one.';
CREATE UNIQUE INDEX IF NOT EXISTS retention_key ON report.retention (game, cohort, days_after);
