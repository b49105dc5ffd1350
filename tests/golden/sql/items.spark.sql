WITH noted AS (
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
    AND time < CAST('2026-03-03 00:00:00' AS TIMESTAMP_NTZ)
    AND ARRAY_CONTAINS(CAST(ARRAY('windows') AS ARRAY<STRING>), platform)
), held AS (
  SELECT
    player_id,
    item,
    part,
    SUM(pieces) AS pieces,
    COUNT(CASE WHEN is_some THEN 1 END) AS events,
    COUNT(*) AS lootings
  FROM (
    SELECT
      bucket,
      player_id,
      CASE WHEN subject <> 'unknown' THEN subject ELSE '' END AS item,
      CASE 'level'
        WHEN 'rarity'
        THEN CASE WHEN detail <> 'unknown' THEN detail ELSE '' END
        WHEN 'map'
        THEN COALESCE(map_id, '')
        WHEN 'level'
        THEN COALESCE(level, '')
        WHEN 'match'
        THEN COALESCE(match_id, '')
        ELSE ''
      END AS part,
      COALESCE(value > 0 AND value <= 1e15, FALSE) AS is_some,
      CASE WHEN value > 0 AND value <= 1e15 THEN CAST(ROUND(value) AS BIGINT) ELSE 0 END AS pieces
    FROM noted
    WHERE
      name = 'item_looted'
  ) AS looted
  GROUP BY
    player_id,
    item,
    part
), items AS (
  SELECT
    item,
    part,
    SUM(pieces) AS pieces,
    SUM(CASE WHEN NOT player_id IS NULL THEN pieces ELSE 0 END) AS owned,
    SUM(events) AS events,
    COUNT(player_id) AS players,
    ROW_NUMBER() OVER (ORDER BY SUM(pieces) DESC, item NULLS LAST, part NULLS LAST) AS place
  FROM held
  WHERE
    events > 0
  GROUP BY
    item,
    part
)
SELECT
  place,
  item,
  part,
  pieces,
  owned,
  events,
  players,
  0 AS items,
  0 AS row_count,
  0 AS ignored
FROM items
WHERE
  place <= 50
UNION ALL
SELECT
  NULL,
  NULL,
  NULL,
  SUM(held.pieces),
  SUM(CASE WHEN NOT player_id IS NULL THEN held.pieces ELSE 0 END),
  SUM(held.events),
  COUNT(DISTINCT player_id),
  0,
  0,
  0
FROM held
JOIN items
  ON held.item = items.item AND held.part = items.part
WHERE
  place > 50 AND held.events > 0
HAVING
  COUNT(*) > 0
UNION ALL
SELECT
  0,
  NULL,
  NULL,
  COALESCE(SUM(pieces), 0),
  0,
  COALESCE(SUM(events), 0),
  COUNT(DISTINCT CASE WHEN events > 0 THEN player_id END),
  COUNT(DISTINCT CASE WHEN events > 0 THEN item END),
  (
    SELECT
      COUNT(*)
    FROM items
  ),
  COALESCE(SUM(lootings - events), 0)
FROM held
ORDER BY
  place NULLS LAST;

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
), sums AS (
  SELECT
    bucket,
    item,
    part,
    SUM(pieces) AS pieces
  FROM (
    SELECT
      bucket,
      player_id,
      CASE WHEN subject <> 'unknown' THEN subject ELSE '' END AS item,
      CASE 'level'
        WHEN 'rarity'
        THEN CASE WHEN detail <> 'unknown' THEN detail ELSE '' END
        WHEN 'map'
        THEN COALESCE(map_id, '')
        WHEN 'level'
        THEN COALESCE(level, '')
        WHEN 'match'
        THEN COALESCE(match_id, '')
        ELSE ''
      END AS part,
      COALESCE(value > 0 AND value <= 1e15, FALSE) AS is_some,
      CASE WHEN value > 0 AND value <= 1e15 THEN CAST(ROUND(value) AS BIGINT) ELSE 0 END AS pieces
    FROM noted
    WHERE
      name = 'item_looted'
  ) AS looted
  WHERE
    is_some
  GROUP BY
    bucket,
    item,
    part
), places AS (
  SELECT
    item,
    part,
    ROW_NUMBER() OVER (ORDER BY SUM(pieces) DESC, item NULLS LAST, part NULLS LAST) AS place
  FROM sums
  GROUP BY
    item,
    part
)
SELECT
  CASE WHEN place <= 50 THEN place END AS place,
  bucket,
  SUM(pieces) AS pieces
FROM sums
JOIN places
  ON sums.item = places.item AND sums.part = places.part
