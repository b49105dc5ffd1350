WITH all_performance_samples AS (
  SELECT
    CAST(time AS Date32) AS day,
    toInt64(COUNT(*)) AS samples
  FROM (
    SELECT
      game_id,
      env,
      time,
      player_id,
      owner,
      session_id,
      platform,
      version,
      country,
      scene,
      device,
      is_excluded,
      frames_micros,
      frames_us,
      frame_times,
      hitches,
      memory_mb,
      load_ms,
      is_cold
    FROM playtrace.performance_samples
    WHERE
      game_id = 'arena' AND env = 'prod'
  ) AS sample
  WHERE
    time >= CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC'))
    AND time < CAST('2026-03-03 00:00:00' AS DateTime64(6, 'UTC'))
  GROUP BY
    CAST(time AS Date32)
), made AS (
  SELECT
    day,
    CAST(SUM(samples) AS Nullable(Int64)) AS samples
  FROM playtrace.performance_days
  WHERE
    game_id = 'arena'
    AND env = 'prod'
    AND figure = 'sums'
    AND day >= CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC'))
    AND day < CAST('2026-03-03 00:00:00' AS DateTime64(6, 'UTC'))
  GROUP BY
    day
)
SELECT
  made.day AS day
FROM made
JOIN all_performance_samples
  ON made.day = all_performance_samples.day
WHERE
  made.samples = all_performance_samples.samples
ORDER BY
  made.day;

