-- rows of: cohorts
WITH
players AS (
    SELECT player_id, toDate(min(time)) AS cohort
    FROM events
    WHERE game_id = {game:String} AND env = {env:String}
        AND player_id != '' AND name NOT IN ('push_received', 'server_grant', 'crash_upload')
    GROUP BY player_id
    HAVING cohort >= toDate({from:DateTime64(3)}) AND cohort < toDate({to:DateTime64(3)})
),
paid AS (
    SELECT player_id, groupArray((toDate(time), value)) AS payments
    FROM (
        SELECT player_id, time, assumeNotNull(value) AS value
        FROM events
        WHERE game_id = {game:String} AND env = {env:String} AND name = 'purchase' AND currency IN ('USD', '')
            AND events.value IS NOT NULL AND props.validated IS DISTINCT FROM false
        ORDER BY time
        LIMIT 1 BY if(props.transaction_id = '', toString(event_id), props.transaction_id)
    )
    GROUP BY player_id
)
SELECT cohort, count() AS size,
    arrayMap(amount -> toInt64(round(amount * 1e6)), sumForEach(arrayMap(
        offset -> arraySum(payment -> if(payment.1 <= cohort + offset, payment.2, 0), payments),
        [0, 1, 2, 3, 4, 5, 6, 7, 14, 21]
    ))) AS `cells.netMicros`,
    arrayMap(micros -> toInt64(round(micros / size)), `cells.netMicros`) AS `cells.ltvMicros`
FROM players
LEFT JOIN paid USING (player_id)
GROUP BY cohort
ORDER BY cohort
