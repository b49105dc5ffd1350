WITH session_ids AS (
  SELECT
    owner,
    session_id,
    MIN_BY(player_id, CASE WHEN NOT player_id IS NULL THEN player_key END) AS player_id,
    MIN(started_at) AS started_at,
    MAX(ended_at) AS ended_at,
    MIN(since) AS since,
    MIN_BY(platform, CASE WHEN NOT platform IS NULL THEN order_key END) AS platform,
    MIN_BY(version, CASE WHEN NOT version IS NULL THEN order_key END) AS version,
    MIN_BY(country, CASE WHEN NOT country IS NULL THEN order_key END) AS country,
    MAX(mono_ms) AS mono_ms,
    CAST(SUM(played) AS BIGINT) AS played,
    CAST(SUM(crashes) AS BIGINT) AS crashes,
    CAST(SUM(quits) AS BIGINT) AS quits,
    CAST(SUM(backgrounds) AS BIGINT) AS backgrounds,
    MAX(since) > MIN(ended_at) + MAKE_DT_INTERVAL(0, 0, 0, CAST((
      1800000000
    ) / 1000000 AS DECIMAL(18, 6))) AS has_several
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
    FROM main_sessions
    WHERE
      game_id = 'arena' AND env = 'prod'
  ) AS parts
  WHERE
    ended_at >= CAST('2026-02-28 23:30:00' AS TIMESTAMP_NTZ)
  GROUP BY
    owner,
    session_id
), sessions AS (
  SELECT
    CASE
      WHEN started_at < CAST('2026-03-02 00:00:00' AS TIMESTAMP_NTZ)
      THEN CAST(0 AS BIGINT)
      ELSE CAST(1 AS BIGINT)
    END AS bucket,
    CASE WHEN version <> 'unknown' THEN version ELSE '' END AS split,
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
        (
          UNIX_MICROS(CAST(began.ended_at AS TIMESTAMP)) - UNIX_MICROS(CAST(began.started_at AS TIMESTAMP))
        )
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
        MIN_BY(player_id, CASE WHEN NOT player_id IS NULL THEN player_key END) AS player_id,
        MIN(started_at) AS started_at,
        COALESCE(MAX(CASE WHEN played > 0 THEN ended_at END), MAX(ended_at)) AS ended_at,
        MIN(since) AS since,
        MIN_BY(platform, CASE WHEN NOT platform IS NULL THEN order_key END) AS platform,
        MIN_BY(version, CASE WHEN NOT version IS NULL THEN order_key END) AS version,
        MIN_BY(country, CASE WHEN NOT country IS NULL THEN order_key END) AS country,
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
            ORDER BY order_key NULLS LAST
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
            MIN_BY(player_id, CASE WHEN NOT player_id IS NULL THEN player_key END) AS player_id,
            MIN_BY(platform, CASE WHEN NOT platform IS NULL THEN order_key END) AS platform,
            MIN_BY(version, CASE WHEN NOT version IS NULL THEN order_key END) AS version,
            MIN_BY(country, CASE WHEN NOT country IS NULL THEN order_key END) AS country,
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
                  WHEN since <= silent_since + MAKE_DT_INTERVAL(0, 0, 0, CAST((
                    1800000000
                  ) / 1000000 AS DECIMAL(18, 6)))
                  THEN 0
                  ELSE 1
                END
              ) OVER (
                PARTITION BY owner, session_id
                ORDER BY since NULLS LAST, order_key NULLS LAST
                ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
              ) AS stretch
            FROM (
              SELECT
                *,
                MAX(ended_at) OVER (
                  PARTITION BY owner, session_id
                  ORDER BY since NULLS LAST, order_key NULLS LAST
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
                  FROM main_sessions
                  WHERE
                    game_id = 'arena' AND env = 'prod'
                ) AS part
                WHERE
                  ended_at >= CAST('2026-02-28 23:30:00' AS TIMESTAMP_NTZ)
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
        FROM main_sessions
        WHERE
          game_id = 'arena' AND env = 'prod'
      ) AS parts
      WHERE
        session_id <> ''
        AND started_at < CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
        AND ended_at >= CAST('2026-02-27 23:30:00' AS TIMESTAMP_NTZ)
      GROUP BY
        owner,
        session_id
    ) AS earlier
      ON earlier.owner = began.owner
      AND earlier.session_id = CASE
        WHEN began.since < CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
        THEN began.session_id
      END
    WHERE
      began.started_at >= CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
      AND began.started_at < CAST('2026-03-03 00:00:00' AS TIMESTAMP_NTZ)
      AND (
        earlier.ended_at IS NULL
        OR earlier.ended_at + MAKE_DT_INTERVAL(0, 0, 0, CAST((
          1800000000
        ) / 1000000 AS DECIMAL(18, 6))) < began.since
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
            FROM main_sessions
            WHERE
              game_id = 'arena' AND env = 'prod'
          ) AS parts
          WHERE
            session_id <> ''
            AND played > 0
            AND started_at < CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
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
    started_at >= CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
    AND started_at < CAST('2026-03-03 00:00:00' AS TIMESTAMP_NTZ)
    AND (
      started_at < CAST('2026-03-02 00:00:00' AS TIMESTAMP_NTZ)
      OR started_at >= CAST('2026-03-02 00:00:00' AS TIMESTAMP_NTZ)
    )
    AND ARRAY_CONTAINS(CAST(ARRAY('windows') AS ARRAY<STRING>), platform)
)
SELECT
  split AS part,
  COUNT(*) AS sessions
