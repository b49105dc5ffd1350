WITH numbers AS (
  SELECT
    *
  FROM (
    SELECT
      INLINE(ARRAYS_ZIP(CAST(ARRAY(1, 2, 3) AS ARRAY<BIGINT>)))
  ) AS listed(number)
), named AS (
  SELECT
    *
  FROM (
    SELECT
      INLINE(
        ARRAYS_ZIP(CAST(ARRAY('level_complete', 'level_start', 'session_start') AS ARRAY<STRING>))
      )
  ) AS listed(name)
), noted AS (
  SELECT
    CAST(0 AS BIGINT) AS bucket,
    '' AS split,
    time,
    order_key,
    name,
    player_id,
    owner,
    session_id,
    match_id,
    map_id,
    level,
    platform,
    version,
    country,
    currency,
    value,
    subject,
    detail,
    balance,
    duration_s,
    transaction_id,
    is_validated
  FROM (
    SELECT
      game_id,
      env,
      time,
      received_at,
      order_key,
      name,
      player_id,
      owner,
      session_id,
      match_id,
      map_id,
      level,
      platform,
      version,
      country,
      currency,
      value,
      subject,
      detail,
      balance,
      duration_s,
      transaction_id,
      is_validated
    FROM main_noted_events
    WHERE
      game_id = 'arena' AND env = 'prod'
  ) AS noted
  WHERE
    time >= CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
    AND time < CAST('2026-03-10 00:00:00' AS TIMESTAMP_NTZ)
    AND ARRAY_CONTAINS(CAST(ARRAY('windows') AS ARRAY<STRING>), platform)
), candidates AS (
  SELECT
    player_id AS unit,
    split,
    order_key,
    UNIX_MICROS(CAST(time AS TIMESTAMP)) AS at_us,
    CASE WHEN name = 'session_start' THEN 1 ELSE 0 END + CASE WHEN name = 'level_start' THEN 2 ELSE 0 END + CASE WHEN name = 'level_complete' THEN 4 ELSE 0 END AS steps
  FROM noted
  WHERE
    name IN (
      SELECT
        name
      FROM named
    ) AND NOT player_id IS NULL
), behind_2 AS (
  SELECT
    unit,
    split,
    order_key,
    at_us,
    steps,
    MIN(CASE WHEN steps & 4 <> 0 THEN at_us END) OVER behind AS at_3
  FROM candidates
  WHERE
    steps & 7 <> 0
  WINDOW behind AS (
    PARTITION BY unit
    ORDER BY order_key DESC
    ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
  )
), behind_1 AS (
  SELECT
    unit,
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
    PARTITION BY unit
    ORDER BY order_key DESC
    ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
  )
), attempts AS (
  SELECT
    unit,
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
    MIN((
      10 - depth
    ) * 10000000000000000000000000000000000000 + order_key) AS best
  FROM measured
  GROUP BY
    unit
), chosen AS (
  SELECT
    measured.*,
    CASE WHEN depth < 3 AND began_at + 604800000000 > 1772528400000000 THEN 1 ELSE 0 END AS is_open
  FROM measured
  JOIN deepest
    ON deepest.unit = measured.unit
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
), shown AS (
  SELECT
    depth,
    is_open,
    reached,
    step_us,
    0 AS key_place,
    NULL AS key
  FROM filled
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
  PERCENTILE(CASE WHEN (
    1 - is_open
  ) = 1 THEN step_us END, 0.5) AS median_us,
  PERCENTILE(CASE WHEN (
    1 - is_open
  ) = 1 THEN step_us END, 0.9) AS p90_us
FROM shown
GROUP BY
  key_place,
  key,
  reached;

WITH numbers AS (
  SELECT
    *
  FROM (
    SELECT
      INLINE(ARRAYS_ZIP(CAST(ARRAY(1, 2, 3) AS ARRAY<BIGINT>)))
  ) AS listed(number)
), named AS (
  SELECT
    *
  FROM (
    SELECT
      INLINE(
        ARRAYS_ZIP(CAST(ARRAY('level_complete', 'level_start', 'session_start') AS ARRAY<STRING>))
      )
  ) AS listed(name)
), noted AS (
  SELECT
    CAST(0 AS BIGINT) AS bucket,
    '' AS split,
    time,
    order_key,
    name,
    player_id,
    owner,
    session_id,
    match_id,
    map_id,
    level,
    platform,
    version,
    country,
    currency,
    value,
    subject,
    detail,
    balance,
    duration_s,
    transaction_id,
    is_validated
  FROM (
    SELECT
      game_id,
      env,
      time,
      received_at,
      order_key,
      name,
      player_id,
      owner,
      session_id,
      match_id,
      map_id,
      level,
      platform,
      version,
      country,
      currency,
      value,
      COALESCE(
        CASE
          WHEN name LIKE 'level%'
          THEN SUBSTRING(subject, 1, 256)
          ELSE CASE
            WHEN NOT SUBSTRING(subject, 1, 1) IN ('{', '[')
            THEN SUBSTRING(subject, 1, 256)
          END
        END,
        ''
      ) AS subject,
      COALESCE(
        CASE
          WHEN NOT SUBSTRING(detail, 1, 1) IN ('{', '[')
          THEN SUBSTRING(detail, 1, 256)
        END,
        ''
      ) AS detail,
      CASE WHEN ABS(balance) <= 1e15 THEN balance END AS balance,
      CASE WHEN duration_s >= 0 AND duration_s <= 1e15 THEN duration_s END AS duration_s,
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
        received_at,
        order_key,
        name,
        player_id,
        owner,
        COALESCE(session_id, '') AS session_id,
        match_id,
        map_id,
        level,
        platform,
        version,
        country,
        currency,
        CASE
          WHEN name = 'item_looted'
          THEN COALESCE(
            TRY_CAST(CASE
              WHEN NOT (
                GET_JSON_OBJECT(props, '$.count') RLIKE '[0-9.][dDfFxXpP]'
              )
              THEN GET_JSON_OBJECT(props, '$.count')
            END AS DOUBLE),
            value,
            1
          )
          ELSE value
        END AS value,
        CASE name
          WHEN 'purchase'
          THEN GET_JSON_OBJECT(props, '$.product')
          WHEN 'ad_impression'
          THEN GET_JSON_OBJECT(props, '$.placement')
          WHEN 'resource_gain'
          THEN GET_JSON_OBJECT(props, '$.item')
          WHEN 'resource_spend'
          THEN GET_JSON_OBJECT(props, '$.item')
          WHEN 'item_looted'
          THEN GET_JSON_OBJECT(props, '$.item')
          WHEN 'achievement_unlocked'
          THEN GET_JSON_OBJECT(props, '$.achievement')
          WHEN 'score_posted'
          THEN GET_JSON_OBJECT(props, '$.board')
          WHEN 'session_start'
          THEN CAST(NULL AS STRING)
          WHEN 'match_start'
          THEN GET_JSON_OBJECT(props, '$.mode')
          WHEN 'match_end'
          THEN GET_JSON_OBJECT(props, '$.mode')
          WHEN 'level_start'
          THEN CAST(level AS STRING)
          WHEN 'level_complete'
          THEN CAST(level AS STRING)
          WHEN 'level_fail'
          THEN CAST(level AS STRING)
          WHEN 'level_abandon'
          THEN CAST(level AS STRING)
        END AS subject,
        CASE name
          WHEN 'purchase'
          THEN GET_JSON_OBJECT(props, '$.kind')
          WHEN 'ad_impression'
          THEN GET_JSON_OBJECT(props, '$.format')
          WHEN 'resource_gain'
          THEN GET_JSON_OBJECT(props, '$.reason')
          WHEN 'resource_spend'
          THEN GET_JSON_OBJECT(props, '$.reason')
          WHEN 'item_looted'
          THEN GET_JSON_OBJECT(props, '$.rarity')
          WHEN 'match_end'
          THEN GET_JSON_OBJECT(props, '$.result')
          WHEN 'level_fail'
          THEN GET_JSON_OBJECT(props, '$.reason')
        END AS detail,
        CASE
          WHEN name IN ('resource_gain', 'resource_spend')
          THEN TRY_CAST(CASE
            WHEN NOT (
              GET_JSON_OBJECT(props, '$.balance') RLIKE '[0-9.][dDfFxXpP]'
            )
            THEN GET_JSON_OBJECT(props, '$.balance')
          END AS DOUBLE)
        END AS balance,
        CASE
          WHEN name IN ('level_complete', 'level_fail', 'level_abandon', 'match_end')
          THEN TRY_CAST(CASE
            WHEN NOT (
              GET_JSON_OBJECT(props, '$.duration_s') RLIKE '[0-9.][dDfFxXpP]'
            )
            THEN GET_JSON_OBJECT(props, '$.duration_s')
          END AS DOUBLE)
        END AS duration_s,
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
        name IN (
          'purchase',
          'ad_impression',
          'resource_gain',
          'resource_spend',
          'item_looted',
          'achievement_unlocked',
          'score_posted',
          'session_start',
          'match_start',
          'match_end',
          'level_start',
          'level_complete',
          'level_fail',
          'level_abandon'
        )
    ) AS said
  ) AS noted
  WHERE
    time >= CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
    AND time < CAST('2026-03-10 00:00:00' AS TIMESTAMP_NTZ)
    AND ARRAY_CONTAINS(CAST(ARRAY('windows') AS ARRAY<STRING>), platform)
), candidates AS (
  SELECT
    player_id AS unit,
    split,
    order_key,
    UNIX_MICROS(CAST(time AS TIMESTAMP)) AS at_us,
    CASE WHEN name = 'session_start' THEN 1 ELSE 0 END + CASE WHEN name = 'level_start' THEN 2 ELSE 0 END + CASE WHEN name = 'level_complete' THEN 4 ELSE 0 END AS steps
  FROM noted
  WHERE
    name IN (
      SELECT
        name
      FROM named
    ) AND NOT player_id IS NULL
), behind_2 AS (
  SELECT
    unit,
    split,
    order_key,
    at_us,
    steps,
    MIN(CASE WHEN steps & 4 <> 0 THEN at_us END) OVER behind AS at_3
  FROM candidates
  WHERE
    steps & 7 <> 0
  WINDOW behind AS (
    PARTITION BY unit
    ORDER BY order_key DESC
    ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
  )
), behind_1 AS (
  SELECT
    unit,
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
    PARTITION BY unit
    ORDER BY order_key DESC
    ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
  )
), attempts AS (
  SELECT
    unit,
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
    MIN((
      10 - depth
    ) * 10000000000000000000000000000000000000 + order_key) AS best
  FROM measured
  GROUP BY
    unit
), chosen AS (
  SELECT
    measured.*,
    CASE WHEN depth < 3 AND began_at + 604800000000 > 1772528400000000 THEN 1 ELSE 0 END AS is_open
  FROM measured
  JOIN deepest
    ON deepest.unit = measured.unit
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
), shown AS (
  SELECT
    depth,
    is_open,
    reached,
    step_us,
    0 AS key_place,
    NULL AS key
  FROM filled
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
  PERCENTILE(CASE WHEN (
    1 - is_open
  ) = 1 THEN step_us END, 0.5) AS median_us,
  PERCENTILE(CASE WHEN (
    1 - is_open
  ) = 1 THEN step_us END, 0.9) AS p90_us
FROM shown
GROUP BY
  key_place,
  key,
  reached;
