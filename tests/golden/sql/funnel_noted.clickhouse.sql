WITH numbers AS (
  SELECT
    tupleElement(list_row, 1) AS number
  FROM (
    SELECT
      arrayJoin(arrayZip(CAST([1, 2, 3] AS Array(Nullable(Int64))))) AS list_row
  ) AS zipped
), named AS (
  SELECT
    tupleElement(list_row, 1) AS name
  FROM (
    SELECT
      arrayJoin(
        arrayZip(
          CAST(['level_complete', 'level_start', 'session_start'] AS Array(Nullable(String)))
        )
      ) AS list_row
  ) AS zipped
), noted AS (
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
    FROM playtrace.noted_events
    WHERE
      game_id = 'arena' AND env = 'prod'
  ) AS noted
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
    CASE WHEN name = 'session_start' THEN toInt32(1) ELSE toInt32(0) END + CASE WHEN name = 'level_start' THEN toInt32(2) ELSE toInt32(0) END + CASE WHEN name = 'level_complete' THEN toInt32(4) ELSE toInt32(0) END AS steps
  FROM noted
  WHERE
    name IN (
      SELECT
        name
      FROM named
    ) AND NOT (
      player_id IS NULL
    )
), behind_2 AS (
  SELECT
    unit,
    split,
    order_key,
    at_us,
    steps,
    MIN(CASE WHEN bitAnd(steps, 4) <> 0 THEN at_us END) OVER behind AS at_3
  FROM candidates
  WHERE
    bitAnd(steps, 7) <> 0
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
    MIN(CASE WHEN bitAnd(steps, 2) <> 0 THEN at_us END) OVER behind AS at_2,
    MIN(CASE WHEN bitAnd(steps, 2) <> 0 THEN at_3 END) OVER behind AS at_3
  FROM behind_2
  WHERE
    bitAnd(steps, 3) <> 0
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
    bitAnd(steps, 1) <> 0 AND at_us >= 1772323200000000 AND at_us < 1772496000000000
), measured AS (
  SELECT
    unit,
    split,
    order_key,
    began_at,
    CASE WHEN at_1 <= began_at + 604800000000 THEN at_1 END AS at_1,
    CASE WHEN at_2 <= began_at + 604800000000 THEN at_2 END AS at_2,
    CASE WHEN at_3 <= began_at + 604800000000 THEN at_3 END AS at_3,
    0 + CASE WHEN at_1 <= began_at + 604800000000 THEN toInt32(1) ELSE toInt32(0) END + CASE WHEN at_2 <= began_at + 604800000000 THEN toInt32(1) ELSE toInt32(0) END + CASE WHEN at_3 <= began_at + 604800000000 THEN toInt32(1) ELSE toInt32(0) END AS depth
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
      WHEN depth < 3 AND began_at + 604800000000 > 1772528400000000
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
    CASE
      WHEN number = toInt32(1)
      THEN at_1
      WHEN number = toInt32(2)
      THEN at_2
      WHEN number = toInt32(3)
      THEN at_3
    END - CASE WHEN number = toInt32(2) THEN at_1 WHEN number = toInt32(3) THEN at_2 END AS step_us
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

WITH numbers AS (
  SELECT
    tupleElement(list_row, 1) AS number
  FROM (
    SELECT
      arrayJoin(arrayZip(CAST([1, 2, 3] AS Array(Nullable(Int64))))) AS list_row
  ) AS zipped
), named AS (
  SELECT
    tupleElement(list_row, 1) AS name
  FROM (
    SELECT
      arrayJoin(
        arrayZip(
          CAST(['level_complete', 'level_start', 'session_start'] AS Array(Nullable(String)))
        )
      ) AS list_row
  ) AS zipped
), noted AS (
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
            WHEN NOT (
              SUBSTRING(subject, 1, 1) IN ('{', '[')
            )
            THEN SUBSTRING(subject, 1, 256)
          END
        END,
        ''
      ) AS subject,
      COALESCE(
        CASE
          WHEN NOT (
            SUBSTRING(detail, 1, 1) IN ('{', '[')
          )
          THEN SUBSTRING(detail, 1, 256)
        END,
        ''
      ) AS detail,
      CASE WHEN ABS(balance) <= 1e15 THEN balance END AS balance,
      CASE WHEN duration_s >= 0 AND duration_s <= 1e15 THEN duration_s END AS duration_s,
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
          THEN COALESCE(toFloat64OrNull(toString(nullIf(toString(props.count), ''))), value, toInt32(1))
          ELSE value
        END AS value,
        CASE
          WHEN name = 'purchase'
          THEN nullIf(toString(props.product), '')
          WHEN name = 'ad_impression'
          THEN nullIf(toString(props.placement), '')
          WHEN name = 'resource_gain'
          THEN nullIf(toString(props.item), '')
          WHEN name = 'resource_spend'
          THEN nullIf(toString(props.item), '')
          WHEN name = 'item_looted'
          THEN nullIf(toString(props.item), '')
          WHEN name = 'achievement_unlocked'
          THEN nullIf(toString(props.achievement), '')
          WHEN name = 'score_posted'
          THEN nullIf(toString(props.board), '')
          WHEN name = 'session_start'
          THEN CAST(NULL AS Nullable(String))
          WHEN name = 'match_start'
          THEN nullIf(toString(props.mode), '')
          WHEN name = 'match_end'
          THEN nullIf(toString(props.mode), '')
          WHEN name = 'level_start'
          THEN CAST(level AS Nullable(String))
          WHEN name = 'level_complete'
          THEN CAST(level AS Nullable(String))
          WHEN name = 'level_fail'
          THEN CAST(level AS Nullable(String))
          WHEN name = 'level_abandon'
          THEN CAST(level AS Nullable(String))
        END AS subject,
        CASE
          WHEN name = 'purchase'
          THEN nullIf(toString(props.kind), '')
          WHEN name = 'ad_impression'
          THEN nullIf(toString(props.format), '')
          WHEN name = 'resource_gain'
          THEN nullIf(toString(props.reason), '')
          WHEN name = 'resource_spend'
          THEN nullIf(toString(props.reason), '')
          WHEN name = 'item_looted'
          THEN nullIf(toString(props.rarity), '')
          WHEN name = 'match_end'
          THEN nullIf(toString(props.result), '')
          WHEN name = 'level_fail'
          THEN nullIf(toString(props.reason), '')
        END AS detail,
        CASE
          WHEN name IN ('resource_gain', 'resource_spend')
          THEN toFloat64OrNull(toString(nullIf(toString(props.balance), '')))
        END AS balance,
        CASE
          WHEN name IN ('level_complete', 'level_fail', 'level_abandon', 'match_end')
          THEN toFloat64OrNull(toString(nullIf(toString(props.duration_s), '')))
        END AS duration_s,
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
    time >= CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC'))
    AND time < CAST('2026-03-10 00:00:00' AS DateTime64(6, 'UTC'))
    AND has(CAST(['windows'] AS Array(Nullable(String))), platform)
), candidates AS (
  SELECT
    player_id AS unit,
    split,
    order_key,
    toUnixTimestamp64Micro(time) AS at_us,
    CASE WHEN name = 'session_start' THEN toInt32(1) ELSE toInt32(0) END + CASE WHEN name = 'level_start' THEN toInt32(2) ELSE toInt32(0) END + CASE WHEN name = 'level_complete' THEN toInt32(4) ELSE toInt32(0) END AS steps
  FROM noted
  WHERE
    name IN (
      SELECT
        name
      FROM named
    ) AND NOT (
      player_id IS NULL
    )
), behind_2 AS (
  SELECT
    unit,
    split,
    order_key,
    at_us,
    steps,
    MIN(CASE WHEN bitAnd(steps, 4) <> 0 THEN at_us END) OVER behind AS at_3
  FROM candidates
  WHERE
    bitAnd(steps, 7) <> 0
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
    MIN(CASE WHEN bitAnd(steps, 2) <> 0 THEN at_us END) OVER behind AS at_2,
    MIN(CASE WHEN bitAnd(steps, 2) <> 0 THEN at_3 END) OVER behind AS at_3
  FROM behind_2
  WHERE
    bitAnd(steps, 3) <> 0
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
    bitAnd(steps, 1) <> 0 AND at_us >= 1772323200000000 AND at_us < 1772496000000000
), measured AS (
  SELECT
    unit,
    split,
    order_key,
    began_at,
    CASE WHEN at_1 <= began_at + 604800000000 THEN at_1 END AS at_1,
    CASE WHEN at_2 <= began_at + 604800000000 THEN at_2 END AS at_2,
    CASE WHEN at_3 <= began_at + 604800000000 THEN at_3 END AS at_3,
    0 + CASE WHEN at_1 <= began_at + 604800000000 THEN toInt32(1) ELSE toInt32(0) END + CASE WHEN at_2 <= began_at + 604800000000 THEN toInt32(1) ELSE toInt32(0) END + CASE WHEN at_3 <= began_at + 604800000000 THEN toInt32(1) ELSE toInt32(0) END AS depth
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
      WHEN depth < 3 AND began_at + 604800000000 > 1772528400000000
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
    CASE
      WHEN number = toInt32(1)
      THEN at_1
      WHEN number = toInt32(2)
      THEN at_2
      WHEN number = toInt32(3)
      THEN at_3
    END - CASE WHEN number = toInt32(2) THEN at_1 WHEN number = toInt32(3) THEN at_2 END AS step_us
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
