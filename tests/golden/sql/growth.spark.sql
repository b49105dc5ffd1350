WITH slices AS (
  SELECT
    *
  FROM (
    SELECT
      INLINE(
        ARRAYS_ZIP(
          CAST(ARRAY(
            CAST('2026-02-16 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-02-17 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-02-18 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-02-19 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-02-20 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-02-21 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-02-22 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-02-23 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-02-24 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-02-25 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-02-26 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-02-27 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-02-28 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-03-02 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-03-03 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-03-04 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-03-05 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-03-06 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-03-07 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-03-08 00:00:00' AS TIMESTAMP_NTZ)
          ) AS ARRAY<TIMESTAMP_NTZ>),
          CAST(ARRAY(
            CAST('2026-02-16 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-02-16 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-02-16 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-02-16 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-02-16 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-02-16 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-02-16 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-02-23 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-02-23 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-02-23 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-02-23 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-02-23 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-02-23 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-02-23 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-03-02 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-03-02 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-03-02 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-03-02 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-03-02 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-03-02 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-03-02 00:00:00' AS TIMESTAMP_NTZ)
          ) AS ARRAY<TIMESTAMP_NTZ>),
          CAST(ARRAY(
            CAST('2026-02-23 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-02-23 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-02-23 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-02-23 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-02-23 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-02-23 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-02-23 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-03-02 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-03-02 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-03-02 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-03-02 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-03-02 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-03-02 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-03-02 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-03-09 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-03-09 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-03-09 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-03-09 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-03-09 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-03-09 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-03-09 00:00:00' AS TIMESTAMP_NTZ)
          ) AS ARRAY<TIMESTAMP_NTZ>),
          CAST(ARRAY(0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2) AS ARRAY<BIGINT>)
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
          CAST(ARRAY(0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2) AS ARRAY<BIGINT>),
          CAST(ARRAY(
            CAST('2026-02-16' AS DATE),
            CAST('2026-02-17' AS DATE),
            CAST('2026-02-18' AS DATE),
            CAST('2026-02-19' AS DATE),
            CAST('2026-02-20' AS DATE),
            CAST('2026-02-21' AS DATE),
            CAST('2026-02-22' AS DATE),
            CAST('2026-02-23' AS DATE),
            CAST('2026-02-24' AS DATE),
            CAST('2026-02-25' AS DATE),
            CAST('2026-02-26' AS DATE),
            CAST('2026-02-27' AS DATE),
            CAST('2026-02-28' AS DATE),
            CAST('2026-03-01' AS DATE),
            CAST('2026-03-02' AS DATE),
            CAST('2026-03-03' AS DATE),
            CAST('2026-03-04' AS DATE),
            CAST('2026-03-05' AS DATE),
            CAST('2026-03-06' AS DATE),
            CAST('2026-03-07' AS DATE),
            CAST('2026-03-08' AS DATE)
          ) AS ARRAY<DATE>),
          CAST(ARRAY(
            281474976710655,
            281474976710655,
            281474976710655,
            281474976710655,
            281474976710655,
            281474976710655,
            281474976710655,
            281474976710655,
            281474976710655,
            281474976710655,
            281474976710655,
            281474976710655,
            281474976710655,
            281474976710655,
            281474976710655,
            281474976710655,
            281474976710655,
            281474976710655,
            281474976710655,
            281474976710655,
            281474976710655
          ) AS ARRAY<BIGINT>),
          CAST(ARRAY(
            281474976710655,
            281474976710655,
            281474976710655,
            281474976710655,
            281474976710655,
            281474976710655,
            281474976710655,
            281474976710655,
            281474976710655,
            281474976710655,
            281474976710655,
            281474976710655,
            281474976710655,
            281474976710655,
            281474976710655,
            281474976710655,
            281474976710655,
            281474976710655,
            281474976710655,
            281474976710655,
            281474976710655
          ) AS ARRAY<BIGINT>)
        )
      )
  ) AS listed(bucket, day, am, pm)
), windows AS (
  SELECT
    *
  FROM (
    SELECT
      INLINE(
        ARRAYS_ZIP(
          CAST(ARRAY(0, 0, 0) AS ARRAY<BIGINT>),
          CAST(ARRAY(0, 1, 2) AS ARRAY<BIGINT>),
          CAST(ARRAY(1, 2, 4) AS ARRAY<BIGINT>)
        )
      )
  ) AS listed(block, bucket, bit)
), answered AS (
  SELECT
    *
  FROM (
    SELECT
      INLINE(
        ARRAYS_ZIP(
          CAST(ARRAY(0, 0) AS ARRAY<BIGINT>),
          CAST(ARRAY(1, 2) AS ARRAY<BIGINT>),
          CAST(ARRAY(2, 4) AS ARRAY<BIGINT>),
          CAST(ARRAY(1, 2) AS ARRAY<BIGINT>)
        )
      )
  ) AS listed(block, bucket, bit, bit_before)
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
    player_days.day >= CAST('2026-02-16' AS DATE)
    AND player_days.day <= CAST('2026-03-08' AS DATE)
    AND (
      (
        slots_am & am
      ) <> 0 OR (
        slots_pm & pm
      ) <> 0
    )
    AND ARRAY_CONTAINS(CAST(ARRAY('windows') AS ARRAY<STRING>), platform)
), arrivals AS (
  SELECT
    slices.bucket AS bucket,
    player_id
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
    first_seen >= CAST('2026-02-16 00:00:00' AS TIMESTAMP_NTZ)
    AND first_seen < CAST('2026-03-09 00:00:00' AS TIMESTAMP_NTZ)
), seen AS (
  SELECT
    block,
    player_id,
    BIT_OR(bit) AS bits
  FROM active
  JOIN windows
    ON active.bucket = windows.bucket
  GROUP BY
    block,
    player_id
), counted AS (
  SELECT
    answered.bucket,
    COUNT(*) FILTER(WHERE
      bits & bit <> 0) AS active,
    COUNT(*) FILTER(WHERE
      bits & bit_before <> 0) AS active_before,
    COUNT(*) FILTER(WHERE
      bits & bit <> 0 AND bits & bit_before <> 0) AS retained
  FROM seen
  JOIN answered
    ON seen.block = answered.block
  GROUP BY
    answered.bucket
), arrived AS (
  SELECT
    arrivals.bucket,
    COUNT(*) AS new
  FROM arrivals
  JOIN answered
    ON arrivals.bucket = answered.bucket
  JOIN seen
    ON seen.block = answered.block
    AND seen.player_id = arrivals.player_id
    AND bits & bit <> 0
  GROUP BY
    arrivals.bucket
)
SELECT
  counted.bucket,
  active,
  active_before,
  retained,
  COALESCE(new, 0) AS new
