WITH calendar AS (
  SELECT
    tupleElement(list_row, 1) AS bucket,
    tupleElement(list_row, 2) AS day,
    tupleElement(list_row, 3) AS am,
    tupleElement(list_row, 4) AS pm
  FROM (
    SELECT
      arrayJoin(
        arrayZip(
          CAST([0, 0] AS Array(Nullable(Int64))),
          CAST([CAST('2026-03-01' AS Date32), CAST('2026-03-02' AS Date32)] AS Array(Date32)),
          CAST([281474976710655, 281474976710655] AS Array(Nullable(Int64))),
          CAST([281474976710655, 281474976710655] AS Array(Nullable(Int64)))
        )
      ) AS list_row
  ) AS zipped
), active AS (
  SELECT
    calendar.bucket AS bucket,
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
    FROM playtrace.player_days
    WHERE
      game_id = 'arena' AND env = 'prod'
  ) AS player_days
  JOIN calendar
    ON player_days.day = calendar.day
  WHERE
    player_days.day >= CAST('2026-03-01' AS Date32)
    AND player_days.day <= CAST('2026-03-02' AS Date32)
    AND (
      (
        bitAnd(slots_am, am)
      ) <> 0 OR (
        bitAnd(slots_pm, pm)
      ) <> 0
    )
    AND has(CAST(['windows'] AS Array(Nullable(String))), platform)
), keyed AS (
  SELECT
    bucket,
    CASE WHEN first_key <> 'unknown' THEN first_key ELSE '' END AS first_key,
    CASE WHEN second_key <> 'unknown' THEN second_key ELSE '' END AS second_key,
    player_id,
    CAST(NULL AS Nullable(Float64)) AS number,
    toInt32(1) AS events
  FROM (
    SELECT
      bucket,
      player_id,
      CASE
        WHEN 'platform' = 'platform'
        THEN platform
        WHEN 'platform' = 'version'
        THEN version
        WHEN 'platform' = 'country'
        THEN country
        ELSE ''
      END AS first_key,
      CASE
        WHEN '' = 'platform'
        THEN platform
        WHEN '' = 'version'
        THEN version
        WHEN '' = 'country'
        THEN country
        ELSE ''
      END AS second_key
    FROM active
  ) AS players_seen
), sizes AS (
  SELECT
    first_key,
    second_key,
    toInt64(COUNT(*)) AS weight
  FROM (
    SELECT
      first_key,
      second_key,
      player_id
    FROM keyed
    WHERE
      NOT (
        player_id IS NULL
      )
    GROUP BY
      first_key,
      second_key,
      player_id
  ) AS players
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
    ) OR NOT TRUE
), measured AS (
  SELECT
    bucket,
    rank,
    toInt64(GROUPING(bucket)) AS of_range,
    toInt64(GROUPING(rank)) AS of_all,
    SUM(events) AS events,
    toInt64(COUNT(DISTINCT player_id)) AS measured
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

WITH active AS (
  SELECT
    CAST(0 AS Nullable(Int64)) AS bucket,
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
    time >= CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC'))
    AND time < CAST('2026-03-03 00:00:00' AS DateTime64(6, 'UTC'))
    AND is_active
    AND has(CAST(['windows'] AS Array(Nullable(String))), platform)
), keyed AS (
  SELECT
    bucket,
    CASE WHEN first_key <> 'unknown' THEN first_key ELSE '' END AS first_key,
    CASE WHEN second_key <> 'unknown' THEN second_key ELSE '' END AS second_key,
    player_id,
    CAST(NULL AS Nullable(Float64)) AS number,
    toInt32(1) AS events
  FROM (
    SELECT
      bucket,
      player_id,
      CASE
        WHEN 'platform' = 'platform'
        THEN platform
        WHEN 'platform' = 'version'
        THEN version
        WHEN 'platform' = 'country'
        THEN country
        ELSE ''
      END AS first_key,
      CASE
        WHEN '' = 'platform'
        THEN platform
        WHEN '' = 'version'
        THEN version
        WHEN '' = 'country'
        THEN country
        ELSE ''
      END AS second_key
    FROM active
  ) AS players_seen
), sizes AS (
  SELECT
    first_key,
    second_key,
    toInt64(COUNT(*)) AS weight
  FROM (
    SELECT
      first_key,
      second_key,
      player_id
    FROM keyed
    WHERE
      NOT (
        player_id IS NULL
      )
    GROUP BY
      first_key,
      second_key,
      player_id
  ) AS players
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
    ) OR NOT TRUE
), measured AS (
  SELECT
    bucket,
    rank,
    toInt64(GROUPING(bucket)) AS of_range,
    toInt64(GROUPING(rank)) AS of_all,
    SUM(events) AS events,
    toInt64(COUNT(DISTINCT player_id)) AS measured
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
