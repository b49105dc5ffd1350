WITH matches AS (
  SELECT
    match_id AS of_match,
    MIN(time) AS begun_at,
    MAX(time) AS ended_at
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
    NOT match_id IS NULL
    AND time + INTERVAL '1 DAY' >= CAST('2026-03-01 00:00:00' AS TIMESTAMP)
    AND time < CAST('2026-03-03 00:00:00' AS TIMESTAMP)
  GROUP BY
    match_id
), extents AS (
  SELECT
    map_id,
    name,
    reach,
    events,
    min_x,
    min_y,
    max_x,
    max_y,
    min_z,
    max_z
  FROM (
    SELECT
      game_id,
      env,
      CAST(time AS DATE) AS day,
      map_id,
      name,
      CAST(CEIL(CAST(LN(GREATEST(ABS(x), ABS(y), 1)) AS DOUBLE PRECISION) / LN(2) - 1e-9) AS SMALLINT) AS reach, /* A little less, so that a power of two is in one class whatever the logarithm's last digit. */
      CAST(1 AS BIGINT) AS events,
      x AS min_x,
      y AS min_y,
      x AS max_x,
      y AS max_y,
      z AS min_z,
      z AS max_z
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
      NOT map_id IS NULL AND NOT x IS NULL AND NOT y IS NULL
  ) AS parts
  WHERE
    day >= CAST(CAST('2026-03-01 00:00:00' AS DATE) AS TIMESTAMP)
    AND day < CAST('2026-03-03 00:00:00' AS TIMESTAMP)
)
SELECT
  name,
  reach,
  CAST(SUM(events) AS BIGINT) AS events,
  MIN(min_x) AS min_x,
  MIN(min_y) AS min_y,
  MAX(max_x) AS max_x,
  MAX(max_y) AS max_y
FROM extents
WHERE
  map_id = 'arena' AND name IN ('position', 'player_death')
GROUP BY
  name,
  reach;

