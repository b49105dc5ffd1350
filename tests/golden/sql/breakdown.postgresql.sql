WITH event_counts AS (
  SELECT
    CAST(0 AS BIGINT) AS bucket,
    '' AS split,
    name,
    platform,
    version,
    country,
    currency,
    events,
    value_micros,
    frames_micros,
    frames_us
  FROM (
    SELECT
      game_id,
      env,
      slot,
      name,
      platform,
      version,
      country,
      currency,
      events,
      value_micros,
      frames_micros,
      frames_us
    FROM main.event_counts
    WHERE
      game_id = 'arena' AND env = 'prod'
  ) AS parts
  WHERE
    slot >= CAST('2026-03-01 00:00:00' AS TIMESTAMP)
    AND slot < CAST('2026-03-03 00:00:00' AS TIMESTAMP)
    AND platform = ANY(CAST(ARRAY['windows'] AS TEXT[]))
), keyed AS (
  SELECT
    bucket,
    CASE WHEN first_key <> 'unknown' THEN first_key ELSE '' END AS first_key,
    CASE WHEN second_key <> 'unknown' THEN second_key ELSE '' END AS second_key,
    CAST(NULL AS TEXT) AS player_id,
    CAST(NULL AS DOUBLE PRECISION) AS number,
    events
  FROM (
    SELECT
      bucket,
      events,
      CASE 'name'
        WHEN 'name'
        THEN name
        WHEN 'platform'
        THEN platform
        WHEN 'version'
        THEN version
        WHEN 'country'
        THEN country
        ELSE ''
      END AS first_key,
      CASE 'version'
        WHEN 'name'
        THEN name
        WHEN 'platform'
        THEN platform
        WHEN 'version'
        THEN version
        WHEN 'country'
        THEN country
        ELSE ''
      END AS second_key
    FROM event_counts
    WHERE
      CAST(NULL AS TEXT[]) IS NULL OR name = ANY(CAST(NULL AS TEXT[]))
  ) AS counts
), sizes AS (
  SELECT
    first_key,
    second_key,
    SUM(events) AS events,
    SUM(number) AS total,
    MIN(number) AS low,
    MAX(number) AS high,
    CASE WHEN FALSE THEN SUM(number) ELSE CAST(SUM(events) AS DOUBLE PRECISION) END AS weight
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
    weight DESC NULLS LAST,
    first_key,
    second_key
  LIMIT 10
), ranked AS (
  SELECT
    first_key,
    second_key,
    ROW_NUMBER() OVER (ORDER BY weight DESC NULLS LAST, first_key, second_key) AS rank
  FROM largest
), folded AS (
  SELECT
    rank,
    COUNT(*) AS all_keys,
    SUM(events) AS events,
    SUM(total) AS total,
    MIN(low) AS low,
    MAX(high) AS high
  FROM sizes
  LEFT JOIN ranked
    ON sizes.first_key = ranked.first_key AND sizes.second_key = ranked.second_key
  GROUP BY
    rank
)
SELECT
  folded.rank,
  first_key,
  second_key,
  all_keys,
  events,
  total,
  low,
  high
FROM folded
LEFT JOIN ranked
  ON folded.rank = ranked.rank;

