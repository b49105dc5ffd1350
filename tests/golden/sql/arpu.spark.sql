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

WITH slices AS (
  SELECT
    *
  FROM (
    SELECT
      INLINE(
        ARRAYS_ZIP(
          CAST(ARRAY(
            CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-03-02 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-03-03 00:00:00' AS TIMESTAMP_NTZ)
          ) AS ARRAY<TIMESTAMP_NTZ>),
          CAST(ARRAY(
            CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-03-02 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-03-03 00:00:00' AS TIMESTAMP_NTZ)
          ) AS ARRAY<TIMESTAMP_NTZ>),
          CAST(ARRAY(
            CAST('2026-03-02 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-03-03 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-03-04 00:00:00' AS TIMESTAMP_NTZ)
          ) AS ARRAY<TIMESTAMP_NTZ>),
          CAST(ARRAY(0, 1, 2) AS ARRAY<BIGINT>)
        )
      )
  ) AS listed(key, start_at, end_at, bucket)
), calendar AS (
  SELECT
    *
  FROM (
    SELECT
      INLINE(
        ARRAYS_ZIP(
          CAST(ARRAY(0, 1, 2) AS ARRAY<BIGINT>),
          CAST(ARRAY(CAST('2026-03-01' AS DATE), CAST('2026-03-02' AS DATE), CAST('2026-03-03' AS DATE)) AS ARRAY<DATE>),
          CAST(ARRAY(281474976710655, 281474976710655, 281474976710655) AS ARRAY<BIGINT>),
          CAST(ARRAY(281474976710655, 281474976710655, 281474976710655) AS ARRAY<BIGINT>)
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
    AND player_days.day <= CAST('2026-03-03' AS DATE)
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
    slices.bucket AS bucket,
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
  JOIN slices
    ON CAST(DATE_TRUNC('DAY', time) AS TIMESTAMP_NTZ) = slices.key
    AND time >= start_at
    AND time < end_at
  WHERE
    time >= CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
    AND time < CAST('2026-03-04 00:00:00' AS TIMESTAMP_NTZ)
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
), seen AS (
  SELECT DISTINCT
    bucket,
    player_id
  FROM active
  WHERE
    bucket < 2
), bought AS (
  SELECT DISTINCT
    bucket,
    player_id
  FROM paid
  WHERE
    name = 'purchase' AND micros > 0 AND NOT player_id IS NULL AND bucket < 2
)
SELECT
  'dau' AS list,
  bucket,
  '' AS key,
  CAST(COUNT(*) AS DECIMAL(38, 0)) AS found
FROM seen
GROUP BY
  bucket
UNION ALL
SELECT
  'payers' AS list,
  bucket,
  '' AS key,
  CAST(COUNT(*) AS DECIMAL(38, 0)) AS found
FROM bought
GROUP BY
  bucket
UNION ALL
SELECT
  'net' AS list,
  bucket,
  '' AS key,
  SUM(amount) AS found
FROM paid
WHERE
  NOT amount IS NULL AND bucket < 2
GROUP BY
  bucket
UNION ALL
SELECT
  'unconverted' AS list,
  CAST(0 AS BIGINT) AS bucket,
  paid_in AS key,
  CAST(COUNT(*) AS DECIMAL(38, 0)) AS found
FROM paid
WHERE
  amount IS NULL AND bucket < 2
GROUP BY
  paid_in
UNION ALL
SELECT
  'all_active' AS list,
  CAST(0 AS BIGINT) AS bucket,
  '' AS key,
  CAST(COUNT(DISTINCT player_id) AS DECIMAL(38, 0)) AS found
FROM seen
WHERE
  bucket < 2
UNION ALL
SELECT
  'all_payers' AS list,
  CAST(0 AS BIGINT) AS bucket,
  '' AS key,
  CAST(COUNT(DISTINCT player_id) AS DECIMAL(38, 0)) AS found
FROM bought
WHERE
  bucket < 2;

WITH slices AS (
  SELECT
    *
  FROM (
    SELECT
      INLINE(
        ARRAYS_ZIP(
          CAST(ARRAY(
            CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-03-02 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-03-03 00:00:00' AS TIMESTAMP_NTZ)
          ) AS ARRAY<TIMESTAMP_NTZ>),
          CAST(ARRAY(
            CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-03-02 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-03-03 00:00:00' AS TIMESTAMP_NTZ)
          ) AS ARRAY<TIMESTAMP_NTZ>),
          CAST(ARRAY(
            CAST('2026-03-02 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-03-03 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-03-04 00:00:00' AS TIMESTAMP_NTZ)
          ) AS ARRAY<TIMESTAMP_NTZ>),
          CAST(ARRAY(0, 1, 2) AS ARRAY<BIGINT>)
        )
      )
  ) AS listed(key, start_at, end_at, bucket)
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
), offsets AS (
  SELECT
    *
  FROM (
    SELECT
      INLINE(
        ARRAYS_ZIP(CAST(ARRAY(0, 1) AS ARRAY<BIGINT>), CAST(ARRAY(0, 1) AS ARRAY<BIGINT>))
      )
  ) AS listed(days_after, column_number)
), players AS (
  SELECT
    slices.bucket AS bucket,
    player_id,
    first_seen,
    '' AS split
  FROM (
    SELECT
      game_id,
      env,
      player_id,
      first_seen,
      order_key,
      platform,
      version,
      country
    FROM main_players
    WHERE
      game_id = 'arena' AND env = 'prod'
  ) AS player
  JOIN slices
    ON CAST(DATE_TRUNC('DAY', first_seen) AS TIMESTAMP_NTZ) = slices.key
    AND first_seen >= start_at
    AND first_seen < end_at
  WHERE
    first_seen >= CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
    AND first_seen < CAST('2026-03-04 00:00:00' AS TIMESTAMP_NTZ)
    AND ARRAY_CONTAINS(CAST(ARRAY('windows') AS ARRAY<STRING>), platform)
), every_payment AS (
  SELECT
    slices.bucket AS bucket,
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
  JOIN slices
    ON CAST(DATE_TRUNC('DAY', time) AS TIMESTAMP_NTZ) = slices.key
    AND time >= start_at
    AND time < end_at
  WHERE
    time >= CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
    AND time < CAST('2026-03-04 00:00:00' AS TIMESTAMP_NTZ)
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
    COALESCE(NULLIF(every_payment.detail, ''), first_orders.detail, '') AS detail,
    COALESCE(NULLIF(currency, ''), 'USD') AS paid_in,
    CAST(CASE WHEN micros < 0 THEN COALESCE(counted_at, time) ELSE time END AS DATE) AS rate_day
  FROM every_payment
  LEFT JOIN first_orders
    ON every_payment.transaction_id = first_orders.transaction_id
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
), members AS (
  SELECT
    player_id,
    bucket
  FROM players
  WHERE
    bucket < 2
), converted AS (
  SELECT
    members.player_id,
    members.bucket,
    MIN(paid.bucket) - members.bucket AS days_after
  FROM members
  JOIN paid
    ON members.player_id = paid.player_id
  WHERE
    paid.name = 'purchase' AND paid.micros > 0 AND paid.bucket >= members.bucket
  GROUP BY
    members.player_id,
    members.bucket
)
SELECT
  bucket,
  CAST(-1 AS BIGINT) AS column_number,
  COUNT(*) AS found
FROM members
GROUP BY
  bucket
UNION ALL
SELECT
  bucket,
  column_number,
  COUNT(*) AS found
FROM converted
JOIN offsets
  ON converted.days_after = offsets.days_after
GROUP BY
  bucket,
  column_number;

WITH slices AS (
  SELECT
    *
  FROM (
    SELECT
      INLINE(
        ARRAYS_ZIP(
          CAST(ARRAY(
            CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-03-02 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-03-03 00:00:00' AS TIMESTAMP_NTZ)
          ) AS ARRAY<TIMESTAMP_NTZ>),
          CAST(ARRAY(
            CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-03-02 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-03-03 00:00:00' AS TIMESTAMP_NTZ)
          ) AS ARRAY<TIMESTAMP_NTZ>),
          CAST(ARRAY(
            CAST('2026-03-02 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-03-03 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-03-04 00:00:00' AS TIMESTAMP_NTZ)
          ) AS ARRAY<TIMESTAMP_NTZ>),
          CAST(ARRAY(0, 1, 2) AS ARRAY<BIGINT>)
        )
      )
  ) AS listed(key, start_at, end_at, bucket)
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
    slices.bucket AS bucket,
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
  JOIN slices
    ON CAST(DATE_TRUNC('DAY', time) AS TIMESTAMP_NTZ) = slices.key
    AND time >= start_at
    AND time < end_at
  WHERE
    time >= CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
    AND time < CAST('2026-03-04 00:00:00' AS TIMESTAMP_NTZ)
    AND is_active
    AND ARRAY_CONTAINS(CAST(ARRAY('windows') AS ARRAY<STRING>), platform)
), payments AS (
  SELECT
    slices.bucket AS bucket,
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
  JOIN slices
    ON CAST(DATE_TRUNC('DAY', time) AS TIMESTAMP_NTZ) = slices.key
    AND time >= start_at
    AND time < end_at
  WHERE
    time >= CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
    AND time < CAST('2026-03-04 00:00:00' AS TIMESTAMP_NTZ)
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
), seen AS (
  SELECT DISTINCT
    bucket,
    player_id
  FROM active
  WHERE
    bucket < 2
), bought AS (
  SELECT DISTINCT
    bucket,
    player_id
  FROM paid
  WHERE
    name = 'purchase' AND micros > 0 AND NOT player_id IS NULL AND bucket < 2
)
SELECT
  'dau' AS list,
  bucket,
  '' AS key,
  CAST(COUNT(*) AS DECIMAL(38, 0)) AS found
FROM seen
GROUP BY
  bucket
UNION ALL
SELECT
  'payers' AS list,
  bucket,
  '' AS key,
  CAST(COUNT(*) AS DECIMAL(38, 0)) AS found
FROM bought
GROUP BY
  bucket
UNION ALL
SELECT
  'net' AS list,
  bucket,
  '' AS key,
  SUM(amount) AS found
FROM paid
WHERE
  NOT amount IS NULL AND bucket < 2
GROUP BY
  bucket
UNION ALL
SELECT
  'unconverted' AS list,
  CAST(0 AS BIGINT) AS bucket,
  paid_in AS key,
  CAST(COUNT(*) AS DECIMAL(38, 0)) AS found
FROM paid
WHERE
  amount IS NULL AND bucket < 2
GROUP BY
  paid_in
UNION ALL
SELECT
  'all_active' AS list,
  CAST(0 AS BIGINT) AS bucket,
  '' AS key,
  CAST(COUNT(DISTINCT player_id) AS DECIMAL(38, 0)) AS found
FROM seen
WHERE
  bucket < 2
UNION ALL
SELECT
  'all_payers' AS list,
  CAST(0 AS BIGINT) AS bucket,
  '' AS key,
  CAST(COUNT(DISTINCT player_id) AS DECIMAL(38, 0)) AS found
FROM bought
WHERE
  bucket < 2;

WITH slices AS (
  SELECT
    *
  FROM (
    SELECT
      INLINE(
        ARRAYS_ZIP(
          CAST(ARRAY(
            CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-03-02 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-03-03 00:00:00' AS TIMESTAMP_NTZ)
          ) AS ARRAY<TIMESTAMP_NTZ>),
          CAST(ARRAY(
            CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-03-02 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-03-03 00:00:00' AS TIMESTAMP_NTZ)
          ) AS ARRAY<TIMESTAMP_NTZ>),
          CAST(ARRAY(
            CAST('2026-03-02 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-03-03 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-03-04 00:00:00' AS TIMESTAMP_NTZ)
          ) AS ARRAY<TIMESTAMP_NTZ>),
          CAST(ARRAY(0, 1, 2) AS ARRAY<BIGINT>)
        )
      )
  ) AS listed(key, start_at, end_at, bucket)
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
), offsets AS (
  SELECT
    *
  FROM (
    SELECT
      INLINE(
        ARRAYS_ZIP(CAST(ARRAY(0, 1) AS ARRAY<BIGINT>), CAST(ARRAY(0, 1) AS ARRAY<BIGINT>))
      )
  ) AS listed(days_after, column_number)
), players AS (
  SELECT
    slices.bucket AS bucket,
    player_id,
    first_seen,
    '' AS split
  FROM (
    SELECT
      player_id,
      MIN(first_seen) AS first_seen,
      MIN(order_key) AS order_key,
      MIN_BY(platform, CASE WHEN NOT platform IS NULL THEN order_key END) AS platform,
      MIN_BY(version, CASE WHEN NOT version IS NULL THEN order_key END) AS version,
      MIN_BY(country, CASE WHEN NOT country IS NULL THEN order_key END) AS country
    FROM (
      SELECT
        game_id,
        env,
        player_id,
        time AS first_seen,
        order_key,
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
        is_active
    ) AS parts
    GROUP BY
      player_id
  ) AS player
  JOIN slices
    ON CAST(DATE_TRUNC('DAY', first_seen) AS TIMESTAMP_NTZ) = slices.key
    AND first_seen >= start_at
    AND first_seen < end_at
  WHERE
    first_seen >= CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
    AND first_seen < CAST('2026-03-04 00:00:00' AS TIMESTAMP_NTZ)
    AND ARRAY_CONTAINS(CAST(ARRAY('windows') AS ARRAY<STRING>), platform)
), every_payment AS (
  SELECT
    slices.bucket AS bucket,
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
  JOIN slices
    ON CAST(DATE_TRUNC('DAY', time) AS TIMESTAMP_NTZ) = slices.key
    AND time >= start_at
    AND time < end_at
  WHERE
    time >= CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
    AND time < CAST('2026-03-04 00:00:00' AS TIMESTAMP_NTZ)
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
    COALESCE(NULLIF(every_payment.detail, ''), first_orders.detail, '') AS detail,
    COALESCE(NULLIF(currency, ''), 'USD') AS paid_in,
    CAST(CASE WHEN micros < 0 THEN COALESCE(counted_at, time) ELSE time END AS DATE) AS rate_day
  FROM every_payment
  LEFT JOIN first_orders
    ON every_payment.transaction_id = first_orders.transaction_id
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
), members AS (
  SELECT
    player_id,
    bucket
  FROM players
  WHERE
    bucket < 2
), converted AS (
  SELECT
    members.player_id,
    members.bucket,
    MIN(paid.bucket) - members.bucket AS days_after
  FROM members
  JOIN paid
    ON members.player_id = paid.player_id
  WHERE
    paid.name = 'purchase' AND paid.micros > 0 AND paid.bucket >= members.bucket
  GROUP BY
    members.player_id,
    members.bucket
)
SELECT
  bucket,
  CAST(-1 AS BIGINT) AS column_number,
  COUNT(*) AS found
FROM members
GROUP BY
  bucket
UNION ALL
SELECT
  bucket,
  column_number,
  COUNT(*) AS found
FROM converted
JOIN offsets
  ON converted.days_after = offsets.days_after
GROUP BY
  bucket,
  column_number;
