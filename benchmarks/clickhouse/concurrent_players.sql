-- Sessions cut at midnight; each part adds one player and takes one away, and the sum of both is how many there are.
-- rows of: buckets
WITH
sessions AS (
    SELECT min(time) AS started_at, max(time) AS ended_at
    FROM events
    WHERE game_id = {game:String} AND env = {env:String} AND session_id != ''
        AND time >= {from:DateTime64(3)} - INTERVAL 1 DAY AND time < {to:DateTime64(3)} + INTERVAL 1 DAY
    GROUP BY session_id
    HAVING ended_at > started_at
),
parts AS (
    SELECT day, greatest(started_at, toDateTime64(day, 3)) AS began, least(ended_at, toDateTime64(day + 1, 3)) AS left
    FROM sessions
    ARRAY JOIN arrayMap(n -> toDate(started_at) + n, range(dateDiff('day', started_at, ended_at) + 1)) AS day
    WHERE day >= toDate({from:DateTime64(3)}) AND day < toDate({to:DateTime64(3)}) AND left > began
),
moments AS (
    SELECT day, at, sum(change) OVER (PARTITION BY day ORDER BY at, change) AS players, seconds
    FROM (
        SELECT day, move.1 AS at, move.2 AS change,
            if(change > 0, dateDiff('millisecond', began, left) / 1000, 0) AS seconds
        FROM parts
        ARRAY JOIN [(began, 1), (left, -1)] AS move
    )
)
SELECT toDateTime64(day, 3) AS time, max(players) AS peak, argMin(at, (-players, at)) AS peakAt,
    sum(seconds) / (dateDiff('millisecond', toDateTime64(day, 3), least(toDateTime64(day + 1, 3), {now:DateTime64(3)})) / 1000) AS mean
FROM moments
GROUP BY day
ORDER BY day
