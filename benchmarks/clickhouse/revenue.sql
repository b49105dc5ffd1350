-- Nothing is converted: all that was paid is in one currency.
-- rows of: points
SELECT toDateTime64(toDate(paid_at), 3) AS time,
    toInt64(round(sumIf(amount, amount > 0) * 1e6)) AS grossMicros,
    toInt64(round(-sumIf(amount, amount < 0) * 1e6)) AS refundsMicros,
    grossMicros - refundsMicros AS netMicros,
    countIf(amount > 0) AS payments, countIf(amount < 0) AS refunds
FROM (
    SELECT events.time AS paid_at, assumeNotNull(value) AS amount
    FROM events
    WHERE game_id = {game:String} AND env = {env:String} AND name = 'purchase' AND currency IN ('USD', '')
        AND events.time >= {from:DateTime64(3)} AND events.time < {to:DateTime64(3)}
        AND value IS NOT NULL AND props.validated IS DISTINCT FROM false
    ORDER BY events.time
    LIMIT 1 BY if(props.transaction_id = '', toString(event_id), props.transaction_id)
)
GROUP BY time
ORDER BY time
