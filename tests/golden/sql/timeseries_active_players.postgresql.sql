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
    CASE WHEN version <> 'unknown' THEN version ELSE '' END AS split,
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
), found AS (
  SELECT DISTINCT
    bucket,
    split,
    player_id
  FROM active
), ranked AS (
  SELECT
    split,
    ROW_NUMBER() OVER (ORDER BY COUNT(*) DESC NULLS LAST, split) AS rank
  FROM found
  GROUP BY
    split
), shown AS (
  SELECT
    bucket,
    player_id,
    CASE WHEN rank <= 10 THEN rank END AS rank,
    CASE WHEN rank <= 10 THEN found.split END AS key
  FROM found
  JOIN ranked
    ON found.split = ranked.split
)
SELECT
  bucket,
  rank,
  key,
  COUNT(DISTINCT player_id) AS part
FROM shown
GROUP BY
  bucket,
  rank,
  key
UNION ALL
/* The total: a player of two keys counts once. */
SELECT
  bucket,
  0 AS rank,
  NULL AS key,
  COUNT(DISTINCT player_id) AS part
FROM found
WHERE
  NOT CAST('version' AS TEXT) IS NULL
GROUP BY
  bucket;

WITH active AS (
  SELECT
    CASE
      WHEN time < CAST('2026-03-02 00:00:00' AS TIMESTAMP)
      THEN CAST(0 AS BIGINT)
      ELSE CAST(1 AS BIGINT)
    END AS bucket,
    player_id,
    CASE WHEN version <> 'unknown' THEN version ELSE '' END AS split,
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
), found AS (
  SELECT DISTINCT
    bucket,
    split,
    player_id
  FROM active
), ranked AS (
  SELECT
    split,
    ROW_NUMBER() OVER (ORDER BY COUNT(*) DESC NULLS LAST, split) AS rank
  FROM found
  GROUP BY
    split
), shown AS (
  SELECT
    bucket,
    player_id,
    CASE WHEN rank <= 10 THEN rank END AS rank,
    CASE WHEN rank <= 10 THEN found.split END AS key
  FROM found
  JOIN ranked
    ON found.split = ranked.split
)
SELECT
  bucket,
  rank,
  key,
  COUNT(DISTINCT player_id) AS part
FROM shown
GROUP BY
  bucket,
  rank,
  key
UNION ALL
/* The total: a player of two keys counts once. */
SELECT
  bucket,
  0 AS rank,
  NULL AS key,
  COUNT(DISTINCT player_id) AS part
FROM found
WHERE
  NOT CAST('version' AS TEXT) IS NULL
GROUP BY
  bucket;
