-- rows of: days
WITH
paid AS (
    SELECT toDate(time) AS day, player_id, value
    FROM events
    WHERE game_id = {game:String} AND env = {env:String} AND name = 'purchase' AND currency IN ('USD', '')
        AND time >= {from:DateTime64(3)} AND time < {to:DateTime64(3)}
        AND value IS NOT NULL AND props.validated IS DISTINCT FROM false
    ORDER BY time
    LIMIT 1 BY if(props.transaction_id = '', toString(event_id), props.transaction_id)
),
payments AS (
    SELECT day, uniqExactIf(player_id, value > 0) AS payers, toInt64(round(sum(value) * 1e6)) AS netMicros
    FROM paid
    GROUP BY day
),
active AS (
    SELECT toDate(time) AS day, uniqExact(player_id) AS dau
    FROM events
    WHERE game_id = {game:String} AND env = {env:String}
        AND time >= {from:DateTime64(3)} AND time < {to:DateTime64(3)}
        AND player_id != '' AND name NOT IN ('push_received', 'server_grant', 'crash_upload')
    GROUP BY day
)
SELECT day, dau, payers, netMicros, toInt64(round(netMicros / dau)) AS arpdauMicros,
    toInt64(round(netMicros / payers)) AS arppuMicros, payers / dau AS payerShare
FROM active
LEFT JOIN payments USING (day)
ORDER BY day;

-- rows of: newPlayerConversion
WITH
players AS (
    SELECT player_id, toDate(min(time)) AS cohort
    FROM events
    WHERE game_id = {game:String} AND env = {env:String}
        AND player_id != '' AND name NOT IN ('push_received', 'server_grant', 'crash_upload')
    GROUP BY player_id
    HAVING cohort >= toDate({from:DateTime64(3)}) AND cohort < toDate({to:DateTime64(3)})
),
bought AS (
    SELECT player_id, toDate(min(time)) AS first_bought
    FROM events
    WHERE game_id = {game:String} AND env = {env:String} AND name = 'purchase' AND value > 0
        AND props.validated IS DISTINCT FROM false
    GROUP BY player_id
)
SELECT offset, countIf(is_over) AS size,
    countIf(is_over AND first_bought >= cohort AND first_bought <= cohort + offset) AS payers
FROM (
    SELECT cohort, first_bought, arrayJoin([0, 1, 3, 7, 14, 30]) AS offset,
        cohort + offset < toDate({now:DateTime64(3)}) AS is_over
    FROM players
    LEFT JOIN bought USING (player_id)
)
GROUP BY offset
ORDER BY offset
