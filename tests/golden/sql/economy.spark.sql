WITH noted AS (
  SELECT
    CASE
      WHEN time < CAST('2026-03-02 00:00:00' AS TIMESTAMP_NTZ)
      THEN CAST(0 AS BIGINT)
      ELSE CAST(1 AS BIGINT)
    END AS bucket,
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
    AND time < CAST('2026-03-03 00:00:00' AS TIMESTAMP_NTZ)
    AND (
      time < CAST('2026-03-02 00:00:00' AS TIMESTAMP_NTZ)
      OR time >= CAST('2026-03-02 00:00:00' AS TIMESTAMP_NTZ)
    )
    AND ARRAY_CONTAINS(CAST(ARRAY('windows') AS ARRAY<STRING>), platform)
), noted_so_far AS (
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
), sums AS (
  SELECT
    bucket,
    CASE WHEN currency <> 'unknown' THEN currency ELSE '' END AS resource,
    name,
    detail,
    subject,
    SUM(
      CASE
        WHEN value > 0 AND value <= 1e15
        THEN (
          CAST(CAST(value AS BIGINT) AS DECIMAL(38, 0)) * 1000000 + CAST(ROUND((
            value - CAST(value AS BIGINT)
          ) * 1000000) AS DECIMAL(38, 0))
        )
      END
    ) AS amount,
    COUNT(*) FILTER(WHERE
      value > 0 AND value <= 1e15) AS moves,
    COUNT(*) AS events
  FROM noted
  WHERE
    name IN ('resource_gain', 'resource_spend')
  GROUP BY
    bucket,
    CASE WHEN currency <> 'unknown' THEN currency ELSE '' END,
    name,
    detail,
    subject
), known AS (
  SELECT
    resource,
    SUM(moves) AS moves,
    SUM(ignored) AS ignored,
    SUM(supply) AS supply,
    COUNT(*) OVER () AS resource_count,
    ROW_NUMBER() OVER (ORDER BY SUM(moves) DESC, SUM(events) DESC, resource NULLS LAST) AS place
  FROM (
    SELECT
      resource,
      moves,
      events - moves AS ignored,
      events,
      0 AS supply
    FROM sums
    UNION ALL
    SELECT
      CASE WHEN currency <> 'unknown' THEN currency ELSE '' END AS resource,
      0,
      0,
      COUNT(*),
      SUM(
        CASE
          WHEN value > 0 AND value <= 1e15
          THEN CASE
            WHEN name = 'resource_gain'
            THEN (
              CAST(CAST(value AS BIGINT) AS DECIMAL(38, 0)) * 1000000 + CAST(ROUND((
                value - CAST(value AS BIGINT)
              ) * 1000000) AS DECIMAL(38, 0))
            )
            ELSE -(
              CAST(CAST(value AS BIGINT) AS DECIMAL(38, 0)) * 1000000 + CAST(ROUND((
                value - CAST(value AS BIGINT)
              ) * 1000000) AS DECIMAL(38, 0))
            )
          END
          ELSE 0
        END
      )
    FROM noted_so_far
    WHERE
      name IN ('resource_gain', 'resource_spend')
      AND time < CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
    GROUP BY
      CASE WHEN currency <> 'unknown' THEN currency ELSE '' END
  ) AS parts
  GROUP BY
    resource
), labelled AS (
  SELECT
    bucket,
    name,
    part,
    CASE
      WHEN CASE WHEN part = 'item' THEN subject ELSE detail END <> 'unknown'
      THEN CASE WHEN part = 'item' THEN subject ELSE detail END
      ELSE ''
    END AS label,
    amount,
    sums.moves
  FROM sums
  JOIN known
    ON sums.resource = known.resource
  CROSS JOIN (
    SELECT
      'reason' AS part
    UNION ALL
    SELECT
      'item' AS part
  ) AS parts
  WHERE
    sums.moves > 0
    AND CASE WHEN NULL IS NULL THEN place = 1 ELSE known.resource = NULL END
), places AS (
  SELECT
    part,
    name,
    label,
    ROW_NUMBER() OVER (PARTITION BY part, name ORDER BY SUM(amount) DESC, label NULLS LAST) AS place
  FROM labelled
  GROUP BY
    part,
    name,
    label
)
SELECT
  labelled.part,
  bucket,
  labelled.name,
  CASE WHEN place <= 20 THEN place END AS place,
  MIN(CASE WHEN place <= 20 THEN labelled.label END) AS label,
  SUM(amount) AS amount,
  SUM(moves) AS moves,
  0 AS ignored,
  0 AS resource_count
