-- windowFunnel is what ClickHouse has for this. It says how deep a player came, not how long it took from step to step,
-- which our answer says too and which would need the events of each player as arrays.
-- rows of: .
WITH
players AS (
    SELECT player_id,
        windowFunnel(604800000)(
            toUInt64(toUnixTimestamp64Milli(time)),
            name = 'session_start' AND time >= {from:DateTime64(3)} AND time < {to:DateTime64(3)},
            name = 'level_start',
            name = 'level_complete'
        ) AS depth,
        depth < 3 AND minIf(time, name = 'session_start') + INTERVAL 7 DAY > {now:DateTime64(3)} AS is_open
    FROM events
    WHERE game_id = {game:String} AND env = {env:String} AND player_id != ''
        AND name IN ('session_start', 'level_start', 'level_complete')
        AND time >= {from:DateTime64(3)} AND time < {to:DateTime64(3)} + INTERVAL 7 DAY
    GROUP BY player_id
    HAVING depth > 0
)
SELECT count() AS entered, countIf(is_open) AS inProgress,
    sumForEach(arrayMap(step -> toUInt64(depth >= step AND NOT is_open), [1, 2, 3])) AS `steps.reached`
FROM players
