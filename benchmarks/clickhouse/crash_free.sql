-- rows of: points
WITH
sessions AS (
    SELECT any(player_id) AS player, min(time) AS started_at, countIf(name = 'crash' AND props.class != 'hang') AS crashes,
        if(max(mono_ms) > 0, max(mono_ms), dateDiff('millisecond', started_at, max(time))) / 3600000 AS hours
    FROM events
    WHERE game_id = {game:String} AND env = {env:String} AND session_id != ''
        AND time >= {from:DateTime64(3)} - INTERVAL 1 DAY AND time < {to:DateTime64(3)} + INTERVAL 1 DAY
    GROUP BY session_id
    HAVING started_at >= {from:DateTime64(3)} AND started_at < {to:DateTime64(3)}
)
SELECT toStartOfDay(started_at) AS start, count() AS sessions, countIf(crashes > 0) AS crashedSessions,
    1 - crashedSessions / sessions AS crashFreeSessions, uniqExact(player) AS players,
    uniqExactIf(player, crashes > 0) AS crashedPlayers, 1 - crashedPlayers / players AS crashFreePlayers,
    sum(crashes) AS crashReports, sum(hours) AS hoursPlayed, hoursPlayed / crashedSessions AS hoursBetween
FROM sessions
GROUP BY start
ORDER BY start
