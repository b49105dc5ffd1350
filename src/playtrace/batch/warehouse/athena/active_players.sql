-- Players who did something, by day (UTC)
SELECT game_id, CAST(time AS DATE) AS day, count(DISTINCT player_id) AS dau
FROM playtrace.events
WHERE env = 'prod' AND player_id IS NOT NULL AND name NOT IN ('push_received', 'server_grant', 'crash_upload')
GROUP BY game_id, CAST(time AS DATE)
ORDER BY game_id, day;
