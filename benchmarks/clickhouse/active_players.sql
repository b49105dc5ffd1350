-- One scan: the days of each player, of which the first is when they were new. Then a day counts for the thirty days
-- that end with it or later.
-- rows of: days
WITH
players AS (
    SELECT player_id, groupUniqArray(toDate(time)) AS days, arrayMin(days) AS first_day
    FROM events
    WHERE game_id = {game:String} AND env = {env:String} AND time < {to:DateTime64(3)}
        AND player_id != '' AND name NOT IN ('push_received', 'server_grant', 'crash_upload')
    GROUP BY player_id
)
SELECT active_day + ago AS day, countIf(ago = 0) AS dau, uniqExactIf(player_id, ago < 7) AS wau,
    uniqExact(player_id) AS mau, countIf(ago = 0 AND active_day = first_day) AS new, dau - new AS returning,
    dau / mau AS stickiness
FROM (SELECT player_id, first_day, arrayJoin(days) AS active_day, arrayJoin(range(30)) AS ago FROM players)
WHERE day >= toDate({from:DateTime64(3)}) AND day < toDate({to:DateTime64(3)})
GROUP BY day
ORDER BY day
