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
            CAST('2026-02-16 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-17 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-18 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-19 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-20 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-21 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-22 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-23 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-24 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-25 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-26 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-27 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-28 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-03-02 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-03-03 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-03-04 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-03-05 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-03-06 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-03-07 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-03-08 00:00:00' AS DateTime64(6, 'UTC'))
          ] AS Array(DateTime64(6, 'UTC'))),
          CAST([
            CAST('2026-02-16 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-16 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-16 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-16 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-16 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-16 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-16 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-23 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-23 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-23 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-23 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-23 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-23 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-23 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-03-02 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-03-02 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-03-02 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-03-02 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-03-02 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-03-02 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-03-02 00:00:00' AS DateTime64(6, 'UTC'))
          ] AS Array(DateTime64(6, 'UTC'))),
          CAST([
            CAST('2026-02-23 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-23 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-23 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-23 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-23 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-23 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-23 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-03-02 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-03-02 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-03-02 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-03-02 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-03-02 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-03-02 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-03-02 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-03-09 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-03-09 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-03-09 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-03-09 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-03-09 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-03-09 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-03-09 00:00:00' AS DateTime64(6, 'UTC'))
          ] AS Array(DateTime64(6, 'UTC'))),
          CAST([0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2] AS Array(Nullable(Int64)))
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
          CAST([0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2] AS Array(Nullable(Int64))),
          CAST([
            CAST('2026-02-16' AS Date32),
            CAST('2026-02-17' AS Date32),
            CAST('2026-02-18' AS Date32),
            CAST('2026-02-19' AS Date32),
            CAST('2026-02-20' AS Date32),
            CAST('2026-02-21' AS Date32),
            CAST('2026-02-22' AS Date32),
            CAST('2026-02-23' AS Date32),
            CAST('2026-02-24' AS Date32),
            CAST('2026-02-25' AS Date32),
            CAST('2026-02-26' AS Date32),
            CAST('2026-02-27' AS Date32),
            CAST('2026-02-28' AS Date32),
            CAST('2026-03-01' AS Date32),
            CAST('2026-03-02' AS Date32),
            CAST('2026-03-03' AS Date32),
            CAST('2026-03-04' AS Date32),
            CAST('2026-03-05' AS Date32),
            CAST('2026-03-06' AS Date32),
            CAST('2026-03-07' AS Date32),
            CAST('2026-03-08' AS Date32)
          ] AS Array(Date32)),
          CAST([
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
          ] AS Array(Nullable(Int64))),
          CAST([
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
          ] AS Array(Nullable(Int64)))
        )
      ) AS list_row
  ) AS zipped
), windows AS (
  SELECT
    tupleElement(list_row, 1) AS block,
    tupleElement(list_row, 2) AS bucket,
    tupleElement(list_row, 3) AS bit
  FROM (
    SELECT
      arrayJoin(
        arrayZip(
          CAST([0, 0, 0] AS Array(Nullable(Int64))),
          CAST([0, 1, 2] AS Array(Nullable(Int64))),
          CAST([1, 2, 4] AS Array(Nullable(Int64)))
        )
      ) AS list_row
  ) AS zipped
), answered AS (
  SELECT
    tupleElement(list_row, 1) AS block,
    tupleElement(list_row, 2) AS bucket,
    tupleElement(list_row, 3) AS bit,
    tupleElement(list_row, 4) AS bit_before
  FROM (
    SELECT
      arrayJoin(
        arrayZip(
          CAST([0, 0] AS Array(Nullable(Int64))),
          CAST([1, 2] AS Array(Nullable(Int64))),
          CAST([2, 4] AS Array(Nullable(Int64))),
          CAST([1, 2] AS Array(Nullable(Int64)))
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
    player_days.day >= CAST('2026-02-16' AS Date32)
    AND player_days.day <= CAST('2026-03-08' AS Date32)
    AND (
      (
        bitAnd(slots_am, am)
      ) <> 0 OR (
        bitAnd(slots_pm, pm)
      ) <> 0
    )
    AND has(CAST(['windows'] AS Array(Nullable(String))), platform)
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
    FROM playtrace.players
    WHERE
      game_id = 'arena' AND env = 'prod'
  ) AS player
  JOIN slices
    ON dateTrunc('DAY', first_seen) = slices.key
    AND first_seen >= start_at
    AND first_seen < end_at
  WHERE
    first_seen >= CAST('2026-02-16 00:00:00' AS DateTime64(6, 'UTC'))
    AND first_seen < CAST('2026-03-09 00:00:00' AS DateTime64(6, 'UTC'))
), seen AS (
  SELECT
    block,
    player_id,
    groupBitOr(bit) AS bits
  FROM active
  JOIN windows
    ON active.bucket = windows.bucket
  GROUP BY
    block,
    player_id
), counted AS (
  SELECT
    answered.bucket AS bucket,
    toInt64(COUNT(*) FILTER(WHERE
      bitAnd(bits, bit) <> 0)) AS active,
    toInt64(COUNT(*) FILTER(WHERE
      bitAnd(bits, bit_before) <> 0)) AS active_before,
    toInt64(
      COUNT(*) FILTER(WHERE
        bitAnd(bits, bit) <> 0 AND bitAnd(bits, bit_before) <> 0)
    ) AS retained
  FROM seen
  JOIN answered
    ON seen.block = answered.block
  GROUP BY
    answered.bucket
), arrived AS (
  SELECT
    arrivals.bucket AS bucket,
    toInt64(COUNT(*)) AS new
  FROM arrivals
  JOIN answered
    ON arrivals.bucket = answered.bucket
  JOIN seen
    ON seen.block = answered.block
    AND seen.player_id = arrivals.player_id
    AND bitAnd(bits, bit) <> 0
  GROUP BY
    arrivals.bucket
)
SELECT
  counted.bucket AS bucket,
  active,
  active_before,
  retained,
  COALESCE(new, toInt32(0)) AS new
FROM counted
LEFT JOIN arrived
  ON arrived.bucket = counted.bucket;

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
            CAST('2026-02-16 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-17 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-18 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-19 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-20 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-21 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-22 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-23 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-24 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-25 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-26 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-27 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-28 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-03-02 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-03-03 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-03-04 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-03-05 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-03-06 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-03-07 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-03-08 00:00:00' AS DateTime64(6, 'UTC'))
          ] AS Array(DateTime64(6, 'UTC'))),
          CAST([
            CAST('2026-02-16 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-16 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-16 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-16 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-16 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-16 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-16 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-23 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-23 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-23 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-23 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-23 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-23 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-23 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-03-02 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-03-02 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-03-02 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-03-02 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-03-02 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-03-02 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-03-02 00:00:00' AS DateTime64(6, 'UTC'))
          ] AS Array(DateTime64(6, 'UTC'))),
          CAST([
            CAST('2026-02-23 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-23 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-23 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-23 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-23 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-23 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-23 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-03-02 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-03-02 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-03-02 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-03-02 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-03-02 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-03-02 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-03-02 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-03-09 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-03-09 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-03-09 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-03-09 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-03-09 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-03-09 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-03-09 00:00:00' AS DateTime64(6, 'UTC'))
          ] AS Array(DateTime64(6, 'UTC'))),
          CAST([0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2] AS Array(Nullable(Int64)))
        )
      ) AS list_row
  ) AS zipped
), windows AS (
  SELECT
    tupleElement(list_row, 1) AS block,
    tupleElement(list_row, 2) AS bucket,
    tupleElement(list_row, 3) AS bit
  FROM (
    SELECT
      arrayJoin(
        arrayZip(
          CAST([0, 0, 0] AS Array(Nullable(Int64))),
          CAST([0, 1, 2] AS Array(Nullable(Int64))),
          CAST([1, 2, 4] AS Array(Nullable(Int64)))
        )
      ) AS list_row
  ) AS zipped
), answered AS (
  SELECT
    tupleElement(list_row, 1) AS block,
    tupleElement(list_row, 2) AS bucket,
    tupleElement(list_row, 3) AS bit,
    tupleElement(list_row, 4) AS bit_before
  FROM (
    SELECT
      arrayJoin(
        arrayZip(
          CAST([0, 0] AS Array(Nullable(Int64))),
          CAST([1, 2] AS Array(Nullable(Int64))),
          CAST([2, 4] AS Array(Nullable(Int64))),
          CAST([1, 2] AS Array(Nullable(Int64)))
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
    time >= CAST('2026-02-16 00:00:00' AS DateTime64(6, 'UTC'))
    AND time < CAST('2026-03-09 00:00:00' AS DateTime64(6, 'UTC'))
    AND is_active
    AND has(CAST(['windows'] AS Array(Nullable(String))), platform)
), arrivals AS (
  SELECT
    slices.bucket AS bucket,
    player_id
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
    first_seen >= CAST('2026-02-16 00:00:00' AS DateTime64(6, 'UTC'))
    AND first_seen < CAST('2026-03-09 00:00:00' AS DateTime64(6, 'UTC'))
), seen AS (
  SELECT
    block,
    player_id,
    groupBitOr(bit) AS bits
  FROM active
  JOIN windows
    ON active.bucket = windows.bucket
  GROUP BY
    block,
    player_id
), counted AS (
  SELECT
    answered.bucket AS bucket,
    toInt64(COUNT(*) FILTER(WHERE
      bitAnd(bits, bit) <> 0)) AS active,
    toInt64(COUNT(*) FILTER(WHERE
      bitAnd(bits, bit_before) <> 0)) AS active_before,
    toInt64(
      COUNT(*) FILTER(WHERE
        bitAnd(bits, bit) <> 0 AND bitAnd(bits, bit_before) <> 0)
    ) AS retained
  FROM seen
  JOIN answered
    ON seen.block = answered.block
  GROUP BY
    answered.bucket
), arrived AS (
  SELECT
    arrivals.bucket AS bucket,
    toInt64(COUNT(*)) AS new
  FROM arrivals
  JOIN answered
    ON arrivals.bucket = answered.bucket
  JOIN seen
    ON seen.block = answered.block
    AND seen.player_id = arrivals.player_id
    AND bitAnd(bits, bit) <> 0
  GROUP BY
    arrivals.bucket
)
SELECT
  counted.bucket AS bucket,
  active,
  active_before,
  retained,
  COALESCE(new, toInt32(0)) AS new
FROM counted
LEFT JOIN arrived
  ON arrived.bucket = counted.bucket;
