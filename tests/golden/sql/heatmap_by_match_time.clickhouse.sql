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
    NOT (
      match_id IS NULL
    )
    AND time + INTERVAL '1' DAY >= CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC'))
    AND time < CAST('2026-03-03 00:00:00' AS DateTime64(6, 'UTC'))
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
      CAST(time AS Date32) AS day,
      map_id,
      name,
      CAST(CEIL(LN(GREATEST(ABS(x), ABS(y), toInt32(1))) / LN(2) - 1e-9) AS Nullable(Int16)) AS reach, /* A little less, so that a power of two is in one class whatever the logarithm's last digit. */
      CAST(1 AS Nullable(Int64)) AS events,
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
      NOT (
        map_id IS NULL
      ) AND NOT (
        x IS NULL
      ) AND NOT (
        y IS NULL
      )
  ) AS parts
  WHERE
    day >= CAST(CAST('2026-03-01 00:00:00' AS Date32) AS DateTime64(6, 'UTC'))
    AND day < CAST('2026-03-03 00:00:00' AS DateTime64(6, 'UTC'))
)
SELECT
  name,
  reach,
  CAST(SUM(events) AS Nullable(Int64)) AS events,
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
    NOT (
      match_id IS NULL
    )
    AND time + INTERVAL '1' DAY >= CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC'))
    AND time < CAST('2026-03-03 00:00:00' AS DateTime64(6, 'UTC'))
  GROUP BY
    match_id
), located AS (
  SELECT
    CAST(0 AS Nullable(Int64)) AS bucket,
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
    FROM (
      SELECT
        stored.*,
        begun_at
      FROM playtrace.events AS stored
      LEFT JOIN matches
        ON of_match = stored.match_id
    ) AS events
    WHERE
      game_id = 'arena'
      AND env = 'prod'
      AND COALESCE(DATE_DIFF(MICROSECOND, begun_at, time) BETWEEN 0 AND 59999999, FALSE)
  ) AS located
  WHERE
    time >= CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC'))
    AND time < CAST('2026-03-03 00:00:00' AS DateTime64(6, 'UTC'))
    AND NOT (
      map_id IS NULL
    )
    AND NOT (
      x IS NULL
    )
    AND NOT (
      y IS NULL
    )
    AND has(CAST(['windows'] AS Array(Nullable(String))), platform)
), stays AS (
  SELECT
    CAST(0 AS Nullable(Int64)) AS bucket,
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
        lead(toNullable(mono_ms)) OVER (PARTITION BY owner, session_id ORDER BY mono_ms, order_key) AS next_ms,
        lead(toNullable(map_id)) OVER (PARTITION BY owner, session_id ORDER BY mono_ms, order_key) AS next_map
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
            COALESCE(
              COALESCE(DATE_DIFF(MICROSECOND, begun_at, time) BETWEEN 0 AND 59999999, FALSE),
              FALSE
            ) AS kept
          FROM (
            SELECT
              stored.*,
              begun_at
            FROM playtrace.events AS stored
            LEFT JOIN matches
              ON of_match = stored.match_id
          ) AS events
          WHERE
            game_id = 'arena' AND env = 'prod'
        ) AS source
        WHERE
          name = 'position'
          AND NOT (
            session_id IS NULL
          )
          AND NOT (
            mono_ms IS NULL
          )
          AND NOT (
            map_id IS NULL
          )
          AND NOT (
            x IS NULL
          )
          AND NOT (
            y IS NULL
          )
      ) AS samples
    ) AS paired
    WHERE
      next_map = map_id
  ) AS stays
  WHERE
    time >= CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC'))
    AND time < CAST('2026-03-03 00:00:00' AS DateTime64(6, 'UTC'))
    AND has(CAST(['windows'] AS Array(Nullable(String))), platform)
    AND kept
), rolled AS (
  SELECT
    cx,
    cy,
    events,
    span_ms,
    players
  FROM playtrace.heat_days
  WHERE
    game_id = 'arena'
    AND env = 'prod'
    AND map_id = 'arena'
    AND name IN ('position', 'player_death')
    AND cell_size = 10.0
    AND has(CAST([] AS Array(Date32)), day)
), happened AS (
  SELECT
    x,
    y,
    player_bit,
    toInt32(1) AS events,
    toInt32(0) AS span_ms
  FROM located
  WHERE
    map_id = 'arena'
    AND name = 'player_death'
    AND time >= CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC'))
    AND time < CAST('2026-03-03 00:00:00' AS DateTime64(6, 'UTC'))
    AND NOT has(CAST([] AS Array(Date32)), CAST(time AS Date32))
    AND (
      CAST(NULL AS Nullable(Float64)) IS NULL OR z >= CAST(NULL AS Nullable(Float64))
    )
    AND (
      CAST(NULL AS Nullable(Float64)) IS NULL OR z < CAST(NULL AS Nullable(Float64))
    )
), stayed AS (
  SELECT
    x,
    y,
    player_bit,
    toInt32(0) AS events,
    LEAST(span_ms, toInt32(20000)) AS span_ms
  FROM stays
  WHERE
    map_id = 'arena'
    AND time >= CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC'))
    AND time < CAST('2026-03-03 00:00:00' AS DateTime64(6, 'UTC'))
    AND NOT has(CAST([] AS Array(Date32)), CAST(time AS Date32))
    AND (
      CAST(NULL AS Nullable(Float64)) IS NULL OR z >= CAST(NULL AS Nullable(Float64))
    )
    AND (
      CAST(NULL AS Nullable(Float64)) IS NULL OR z < CAST(NULL AS Nullable(Float64))
    )
), placed AS (
  SELECT
    accurateCastOrNull(FLOOR((
      x - 0
    ) / 10.0), 'Nullable(Int32)') AS cx,
    accurateCastOrNull(FLOOR((
      y - 0
    ) / 10.0), 'Nullable(Int32)') AS cy,
    events,
    span_ms,
    bitShiftLeft(CAST(1 AS Nullable(Int64)), player_bit) AS players
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
    groupBitOr(players) AS players
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
  COALESCE(toInt64(bitCount(groupBitOr(players))), toInt32(0)) AS players
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
    NOT (
      match_id IS NULL
    )
    AND time + INTERVAL '1' DAY >= CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC'))
    AND time < CAST('2026-03-03 00:00:00' AS DateTime64(6, 'UTC'))
  GROUP BY
    match_id
)
SELECT
  quantileExactInclusive(0.95)(DATE_DIFF(MICROSECOND, begun_at, ended_at)) AS length_us
FROM matches
WHERE
  ended_at >= CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC'));
