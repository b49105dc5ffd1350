-- The sessions look a day further back and ahead than the range, so that those at its borders are whole.
-- rows of: current
WITH
scanned AS (
    SELECT count() AS eventCount, countIf(name = 'crash') AS crashCount,
        uniqExactIf(player_id, time >= {now:DateTime64(3)} - INTERVAL 5 MINUTE) AS playersNow,
        uniqExact(player_id) AS activePlayers
    FROM events
    WHERE game_id = {game:String} AND env = {env:String}
        AND time >= {from:DateTime64(3)} AND time < {to:DateTime64(3)}
        AND player_id != '' AND name NOT IN ('push_received', 'server_grant', 'crash_upload')
),
newcomers AS (
    SELECT countIf(first_at >= {from:DateTime64(3)}) AS newPlayers
    FROM (
        SELECT min(time) AS first_at
        FROM events
        WHERE game_id = {game:String} AND env = {env:String} AND time < {to:DateTime64(3)}
            AND player_id != '' AND name NOT IN ('push_received', 'server_grant', 'crash_upload')
        GROUP BY player_id
    )
),
daily AS (
    SELECT avg(active) AS dauMean
    FROM (
        SELECT uniqExact(player_id) AS active
        FROM events
        WHERE game_id = {game:String} AND env = {env:String}
            AND time >= {from:DateTime64(3)} AND time < toStartOfDay({now:DateTime64(3)})
            AND player_id != '' AND name NOT IN ('push_received', 'server_grant', 'crash_upload')
        GROUP BY toDate(time)
    )
),
ended AS (
    SELECT count() AS sessionCount, avg(seconds) AS avgSessionSeconds,
        quantileExactInclusive(0.5)(seconds) AS medianSessionSeconds, countIf(crashes > 0) AS crashedSessions,
        1 - crashedSessions / sessionCount AS crashFreeSessions,
        1 - uniqExactIf(player, crashes > 0) / uniqExact(player) AS crashFreePlayers
    FROM (
        SELECT any(player_id) AS player, min(time) AS started_at, countIf(name = 'crash' AND props.class != 'hang') AS crashes,
            if(max(mono_ms) > 0, max(mono_ms), dateDiff('millisecond', min(time), max(time))) / 1000 AS seconds
        FROM events
        WHERE game_id = {game:String} AND env = {env:String} AND session_id != ''
            AND time >= {from:DateTime64(3)} - INTERVAL 1 DAY AND time < {to:DateTime64(3)} + INTERVAL 1 DAY
        GROUP BY session_id
        HAVING started_at >= {from:DateTime64(3)} AND started_at < {to:DateTime64(3)}
    )
),
paid AS (
    SELECT toInt64(round(sum(value) * 1e6)) AS revenueMicros
    FROM events
    WHERE game_id = {game:String} AND env = {env:String} AND name = 'purchase' AND currency IN ('USD', '')
        AND time >= {from:DateTime64(3)} AND time < {to:DateTime64(3)}
),
drawn AS (
    SELECT sum(props.frames) / sum(props.duration_s) AS avgFps
    FROM events
    WHERE game_id = {game:String} AND env = {env:String} AND name = 'performance'
        AND time >= {from:DateTime64(3)} AND time < {to:DateTime64(3)}
)
SELECT * FROM scanned, newcomers, daily, ended, paid, drawn
