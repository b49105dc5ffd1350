-- rows of: buckets
WITH
sessions AS (
    SELECT min(time) AS started_at, max(time) AS ended_at,
        if(max(mono_ms) > 0, max(mono_ms), dateDiff('millisecond', started_at, ended_at)) / 1000 AS seconds,
        multiIf(
            countIf(name = 'crash' AND props.class != 'hang') > 0, 'crashed',
            countIf(name = 'session_end' AND props.reason != 'background') > 0, 'quit',
            countIf(name = 'session_end') > 0, 'background',
            ended_at + INTERVAL 30 MINUTE > {now:DateTime64(3)}, 'running',
            'lost'
        ) AS end
    FROM events
    WHERE game_id = {game:String} AND env = {env:String} AND session_id != ''
        AND time >= {from:DateTime64(3)} - INTERVAL 1 DAY AND time < {to:DateTime64(3)} + INTERVAL 1 DAY
    GROUP BY session_id
    HAVING started_at >= {from:DateTime64(3)} AND started_at < {to:DateTime64(3)}
),
active AS (
    SELECT toDate(time) AS day, uniqExact(player_id) AS players
    FROM events
    WHERE game_id = {game:String} AND env = {env:String}
        AND time >= {from:DateTime64(3)} AND time < {to:DateTime64(3)}
        AND player_id != '' AND name NOT IN ('push_received', 'server_grant', 'crash_upload')
    GROUP BY day
),
started AS (
    SELECT toDate(started_at) AS day, count() AS sessions, avg(seconds) AS meanSeconds,
        quantilesExactInclusive(0.5, 0.9, 0.95)(seconds) AS lengths,
        countIf(end = 'quit') AS quit, countIf(end = 'background') AS background, countIf(end = 'crashed') AS crashed,
        countIf(end = 'lost') AS lost, countIf(end = 'running') AS running
    FROM sessions
    GROUP BY day
)
SELECT toDateTime64(day, 3) AS time, sessions, players, sessions / players AS sessionsPerPlayer, meanSeconds,
    lengths[1] AS medianSeconds, lengths[2] AS p90Seconds, lengths[3] AS p95Seconds, quit, background, crashed, lost,
    running
FROM started
JOIN active USING (day)
ORDER BY day
