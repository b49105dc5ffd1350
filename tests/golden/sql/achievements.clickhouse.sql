SELECT
  *
FROM (
  WITH known_players AS (
    SELECT
      CAST(0 AS Nullable(Int64)) AS bucket,
      player_id,
      first_seen,
      platform,
      version,
      country
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
      FROM playtrace.players
      WHERE
        game_id = 'arena' AND env = 'prod'
    ) AS player
    WHERE
      first_seen < CAST('2026-03-03 00:00:00' AS DateTime64(6, 'UTC'))
  ), players_so_far AS (
    SELECT
      player_id,
      first_seen
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
      FROM playtrace.players
      WHERE
        game_id = 'arena' AND env = 'prod'
    ) AS player
    WHERE
      first_seen < CAST('2026-03-03 00:00:00' AS DateTime64(6, 'UTC'))
      AND has(CAST(['windows'] AS Array(Nullable(String))), platform)
  ), unlocks AS (
    SELECT
      time,
      player_id,
      subject
    FROM (
      SELECT
        game_id,
        env,
        time,
        received_at,
        order_key,
        name,
        player_id,
        owner,
        session_id,
        match_id,
        map_id,
        level,
        platform,
        version,
        country,
        currency,
        value,
        subject,
        detail,
        balance,
        duration_s,
        transaction_id,
        is_validated
      FROM playtrace.noted_events
      WHERE
        game_id = 'arena' AND env = 'prod'
    ) AS noted
    WHERE
      time < CAST('2026-03-03 00:00:00' AS DateTime64(6, 'UTC'))
      AND name = 'achievement_unlocked'
      AND NOT (
        player_id IS NULL
      )
  ), population AS (
    SELECT
      player_id
    FROM players_so_far
  ), unlocked AS (
    SELECT
      player_id,
      achievement,
      MIN(time) AS unlocked_at
    FROM (
      SELECT
        player_id,
        CASE WHEN subject <> 'unknown' THEN subject ELSE '' END AS achievement,
        time
      FROM unlocks
    ) AS said
    GROUP BY
      player_id,
      achievement
  ), counted AS (
    SELECT
      achievement,
      toInt64(COUNT(*)) AS players,
      toInt64(
        COUNT(*) FILTER(WHERE
          unlocked_at >= CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC')))
      ) AS unlocked_in_range,
      quantileExactInclusive(0.5)(CAST(DATE_DIFF(MICROSECOND, first_seen, unlocked_at) AS Nullable(Float64))) AS median_us,
      toInt64(COUNT(*) OVER ()) AS achievement_count,
      toInt64(ROW_NUMBER() OVER (ORDER BY toInt64(COUNT(*)) DESC, achievement)) AS place
    FROM unlocked
    JOIN population
      ON unlocked.player_id = population.player_id
    JOIN known_players
      ON unlocked.player_id = known_players.player_id
    GROUP BY
      achievement
  )
  SELECT
    achievement,
    players,
    unlocked_in_range,
    median_us,
    achievement_count,
    toInt32(1) AS kind
  FROM counted
  WHERE
    place <= 200
  UNION ALL
  SELECT
    NULL,
    toInt64(COUNT(*)),
    toInt32(0),
    NULL,
    toInt32(0),
    toInt32(0)
  FROM population
) AS _l_0
ORDER BY
  kind,
  players,
  achievement;

SELECT
  *
