WITH times AS (
  SELECT
    UNNEST(CAST(ARRAY[0, 1] AS BIGINT[])) AS bucket
), event_counts AS (
  SELECT
    CASE
      WHEN slot < CAST('2026-03-01 00:00:00' AS TIMESTAMP)
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
      events,
      value_micros,
      frames_micros,
      frames_us
    FROM main.event_counts
    WHERE
      game_id = 'arena' AND env = 'prod'
  ) AS parts
  WHERE
    slot >= CAST('2026-02-27 00:00:00' AS TIMESTAMP)
    AND slot < CAST('2026-03-03 00:00:00' AS TIMESTAMP)
    AND (
      slot < CAST('2026-03-01 00:00:00' AS TIMESTAMP)
      OR slot >= CAST('2026-03-01 00:00:00' AS TIMESTAMP)
    )
    AND platform = ANY(CAST(ARRAY['windows'] AS TEXT[]))
), players AS (
  SELECT
    CASE
      WHEN first_seen < CAST('2026-03-01 00:00:00' AS TIMESTAMP)
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
    first_seen >= CAST('2026-02-27 00:00:00' AS TIMESTAMP)
    AND first_seen < CAST('2026-03-03 00:00:00' AS TIMESTAMP)
    AND (
      first_seen < CAST('2026-03-01 00:00:00' AS TIMESTAMP)
      OR first_seen >= CAST('2026-03-01 00:00:00' AS TIMESTAMP)
    )
    AND platform = ANY(CAST(ARRAY['windows'] AS TEXT[]))
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
    FROM main.players
    WHERE
      game_id = 'arena' AND env = 'prod'
  ) AS parts
), session_ids AS (
  SELECT
    owner,
    session_id,
    (
      ARRAY_AGG(player_id ORDER BY player_key ASC) FILTER(WHERE
        player_id IS NOT NULL)
    )[1] AS player_id,
    MIN(started_at) AS started_at,
    MAX(ended_at) AS ended_at,
    MIN(since) AS since,
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
    )[1] AS country,
    MAX(mono_ms) AS mono_ms,
    CAST(SUM(played) AS BIGINT) AS played,
    CAST(SUM(crashes) AS BIGINT) AS crashes,
    CAST(SUM(quits) AS BIGINT) AS quits,
    CAST(SUM(backgrounds) AS BIGINT) AS backgrounds,
    MAX(since) > MIN(ended_at) + INTERVAL '1800000000 MICROSECONDS' AS has_several
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
    FROM main.sessions
    WHERE
      game_id = 'arena' AND env = 'prod'
  ) AS parts
  WHERE
    ended_at >= CAST('2026-02-26 23:30:00' AS TIMESTAMP)
  GROUP BY
    owner,
    session_id
), sessions AS (
  SELECT
    CASE
      WHEN started_at < CAST('2026-03-01 00:00:00' AS TIMESTAMP)
      THEN CAST(0 AS BIGINT)
      ELSE CAST(1 AS BIGINT)
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
      began.owner,
      began.session_id,
      began.player_id,
      began.started_at,
      began.ended_at,
      began.platform,
      began.version,
      began.country,
      began.crashes,
      began.quits,
      began.backgrounds,
      COALESCE(
        began.mono_ms * 1000,
        CAST(EXTRACT(EPOCH FROM began.ended_at - began.started_at) * 1000000 AS BIGINT)
      ) AS length_us
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
        (
          ARRAY_AGG(player_id ORDER BY player_key ASC) FILTER(WHERE
            player_id IS NOT NULL)
        )[1] AS player_id,
        MIN(started_at) AS started_at,
        COALESCE(MAX(CASE WHEN played > 0 THEN ended_at END), MAX(ended_at)) AS ended_at,
        MIN(since) AS since,
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
        )[1] AS country,
        MAX(mono_ms) AS mono_ms,
        CAST(SUM(played) AS BIGINT) AS played,
        CAST(SUM(crashes) AS BIGINT) AS crashes,
        CAST(SUM(quits) AS BIGINT) AS quits,
        CAST(SUM(backgrounds) AS BIGINT) AS backgrounds
      FROM (
        SELECT
          *,
          SUM(CASE WHEN played > 0 THEN 1 ELSE 0 END) OVER (
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
            (
              ARRAY_AGG(player_id ORDER BY player_key ASC) FILTER(WHERE
                player_id IS NOT NULL)
            )[1] AS player_id,
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
            )[1] AS country,
            MAX(mono_ms) AS mono_ms,
            CAST(SUM(events) AS BIGINT) AS events,
            CAST(SUM(played) AS BIGINT) AS played,
            CAST(SUM(crashes) AS BIGINT) AS crashes,
            CAST(SUM(quits) AS BIGINT) AS quits,
            CAST(SUM(backgrounds) AS BIGINT) AS backgrounds
          FROM (
            SELECT
              *,
              SUM(
                CASE
                  WHEN since <= silent_since + INTERVAL '1800000000 MICROSECONDS'
                  THEN 0
                  ELSE 1
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
                  FROM main.sessions
                  WHERE
                    game_id = 'arena' AND env = 'prod'
                ) AS part
                WHERE
                  ended_at >= CAST('2026-02-26 23:30:00' AS TIMESTAMP)
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
        FROM main.sessions
        WHERE
          game_id = 'arena' AND env = 'prod'
      ) AS parts
      WHERE
        session_id <> ''
        AND started_at < CAST('2026-02-27 00:00:00' AS TIMESTAMP)
        AND ended_at >= CAST('2026-02-25 23:30:00' AS TIMESTAMP)
      GROUP BY
        owner,
        session_id
    ) AS earlier
      ON earlier.owner = began.owner
      AND earlier.session_id = CASE
        WHEN began.since < CAST('2026-02-27 00:00:00' AS TIMESTAMP)
        THEN began.session_id
      END
    WHERE
      began.started_at >= CAST('2026-02-27 00:00:00' AS TIMESTAMP)
      AND began.started_at < CAST('2026-03-03 00:00:00' AS TIMESTAMP)
      AND (
        earlier.ended_at IS NULL
        OR earlier.ended_at + INTERVAL '1800000000 MICROSECONDS' < began.since
      )
      AND (
        began.played > 0
        OR NOT (began.owner, began.session_id) IN (
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
            FROM main.sessions
            WHERE
              game_id = 'arena' AND env = 'prod'
          ) AS parts
          WHERE
            session_id <> ''
            AND played > 0
            AND started_at < CAST('2026-02-27 00:00:00' AS TIMESTAMP)
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
  ) AS session
  WHERE
    started_at >= CAST('2026-02-27 00:00:00' AS TIMESTAMP)
    AND started_at < CAST('2026-03-03 00:00:00' AS TIMESTAMP)
    AND (
      started_at < CAST('2026-03-01 00:00:00' AS TIMESTAMP)
      OR started_at >= CAST('2026-03-01 00:00:00' AS TIMESTAMP)
    )
    AND platform = ANY(CAST(ARRAY['windows'] AS TEXT[]))
), payments AS (
  SELECT
    CASE
      WHEN time < CAST('2026-03-01 00:00:00' AS TIMESTAMP)
      THEN CAST(0 AS BIGINT)
      ELSE CAST(1 AS BIGINT)
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
    FROM main.payments
    WHERE
      game_id = 'arena' AND env = 'prod'
  ) AS payment
  WHERE
    time >= CAST('2026-02-27 00:00:00' AS TIMESTAMP)
    AND time < CAST('2026-03-03 00:00:00' AS TIMESTAMP)
    AND (
      time < CAST('2026-03-01 00:00:00' AS TIMESTAMP)
      OR time >= CAST('2026-03-01 00:00:00' AS TIMESTAMP)
    )
    AND platform = ANY(CAST(ARRAY['windows'] AS TEXT[]))
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
    FROM main.payments
    WHERE
      game_id = 'arena' AND env = 'prod'
  ) AS payment
  WHERE
    name = 'purchase' AND NOT transaction_id IS NULL AND micros > 0
), first_orders AS (
  SELECT
    transaction_id,
    (
      ARRAY_AGG(detail ORDER BY order_key ASC) FILTER(WHERE
        detail IS NOT NULL)
    )[1] AS detail,
    MIN(CASE WHEN is_validated OR CAST(FALSE AS BOOLEAN) THEN time END) AS counted_at,
    MIN(CASE WHEN is_validated OR CAST(FALSE AS BOOLEAN) THEN order_key END) AS counted_key
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
    COALESCE(NULLIF(payments.detail, ''), first_orders.detail, '') AS detail,
    COALESCE(NULLIF(currency, ''), 'USD') AS paid_in,
    CAST(CASE WHEN micros < 0 THEN COALESCE(counted_at, time) ELSE time END AS DATE) AS rate_day
  FROM payments
  LEFT JOIN first_orders
    ON payments.transaction_id = first_orders.transaction_id
  WHERE
    (
      (
        name = 'purchase' AND (
          is_validated OR CAST(FALSE AS BOOLEAN)
        )
      )
      OR (
        name = 'ad_impression' AND CAST(FALSE AS BOOLEAN)
      )
    )
    AND micros <> 0
    AND (
      first_orders.transaction_id IS NULL
      OR (
        micros > 0 AND order_key = counted_key
      )
      OR (
        micros < 0 AND NOT counted_key IS NULL
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
        ELSE 0
      END
    ) AS revenue_micros,
    COUNT(CASE WHEN paid_in <> 'USD' THEN 1 END) AS other_currency_purchases
  FROM counted
  GROUP BY
    bucket,
    split
), happened AS (
  SELECT
    bucket,
    SUM(events) AS event_count,
    SUM(CASE WHEN name = 'crash' THEN events ELSE 0 END) AS crash_count,
    SUM(frames_micros) AS frames_micros,
    SUM(frames_us) AS frames_us
  FROM event_counts
  GROUP BY
    bucket
), newcomers AS (
  SELECT
    bucket,
    COUNT(*) AS new_players
  FROM players
  GROUP BY
    bucket
), ended AS (
  SELECT
    bucket,
    COUNT(*) AS session_count,
    SUM(length_us) AS length_us,
    PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY
      length_us) AS median_length_us,
    COUNT(CASE WHEN crashes > 0 THEN 1 END) AS crashed_sessions,
    COUNT(DISTINCT player_id) AS players,
    COUNT(DISTINCT CASE WHEN crashes > 0 THEN player_id END) AS crashed_players
  FROM sessions
  GROUP BY
    bucket
)
SELECT
  times.bucket,
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
    UNNEST(CAST(ARRAY[0, 1, 2, 3] AS BIGINT[])) AS bucket,
    UNNEST(
      CAST(ARRAY[
        CAST('2026-02-27' AS DATE),
        CAST('2026-02-28' AS DATE),
        CAST('2026-03-01' AS DATE),
        CAST('2026-03-02' AS DATE)
      ] AS DATE[])
    ) AS day,
    UNNEST(
      CAST(ARRAY[281474976710655, 281474976710655, 281474976710655, 281474976710655] AS BIGINT[])
    ) AS am,
    UNNEST(
      CAST(ARRAY[281474976710655, 281474976710655, 281474976710655, 281474976710655] AS BIGINT[])
    ) AS pm
), days AS (
  SELECT
    UNNEST(CAST(ARRAY[0, 1, 2, 3] AS BIGINT[])) AS bucket,
    UNNEST(CAST(ARRAY[0, 0, 1, 1] AS BIGINT[])) AS period,
    UNNEST(CAST(ARRAY[0, 0, 0, 0] AS BIGINT[])) AS word,
    UNNEST(CAST(ARRAY[1, 2, 4, 8] AS BIGINT[])) AS bit
), active AS (
  SELECT
    calendar.bucket,
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
    FROM main.player_days
    WHERE
      game_id = 'arena' AND env = 'prod'
  ) AS player_days
  JOIN calendar
    ON player_days.day = calendar.day
  WHERE
    player_days.day >= CAST('2026-02-27' AS DATE)
    AND player_days.day <= CAST('2026-03-02' AS DATE)
    AND (
      (
        slots_am & am
      ) <> 0 OR (
        slots_pm & pm
      ) <> 0
    )
    AND platform = ANY(CAST(ARRAY['windows'] AS TEXT[]))
), seen AS (
  SELECT
    period,
    player_id,
    word,
    BIT_OR(bit) AS bits
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
    SUM(BIT_COUNT(CAST(bits AS BIT(64)))) AS player_days
  FROM seen
  GROUP BY
    period,
    player_id
)
SELECT
  period AS bucket,
  COUNT(*) AS active_players,
  SUM(player_days) AS player_days
