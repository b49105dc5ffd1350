-- rows of: rfm
WITH
payers AS (
    SELECT player_id, dateDiff('day', max(day), toDate({now:DateTime64(3)})) AS days_since, count() AS orders,
        toInt64(round(sum(value) * 1e6)) AS net
    FROM (
        SELECT player_id, toDate(time) AS day, assumeNotNull(value) AS value
        FROM events
        WHERE game_id = {game:String} AND env = {env:String} AND name = 'purchase' AND currency IN ('USD', '')
            AND time >= toStartOfDay({now:DateTime64(3)}) - INTERVAL 90 DAY AND time < toStartOfDay({now:DateTime64(3)})
            AND events.value > 0 AND props.validated IS DISTINCT FROM false
        ORDER BY time
        LIMIT 1 BY if(props.transaction_id = '', toString(event_id), props.transaction_id)
    )
    GROUP BY player_id
)
SELECT least(1 + intDiv(5 * behind.1, others), 5) AS recency, least(1 + intDiv(5 * behind.2, others), 5) AS frequency,
    least(1 + intDiv(5 * behind.3, others), 5) AS monetary, count() AS players, sum(net) AS netMicros
FROM (
    SELECT net, greatest(count() OVER () - 1, 1) AS others,
        (
            count() OVER (ORDER BY days_since DESC) - 1,
            count() OVER (ORDER BY orders) - 1,
            count() OVER (ORDER BY net) - 1
        ) AS behind
    FROM payers
)
GROUP BY recency, frequency, monetary
ORDER BY recency DESC, frequency DESC, monetary DESC;

-- rows of: groups[:3]
WITH
payers AS (
    SELECT player_id, toInt64(round(sum(value) * 1e6)) AS net
    FROM (
        SELECT player_id, assumeNotNull(value) AS value
        FROM events
        WHERE game_id = {game:String} AND env = {env:String} AND name = 'purchase' AND currency IN ('USD', '')
            AND time >= toStartOfDay({now:DateTime64(3)}) - INTERVAL 90 DAY AND time < toStartOfDay({now:DateTime64(3)})
            AND events.value > 0 AND props.validated IS DISTINCT FROM false
        ORDER BY time
        LIMIT 1 BY if(props.transaction_id = '', toString(event_id), props.transaction_id)
    )
    GROUP BY player_id
),
grouped AS (
    SELECT net, rank() OVER (ORDER BY net DESC) AS place, count() OVER () AS payers,
        multiIf(place <= greatest(intDiv(payers, 100), 1), 'whales', place <= intDiv(payers, 10), 'dolphins', 'minnows')
            AS group
    FROM payers
)
SELECT group, count() AS players, sum(net) AS netMicros, netMicros / sum(netMicros) OVER () AS revenueShare,
    min(net) AS leastMicros, max(net) AS mostMicros
FROM grouped
GROUP BY group
ORDER BY leastMicros DESC;

-- rows of: groups[4:]
SELECT 'non_payers' AS group, count() AS players
FROM (
    SELECT DISTINCT player_id
    FROM events
    WHERE game_id = {game:String} AND env = {env:String} AND player_id != ''
        AND name NOT IN ('push_received', 'server_grant', 'crash_upload')
        AND time >= toStartOfDay({now:DateTime64(3)}) - INTERVAL 90 DAY AND time < toStartOfDay({now:DateTime64(3)})
)
WHERE player_id NOT IN (
    SELECT player_id
    FROM events
    WHERE game_id = {game:String} AND env = {env:String} AND name = 'purchase' AND value > 0
        AND time >= toStartOfDay({now:DateTime64(3)}) - INTERVAL 90 DAY AND time < toStartOfDay({now:DateTime64(3)})
)
