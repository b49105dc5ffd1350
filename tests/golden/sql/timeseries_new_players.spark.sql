WITH slices AS (
  SELECT
    *
  FROM (
    SELECT
      INLINE(
        ARRAYS_ZIP(
          CAST(ARRAY(
            CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-03-02 00:00:00' AS TIMESTAMP_NTZ)
          ) AS ARRAY<TIMESTAMP_NTZ>),
          CAST(ARRAY(
            CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-03-02 00:00:00' AS TIMESTAMP_NTZ)
          ) AS ARRAY<TIMESTAMP_NTZ>),
          CAST(ARRAY(
            CAST('2026-03-02 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-03-03 00:00:00' AS TIMESTAMP_NTZ)
          ) AS ARRAY<TIMESTAMP_NTZ>),
          CAST(ARRAY(0, 1) AS ARRAY<BIGINT>)
        )
      )
  ) AS listed(key, start_at, end_at, bucket)
), players AS (
  SELECT
    slices.bucket AS bucket,
    player_id,
    first_seen,
    '' AS split
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
    FROM main.players
    WHERE
      game_id = 'arena' AND env = 'prod'
  ) AS player
  JOIN slices
    ON DATE_TRUNC('DAY', first_seen) = slices.key
    AND first_seen >= start_at
    AND first_seen < end_at
  WHERE
    first_seen >= CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
    AND first_seen < CAST('2026-03-03 00:00:00' AS TIMESTAMP_NTZ)
    AND ARRAY_CONTAINS(CAST(ARRAY('windows') AS ARRAY<STRING>), platform)
), found AS (
  SELECT
    bucket,
    split,
    COUNT(*) AS weight,
    COUNT(*) AS part,
    0 AS whole,
    0 AS others
  FROM players
  GROUP BY
    bucket,
    split
), ranked AS (
  SELECT
    split,
    ROW_NUMBER() OVER (ORDER BY SUM(weight) DESC, split NULLS LAST) AS rank
  FROM found
  GROUP BY
    split
), shown AS (
  SELECT
    bucket,
    part,
    whole,
    others,
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
  SUM(part) AS part,
  SUM(whole) AS whole,
  SUM(others) AS others
FROM shown
GROUP BY
  bucket,
  rank,
  key;

WITH slices AS (
  SELECT
    *
  FROM (
    SELECT
      INLINE(
        ARRAYS_ZIP(
          CAST(ARRAY(
            CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-03-02 00:00:00' AS TIMESTAMP_NTZ)
          ) AS ARRAY<TIMESTAMP_NTZ>),
          CAST(ARRAY(
            CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-03-02 00:00:00' AS TIMESTAMP_NTZ)
          ) AS ARRAY<TIMESTAMP_NTZ>),
          CAST(ARRAY(
            CAST('2026-03-02 00:00:00' AS TIMESTAMP_NTZ),
            CAST('2026-03-03 00:00:00' AS TIMESTAMP_NTZ)
          ) AS ARRAY<TIMESTAMP_NTZ>),
          CAST(ARRAY(0, 1) AS ARRAY<BIGINT>)
        )
      )
  ) AS listed(key, start_at, end_at, bucket)
), players AS (
  SELECT
    slices.bucket AS bucket,
    player_id,
    first_seen,
    '' AS split
  FROM (
    SELECT
      game_id,
      env,
      player_id,
      MIN(first_seen) AS first_seen,
      MIN(order_key) AS order_key,
      MIN_BY(platform, order_key) AS platform,
      MIN_BY(version, order_key) AS version,
      MIN_BY(country, order_key) AS country
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
          time AS slot,
          player_id,
          session_id,
          mono_ms,
          seq,
          value,
          props AS props,
          map_id,
          x,
          y,
          z,
          COALESCE(platform, '') AS platform,
          COALESCE(version, '') AS version,
          COALESCE(country, '') AS country,
          COALESCE(currency, '') AS currency,
          ARRAY_CONTAINS(
            CAST(ARRAY('push_received', 'server_grant', 'crash_upload') AS ARRAY<STRING>),
            name
          ) AS is_passive,
          NOT player_id IS NULL
          AND NOT ARRAY_CONTAINS(
            CAST(ARRAY('push_received', 'server_grant', 'crash_upload') AS ARRAY<STRING>),
            name
          ) AS is_active,
          CASE
            WHEN LENGTH(session_id) >= 16
            THEN ''
            ELSE COALESCE(player_id, device_id, '')
          END AS owner,
          CAST(UNIX_MICROS(time) AS DECIMAL(38, 0)) * 590295810358705651712 + CAST(GREATEST(0, LEAST(COALESCE(seq, 0), 32767)) AS DECIMAL(38, 0)) * 18014398509481984 + CAST(journal_offset AS DECIMAL(38, 0)) * 16384 + position AS order_key
        FROM main.events
        WHERE
          game_id = 'arena' AND env = 'prod'
      ) AS source
      WHERE
        is_active
    ) AS parts
    GROUP BY
      game_id,
      env,
      player_id
  ) AS player
  JOIN slices
    ON DATE_TRUNC('DAY', first_seen) = slices.key
    AND first_seen >= start_at
    AND first_seen < end_at
  WHERE
    first_seen >= CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
    AND first_seen < CAST('2026-03-03 00:00:00' AS TIMESTAMP_NTZ)
    AND ARRAY_CONTAINS(CAST(ARRAY('windows') AS ARRAY<STRING>), platform)
), found AS (
  SELECT
    bucket,
    split,
    COUNT(*) AS weight,
    COUNT(*) AS part,
    0 AS whole,
    0 AS others
  FROM players
  GROUP BY
    bucket,
    split
), ranked AS (
  SELECT
    split,
    ROW_NUMBER() OVER (ORDER BY SUM(weight) DESC, split NULLS LAST) AS rank
  FROM found
  GROUP BY
    split
), shown AS (
  SELECT
    bucket,
    part,
    whole,
    others,
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
  SUM(part) AS part,
  SUM(whole) AS whole,
  SUM(others) AS others
FROM shown
GROUP BY
  bucket,
  rank,
  key;
