WITH times AS (
  SELECT
    tupleElement(list_row, 1) AS bucket
  FROM (
    SELECT
      arrayJoin(arrayZip(CAST([0, 1] AS Array(Nullable(Int64))))) AS list_row
  ) AS zipped
), event_counts AS (
  SELECT
    CASE
      WHEN slot < CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC'))
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
      events,
      value_micros,
      frames_micros,
      frames_us
    FROM playtrace.event_counts
    WHERE
      game_id = 'arena' AND env = 'prod'
  ) AS parts
  WHERE
    slot >= CAST('2026-02-27 00:00:00' AS DateTime64(6, 'UTC'))
    AND slot < CAST('2026-03-03 00:00:00' AS DateTime64(6, 'UTC'))
    AND (
      slot < CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC'))
      OR slot >= CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC'))
    )
    AND has(CAST(['windows'] AS Array(Nullable(String))), platform)
), players AS (
  SELECT
    CASE
      WHEN first_seen < CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC'))
      THEN CAST(0 AS Nullable(Int64))
      ELSE CAST(1 AS Nullable(Int64))
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
    FROM playtrace.players
    WHERE
      game_id = 'arena' AND env = 'prod'
  ) AS player
  WHERE
    first_seen >= CAST('2026-02-27 00:00:00' AS DateTime64(6, 'UTC'))
    AND first_seen < CAST('2026-03-03 00:00:00' AS DateTime64(6, 'UTC'))
    AND (
      first_seen < CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC'))
      OR first_seen >= CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC'))
    )
    AND has(CAST(['windows'] AS Array(Nullable(String))), platform)
), beginning AS (
  SELECT
    MIN(first_seen) AS first_at
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
  ) AS parts
), session_ids AS (
  SELECT
    owner,
    session_id,
    argMin(player_id, player_key) AS player_id,
    MIN(started_at) AS started_at,
    MAX(ended_at) AS ended_at,
    MIN(since) AS since,
    argMin(platform, order_key) AS platform,
    argMin(version, order_key) AS version,
    argMin(country, order_key) AS country,
    MAX(mono_ms) AS mono_ms,
    CAST(SUM(played) AS Nullable(Int64)) AS played,
    CAST(SUM(crashes) AS Nullable(Int64)) AS crashes,
    CAST(SUM(quits) AS Nullable(Int64)) AS quits,
    CAST(SUM(backgrounds) AS Nullable(Int64)) AS backgrounds,
    CAST(MAX(since) > MIN(ended_at) + toIntervalMicrosecond(1800000000) AS Nullable(Bool)) AS has_several
  FROM (
    SELECT
      game_id,
      env,
      owner,
      session_id,
      started_at,
      ended_at,
      order_key,
      since,
      player_key,
      player_id,
      platform,
      version,
      country,
      mono_ms,
      events,
      played,
      crashes,
      quits,
      backgrounds
    FROM playtrace.sessions
    WHERE
      game_id = 'arena' AND env = 'prod'
  ) AS parts
  WHERE
    ended_at >= CAST('2026-02-26 23:30:00' AS DateTime64(6, 'UTC'))
  GROUP BY
    owner,
    session_id
), sessions AS (
  SELECT
    CASE
      WHEN started_at < CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC'))
      THEN CAST(0 AS Nullable(Int64))
      ELSE CAST(1 AS Nullable(Int64))
    END AS bucket,
    '' AS split,
    player_id,
    started_at,
    ended_at,
    length_us,
    crashes,
    quits,
    backgrounds
  FROM (
    SELECT
      began.owner AS owner,
      began.session_id AS session_id,
      began.player_id AS player_id,
      began.started_at AS started_at,
      began.ended_at AS ended_at,
      began.platform AS platform,
      began.version AS version,
      began.country AS country,
      began.crashes AS crashes,
      began.quits AS quits,
      began.backgrounds AS backgrounds,
      COALESCE(began.mono_ms * 1000, DATE_DIFF(MICROSECOND, began.started_at, began.ended_at)) AS length_us
    FROM (
      SELECT
        owner,
        session_id,
        player_id,
        started_at,
        ended_at,
        since,
        platform,
        version,
        country,
        mono_ms,
        played,
        crashes,
        quits,
        backgrounds
      FROM session_ids
      WHERE
        NOT has_several
      UNION ALL
      SELECT
        owner,
        session_id,
        argMin(player_id, player_key) AS player_id,
        MIN(started_at) AS started_at,
        COALESCE(MAX(CASE WHEN played > 0 THEN ended_at END), MAX(ended_at)) AS ended_at,
        MIN(since) AS since,
        argMin(platform, order_key) AS platform,
        argMin(version, order_key) AS version,
        argMin(country, order_key) AS country,
        MAX(mono_ms) AS mono_ms,
        CAST(SUM(played) AS Nullable(Int64)) AS played,
        CAST(SUM(crashes) AS Nullable(Int64)) AS crashes,
        CAST(SUM(quits) AS Nullable(Int64)) AS quits,
        CAST(SUM(backgrounds) AS Nullable(Int64)) AS backgrounds
      FROM (
        SELECT
          *,
          SUM(CASE WHEN played > 0 THEN toInt32(1) ELSE toInt32(0) END) OVER (
            PARTITION BY owner, session_id
            ORDER BY order_key
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
          ) AS number
        FROM (
          SELECT
            owner,
            session_id,
            MIN(started_at) AS started_at,
            MAX(ended_at) AS ended_at,
            MIN(order_key) AS order_key,
            MIN(since) AS since,
            MIN(player_key) AS player_key,
            argMin(player_id, player_key) AS player_id,
            argMin(platform, order_key) AS platform,
            argMin(version, order_key) AS version,
            argMin(country, order_key) AS country,
            MAX(mono_ms) AS mono_ms,
            CAST(SUM(events) AS Nullable(Int64)) AS events,
            CAST(SUM(played) AS Nullable(Int64)) AS played,
            CAST(SUM(crashes) AS Nullable(Int64)) AS crashes,
            CAST(SUM(quits) AS Nullable(Int64)) AS quits,
            CAST(SUM(backgrounds) AS Nullable(Int64)) AS backgrounds
          FROM (
            SELECT
              *,
              SUM(
                CASE
                  WHEN since <= silent_since + toIntervalMicrosecond(1800000000)
                  THEN toInt32(0)
                  ELSE toInt32(1)
                END
              ) OVER (
                PARTITION BY owner, session_id
                ORDER BY since, order_key
                ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
              ) AS stretch
            FROM (
              SELECT
                *,
                MAX(ended_at) OVER (
                  PARTITION BY owner, session_id
                  ORDER BY since, order_key
                  ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
                ) AS silent_since
              FROM (
                SELECT
                  *
                FROM (
                  SELECT
                    game_id,
                    env,
                    owner,
                    session_id,
                    started_at,
                    ended_at,
                    order_key,
                    since,
                    player_key,
                    player_id,
                    platform,
                    version,
                    country,
                    mono_ms,
                    events,
                    played,
                    crashes,
                    quits,
                    backgrounds
                  FROM playtrace.sessions
                  WHERE
                    game_id = 'arena' AND env = 'prod'
                ) AS part
                WHERE
                  ended_at >= CAST('2026-02-26 23:30:00' AS DateTime64(6, 'UTC'))
                  AND (owner, session_id) IN (
                    SELECT
                      owner,
                      session_id
                    FROM session_ids
                    WHERE
                      has_several
                  )
              ) AS parts
            ) AS silences
          ) AS stretches
          GROUP BY
            owner,
            session_id,
            stretch
        ) AS stretches
      ) AS numbered
      GROUP BY
        owner,
        session_id,
        CASE WHEN session_id = '' OR number = 0 THEN order_key ELSE number END
    ) AS began
    LEFT JOIN (
      SELECT
        owner,
        session_id,
        MAX(ended_at) AS ended_at
      FROM (
        SELECT
          game_id,
          env,
          owner,
          session_id,
          started_at,
          ended_at,
          order_key,
          since,
          player_key,
          player_id,
          platform,
          version,
          country,
          mono_ms,
          events,
          played,
          crashes,
          quits,
          backgrounds
        FROM playtrace.sessions
        WHERE
          game_id = 'arena' AND env = 'prod'
      ) AS parts
      WHERE
        session_id <> ''
        AND started_at < CAST('2026-02-27 00:00:00' AS DateTime64(6, 'UTC'))
        AND ended_at >= CAST('2026-02-25 23:30:00' AS DateTime64(6, 'UTC'))
      GROUP BY
        owner,
        session_id
    ) AS earlier
      ON earlier.owner = began.owner
      AND earlier.session_id = CASE
        WHEN began.since < CAST('2026-02-27 00:00:00' AS DateTime64(6, 'UTC'))
        THEN began.session_id
      END
    WHERE
      began.started_at >= CAST('2026-02-27 00:00:00' AS DateTime64(6, 'UTC'))
      AND began.started_at < CAST('2026-03-03 00:00:00' AS DateTime64(6, 'UTC'))
      AND (
        earlier.ended_at IS NULL
        OR earlier.ended_at + toIntervalMicrosecond(1800000000) < began.since
      )
      AND (
        began.played > 0
        OR NOT (
          (began.owner, began.session_id) IN (
            SELECT
              owner,
              session_id
            FROM (
              SELECT
                game_id,
                env,
                owner,
                session_id,
                started_at,
                ended_at,
                order_key,
                since,
                player_key,
                player_id,
                platform,
                version,
                country,
                mono_ms,
                events,
                played,
                crashes,
                quits,
                backgrounds
              FROM playtrace.sessions
              WHERE
                game_id = 'arena' AND env = 'prod'
            ) AS parts
            WHERE
              session_id <> ''
              AND played > 0
              AND started_at < CAST('2026-02-27 00:00:00' AS DateTime64(6, 'UTC'))
              AND (owner, session_id) IN (
                SELECT
                  owner,
                  session_id
                FROM session_ids
                WHERE
                  played = 0 OR has_several
              )
          )
        )
      )
  ) AS session
  WHERE
    started_at >= CAST('2026-02-27 00:00:00' AS DateTime64(6, 'UTC'))
    AND started_at < CAST('2026-03-03 00:00:00' AS DateTime64(6, 'UTC'))
    AND (
      started_at < CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC'))
      OR started_at >= CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC'))
    )
    AND has(CAST(['windows'] AS Array(Nullable(String))), platform)
), payments AS (
  SELECT
    CASE
      WHEN time < CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC'))
      THEN CAST(0 AS Nullable(Int64))
      ELSE CAST(1 AS Nullable(Int64))
    END AS bucket,
    '' AS split,
    time,
    order_key,
    name,
    player_id,
    currency,
    detail,
    transaction_id,
    is_validated,
    micros
  FROM (
    SELECT
      game_id,
      env,
      time,
      order_key,
      name,
      player_id,
      platform,
      version,
      country,
      currency,
      micros,
      detail,
      transaction_id,
      is_validated
    FROM playtrace.payments
    WHERE
      game_id = 'arena' AND env = 'prod'
  ) AS payment
  WHERE
    time >= CAST('2026-02-27 00:00:00' AS DateTime64(6, 'UTC'))
    AND time < CAST('2026-03-03 00:00:00' AS DateTime64(6, 'UTC'))
    AND (
      time < CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC'))
      OR time >= CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC'))
    )
    AND has(CAST(['windows'] AS Array(Nullable(String))), platform)
), orders AS (
  SELECT
    time,
    order_key,
    transaction_id,
    detail,
    is_validated
  FROM (
    SELECT
      game_id,
      env,
      time,
      order_key,
      name,
      player_id,
      platform,
      version,
      country,
      currency,
      micros,
      detail,
      transaction_id,
      is_validated
    FROM playtrace.payments
    WHERE
      game_id = 'arena' AND env = 'prod'
  ) AS payment
  WHERE
    name = 'purchase' AND NOT (
      transaction_id IS NULL
    ) AND micros > 0
), first_orders AS (
  SELECT
    transaction_id,
    argMin(detail, order_key) AS detail,
    MIN(CASE WHEN is_validated OR CAST(FALSE AS Nullable(Bool)) THEN time END) AS counted_at,
    MIN(CASE WHEN is_validated OR CAST(FALSE AS Nullable(Bool)) THEN order_key END) AS counted_key
  FROM orders
  GROUP BY
    transaction_id
), counted AS (
  SELECT
    bucket,
    split,
    time,
    order_key,
    name,
    player_id,
    micros,
    COALESCE(nullIf(payments.detail, ''), first_orders.detail, '') AS detail,
    COALESCE(nullIf(currency, ''), 'USD') AS paid_in,
    CAST(CASE WHEN micros < 0 THEN COALESCE(counted_at, time) ELSE time END AS Date32) AS rate_day
  FROM payments
  LEFT JOIN first_orders
    ON payments.transaction_id = first_orders.transaction_id
  WHERE
    (
      (
        name = 'purchase' AND (
          is_validated OR CAST(FALSE AS Nullable(Bool))
        )
      )
      OR (
        name = 'ad_impression' AND CAST(FALSE AS Nullable(Bool))
      )
    )
    AND micros <> 0
    AND (
      first_orders.transaction_id IS NULL
      OR (
        micros > 0 AND order_key = counted_key
      )
      OR (
        micros < 0 AND NOT (
          counted_key IS NULL
        )
      )
    )
), earned AS (
  SELECT
    bucket,
    split,
    SUM(
      CASE
        WHEN paid_in = 'USD' AND micros BETWEEN -100000000000000000 AND 100000000000000000
        THEN micros
        ELSE toInt32(0)
      END
    ) AS revenue_micros,
    toInt64(COUNT(CASE WHEN paid_in <> 'USD' THEN toInt32(1) END)) AS other_currency_purchases
  FROM counted
  GROUP BY
    bucket,
    split
), happened AS (
  SELECT
    bucket,
    SUM(events) AS event_count,
    SUM(CASE WHEN name = 'crash' THEN events ELSE toInt32(0) END) AS crash_count,
    SUM(frames_micros) AS frames_micros,
    SUM(frames_us) AS frames_us
  FROM event_counts
  GROUP BY
    bucket
), newcomers AS (
  SELECT
    bucket,
    toInt64(COUNT(*)) AS new_players
  FROM players
  GROUP BY
    bucket
), ended AS (
  SELECT
    bucket,
    toInt64(COUNT(*)) AS session_count,
    SUM(length_us) AS length_us,
    quantileExactInclusive(0.5)(length_us) AS median_length_us,
    toInt64(COUNT(CASE WHEN crashes > 0 THEN toInt32(1) END)) AS crashed_sessions,
    toInt64(COUNT(DISTINCT player_id)) AS players,
    toInt64(COUNT(DISTINCT CASE WHEN crashes > 0 THEN player_id END)) AS crashed_players
  FROM sessions
  GROUP BY
    bucket
)
SELECT
  times.bucket AS bucket,
  first_at,
  event_count,
  crash_count,
  revenue_micros,
  other_currency_purchases,
  frames_micros,
  frames_us,
  new_players,
  session_count,
  length_us,
  median_length_us,
  crashed_sessions,
  players,
  crashed_players
