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
            CAST('2026-02-28 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-03-02 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-03-03 00:00:00' AS DateTime64(6, 'UTC'))
          ] AS Array(DateTime64(6, 'UTC'))),
          CAST([
            CAST('2026-02-28 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-03-02 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-03-03 00:00:00' AS DateTime64(6, 'UTC'))
          ] AS Array(DateTime64(6, 'UTC'))),
          CAST([
            CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-03-02 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-03-03 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-03-04 00:00:00' AS DateTime64(6, 'UTC'))
          ] AS Array(DateTime64(6, 'UTC'))),
          CAST([0, 1, 2, 3] AS Array(Nullable(Int64)))
        )
      ) AS list_row
  ) AS zipped
), places AS (
  SELECT
    tupleElement(list_row, 1) AS place,
    tupleElement(list_row, 2) AS start_us,
    tupleElement(list_row, 3) AS end_us,
    tupleElement(list_row, 4) AS bucket
  FROM (
    SELECT
      arrayJoin(
        arrayZip(
          CAST([0, 1] AS Array(Nullable(Int64))),
          CAST([0, 86400000000] AS Array(Nullable(Int64))),
          CAST([86400000000, 172800000000] AS Array(Nullable(Int64))),
          CAST([0, 1] AS Array(Nullable(Int64)))
        )
      ) AS list_row
  ) AS zipped
), steps AS (
  SELECT
    tupleElement(list_row, 1) AS step
  FROM (
    SELECT
      arrayJoin(arrayZip(CAST([1, -1] AS Array(Nullable(Int64))))) AS list_row
  ) AS zipped
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
    ended_at >= CAST('2026-02-27 23:30:00' AS DateTime64(6, 'UTC'))
  GROUP BY
    owner,
    session_id
), sessions AS (
  SELECT
    slices.bucket AS bucket,
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
                  ended_at >= CAST('2026-02-27 23:30:00' AS DateTime64(6, 'UTC'))
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
        AND started_at < CAST('2026-02-28 00:00:00' AS DateTime64(6, 'UTC'))
        AND ended_at >= CAST('2026-02-26 23:30:00' AS DateTime64(6, 'UTC'))
      GROUP BY
        owner,
        session_id
    ) AS earlier
      ON earlier.owner = began.owner
      AND earlier.session_id = CASE
        WHEN began.since < CAST('2026-02-28 00:00:00' AS DateTime64(6, 'UTC'))
        THEN began.session_id
      END
    WHERE
      began.started_at >= CAST('2026-02-28 00:00:00' AS DateTime64(6, 'UTC'))
      AND began.started_at < CAST('2026-03-04 00:00:00' AS DateTime64(6, 'UTC'))
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
              AND started_at < CAST('2026-02-28 00:00:00' AS DateTime64(6, 'UTC'))
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
  JOIN slices
    ON dateTrunc('DAY', started_at) = slices.key
    AND started_at >= start_at
    AND started_at < end_at
  WHERE
    started_at >= CAST('2026-02-28 00:00:00' AS DateTime64(6, 'UTC'))
    AND started_at < CAST('2026-03-04 00:00:00' AS DateTime64(6, 'UTC'))
    AND has(CAST(['windows'] AS Array(Nullable(String))), platform)
), lasting AS (
  SELECT
    toUnixTimestamp64Micro(started_at) - 1772323200000000 AS started_us,
    toUnixTimestamp64Micro(ended_at) - 1772323200000000 AS ended_us,
    LEAST(GREATEST(length_us, toInt32(0)), toInt64(86400000000)) AS length_us
  FROM sessions
), reaching AS (
  SELECT
    LEAST(started_us, ended_us - length_us) AS from_us,
    length_us
  FROM lasting
), present AS (
  SELECT
    GREATEST(from_us, toInt32(0)) AS from_us,
    from_us + length_us AS until_us
  FROM reaching
  WHERE
    from_us + length_us > GREATEST(from_us, toInt32(0))
), edges AS (
  SELECT
    CASE WHEN step > 0 THEN from_us ELSE until_us END AS at_us,
    step
  FROM present
  CROSS JOIN steps
), changes AS (
  SELECT
    places.bucket AS bucket,
    at_us,
    SUM(step) AS step
  FROM edges
  JOIN places
    ON CAST(FLOOR(at_us / 86400000000) AS Nullable(Int64)) = places.place
    AND at_us >= places.start_us
    AND at_us < places.end_us
  GROUP BY
    places.bucket,
    at_us
)
SELECT
  bucket,
  SUM(step) AS steps,
  SUM(step * at_us) AS moments_us
FROM changes
GROUP BY
  bucket;

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
          CAST([0, 1] AS Array(Nullable(Int64))),
          CAST([CAST('2026-03-01' AS Date32), CAST('2026-03-02' AS Date32)] AS Array(Date32)),
          CAST([281474976710655, 281474976710655] AS Array(Nullable(Int64))),
          CAST([281474976710655, 281474976710655] AS Array(Nullable(Int64)))
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
    player_days.day >= CAST('2026-03-01' AS Date32)
    AND player_days.day <= CAST('2026-03-02' AS Date32)
    AND (
      (
        bitAnd(slots_am, am)
      ) <> 0 OR (
        bitAnd(slots_pm, pm)
      ) <> 0
    )
    AND has(CAST(['windows'] AS Array(Nullable(String))), platform)
)
SELECT
  bucket,
  is_complete,
  toInt64(COUNT(DISTINCT player_id)) AS players
