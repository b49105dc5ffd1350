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
), keyed AS (
  SELECT
    bucket,
    CASE WHEN first_key <> 'unknown' THEN first_key ELSE '' END AS first_key,
    CASE WHEN second_key <> 'unknown' THEN second_key ELSE '' END AS second_key,
    player_id,
    CASE WHEN ABS(value) <= 1e300 THEN value END AS number,
    toInt32(1) AS events
  FROM (
    SELECT
      bucket,
      player_id,
      value,
      CASE
        WHEN 'subject' = 'name'
        THEN name
        WHEN 'subject' = 'platform'
        THEN platform
        WHEN 'subject' = 'version'
        THEN version
        WHEN 'subject' = 'country'
        THEN country
        WHEN 'subject' = 'level'
        THEN level
        WHEN 'subject' = 'map'
        THEN map_id
        WHEN 'subject' = 'match_id'
        THEN match_id
        WHEN 'subject' = 'session_id'
        THEN session_id
        WHEN 'subject' = 'player_id'
        THEN player_id
        WHEN 'subject' = 'currency'
        THEN currency
        WHEN 'subject' = 'subject'
        THEN subject
        WHEN 'subject' = 'detail'
        THEN detail
        ELSE ''
      END AS first_key,
      CASE
        WHEN '' = 'name'
        THEN name
        WHEN '' = 'platform'
        THEN platform
        WHEN '' = 'version'
        THEN version
        WHEN '' = 'country'
        THEN country
        WHEN '' = 'level'
        THEN level
        WHEN '' = 'map'
        THEN map_id
        WHEN '' = 'match_id'
        THEN match_id
        WHEN '' = 'session_id'
        THEN session_id
        WHEN '' = 'player_id'
        THEN player_id
        WHEN '' = 'currency'
        THEN currency
        WHEN '' = 'subject'
        THEN subject
        WHEN '' = 'detail'
        THEN detail
        ELSE ''
      END AS second_key
    FROM noted
    WHERE
      has(CAST(['item_looted'] AS Array(Nullable(String))), name)
  ) AS told
  WHERE
    NOT FALSE OR ABS(value) <= 1e300
), sizes AS (
  SELECT
    first_key,
    second_key,
    SUM(events) AS events,
    SUM(number) AS total,
    MIN(number) AS low,
    MAX(number) AS high,
    CASE WHEN FALSE THEN SUM(number) ELSE CAST(SUM(events) AS Nullable(Float64)) END AS weight
  FROM keyed
  GROUP BY
    first_key,
    second_key
), largest AS (
  SELECT
    first_key,
    second_key,
    weight
  FROM sizes
  ORDER BY
    weight DESC,
    first_key,
    second_key
  LIMIT 10
), ranked AS (
  SELECT
    first_key,
    second_key,
    toInt64(ROW_NUMBER() OVER (ORDER BY weight DESC, first_key, second_key)) AS rank
  FROM largest
), placed AS (
  SELECT
    bucket,
    rank,
    player_id,
    number,
    events
  FROM keyed
  LEFT JOIN ranked
    ON keyed.first_key = ranked.first_key AND keyed.second_key = ranked.second_key
  WHERE
    NOT (
      player_id IS NULL
    ) OR NOT FALSE
), measured AS (
  SELECT
    bucket,
    rank,
    toInt64(GROUPING(bucket)) AS of_range,
    toInt64(GROUPING(rank)) AS of_all,
    SUM(events) AS events,
    SUM(events) AS measured
  FROM placed
  GROUP BY
    GROUPING SETS (
      (bucket, rank),
      (
        bucket
      ),
      (
        rank
      ),
      ()
    )
), known AS (
  SELECT
    toInt64(COUNT(*)) AS all_keys
  FROM sizes
)
SELECT
  bucket,
  measured.rank AS rank,
  of_range,
  of_all,
  first_key,
  second_key,
  all_keys,
  events,
  measured
FROM measured
LEFT JOIN ranked
  ON measured.rank = ranked.rank
