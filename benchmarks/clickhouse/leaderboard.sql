-- rows of: entries
WITH
best AS (
    SELECT player_id, max(value) AS score, argMin(time, (-value, time)) AS achieved_at, count() AS scores
    FROM events
    WHERE game_id = {game:String} AND env = {env:String} AND name = 'match_end' AND player_id != ''
        AND time >= {from:DateTime64(3)} AND time < {to:DateTime64(3)} AND value IS NOT NULL
    GROUP BY player_id
)
SELECT rank() OVER (ORDER BY score DESC) AS rank, player_id AS playerId, score, achieved_at AS achievedAt, scores,
    rank / count() OVER () AS percentile
FROM best
ORDER BY score DESC, achieved_at, player_id
LIMIT 100
