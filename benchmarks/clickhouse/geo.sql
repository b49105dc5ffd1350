-- rows of: places
WITH
scanned AS (
    SELECT country, count() AS events, uniqExact(player_id) AS players
    FROM events
    WHERE game_id = {game:String} AND env = {env:String}
        AND time >= {from:DateTime64(3)} AND time < {to:DateTime64(3)}
        AND player_id != '' AND name NOT IN ('push_received', 'server_grant', 'crash_upload')
    GROUP BY country
),
started AS (
    SELECT country, count() AS sessions, 1 - countIf(crashes > 0) / sessions AS crashFreeSessions
    FROM (
        SELECT argMin(events.country, time) AS country, min(time) AS started_at, countIf(name = 'crash' AND props.class != 'hang') AS crashes
        FROM events
        WHERE game_id = {game:String} AND env = {env:String} AND session_id != ''
            AND time >= {from:DateTime64(3)} - INTERVAL 1 DAY AND time < {to:DateTime64(3)} + INTERVAL 1 DAY
        GROUP BY session_id
        HAVING started_at >= {from:DateTime64(3)} AND started_at < {to:DateTime64(3)}
    )
    GROUP BY country
),
paid AS (
    SELECT country, toInt64(round(sum(value) * 1e6)) AS revenueMicros
    FROM events
    WHERE game_id = {game:String} AND env = {env:String} AND name = 'purchase' AND currency IN ('USD', '')
        AND time >= {from:DateTime64(3)} AND time < {to:DateTime64(3)}
    GROUP BY country
)
SELECT country, players, events, sessions, crashFreeSessions, revenueMicros
FROM scanned
LEFT JOIN started USING (country)
LEFT JOIN paid USING (country)
ORDER BY players DESC, events DESC
