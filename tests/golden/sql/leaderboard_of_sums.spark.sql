WITH noted_so_far AS (
  SELECT
    '' AS split,
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
    time < CAST('2026-03-03 00:00:00' AS TIMESTAMP_NTZ)
    AND ARRAY_CONTAINS(CAST(ARRAY('windows') AS ARRAY<STRING>), platform)
)
SELECT
  CASE WHEN subject <> 'unknown' THEN subject ELSE '' END AS board,
  COUNT(*) AS scores
FROM noted_so_far
WHERE
  name = 'match_end'
  AND time >= CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
  AND NOT player_id IS NULL
  AND ABS(value) <= 1e15
GROUP BY
  CASE WHEN subject <> 'unknown' THEN subject ELSE '' END
ORDER BY
  scores DESC,
  board NULLS LAST
LIMIT 50;

WITH noted_so_far AS (
  SELECT
    '' AS split,
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
    time < CAST('2026-03-03 00:00:00' AS TIMESTAMP_NTZ)
    AND ARRAY_CONTAINS(CAST(ARRAY('windows') AS ARRAY<STRING>), platform)
), scores AS (
  SELECT
    player_id,
    order_key,
    time,
    received_at,
    value,
    CASE WHEN 'asc' = 'asc' THEN -value ELSE value END AS points,
    NOT CAST(NULL AS TIMESTAMP_NTZ) IS NULL
    AND received_at >= CAST(NULL AS TIMESTAMP_NTZ) AS is_late
  FROM noted_so_far
  WHERE
    name = 'match_end'
    AND time >= CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
    AND NOT player_id IS NULL
    AND ABS(value) <= 1e15
    AND (
      CAST(NULL AS STRING) IS NULL
      OR CASE WHEN subject <> 'unknown' THEN subject ELSE '' END = NULL
    )
), entries AS (
  SELECT
    player_id,
    SUM(
      (
        CAST(CAST(points AS BIGINT) AS DECIMAL(38, 0)) * 1000000 + CAST(ROUND((
          points - CAST(points AS BIGINT)
        ) * 1000000) AS DECIMAL(38, 0))
      )
    ) AS points,
    COUNT(*) AS scores
  FROM scores
  WHERE
    NOT is_late
  GROUP BY
    player_id
), ranked AS (
  SELECT
    player_id,
    points,
    scores,
    RANK() OVER (ORDER BY points DESC) AS standard,
    DENSE_RANK() OVER (ORDER BY points DESC) AS dense,
    COUNT(*) OVER () AS players
  FROM entries
), achieved AS (
  SELECT
    ranked.player_id,
    ranked.points,
    ranked.scores,
    standard,
    dense,
    players,
    MAX(time) AS time
  FROM ranked
  JOIN scores
    ON scores.player_id = ranked.player_id
  WHERE
    NOT is_late AND (
      standard <= 100
    )
  GROUP BY
    ranked.player_id,
    ranked.points,
    ranked.scores,
    standard,
    dense,
    players
), placed AS (
  SELECT
    player_id,
    points,
    time,
    scores,
    standard,
    dense,
    players,
    standard - 1 + ROW_NUMBER() OVER (PARTITION BY points ORDER BY time NULLS LAST, player_id NULLS LAST) AS place
  FROM achieved
)
SELECT
  player_id,
  points,
  time,
  scores,
  standard,
  dense,
  place,
  players
FROM placed
WHERE
  place <= 100 OR player_id = NULL
ORDER BY
  place NULLS LAST;

WITH noted_so_far AS (
  SELECT
    '' AS split,
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
    time < CAST('2026-03-03 00:00:00' AS TIMESTAMP_NTZ)
    AND ARRAY_CONTAINS(CAST(ARRAY('windows') AS ARRAY<STRING>), platform)
)
SELECT
  CASE WHEN subject <> 'unknown' THEN subject ELSE '' END AS board,
  COUNT(*) AS scores
FROM noted_so_far
WHERE
  name = 'match_end'
  AND time >= CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
  AND NOT player_id IS NULL
  AND ABS(value) <= 1e15
GROUP BY
  CASE WHEN subject <> 'unknown' THEN subject ELSE '' END
ORDER BY
  scores DESC,
  board NULLS LAST
LIMIT 50;

WITH noted_so_far AS (
  SELECT
    '' AS split,
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
    time < CAST('2026-03-03 00:00:00' AS TIMESTAMP_NTZ)
    AND ARRAY_CONTAINS(CAST(ARRAY('windows') AS ARRAY<STRING>), platform)
), scores AS (
  SELECT
    player_id,
    order_key,
    time,
    received_at,
    value,
    CASE WHEN 'asc' = 'asc' THEN -value ELSE value END AS points,
    NOT CAST(NULL AS TIMESTAMP_NTZ) IS NULL
    AND received_at >= CAST(NULL AS TIMESTAMP_NTZ) AS is_late
  FROM noted_so_far
  WHERE
    name = 'match_end'
    AND time >= CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
    AND NOT player_id IS NULL
    AND ABS(value) <= 1e15
    AND (
      CAST(NULL AS STRING) IS NULL
      OR CASE WHEN subject <> 'unknown' THEN subject ELSE '' END = NULL
    )
), entries AS (
  SELECT
    player_id,
    SUM(
      (
        CAST(CAST(points AS BIGINT) AS DECIMAL(38, 0)) * 1000000 + CAST(ROUND((
          points - CAST(points AS BIGINT)
        ) * 1000000) AS DECIMAL(38, 0))
      )
    ) AS points,
    COUNT(*) AS scores
  FROM scores
  WHERE
    NOT is_late
  GROUP BY
    player_id
), ranked AS (
  SELECT
    player_id,
    points,
    scores,
    RANK() OVER (ORDER BY points DESC) AS standard,
    DENSE_RANK() OVER (ORDER BY points DESC) AS dense,
    COUNT(*) OVER () AS players
  FROM entries
), achieved AS (
  SELECT
    ranked.player_id,
    ranked.points,
    ranked.scores,
    standard,
    dense,
    players,
    MAX(time) AS time
  FROM ranked
  JOIN scores
    ON scores.player_id = ranked.player_id
  WHERE
    NOT is_late AND (
      standard <= 100
    )
  GROUP BY
    ranked.player_id,
    ranked.points,
    ranked.scores,
    standard,
    dense,
    players
), placed AS (
  SELECT
    player_id,
    points,
    time,
    scores,
    standard,
    dense,
    players,
    standard - 1 + ROW_NUMBER() OVER (PARTITION BY points ORDER BY time NULLS LAST, player_id NULLS LAST) AS place
  FROM achieved
)
SELECT
  player_id,
  points,
  time,
  scores,
  standard,
  dense,
  place,
  players
FROM placed
WHERE
  place <= 100 OR player_id = NULL
ORDER BY
  place NULLS LAST;