CROSS JOIN known;

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
), keyed AS (
  SELECT
    bucket,
    CASE WHEN first_key <> 'unknown' THEN first_key ELSE '' END AS first_key,
    CASE WHEN second_key <> 'unknown' THEN second_key ELSE '' END AS second_key,
    player_id,
    CASE WHEN ABS(value) <= 1e300 THEN value END AS number,
    toInt32(1) AS events
  FROM (
    SELECT
      bucket,
      player_id,
      value,
      CASE
        WHEN 'subject' = 'name'
        THEN name
        WHEN 'subject' = 'platform'
        THEN platform
        WHEN 'subject' = 'version'
        THEN version
        WHEN 'subject' = 'country'
        THEN country
        WHEN 'subject' = 'level'
        THEN level
        WHEN 'subject' = 'map'
        THEN map_id
        WHEN 'subject' = 'match_id'
        THEN match_id
        WHEN 'subject' = 'session_id'
        THEN session_id
        WHEN 'subject' = 'player_id'
        THEN player_id
        WHEN 'subject' = 'currency'
        THEN currency
        WHEN 'subject' = 'subject'
        THEN subject
        WHEN 'subject' = 'detail'
        THEN detail
        ELSE ''
      END AS first_key,
      CASE
        WHEN '' = 'name'
        THEN name
        WHEN '' = 'platform'
        THEN platform
        WHEN '' = 'version'
        THEN version
        WHEN '' = 'country'
        THEN country
        WHEN '' = 'level'
        THEN level
        WHEN '' = 'map'
        THEN map_id
        WHEN '' = 'match_id'
        THEN match_id
        WHEN '' = 'session_id'
        THEN session_id
        WHEN '' = 'player_id'
        THEN player_id
        WHEN '' = 'currency'
        THEN currency
        WHEN '' = 'subject'
        THEN subject
        WHEN '' = 'detail'
        THEN detail
        ELSE ''
      END AS second_key
    FROM noted
    WHERE
      has(CAST(['item_looted'] AS Array(Nullable(String))), name)
  ) AS told
  WHERE
    NOT FALSE OR ABS(value) <= 1e300
), sizes AS (
  SELECT
    first_key,
    second_key,
    SUM(events) AS events,
    SUM(number) AS total,
    MIN(number) AS low,
    MAX(number) AS high,
    CASE WHEN FALSE THEN SUM(number) ELSE CAST(SUM(events) AS Nullable(Float64)) END AS weight
  FROM keyed
  GROUP BY
    first_key,
    second_key
), largest AS (
  SELECT
    first_key,
    second_key,
    weight
  FROM sizes
  ORDER BY
    weight DESC,
    first_key,
    second_key
  LIMIT 10
), ranked AS (
  SELECT
    first_key,
    second_key,
    toInt64(ROW_NUMBER() OVER (ORDER BY weight DESC, first_key, second_key)) AS rank
  FROM largest
), placed AS (
  SELECT
    bucket,
    rank,
    player_id,
    number,
    events
  FROM keyed
  LEFT JOIN ranked
    ON keyed.first_key = ranked.first_key AND keyed.second_key = ranked.second_key
  WHERE
    NOT (
      player_id IS NULL
    ) OR NOT FALSE
), measured AS (
  SELECT
    bucket,
    rank,
    toInt64(GROUPING(bucket)) AS of_range,
    toInt64(GROUPING(rank)) AS of_all,
    SUM(events) AS events,
    SUM(events) AS measured
  FROM placed
  GROUP BY
    GROUPING SETS (
      (bucket, rank),
      (
        bucket
      ),
      (
        rank
      ),
      ()
    )
), known AS (
  SELECT
    toInt64(COUNT(*)) AS all_keys
  FROM sizes
)
SELECT
  bucket,
  measured.rank AS rank,
  of_range,
  of_all,
  first_key,
  second_key,
  all_keys,
  events,
  measured
FROM measured
LEFT JOIN ranked
  ON measured.rank = ranked.rank
CROSS JOIN known;
