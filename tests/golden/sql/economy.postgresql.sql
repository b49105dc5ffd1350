WITH noted AS (
  SELECT
    CASE
      WHEN time < CAST('2026-03-02 00:00:00' AS TIMESTAMP)
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
    FROM main.noted_events
    WHERE
      game_id = 'arena' AND env = 'prod'
  ) AS noted
  WHERE
    time >= CAST('2026-03-01 00:00:00' AS TIMESTAMP)
    AND time < CAST('2026-03-03 00:00:00' AS TIMESTAMP)
    AND (
      time < CAST('2026-03-02 00:00:00' AS TIMESTAMP)
      OR time >= CAST('2026-03-02 00:00:00' AS TIMESTAMP)
    )
    AND platform = ANY(CAST(ARRAY['windows'] AS TEXT[]))
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
    FROM main.noted_events
    WHERE
      game_id = 'arena' AND env = 'prod'
  ) AS noted
  WHERE
    time < CAST('2026-03-03 00:00:00' AS TIMESTAMP)
    AND platform = ANY(CAST(ARRAY['windows'] AS TEXT[]))
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
          CAST(TRUNC(value) AS DECIMAL(39, 0)) * 1000000 + CAST(ROUND((
            value - TRUNC(value)
          ) * 1000000) AS DECIMAL(39, 0))
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
    ROW_NUMBER() OVER (ORDER BY SUM(moves) DESC NULLS LAST, SUM(events) DESC NULLS LAST, resource) AS place
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
              CAST(TRUNC(value) AS DECIMAL(39, 0)) * 1000000 + CAST(ROUND((
                value - TRUNC(value)
              ) * 1000000) AS DECIMAL(39, 0))
            )
            ELSE -(
              CAST(TRUNC(value) AS DECIMAL(39, 0)) * 1000000 + CAST(ROUND((
                value - TRUNC(value)
              ) * 1000000) AS DECIMAL(39, 0))
            )
          END
          ELSE 0
        END
      )
    FROM noted_so_far
    WHERE
      name IN ('resource_gain', 'resource_spend')
      AND time < CAST('2026-03-01 00:00:00' AS TIMESTAMP)
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
    ROW_NUMBER() OVER (PARTITION BY part, name ORDER BY SUM(amount) DESC NULLS LAST, label) AS place
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
  place;

WITH calendar AS (
  SELECT
    UNNEST(CAST(ARRAY[0, 1] AS BIGINT[])) AS bucket,
    UNNEST(CAST(ARRAY[CAST('2026-03-01' AS DATE), CAST('2026-03-02' AS DATE)] AS DATE[])) AS day,
    UNNEST(CAST(ARRAY[281474976710655, 281474976710655] AS BIGINT[])) AS am,
    UNNEST(CAST(ARRAY[281474976710655, 281474976710655] AS BIGINT[])) AS pm
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
    FROM main.player_days
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
    AND platform = ANY(CAST(ARRAY['windows'] AS TEXT[]))
)
SELECT
  bucket,
  COUNT(DISTINCT player_id) AS players
FROM active
GROUP BY
  bucket;

WITH calendar AS (
  SELECT
    UNNEST(CAST(ARRAY[0, 0] AS BIGINT[])) AS bucket,
    UNNEST(CAST(ARRAY[CAST('2026-03-01' AS DATE), CAST('2026-03-02' AS DATE)] AS DATE[])) AS day,
    UNNEST(CAST(ARRAY[281474976710655, 281474976710655] AS BIGINT[])) AS am,
    UNNEST(CAST(ARRAY[281474976710655, 281474976710655] AS BIGINT[])) AS pm
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
    FROM main.player_days
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
    AND platform = ANY(CAST(ARRAY['windows'] AS TEXT[]))
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
    FROM main.noted_events
    WHERE
      game_id = 'arena' AND env = 'prod'
  ) AS noted
  WHERE
    time < CAST('2026-03-03 00:00:00' AS TIMESTAMP)
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
    FROM main.noted_events
    WHERE
      game_id = 'arena' AND env = 'prod'
  ) AS noted
  WHERE
    time < CAST('2026-03-03 00:00:00' AS TIMESTAMP)
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
            CAST(TRUNC(value) AS DECIMAL(39, 0)) * 1000000 + CAST(ROUND((
              value - TRUNC(value)
            ) * 1000000) AS DECIMAL(39, 0))
          )
          ELSE -(
            CAST(TRUNC(value) AS DECIMAL(39, 0)) * 1000000 + CAST(ROUND((
              value - TRUNC(value)
            ) * 1000000) AS DECIMAL(39, 0))
          )
        END
        ELSE 0
      END
    ) AS moved,
    MAX(CASE WHEN NOT balance IS NULL THEN order_key END) AS report_key,
    (
      ARRAY_AGG(balance ORDER BY CASE WHEN NOT balance IS NULL THEN order_key END DESC) FILTER(WHERE
        balance IS NOT NULL)
    )[1] AS balance
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
            CAST(TRUNC(value) AS DECIMAL(39, 0)) * 1000000 + CAST(ROUND((
              value - TRUNC(value)
            ) * 1000000) AS DECIMAL(39, 0))
          )
          ELSE -(
            CAST(TRUNC(value) AS DECIMAL(39, 0)) * 1000000 + CAST(ROUND((
              value - TRUNC(value)
            ) * 1000000) AS DECIMAL(39, 0))
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
        CAST(TRUNC(balance) AS DECIMAL(39, 0)) * 1000000 + CAST(ROUND((
          balance - TRUNC(balance)
        ) * 1000000) AS DECIMAL(39, 0))
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
    ROW_NUMBER() OVER (ORDER BY COUNT(*) DESC NULLS LAST, ABS(drift), drift) AS place
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
    ROW_NUMBER() OVER (ORDER BY balance) AS place,
    COUNT(*) OVER () AS players,
    ROW_NUMBER() OVER (ORDER BY ABS(COALESCE(drift, 0)) DESC NULLS LAST, player_id) AS drift_place
  FROM owned
)
SELECT
  COUNT(*) AS players,
  SUM(balance) AS balance,
  PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY
    CAST(balance AS DOUBLE PRECISION)) AS median,
  PERCENTILE_CONT(0.9) WITHIN GROUP (ORDER BY
    CAST(balance AS DOUBLE PRECISION)) AS p90,
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
  drift_place;

