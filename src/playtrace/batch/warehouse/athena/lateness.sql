-- How late events come, in hours, by day (UTC) on which they happened
SELECT game_id, CAST(time AS DATE) AS day, count(*) AS events,
    sum(CASE WHEN date_diff('hour', time, received_at) >= 1 THEN 1 ELSE 0 END) AS an_hour_late,
    sum(CASE WHEN date_diff('hour', time, received_at) >= 24 THEN 1 ELSE 0 END) AS a_day_late
FROM playtrace.events
GROUP BY game_id, CAST(time AS DATE)
ORDER BY game_id, day;
