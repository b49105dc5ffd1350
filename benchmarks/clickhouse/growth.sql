-- A player is looked at in each week of theirs, and in the week after it, in which they may have churned.
-- rows of: windows
WITH
players AS (
    SELECT player_id, groupUniqArray(toMonday(time)) AS weeks, arrayMin(weeks) AS first_week
    FROM events
    WHERE game_id = {game:String} AND env = {env:String} AND time < {to:DateTime64(3)}
        AND player_id != '' AND name NOT IN ('push_received', 'server_grant', 'crash_upload')
    GROUP BY player_id
)
SELECT week AS start, countIf(has(weeks, week)) AS active, countIf(week = first_week) AS new,
    countIf(has(weeks, week) AND has(weeks, week - 7)) AS retained, active - new - retained AS resurrected,
    if(week + 7 <= {now:DateTime64(3)}, countIf(NOT has(weeks, week)), NULL) AS churned
FROM players
ARRAY JOIN arrayDistinct(arrayConcat(weeks, arrayMap(day -> day + 7, weeks))) AS week
WHERE week >= toMonday({from:DateTime64(3)}) AND week < {to:DateTime64(3)}
GROUP BY week
ORDER BY week