WITH frame_units AS (
  SELECT
    bucket,
    day,
    owner,
    session_id,
    platform,
    version,
    country,
    scene,
    device,
    frame_times,
    unit,
    MIN(unit) OVER (PARTITION BY bucket, day, owner, session_id, platform, version, country, device) AS session_unit
  FROM (
    SELECT
      bucket,
      day,
      owner,
      session_id,
      platform,
      version,
      country,
      scene,
      device,
      frame_times,
      toInt64(
        ROW_NUMBER() OVER (
          ORDER BY bucket, day, owner, session_id, platform, version, country, scene, device
        )
      ) AS unit
    FROM (
      SELECT
        bucket,
        CAST(time AS Date32) AS day,
        owner,
        session_id,
        platform,
        version,
        country,
        scene,
        device,
        groupConcat(' ')(frame_times) AS frame_times
      FROM (
        SELECT
          CAST(0 AS Nullable(Int64)) AS bucket,
          time,
          owner,
          session_id,
          platform,
          version,
          country,
          scene,
          device,
          is_excluded,
          frames_micros,
          frames_us,
          frame_times,
          hitches,
          memory_mb,
          load_ms,
          is_cold
        FROM (
          SELECT
            game_id,
            env,
            time,
            player_id,
            owner,
            session_id,
            platform,
            version,
            country,
            scene,
            device,
            is_excluded,
            frames_micros,
            frames_us,
            frame_times,
            hitches,
            memory_mb,
            load_ms,
            is_cold
          FROM playtrace.performance_samples
          WHERE
            game_id = 'arena' AND env = 'prod'
        ) AS sample
        WHERE
          time >= CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC'))
          AND time < CAST('2026-03-03 00:00:00' AS DateTime64(6, 'UTC'))
          AND (
            time < CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC'))
            OR time >= CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC'))
          )
          AND has(CAST(['windows'] AS Array(Nullable(String))), platform)
      ) AS samples
      WHERE
        frame_times <> '' AND NOT is_excluded
      GROUP BY
        bucket,
        CAST(time AS Date32),
        owner,
        session_id,
        platform,
        version,
        country,
        scene,
        device
    ) AS gathered
  ) AS numbered
), frame_bins AS (
  SELECT
    unit,
    bin,
    CAST(SUM(frames) AS Nullable(Int64)) AS frames
  FROM (
    SELECT
      unit,
      accurateCastOrNull(SUBSTRING(piece, 1, POSITION(piece, ':') - 1), 'Nullable(Int16)') AS bin,
      accurateCastOrNull(SUBSTRING(piece, POSITION(piece, ':') + 1), 'Nullable(Int64)') AS frames
    FROM (
      SELECT
        unit,
        arrayJoin(splitByString(' ', frame_times)) AS piece
      FROM frame_units
    ) AS pieces
  ) AS counted
  WHERE
    bin >= 0 AND bin <= 600 AND frames > 0 AND frames <= 1000000000
  GROUP BY
    unit,
    bin
), performance AS (
  SELECT
    bucket,
    platform,
    version,
    country,
    scene,
    device,
    'frames' AS figure,
    bin,
    frames AS amount,
    CAST(0 AS Nullable(Int64)) AS samples,
    CAST(0 AS Nullable(Int64)) AS frames_micros,
    CAST(0 AS Nullable(Int64)) AS frames_us,
    CAST(0 AS Nullable(Int64)) AS excluded_us,
    CAST(0 AS Nullable(Int64)) AS hitches,
    CAST(0 AS Nullable(Int64)) AS hitches_us
  FROM frame_bins
  JOIN frame_units
    ON frame_units.unit = frame_bins.unit
  UNION ALL
  SELECT
    bucket,
    platform,
    version,
    country,
    '' AS scene,
    device,
    'session' AS figure,
    p99.bin AS bin,
    CAST(1 AS Nullable(Int64)) AS amount,
    CAST(0 AS Nullable(Int64)) AS samples,
    CAST(0 AS Nullable(Int64)) AS frames_micros,
    CAST(0 AS Nullable(Int64)) AS frames_us,
    CAST(0 AS Nullable(Int64)) AS excluded_us,
    CAST(0 AS Nullable(Int64)) AS hitches,
    CAST(0 AS Nullable(Int64)) AS hitches_us
  FROM (
    SELECT
      session_unit,
      MIN(bin) AS bin
    FROM (
      SELECT
        session_unit,
        bin,
        SUM(frames) OVER (
          PARTITION BY session_unit
          ORDER BY bin
          ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS frames_so_far,
        SUM(frames) OVER (PARTITION BY session_unit) AS frames_all
      FROM (
        SELECT
          frame_units.session_unit AS session_unit,
          bin,
          SUM(frames) AS frames
        FROM frame_bins
        JOIN frame_units
          ON frame_units.unit = frame_bins.unit
        WHERE
          session_id <> ''
        GROUP BY
          frame_units.session_unit,
          bin
      ) AS of_session
    ) AS added_up
    WHERE
      frames_so_far * 100 >= frames_all * 99
    GROUP BY
      session_unit
  ) AS p99
  JOIN frame_units
    ON frame_units.unit = p99.session_unit
  UNION ALL
  SELECT
    bucket,
    platform,
    version,
    country,
    scene AS scene,
    device,
    'scene_session' AS figure,
    p99.bin AS bin,
    CAST(1 AS Nullable(Int64)) AS amount,
    CAST(0 AS Nullable(Int64)) AS samples,
    CAST(0 AS Nullable(Int64)) AS frames_micros,
    CAST(0 AS Nullable(Int64)) AS frames_us,
    CAST(0 AS Nullable(Int64)) AS excluded_us,
    CAST(0 AS Nullable(Int64)) AS hitches,
    CAST(0 AS Nullable(Int64)) AS hitches_us
  FROM (
    SELECT
      unit,
      MIN(bin) AS bin
    FROM (
      SELECT
        unit,
        bin,
        SUM(frames) OVER (PARTITION BY unit ORDER BY bin ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS frames_so_far,
        SUM(frames) OVER (PARTITION BY unit) AS frames_all
      FROM (
        SELECT
          frame_units.unit AS unit,
          bin,
          SUM(frames) AS frames
        FROM frame_bins
        JOIN frame_units
          ON frame_units.unit = frame_bins.unit
        WHERE
          session_id <> ''
        GROUP BY
          frame_units.unit,
          bin
      ) AS of_session
    ) AS added_up
    WHERE
      frames_so_far * 100 >= frames_all * 99
    GROUP BY
      unit
  ) AS p99
  JOIN frame_units
    ON frame_units.unit = p99.unit
  UNION ALL
  SELECT
    bucket,
    platform,
    version,
    country,
    '' AS scene,
    device,
    'memory' AS figure,
    CAST(LEAST(
      toInt32(600),
      GREATEST(toInt32(0), FLOOR(51.046 * LN(GREATEST(MAX(memory_mb), toInt32(1)))))
    ) AS Nullable(Int16)) AS bin,
    CAST(1 AS Nullable(Int64)) AS amount,
    CAST(0 AS Nullable(Int64)) AS samples,
    CAST(0 AS Nullable(Int64)) AS frames_micros,
    CAST(0 AS Nullable(Int64)) AS frames_us,
    CAST(0 AS Nullable(Int64)) AS excluded_us,
    CAST(0 AS Nullable(Int64)) AS hitches,
    CAST(0 AS Nullable(Int64)) AS hitches_us
  FROM (
    SELECT
      CAST(0 AS Nullable(Int64)) AS bucket,
      time,
      owner,
      session_id,
      platform,
      version,
      country,
      scene,
      device,
      is_excluded,
      frames_micros,
      frames_us,
      frame_times,
      hitches,
      memory_mb,
      load_ms,
      is_cold
    FROM (
      SELECT
        game_id,
        env,
        time,
        player_id,
        owner,
        session_id,
        platform,
        version,
        country,
        scene,
        device,
        is_excluded,
        frames_micros,
        frames_us,
        frame_times,
        hitches,
        memory_mb,
        load_ms,
        is_cold
      FROM playtrace.performance_samples
      WHERE
        game_id = 'arena' AND env = 'prod'
    ) AS sample
    WHERE
      time >= CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC'))
      AND time < CAST('2026-03-03 00:00:00' AS DateTime64(6, 'UTC'))
      AND (
        time < CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC'))
        OR time >= CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC'))
      )
      AND has(CAST(['windows'] AS Array(Nullable(String))), platform)
  ) AS samples
  WHERE
    NOT (
      memory_mb IS NULL
    ) AND session_id <> '' AND NOT is_excluded
  GROUP BY
    bucket,
    CAST(time AS Date32),
    owner,
    session_id,
    platform,
    version,
    country,
    device
  UNION ALL
  SELECT
    bucket,
    platform,
    version,
    country,
    scene AS scene,
    device,
    'scene_memory' AS figure,
    CAST(LEAST(
      toInt32(600),
      GREATEST(toInt32(0), FLOOR(51.046 * LN(GREATEST(MAX(memory_mb), toInt32(1)))))
    ) AS Nullable(Int16)) AS bin,
    CAST(1 AS Nullable(Int64)) AS amount,
    CAST(0 AS Nullable(Int64)) AS samples,
    CAST(0 AS Nullable(Int64)) AS frames_micros,
    CAST(0 AS Nullable(Int64)) AS frames_us,
    CAST(0 AS Nullable(Int64)) AS excluded_us,
    CAST(0 AS Nullable(Int64)) AS hitches,
    CAST(0 AS Nullable(Int64)) AS hitches_us
  FROM (
    SELECT
      CAST(0 AS Nullable(Int64)) AS bucket,
      time,
      owner,
      session_id,
      platform,
      version,
      country,
      scene,
      device,
      is_excluded,
      frames_micros,
      frames_us,
      frame_times,
      hitches,
      memory_mb,
      load_ms,
      is_cold
    FROM (
      SELECT
        game_id,
        env,
        time,
        player_id,
        owner,
        session_id,
        platform,
        version,
        country,
        scene,
        device,
        is_excluded,
        frames_micros,
        frames_us,
        frame_times,
        hitches,
        memory_mb,
        load_ms,
        is_cold
      FROM playtrace.performance_samples
      WHERE
        game_id = 'arena' AND env = 'prod'
    ) AS sample
    WHERE
      time >= CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC'))
      AND time < CAST('2026-03-03 00:00:00' AS DateTime64(6, 'UTC'))
      AND (
        time < CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC'))
        OR time >= CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC'))
      )
      AND has(CAST(['windows'] AS Array(Nullable(String))), platform)
  ) AS samples
  WHERE
    NOT (
      memory_mb IS NULL
    ) AND session_id <> '' AND NOT is_excluded
  GROUP BY
    bucket,
    CAST(time AS Date32),
    owner,
    session_id,
    platform,
    version,
    country,
    scene,
    device
  UNION ALL
  SELECT
    bucket,
    platform,
    version,
    country,
    scene,
    device,
    CASE WHEN is_cold THEN 'load_cold' ELSE 'load_warm' END AS figure,
    CAST(LEAST(
      toInt32(600),
      GREATEST(toInt32(0), FLOOR(51.046 * LN(GREATEST(load_ms, toInt32(1)))))
    ) AS Nullable(Int16)) AS bin,
    CAST(1 AS Nullable(Int64)) AS amount,
    CAST(0 AS Nullable(Int64)) AS samples,
    CAST(0 AS Nullable(Int64)) AS frames_micros,
    CAST(0 AS Nullable(Int64)) AS frames_us,
    CAST(0 AS Nullable(Int64)) AS excluded_us,
    CAST(0 AS Nullable(Int64)) AS hitches,
    CAST(0 AS Nullable(Int64)) AS hitches_us
  FROM (
    SELECT
      CAST(0 AS Nullable(Int64)) AS bucket,
      time,
      owner,
      session_id,
      platform,
      version,
      country,
      scene,
      device,
      is_excluded,
      frames_micros,
      frames_us,
      frame_times,
      hitches,
      memory_mb,
      load_ms,
      is_cold
    FROM (
      SELECT
        game_id,
        env,
        time,
        player_id,
        owner,
        session_id,
        platform,
        version,
        country,
        scene,
        device,
        is_excluded,
        frames_micros,
        frames_us,
        frame_times,
        hitches,
        memory_mb,
        load_ms,
        is_cold
      FROM playtrace.performance_samples
      WHERE
        game_id = 'arena' AND env = 'prod'
    ) AS sample
    WHERE
      time >= CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC'))
      AND time < CAST('2026-03-03 00:00:00' AS DateTime64(6, 'UTC'))
      AND (
        time < CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC'))
        OR time >= CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC'))
      )
      AND has(CAST(['windows'] AS Array(Nullable(String))), platform)
  ) AS samples
  WHERE
    NOT (
      load_ms IS NULL
    )
  UNION ALL
  SELECT
    bucket,
    platform,
    version,
    country,
    scene,
    device,
    'sums' AS figure,
    CAST(0 AS Nullable(Int16)) AS bin,
    CAST(0 AS Nullable(Int64)) AS amount,
    toInt64(COUNT(*)) AS samples,
    CAST(SUM(
      CASE WHEN is_excluded THEN toInt32(0) ELSE COALESCE(frames_micros, toInt32(0)) END
    ) AS Nullable(Int64)) AS frames_micros,
    CAST(SUM(CASE WHEN is_excluded THEN toInt32(0) ELSE COALESCE(frames_us, toInt32(0)) END) AS Nullable(Int64)) AS frames_us,
    CAST(SUM(CASE WHEN is_excluded THEN COALESCE(frames_us, toInt32(0)) ELSE toInt32(0) END) AS Nullable(Int64)) AS excluded_us,
    CAST(SUM(
      CASE
        WHEN is_excluded OR frame_times <> '' OR frames_us IS NULL
        THEN toInt32(0)
        ELSE COALESCE(hitches, toInt32(0))
      END
    ) AS Nullable(Int64)) AS hitches,
    CAST(SUM(
      CASE
        WHEN is_excluded OR frame_times <> '' OR hitches IS NULL
        THEN toInt32(0)
        ELSE COALESCE(frames_us, toInt32(0))
      END
    ) AS Nullable(Int64)) AS hitches_us
  FROM (
    SELECT
      CAST(0 AS Nullable(Int64)) AS bucket,
      time,
      owner,
      session_id,
      platform,
      version,
      country,
      scene,
      device,
      is_excluded,
      frames_micros,
      frames_us,
      frame_times,
      hitches,
      memory_mb,
      load_ms,
      is_cold
    FROM (
      SELECT
        game_id,
        env,
        time,
        player_id,
        owner,
        session_id,
        platform,
        version,
        country,
        scene,
        device,
        is_excluded,
        frames_micros,
        frames_us,
        frame_times,
        hitches,
        memory_mb,
        load_ms,
        is_cold
      FROM playtrace.performance_samples
      WHERE
        game_id = 'arena' AND env = 'prod'
    ) AS sample
    WHERE
      time >= CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC'))
      AND time < CAST('2026-03-03 00:00:00' AS DateTime64(6, 'UTC'))
      AND (
        time < CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC'))
        OR time >= CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC'))
      )
      AND has(CAST(['windows'] AS Array(Nullable(String))), platform)
  ) AS samples
  GROUP BY
    bucket,
    platform,
    version,
    country,
    scene,
    device
  UNION ALL
  SELECT
    CAST(0 AS Nullable(Int64)) AS bucket,
    platform,
    version,
    country,
    scene,
    device,
    figure,
    bin,
    amount,
    samples,
    frames_micros,
    frames_us,
    excluded_us,
    hitches,
    hitches_us
  FROM (
    SELECT
      *,
      CAST(day AS DateTime64(6, 'UTC')) + INTERVAL '12' HOUR AS time
    FROM playtrace.performance_days
  ) AS made
  WHERE
    game_id = 'arena'
    AND env = 'prod'
    AND day >= CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC'))
    AND day < CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC'))
    AND has(CAST(['windows'] AS Array(Nullable(String))), platform)
)
SELECT
  part,
  loaded,
  figure,
  bin,
  CAST(SUM(amount) AS Nullable(Int64)) AS amount
FROM (
  SELECT
    figure,
    bin,
    amount,
    CASE
      WHEN 'device' = 'platform'
      THEN CASE WHEN platform <> 'unknown' THEN platform ELSE '' END
      WHEN 'device' = 'version'
      THEN CASE WHEN version <> 'unknown' THEN version ELSE '' END
      WHEN 'device' = 'country'
      THEN CASE WHEN country <> 'unknown' THEN country ELSE '' END
      WHEN 'device' = 'device'
      THEN device
      WHEN 'device' = 'map'
      THEN scene
      ELSE ''
    END AS part,
    CASE WHEN figure IN ('load_cold', 'load_warm') THEN scene ELSE '' END AS loaded
  FROM performance
  WHERE
    NOT (
      figure IN ('sums', 'scene_session', 'scene_memory')
    )
    AND (
      NULL IS NULL OR CAST(NULL AS Nullable(Bool))
    )
    AND (
      NULL IS NULL OR CAST(NULL AS Nullable(Bool))
    )
) AS parts
GROUP BY
  part,
  loaded,
  figure,
  bin;

WITH frame_units AS (
  SELECT
    bucket,
    day,
    owner,
    session_id,
    platform,
    version,
    country,
    scene,
    device,
    frame_times,
    unit,
    MIN(unit) OVER (PARTITION BY bucket, day, owner, session_id, platform, version, country, device) AS session_unit
  FROM (
    SELECT
      bucket,
      day,
      owner,
      session_id,
      platform,
      version,
      country,
      scene,
      device,
      frame_times,
      toInt64(
        ROW_NUMBER() OVER (
          ORDER BY bucket, day, owner, session_id, platform, version, country, scene, device
        )
      ) AS unit
    FROM (
      SELECT
        bucket,
        CAST(time AS Date32) AS day,
        owner,
        session_id,
        platform,
        version,
        country,
        scene,
        device,
        groupConcat(' ')(frame_times) AS frame_times
      FROM (
        SELECT
          CAST(0 AS Nullable(Int64)) AS bucket,
          time,
          owner,
          session_id,
          platform,
          version,
          country,
          scene,
          device,
          is_excluded,
          frames_micros,
          frames_us,
          frame_times,
          hitches,
          memory_mb,
          load_ms,
          is_cold
        FROM (
          SELECT
            game_id,
            env,
            time,
            player_id,
            owner,
            session_id,
            platform,
            version,
            country,
            scene,
            device,
            is_excluded,
            frames_micros,
            frames_us,
            frame_times,
            hitches,
            memory_mb,
            load_ms,
            is_cold
          FROM playtrace.performance_samples
          WHERE
            game_id = 'arena' AND env = 'prod'
        ) AS sample
        WHERE
          time >= CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC'))
          AND time < CAST('2026-03-03 00:00:00' AS DateTime64(6, 'UTC'))
          AND (
            time < CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC'))
            OR time >= CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC'))
          )
          AND has(CAST(['windows'] AS Array(Nullable(String))), platform)
      ) AS samples
      WHERE
        frame_times <> '' AND NOT is_excluded
      GROUP BY
        bucket,
        CAST(time AS Date32),
        owner,
        session_id,
        platform,
        version,
        country,
        scene,
        device
    ) AS gathered
  ) AS numbered
), frame_bins AS (
  SELECT
    unit,
    bin,
    CAST(SUM(frames) AS Nullable(Int64)) AS frames
  FROM (
    SELECT
      unit,
      accurateCastOrNull(SUBSTRING(piece, 1, POSITION(piece, ':') - 1), 'Nullable(Int16)') AS bin,
      accurateCastOrNull(SUBSTRING(piece, POSITION(piece, ':') + 1), 'Nullable(Int64)') AS frames
    FROM (
      SELECT
        unit,
        arrayJoin(splitByString(' ', frame_times)) AS piece
      FROM frame_units
    ) AS pieces
  ) AS counted
  WHERE
    bin >= 0 AND bin <= 600 AND frames > 0 AND frames <= 1000000000
  GROUP BY
    unit,
    bin
), performance AS (
  SELECT
    bucket,
    platform,
    version,
    country,
    scene,
    device,
    'frames' AS figure,
    bin,
    frames AS amount,
    CAST(0 AS Nullable(Int64)) AS samples,
    CAST(0 AS Nullable(Int64)) AS frames_micros,
    CAST(0 AS Nullable(Int64)) AS frames_us,
    CAST(0 AS Nullable(Int64)) AS excluded_us,
    CAST(0 AS Nullable(Int64)) AS hitches,
    CAST(0 AS Nullable(Int64)) AS hitches_us
  FROM frame_bins
  JOIN frame_units
    ON frame_units.unit = frame_bins.unit
  UNION ALL
  SELECT
    bucket,
    platform,
    version,
    country,
    '' AS scene,
    device,
    'session' AS figure,
    p99.bin AS bin,
    CAST(1 AS Nullable(Int64)) AS amount,
    CAST(0 AS Nullable(Int64)) AS samples,
    CAST(0 AS Nullable(Int64)) AS frames_micros,
    CAST(0 AS Nullable(Int64)) AS frames_us,
    CAST(0 AS Nullable(Int64)) AS excluded_us,
    CAST(0 AS Nullable(Int64)) AS hitches,
    CAST(0 AS Nullable(Int64)) AS hitches_us
  FROM (
    SELECT
      session_unit,
      MIN(bin) AS bin
    FROM (
      SELECT
        session_unit,
        bin,
        SUM(frames) OVER (
          PARTITION BY session_unit
          ORDER BY bin
          ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS frames_so_far,
        SUM(frames) OVER (PARTITION BY session_unit) AS frames_all
      FROM (
        SELECT
          frame_units.session_unit AS session_unit,
          bin,
          SUM(frames) AS frames
        FROM frame_bins
        JOIN frame_units
          ON frame_units.unit = frame_bins.unit
        WHERE
          session_id <> ''
        GROUP BY
          frame_units.session_unit,
          bin
      ) AS of_session
    ) AS added_up
    WHERE
      frames_so_far * 100 >= frames_all * 99
    GROUP BY
      session_unit
  ) AS p99
  JOIN frame_units
    ON frame_units.unit = p99.session_unit
  UNION ALL
  SELECT
    bucket,
    platform,
    version,
    country,
    scene AS scene,
    device,
    'scene_session' AS figure,
    p99.bin AS bin,
    CAST(1 AS Nullable(Int64)) AS amount,
    CAST(0 AS Nullable(Int64)) AS samples,
    CAST(0 AS Nullable(Int64)) AS frames_micros,
    CAST(0 AS Nullable(Int64)) AS frames_us,
    CAST(0 AS Nullable(Int64)) AS excluded_us,
    CAST(0 AS Nullable(Int64)) AS hitches,
    CAST(0 AS Nullable(Int64)) AS hitches_us
  FROM (
    SELECT
      unit,
      MIN(bin) AS bin
    FROM (
      SELECT
        unit,
        bin,
        SUM(frames) OVER (PARTITION BY unit ORDER BY bin ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS frames_so_far,
        SUM(frames) OVER (PARTITION BY unit) AS frames_all
      FROM (
        SELECT
          frame_units.unit AS unit,
          bin,
          SUM(frames) AS frames
        FROM frame_bins
        JOIN frame_units
          ON frame_units.unit = frame_bins.unit
        WHERE
          session_id <> ''
        GROUP BY
          frame_units.unit,
          bin
      ) AS of_session
    ) AS added_up
    WHERE
      frames_so_far * 100 >= frames_all * 99
    GROUP BY
      unit
  ) AS p99
  JOIN frame_units
    ON frame_units.unit = p99.unit
  UNION ALL
  SELECT
    bucket,
    platform,
    version,
    country,
    '' AS scene,
    device,
    'memory' AS figure,
    CAST(LEAST(
      toInt32(600),
      GREATEST(toInt32(0), FLOOR(51.046 * LN(GREATEST(MAX(memory_mb), toInt32(1)))))
    ) AS Nullable(Int16)) AS bin,
    CAST(1 AS Nullable(Int64)) AS amount,
    CAST(0 AS Nullable(Int64)) AS samples,
    CAST(0 AS Nullable(Int64)) AS frames_micros,
    CAST(0 AS Nullable(Int64)) AS frames_us,
    CAST(0 AS Nullable(Int64)) AS excluded_us,
    CAST(0 AS Nullable(Int64)) AS hitches,
    CAST(0 AS Nullable(Int64)) AS hitches_us
  FROM (
    SELECT
      CAST(0 AS Nullable(Int64)) AS bucket,
      time,
      owner,
      session_id,
      platform,
      version,
      country,
      scene,
      device,
      is_excluded,
      frames_micros,
      frames_us,
      frame_times,
      hitches,
      memory_mb,
      load_ms,
      is_cold
    FROM (
      SELECT
        game_id,
        env,
        time,
        player_id,
        owner,
        session_id,
        platform,
        version,
        country,
        scene,
        device,
        is_excluded,
        frames_micros,
        frames_us,
        frame_times,
        hitches,
        memory_mb,
        load_ms,
        is_cold
      FROM playtrace.performance_samples
      WHERE
        game_id = 'arena' AND env = 'prod'
    ) AS sample
    WHERE
      time >= CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC'))
      AND time < CAST('2026-03-03 00:00:00' AS DateTime64(6, 'UTC'))
      AND (
        time < CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC'))
        OR time >= CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC'))
      )
      AND has(CAST(['windows'] AS Array(Nullable(String))), platform)
  ) AS samples
  WHERE
    NOT (
      memory_mb IS NULL
    ) AND session_id <> '' AND NOT is_excluded
  GROUP BY
    bucket,
    CAST(time AS Date32),
    owner,
    session_id,
    platform,
    version,
    country,
    device
  UNION ALL
  SELECT
    bucket,
    platform,
    version,
    country,
    scene AS scene,
    device,
    'scene_memory' AS figure,
    CAST(LEAST(
      toInt32(600),
      GREATEST(toInt32(0), FLOOR(51.046 * LN(GREATEST(MAX(memory_mb), toInt32(1)))))
    ) AS Nullable(Int16)) AS bin,
    CAST(1 AS Nullable(Int64)) AS amount,
    CAST(0 AS Nullable(Int64)) AS samples,
    CAST(0 AS Nullable(Int64)) AS frames_micros,
    CAST(0 AS Nullable(Int64)) AS frames_us,
    CAST(0 AS Nullable(Int64)) AS excluded_us,
    CAST(0 AS Nullable(Int64)) AS hitches,
    CAST(0 AS Nullable(Int64)) AS hitches_us
  FROM (
    SELECT
      CAST(0 AS Nullable(Int64)) AS bucket,
      time,
      owner,
      session_id,
      platform,
      version,
      country,
      scene,
      device,
      is_excluded,
      frames_micros,
      frames_us,
      frame_times,
      hitches,
      memory_mb,
      load_ms,
      is_cold
    FROM (
      SELECT
        game_id,
        env,
        time,
        player_id,
        owner,
        session_id,
        platform,
        version,
        country,
        scene,
        device,
        is_excluded,
        frames_micros,
        frames_us,
        frame_times,
        hitches,
        memory_mb,
        load_ms,
        is_cold
      FROM playtrace.performance_samples
      WHERE
        game_id = 'arena' AND env = 'prod'
    ) AS sample
    WHERE
      time >= CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC'))
      AND time < CAST('2026-03-03 00:00:00' AS DateTime64(6, 'UTC'))
      AND (
        time < CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC'))
        OR time >= CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC'))
      )
      AND has(CAST(['windows'] AS Array(Nullable(String))), platform)
  ) AS samples
  WHERE
    NOT (
      memory_mb IS NULL
    ) AND session_id <> '' AND NOT is_excluded
  GROUP BY
    bucket,
    CAST(time AS Date32),
    owner,
    session_id,
    platform,
    version,
    country,
    scene,
    device
  UNION ALL
  SELECT
    bucket,
    platform,
    version,
    country,
    scene,
    device,
    CASE WHEN is_cold THEN 'load_cold' ELSE 'load_warm' END AS figure,
    CAST(LEAST(
      toInt32(600),
      GREATEST(toInt32(0), FLOOR(51.046 * LN(GREATEST(load_ms, toInt32(1)))))
    ) AS Nullable(Int16)) AS bin,
    CAST(1 AS Nullable(Int64)) AS amount,
    CAST(0 AS Nullable(Int64)) AS samples,
    CAST(0 AS Nullable(Int64)) AS frames_micros,
    CAST(0 AS Nullable(Int64)) AS frames_us,
    CAST(0 AS Nullable(Int64)) AS excluded_us,
    CAST(0 AS Nullable(Int64)) AS hitches,
    CAST(0 AS Nullable(Int64)) AS hitches_us
  FROM (
    SELECT
      CAST(0 AS Nullable(Int64)) AS bucket,
      time,
      owner,
      session_id,
      platform,
      version,
      country,
      scene,
      device,
      is_excluded,
      frames_micros,
      frames_us,
      frame_times,
      hitches,
      memory_mb,
      load_ms,
      is_cold
    FROM (
      SELECT
        game_id,
        env,
        time,
        player_id,
        owner,
        session_id,
        platform,
        version,
        country,
        scene,
        device,
        is_excluded,
        frames_micros,
        frames_us,
        frame_times,
        hitches,
        memory_mb,
        load_ms,
        is_cold
      FROM playtrace.performance_samples
      WHERE
        game_id = 'arena' AND env = 'prod'
    ) AS sample
    WHERE
      time >= CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC'))
      AND time < CAST('2026-03-03 00:00:00' AS DateTime64(6, 'UTC'))
      AND (
        time < CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC'))
        OR time >= CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC'))
      )
      AND has(CAST(['windows'] AS Array(Nullable(String))), platform)
  ) AS samples
  WHERE
    NOT (
      load_ms IS NULL
    )
  UNION ALL
  SELECT
    bucket,
    platform,
    version,
    country,
    scene,
    device,
    'sums' AS figure,
    CAST(0 AS Nullable(Int16)) AS bin,
    CAST(0 AS Nullable(Int64)) AS amount,
    toInt64(COUNT(*)) AS samples,
    CAST(SUM(
      CASE WHEN is_excluded THEN toInt32(0) ELSE COALESCE(frames_micros, toInt32(0)) END
    ) AS Nullable(Int64)) AS frames_micros,
    CAST(SUM(CASE WHEN is_excluded THEN toInt32(0) ELSE COALESCE(frames_us, toInt32(0)) END) AS Nullable(Int64)) AS frames_us,
    CAST(SUM(CASE WHEN is_excluded THEN COALESCE(frames_us, toInt32(0)) ELSE toInt32(0) END) AS Nullable(Int64)) AS excluded_us,
    CAST(SUM(
      CASE
        WHEN is_excluded OR frame_times <> '' OR frames_us IS NULL
        THEN toInt32(0)
        ELSE COALESCE(hitches, toInt32(0))
      END
    ) AS Nullable(Int64)) AS hitches,
    CAST(SUM(
      CASE
        WHEN is_excluded OR frame_times <> '' OR hitches IS NULL
        THEN toInt32(0)
        ELSE COALESCE(frames_us, toInt32(0))
      END
    ) AS Nullable(Int64)) AS hitches_us
  FROM (
    SELECT
      CAST(0 AS Nullable(Int64)) AS bucket,
      time,
      owner,
      session_id,
      platform,
      version,
      country,
      scene,
      device,
      is_excluded,
      frames_micros,
      frames_us,
      frame_times,
      hitches,
      memory_mb,
      load_ms,
      is_cold
    FROM (
      SELECT
        game_id,
        env,
        time,
        player_id,
        owner,
        session_id,
        platform,
        version,
        country,
        scene,
        device,
        is_excluded,
        frames_micros,
        frames_us,
        frame_times,
        hitches,
        memory_mb,
        load_ms,
        is_cold
      FROM playtrace.performance_samples
      WHERE
        game_id = 'arena' AND env = 'prod'
    ) AS sample
    WHERE
      time >= CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC'))
      AND time < CAST('2026-03-03 00:00:00' AS DateTime64(6, 'UTC'))
      AND (
        time < CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC'))
        OR time >= CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC'))
      )
      AND has(CAST(['windows'] AS Array(Nullable(String))), platform)
  ) AS samples
  GROUP BY
    bucket,
    platform,
    version,
    country,
    scene,
    device
  UNION ALL
  SELECT
    CAST(0 AS Nullable(Int64)) AS bucket,
    platform,
    version,
    country,
    scene,
    device,
    figure,
    bin,
    amount,
    samples,
    frames_micros,
    frames_us,
    excluded_us,
    hitches,
    hitches_us
  FROM (
    SELECT
      *,
      CAST(day AS DateTime64(6, 'UTC')) + INTERVAL '12' HOUR AS time
    FROM playtrace.performance_days
  ) AS made
  WHERE
    game_id = 'arena'
    AND env = 'prod'
    AND day >= CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC'))
    AND day < CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC'))
    AND has(CAST(['windows'] AS Array(Nullable(String))), platform)
)
SELECT
  part,
  '' AS loaded,
  'sums' AS figure,
  CAST(SUM(samples) AS Nullable(Int64)) AS samples,
  SUM(frames_micros) AS frames_micros,
  SUM(frames_us) AS frames_us,
  SUM(excluded_us) AS excluded_us,
  SUM(hitches) AS hitches,
  SUM(hitches_us) AS hitches_us
FROM (
  SELECT
    samples,
    frames_micros,
    frames_us,
    excluded_us,
    hitches,
    hitches_us,
    CASE
      WHEN 'device' = 'platform'
      THEN CASE WHEN platform <> 'unknown' THEN platform ELSE '' END
      WHEN 'device' = 'version'
      THEN CASE WHEN version <> 'unknown' THEN version ELSE '' END
      WHEN 'device' = 'country'
      THEN CASE WHEN country <> 'unknown' THEN country ELSE '' END
      WHEN 'device' = 'device'
      THEN device
      WHEN 'device' = 'map'
      THEN scene
      ELSE ''
    END AS part
  FROM performance
  WHERE
    figure = 'sums'
    AND (
      NULL IS NULL OR CAST(NULL AS Nullable(Bool))
    )
    AND (
      NULL IS NULL OR CAST(NULL AS Nullable(Bool))
    )
) AS parts
GROUP BY
  part;

WITH frame_units AS (
  SELECT
    bucket,
    day,
    owner,
    session_id,
    platform,
    version,
    country,
    scene,
    device,
    frame_times,
    unit,
    MIN(unit) OVER (PARTITION BY bucket, day, owner, session_id, platform, version, country, device) AS session_unit
  FROM (
    SELECT
      bucket,
      day,
      owner,
      session_id,
      platform,
      version,
      country,
      scene,
      device,
      frame_times,
      toInt64(
        ROW_NUMBER() OVER (
          ORDER BY bucket, day, owner, session_id, platform, version, country, scene, device
        )
      ) AS unit
    FROM (
      SELECT
        bucket,
        CAST(time AS Date32) AS day,
        owner,
        session_id,
        platform,
        version,
        country,
        scene,
        device,
        groupConcat(' ')(frame_times) AS frame_times
      FROM (
        SELECT
          CAST(0 AS Nullable(Int64)) AS bucket,
          time,
          owner,
          session_id,
          platform,
          version,
          country,
          scene,
          device,
          is_excluded,
          frames_micros,
          frames_us,
          frame_times,
          hitches,
          memory_mb,
          load_ms,
          is_cold
        FROM (
          SELECT
            game_id,
            env,
            time,
            player_id,
            owner,
            session_id,
            platform,
            version,
            country,
            COALESCE(
              CASE
                WHEN NOT (
                  SUBSTRING(scene, 1, 1) IN ('{', '[')
                )
                THEN SUBSTRING(scene, 1, 256)
              END,
              map_id,
              CASE WHEN name = 'scene_loaded' THEN level END,
              ''
            ) AS scene,
            COALESCE(
              CASE
                WHEN NOT (
                  SUBSTRING(device, 1, 1) IN ('{', '[')
                )
                THEN SUBSTRING(device, 1, 256)
              END,
              ''
            ) AS device,
            COALESCE(excluded = 'true', FALSE) AS is_excluded,
            CASE WHEN drawn_us > 0 AND drawn_micros >= 0 THEN drawn_micros END AS frames_micros,
            CASE WHEN drawn_us > 0 AND drawn_micros >= 0 THEN drawn_us END AS frames_us,
            CASE
              WHEN NOT (
                SUBSTRING(frame_times, 1, 1) IN ('{', '[')
              )
              THEN SUBSTRING(frame_times, 1, 4000)
            END AS frame_times,
            CASE WHEN hitches >= 0 AND hitches <= 1000000000 THEN hitches END AS hitches,
            CASE WHEN memory_mb >= 0 AND memory_mb <= 1e9 THEN memory_mb END AS memory_mb,
            CASE WHEN load_s >= 0 AND load_s <= 1e6 THEN load_s * 1000 END AS load_ms,
            is_cold
          FROM (
            SELECT
              game_id,
              env,
              time,
              name,
              player_id,
              owner,
              session_id,
              map_id,
              level,
              platform,
              version,
              country,
              scene,
              device,
              excluded,
              frame_times,
              hitches,
              memory_mb,
              is_cold,
              CASE WHEN name = 'scene_loaded' THEN seconds END AS load_s,
              CASE
                WHEN name = 'performance'
                THEN accurateCastOrNull(
                  ROUND(
                    1e6 * COALESCE(frames, value * COALESCE(seconds, toInt32(1)), fps * COALESCE(seconds, toInt32(1)))
                  ),
                  'Nullable(Int64)'
                )
              END AS drawn_micros,
              CASE
                WHEN name = 'performance'
                THEN accurateCastOrNull(ROUND(1e6 * COALESCE(seconds, toInt32(1))), 'Nullable(Int64)')
              END AS drawn_us
            FROM (
              SELECT
                game_id,
                env,
                time,
                name,
                player_id,
                owner,
                COALESCE(session_id, '') AS session_id,
                map_id,
                level,
                platform,
                version,
                country,
                value,
                CASE WHEN name = 'scene_loaded' THEN nullIf(toString(props.scene), '') END AS scene,
                nullIf(toString(props.device), '') AS device,
                nullIf(toString(props.excluded), '') AS excluded,
                CASE WHEN name = 'performance' THEN nullIf(toString(props.frame_times), '') END AS frame_times,
                toFloat64OrNull(toString(nullIf(toString(props.frames), ''))) AS frames,
                toFloat64OrNull(toString(nullIf(toString(props.fps), ''))) AS fps,
                toFloat64OrNull(toString(nullIf(toString(props.duration_s), ''))) AS seconds,
                CASE
                  WHEN name = 'performance'
                  THEN accurateCastOrNull(nullIf(toString(props.hitches), ''), 'Nullable(Int64)')
                END AS hitches,
                CASE
                  WHEN name = 'performance'
                  THEN toFloat64OrNull(toString(nullIf(toString(props.memory_mb), '')))
                END AS memory_mb,
                CAST(name = 'scene_loaded'
                AND COALESCE(nullIf(toString(props.cold), '') = 'true', FALSE) AS Nullable(Bool)) AS is_cold
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
                name IN ('performance', 'scene_loaded')
            ) AS said
          ) AS sample
        ) AS sample
        WHERE
          time >= CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC'))
          AND time < CAST('2026-03-03 00:00:00' AS DateTime64(6, 'UTC'))
          AND (
            time < CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC'))
            OR time >= CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC'))
          )
          AND has(CAST(['windows'] AS Array(Nullable(String))), platform)
      ) AS samples
      WHERE
        frame_times <> '' AND NOT is_excluded
      GROUP BY
        bucket,
        CAST(time AS Date32),
        owner,
        session_id,
        platform,
        version,
        country,
        scene,
        device
    ) AS gathered
  ) AS numbered
), frame_bins AS (
  SELECT
    unit,
    bin,
    CAST(SUM(frames) AS Nullable(Int64)) AS frames
  FROM (
    SELECT
      unit,
      accurateCastOrNull(SUBSTRING(piece, 1, POSITION(piece, ':') - 1), 'Nullable(Int16)') AS bin,
      accurateCastOrNull(SUBSTRING(piece, POSITION(piece, ':') + 1), 'Nullable(Int64)') AS frames
    FROM (
      SELECT
        unit,
        arrayJoin(splitByString(' ', frame_times)) AS piece
      FROM frame_units
    ) AS pieces
  ) AS counted
  WHERE
    bin >= 0 AND bin <= 600 AND frames > 0 AND frames <= 1000000000
  GROUP BY
    unit,
    bin
), performance AS (
  SELECT
    bucket,
    platform,
    version,
    country,
    scene,
    device,
    'frames' AS figure,
    bin,
    frames AS amount,
    CAST(0 AS Nullable(Int64)) AS samples,
    CAST(0 AS Nullable(Int64)) AS frames_micros,
    CAST(0 AS Nullable(Int64)) AS frames_us,
    CAST(0 AS Nullable(Int64)) AS excluded_us,
    CAST(0 AS Nullable(Int64)) AS hitches,
    CAST(0 AS Nullable(Int64)) AS hitches_us
  FROM frame_bins
  JOIN frame_units
    ON frame_units.unit = frame_bins.unit
  UNION ALL
  SELECT
    bucket,
    platform,
    version,
    country,
    '' AS scene,
    device,
    'session' AS figure,
    p99.bin AS bin,
    CAST(1 AS Nullable(Int64)) AS amount,
    CAST(0 AS Nullable(Int64)) AS samples,
    CAST(0 AS Nullable(Int64)) AS frames_micros,
    CAST(0 AS Nullable(Int64)) AS frames_us,
    CAST(0 AS Nullable(Int64)) AS excluded_us,
    CAST(0 AS Nullable(Int64)) AS hitches,
    CAST(0 AS Nullable(Int64)) AS hitches_us
  FROM (
    SELECT
      session_unit,
      MIN(bin) AS bin
    FROM (
      SELECT
        session_unit,
        bin,
        SUM(frames) OVER (
          PARTITION BY session_unit
          ORDER BY bin
          ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS frames_so_far,
        SUM(frames) OVER (PARTITION BY session_unit) AS frames_all
      FROM (
        SELECT
          frame_units.session_unit AS session_unit,
          bin,
          SUM(frames) AS frames
        FROM frame_bins
        JOIN frame_units
          ON frame_units.unit = frame_bins.unit
        WHERE
          session_id <> ''
        GROUP BY
          frame_units.session_unit,
          bin
      ) AS of_session
    ) AS added_up
    WHERE
      frames_so_far * 100 >= frames_all * 99
    GROUP BY
      session_unit
  ) AS p99
  JOIN frame_units
    ON frame_units.unit = p99.session_unit
  UNION ALL
  SELECT
    bucket,
    platform,
    version,
    country,
    scene AS scene,
    device,
    'scene_session' AS figure,
    p99.bin AS bin,
    CAST(1 AS Nullable(Int64)) AS amount,
    CAST(0 AS Nullable(Int64)) AS samples,
    CAST(0 AS Nullable(Int64)) AS frames_micros,
    CAST(0 AS Nullable(Int64)) AS frames_us,
    CAST(0 AS Nullable(Int64)) AS excluded_us,
    CAST(0 AS Nullable(Int64)) AS hitches,
    CAST(0 AS Nullable(Int64)) AS hitches_us
  FROM (
    SELECT
      unit,
      MIN(bin) AS bin
    FROM (
      SELECT
        unit,
        bin,
        SUM(frames) OVER (PARTITION BY unit ORDER BY bin ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS frames_so_far,
        SUM(frames) OVER (PARTITION BY unit) AS frames_all
      FROM (
        SELECT
          frame_units.unit AS unit,
          bin,
          SUM(frames) AS frames
        FROM frame_bins
        JOIN frame_units
          ON frame_units.unit = frame_bins.unit
        WHERE
          session_id <> ''
        GROUP BY
          frame_units.unit,
          bin
      ) AS of_session
    ) AS added_up
    WHERE
      frames_so_far * 100 >= frames_all * 99
    GROUP BY
      unit
  ) AS p99
  JOIN frame_units
    ON frame_units.unit = p99.unit
  UNION ALL
  SELECT
    bucket,
    platform,
    version,
    country,
    '' AS scene,
    device,
    'memory' AS figure,
    CAST(LEAST(
      toInt32(600),
      GREATEST(toInt32(0), FLOOR(51.046 * LN(GREATEST(MAX(memory_mb), toInt32(1)))))
    ) AS Nullable(Int16)) AS bin,
    CAST(1 AS Nullable(Int64)) AS amount,
    CAST(0 AS Nullable(Int64)) AS samples,
    CAST(0 AS Nullable(Int64)) AS frames_micros,
    CAST(0 AS Nullable(Int64)) AS frames_us,
    CAST(0 AS Nullable(Int64)) AS excluded_us,
    CAST(0 AS Nullable(Int64)) AS hitches,
    CAST(0 AS Nullable(Int64)) AS hitches_us
  FROM (
    SELECT
      CAST(0 AS Nullable(Int64)) AS bucket,
      time,
      owner,
      session_id,
      platform,
      version,
      country,
      scene,
      device,
      is_excluded,
      frames_micros,
      frames_us,
      frame_times,
      hitches,
      memory_mb,
      load_ms,
      is_cold
    FROM (
      SELECT
        game_id,
        env,
        time,
        player_id,
        owner,
        session_id,
        platform,
        version,
        country,
        COALESCE(
          CASE
            WHEN NOT (
              SUBSTRING(scene, 1, 1) IN ('{', '[')
            )
            THEN SUBSTRING(scene, 1, 256)
          END,
          map_id,
          CASE WHEN name = 'scene_loaded' THEN level END,
          ''
        ) AS scene,
        COALESCE(
          CASE
            WHEN NOT (
              SUBSTRING(device, 1, 1) IN ('{', '[')
            )
            THEN SUBSTRING(device, 1, 256)
          END,
          ''
        ) AS device,
        COALESCE(excluded = 'true', FALSE) AS is_excluded,
        CASE WHEN drawn_us > 0 AND drawn_micros >= 0 THEN drawn_micros END AS frames_micros,
        CASE WHEN drawn_us > 0 AND drawn_micros >= 0 THEN drawn_us END AS frames_us,
        CASE
          WHEN NOT (
            SUBSTRING(frame_times, 1, 1) IN ('{', '[')
          )
          THEN SUBSTRING(frame_times, 1, 4000)
        END AS frame_times,
        CASE WHEN hitches >= 0 AND hitches <= 1000000000 THEN hitches END AS hitches,
        CASE WHEN memory_mb >= 0 AND memory_mb <= 1e9 THEN memory_mb END AS memory_mb,
        CASE WHEN load_s >= 0 AND load_s <= 1e6 THEN load_s * 1000 END AS load_ms,
        is_cold
      FROM (
        SELECT
          game_id,
          env,
          time,
          name,
          player_id,
          owner,
          session_id,
          map_id,
          level,
          platform,
          version,
          country,
          scene,
          device,
          excluded,
          frame_times,
          hitches,
          memory_mb,
          is_cold,
          CASE WHEN name = 'scene_loaded' THEN seconds END AS load_s,
          CASE
            WHEN name = 'performance'
            THEN accurateCastOrNull(
              ROUND(
                1e6 * COALESCE(frames, value * COALESCE(seconds, toInt32(1)), fps * COALESCE(seconds, toInt32(1)))
              ),
              'Nullable(Int64)'
            )
          END AS drawn_micros,
          CASE
            WHEN name = 'performance'
            THEN accurateCastOrNull(ROUND(1e6 * COALESCE(seconds, toInt32(1))), 'Nullable(Int64)')
          END AS drawn_us
        FROM (
          SELECT
            game_id,
            env,
            time,
            name,
            player_id,
            owner,
            COALESCE(session_id, '') AS session_id,
            map_id,
            level,
            platform,
            version,
            country,
            value,
            CASE WHEN name = 'scene_loaded' THEN nullIf(toString(props.scene), '') END AS scene,
            nullIf(toString(props.device), '') AS device,
            nullIf(toString(props.excluded), '') AS excluded,
            CASE WHEN name = 'performance' THEN nullIf(toString(props.frame_times), '') END AS frame_times,
            toFloat64OrNull(toString(nullIf(toString(props.frames), ''))) AS frames,
            toFloat64OrNull(toString(nullIf(toString(props.fps), ''))) AS fps,
            toFloat64OrNull(toString(nullIf(toString(props.duration_s), ''))) AS seconds,
            CASE
              WHEN name = 'performance'
              THEN accurateCastOrNull(nullIf(toString(props.hitches), ''), 'Nullable(Int64)')
            END AS hitches,
            CASE
              WHEN name = 'performance'
              THEN toFloat64OrNull(toString(nullIf(toString(props.memory_mb), '')))
            END AS memory_mb,
            CAST(name = 'scene_loaded'
            AND COALESCE(nullIf(toString(props.cold), '') = 'true', FALSE) AS Nullable(Bool)) AS is_cold
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
            name IN ('performance', 'scene_loaded')
        ) AS said
      ) AS sample
    ) AS sample
    WHERE
      time >= CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC'))
      AND time < CAST('2026-03-03 00:00:00' AS DateTime64(6, 'UTC'))
      AND (
        time < CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC'))
        OR time >= CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC'))
      )
      AND has(CAST(['windows'] AS Array(Nullable(String))), platform)
  ) AS samples
  WHERE
    NOT (
      memory_mb IS NULL
    ) AND session_id <> '' AND NOT is_excluded
  GROUP BY
    bucket,
    CAST(time AS Date32),
    owner,
    session_id,
    platform,
    version,
    country,
    device
  UNION ALL
  SELECT
    bucket,
    platform,
    version,
    country,
    scene AS scene,
    device,
    'scene_memory' AS figure,
    CAST(LEAST(
      toInt32(600),
      GREATEST(toInt32(0), FLOOR(51.046 * LN(GREATEST(MAX(memory_mb), toInt32(1)))))
    ) AS Nullable(Int16)) AS bin,
    CAST(1 AS Nullable(Int64)) AS amount,
    CAST(0 AS Nullable(Int64)) AS samples,
    CAST(0 AS Nullable(Int64)) AS frames_micros,
    CAST(0 AS Nullable(Int64)) AS frames_us,
    CAST(0 AS Nullable(Int64)) AS excluded_us,
    CAST(0 AS Nullable(Int64)) AS hitches,
    CAST(0 AS Nullable(Int64)) AS hitches_us
  FROM (
    SELECT
      CAST(0 AS Nullable(Int64)) AS bucket,
      time,
      owner,
      session_id,
      platform,
      version,
      country,
      scene,
      device,
      is_excluded,
      frames_micros,
      frames_us,
      frame_times,
      hitches,
      memory_mb,
      load_ms,
      is_cold
    FROM (
      SELECT
        game_id,
        env,
        time,
        player_id,
        owner,
        session_id,
        platform,
        version,
        country,
        COALESCE(
          CASE
            WHEN NOT (
              SUBSTRING(scene, 1, 1) IN ('{', '[')
            )
            THEN SUBSTRING(scene, 1, 256)
          END,
          map_id,
          CASE WHEN name = 'scene_loaded' THEN level END,
          ''
        ) AS scene,
        COALESCE(
          CASE
            WHEN NOT (
              SUBSTRING(device, 1, 1) IN ('{', '[')
            )
            THEN SUBSTRING(device, 1, 256)
          END,
          ''
        ) AS device,
        COALESCE(excluded = 'true', FALSE) AS is_excluded,
        CASE WHEN drawn_us > 0 AND drawn_micros >= 0 THEN drawn_micros END AS frames_micros,
        CASE WHEN drawn_us > 0 AND drawn_micros >= 0 THEN drawn_us END AS frames_us,
        CASE
          WHEN NOT (
            SUBSTRING(frame_times, 1, 1) IN ('{', '[')
          )
          THEN SUBSTRING(frame_times, 1, 4000)
        END AS frame_times,
        CASE WHEN hitches >= 0 AND hitches <= 1000000000 THEN hitches END AS hitches,
        CASE WHEN memory_mb >= 0 AND memory_mb <= 1e9 THEN memory_mb END AS memory_mb,
        CASE WHEN load_s >= 0 AND load_s <= 1e6 THEN load_s * 1000 END AS load_ms,
        is_cold
      FROM (
        SELECT
          game_id,
          env,
          time,
          name,
          player_id,
          owner,
          session_id,
          map_id,
          level,
          platform,
          version,
          country,
          scene,
          device,
          excluded,
          frame_times,
          hitches,
          memory_mb,
          is_cold,
          CASE WHEN name = 'scene_loaded' THEN seconds END AS load_s,
          CASE
            WHEN name = 'performance'
            THEN accurateCastOrNull(
              ROUND(
                1e6 * COALESCE(frames, value * COALESCE(seconds, toInt32(1)), fps * COALESCE(seconds, toInt32(1)))
              ),
              'Nullable(Int64)'
            )
          END AS drawn_micros,
          CASE
            WHEN name = 'performance'
            THEN accurateCastOrNull(ROUND(1e6 * COALESCE(seconds, toInt32(1))), 'Nullable(Int64)')
          END AS drawn_us
        FROM (
          SELECT
            game_id,
            env,
            time,
            name,
            player_id,
            owner,
            COALESCE(session_id, '') AS session_id,
            map_id,
            level,
            platform,
            version,
            country,
            value,
            CASE WHEN name = 'scene_loaded' THEN nullIf(toString(props.scene), '') END AS scene,
            nullIf(toString(props.device), '') AS device,
            nullIf(toString(props.excluded), '') AS excluded,
            CASE WHEN name = 'performance' THEN nullIf(toString(props.frame_times), '') END AS frame_times,
            toFloat64OrNull(toString(nullIf(toString(props.frames), ''))) AS frames,
            toFloat64OrNull(toString(nullIf(toString(props.fps), ''))) AS fps,
            toFloat64OrNull(toString(nullIf(toString(props.duration_s), ''))) AS seconds,
            CASE
              WHEN name = 'performance'
              THEN accurateCastOrNull(nullIf(toString(props.hitches), ''), 'Nullable(Int64)')
            END AS hitches,
            CASE
              WHEN name = 'performance'
              THEN toFloat64OrNull(toString(nullIf(toString(props.memory_mb), '')))
            END AS memory_mb,
            CAST(name = 'scene_loaded'
            AND COALESCE(nullIf(toString(props.cold), '') = 'true', FALSE) AS Nullable(Bool)) AS is_cold
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
            name IN ('performance', 'scene_loaded')
        ) AS said
      ) AS sample
    ) AS sample
    WHERE
      time >= CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC'))
      AND time < CAST('2026-03-03 00:00:00' AS DateTime64(6, 'UTC'))
      AND (
        time < CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC'))
        OR time >= CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC'))
      )
      AND has(CAST(['windows'] AS Array(Nullable(String))), platform)
  ) AS samples
  WHERE
    NOT (
      memory_mb IS NULL
    ) AND session_id <> '' AND NOT is_excluded
  GROUP BY
    bucket,
    CAST(time AS Date32),
    owner,
    session_id,
    platform,
    version,
    country,
    scene,
    device
  UNION ALL
  SELECT
    bucket,
    platform,
    version,
    country,
    scene,
    device,
    CASE WHEN is_cold THEN 'load_cold' ELSE 'load_warm' END AS figure,
    CAST(LEAST(
      toInt32(600),
      GREATEST(toInt32(0), FLOOR(51.046 * LN(GREATEST(load_ms, toInt32(1)))))
    ) AS Nullable(Int16)) AS bin,
    CAST(1 AS Nullable(Int64)) AS amount,
    CAST(0 AS Nullable(Int64)) AS samples,
    CAST(0 AS Nullable(Int64)) AS frames_micros,
    CAST(0 AS Nullable(Int64)) AS frames_us,
    CAST(0 AS Nullable(Int64)) AS excluded_us,
    CAST(0 AS Nullable(Int64)) AS hitches,
    CAST(0 AS Nullable(Int64)) AS hitches_us
  FROM (
    SELECT
      CAST(0 AS Nullable(Int64)) AS bucket,
      time,
      owner,
      session_id,
      platform,
      version,
      country,
      scene,
      device,
      is_excluded,
      frames_micros,
      frames_us,
      frame_times,
      hitches,
      memory_mb,
      load_ms,
      is_cold
    FROM (
      SELECT
        game_id,
        env,
        time,
        player_id,
        owner,
        session_id,
        platform,
        version,
        country,
        COALESCE(
          CASE
            WHEN NOT (
              SUBSTRING(scene, 1, 1) IN ('{', '[')
            )
            THEN SUBSTRING(scene, 1, 256)
          END,
          map_id,
          CASE WHEN name = 'scene_loaded' THEN level END,
          ''
        ) AS scene,
        COALESCE(
          CASE
            WHEN NOT (
              SUBSTRING(device, 1, 1) IN ('{', '[')
            )
            THEN SUBSTRING(device, 1, 256)
          END,
          ''
        ) AS device,
        COALESCE(excluded = 'true', FALSE) AS is_excluded,
        CASE WHEN drawn_us > 0 AND drawn_micros >= 0 THEN drawn_micros END AS frames_micros,
        CASE WHEN drawn_us > 0 AND drawn_micros >= 0 THEN drawn_us END AS frames_us,
        CASE
          WHEN NOT (
            SUBSTRING(frame_times, 1, 1) IN ('{', '[')
          )
          THEN SUBSTRING(frame_times, 1, 4000)
        END AS frame_times,
        CASE WHEN hitches >= 0 AND hitches <= 1000000000 THEN hitches END AS hitches,
        CASE WHEN memory_mb >= 0 AND memory_mb <= 1e9 THEN memory_mb END AS memory_mb,
        CASE WHEN load_s >= 0 AND load_s <= 1e6 THEN load_s * 1000 END AS load_ms,
        is_cold
      FROM (
        SELECT
          game_id,
          env,
          time,
          name,
          player_id,
          owner,
          session_id,
          map_id,
          level,
          platform,
          version,
          country,
          scene,
          device,
          excluded,
          frame_times,
          hitches,
          memory_mb,
          is_cold,
          CASE WHEN name = 'scene_loaded' THEN seconds END AS load_s,
          CASE
            WHEN name = 'performance'
            THEN accurateCastOrNull(
              ROUND(
                1e6 * COALESCE(frames, value * COALESCE(seconds, toInt32(1)), fps * COALESCE(seconds, toInt32(1)))
              ),
              'Nullable(Int64)'
            )
          END AS drawn_micros,
          CASE
            WHEN name = 'performance'
            THEN accurateCastOrNull(ROUND(1e6 * COALESCE(seconds, toInt32(1))), 'Nullable(Int64)')
          END AS drawn_us
        FROM (
          SELECT
            game_id,
            env,
            time,
            name,
            player_id,
            owner,
            COALESCE(session_id, '') AS session_id,
            map_id,
            level,
            platform,
            version,
            country,
            value,
            CASE WHEN name = 'scene_loaded' THEN nullIf(toString(props.scene), '') END AS scene,
            nullIf(toString(props.device), '') AS device,
            nullIf(toString(props.excluded), '') AS excluded,
            CASE WHEN name = 'performance' THEN nullIf(toString(props.frame_times), '') END AS frame_times,
            toFloat64OrNull(toString(nullIf(toString(props.frames), ''))) AS frames,
            toFloat64OrNull(toString(nullIf(toString(props.fps), ''))) AS fps,
            toFloat64OrNull(toString(nullIf(toString(props.duration_s), ''))) AS seconds,
            CASE
              WHEN name = 'performance'
              THEN accurateCastOrNull(nullIf(toString(props.hitches), ''), 'Nullable(Int64)')
            END AS hitches,
            CASE
              WHEN name = 'performance'
              THEN toFloat64OrNull(toString(nullIf(toString(props.memory_mb), '')))
            END AS memory_mb,
            CAST(name = 'scene_loaded'
            AND COALESCE(nullIf(toString(props.cold), '') = 'true', FALSE) AS Nullable(Bool)) AS is_cold
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
            name IN ('performance', 'scene_loaded')
        ) AS said
      ) AS sample
    ) AS sample
    WHERE
      time >= CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC'))
      AND time < CAST('2026-03-03 00:00:00' AS DateTime64(6, 'UTC'))
      AND (
        time < CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC'))
        OR time >= CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC'))
      )
      AND has(CAST(['windows'] AS Array(Nullable(String))), platform)
  ) AS samples
  WHERE
    NOT (
      load_ms IS NULL
    )
  UNION ALL
  SELECT
    bucket,
    platform,
    version,
    country,
    scene,
    device,
    'sums' AS figure,
    CAST(0 AS Nullable(Int16)) AS bin,
    CAST(0 AS Nullable(Int64)) AS amount,
    toInt64(COUNT(*)) AS samples,
    CAST(SUM(
      CASE WHEN is_excluded THEN toInt32(0) ELSE COALESCE(frames_micros, toInt32(0)) END
    ) AS Nullable(Int64)) AS frames_micros,
    CAST(SUM(CASE WHEN is_excluded THEN toInt32(0) ELSE COALESCE(frames_us, toInt32(0)) END) AS Nullable(Int64)) AS frames_us,
    CAST(SUM(CASE WHEN is_excluded THEN COALESCE(frames_us, toInt32(0)) ELSE toInt32(0) END) AS Nullable(Int64)) AS excluded_us,
    CAST(SUM(
      CASE
        WHEN is_excluded OR frame_times <> '' OR frames_us IS NULL
        THEN toInt32(0)
        ELSE COALESCE(hitches, toInt32(0))
      END
    ) AS Nullable(Int64)) AS hitches,
    CAST(SUM(
      CASE
        WHEN is_excluded OR frame_times <> '' OR hitches IS NULL
        THEN toInt32(0)
        ELSE COALESCE(frames_us, toInt32(0))
      END
    ) AS Nullable(Int64)) AS hitches_us
  FROM (
    SELECT
      CAST(0 AS Nullable(Int64)) AS bucket,
      time,
      owner,
      session_id,
      platform,
      version,
      country,
      scene,
      device,
      is_excluded,
      frames_micros,
      frames_us,
      frame_times,
      hitches,
      memory_mb,
      load_ms,
      is_cold
    FROM (
      SELECT
        game_id,
        env,
        time,
        player_id,
        owner,
        session_id,
        platform,
        version,
        country,
        COALESCE(
          CASE
            WHEN NOT (
              SUBSTRING(scene, 1, 1) IN ('{', '[')
            )
            THEN SUBSTRING(scene, 1, 256)
          END,
          map_id,
          CASE WHEN name = 'scene_loaded' THEN level END,
          ''
        ) AS scene,
        COALESCE(
          CASE
            WHEN NOT (
              SUBSTRING(device, 1, 1) IN ('{', '[')
            )
            THEN SUBSTRING(device, 1, 256)
          END,
          ''
        ) AS device,
        COALESCE(excluded = 'true', FALSE) AS is_excluded,
        CASE WHEN drawn_us > 0 AND drawn_micros >= 0 THEN drawn_micros END AS frames_micros,
        CASE WHEN drawn_us > 0 AND drawn_micros >= 0 THEN drawn_us END AS frames_us,
        CASE
          WHEN NOT (
            SUBSTRING(frame_times, 1, 1) IN ('{', '[')
          )
          THEN SUBSTRING(frame_times, 1, 4000)
        END AS frame_times,
        CASE WHEN hitches >= 0 AND hitches <= 1000000000 THEN hitches END AS hitches,
        CASE WHEN memory_mb >= 0 AND memory_mb <= 1e9 THEN memory_mb END AS memory_mb,
        CASE WHEN load_s >= 0 AND load_s <= 1e6 THEN load_s * 1000 END AS load_ms,
        is_cold
      FROM (
        SELECT
          game_id,
          env,
          time,
          name,
          player_id,
          owner,
          session_id,
          map_id,
          level,
          platform,
          version,
          country,
          scene,
          device,
          excluded,
          frame_times,
          hitches,
          memory_mb,
          is_cold,
          CASE WHEN name = 'scene_loaded' THEN seconds END AS load_s,
          CASE
            WHEN name = 'performance'
            THEN accurateCastOrNull(
              ROUND(
                1e6 * COALESCE(frames, value * COALESCE(seconds, toInt32(1)), fps * COALESCE(seconds, toInt32(1)))
              ),
              'Nullable(Int64)'
            )
          END AS drawn_micros,
          CASE
            WHEN name = 'performance'
            THEN accurateCastOrNull(ROUND(1e6 * COALESCE(seconds, toInt32(1))), 'Nullable(Int64)')
          END AS drawn_us
        FROM (
          SELECT
            game_id,
            env,
            time,
            name,
            player_id,
            owner,
            COALESCE(session_id, '') AS session_id,
            map_id,
            level,
            platform,
            version,
            country,
            value,
            CASE WHEN name = 'scene_loaded' THEN nullIf(toString(props.scene), '') END AS scene,
            nullIf(toString(props.device), '') AS device,
            nullIf(toString(props.excluded), '') AS excluded,
            CASE WHEN name = 'performance' THEN nullIf(toString(props.frame_times), '') END AS frame_times,
            toFloat64OrNull(toString(nullIf(toString(props.frames), ''))) AS frames,
            toFloat64OrNull(toString(nullIf(toString(props.fps), ''))) AS fps,
            toFloat64OrNull(toString(nullIf(toString(props.duration_s), ''))) AS seconds,
            CASE
              WHEN name = 'performance'
              THEN accurateCastOrNull(nullIf(toString(props.hitches), ''), 'Nullable(Int64)')
            END AS hitches,
            CASE
              WHEN name = 'performance'
              THEN toFloat64OrNull(toString(nullIf(toString(props.memory_mb), '')))
            END AS memory_mb,
            CAST(name = 'scene_loaded'
            AND COALESCE(nullIf(toString(props.cold), '') = 'true', FALSE) AS Nullable(Bool)) AS is_cold
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
            name IN ('performance', 'scene_loaded')
        ) AS said
      ) AS sample
    ) AS sample
    WHERE
      time >= CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC'))
      AND time < CAST('2026-03-03 00:00:00' AS DateTime64(6, 'UTC'))
      AND (
        time < CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC'))
        OR time >= CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC'))
      )
      AND has(CAST(['windows'] AS Array(Nullable(String))), platform)
  ) AS samples
  GROUP BY
    bucket,
    platform,
    version,
    country,
    scene,
    device
  UNION ALL
  SELECT
    CAST(0 AS Nullable(Int64)) AS bucket,
    platform,
    version,
    country,
    scene,
    device,
    figure,
    bin,
    amount,
    samples,
    frames_micros,
    frames_us,
    excluded_us,
    hitches,
    hitches_us
  FROM (
    SELECT
      *,
      CAST(day AS DateTime64(6, 'UTC')) + INTERVAL '12' HOUR AS time
    FROM playtrace.performance_days
  ) AS made
  WHERE
    game_id = 'arena'
    AND env = 'prod'
    AND day >= CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC'))
    AND day < CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC'))
    AND has(CAST(['windows'] AS Array(Nullable(String))), platform)
)
SELECT
  part,
  loaded,
  figure,
  bin,
  CAST(SUM(amount) AS Nullable(Int64)) AS amount
FROM (
  SELECT
    figure,
    bin,
    amount,
    CASE
      WHEN 'device' = 'platform'
      THEN CASE WHEN platform <> 'unknown' THEN platform ELSE '' END
      WHEN 'device' = 'version'
      THEN CASE WHEN version <> 'unknown' THEN version ELSE '' END
      WHEN 'device' = 'country'
      THEN CASE WHEN country <> 'unknown' THEN country ELSE '' END
      WHEN 'device' = 'device'
      THEN device
      WHEN 'device' = 'map'
      THEN scene
      ELSE ''
    END AS part,
    CASE WHEN figure IN ('load_cold', 'load_warm') THEN scene ELSE '' END AS loaded
  FROM performance
  WHERE
    NOT (
      figure IN ('sums', 'scene_session', 'scene_memory')
    )
    AND (
      NULL IS NULL OR CAST(NULL AS Nullable(Bool))
    )
    AND (
      NULL IS NULL OR CAST(NULL AS Nullable(Bool))
    )
) AS parts
GROUP BY
  part,
  loaded,
  figure,
  bin;

WITH frame_units AS (
  SELECT
    bucket,
    day,
    owner,
    session_id,
    platform,
    version,
    country,
    scene,
    device,
    frame_times,
    unit,
    MIN(unit) OVER (PARTITION BY bucket, day, owner, session_id, platform, version, country, device) AS session_unit
  FROM (
    SELECT
      bucket,
      day,
      owner,
      session_id,
      platform,
      version,
      country,
      scene,
      device,
      frame_times,
      toInt64(
        ROW_NUMBER() OVER (
          ORDER BY bucket, day, owner, session_id, platform, version, country, scene, device
        )
      ) AS unit
    FROM (
      SELECT
        bucket,
        CAST(time AS Date32) AS day,
        owner,
        session_id,
        platform,
        version,
        country,
        scene,
        device,
        groupConcat(' ')(frame_times) AS frame_times
      FROM (
        SELECT
          CAST(0 AS Nullable(Int64)) AS bucket,
          time,
          owner,
          session_id,
          platform,
          version,
          country,
          scene,
          device,
          is_excluded,
          frames_micros,
          frames_us,
          frame_times,
          hitches,
          memory_mb,
          load_ms,
          is_cold
        FROM (
          SELECT
            game_id,
            env,
            time,
            player_id,
            owner,
            session_id,
            platform,
            version,
            country,
            COALESCE(
              CASE
                WHEN NOT (
                  SUBSTRING(scene, 1, 1) IN ('{', '[')
                )
                THEN SUBSTRING(scene, 1, 256)
              END,
              map_id,
              CASE WHEN name = 'scene_loaded' THEN level END,
              ''
            ) AS scene,
            COALESCE(
              CASE
                WHEN NOT (
                  SUBSTRING(device, 1, 1) IN ('{', '[')
                )
                THEN SUBSTRING(device, 1, 256)
              END,
              ''
            ) AS device,
            COALESCE(excluded = 'true', FALSE) AS is_excluded,
            CASE WHEN drawn_us > 0 AND drawn_micros >= 0 THEN drawn_micros END AS frames_micros,
            CASE WHEN drawn_us > 0 AND drawn_micros >= 0 THEN drawn_us END AS frames_us,
            CASE
              WHEN NOT (
                SUBSTRING(frame_times, 1, 1) IN ('{', '[')
              )
              THEN SUBSTRING(frame_times, 1, 4000)
            END AS frame_times,
            CASE WHEN hitches >= 0 AND hitches <= 1000000000 THEN hitches END AS hitches,
            CASE WHEN memory_mb >= 0 AND memory_mb <= 1e9 THEN memory_mb END AS memory_mb,
            CASE WHEN load_s >= 0 AND load_s <= 1e6 THEN load_s * 1000 END AS load_ms,
            is_cold
          FROM (
            SELECT
              game_id,
              env,
              time,
              name,
              player_id,
              owner,
              session_id,
              map_id,
              level,
              platform,
              version,
              country,
              scene,
              device,
              excluded,
              frame_times,
              hitches,
              memory_mb,
              is_cold,
              CASE WHEN name = 'scene_loaded' THEN seconds END AS load_s,
              CASE
                WHEN name = 'performance'
                THEN accurateCastOrNull(
                  ROUND(
                    1e6 * COALESCE(frames, value * COALESCE(seconds, toInt32(1)), fps * COALESCE(seconds, toInt32(1)))
                  ),
                  'Nullable(Int64)'
                )
              END AS drawn_micros,
              CASE
                WHEN name = 'performance'
                THEN accurateCastOrNull(ROUND(1e6 * COALESCE(seconds, toInt32(1))), 'Nullable(Int64)')
              END AS drawn_us
            FROM (
              SELECT
                game_id,
                env,
                time,
                name,
                player_id,
                owner,
                COALESCE(session_id, '') AS session_id,
                map_id,
                level,
                platform,
                version,
                country,
                value,
                CASE WHEN name = 'scene_loaded' THEN nullIf(toString(props.scene), '') END AS scene,
                nullIf(toString(props.device), '') AS device,
                nullIf(toString(props.excluded), '') AS excluded,
                CASE WHEN name = 'performance' THEN nullIf(toString(props.frame_times), '') END AS frame_times,
                toFloat64OrNull(toString(nullIf(toString(props.frames), ''))) AS frames,
                toFloat64OrNull(toString(nullIf(toString(props.fps), ''))) AS fps,
                toFloat64OrNull(toString(nullIf(toString(props.duration_s), ''))) AS seconds,
                CASE
                  WHEN name = 'performance'
                  THEN accurateCastOrNull(nullIf(toString(props.hitches), ''), 'Nullable(Int64)')
                END AS hitches,
                CASE
                  WHEN name = 'performance'
                  THEN toFloat64OrNull(toString(nullIf(toString(props.memory_mb), '')))
                END AS memory_mb,
                CAST(name = 'scene_loaded'
                AND COALESCE(nullIf(toString(props.cold), '') = 'true', FALSE) AS Nullable(Bool)) AS is_cold
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
                name IN ('performance', 'scene_loaded')
            ) AS said
          ) AS sample
        ) AS sample
        WHERE
          time >= CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC'))
          AND time < CAST('2026-03-03 00:00:00' AS DateTime64(6, 'UTC'))
          AND (
            time < CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC'))
            OR time >= CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC'))
          )
          AND has(CAST(['windows'] AS Array(Nullable(String))), platform)
      ) AS samples
      WHERE
        frame_times <> '' AND NOT is_excluded
      GROUP BY
        bucket,
        CAST(time AS Date32),
        owner,
        session_id,
        platform,
        version,
        country,
        scene,
        device
    ) AS gathered
  ) AS numbered
), frame_bins AS (
  SELECT
    unit,
    bin,
    CAST(SUM(frames) AS Nullable(Int64)) AS frames
  FROM (
    SELECT
      unit,
      accurateCastOrNull(SUBSTRING(piece, 1, POSITION(piece, ':') - 1), 'Nullable(Int16)') AS bin,
      accurateCastOrNull(SUBSTRING(piece, POSITION(piece, ':') + 1), 'Nullable(Int64)') AS frames
    FROM (
      SELECT
        unit,
        arrayJoin(splitByString(' ', frame_times)) AS piece
      FROM frame_units
    ) AS pieces
  ) AS counted
  WHERE
    bin >= 0 AND bin <= 600 AND frames > 0 AND frames <= 1000000000
  GROUP BY
    unit,
    bin
), performance AS (
  SELECT
    bucket,
    platform,
    version,
    country,
    scene,
    device,
    'frames' AS figure,
    bin,
    frames AS amount,
    CAST(0 AS Nullable(Int64)) AS samples,
    CAST(0 AS Nullable(Int64)) AS frames_micros,
    CAST(0 AS Nullable(Int64)) AS frames_us,
    CAST(0 AS Nullable(Int64)) AS excluded_us,
    CAST(0 AS Nullable(Int64)) AS hitches,
    CAST(0 AS Nullable(Int64)) AS hitches_us
  FROM frame_bins
  JOIN frame_units
    ON frame_units.unit = frame_bins.unit
  UNION ALL
  SELECT
    bucket,
    platform,
    version,
    country,
    '' AS scene,
    device,
    'session' AS figure,
    p99.bin AS bin,
    CAST(1 AS Nullable(Int64)) AS amount,
    CAST(0 AS Nullable(Int64)) AS samples,
    CAST(0 AS Nullable(Int64)) AS frames_micros,
    CAST(0 AS Nullable(Int64)) AS frames_us,
    CAST(0 AS Nullable(Int64)) AS excluded_us,
    CAST(0 AS Nullable(Int64)) AS hitches,
    CAST(0 AS Nullable(Int64)) AS hitches_us
  FROM (
    SELECT
      session_unit,
      MIN(bin) AS bin
    FROM (
      SELECT
        session_unit,
        bin,
        SUM(frames) OVER (
          PARTITION BY session_unit
          ORDER BY bin
          ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS frames_so_far,
        SUM(frames) OVER (PARTITION BY session_unit) AS frames_all
      FROM (
        SELECT
          frame_units.session_unit AS session_unit,
          bin,
          SUM(frames) AS frames
        FROM frame_bins
        JOIN frame_units
          ON frame_units.unit = frame_bins.unit
        WHERE
          session_id <> ''
        GROUP BY
          frame_units.session_unit,
          bin
      ) AS of_session
    ) AS added_up
    WHERE
      frames_so_far * 100 >= frames_all * 99
    GROUP BY
      session_unit
  ) AS p99
  JOIN frame_units
    ON frame_units.unit = p99.session_unit
  UNION ALL
  SELECT
    bucket,
    platform,
    version,
    country,
    scene AS scene,
    device,
    'scene_session' AS figure,
    p99.bin AS bin,
    CAST(1 AS Nullable(Int64)) AS amount,
    CAST(0 AS Nullable(Int64)) AS samples,
    CAST(0 AS Nullable(Int64)) AS frames_micros,
    CAST(0 AS Nullable(Int64)) AS frames_us,
    CAST(0 AS Nullable(Int64)) AS excluded_us,
    CAST(0 AS Nullable(Int64)) AS hitches,
    CAST(0 AS Nullable(Int64)) AS hitches_us
  FROM (
    SELECT
      unit,
      MIN(bin) AS bin
    FROM (
      SELECT
        unit,
        bin,
        SUM(frames) OVER (PARTITION BY unit ORDER BY bin ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS frames_so_far,
        SUM(frames) OVER (PARTITION BY unit) AS frames_all
      FROM (
        SELECT
          frame_units.unit AS unit,
          bin,
          SUM(frames) AS frames
        FROM frame_bins
        JOIN frame_units
          ON frame_units.unit = frame_bins.unit
        WHERE
          session_id <> ''
        GROUP BY
          frame_units.unit,
          bin
      ) AS of_session
    ) AS added_up
    WHERE
      frames_so_far * 100 >= frames_all * 99
    GROUP BY
      unit
  ) AS p99
  JOIN frame_units
    ON frame_units.unit = p99.unit
  UNION ALL
  SELECT
    bucket,
    platform,
    version,
    country,
    '' AS scene,
    device,
    'memory' AS figure,
    CAST(LEAST(
      toInt32(600),
      GREATEST(toInt32(0), FLOOR(51.046 * LN(GREATEST(MAX(memory_mb), toInt32(1)))))
    ) AS Nullable(Int16)) AS bin,
    CAST(1 AS Nullable(Int64)) AS amount,
    CAST(0 AS Nullable(Int64)) AS samples,
    CAST(0 AS Nullable(Int64)) AS frames_micros,
    CAST(0 AS Nullable(Int64)) AS frames_us,
    CAST(0 AS Nullable(Int64)) AS excluded_us,
    CAST(0 AS Nullable(Int64)) AS hitches,
    CAST(0 AS Nullable(Int64)) AS hitches_us
  FROM (
    SELECT
      CAST(0 AS Nullable(Int64)) AS bucket,
      time,
      owner,
      session_id,
      platform,
      version,
      country,
      scene,
      device,
      is_excluded,
      frames_micros,
      frames_us,
      frame_times,
      hitches,
      memory_mb,
      load_ms,
      is_cold
    FROM (
      SELECT
        game_id,
        env,
        time,
        player_id,
        owner,
        session_id,
        platform,
        version,
        country,
        COALESCE(
          CASE
            WHEN NOT (
              SUBSTRING(scene, 1, 1) IN ('{', '[')
            )
            THEN SUBSTRING(scene, 1, 256)
          END,
          map_id,
          CASE WHEN name = 'scene_loaded' THEN level END,
          ''
        ) AS scene,
        COALESCE(
          CASE
            WHEN NOT (
              SUBSTRING(device, 1, 1) IN ('{', '[')
            )
            THEN SUBSTRING(device, 1, 256)
          END,
          ''
        ) AS device,
        COALESCE(excluded = 'true', FALSE) AS is_excluded,
        CASE WHEN drawn_us > 0 AND drawn_micros >= 0 THEN drawn_micros END AS frames_micros,
        CASE WHEN drawn_us > 0 AND drawn_micros >= 0 THEN drawn_us END AS frames_us,
        CASE
          WHEN NOT (
            SUBSTRING(frame_times, 1, 1) IN ('{', '[')
          )
          THEN SUBSTRING(frame_times, 1, 4000)
        END AS frame_times,
        CASE WHEN hitches >= 0 AND hitches <= 1000000000 THEN hitches END AS hitches,
        CASE WHEN memory_mb >= 0 AND memory_mb <= 1e9 THEN memory_mb END AS memory_mb,
        CASE WHEN load_s >= 0 AND load_s <= 1e6 THEN load_s * 1000 END AS load_ms,
        is_cold
      FROM (
        SELECT
          game_id,
          env,
          time,
          name,
          player_id,
          owner,
          session_id,
          map_id,
          level,
          platform,
          version,
          country,
          scene,
          device,
          excluded,
          frame_times,
          hitches,
          memory_mb,
          is_cold,
          CASE WHEN name = 'scene_loaded' THEN seconds END AS load_s,
          CASE
            WHEN name = 'performance'
            THEN accurateCastOrNull(
              ROUND(
                1e6 * COALESCE(frames, value * COALESCE(seconds, toInt32(1)), fps * COALESCE(seconds, toInt32(1)))
              ),
              'Nullable(Int64)'
            )
          END AS drawn_micros,
          CASE
            WHEN name = 'performance'
            THEN accurateCastOrNull(ROUND(1e6 * COALESCE(seconds, toInt32(1))), 'Nullable(Int64)')
          END AS drawn_us
        FROM (
          SELECT
            game_id,
            env,
            time,
            name,
            player_id,
            owner,
            COALESCE(session_id, '') AS session_id,
            map_id,
            level,
            platform,
            version,
            country,
            value,
            CASE WHEN name = 'scene_loaded' THEN nullIf(toString(props.scene), '') END AS scene,
            nullIf(toString(props.device), '') AS device,
            nullIf(toString(props.excluded), '') AS excluded,
            CASE WHEN name = 'performance' THEN nullIf(toString(props.frame_times), '') END AS frame_times,
            toFloat64OrNull(toString(nullIf(toString(props.frames), ''))) AS frames,
            toFloat64OrNull(toString(nullIf(toString(props.fps), ''))) AS fps,
            toFloat64OrNull(toString(nullIf(toString(props.duration_s), ''))) AS seconds,
            CASE
              WHEN name = 'performance'
              THEN accurateCastOrNull(nullIf(toString(props.hitches), ''), 'Nullable(Int64)')
            END AS hitches,
            CASE
              WHEN name = 'performance'
              THEN toFloat64OrNull(toString(nullIf(toString(props.memory_mb), '')))
            END AS memory_mb,
            CAST(name = 'scene_loaded'
            AND COALESCE(nullIf(toString(props.cold), '') = 'true', FALSE) AS Nullable(Bool)) AS is_cold
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
            name IN ('performance', 'scene_loaded')
        ) AS said
      ) AS sample
    ) AS sample
    WHERE
      time >= CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC'))
      AND time < CAST('2026-03-03 00:00:00' AS DateTime64(6, 'UTC'))
      AND (
        time < CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC'))
        OR time >= CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC'))
      )
      AND has(CAST(['windows'] AS Array(Nullable(String))), platform)
  ) AS samples
  WHERE
    NOT (
      memory_mb IS NULL
    ) AND session_id <> '' AND NOT is_excluded
  GROUP BY
    bucket,
    CAST(time AS Date32),
    owner,
    session_id,
    platform,
    version,
    country,
    device
  UNION ALL
  SELECT
    bucket,
    platform,
    version,
    country,
    scene AS scene,
    device,
    'scene_memory' AS figure,
    CAST(LEAST(
      toInt32(600),
      GREATEST(toInt32(0), FLOOR(51.046 * LN(GREATEST(MAX(memory_mb), toInt32(1)))))
    ) AS Nullable(Int16)) AS bin,
    CAST(1 AS Nullable(Int64)) AS amount,
    CAST(0 AS Nullable(Int64)) AS samples,
    CAST(0 AS Nullable(Int64)) AS frames_micros,
    CAST(0 AS Nullable(Int64)) AS frames_us,
    CAST(0 AS Nullable(Int64)) AS excluded_us,
    CAST(0 AS Nullable(Int64)) AS hitches,
    CAST(0 AS Nullable(Int64)) AS hitches_us
  FROM (
    SELECT
      CAST(0 AS Nullable(Int64)) AS bucket,
      time,
      owner,
      session_id,
      platform,
      version,
      country,
      scene,
      device,
      is_excluded,
      frames_micros,
      frames_us,
      frame_times,
      hitches,
      memory_mb,
      load_ms,
      is_cold
    FROM (
      SELECT
        game_id,
        env,
        time,
        player_id,
        owner,
        session_id,
        platform,
        version,
        country,
        COALESCE(
          CASE
            WHEN NOT (
              SUBSTRING(scene, 1, 1) IN ('{', '[')
            )
            THEN SUBSTRING(scene, 1, 256)
          END,
          map_id,
          CASE WHEN name = 'scene_loaded' THEN level END,
          ''
        ) AS scene,
        COALESCE(
          CASE
            WHEN NOT (
              SUBSTRING(device, 1, 1) IN ('{', '[')
            )
            THEN SUBSTRING(device, 1, 256)
          END,
          ''
        ) AS device,
        COALESCE(excluded = 'true', FALSE) AS is_excluded,
        CASE WHEN drawn_us > 0 AND drawn_micros >= 0 THEN drawn_micros END AS frames_micros,
        CASE WHEN drawn_us > 0 AND drawn_micros >= 0 THEN drawn_us END AS frames_us,
        CASE
          WHEN NOT (
            SUBSTRING(frame_times, 1, 1) IN ('{', '[')
          )
          THEN SUBSTRING(frame_times, 1, 4000)
        END AS frame_times,
        CASE WHEN hitches >= 0 AND hitches <= 1000000000 THEN hitches END AS hitches,
        CASE WHEN memory_mb >= 0 AND memory_mb <= 1e9 THEN memory_mb END AS memory_mb,
        CASE WHEN load_s >= 0 AND load_s <= 1e6 THEN load_s * 1000 END AS load_ms,
        is_cold
      FROM (
        SELECT
          game_id,
          env,
          time,
          name,
          player_id,
          owner,
          session_id,
          map_id,
          level,
          platform,
          version,
          country,
          scene,
          device,
          excluded,
          frame_times,
          hitches,
          memory_mb,
          is_cold,
          CASE WHEN name = 'scene_loaded' THEN seconds END AS load_s,
          CASE
            WHEN name = 'performance'
            THEN accurateCastOrNull(
              ROUND(
                1e6 * COALESCE(frames, value * COALESCE(seconds, toInt32(1)), fps * COALESCE(seconds, toInt32(1)))
              ),
              'Nullable(Int64)'
            )
          END AS drawn_micros,
          CASE
            WHEN name = 'performance'
            THEN accurateCastOrNull(ROUND(1e6 * COALESCE(seconds, toInt32(1))), 'Nullable(Int64)')
          END AS drawn_us
        FROM (
          SELECT
            game_id,
            env,
            time,
            name,
            player_id,
            owner,
            COALESCE(session_id, '') AS session_id,
            map_id,
            level,
            platform,
            version,
            country,
            value,
            CASE WHEN name = 'scene_loaded' THEN nullIf(toString(props.scene), '') END AS scene,
            nullIf(toString(props.device), '') AS device,
            nullIf(toString(props.excluded), '') AS excluded,
            CASE WHEN name = 'performance' THEN nullIf(toString(props.frame_times), '') END AS frame_times,
            toFloat64OrNull(toString(nullIf(toString(props.frames), ''))) AS frames,
            toFloat64OrNull(toString(nullIf(toString(props.fps), ''))) AS fps,
            toFloat64OrNull(toString(nullIf(toString(props.duration_s), ''))) AS seconds,
            CASE
              WHEN name = 'performance'
              THEN accurateCastOrNull(nullIf(toString(props.hitches), ''), 'Nullable(Int64)')
            END AS hitches,
            CASE
              WHEN name = 'performance'
              THEN toFloat64OrNull(toString(nullIf(toString(props.memory_mb), '')))
            END AS memory_mb,
            CAST(name = 'scene_loaded'
            AND COALESCE(nullIf(toString(props.cold), '') = 'true', FALSE) AS Nullable(Bool)) AS is_cold
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
            name IN ('performance', 'scene_loaded')
        ) AS said
      ) AS sample
    ) AS sample
    WHERE
      time >= CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC'))
      AND time < CAST('2026-03-03 00:00:00' AS DateTime64(6, 'UTC'))
      AND (
        time < CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC'))
        OR time >= CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC'))
      )
      AND has(CAST(['windows'] AS Array(Nullable(String))), platform)
  ) AS samples
  WHERE
    NOT (
      memory_mb IS NULL
    ) AND session_id <> '' AND NOT is_excluded
  GROUP BY
    bucket,
    CAST(time AS Date32),
    owner,
    session_id,
    platform,
    version,
    country,
    scene,
    device
  UNION ALL
  SELECT
    bucket,
    platform,
    version,
    country,
    scene,
    device,
    CASE WHEN is_cold THEN 'load_cold' ELSE 'load_warm' END AS figure,
    CAST(LEAST(
      toInt32(600),
      GREATEST(toInt32(0), FLOOR(51.046 * LN(GREATEST(load_ms, toInt32(1)))))
    ) AS Nullable(Int16)) AS bin,
    CAST(1 AS Nullable(Int64)) AS amount,
    CAST(0 AS Nullable(Int64)) AS samples,
    CAST(0 AS Nullable(Int64)) AS frames_micros,
    CAST(0 AS Nullable(Int64)) AS frames_us,
    CAST(0 AS Nullable(Int64)) AS excluded_us,
    CAST(0 AS Nullable(Int64)) AS hitches,
    CAST(0 AS Nullable(Int64)) AS hitches_us
  FROM (
    SELECT
      CAST(0 AS Nullable(Int64)) AS bucket,
      time,
      owner,
      session_id,
      platform,
      version,
      country,
      scene,
      device,
      is_excluded,
      frames_micros,
      frames_us,
      frame_times,
      hitches,
      memory_mb,
      load_ms,
      is_cold
    FROM (
      SELECT
        game_id,
        env,
        time,
        player_id,
        owner,
        session_id,
        platform,
        version,
        country,
        COALESCE(
          CASE
            WHEN NOT (
              SUBSTRING(scene, 1, 1) IN ('{', '[')
            )
            THEN SUBSTRING(scene, 1, 256)
          END,
          map_id,
          CASE WHEN name = 'scene_loaded' THEN level END,
          ''
        ) AS scene,
        COALESCE(
          CASE
            WHEN NOT (
              SUBSTRING(device, 1, 1) IN ('{', '[')
            )
            THEN SUBSTRING(device, 1, 256)
          END,
          ''
        ) AS device,
        COALESCE(excluded = 'true', FALSE) AS is_excluded,
        CASE WHEN drawn_us > 0 AND drawn_micros >= 0 THEN drawn_micros END AS frames_micros,
        CASE WHEN drawn_us > 0 AND drawn_micros >= 0 THEN drawn_us END AS frames_us,
        CASE
          WHEN NOT (
            SUBSTRING(frame_times, 1, 1) IN ('{', '[')
          )
          THEN SUBSTRING(frame_times, 1, 4000)
        END AS frame_times,
        CASE WHEN hitches >= 0 AND hitches <= 1000000000 THEN hitches END AS hitches,
        CASE WHEN memory_mb >= 0 AND memory_mb <= 1e9 THEN memory_mb END AS memory_mb,
        CASE WHEN load_s >= 0 AND load_s <= 1e6 THEN load_s * 1000 END AS load_ms,
        is_cold
      FROM (
        SELECT
          game_id,
          env,
          time,
          name,
          player_id,
          owner,
          session_id,
          map_id,
          level,
          platform,
          version,
          country,
          scene,
          device,
          excluded,
          frame_times,
          hitches,
          memory_mb,
          is_cold,
          CASE WHEN name = 'scene_loaded' THEN seconds END AS load_s,
          CASE
            WHEN name = 'performance'
            THEN accurateCastOrNull(
              ROUND(
                1e6 * COALESCE(frames, value * COALESCE(seconds, toInt32(1)), fps * COALESCE(seconds, toInt32(1)))
              ),
              'Nullable(Int64)'
            )
          END AS drawn_micros,
          CASE
            WHEN name = 'performance'
            THEN accurateCastOrNull(ROUND(1e6 * COALESCE(seconds, toInt32(1))), 'Nullable(Int64)')
          END AS drawn_us
        FROM (
          SELECT
            game_id,
            env,
            time,
            name,
            player_id,
            owner,
            COALESCE(session_id, '') AS session_id,
            map_id,
            level,
            platform,
            version,
            country,
            value,
            CASE WHEN name = 'scene_loaded' THEN nullIf(toString(props.scene), '') END AS scene,
            nullIf(toString(props.device), '') AS device,
            nullIf(toString(props.excluded), '') AS excluded,
            CASE WHEN name = 'performance' THEN nullIf(toString(props.frame_times), '') END AS frame_times,
            toFloat64OrNull(toString(nullIf(toString(props.frames), ''))) AS frames,
            toFloat64OrNull(toString(nullIf(toString(props.fps), ''))) AS fps,
            toFloat64OrNull(toString(nullIf(toString(props.duration_s), ''))) AS seconds,
            CASE
              WHEN name = 'performance'
              THEN accurateCastOrNull(nullIf(toString(props.hitches), ''), 'Nullable(Int64)')
            END AS hitches,
            CASE
              WHEN name = 'performance'
              THEN toFloat64OrNull(toString(nullIf(toString(props.memory_mb), '')))
            END AS memory_mb,
            CAST(name = 'scene_loaded'
            AND COALESCE(nullIf(toString(props.cold), '') = 'true', FALSE) AS Nullable(Bool)) AS is_cold
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
            name IN ('performance', 'scene_loaded')
        ) AS said
      ) AS sample
    ) AS sample
    WHERE
      time >= CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC'))
      AND time < CAST('2026-03-03 00:00:00' AS DateTime64(6, 'UTC'))
      AND (
        time < CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC'))
        OR time >= CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC'))
      )
      AND has(CAST(['windows'] AS Array(Nullable(String))), platform)
  ) AS samples
  WHERE
    NOT (
      load_ms IS NULL
    )
  UNION ALL
  SELECT
    bucket,
    platform,
    version,
    country,
    scene,
    device,
    'sums' AS figure,
    CAST(0 AS Nullable(Int16)) AS bin,
    CAST(0 AS Nullable(Int64)) AS amount,
    toInt64(COUNT(*)) AS samples,
    CAST(SUM(
      CASE WHEN is_excluded THEN toInt32(0) ELSE COALESCE(frames_micros, toInt32(0)) END
    ) AS Nullable(Int64)) AS frames_micros,
    CAST(SUM(CASE WHEN is_excluded THEN toInt32(0) ELSE COALESCE(frames_us, toInt32(0)) END) AS Nullable(Int64)) AS frames_us,
    CAST(SUM(CASE WHEN is_excluded THEN COALESCE(frames_us, toInt32(0)) ELSE toInt32(0) END) AS Nullable(Int64)) AS excluded_us,
    CAST(SUM(
      CASE
        WHEN is_excluded OR frame_times <> '' OR frames_us IS NULL
        THEN toInt32(0)
        ELSE COALESCE(hitches, toInt32(0))
      END
    ) AS Nullable(Int64)) AS hitches,
    CAST(SUM(
      CASE
        WHEN is_excluded OR frame_times <> '' OR hitches IS NULL
        THEN toInt32(0)
        ELSE COALESCE(frames_us, toInt32(0))
      END
    ) AS Nullable(Int64)) AS hitches_us
  FROM (
    SELECT
      CAST(0 AS Nullable(Int64)) AS bucket,
      time,
      owner,
      session_id,
      platform,
      version,
      country,
      scene,
      device,
      is_excluded,
      frames_micros,
      frames_us,
      frame_times,
      hitches,
      memory_mb,
      load_ms,
      is_cold
    FROM (
      SELECT
        game_id,
        env,
        time,
        player_id,
        owner,
        session_id,
        platform,
        version,
        country,
        COALESCE(
          CASE
            WHEN NOT (
              SUBSTRING(scene, 1, 1) IN ('{', '[')
            )
            THEN SUBSTRING(scene, 1, 256)
          END,
          map_id,
          CASE WHEN name = 'scene_loaded' THEN level END,
          ''
        ) AS scene,
        COALESCE(
          CASE
            WHEN NOT (
              SUBSTRING(device, 1, 1) IN ('{', '[')
            )
            THEN SUBSTRING(device, 1, 256)
          END,
          ''
        ) AS device,
        COALESCE(excluded = 'true', FALSE) AS is_excluded,
        CASE WHEN drawn_us > 0 AND drawn_micros >= 0 THEN drawn_micros END AS frames_micros,
        CASE WHEN drawn_us > 0 AND drawn_micros >= 0 THEN drawn_us END AS frames_us,
        CASE
          WHEN NOT (
            SUBSTRING(frame_times, 1, 1) IN ('{', '[')
          )
          THEN SUBSTRING(frame_times, 1, 4000)
        END AS frame_times,
        CASE WHEN hitches >= 0 AND hitches <= 1000000000 THEN hitches END AS hitches,
        CASE WHEN memory_mb >= 0 AND memory_mb <= 1e9 THEN memory_mb END AS memory_mb,
        CASE WHEN load_s >= 0 AND load_s <= 1e6 THEN load_s * 1000 END AS load_ms,
        is_cold
      FROM (
        SELECT
          game_id,
          env,
          time,
          name,
          player_id,
          owner,
          session_id,
          map_id,
          level,
          platform,
          version,
          country,
          scene,
          device,
          excluded,
          frame_times,
          hitches,
          memory_mb,
          is_cold,
          CASE WHEN name = 'scene_loaded' THEN seconds END AS load_s,
          CASE
            WHEN name = 'performance'
            THEN accurateCastOrNull(
              ROUND(
                1e6 * COALESCE(frames, value * COALESCE(seconds, toInt32(1)), fps * COALESCE(seconds, toInt32(1)))
              ),
              'Nullable(Int64)'
            )
          END AS drawn_micros,
          CASE
            WHEN name = 'performance'
            THEN accurateCastOrNull(ROUND(1e6 * COALESCE(seconds, toInt32(1))), 'Nullable(Int64)')
          END AS drawn_us
        FROM (
          SELECT
            game_id,
            env,
            time,
            name,
            player_id,
            owner,
            COALESCE(session_id, '') AS session_id,
            map_id,
            level,
            platform,
            version,
            country,
            value,
            CASE WHEN name = 'scene_loaded' THEN nullIf(toString(props.scene), '') END AS scene,
            nullIf(toString(props.device), '') AS device,
            nullIf(toString(props.excluded), '') AS excluded,
            CASE WHEN name = 'performance' THEN nullIf(toString(props.frame_times), '') END AS frame_times,
            toFloat64OrNull(toString(nullIf(toString(props.frames), ''))) AS frames,
            toFloat64OrNull(toString(nullIf(toString(props.fps), ''))) AS fps,
            toFloat64OrNull(toString(nullIf(toString(props.duration_s), ''))) AS seconds,
            CASE
              WHEN name = 'performance'
              THEN accurateCastOrNull(nullIf(toString(props.hitches), ''), 'Nullable(Int64)')
            END AS hitches,
            CASE
              WHEN name = 'performance'
              THEN toFloat64OrNull(toString(nullIf(toString(props.memory_mb), '')))
            END AS memory_mb,
            CAST(name = 'scene_loaded'
            AND COALESCE(nullIf(toString(props.cold), '') = 'true', FALSE) AS Nullable(Bool)) AS is_cold
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
            name IN ('performance', 'scene_loaded')
        ) AS said
      ) AS sample
    ) AS sample
    WHERE
      time >= CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC'))
      AND time < CAST('2026-03-03 00:00:00' AS DateTime64(6, 'UTC'))
      AND (
        time < CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC'))
        OR time >= CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC'))
      )
      AND has(CAST(['windows'] AS Array(Nullable(String))), platform)
  ) AS samples
  GROUP BY
    bucket,
    platform,
    version,
    country,
    scene,
    device
  UNION ALL
  SELECT
    CAST(0 AS Nullable(Int64)) AS bucket,
    platform,
    version,
    country,
    scene,
    device,
    figure,
    bin,
    amount,
    samples,
    frames_micros,
    frames_us,
    excluded_us,
    hitches,
    hitches_us
  FROM (
    SELECT
      *,
      CAST(day AS DateTime64(6, 'UTC')) + INTERVAL '12' HOUR AS time
    FROM playtrace.performance_days
  ) AS made
  WHERE
    game_id = 'arena'
    AND env = 'prod'
    AND day >= CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC'))
    AND day < CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC'))
    AND has(CAST(['windows'] AS Array(Nullable(String))), platform)
)
SELECT
  part,
  '' AS loaded,
  'sums' AS figure,
  CAST(SUM(samples) AS Nullable(Int64)) AS samples,
  SUM(frames_micros) AS frames_micros,
  SUM(frames_us) AS frames_us,
  SUM(excluded_us) AS excluded_us,
  SUM(hitches) AS hitches,
  SUM(hitches_us) AS hitches_us
FROM (
  SELECT
    samples,
    frames_micros,
    frames_us,
    excluded_us,
    hitches,
    hitches_us,
    CASE
      WHEN 'device' = 'platform'
      THEN CASE WHEN platform <> 'unknown' THEN platform ELSE '' END
      WHEN 'device' = 'version'
      THEN CASE WHEN version <> 'unknown' THEN version ELSE '' END
      WHEN 'device' = 'country'
      THEN CASE WHEN country <> 'unknown' THEN country ELSE '' END
      WHEN 'device' = 'device'
      THEN device
      WHEN 'device' = 'map'
      THEN scene
      ELSE ''
    END AS part
  FROM performance
  WHERE
    figure = 'sums'
    AND (
      NULL IS NULL OR CAST(NULL AS Nullable(Bool))
    )
    AND (
      NULL IS NULL OR CAST(NULL AS Nullable(Bool))
    )
) AS parts
GROUP BY
  part;
