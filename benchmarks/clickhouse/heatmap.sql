-- The size of the cells, which playtrace finds by itself, is given here. Arrays are faster than a window here.
-- rows of: cells
WITH
places AS (
    SELECT place.1 AS x, place.2 AS y, player_id, 0 AS happened, place.3 AS stayed_ms
    FROM (
        SELECT any(player_id) AS player_id, arraySort(groupArray((mono_ms, map_id, x, y))) AS points
        FROM events
        WHERE game_id = {game:String} AND env = {env:String} AND name = 'position' AND session_id != ''
            AND x IS NOT NULL AND y IS NOT NULL
            AND time >= {from:DateTime64(3)} AND time < {to:DateTime64(3)}
        GROUP BY session_id
    )
    ARRAY JOIN arrayMap(
        (point, next) -> (point.3, point.4, least(next.1 - point.1, 20000), point.2 = 'arena' AND next.2 = 'arena'),
        arrayPopBack(points), arrayPopFront(points)
    ) AS place
    WHERE place.4
    UNION ALL
    SELECT x, y, player_id, 1 AS happened, 0 AS stayed_ms
    FROM events
    WHERE game_id = {game:String} AND env = {env:String} AND name = 'player_death' AND map_id = 'arena'
        AND x IS NOT NULL AND y IS NOT NULL
        AND time >= {from:DateTime64(3)} AND time < {to:DateTime64(3)}
)
SELECT toInt32(floor(x / 5)) AS cx, toInt32(floor(y / 5)) AS cy, sum(happened) AS events,
    sum(stayed_ms) / 1000 AS seconds, if(seconds < 60, NULL, least(uniqUpTo(5)(player_id), 5)) AS players,
    if(seconds < 60 OR players < 5, NULL, events / (seconds / 3600)) AS ratePerHour,
    ratePerHour / (sum(events) OVER () / (sum(seconds) OVER () / 3600)) AS relativeRisk
FROM places
GROUP BY cx, cy
ORDER BY cx, cy
