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
    FROM playtrace.noted_events
    WHERE
      game_id = 'arena' AND env = 'prod'
  ) AS noted
  WHERE
    time < CAST('2026-03-09 00:00:00' AS DateTime64(6, 'UTC'))
    AND has(CAST(['windows'] AS Array(Nullable(String))), platform)
)
SELECT
  CASE WHEN subject <> 'unknown' THEN subject ELSE '' END AS board,
  toInt64(COUNT(*)) AS scores
FROM noted_so_far
WHERE
  name = 'score_posted'
  AND time >= CAST('2026-03-02 00:00:00' AS DateTime64(6, 'UTC'))
  AND NOT (
    player_id IS NULL
  )
  AND ABS(value) <= 1e15
GROUP BY
  CASE WHEN subject <> 'unknown' THEN subject ELSE '' END
ORDER BY
  toInt64(COUNT(*)) DESC,
  CASE WHEN subject <> 'unknown' THEN subject ELSE '' END
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
    FROM playtrace.noted_events
    WHERE
      game_id = 'arena' AND env = 'prod'
  ) AS noted
  WHERE
    time < CAST('2026-03-09 00:00:00' AS DateTime64(6, 'UTC'))
    AND has(CAST(['windows'] AS Array(Nullable(String))), platform)
), scores AS (
  SELECT
    player_id,
    order_key,
    time,
    received_at,
    value,
    CASE WHEN 'desc' = 'asc' THEN -value ELSE value END AS points,
    CAST(NOT (
      CAST(NULL AS DateTime64(6, 'UTC')) IS NULL
    )
    AND received_at >= CAST(NULL AS DateTime64(6, 'UTC')) AS Nullable(Bool)) AS is_late
  FROM noted_so_far
  WHERE
    name = 'score_posted'
    AND time >= CAST('2026-03-02 00:00:00' AS DateTime64(6, 'UTC'))
    AND NOT (
      player_id IS NULL
    )
    AND ABS(value) <= 1e15
    AND (
      CAST(NULL AS Nullable(String)) IS NULL
      OR CASE WHEN subject <> 'unknown' THEN subject ELSE '' END = NULL
    )
), entries AS (
  SELECT
    player_id,
    MAX(points) AS points,
    toInt64(COUNT(*)) AS scores
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
    toInt64(RANK() OVER (ORDER BY points DESC)) AS standard,
    toInt64(DENSE_RANK() OVER (ORDER BY points DESC)) AS dense,
    toInt64(COUNT(*) OVER ()) AS players
  FROM entries
), achieved AS (
  SELECT
    ranked.player_id AS player_id,
    ranked.points AS points,
    ranked.scores AS scores,
    standard,
    dense,
    players,
    MIN(CASE WHEN scores.points = ranked.points THEN time END) AS time
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
    standard - 1 + toInt64(ROW_NUMBER() OVER (PARTITION BY points ORDER BY time, player_id)) AS place
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
    time < CAST('2026-03-09 00:00:00' AS DateTime64(6, 'UTC'))
    AND has(CAST(['windows'] AS Array(Nullable(String))), platform)
)
SELECT
  CASE WHEN subject <> 'unknown' THEN subject ELSE '' END AS board,
  toInt64(COUNT(*)) AS scores
FROM noted_so_far
WHERE
  name = 'score_posted'
  AND time >= CAST('2026-03-02 00:00:00' AS DateTime64(6, 'UTC'))
  AND NOT (
    player_id IS NULL
  )
  AND ABS(value) <= 1e15
GROUP BY
  CASE WHEN subject <> 'unknown' THEN subject ELSE '' END
ORDER BY
  toInt64(COUNT(*)) DESC,
  CASE WHEN subject <> 'unknown' THEN subject ELSE '' END
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
    time < CAST('2026-03-09 00:00:00' AS DateTime64(6, 'UTC'))
    AND has(CAST(['windows'] AS Array(Nullable(String))), platform)
), scores AS (
  SELECT
    player_id,
    order_key,
    time,
    received_at,
    value,
    CASE WHEN 'desc' = 'asc' THEN -value ELSE value END AS points,
    CAST(NOT (
      CAST(NULL AS DateTime64(6, 'UTC')) IS NULL
    )
    AND received_at >= CAST(NULL AS DateTime64(6, 'UTC')) AS Nullable(Bool)) AS is_late
  FROM noted_so_far
  WHERE
    name = 'score_posted'
    AND time >= CAST('2026-03-02 00:00:00' AS DateTime64(6, 'UTC'))
    AND NOT (
      player_id IS NULL
    )
    AND ABS(value) <= 1e15
    AND (
      CAST(NULL AS Nullable(String)) IS NULL
      OR CASE WHEN subject <> 'unknown' THEN subject ELSE '' END = NULL
    )
), entries AS (
  SELECT
    player_id,
    MAX(points) AS points,
    toInt64(COUNT(*)) AS scores
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
    toInt64(RANK() OVER (ORDER BY points DESC)) AS standard,
    toInt64(DENSE_RANK() OVER (ORDER BY points DESC)) AS dense,
    toInt64(COUNT(*) OVER ()) AS players
  FROM entries
), achieved AS (
  SELECT
    ranked.player_id AS player_id,
    ranked.points AS points,
    ranked.scores AS scores,
    standard,
    dense,
    players,
    MIN(CASE WHEN scores.points = ranked.points THEN time END) AS time
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
    standard - 1 + toInt64(ROW_NUMBER() OVER (PARTITION BY points ORDER BY time, player_id)) AS place
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
