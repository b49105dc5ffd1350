WITH numbers AS (
  SELECT
    UNNEST(CAST(ARRAY[1, 2, 3] AS BIGINT[])) AS number
), parts AS (
  SELECT
    UNNEST(CAST(ARRAY[0, 1] AS BIGINT[])) AS part
), every_event AS (
  SELECT
    CAST(0 AS BIGINT) AS bucket,
    CASE WHEN platform <> 'unknown' THEN platform ELSE '' END AS split,
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
    steps,
    is_excluded,
    held_value
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
      CAST(CAST(EXTRACT(EPOCH FROM time) * 1000000 AS BIGINT) AS DECIMAL(39, 0)) * 590295810358705651712 + CAST(GREATEST(0, LEAST(COALESCE(seq, 0), 32767)) AS DECIMAL(39, 0)) * 18014398509481984 + CAST(journal_offset AS DECIMAL(39, 0)) * 16384 + position AS order_key,
      CASE WHEN name = 'session_start' THEN 1 ELSE 0 END + CASE WHEN name = 'level_start' THEN 2 ELSE 0 END + CASE WHEN name = 'level_complete' THEN 4 ELSE 0 END AS steps,
      (
        (
          name = 'level_fail' AND NOT COALESCE(NOT props #>> '{mode}' IS NULL, FALSE)
        )
      ) AS is_excluded,
      match_id AS held_value
    FROM main.events
    WHERE
      game_id = 'arena' AND env = 'prod'
  ) AS source
  WHERE
    time >= CAST('2026-03-01 00:00:00' AS TIMESTAMP)
    AND time < CAST('2026-03-10 00:00:00' AS TIMESTAMP)
    AND platform = ANY(CAST(ARRAY['windows'] AS TEXT[]))
), candidates AS (
  SELECT
    player_id AS unit,
    split,
    order_key,
    CAST(EXTRACT(EPOCH FROM time) * 1000000 AS BIGINT) AS at_us,
    steps,
    SUBSTRING(CAST(held_value AS TEXT) FROM 1 FOR 256) AS held,
    is_excluded
  FROM every_event
  WHERE
    name = ANY(
      CAST(ARRAY['level_complete', 'level_fail', 'level_start', 'session_start'] AS TEXT[])
    )
    AND NOT player_id IS NULL
    AND NOT SUBSTRING(CAST(held_value AS TEXT) FROM 1 FOR 256) IS NULL
), stretches AS (
  SELECT
    unit,
    held,
    split,
    order_key,
    at_us,
    CASE WHEN is_excluded THEN 0 ELSE steps END AS steps,
    SUM(CASE WHEN is_excluded THEN 1 ELSE 0 END) OVER (
      PARTITION BY unit, held
      ORDER BY order_key
      ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS stretch
  FROM candidates
), behind_2 AS (
  SELECT
    unit,
    held,
    stretch,
    split,
    order_key,
    at_us,
    steps,
    MIN(CASE WHEN steps & 4 <> 0 THEN at_us END) OVER behind AS at_3
  FROM stretches
  WHERE
    steps & 7 <> 0
  WINDOW behind AS (
    PARTITION BY unit, held, stretch
    ORDER BY order_key DESC NULLS LAST
    ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
  )
), behind_1 AS (
  SELECT
    unit,
    held,
    stretch,
    split,
    order_key,
    at_us,
    steps,
    MIN(CASE WHEN steps & 2 <> 0 THEN at_us END) OVER behind AS at_2,
    MIN(CASE WHEN steps & 2 <> 0 THEN at_3 END) OVER behind AS at_3
  FROM behind_2
  WHERE
    steps & 3 <> 0
  WINDOW behind AS (
    PARTITION BY unit, held, stretch
    ORDER BY order_key DESC NULLS LAST
    ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
  )
), attempts AS (
  SELECT
    unit,
    held,
    split,
    order_key,
    at_us AS began_at,
    at_us AS at_1,
    at_2,
    at_3
  FROM behind_1
  WHERE
    steps & 1 <> 0 AND at_us >= 1772323200000000 AND at_us < 1772496000000000
), measured AS (
  SELECT
    unit,
    held,
    split,
    order_key,
    began_at,
    CASE WHEN at_1 <= began_at + 604800000000 THEN at_1 END AS at_1,
    CASE WHEN at_2 <= began_at + 604800000000 THEN at_2 END AS at_2,
    CASE WHEN at_3 <= began_at + 604800000000 THEN at_3 END AS at_3,
    0 + CASE WHEN at_1 <= began_at + 604800000000 THEN 1 ELSE 0 END + CASE WHEN at_2 <= began_at + 604800000000 THEN 1 ELSE 0 END + CASE WHEN at_3 <= began_at + 604800000000 THEN 1 ELSE 0 END AS depth
  FROM attempts
), deepest AS (
  SELECT
    unit,
    held,
    MIN((
      10 - depth
    ) * 10000000000000000000000000000000000000 + order_key) AS best
  FROM measured
  GROUP BY
    unit,
    held
), chosen AS (
  SELECT
    measured.*,
    CASE WHEN depth < 3 AND began_at + 604800000000 > 1772528400000000 THEN 1 ELSE 0 END AS is_open
  FROM measured
  JOIN deepest
    ON deepest.unit = measured.unit
    AND deepest.held = measured.held
    AND deepest.best = (
      10 - depth
    ) * 10000000000000000000000000000000000000 + order_key
), filled AS (
  SELECT
    split,
    depth,
    is_open,
    number AS reached,
    CASE number WHEN 1 THEN at_1 WHEN 2 THEN at_2 WHEN 3 THEN at_3 END - CASE number WHEN 2 THEN at_1 WHEN 3 THEN at_2 END AS step_us
  FROM chosen
  CROSS JOIN numbers
  WHERE
    number <= depth
), keys AS (
  SELECT
    split,
    ROW_NUMBER() OVER (ORDER BY COUNT(*) DESC NULLS LAST, split) AS key_rank
  FROM chosen
  GROUP BY
    split
), shown AS (
  SELECT
    depth,
    is_open,
    reached,
    step_us,
    CASE WHEN part = 0 THEN 0 WHEN key_rank <= 10 THEN key_rank ELSE 10 + 1 END AS key_place,
    CASE WHEN part = 1 AND key_rank <= 10 THEN filled.split END AS key
  FROM filled
  JOIN keys
    ON keys.split = filled.split
  CROSS JOIN parts
)
SELECT
  key_place,
  key,
  reached,
  COUNT(*) AS units,
  SUM((
    1 - is_open
  )) AS counted,
  SUM(CASE WHEN depth = reached THEN is_open ELSE 0 END) AS in_progress,
  PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY
    CASE WHEN (
      1 - is_open
    ) = 1 THEN step_us END) AS median_us,
  PERCENTILE_CONT(0.9) WITHIN GROUP (ORDER BY
    CASE WHEN (
      1 - is_open
    ) = 1 THEN step_us END) AS p90_us
FROM shown
GROUP BY
  key_place,
  key,
  reached;