FROM (
  SELECT
    bucket,
    CAST(bucket < 2 AS Nullable(Bool)) AS is_complete,
    player_id
  FROM active
) AS playing
GROUP BY
  GROUPING SETS (
    (
      bucket
    ),
    (
      is_complete
    )
  );

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
            CAST('2026-02-28 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-03-02 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-03-03 00:00:00' AS DateTime64(6, 'UTC'))
          ] AS Array(DateTime64(6, 'UTC'))),
          CAST([
            CAST('2026-02-28 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-03-02 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-03-03 00:00:00' AS DateTime64(6, 'UTC'))
          ] AS Array(DateTime64(6, 'UTC'))),
          CAST([
            CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-03-02 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-03-03 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-03-04 00:00:00' AS DateTime64(6, 'UTC'))
          ] AS Array(DateTime64(6, 'UTC'))),
          CAST([0, 1, 2, 3] AS Array(Nullable(Int64)))
        )
      ) AS list_row
  ) AS zipped
), places AS (
  SELECT
    tupleElement(list_row, 1) AS place,
    tupleElement(list_row, 2) AS start_us,
    tupleElement(list_row, 3) AS end_us,
    tupleElement(list_row, 4) AS bucket
  FROM (
    SELECT
      arrayJoin(
        arrayZip(
          CAST([0, 1] AS Array(Nullable(Int64))),
          CAST([0, 86400000000] AS Array(Nullable(Int64))),
          CAST([86400000000, 172800000000] AS Array(Nullable(Int64))),
          CAST([0, 1] AS Array(Nullable(Int64)))
        )
      ) AS list_row
  ) AS zipped
), steps AS (
  SELECT
    tupleElement(list_row, 1) AS step
  FROM (
    SELECT
      arrayJoin(arrayZip(CAST([1, -1] AS Array(Nullable(Int64))))) AS list_row
  ) AS zipped
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
    ended_at >= CAST('2026-02-27 23:30:00' AS DateTime64(6, 'UTC'))
  GROUP BY
    owner,
    session_id
), sessions AS (
  SELECT
    slices.bucket AS bucket,
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
                  ended_at >= CAST('2026-02-27 23:30:00' AS DateTime64(6, 'UTC'))
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
        AND started_at < CAST('2026-02-28 00:00:00' AS DateTime64(6, 'UTC'))
        AND ended_at >= CAST('2026-02-26 23:30:00' AS DateTime64(6, 'UTC'))
      GROUP BY
        owner,
        session_id
    ) AS earlier
      ON earlier.owner = began.owner
      AND earlier.session_id = CASE
        WHEN began.since < CAST('2026-02-28 00:00:00' AS DateTime64(6, 'UTC'))
        THEN began.session_id
      END
    WHERE
      began.started_at >= CAST('2026-02-28 00:00:00' AS DateTime64(6, 'UTC'))
      AND began.started_at < CAST('2026-03-04 00:00:00' AS DateTime64(6, 'UTC'))
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
              AND started_at < CAST('2026-02-28 00:00:00' AS DateTime64(6, 'UTC'))
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
  JOIN slices
    ON dateTrunc('DAY', started_at) = slices.key
    AND started_at >= start_at
    AND started_at < end_at
  WHERE
    started_at >= CAST('2026-02-28 00:00:00' AS DateTime64(6, 'UTC'))
    AND started_at < CAST('2026-03-04 00:00:00' AS DateTime64(6, 'UTC'))
    AND has(CAST(['windows'] AS Array(Nullable(String))), platform)
), lasting AS (
  SELECT
    toUnixTimestamp64Micro(started_at) - 1772323200000000 AS started_us,
    toUnixTimestamp64Micro(ended_at) - 1772323200000000 AS ended_us,
    LEAST(GREATEST(length_us, toInt32(0)), toInt64(86400000000)) AS length_us
  FROM sessions
), reaching AS (
  SELECT
    LEAST(started_us, ended_us - length_us) AS from_us,
    length_us
  FROM lasting
), present AS (
  SELECT
    GREATEST(from_us, toInt32(0)) AS from_us,
    from_us + length_us AS until_us
  FROM reaching
  WHERE
    from_us + length_us > GREATEST(from_us, toInt32(0))
), edges AS (
  SELECT
    CASE WHEN step > 0 THEN from_us ELSE until_us END AS at_us,
    step
  FROM present
  CROSS JOIN steps
), changes AS (
  SELECT
    places.bucket AS bucket,
    at_us,
    SUM(step) AS step
  FROM edges
  JOIN places
    ON CAST(FLOOR(at_us / 86400000000) AS Nullable(Int64)) = places.place
    AND at_us >= places.start_us
    AND at_us < places.end_us
  GROUP BY
    places.bucket,
    at_us
)
SELECT
  bucket,
  SUM(step) AS steps,
  SUM(step * at_us) AS moments_us
FROM changes
GROUP BY
  bucket;

WITH active AS (
  SELECT
    CASE
      WHEN time < CAST('2026-03-02 00:00:00' AS DateTime64(6, 'UTC'))
      THEN CAST(0 AS Nullable(Int64))
      ELSE CAST(1 AS Nullable(Int64))
    END AS bucket,
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
    time >= CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC'))
    AND time < CAST('2026-03-03 00:00:00' AS DateTime64(6, 'UTC'))
    AND (
      time < CAST('2026-03-02 00:00:00' AS DateTime64(6, 'UTC'))
      OR time >= CAST('2026-03-02 00:00:00' AS DateTime64(6, 'UTC'))
    )
    AND is_active
    AND has(CAST(['windows'] AS Array(Nullable(String))), platform)
)
SELECT
  bucket,
  is_complete,
  toInt64(COUNT(DISTINCT player_id)) AS players
FROM (
  SELECT
    bucket,
    CAST(bucket < 2 AS Nullable(Bool)) AS is_complete,
    player_id
  FROM active
) AS playing
GROUP BY
  GROUPING SETS (
    (
      bucket
    ),
    (
      is_complete
    )
  );
