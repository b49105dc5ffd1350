-- rows of: groups
SELECT [name] AS keys, count() AS events, events AS value, events / sum(count()) OVER () AS share
FROM events
WHERE game_id = {game:String} AND env = {env:String}
    AND time >= {from:DateTime64(3)} AND time < {to:DateTime64(3)}
GROUP BY name
ORDER BY events DESC, name
LIMIT 10
