-- rows of: trajectories
WITH
chosen AS (
    SELECT session_id, max(time) AS last_at
    FROM events
    WHERE game_id = {game:String} AND env = {env:String} AND name = 'position' AND session_id != ''
        AND time >= {from:DateTime64(3)} AND time < {to:DateTime64(3)}
    GROUP BY session_id
    ORDER BY last_at DESC, session_id
    LIMIT 10
)
SELECT any(player_id) AS playerId, events.session_id AS sessionId, match_id AS matchId, map_id AS map,
    arraySort(groupArray((mono_ms, time, x, y, z))) AS points_,
    arrayMap(point -> point.2, points_) AS `points.time`, arrayMap(point -> point.3, points_) AS `points.x`,
    arrayMap(point -> point.4, points_) AS `points.y`, arrayMap(point -> point.5, points_) AS `points.z`
FROM events
JOIN chosen ON events.session_id = chosen.session_id
WHERE game_id = {game:String} AND env = {env:String} AND name = 'position'
    AND time >= {from:DateTime64(3)} AND time < {to:DateTime64(3)}
GROUP BY events.session_id, match_id, map_id
ORDER BY any(last_at) DESC, sessionId, min(time)
