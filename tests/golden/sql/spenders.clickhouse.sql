WITH all_payments AS (
  SELECT
    time,
    name,
    currency
  FROM (
    SELECT
      game_id,
      env,
      time,
      order_key,
      name,
      player_id,
      platform,
      version,
      country,
      currency,
      micros,
      detail,
      transaction_id,
      is_validated
    FROM playtrace.payments
    WHERE
      game_id = 'arena' AND env = 'prod'
  ) AS payment
)
SELECT
  COALESCE(nullIf(currency, ''), 'USD') AS currency,
  MIN(time) AS first_at,
  MAX(time) AS last_at
FROM all_payments
GROUP BY
  COALESCE(nullIf(currency, ''), 'USD')
ORDER BY
  toInt64(COUNT(*)) DESC,
  COALESCE(nullIf(currency, ''), 'USD')
LIMIT 300;

WITH calendar AS (
  SELECT
    tupleElement(list_row, 1) AS bucket,
    tupleElement(list_row, 2) AS day,
    tupleElement(list_row, 3) AS am,
    tupleElement(list_row, 4) AS pm
  FROM (
    SELECT
      arrayJoin(
        arrayZip(
          CAST([0, 1] AS Array(Nullable(Int64))),
          CAST([CAST('2026-03-01' AS Date32), CAST('2026-03-02' AS Date32)] AS Array(Date32)),
          CAST([281474976710655, 281474976710655] AS Array(Nullable(Int64))),
          CAST([281474976710655, 281474976710655] AS Array(Nullable(Int64)))
        )
      ) AS list_row
  ) AS zipped
), rates AS (
  SELECT
    tupleElement(list_row, 1) AS currency,
    tupleElement(list_row, 2) AS day,
    tupleElement(list_row, 3) AS rate,
    tupleElement(list_row, 4) AS micros_max
  FROM (
    SELECT
      arrayJoin(
        arrayZip(
          CAST([] AS Array(Nullable(String))),
          CAST([] AS Array(Date32)),
          CAST([] AS Array(Nullable(Int64))),
          CAST([] AS Array(Nullable(Int64)))
        )
      ) AS list_row
  ) AS zipped
), active AS (
  SELECT
    calendar.bucket AS bucket,
    player_id,
    '' AS split,
    platform,
    version,
    country
  FROM (
    SELECT
      game_id,
      env,
      day,
      player_id,
      platform,
      version,
      country,
      slots_am,
      slots_pm
    FROM playtrace.player_days
    WHERE
      game_id = 'arena' AND env = 'prod'
  ) AS player_days
  JOIN calendar
    ON player_days.day = calendar.day
  WHERE
    player_days.day >= CAST('2026-03-01' AS Date32)
    AND player_days.day <= CAST('2026-03-02' AS Date32)
    AND (
      (
        bitAnd(slots_am, am)
      ) <> 0 OR (
        bitAnd(slots_pm, pm)
      ) <> 0
    )
    AND has(CAST(['windows'] AS Array(Nullable(String))), platform)
), payments AS (
  SELECT
    CASE
      WHEN time < CAST('2026-03-02 00:00:00' AS DateTime64(6, 'UTC'))
      THEN CAST(0 AS Nullable(Int64))
      ELSE CAST(1 AS Nullable(Int64))
    END AS bucket,
    '' AS split,
    time,
    order_key,
    name,
    player_id,
    currency,
    detail,
    transaction_id,
    is_validated,
    micros
  FROM (
    SELECT
      game_id,
      env,
      time,
      order_key,
      name,
      player_id,
      platform,
      version,
      country,
      currency,
      micros,
      detail,
      transaction_id,
      is_validated
    FROM playtrace.payments
    WHERE
      game_id = 'arena' AND env = 'prod'
  ) AS payment
  WHERE
    time >= CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC'))
    AND time < CAST('2026-03-03 00:00:00' AS DateTime64(6, 'UTC'))
    AND (
      time < CAST('2026-03-02 00:00:00' AS DateTime64(6, 'UTC'))
      OR time >= CAST('2026-03-02 00:00:00' AS DateTime64(6, 'UTC'))
    )
    AND has(CAST(['windows'] AS Array(Nullable(String))), platform)
), orders AS (
  SELECT
    time,
    order_key,
    transaction_id,
    detail,
    is_validated
  FROM (
    SELECT
      game_id,
      env,
      time,
      order_key,
      name,
      player_id,
      platform,
      version,
      country,
      currency,
      micros,
      detail,
      transaction_id,
      is_validated
    FROM playtrace.payments
    WHERE
      game_id = 'arena' AND env = 'prod'
  ) AS payment
  WHERE
    name = 'purchase' AND NOT (
      transaction_id IS NULL
    ) AND micros > 0
), first_orders AS (
  SELECT
    transaction_id,
    argMin(detail, order_key) AS detail,
    MIN(CASE WHEN is_validated OR CAST(FALSE AS Nullable(Bool)) THEN time END) AS counted_at,
    MIN(CASE WHEN is_validated OR CAST(FALSE AS Nullable(Bool)) THEN order_key END) AS counted_key
  FROM orders
  GROUP BY
    transaction_id
), counted AS (
  SELECT
    bucket,
    split,
    time,
    order_key,
    name,
    player_id,
    micros,
    COALESCE(nullIf(payments.detail, ''), first_orders.detail, '') AS detail,
    COALESCE(nullIf(currency, ''), 'USD') AS paid_in,
    CAST(CASE WHEN micros < 0 THEN COALESCE(counted_at, time) ELSE time END AS Date32) AS rate_day
  FROM payments
  LEFT JOIN first_orders
    ON payments.transaction_id = first_orders.transaction_id
  WHERE
    (
      (
        name = 'purchase' AND (
          is_validated OR CAST(FALSE AS Nullable(Bool))
        )
      )
      OR (
        name = 'ad_impression' AND CAST(FALSE AS Nullable(Bool))
      )
    )
    AND micros <> 0
    AND (
      first_orders.transaction_id IS NULL
      OR (
        micros > 0 AND order_key = counted_key
      )
      OR (
        micros < 0 AND NOT (
          counted_key IS NULL
        )
      )
    )
), paid AS (
  SELECT
    bucket,
    split,
    time,
    name,
    player_id,
    paid_in,
    micros,
    CASE WHEN name = 'ad_impression' THEN 'ad' WHEN detail = '' THEN 'iap' ELSE detail END AS kind,
    CASE
      WHEN paid_in = 'USD' AND micros BETWEEN -100000000000000000 AND 100000000000000000
      THEN CAST(micros AS Nullable(Int128)) * CAST(1000000000000 AS Nullable(Int128))
      WHEN micros BETWEEN -micros_max AND micros_max
      THEN CAST(micros AS Nullable(Int128)) * CAST(rate AS Nullable(Int128))
    END AS amount
  FROM counted
  LEFT JOIN rates
    ON paid_in = rates.currency AND rate_day = rates.day
), spending AS (
  SELECT
    player_id,
    MAX(CASE WHEN micros > 0 THEN bucket END) AS last_day,
    SUM(CASE WHEN micros > 0 THEN toInt32(1) ELSE toInt32(0) END) AS orders,
    SUM(
      CASE
        WHEN micros > 0 AND NOT (
          amount IS NULL
        )
        THEN toInt32(1)
        ELSE toInt32(0)
      END
    ) AS converted_orders,
    COALESCE(SUM(amount), toInt32(0)) AS net
  FROM paid
  WHERE
    NOT (
      player_id IS NULL
    )
  GROUP BY
    player_id
), ranked AS (
  SELECT
    net,
    toInt64(COUNT(*) OVER ()) AS payers,
    toInt64(RANK() OVER (ORDER BY net DESC)) AS net_rank,
    toInt64(RANK() OVER (ORDER BY last_day DESC)) AS recency_rank,
    toInt64(RANK() OVER (ORDER BY orders DESC)) AS frequency_rank
  FROM spending
  WHERE
    converted_orders > 0
), scored AS (
  SELECT
    net,
    CASE
      WHEN 'rank' = 'money' AND net >= CAST(NULL AS Nullable(Int128))
      THEN 'whales'
      WHEN 'rank' = 'money' AND net >= CAST(NULL AS Nullable(Int128))
      THEN 'dolphins'
      WHEN 'rank' = 'money'
      THEN 'minnows'
      WHEN net_rank <= GREATEST(toInt32(1), CAST(payers / 100 AS Nullable(Int64)))
      THEN 'whales'
      WHEN net_rank <= CAST(payers / 10 AS Nullable(Int64))
      THEN 'dolphins'
      ELSE 'minnows'
    END AS tier,
    CASE
      WHEN payers = 1
      THEN toInt32(5)
      ELSE LEAST(
        toInt32(5),
        1 + CAST(5 * (
          payers - recency_rank
        ) / (
          payers - 1
        ) AS Nullable(Int64))
      )
    END AS recency,
    CASE
      WHEN payers = 1
      THEN toInt32(5)
      ELSE LEAST(
        toInt32(5),
        1 + CAST(5 * (
          payers - frequency_rank
        ) / (
          payers - 1
        ) AS Nullable(Int64))
      )
    END AS frequency,
    CASE
      WHEN payers = 1
      THEN toInt32(5)
      ELSE LEAST(
        toInt32(5),
        1 + CAST(5 * (
          payers - net_rank
        ) / (
          payers - 1
        ) AS Nullable(Int64))
      )
    END AS monetary
  FROM ranked
)
SELECT
  'groups' AS list,
  tier AS key,
  toInt32(0) AS recency,
  toInt32(0) AS frequency,
  toInt32(0) AS monetary,
  toInt64(COUNT(*)) AS players,
  CAST(SUM(net) AS Nullable(Int128)) AS net,
  CAST(MIN(net) AS Nullable(Int128)) AS least,
  CAST(MAX(net) AS Nullable(Int128)) AS most