WITH matches AS (
  SELECT
    match_id AS of_match,
    MIN(time) AS begun_at,
    MAX(time) AS ended_at
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
    NOT match_id IS NULL
    AND time + INTERVAL '1 DAY' >= CAST('2026-03-01 00:00:00' AS TIMESTAMP)
    AND time < CAST('2026-03-03 00:00:00' AS TIMESTAMP)
  GROUP BY
    match_id
), located AS (
  SELECT
    CAST(0 AS BIGINT) AS bucket,
    '' AS split,
    time,
    name,
    map_id,
    x,
    y,
    z,
    player_id,
    player_bit
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
    FROM (
      SELECT
        stored.*,
        begun_at
      FROM main.events AS stored
      LEFT JOIN matches
        ON of_match = stored.match_id
    ) AS events
    WHERE
      game_id = 'arena'
      AND env = 'prod'
      AND COALESCE(
        CAST(EXTRACT(EPOCH FROM time - begun_at) * 1000000 AS BIGINT) BETWEEN 0 AND 59999999,
        FALSE
      )
  ) AS located
  WHERE
    time >= CAST('2026-03-01 00:00:00' AS TIMESTAMP)
    AND time < CAST('2026-03-03 00:00:00' AS TIMESTAMP)
    AND NOT map_id IS NULL
    AND NOT x IS NULL
    AND NOT y IS NULL
    AND platform = ANY(CAST(ARRAY['windows'] AS TEXT[]))
), stays AS (
  SELECT
    CAST(0 AS BIGINT) AS bucket,
    '' AS split,
    time,
    map_id,
    x,
    y,
    z,
    span_ms,
    player_id,
    player_bit
  FROM (
    SELECT
      time,
      map_id,
      x,
      y,
      z,
      next_ms - mono_ms AS span_ms,
      player_id,
      player_bit,
      owner,
      session_id,
      platform,
      version,
      country,
      kept
    FROM (
      SELECT
        *,
        LEAD(mono_ms) OVER (PARTITION BY owner, session_id ORDER BY mono_ms, order_key) AS next_ms,
        LEAD(map_id) OVER (PARTITION BY owner, session_id ORDER BY mono_ms, order_key) AS next_map
      FROM (
        SELECT
          game_id,
          env,
          time,
          map_id,
          x,
          y,
          z,
          mono_ms,
          order_key,
          player_id,
          player_bit,
          owner,
          session_id,
          platform,
          version,
          country,
          kept
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
            CAST(CAST(EXTRACT(EPOCH FROM time) * 1000000 AS BIGINT) AS DECIMAL(39, 0)) * 590295810358705651712 + CAST(GREATEST(0, LEAST(COALESCE(seq, 0), 32767)) AS DECIMAL(39, 0)) * 18014398509481984 + CAST(journal_offset AS DECIMAL(39, 0)) * 16384 + position AS order_key,
            COALESCE(
              COALESCE(
                CAST(EXTRACT(EPOCH FROM time - begun_at) * 1000000 AS BIGINT) BETWEEN 0 AND 59999999,
                FALSE
              ),
              FALSE
            ) AS kept
          FROM (
            SELECT
              stored.*,
              begun_at
            FROM main.events AS stored
            LEFT JOIN matches
              ON of_match = stored.match_id
          ) AS events
          WHERE
            game_id = 'arena' AND env = 'prod'
        ) AS source
        WHERE
          name = 'position'
          AND NOT session_id IS NULL
          AND NOT mono_ms IS NULL
          AND NOT map_id IS NULL
          AND NOT x IS NULL
          AND NOT y IS NULL
      ) AS samples
    ) AS paired
    WHERE
      next_map = map_id
  ) AS stays
  WHERE
    time >= CAST('2026-03-01 00:00:00' AS TIMESTAMP)
    AND time < CAST('2026-03-03 00:00:00' AS TIMESTAMP)
    AND platform = ANY(CAST(ARRAY['windows'] AS TEXT[]))
    AND kept
), rolled AS (
  SELECT
    cx,
    cy,
    events,
    span_ms,
    players
  FROM main.heat_days
  WHERE
    game_id = 'arena'
    AND env = 'prod'
    AND map_id = 'arena'
    AND name IN ('position', 'player_death')
    AND cell_size = 10.0
    AND day = ANY(CAST(ARRAY[] AS DATE[]))
), happened AS (
  SELECT
    x,
    y,
    player_bit,
    1 AS events,
    0 AS span_ms
  FROM located
  WHERE
    map_id = 'arena'
    AND name = 'player_death'
    AND time >= CAST('2026-03-01 00:00:00' AS TIMESTAMP)
    AND time < CAST('2026-03-03 00:00:00' AS TIMESTAMP)
    AND NOT CAST(time AS DATE) = ANY(CAST(ARRAY[] AS DATE[]))
    AND (
      CAST(NULL AS DOUBLE PRECISION) IS NULL OR z >= CAST(NULL AS DOUBLE PRECISION)
    )
    AND (
      CAST(NULL AS DOUBLE PRECISION) IS NULL OR z < CAST(NULL AS DOUBLE PRECISION)
    )
), stayed AS (
  SELECT
    x,
    y,
    player_bit,
    0 AS events,
    LEAST(span_ms, 20000) AS span_ms
  FROM stays
  WHERE
    map_id = 'arena'
    AND time >= CAST('2026-03-01 00:00:00' AS TIMESTAMP)
    AND time < CAST('2026-03-03 00:00:00' AS TIMESTAMP)
    AND NOT CAST(time AS DATE) = ANY(CAST(ARRAY[] AS DATE[]))
    AND (
      CAST(NULL AS DOUBLE PRECISION) IS NULL OR z >= CAST(NULL AS DOUBLE PRECISION)
    )
    AND (
      CAST(NULL AS DOUBLE PRECISION) IS NULL OR z < CAST(NULL AS DOUBLE PRECISION)
    )
), placed AS (
  SELECT
    CAST(TRY_BIGINT(FLOOR(CAST((
      x - 0
    ) AS DOUBLE PRECISION) / 10.0)) AS INT) AS cx,
    CAST(TRY_BIGINT(FLOOR(CAST((
      y - 0
    ) AS DOUBLE PRECISION) / 10.0)) AS INT) AS cy,
    events,
    span_ms,
    CAST(1 AS BIGINT) << player_bit AS players
  FROM (
    SELECT
      *
    FROM happened
    UNION ALL
    SELECT
      *
    FROM stayed
  ) AS places
), layers AS (
  SELECT
    cx,
    cy,
    events,
    span_ms,
    players
  FROM rolled
  UNION ALL
  SELECT
    cx,
    cy,
    SUM(events) AS events,
    SUM(span_ms) AS span_ms,
    BIT_OR(players) AS players
  FROM placed
  GROUP BY
    cx,
    cy
)
SELECT
  cx,
  cy,
  SUM(events) AS events,
  SUM(span_ms) AS span_ms,
  COALESCE(BIT_COUNT(CAST(BIT_OR(players) AS BIT(64))), 0) AS players
FROM layers
GROUP BY
  cx,
  cy;

WITH matches AS (
  SELECT
    match_id AS of_match,
    MIN(time) AS begun_at,
    MAX(time) AS ended_at
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
    NOT match_id IS NULL
    AND time + INTERVAL '1 DAY' >= CAST('2026-03-01 00:00:00' AS TIMESTAMP)
    AND time < CAST('2026-03-03 00:00:00' AS TIMESTAMP)
  GROUP BY
    match_id
)
SELECT
  PERCENTILE_CONT(0.95) WITHIN GROUP (ORDER BY
    CAST(EXTRACT(EPOCH FROM ended_at - begun_at) * 1000000 AS BIGINT)) AS length_us
FROM matches
WHERE
  ended_at >= CAST('2026-03-01 00:00:00' AS TIMESTAMP);
