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
), keyed AS (
  SELECT
    bucket,
    CASE WHEN first_key <> 'unknown' THEN first_key ELSE '' END AS first_key,
    CASE WHEN second_key <> 'unknown' THEN second_key ELSE '' END AS second_key,
    player_id,
    CAST(NULL AS DOUBLE) AS number,
    1 AS events
  FROM (
    SELECT
      bucket,
      player_id,
      CASE 'platform'
        WHEN 'platform'
        THEN platform
        WHEN 'version'
        THEN version
        WHEN 'country'
        THEN country
        ELSE ''
      END AS first_key,
      CASE ''
        WHEN 'platform'
        THEN platform
        WHEN 'version'
        THEN version
        WHEN 'country'
        THEN country
        ELSE ''
      END AS second_key
    FROM active
  ) AS players_seen
), sizes AS (
  SELECT
    first_key,
    second_key,
    COUNT(*) AS weight
  FROM (
    SELECT
      first_key,
      second_key,
      player_id
    FROM keyed
    WHERE
      NOT player_id IS NULL
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
    first_key NULLS LAST,
    second_key NULLS LAST
  LIMIT 10
), ranked AS (
  SELECT
    first_key,
    second_key,
    ROW_NUMBER() OVER (ORDER BY weight DESC, first_key NULLS LAST, second_key NULLS LAST) AS rank
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
    NOT player_id IS NULL OR NOT TRUE
), measured AS (
  SELECT
    bucket,
    rank,
    GROUPING(bucket) AS of_range,
    GROUPING(rank) AS of_all,
    SUM(events) AS events,
    COUNT(DISTINCT player_id) AS measured
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
    COUNT(*) AS all_keys
  FROM sizes
)
SELECT
  bucket,
  measured.rank,
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
), keyed AS (
  SELECT
    bucket,
    CASE WHEN first_key <> 'unknown' THEN first_key ELSE '' END AS first_key,
    CASE WHEN second_key <> 'unknown' THEN second_key ELSE '' END AS second_key,
    player_id,
    CAST(NULL AS DOUBLE) AS number,
    1 AS events
  FROM (
    SELECT
      bucket,
      player_id,
      CASE 'platform'
        WHEN 'platform'
        THEN platform
        WHEN 'version'
        THEN version
        WHEN 'country'
        THEN country
        ELSE ''
      END AS first_key,
      CASE ''
        WHEN 'platform'
        THEN platform
        WHEN 'version'
        THEN version
        WHEN 'country'
        THEN country
        ELSE ''
      END AS second_key
    FROM active
  ) AS players_seen
), sizes AS (
  SELECT
    first_key,
    second_key,
    COUNT(*) AS weight
  FROM (
    SELECT
      first_key,
      second_key,
      player_id
    FROM keyed
    WHERE
      NOT player_id IS NULL
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
    first_key NULLS LAST,
    second_key NULLS LAST
  LIMIT 10
), ranked AS (
  SELECT
    first_key,
    second_key,
    ROW_NUMBER() OVER (ORDER BY weight DESC, first_key NULLS LAST, second_key NULLS LAST) AS rank
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
    NOT player_id IS NULL OR NOT TRUE
), measured AS (
  SELECT
    bucket,
    rank,
    GROUPING(bucket) AS of_range,
    GROUPING(rank) AS of_all,
    SUM(events) AS events,
    COUNT(DISTINCT player_id) AS measured
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
    COUNT(*) AS all_keys
  FROM sizes
)
SELECT
  bucket,
  measured.rank,
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