FROM times
CROSS JOIN beginning
LEFT JOIN happened
  ON happened.bucket = times.bucket
LEFT JOIN earned
  ON earned.bucket = times.bucket
LEFT JOIN newcomers
  ON newcomers.bucket = times.bucket
LEFT JOIN ended
  ON ended.bucket = times.bucket;

WITH calendar AS (
  SELECT
    tupleElement(list_row, 1) AS bucket,
    tupleElement(list_row, 2) AS day,
    tupleElement(list_row, 3) AS am,
    tupleElement(list_row, 4) AS pm
  FROM (
    SELECT
      arrayJoin(
        arrayZip(
          CAST([0, 1, 2, 3] AS Array(Nullable(Int64))),
          CAST([
            CAST('2026-02-27' AS Date32),
            CAST('2026-02-28' AS Date32),
            CAST('2026-03-01' AS Date32),
            CAST('2026-03-02' AS Date32)
          ] AS Array(Date32)),
          CAST([281474976710655, 281474976710655, 281474976710655, 281474976710655] AS Array(Nullable(Int64))),
          CAST([281474976710655, 281474976710655, 281474976710655, 281474976710655] AS Array(Nullable(Int64)))
        )
      ) AS list_row
  ) AS zipped
), days AS (
  SELECT
    tupleElement(list_row, 1) AS bucket,
    tupleElement(list_row, 2) AS period,
    tupleElement(list_row, 3) AS word,
    tupleElement(list_row, 4) AS bit
  FROM (
    SELECT
      arrayJoin(
        arrayZip(
          CAST([0, 1, 2, 3] AS Array(Nullable(Int64))),
          CAST([0, 0, 1, 1] AS Array(Nullable(Int64))),
          CAST([0, 0, 0, 0] AS Array(Nullable(Int64))),
          CAST([1, 2, 4, 8] AS Array(Nullable(Int64)))
        )
      ) AS list_row
  ) AS zipped
), active AS (
  SELECT
    calendar.bucket AS bucket,
    player_id,
    '' AS split,
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
    FROM playtrace.player_days
    WHERE
      game_id = 'arena' AND env = 'prod'
  ) AS player_days
  JOIN calendar
    ON player_days.day = calendar.day
  WHERE
    player_days.day >= CAST('2026-02-27' AS Date32)
    AND player_days.day <= CAST('2026-03-02' AS Date32)
    AND (
      (
        bitAnd(slots_am, am)
      ) <> 0 OR (
        bitAnd(slots_pm, pm)
      ) <> 0
    )
    AND has(CAST(['windows'] AS Array(Nullable(String))), platform)
), seen AS (
  SELECT
    period,
    player_id,
    word,
    groupBitOr(bit) AS bits
  FROM active
  JOIN days
    ON active.bucket = days.bucket
  GROUP BY
    period,
    player_id,
    word
), played AS (
  SELECT
    period,
    player_id,
    SUM(toInt64(bitCount(bits))) AS player_days
  FROM seen
  GROUP BY
    period,
    player_id
)
SELECT
  period AS bucket,
  toInt64(COUNT(*)) AS active_players,
  SUM(player_days) AS player_days