FROM labelled
JOIN places
  ON labelled.part = places.part
  AND labelled.name = places.name
  AND labelled.label = places.label
GROUP BY
  labelled.part,
  bucket,
  labelled.name,
  CASE WHEN place <= 20 THEN place END
UNION ALL
SELECT
  'resource',
  NULL,
  NULL,
  place,
  resource,
  supply,
  moves,
  ignored,
  resource_count
FROM known
WHERE
  place <= 50 OR resource = NULL
ORDER BY
  place NULLS LAST;

WITH calendar AS (
  SELECT
    *
  FROM (
    SELECT
      INLINE(
        ARRAYS_ZIP(
          CAST(ARRAY(0, 1) AS ARRAY<BIGINT>),
          CAST(ARRAY(CAST('2026-03-01' AS DATE), CAST('2026-03-02' AS DATE)) AS ARRAY<DATE>),
          CAST(ARRAY(281474976710655, 281474976710655) AS ARRAY<BIGINT>),
          CAST(ARRAY(281474976710655, 281474976710655) AS ARRAY<BIGINT>)
        )
      )
  ) AS listed(bucket, day, am, pm)
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
    player_days.day >= CAST('2026-03-01' AS DATE)
    AND player_days.day <= CAST('2026-03-02' AS DATE)
    AND (
      (
        slots_am & am
      ) <> 0 OR (
        slots_pm & pm
      ) <> 0
    )
    AND ARRAY_CONTAINS(CAST(ARRAY('windows') AS ARRAY<STRING>), platform)
)
SELECT
  bucket,
  COUNT(DISTINCT player_id) AS players
FROM active
GROUP BY
  bucket;