GROUP BY
  CASE WHEN place <= 50 THEN place END,
  bucket;

WITH noted AS (
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
    AND time < CAST('2026-03-03 00:00:00' AS TIMESTAMP_NTZ)
    AND ARRAY_CONTAINS(CAST(ARRAY('windows') AS ARRAY<STRING>), platform)
), held AS (
  SELECT
    player_id,
    item,
    part,
    SUM(pieces) AS pieces,
    COUNT(CASE WHEN is_some THEN 1 END) AS events,
    COUNT(*) AS lootings
  FROM (
    SELECT
      bucket,
      player_id,
      CASE WHEN subject <> 'unknown' THEN subject ELSE '' END AS item,
      CASE 'level'
        WHEN 'rarity'
        THEN CASE WHEN detail <> 'unknown' THEN detail ELSE '' END
        WHEN 'map'
        THEN COALESCE(map_id, '')
        WHEN 'level'
        THEN COALESCE(level, '')
        WHEN 'match'
        THEN COALESCE(match_id, '')
        ELSE ''
      END AS part,
      COALESCE(value > 0 AND value <= 1e15, FALSE) AS is_some,
      CASE WHEN value > 0 AND value <= 1e15 THEN CAST(ROUND(value) AS BIGINT) ELSE 0 END AS pieces
    FROM noted
    WHERE
      name = 'item_looted'
  ) AS looted
  GROUP BY
    player_id,
    item,
    part
), items AS (
  SELECT
    item,
    part,
    SUM(pieces) AS pieces,
    SUM(CASE WHEN NOT player_id IS NULL THEN pieces ELSE 0 END) AS owned,
    SUM(events) AS events,
    COUNT(player_id) AS players,
    ROW_NUMBER() OVER (ORDER BY SUM(pieces) DESC, item NULLS LAST, part NULLS LAST) AS place
  FROM held
  WHERE
    events > 0
  GROUP BY
    item,
    part
)
SELECT
  place,
  item,
  part,
  pieces,
  owned,
  events,
  players,
  0 AS items,
  0 AS row_count,
  0 AS ignored
FROM items
WHERE
  place <= 50
UNION ALL
SELECT
  NULL,
  NULL,
  NULL,
  SUM(held.pieces),
  SUM(CASE WHEN NOT player_id IS NULL THEN held.pieces ELSE 0 END),
  SUM(held.events),
  COUNT(DISTINCT player_id),
  0,
  0,
  0
FROM held
JOIN items
  ON held.item = items.item AND held.part = items.part
WHERE
  place > 50 AND held.events > 0
HAVING
  COUNT(*) > 0
UNION ALL
SELECT
  0,
  NULL,
  NULL,
  COALESCE(SUM(pieces), 0),
  0,
  COALESCE(SUM(events), 0),
  COUNT(DISTINCT CASE WHEN events > 0 THEN player_id END),
  COUNT(DISTINCT CASE WHEN events > 0 THEN item END),
  (
    SELECT
      COUNT(*)
    FROM items
  ),
  COALESCE(SUM(lootings - events), 0)
FROM held
ORDER BY
  place NULLS LAST;

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
), sums AS (
  SELECT
    bucket,
    item,
    part,
    SUM(pieces) AS pieces
  FROM (
    SELECT
      bucket,
      player_id,
      CASE WHEN subject <> 'unknown' THEN subject ELSE '' END AS item,
      CASE 'level'
        WHEN 'rarity'
        THEN CASE WHEN detail <> 'unknown' THEN detail ELSE '' END
        WHEN 'map'
        THEN COALESCE(map_id, '')
        WHEN 'level'
        THEN COALESCE(level, '')
        WHEN 'match'
        THEN COALESCE(match_id, '')
        ELSE ''
      END AS part,
      COALESCE(value > 0 AND value <= 1e15, FALSE) AS is_some,
      CASE WHEN value > 0 AND value <= 1e15 THEN CAST(ROUND(value) AS BIGINT) ELSE 0 END AS pieces
    FROM noted
    WHERE
      name = 'item_looted'
  ) AS looted
  WHERE
    is_some
  GROUP BY
    bucket,
    item,
    part
), places AS (
  SELECT
    item,
    part,
    ROW_NUMBER() OVER (ORDER BY SUM(pieces) DESC, item NULLS LAST, part NULLS LAST) AS place
  FROM sums
  GROUP BY
    item,
    part
)
SELECT
  CASE WHEN place <= 50 THEN place END AS place,
  bucket,
  SUM(pieces) AS pieces
FROM sums
JOIN places
  ON sums.item = places.item AND sums.part = places.part
GROUP BY
  CASE WHEN place <= 50 THEN place END,
  bucket;
