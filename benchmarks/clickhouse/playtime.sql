-- rows of: buckets
WITH
sessions AS (
    SELECT min(time) AS started_at, max(time) AS ended_at
    FROM events
    WHERE game_id = {game:String} AND env = {env:String} AND session_id != ''
        AND time >= {from:DateTime64(3)} - INTERVAL 1 DAY AND time < {to:DateTime64(3)} + INTERVAL 1 DAY
    GROUP BY session_id
),
played AS (
    SELECT day, sum(dateDiff(
        'millisecond', greatest(started_at, toDateTime64(day, 3)), least(ended_at, toDateTime64(day + 1, 3))
    )) / 1000 AS playtimeSeconds
    FROM sessions
    ARRAY JOIN arrayMap(n -> toDate(started_at) + n, range(dateDiff('day', started_at, ended_at) + 1)) AS day
    WHERE day >= toDate({from:DateTime64(3)}) AND day < toDate({to:DateTime64(3)})
    GROUP BY day
),
active AS (
    SELECT toDate(time) AS day, uniqExact(player_id) AS players
    FROM events
    WHERE game_id = {game:String} AND env = {env:String}
        AND time >= {from:DateTime64(3)} AND time < {to:DateTime64(3)}
        AND player_id != '' AND name NOT IN ('push_received', 'server_grant', 'crash_upload')
    GROUP BY day
)
SELECT toDateTime64(day, 3) AS time, playtimeSeconds, players, playtimeSeconds / players AS secondsPerPlayer
FROM played
JOIN active USING (day)
ORDER BY day
