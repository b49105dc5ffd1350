-- rows of: achievements
WITH
active AS (
    SELECT player_id, min(time) AS first_seen, count() OVER () AS all_active
    FROM events
    WHERE game_id = {game:String} AND env = {env:String} AND time < {to:DateTime64(3)}
        AND player_id != '' AND name NOT IN ('push_received', 'server_grant', 'crash_upload')
    GROUP BY player_id
    HAVING max(time) >= {from:DateTime64(3)}
),
unlocked AS (
    SELECT player_id, props.achievement AS achievement, min(time) AS unlocked_at
    FROM events
    WHERE game_id = {game:String} AND env = {env:String} AND name = 'achievement_unlocked'
        AND time < {to:DateTime64(3)}
    GROUP BY player_id, achievement
)
SELECT achievement, count() AS players, players / any(all_active) AS share,
    countIf(unlocked_at >= {from:DateTime64(3)}) AS unlockedInRange,
    quantileExactInclusive(0.5)(dateDiff('millisecond', first_seen, unlocked_at)) / 1000 AS medianSeconds
FROM unlocked
JOIN active USING (player_id)
GROUP BY achievement
ORDER BY share, achievement
LIMIT 200
