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
    CASE WHEN country <> 'unknown' THEN country ELSE '' END AS split,
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
), players AS (
  SELECT
    CASE
      WHEN first_seen < CAST('2026-03-02 00:00:00' AS TIMESTAMP_NTZ)
      THEN CAST(0 AS BIGINT)
      ELSE CAST(1 AS BIGINT)
    END AS bucket,
    player_id,
    first_seen,
    CASE WHEN country <> 'unknown' THEN country ELSE '' END AS split
  FROM (
    SELECT
      game_id,
      env,
      player_id,
      first_seen,
      order_key,
      platform,
      version,
      country
    FROM main_players
    WHERE
      game_id = 'arena' AND env = 'prod'
  ) AS player
  WHERE
    first_seen >= CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
    AND first_seen < CAST('2026-03-03 00:00:00' AS TIMESTAMP_NTZ)
    AND (
      first_seen < CAST('2026-03-02 00:00:00' AS TIMESTAMP_NTZ)
      OR first_seen >= CAST('2026-03-02 00:00:00' AS TIMESTAMP_NTZ)
    )
    AND ARRAY_CONTAINS(CAST(ARRAY('windows') AS ARRAY<STRING>), platform)
), ranked AS (
  SELECT
    split,
    LEAST(ROW_NUMBER() OVER (ORDER BY COUNT(*) DESC, split NULLS LAST), 10 + 1) AS rank
  FROM players
  GROUP BY
    split
), arrived AS (
  SELECT
    bucket,
    rank,
    MIN(players.split) AS split,
    COUNT(*) AS new
  FROM players
  JOIN ranked
    ON players.split = ranked.split
  GROUP BY
    bucket,
    rank
), played AS (
  SELECT
    bucket,
    COALESCE(rank, 10 + 1) AS rank,
    player_id
  FROM active
  LEFT JOIN ranked
    ON active.split = ranked.split
)
SELECT
  bucket,
  rank,
  split,
  new,
  0 AS active
FROM arrived
UNION ALL
SELECT
  bucket,
  0 AS rank,
  '' AS split,
  SUM(new) AS new,
  0 AS active
FROM arrived
GROUP BY
  bucket
UNION ALL
SELECT
  bucket,
  rank,
  NULL AS split,
  0 AS new,
  COUNT(DISTINCT player_id) AS active
FROM played
GROUP BY
  bucket,
  rank
UNION ALL
SELECT
  bucket,
  0 AS rank,
  '' AS split,
  0 AS new,
  COUNT(DISTINCT player_id) AS active
FROM played
GROUP BY
  bucket;

WITH active AS (
  SELECT
    CASE
      WHEN time < CAST('2026-03-02 00:00:00' AS TIMESTAMP_NTZ)
      THEN CAST(0 AS BIGINT)
      ELSE CAST(1 AS BIGINT)
    END AS bucket,
    player_id,
    CASE WHEN country <> 'unknown' THEN country ELSE '' END AS split,
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
), players AS (
  SELECT
    CASE
      WHEN first_seen < CAST('2026-03-02 00:00:00' AS TIMESTAMP_NTZ)
      THEN CAST(0 AS BIGINT)
      ELSE CAST(1 AS BIGINT)
    END AS bucket,
    player_id,
    first_seen,
    CASE WHEN country <> 'unknown' THEN country ELSE '' END AS split
  FROM (
    SELECT
      player_id,
      MIN(first_seen) AS first_seen,
      MIN(order_key) AS order_key,
      MIN_BY(platform, CASE WHEN NOT platform IS NULL THEN order_key END) AS platform,
      MIN_BY(version, CASE WHEN NOT version IS NULL THEN order_key END) AS version,
      MIN_BY(country, CASE WHEN NOT country IS NULL THEN order_key END) AS country
    FROM (
      SELECT
        game_id,
        env,
        player_id,
        time AS first_seen,
        order_key,
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
        is_active
    ) AS parts
    GROUP BY
      player_id
  ) AS player
  WHERE
    first_seen >= CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
    AND first_seen < CAST('2026-03-03 00:00:00' AS TIMESTAMP_NTZ)
    AND (
      first_seen < CAST('2026-03-02 00:00:00' AS TIMESTAMP_NTZ)
      OR first_seen >= CAST('2026-03-02 00:00:00' AS TIMESTAMP_NTZ)
    )
    AND ARRAY_CONTAINS(CAST(ARRAY('windows') AS ARRAY<STRING>), platform)
), ranked AS (
  SELECT
    split,
    LEAST(ROW_NUMBER() OVER (ORDER BY COUNT(*) DESC, split NULLS LAST), 10 + 1) AS rank
  FROM players
  GROUP BY
    split
), arrived AS (
  SELECT
    bucket,
    rank,
    MIN(players.split) AS split,
    COUNT(*) AS new
  FROM players
  JOIN ranked
    ON players.split = ranked.split
  GROUP BY
    bucket,
    rank
), played AS (
  SELECT
    bucket,
    COALESCE(rank, 10 + 1) AS rank,
    player_id
  FROM active
  LEFT JOIN ranked
    ON active.split = ranked.split
)
SELECT
  bucket,
  rank,
  split,
  new,
  0 AS active
FROM arrived
UNION ALL
SELECT
  bucket,
  0 AS rank,
  '' AS split,
  SUM(new) AS new,
  0 AS active
FROM arrived
GROUP BY
  bucket
UNION ALL
SELECT
  bucket,
  rank,
  NULL AS split,
  0 AS new,
  COUNT(DISTINCT player_id) AS active
FROM played
GROUP BY
  bucket,
  rank
UNION ALL
SELECT
  bucket,
  0 AS rank,
  '' AS split,
  0 AS new,
  COUNT(DISTINCT player_id) AS active
FROM played
GROUP BY
  bucket;