WITH event_counts AS (
  SELECT
    CAST(0 AS BIGINT) AS bucket,
    '' AS split,
    name,
    platform,
    version,
    country,
    currency,
    events,
    value_micros,
    frames_micros,
    frames_us
  FROM (
    SELECT
      game_id,
      env,
      slot,
      name,
      platform,
      version,
      country,
      currency,
      CAST(1 AS BIGINT) AS events,
      COALESCE(CAST(TRY_BIGINT(ROUND(value * 1e6)) AS BIGINT), 0) AS value_micros,
      CAST(0 AS BIGINT) AS frames_micros,
      CAST(0 AS BIGINT) AS frames_us
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
      name <> 'performance'
    UNION ALL
    SELECT
      game_id,
      env,
      slot,
      name,
      platform,
      version,
      country,
      currency,
      CAST(1 AS BIGINT) AS events,
      COALESCE(CAST(TRY_BIGINT(ROUND(value * 1e6)) AS BIGINT), 0) AS value_micros,
      CASE WHEN drawn_micros IS NULL OR drawn_us IS NULL THEN 0 ELSE drawn_micros END AS frames_micros,
      CASE WHEN drawn_micros IS NULL OR drawn_us IS NULL THEN 0 ELSE drawn_us END AS frames_us
    FROM (
      SELECT
        game_id,
        env,
        slot,
        name,
        platform,
        version,
        country,
        currency,
        value,
        CAST(TRY_BIGINT(
          ROUND(
            1e6 * COALESCE(
              TRY_DOUBLE(props #>> '{frames}'),
              value * seconds,
              TRY_DOUBLE(props #>> '{fps}') * seconds
            )
          )
        ) AS BIGINT) AS drawn_micros,
        CAST(TRY_BIGINT(ROUND(seconds * 1e6)) AS BIGINT) AS drawn_us
      FROM (
        SELECT
          game_id,
          env,
          slot,
          name,
          platform,
          version,
          country,
          currency,
          value,
          props,
          COALESCE(TRY_DOUBLE(props #>> '{duration_s}'), 1) AS seconds
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
          name = 'performance'
      ) AS measured
    ) AS drawn
  ) AS parts
  WHERE
    slot >= CAST('2026-03-01 00:00:00' AS TIMESTAMP)
    AND slot < CAST('2026-03-03 00:00:00' AS TIMESTAMP)
    AND platform = ANY(CAST(ARRAY['windows'] AS TEXT[]))
), keyed AS (
  SELECT
    bucket,
    CASE WHEN first_key <> 'unknown' THEN first_key ELSE '' END AS first_key,
    CASE WHEN second_key <> 'unknown' THEN second_key ELSE '' END AS second_key,
    CAST(NULL AS TEXT) AS player_id,
    CAST(NULL AS DOUBLE PRECISION) AS number,
    events
  FROM (
    SELECT
      bucket,
      events,
      CASE 'name'
        WHEN 'name'
        THEN name
        WHEN 'platform'
        THEN platform
        WHEN 'version'
        THEN version
        WHEN 'country'
        THEN country
        ELSE ''
      END AS first_key,
      CASE 'version'
        WHEN 'name'
        THEN name
        WHEN 'platform'
        THEN platform
        WHEN 'version'
        THEN version
        WHEN 'country'
        THEN country
        ELSE ''
      END AS second_key
    FROM event_counts
    WHERE
      CAST(NULL AS TEXT[]) IS NULL OR name = ANY(CAST(NULL AS TEXT[]))
  ) AS counts
), sizes AS (
  SELECT
    first_key,
    second_key,
    SUM(events) AS events,
    SUM(number) AS total,
    MIN(number) AS low,
    MAX(number) AS high,
    CASE WHEN FALSE THEN SUM(number) ELSE CAST(SUM(events) AS DOUBLE PRECISION) END AS weight
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
    weight DESC NULLS LAST,
    first_key,
    second_key
  LIMIT 10
), ranked AS (
  SELECT
    first_key,
    second_key,
    ROW_NUMBER() OVER (ORDER BY weight DESC NULLS LAST, first_key, second_key) AS rank
  FROM largest
), folded AS (
  SELECT
    rank,
    COUNT(*) AS all_keys,
    SUM(events) AS events,
    SUM(total) AS total,
    MIN(low) AS low,
    MAX(high) AS high
  FROM sizes
  LEFT JOIN ranked
    ON sizes.first_key = ranked.first_key AND sizes.second_key = ranked.second_key
  GROUP BY
    rank
)
SELECT
  folded.rank,
  first_key,
  second_key,
  all_keys,
  events,
  total,
  low,
  high
FROM folded
LEFT JOIN ranked
  ON folded.rank = ranked.rank;
