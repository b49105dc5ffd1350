WITH payments AS (
  SELECT
    CASE
      WHEN time < CAST('2026-03-02 00:00:00' AS DateTime64(6, 'UTC'))
      THEN CAST(0 AS Nullable(Int64))
      ELSE CAST(1 AS Nullable(Int64))
    END AS bucket,
    CASE WHEN country <> 'unknown' THEN country ELSE '' END AS split,
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
), earned AS (
  SELECT
    bucket,
    split,
    SUM(
      CASE
        WHEN paid_in = 'USD' AND micros BETWEEN -100000000000000000 AND 100000000000000000
        THEN micros
        ELSE toInt32(0)
      END
    ) AS revenue_micros,
    toInt64(COUNT(CASE WHEN paid_in <> 'USD' THEN toInt32(1) END)) AS other_currency_purchases
  FROM counted
  GROUP BY
    bucket,
    split
), found AS (
  SELECT
    bucket,
    split,
    revenue_micros AS weight,
    revenue_micros AS part,
    toInt32(0) AS whole,
    other_currency_purchases AS others
  FROM earned
), ranked AS (
  SELECT
    split,
    toInt64(ROW_NUMBER() OVER (ORDER BY SUM(weight) DESC, split)) AS rank
  FROM found
  GROUP BY
    split
), shown AS (
  SELECT
    bucket,
    part,
    whole,
    others,
    CASE WHEN rank <= 10 THEN rank END AS rank,
    CASE WHEN rank <= 10 THEN found.split END AS key
  FROM found
  JOIN ranked
    ON found.split = ranked.split
)
SELECT
  bucket,
  rank,
  key,
  SUM(part) AS part,
  SUM(whole) AS whole,
  SUM(others) AS others
FROM shown
GROUP BY
  bucket,
  rank,
  key;

WITH payments AS (
  SELECT
    CASE
      WHEN time < CAST('2026-03-02 00:00:00' AS DateTime64(6, 'UTC'))
      THEN CAST(0 AS Nullable(Int64))
      ELSE CAST(1 AS Nullable(Int64))
    END AS bucket,
    CASE WHEN country <> 'unknown' THEN country ELSE '' END AS split,
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
), earned AS (
  SELECT
    bucket,
    split,
    SUM(
      CASE
        WHEN paid_in = 'USD' AND micros BETWEEN -100000000000000000 AND 100000000000000000
        THEN micros
        ELSE toInt32(0)
      END
    ) AS revenue_micros,
    toInt64(COUNT(CASE WHEN paid_in <> 'USD' THEN toInt32(1) END)) AS other_currency_purchases
  FROM counted
  GROUP BY
    bucket,
    split
), found AS (
  SELECT
    bucket,
    split,
    revenue_micros AS weight,
    revenue_micros AS part,
    toInt32(0) AS whole,
    other_currency_purchases AS others
  FROM earned
), ranked AS (
  SELECT
    split,
    toInt64(ROW_NUMBER() OVER (ORDER BY SUM(weight) DESC, split)) AS rank
  FROM found
  GROUP BY
    split
), shown AS (
  SELECT
    bucket,
    part,
    whole,
    others,
    CASE WHEN rank <= 10 THEN rank END AS rank,
    CASE WHEN rank <= 10 THEN found.split END AS key
  FROM found
  JOIN ranked
    ON found.split = ranked.split
)
SELECT
  bucket,
  rank,
  key,
  SUM(part) AS part,
  SUM(whole) AS whole,
  SUM(others) AS others
FROM shown
GROUP BY
  bucket,
  rank,
  key;