WITH calendar AS (
  SELECT
    *
  FROM (
    SELECT
      INLINE(
        ARRAYS_ZIP(
          CAST(ARRAY(0, 0) AS ARRAY<BIGINT>),
          CAST(ARRAY(CAST('2026-03-01' AS DATE), CAST('2026-03-02' AS DATE)) AS ARRAY<DATE>),
          CAST(ARRAY(281474976710655, 281474976710655) AS ARRAY<BIGINT>),
          CAST(ARRAY(281474976710655, 281474976710655) AS ARRAY<BIGINT>)
        )
      )
  ) AS listed(bucket, day, am, pm)
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
    player_days.day >= CAST('2026-03-01' AS DATE)
    AND player_days.day <= CAST('2026-03-02' AS DATE)
    AND (
      (
        slots_am & am
      ) <> 0 OR (
        slots_pm & pm
      ) <> 0
    )
    AND ARRAY_CONTAINS(CAST(ARRAY('windows') AS ARRAY<STRING>), platform)
), wallet_moves AS (
  SELECT
    time,
    order_key,
    name,
    player_id,
    currency,
    value,
    balance
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
    AND name IN ('resource_gain', 'resource_spend')
    AND NOT player_id IS NULL
), silent_moves AS (
  SELECT
    time,
    order_key,
    name,
    player_id,
    currency,
    value,
    balance
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
    AND name IN ('resource_gain', 'resource_spend')
    AND NOT player_id IS NULL
    AND balance IS NULL
), moved AS (
  SELECT
    player_id,
    SUM(
      CASE
        WHEN value > 0 AND value <= 1e15
        THEN CASE
          WHEN name = 'resource_gain'
          THEN (
            CAST(CAST(value AS BIGINT) AS DECIMAL(38, 0)) * 1000000 + CAST(ROUND((
              value - CAST(value AS BIGINT)
            ) * 1000000) AS DECIMAL(38, 0))
          )
          ELSE -(
            CAST(CAST(value AS BIGINT) AS DECIMAL(38, 0)) * 1000000 + CAST(ROUND((
              value - CAST(value AS BIGINT)
            ) * 1000000) AS DECIMAL(38, 0))
          )
        END
        ELSE 0
      END
    ) AS moved,
    MAX(CASE WHEN NOT balance IS NULL THEN order_key END) AS report_key,
    MAX_BY(
      balance,
      CASE
        WHEN NOT balance IS NULL
        THEN CASE WHEN NOT balance IS NULL THEN order_key END
      END
    ) AS balance
  FROM wallet_moves
  WHERE
    CASE WHEN currency <> 'unknown' THEN currency ELSE '' END = NULL
  GROUP BY
    player_id
), later AS (
  SELECT
    silent_moves.player_id,
    SUM(
      CASE
        WHEN value > 0 AND value <= 1e15
        THEN CASE
          WHEN name = 'resource_gain'
          THEN (
            CAST(CAST(value AS BIGINT) AS DECIMAL(38, 0)) * 1000000 + CAST(ROUND((
              value - CAST(value AS BIGINT)
            ) * 1000000) AS DECIMAL(38, 0))
          )
          ELSE -(
            CAST(CAST(value AS BIGINT) AS DECIMAL(38, 0)) * 1000000 + CAST(ROUND((
              value - CAST(value AS BIGINT)
            ) * 1000000) AS DECIMAL(38, 0))
          )
        END
        ELSE 0
      END
    ) AS moved
  FROM silent_moves
  JOIN moved
    ON silent_moves.player_id = moved.player_id AND silent_moves.order_key > report_key
  WHERE
    CASE WHEN currency <> 'unknown' THEN currency ELSE '' END = NULL
  GROUP BY
    silent_moves.player_id
), held AS (
  SELECT
    moved.player_id,
    moved.moved,
    CASE
      WHEN NOT report_key IS NULL
      THEN (
        CAST(CAST(balance AS BIGINT) AS DECIMAL(38, 0)) * 1000000 + CAST(ROUND((
          balance - CAST(balance AS BIGINT)
        ) * 1000000) AS DECIMAL(38, 0))
      )
    END AS reported,
    moved.moved - COALESCE(later.moved, 0) AS reconstructed,
    report_key
  FROM moved
  LEFT JOIN later
    ON moved.player_id = later.player_id
), owned AS (
  SELECT
    population.player_id,
    COALESCE(reported, moved, 0) AS balance,
    reported - reconstructed AS drift,
    reported,
    reconstructed,
    report_key
  FROM (
    SELECT
      player_id
    FROM active
    GROUP BY
      player_id
  ) AS population
  LEFT JOIN held
    ON population.player_id = held.player_id
), usual AS (
  SELECT
    drift,
    COUNT(*) AS players,
    ROW_NUMBER() OVER (ORDER BY COUNT(*) DESC, ABS(drift) NULLS LAST, drift NULLS LAST) AS place
  FROM owned
  WHERE
    NOT drift IS NULL
  GROUP BY
    drift
), ranked AS (
  SELECT
    player_id,
    balance,
    drift,
    reported,
    reconstructed,
    report_key,
    ROW_NUMBER() OVER (ORDER BY balance NULLS LAST) AS place,
    COUNT(*) OVER () AS players,
    ROW_NUMBER() OVER (ORDER BY ABS(COALESCE(drift, 0)) DESC, player_id NULLS LAST) AS drift_place
  FROM owned
)
SELECT
  COUNT(*) AS players,
  SUM(balance) AS balance,
  PERCENTILE(CAST(balance AS DOUBLE), 0.5) AS median,
  PERCENTILE(CAST(balance AS DOUBLE), 0.9) AS p90,
  COUNT(*) FILTER(WHERE
    balance < 0) AS negative_players,
  SUM((
    2 * place - players - 1
  ) * balance) AS spread,
  COUNT(*) FILTER(WHERE
    drift <> 0) AS drifting_players,
  SUM(drift) AS drift,
  0 AS drift_place,
  NULL AS player_id,
  NULL AS reported,
  NULL AS reconstructed,
  NULL AS report_key
FROM ranked
UNION ALL
SELECT
  players,
  NULL,
  NULL,
  NULL,
  NULL,
  NULL,
  NULL,
  drift,
  -1,
  NULL,
  NULL,
  NULL,
  NULL
