-- rows of: cohorts
WITH
players AS (
    SELECT player_id, groupUniqArray(toDate(time)) AS days, arrayMin(days) AS cohort
    FROM events
    WHERE game_id = {game:String} AND env = {env:String}
        AND player_id != '' AND name NOT IN ('push_received', 'server_grant', 'crash_upload')
    GROUP BY player_id
    HAVING cohort >= toDate({from:DateTime64(3)}) AND cohort < toDate({to:DateTime64(3)})
)
SELECT cohort, count() AS size,
    sumForEach(arrayMap(n -> has(days, cohort + n), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 21]))
        AS `cells.retained`
FROM players
GROUP BY cohort
ORDER BY cohort
