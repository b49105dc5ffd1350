-- rows of: buckets
WITH
players AS (
    SELECT player_id, groupUniqArray(toDate(time)) AS days, arrayMin(days) AS first_day
    FROM events
    WHERE game_id = {game:String} AND env = {env:String} AND time < {to:DateTime64(3)}
        AND player_id != '' AND name NOT IN ('push_received', 'server_grant', 'crash_upload')
    GROUP BY player_id
)
SELECT toDateTime64(day, 3) AS time, countIf(day = first_day) AS new, count() AS active, new / active AS share
FROM (SELECT first_day, arrayJoin(days) AS day FROM players)
WHERE day >= toDate({from:DateTime64(3)})
GROUP BY day
ORDER BY day
