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
    FROM main_payments
    WHERE
      game_id = 'arena' AND env = 'prod'
  ) AS payment
)
SELECT
  COALESCE(NULLIF(currency, ''), 'USD') AS currency,
  MIN(time) AS first_at,
  MAX(time) AS last_at
FROM all_payments
GROUP BY
  COALESCE(NULLIF(currency, ''), 'USD')
ORDER BY
  COUNT(*) DESC,
  currency NULLS LAST
LIMIT 300;

WITH calendar AS (
  SELECT
    *
  FROM (
    SELECT
      INLINE(
        ARRAYS_ZIP(
          CAST(ARRAY(0, 1) AS ARRAY<BIGINT>),
          CAST(ARRAY(CAST('2026-03-01' AS DATE), CAST('2026-03-02' AS DATE)) AS ARRAY<DATE>),
          CAST(ARRAY(281474976710655, 281474976710655) AS ARRAY<BIGINT>),
          CAST(ARRAY(281474976710655, 281474976710655) AS ARRAY<BIGINT>)
        )
      )
  ) AS listed(bucket, day, am, pm)
), rates AS (
  SELECT
    *
  FROM (
    SELECT
      INLINE(
        ARRAYS_ZIP(
          CAST(ARRAY() AS ARRAY<STRING>),
          CAST(ARRAY() AS ARRAY<DATE>),
          CAST(ARRAY() AS ARRAY<BIGINT>),
          CAST(ARRAY() AS ARRAY<BIGINT>)
        )
      )
  ) AS listed(currency, day, rate, micros_max)
), active AS (
  SELECT
    calendar.bucket,
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
    FROM main_player_days
    WHERE
      game_id = 'arena' AND env = 'prod'
  ) AS player_days
  JOIN calendar
    ON player_days.day = calendar.day
  WHERE
    player_days.day >= CAST('2026-03-01' AS DATE)
    AND player_days.day <= CAST('2026-03-02' AS DATE)
    AND (
      (
        slots_am & am
      ) <> 0 OR (
        slots_pm & pm
      ) <> 0
    )
    AND ARRAY_CONTAINS(CAST(ARRAY('windows') AS ARRAY<STRING>), platform)
), payments AS (
  SELECT
    CASE
      WHEN time < CAST('2026-03-02 00:00:00' AS TIMESTAMP_NTZ)
      THEN CAST(0 AS BIGINT)
      ELSE CAST(1 AS BIGINT)
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
    FROM main_payments
    WHERE
      game_id = 'arena' AND env = 'prod'
  ) AS payment
  WHERE
    time >= CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
    AND time < CAST('2026-03-03 00:00:00' AS TIMESTAMP_NTZ)
    AND (
      time < CAST('2026-03-02 00:00:00' AS TIMESTAMP_NTZ)
      OR time >= CAST('2026-03-02 00:00:00' AS TIMESTAMP_NTZ)
    )
    AND ARRAY_CONTAINS(CAST(ARRAY('windows') AS ARRAY<STRING>), platform)
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
    FROM main_payments
    WHERE
      game_id = 'arena' AND env = 'prod'
  ) AS payment
  WHERE
    name = 'purchase' AND NOT transaction_id IS NULL AND micros > 0
), first_orders AS (
  SELECT
    transaction_id,
    MIN_BY(detail, CASE WHEN NOT detail IS NULL THEN order_key END) AS detail,
    MIN(CASE WHEN is_validated OR CAST(FALSE AS BOOLEAN) THEN time END) AS counted_at,
    MIN(CASE WHEN is_validated OR CAST(FALSE AS BOOLEAN) THEN order_key END) AS counted_key
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
    COALESCE(NULLIF(payments.detail, ''), first_orders.detail, '') AS detail,
    COALESCE(NULLIF(currency, ''), 'USD') AS paid_in,
    CAST(CASE WHEN micros < 0 THEN COALESCE(counted_at, time) ELSE time END AS DATE) AS rate_day
  FROM payments
  LEFT JOIN first_orders
    ON payments.transaction_id = first_orders.transaction_id
  WHERE
    (
      (
        name = 'purchase' AND (
          is_validated OR CAST(FALSE AS BOOLEAN)
        )
      )
      OR (
        name = 'ad_impression' AND CAST(FALSE AS BOOLEAN)
      )
    )
    AND micros <> 0
    AND (
      first_orders.transaction_id IS NULL
      OR (
        micros > 0 AND order_key = counted_key
      )
      OR (
        micros < 0 AND NOT counted_key IS NULL
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
      THEN CAST(micros AS DECIMAL(38, 0)) * CAST(1000000000000 AS DECIMAL(38, 0))
      WHEN micros BETWEEN -micros_max AND micros_max
      THEN CAST(micros AS DECIMAL(38, 0)) * CAST(rate AS DECIMAL(38, 0))
    END AS amount
  FROM counted
  LEFT JOIN rates
    ON paid_in = rates.currency AND rate_day = rates.day
), spending AS (
  SELECT
    player_id,
    MAX(CASE WHEN micros > 0 THEN bucket END) AS last_day,
    SUM(CASE WHEN micros > 0 THEN 1 ELSE 0 END) AS orders,
    SUM(CASE WHEN micros > 0 AND NOT amount IS NULL THEN 1 ELSE 0 END) AS converted_orders,
    COALESCE(SUM(amount), 0) AS net
  FROM paid
  WHERE
    NOT player_id IS NULL
  GROUP BY
    player_id
), ranked AS (
  SELECT
    net,
    COUNT(*) OVER () AS payers,
    RANK() OVER (ORDER BY net DESC) AS net_rank,
    RANK() OVER (ORDER BY last_day DESC) AS recency_rank,
    RANK() OVER (ORDER BY orders DESC) AS frequency_rank
  FROM spending
  WHERE
    converted_orders > 0
), scored AS (
  SELECT
    net,
    CASE
      WHEN 'rank' = 'money' AND net >= CAST(NULL AS DECIMAL(38, 0))
      THEN 'whales'
      WHEN 'rank' = 'money' AND net >= CAST(NULL AS DECIMAL(38, 0))
      THEN 'dolphins'
      WHEN 'rank' = 'money'
      THEN 'minnows'
      WHEN net_rank <= GREATEST(1, payers DIV 100)
      THEN 'whales'
      WHEN net_rank <= payers DIV 10
      THEN 'dolphins'
      ELSE 'minnows'
    END AS tier,
    CASE
      WHEN payers = 1
      THEN 5
      ELSE LEAST(5, 1 + 5 * (
        payers - recency_rank
      ) DIV (
        payers - 1
      ))
    END AS recency,
    CASE
      WHEN payers = 1
      THEN 5
      ELSE LEAST(5, 1 + 5 * (
        payers - frequency_rank
      ) DIV (
        payers - 1
      ))
    END AS frequency,
    CASE
      WHEN payers = 1
      THEN 5
      ELSE LEAST(5, 1 + 5 * (
        payers - net_rank
      ) DIV (
        payers - 1
      ))
    END AS monetary
  FROM ranked
)
SELECT
  'groups' AS list,
  tier AS key,
  0 AS recency,
  0 AS frequency,
  0 AS monetary,
  COUNT(*) AS players,
  CAST(SUM(net) AS DECIMAL(38, 0)) AS net,
  CAST(MIN(net) AS DECIMAL(38, 0)) AS least,
  CAST(MAX(net) AS DECIMAL(38, 0)) AS most
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
  COUNT(*) AS players,
  CAST(SUM(net) AS DECIMAL(38, 0)) AS net,
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
  0 AS recency,
  0 AS frequency,
  0 AS monetary,
  COUNT(*) AS players,
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
  0 AS recency,
  0 AS frequency,
  0 AS monetary,
  COUNT(DISTINCT active.player_id) AS players,
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
  0 AS recency,
  0 AS frequency,
  0 AS monetary,
  0 AS players,
  CAST(SUM(net) AS DECIMAL(38, 0)) AS net,
  NULL AS least,
  NULL AS most
FROM spending
WHERE
  orders = 0
UNION ALL
SELECT
  'unknown_players' AS list,
  '' AS key,
  0 AS recency,
  0 AS frequency,
  0 AS monetary,
  0 AS players,
  CAST(SUM(amount) AS DECIMAL(38, 0)) AS net,
  NULL AS least,
  NULL AS most
FROM paid
WHERE
  player_id IS NULL
UNION ALL
SELECT
  'unconverted' AS list,
  paid_in AS key,
  0 AS recency,
  0 AS frequency,
  0 AS monetary,
  COUNT(*) AS players,
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
    *
  FROM (
    SELECT
      INLINE(
        ARRAYS_ZIP(
          CAST(ARRAY() AS ARRAY<STRING>),
          CAST(ARRAY() AS ARRAY<DATE>),
          CAST(ARRAY() AS ARRAY<BIGINT>),
          CAST(ARRAY() AS ARRAY<BIGINT>)
        )
      )
  ) AS listed(currency, day, rate, micros_max)
), active AS (
  SELECT
    CASE
      WHEN time < CAST('2026-03-02 00:00:00' AS TIMESTAMP_NTZ)
      THEN CAST(0 AS BIGINT)
      ELSE CAST(1 AS BIGINT)
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
      name IN ('push_received', 'server_grant', 'crash_upload') AS is_passive,
      NOT player_id IS NULL
      AND NOT name IN ('push_received', 'server_grant', 'crash_upload') AS is_active,
      CAST((
        ASCII(player_id) + 37 * ASCII(SUBSTRING(player_id, 3)) + 11 * ASCII(SUBSTRING(player_id, -1)) + 29 * ASCII(SUBSTRING(player_id, -2)) + 17 * ASCII(SUBSTRING(player_id, -3)) + 41 * ASCII(SUBSTRING(player_id, -4)) + 23 * ASCII(SUBSTRING(player_id, -5)) + 5 * ASCII(SUBSTRING(player_id, -6))
      ) % 63 AS TINYINT) AS player_bit,
      CASE
        WHEN LENGTH(session_id) >= 16
        THEN ''
        ELSE COALESCE(player_id, device_id, '')
      END AS owner,
      CAST(UNIX_MICROS(CAST(time AS TIMESTAMP)) AS DECIMAL(38, 0)) * 590295810358705651712 + CAST(GREATEST(0, LEAST(COALESCE(seq, 0), 32767)) AS DECIMAL(38, 0)) * 18014398509481984 + CAST(journal_offset AS DECIMAL(38, 0)) * 16384 + position AS order_key
    FROM main_events
    WHERE
      game_id = 'arena' AND env = 'prod'
  ) AS source
  WHERE
    time >= CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
    AND time < CAST('2026-03-03 00:00:00' AS TIMESTAMP_NTZ)
    AND (
      time < CAST('2026-03-02 00:00:00' AS TIMESTAMP_NTZ)
      OR time >= CAST('2026-03-02 00:00:00' AS TIMESTAMP_NTZ)
    )
    AND is_active
    AND ARRAY_CONTAINS(CAST(ARRAY('windows') AS ARRAY<STRING>), platform)
), payments AS (
  SELECT
    CASE
      WHEN time < CAST('2026-03-02 00:00:00' AS TIMESTAMP_NTZ)
      THEN CAST(0 AS BIGINT)
      ELSE CAST(1 AS BIGINT)
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
      COALESCE(TRY_CAST(ROUND(value * 1e6) AS BIGINT), 0) AS micros,
      COALESCE(
        CASE
          WHEN NOT SUBSTRING(detail, 1, 1) IN ('{', '[')
          THEN SUBSTRING(detail, 1, 256)
        END,
        ''
      ) AS detail,
      NULLIF(
        CASE
          WHEN NOT SUBSTRING(transaction_id, 1, 1) IN ('{', '[')
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
        CASE WHEN name = 'purchase' THEN GET_JSON_OBJECT(props, '$.kind') END AS detail,
        CASE WHEN name = 'purchase' THEN GET_JSON_OBJECT(props, '$.transaction_id') END AS transaction_id,
        CASE WHEN name = 'purchase' THEN GET_JSON_OBJECT(props, '$.validated') END AS validated
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
          name IN ('push_received', 'server_grant', 'crash_upload') AS is_passive,
          NOT player_id IS NULL
          AND NOT name IN ('push_received', 'server_grant', 'crash_upload') AS is_active,
          CAST((
            ASCII(player_id) + 37 * ASCII(SUBSTRING(player_id, 3)) + 11 * ASCII(SUBSTRING(player_id, -1)) + 29 * ASCII(SUBSTRING(player_id, -2)) + 17 * ASCII(SUBSTRING(player_id, -3)) + 41 * ASCII(SUBSTRING(player_id, -4)) + 23 * ASCII(SUBSTRING(player_id, -5)) + 5 * ASCII(SUBSTRING(player_id, -6))
          ) % 63 AS TINYINT) AS player_bit,
          CASE
            WHEN LENGTH(session_id) >= 16
            THEN ''
            ELSE COALESCE(player_id, device_id, '')
          END AS owner,
          CAST(UNIX_MICROS(CAST(time AS TIMESTAMP)) AS DECIMAL(38, 0)) * 590295810358705651712 + CAST(GREATEST(0, LEAST(COALESCE(seq, 0), 32767)) AS DECIMAL(38, 0)) * 18014398509481984 + CAST(journal_offset AS DECIMAL(38, 0)) * 16384 + position AS order_key
        FROM main_events
        WHERE
          game_id = 'arena' AND env = 'prod'
      ) AS source
      WHERE
        name IN ('purchase', 'ad_impression')
    ) AS said
  ) AS payment
  WHERE
    time >= CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
    AND time < CAST('2026-03-03 00:00:00' AS TIMESTAMP_NTZ)
    AND (
      time < CAST('2026-03-02 00:00:00' AS TIMESTAMP_NTZ)
      OR time >= CAST('2026-03-02 00:00:00' AS TIMESTAMP_NTZ)
    )
    AND ARRAY_CONTAINS(CAST(ARRAY('windows') AS ARRAY<STRING>), platform)
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
      COALESCE(TRY_CAST(ROUND(value * 1e6) AS BIGINT), 0) AS micros,
      COALESCE(
        CASE
          WHEN NOT SUBSTRING(detail, 1, 1) IN ('{', '[')
          THEN SUBSTRING(detail, 1, 256)
        END,
        ''
      ) AS detail,
      NULLIF(
        CASE
          WHEN NOT SUBSTRING(transaction_id, 1, 1) IN ('{', '[')
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
        CASE WHEN name = 'purchase' THEN GET_JSON_OBJECT(props, '$.kind') END AS detail,
        CASE WHEN name = 'purchase' THEN GET_JSON_OBJECT(props, '$.transaction_id') END AS transaction_id,
        CASE WHEN name = 'purchase' THEN GET_JSON_OBJECT(props, '$.validated') END AS validated
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
          name IN ('push_received', 'server_grant', 'crash_upload') AS is_passive,
          NOT player_id IS NULL
          AND NOT name IN ('push_received', 'server_grant', 'crash_upload') AS is_active,
          CAST((
            ASCII(player_id) + 37 * ASCII(SUBSTRING(player_id, 3)) + 11 * ASCII(SUBSTRING(player_id, -1)) + 29 * ASCII(SUBSTRING(player_id, -2)) + 17 * ASCII(SUBSTRING(player_id, -3)) + 41 * ASCII(SUBSTRING(player_id, -4)) + 23 * ASCII(SUBSTRING(player_id, -5)) + 5 * ASCII(SUBSTRING(player_id, -6))
          ) % 63 AS TINYINT) AS player_bit,
          CASE
            WHEN LENGTH(session_id) >= 16
            THEN ''
            ELSE COALESCE(player_id, device_id, '')
          END AS owner,
          CAST(UNIX_MICROS(CAST(time AS TIMESTAMP)) AS DECIMAL(38, 0)) * 590295810358705651712 + CAST(GREATEST(0, LEAST(COALESCE(seq, 0), 32767)) AS DECIMAL(38, 0)) * 18014398509481984 + CAST(journal_offset AS DECIMAL(38, 0)) * 16384 + position AS order_key
        FROM main_events
        WHERE
          game_id = 'arena' AND env = 'prod'
      ) AS source
      WHERE
        name IN ('purchase', 'ad_impression')
    ) AS said
  ) AS payment
  WHERE
    name = 'purchase' AND NOT transaction_id IS NULL AND micros > 0
), first_orders AS (
  SELECT
    transaction_id,
    MIN_BY(detail, CASE WHEN NOT detail IS NULL THEN order_key END) AS detail,
    MIN(CASE WHEN is_validated OR CAST(FALSE AS BOOLEAN) THEN time END) AS counted_at,
    MIN(CASE WHEN is_validated OR CAST(FALSE AS BOOLEAN) THEN order_key END) AS counted_key
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
    COALESCE(NULLIF(payments.detail, ''), first_orders.detail, '') AS detail,
    COALESCE(NULLIF(currency, ''), 'USD') AS paid_in,
    CAST(CASE WHEN micros < 0 THEN COALESCE(counted_at, time) ELSE time END AS DATE) AS rate_day
  FROM payments
  LEFT JOIN first_orders
    ON payments.transaction_id = first_orders.transaction_id
  WHERE
    (
      (
        name = 'purchase' AND (
          is_validated OR CAST(FALSE AS BOOLEAN)
        )
      )
      OR (
        name = 'ad_impression' AND CAST(FALSE AS BOOLEAN)
      )
    )
    AND micros <> 0
    AND (
      first_orders.transaction_id IS NULL
      OR (
        micros > 0 AND order_key = counted_key
      )
      OR (
        micros < 0 AND NOT counted_key IS NULL
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
      THEN CAST(micros AS DECIMAL(38, 0)) * CAST(1000000000000 AS DECIMAL(38, 0))
      WHEN micros BETWEEN -micros_max AND micros_max
      THEN CAST(micros AS DECIMAL(38, 0)) * CAST(rate AS DECIMAL(38, 0))
    END AS amount
  FROM counted
  LEFT JOIN rates
    ON paid_in = rates.currency AND rate_day = rates.day
), spending AS (
  SELECT
    player_id,
    MAX(CASE WHEN micros > 0 THEN bucket END) AS last_day,
    SUM(CASE WHEN micros > 0 THEN 1 ELSE 0 END) AS orders,
    SUM(CASE WHEN micros > 0 AND NOT amount IS NULL THEN 1 ELSE 0 END) AS converted_orders,
    COALESCE(SUM(amount), 0) AS net
  FROM paid
  WHERE
    NOT player_id IS NULL
  GROUP BY
    player_id
), ranked AS (
  SELECT
    net,
    COUNT(*) OVER () AS payers,
    RANK() OVER (ORDER BY net DESC) AS net_rank,
    RANK() OVER (ORDER BY last_day DESC) AS recency_rank,
    RANK() OVER (ORDER BY orders DESC) AS frequency_rank
  FROM spending
  WHERE
    converted_orders > 0
), scored AS (
  SELECT
    net,
    CASE
      WHEN 'rank' = 'money' AND net >= CAST(NULL AS DECIMAL(38, 0))
      THEN 'whales'
      WHEN 'rank' = 'money' AND net >= CAST(NULL AS DECIMAL(38, 0))
      THEN 'dolphins'
      WHEN 'rank' = 'money'
      THEN 'minnows'
      WHEN net_rank <= GREATEST(1, payers DIV 100)
      THEN 'whales'
      WHEN net_rank <= payers DIV 10
      THEN 'dolphins'
      ELSE 'minnows'
    END AS tier,
    CASE
      WHEN payers = 1
      THEN 5
      ELSE LEAST(5, 1 + 5 * (
        payers - recency_rank
      ) DIV (
        payers - 1
      ))
    END AS recency,
    CASE
      WHEN payers = 1
      THEN 5
      ELSE LEAST(5, 1 + 5 * (
        payers - frequency_rank
      ) DIV (
        payers - 1
      ))
    END AS frequency,
    CASE
      WHEN payers = 1
      THEN 5
      ELSE LEAST(5, 1 + 5 * (
        payers - net_rank
      ) DIV (
        payers - 1
      ))
    END AS monetary
  FROM ranked
)
SELECT
  'groups' AS list,
  tier AS key,
  0 AS recency,
  0 AS frequency,
  0 AS monetary,
  COUNT(*) AS players,
  CAST(SUM(net) AS DECIMAL(38, 0)) AS net,
  CAST(MIN(net) AS DECIMAL(38, 0)) AS least,
  CAST(MAX(net) AS DECIMAL(38, 0)) AS most
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
  COUNT(*) AS players,
  CAST(SUM(net) AS DECIMAL(38, 0)) AS net,
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
  0 AS recency,
  0 AS frequency,
  0 AS monetary,
  COUNT(*) AS players,
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
  0 AS recency,
  0 AS frequency,
  0 AS monetary,
  COUNT(DISTINCT active.player_id) AS players,
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
  0 AS recency,
  0 AS frequency,
  0 AS monetary,
  0 AS players,
  CAST(SUM(net) AS DECIMAL(38, 0)) AS net,
  NULL AS least,
  NULL AS most
FROM spending
WHERE
  orders = 0
UNION ALL
SELECT
  'unknown_players' AS list,
  '' AS key,
  0 AS recency,
  0 AS frequency,
  0 AS monetary,
  0 AS players,
  CAST(SUM(amount) AS DECIMAL(38, 0)) AS net,
  NULL AS least,
  NULL AS most
FROM paid
WHERE
  player_id IS NULL
UNION ALL
SELECT
  'unconverted' AS list,
  paid_in AS key,
  0 AS recency,
  0 AS frequency,
  0 AS monetary,
  COUNT(*) AS players,
  NULL AS net,
  NULL AS least,
  NULL AS most
FROM paid
WHERE
  amount IS NULL
GROUP BY
  paid_in;