FROM usual
WHERE
  place = 1
UNION ALL
SELECT
  NULL,
  NULL,
  NULL,
  NULL,
  NULL,
  NULL,
  NULL,
  drift,
  drift_place,
  player_id,
  reported,
  reconstructed,
  report_key
FROM ranked
WHERE
  drift <> 0 AND drift_place <= 20
ORDER BY
  drift_place NULLS LAST;

WITH noted AS (
  SELECT
    CASE
      WHEN time < CAST('2026-03-02 00:00:00' AS TIMESTAMP_NTZ)
      THEN CAST(0 AS BIGINT)
      ELSE CAST(1 AS BIGINT)
    END AS bucket,
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
    AND time < CAST('2026-03-03 00:00:00' AS TIMESTAMP_NTZ)
    AND (
      time < CAST('2026-03-02 00:00:00' AS TIMESTAMP_NTZ)
      OR time >= CAST('2026-03-02 00:00:00' AS TIMESTAMP_NTZ)
    )
    AND ARRAY_CONTAINS(CAST(ARRAY('windows') AS ARRAY<STRING>), platform)
), noted_so_far AS (
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
), sums AS (
  SELECT
    bucket,
    CASE WHEN currency <> 'unknown' THEN currency ELSE '' END AS resource,
    name,
    detail,
    subject,
    SUM(
      CASE
        WHEN value > 0 AND value <= 1e15
        THEN (
          CAST(CAST(value AS BIGINT) AS DECIMAL(38, 0)) * 1000000 + CAST(ROUND((
            value - CAST(value AS BIGINT)
          ) * 1000000) AS DECIMAL(38, 0))
        )
      END
    ) AS amount,
    COUNT(*) FILTER(WHERE
      value > 0 AND value <= 1e15) AS moves,
    COUNT(*) AS events
  FROM noted
  WHERE
    name IN ('resource_gain', 'resource_spend')
  GROUP BY
    bucket,
    CASE WHEN currency <> 'unknown' THEN currency ELSE '' END,
    name,
    detail,
    subject
), known AS (
  SELECT
    resource,
    SUM(moves) AS moves,
    SUM(ignored) AS ignored,
    SUM(supply) AS supply,
    COUNT(*) OVER () AS resource_count,
    ROW_NUMBER() OVER (ORDER BY SUM(moves) DESC, SUM(events) DESC, resource NULLS LAST) AS place
  FROM (
    SELECT
      resource,
      moves,
      events - moves AS ignored,
      events,
      0 AS supply
    FROM sums
    UNION ALL
    SELECT
      CASE WHEN currency <> 'unknown' THEN currency ELSE '' END AS resource,
      0,
      0,
      COUNT(*),
      SUM(
        CASE
          WHEN value > 0 AND value <= 1e15
          THEN CASE
            WHEN name = 'resource_gain'
            THEN (
              CAST(CAST(value AS BIGINT) AS DECIMAL(38, 0)) * 1000000 + CAST(ROUND((
                value - CAST(value AS BIGINT)
              ) * 1000000) AS DECIMAL(38, 0))
            )
            ELSE -(
              CAST(CAST(value AS BIGINT) AS DECIMAL(38, 0)) * 1000000 + CAST(ROUND((
                value - CAST(value AS BIGINT)
              ) * 1000000) AS DECIMAL(38, 0))
            )
          END
          ELSE 0
        END
      )
    FROM noted_so_far
    WHERE
      name IN ('resource_gain', 'resource_spend')
      AND time < CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
    GROUP BY
      CASE WHEN currency <> 'unknown' THEN currency ELSE '' END
  ) AS parts
  GROUP BY
    resource
), labelled AS (
  SELECT
    bucket,
    name,
    part,
    CASE
      WHEN CASE WHEN part = 'item' THEN subject ELSE detail END <> 'unknown'
      THEN CASE WHEN part = 'item' THEN subject ELSE detail END
      ELSE ''
    END AS label,
    amount,
    sums.moves
  FROM sums
  JOIN known
    ON sums.resource = known.resource
  CROSS JOIN (
    SELECT
      'reason' AS part
    UNION ALL
    SELECT
      'item' AS part
  ) AS parts
  WHERE
    sums.moves > 0
    AND CASE WHEN NULL IS NULL THEN place = 1 ELSE known.resource = NULL END
), places AS (
  SELECT
    part,
    name,
    label,
    ROW_NUMBER() OVER (PARTITION BY part, name ORDER BY SUM(amount) DESC, label NULLS LAST) AS place
  FROM labelled
  GROUP BY
    part,
    name,
    label
)
SELECT
  labelled.part,
  bucket,
  labelled.name,
  CASE WHEN place <= 20 THEN place END AS place,
  MIN(CASE WHEN place <= 20 THEN labelled.label END) AS label,
  SUM(amount) AS amount,
  SUM(moves) AS moves,
  0 AS ignored,
  0 AS resource_count
