WITH session_ids AS (
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
    ended_at >= CAST('2026-02-28 23:30:00' AS TIMESTAMP)
  GROUP BY
    owner,
    session_id
), sessions AS (
  SELECT
    CASE
      WHEN started_at < CAST('2026-03-02 00:00:00' AS TIMESTAMP)
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
                  ended_at >= CAST('2026-02-28 23:30:00' AS TIMESTAMP)
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
        AND started_at < CAST('2026-03-01 00:00:00' AS TIMESTAMP)
        AND ended_at >= CAST('2026-02-27 23:30:00' AS TIMESTAMP)
      GROUP BY
        owner,
        session_id
    ) AS earlier
      ON earlier.owner = began.owner
      AND earlier.session_id = CASE
        WHEN began.since < CAST('2026-03-01 00:00:00' AS TIMESTAMP)
        THEN began.session_id
      END
    WHERE
      began.started_at >= CAST('2026-03-01 00:00:00' AS TIMESTAMP)
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
            AND started_at < CAST('2026-03-01 00:00:00' AS TIMESTAMP)
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
    started_at >= CAST('2026-03-01 00:00:00' AS TIMESTAMP)
    AND started_at < CAST('2026-03-03 00:00:00' AS TIMESTAMP)
    AND (
      started_at < CAST('2026-03-02 00:00:00' AS TIMESTAMP)
      OR started_at >= CAST('2026-03-02 00:00:00' AS TIMESTAMP)
    )
    AND platform = ANY(CAST(ARRAY['windows'] AS TEXT[]))
)
SELECT
  split AS part,
  COUNT(*) AS sessions
FROM sessions
GROUP BY
  split
ORDER BY
  sessions DESC NULLS LAST,
  part
LIMIT 11;

WITH session_ids AS (
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
    ended_at >= CAST('2026-02-28 23:30:00' AS TIMESTAMP)
  GROUP BY
    owner,
    session_id
), sessions AS (
  SELECT
    CASE
      WHEN started_at < CAST('2026-03-02 00:00:00' AS TIMESTAMP)
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
                  ended_at >= CAST('2026-02-28 23:30:00' AS TIMESTAMP)
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
        AND started_at < CAST('2026-03-01 00:00:00' AS TIMESTAMP)
        AND ended_at >= CAST('2026-02-27 23:30:00' AS TIMESTAMP)
      GROUP BY
        owner,
        session_id
    ) AS earlier
      ON earlier.owner = began.owner
      AND earlier.session_id = CASE
        WHEN began.since < CAST('2026-03-01 00:00:00' AS TIMESTAMP)
        THEN began.session_id
      END
    WHERE
      began.started_at >= CAST('2026-03-01 00:00:00' AS TIMESTAMP)
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
            AND started_at < CAST('2026-03-01 00:00:00' AS TIMESTAMP)
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
    started_at >= CAST('2026-03-01 00:00:00' AS TIMESTAMP)
    AND started_at < CAST('2026-03-03 00:00:00' AS TIMESTAMP)
    AND (
      started_at < CAST('2026-03-02 00:00:00' AS TIMESTAMP)
      OR started_at >= CAST('2026-03-02 00:00:00' AS TIMESTAMP)
    )
    AND platform = ANY(CAST(ARRAY['windows'] AS TEXT[]))
), begun AS (
  SELECT
    bucket,
    player_id,
    length_us,
    crashes,
    CASE
      WHEN CAST(NULL AS TEXT[]) IS NULL OR split = ANY(CAST(NULL AS TEXT[]))
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
    ended_at >= CAST('2026-02-28 23:30:00' AS TIMESTAMP)
  GROUP BY
    owner,
    session_id
), sessions AS (
  SELECT
    CASE
      WHEN started_at < CAST('2026-03-02 00:00:00' AS TIMESTAMP)
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
                  ended_at >= CAST('2026-02-28 23:30:00' AS TIMESTAMP)
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
        AND started_at < CAST('2026-03-01 00:00:00' AS TIMESTAMP)
        AND ended_at >= CAST('2026-02-27 23:30:00' AS TIMESTAMP)
      GROUP BY
        owner,
        session_id
    ) AS earlier
      ON earlier.owner = began.owner
      AND earlier.session_id = CASE
        WHEN began.since < CAST('2026-03-01 00:00:00' AS TIMESTAMP)
        THEN began.session_id
      END
    WHERE
      began.started_at >= CAST('2026-03-01 00:00:00' AS TIMESTAMP)
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
            AND started_at < CAST('2026-03-01 00:00:00' AS TIMESTAMP)
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
    started_at >= CAST('2026-03-01 00:00:00' AS TIMESTAMP)
    AND started_at < CAST('2026-03-03 00:00:00' AS TIMESTAMP)
    AND (
      started_at < CAST('2026-03-02 00:00:00' AS TIMESTAMP)
      OR started_at >= CAST('2026-03-02 00:00:00' AS TIMESTAMP)
    )
    AND platform = ANY(CAST(ARRAY['windows'] AS TEXT[]))
)
SELECT
  split AS part,
  COUNT(*) AS sessions
FROM sessions
GROUP BY
  split
ORDER BY
  sessions DESC NULLS LAST,
  part
LIMIT 11;

WITH session_ids AS (
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
    ended_at >= CAST('2026-02-28 23:30:00' AS TIMESTAMP)
  GROUP BY
    owner,
    session_id
), sessions AS (
  SELECT
    CASE
      WHEN started_at < CAST('2026-03-02 00:00:00' AS TIMESTAMP)
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
                  ended_at >= CAST('2026-02-28 23:30:00' AS TIMESTAMP)
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
        AND started_at < CAST('2026-03-01 00:00:00' AS TIMESTAMP)
        AND ended_at >= CAST('2026-02-27 23:30:00' AS TIMESTAMP)
      GROUP BY
        owner,
        session_id
    ) AS earlier
      ON earlier.owner = began.owner
      AND earlier.session_id = CASE
        WHEN began.since < CAST('2026-03-01 00:00:00' AS TIMESTAMP)
        THEN began.session_id
      END
    WHERE
      began.started_at >= CAST('2026-03-01 00:00:00' AS TIMESTAMP)
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
            AND started_at < CAST('2026-03-01 00:00:00' AS TIMESTAMP)
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
    started_at >= CAST('2026-03-01 00:00:00' AS TIMESTAMP)
    AND started_at < CAST('2026-03-03 00:00:00' AS TIMESTAMP)
    AND (
      started_at < CAST('2026-03-02 00:00:00' AS TIMESTAMP)
      OR started_at >= CAST('2026-03-02 00:00:00' AS TIMESTAMP)
    )
    AND platform = ANY(CAST(ARRAY['windows'] AS TEXT[]))
), begun AS (
  SELECT
    bucket,
    player_id,
    length_us,
    crashes,
    CASE
      WHEN CAST(NULL AS TEXT[]) IS NULL OR split = ANY(CAST(NULL AS TEXT[]))
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
