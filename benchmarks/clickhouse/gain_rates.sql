-- rows of: .
WITH
most AS (
    SELECT player_id, max(gained) AS largest
    FROM (
        SELECT player_id, sum(value) OVER (
            PARTITION BY player_id ORDER BY toUnixTimestamp64Milli(time)
            RANGE BETWEEN 60000 PRECEDING AND CURRENT ROW
        ) AS gained
        FROM events
        WHERE game_id = {game:String} AND env = {env:String} AND name = 'resource_gain' AND currency = 'gold'
            AND value > 0 AND player_id != ''
            AND time >= {from:DateTime64(3)} AND time < {to:DateTime64(3)}
    )
    GROUP BY player_id
)
SELECT count() AS peers,
    arrayMap(amount -> toInt64(round(amount * 1e6)), quantilesExactInclusive(0.5, 0.99, 0.999)(largest)) AS percentiles_,
    percentiles_[1] AS medianMicros, percentiles_[2] AS p99Micros, percentiles_[3] AS p999Micros,
    arraySlice(arraySort(groupArray((-toInt64(round(largest * 1e6)), player_id))), 1, 50) AS largest_,
    arrayMap(gain -> gain.2, largest_) AS `gains.playerId`,
    arrayMap(gain -> -gain.1, largest_) AS `gains.gainedMicros`
FROM most
