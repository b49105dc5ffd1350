-- Events by day and name
SELECT game_id, CAST(time AS DATE) AS day, name, count(*) AS events, count(DISTINCT player_id) AS players
FROM playtrace.events
WHERE env = 'prod'
GROUP BY game_id, CAST(time AS DATE), name
ORDER BY game_id, day, events DESC, name;