FROM (
  WITH known_players AS (
    SELECT
      CAST(0 AS Nullable(Int64)) AS bucket,
      player_id,
      first_seen,
      platform,
      version,
      country
    FROM (
      SELECT
        player_id,
        MIN(first_seen) AS first_seen,
        MIN(order_key) AS order_key,
        argMin(platform, order_key) AS platform,
        argMin(version, order_key) AS version,
        argMin(country, order_key) AS country
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
          is_active
      ) AS parts
      GROUP BY
        player_id
    ) AS player
    WHERE
      first_seen < CAST('2026-03-03 00:00:00' AS DateTime64(6, 'UTC'))
  ), players_so_far AS (
    SELECT
      player_id,
      first_seen
    FROM (
      SELECT
        player_id,
        MIN(first_seen) AS first_seen,
        MIN(order_key) AS order_key,
        argMin(platform, order_key) AS platform,
        argMin(version, order_key) AS version,
        argMin(country, order_key) AS country
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
          is_active
      ) AS parts
      GROUP BY
        player_id
    ) AS player
    WHERE
      first_seen < CAST('2026-03-03 00:00:00' AS DateTime64(6, 'UTC'))
      AND has(CAST(['windows'] AS Array(Nullable(String))), platform)
  ), unlocks AS (
    SELECT
      time,
      player_id,
      subject
    FROM (
      SELECT
        game_id,
        env,
        time,
        received_at,
        order_key,
        name,
        player_id,
        owner,
        session_id,
        match_id,
        map_id,
        level,
        platform,
        version,
        country,
        currency,
        value,
        COALESCE(
          CASE
            WHEN name LIKE 'level%'
            THEN SUBSTRING(subject, 1, 256)
            ELSE CASE
              WHEN NOT (
                SUBSTRING(subject, 1, 1) IN ('{', '[')
              )
              THEN SUBSTRING(subject, 1, 256)
            END
          END,
          ''
        ) AS subject,
        COALESCE(
          CASE
            WHEN NOT (
              SUBSTRING(detail, 1, 1) IN ('{', '[')
            )
            THEN SUBSTRING(detail, 1, 256)
          END,
          ''
        ) AS detail,
        CASE WHEN ABS(balance) <= 1e15 THEN balance END AS balance,
        CASE WHEN duration_s >= 0 AND duration_s <= 1e15 THEN duration_s END AS duration_s,
        nullIf(
          CASE
            WHEN NOT (
              SUBSTRING(transaction_id, 1, 1) IN ('{', '[')
            )
            THEN SUBSTRING(transaction_id, 1, 256)
          END,
          ''
        ) AS transaction_id,
        COALESCE(validated <> 'false', TRUE) AS is_validated
      FROM (
        SELECT
          game_id,
          env,
          time,
          received_at,
          order_key,
          name,
          player_id,
          owner,
          COALESCE(session_id, '') AS session_id,
          match_id,
          map_id,
          level,
          platform,
          version,
          country,
          currency,
          CASE
            WHEN name = 'item_looted'
            THEN COALESCE(toFloat64OrNull(toString(nullIf(toString(props.count), ''))), value, toInt32(1))
            ELSE value
          END AS value,
          CASE
            WHEN name = 'purchase'
            THEN nullIf(toString(props.product), '')
            WHEN name = 'ad_impression'
            THEN nullIf(toString(props.placement), '')
            WHEN name = 'resource_gain'
            THEN nullIf(toString(props.item), '')
            WHEN name = 'resource_spend'
            THEN nullIf(toString(props.item), '')
            WHEN name = 'item_looted'
            THEN nullIf(toString(props.item), '')
            WHEN name = 'achievement_unlocked'
            THEN nullIf(toString(props.achievement), '')
            WHEN name = 'score_posted'
            THEN nullIf(toString(props.board), '')
            WHEN name = 'session_start'
            THEN CAST(NULL AS Nullable(String))
            WHEN name = 'match_start'
            THEN nullIf(toString(props.mode), '')
            WHEN name = 'match_end'
            THEN nullIf(toString(props.mode), '')
            WHEN name = 'level_start'
            THEN CAST(level AS Nullable(String))
            WHEN name = 'level_complete'
            THEN CAST(level AS Nullable(String))
            WHEN name = 'level_fail'
            THEN CAST(level AS Nullable(String))
            WHEN name = 'level_abandon'
            THEN CAST(level AS Nullable(String))
          END AS subject,
          CASE
            WHEN name = 'purchase'
            THEN nullIf(toString(props.kind), '')
            WHEN name = 'ad_impression'
            THEN nullIf(toString(props.format), '')
            WHEN name = 'resource_gain'
            THEN nullIf(toString(props.reason), '')
            WHEN name = 'resource_spend'
            THEN nullIf(toString(props.reason), '')
            WHEN name = 'item_looted'
            THEN nullIf(toString(props.rarity), '')
            WHEN name = 'match_end'
            THEN nullIf(toString(props.result), '')
            WHEN name = 'level_fail'
            THEN nullIf(toString(props.reason), '')
          END AS detail,
          CASE
            WHEN name IN ('resource_gain', 'resource_spend')
            THEN toFloat64OrNull(toString(nullIf(toString(props.balance), '')))
          END AS balance,
          CASE
            WHEN name IN ('level_complete', 'level_fail', 'level_abandon', 'match_end')
            THEN toFloat64OrNull(toString(nullIf(toString(props.duration_s), '')))
          END AS duration_s,
          CASE WHEN name = 'purchase' THEN nullIf(toString(props.transaction_id), '') END AS transaction_id,
          CASE WHEN name = 'purchase' THEN nullIf(toString(props.validated), '') END AS validated
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
          name IN (
            'purchase',
            'ad_impression',
            'resource_gain',
            'resource_spend',
            'item_looted',
            'achievement_unlocked',
            'score_posted',
            'session_start',
            'match_start',
            'match_end',
            'level_start',
            'level_complete',
            'level_fail',
            'level_abandon'
          )
      ) AS said
    ) AS noted
    WHERE
      time < CAST('2026-03-03 00:00:00' AS DateTime64(6, 'UTC'))
      AND name = 'achievement_unlocked'
      AND NOT (
        player_id IS NULL
      )
  ), population AS (
    SELECT
      player_id
    FROM players_so_far
  ), unlocked AS (
    SELECT
      player_id,
      achievement,
      MIN(time) AS unlocked_at
    FROM (
      SELECT
        player_id,
        CASE WHEN subject <> 'unknown' THEN subject ELSE '' END AS achievement,
        time
      FROM unlocks
    ) AS said
    GROUP BY
      player_id,
      achievement
  ), counted AS (
    SELECT
      achievement,
      toInt64(COUNT(*)) AS players,
      toInt64(
        COUNT(*) FILTER(WHERE
          unlocked_at >= CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC')))
      ) AS unlocked_in_range,
      quantileExactInclusive(0.5)(CAST(DATE_DIFF(MICROSECOND, first_seen, unlocked_at) AS Nullable(Float64))) AS median_us,
      toInt64(COUNT(*) OVER ()) AS achievement_count,
      toInt64(ROW_NUMBER() OVER (ORDER BY toInt64(COUNT(*)) DESC, achievement)) AS place
    FROM unlocked
    JOIN population
      ON unlocked.player_id = population.player_id
    JOIN known_players
      ON unlocked.player_id = known_players.player_id
    GROUP BY
      achievement
  )
  SELECT
    achievement,
    players,
    unlocked_in_range,
    median_us,
    achievement_count,
    toInt32(1) AS kind
  FROM counted
  WHERE
    place <= 200
  UNION ALL
  SELECT
    NULL,
    toInt64(COUNT(*)),
    toInt32(0),
    NULL,
    toInt32(0),
    toInt32(0)
  FROM population
) AS _l_0
ORDER BY
  kind,
  players,
  achievement;
