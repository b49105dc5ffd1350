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
    FROM main.payments
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
  COUNT(*) DESC NULLS LAST,
  currency
LIMIT 300;

WITH rates AS (
  SELECT
    UNNEST(CAST(ARRAY[] AS TEXT[])) AS currency,
    UNNEST(CAST(ARRAY[] AS DATE[])) AS day,
    UNNEST(CAST(ARRAY[] AS BIGINT[])) AS rate,
    UNNEST(CAST(ARRAY[] AS BIGINT[])) AS micros_max
), payments AS (
  SELECT
    CASE
      WHEN time < CAST('2026-03-02 00:00:00' AS TIMESTAMP)
      THEN CAST(0 AS BIGINT)
      ELSE CAST(1 AS BIGINT)
    END AS bucket,
    CASE WHEN platform <> 'unknown' THEN platform ELSE '' END AS split,
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
    FROM main.payments
    WHERE
      game_id = 'arena' AND env = 'prod'
  ) AS payment
  WHERE
    time >= CAST('2026-03-01 00:00:00' AS TIMESTAMP)
    AND time < CAST('2026-03-03 00:00:00' AS TIMESTAMP)
    AND (
      time < CAST('2026-03-02 00:00:00' AS TIMESTAMP)
      OR time >= CAST('2026-03-02 00:00:00' AS TIMESTAMP)
    )
    AND platform = ANY(CAST(ARRAY['windows'] AS TEXT[]))
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
    FROM main.payments
    WHERE
      game_id = 'arena' AND env = 'prod'
  ) AS payment
  WHERE
    name = 'purchase' AND NOT transaction_id IS NULL AND micros > 0
), first_orders AS (
  SELECT
    transaction_id,
    (
      ARRAY_AGG(detail ORDER BY order_key ASC) FILTER(WHERE
        detail IS NOT NULL)
    )[1] AS detail,
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
        name = 'ad_impression' AND CAST(TRUE AS BOOLEAN)
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
      THEN CAST(micros AS DECIMAL(39, 0)) * CAST(1000000000000 AS DECIMAL(39, 0))
      WHEN micros BETWEEN -micros_max AND micros_max
      THEN CAST(micros AS DECIMAL(39, 0)) * CAST(rate AS DECIMAL(39, 0))
    END AS amount
  FROM counted
  LEFT JOIN rates
    ON paid_in = rates.currency AND rate_day = rates.day
), sums AS (
  SELECT
    bucket,
    split,
    kind,
    paid_in,
    SUM(CASE WHEN micros > 0 THEN 1 ELSE 0 END) AS payments,
    SUM(CASE WHEN micros < 0 THEN 1 ELSE 0 END) AS refunds,
    SUM(CASE WHEN amount IS NULL THEN 1 ELSE 0 END) AS unconverted,
    COALESCE(SUM(CASE WHEN micros > 0 THEN amount END), 0) AS gross,
    COALESCE(SUM(CASE WHEN micros < 0 THEN -amount END), 0) AS refunded,
    SUM(CASE WHEN micros > 0 THEN CAST(micros AS DECIMAL(39, 0)) ELSE 0 END) AS own_gross,
    SUM(CASE WHEN micros < 0 THEN -CAST(micros AS DECIMAL(39, 0)) ELSE 0 END) AS own_refunded
  FROM paid
  GROUP BY
    bucket,
    split,
    kind,
    paid_in
), splits AS (
  SELECT
    split,
    ROW_NUMBER() OVER (ORDER BY SUM(gross - refunded) DESC NULLS LAST, split) AS rank
  FROM sums
  GROUP BY
    split
), kinds AS (
  SELECT
    kind,
    ROW_NUMBER() OVER (ORDER BY SUM(gross - refunded) DESC NULLS LAST, kind) AS rank
  FROM sums
  GROUP BY
    kind
), currencies AS (
  SELECT
    paid_in,
    ROW_NUMBER() OVER (ORDER BY SUM(payments + refunds) DESC NULLS LAST, paid_in) AS rank
  FROM sums
  GROUP BY
    paid_in
), listed AS (
  SELECT
    'series' AS list,
    bucket,
    CASE WHEN rank <= 10 THEN rank END AS rank,
    CASE WHEN rank <= 10 THEN sums.split END AS key,
    payments,
    refunds,
    unconverted,
    gross,
    refunded,
    own_gross,
    own_refunded
  FROM sums
  JOIN splits
    ON sums.split = splits.split
  UNION ALL
  SELECT
    'kinds' AS list,
    CAST(0 AS BIGINT) AS bucket,
    CASE WHEN rank <= 20 THEN rank END AS rank,
    CASE WHEN rank <= 20 THEN sums.kind END AS key,
    payments,
    refunds,
    unconverted,
    gross,
    refunded,
    own_gross,
    own_refunded
  FROM sums
  JOIN kinds
    ON sums.kind = kinds.kind
  UNION ALL
  SELECT
    'currencies' AS list,
    CAST(0 AS BIGINT) AS bucket,
    CASE WHEN rank <= 50 THEN rank END AS rank,
    CASE WHEN rank <= 50 THEN sums.paid_in END AS key,
    payments,
    refunds,
    unconverted,
    gross,
    refunded,
    own_gross,
    own_refunded
  FROM sums
  JOIN currencies
    ON sums.paid_in = currencies.paid_in
)
SELECT
  list,
  bucket,
  rank,
  key,
  SUM(payments) AS payments,
  SUM(refunds) AS refunds,
  SUM(unconverted) AS unconverted,
  SUM(gross) AS gross,
  SUM(refunded) AS refunded,
  SUM(own_gross) AS own_gross,
  SUM(own_refunded) AS own_refunded
