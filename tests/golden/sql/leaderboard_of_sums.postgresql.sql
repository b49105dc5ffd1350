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
    FROM main.noted_events
    WHERE
      game_id = 'arena' AND env = 'prod'
  ) AS noted
  WHERE
    time < CAST('2026-03-03 00:00:00' AS TIMESTAMP)
    AND platform = ANY(CAST(ARRAY['windows'] AS TEXT[]))
)
SELECT
  CASE WHEN subject <> 'unknown' THEN subject ELSE '' END AS board,
  COUNT(*) AS scores
FROM noted_so_far
WHERE
  name = 'match_end'
  AND time >= CAST('2026-03-01 00:00:00' AS TIMESTAMP)
  AND NOT player_id IS NULL
  AND ABS(value) <= 1e15
GROUP BY
  CASE WHEN subject <> 'unknown' THEN subject ELSE '' END
ORDER BY
  scores DESC NULLS LAST,
  board
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
    FROM main.noted_events
    WHERE
      game_id = 'arena' AND env = 'prod'
  ) AS noted
  WHERE
    time < CAST('2026-03-03 00:00:00' AS TIMESTAMP)
    AND platform = ANY(CAST(ARRAY['windows'] AS TEXT[]))
), scores AS (
  SELECT
    player_id,
    order_key,
    time,
    received_at,
    value,
    CASE WHEN 'asc' = 'asc' THEN -value ELSE value END AS points,
    NOT CAST(NULL AS TIMESTAMP) IS NULL AND received_at >= CAST(NULL AS TIMESTAMP) AS is_late
  FROM noted_so_far
  WHERE
    name = 'match_end'
    AND time >= CAST('2026-03-01 00:00:00' AS TIMESTAMP)
    AND NOT player_id IS NULL
    AND ABS(value) <= 1e15
    AND (
      CAST(NULL AS TEXT) IS NULL
      OR CASE WHEN subject <> 'unknown' THEN subject ELSE '' END = NULL
    )
), entries AS (
  SELECT
    player_id,
    SUM(
      (
        CAST(TRUNC(points) AS DECIMAL(39, 0)) * 1000000 + CAST(ROUND((
          points - TRUNC(points)
        ) * 1000000) AS DECIMAL(39, 0))
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
    RANK() OVER (ORDER BY points DESC NULLS LAST) AS standard,
    DENSE_RANK() OVER (ORDER BY points DESC NULLS LAST) AS dense,
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
    standard - 1 + ROW_NUMBER() OVER (PARTITION BY points ORDER BY time, player_id) AS place
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
  place;

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
          THEN SUBSTRING(subject FROM 1 FOR 256)
          ELSE CASE
            WHEN NOT SUBSTRING(subject FROM 1 FOR 1) IN ('{', '[')
            THEN SUBSTRING(subject FROM 1 FOR 256)
          END
        END,
        ''
      ) AS subject,
      COALESCE(
        CASE
          WHEN NOT SUBSTRING(detail FROM 1 FOR 1) IN ('{', '[')
          THEN SUBSTRING(detail FROM 1 FOR 256)
        END,
        ''
      ) AS detail,
      CASE WHEN ABS(balance) <= 1e15 THEN balance END AS balance,
      CASE WHEN duration_s >= 0 AND duration_s <= 1e15 THEN duration_s END AS duration_s,
      NULLIF(
        CASE
          WHEN NOT SUBSTRING(transaction_id FROM 1 FOR 1) IN ('{', '[')
          THEN SUBSTRING(transaction_id FROM 1 FOR 256)
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
          THEN COALESCE(TRY_DOUBLE(CAST(props.count AS TEXT)), value, 1)
          ELSE value
        END AS value,
        CASE name
          WHEN 'purchase'
          THEN CAST(props.product AS TEXT)
          WHEN 'ad_impression'
          THEN CAST(props.placement AS TEXT)
          WHEN 'resource_gain'
          THEN CAST(props.item AS TEXT)
          WHEN 'resource_spend'
          THEN CAST(props.item AS TEXT)
          WHEN 'item_looted'
          THEN CAST(props.item AS TEXT)
          WHEN 'achievement_unlocked'
          THEN CAST(props.achievement AS TEXT)
          WHEN 'score_posted'
          THEN CAST(props.board AS TEXT)
          WHEN 'session_start'
          THEN CAST(NULL AS TEXT)
          WHEN 'match_start'
          THEN CAST(props.mode AS TEXT)
          WHEN 'match_end'
          THEN CAST(props.mode AS TEXT)
          WHEN 'level_start'
          THEN CAST(level AS TEXT)
          WHEN 'level_complete'
          THEN CAST(level AS TEXT)
          WHEN 'level_fail'
          THEN CAST(level AS TEXT)
          WHEN 'level_abandon'
          THEN CAST(level AS TEXT)
        END AS subject,
        CASE name
          WHEN 'purchase'
          THEN CAST(props.kind AS TEXT)
          WHEN 'ad_impression'
          THEN CAST(props.format AS TEXT)
          WHEN 'resource_gain'
          THEN CAST(props.reason AS TEXT)
          WHEN 'resource_spend'
          THEN CAST(props.reason AS TEXT)
          WHEN 'item_looted'
          THEN CAST(props.rarity AS TEXT)
          WHEN 'match_end'
          THEN CAST(props.result AS TEXT)
          WHEN 'level_fail'
          THEN CAST(props.reason AS TEXT)
        END AS detail,
        CASE
          WHEN name IN ('resource_gain', 'resource_spend')
          THEN TRY_DOUBLE(CAST(props.balance AS TEXT))
        END AS balance,
        CASE
          WHEN name IN ('level_complete', 'level_fail', 'level_abandon', 'match_end')
          THEN TRY_DOUBLE(CAST(props.duration_s AS TEXT))
        END AS duration_s,
        CASE WHEN name = 'purchase' THEN CAST(props.transaction_id AS TEXT) END AS transaction_id,
        CASE WHEN name = 'purchase' THEN CAST(props.validated AS TEXT) END AS validated
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
          CAST(CAST(EXTRACT(EPOCH FROM time) * 1000000 AS BIGINT) AS DECIMAL(39, 0)) * 590295810358705651712 + CAST(GREATEST(0, LEAST(COALESCE(seq, 0), 32767)) AS DECIMAL(39, 0)) * 18014398509481984 + CAST(journal_offset AS DECIMAL(39, 0)) * 16384 + position AS order_key
        FROM main.events
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
    time < CAST('2026-03-03 00:00:00' AS TIMESTAMP)
    AND platform = ANY(CAST(ARRAY['windows'] AS TEXT[]))
)
SELECT
  CASE WHEN subject <> 'unknown' THEN subject ELSE '' END AS board,
  COUNT(*) AS scores
FROM noted_so_far
WHERE
  name = 'match_end'
  AND time >= CAST('2026-03-01 00:00:00' AS TIMESTAMP)
  AND NOT player_id IS NULL
  AND ABS(value) <= 1e15
GROUP BY
  CASE WHEN subject <> 'unknown' THEN subject ELSE '' END
ORDER BY
  scores DESC NULLS LAST,
  board
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
          THEN SUBSTRING(subject FROM 1 FOR 256)
          ELSE CASE
            WHEN NOT SUBSTRING(subject FROM 1 FOR 1) IN ('{', '[')
            THEN SUBSTRING(subject FROM 1 FOR 256)
          END
        END,
        ''
      ) AS subject,
      COALESCE(
        CASE
          WHEN NOT SUBSTRING(detail FROM 1 FOR 1) IN ('{', '[')
          THEN SUBSTRING(detail FROM 1 FOR 256)
        END,
        ''
      ) AS detail,
      CASE WHEN ABS(balance) <= 1e15 THEN balance END AS balance,
      CASE WHEN duration_s >= 0 AND duration_s <= 1e15 THEN duration_s END AS duration_s,
      NULLIF(
        CASE
          WHEN NOT SUBSTRING(transaction_id FROM 1 FOR 1) IN ('{', '[')
          THEN SUBSTRING(transaction_id FROM 1 FOR 256)
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
          THEN COALESCE(TRY_DOUBLE(CAST(props.count AS TEXT)), value, 1)
          ELSE value
        END AS value,
        CASE name
          WHEN 'purchase'
          THEN CAST(props.product AS TEXT)
          WHEN 'ad_impression'
          THEN CAST(props.placement AS TEXT)
          WHEN 'resource_gain'
          THEN CAST(props.item AS TEXT)
          WHEN 'resource_spend'
          THEN CAST(props.item AS TEXT)
          WHEN 'item_looted'
          THEN CAST(props.item AS TEXT)
          WHEN 'achievement_unlocked'
          THEN CAST(props.achievement AS TEXT)
          WHEN 'score_posted'
          THEN CAST(props.board AS TEXT)
          WHEN 'session_start'
          THEN CAST(NULL AS TEXT)
          WHEN 'match_start'
          THEN CAST(props.mode AS TEXT)
          WHEN 'match_end'
          THEN CAST(props.mode AS TEXT)
          WHEN 'level_start'
          THEN CAST(level AS TEXT)
          WHEN 'level_complete'
          THEN CAST(level AS TEXT)
          WHEN 'level_fail'
          THEN CAST(level AS TEXT)
          WHEN 'level_abandon'
          THEN CAST(level AS TEXT)
        END AS subject,
        CASE name
          WHEN 'purchase'
          THEN CAST(props.kind AS TEXT)
          WHEN 'ad_impression'
          THEN CAST(props.format AS TEXT)
          WHEN 'resource_gain'
          THEN CAST(props.reason AS TEXT)
          WHEN 'resource_spend'
          THEN CAST(props.reason AS TEXT)
          WHEN 'item_looted'
          THEN CAST(props.rarity AS TEXT)
          WHEN 'match_end'
          THEN CAST(props.result AS TEXT)
          WHEN 'level_fail'
          THEN CAST(props.reason AS TEXT)
        END AS detail,
        CASE
          WHEN name IN ('resource_gain', 'resource_spend')
          THEN TRY_DOUBLE(CAST(props.balance AS TEXT))
        END AS balance,
        CASE
          WHEN name IN ('level_complete', 'level_fail', 'level_abandon', 'match_end')
          THEN TRY_DOUBLE(CAST(props.duration_s AS TEXT))
        END AS duration_s,
        CASE WHEN name = 'purchase' THEN CAST(props.transaction_id AS TEXT) END AS transaction_id,
        CASE WHEN name = 'purchase' THEN CAST(props.validated AS TEXT) END AS validated
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
          CAST(CAST(EXTRACT(EPOCH FROM time) * 1000000 AS BIGINT) AS DECIMAL(39, 0)) * 590295810358705651712 + CAST(GREATEST(0, LEAST(COALESCE(seq, 0), 32767)) AS DECIMAL(39, 0)) * 18014398509481984 + CAST(journal_offset AS DECIMAL(39, 0)) * 16384 + position AS order_key
        FROM main.events
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
    time < CAST('2026-03-03 00:00:00' AS TIMESTAMP)
    AND platform = ANY(CAST(ARRAY['windows'] AS TEXT[]))
), scores AS (
  SELECT
    player_id,
    order_key,
    time,
    received_at,
    value,
    CASE WHEN 'asc' = 'asc' THEN -value ELSE value END AS points,
    NOT CAST(NULL AS TIMESTAMP) IS NULL AND received_at >= CAST(NULL AS TIMESTAMP) AS is_late
  FROM noted_so_far
  WHERE
    name = 'match_end'
    AND time >= CAST('2026-03-01 00:00:00' AS TIMESTAMP)
    AND NOT player_id IS NULL
    AND ABS(value) <= 1e15
    AND (
      CAST(NULL AS TEXT) IS NULL
      OR CASE WHEN subject <> 'unknown' THEN subject ELSE '' END = NULL
    )
), entries AS (
  SELECT
    player_id,
    SUM(
      (
        CAST(TRUNC(points) AS DECIMAL(39, 0)) * 1000000 + CAST(ROUND((
          points - TRUNC(points)
        ) * 1000000) AS DECIMAL(39, 0))
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
    RANK() OVER (ORDER BY points DESC NULLS LAST) AS standard,
    DENSE_RANK() OVER (ORDER BY points DESC NULLS LAST) AS dense,
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
    standard - 1 + ROW_NUMBER() OVER (PARTITION BY points ORDER BY time, player_id) AS place
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
  place;
