WITH event_counts AS (
  SELECT
    CASE
      WHEN slot < CAST('2026-03-02 00:00:00' AS TIMESTAMP_NTZ)
      THEN CAST(0 AS BIGINT)
      ELSE CAST(1 AS BIGINT)
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
      CAST(1 AS BIGINT) AS events,
      COALESCE(TRY_CAST(ROUND(value * 1e6) AS BIGINT), 0) AS value_micros,
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
        game_id = 'arena'
        AND env = 'prod'
        AND COALESCE(NOT GET_JSON_OBJECT(GET_JSON_OBJECT(props, '$.mode'), '$.of') IS NULL, FALSE)
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
      COALESCE(TRY_CAST(ROUND(value * 1e6) AS BIGINT), 0) AS value_micros,
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
        TRY_CAST(ROUND(
          1e6 * COALESCE(
            TRY_CAST(CASE
              WHEN NOT (
                GET_JSON_OBJECT(props, '$.frames') RLIKE '[0-9.][dDfFxXpP]'
              )
              THEN GET_JSON_OBJECT(props, '$.frames')
            END AS DOUBLE),
            value * seconds,
            TRY_CAST(CASE
              WHEN NOT (
                GET_JSON_OBJECT(props, '$.fps') RLIKE '[0-9.][dDfFxXpP]'
              )
              THEN GET_JSON_OBJECT(props, '$.fps')
            END AS DOUBLE) * seconds
          )
        ) AS BIGINT) AS drawn_micros,
        TRY_CAST(ROUND(seconds * 1e6) AS BIGINT) AS drawn_us
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
          COALESCE(
            TRY_CAST(CASE
              WHEN NOT (
                GET_JSON_OBJECT(props, '$.duration_s') RLIKE '[0-9.][dDfFxXpP]'
              )
              THEN GET_JSON_OBJECT(props, '$.duration_s')
            END AS DOUBLE),
            1
          ) AS seconds
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
            game_id = 'arena'
            AND env = 'prod'
            AND COALESCE(NOT GET_JSON_OBJECT(GET_JSON_OBJECT(props, '$.mode'), '$.of') IS NULL, FALSE)
        ) AS source
        WHERE
          name = 'performance'
      ) AS measured
    ) AS drawn
  ) AS parts
  WHERE
    slot >= CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
    AND slot < CAST('2026-03-03 00:00:00' AS TIMESTAMP_NTZ)
    AND (
      slot < CAST('2026-03-02 00:00:00' AS TIMESTAMP_NTZ)
      OR slot >= CAST('2026-03-02 00:00:00' AS TIMESTAMP_NTZ)
    )
    AND ARRAY_CONTAINS(CAST(ARRAY('windows') AS ARRAY<STRING>), platform)
), found AS (
  SELECT
    bucket,
    split,
    SUM(events) AS weight,
    SUM(events) AS part,
    0 AS whole,
    0 AS others
  FROM event_counts
  WHERE
    CAST(NULL AS STRING) IS NULL OR name = CAST(NULL AS STRING)
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