FROM scored
GROUP BY
  tier
UNION ALL
SELECT
  'rfm' AS list,
  '' AS key,
  recency,
  frequency,
  monetary,
  toInt64(COUNT(*)) AS players,
  CAST(SUM(net) AS Nullable(Int128)) AS net,
  NULL AS least,
  NULL AS most
FROM scored
GROUP BY
  recency,
  frequency,
  monetary
UNION ALL
SELECT
  'groups' AS list,
  'unconverted' AS key,
  toInt32(0) AS recency,
  toInt32(0) AS frequency,
  toInt32(0) AS monetary,
  toInt64(COUNT(*)) AS players,
  NULL AS net,
  NULL AS least,
  NULL AS most
FROM spending
WHERE
  orders > 0 AND converted_orders = 0
UNION ALL
SELECT
  'groups' AS list,
  'non_payers' AS key,
  toInt32(0) AS recency,
  toInt32(0) AS frequency,
  toInt32(0) AS monetary,
  toInt64(COUNT(DISTINCT active.player_id)) AS players,
  NULL AS net,
  NULL AS least,
  NULL AS most
FROM active
LEFT JOIN spending
  ON active.player_id = spending.player_id
WHERE
  spending.player_id IS NULL OR spending.orders = 0
UNION ALL
SELECT
  'given_back' AS list,
  '' AS key,
  toInt32(0) AS recency,
  toInt32(0) AS frequency,
  toInt32(0) AS monetary,
  toInt32(0) AS players,
  CAST(SUM(net) AS Nullable(Int128)) AS net,
  NULL AS least,
  NULL AS most