FROM sessions
GROUP BY
  split
ORDER BY
  sessions DESC,
  part NULLS LAST
LIMIT 11;

WITH session_ids AS (
  SELECT
    owner,
    session_id,
    MIN_BY(player_id, CASE WHEN NOT player_id IS NULL THEN player_key END) AS player_id,
    MIN(started_at) AS started_at,
    MAX(ended_at) AS ended_at,
    MIN(since) AS since,
    MIN_BY(platform, CASE WHEN NOT platform IS NULL THEN order_key END) AS platform,
    MIN_BY(version, CASE WHEN NOT version IS NULL THEN order_key END) AS version,
    MIN_BY(country, CASE WHEN NOT country IS NULL THEN order_key END) AS country,
    MAX(mono_ms) AS mono_ms,
    CAST(SUM(played) AS BIGINT) AS played,
    CAST(SUM(crashes) AS BIGINT) AS crashes,
    CAST(SUM(quits) AS BIGINT) AS quits,
    CAST(SUM(backgrounds) AS BIGINT) AS backgrounds,
    MAX(since) > MIN(ended_at) + MAKE_DT_INTERVAL(0, 0, 0, CAST((
      1800000000
    ) / 1000000 AS DECIMAL(18, 6))) AS has_several
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
    FROM main_sessions
    WHERE
      game_id = 'arena' AND env = 'prod'
  ) AS parts
  WHERE
    ended_at >= CAST('2026-02-28 23:30:00' AS TIMESTAMP_NTZ)
  GROUP BY
    owner,
    session_id
), sessions AS (
  SELECT
    CASE
      WHEN started_at < CAST('2026-03-02 00:00:00' AS TIMESTAMP_NTZ)
      THEN CAST(0 AS BIGINT)
      ELSE CAST(1 AS BIGINT)
    END AS bucket,
    CASE WHEN version <> 'unknown' THEN version ELSE '' END AS split,
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
        (
          UNIX_MICROS(CAST(began.ended_at AS TIMESTAMP)) - UNIX_MICROS(CAST(began.started_at AS TIMESTAMP))
        )
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
        MIN_BY(player_id, CASE WHEN NOT player_id IS NULL THEN player_key END) AS player_id,
        MIN(started_at) AS started_at,
        COALESCE(MAX(CASE WHEN played > 0 THEN ended_at END), MAX(ended_at)) AS ended_at,
        MIN(since) AS since,
        MIN_BY(platform, CASE WHEN NOT platform IS NULL THEN order_key END) AS platform,
        MIN_BY(version, CASE WHEN NOT version IS NULL THEN order_key END) AS version,
        MIN_BY(country, CASE WHEN NOT country IS NULL THEN order_key END) AS country,
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
            ORDER BY order_key NULLS LAST
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
            MIN_BY(player_id, CASE WHEN NOT player_id IS NULL THEN player_key END) AS player_id,
            MIN_BY(platform, CASE WHEN NOT platform IS NULL THEN order_key END) AS platform,
            MIN_BY(version, CASE WHEN NOT version IS NULL THEN order_key END) AS version,
            MIN_BY(country, CASE WHEN NOT country IS NULL THEN order_key END) AS country,
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
                  WHEN since <= silent_since + MAKE_DT_INTERVAL(0, 0, 0, CAST((
                    1800000000
                  ) / 1000000 AS DECIMAL(18, 6)))
                  THEN 0
                  ELSE 1
                END
              ) OVER (
                PARTITION BY owner, session_id
                ORDER BY since NULLS LAST, order_key NULLS LAST
                ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
              ) AS stretch
            FROM (
              SELECT
                *,
                MAX(ended_at) OVER (
                  PARTITION BY owner, session_id
                  ORDER BY since NULLS LAST, order_key NULLS LAST
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
                  FROM main_sessions
                  WHERE
                    game_id = 'arena' AND env = 'prod'
                ) AS part
                WHERE
                  ended_at >= CAST('2026-02-28 23:30:00' AS TIMESTAMP_NTZ)
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
        FROM main_sessions
        WHERE
          game_id = 'arena' AND env = 'prod'
      ) AS parts
      WHERE
        session_id <> ''
        AND started_at < CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
        AND ended_at >= CAST('2026-02-27 23:30:00' AS TIMESTAMP_NTZ)
      GROUP BY
        owner,
        session_id
    ) AS earlier
      ON earlier.owner = began.owner
      AND earlier.session_id = CASE
        WHEN began.since < CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
        THEN began.session_id
      END
    WHERE
      began.started_at >= CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
      AND began.started_at < CAST('2026-03-03 00:00:00' AS TIMESTAMP_NTZ)
      AND (
        earlier.ended_at IS NULL
        OR earlier.ended_at + MAKE_DT_INTERVAL(0, 0, 0, CAST((
          1800000000
        ) / 1000000 AS DECIMAL(18, 6))) < began.since
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
            FROM main_sessions
            WHERE
              game_id = 'arena' AND env = 'prod'
          ) AS parts
          WHERE
            session_id <> ''
            AND played > 0
            AND started_at < CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
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
    started_at >= CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
    AND started_at < CAST('2026-03-03 00:00:00' AS TIMESTAMP_NTZ)
    AND (
      started_at < CAST('2026-03-02 00:00:00' AS TIMESTAMP_NTZ)
      OR started_at >= CAST('2026-03-02 00:00:00' AS TIMESTAMP_NTZ)
    )
    AND ARRAY_CONTAINS(CAST(ARRAY('windows') AS ARRAY<STRING>), platform)
), begun AS (
  SELECT
    bucket,
    player_id,
    length_us,
    crashes,
    CASE
      WHEN CAST(NULL AS ARRAY<STRING>) IS NULL
      OR ARRAY_CONTAINS(CAST(NULL AS ARRAY<STRING>), split)
      THEN split
      ELSE '(other)'
    END AS part
  FROM sessions
)
SELECT
  bucket,
  part,
  COUNT(*) AS sessions,
  COUNT(CASE WHEN crashes > 0 THEN 1 END) AS crashed_sessions,
  COUNT(DISTINCT player_id) AS players,
  COUNT(DISTINCT CASE WHEN crashes > 0 THEN player_id END) AS crashed_players,
  CAST(SUM(crashes) AS BIGINT) AS crash_reports,
  SUM(length_us) AS length_us
