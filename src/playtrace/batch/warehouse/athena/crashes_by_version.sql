-- Crashes and the players who had them, by version
SELECT game_id, version, count(*) AS crashes, count(DISTINCT player_id) AS players, max(time) AS last_at
FROM playtrace.events
WHERE env = 'prod' AND name = 'crash'
GROUP BY game_id, version
ORDER BY game_id, crashes DESC, version;
