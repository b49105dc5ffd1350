-- rows of: points
SELECT toDateTime64(toDate(events.time), 3) AS time, count() AS value
FROM events
WHERE game_id = {game:String} AND env = {env:String} AND name = 'crash'
    AND events.time >= {from:DateTime64(3)} AND events.time < {to:DateTime64(3)}
GROUP BY time
ORDER BY time
