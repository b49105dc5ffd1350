-- The currency, which playtrace finds by itself, is given here. Drifts are left out.
-- rows of: buckets
WITH
moved AS (
    SELECT toDate(events.time) AS day, toInt64(round(sumIf(value, name = 'resource_gain') * 1e6)) AS sourcesMicros,
        toInt64(round(sumIf(value, name = 'resource_spend') * 1e6)) AS sinksMicros, count() AS moves
    FROM events
    WHERE game_id = {game:String} AND env = {env:String} AND name IN ('resource_gain', 'resource_spend')
        AND currency = 'gold' AND value > 0 AND events.time < {to:DateTime64(3)}
    GROUP BY day
),
active AS (
    SELECT toDate(time) AS day, uniqExact(player_id) AS dauSum
    FROM events
    WHERE game_id = {game:String} AND env = {env:String}
        AND time >= {from:DateTime64(3)} AND time < {to:DateTime64(3)}
        AND player_id != '' AND name NOT IN ('push_received', 'server_grant', 'crash_upload')
    GROUP BY day
)
SELECT toDateTime64(day, 3) AS time, sourcesMicros, sinksMicros, sourcesMicros - sinksMicros AS netMicros,
    sum(netMicros) OVER (ORDER BY day) AS supplyEndMicros, supplyEndMicros - netMicros AS supplyStartMicros,
    sinksMicros / sourcesMicros AS sinkRatio, moves, dauSum, toInt64(round(sourcesMicros / dauSum)) AS sourcesPerDauMicros
FROM moved
JOIN active USING (day)
WHERE day >= toDate({from:DateTime64(3)})
ORDER BY day;

-- rows of: reasons
SELECT if(name = 'resource_gain', 'source', 'sink') AS flow, props.reason AS key,
    toInt64(round(sum(value) * 1e6)) AS amountMicros, count() AS moves
FROM events
WHERE game_id = {game:String} AND env = {env:String} AND name IN ('resource_gain', 'resource_spend')
    AND currency = 'gold' AND value > 0 AND time >= {from:DateTime64(3)} AND time < {to:DateTime64(3)}
GROUP BY flow, key
ORDER BY flow DESC, amountMicros DESC;

-- rows of: items
SELECT if(name = 'resource_gain', 'source', 'sink') AS flow, if(props.item = '', 'unknown', props.item) AS key,
    toInt64(round(sum(value) * 1e6)) AS amountMicros, count() AS moves
FROM events
WHERE game_id = {game:String} AND env = {env:String} AND name IN ('resource_gain', 'resource_spend')
    AND currency = 'gold' AND value > 0 AND time >= {from:DateTime64(3)} AND time < {to:DateTime64(3)}
GROUP BY flow, key
ORDER BY flow DESC, amountMicros DESC;

-- rows of: balances
WITH
active AS (
    SELECT DISTINCT player_id
    FROM events
    WHERE game_id = {game:String} AND env = {env:String}
        AND time >= {from:DateTime64(3)} AND time < {to:DateTime64(3)}
        AND player_id != '' AND name NOT IN ('push_received', 'server_grant', 'crash_upload')
),
last AS (
    SELECT player_id, toInt64(round(argMax(props.balance, (time, seq)) * 1e6)) AS micros
    FROM events
    WHERE game_id = {game:String} AND env = {env:String} AND name IN ('resource_gain', 'resource_spend')
        AND currency = 'gold' AND props.balance IS NOT NULL AND time < {to:DateTime64(3)}
    GROUP BY player_id
)
SELECT count() AS players, sum(micros) AS sumMicros, toInt64(quantileExactInclusive(0.5)(micros)) AS medianMicros,
    toInt64(quantileExactInclusive(0.9)(micros)) AS p90Micros, countIf(micros < 0) AS negativePlayers,
    2 * sum(toFloat64(place) * micros) / (players * sumMicros) - (players + 1) / players AS gini
FROM (
    SELECT coalesce(last.micros, 0) AS micros, row_number() OVER (ORDER BY micros) AS place
    FROM active
    LEFT JOIN last USING (player_id)
)