FROM spending
WHERE
  orders = 0
UNION ALL
SELECT
  'unknown_players' AS list,
  '' AS key,
  toInt32(0) AS recency,
  toInt32(0) AS frequency,
  toInt32(0) AS monetary,
  toInt32(0) AS players,
  CAST(SUM(amount) AS Nullable(Int128)) AS net,
  NULL AS least,
  NULL AS most
FROM paid
WHERE
  player_id IS NULL
UNION ALL
SELECT
  'unconverted' AS list,
  paid_in AS key,
  toInt32(0) AS recency,
  toInt32(0) AS frequency,
  toInt32(0) AS monetary,
  toInt64(COUNT(*)) AS players,
  NULL AS net,
  NULL AS least,
  NULL AS most
FROM paid
WHERE
  amount IS NULL
GROUP BY
  paid_in;

WITH rates AS (
  SELECT
    tupleElement(list_row, 1) AS currency,
    tupleElement(list_row, 2) AS day,
    tupleElement(list_row, 3) AS rate,
    tupleElement(list_row, 4) AS micros_max
  FROM (
    SELECT
      arrayJoin(
        arrayZip(
          CAST([] AS Array(Nullable(String))),
          CAST([] AS Array(Date32)),
          CAST([] AS Array(Nullable(Int64))),
          CAST([] AS Array(Nullable(Int64)))
        )
      ) AS list_row
  ) AS zipped
), active AS (
  SELECT
    CASE
      WHEN time < CAST('2026-03-02 00:00:00' AS DateTime64(6, 'UTC'))
      THEN CAST(0 AS Nullable(Int64))
      ELSE CAST(1 AS Nullable(Int64))
    END AS bucket,
    player_id,
    '' AS split,
    platform,
    version,
    country
  FROM (
    SELECT
      game_id,
      env,
      name,
      time,
      received_at,
      time AS slot,
      player_id,
      session_id,
      device_id,
      match_id,
      mono_ms,
      seq,
      value,
      props AS props,
      level,
      map_id,
      x,
      y,
      z,
      os,
      source AS protocol,
      COALESCE(platform, '') AS platform,
      COALESCE(version, '') AS version,
      COALESCE(country, '') AS country,
      COALESCE(currency, '') AS currency,
      CAST(name IN ('push_received', 'server_grant', 'crash_upload') AS Nullable(Bool)) AS is_passive,
      CAST(NOT (
        player_id IS NULL
      )
      AND NOT (
        name IN ('push_received', 'server_grant', 'crash_upload')
      ) AS Nullable(Bool)) AS is_active,
      CAST((
        ASCII(player_id) + 37 * ASCII(SUBSTRING(player_id, 3)) + 11 * ASCII(SUBSTRING(player_id, -1)) + 29 * ASCII(SUBSTRING(player_id, -2)) + 17 * ASCII(SUBSTRING(player_id, -3)) + 41 * ASCII(SUBSTRING(player_id, -4)) + 23 * ASCII(SUBSTRING(player_id, -5)) + 5 * ASCII(SUBSTRING(player_id, -6))
      ) % 63 AS Nullable(Int8)) AS player_bit,
      CASE
        WHEN toInt64(CHAR_LENGTH(session_id)) >= 16
        THEN ''
        ELSE COALESCE(player_id, device_id, '')
      END AS owner,
      CAST(toUnixTimestamp64Micro(time) AS Nullable(Int128)) * toInt128('590295810358705651712') + CAST(GREATEST(toInt32(0), LEAST(COALESCE(seq, toInt32(0)), toInt32(32767))) AS Nullable(Int128)) * 18014398509481984 + CAST(journal_offset AS Nullable(Int128)) * 16384 + position AS order_key
    FROM playtrace.events
    WHERE
      game_id = 'arena' AND env = 'prod'
  ) AS source
  WHERE
    time >= CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC'))
    AND time < CAST('2026-03-03 00:00:00' AS DateTime64(6, 'UTC'))
    AND (
      time < CAST('2026-03-02 00:00:00' AS DateTime64(6, 'UTC'))
      OR time >= CAST('2026-03-02 00:00:00' AS DateTime64(6, 'UTC'))
    )
    AND is_active
    AND has(CAST(['windows'] AS Array(Nullable(String))), platform)
), payments AS (
  SELECT
    CASE
      WHEN time < CAST('2026-03-02 00:00:00' AS DateTime64(6, 'UTC'))
      THEN CAST(0 AS Nullable(Int64))
      ELSE CAST(1 AS Nullable(Int64))
    END AS bucket,
    '' AS split,
    time,
    order_key,
    name,
    player_id,
    currency,
    detail,
    transaction_id,
    is_validated,
    micros
  FROM (
    SELECT
      game_id,
      env,
      time,
      order_key,
      name,
      player_id,
      platform,
      version,
      country,
      currency,
      COALESCE(accurateCastOrNull(ROUND(value * 1e6), 'Nullable(Int64)'), toInt32(0)) AS micros,
      COALESCE(
        CASE
          WHEN NOT (
            SUBSTRING(detail, 1, 1) IN ('{', '[')
          )
          THEN SUBSTRING(detail, 1, 256)
        END,
        ''
      ) AS detail,
      nullIf(
        CASE
          WHEN NOT (
            SUBSTRING(transaction_id, 1, 1) IN ('{', '[')
          )
          THEN SUBSTRING(transaction_id, 1, 256)
        END,
        ''
      ) AS transaction_id,
      COALESCE(validated <> 'false', TRUE) AS is_validated
    FROM (
      SELECT
        game_id,
        env,
        time,
        order_key,
        name,
        player_id,
        platform,
        version,
        country,
        currency,
        value,
        CASE WHEN name = 'purchase' THEN nullIf(toString(props.kind), '') END AS detail,
        CASE WHEN name = 'purchase' THEN nullIf(toString(props.transaction_id), '') END AS transaction_id,
        CASE WHEN name = 'purchase' THEN nullIf(toString(props.validated), '') END AS validated
      FROM (
        SELECT
          game_id,
          env,
          name,
          time,
          received_at,
          time AS slot,
          player_id,
          session_id,
          device_id,
          match_id,
          mono_ms,
          seq,
          value,
          props AS props,
          level,
          map_id,
          x,
          y,
          z,
          os,
          source AS protocol,
          COALESCE(platform, '') AS platform,
          COALESCE(version, '') AS version,
          COALESCE(country, '') AS country,
          COALESCE(currency, '') AS currency,
          CAST(name IN ('push_received', 'server_grant', 'crash_upload') AS Nullable(Bool)) AS is_passive,
          CAST(NOT (
            player_id IS NULL
          )
          AND NOT (
            name IN ('push_received', 'server_grant', 'crash_upload')
          ) AS Nullable(Bool)) AS is_active,
          CAST((
            ASCII(player_id) + 37 * ASCII(SUBSTRING(player_id, 3)) + 11 * ASCII(SUBSTRING(player_id, -1)) + 29 * ASCII(SUBSTRING(player_id, -2)) + 17 * ASCII(SUBSTRING(player_id, -3)) + 41 * ASCII(SUBSTRING(player_id, -4)) + 23 * ASCII(SUBSTRING(player_id, -5)) + 5 * ASCII(SUBSTRING(player_id, -6))
          ) % 63 AS Nullable(Int8)) AS player_bit,
          CASE
            WHEN toInt64(CHAR_LENGTH(session_id)) >= 16
            THEN ''
            ELSE COALESCE(player_id, device_id, '')
          END AS owner,
          CAST(toUnixTimestamp64Micro(time) AS Nullable(Int128)) * toInt128('590295810358705651712') + CAST(GREATEST(toInt32(0), LEAST(COALESCE(seq, toInt32(0)), toInt32(32767))) AS Nullable(Int128)) * 18014398509481984 + CAST(journal_offset AS Nullable(Int128)) * 16384 + position AS order_key
        FROM playtrace.events
        WHERE
          game_id = 'arena' AND env = 'prod'
      ) AS source
      WHERE
        name IN ('purchase', 'ad_impression')
    ) AS said
  ) AS payment
  WHERE
    time >= CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC'))
    AND time < CAST('2026-03-03 00:00:00' AS DateTime64(6, 'UTC'))
    AND (
      time < CAST('2026-03-02 00:00:00' AS DateTime64(6, 'UTC'))
      OR time >= CAST('2026-03-02 00:00:00' AS DateTime64(6, 'UTC'))
    )
    AND has(CAST(['windows'] AS Array(Nullable(String))), platform)
), orders AS (
  SELECT
    time,
    order_key,
    transaction_id,
    detail,
    is_validated
  FROM (
    SELECT
      game_id,
      env,
      time,
      order_key,
      name,
      player_id,
      platform,
      version,
      country,
      currency,
      COALESCE(accurateCastOrNull(ROUND(value * 1e6), 'Nullable(Int64)'), toInt32(0)) AS micros,
      COALESCE(
        CASE
          WHEN NOT (
            SUBSTRING(detail, 1, 1) IN ('{', '[')
          )
          THEN SUBSTRING(detail, 1, 256)
        END,
        ''
      ) AS detail,
      nullIf(
        CASE
          WHEN NOT (
            SUBSTRING(transaction_id, 1, 1) IN ('{', '[')
          )
          THEN SUBSTRING(transaction_id, 1, 256)
        END,
        ''
      ) AS transaction_id,
      COALESCE(validated <> 'false', TRUE) AS is_validated
    FROM (
      SELECT
        game_id,
        env,
        time,
        order_key,
        name,
        player_id,
        platform,
        version,
        country,
        currency,
        value,
        CASE WHEN name = 'purchase' THEN nullIf(toString(props.kind), '') END AS detail,
        CASE WHEN name = 'purchase' THEN nullIf(toString(props.transaction_id), '') END AS transaction_id,
        CASE WHEN name = 'purchase' THEN nullIf(toString(props.validated), '') END AS validated
      FROM (
        SELECT
          game_id,
          env,
          name,
          time,
          received_at,
          time AS slot,
          player_id,
          session_id,
          device_id,
          match_id,
          mono_ms,
          seq,
          value,
          props AS props,
          level,
          map_id,
          x,
          y,
          z,
          os,
          source AS protocol,
          COALESCE(platform, '') AS platform,
          COALESCE(version, '') AS version,
          COALESCE(country, '') AS country,
          COALESCE(currency, '') AS currency,
          CAST(name IN ('push_received', 'server_grant', 'crash_upload') AS Nullable(Bool)) AS is_passive,
          CAST(NOT (
            player_id IS NULL
          )
          AND NOT (
            name IN ('push_received', 'server_grant', 'crash_upload')
          ) AS Nullable(Bool)) AS is_active,
          CAST((
            ASCII(player_id) + 37 * ASCII(SUBSTRING(player_id, 3)) + 11 * ASCII(SUBSTRING(player_id, -1)) + 29 * ASCII(SUBSTRING(player_id, -2)) + 17 * ASCII(SUBSTRING(player_id, -3)) + 41 * ASCII(SUBSTRING(player_id, -4)) + 23 * ASCII(SUBSTRING(player_id, -5)) + 5 * ASCII(SUBSTRING(player_id, -6))
          ) % 63 AS Nullable(Int8)) AS player_bit,
          CASE
            WHEN toInt64(CHAR_LENGTH(session_id)) >= 16
            THEN ''
            ELSE COALESCE(player_id, device_id, '')
          END AS owner,
          CAST(toUnixTimestamp64Micro(time) AS Nullable(Int128)) * toInt128('590295810358705651712') + CAST(GREATEST(toInt32(0), LEAST(COALESCE(seq, toInt32(0)), toInt32(32767))) AS Nullable(Int128)) * 18014398509481984 + CAST(journal_offset AS Nullable(Int128)) * 16384 + position AS order_key
        FROM playtrace.events
        WHERE
          game_id = 'arena' AND env = 'prod'
      ) AS source
      WHERE
        name IN ('purchase', 'ad_impression')
    ) AS said
  ) AS payment
  WHERE
    name = 'purchase' AND NOT (
      transaction_id IS NULL
    ) AND micros > 0
), first_orders AS (
  SELECT
    transaction_id,
    argMin(detail, order_key) AS detail,
    MIN(CASE WHEN is_validated OR CAST(FALSE AS Nullable(Bool)) THEN time END) AS counted_at,
    MIN(CASE WHEN is_validated OR CAST(FALSE AS Nullable(Bool)) THEN order_key END) AS counted_key
  FROM orders
  GROUP BY
    transaction_id
), counted AS (
  SELECT
    bucket,
    split,
    time,
    order_key,
    name,
    player_id,
    micros,
    COALESCE(nullIf(payments.detail, ''), first_orders.detail, '') AS detail,
    COALESCE(nullIf(currency, ''), 'USD') AS paid_in,
    CAST(CASE WHEN micros < 0 THEN COALESCE(counted_at, time) ELSE time END AS Date32) AS rate_day
  FROM payments
  LEFT JOIN first_orders
    ON payments.transaction_id = first_orders.transaction_id
  WHERE
    (
      (
        name = 'purchase' AND (
          is_validated OR CAST(FALSE AS Nullable(Bool))
        )
      )
      OR (
        name = 'ad_impression' AND CAST(FALSE AS Nullable(Bool))
      )
    )
    AND micros <> 0
    AND (
      first_orders.transaction_id IS NULL
      OR (
        micros > 0 AND order_key = counted_key
      )
      OR (
        micros < 0 AND NOT (
          counted_key IS NULL
        )
      )
    )
), paid AS (
  SELECT
    bucket,
    split,
    time,
    name,
    player_id,
    paid_in,
    micros,
    CASE WHEN name = 'ad_impression' THEN 'ad' WHEN detail = '' THEN 'iap' ELSE detail END AS kind,
    CASE
      WHEN paid_in = 'USD' AND micros BETWEEN -100000000000000000 AND 100000000000000000
      THEN CAST(micros AS Nullable(Int128)) * CAST(1000000000000 AS Nullable(Int128))
      WHEN micros BETWEEN -micros_max AND micros_max
      THEN CAST(micros AS Nullable(Int128)) * CAST(rate AS Nullable(Int128))
    END AS amount
  FROM counted
  LEFT JOIN rates
    ON paid_in = rates.currency AND rate_day = rates.day
), spending AS (
  SELECT
    player_id,
    MAX(CASE WHEN micros > 0 THEN bucket END) AS last_day,
    SUM(CASE WHEN micros > 0 THEN toInt32(1) ELSE toInt32(0) END) AS orders,
    SUM(
      CASE
        WHEN micros > 0 AND NOT (
          amount IS NULL
        )
        THEN toInt32(1)
        ELSE toInt32(0)
      END
    ) AS converted_orders,
    COALESCE(SUM(amount), toInt32(0)) AS net
  FROM paid
  WHERE
    NOT (
      player_id IS NULL
    )
  GROUP BY
    player_id
), ranked AS (
  SELECT
    net,
    toInt64(COUNT(*) OVER ()) AS payers,
    toInt64(RANK() OVER (ORDER BY net DESC)) AS net_rank,
    toInt64(RANK() OVER (ORDER BY last_day DESC)) AS recency_rank,
    toInt64(RANK() OVER (ORDER BY orders DESC)) AS frequency_rank
  FROM spending
  WHERE
    converted_orders > 0
), scored AS (
  SELECT
    net,
    CASE
      WHEN 'rank' = 'money' AND net >= CAST(NULL AS Nullable(Int128))
      THEN 'whales'
      WHEN 'rank' = 'money' AND net >= CAST(NULL AS Nullable(Int128))
      THEN 'dolphins'
      WHEN 'rank' = 'money'
      THEN 'minnows'
      WHEN net_rank <= GREATEST(toInt32(1), CAST(payers / 100 AS Nullable(Int64)))
      THEN 'whales'
      WHEN net_rank <= CAST(payers / 10 AS Nullable(Int64))
      THEN 'dolphins'
      ELSE 'minnows'
    END AS tier,
    CASE
      WHEN payers = 1
      THEN toInt32(5)
      ELSE LEAST(
        toInt32(5),
        1 + CAST(5 * (
          payers - recency_rank
        ) / (
          payers - 1
        ) AS Nullable(Int64))
      )
    END AS recency,
    CASE
      WHEN payers = 1
      THEN toInt32(5)
      ELSE LEAST(
        toInt32(5),
        1 + CAST(5 * (
          payers - frequency_rank
        ) / (
          payers - 1
        ) AS Nullable(Int64))
      )
    END AS frequency,
    CASE
      WHEN payers = 1
      THEN toInt32(5)
      ELSE LEAST(
        toInt32(5),
        1 + CAST(5 * (
          payers - net_rank
        ) / (
          payers - 1
        ) AS Nullable(Int64))
      )
    END AS monetary
  FROM ranked
)
SELECT
  'groups' AS list,
  tier AS key,
  toInt32(0) AS recency,
  toInt32(0) AS frequency,
  toInt32(0) AS monetary,
  toInt64(COUNT(*)) AS players,
  CAST(SUM(net) AS Nullable(Int128)) AS net,
  CAST(MIN(net) AS Nullable(Int128)) AS least,
  CAST(MAX(net) AS Nullable(Int128)) AS most
