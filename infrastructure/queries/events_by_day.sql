-- Events of each game, day and name, of the last four weeks.
SELECT game_id, date_trunc('day', time) AS day, name, count(*) AS events, count(DISTINCT player_id) AS players
FROM events
WHERE time >= current_timestamp - INTERVAL '28' DAY
GROUP BY 1, 2, 3
ORDER BY 1, 2, 5 DESC
