-- rows of: items
SELECT props.item AS item, sum(coalesce(props.count, 1)) AS count, count() AS events, uniqExact(player_id) AS players,
    count / players AS perPlayer, count / sum(count) OVER () AS share
FROM events
WHERE game_id = {game:String} AND env = {env:String} AND name = 'item_looted'
    AND time >= {from:DateTime64(3)} AND time < {to:DateTime64(3)}
GROUP BY item
ORDER BY count DESC, item
LIMIT 50
