SELECT
  *
FROM (
  WITH noted AS (
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
      AND time < CAST('2026-03-03 00:00:00' AS DateTime64(6, 'UTC'))
      AND has(CAST(['windows'] AS Array(Nullable(String))), platform)
  ), held AS (
    SELECT
      player_id,
      item,
      part,
      SUM(pieces) AS pieces,
      toInt64(COUNT(CASE WHEN is_some THEN toInt32(1) END)) AS events,
      toInt64(COUNT(*)) AS lootings
    FROM (
      SELECT
        bucket,
        player_id,
        CASE WHEN subject <> 'unknown' THEN subject ELSE '' END AS item,
        CASE
          WHEN 'level' = 'rarity'
          THEN CASE WHEN detail <> 'unknown' THEN detail ELSE '' END
          WHEN 'level' = 'map'
          THEN COALESCE(map_id, '')
          WHEN 'level' = 'level'
          THEN COALESCE(level, '')
          WHEN 'level' = 'match'
          THEN COALESCE(match_id, '')
          ELSE ''
        END AS part,
        COALESCE(value > 0 AND value <= 1e15, FALSE) AS is_some,
        CASE
          WHEN value > 0 AND value <= 1e15
          THEN CAST(ROUND(value) AS Nullable(Int64))
          ELSE toInt32(0)
        END AS pieces
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
      SUM(CASE WHEN NOT (
        player_id IS NULL
      ) THEN pieces ELSE toInt32(0) END) AS owned,
      SUM(events) AS events,
      toInt64(COUNT(player_id)) AS players,
      toInt64(ROW_NUMBER() OVER (ORDER BY SUM(pieces) DESC, item, part)) AS place
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
    toInt32(0) AS items,
    toInt32(0) AS row_count,
    toInt32(0) AS ignored
  FROM items
  WHERE
    place <= 50
  UNION ALL
  SELECT
    NULL,
    NULL,
    NULL,
    SUM(held.pieces),
    SUM(CASE WHEN NOT (
      player_id IS NULL
    ) THEN held.pieces ELSE toInt32(0) END),
    SUM(held.events),
    toInt64(COUNT(DISTINCT player_id)),
    toInt32(0),
    toInt32(0),
    toInt32(0)
  FROM held
  JOIN items
    ON held.item = items.item AND held.part = items.part
  WHERE
    place > 50 AND held.events > 0
  HAVING
    toInt64(COUNT(*)) > 0
  UNION ALL
  SELECT
    toInt32(0),
    NULL,
    NULL,
    COALESCE(SUM(pieces), toInt32(0)),
    toInt32(0),
    COALESCE(SUM(events), toInt32(0)),
    toInt64(COUNT(DISTINCT CASE WHEN events > 0 THEN player_id END)),
    toInt64(COUNT(DISTINCT CASE WHEN events > 0 THEN item END)),
    (
      SELECT
        toInt64(COUNT(*))
      FROM items
    ),
    COALESCE(SUM(lootings - events), toInt32(0))
  FROM held
) AS _l_0
ORDER BY
  place;

WITH noted AS (
  SELECT
    CASE
      WHEN time < CAST('2026-03-02 00:00:00' AS DateTime64(6, 'UTC'))
      THEN CAST(0 AS Nullable(Int64))
      ELSE CAST(1 AS Nullable(Int64))
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
    FROM playtrace.noted_events
    WHERE
      game_id = 'arena' AND env = 'prod'
  ) AS noted
  WHERE
    time >= CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC'))
    AND time < CAST('2026-03-03 00:00:00' AS DateTime64(6, 'UTC'))
    AND (
      time < CAST('2026-03-02 00:00:00' AS DateTime64(6, 'UTC'))
      OR time >= CAST('2026-03-02 00:00:00' AS DateTime64(6, 'UTC'))
    )
    AND has(CAST(['windows'] AS Array(Nullable(String))), platform)
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
      CASE
        WHEN 'level' = 'rarity'
        THEN CASE WHEN detail <> 'unknown' THEN detail ELSE '' END
        WHEN 'level' = 'map'
        THEN COALESCE(map_id, '')
        WHEN 'level' = 'level'
        THEN COALESCE(level, '')
        WHEN 'level' = 'match'
        THEN COALESCE(match_id, '')
        ELSE ''
      END AS part,
      COALESCE(value > 0 AND value <= 1e15, FALSE) AS is_some,
      CASE
        WHEN value > 0 AND value <= 1e15
        THEN CAST(ROUND(value) AS Nullable(Int64))
        ELSE toInt32(0)
      END AS pieces
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
    toInt64(ROW_NUMBER() OVER (ORDER BY SUM(pieces) DESC, item, part)) AS place
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

SELECT
  *
FROM (
  WITH noted AS (
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
      AND time < CAST('2026-03-03 00:00:00' AS DateTime64(6, 'UTC'))
      AND has(CAST(['windows'] AS Array(Nullable(String))), platform)
  ), held AS (
    SELECT
      player_id,
      item,
      part,
      SUM(pieces) AS pieces,
      toInt64(COUNT(CASE WHEN is_some THEN toInt32(1) END)) AS events,
      toInt64(COUNT(*)) AS lootings
    FROM (
      SELECT
        bucket,
        player_id,
        CASE WHEN subject <> 'unknown' THEN subject ELSE '' END AS item,
        CASE
          WHEN 'level' = 'rarity'
          THEN CASE WHEN detail <> 'unknown' THEN detail ELSE '' END
          WHEN 'level' = 'map'
          THEN COALESCE(map_id, '')
          WHEN 'level' = 'level'
          THEN COALESCE(level, '')
          WHEN 'level' = 'match'
          THEN COALESCE(match_id, '')
          ELSE ''
        END AS part,
        COALESCE(value > 0 AND value <= 1e15, FALSE) AS is_some,
        CASE
          WHEN value > 0 AND value <= 1e15
          THEN CAST(ROUND(value) AS Nullable(Int64))
          ELSE toInt32(0)
        END AS pieces
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
      SUM(CASE WHEN NOT (
        player_id IS NULL
      ) THEN pieces ELSE toInt32(0) END) AS owned,
      SUM(events) AS events,
      toInt64(COUNT(player_id)) AS players,
      toInt64(ROW_NUMBER() OVER (ORDER BY SUM(pieces) DESC, item, part)) AS place
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
    toInt32(0) AS items,
    toInt32(0) AS row_count,
    toInt32(0) AS ignored
  FROM items
  WHERE
    place <= 50
  UNION ALL
  SELECT
    NULL,
    NULL,
    NULL,
    SUM(held.pieces),
    SUM(CASE WHEN NOT (
      player_id IS NULL
    ) THEN held.pieces ELSE toInt32(0) END),
    SUM(held.events),
    toInt64(COUNT(DISTINCT player_id)),
    toInt32(0),
    toInt32(0),
    toInt32(0)
  FROM held
  JOIN items
    ON held.item = items.item AND held.part = items.part
  WHERE
    place > 50 AND held.events > 0
  HAVING
    toInt64(COUNT(*)) > 0
  UNION ALL
  SELECT
    toInt32(0),
    NULL,
    NULL,
    COALESCE(SUM(pieces), toInt32(0)),
    toInt32(0),
    COALESCE(SUM(events), toInt32(0)),
    toInt64(COUNT(DISTINCT CASE WHEN events > 0 THEN player_id END)),
    toInt64(COUNT(DISTINCT CASE WHEN events > 0 THEN item END)),
    (
      SELECT
        toInt64(COUNT(*))
      FROM items
    ),
    COALESCE(SUM(lootings - events), toInt32(0))
  FROM held
) AS _l_0
ORDER BY
  place;

WITH noted AS (
  SELECT
    CASE
      WHEN time < CAST('2026-03-02 00:00:00' AS DateTime64(6, 'UTC'))
      THEN CAST(0 AS Nullable(Int64))
      ELSE CAST(1 AS Nullable(Int64))
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
    AND time < CAST('2026-03-03 00:00:00' AS DateTime64(6, 'UTC'))
    AND (
      time < CAST('2026-03-02 00:00:00' AS DateTime64(6, 'UTC'))
      OR time >= CAST('2026-03-02 00:00:00' AS DateTime64(6, 'UTC'))
    )
    AND has(CAST(['windows'] AS Array(Nullable(String))), platform)
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
      CASE
        WHEN 'level' = 'rarity'
        THEN CASE WHEN detail <> 'unknown' THEN detail ELSE '' END
        WHEN 'level' = 'map'
        THEN COALESCE(map_id, '')
        WHEN 'level' = 'level'
        THEN COALESCE(level, '')
        WHEN 'level' = 'match'
        THEN COALESCE(match_id, '')
        ELSE ''
      END AS part,
      COALESCE(value > 0 AND value <= 1e15, FALSE) AS is_some,
      CASE
        WHEN value > 0 AND value <= 1e15
        THEN CAST(ROUND(value) AS Nullable(Int64))
        ELSE toInt32(0)
      END AS pieces
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
    toInt64(ROW_NUMBER() OVER (ORDER BY SUM(pieces) DESC, item, part)) AS place
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