WITH noted AS (
  SELECT
    CASE
      WHEN time < CAST('2026-03-02 00:00:00' AS TIMESTAMP)
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
    time >= CAST('2026-03-01 00:00:00' AS TIMESTAMP)
    AND time < CAST('2026-03-03 00:00:00' AS TIMESTAMP)
    AND (
      time < CAST('2026-03-02 00:00:00' AS TIMESTAMP)
      OR time >= CAST('2026-03-02 00:00:00' AS TIMESTAMP)
    )
    AND platform = ANY(CAST(ARRAY['windows'] AS TEXT[]))
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
          CAST(TRUNC(value) AS DECIMAL(39, 0)) * 1000000 + CAST(ROUND((
            value - TRUNC(value)
          ) * 1000000) AS DECIMAL(39, 0))
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
    ROW_NUMBER() OVER (ORDER BY SUM(moves) DESC NULLS LAST, SUM(events) DESC NULLS LAST, resource) AS place
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
              CAST(TRUNC(value) AS DECIMAL(39, 0)) * 1000000 + CAST(ROUND((
                value - TRUNC(value)
              ) * 1000000) AS DECIMAL(39, 0))
            )
            ELSE -(
              CAST(TRUNC(value) AS DECIMAL(39, 0)) * 1000000 + CAST(ROUND((
                value - TRUNC(value)
              ) * 1000000) AS DECIMAL(39, 0))
            )
          END
          ELSE 0
        END
      )
    FROM noted_so_far
    WHERE
      name IN ('resource_gain', 'resource_spend')
      AND time < CAST('2026-03-01 00:00:00' AS TIMESTAMP)
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
    ROW_NUMBER() OVER (PARTITION BY part, name ORDER BY SUM(amount) DESC NULLS LAST, label) AS place
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
  place;

WITH active AS (
  SELECT
    CASE
      WHEN time < CAST('2026-03-02 00:00:00' AS TIMESTAMP)
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
    time >= CAST('2026-03-01 00:00:00' AS TIMESTAMP)
    AND time < CAST('2026-03-03 00:00:00' AS TIMESTAMP)
    AND (
      time < CAST('2026-03-02 00:00:00' AS TIMESTAMP)
      OR time >= CAST('2026-03-02 00:00:00' AS TIMESTAMP)
    )
    AND is_active
    AND platform = ANY(CAST(ARRAY['windows'] AS TEXT[]))
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
    time >= CAST('2026-03-01 00:00:00' AS TIMESTAMP)
    AND time < CAST('2026-03-03 00:00:00' AS TIMESTAMP)
    AND is_active
    AND platform = ANY(CAST(ARRAY['windows'] AS TEXT[]))
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
            CAST(TRUNC(value) AS DECIMAL(39, 0)) * 1000000 + CAST(ROUND((
              value - TRUNC(value)
            ) * 1000000) AS DECIMAL(39, 0))
          )
          ELSE -(
            CAST(TRUNC(value) AS DECIMAL(39, 0)) * 1000000 + CAST(ROUND((
              value - TRUNC(value)
            ) * 1000000) AS DECIMAL(39, 0))
          )
        END
        ELSE 0
      END
    ) AS moved,
    MAX(CASE WHEN NOT balance IS NULL THEN order_key END) AS report_key,
    (
      ARRAY_AGG(balance ORDER BY CASE WHEN NOT balance IS NULL THEN order_key END DESC) FILTER(WHERE
        balance IS NOT NULL)
    )[1] AS balance
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
            CAST(TRUNC(value) AS DECIMAL(39, 0)) * 1000000 + CAST(ROUND((
              value - TRUNC(value)
            ) * 1000000) AS DECIMAL(39, 0))
          )
          ELSE -(
            CAST(TRUNC(value) AS DECIMAL(39, 0)) * 1000000 + CAST(ROUND((
              value - TRUNC(value)
            ) * 1000000) AS DECIMAL(39, 0))
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
        CAST(TRUNC(balance) AS DECIMAL(39, 0)) * 1000000 + CAST(ROUND((
          balance - TRUNC(balance)
        ) * 1000000) AS DECIMAL(39, 0))
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
    ROW_NUMBER() OVER (ORDER BY COUNT(*) DESC NULLS LAST, ABS(drift), drift) AS place
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
    ROW_NUMBER() OVER (ORDER BY balance) AS place,
    COUNT(*) OVER () AS players,
    ROW_NUMBER() OVER (ORDER BY ABS(COALESCE(drift, 0)) DESC NULLS LAST, player_id) AS drift_place
  FROM owned
)
SELECT
  COUNT(*) AS players,
  SUM(balance) AS balance,
  PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY
    CAST(balance AS DOUBLE PRECISION)) AS median,
  PERCENTILE_CONT(0.9) WITHIN GROUP (ORDER BY
    CAST(balance AS DOUBLE PRECISION)) AS p90,
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
  drift_place;