FROM counted
LEFT JOIN arrived
  ON arrived.bucket = counted.bucket;

WITH slices AS (
  SELECT
    *
  FROM (
    SELECT
      INLINE(
        ARRAYS_ZIP(
          CAST(ARRAY(
            CAST('2026-02-16 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-02-17 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-02-18 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-02-19 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-02-20 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-02-21 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-02-22 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-02-23 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-02-24 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-02-25 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-02-26 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-02-27 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-02-28 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-03-02 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-03-03 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-03-04 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-03-05 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-03-06 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-03-07 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-03-08 00:00:00' AS TIMESTAMP_NTZ)
          ) AS ARRAY<TIMESTAMP_NTZ>),
          CAST(ARRAY(
            CAST('2026-02-16 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-02-16 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-02-16 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-02-16 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-02-16 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-02-16 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-02-16 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-02-23 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-02-23 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-02-23 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-02-23 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-02-23 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-02-23 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-02-23 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-03-02 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-03-02 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-03-02 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-03-02 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-03-02 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-03-02 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-03-02 00:00:00' AS TIMESTAMP_NTZ)
          ) AS ARRAY<TIMESTAMP_NTZ>),
          CAST(ARRAY(
            CAST('2026-02-23 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-02-23 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-02-23 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-02-23 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-02-23 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-02-23 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-02-23 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-03-02 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-03-02 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-03-02 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-03-02 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-03-02 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-03-02 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-03-02 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-03-09 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-03-09 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-03-09 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-03-09 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-03-09 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-03-09 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-03-09 00:00:00' AS TIMESTAMP_NTZ)
          ) AS ARRAY<TIMESTAMP_NTZ>),
          CAST(ARRAY(0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2) AS ARRAY<BIGINT>)
        )
      )
  ) AS listed(key, start_at, end_at, bucket)
), windows AS (
  SELECT
    *
  FROM (
    SELECT
      INLINE(
        ARRAYS_ZIP(
          CAST(ARRAY(0, 0, 0) AS ARRAY<BIGINT>),
          CAST(ARRAY(0, 1, 2) AS ARRAY<BIGINT>),
          CAST(ARRAY(1, 2, 4) AS ARRAY<BIGINT>)
        )
      )
  ) AS listed(block, bucket, bit)
), answered AS (
  SELECT
    *
  FROM (
    SELECT
      INLINE(
        ARRAYS_ZIP(
          CAST(ARRAY(0, 0) AS ARRAY<BIGINT>),
          CAST(ARRAY(1, 2) AS ARRAY<BIGINT>),
          CAST(ARRAY(2, 4) AS ARRAY<BIGINT>),
          CAST(ARRAY(1, 2) AS ARRAY<BIGINT>)
        )
      )
  ) AS listed(block, bucket, bit, bit_before)
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
    time >= CAST('2026-02-16 00:00:00' AS TIMESTAMP_NTZ)
    AND time < CAST('2026-03-09 00:00:00' AS TIMESTAMP_NTZ)
    AND is_active
    AND ARRAY_CONTAINS(CAST(ARRAY('windows') AS ARRAY<STRING>), platform)
), arrivals AS (
  SELECT
    slices.bucket AS bucket,
    player_id
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
    first_seen >= CAST('2026-02-16 00:00:00' AS TIMESTAMP_NTZ)
    AND first_seen < CAST('2026-03-09 00:00:00' AS TIMESTAMP_NTZ)
), seen AS (
  SELECT
    block,
    player_id,
    BIT_OR(bit) AS bits
  FROM active
  JOIN windows
    ON active.bucket = windows.bucket
  GROUP BY
    block,
    player_id
), counted AS (
  SELECT
    answered.bucket,
    COUNT(*) FILTER(WHERE
      bits & bit <> 0) AS active,
    COUNT(*) FILTER(WHERE
      bits & bit_before <> 0) AS active_before,
    COUNT(*) FILTER(WHERE
      bits & bit <> 0 AND bits & bit_before <> 0) AS retained
  FROM seen
  JOIN answered
    ON seen.block = answered.block
  GROUP BY
    answered.bucket
), arrived AS (
  SELECT
    arrivals.bucket,
    COUNT(*) AS new
  FROM arrivals
  JOIN answered
    ON arrivals.bucket = answered.bucket
  JOIN seen
    ON seen.block = answered.block
    AND seen.player_id = arrivals.player_id
    AND bits & bit <> 0
  GROUP BY
    arrivals.bucket
)
SELECT
  counted.bucket,
  active,
  active_before,
  retained,
  COALESCE(new, 0) AS new
FROM counted
LEFT JOIN arrived
  ON arrived.bucket = counted.bucket;