FROM played
GROUP BY
  period;

WITH active AS (
  SELECT
    CAST(0 AS Nullable(Int64)) AS bucket,
    player_id,
    '' AS split,
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
    time >= CAST('2026-03-03 08:55:00.000001' AS DateTime64(6, 'UTC'))
    AND time < CAST('2026-03-03 09:00:00.000001' AS DateTime64(6, 'UTC'))
    AND is_active
    AND has(CAST(['windows'] AS Array(Nullable(String))), platform)
)
SELECT
  toInt64(COUNT(DISTINCT player_id)) AS players_now
FROM active;

WITH times AS (
  SELECT
    tupleElement(list_row, 1) AS bucket
  FROM (
    SELECT
      arrayJoin(arrayZip(CAST([0, 1] AS Array(Nullable(Int64))))) AS list_row
  ) AS zipped
), event_counts AS (
  SELECT
    CASE
      WHEN slot < CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC'))
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
            game_id = 'arena' AND env = 'prod'
        ) AS source
        WHERE
          name = 'performance'
      ) AS measured
    ) AS drawn
  ) AS parts
  WHERE
    slot >= CAST('2026-02-27 00:00:00' AS DateTime64(6, 'UTC'))
    AND slot < CAST('2026-03-03 00:00:00' AS DateTime64(6, 'UTC'))
    AND (
      slot < CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC'))
      OR slot >= CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC'))
    )
    AND has(CAST(['windows'] AS Array(Nullable(String))), platform)
), players AS (
  SELECT
    CASE
      WHEN first_seen < CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC'))
      THEN CAST(0 AS Nullable(Int64))
      ELSE CAST(1 AS Nullable(Int64))
    END AS bucket,
    player_id,
    first_seen,
    '' AS split
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
    first_seen >= CAST('2026-02-27 00:00:00' AS DateTime64(6, 'UTC'))
    AND first_seen < CAST('2026-03-03 00:00:00' AS DateTime64(6, 'UTC'))
    AND (
      first_seen < CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC'))
      OR first_seen >= CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC'))
    )
    AND has(CAST(['windows'] AS Array(Nullable(String))), platform)
), beginning AS (
  SELECT
    MIN(first_seen) AS first_at
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
), session_ids AS (
  SELECT
    owner,
    session_id,
    argMin(player_id, player_key) AS player_id,
    MIN(started_at) AS started_at,
    MAX(ended_at) AS ended_at,
    MIN(since) AS since,
    argMin(platform, order_key) AS platform,
    argMin(version, order_key) AS version,
    argMin(country, order_key) AS country,
    MAX(mono_ms) AS mono_ms,
    CAST(SUM(played) AS Nullable(Int64)) AS played,
    CAST(SUM(crashes) AS Nullable(Int64)) AS crashes,
    CAST(SUM(quits) AS Nullable(Int64)) AS quits,
    CAST(SUM(backgrounds) AS Nullable(Int64)) AS backgrounds,
    CAST(MAX(since) > MIN(ended_at) + toIntervalMicrosecond(1800000000) AS Nullable(Bool)) AS has_several
  FROM (
    SELECT
      game_id,
      env,
      owner,
      COALESCE(session_id, '') AS session_id,
      time AS started_at,
      time AS ended_at,
      order_key,
      CASE
        WHEN session_id IS NULL OR mono_ms IS NULL
        THEN time
        ELSE time - toIntervalMillisecond(LEAST(mono_ms, toInt32(86400000)))
      END AS since,
      CASE WHEN NOT (
        player_id IS NULL
      ) THEN order_key END AS player_key,
      player_id,
      platform,
      version,
      country,
      CASE WHEN NOT (
        session_id IS NULL
      ) THEN mono_ms END AS mono_ms,
      CAST(1 AS Nullable(Int64)) AS events,
      CAST(1 AS Nullable(Int64)) AS played,
      CAST(0 AS Nullable(Int64)) AS crashes,
      CAST(0 AS Nullable(Int64)) AS quits,
      CAST(0 AS Nullable(Int64)) AS backgrounds
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
      (
        is_active OR (
          NOT (
            session_id IS NULL
          ) AND NOT is_passive
        )
      )
      AND NOT (
        name IN ('crash', 'session_end')
      )
    UNION ALL
    SELECT
      game_id,
      env,
      owner,
      COALESCE(session_id, '') AS session_id,
      time AS started_at,
      time AS ended_at,
      order_key,
      CASE
        WHEN session_id IS NULL OR mono_ms IS NULL
        THEN time
        ELSE time - toIntervalMillisecond(LEAST(mono_ms, toInt32(86400000)))
      END AS since,
      CASE WHEN NOT (
        player_id IS NULL
      ) THEN order_key END AS player_key,
      player_id,
      platform,
      version,
      country,
      CASE WHEN NOT (
        session_id IS NULL
      ) THEN mono_ms END AS mono_ms,
      CAST(1 AS Nullable(Int64)) AS events,
      CAST(CASE WHEN name = 'crash' THEN toInt32(0) ELSE toInt32(1) END AS Nullable(Int64)) AS played,
      CAST(CASE
        WHEN name = 'crash'
        AND NOT COALESCE(nullIf(toString(props.class), '') = 'hang', FALSE)
        THEN toInt32(1)
        ELSE toInt32(0)
      END AS Nullable(Int64)) AS crashes,
      CAST(CASE
        WHEN name = 'session_end'
        AND NOT COALESCE(nullIf(toString(props.reason), '') = 'background', FALSE)
        THEN toInt32(1)
        ELSE toInt32(0)
      END AS Nullable(Int64)) AS quits,
      CAST(CASE
        WHEN name = 'session_end'
        AND COALESCE(nullIf(toString(props.reason), '') = 'background', FALSE)
        THEN toInt32(1)
        ELSE toInt32(0)
      END AS Nullable(Int64)) AS backgrounds
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
      (
        is_active OR (
          NOT (
            session_id IS NULL
          ) AND NOT is_passive
        )
      )
      AND name IN ('crash', 'session_end')
  ) AS parts
  WHERE
    ended_at >= CAST('2026-02-26 23:30:00' AS DateTime64(6, 'UTC'))
  GROUP BY
    owner,
    session_id
), sessions AS (
  SELECT
    CASE
      WHEN started_at < CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC'))
      THEN CAST(0 AS Nullable(Int64))
      ELSE CAST(1 AS Nullable(Int64))
    END AS bucket,
    '' AS split,
    player_id,
    started_at,
    ended_at,
    length_us,
    crashes,
    quits,
    backgrounds
  FROM (
    SELECT
      began.owner AS owner,
      began.session_id AS session_id,
      began.player_id AS player_id,
      began.started_at AS started_at,
      began.ended_at AS ended_at,
      began.platform AS platform,
      began.version AS version,
      began.country AS country,
      began.crashes AS crashes,
      began.quits AS quits,
      began.backgrounds AS backgrounds,
      COALESCE(began.mono_ms * 1000, DATE_DIFF(MICROSECOND, began.started_at, began.ended_at)) AS length_us
    FROM (
      SELECT
        owner,
        session_id,
        player_id,
        started_at,
        ended_at,
        since,
        platform,
        version,
        country,
        mono_ms,
        played,
        crashes,
        quits,
        backgrounds
      FROM session_ids
      WHERE
        NOT has_several
      UNION ALL
      SELECT
        owner,
        session_id,
        argMin(player_id, player_key) AS player_id,
        MIN(started_at) AS started_at,
        COALESCE(MAX(CASE WHEN played > 0 THEN ended_at END), MAX(ended_at)) AS ended_at,
        MIN(since) AS since,
        argMin(platform, order_key) AS platform,
        argMin(version, order_key) AS version,
        argMin(country, order_key) AS country,
        MAX(mono_ms) AS mono_ms,
        CAST(SUM(played) AS Nullable(Int64)) AS played,
        CAST(SUM(crashes) AS Nullable(Int64)) AS crashes,
        CAST(SUM(quits) AS Nullable(Int64)) AS quits,
        CAST(SUM(backgrounds) AS Nullable(Int64)) AS backgrounds
      FROM (
        SELECT
          *,
          SUM(CASE WHEN played > 0 THEN toInt32(1) ELSE toInt32(0) END) OVER (
            PARTITION BY owner, session_id
            ORDER BY order_key
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
          ) AS number
        FROM (
          SELECT
            owner,
            session_id,
            MIN(started_at) AS started_at,
            MAX(ended_at) AS ended_at,
            MIN(order_key) AS order_key,
            MIN(since) AS since,
            MIN(player_key) AS player_key,
            argMin(player_id, player_key) AS player_id,
            argMin(platform, order_key) AS platform,
            argMin(version, order_key) AS version,
            argMin(country, order_key) AS country,
            MAX(mono_ms) AS mono_ms,
            CAST(SUM(events) AS Nullable(Int64)) AS events,
            CAST(SUM(played) AS Nullable(Int64)) AS played,
            CAST(SUM(crashes) AS Nullable(Int64)) AS crashes,
            CAST(SUM(quits) AS Nullable(Int64)) AS quits,
            CAST(SUM(backgrounds) AS Nullable(Int64)) AS backgrounds
          FROM (
            SELECT
              *,
              SUM(
                CASE
                  WHEN since <= silent_since + toIntervalMicrosecond(1800000000)
                  THEN toInt32(0)
                  ELSE toInt32(1)
                END
              ) OVER (
                PARTITION BY owner, session_id
                ORDER BY since, order_key
                ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
              ) AS stretch
            FROM (
              SELECT
                *,
                MAX(ended_at) OVER (
                  PARTITION BY owner, session_id
                  ORDER BY since, order_key
                  ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
                ) AS silent_since
              FROM (
                SELECT
                  *
                FROM (
                  SELECT
                    game_id,
                    env,
                    owner,
                    COALESCE(session_id, '') AS session_id,
                    time AS started_at,
                    time AS ended_at,
                    order_key,
                    CASE
                      WHEN session_id IS NULL OR mono_ms IS NULL
                      THEN time
                      ELSE time - toIntervalMillisecond(LEAST(mono_ms, toInt32(86400000)))
                    END AS since,
                    CASE WHEN NOT (
                      player_id IS NULL
                    ) THEN order_key END AS player_key,
                    player_id,
                    platform,
                    version,
                    country,
                    CASE WHEN NOT (
                      session_id IS NULL
                    ) THEN mono_ms END AS mono_ms,
                    CAST(1 AS Nullable(Int64)) AS events,
                    CAST(1 AS Nullable(Int64)) AS played,
                    CAST(0 AS Nullable(Int64)) AS crashes,
                    CAST(0 AS Nullable(Int64)) AS quits,
                    CAST(0 AS Nullable(Int64)) AS backgrounds
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
                    (
                      is_active OR (
                        NOT (
                          session_id IS NULL
                        ) AND NOT is_passive
                      )
                    )
                    AND NOT (
                      name IN ('crash', 'session_end')
                    )
                  UNION ALL
                  SELECT
                    game_id,
                    env,
                    owner,
                    COALESCE(session_id, '') AS session_id,
                    time AS started_at,
                    time AS ended_at,
                    order_key,
                    CASE
                      WHEN session_id IS NULL OR mono_ms IS NULL
                      THEN time
                      ELSE time - toIntervalMillisecond(LEAST(mono_ms, toInt32(86400000)))
                    END AS since,
                    CASE WHEN NOT (
                      player_id IS NULL
                    ) THEN order_key END AS player_key,
                    player_id,
                    platform,
                    version,
                    country,
                    CASE WHEN NOT (
                      session_id IS NULL
                    ) THEN mono_ms END AS mono_ms,
                    CAST(1 AS Nullable(Int64)) AS events,
                    CAST(CASE WHEN name = 'crash' THEN toInt32(0) ELSE toInt32(1) END AS Nullable(Int64)) AS played,
                    CAST(CASE
                      WHEN name = 'crash'
                      AND NOT COALESCE(nullIf(toString(props.class), '') = 'hang', FALSE)
                      THEN toInt32(1)
                      ELSE toInt32(0)
                    END AS Nullable(Int64)) AS crashes,
                    CAST(CASE
                      WHEN name = 'session_end'
                      AND NOT COALESCE(nullIf(toString(props.reason), '') = 'background', FALSE)
                      THEN toInt32(1)
                      ELSE toInt32(0)
                    END AS Nullable(Int64)) AS quits,
                    CAST(CASE
                      WHEN name = 'session_end'
                      AND COALESCE(nullIf(toString(props.reason), '') = 'background', FALSE)
                      THEN toInt32(1)
                      ELSE toInt32(0)
                    END AS Nullable(Int64)) AS backgrounds
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
                    (
                      is_active OR (
                        NOT (
                          session_id IS NULL
                        ) AND NOT is_passive
                      )
                    )
                    AND name IN ('crash', 'session_end')
                ) AS part
                WHERE
                  ended_at >= CAST('2026-02-26 23:30:00' AS DateTime64(6, 'UTC'))
                  AND (owner, session_id) IN (
                    SELECT
                      owner,
                      session_id
                    FROM session_ids
                    WHERE
                      has_several
                  )
              ) AS parts
            ) AS silences
          ) AS stretches
          GROUP BY
            owner,
            session_id,
            stretch
        ) AS stretches
      ) AS numbered
      GROUP BY
        owner,
        session_id,
        CASE WHEN session_id = '' OR number = 0 THEN order_key ELSE number END
    ) AS began
    LEFT JOIN (
      SELECT
        owner,
        session_id,
        MAX(ended_at) AS ended_at
      FROM (
        SELECT
          game_id,
          env,
          owner,
          COALESCE(session_id, '') AS session_id,
          time AS started_at,
          time AS ended_at,
          order_key,
          CASE
            WHEN session_id IS NULL OR mono_ms IS NULL
            THEN time
            ELSE time - toIntervalMillisecond(LEAST(mono_ms, toInt32(86400000)))
          END AS since,
          CASE WHEN NOT (
            player_id IS NULL
          ) THEN order_key END AS player_key,
          player_id,
          platform,
          version,
          country,
          CASE WHEN NOT (
            session_id IS NULL
          ) THEN mono_ms END AS mono_ms,
          CAST(1 AS Nullable(Int64)) AS events,
          CAST(1 AS Nullable(Int64)) AS played,
          CAST(0 AS Nullable(Int64)) AS crashes,
          CAST(0 AS Nullable(Int64)) AS quits,
          CAST(0 AS Nullable(Int64)) AS backgrounds
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
          (
            is_active OR (
              NOT (
                session_id IS NULL
              ) AND NOT is_passive
            )
          )
          AND NOT (
            name IN ('crash', 'session_end')
          )
        UNION ALL
        SELECT
          game_id,
          env,
          owner,
          COALESCE(session_id, '') AS session_id,
          time AS started_at,
          time AS ended_at,
          order_key,
          CASE
            WHEN session_id IS NULL OR mono_ms IS NULL
            THEN time
            ELSE time - toIntervalMillisecond(LEAST(mono_ms, toInt32(86400000)))
          END AS since,
          CASE WHEN NOT (
            player_id IS NULL
          ) THEN order_key END AS player_key,
          player_id,
          platform,
          version,
          country,
          CASE WHEN NOT (
            session_id IS NULL
          ) THEN mono_ms END AS mono_ms,
          CAST(1 AS Nullable(Int64)) AS events,
          CAST(CASE WHEN name = 'crash' THEN toInt32(0) ELSE toInt32(1) END AS Nullable(Int64)) AS played,
          CAST(CASE
            WHEN name = 'crash'
            AND NOT COALESCE(nullIf(toString(props.class), '') = 'hang', FALSE)
            THEN toInt32(1)
            ELSE toInt32(0)
          END AS Nullable(Int64)) AS crashes,
          CAST(CASE
            WHEN name = 'session_end'
            AND NOT COALESCE(nullIf(toString(props.reason), '') = 'background', FALSE)
            THEN toInt32(1)
            ELSE toInt32(0)
          END AS Nullable(Int64)) AS quits,
          CAST(CASE
            WHEN name = 'session_end'
            AND COALESCE(nullIf(toString(props.reason), '') = 'background', FALSE)
            THEN toInt32(1)
            ELSE toInt32(0)
          END AS Nullable(Int64)) AS backgrounds
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
          (
            is_active OR (
              NOT (
                session_id IS NULL
              ) AND NOT is_passive
            )
          )
          AND name IN ('crash', 'session_end')
      ) AS parts
      WHERE
        session_id <> ''
        AND started_at < CAST('2026-02-27 00:00:00' AS DateTime64(6, 'UTC'))
        AND ended_at >= CAST('2026-02-25 23:30:00' AS DateTime64(6, 'UTC'))
      GROUP BY
        owner,
        session_id
    ) AS earlier
      ON earlier.owner = began.owner
      AND earlier.session_id = CASE
        WHEN began.since < CAST('2026-02-27 00:00:00' AS DateTime64(6, 'UTC'))
        THEN began.session_id
      END
    WHERE
      began.started_at >= CAST('2026-02-27 00:00:00' AS DateTime64(6, 'UTC'))
      AND began.started_at < CAST('2026-03-03 00:00:00' AS DateTime64(6, 'UTC'))
      AND (
        earlier.ended_at IS NULL
        OR earlier.ended_at + toIntervalMicrosecond(1800000000) < began.since
      )
      AND (
        began.played > 0
        OR NOT (
          (began.owner, began.session_id) IN (
            SELECT
              owner,
              session_id
            FROM (
              SELECT
                game_id,
                env,
                owner,
                COALESCE(session_id, '') AS session_id,
                time AS started_at,
                time AS ended_at,
                order_key,
                CASE
                  WHEN session_id IS NULL OR mono_ms IS NULL
                  THEN time
                  ELSE time - toIntervalMillisecond(LEAST(mono_ms, toInt32(86400000)))
                END AS since,
                CASE WHEN NOT (
                  player_id IS NULL
                ) THEN order_key END AS player_key,
                player_id,
                platform,
                version,
                country,
                CASE WHEN NOT (
                  session_id IS NULL
                ) THEN mono_ms END AS mono_ms,
                CAST(1 AS Nullable(Int64)) AS events,
                CAST(1 AS Nullable(Int64)) AS played,
                CAST(0 AS Nullable(Int64)) AS crashes,
                CAST(0 AS Nullable(Int64)) AS quits,
                CAST(0 AS Nullable(Int64)) AS backgrounds
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
                (
                  is_active OR (
                    NOT (
                      session_id IS NULL
                    ) AND NOT is_passive
                  )
                )
                AND NOT (
                  name IN ('crash', 'session_end')
                )
              UNION ALL
              SELECT
                game_id,
                env,
                owner,
                COALESCE(session_id, '') AS session_id,
                time AS started_at,
                time AS ended_at,
                order_key,
                CASE
                  WHEN session_id IS NULL OR mono_ms IS NULL
                  THEN time
                  ELSE time - toIntervalMillisecond(LEAST(mono_ms, toInt32(86400000)))
                END AS since,
                CASE WHEN NOT (
                  player_id IS NULL
                ) THEN order_key END AS player_key,
                player_id,
                platform,
                version,
                country,
                CASE WHEN NOT (
                  session_id IS NULL
                ) THEN mono_ms END AS mono_ms,
                CAST(1 AS Nullable(Int64)) AS events,
                CAST(CASE WHEN name = 'crash' THEN toInt32(0) ELSE toInt32(1) END AS Nullable(Int64)) AS played,
                CAST(CASE
                  WHEN name = 'crash'
                  AND NOT COALESCE(nullIf(toString(props.class), '') = 'hang', FALSE)
                  THEN toInt32(1)
                  ELSE toInt32(0)
                END AS Nullable(Int64)) AS crashes,
                CAST(CASE
                  WHEN name = 'session_end'
                  AND NOT COALESCE(nullIf(toString(props.reason), '') = 'background', FALSE)
                  THEN toInt32(1)
                  ELSE toInt32(0)
                END AS Nullable(Int64)) AS quits,
                CAST(CASE
                  WHEN name = 'session_end'
                  AND COALESCE(nullIf(toString(props.reason), '') = 'background', FALSE)
                  THEN toInt32(1)
                  ELSE toInt32(0)
                END AS Nullable(Int64)) AS backgrounds
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
                (
                  is_active OR (
                    NOT (
                      session_id IS NULL
                    ) AND NOT is_passive
                  )
                )
                AND name IN ('crash', 'session_end')
            ) AS parts
            WHERE
              session_id <> ''
              AND played > 0
              AND started_at < CAST('2026-02-27 00:00:00' AS DateTime64(6, 'UTC'))
              AND (owner, session_id) IN (
                SELECT
                  owner,
                  session_id
                FROM session_ids
                WHERE
                  played = 0 OR has_several
              )
          )
        )
      )
  ) AS session
  WHERE
    started_at >= CAST('2026-02-27 00:00:00' AS DateTime64(6, 'UTC'))
    AND started_at < CAST('2026-03-03 00:00:00' AS DateTime64(6, 'UTC'))
    AND (
      started_at < CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC'))
      OR started_at >= CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC'))
    )
    AND has(CAST(['windows'] AS Array(Nullable(String))), platform)
), payments AS (
  SELECT
    CASE
      WHEN time < CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC'))
      THEN CAST(0 AS Nullable(Int64))
      ELSE CAST(1 AS Nullable(Int64))
    END AS bucket,
    '' AS split,
    time,
    order_key,
    name,
    player_id,
    currency,
    detail,
    transaction_id,
    is_validated,
    micros
  FROM (
    SELECT
      game_id,
      env,
      time,
      order_key,
      name,
      player_id,
      platform,
      version,
      country,
      currency,
      COALESCE(accurateCastOrNull(ROUND(value * 1e6), 'Nullable(Int64)'), toInt32(0)) AS micros,
      COALESCE(
        CASE
          WHEN NOT (
            SUBSTRING(detail, 1, 1) IN ('{', '[')
          )
          THEN SUBSTRING(detail, 1, 256)
        END,
        ''
      ) AS detail,
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
        order_key,
        name,
        player_id,
        platform,
        version,
        country,
        currency,
        value,
        CASE WHEN name = 'purchase' THEN nullIf(toString(props.kind), '') END AS detail,
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
        name IN ('purchase', 'ad_impression')
    ) AS said
  ) AS payment
  WHERE
    time >= CAST('2026-02-27 00:00:00' AS DateTime64(6, 'UTC'))
    AND time < CAST('2026-03-03 00:00:00' AS DateTime64(6, 'UTC'))
    AND (
      time < CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC'))
      OR time >= CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC'))
    )
    AND has(CAST(['windows'] AS Array(Nullable(String))), platform)
), orders AS (
  SELECT
    time,
    order_key,
    transaction_id,
    detail,
    is_validated
  FROM (
    SELECT
      game_id,
      env,
      time,
      order_key,
      name,
      player_id,
      platform,
      version,
      country,
      currency,
      COALESCE(accurateCastOrNull(ROUND(value * 1e6), 'Nullable(Int64)'), toInt32(0)) AS micros,
      COALESCE(
        CASE
          WHEN NOT (
            SUBSTRING(detail, 1, 1) IN ('{', '[')
          )
          THEN SUBSTRING(detail, 1, 256)
        END,
        ''
      ) AS detail,
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
        order_key,
        name,
        player_id,
        platform,
        version,
        country,
        currency,
        value,
        CASE WHEN name = 'purchase' THEN nullIf(toString(props.kind), '') END AS detail,
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
        name IN ('purchase', 'ad_impression')
    ) AS said
  ) AS payment
  WHERE
    name = 'purchase' AND NOT (
      transaction_id IS NULL
    ) AND micros > 0
), first_orders AS (
  SELECT
    transaction_id,
    argMin(detail, order_key) AS detail,
    MIN(CASE WHEN is_validated OR CAST(FALSE AS Nullable(Bool)) THEN time END) AS counted_at,
    MIN(CASE WHEN is_validated OR CAST(FALSE AS Nullable(Bool)) THEN order_key END) AS counted_key
  FROM orders
  GROUP BY
    transaction_id
), counted AS (
  SELECT
    bucket,
    split,
    time,
    order_key,
    name,
    player_id,
    micros,
    COALESCE(nullIf(payments.detail, ''), first_orders.detail, '') AS detail,
    COALESCE(nullIf(currency, ''), 'USD') AS paid_in,
    CAST(CASE WHEN micros < 0 THEN COALESCE(counted_at, time) ELSE time END AS Date32) AS rate_day
  FROM payments
  LEFT JOIN first_orders
    ON payments.transaction_id = first_orders.transaction_id
  WHERE
    (
      (
        name = 'purchase' AND (
          is_validated OR CAST(FALSE AS Nullable(Bool))
        )
      )
      OR (
        name = 'ad_impression' AND CAST(FALSE AS Nullable(Bool))
      )
    )
    AND micros <> 0
    AND (
      first_orders.transaction_id IS NULL
      OR (
        micros > 0 AND order_key = counted_key
      )
      OR (
        micros < 0 AND NOT (
          counted_key IS NULL
        )
      )
    )
), earned AS (
  SELECT
    bucket,
    split,
    SUM(
      CASE
        WHEN paid_in = 'USD' AND micros BETWEEN -100000000000000000 AND 100000000000000000
        THEN micros
        ELSE toInt32(0)
      END
    ) AS revenue_micros,
    toInt64(COUNT(CASE WHEN paid_in <> 'USD' THEN toInt32(1) END)) AS other_currency_purchases
  FROM counted
  GROUP BY
    bucket,
    split
), happened AS (
  SELECT
    bucket,
    SUM(events) AS event_count,
    SUM(CASE WHEN name = 'crash' THEN events ELSE toInt32(0) END) AS crash_count,
    SUM(frames_micros) AS frames_micros,
    SUM(frames_us) AS frames_us
  FROM event_counts
  GROUP BY
    bucket
), newcomers AS (
  SELECT
    bucket,
    toInt64(COUNT(*)) AS new_players
  FROM players
  GROUP BY
    bucket
), ended AS (
  SELECT
    bucket,
    toInt64(COUNT(*)) AS session_count,
    SUM(length_us) AS length_us,
    quantileExactInclusive(0.5)(length_us) AS median_length_us,
    toInt64(COUNT(CASE WHEN crashes > 0 THEN toInt32(1) END)) AS crashed_sessions,
    toInt64(COUNT(DISTINCT player_id)) AS players,
    toInt64(COUNT(DISTINCT CASE WHEN crashes > 0 THEN player_id END)) AS crashed_players
  FROM sessions
  GROUP BY
    bucket
)
SELECT
  times.bucket AS bucket,
  first_at,
  event_count,
  crash_count,
  revenue_micros,
  other_currency_purchases,
  frames_micros,
  frames_us,
  new_players,
  session_count,
  length_us,
  median_length_us,
  crashed_sessions,
  players,
  crashed_players
