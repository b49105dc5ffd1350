-- A player's version on a day is that of the last session they started then, else the last by name that they sent.
-- rows of: days
WITH
['1.0.0', '1.1.0', '1.2.0', '1.2.1'] AS versions,
started AS (
    SELECT toDate(started_at) AS day, player, argMax(first_version, started_at) AS session_version,
        count() AS session_count,
        sumForEach(arrayMap(name -> toUInt64(first_version = name), versions)) AS by_version
    FROM (
        SELECT any(player_id) AS player, min(time) AS started_at, argMin(version, time) AS first_version
        FROM events
        WHERE game_id = {game:String} AND env = {env:String} AND session_id != ''
            AND time >= {from:DateTime64(3)} - INTERVAL 1 DAY AND time < {to:DateTime64(3)} + INTERVAL 1 DAY
        GROUP BY session_id
        HAVING started_at >= {from:DateTime64(3)} AND started_at < {to:DateTime64(3)}
    )
    GROUP BY day, player
),
active AS (
    SELECT toDate(time) AS day, player_id AS player, max(version) AS last_version
    FROM events
    WHERE game_id = {game:String} AND env = {env:String}
        AND time >= {from:DateTime64(3)} AND time < {to:DateTime64(3)}
        AND player_id != '' AND name NOT IN ('push_received', 'server_grant', 'crash_upload')
    GROUP BY day, player
)
SELECT day, count() AS dau, sum(session_count) AS sessions,
    sumForEach(arrayMap(name -> toUInt64(if(session_count > 0, session_version, last_version) = name), versions))
        AS `shares.players`,
    sumForEach(if(empty(by_version), [0, 0, 0, 0], by_version)) AS `shares.sessions`
FROM active
LEFT JOIN started USING (day, player)
GROUP BY day
ORDER BY day
