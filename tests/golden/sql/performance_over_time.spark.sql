WITH all_performance_samples AS (
  SELECT
    CAST(time AS DATE) AS day,
    COUNT(*) AS samples
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
    FROM main_performance_samples
    WHERE
      game_id = 'arena' AND env = 'prod'
  ) AS sample
  WHERE
    time >= CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
    AND time < CAST('2026-03-03 00:00:00' AS TIMESTAMP_NTZ)
  GROUP BY
    CAST(time AS DATE)
), made AS (
  SELECT
    day,
    CAST(SUM(samples) AS BIGINT) AS samples
  FROM main_performance_days
  WHERE
    game_id = 'arena'
    AND env = 'prod'
    AND figure = 'sums'
    AND day >= CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
    AND day < CAST('2026-03-03 00:00:00' AS TIMESTAMP_NTZ)
  GROUP BY
    day
)
SELECT
  made.day
FROM made
JOIN all_performance_samples
  ON made.day = all_performance_samples.day
WHERE
  made.samples = all_performance_samples.samples
ORDER BY
  made.day NULLS LAST;

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
      ROW_NUMBER() OVER (
        ORDER BY bucket NULLS LAST, day NULLS LAST, owner NULLS LAST, session_id NULLS LAST, platform NULLS LAST, version NULLS LAST, country NULLS LAST, scene NULLS LAST, device NULLS LAST
      ) AS unit
    FROM (
      SELECT
        bucket,
        CAST(time AS DATE) AS day,
        owner,
        session_id,
        platform,
        version,
        country,
        scene,
        device,
        CASE
          WHEN COUNT(frame_times) > 0
          THEN ARRAY_JOIN(COLLECT_LIST(frame_times), ' ')
        END AS frame_times
      FROM (
        SELECT
          CAST(0 AS BIGINT) AS bucket,
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
          FROM main_performance_samples
          WHERE
            game_id = 'arena' AND env = 'prod'
        ) AS sample
        WHERE
          time >= CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
          AND time < CAST('2026-03-03 00:00:00' AS TIMESTAMP_NTZ)
          AND (
            time < CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
            OR time >= CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
          )
          AND ARRAY_CONTAINS(CAST(ARRAY('windows') AS ARRAY<STRING>), platform)
      ) AS samples
      WHERE
        frame_times <> '' AND NOT is_excluded
      GROUP BY
        bucket,
        CAST(time AS DATE),
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
    CAST(SUM(frames) AS BIGINT) AS frames
  FROM (
    SELECT
      unit,
      TRY_CAST(SUBSTRING(piece, 1, LOCATE(':', piece) - 1) AS SMALLINT) AS bin,
      TRY_CAST(SUBSTRING(piece, LOCATE(':', piece) + 1) AS BIGINT) AS frames
    FROM (
      SELECT
        unit,
        EXPLODE(SPLIT(frame_times, CONCAT('\\Q', ' ', '\\E'))) AS piece
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
    CAST(0 AS BIGINT) AS samples,
    CAST(0 AS BIGINT) AS frames_micros,
    CAST(0 AS BIGINT) AS frames_us,
    CAST(0 AS BIGINT) AS excluded_us,
    CAST(0 AS BIGINT) AS hitches,
    CAST(0 AS BIGINT) AS hitches_us
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
    p99.bin,
    CAST(1 AS BIGINT) AS amount,
    CAST(0 AS BIGINT) AS samples,
    CAST(0 AS BIGINT) AS frames_micros,
    CAST(0 AS BIGINT) AS frames_us,
    CAST(0 AS BIGINT) AS excluded_us,
    CAST(0 AS BIGINT) AS hitches,
    CAST(0 AS BIGINT) AS hitches_us
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
          ORDER BY bin NULLS LAST
          ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS frames_so_far,
        SUM(frames) OVER (PARTITION BY session_unit) AS frames_all
      FROM (
        SELECT
          frame_units.session_unit,
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
    p99.bin,
    CAST(1 AS BIGINT) AS amount,
    CAST(0 AS BIGINT) AS samples,
    CAST(0 AS BIGINT) AS frames_micros,
    CAST(0 AS BIGINT) AS frames_us,
    CAST(0 AS BIGINT) AS excluded_us,
    CAST(0 AS BIGINT) AS hitches,
    CAST(0 AS BIGINT) AS hitches_us
  FROM (
    SELECT
      unit,
      MIN(bin) AS bin
    FROM (
      SELECT
        unit,
        bin,
        SUM(frames) OVER (
          PARTITION BY unit
          ORDER BY bin NULLS LAST
          ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS frames_so_far,
        SUM(frames) OVER (PARTITION BY unit) AS frames_all
      FROM (
        SELECT
          frame_units.unit,
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
    CAST(LEAST(600, GREATEST(0, FLOOR(51.046 * LN(GREATEST(MAX(memory_mb), 1))))) AS SMALLINT) AS bin,
    CAST(1 AS BIGINT) AS amount,
    CAST(0 AS BIGINT) AS samples,
    CAST(0 AS BIGINT) AS frames_micros,
    CAST(0 AS BIGINT) AS frames_us,
    CAST(0 AS BIGINT) AS excluded_us,
    CAST(0 AS BIGINT) AS hitches,
    CAST(0 AS BIGINT) AS hitches_us
  FROM (
    SELECT
      CAST(0 AS BIGINT) AS bucket,
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
      FROM main_performance_samples
      WHERE
        game_id = 'arena' AND env = 'prod'
    ) AS sample
    WHERE
      time >= CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
      AND time < CAST('2026-03-03 00:00:00' AS TIMESTAMP_NTZ)
      AND (
        time < CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
        OR time >= CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
      )
      AND ARRAY_CONTAINS(CAST(ARRAY('windows') AS ARRAY<STRING>), platform)
  ) AS samples
  WHERE
    NOT memory_mb IS NULL AND session_id <> '' AND NOT is_excluded
  GROUP BY
    bucket,
    CAST(time AS DATE),
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
    CAST(LEAST(600, GREATEST(0, FLOOR(51.046 * LN(GREATEST(MAX(memory_mb), 1))))) AS SMALLINT) AS bin,
    CAST(1 AS BIGINT) AS amount,
    CAST(0 AS BIGINT) AS samples,
    CAST(0 AS BIGINT) AS frames_micros,
    CAST(0 AS BIGINT) AS frames_us,
    CAST(0 AS BIGINT) AS excluded_us,
    CAST(0 AS BIGINT) AS hitches,
    CAST(0 AS BIGINT) AS hitches_us
  FROM (
    SELECT
      CAST(0 AS BIGINT) AS bucket,
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
      FROM main_performance_samples
      WHERE
        game_id = 'arena' AND env = 'prod'
    ) AS sample
    WHERE
      time >= CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
      AND time < CAST('2026-03-03 00:00:00' AS TIMESTAMP_NTZ)
      AND (
        time < CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
        OR time >= CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
      )
      AND ARRAY_CONTAINS(CAST(ARRAY('windows') AS ARRAY<STRING>), platform)
  ) AS samples
  WHERE
    NOT memory_mb IS NULL AND session_id <> '' AND NOT is_excluded
  GROUP BY
    bucket,
    CAST(time AS DATE),
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
    CAST(LEAST(600, GREATEST(0, FLOOR(51.046 * LN(GREATEST(load_ms, 1))))) AS SMALLINT) AS bin,
    CAST(1 AS BIGINT) AS amount,
    CAST(0 AS BIGINT) AS samples,
    CAST(0 AS BIGINT) AS frames_micros,
    CAST(0 AS BIGINT) AS frames_us,
    CAST(0 AS BIGINT) AS excluded_us,
    CAST(0 AS BIGINT) AS hitches,
    CAST(0 AS BIGINT) AS hitches_us
  FROM (
    SELECT
      CAST(0 AS BIGINT) AS bucket,
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
      FROM main_performance_samples
      WHERE
        game_id = 'arena' AND env = 'prod'
    ) AS sample
    WHERE
      time >= CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
      AND time < CAST('2026-03-03 00:00:00' AS TIMESTAMP_NTZ)
      AND (
        time < CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
        OR time >= CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
      )
      AND ARRAY_CONTAINS(CAST(ARRAY('windows') AS ARRAY<STRING>), platform)
  ) AS samples
  WHERE
    NOT load_ms IS NULL
  UNION ALL
  SELECT
    bucket,
    platform,
    version,
    country,
    scene,
    device,
    'sums' AS figure,
    CAST(0 AS SMALLINT) AS bin,
    CAST(0 AS BIGINT) AS amount,
    COUNT(*) AS samples,
    CAST(SUM(CASE WHEN is_excluded THEN 0 ELSE COALESCE(frames_micros, 0) END) AS BIGINT) AS frames_micros,
    CAST(SUM(CASE WHEN is_excluded THEN 0 ELSE COALESCE(frames_us, 0) END) AS BIGINT) AS frames_us,
    CAST(SUM(CASE WHEN is_excluded THEN COALESCE(frames_us, 0) ELSE 0 END) AS BIGINT) AS excluded_us,
    CAST(SUM(
      CASE
        WHEN is_excluded OR frame_times <> '' OR frames_us IS NULL
        THEN 0
        ELSE COALESCE(hitches, 0)
      END
    ) AS BIGINT) AS hitches,
    CAST(SUM(
      CASE
        WHEN is_excluded OR frame_times <> '' OR hitches IS NULL
        THEN 0
        ELSE COALESCE(frames_us, 0)
      END
    ) AS BIGINT) AS hitches_us
  FROM (
    SELECT
      CAST(0 AS BIGINT) AS bucket,
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
      FROM main_performance_samples
      WHERE
        game_id = 'arena' AND env = 'prod'
    ) AS sample
    WHERE
      time >= CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
      AND time < CAST('2026-03-03 00:00:00' AS TIMESTAMP_NTZ)
      AND (
        time < CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
        OR time >= CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
      )
      AND ARRAY_CONTAINS(CAST(ARRAY('windows') AS ARRAY<STRING>), platform)
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
    CAST(0 AS BIGINT) AS bucket,
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
      CAST(day AS TIMESTAMP_NTZ) + INTERVAL '12' HOUR AS time
    FROM main_performance_days
  ) AS made
  WHERE
    game_id = 'arena'
    AND env = 'prod'
    AND day >= CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
    AND day < CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
    AND ARRAY_CONTAINS(CAST(ARRAY('windows') AS ARRAY<STRING>), platform)
)
SELECT
  part,
  loaded,
  figure,
  bin,
  CAST(SUM(amount) AS BIGINT) AS amount
FROM (
  SELECT
    figure,
    bin,
    amount,
    CASE ''
      WHEN 'platform'
      THEN CASE WHEN platform <> 'unknown' THEN platform ELSE '' END
      WHEN 'version'
      THEN CASE WHEN version <> 'unknown' THEN version ELSE '' END
      WHEN 'country'
      THEN CASE WHEN country <> 'unknown' THEN country ELSE '' END
      WHEN 'device'
      THEN device
      WHEN 'map'
      THEN scene
      ELSE ''
    END AS part,
    CASE WHEN figure IN ('load_cold', 'load_warm') THEN scene ELSE '' END AS loaded
  FROM performance
  WHERE
    NOT figure IN ('sums', 'scene_session', 'scene_memory')
    AND (
      CAST(NULL AS ARRAY<STRING>) IS NULL
      OR ARRAY_CONTAINS(CAST(NULL AS ARRAY<STRING>), scene)
    )
    AND (
      CAST(NULL AS ARRAY<STRING>) IS NULL
      OR ARRAY_CONTAINS(CAST(NULL AS ARRAY<STRING>), device)
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
      ROW_NUMBER() OVER (
        ORDER BY bucket NULLS LAST, day NULLS LAST, owner NULLS LAST, session_id NULLS LAST, platform NULLS LAST, version NULLS LAST, country NULLS LAST, scene NULLS LAST, device NULLS LAST
      ) AS unit
    FROM (
      SELECT
        bucket,
        CAST(time AS DATE) AS day,
        owner,
        session_id,
        platform,
        version,
        country,
        scene,
        device,
        CASE
          WHEN COUNT(frame_times) > 0
          THEN ARRAY_JOIN(COLLECT_LIST(frame_times), ' ')
        END AS frame_times
      FROM (
        SELECT
          CAST(0 AS BIGINT) AS bucket,
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
          FROM main_performance_samples
          WHERE
            game_id = 'arena' AND env = 'prod'
        ) AS sample
        WHERE
          time >= CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
          AND time < CAST('2026-03-03 00:00:00' AS TIMESTAMP_NTZ)
          AND (
            time < CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
            OR time >= CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
          )
          AND ARRAY_CONTAINS(CAST(ARRAY('windows') AS ARRAY<STRING>), platform)
      ) AS samples
      WHERE
        frame_times <> '' AND NOT is_excluded
      GROUP BY
        bucket,
        CAST(time AS DATE),
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
    CAST(SUM(frames) AS BIGINT) AS frames
  FROM (
    SELECT
      unit,
      TRY_CAST(SUBSTRING(piece, 1, LOCATE(':', piece) - 1) AS SMALLINT) AS bin,
      TRY_CAST(SUBSTRING(piece, LOCATE(':', piece) + 1) AS BIGINT) AS frames
    FROM (
      SELECT
        unit,
        EXPLODE(SPLIT(frame_times, CONCAT('\\Q', ' ', '\\E'))) AS piece
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
    CAST(0 AS BIGINT) AS samples,
    CAST(0 AS BIGINT) AS frames_micros,
    CAST(0 AS BIGINT) AS frames_us,
    CAST(0 AS BIGINT) AS excluded_us,
    CAST(0 AS BIGINT) AS hitches,
    CAST(0 AS BIGINT) AS hitches_us
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
    p99.bin,
    CAST(1 AS BIGINT) AS amount,
    CAST(0 AS BIGINT) AS samples,
    CAST(0 AS BIGINT) AS frames_micros,
    CAST(0 AS BIGINT) AS frames_us,
    CAST(0 AS BIGINT) AS excluded_us,
    CAST(0 AS BIGINT) AS hitches,
    CAST(0 AS BIGINT) AS hitches_us
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
          ORDER BY bin NULLS LAST
          ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS frames_so_far,
        SUM(frames) OVER (PARTITION BY session_unit) AS frames_all
      FROM (
        SELECT
          frame_units.session_unit,
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
    p99.bin,
    CAST(1 AS BIGINT) AS amount,
    CAST(0 AS BIGINT) AS samples,
    CAST(0 AS BIGINT) AS frames_micros,
    CAST(0 AS BIGINT) AS frames_us,
    CAST(0 AS BIGINT) AS excluded_us,
    CAST(0 AS BIGINT) AS hitches,
    CAST(0 AS BIGINT) AS hitches_us
  FROM (
    SELECT
      unit,
      MIN(bin) AS bin
    FROM (
      SELECT
        unit,
        bin,
        SUM(frames) OVER (
          PARTITION BY unit
          ORDER BY bin NULLS LAST
          ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS frames_so_far,
        SUM(frames) OVER (PARTITION BY unit) AS frames_all
      FROM (
        SELECT
          frame_units.unit,
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
    CAST(LEAST(600, GREATEST(0, FLOOR(51.046 * LN(GREATEST(MAX(memory_mb), 1))))) AS SMALLINT) AS bin,
    CAST(1 AS BIGINT) AS amount,
    CAST(0 AS BIGINT) AS samples,
    CAST(0 AS BIGINT) AS frames_micros,
    CAST(0 AS BIGINT) AS frames_us,
    CAST(0 AS BIGINT) AS excluded_us,
    CAST(0 AS BIGINT) AS hitches,
    CAST(0 AS BIGINT) AS hitches_us
  FROM (
    SELECT
      CAST(0 AS BIGINT) AS bucket,
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
      FROM main_performance_samples
      WHERE
        game_id = 'arena' AND env = 'prod'
    ) AS sample
    WHERE
      time >= CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
      AND time < CAST('2026-03-03 00:00:00' AS TIMESTAMP_NTZ)
      AND (
        time < CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
        OR time >= CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
      )
      AND ARRAY_CONTAINS(CAST(ARRAY('windows') AS ARRAY<STRING>), platform)
  ) AS samples
  WHERE
    NOT memory_mb IS NULL AND session_id <> '' AND NOT is_excluded
  GROUP BY
    bucket,
    CAST(time AS DATE),
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
    CAST(LEAST(600, GREATEST(0, FLOOR(51.046 * LN(GREATEST(MAX(memory_mb), 1))))) AS SMALLINT) AS bin,
    CAST(1 AS BIGINT) AS amount,
    CAST(0 AS BIGINT) AS samples,
    CAST(0 AS BIGINT) AS frames_micros,
    CAST(0 AS BIGINT) AS frames_us,
    CAST(0 AS BIGINT) AS excluded_us,
    CAST(0 AS BIGINT) AS hitches,
    CAST(0 AS BIGINT) AS hitches_us
  FROM (
    SELECT
      CAST(0 AS BIGINT) AS bucket,
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
      FROM main_performance_samples
      WHERE
        game_id = 'arena' AND env = 'prod'
    ) AS sample
    WHERE
      time >= CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
      AND time < CAST('2026-03-03 00:00:00' AS TIMESTAMP_NTZ)
      AND (
        time < CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
        OR time >= CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
      )
      AND ARRAY_CONTAINS(CAST(ARRAY('windows') AS ARRAY<STRING>), platform)
  ) AS samples
  WHERE
    NOT memory_mb IS NULL AND session_id <> '' AND NOT is_excluded
  GROUP BY
    bucket,
    CAST(time AS DATE),
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
    CAST(LEAST(600, GREATEST(0, FLOOR(51.046 * LN(GREATEST(load_ms, 1))))) AS SMALLINT) AS bin,
    CAST(1 AS BIGINT) AS amount,
    CAST(0 AS BIGINT) AS samples,
    CAST(0 AS BIGINT) AS frames_micros,
    CAST(0 AS BIGINT) AS frames_us,
    CAST(0 AS BIGINT) AS excluded_us,
    CAST(0 AS BIGINT) AS hitches,
    CAST(0 AS BIGINT) AS hitches_us
  FROM (
    SELECT
      CAST(0 AS BIGINT) AS bucket,
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
      FROM main_performance_samples
      WHERE
        game_id = 'arena' AND env = 'prod'
    ) AS sample
    WHERE
      time >= CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
      AND time < CAST('2026-03-03 00:00:00' AS TIMESTAMP_NTZ)
      AND (
        time < CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
        OR time >= CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
      )
      AND ARRAY_CONTAINS(CAST(ARRAY('windows') AS ARRAY<STRING>), platform)
  ) AS samples
  WHERE
    NOT load_ms IS NULL
  UNION ALL
  SELECT
    bucket,
    platform,
    version,
    country,
    scene,
    device,
    'sums' AS figure,
    CAST(0 AS SMALLINT) AS bin,
    CAST(0 AS BIGINT) AS amount,
    COUNT(*) AS samples,
    CAST(SUM(CASE WHEN is_excluded THEN 0 ELSE COALESCE(frames_micros, 0) END) AS BIGINT) AS frames_micros,
    CAST(SUM(CASE WHEN is_excluded THEN 0 ELSE COALESCE(frames_us, 0) END) AS BIGINT) AS frames_us,
    CAST(SUM(CASE WHEN is_excluded THEN COALESCE(frames_us, 0) ELSE 0 END) AS BIGINT) AS excluded_us,
    CAST(SUM(
      CASE
        WHEN is_excluded OR frame_times <> '' OR frames_us IS NULL
        THEN 0
        ELSE COALESCE(hitches, 0)
      END
    ) AS BIGINT) AS hitches,
    CAST(SUM(
      CASE
        WHEN is_excluded OR frame_times <> '' OR hitches IS NULL
        THEN 0
        ELSE COALESCE(frames_us, 0)
      END
    ) AS BIGINT) AS hitches_us
  FROM (
    SELECT
      CAST(0 AS BIGINT) AS bucket,
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
      FROM main_performance_samples
      WHERE
        game_id = 'arena' AND env = 'prod'
    ) AS sample
    WHERE
      time >= CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
      AND time < CAST('2026-03-03 00:00:00' AS TIMESTAMP_NTZ)
      AND (
        time < CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
        OR time >= CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
      )
      AND ARRAY_CONTAINS(CAST(ARRAY('windows') AS ARRAY<STRING>), platform)
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
    CAST(0 AS BIGINT) AS bucket,
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
      CAST(day AS TIMESTAMP_NTZ) + INTERVAL '12' HOUR AS time
    FROM main_performance_days
  ) AS made
  WHERE
    game_id = 'arena'
    AND env = 'prod'
    AND day >= CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
    AND day < CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
    AND ARRAY_CONTAINS(CAST(ARRAY('windows') AS ARRAY<STRING>), platform)
)
SELECT
  part,
  '' AS loaded,
  'sums' AS figure,
  CAST(SUM(samples) AS BIGINT) AS samples,
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
    CASE ''
      WHEN 'platform'
      THEN CASE WHEN platform <> 'unknown' THEN platform ELSE '' END
      WHEN 'version'
      THEN CASE WHEN version <> 'unknown' THEN version ELSE '' END
      WHEN 'country'
      THEN CASE WHEN country <> 'unknown' THEN country ELSE '' END
      WHEN 'device'
      THEN device
      WHEN 'map'
      THEN scene
      ELSE ''
    END AS part
  FROM performance
  WHERE
    figure = 'sums'
    AND (
      CAST(NULL AS ARRAY<STRING>) IS NULL
      OR ARRAY_CONTAINS(CAST(NULL AS ARRAY<STRING>), scene)
    )
    AND (
      CAST(NULL AS ARRAY<STRING>) IS NULL
      OR ARRAY_CONTAINS(CAST(NULL AS ARRAY<STRING>), device)
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
      ROW_NUMBER() OVER (
        ORDER BY bucket NULLS LAST, day NULLS LAST, owner NULLS LAST, session_id NULLS LAST, platform NULLS LAST, version NULLS LAST, country NULLS LAST, scene NULLS LAST, device NULLS LAST
      ) AS unit
    FROM (
      SELECT
        bucket,
        CAST(time AS DATE) AS day,
        owner,
        session_id,
        platform,
        version,
        country,
        scene,
        device,
        CASE
          WHEN COUNT(frame_times) > 0
          THEN ARRAY_JOIN(COLLECT_LIST(frame_times), ' ')
        END AS frame_times
      FROM (
        SELECT
          CASE
            WHEN time < CAST('2026-03-02 00:00:00' AS TIMESTAMP_NTZ)
            THEN CAST(0 AS BIGINT)
            ELSE CAST(1 AS BIGINT)
          END AS bucket,
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
          FROM main_performance_samples
          WHERE
            game_id = 'arena' AND env = 'prod'
        ) AS sample
        WHERE
          time >= CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
          AND time < CAST('2026-03-03 00:00:00' AS TIMESTAMP_NTZ)
          AND (
            time < CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
            OR time >= CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
          )
          AND (
            time < CAST('2026-03-02 00:00:00' AS TIMESTAMP_NTZ)
            OR time >= CAST('2026-03-02 00:00:00' AS TIMESTAMP_NTZ)
          )
          AND ARRAY_CONTAINS(CAST(ARRAY('windows') AS ARRAY<STRING>), platform)
      ) AS samples
      WHERE
        frame_times <> '' AND NOT is_excluded
      GROUP BY
        bucket,
        CAST(time AS DATE),
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
    CAST(SUM(frames) AS BIGINT) AS frames
  FROM (
    SELECT
      unit,
      TRY_CAST(SUBSTRING(piece, 1, LOCATE(':', piece) - 1) AS SMALLINT) AS bin,
      TRY_CAST(SUBSTRING(piece, LOCATE(':', piece) + 1) AS BIGINT) AS frames
    FROM (
      SELECT
        unit,
        EXPLODE(SPLIT(frame_times, CONCAT('\\Q', ' ', '\\E'))) AS piece
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
    CAST(0 AS BIGINT) AS samples,
    CAST(0 AS BIGINT) AS frames_micros,
    CAST(0 AS BIGINT) AS frames_us,
    CAST(0 AS BIGINT) AS excluded_us,
    CAST(0 AS BIGINT) AS hitches,
    CAST(0 AS BIGINT) AS hitches_us
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
    p99.bin,
    CAST(1 AS BIGINT) AS amount,
    CAST(0 AS BIGINT) AS samples,
    CAST(0 AS BIGINT) AS frames_micros,
    CAST(0 AS BIGINT) AS frames_us,
    CAST(0 AS BIGINT) AS excluded_us,
    CAST(0 AS BIGINT) AS hitches,
    CAST(0 AS BIGINT) AS hitches_us
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
          ORDER BY bin NULLS LAST
          ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS frames_so_far,
        SUM(frames) OVER (PARTITION BY session_unit) AS frames_all
      FROM (
        SELECT
          frame_units.session_unit,
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
    p99.bin,
    CAST(1 AS BIGINT) AS amount,
    CAST(0 AS BIGINT) AS samples,
    CAST(0 AS BIGINT) AS frames_micros,
    CAST(0 AS BIGINT) AS frames_us,
    CAST(0 AS BIGINT) AS excluded_us,
    CAST(0 AS BIGINT) AS hitches,
    CAST(0 AS BIGINT) AS hitches_us
  FROM (
    SELECT
      unit,
      MIN(bin) AS bin
    FROM (
      SELECT
        unit,
        bin,
        SUM(frames) OVER (
          PARTITION BY unit
          ORDER BY bin NULLS LAST
          ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS frames_so_far,
        SUM(frames) OVER (PARTITION BY unit) AS frames_all
      FROM (
        SELECT
          frame_units.unit,
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
    CAST(LEAST(600, GREATEST(0, FLOOR(51.046 * LN(GREATEST(MAX(memory_mb), 1))))) AS SMALLINT) AS bin,
    CAST(1 AS BIGINT) AS amount,
    CAST(0 AS BIGINT) AS samples,
    CAST(0 AS BIGINT) AS frames_micros,
    CAST(0 AS BIGINT) AS frames_us,
    CAST(0 AS BIGINT) AS excluded_us,
    CAST(0 AS BIGINT) AS hitches,
    CAST(0 AS BIGINT) AS hitches_us
  FROM (
    SELECT
      CASE
        WHEN time < CAST('2026-03-02 00:00:00' AS TIMESTAMP_NTZ)
        THEN CAST(0 AS BIGINT)
        ELSE CAST(1 AS BIGINT)
      END AS bucket,
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
      FROM main_performance_samples
      WHERE
        game_id = 'arena' AND env = 'prod'
    ) AS sample
    WHERE
      time >= CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
      AND time < CAST('2026-03-03 00:00:00' AS TIMESTAMP_NTZ)
      AND (
        time < CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
        OR time >= CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
      )
      AND (
        time < CAST('2026-03-02 00:00:00' AS TIMESTAMP_NTZ)
        OR time >= CAST('2026-03-02 00:00:00' AS TIMESTAMP_NTZ)
      )
      AND ARRAY_CONTAINS(CAST(ARRAY('windows') AS ARRAY<STRING>), platform)
  ) AS samples
  WHERE
    NOT memory_mb IS NULL AND session_id <> '' AND NOT is_excluded
  GROUP BY
    bucket,
    CAST(time AS DATE),
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
    CAST(LEAST(600, GREATEST(0, FLOOR(51.046 * LN(GREATEST(MAX(memory_mb), 1))))) AS SMALLINT) AS bin,
    CAST(1 AS BIGINT) AS amount,
    CAST(0 AS BIGINT) AS samples,
    CAST(0 AS BIGINT) AS frames_micros,
    CAST(0 AS BIGINT) AS frames_us,
    CAST(0 AS BIGINT) AS excluded_us,
    CAST(0 AS BIGINT) AS hitches,
    CAST(0 AS BIGINT) AS hitches_us
  FROM (
    SELECT
      CASE
        WHEN time < CAST('2026-03-02 00:00:00' AS TIMESTAMP_NTZ)
        THEN CAST(0 AS BIGINT)
        ELSE CAST(1 AS BIGINT)
      END AS bucket,
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
      FROM main_performance_samples
      WHERE
        game_id = 'arena' AND env = 'prod'
    ) AS sample
    WHERE
      time >= CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
      AND time < CAST('2026-03-03 00:00:00' AS TIMESTAMP_NTZ)
      AND (
        time < CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
        OR time >= CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
      )
      AND (
        time < CAST('2026-03-02 00:00:00' AS TIMESTAMP_NTZ)
        OR time >= CAST('2026-03-02 00:00:00' AS TIMESTAMP_NTZ)
      )
      AND ARRAY_CONTAINS(CAST(ARRAY('windows') AS ARRAY<STRING>), platform)
  ) AS samples
  WHERE
    NOT memory_mb IS NULL AND session_id <> '' AND NOT is_excluded
  GROUP BY
    bucket,
    CAST(time AS DATE),
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
    CAST(LEAST(600, GREATEST(0, FLOOR(51.046 * LN(GREATEST(load_ms, 1))))) AS SMALLINT) AS bin,
    CAST(1 AS BIGINT) AS amount,
    CAST(0 AS BIGINT) AS samples,
    CAST(0 AS BIGINT) AS frames_micros,
    CAST(0 AS BIGINT) AS frames_us,
    CAST(0 AS BIGINT) AS excluded_us,
    CAST(0 AS BIGINT) AS hitches,
    CAST(0 AS BIGINT) AS hitches_us
  FROM (
    SELECT
      CASE
        WHEN time < CAST('2026-03-02 00:00:00' AS TIMESTAMP_NTZ)
        THEN CAST(0 AS BIGINT)
        ELSE CAST(1 AS BIGINT)
      END AS bucket,
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
      FROM main_performance_samples
      WHERE
        game_id = 'arena' AND env = 'prod'
    ) AS sample
    WHERE
      time >= CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
      AND time < CAST('2026-03-03 00:00:00' AS TIMESTAMP_NTZ)
      AND (
        time < CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
        OR time >= CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
      )
      AND (
        time < CAST('2026-03-02 00:00:00' AS TIMESTAMP_NTZ)
        OR time >= CAST('2026-03-02 00:00:00' AS TIMESTAMP_NTZ)
      )
      AND ARRAY_CONTAINS(CAST(ARRAY('windows') AS ARRAY<STRING>), platform)
  ) AS samples
  WHERE
    NOT load_ms IS NULL
  UNION ALL
  SELECT
    bucket,
    platform,
    version,
    country,
    scene,
    device,
    'sums' AS figure,
    CAST(0 AS SMALLINT) AS bin,
    CAST(0 AS BIGINT) AS amount,
    COUNT(*) AS samples,
    CAST(SUM(CASE WHEN is_excluded THEN 0 ELSE COALESCE(frames_micros, 0) END) AS BIGINT) AS frames_micros,
    CAST(SUM(CASE WHEN is_excluded THEN 0 ELSE COALESCE(frames_us, 0) END) AS BIGINT) AS frames_us,
    CAST(SUM(CASE WHEN is_excluded THEN COALESCE(frames_us, 0) ELSE 0 END) AS BIGINT) AS excluded_us,
    CAST(SUM(
      CASE
        WHEN is_excluded OR frame_times <> '' OR frames_us IS NULL
        THEN 0
        ELSE COALESCE(hitches, 0)
      END
    ) AS BIGINT) AS hitches,
    CAST(SUM(
      CASE
        WHEN is_excluded OR frame_times <> '' OR hitches IS NULL
        THEN 0
        ELSE COALESCE(frames_us, 0)
      END
    ) AS BIGINT) AS hitches_us
  FROM (
    SELECT
      CASE
        WHEN time < CAST('2026-03-02 00:00:00' AS TIMESTAMP_NTZ)
        THEN CAST(0 AS BIGINT)
        ELSE CAST(1 AS BIGINT)
      END AS bucket,
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
      FROM main_performance_samples
      WHERE
        game_id = 'arena' AND env = 'prod'
    ) AS sample
    WHERE
      time >= CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
      AND time < CAST('2026-03-03 00:00:00' AS TIMESTAMP_NTZ)
      AND (
        time < CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
        OR time >= CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
      )
      AND (
        time < CAST('2026-03-02 00:00:00' AS TIMESTAMP_NTZ)
        OR time >= CAST('2026-03-02 00:00:00' AS TIMESTAMP_NTZ)
      )
      AND ARRAY_CONTAINS(CAST(ARRAY('windows') AS ARRAY<STRING>), platform)
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
    CASE
      WHEN time < CAST('2026-03-02 00:00:00' AS TIMESTAMP_NTZ)
      THEN CAST(0 AS BIGINT)
      ELSE CAST(1 AS BIGINT)
    END AS bucket,
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
      CAST(day AS TIMESTAMP_NTZ) + INTERVAL '12' HOUR AS time
    FROM main_performance_days
  ) AS made
  WHERE
    game_id = 'arena'
    AND env = 'prod'
    AND day >= CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
    AND day < CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
    AND (
      time < CAST('2026-03-02 00:00:00' AS TIMESTAMP_NTZ)
      OR time >= CAST('2026-03-02 00:00:00' AS TIMESTAMP_NTZ)
    )
    AND ARRAY_CONTAINS(CAST(ARRAY('windows') AS ARRAY<STRING>), platform)
)
SELECT
  bucket,
  figure,
  bin,
  CAST(SUM(amount) AS BIGINT) AS amount,
  CAST(SUM(samples) AS BIGINT) AS samples,
  SUM(frames_micros) AS frames_micros,
  SUM(frames_us) AS frames_us,
  SUM(excluded_us) AS excluded_us,
  SUM(hitches) AS hitches,
  SUM(hitches_us) AS hitches_us
FROM performance
WHERE
  NOT figure IN ('scene_session', 'scene_memory')
  AND (
    CAST(NULL AS ARRAY<STRING>) IS NULL
    OR ARRAY_CONTAINS(CAST(NULL AS ARRAY<STRING>), scene)
  )
  AND (
    CAST(NULL AS ARRAY<STRING>) IS NULL
    OR ARRAY_CONTAINS(CAST(NULL AS ARRAY<STRING>), device)
  )
GROUP BY
  bucket,
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
      ROW_NUMBER() OVER (
        ORDER BY bucket NULLS LAST, day NULLS LAST, owner NULLS LAST, session_id NULLS LAST, platform NULLS LAST, version NULLS LAST, country NULLS LAST, scene NULLS LAST, device NULLS LAST
      ) AS unit
    FROM (
      SELECT
        bucket,
        CAST(time AS DATE) AS day,
        owner,
        session_id,
        platform,
        version,
        country,
        scene,
        device,
        CASE
          WHEN COUNT(frame_times) > 0
          THEN ARRAY_JOIN(COLLECT_LIST(frame_times), ' ')
        END AS frame_times
      FROM (
        SELECT
          CAST(0 AS BIGINT) AS bucket,
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
                WHEN NOT SUBSTRING(scene, 1, 1) IN ('{', '[')
                THEN SUBSTRING(scene, 1, 256)
              END,
              map_id,
              CASE WHEN name = 'scene_loaded' THEN level END,
              ''
            ) AS scene,
            COALESCE(
              CASE
                WHEN NOT SUBSTRING(device, 1, 1) IN ('{', '[')
                THEN SUBSTRING(device, 1, 256)
              END,
              ''
            ) AS device,
            COALESCE(excluded = 'true', FALSE) AS is_excluded,
            CASE WHEN drawn_us > 0 AND drawn_micros >= 0 THEN drawn_micros END AS frames_micros,
            CASE WHEN drawn_us > 0 AND drawn_micros >= 0 THEN drawn_us END AS frames_us,
            CASE
              WHEN NOT SUBSTRING(frame_times, 1, 1) IN ('{', '[')
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
                THEN TRY_CAST(ROUND(1e6 * COALESCE(frames, value * COALESCE(seconds, 1), fps * COALESCE(seconds, 1))) AS BIGINT)
              END AS drawn_micros,
              CASE
                WHEN name = 'performance'
                THEN TRY_CAST(ROUND(1e6 * COALESCE(seconds, 1)) AS BIGINT)
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
                CASE WHEN name = 'scene_loaded' THEN GET_JSON_OBJECT(props, '$.scene') END AS scene,
                GET_JSON_OBJECT(props, '$.device') AS device,
                GET_JSON_OBJECT(props, '$.excluded') AS excluded,
                CASE WHEN name = 'performance' THEN GET_JSON_OBJECT(props, '$.frame_times') END AS frame_times,
                TRY_CAST(CASE
                  WHEN NOT (
                    GET_JSON_OBJECT(props, '$.frames') RLIKE '[0-9.][dDfFxXpP]'
                  )
                  THEN GET_JSON_OBJECT(props, '$.frames')
                END AS DOUBLE) AS frames,
                TRY_CAST(CASE
                  WHEN NOT (
                    GET_JSON_OBJECT(props, '$.fps') RLIKE '[0-9.][dDfFxXpP]'
                  )
                  THEN GET_JSON_OBJECT(props, '$.fps')
                END AS DOUBLE) AS fps,
                TRY_CAST(CASE
                  WHEN NOT (
                    GET_JSON_OBJECT(props, '$.duration_s') RLIKE '[0-9.][dDfFxXpP]'
                  )
                  THEN GET_JSON_OBJECT(props, '$.duration_s')
                END AS DOUBLE) AS seconds,
                CASE
                  WHEN name = 'performance'
                  THEN TRY_CAST(ROUND(
                    TRY_CAST(CASE
                      WHEN NOT (
                        GET_JSON_OBJECT(props, '$.hitches') RLIKE '[0-9.][dDfFxXpP]'
                      )
                      THEN GET_JSON_OBJECT(props, '$.hitches')
                    END AS DOUBLE)
                  ) AS BIGINT)
                END AS hitches,
                CASE
                  WHEN name = 'performance'
                  THEN TRY_CAST(CASE
                    WHEN NOT (
                      GET_JSON_OBJECT(props, '$.memory_mb') RLIKE '[0-9.][dDfFxXpP]'
                    )
                    THEN GET_JSON_OBJECT(props, '$.memory_mb')
                  END AS DOUBLE)
                END AS memory_mb,
                name = 'scene_loaded'
                AND COALESCE(GET_JSON_OBJECT(props, '$.cold') = 'true', FALSE) AS is_cold
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
                name IN ('performance', 'scene_loaded')
            ) AS said
          ) AS sample
        ) AS sample
        WHERE
          time >= CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
          AND time < CAST('2026-03-03 00:00:00' AS TIMESTAMP_NTZ)
          AND (
            time < CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
            OR time >= CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
          )
          AND ARRAY_CONTAINS(CAST(ARRAY('windows') AS ARRAY<STRING>), platform)
      ) AS samples
      WHERE
        frame_times <> '' AND NOT is_excluded
      GROUP BY
        bucket,
        CAST(time AS DATE),
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
    CAST(SUM(frames) AS BIGINT) AS frames
  FROM (
    SELECT
      unit,
      TRY_CAST(SUBSTRING(piece, 1, LOCATE(':', piece) - 1) AS SMALLINT) AS bin,
      TRY_CAST(SUBSTRING(piece, LOCATE(':', piece) + 1) AS BIGINT) AS frames
    FROM (
      SELECT
        unit,
        EXPLODE(SPLIT(frame_times, CONCAT('\\Q', ' ', '\\E'))) AS piece
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
    CAST(0 AS BIGINT) AS samples,
    CAST(0 AS BIGINT) AS frames_micros,
    CAST(0 AS BIGINT) AS frames_us,
    CAST(0 AS BIGINT) AS excluded_us,
    CAST(0 AS BIGINT) AS hitches,
    CAST(0 AS BIGINT) AS hitches_us
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
    p99.bin,
    CAST(1 AS BIGINT) AS amount,
    CAST(0 AS BIGINT) AS samples,
    CAST(0 AS BIGINT) AS frames_micros,
    CAST(0 AS BIGINT) AS frames_us,
    CAST(0 AS BIGINT) AS excluded_us,
    CAST(0 AS BIGINT) AS hitches,
    CAST(0 AS BIGINT) AS hitches_us
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
          ORDER BY bin NULLS LAST
          ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS frames_so_far,
        SUM(frames) OVER (PARTITION BY session_unit) AS frames_all
      FROM (
        SELECT
          frame_units.session_unit,
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
    p99.bin,
    CAST(1 AS BIGINT) AS amount,
    CAST(0 AS BIGINT) AS samples,
    CAST(0 AS BIGINT) AS frames_micros,
    CAST(0 AS BIGINT) AS frames_us,
    CAST(0 AS BIGINT) AS excluded_us,
    CAST(0 AS BIGINT) AS hitches,
    CAST(0 AS BIGINT) AS hitches_us
  FROM (
    SELECT
      unit,
      MIN(bin) AS bin
    FROM (
      SELECT
        unit,
        bin,
        SUM(frames) OVER (
          PARTITION BY unit
          ORDER BY bin NULLS LAST
          ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS frames_so_far,
        SUM(frames) OVER (PARTITION BY unit) AS frames_all
      FROM (
        SELECT
          frame_units.unit,
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
    CAST(LEAST(600, GREATEST(0, FLOOR(51.046 * LN(GREATEST(MAX(memory_mb), 1))))) AS SMALLINT) AS bin,
    CAST(1 AS BIGINT) AS amount,
    CAST(0 AS BIGINT) AS samples,
    CAST(0 AS BIGINT) AS frames_micros,
    CAST(0 AS BIGINT) AS frames_us,
    CAST(0 AS BIGINT) AS excluded_us,
    CAST(0 AS BIGINT) AS hitches,
    CAST(0 AS BIGINT) AS hitches_us
  FROM (
    SELECT
      CAST(0 AS BIGINT) AS bucket,
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
            WHEN NOT SUBSTRING(scene, 1, 1) IN ('{', '[')
            THEN SUBSTRING(scene, 1, 256)
          END,
          map_id,
          CASE WHEN name = 'scene_loaded' THEN level END,
          ''
        ) AS scene,
        COALESCE(
          CASE
            WHEN NOT SUBSTRING(device, 1, 1) IN ('{', '[')
            THEN SUBSTRING(device, 1, 256)
          END,
          ''
        ) AS device,
        COALESCE(excluded = 'true', FALSE) AS is_excluded,
        CASE WHEN drawn_us > 0 AND drawn_micros >= 0 THEN drawn_micros END AS frames_micros,
        CASE WHEN drawn_us > 0 AND drawn_micros >= 0 THEN drawn_us END AS frames_us,
        CASE
          WHEN NOT SUBSTRING(frame_times, 1, 1) IN ('{', '[')
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
            THEN TRY_CAST(ROUND(1e6 * COALESCE(frames, value * COALESCE(seconds, 1), fps * COALESCE(seconds, 1))) AS BIGINT)
          END AS drawn_micros,
          CASE
            WHEN name = 'performance'
            THEN TRY_CAST(ROUND(1e6 * COALESCE(seconds, 1)) AS BIGINT)
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
            CASE WHEN name = 'scene_loaded' THEN GET_JSON_OBJECT(props, '$.scene') END AS scene,
            GET_JSON_OBJECT(props, '$.device') AS device,
            GET_JSON_OBJECT(props, '$.excluded') AS excluded,
            CASE WHEN name = 'performance' THEN GET_JSON_OBJECT(props, '$.frame_times') END AS frame_times,
            TRY_CAST(CASE
              WHEN NOT (
                GET_JSON_OBJECT(props, '$.frames') RLIKE '[0-9.][dDfFxXpP]'
              )
              THEN GET_JSON_OBJECT(props, '$.frames')
            END AS DOUBLE) AS frames,
            TRY_CAST(CASE
              WHEN NOT (
                GET_JSON_OBJECT(props, '$.fps') RLIKE '[0-9.][dDfFxXpP]'
              )
              THEN GET_JSON_OBJECT(props, '$.fps')
            END AS DOUBLE) AS fps,
            TRY_CAST(CASE
              WHEN NOT (
                GET_JSON_OBJECT(props, '$.duration_s') RLIKE '[0-9.][dDfFxXpP]'
              )
              THEN GET_JSON_OBJECT(props, '$.duration_s')
            END AS DOUBLE) AS seconds,
            CASE
              WHEN name = 'performance'
              THEN TRY_CAST(ROUND(
                TRY_CAST(CASE
                  WHEN NOT (
                    GET_JSON_OBJECT(props, '$.hitches') RLIKE '[0-9.][dDfFxXpP]'
                  )
                  THEN GET_JSON_OBJECT(props, '$.hitches')
                END AS DOUBLE)
              ) AS BIGINT)
            END AS hitches,
            CASE
              WHEN name = 'performance'
              THEN TRY_CAST(CASE
                WHEN NOT (
                  GET_JSON_OBJECT(props, '$.memory_mb') RLIKE '[0-9.][dDfFxXpP]'
                )
                THEN GET_JSON_OBJECT(props, '$.memory_mb')
              END AS DOUBLE)
            END AS memory_mb,
            name = 'scene_loaded'
            AND COALESCE(GET_JSON_OBJECT(props, '$.cold') = 'true', FALSE) AS is_cold
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
            name IN ('performance', 'scene_loaded')
        ) AS said
      ) AS sample
    ) AS sample
    WHERE
      time >= CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
      AND time < CAST('2026-03-03 00:00:00' AS TIMESTAMP_NTZ)
      AND (
        time < CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
        OR time >= CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
      )
      AND ARRAY_CONTAINS(CAST(ARRAY('windows') AS ARRAY<STRING>), platform)
  ) AS samples
  WHERE
    NOT memory_mb IS NULL AND session_id <> '' AND NOT is_excluded
  GROUP BY
    bucket,
    CAST(time AS DATE),
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
    CAST(LEAST(600, GREATEST(0, FLOOR(51.046 * LN(GREATEST(MAX(memory_mb), 1))))) AS SMALLINT) AS bin,
    CAST(1 AS BIGINT) AS amount,
    CAST(0 AS BIGINT) AS samples,
    CAST(0 AS BIGINT) AS frames_micros,
    CAST(0 AS BIGINT) AS frames_us,
    CAST(0 AS BIGINT) AS excluded_us,
    CAST(0 AS BIGINT) AS hitches,
    CAST(0 AS BIGINT) AS hitches_us
  FROM (
    SELECT
      CAST(0 AS BIGINT) AS bucket,
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
            WHEN NOT SUBSTRING(scene, 1, 1) IN ('{', '[')
            THEN SUBSTRING(scene, 1, 256)
          END,
          map_id,
          CASE WHEN name = 'scene_loaded' THEN level END,
          ''
        ) AS scene,
        COALESCE(
          CASE
            WHEN NOT SUBSTRING(device, 1, 1) IN ('{', '[')
            THEN SUBSTRING(device, 1, 256)
          END,
          ''
        ) AS device,
        COALESCE(excluded = 'true', FALSE) AS is_excluded,
        CASE WHEN drawn_us > 0 AND drawn_micros >= 0 THEN drawn_micros END AS frames_micros,
        CASE WHEN drawn_us > 0 AND drawn_micros >= 0 THEN drawn_us END AS frames_us,
        CASE
          WHEN NOT SUBSTRING(frame_times, 1, 1) IN ('{', '[')
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
            THEN TRY_CAST(ROUND(1e6 * COALESCE(frames, value * COALESCE(seconds, 1), fps * COALESCE(seconds, 1))) AS BIGINT)
          END AS drawn_micros,
          CASE
            WHEN name = 'performance'
            THEN TRY_CAST(ROUND(1e6 * COALESCE(seconds, 1)) AS BIGINT)
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
            CASE WHEN name = 'scene_loaded' THEN GET_JSON_OBJECT(props, '$.scene') END AS scene,
            GET_JSON_OBJECT(props, '$.device') AS device,
            GET_JSON_OBJECT(props, '$.excluded') AS excluded,
            CASE WHEN name = 'performance' THEN GET_JSON_OBJECT(props, '$.frame_times') END AS frame_times,
            TRY_CAST(CASE
              WHEN NOT (
                GET_JSON_OBJECT(props, '$.frames') RLIKE '[0-9.][dDfFxXpP]'
              )
              THEN GET_JSON_OBJECT(props, '$.frames')
            END AS DOUBLE) AS frames,
            TRY_CAST(CASE
              WHEN NOT (
                GET_JSON_OBJECT(props, '$.fps') RLIKE '[0-9.][dDfFxXpP]'
              )
              THEN GET_JSON_OBJECT(props, '$.fps')
            END AS DOUBLE) AS fps,
            TRY_CAST(CASE
              WHEN NOT (
                GET_JSON_OBJECT(props, '$.duration_s') RLIKE '[0-9.][dDfFxXpP]'
              )
              THEN GET_JSON_OBJECT(props, '$.duration_s')
            END AS DOUBLE) AS seconds,
            CASE
              WHEN name = 'performance'
              THEN TRY_CAST(ROUND(
                TRY_CAST(CASE
                  WHEN NOT (
                    GET_JSON_OBJECT(props, '$.hitches') RLIKE '[0-9.][dDfFxXpP]'
                  )
                  THEN GET_JSON_OBJECT(props, '$.hitches')
                END AS DOUBLE)
              ) AS BIGINT)
            END AS hitches,
            CASE
              WHEN name = 'performance'
              THEN TRY_CAST(CASE
                WHEN NOT (
                  GET_JSON_OBJECT(props, '$.memory_mb') RLIKE '[0-9.][dDfFxXpP]'
                )
                THEN GET_JSON_OBJECT(props, '$.memory_mb')
              END AS DOUBLE)
            END AS memory_mb,
            name = 'scene_loaded'
            AND COALESCE(GET_JSON_OBJECT(props, '$.cold') = 'true', FALSE) AS is_cold
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
            name IN ('performance', 'scene_loaded')
        ) AS said
      ) AS sample
    ) AS sample
    WHERE
      time >= CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
      AND time < CAST('2026-03-03 00:00:00' AS TIMESTAMP_NTZ)
      AND (
        time < CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
        OR time >= CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
      )
      AND ARRAY_CONTAINS(CAST(ARRAY('windows') AS ARRAY<STRING>), platform)
  ) AS samples
  WHERE
    NOT memory_mb IS NULL AND session_id <> '' AND NOT is_excluded
  GROUP BY
    bucket,
    CAST(time AS DATE),
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
    CAST(LEAST(600, GREATEST(0, FLOOR(51.046 * LN(GREATEST(load_ms, 1))))) AS SMALLINT) AS bin,
    CAST(1 AS BIGINT) AS amount,
    CAST(0 AS BIGINT) AS samples,
    CAST(0 AS BIGINT) AS frames_micros,
    CAST(0 AS BIGINT) AS frames_us,
    CAST(0 AS BIGINT) AS excluded_us,
    CAST(0 AS BIGINT) AS hitches,
    CAST(0 AS BIGINT) AS hitches_us
  FROM (
    SELECT
      CAST(0 AS BIGINT) AS bucket,
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
            WHEN NOT SUBSTRING(scene, 1, 1) IN ('{', '[')
            THEN SUBSTRING(scene, 1, 256)
          END,
          map_id,
          CASE WHEN name = 'scene_loaded' THEN level END,
          ''
        ) AS scene,
        COALESCE(
          CASE
            WHEN NOT SUBSTRING(device, 1, 1) IN ('{', '[')
            THEN SUBSTRING(device, 1, 256)
          END,
          ''
        ) AS device,
        COALESCE(excluded = 'true', FALSE) AS is_excluded,
        CASE WHEN drawn_us > 0 AND drawn_micros >= 0 THEN drawn_micros END AS frames_micros,
        CASE WHEN drawn_us > 0 AND drawn_micros >= 0 THEN drawn_us END AS frames_us,
        CASE
          WHEN NOT SUBSTRING(frame_times, 1, 1) IN ('{', '[')
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
            THEN TRY_CAST(ROUND(1e6 * COALESCE(frames, value * COALESCE(seconds, 1), fps * COALESCE(seconds, 1))) AS BIGINT)
          END AS drawn_micros,
          CASE
            WHEN name = 'performance'
            THEN TRY_CAST(ROUND(1e6 * COALESCE(seconds, 1)) AS BIGINT)
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
            CASE WHEN name = 'scene_loaded' THEN GET_JSON_OBJECT(props, '$.scene') END AS scene,
            GET_JSON_OBJECT(props, '$.device') AS device,
            GET_JSON_OBJECT(props, '$.excluded') AS excluded,
            CASE WHEN name = 'performance' THEN GET_JSON_OBJECT(props, '$.frame_times') END AS frame_times,
            TRY_CAST(CASE
              WHEN NOT (
                GET_JSON_OBJECT(props, '$.frames') RLIKE '[0-9.][dDfFxXpP]'
              )
              THEN GET_JSON_OBJECT(props, '$.frames')
            END AS DOUBLE) AS frames,
            TRY_CAST(CASE
              WHEN NOT (
                GET_JSON_OBJECT(props, '$.fps') RLIKE '[0-9.][dDfFxXpP]'
              )
              THEN GET_JSON_OBJECT(props, '$.fps')
            END AS DOUBLE) AS fps,
            TRY_CAST(CASE
              WHEN NOT (
                GET_JSON_OBJECT(props, '$.duration_s') RLIKE '[0-9.][dDfFxXpP]'
              )
              THEN GET_JSON_OBJECT(props, '$.duration_s')
            END AS DOUBLE) AS seconds,
            CASE
              WHEN name = 'performance'
              THEN TRY_CAST(ROUND(
                TRY_CAST(CASE
                  WHEN NOT (
                    GET_JSON_OBJECT(props, '$.hitches') RLIKE '[0-9.][dDfFxXpP]'
                  )
                  THEN GET_JSON_OBJECT(props, '$.hitches')
                END AS DOUBLE)
              ) AS BIGINT)
            END AS hitches,
            CASE
              WHEN name = 'performance'
              THEN TRY_CAST(CASE
                WHEN NOT (
                  GET_JSON_OBJECT(props, '$.memory_mb') RLIKE '[0-9.][dDfFxXpP]'
                )
                THEN GET_JSON_OBJECT(props, '$.memory_mb')
              END AS DOUBLE)
            END AS memory_mb,
            name = 'scene_loaded'
            AND COALESCE(GET_JSON_OBJECT(props, '$.cold') = 'true', FALSE) AS is_cold
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
            name IN ('performance', 'scene_loaded')
        ) AS said
      ) AS sample
    ) AS sample
    WHERE
      time >= CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
      AND time < CAST('2026-03-03 00:00:00' AS TIMESTAMP_NTZ)
      AND (
        time < CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
        OR time >= CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
      )
      AND ARRAY_CONTAINS(CAST(ARRAY('windows') AS ARRAY<STRING>), platform)
  ) AS samples
  WHERE
    NOT load_ms IS NULL
  UNION ALL
  SELECT
    bucket,
    platform,
    version,
    country,
    scene,
    device,
    'sums' AS figure,
    CAST(0 AS SMALLINT) AS bin,
    CAST(0 AS BIGINT) AS amount,
    COUNT(*) AS samples,
    CAST(SUM(CASE WHEN is_excluded THEN 0 ELSE COALESCE(frames_micros, 0) END) AS BIGINT) AS frames_micros,
    CAST(SUM(CASE WHEN is_excluded THEN 0 ELSE COALESCE(frames_us, 0) END) AS BIGINT) AS frames_us,
    CAST(SUM(CASE WHEN is_excluded THEN COALESCE(frames_us, 0) ELSE 0 END) AS BIGINT) AS excluded_us,
    CAST(SUM(
      CASE
        WHEN is_excluded OR frame_times <> '' OR frames_us IS NULL
        THEN 0
        ELSE COALESCE(hitches, 0)
      END
    ) AS BIGINT) AS hitches,
    CAST(SUM(
      CASE
        WHEN is_excluded OR frame_times <> '' OR hitches IS NULL
        THEN 0
        ELSE COALESCE(frames_us, 0)
      END
    ) AS BIGINT) AS hitches_us
  FROM (
    SELECT
      CAST(0 AS BIGINT) AS bucket,
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
            WHEN NOT SUBSTRING(scene, 1, 1) IN ('{', '[')
            THEN SUBSTRING(scene, 1, 256)
          END,
          map_id,
          CASE WHEN name = 'scene_loaded' THEN level END,
          ''
        ) AS scene,
        COALESCE(
          CASE
            WHEN NOT SUBSTRING(device, 1, 1) IN ('{', '[')
            THEN SUBSTRING(device, 1, 256)
          END,
          ''
        ) AS device,
        COALESCE(excluded = 'true', FALSE) AS is_excluded,
        CASE WHEN drawn_us > 0 AND drawn_micros >= 0 THEN drawn_micros END AS frames_micros,
        CASE WHEN drawn_us > 0 AND drawn_micros >= 0 THEN drawn_us END AS frames_us,
        CASE
          WHEN NOT SUBSTRING(frame_times, 1, 1) IN ('{', '[')
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
            THEN TRY_CAST(ROUND(1e6 * COALESCE(frames, value * COALESCE(seconds, 1), fps * COALESCE(seconds, 1))) AS BIGINT)
          END AS drawn_micros,
          CASE
            WHEN name = 'performance'
            THEN TRY_CAST(ROUND(1e6 * COALESCE(seconds, 1)) AS BIGINT)
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
            CASE WHEN name = 'scene_loaded' THEN GET_JSON_OBJECT(props, '$.scene') END AS scene,
            GET_JSON_OBJECT(props, '$.device') AS device,
            GET_JSON_OBJECT(props, '$.excluded') AS excluded,
            CASE WHEN name = 'performance' THEN GET_JSON_OBJECT(props, '$.frame_times') END AS frame_times,
            TRY_CAST(CASE
              WHEN NOT (
                GET_JSON_OBJECT(props, '$.frames') RLIKE '[0-9.][dDfFxXpP]'
              )
              THEN GET_JSON_OBJECT(props, '$.frames')
            END AS DOUBLE) AS frames,
            TRY_CAST(CASE
              WHEN NOT (
                GET_JSON_OBJECT(props, '$.fps') RLIKE '[0-9.][dDfFxXpP]'
              )
              THEN GET_JSON_OBJECT(props, '$.fps')
            END AS DOUBLE) AS fps,
            TRY_CAST(CASE
              WHEN NOT (
                GET_JSON_OBJECT(props, '$.duration_s') RLIKE '[0-9.][dDfFxXpP]'
              )
              THEN GET_JSON_OBJECT(props, '$.duration_s')
            END AS DOUBLE) AS seconds,
            CASE
              WHEN name = 'performance'
              THEN TRY_CAST(ROUND(
                TRY_CAST(CASE
                  WHEN NOT (
                    GET_JSON_OBJECT(props, '$.hitches') RLIKE '[0-9.][dDfFxXpP]'
                  )
                  THEN GET_JSON_OBJECT(props, '$.hitches')
                END AS DOUBLE)
              ) AS BIGINT)
            END AS hitches,
            CASE
              WHEN name = 'performance'
              THEN TRY_CAST(CASE
                WHEN NOT (
                  GET_JSON_OBJECT(props, '$.memory_mb') RLIKE '[0-9.][dDfFxXpP]'
                )
                THEN GET_JSON_OBJECT(props, '$.memory_mb')
              END AS DOUBLE)
            END AS memory_mb,
            name = 'scene_loaded'
            AND COALESCE(GET_JSON_OBJECT(props, '$.cold') = 'true', FALSE) AS is_cold
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
            name IN ('performance', 'scene_loaded')
        ) AS said
      ) AS sample
    ) AS sample
    WHERE
      time >= CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
      AND time < CAST('2026-03-03 00:00:00' AS TIMESTAMP_NTZ)
      AND (
        time < CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
        OR time >= CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
      )
      AND ARRAY_CONTAINS(CAST(ARRAY('windows') AS ARRAY<STRING>), platform)
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
    CAST(0 AS BIGINT) AS bucket,
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
      CAST(day AS TIMESTAMP_NTZ) + INTERVAL '12' HOUR AS time
    FROM main_performance_days
  ) AS made
  WHERE
    game_id = 'arena'
    AND env = 'prod'
    AND day >= CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
    AND day < CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
    AND ARRAY_CONTAINS(CAST(ARRAY('windows') AS ARRAY<STRING>), platform)
)
SELECT
  part,
  loaded,
  figure,
  bin,
  CAST(SUM(amount) AS BIGINT) AS amount
