-- rows of: events
SELECT time, name, session_id AS sessionId, seq, platform, version, value,
    if(previous_ms > 0, toUnixTimestamp64Milli(time) - previous_ms, NULL) / 1000 AS gapSeconds
FROM (
    SELECT time, name, session_id, seq, platform, version, value,
        lagInFrame(toUnixTimestamp64Milli(time)) OVER (
            ORDER BY time, seq ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS previous_ms
    FROM events
    WHERE game_id = {game:String} AND env = {env:String} AND player_id = 'p-000016'
        AND time >= {from:DateTime64(3)} AND time < {to:DateTime64(3)}
)
ORDER BY time DESC, seq DESC
LIMIT 100
