WITH numbers AS (
  SELECT
    tupleElement(list_row, 1) AS number
  FROM (
    SELECT
      arrayJoin(arrayZip(CAST([1, 2] AS Array(Nullable(Int64))))) AS list_row
  ) AS zipped
), every_event AS (
  SELECT
    CAST(0 AS Nullable(Int64)) AS bucket,
    '' AS split,
    time,
    order_key,
    name,
    player_id,
    owner,
    session_id,
    match_id,
    device_id,
    os,
    map_id,
    level,
    x,
    y,
    z,
    seq,
    mono_ms,
    value,
    currency,
    props,
    is_active,
    is_passive,
    steps
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
      CAST(toUnixTimestamp64Micro(time) AS Nullable(Int128)) * toInt128('590295810358705651712') + CAST(GREATEST(toInt32(0), LEAST(COALESCE(seq, toInt32(0)), toInt32(32767))) AS Nullable(Int128)) * 18014398509481984 + CAST(journal_offset AS Nullable(Int128)) * 16384 + position AS order_key,
      CASE
        WHEN name = 'level_start'
        AND COALESCE(
          has(CAST(['1'] AS Array(Nullable(String))), nullIf(toString(level), ''))
          OR has(CAST([1.0] AS Array(Nullable(Float64))), toFloat64OrNull(toString(level))),
          FALSE
        )
        THEN toInt32(1)
        ELSE toInt32(0)
      END + CASE
        WHEN name = 'level_complete'
        AND COALESCE(
          has(CAST(['1'] AS Array(Nullable(String))), nullIf(toString(level), ''))
          OR has(CAST([1.0] AS Array(Nullable(Float64))), toFloat64OrNull(toString(level))),
          FALSE
        )
        THEN toInt32(2)
        ELSE toInt32(0)
      END AS steps
    FROM playtrace.events
    WHERE
      game_id = 'arena' AND env = 'prod'
  ) AS source
  WHERE
    time >= CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC'))
    AND time < CAST('2026-03-10 00:00:00' AS DateTime64(6, 'UTC'))
    AND has(CAST(['windows'] AS Array(Nullable(String))), platform)
), candidates AS (
  SELECT
    player_id AS unit,
    split,
    order_key,
    toUnixTimestamp64Micro(time) AS at_us,
    steps
  FROM every_event
  WHERE
    (
      has(CAST(['level_complete', 'level_start'] AS Array(Nullable(String))), name)
      OR NOT (
        is_passive
        OR has(CAST(['position', 'performance', 'heartbeat'] AS Array(Nullable(String))), name)
      )
    )
    AND NOT (
      player_id IS NULL
    )
), adjacent AS (
  SELECT
    unit,
    split,
    order_key,
    at_us,
    steps,
    lead(toNullable(steps), 1) OVER behind AS steps_2,
    lead(toNullable(at_us), 1) OVER behind AS next_2
  FROM candidates
  WINDOW behind AS (PARTITION BY unit ORDER BY order_key)
), attempts AS (
  SELECT
    unit,
    split,
    order_key,
    at_us AS began_at,
    at_us AS at_1,
    CASE WHEN bitAnd(steps_2, 2) <> 0 THEN next_2 END AS at_2
  FROM adjacent
  WHERE
    bitAnd(steps, 1) <> 0 AND at_us >= 1772323200000000 AND at_us < 1772496000000000
), measured AS (
  SELECT
    unit,
    split,
    order_key,
    began_at,
    CASE WHEN at_1 <= began_at + 604800000000 THEN at_1 END AS at_1,
    CASE WHEN at_2 <= began_at + 604800000000 THEN at_2 END AS at_2,
    0 + CASE WHEN at_1 <= began_at + 604800000000 THEN toInt32(1) ELSE toInt32(0) END + CASE WHEN at_2 <= began_at + 604800000000 THEN toInt32(1) ELSE toInt32(0) END AS depth
  FROM attempts
), deepest AS (
  SELECT
    unit,
    MIN(
      (
        10 - depth
      ) * toInt128('10000000000000000000000000000000000000') + order_key
    ) AS best
  FROM measured
  GROUP BY
    unit
), chosen AS (
  SELECT
    measured.*,
    CASE
      WHEN depth < 2 AND began_at + 604800000000 > 1772528400000000
      THEN toInt32(1)
      ELSE toInt32(0)
    END AS is_open
  FROM measured
  JOIN deepest
    ON deepest.unit = measured.unit
    AND deepest.best = (
      10 - depth
    ) * toInt128('10000000000000000000000000000000000000') + order_key
), filled AS (
  SELECT
    split,
    depth,
    is_open,
    number AS reached,
    CASE WHEN number = toInt32(1) THEN at_1 WHEN number = toInt32(2) THEN at_2 END - CASE WHEN number = toInt32(2) THEN at_1 END AS step_us
  FROM chosen
  CROSS JOIN numbers
  WHERE
    number <= depth
), shown AS (
  SELECT
    depth,
    is_open,
    reached,
    step_us,
    toInt32(0) AS key_place,
    NULL AS key
  FROM filled
)
SELECT
  key_place,
  key,
  reached,
  toInt64(COUNT(*)) AS units,
  SUM((
    1 - is_open
  )) AS counted,
  SUM(CASE WHEN depth = reached THEN is_open ELSE toInt32(0) END) AS in_progress,
  quantileExactInclusive(0.5)(CASE WHEN (
    1 - is_open
  ) = 1 THEN step_us END) AS median_us,
  quantileExactInclusive(0.9)(CASE WHEN (
    1 - is_open
  ) = 1 THEN step_us END) AS p90_us
FROM shown
GROUP BY
  key_place,
  key,
  reached;