FROM scored
GROUP BY
  tier
UNION ALL
SELECT
  'rfm' AS list,
  '' AS key,
  recency,
  frequency,
  monetary,
  toInt64(COUNT(*)) AS players,
  CAST(SUM(net) AS Nullable(Int128)) AS net,
  NULL AS least,
  NULL AS most
FROM scored
GROUP BY
  recency,
  frequency,
  monetary
UNION ALL
SELECT
  'groups' AS list,
  'unconverted' AS key,
  toInt32(0) AS recency,
  toInt32(0) AS frequency,
  toInt32(0) AS monetary,
  toInt64(COUNT(*)) AS players,
  NULL AS net,
  NULL AS least,
  NULL AS most
FROM spending
WHERE
  orders > 0 AND converted_orders = 0
UNION ALL
SELECT
  'groups' AS list,
  'non_payers' AS key,
  toInt32(0) AS recency,
  toInt32(0) AS frequency,
  toInt32(0) AS monetary,
  toInt64(COUNT(DISTINCT active.player_id)) AS players,
  NULL AS net,
  NULL AS least,
  NULL AS most
FROM active
LEFT JOIN spending
  ON active.player_id = spending.player_id
WHERE
  spending.player_id IS NULL OR spending.orders = 0
UNION ALL
SELECT
  'given_back' AS list,
  '' AS key,
  toInt32(0) AS recency,
  toInt32(0) AS frequency,
  toInt32(0) AS monetary,
  toInt32(0) AS players,
  CAST(SUM(net) AS Nullable(Int128)) AS net,
  NULL AS least,
  NULL AS most
FROM spending
WHERE
  orders = 0
UNION ALL
SELECT
  'unknown_players' AS list,
  '' AS key,
  toInt32(0) AS recency,
  toInt32(0) AS frequency,
  toInt32(0) AS monetary,
  toInt32(0) AS players,
  CAST(SUM(amount) AS Nullable(Int128)) AS net,
  NULL AS least,
  NULL AS most
FROM paid
WHERE
  player_id IS NULL
UNION ALL
SELECT
  'unconverted' AS list,
  paid_in AS key,
  toInt32(0) AS recency,
  toInt32(0) AS frequency,
  toInt32(0) AS monetary,
  toInt64(COUNT(*)) AS players,
  NULL AS net,
  NULL AS least,
  NULL AS most
FROM paid
WHERE
  amount IS NULL
GROUP BY
  paid_in;
