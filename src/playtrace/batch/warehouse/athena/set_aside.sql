-- What was quarantined or refused lately, and why
SELECT game_id, CAST(received_at AS DATE) AS day, outcome, reason, count(*) AS events
FROM playtrace.set_aside
GROUP BY game_id, CAST(received_at AS DATE), outcome, reason
ORDER BY day DESC, game_id, events DESC, reason;