FROM listed
GROUP BY
  list,
  bucket,
  rank,
  key;

WITH rates AS (
  SELECT
    UNNEST(CAST(ARRAY[] AS TEXT[])) AS currency,
    UNNEST(CAST(ARRAY[] AS DATE[])) AS day,
    UNNEST(CAST(ARRAY[] AS BIGINT[])) AS rate,
    UNNEST(CAST(ARRAY[] AS BIGINT[])) AS micros_max
), payments AS (
  SELECT
    CASE
      WHEN time < CAST('2026-03-02 00:00:00' AS TIMESTAMP)
      THEN CAST(0 AS BIGINT)
      ELSE CAST(1 AS BIGINT)
    END AS bucket,
    CASE WHEN platform <> 'unknown' THEN platform ELSE '' END AS split,
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
      COALESCE(CAST(TRY_BIGINT(ROUND(value * 1e6)) AS BIGINT), 0) AS micros,
      COALESCE(
        CASE
          WHEN NOT SUBSTRING(detail FROM 1 FOR 1) IN ('{', '[')
          THEN SUBSTRING(detail FROM 1 FOR 256)
        END,
        ''
      ) AS detail,
      NULLIF(
        CASE
          WHEN NOT SUBSTRING(transaction_id FROM 1 FOR 1) IN ('{', '[')
          THEN SUBSTRING(transaction_id FROM 1 FOR 256)
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
        CASE WHEN name = 'purchase' THEN CAST(props.kind AS TEXT) END AS detail,
        CASE WHEN name = 'purchase' THEN CAST(props.transaction_id AS TEXT) END AS transaction_id,
        CASE WHEN name = 'purchase' THEN CAST(props.validated AS TEXT) END AS validated
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
            ASCII(player_id) + 37 * ASCII(SUBSTRING(player_id FROM 3)) + 11 * ASCII(RIGHT(player_id, 1)) + 29 * ASCII(RIGHT(player_id, 2)) + 17 * ASCII(RIGHT(player_id, 3)) + 41 * ASCII(RIGHT(player_id, 4)) + 23 * ASCII(RIGHT(player_id, 5)) + 5 * ASCII(RIGHT(player_id, 6))
          ) % 63 AS SMALLINT) AS player_bit,
          CASE
            WHEN LENGTH(session_id) >= 16
            THEN ''
            ELSE COALESCE(player_id, device_id, '')
          END AS owner,
          CAST(CAST(EXTRACT(EPOCH FROM time) * 1000000 AS BIGINT) AS DECIMAL(39, 0)) * 590295810358705651712 + CAST(GREATEST(0, LEAST(COALESCE(seq, 0), 32767)) AS DECIMAL(39, 0)) * 18014398509481984 + CAST(journal_offset AS DECIMAL(39, 0)) * 16384 + position AS order_key
        FROM main.events
        WHERE
          game_id = 'arena' AND env = 'prod'
      ) AS source
      WHERE
        name IN ('purchase', 'ad_impression')
    ) AS said
  ) AS payment
  WHERE
    time >= CAST('2026-03-01 00:00:00' AS TIMESTAMP)
    AND time < CAST('2026-03-03 00:00:00' AS TIMESTAMP)
    AND (
      time < CAST('2026-03-02 00:00:00' AS TIMESTAMP)
      OR time >= CAST('2026-03-02 00:00:00' AS TIMESTAMP)
    )
    AND platform = ANY(CAST(ARRAY['windows'] AS TEXT[]))
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
      COALESCE(CAST(TRY_BIGINT(ROUND(value * 1e6)) AS BIGINT), 0) AS micros,
      COALESCE(
        CASE
          WHEN NOT SUBSTRING(detail FROM 1 FOR 1) IN ('{', '[')
          THEN SUBSTRING(detail FROM 1 FOR 256)
        END,
        ''
      ) AS detail,
      NULLIF(
        CASE
          WHEN NOT SUBSTRING(transaction_id FROM 1 FOR 1) IN ('{', '[')
          THEN SUBSTRING(transaction_id FROM 1 FOR 256)
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
        CASE WHEN name = 'purchase' THEN CAST(props.kind AS TEXT) END AS detail,
        CASE WHEN name = 'purchase' THEN CAST(props.transaction_id AS TEXT) END AS transaction_id,
        CASE WHEN name = 'purchase' THEN CAST(props.validated AS TEXT) END AS validated
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
            ASCII(player_id) + 37 * ASCII(SUBSTRING(player_id FROM 3)) + 11 * ASCII(RIGHT(player_id, 1)) + 29 * ASCII(RIGHT(player_id, 2)) + 17 * ASCII(RIGHT(player_id, 3)) + 41 * ASCII(RIGHT(player_id, 4)) + 23 * ASCII(RIGHT(player_id, 5)) + 5 * ASCII(RIGHT(player_id, 6))
          ) % 63 AS SMALLINT) AS player_bit,
          CASE
            WHEN LENGTH(session_id) >= 16
            THEN ''
            ELSE COALESCE(player_id, device_id, '')
          END AS owner,
          CAST(CAST(EXTRACT(EPOCH FROM time) * 1000000 AS BIGINT) AS DECIMAL(39, 0)) * 590295810358705651712 + CAST(GREATEST(0, LEAST(COALESCE(seq, 0), 32767)) AS DECIMAL(39, 0)) * 18014398509481984 + CAST(journal_offset AS DECIMAL(39, 0)) * 16384 + position AS order_key
        FROM main.events
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
    (
      ARRAY_AGG(detail ORDER BY order_key ASC) FILTER(WHERE
        detail IS NOT NULL)
    )[1] AS detail,
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
        name = 'ad_impression' AND CAST(TRUE AS BOOLEAN)
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
      THEN CAST(micros AS DECIMAL(39, 0)) * CAST(1000000000000 AS DECIMAL(39, 0))
      WHEN micros BETWEEN -micros_max AND micros_max
      THEN CAST(micros AS DECIMAL(39, 0)) * CAST(rate AS DECIMAL(39, 0))
    END AS amount
  FROM counted
  LEFT JOIN rates
    ON paid_in = rates.currency AND rate_day = rates.day
), sums AS (
  SELECT
    bucket,
    split,
    kind,
    paid_in,
    SUM(CASE WHEN micros > 0 THEN 1 ELSE 0 END) AS payments,
    SUM(CASE WHEN micros < 0 THEN 1 ELSE 0 END) AS refunds,
    SUM(CASE WHEN amount IS NULL THEN 1 ELSE 0 END) AS unconverted,
    COALESCE(SUM(CASE WHEN micros > 0 THEN amount END), 0) AS gross,
    COALESCE(SUM(CASE WHEN micros < 0 THEN -amount END), 0) AS refunded,
    SUM(CASE WHEN micros > 0 THEN CAST(micros AS DECIMAL(39, 0)) ELSE 0 END) AS own_gross,
    SUM(CASE WHEN micros < 0 THEN -CAST(micros AS DECIMAL(39, 0)) ELSE 0 END) AS own_refunded
  FROM paid
  GROUP BY
    bucket,
    split,
    kind,
    paid_in
), splits AS (
  SELECT
    split,
    ROW_NUMBER() OVER (ORDER BY SUM(gross - refunded) DESC NULLS LAST, split) AS rank
  FROM sums
  GROUP BY
    split
), kinds AS (
  SELECT
    kind,
    ROW_NUMBER() OVER (ORDER BY SUM(gross - refunded) DESC NULLS LAST, kind) AS rank
  FROM sums
  GROUP BY
    kind
), currencies AS (
  SELECT
    paid_in,
    ROW_NUMBER() OVER (ORDER BY SUM(payments + refunds) DESC NULLS LAST, paid_in) AS rank
  FROM sums
  GROUP BY
    paid_in
), listed AS (
  SELECT
    'series' AS list,
    bucket,
    CASE WHEN rank <= 10 THEN rank END AS rank,
    CASE WHEN rank <= 10 THEN sums.split END AS key,
    payments,
    refunds,
    unconverted,
    gross,
    refunded,
    own_gross,
    own_refunded
  FROM sums
  JOIN splits
    ON sums.split = splits.split
  UNION ALL
  SELECT
    'kinds' AS list,
    CAST(0 AS BIGINT) AS bucket,
    CASE WHEN rank <= 20 THEN rank END AS rank,
    CASE WHEN rank <= 20 THEN sums.kind END AS key,
    payments,
    refunds,
    unconverted,
    gross,
    refunded,
    own_gross,
    own_refunded
  FROM sums
  JOIN kinds
    ON sums.kind = kinds.kind
  UNION ALL
  SELECT
    'currencies' AS list,
    CAST(0 AS BIGINT) AS bucket,
    CASE WHEN rank <= 50 THEN rank END AS rank,
    CASE WHEN rank <= 50 THEN sums.paid_in END AS key,
    payments,
    refunds,
    unconverted,
    gross,
    refunded,
    own_gross,
    own_refunded
  FROM sums
  JOIN currencies
    ON sums.paid_in = currencies.paid_in
)
SELECT
  list,
  bucket,
  rank,
  key,
  SUM(payments) AS payments,
  SUM(refunds) AS refunds,
  SUM(unconverted) AS unconverted,
  SUM(gross) AS gross,
  SUM(refunded) AS refunded,
  SUM(own_gross) AS own_gross,
  SUM(own_refunded) AS own_refunded
FROM listed
GROUP BY
  list,
  bucket,
  rank,
  key;
