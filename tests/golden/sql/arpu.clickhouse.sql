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

WITH slices AS (
  SELECT
    tupleElement(list_row, 1) AS key,
    tupleElement(list_row, 2) AS start_at,
    tupleElement(list_row, 3) AS end_at,
    tupleElement(list_row, 4) AS bucket
  FROM (
    SELECT
      arrayJoin(
        arrayZip(
          CAST([
            CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-03-02 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-03-03 00:00:00' AS DateTime64(6, 'UTC'))
          ] AS Array(DateTime64(6, 'UTC'))),
          CAST([
            CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-03-02 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-03-03 00:00:00' AS DateTime64(6, 'UTC'))
          ] AS Array(DateTime64(6, 'UTC'))),
          CAST([
            CAST('2026-03-02 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-03-03 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-03-04 00:00:00' AS DateTime64(6, 'UTC'))
          ] AS Array(DateTime64(6, 'UTC'))),
          CAST([0, 1, 2] AS Array(Nullable(Int64)))
        )
      ) AS list_row
  ) AS zipped
), calendar AS (
  SELECT
    tupleElement(list_row, 1) AS bucket,
    tupleElement(list_row, 2) AS day,
    tupleElement(list_row, 3) AS am,
    tupleElement(list_row, 4) AS pm
  FROM (
    SELECT
      arrayJoin(
        arrayZip(
          CAST([0, 1, 2] AS Array(Nullable(Int64))),
          CAST([
            CAST('2026-03-01' AS Date32),
            CAST('2026-03-02' AS Date32),
            CAST('2026-03-03' AS Date32)
          ] AS Array(Date32)),
          CAST([281474976710655, 281474976710655, 281474976710655] AS Array(Nullable(Int64))),
          CAST([281474976710655, 281474976710655, 281474976710655] AS Array(Nullable(Int64)))
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
    AND player_days.day <= CAST('2026-03-03' AS Date32)
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
    FROM playtrace.payments
    WHERE
      game_id = 'arena' AND env = 'prod'
  ) AS payment
  JOIN slices
    ON dateTrunc('DAY', time) = slices.key AND time >= start_at AND time < end_at
  WHERE
    time >= CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC'))
    AND time < CAST('2026-03-04 00:00:00' AS DateTime64(6, 'UTC'))
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
    name = 'purchase' AND micros > 0 AND NOT (
      player_id IS NULL
    ) AND bucket < 2
)
SELECT
  'dau' AS list,
  bucket,
  '' AS key,
  CAST(toInt64(COUNT(*)) AS Nullable(Int128)) AS found
FROM seen
GROUP BY
  bucket
UNION ALL
SELECT
  'payers' AS list,
  bucket,
  '' AS key,
  CAST(toInt64(COUNT(*)) AS Nullable(Int128)) AS found
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
  NOT (
    amount IS NULL
  ) AND bucket < 2
GROUP BY
  bucket
UNION ALL
SELECT
  'unconverted' AS list,
  CAST(0 AS Nullable(Int64)) AS bucket,
  paid_in AS key,
  CAST(toInt64(COUNT(*)) AS Nullable(Int128)) AS found
FROM paid
WHERE
  amount IS NULL AND bucket < 2
GROUP BY
  paid_in
UNION ALL
SELECT
  'all_active' AS list,
  CAST(0 AS Nullable(Int64)) AS bucket,
  '' AS key,
  CAST(toInt64(COUNT(DISTINCT player_id)) AS Nullable(Int128)) AS found
FROM seen
WHERE
  bucket < 2
UNION ALL
SELECT
  'all_payers' AS list,
  CAST(0 AS Nullable(Int64)) AS bucket,
  '' AS key,
  CAST(toInt64(COUNT(DISTINCT player_id)) AS Nullable(Int128)) AS found
FROM bought
WHERE
  bucket < 2;

WITH slices AS (
  SELECT
    tupleElement(list_row, 1) AS key,
    tupleElement(list_row, 2) AS start_at,
    tupleElement(list_row, 3) AS end_at,
    tupleElement(list_row, 4) AS bucket
  FROM (
    SELECT
      arrayJoin(
        arrayZip(
          CAST([
            CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-03-02 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-03-03 00:00:00' AS DateTime64(6, 'UTC'))
          ] AS Array(DateTime64(6, 'UTC'))),
          CAST([
            CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-03-02 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-03-03 00:00:00' AS DateTime64(6, 'UTC'))
          ] AS Array(DateTime64(6, 'UTC'))),
          CAST([
            CAST('2026-03-02 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-03-03 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-03-04 00:00:00' AS DateTime64(6, 'UTC'))
          ] AS Array(DateTime64(6, 'UTC'))),
          CAST([0, 1, 2] AS Array(Nullable(Int64)))
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
), offsets AS (
  SELECT
    tupleElement(list_row, 1) AS days_after,
    tupleElement(list_row, 2) AS column_number
  FROM (
    SELECT
      arrayJoin(
        arrayZip(CAST([0, 1] AS Array(Nullable(Int64))), CAST([0, 1] AS Array(Nullable(Int64))))
      ) AS list_row
  ) AS zipped
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
    FROM playtrace.players
    WHERE
      game_id = 'arena' AND env = 'prod'
  ) AS player
  JOIN slices
    ON dateTrunc('DAY', first_seen) = slices.key
    AND first_seen >= start_at
    AND first_seen < end_at
  WHERE
    first_seen >= CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC'))
    AND first_seen < CAST('2026-03-04 00:00:00' AS DateTime64(6, 'UTC'))
    AND has(CAST(['windows'] AS Array(Nullable(String))), platform)
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
    FROM playtrace.payments
    WHERE
      game_id = 'arena' AND env = 'prod'
  ) AS payment
  JOIN slices
    ON dateTrunc('DAY', time) = slices.key AND time >= start_at AND time < end_at
  WHERE
    time >= CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC'))
    AND time < CAST('2026-03-04 00:00:00' AS DateTime64(6, 'UTC'))
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
    COALESCE(nullIf(every_payment.detail, ''), first_orders.detail, '') AS detail,
    COALESCE(nullIf(currency, ''), 'USD') AS paid_in,
    CAST(CASE WHEN micros < 0 THEN COALESCE(counted_at, time) ELSE time END AS Date32) AS rate_day
  FROM every_payment
  LEFT JOIN first_orders
    ON every_payment.transaction_id = first_orders.transaction_id
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
), members AS (
  SELECT
    player_id,
    bucket
  FROM players
  WHERE
    bucket < 2
), converted AS (
  SELECT
    members.player_id AS player_id,
    members.bucket AS bucket,
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
  CAST(-1 AS Nullable(Int64)) AS column_number,
  toInt64(COUNT(*)) AS found
FROM members
GROUP BY
  bucket
UNION ALL
SELECT
  bucket,
  column_number,
  toInt64(COUNT(*)) AS found
FROM converted
JOIN offsets
  ON converted.days_after = offsets.days_after
GROUP BY
  bucket,
  column_number;

WITH slices AS (
  SELECT
    tupleElement(list_row, 1) AS key,
    tupleElement(list_row, 2) AS start_at,
    tupleElement(list_row, 3) AS end_at,
    tupleElement(list_row, 4) AS bucket
  FROM (
    SELECT
      arrayJoin(
        arrayZip(
          CAST([
            CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-03-02 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-03-03 00:00:00' AS DateTime64(6, 'UTC'))
          ] AS Array(DateTime64(6, 'UTC'))),
          CAST([
            CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-03-02 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-03-03 00:00:00' AS DateTime64(6, 'UTC'))
          ] AS Array(DateTime64(6, 'UTC'))),
          CAST([
            CAST('2026-03-02 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-03-03 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-03-04 00:00:00' AS DateTime64(6, 'UTC'))
          ] AS Array(DateTime64(6, 'UTC'))),
          CAST([0, 1, 2] AS Array(Nullable(Int64)))
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
  JOIN slices
    ON dateTrunc('DAY', time) = slices.key AND time >= start_at AND time < end_at
  WHERE
    time >= CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC'))
    AND time < CAST('2026-03-04 00:00:00' AS DateTime64(6, 'UTC'))
    AND is_active
    AND has(CAST(['windows'] AS Array(Nullable(String))), platform)
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
  JOIN slices
    ON dateTrunc('DAY', time) = slices.key AND time >= start_at AND time < end_at
  WHERE
    time >= CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC'))
    AND time < CAST('2026-03-04 00:00:00' AS DateTime64(6, 'UTC'))
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
    name = 'purchase' AND micros > 0 AND NOT (
      player_id IS NULL
    ) AND bucket < 2
)
SELECT
  'dau' AS list,
  bucket,
  '' AS key,
  CAST(toInt64(COUNT(*)) AS Nullable(Int128)) AS found
FROM seen
GROUP BY
  bucket
UNION ALL
SELECT
  'payers' AS list,
  bucket,
  '' AS key,
  CAST(toInt64(COUNT(*)) AS Nullable(Int128)) AS found
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
  NOT (
    amount IS NULL
  ) AND bucket < 2
GROUP BY
  bucket
UNION ALL
SELECT
  'unconverted' AS list,
  CAST(0 AS Nullable(Int64)) AS bucket,
  paid_in AS key,
  CAST(toInt64(COUNT(*)) AS Nullable(Int128)) AS found
FROM paid
WHERE
  amount IS NULL AND bucket < 2
GROUP BY
  paid_in
UNION ALL
SELECT
  'all_active' AS list,
  CAST(0 AS Nullable(Int64)) AS bucket,
  '' AS key,
  CAST(toInt64(COUNT(DISTINCT player_id)) AS Nullable(Int128)) AS found
FROM seen
WHERE
  bucket < 2
UNION ALL
SELECT
  'all_payers' AS list,
  CAST(0 AS Nullable(Int64)) AS bucket,
  '' AS key,
  CAST(toInt64(COUNT(DISTINCT player_id)) AS Nullable(Int128)) AS found
FROM bought
WHERE
  bucket < 2;

WITH slices AS (
  SELECT
    tupleElement(list_row, 1) AS key,
    tupleElement(list_row, 2) AS start_at,
    tupleElement(list_row, 3) AS end_at,
    tupleElement(list_row, 4) AS bucket
  FROM (
    SELECT
      arrayJoin(
        arrayZip(
          CAST([
            CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-03-02 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-03-03 00:00:00' AS DateTime64(6, 'UTC'))
          ] AS Array(DateTime64(6, 'UTC'))),
          CAST([
            CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-03-02 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-03-03 00:00:00' AS DateTime64(6, 'UTC'))
          ] AS Array(DateTime64(6, 'UTC'))),
          CAST([
            CAST('2026-03-02 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-03-03 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-03-04 00:00:00' AS DateTime64(6, 'UTC'))
          ] AS Array(DateTime64(6, 'UTC'))),
          CAST([0, 1, 2] AS Array(Nullable(Int64)))
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
), offsets AS (
  SELECT
    tupleElement(list_row, 1) AS days_after,
    tupleElement(list_row, 2) AS column_number
  FROM (
    SELECT
      arrayJoin(
        arrayZip(CAST([0, 1] AS Array(Nullable(Int64))), CAST([0, 1] AS Array(Nullable(Int64))))
      ) AS list_row
  ) AS zipped
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
      argMin(platform, order_key) AS platform,
      argMin(version, order_key) AS version,
      argMin(country, order_key) AS country
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
        is_active
    ) AS parts
    GROUP BY
      player_id
  ) AS player
  JOIN slices
    ON dateTrunc('DAY', first_seen) = slices.key
    AND first_seen >= start_at
    AND first_seen < end_at
  WHERE
    first_seen >= CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC'))
    AND first_seen < CAST('2026-03-04 00:00:00' AS DateTime64(6, 'UTC'))
    AND has(CAST(['windows'] AS Array(Nullable(String))), platform)
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
  JOIN slices
    ON dateTrunc('DAY', time) = slices.key AND time >= start_at AND time < end_at
  WHERE
    time >= CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC'))
    AND time < CAST('2026-03-04 00:00:00' AS DateTime64(6, 'UTC'))
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
    COALESCE(nullIf(every_payment.detail, ''), first_orders.detail, '') AS detail,
    COALESCE(nullIf(currency, ''), 'USD') AS paid_in,
    CAST(CASE WHEN micros < 0 THEN COALESCE(counted_at, time) ELSE time END AS Date32) AS rate_day
  FROM every_payment
  LEFT JOIN first_orders
    ON every_payment.transaction_id = first_orders.transaction_id
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
), members AS (
  SELECT
    player_id,
    bucket
  FROM players
  WHERE
    bucket < 2
), converted AS (
  SELECT
    members.player_id AS player_id,
    members.bucket AS bucket,
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
  CAST(-1 AS Nullable(Int64)) AS column_number,
  toInt64(COUNT(*)) AS found
FROM members
GROUP BY
  bucket
UNION ALL
SELECT
  bucket,
  column_number,
  toInt64(COUNT(*)) AS found
FROM converted
JOIN offsets
  ON converted.days_after = offsets.days_after
GROUP BY
  bucket,
  column_number;
