WITH players AS (
  SELECT
    CASE
      WHEN first_seen < CAST('2026-03-02 00:00:00' AS TIMESTAMP)
      THEN CAST(0 AS BIGINT)
      ELSE CAST(1 AS BIGINT)
    END AS bucket,
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
  WHERE
    first_seen >= CAST('2026-03-01 00:00:00' AS TIMESTAMP)
    AND first_seen < CAST('2026-03-03 00:00:00' AS TIMESTAMP)
    AND (
      first_seen < CAST('2026-03-02 00:00:00' AS TIMESTAMP)
      OR first_seen >= CAST('2026-03-02 00:00:00' AS TIMESTAMP)
    )
    AND platform = ANY(CAST(ARRAY['windows'] AS TEXT[]))
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
    ROW_NUMBER() OVER (ORDER BY SUM(weight) DESC NULLS LAST, split) AS rank
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

WITH players AS (
  SELECT
    CASE
      WHEN first_seen < CAST('2026-03-02 00:00:00' AS TIMESTAMP)
      THEN CAST(0 AS BIGINT)
      ELSE CAST(1 AS BIGINT)
    END AS bucket,
    player_id,
    first_seen,
    '' AS split
  FROM (
    SELECT
      player_id,
      MIN(first_seen) AS first_seen,
      MIN(order_key) AS order_key,
      (
        ARRAY_AGG(platform ORDER BY order_key ASC) FILTER(WHERE
          platform IS NOT NULL)
      )[1] AS platform,
      (
        ARRAY_AGG(version ORDER BY order_key ASC) FILTER(WHERE
          version IS NOT NULL)
      )[1] AS version,
      (
        ARRAY_AGG(country ORDER BY order_key ASC) FILTER(WHERE
          country IS NOT NULL)
      )[1] AS country
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
        is_active
    ) AS parts
    GROUP BY
      player_id
  ) AS player
  WHERE
    first_seen >= CAST('2026-03-01 00:00:00' AS TIMESTAMP)
    AND first_seen < CAST('2026-03-03 00:00:00' AS TIMESTAMP)
    AND (
      first_seen < CAST('2026-03-02 00:00:00' AS TIMESTAMP)
      OR first_seen >= CAST('2026-03-02 00:00:00' AS TIMESTAMP)
    )
    AND platform = ANY(CAST(ARRAY['windows'] AS TEXT[]))
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
    ROW_NUMBER() OVER (ORDER BY SUM(weight) DESC NULLS LAST, split) AS rank
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