FROM (
  SELECT
    figure,
    bin,
    amount,
    CASE ''
      WHEN 'platform'
      THEN CASE WHEN platform <> 'unknown' THEN platform ELSE '' END
      WHEN 'version'
      THEN CASE WHEN version <> 'unknown' THEN version ELSE '' END
      WHEN 'country'
      THEN CASE WHEN country <> 'unknown' THEN country ELSE '' END
      WHEN 'device'
      THEN device
      WHEN 'map'
      THEN scene
      ELSE ''
    END AS part,
    CASE WHEN figure IN ('load_cold', 'load_warm') THEN scene ELSE '' END AS loaded
  FROM performance
  WHERE
    NOT figure IN ('sums', 'scene_session', 'scene_memory')
    AND (
      CAST(NULL AS ARRAY<STRING>) IS NULL
      OR ARRAY_CONTAINS(CAST(NULL AS ARRAY<STRING>), scene)
    )
    AND (
      CAST(NULL AS ARRAY<STRING>) IS NULL
      OR ARRAY_CONTAINS(CAST(NULL AS ARRAY<STRING>), device)
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
      ROW_NUMBER() OVER (
        ORDER BY bucket NULLS LAST, day NULLS LAST, owner NULLS LAST, session_id NULLS LAST, platform NULLS LAST, version NULLS LAST, country NULLS LAST, scene NULLS LAST, device NULLS LAST
      ) AS unit
    FROM (
      SELECT
        bucket,
        CAST(time AS DATE) AS day,
        owner,
        session_id,
        platform,
        version,
        country,
        scene,
        device,
        CASE
          WHEN COUNT(frame_times) > 0
          THEN ARRAY_JOIN(COLLECT_LIST(frame_times), ' ')
        END AS frame_times
      FROM (
        SELECT
          CAST(0 AS BIGINT) AS bucket,
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
                WHEN NOT SUBSTRING(scene, 1, 1) IN ('{', '[')
                THEN SUBSTRING(scene, 1, 256)
              END,
              map_id,
              CASE WHEN name = 'scene_loaded' THEN level END,
              ''
            ) AS scene,
            COALESCE(
              CASE
                WHEN NOT SUBSTRING(device, 1, 1) IN ('{', '[')
                THEN SUBSTRING(device, 1, 256)
              END,
              ''
            ) AS device,
            COALESCE(excluded = 'true', FALSE) AS is_excluded,
            CASE WHEN drawn_us > 0 AND drawn_micros >= 0 THEN drawn_micros END AS frames_micros,
            CASE WHEN drawn_us > 0 AND drawn_micros >= 0 THEN drawn_us END AS frames_us,
            CASE
              WHEN NOT SUBSTRING(frame_times, 1, 1) IN ('{', '[')
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
                THEN TRY_CAST(ROUND(1e6 * COALESCE(frames, value * COALESCE(seconds, 1), fps * COALESCE(seconds, 1))) AS BIGINT)
              END AS drawn_micros,
              CASE
                WHEN name = 'performance'
                THEN TRY_CAST(ROUND(1e6 * COALESCE(seconds, 1)) AS BIGINT)
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
                CASE WHEN name = 'scene_loaded' THEN GET_JSON_OBJECT(props, '$.scene') END AS scene,
                GET_JSON_OBJECT(props, '$.device') AS device,
                GET_JSON_OBJECT(props, '$.excluded') AS excluded,
                CASE WHEN name = 'performance' THEN GET_JSON_OBJECT(props, '$.frame_times') END AS frame_times,
                TRY_CAST(CASE
                  WHEN NOT (
                    GET_JSON_OBJECT(props, '$.frames') RLIKE '[0-9.][dDfFxXpP]'
                  )
                  THEN GET_JSON_OBJECT(props, '$.frames')
                END AS DOUBLE) AS frames,
                TRY_CAST(CASE
                  WHEN NOT (
                    GET_JSON_OBJECT(props, '$.fps') RLIKE '[0-9.][dDfFxXpP]'
                  )
                  THEN GET_JSON_OBJECT(props, '$.fps')
                END AS DOUBLE) AS fps,
                TRY_CAST(CASE
                  WHEN NOT (
                    GET_JSON_OBJECT(props, '$.duration_s') RLIKE '[0-9.][dDfFxXpP]'
                  )
                  THEN GET_JSON_OBJECT(props, '$.duration_s')
                END AS DOUBLE) AS seconds,
                CASE
                  WHEN name = 'performance'
                  THEN TRY_CAST(ROUND(
                    TRY_CAST(CASE
                      WHEN NOT (
                        GET_JSON_OBJECT(props, '$.hitches') RLIKE '[0-9.][dDfFxXpP]'
                      )
                      THEN GET_JSON_OBJECT(props, '$.hitches')
                    END AS DOUBLE)
                  ) AS BIGINT)
                END AS hitches,
                CASE
                  WHEN name = 'performance'
                  THEN TRY_CAST(CASE
                    WHEN NOT (
                      GET_JSON_OBJECT(props, '$.memory_mb') RLIKE '[0-9.][dDfFxXpP]'
                    )
                    THEN GET_JSON_OBJECT(props, '$.memory_mb')
                  END AS DOUBLE)
                END AS memory_mb,
                name = 'scene_loaded'
                AND COALESCE(GET_JSON_OBJECT(props, '$.cold') = 'true', FALSE) AS is_cold
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
                name IN ('performance', 'scene_loaded')
            ) AS said
          ) AS sample
        ) AS sample
        WHERE
          time >= CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
          AND time < CAST('2026-03-03 00:00:00' AS TIMESTAMP_NTZ)
          AND (
            time < CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
            OR time >= CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
          )
          AND ARRAY_CONTAINS(CAST(ARRAY('windows') AS ARRAY<STRING>), platform)
      ) AS samples
      WHERE
        frame_times <> '' AND NOT is_excluded
      GROUP BY
        bucket,
        CAST(time AS DATE),
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
    CAST(SUM(frames) AS BIGINT) AS frames
  FROM (
    SELECT
      unit,
      TRY_CAST(SUBSTRING(piece, 1, LOCATE(':', piece) - 1) AS SMALLINT) AS bin,
      TRY_CAST(SUBSTRING(piece, LOCATE(':', piece) + 1) AS BIGINT) AS frames
    FROM (
      SELECT
        unit,
        EXPLODE(SPLIT(frame_times, CONCAT('\\Q', ' ', '\\E'))) AS piece
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
    CAST(0 AS BIGINT) AS samples,
    CAST(0 AS BIGINT) AS frames_micros,
    CAST(0 AS BIGINT) AS frames_us,
    CAST(0 AS BIGINT) AS excluded_us,
    CAST(0 AS BIGINT) AS hitches,
    CAST(0 AS BIGINT) AS hitches_us
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
    p99.bin,
    CAST(1 AS BIGINT) AS amount,
    CAST(0 AS BIGINT) AS samples,
    CAST(0 AS BIGINT) AS frames_micros,
    CAST(0 AS BIGINT) AS frames_us,
    CAST(0 AS BIGINT) AS excluded_us,
    CAST(0 AS BIGINT) AS hitches,
    CAST(0 AS BIGINT) AS hitches_us
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
          ORDER BY bin NULLS LAST
          ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS frames_so_far,
        SUM(frames) OVER (PARTITION BY session_unit) AS frames_all
      FROM (
        SELECT
          frame_units.session_unit,
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
    p99.bin,
    CAST(1 AS BIGINT) AS amount,
    CAST(0 AS BIGINT) AS samples,
    CAST(0 AS BIGINT) AS frames_micros,
    CAST(0 AS BIGINT) AS frames_us,
    CAST(0 AS BIGINT) AS excluded_us,
    CAST(0 AS BIGINT) AS hitches,
    CAST(0 AS BIGINT) AS hitches_us
  FROM (
    SELECT
      unit,
      MIN(bin) AS bin
    FROM (
      SELECT
        unit,
        bin,
        SUM(frames) OVER (
          PARTITION BY unit
          ORDER BY bin NULLS LAST
          ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS frames_so_far,
        SUM(frames) OVER (PARTITION BY unit) AS frames_all
      FROM (
        SELECT
          frame_units.unit,
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
    CAST(LEAST(600, GREATEST(0, FLOOR(51.046 * LN(GREATEST(MAX(memory_mb), 1))))) AS SMALLINT) AS bin,
    CAST(1 AS BIGINT) AS amount,
    CAST(0 AS BIGINT) AS samples,
    CAST(0 AS BIGINT) AS frames_micros,
    CAST(0 AS BIGINT) AS frames_us,
    CAST(0 AS BIGINT) AS excluded_us,
    CAST(0 AS BIGINT) AS hitches,
    CAST(0 AS BIGINT) AS hitches_us
  FROM (
    SELECT
      CAST(0 AS BIGINT) AS bucket,
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
            WHEN NOT SUBSTRING(scene, 1, 1) IN ('{', '[')
            THEN SUBSTRING(scene, 1, 256)
          END,
          map_id,
          CASE WHEN name = 'scene_loaded' THEN level END,
          ''
        ) AS scene,
        COALESCE(
          CASE
            WHEN NOT SUBSTRING(device, 1, 1) IN ('{', '[')
            THEN SUBSTRING(device, 1, 256)
          END,
          ''
        ) AS device,
        COALESCE(excluded = 'true', FALSE) AS is_excluded,
        CASE WHEN drawn_us > 0 AND drawn_micros >= 0 THEN drawn_micros END AS frames_micros,
        CASE WHEN drawn_us > 0 AND drawn_micros >= 0 THEN drawn_us END AS frames_us,
        CASE
          WHEN NOT SUBSTRING(frame_times, 1, 1) IN ('{', '[')
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
            THEN TRY_CAST(ROUND(1e6 * COALESCE(frames, value * COALESCE(seconds, 1), fps * COALESCE(seconds, 1))) AS BIGINT)
          END AS drawn_micros,
          CASE
            WHEN name = 'performance'
            THEN TRY_CAST(ROUND(1e6 * COALESCE(seconds, 1)) AS BIGINT)
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
            CASE WHEN name = 'scene_loaded' THEN GET_JSON_OBJECT(props, '$.scene') END AS scene,
            GET_JSON_OBJECT(props, '$.device') AS device,
            GET_JSON_OBJECT(props, '$.excluded') AS excluded,
            CASE WHEN name = 'performance' THEN GET_JSON_OBJECT(props, '$.frame_times') END AS frame_times,
            TRY_CAST(CASE
              WHEN NOT (
                GET_JSON_OBJECT(props, '$.frames') RLIKE '[0-9.][dDfFxXpP]'
              )
              THEN GET_JSON_OBJECT(props, '$.frames')
            END AS DOUBLE) AS frames,
            TRY_CAST(CASE
              WHEN NOT (
                GET_JSON_OBJECT(props, '$.fps') RLIKE '[0-9.][dDfFxXpP]'
              )
              THEN GET_JSON_OBJECT(props, '$.fps')
            END AS DOUBLE) AS fps,
            TRY_CAST(CASE
              WHEN NOT (
                GET_JSON_OBJECT(props, '$.duration_s') RLIKE '[0-9.][dDfFxXpP]'
              )
              THEN GET_JSON_OBJECT(props, '$.duration_s')
            END AS DOUBLE) AS seconds,
            CASE
              WHEN name = 'performance'
              THEN TRY_CAST(ROUND(
                TRY_CAST(CASE
                  WHEN NOT (
                    GET_JSON_OBJECT(props, '$.hitches') RLIKE '[0-9.][dDfFxXpP]'
                  )
                  THEN GET_JSON_OBJECT(props, '$.hitches')
                END AS DOUBLE)
              ) AS BIGINT)
            END AS hitches,
            CASE
              WHEN name = 'performance'
              THEN TRY_CAST(CASE
                WHEN NOT (
                  GET_JSON_OBJECT(props, '$.memory_mb') RLIKE '[0-9.][dDfFxXpP]'
                )
                THEN GET_JSON_OBJECT(props, '$.memory_mb')
              END AS DOUBLE)
            END AS memory_mb,
            name = 'scene_loaded'
            AND COALESCE(GET_JSON_OBJECT(props, '$.cold') = 'true', FALSE) AS is_cold
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
            name IN ('performance', 'scene_loaded')
        ) AS said
      ) AS sample
    ) AS sample
    WHERE
      time >= CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
      AND time < CAST('2026-03-03 00:00:00' AS TIMESTAMP_NTZ)
      AND (
        time < CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
        OR time >= CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
      )
      AND ARRAY_CONTAINS(CAST(ARRAY('windows') AS ARRAY<STRING>), platform)
  ) AS samples
  WHERE
    NOT memory_mb IS NULL AND session_id <> '' AND NOT is_excluded
  GROUP BY
    bucket,
    CAST(time AS DATE),
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
    CAST(LEAST(600, GREATEST(0, FLOOR(51.046 * LN(GREATEST(MAX(memory_mb), 1))))) AS SMALLINT) AS bin,
    CAST(1 AS BIGINT) AS amount,
    CAST(0 AS BIGINT) AS samples,
    CAST(0 AS BIGINT) AS frames_micros,
    CAST(0 AS BIGINT) AS frames_us,
    CAST(0 AS BIGINT) AS excluded_us,
    CAST(0 AS BIGINT) AS hitches,
    CAST(0 AS BIGINT) AS hitches_us
  FROM (
    SELECT
      CAST(0 AS BIGINT) AS bucket,
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
            WHEN NOT SUBSTRING(scene, 1, 1) IN ('{', '[')
            THEN SUBSTRING(scene, 1, 256)
          END,
          map_id,
          CASE WHEN name = 'scene_loaded' THEN level END,
          ''
        ) AS scene,
        COALESCE(
          CASE
            WHEN NOT SUBSTRING(device, 1, 1) IN ('{', '[')
            THEN SUBSTRING(device, 1, 256)
          END,
          ''
        ) AS device,
        COALESCE(excluded = 'true', FALSE) AS is_excluded,
        CASE WHEN drawn_us > 0 AND drawn_micros >= 0 THEN drawn_micros END AS frames_micros,
        CASE WHEN drawn_us > 0 AND drawn_micros >= 0 THEN drawn_us END AS frames_us,
        CASE
          WHEN NOT SUBSTRING(frame_times, 1, 1) IN ('{', '[')
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
            THEN TRY_CAST(ROUND(1e6 * COALESCE(frames, value * COALESCE(seconds, 1), fps * COALESCE(seconds, 1))) AS BIGINT)
          END AS drawn_micros,
          CASE
            WHEN name = 'performance'
            THEN TRY_CAST(ROUND(1e6 * COALESCE(seconds, 1)) AS BIGINT)
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
            CASE WHEN name = 'scene_loaded' THEN GET_JSON_OBJECT(props, '$.scene') END AS scene,
            GET_JSON_OBJECT(props, '$.device') AS device,
            GET_JSON_OBJECT(props, '$.excluded') AS excluded,
            CASE WHEN name = 'performance' THEN GET_JSON_OBJECT(props, '$.frame_times') END AS frame_times,
            TRY_CAST(CASE
              WHEN NOT (
                GET_JSON_OBJECT(props, '$.frames') RLIKE '[0-9.][dDfFxXpP]'
              )
              THEN GET_JSON_OBJECT(props, '$.frames')
            END AS DOUBLE) AS frames,
            TRY_CAST(CASE
              WHEN NOT (
                GET_JSON_OBJECT(props, '$.fps') RLIKE '[0-9.][dDfFxXpP]'
              )
              THEN GET_JSON_OBJECT(props, '$.fps')
            END AS DOUBLE) AS fps,
            TRY_CAST(CASE
              WHEN NOT (
                GET_JSON_OBJECT(props, '$.duration_s') RLIKE '[0-9.][dDfFxXpP]'
              )
              THEN GET_JSON_OBJECT(props, '$.duration_s')
            END AS DOUBLE) AS seconds,
            CASE
              WHEN name = 'performance'
              THEN TRY_CAST(ROUND(
                TRY_CAST(CASE
                  WHEN NOT (
                    GET_JSON_OBJECT(props, '$.hitches') RLIKE '[0-9.][dDfFxXpP]'
                  )
                  THEN GET_JSON_OBJECT(props, '$.hitches')
                END AS DOUBLE)
              ) AS BIGINT)
            END AS hitches,
            CASE
              WHEN name = 'performance'
              THEN TRY_CAST(CASE
                WHEN NOT (
                  GET_JSON_OBJECT(props, '$.memory_mb') RLIKE '[0-9.][dDfFxXpP]'
                )
                THEN GET_JSON_OBJECT(props, '$.memory_mb')
              END AS DOUBLE)
            END AS memory_mb,
            name = 'scene_loaded'
            AND COALESCE(GET_JSON_OBJECT(props, '$.cold') = 'true', FALSE) AS is_cold
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
            name IN ('performance', 'scene_loaded')
        ) AS said
      ) AS sample
    ) AS sample
    WHERE
      time >= CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
      AND time < CAST('2026-03-03 00:00:00' AS TIMESTAMP_NTZ)
      AND (
        time < CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
        OR time >= CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
      )
      AND ARRAY_CONTAINS(CAST(ARRAY('windows') AS ARRAY<STRING>), platform)
  ) AS samples
  WHERE
    NOT memory_mb IS NULL AND session_id <> '' AND NOT is_excluded
  GROUP BY
    bucket,
    CAST(time AS DATE),
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
    CAST(LEAST(600, GREATEST(0, FLOOR(51.046 * LN(GREATEST(load_ms, 1))))) AS SMALLINT) AS bin,
    CAST(1 AS BIGINT) AS amount,
    CAST(0 AS BIGINT) AS samples,
    CAST(0 AS BIGINT) AS frames_micros,
    CAST(0 AS BIGINT) AS frames_us,
    CAST(0 AS BIGINT) AS excluded_us,
    CAST(0 AS BIGINT) AS hitches,
    CAST(0 AS BIGINT) AS hitches_us
  FROM (
    SELECT
      CAST(0 AS BIGINT) AS bucket,
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
            WHEN NOT SUBSTRING(scene, 1, 1) IN ('{', '[')
            THEN SUBSTRING(scene, 1, 256)
          END,
          map_id,
          CASE WHEN name = 'scene_loaded' THEN level END,
          ''
        ) AS scene,
        COALESCE(
          CASE
            WHEN NOT SUBSTRING(device, 1, 1) IN ('{', '[')
            THEN SUBSTRING(device, 1, 256)
          END,
          ''
        ) AS device,
        COALESCE(excluded = 'true', FALSE) AS is_excluded,
        CASE WHEN drawn_us > 0 AND drawn_micros >= 0 THEN drawn_micros END AS frames_micros,
        CASE WHEN drawn_us > 0 AND drawn_micros >= 0 THEN drawn_us END AS frames_us,
        CASE
          WHEN NOT SUBSTRING(frame_times, 1, 1) IN ('{', '[')
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
            THEN TRY_CAST(ROUND(1e6 * COALESCE(frames, value * COALESCE(seconds, 1), fps * COALESCE(seconds, 1))) AS BIGINT)
          END AS drawn_micros,
          CASE
            WHEN name = 'performance'
            THEN TRY_CAST(ROUND(1e6 * COALESCE(seconds, 1)) AS BIGINT)
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
            CASE WHEN name = 'scene_loaded' THEN GET_JSON_OBJECT(props, '$.scene') END AS scene,
            GET_JSON_OBJECT(props, '$.device') AS device,
            GET_JSON_OBJECT(props, '$.excluded') AS excluded,
            CASE WHEN name = 'performance' THEN GET_JSON_OBJECT(props, '$.frame_times') END AS frame_times,
            TRY_CAST(CASE
              WHEN NOT (
                GET_JSON_OBJECT(props, '$.frames') RLIKE '[0-9.][dDfFxXpP]'
              )
              THEN GET_JSON_OBJECT(props, '$.frames')
            END AS DOUBLE) AS frames,
            TRY_CAST(CASE
              WHEN NOT (
                GET_JSON_OBJECT(props, '$.fps') RLIKE '[0-9.][dDfFxXpP]'
              )
              THEN GET_JSON_OBJECT(props, '$.fps')
            END AS DOUBLE) AS fps,
            TRY_CAST(CASE
              WHEN NOT (
                GET_JSON_OBJECT(props, '$.duration_s') RLIKE '[0-9.][dDfFxXpP]'
              )
              THEN GET_JSON_OBJECT(props, '$.duration_s')
            END AS DOUBLE) AS seconds,
            CASE
              WHEN name = 'performance'
              THEN TRY_CAST(ROUND(
                TRY_CAST(CASE
                  WHEN NOT (
                    GET_JSON_OBJECT(props, '$.hitches') RLIKE '[0-9.][dDfFxXpP]'
                  )
                  THEN GET_JSON_OBJECT(props, '$.hitches')
                END AS DOUBLE)
              ) AS BIGINT)
            END AS hitches,
            CASE
              WHEN name = 'performance'
              THEN TRY_CAST(CASE
                WHEN NOT (
                  GET_JSON_OBJECT(props, '$.memory_mb') RLIKE '[0-9.][dDfFxXpP]'
                )
                THEN GET_JSON_OBJECT(props, '$.memory_mb')
              END AS DOUBLE)
            END AS memory_mb,
            name = 'scene_loaded'
            AND COALESCE(GET_JSON_OBJECT(props, '$.cold') = 'true', FALSE) AS is_cold
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
            name IN ('performance', 'scene_loaded')
        ) AS said
      ) AS sample
    ) AS sample
    WHERE
      time >= CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
      AND time < CAST('2026-03-03 00:00:00' AS TIMESTAMP_NTZ)
      AND (
        time < CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
        OR time >= CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
      )
      AND ARRAY_CONTAINS(CAST(ARRAY('windows') AS ARRAY<STRING>), platform)
  ) AS samples
  WHERE
    NOT load_ms IS NULL
  UNION ALL
  SELECT
    bucket,
    platform,
    version,
    country,
    scene,
    device,
    'sums' AS figure,
    CAST(0 AS SMALLINT) AS bin,
    CAST(0 AS BIGINT) AS amount,
    COUNT(*) AS samples,
    CAST(SUM(CASE WHEN is_excluded THEN 0 ELSE COALESCE(frames_micros, 0) END) AS BIGINT) AS frames_micros,
    CAST(SUM(CASE WHEN is_excluded THEN 0 ELSE COALESCE(frames_us, 0) END) AS BIGINT) AS frames_us,
    CAST(SUM(CASE WHEN is_excluded THEN COALESCE(frames_us, 0) ELSE 0 END) AS BIGINT) AS excluded_us,
    CAST(SUM(
      CASE
        WHEN is_excluded OR frame_times <> '' OR frames_us IS NULL
        THEN 0
        ELSE COALESCE(hitches, 0)
      END
    ) AS BIGINT) AS hitches,
    CAST(SUM(
      CASE
        WHEN is_excluded OR frame_times <> '' OR hitches IS NULL
        THEN 0
        ELSE COALESCE(frames_us, 0)
      END
    ) AS BIGINT) AS hitches_us
  FROM (
    SELECT
      CAST(0 AS BIGINT) AS bucket,
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
            WHEN NOT SUBSTRING(scene, 1, 1) IN ('{', '[')
            THEN SUBSTRING(scene, 1, 256)
          END,
          map_id,
          CASE WHEN name = 'scene_loaded' THEN level END,
          ''
        ) AS scene,
        COALESCE(
          CASE
            WHEN NOT SUBSTRING(device, 1, 1) IN ('{', '[')
            THEN SUBSTRING(device, 1, 256)
          END,
          ''
        ) AS device,
        COALESCE(excluded = 'true', FALSE) AS is_excluded,
        CASE WHEN drawn_us > 0 AND drawn_micros >= 0 THEN drawn_micros END AS frames_micros,
        CASE WHEN drawn_us > 0 AND drawn_micros >= 0 THEN drawn_us END AS frames_us,
        CASE
          WHEN NOT SUBSTRING(frame_times, 1, 1) IN ('{', '[')
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
            THEN TRY_CAST(ROUND(1e6 * COALESCE(frames, value * COALESCE(seconds, 1), fps * COALESCE(seconds, 1))) AS BIGINT)
          END AS drawn_micros,
          CASE
            WHEN name = 'performance'
            THEN TRY_CAST(ROUND(1e6 * COALESCE(seconds, 1)) AS BIGINT)
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
            CASE WHEN name = 'scene_loaded' THEN GET_JSON_OBJECT(props, '$.scene') END AS scene,
            GET_JSON_OBJECT(props, '$.device') AS device,
            GET_JSON_OBJECT(props, '$.excluded') AS excluded,
            CASE WHEN name = 'performance' THEN GET_JSON_OBJECT(props, '$.frame_times') END AS frame_times,
            TRY_CAST(CASE
              WHEN NOT (
                GET_JSON_OBJECT(props, '$.frames') RLIKE '[0-9.][dDfFxXpP]'
              )
              THEN GET_JSON_OBJECT(props, '$.frames')
            END AS DOUBLE) AS frames,
            TRY_CAST(CASE
              WHEN NOT (
                GET_JSON_OBJECT(props, '$.fps') RLIKE '[0-9.][dDfFxXpP]'
              )
              THEN GET_JSON_OBJECT(props, '$.fps')
            END AS DOUBLE) AS fps,
            TRY_CAST(CASE
              WHEN NOT (
                GET_JSON_OBJECT(props, '$.duration_s') RLIKE '[0-9.][dDfFxXpP]'
              )
              THEN GET_JSON_OBJECT(props, '$.duration_s')
            END AS DOUBLE) AS seconds,
            CASE
              WHEN name = 'performance'
              THEN TRY_CAST(ROUND(
                TRY_CAST(CASE
                  WHEN NOT (
                    GET_JSON_OBJECT(props, '$.hitches') RLIKE '[0-9.][dDfFxXpP]'
                  )
                  THEN GET_JSON_OBJECT(props, '$.hitches')
                END AS DOUBLE)
              ) AS BIGINT)
            END AS hitches,
            CASE
              WHEN name = 'performance'
              THEN TRY_CAST(CASE
                WHEN NOT (
                  GET_JSON_OBJECT(props, '$.memory_mb') RLIKE '[0-9.][dDfFxXpP]'
                )
                THEN GET_JSON_OBJECT(props, '$.memory_mb')
              END AS DOUBLE)
            END AS memory_mb,
            name = 'scene_loaded'
            AND COALESCE(GET_JSON_OBJECT(props, '$.cold') = 'true', FALSE) AS is_cold
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
            name IN ('performance', 'scene_loaded')
        ) AS said
      ) AS sample
    ) AS sample
    WHERE
      time >= CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
      AND time < CAST('2026-03-03 00:00:00' AS TIMESTAMP_NTZ)
      AND (
        time < CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
        OR time >= CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
      )
      AND ARRAY_CONTAINS(CAST(ARRAY('windows') AS ARRAY<STRING>), platform)
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
    CAST(0 AS BIGINT) AS bucket,
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
      CAST(day AS TIMESTAMP_NTZ) + INTERVAL '12' HOUR AS time
    FROM main_performance_days
  ) AS made
  WHERE
    game_id = 'arena'
    AND env = 'prod'
    AND day >= CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
    AND day < CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
    AND ARRAY_CONTAINS(CAST(ARRAY('windows') AS ARRAY<STRING>), platform)
)
SELECT
  part,
  '' AS loaded,
  'sums' AS figure,
  CAST(SUM(samples) AS BIGINT) AS samples,
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
    CASE ''
      WHEN 'platform'
      THEN CASE WHEN platform <> 'unknown' THEN platform ELSE '' END
      WHEN 'version'
      THEN CASE WHEN version <> 'unknown' THEN version ELSE '' END
      WHEN 'country'
      THEN CASE WHEN country <> 'unknown' THEN country ELSE '' END
      WHEN 'device'
      THEN device
      WHEN 'map'
      THEN scene
      ELSE ''
    END AS part
  FROM performance
  WHERE
    figure = 'sums'
    AND (
      CAST(NULL AS ARRAY<STRING>) IS NULL
      OR ARRAY_CONTAINS(CAST(NULL AS ARRAY<STRING>), scene)
    )
    AND (
      CAST(NULL AS ARRAY<STRING>) IS NULL
      OR ARRAY_CONTAINS(CAST(NULL AS ARRAY<STRING>), device)
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
      ROW_NUMBER() OVER (
        ORDER BY bucket NULLS LAST, day NULLS LAST, owner NULLS LAST, session_id NULLS LAST, platform NULLS LAST, version NULLS LAST, country NULLS LAST, scene NULLS LAST, device NULLS LAST
      ) AS unit
    FROM (
      SELECT
        bucket,
        CAST(time AS DATE) AS day,
        owner,
        session_id,
        platform,
        version,
        country,
        scene,
        device,
        CASE
          WHEN COUNT(frame_times) > 0
          THEN ARRAY_JOIN(COLLECT_LIST(frame_times), ' ')
        END AS frame_times
      FROM (
        SELECT
          CASE
            WHEN time < CAST('2026-03-02 00:00:00' AS TIMESTAMP_NTZ)
            THEN CAST(0 AS BIGINT)
            ELSE CAST(1 AS BIGINT)
          END AS bucket,
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
                WHEN NOT SUBSTRING(scene, 1, 1) IN ('{', '[')
                THEN SUBSTRING(scene, 1, 256)
              END,
              map_id,
              CASE WHEN name = 'scene_loaded' THEN level END,
              ''
            ) AS scene,
            COALESCE(
              CASE
                WHEN NOT SUBSTRING(device, 1, 1) IN ('{', '[')
                THEN SUBSTRING(device, 1, 256)
              END,
              ''
            ) AS device,
            COALESCE(excluded = 'true', FALSE) AS is_excluded,
            CASE WHEN drawn_us > 0 AND drawn_micros >= 0 THEN drawn_micros END AS frames_micros,
            CASE WHEN drawn_us > 0 AND drawn_micros >= 0 THEN drawn_us END AS frames_us,
            CASE
              WHEN NOT SUBSTRING(frame_times, 1, 1) IN ('{', '[')
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
                THEN TRY_CAST(ROUND(1e6 * COALESCE(frames, value * COALESCE(seconds, 1), fps * COALESCE(seconds, 1))) AS BIGINT)
              END AS drawn_micros,
              CASE
                WHEN name = 'performance'
                THEN TRY_CAST(ROUND(1e6 * COALESCE(seconds, 1)) AS BIGINT)
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
                CASE WHEN name = 'scene_loaded' THEN GET_JSON_OBJECT(props, '$.scene') END AS scene,
                GET_JSON_OBJECT(props, '$.device') AS device,
                GET_JSON_OBJECT(props, '$.excluded') AS excluded,
                CASE WHEN name = 'performance' THEN GET_JSON_OBJECT(props, '$.frame_times') END AS frame_times,
                TRY_CAST(CASE
                  WHEN NOT (
                    GET_JSON_OBJECT(props, '$.frames') RLIKE '[0-9.][dDfFxXpP]'
                  )
                  THEN GET_JSON_OBJECT(props, '$.frames')
                END AS DOUBLE) AS frames,
                TRY_CAST(CASE
                  WHEN NOT (
                    GET_JSON_OBJECT(props, '$.fps') RLIKE '[0-9.][dDfFxXpP]'
                  )
                  THEN GET_JSON_OBJECT(props, '$.fps')
                END AS DOUBLE) AS fps,
                TRY_CAST(CASE
                  WHEN NOT (
                    GET_JSON_OBJECT(props, '$.duration_s') RLIKE '[0-9.][dDfFxXpP]'
                  )
                  THEN GET_JSON_OBJECT(props, '$.duration_s')
                END AS DOUBLE) AS seconds,
                CASE
                  WHEN name = 'performance'
                  THEN TRY_CAST(ROUND(
                    TRY_CAST(CASE
                      WHEN NOT (
                        GET_JSON_OBJECT(props, '$.hitches') RLIKE '[0-9.][dDfFxXpP]'
                      )
                      THEN GET_JSON_OBJECT(props, '$.hitches')
                    END AS DOUBLE)
                  ) AS BIGINT)
                END AS hitches,
                CASE
                  WHEN name = 'performance'
                  THEN TRY_CAST(CASE
                    WHEN NOT (
                      GET_JSON_OBJECT(props, '$.memory_mb') RLIKE '[0-9.][dDfFxXpP]'
                    )
                    THEN GET_JSON_OBJECT(props, '$.memory_mb')
                  END AS DOUBLE)
                END AS memory_mb,
                name = 'scene_loaded'
                AND COALESCE(GET_JSON_OBJECT(props, '$.cold') = 'true', FALSE) AS is_cold
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
                name IN ('performance', 'scene_loaded')
            ) AS said
          ) AS sample
        ) AS sample
        WHERE
          time >= CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
          AND time < CAST('2026-03-03 00:00:00' AS TIMESTAMP_NTZ)
          AND (
            time < CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
            OR time >= CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
          )
          AND (
            time < CAST('2026-03-02 00:00:00' AS TIMESTAMP_NTZ)
            OR time >= CAST('2026-03-02 00:00:00' AS TIMESTAMP_NTZ)
          )
          AND ARRAY_CONTAINS(CAST(ARRAY('windows') AS ARRAY<STRING>), platform)
      ) AS samples
      WHERE
        frame_times <> '' AND NOT is_excluded
      GROUP BY
        bucket,
        CAST(time AS DATE),
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
    CAST(SUM(frames) AS BIGINT) AS frames
  FROM (
    SELECT
      unit,
      TRY_CAST(SUBSTRING(piece, 1, LOCATE(':', piece) - 1) AS SMALLINT) AS bin,
      TRY_CAST(SUBSTRING(piece, LOCATE(':', piece) + 1) AS BIGINT) AS frames
    FROM (
      SELECT
        unit,
        EXPLODE(SPLIT(frame_times, CONCAT('\\Q', ' ', '\\E'))) AS piece
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
    CAST(0 AS BIGINT) AS samples,
    CAST(0 AS BIGINT) AS frames_micros,
    CAST(0 AS BIGINT) AS frames_us,
    CAST(0 AS BIGINT) AS excluded_us,
    CAST(0 AS BIGINT) AS hitches,
    CAST(0 AS BIGINT) AS hitches_us
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
    p99.bin,
    CAST(1 AS BIGINT) AS amount,
    CAST(0 AS BIGINT) AS samples,
    CAST(0 AS BIGINT) AS frames_micros,
    CAST(0 AS BIGINT) AS frames_us,
    CAST(0 AS BIGINT) AS excluded_us,
    CAST(0 AS BIGINT) AS hitches,
    CAST(0 AS BIGINT) AS hitches_us
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
          ORDER BY bin NULLS LAST
          ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS frames_so_far,
        SUM(frames) OVER (PARTITION BY session_unit) AS frames_all
      FROM (
        SELECT
          frame_units.session_unit,
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
    p99.bin,
    CAST(1 AS BIGINT) AS amount,
    CAST(0 AS BIGINT) AS samples,
    CAST(0 AS BIGINT) AS frames_micros,
    CAST(0 AS BIGINT) AS frames_us,
    CAST(0 AS BIGINT) AS excluded_us,
    CAST(0 AS BIGINT) AS hitches,
    CAST(0 AS BIGINT) AS hitches_us
  FROM (
    SELECT
      unit,
      MIN(bin) AS bin
    FROM (
      SELECT
        unit,
        bin,
        SUM(frames) OVER (
          PARTITION BY unit
          ORDER BY bin NULLS LAST
          ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS frames_so_far,
        SUM(frames) OVER (PARTITION BY unit) AS frames_all
      FROM (
        SELECT
          frame_units.unit,
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
    CAST(LEAST(600, GREATEST(0, FLOOR(51.046 * LN(GREATEST(MAX(memory_mb), 1))))) AS SMALLINT) AS bin,
    CAST(1 AS BIGINT) AS amount,
    CAST(0 AS BIGINT) AS samples,
    CAST(0 AS BIGINT) AS frames_micros,
    CAST(0 AS BIGINT) AS frames_us,
    CAST(0 AS BIGINT) AS excluded_us,
    CAST(0 AS BIGINT) AS hitches,
    CAST(0 AS BIGINT) AS hitches_us
  FROM (
    SELECT
      CASE
        WHEN time < CAST('2026-03-02 00:00:00' AS TIMESTAMP_NTZ)
        THEN CAST(0 AS BIGINT)
        ELSE CAST(1 AS BIGINT)
      END AS bucket,
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
            WHEN NOT SUBSTRING(scene, 1, 1) IN ('{', '[')
            THEN SUBSTRING(scene, 1, 256)
          END,
          map_id,
          CASE WHEN name = 'scene_loaded' THEN level END,
          ''
        ) AS scene,
        COALESCE(
          CASE
            WHEN NOT SUBSTRING(device, 1, 1) IN ('{', '[')
            THEN SUBSTRING(device, 1, 256)
          END,
          ''
        ) AS device,
        COALESCE(excluded = 'true', FALSE) AS is_excluded,
        CASE WHEN drawn_us > 0 AND drawn_micros >= 0 THEN drawn_micros END AS frames_micros,
        CASE WHEN drawn_us > 0 AND drawn_micros >= 0 THEN drawn_us END AS frames_us,
        CASE
          WHEN NOT SUBSTRING(frame_times, 1, 1) IN ('{', '[')
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
            THEN TRY_CAST(ROUND(1e6 * COALESCE(frames, value * COALESCE(seconds, 1), fps * COALESCE(seconds, 1))) AS BIGINT)
          END AS drawn_micros,
          CASE
            WHEN name = 'performance'
            THEN TRY_CAST(ROUND(1e6 * COALESCE(seconds, 1)) AS BIGINT)
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
            CASE WHEN name = 'scene_loaded' THEN GET_JSON_OBJECT(props, '$.scene') END AS scene,
            GET_JSON_OBJECT(props, '$.device') AS device,
            GET_JSON_OBJECT(props, '$.excluded') AS excluded,
            CASE WHEN name = 'performance' THEN GET_JSON_OBJECT(props, '$.frame_times') END AS frame_times,
            TRY_CAST(CASE
              WHEN NOT (
                GET_JSON_OBJECT(props, '$.frames') RLIKE '[0-9.][dDfFxXpP]'
              )
              THEN GET_JSON_OBJECT(props, '$.frames')
            END AS DOUBLE) AS frames,
            TRY_CAST(CASE
              WHEN NOT (
                GET_JSON_OBJECT(props, '$.fps') RLIKE '[0-9.][dDfFxXpP]'
              )
              THEN GET_JSON_OBJECT(props, '$.fps')
            END AS DOUBLE) AS fps,
            TRY_CAST(CASE
              WHEN NOT (
                GET_JSON_OBJECT(props, '$.duration_s') RLIKE '[0-9.][dDfFxXpP]'
              )
              THEN GET_JSON_OBJECT(props, '$.duration_s')
            END AS DOUBLE) AS seconds,
            CASE
              WHEN name = 'performance'
              THEN TRY_CAST(ROUND(
                TRY_CAST(CASE
                  WHEN NOT (
                    GET_JSON_OBJECT(props, '$.hitches') RLIKE '[0-9.][dDfFxXpP]'
                  )
                  THEN GET_JSON_OBJECT(props, '$.hitches')
                END AS DOUBLE)
              ) AS BIGINT)
            END AS hitches,
            CASE
              WHEN name = 'performance'
              THEN TRY_CAST(CASE
                WHEN NOT (
                  GET_JSON_OBJECT(props, '$.memory_mb') RLIKE '[0-9.][dDfFxXpP]'
                )
                THEN GET_JSON_OBJECT(props, '$.memory_mb')
              END AS DOUBLE)
            END AS memory_mb,
            name = 'scene_loaded'
            AND COALESCE(GET_JSON_OBJECT(props, '$.cold') = 'true', FALSE) AS is_cold
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
            name IN ('performance', 'scene_loaded')
        ) AS said
      ) AS sample
    ) AS sample
    WHERE
      time >= CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
      AND time < CAST('2026-03-03 00:00:00' AS TIMESTAMP_NTZ)
      AND (
        time < CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
        OR time >= CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
      )
      AND (
        time < CAST('2026-03-02 00:00:00' AS TIMESTAMP_NTZ)
        OR time >= CAST('2026-03-02 00:00:00' AS TIMESTAMP_NTZ)
      )
      AND ARRAY_CONTAINS(CAST(ARRAY('windows') AS ARRAY<STRING>), platform)
  ) AS samples
  WHERE
    NOT memory_mb IS NULL AND session_id <> '' AND NOT is_excluded
  GROUP BY
    bucket,
    CAST(time AS DATE),
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
    CAST(LEAST(600, GREATEST(0, FLOOR(51.046 * LN(GREATEST(MAX(memory_mb), 1))))) AS SMALLINT) AS bin,
    CAST(1 AS BIGINT) AS amount,
    CAST(0 AS BIGINT) AS samples,
    CAST(0 AS BIGINT) AS frames_micros,
    CAST(0 AS BIGINT) AS frames_us,
    CAST(0 AS BIGINT) AS excluded_us,
    CAST(0 AS BIGINT) AS hitches,
    CAST(0 AS BIGINT) AS hitches_us
  FROM (
    SELECT
      CASE
        WHEN time < CAST('2026-03-02 00:00:00' AS TIMESTAMP_NTZ)
        THEN CAST(0 AS BIGINT)
        ELSE CAST(1 AS BIGINT)
      END AS bucket,
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
            WHEN NOT SUBSTRING(scene, 1, 1) IN ('{', '[')
            THEN SUBSTRING(scene, 1, 256)
          END,
          map_id,
          CASE WHEN name = 'scene_loaded' THEN level END,
          ''
        ) AS scene,
        COALESCE(
          CASE
            WHEN NOT SUBSTRING(device, 1, 1) IN ('{', '[')
            THEN SUBSTRING(device, 1, 256)
          END,
          ''
        ) AS device,
        COALESCE(excluded = 'true', FALSE) AS is_excluded,
        CASE WHEN drawn_us > 0 AND drawn_micros >= 0 THEN drawn_micros END AS frames_micros,
        CASE WHEN drawn_us > 0 AND drawn_micros >= 0 THEN drawn_us END AS frames_us,
        CASE
          WHEN NOT SUBSTRING(frame_times, 1, 1) IN ('{', '[')
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
            THEN TRY_CAST(ROUND(1e6 * COALESCE(frames, value * COALESCE(seconds, 1), fps * COALESCE(seconds, 1))) AS BIGINT)
          END AS drawn_micros,
          CASE
            WHEN name = 'performance'
            THEN TRY_CAST(ROUND(1e6 * COALESCE(seconds, 1)) AS BIGINT)
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
            CASE WHEN name = 'scene_loaded' THEN GET_JSON_OBJECT(props, '$.scene') END AS scene,
            GET_JSON_OBJECT(props, '$.device') AS device,
            GET_JSON_OBJECT(props, '$.excluded') AS excluded,
            CASE WHEN name = 'performance' THEN GET_JSON_OBJECT(props, '$.frame_times') END AS frame_times,
            TRY_CAST(CASE
              WHEN NOT (
                GET_JSON_OBJECT(props, '$.frames') RLIKE '[0-9.][dDfFxXpP]'
              )
              THEN GET_JSON_OBJECT(props, '$.frames')
            END AS DOUBLE) AS frames,
            TRY_CAST(CASE
              WHEN NOT (
                GET_JSON_OBJECT(props, '$.fps') RLIKE '[0-9.][dDfFxXpP]'
              )
              THEN GET_JSON_OBJECT(props, '$.fps')
            END AS DOUBLE) AS fps,
            TRY_CAST(CASE
              WHEN NOT (
                GET_JSON_OBJECT(props, '$.duration_s') RLIKE '[0-9.][dDfFxXpP]'
              )
              THEN GET_JSON_OBJECT(props, '$.duration_s')
            END AS DOUBLE) AS seconds,
            CASE
              WHEN name = 'performance'
              THEN TRY_CAST(ROUND(
                TRY_CAST(CASE
                  WHEN NOT (
                    GET_JSON_OBJECT(props, '$.hitches') RLIKE '[0-9.][dDfFxXpP]'
                  )
                  THEN GET_JSON_OBJECT(props, '$.hitches')
                END AS DOUBLE)
              ) AS BIGINT)
            END AS hitches,
            CASE
              WHEN name = 'performance'
              THEN TRY_CAST(CASE
                WHEN NOT (
                  GET_JSON_OBJECT(props, '$.memory_mb') RLIKE '[0-9.][dDfFxXpP]'
                )
                THEN GET_JSON_OBJECT(props, '$.memory_mb')
              END AS DOUBLE)
            END AS memory_mb,
            name = 'scene_loaded'
            AND COALESCE(GET_JSON_OBJECT(props, '$.cold') = 'true', FALSE) AS is_cold
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
            name IN ('performance', 'scene_loaded')
        ) AS said
      ) AS sample
    ) AS sample
    WHERE
      time >= CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
      AND time < CAST('2026-03-03 00:00:00' AS TIMESTAMP_NTZ)
      AND (
        time < CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
        OR time >= CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
      )
      AND (
        time < CAST('2026-03-02 00:00:00' AS TIMESTAMP_NTZ)
        OR time >= CAST('2026-03-02 00:00:00' AS TIMESTAMP_NTZ)
      )
      AND ARRAY_CONTAINS(CAST(ARRAY('windows') AS ARRAY<STRING>), platform)
  ) AS samples
  WHERE
    NOT memory_mb IS NULL AND session_id <> '' AND NOT is_excluded
  GROUP BY
    bucket,
    CAST(time AS DATE),
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
    CAST(LEAST(600, GREATEST(0, FLOOR(51.046 * LN(GREATEST(load_ms, 1))))) AS SMALLINT) AS bin,
    CAST(1 AS BIGINT) AS amount,
    CAST(0 AS BIGINT) AS samples,
    CAST(0 AS BIGINT) AS frames_micros,
    CAST(0 AS BIGINT) AS frames_us,
    CAST(0 AS BIGINT) AS excluded_us,
    CAST(0 AS BIGINT) AS hitches,
    CAST(0 AS BIGINT) AS hitches_us
  FROM (
    SELECT
      CASE
        WHEN time < CAST('2026-03-02 00:00:00' AS TIMESTAMP_NTZ)
        THEN CAST(0 AS BIGINT)
        ELSE CAST(1 AS BIGINT)
      END AS bucket,
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
            WHEN NOT SUBSTRING(scene, 1, 1) IN ('{', '[')
            THEN SUBSTRING(scene, 1, 256)
          END,
          map_id,
          CASE WHEN name = 'scene_loaded' THEN level END,
          ''
        ) AS scene,
        COALESCE(
          CASE
            WHEN NOT SUBSTRING(device, 1, 1) IN ('{', '[')
            THEN SUBSTRING(device, 1, 256)
          END,
          ''
        ) AS device,
        COALESCE(excluded = 'true', FALSE) AS is_excluded,
        CASE WHEN drawn_us > 0 AND drawn_micros >= 0 THEN drawn_micros END AS frames_micros,
        CASE WHEN drawn_us > 0 AND drawn_micros >= 0 THEN drawn_us END AS frames_us,
        CASE
          WHEN NOT SUBSTRING(frame_times, 1, 1) IN ('{', '[')
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
            THEN TRY_CAST(ROUND(1e6 * COALESCE(frames, value * COALESCE(seconds, 1), fps * COALESCE(seconds, 1))) AS BIGINT)
          END AS drawn_micros,
          CASE
            WHEN name = 'performance'
            THEN TRY_CAST(ROUND(1e6 * COALESCE(seconds, 1)) AS BIGINT)
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
            CASE WHEN name = 'scene_loaded' THEN GET_JSON_OBJECT(props, '$.scene') END AS scene,
            GET_JSON_OBJECT(props, '$.device') AS device,
            GET_JSON_OBJECT(props, '$.excluded') AS excluded,
            CASE WHEN name = 'performance' THEN GET_JSON_OBJECT(props, '$.frame_times') END AS frame_times,
            TRY_CAST(CASE
              WHEN NOT (
                GET_JSON_OBJECT(props, '$.frames') RLIKE '[0-9.][dDfFxXpP]'
              )
              THEN GET_JSON_OBJECT(props, '$.frames')
            END AS DOUBLE) AS frames,
            TRY_CAST(CASE
              WHEN NOT (
                GET_JSON_OBJECT(props, '$.fps') RLIKE '[0-9.][dDfFxXpP]'
              )
              THEN GET_JSON_OBJECT(props, '$.fps')
            END AS DOUBLE) AS fps,
            TRY_CAST(CASE
              WHEN NOT (
                GET_JSON_OBJECT(props, '$.duration_s') RLIKE '[0-9.][dDfFxXpP]'
              )
              THEN GET_JSON_OBJECT(props, '$.duration_s')
            END AS DOUBLE) AS seconds,
            CASE
              WHEN name = 'performance'
              THEN TRY_CAST(ROUND(
                TRY_CAST(CASE
                  WHEN NOT (
                    GET_JSON_OBJECT(props, '$.hitches') RLIKE '[0-9.][dDfFxXpP]'
                  )
                  THEN GET_JSON_OBJECT(props, '$.hitches')
                END AS DOUBLE)
              ) AS BIGINT)
            END AS hitches,
            CASE
              WHEN name = 'performance'
              THEN TRY_CAST(CASE
                WHEN NOT (
                  GET_JSON_OBJECT(props, '$.memory_mb') RLIKE '[0-9.][dDfFxXpP]'
                )
                THEN GET_JSON_OBJECT(props, '$.memory_mb')
              END AS DOUBLE)
            END AS memory_mb,
            name = 'scene_loaded'
            AND COALESCE(GET_JSON_OBJECT(props, '$.cold') = 'true', FALSE) AS is_cold
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
            name IN ('performance', 'scene_loaded')
        ) AS said
      ) AS sample
    ) AS sample
    WHERE
      time >= CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
      AND time < CAST('2026-03-03 00:00:00' AS TIMESTAMP_NTZ)
      AND (
        time < CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
        OR time >= CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
      )
      AND (
        time < CAST('2026-03-02 00:00:00' AS TIMESTAMP_NTZ)
        OR time >= CAST('2026-03-02 00:00:00' AS TIMESTAMP_NTZ)
      )
      AND ARRAY_CONTAINS(CAST(ARRAY('windows') AS ARRAY<STRING>), platform)
  ) AS samples
  WHERE
    NOT load_ms IS NULL
  UNION ALL
  SELECT
    bucket,
    platform,
    version,
    country,
    scene,
    device,
    'sums' AS figure,
    CAST(0 AS SMALLINT) AS bin,
    CAST(0 AS BIGINT) AS amount,
    COUNT(*) AS samples,
    CAST(SUM(CASE WHEN is_excluded THEN 0 ELSE COALESCE(frames_micros, 0) END) AS BIGINT) AS frames_micros,
    CAST(SUM(CASE WHEN is_excluded THEN 0 ELSE COALESCE(frames_us, 0) END) AS BIGINT) AS frames_us,
    CAST(SUM(CASE WHEN is_excluded THEN COALESCE(frames_us, 0) ELSE 0 END) AS BIGINT) AS excluded_us,
    CAST(SUM(
      CASE
        WHEN is_excluded OR frame_times <> '' OR frames_us IS NULL
        THEN 0
        ELSE COALESCE(hitches, 0)
      END
    ) AS BIGINT) AS hitches,
    CAST(SUM(
      CASE
        WHEN is_excluded OR frame_times <> '' OR hitches IS NULL
        THEN 0
        ELSE COALESCE(frames_us, 0)
      END
    ) AS BIGINT) AS hitches_us
  FROM (
    SELECT
      CASE
        WHEN time < CAST('2026-03-02 00:00:00' AS TIMESTAMP_NTZ)
        THEN CAST(0 AS BIGINT)
        ELSE CAST(1 AS BIGINT)
      END AS bucket,
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
            WHEN NOT SUBSTRING(scene, 1, 1) IN ('{', '[')
            THEN SUBSTRING(scene, 1, 256)
          END,
          map_id,
          CASE WHEN name = 'scene_loaded' THEN level END,
          ''
        ) AS scene,
        COALESCE(
          CASE
            WHEN NOT SUBSTRING(device, 1, 1) IN ('{', '[')
            THEN SUBSTRING(device, 1, 256)
          END,
          ''
        ) AS device,
        COALESCE(excluded = 'true', FALSE) AS is_excluded,
        CASE WHEN drawn_us > 0 AND drawn_micros >= 0 THEN drawn_micros END AS frames_micros,
        CASE WHEN drawn_us > 0 AND drawn_micros >= 0 THEN drawn_us END AS frames_us,
        CASE
          WHEN NOT SUBSTRING(frame_times, 1, 1) IN ('{', '[')
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
            THEN TRY_CAST(ROUND(1e6 * COALESCE(frames, value * COALESCE(seconds, 1), fps * COALESCE(seconds, 1))) AS BIGINT)
          END AS drawn_micros,
          CASE
            WHEN name = 'performance'
            THEN TRY_CAST(ROUND(1e6 * COALESCE(seconds, 1)) AS BIGINT)
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
            CASE WHEN name = 'scene_loaded' THEN GET_JSON_OBJECT(props, '$.scene') END AS scene,
            GET_JSON_OBJECT(props, '$.device') AS device,
            GET_JSON_OBJECT(props, '$.excluded') AS excluded,
            CASE WHEN name = 'performance' THEN GET_JSON_OBJECT(props, '$.frame_times') END AS frame_times,
            TRY_CAST(CASE
              WHEN NOT (
                GET_JSON_OBJECT(props, '$.frames') RLIKE '[0-9.][dDfFxXpP]'
              )
              THEN GET_JSON_OBJECT(props, '$.frames')
            END AS DOUBLE) AS frames,
            TRY_CAST(CASE
              WHEN NOT (
                GET_JSON_OBJECT(props, '$.fps') RLIKE '[0-9.][dDfFxXpP]'
              )
              THEN GET_JSON_OBJECT(props, '$.fps')
            END AS DOUBLE) AS fps,
            TRY_CAST(CASE
              WHEN NOT (
                GET_JSON_OBJECT(props, '$.duration_s') RLIKE '[0-9.][dDfFxXpP]'
              )
              THEN GET_JSON_OBJECT(props, '$.duration_s')
            END AS DOUBLE) AS seconds,
            CASE
              WHEN name = 'performance'
              THEN TRY_CAST(ROUND(
                TRY_CAST(CASE
                  WHEN NOT (
                    GET_JSON_OBJECT(props, '$.hitches') RLIKE '[0-9.][dDfFxXpP]'
                  )
                  THEN GET_JSON_OBJECT(props, '$.hitches')
                END AS DOUBLE)
              ) AS BIGINT)
            END AS hitches,
            CASE
              WHEN name = 'performance'
              THEN TRY_CAST(CASE
                WHEN NOT (
                  GET_JSON_OBJECT(props, '$.memory_mb') RLIKE '[0-9.][dDfFxXpP]'
                )
                THEN GET_JSON_OBJECT(props, '$.memory_mb')
              END AS DOUBLE)
            END AS memory_mb,
            name = 'scene_loaded'
            AND COALESCE(GET_JSON_OBJECT(props, '$.cold') = 'true', FALSE) AS is_cold
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
            name IN ('performance', 'scene_loaded')
        ) AS said
      ) AS sample
    ) AS sample
    WHERE
      time >= CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
      AND time < CAST('2026-03-03 00:00:00' AS TIMESTAMP_NTZ)
      AND (
        time < CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
        OR time >= CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
      )
      AND (
        time < CAST('2026-03-02 00:00:00' AS TIMESTAMP_NTZ)
        OR time >= CAST('2026-03-02 00:00:00' AS TIMESTAMP_NTZ)
      )
      AND ARRAY_CONTAINS(CAST(ARRAY('windows') AS ARRAY<STRING>), platform)
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
    CASE
      WHEN time < CAST('2026-03-02 00:00:00' AS TIMESTAMP_NTZ)
      THEN CAST(0 AS BIGINT)
      ELSE CAST(1 AS BIGINT)
    END AS bucket,
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
      CAST(day AS TIMESTAMP_NTZ) + INTERVAL '12' HOUR AS time
    FROM main_performance_days
  ) AS made
  WHERE
    game_id = 'arena'
    AND env = 'prod'
    AND day >= CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
    AND day < CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
    AND (
      time < CAST('2026-03-02 00:00:00' AS TIMESTAMP_NTZ)
      OR time >= CAST('2026-03-02 00:00:00' AS TIMESTAMP_NTZ)
    )
    AND ARRAY_CONTAINS(CAST(ARRAY('windows') AS ARRAY<STRING>), platform)
)
SELECT
  bucket,
  figure,
  bin,
  CAST(SUM(amount) AS BIGINT) AS amount,
  CAST(SUM(samples) AS BIGINT) AS samples,
  SUM(frames_micros) AS frames_micros,
  SUM(frames_us) AS frames_us,
  SUM(excluded_us) AS excluded_us,
  SUM(hitches) AS hitches,
  SUM(hitches_us) AS hitches_us
FROM performance
WHERE
  NOT figure IN ('scene_session', 'scene_memory')
  AND (
    CAST(NULL AS ARRAY<STRING>) IS NULL
    OR ARRAY_CONTAINS(CAST(NULL AS ARRAY<STRING>), scene)
  )
  AND (
    CAST(NULL AS ARRAY<STRING>) IS NULL
    OR ARRAY_CONTAINS(CAST(NULL AS ARRAY<STRING>), device)
  )
GROUP BY
  bucket,
  figure,
  bin;