FROM labelled
JOIN places
  ON labelled.part = places.part
  AND labelled.name = places.name
  AND labelled.label = places.label
GROUP BY
  labelled.part,
  bucket,
  labelled.name,
  CASE WHEN place <= 20 THEN place END
UNION ALL
SELECT
  'resource',
  NULL,
  NULL,
  place,
  resource,
  supply,
  moves,
  ignored,
  resource_count
FROM known
WHERE
  place <= 50 OR resource = NULL
ORDER BY
  place NULLS LAST;

WITH active AS (
  SELECT
    CASE
      WHEN time < CAST('2026-03-02 00:00:00' AS TIMESTAMP_NTZ)
      THEN CAST(0 AS BIGINT)
      ELSE CAST(1 AS BIGINT)
    END AS bucket,
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
  WHERE
    time >= CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
    AND time < CAST('2026-03-03 00:00:00' AS TIMESTAMP_NTZ)
    AND (
      time < CAST('2026-03-02 00:00:00' AS TIMESTAMP_NTZ)
      OR time >= CAST('2026-03-02 00:00:00' AS TIMESTAMP_NTZ)
    )
    AND is_active
    AND ARRAY_CONTAINS(CAST(ARRAY('windows') AS ARRAY<STRING>), platform)
)
SELECT
  bucket,
  COUNT(DISTINCT player_id) AS players
FROM active
GROUP BY
  bucket;

