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
), every_event AS (
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
    on_platform,
    of_version,
    in_country
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
      CAST(toUnixTimestamp64Micro(time) AS Nullable(Int128)) * toInt128('590295810358705651712') + CAST(GREATEST(toInt32(0), LEAST(COALESCE(seq, toInt32(0)), toInt32(32767))) AS Nullable(Int128)) * 18014398509481984 + CAST(journal_offset AS Nullable(Int128)) * 16384 + position AS order_key,
      platform AS on_platform,
      version AS of_version,
      country AS in_country
    FROM playtrace.events
    WHERE
      game_id = 'arena' AND env = 'prod'
  ) AS source
  WHERE
    time >= CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC'))
    AND time < CAST('2026-03-03 00:00:00' AS DateTime64(6, 'UTC'))
    AND has(CAST(['windows'] AS Array(Nullable(String))), platform)
), own AS MATERIALIZED (
  SELECT
    time,
    name,
    device_id,
    os,
    level,
    is_active,
    on_platform,
    of_version,
    in_country
  FROM every_event
  WHERE
    player_id = 'ann'
), traded AS MATERIALIZED (
  SELECT
    time,
    order_key,
    name,
    currency,
    value,
    balance,
    transaction_id,
    is_validated
  FROM noted
  WHERE
    player_id = 'ann' AND name IN ('purchase', 'resource_gain', 'resource_spend')
), told AS (
  SELECT
    'all' AS kind,
    NULL AS text,
    time
  FROM own
  UNION ALL
  SELECT
    'qualifying' AS kind,
    NULL AS text,
    time
  FROM own
  WHERE
    is_active
  UNION ALL
  SELECT
    'crashes' AS kind,
    NULL AS text,
    time
  FROM own
  WHERE
    name = 'crash'
  UNION ALL
  SELECT
    'names' AS kind,
    name AS text,
    time
  FROM own
  UNION ALL
  SELECT
    'platforms' AS kind,
    on_platform AS text,
    time
  FROM own
  UNION ALL
  SELECT
    'versions' AS kind,
    of_version AS text,
    time
  FROM own
  UNION ALL
  SELECT
    'countries' AS kind,
    in_country AS text,
    time
  FROM own
  UNION ALL
  SELECT
    'devices' AS kind,
    device_id AS text,
    time
  FROM own
  UNION ALL
  SELECT
    'systems' AS kind,
    os AS text,
    time
  FROM own
), counted AS (
  SELECT
    kind,
    CASE WHEN text <> 'unknown' THEN text ELSE '' END AS text,
    toInt64(COUNT(*)) AS events,
    MIN(time) AS first_at,
    MAX(time) AS last_at
  FROM told
  GROUP BY
    kind,
    CASE WHEN text <> 'unknown' THEN text ELSE '' END
), played AS (
  SELECT
    level AS text,
    MIN(time) AS first_at,
    MAX(time) AS last_at,
    SUM(CASE WHEN name = 'level_start' THEN toInt32(1) ELSE toInt32(0) END) AS started,
    SUM(CASE WHEN name = 'level_complete' THEN toInt32(1) ELSE toInt32(0) END) AS completed,
    SUM(CASE WHEN name = 'level_fail' THEN toInt32(1) ELSE toInt32(0) END) AS failed,
    SUM(CASE WHEN name = 'level_abandon' THEN toInt32(1) ELSE toInt32(0) END) AS abandoned
  FROM own
  WHERE
    NOT (
      level IS NULL
    )
    AND name IN ('level_start', 'level_complete', 'level_fail', 'level_abandon')
  GROUP BY
    level
), own_purchases AS (
  SELECT
    time,
    COALESCE(nullIf(currency, ''), 'USD') AS paid_in,
    CAST(ROUND(value * 1000000) AS Nullable(Int128)) AS micros,
    toInt64(
      ROW_NUMBER() OVER (
        PARTITION BY transaction_id, CASE WHEN transaction_id IS NULL OR value < 0 THEN order_key END
        ORDER BY order_key
      )
    ) AS report
  FROM traded
  WHERE
    name = 'purchase' AND is_validated AND ABS(value) <= 1e15
), spent AS (
  SELECT
    paid_in AS text,
    MAX(CASE WHEN micros > 0 THEN time END) AS last_at,
    SUM(micros) AS micros,
    SUM(CASE WHEN micros > 0 THEN toInt32(1) ELSE toInt32(0) END) AS payments,
    SUM(CASE WHEN micros < 0 THEN toInt32(1) ELSE toInt32(0) END) AS refunds
  FROM own_purchases
  WHERE
    report = 1
  GROUP BY
    paid_in
), moved AS (
  SELECT
    COALESCE(nullIf(currency, ''), 'unknown') AS text,
    MAX(time) AS last_at,
    argMax(balance, CASE WHEN NOT (
      balance IS NULL
    ) THEN order_key END) AS reported,
    SUM(CASE WHEN name = 'resource_gain' THEN value ELSE -value END) AS computed
  FROM traded
  WHERE
    name IN ('resource_gain', 'resource_spend')
  GROUP BY
    COALESCE(nullIf(currency, ''), 'unknown')
), listed AS (
  SELECT
    kind,
    text,
    first_at,
    last_at,
    events,
    NULL AS started,
    NULL AS completed,
    NULL AS failed,
    NULL AS abandoned,
    NULL AS micros,
    NULL AS payments,
    NULL AS refunds,
    NULL AS reported,
    NULL AS computed,
    toInt64(ROW_NUMBER() OVER (PARTITION BY kind ORDER BY events DESC, text = '', text)) AS place
  FROM counted
  UNION ALL
  SELECT
    'levels' AS kind,
    text,
    first_at,
    last_at,
    NULL AS events,
    started,
    completed,
    failed,
    abandoned,
    NULL AS micros,
    NULL AS payments,
    NULL AS refunds,
    NULL AS reported,
    NULL AS computed,
    toInt64(ROW_NUMBER() OVER (ORDER BY last_at DESC, text)) AS place
  FROM played
  UNION ALL
  SELECT
    'spend' AS kind,
    text,
    NULL AS first_at,
    last_at,
    NULL AS events,
    NULL AS started,
    NULL AS completed,
    NULL AS failed,
    NULL AS abandoned,
    micros,
    payments,
    refunds,
    NULL AS reported,
    NULL AS computed,
    toInt64(ROW_NUMBER() OVER (ORDER BY payments DESC, text)) AS place
  FROM spent
  UNION ALL
  SELECT
    'balances' AS kind,
    text,
    NULL AS first_at,
    last_at,
    NULL AS events,
    NULL AS started,
    NULL AS completed,
    NULL AS failed,
    NULL AS abandoned,
    NULL AS micros,
    NULL AS payments,
    NULL AS refunds,
    reported,
    computed,
    toInt64(ROW_NUMBER() OVER (ORDER BY last_at DESC, text)) AS place
  FROM moved
)
SELECT
  kind,
  text,
  first_at,
  last_at,
  events,
  started,
  completed,
  failed,
  abandoned,
  micros,
  payments,
  refunds,
  reported,
  computed
FROM listed
WHERE
  place <= 50
ORDER BY
  kind,
  place;

SELECT
  *
FROM (
  SELECT
    toInt32(1)
  FROM events
  WHERE
    game_id = 'arena' AND env = 'prod' AND player_id = 'ann'
  UNION ALL
  SELECT
    toInt32(1)
  FROM players
  WHERE
    game_id = 'arena' AND env = 'prod' AND player_id = 'ann'
) AS _l_0
LIMIT 1;