FROM begun
GROUP BY
  bucket,
  part
UNION ALL
SELECT
  CAST(-1 AS BIGINT) AS bucket,
  part,
  COUNT(*) AS sessions,
  COUNT(CASE WHEN crashes > 0 THEN 1 END) AS crashed_sessions,
  COUNT(DISTINCT player_id) AS players,
  COUNT(DISTINCT CASE WHEN crashes > 0 THEN player_id END) AS crashed_players,
  CAST(SUM(crashes) AS BIGINT) AS crash_reports,
  SUM(length_us) AS length_us
FROM begun
WHERE
  bucket < 2
GROUP BY
  part;

WITH session_ids AS (
  SELECT
    owner,
    session_id,
    MIN_BY(player_id, CASE WHEN NOT player_id IS NULL THEN player_key END) AS player_id,
    MIN(started_at) AS started_at,
    MAX(ended_at) AS ended_at,
    MIN(since) AS since,
    MIN_BY(platform, CASE WHEN NOT platform IS NULL THEN order_key END) AS platform,
    MIN_BY(version, CASE WHEN NOT version IS NULL THEN order_key END) AS version,
    MIN_BY(country, CASE WHEN NOT country IS NULL THEN order_key END) AS country,
    MAX(mono_ms) AS mono_ms,
    CAST(SUM(played) AS BIGINT) AS played,
    CAST(SUM(crashes) AS BIGINT) AS crashes,
    CAST(SUM(quits) AS BIGINT) AS quits,
    CAST(SUM(backgrounds) AS BIGINT) AS backgrounds,
    MAX(since) > MIN(ended_at) + MAKE_DT_INTERVAL(0, 0, 0, CAST((
      1800000000
    ) / 1000000 AS DECIMAL(18, 6))) AS has_several
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
        ELSE time - MAKE_DT_INTERVAL(0, 0, 0, CAST((
          LEAST(mono_ms, 86400000)
        ) / 1000 AS DECIMAL(18, 6)))
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
        ELSE time - MAKE_DT_INTERVAL(0, 0, 0, CAST((
          LEAST(mono_ms, 86400000)
        ) / 1000 AS DECIMAL(18, 6)))
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
        WHEN name = 'crash'
        AND NOT COALESCE(GET_JSON_OBJECT(props, '$.class') = 'hang', FALSE)
        THEN 1
        ELSE 0
      END AS BIGINT) AS crashes,
      CAST(CASE
        WHEN name = 'session_end'
        AND NOT COALESCE(GET_JSON_OBJECT(props, '$.reason') = 'background', FALSE)
        THEN 1
        ELSE 0
      END AS BIGINT) AS quits,
      CAST(CASE
        WHEN name = 'session_end'
        AND COALESCE(GET_JSON_OBJECT(props, '$.reason') = 'background', FALSE)
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
    ended_at >= CAST('2026-02-28 23:30:00' AS TIMESTAMP_NTZ)
  GROUP BY
    owner,
    session_id
), sessions AS (
  SELECT
    CASE
      WHEN started_at < CAST('2026-03-02 00:00:00' AS TIMESTAMP_NTZ)
      THEN CAST(0 AS BIGINT)
      ELSE CAST(1 AS BIGINT)
    END AS bucket,
    CASE WHEN version <> 'unknown' THEN version ELSE '' END AS split,
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
        (
          UNIX_MICROS(CAST(began.ended_at AS TIMESTAMP)) - UNIX_MICROS(CAST(began.started_at AS TIMESTAMP))
        )
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
        MIN_BY(player_id, CASE WHEN NOT player_id IS NULL THEN player_key END) AS player_id,
        MIN(started_at) AS started_at,
        COALESCE(MAX(CASE WHEN played > 0 THEN ended_at END), MAX(ended_at)) AS ended_at,
        MIN(since) AS since,
        MIN_BY(platform, CASE WHEN NOT platform IS NULL THEN order_key END) AS platform,
        MIN_BY(version, CASE WHEN NOT version IS NULL THEN order_key END) AS version,
        MIN_BY(country, CASE WHEN NOT country IS NULL THEN order_key END) AS country,
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
            ORDER BY order_key NULLS LAST
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
            MIN_BY(player_id, CASE WHEN NOT player_id IS NULL THEN player_key END) AS player_id,
            MIN_BY(platform, CASE WHEN NOT platform IS NULL THEN order_key END) AS platform,
            MIN_BY(version, CASE WHEN NOT version IS NULL THEN order_key END) AS version,
            MIN_BY(country, CASE WHEN NOT country IS NULL THEN order_key END) AS country,
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
                  WHEN since <= silent_since + MAKE_DT_INTERVAL(0, 0, 0, CAST((
                    1800000000
                  ) / 1000000 AS DECIMAL(18, 6)))
                  THEN 0
                  ELSE 1
                END
              ) OVER (
                PARTITION BY owner, session_id
                ORDER BY since NULLS LAST, order_key NULLS LAST
                ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
              ) AS stretch
            FROM (
              SELECT
                *,
                MAX(ended_at) OVER (
                  PARTITION BY owner, session_id
                  ORDER BY since NULLS LAST, order_key NULLS LAST
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
                      ELSE time - MAKE_DT_INTERVAL(0, 0, 0, CAST((
                        LEAST(mono_ms, 86400000)
                      ) / 1000 AS DECIMAL(18, 6)))
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
                      ELSE time - MAKE_DT_INTERVAL(0, 0, 0, CAST((
                        LEAST(mono_ms, 86400000)
                      ) / 1000 AS DECIMAL(18, 6)))
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
                      WHEN name = 'crash'
                      AND NOT COALESCE(GET_JSON_OBJECT(props, '$.class') = 'hang', FALSE)
                      THEN 1
                      ELSE 0
                    END AS BIGINT) AS crashes,
                    CAST(CASE
                      WHEN name = 'session_end'
                      AND NOT COALESCE(GET_JSON_OBJECT(props, '$.reason') = 'background', FALSE)
                      THEN 1
                      ELSE 0
                    END AS BIGINT) AS quits,
                    CAST(CASE
                      WHEN name = 'session_end'
                      AND COALESCE(GET_JSON_OBJECT(props, '$.reason') = 'background', FALSE)
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
                  ended_at >= CAST('2026-02-28 23:30:00' AS TIMESTAMP_NTZ)
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
            ELSE time - MAKE_DT_INTERVAL(0, 0, 0, CAST((
              LEAST(mono_ms, 86400000)
            ) / 1000 AS DECIMAL(18, 6)))
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
            ELSE time - MAKE_DT_INTERVAL(0, 0, 0, CAST((
              LEAST(mono_ms, 86400000)
            ) / 1000 AS DECIMAL(18, 6)))
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
            WHEN name = 'crash'
            AND NOT COALESCE(GET_JSON_OBJECT(props, '$.class') = 'hang', FALSE)
            THEN 1
            ELSE 0
          END AS BIGINT) AS crashes,
          CAST(CASE
            WHEN name = 'session_end'
            AND NOT COALESCE(GET_JSON_OBJECT(props, '$.reason') = 'background', FALSE)
            THEN 1
            ELSE 0
          END AS BIGINT) AS quits,
          CAST(CASE
            WHEN name = 'session_end'
            AND COALESCE(GET_JSON_OBJECT(props, '$.reason') = 'background', FALSE)
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
        AND started_at < CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
        AND ended_at >= CAST('2026-02-27 23:30:00' AS TIMESTAMP_NTZ)
      GROUP BY
        owner,
        session_id
    ) AS earlier
      ON earlier.owner = began.owner
      AND earlier.session_id = CASE
        WHEN began.since < CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
        THEN began.session_id
      END
    WHERE
      began.started_at >= CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
      AND began.started_at < CAST('2026-03-03 00:00:00' AS TIMESTAMP_NTZ)
      AND (
        earlier.ended_at IS NULL
        OR earlier.ended_at + MAKE_DT_INTERVAL(0, 0, 0, CAST((
          1800000000
        ) / 1000000 AS DECIMAL(18, 6))) < began.since
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
                ELSE time - MAKE_DT_INTERVAL(0, 0, 0, CAST((
                  LEAST(mono_ms, 86400000)
                ) / 1000 AS DECIMAL(18, 6)))
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
                ELSE time - MAKE_DT_INTERVAL(0, 0, 0, CAST((
                  LEAST(mono_ms, 86400000)
                ) / 1000 AS DECIMAL(18, 6)))
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
                WHEN name = 'crash'
                AND NOT COALESCE(GET_JSON_OBJECT(props, '$.class') = 'hang', FALSE)
                THEN 1
                ELSE 0
              END AS BIGINT) AS crashes,
              CAST(CASE
                WHEN name = 'session_end'
                AND NOT COALESCE(GET_JSON_OBJECT(props, '$.reason') = 'background', FALSE)
                THEN 1
                ELSE 0
              END AS BIGINT) AS quits,
              CAST(CASE
                WHEN name = 'session_end'
                AND COALESCE(GET_JSON_OBJECT(props, '$.reason') = 'background', FALSE)
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
            AND started_at < CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
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
    started_at >= CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
    AND started_at < CAST('2026-03-03 00:00:00' AS TIMESTAMP_NTZ)
    AND (
      started_at < CAST('2026-03-02 00:00:00' AS TIMESTAMP_NTZ)
      OR started_at >= CAST('2026-03-02 00:00:00' AS TIMESTAMP_NTZ)
    )
    AND ARRAY_CONTAINS(CAST(ARRAY('windows') AS ARRAY<STRING>), platform)
)
SELECT
  split AS part,
  COUNT(*) AS sessions
FROM sessions
GROUP BY
  split
ORDER BY
  sessions DESC,
  part NULLS LAST
LIMIT 11;

WITH session_ids AS (
  SELECT
    owner,
    session_id,
    MIN_BY(player_id, CASE WHEN NOT player_id IS NULL THEN player_key END) AS player_id,
    MIN(started_at) AS started_at,
    MAX(ended_at) AS ended_at,
    MIN(since) AS since,
    MIN_BY(platform, CASE WHEN NOT platform IS NULL THEN order_key END) AS platform,
    MIN_BY(version, CASE WHEN NOT version IS NULL THEN order_key END) AS version,
    MIN_BY(country, CASE WHEN NOT country IS NULL THEN order_key END) AS country,
    MAX(mono_ms) AS mono_ms,
    CAST(SUM(played) AS BIGINT) AS played,
    CAST(SUM(crashes) AS BIGINT) AS crashes,
    CAST(SUM(quits) AS BIGINT) AS quits,
    CAST(SUM(backgrounds) AS BIGINT) AS backgrounds,
    MAX(since) > MIN(ended_at) + MAKE_DT_INTERVAL(0, 0, 0, CAST((
      1800000000
    ) / 1000000 AS DECIMAL(18, 6))) AS has_several
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
        ELSE time - MAKE_DT_INTERVAL(0, 0, 0, CAST((
          LEAST(mono_ms, 86400000)
        ) / 1000 AS DECIMAL(18, 6)))
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
        ELSE time - MAKE_DT_INTERVAL(0, 0, 0, CAST((
          LEAST(mono_ms, 86400000)
        ) / 1000 AS DECIMAL(18, 6)))
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
        WHEN name = 'crash'
        AND NOT COALESCE(GET_JSON_OBJECT(props, '$.class') = 'hang', FALSE)
        THEN 1
        ELSE 0
      END AS BIGINT) AS crashes,
      CAST(CASE
        WHEN name = 'session_end'
        AND NOT COALESCE(GET_JSON_OBJECT(props, '$.reason') = 'background', FALSE)
        THEN 1
        ELSE 0
      END AS BIGINT) AS quits,
      CAST(CASE
        WHEN name = 'session_end'
        AND COALESCE(GET_JSON_OBJECT(props, '$.reason') = 'background', FALSE)
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
    ended_at >= CAST('2026-02-28 23:30:00' AS TIMESTAMP_NTZ)
  GROUP BY
    owner,
    session_id
), sessions AS (
  SELECT
    CASE
      WHEN started_at < CAST('2026-03-02 00:00:00' AS TIMESTAMP_NTZ)
      THEN CAST(0 AS BIGINT)
      ELSE CAST(1 AS BIGINT)
    END AS bucket,
    CASE WHEN version <> 'unknown' THEN version ELSE '' END AS split,
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
        (
          UNIX_MICROS(CAST(began.ended_at AS TIMESTAMP)) - UNIX_MICROS(CAST(began.started_at AS TIMESTAMP))
        )
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
        MIN_BY(player_id, CASE WHEN NOT player_id IS NULL THEN player_key END) AS player_id,
        MIN(started_at) AS started_at,
        COALESCE(MAX(CASE WHEN played > 0 THEN ended_at END), MAX(ended_at)) AS ended_at,
        MIN(since) AS since,
        MIN_BY(platform, CASE WHEN NOT platform IS NULL THEN order_key END) AS platform,
        MIN_BY(version, CASE WHEN NOT version IS NULL THEN order_key END) AS version,
        MIN_BY(country, CASE WHEN NOT country IS NULL THEN order_key END) AS country,
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
            ORDER BY order_key NULLS LAST
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
            MIN_BY(player_id, CASE WHEN NOT player_id IS NULL THEN player_key END) AS player_id,
            MIN_BY(platform, CASE WHEN NOT platform IS NULL THEN order_key END) AS platform,
            MIN_BY(version, CASE WHEN NOT version IS NULL THEN order_key END) AS version,
            MIN_BY(country, CASE WHEN NOT country IS NULL THEN order_key END) AS country,
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
                  WHEN since <= silent_since + MAKE_DT_INTERVAL(0, 0, 0, CAST((
                    1800000000
                  ) / 1000000 AS DECIMAL(18, 6)))
                  THEN 0
                  ELSE 1
                END
              ) OVER (
                PARTITION BY owner, session_id
                ORDER BY since NULLS LAST, order_key NULLS LAST
                ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
              ) AS stretch
            FROM (
              SELECT
                *,
                MAX(ended_at) OVER (
                  PARTITION BY owner, session_id
                  ORDER BY since NULLS LAST, order_key NULLS LAST
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
                      ELSE time - MAKE_DT_INTERVAL(0, 0, 0, CAST((
                        LEAST(mono_ms, 86400000)
                      ) / 1000 AS DECIMAL(18, 6)))
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
                      ELSE time - MAKE_DT_INTERVAL(0, 0, 0, CAST((
                        LEAST(mono_ms, 86400000)
                      ) / 1000 AS DECIMAL(18, 6)))
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
                      WHEN name = 'crash'
                      AND NOT COALESCE(GET_JSON_OBJECT(props, '$.class') = 'hang', FALSE)
                      THEN 1
                      ELSE 0
                    END AS BIGINT) AS crashes,
                    CAST(CASE
                      WHEN name = 'session_end'
                      AND NOT COALESCE(GET_JSON_OBJECT(props, '$.reason') = 'background', FALSE)
                      THEN 1
                      ELSE 0
                    END AS BIGINT) AS quits,
                    CAST(CASE
                      WHEN name = 'session_end'
                      AND COALESCE(GET_JSON_OBJECT(props, '$.reason') = 'background', FALSE)
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
                  ended_at >= CAST('2026-02-28 23:30:00' AS TIMESTAMP_NTZ)
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
            ELSE time - MAKE_DT_INTERVAL(0, 0, 0, CAST((
              LEAST(mono_ms, 86400000)
            ) / 1000 AS DECIMAL(18, 6)))
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
            ELSE time - MAKE_DT_INTERVAL(0, 0, 0, CAST((
              LEAST(mono_ms, 86400000)
            ) / 1000 AS DECIMAL(18, 6)))
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
            WHEN name = 'crash'
            AND NOT COALESCE(GET_JSON_OBJECT(props, '$.class') = 'hang', FALSE)
            THEN 1
            ELSE 0
          END AS BIGINT) AS crashes,
          CAST(CASE
            WHEN name = 'session_end'
            AND NOT COALESCE(GET_JSON_OBJECT(props, '$.reason') = 'background', FALSE)
            THEN 1
            ELSE 0
          END AS BIGINT) AS quits,
          CAST(CASE
            WHEN name = 'session_end'
            AND COALESCE(GET_JSON_OBJECT(props, '$.reason') = 'background', FALSE)
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
        AND started_at < CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
        AND ended_at >= CAST('2026-02-27 23:30:00' AS TIMESTAMP_NTZ)
      GROUP BY
        owner,
        session_id
    ) AS earlier
      ON earlier.owner = began.owner
      AND earlier.session_id = CASE
        WHEN began.since < CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
        THEN began.session_id
      END
    WHERE
      began.started_at >= CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
      AND began.started_at < CAST('2026-03-03 00:00:00' AS TIMESTAMP_NTZ)
      AND (
        earlier.ended_at IS NULL
        OR earlier.ended_at + MAKE_DT_INTERVAL(0, 0, 0, CAST((
          1800000000
        ) / 1000000 AS DECIMAL(18, 6))) < began.since
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
                ELSE time - MAKE_DT_INTERVAL(0, 0, 0, CAST((
                  LEAST(mono_ms, 86400000)
                ) / 1000 AS DECIMAL(18, 6)))
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
                ELSE time - MAKE_DT_INTERVAL(0, 0, 0, CAST((
                  LEAST(mono_ms, 86400000)
                ) / 1000 AS DECIMAL(18, 6)))
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
                WHEN name = 'crash'
                AND NOT COALESCE(GET_JSON_OBJECT(props, '$.class') = 'hang', FALSE)
                THEN 1
                ELSE 0
              END AS BIGINT) AS crashes,
              CAST(CASE
                WHEN name = 'session_end'
                AND NOT COALESCE(GET_JSON_OBJECT(props, '$.reason') = 'background', FALSE)
                THEN 1
                ELSE 0
              END AS BIGINT) AS quits,
              CAST(CASE
                WHEN name = 'session_end'
                AND COALESCE(GET_JSON_OBJECT(props, '$.reason') = 'background', FALSE)
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
            AND started_at < CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
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
    started_at >= CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
    AND started_at < CAST('2026-03-03 00:00:00' AS TIMESTAMP_NTZ)
    AND (
      started_at < CAST('2026-03-02 00:00:00' AS TIMESTAMP_NTZ)
      OR started_at >= CAST('2026-03-02 00:00:00' AS TIMESTAMP_NTZ)
    )
    AND ARRAY_CONTAINS(CAST(ARRAY('windows') AS ARRAY<STRING>), platform)
), begun AS (
  SELECT
    bucket,
    player_id,
    length_us,
    crashes,
    CASE
      WHEN CAST(NULL AS ARRAY<STRING>) IS NULL
      OR ARRAY_CONTAINS(CAST(NULL AS ARRAY<STRING>), split)
      THEN split
      ELSE '(other)'
    END AS part
  FROM sessions
)
SELECT
  bucket,
  part,
  COUNT(*) AS sessions,
  COUNT(CASE WHEN crashes > 0 THEN 1 END) AS crashed_sessions,
  COUNT(DISTINCT player_id) AS players,
  COUNT(DISTINCT CASE WHEN crashes > 0 THEN player_id END) AS crashed_players,
  CAST(SUM(crashes) AS BIGINT) AS crash_reports,
  SUM(length_us) AS length_us
FROM begun
GROUP BY
  bucket,
  part
UNION ALL
SELECT
  CAST(-1 AS BIGINT) AS bucket,
  part,
  COUNT(*) AS sessions,
  COUNT(CASE WHEN crashes > 0 THEN 1 END) AS crashed_sessions,
  COUNT(DISTINCT player_id) AS players,
  COUNT(DISTINCT CASE WHEN crashes > 0 THEN player_id END) AS crashed_players,
  CAST(SUM(crashes) AS BIGINT) AS crash_reports,
  SUM(length_us) AS length_us
FROM begun
WHERE
  bucket < 2
GROUP BY
  part;
