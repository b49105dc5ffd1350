WITH event_counts AS (
  SELECT
    CASE
      WHEN slot < CAST('2026-03-02 00:00:00' AS DateTime64(6, 'UTC'))
      THEN CAST(0 AS Nullable(Int64))
      ELSE CAST(1 AS Nullable(Int64))
    END AS bucket,
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
      CAST(1 AS Nullable(Int64)) AS events,
      COALESCE(accurateCastOrNull(ROUND(value * 1e6), 'Nullable(Int64)'), toInt32(0)) AS value_micros,
      CAST(0 AS Nullable(Int64)) AS frames_micros,
      CAST(0 AS Nullable(Int64)) AS frames_us
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
        game_id = 'arena'
        AND env = 'prod'
        AND COALESCE(NOT (
          nullIf(toString(props.mode.of), '') IS NULL
        ), FALSE)
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
      CAST(1 AS Nullable(Int64)) AS events,
      COALESCE(accurateCastOrNull(ROUND(value * 1e6), 'Nullable(Int64)'), toInt32(0)) AS value_micros,
      CASE
        WHEN drawn_micros IS NULL OR drawn_us IS NULL
        THEN toInt32(0)
        ELSE drawn_micros
      END AS frames_micros,
      CASE WHEN drawn_micros IS NULL OR drawn_us IS NULL THEN toInt32(0) ELSE drawn_us END AS frames_us
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
        accurateCastOrNull(
          ROUND(
            1e6 * COALESCE(
              toFloat64OrNull(toString(props.frames)),
              value * seconds,
              toFloat64OrNull(toString(props.fps)) * seconds
            )
          ),
          'Nullable(Int64)'
        ) AS drawn_micros,
        accurateCastOrNull(ROUND(seconds * 1e6), 'Nullable(Int64)') AS drawn_us
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
          COALESCE(toFloat64OrNull(toString(props.duration_s)), toInt32(1)) AS seconds
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
            game_id = 'arena'
            AND env = 'prod'
            AND COALESCE(NOT (
              nullIf(toString(props.mode.of), '') IS NULL
            ), FALSE)
        ) AS source
        WHERE
          name = 'performance'
      ) AS measured
    ) AS drawn
  ) AS parts
  WHERE
    slot >= CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC'))
    AND slot < CAST('2026-03-03 00:00:00' AS DateTime64(6, 'UTC'))
    AND (
      slot < CAST('2026-03-02 00:00:00' AS DateTime64(6, 'UTC'))
      OR slot >= CAST('2026-03-02 00:00:00' AS DateTime64(6, 'UTC'))
    )
    AND has(CAST(['windows'] AS Array(Nullable(String))), platform)
), found AS (
  SELECT
    bucket,
    split,
    SUM(events) AS weight,
    SUM(events) AS part,
    toInt32(0) AS whole,
    toInt32(0) AS others
  FROM event_counts
  WHERE
    CAST(NULL AS Nullable(String)) IS NULL OR name = CAST(NULL AS Nullable(String))
  GROUP BY
    bucket,
    split
), ranked AS (
  SELECT
    split,
    toInt64(ROW_NUMBER() OVER (ORDER BY SUM(weight) DESC, split)) AS rank
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
