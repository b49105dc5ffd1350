-- What was looted, by item and rarity
SELECT game_id, json_extract_scalar(props, '$.item') AS item, json_extract_scalar(props, '$.rarity') AS rarity,
    count(*) AS events
FROM playtrace.events
WHERE env = 'prod' AND name = 'item_looted'
GROUP BY game_id, json_extract_scalar(props, '$.item'), json_extract_scalar(props, '$.rarity')
ORDER BY game_id, events DESC, item;