FROM played
GROUP BY
  period;

WITH active AS (
  SELECT
    CAST(0 AS BIGINT) AS bucket,
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
    time >= CAST('2026-03-03 08:55:00.000001' AS TIMESTAMP)
    AND time < CAST('2026-03-03 09:00:00.000001' AS TIMESTAMP)
    AND is_active
    AND platform = ANY(CAST(ARRAY['windows'] AS TEXT[]))
)
SELECT
  COUNT(DISTINCT player_id) AS players_now
FROM active;

WITH times AS (
  SELECT
    UNNEST(CAST(ARRAY[0, 1] AS BIGINT[])) AS bucket
), event_counts AS (
  SELECT
    CASE
      WHEN slot < CAST('2026-03-01 00:00:00' AS TIMESTAMP)
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
    slot >= CAST('2026-02-27 00:00:00' AS TIMESTAMP)
    AND slot < CAST('2026-03-03 00:00:00' AS TIMESTAMP)
    AND (
      slot < CAST('2026-03-01 00:00:00' AS TIMESTAMP)
      OR slot >= CAST('2026-03-01 00:00:00' AS TIMESTAMP)
    )
    AND platform = ANY(CAST(ARRAY['windows'] AS TEXT[]))
), players AS (
  SELECT
    CASE
      WHEN first_seen < CAST('2026-03-01 00:00:00' AS TIMESTAMP)
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
    first_seen >= CAST('2026-02-27 00:00:00' AS TIMESTAMP)
    AND first_seen < CAST('2026-03-03 00:00:00' AS TIMESTAMP)
    AND (
      first_seen < CAST('2026-03-01 00:00:00' AS TIMESTAMP)
      OR first_seen >= CAST('2026-03-01 00:00:00' AS TIMESTAMP)
    )
    AND platform = ANY(CAST(ARRAY['windows'] AS TEXT[]))
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
), session_ids AS (
  SELECT
    owner,
    session_id,
    (
      ARRAY_AGG(player_id ORDER BY player_key ASC) FILTER(WHERE
        player_id IS NOT NULL)
    )[1] AS player_id,
    MIN(started_at) AS started_at,
    MAX(ended_at) AS ended_at,
    MIN(since) AS since,
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
    )[1] AS country,
    MAX(mono_ms) AS mono_ms,
    CAST(SUM(played) AS BIGINT) AS played,
    CAST(SUM(crashes) AS BIGINT) AS crashes,
    CAST(SUM(quits) AS BIGINT) AS quits,
    CAST(SUM(backgrounds) AS BIGINT) AS backgrounds,
    MAX(since) > MIN(ended_at) + INTERVAL '1800000000 MICROSECONDS' AS has_several
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
        ELSE time - (
          LEAST(mono_ms, 86400000)
        ) * INTERVAL '1 MILLISECOND'
      END AS since,
      CASE WHEN NOT player_id IS NULL THEN order_key END AS player_key,
      player_id,
      platform,
      version,
      country,
      CASE WHEN NOT session_id IS NULL THEN mono_ms END AS mono_ms,
      CAST(1 AS BIGINT) AS events,
      CAST(1 AS BIGINT) AS played,
      CAST(0 AS BIGINT) AS crashes,
      CAST(0 AS BIGINT) AS quits,
      CAST(0 AS BIGINT) AS backgrounds
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
      (
        is_active OR (
          NOT session_id IS NULL AND NOT is_passive
        )
      )
      AND NOT name IN ('crash', 'session_end')
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
        ELSE time - (
          LEAST(mono_ms, 86400000)
        ) * INTERVAL '1 MILLISECOND'
      END AS since,
      CASE WHEN NOT player_id IS NULL THEN order_key END AS player_key,
      player_id,
      platform,
      version,
      country,
      CASE WHEN NOT session_id IS NULL THEN mono_ms END AS mono_ms,
      CAST(1 AS BIGINT) AS events,
      CAST(CASE WHEN name = 'crash' THEN 0 ELSE 1 END AS BIGINT) AS played,
      CAST(CASE
        WHEN name = 'crash' AND NOT COALESCE(CAST(props.class AS TEXT) = 'hang', FALSE)
        THEN 1
        ELSE 0
      END AS BIGINT) AS crashes,
      CAST(CASE
        WHEN name = 'session_end'
        AND NOT COALESCE(CAST(props.reason AS TEXT) = 'background', FALSE)
        THEN 1
        ELSE 0
      END AS BIGINT) AS quits,
      CAST(CASE
        WHEN name = 'session_end'
        AND COALESCE(CAST(props.reason AS TEXT) = 'background', FALSE)
        THEN 1
        ELSE 0
      END AS BIGINT) AS backgrounds
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
      (
        is_active OR (
          NOT session_id IS NULL AND NOT is_passive
        )
      )
      AND name IN ('crash', 'session_end')
  ) AS parts
  WHERE
    ended_at >= CAST('2026-02-26 23:30:00' AS TIMESTAMP)
  GROUP BY
    owner,
    session_id
), sessions AS (
  SELECT
    CASE
      WHEN started_at < CAST('2026-03-01 00:00:00' AS TIMESTAMP)
      THEN CAST(0 AS BIGINT)
      ELSE CAST(1 AS BIGINT)
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
      began.owner,
      began.session_id,
      began.player_id,
      began.started_at,
      began.ended_at,
      began.platform,
      began.version,
      began.country,
      began.crashes,
      began.quits,
      began.backgrounds,
      COALESCE(
        began.mono_ms * 1000,
        CAST(EXTRACT(EPOCH FROM began.ended_at - began.started_at) * 1000000 AS BIGINT)
      ) AS length_us
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
        (
          ARRAY_AGG(player_id ORDER BY player_key ASC) FILTER(WHERE
            player_id IS NOT NULL)
        )[1] AS player_id,
        MIN(started_at) AS started_at,
        COALESCE(MAX(CASE WHEN played > 0 THEN ended_at END), MAX(ended_at)) AS ended_at,
        MIN(since) AS since,
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
        )[1] AS country,
        MAX(mono_ms) AS mono_ms,
        CAST(SUM(played) AS BIGINT) AS played,
        CAST(SUM(crashes) AS BIGINT) AS crashes,
        CAST(SUM(quits) AS BIGINT) AS quits,
        CAST(SUM(backgrounds) AS BIGINT) AS backgrounds
      FROM (
        SELECT
          *,
          SUM(CASE WHEN played > 0 THEN 1 ELSE 0 END) OVER (
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
            (
              ARRAY_AGG(player_id ORDER BY player_key ASC) FILTER(WHERE
                player_id IS NOT NULL)
            )[1] AS player_id,
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
            )[1] AS country,
            MAX(mono_ms) AS mono_ms,
            CAST(SUM(events) AS BIGINT) AS events,
            CAST(SUM(played) AS BIGINT) AS played,
            CAST(SUM(crashes) AS BIGINT) AS crashes,
            CAST(SUM(quits) AS BIGINT) AS quits,
            CAST(SUM(backgrounds) AS BIGINT) AS backgrounds
          FROM (
            SELECT
              *,
              SUM(
                CASE
                  WHEN since <= silent_since + INTERVAL '1800000000 MICROSECONDS'
                  THEN 0
                  ELSE 1
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
                      ELSE time - (
                        LEAST(mono_ms, 86400000)
                      ) * INTERVAL '1 MILLISECOND'
                    END AS since,
                    CASE WHEN NOT player_id IS NULL THEN order_key END AS player_key,
                    player_id,
                    platform,
                    version,
                    country,
                    CASE WHEN NOT session_id IS NULL THEN mono_ms END AS mono_ms,
                    CAST(1 AS BIGINT) AS events,
                    CAST(1 AS BIGINT) AS played,
                    CAST(0 AS BIGINT) AS crashes,
                    CAST(0 AS BIGINT) AS quits,
                    CAST(0 AS BIGINT) AS backgrounds
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
                    (
                      is_active OR (
                        NOT session_id IS NULL AND NOT is_passive
                      )
                    )
                    AND NOT name IN ('crash', 'session_end')
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
                      ELSE time - (
                        LEAST(mono_ms, 86400000)
                      ) * INTERVAL '1 MILLISECOND'
                    END AS since,
                    CASE WHEN NOT player_id IS NULL THEN order_key END AS player_key,
                    player_id,
                    platform,
                    version,
                    country,
                    CASE WHEN NOT session_id IS NULL THEN mono_ms END AS mono_ms,
                    CAST(1 AS BIGINT) AS events,
                    CAST(CASE WHEN name = 'crash' THEN 0 ELSE 1 END AS BIGINT) AS played,
                    CAST(CASE
                      WHEN name = 'crash' AND NOT COALESCE(CAST(props.class AS TEXT) = 'hang', FALSE)
                      THEN 1
                      ELSE 0
                    END AS BIGINT) AS crashes,
                    CAST(CASE
                      WHEN name = 'session_end'
                      AND NOT COALESCE(CAST(props.reason AS TEXT) = 'background', FALSE)
                      THEN 1
                      ELSE 0
                    END AS BIGINT) AS quits,
                    CAST(CASE
                      WHEN name = 'session_end'
                      AND COALESCE(CAST(props.reason AS TEXT) = 'background', FALSE)
                      THEN 1
                      ELSE 0
                    END AS BIGINT) AS backgrounds
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
                    (
                      is_active OR (
                        NOT session_id IS NULL AND NOT is_passive
                      )
                    )
                    AND name IN ('crash', 'session_end')
                ) AS part
                WHERE
                  ended_at >= CAST('2026-02-26 23:30:00' AS TIMESTAMP)
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
            ELSE time - (
              LEAST(mono_ms, 86400000)
            ) * INTERVAL '1 MILLISECOND'
          END AS since,
          CASE WHEN NOT player_id IS NULL THEN order_key END AS player_key,
          player_id,
          platform,
          version,
          country,
          CASE WHEN NOT session_id IS NULL THEN mono_ms END AS mono_ms,
          CAST(1 AS BIGINT) AS events,
          CAST(1 AS BIGINT) AS played,
          CAST(0 AS BIGINT) AS crashes,
          CAST(0 AS BIGINT) AS quits,
          CAST(0 AS BIGINT) AS backgrounds
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
          (
            is_active OR (
              NOT session_id IS NULL AND NOT is_passive
            )
          )
          AND NOT name IN ('crash', 'session_end')
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
            ELSE time - (
              LEAST(mono_ms, 86400000)
            ) * INTERVAL '1 MILLISECOND'
          END AS since,
          CASE WHEN NOT player_id IS NULL THEN order_key END AS player_key,
          player_id,
          platform,
          version,
          country,
          CASE WHEN NOT session_id IS NULL THEN mono_ms END AS mono_ms,
          CAST(1 AS BIGINT) AS events,
          CAST(CASE WHEN name = 'crash' THEN 0 ELSE 1 END AS BIGINT) AS played,
          CAST(CASE
            WHEN name = 'crash' AND NOT COALESCE(CAST(props.class AS TEXT) = 'hang', FALSE)
            THEN 1
            ELSE 0
          END AS BIGINT) AS crashes,
          CAST(CASE
            WHEN name = 'session_end'
            AND NOT COALESCE(CAST(props.reason AS TEXT) = 'background', FALSE)
            THEN 1
            ELSE 0
          END AS BIGINT) AS quits,
          CAST(CASE
            WHEN name = 'session_end'
            AND COALESCE(CAST(props.reason AS TEXT) = 'background', FALSE)
            THEN 1
            ELSE 0
          END AS BIGINT) AS backgrounds
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
          (
            is_active OR (
              NOT session_id IS NULL AND NOT is_passive
            )
          )
          AND name IN ('crash', 'session_end')
      ) AS parts
      WHERE
        session_id <> ''
        AND started_at < CAST('2026-02-27 00:00:00' AS TIMESTAMP)
        AND ended_at >= CAST('2026-02-25 23:30:00' AS TIMESTAMP)
      GROUP BY
        owner,
        session_id
    ) AS earlier
      ON earlier.owner = began.owner
      AND earlier.session_id = CASE
        WHEN began.since < CAST('2026-02-27 00:00:00' AS TIMESTAMP)
        THEN began.session_id
      END
    WHERE
      began.started_at >= CAST('2026-02-27 00:00:00' AS TIMESTAMP)
      AND began.started_at < CAST('2026-03-03 00:00:00' AS TIMESTAMP)
      AND (
        earlier.ended_at IS NULL
        OR earlier.ended_at + INTERVAL '1800000000 MICROSECONDS' < began.since
      )
      AND (
        began.played > 0
        OR NOT (began.owner, began.session_id) IN (
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
                ELSE time - (
                  LEAST(mono_ms, 86400000)
                ) * INTERVAL '1 MILLISECOND'
              END AS since,
              CASE WHEN NOT player_id IS NULL THEN order_key END AS player_key,
              player_id,
              platform,
              version,
              country,
              CASE WHEN NOT session_id IS NULL THEN mono_ms END AS mono_ms,
              CAST(1 AS BIGINT) AS events,
              CAST(1 AS BIGINT) AS played,
              CAST(0 AS BIGINT) AS crashes,
              CAST(0 AS BIGINT) AS quits,
              CAST(0 AS BIGINT) AS backgrounds
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
              (
                is_active OR (
                  NOT session_id IS NULL AND NOT is_passive
                )
              )
              AND NOT name IN ('crash', 'session_end')
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
                ELSE time - (
                  LEAST(mono_ms, 86400000)
                ) * INTERVAL '1 MILLISECOND'
              END AS since,
              CASE WHEN NOT player_id IS NULL THEN order_key END AS player_key,
              player_id,
              platform,
              version,
              country,
              CASE WHEN NOT session_id IS NULL THEN mono_ms END AS mono_ms,
              CAST(1 AS BIGINT) AS events,
              CAST(CASE WHEN name = 'crash' THEN 0 ELSE 1 END AS BIGINT) AS played,
              CAST(CASE
                WHEN name = 'crash' AND NOT COALESCE(CAST(props.class AS TEXT) = 'hang', FALSE)
                THEN 1
                ELSE 0
              END AS BIGINT) AS crashes,
              CAST(CASE
                WHEN name = 'session_end'
                AND NOT COALESCE(CAST(props.reason AS TEXT) = 'background', FALSE)
                THEN 1
                ELSE 0
              END AS BIGINT) AS quits,
              CAST(CASE
                WHEN name = 'session_end'
                AND COALESCE(CAST(props.reason AS TEXT) = 'background', FALSE)
                THEN 1
                ELSE 0
              END AS BIGINT) AS backgrounds
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
              (
                is_active OR (
                  NOT session_id IS NULL AND NOT is_passive
                )
              )
              AND name IN ('crash', 'session_end')
          ) AS parts
          WHERE
            session_id <> ''
            AND played > 0
            AND started_at < CAST('2026-02-27 00:00:00' AS TIMESTAMP)
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
  ) AS session
  WHERE
    started_at >= CAST('2026-02-27 00:00:00' AS TIMESTAMP)
    AND started_at < CAST('2026-03-03 00:00:00' AS TIMESTAMP)
    AND (
      started_at < CAST('2026-03-01 00:00:00' AS TIMESTAMP)
      OR started_at >= CAST('2026-03-01 00:00:00' AS TIMESTAMP)
    )
    AND platform = ANY(CAST(ARRAY['windows'] AS TEXT[]))
), payments AS (
  SELECT
    CASE
      WHEN time < CAST('2026-03-01 00:00:00' AS TIMESTAMP)
      THEN CAST(0 AS BIGINT)
      ELSE CAST(1 AS BIGINT)
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
      COALESCE(CAST(TRY_BIGINT(ROUND(value * 1e6)) AS BIGINT), 0) AS micros,
      COALESCE(
        CASE
          WHEN NOT SUBSTRING(detail FROM 1 FOR 1) IN ('{', '[')
          THEN SUBSTRING(detail FROM 1 FOR 256)
        END,
        ''
      ) AS detail,
      NULLIF(
        CASE
          WHEN NOT SUBSTRING(transaction_id FROM 1 FOR 1) IN ('{', '[')
          THEN SUBSTRING(transaction_id FROM 1 FOR 256)
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
        CASE WHEN name = 'purchase' THEN CAST(props.kind AS TEXT) END AS detail,
        CASE WHEN name = 'purchase' THEN CAST(props.transaction_id AS TEXT) END AS transaction_id,
        CASE WHEN name = 'purchase' THEN CAST(props.validated AS TEXT) END AS validated
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
        name IN ('purchase', 'ad_impression')
    ) AS said
  ) AS payment
  WHERE
    time >= CAST('2026-02-27 00:00:00' AS TIMESTAMP)
    AND time < CAST('2026-03-03 00:00:00' AS TIMESTAMP)
    AND (
      time < CAST('2026-03-01 00:00:00' AS TIMESTAMP)
      OR time >= CAST('2026-03-01 00:00:00' AS TIMESTAMP)
    )
    AND platform = ANY(CAST(ARRAY['windows'] AS TEXT[]))
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
      COALESCE(CAST(TRY_BIGINT(ROUND(value * 1e6)) AS BIGINT), 0) AS micros,
      COALESCE(
        CASE
          WHEN NOT SUBSTRING(detail FROM 1 FOR 1) IN ('{', '[')
          THEN SUBSTRING(detail FROM 1 FOR 256)
        END,
        ''
      ) AS detail,
      NULLIF(
        CASE
          WHEN NOT SUBSTRING(transaction_id FROM 1 FOR 1) IN ('{', '[')
          THEN SUBSTRING(transaction_id FROM 1 FOR 256)
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
        CASE WHEN name = 'purchase' THEN CAST(props.kind AS TEXT) END AS detail,
        CASE WHEN name = 'purchase' THEN CAST(props.transaction_id AS TEXT) END AS transaction_id,
        CASE WHEN name = 'purchase' THEN CAST(props.validated AS TEXT) END AS validated
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
        name IN ('purchase', 'ad_impression')
    ) AS said
  ) AS payment
  WHERE
    name = 'purchase' AND NOT transaction_id IS NULL AND micros > 0
), first_orders AS (
  SELECT
    transaction_id,
    (
      ARRAY_AGG(detail ORDER BY order_key ASC) FILTER(WHERE
        detail IS NOT NULL)
    )[1] AS detail,
    MIN(CASE WHEN is_validated OR CAST(FALSE AS BOOLEAN) THEN time END) AS counted_at,
    MIN(CASE WHEN is_validated OR CAST(FALSE AS BOOLEAN) THEN order_key END) AS counted_key
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
    COALESCE(NULLIF(payments.detail, ''), first_orders.detail, '') AS detail,
    COALESCE(NULLIF(currency, ''), 'USD') AS paid_in,
    CAST(CASE WHEN micros < 0 THEN COALESCE(counted_at, time) ELSE time END AS DATE) AS rate_day
  FROM payments
  LEFT JOIN first_orders
    ON payments.transaction_id = first_orders.transaction_id
  WHERE
    (
      (
        name = 'purchase' AND (
          is_validated OR CAST(FALSE AS BOOLEAN)
        )
      )
      OR (
        name = 'ad_impression' AND CAST(FALSE AS BOOLEAN)
      )
    )
    AND micros <> 0
    AND (
      first_orders.transaction_id IS NULL
      OR (
        micros > 0 AND order_key = counted_key
      )
      OR (
        micros < 0 AND NOT counted_key IS NULL
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
        ELSE 0
      END
    ) AS revenue_micros,
    COUNT(CASE WHEN paid_in <> 'USD' THEN 1 END) AS other_currency_purchases
  FROM counted
  GROUP BY
    bucket,
    split
), happened AS (
  SELECT
    bucket,
    SUM(events) AS event_count,
    SUM(CASE WHEN name = 'crash' THEN events ELSE 0 END) AS crash_count,
    SUM(frames_micros) AS frames_micros,
    SUM(frames_us) AS frames_us
  FROM event_counts
  GROUP BY
    bucket
), newcomers AS (
  SELECT
    bucket,
    COUNT(*) AS new_players
  FROM players
  GROUP BY
    bucket
), ended AS (
  SELECT
    bucket,
    COUNT(*) AS session_count,
    SUM(length_us) AS length_us,
    PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY
      length_us) AS median_length_us,
    COUNT(CASE WHEN crashes > 0 THEN 1 END) AS crashed_sessions,
    COUNT(DISTINCT player_id) AS players,
    COUNT(DISTINCT CASE WHEN crashes > 0 THEN player_id END) AS crashed_players
  FROM sessions
  GROUP BY
    bucket
)
SELECT
  times.bucket,
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
    UNNEST(
      CAST(ARRAY[
        CAST('2026-02-27 00:00:00' AS TIMESTAMP),
        CAST('2026-02-28 00:00:00' AS TIMESTAMP),
        CAST('2026-03-01 00:00:00' AS TIMESTAMP),
        CAST('2026-03-02 00:00:00' AS TIMESTAMP)
      ] AS TIMESTAMP[])
    ) AS key,
    UNNEST(
      CAST(ARRAY[
        CAST('2026-02-27 00:00:00' AS TIMESTAMP),
        CAST('2026-02-28 00:00:00' AS TIMESTAMP),
        CAST('2026-03-01 00:00:00' AS TIMESTAMP),
        CAST('2026-03-02 00:00:00' AS TIMESTAMP)
      ] AS TIMESTAMP[])
    ) AS start_at,
    UNNEST(
      CAST(ARRAY[
        CAST('2026-02-28 00:00:00' AS TIMESTAMP),
        CAST('2026-03-01 00:00:00' AS TIMESTAMP),
        CAST('2026-03-02 00:00:00' AS TIMESTAMP),
        CAST('2026-03-03 00:00:00' AS TIMESTAMP)
      ] AS TIMESTAMP[])
    ) AS end_at,
    UNNEST(CAST(ARRAY[0, 1, 2, 3] AS BIGINT[])) AS bucket
), days AS (
  SELECT
    UNNEST(CAST(ARRAY[0, 1, 2, 3] AS BIGINT[])) AS bucket,
    UNNEST(CAST(ARRAY[0, 0, 1, 1] AS BIGINT[])) AS period,
    UNNEST(CAST(ARRAY[0, 0, 0, 0] AS BIGINT[])) AS word,
    UNNEST(CAST(ARRAY[1, 2, 4, 8] AS BIGINT[])) AS bit
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
  JOIN slices
    ON DATE_TRUNC('DAY', time) = slices.key AND time >= start_at AND time < end_at
  WHERE
    time >= CAST('2026-02-27 00:00:00' AS TIMESTAMP)
    AND time < CAST('2026-03-03 00:00:00' AS TIMESTAMP)
    AND is_active
    AND platform = ANY(CAST(ARRAY['windows'] AS TEXT[]))
), seen AS (
  SELECT
    period,
    player_id,
    word,
    BIT_OR(bit) AS bits
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
    SUM(BIT_COUNT(CAST(bits AS BIT(64)))) AS player_days
  FROM seen
  GROUP BY
    period,
    player_id
)
SELECT
  period AS bucket,
  COUNT(*) AS active_players,
  SUM(player_days) AS player_days
FROM played
GROUP BY
  period;