WITH active AS (
  SELECT
    CAST(0 AS BIGINT) AS bucket,
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
  WHERE
    time >= CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
    AND time < CAST('2026-03-03 00:00:00' AS TIMESTAMP_NTZ)
    AND is_active
    AND ARRAY_CONTAINS(CAST(ARRAY('windows') AS ARRAY<STRING>), platform)
), wallet_moves AS (
  SELECT
    time,
    order_key,
    name,
    player_id,
    currency,
    value,
    balance
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
    AND name IN ('resource_gain', 'resource_spend')
    AND NOT player_id IS NULL
), silent_moves AS (
  SELECT
    time,
    order_key,
    name,
    player_id,
    currency,
    value,
    balance
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
    AND name IN ('resource_gain', 'resource_spend')
    AND NOT player_id IS NULL
    AND balance IS NULL
), moved AS (
  SELECT
    player_id,
    SUM(
      CASE
        WHEN value > 0 AND value <= 1e15
        THEN CASE
          WHEN name = 'resource_gain'
          THEN (
            CAST(CAST(value AS BIGINT) AS DECIMAL(38, 0)) * 1000000 + CAST(ROUND((
              value - CAST(value AS BIGINT)
            ) * 1000000) AS DECIMAL(38, 0))
          )
          ELSE -(
            CAST(CAST(value AS BIGINT) AS DECIMAL(38, 0)) * 1000000 + CAST(ROUND((
              value - CAST(value AS BIGINT)
            ) * 1000000) AS DECIMAL(38, 0))
          )
        END
        ELSE 0
      END
    ) AS moved,
    MAX(CASE WHEN NOT balance IS NULL THEN order_key END) AS report_key,
    MAX_BY(
      balance,
      CASE
        WHEN NOT balance IS NULL
        THEN CASE WHEN NOT balance IS NULL THEN order_key END
      END
    ) AS balance
  FROM wallet_moves
  WHERE
    CASE WHEN currency <> 'unknown' THEN currency ELSE '' END = NULL
  GROUP BY
    player_id
), later AS (
  SELECT
    silent_moves.player_id,
    SUM(
      CASE
        WHEN value > 0 AND value <= 1e15
        THEN CASE
          WHEN name = 'resource_gain'
          THEN (
            CAST(CAST(value AS BIGINT) AS DECIMAL(38, 0)) * 1000000 + CAST(ROUND((
              value - CAST(value AS BIGINT)
            ) * 1000000) AS DECIMAL(38, 0))
          )
          ELSE -(
            CAST(CAST(value AS BIGINT) AS DECIMAL(38, 0)) * 1000000 + CAST(ROUND((
              value - CAST(value AS BIGINT)
            ) * 1000000) AS DECIMAL(38, 0))
          )
        END
        ELSE 0
      END
    ) AS moved
  FROM silent_moves
  JOIN moved
    ON silent_moves.player_id = moved.player_id AND silent_moves.order_key > report_key
  WHERE
    CASE WHEN currency <> 'unknown' THEN currency ELSE '' END = NULL
  GROUP BY
    silent_moves.player_id
), held AS (
  SELECT
    moved.player_id,
    moved.moved,
    CASE
      WHEN NOT report_key IS NULL
      THEN (
        CAST(CAST(balance AS BIGINT) AS DECIMAL(38, 0)) * 1000000 + CAST(ROUND((
          balance - CAST(balance AS BIGINT)
        ) * 1000000) AS DECIMAL(38, 0))
      )
    END AS reported,
    moved.moved - COALESCE(later.moved, 0) AS reconstructed,
    report_key
  FROM moved
  LEFT JOIN later
    ON moved.player_id = later.player_id
), owned AS (
  SELECT
    population.player_id,
    COALESCE(reported, moved, 0) AS balance,
    reported - reconstructed AS drift,
    reported,
    reconstructed,
    report_key
  FROM (
    SELECT
      player_id
    FROM active
    GROUP BY
      player_id
  ) AS population
  LEFT JOIN held
    ON population.player_id = held.player_id
), usual AS (
  SELECT
    drift,
    COUNT(*) AS players,
    ROW_NUMBER() OVER (ORDER BY COUNT(*) DESC, ABS(drift) NULLS LAST, drift NULLS LAST) AS place
  FROM owned
  WHERE
    NOT drift IS NULL
  GROUP BY
    drift
), ranked AS (
  SELECT
    player_id,
    balance,
    drift,
    reported,
    reconstructed,
    report_key,
    ROW_NUMBER() OVER (ORDER BY balance NULLS LAST) AS place,
    COUNT(*) OVER () AS players,
    ROW_NUMBER() OVER (ORDER BY ABS(COALESCE(drift, 0)) DESC, player_id NULLS LAST) AS drift_place
  FROM owned
)
SELECT
  COUNT(*) AS players,
  SUM(balance) AS balance,
  PERCENTILE(CAST(balance AS DOUBLE), 0.5) AS median,
  PERCENTILE(CAST(balance AS DOUBLE), 0.9) AS p90,
  COUNT(*) FILTER(WHERE
    balance < 0) AS negative_players,
  SUM((
    2 * place - players - 1
  ) * balance) AS spread,
  COUNT(*) FILTER(WHERE
    drift <> 0) AS drifting_players,
  SUM(drift) AS drift,
  0 AS drift_place,
  NULL AS player_id,
  NULL AS reported,
  NULL AS reconstructed,
  NULL AS report_key
FROM ranked
UNION ALL
SELECT
  players,
  NULL,
  NULL,
  NULL,
  NULL,
  NULL,
  NULL,
  drift,
  -1,
  NULL,
  NULL,
  NULL,
  NULL
FROM usual
WHERE
  place = 1
UNION ALL
SELECT
  NULL,
  NULL,
  NULL,
  NULL,
  NULL,
  NULL,
  NULL,
  drift,
  drift_place,
  player_id,
  reported,
  reconstructed,
  report_key
FROM ranked
WHERE
  drift <> 0 AND drift_place <= 20
ORDER BY
  drift_place NULLS LAST;