FROM times
CROSS JOIN beginning
LEFT JOIN happened
  ON happened.bucket = times.bucket
LEFT JOIN earned
  ON earned.bucket = times.bucket
LEFT JOIN newcomers
  ON newcomers.bucket = times.bucket
LEFT JOIN ended
  ON ended.bucket = times.bucket;

WITH slices AS (
  SELECT
    tupleElement(list_row, 1) AS key,
    tupleElement(list_row, 2) AS start_at,
    tupleElement(list_row, 3) AS end_at,
    tupleElement(list_row, 4) AS bucket
  FROM (
    SELECT
      arrayJoin(
        arrayZip(
          CAST([
            CAST('2026-02-27 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-28 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-03-02 00:00:00' AS DateTime64(6, 'UTC'))
          ] AS Array(DateTime64(6, 'UTC'))),
          CAST([
            CAST('2026-02-27 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-28 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-03-02 00:00:00' AS DateTime64(6, 'UTC'))
          ] AS Array(DateTime64(6, 'UTC'))),
          CAST([
            CAST('2026-02-28 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-03-02 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-03-03 00:00:00' AS DateTime64(6, 'UTC'))
          ] AS Array(DateTime64(6, 'UTC'))),
          CAST([0, 1, 2, 3] AS Array(Nullable(Int64)))
        )
      ) AS list_row
  ) AS zipped
), days AS (
  SELECT
    tupleElement(list_row, 1) AS bucket,
    tupleElement(list_row, 2) AS period,
    tupleElement(list_row, 3) AS word,
    tupleElement(list_row, 4) AS bit
  FROM (
    SELECT
      arrayJoin(
        arrayZip(
          CAST([0, 1, 2, 3] AS Array(Nullable(Int64))),
          CAST([0, 0, 1, 1] AS Array(Nullable(Int64))),
          CAST([0, 0, 0, 0] AS Array(Nullable(Int64))),
          CAST([1, 2, 4, 8] AS Array(Nullable(Int64)))
        )
      ) AS list_row
  ) AS zipped
), active AS (
  SELECT
    slices.bucket AS bucket,
    player_id,
    '' AS split,
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
  JOIN slices
    ON dateTrunc('DAY', time) = slices.key AND time >= start_at AND time < end_at
  WHERE
    time >= CAST('2026-02-27 00:00:00' AS DateTime64(6, 'UTC'))
    AND time < CAST('2026-03-03 00:00:00' AS DateTime64(6, 'UTC'))
    AND is_active
    AND has(CAST(['windows'] AS Array(Nullable(String))), platform)
), seen AS (
  SELECT
    period,
    player_id,
    word,
    groupBitOr(bit) AS bits
  FROM active
  JOIN days
    ON active.bucket = days.bucket
  GROUP BY
    period,
    player_id,
    word
), played AS (
  SELECT
    period,
    player_id,
    SUM(toInt64(bitCount(bits))) AS player_days
  FROM seen
  GROUP BY
    period,
    player_id
)
SELECT
  period AS bucket,
  toInt64(COUNT(*)) AS active_players,
  SUM(player_days) AS player_days
FROM played
GROUP BY
  period;
