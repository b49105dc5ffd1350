WITH alive AS (
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
    ended_at >= CAST('2026-03-03 08:30:00' AS TIMESTAMP)
  GROUP BY
    owner,
    session_id
), noted_so_far AS (
  SELECT
    '' AS split,
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
    currency,
    value,
    subject,
    detail,
    balance,
    duration_s,
    transaction_id,
    is_validated
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
    FROM main.noted_events
    WHERE
      game_id = 'arena' AND env = 'prod'
  ) AS noted
  WHERE
    time < CAST('2026-03-04 00:00:00' AS TIMESTAMP)
    AND platform = ANY(CAST(ARRAY['windows'] AS TEXT[]))
), said AS (
  SELECT
    player_id,
    owner,
    session_id,
    CASE WHEN subject <> 'unknown' THEN subject ELSE '' END AS level,
    order_key,
    CAST(EXTRACT(EPOCH FROM time) * 1000000 AS BIGINT) AS at_us,
    duration_s,
    CASE name
      WHEN 'level_start'
      THEN 0
      WHEN 'level_complete'
      THEN 1
      WHEN 'level_fail'
      THEN 2
      ELSE 3
    END AS step
  FROM noted_so_far
  WHERE
    name >= 'level_abandon'
    AND name <= 'level_start'
    AND name IN ('level_start', 'level_complete', 'level_fail', 'level_abandon')
    AND NOT player_id IS NULL
), steps AS (
  SELECT
    player_id,
    owner,
    session_id,
    level,
    order_key,
    at_us,
    step,
    duration_s,
    LEAD(4 * at_us + step) OVER (PARTITION BY player_id, session_id, level ORDER BY order_key) AS next_packed,
    LEAD(duration_s) OVER (PARTITION BY player_id, session_id, level ORDER BY order_key) AS next_duration_s,
    LAG(CASE WHEN step = 0 THEN at_us END) OVER (PARTITION BY player_id, session_id, level ORDER BY order_key) AS last_start_us
  FROM said
), attempts AS (
  SELECT
    player_id,
    level,
    order_key,
    at_us >= 1772323200000000 AND at_us < 1772496000000000 AS is_asked,
    step > 0 AS is_headless,
    CASE
      WHEN step > 0
      THEN step
      WHEN next_packed < 4 * (
        at_us + 86400000001
      ) AND next_packed % 4 > 0
      THEN next_packed % 4
      WHEN next_packed IS NULL AND at_us >= 1772442000000000 AND NOT alive.session_id IS NULL
      THEN 4
      ELSE 3
    END AS outcome,
    CASE
      WHEN step > 0
      THEN COALESCE(duration_s, 0)
      WHEN next_packed < 4 * (
        at_us + 86400000001
      )
      THEN COALESCE(
        next_duration_s,
        CAST((
          CAST((
            next_packed - next_packed % 4
          ) AS DOUBLE PRECISION) / 4 - at_us
        ) AS DOUBLE PRECISION) / 1e6
      )
      ELSE 0
    END AS seconds
  FROM steps
  LEFT JOIN alive
    ON steps.owner = alive.owner AND steps.session_id = alive.session_id
  WHERE
    step = 0 OR COALESCE(at_us - last_start_us > 86400000000, TRUE)
), tried AS (
  SELECT
    player_id,
    level,
    COUNT(*) AS attempts,
    SUM(seconds) AS seconds,
    MAX(order_key) AS last_key,
    MIN(CASE WHEN outcome = 1 THEN order_key END) AS complete_key,
    MIN(CASE WHEN outcome = 1 AND is_asked THEN order_key END) AS asked_complete_key,
    (
      ARRAY_AGG(seconds ORDER BY CASE WHEN outcome = 1 THEN order_key END ASC) FILTER(WHERE
        seconds IS NOT NULL)
    )[1] AS winning_seconds,
    COUNT(*) FILTER(WHERE
      is_asked) AS asked,
    COUNT(*) FILTER(WHERE
      is_asked AND outcome = 1) AS completes,
    COUNT(*) FILTER(WHERE
      is_asked AND outcome = 2) AS fails,
    COUNT(*) FILTER(WHERE
      is_asked AND outcome = 3) AS abandons,
    COUNT(*) FILTER(WHERE
      is_asked AND is_headless) AS start_missing
  FROM attempts
  GROUP BY
    player_id,
    level
), counted AS (
  SELECT
    level,
    SUM(completes + fails + abandons) AS attempts,
    SUM(completes) AS completes,
    SUM(fails) AS fails,
    SUM(abandons) AS abandons,
    SUM(asked - completes - fails - abandons) AS open_attempts,
    SUM(start_missing) AS start_missing,
    COUNT(*) AS players,
    COUNT(*) FILTER(WHERE
      completes > 0) AS completed_players,
    ROW_NUMBER() OVER (ORDER BY SUM(asked) DESC NULLS LAST, level) AS place
  FROM tried
  WHERE
    asked > 0
  GROUP BY
    level
), later AS (
  SELECT
    attempts.player_id,
    attempts.level,
    COUNT(*) AS attempts,
    SUM(attempts.seconds) AS seconds
  FROM attempts
  JOIN (
    SELECT
      player_id,
      level,
      complete_key
    FROM tried
    WHERE
      complete_key < last_key
  ) AS again
    ON attempts.player_id = again.player_id
    AND attempts.level = again.level
    AND order_key > complete_key
  GROUP BY
    attempts.player_id,
    attempts.level
), firsts AS (
  SELECT
    tried.level,
    tried.attempts - COALESCE(later.attempts, 0) AS attempts,
    winning_seconds,
    tried.seconds - COALESCE(later.seconds, 0) AS active_seconds
  FROM tried
  LEFT JOIN later
    ON tried.player_id = later.player_id AND tried.level = later.level
  WHERE
    complete_key = asked_complete_key
), completed AS (
  SELECT
    level,
    COUNT(*) AS first_completions,
    PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY
      CAST(attempts AS DOUBLE PRECISION)) AS attempts_to_complete_median,
    PERCENTILE_CONT(0.9) WITHIN GROUP (ORDER BY
      CAST(attempts AS DOUBLE PRECISION)) AS attempts_to_complete_p90,
    PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY
      winning_seconds) AS winning_seconds_median,
    PERCENTILE_CONT(0.9) WITHIN GROUP (ORDER BY
      winning_seconds) AS winning_seconds_p90,
    PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY
      active_seconds) AS active_seconds_median,
    PERCENTILE_CONT(0.9) WITHIN GROUP (ORDER BY
      active_seconds) AS active_seconds_p90
  FROM firsts
  GROUP BY
    level
)
SELECT
  counted.level,
  attempts,
  completes,
  fails,
  abandons,
  open_attempts,
  start_missing,
  players,
  completed_players,
  COALESCE(first_completions, 0) AS first_completions,
  attempts_to_complete_median,
  attempts_to_complete_p90,
  winning_seconds_median,
  winning_seconds_p90,
  active_seconds_median,
  active_seconds_p90,
  1 AS levels
FROM counted
LEFT JOIN completed
  ON counted.level = completed.level
WHERE
  place <= 200
UNION ALL
SELECT
  NULL,
  SUM(attempts),
  SUM(completes),
  SUM(fails),
  SUM(abandons),
  SUM(open_attempts),
  SUM(start_missing),
  NULL,
  NULL,
  NULL,
  NULL,
  NULL,
  NULL,
  NULL,
  NULL,
  NULL,
  COUNT(*)
FROM counted
WHERE
  place > 200
HAVING
  COUNT(*) > 0;

WITH noted_so_far AS (
  SELECT
    '' AS split,
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
    currency,
    value,
    subject,
    detail,
    balance,
    duration_s,
    transaction_id,
    is_validated
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
    FROM main.noted_events
    WHERE
      game_id = 'arena' AND env = 'prod'
  ) AS noted
  WHERE
    time < CAST('2026-03-04 00:00:00' AS TIMESTAMP)
    AND platform = ANY(CAST(ARRAY['windows'] AS TEXT[]))
)
SELECT
  level,
  PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY
    CAST(place AS DOUBLE PRECISION)) AS place
FROM (
  SELECT
    level,
    ROW_NUMBER() OVER (PARTITION BY player_id ORDER BY first_key) AS place
  FROM (
    SELECT
      player_id,
      CASE WHEN subject <> 'unknown' THEN subject ELSE '' END AS level,
      MIN(order_key) AS first_key
    FROM noted_so_far
    WHERE
      name >= 'level_abandon'
      AND name <= 'level_start'
      AND name IN ('level_start', 'level_complete', 'level_fail', 'level_abandon')
      AND NOT player_id IS NULL
    GROUP BY
      player_id,
      CASE WHEN subject <> 'unknown' THEN subject ELSE '' END
  ) AS tried
) AS places
WHERE
  level = ANY(CAST(ARRAY[] AS TEXT[]))
GROUP BY
  level;

WITH alive AS (
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
    ended_at >= CAST('2026-03-03 08:30:00' AS TIMESTAMP)
  GROUP BY
    owner,
    session_id
), noted_so_far AS (
  SELECT
    '' AS split,
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
    currency,
    value,
    subject,
    detail,
    balance,
    duration_s,
    transaction_id,
    is_validated
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
          THEN SUBSTRING(subject FROM 1 FOR 256)
          ELSE CASE
            WHEN NOT SUBSTRING(subject FROM 1 FOR 1) IN ('{', '[')
            THEN SUBSTRING(subject FROM 1 FOR 256)
          END
        END,
        ''
      ) AS subject,
      COALESCE(
        CASE
          WHEN NOT SUBSTRING(detail FROM 1 FOR 1) IN ('{', '[')
          THEN SUBSTRING(detail FROM 1 FOR 256)
        END,
        ''
      ) AS detail,
      CASE WHEN ABS(balance) <= 1e15 THEN balance END AS balance,
      CASE WHEN duration_s >= 0 AND duration_s <= 1e15 THEN duration_s END AS duration_s,
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
          THEN COALESCE(TRY_DOUBLE(CAST(props.count AS TEXT)), value, 1)
          ELSE value
        END AS value,
        CASE name
          WHEN 'purchase'
          THEN CAST(props.product AS TEXT)
          WHEN 'ad_impression'
          THEN CAST(props.placement AS TEXT)
          WHEN 'resource_gain'
          THEN CAST(props.item AS TEXT)
          WHEN 'resource_spend'
          THEN CAST(props.item AS TEXT)
          WHEN 'item_looted'
          THEN CAST(props.item AS TEXT)
          WHEN 'achievement_unlocked'
          THEN CAST(props.achievement AS TEXT)
          WHEN 'score_posted'
          THEN CAST(props.board AS TEXT)
          WHEN 'session_start'
          THEN CAST(NULL AS TEXT)
          WHEN 'match_start'
          THEN CAST(props.mode AS TEXT)
          WHEN 'match_end'
          THEN CAST(props.mode AS TEXT)
          WHEN 'level_start'
          THEN CAST(level AS TEXT)
          WHEN 'level_complete'
          THEN CAST(level AS TEXT)
          WHEN 'level_fail'
          THEN CAST(level AS TEXT)
          WHEN 'level_abandon'
          THEN CAST(level AS TEXT)
        END AS subject,
        CASE name
          WHEN 'purchase'
          THEN CAST(props.kind AS TEXT)
          WHEN 'ad_impression'
          THEN CAST(props.format AS TEXT)
          WHEN 'resource_gain'
          THEN CAST(props.reason AS TEXT)
          WHEN 'resource_spend'
          THEN CAST(props.reason AS TEXT)
          WHEN 'item_looted'
          THEN CAST(props.rarity AS TEXT)
          WHEN 'match_end'
          THEN CAST(props.result AS TEXT)
          WHEN 'level_fail'
          THEN CAST(props.reason AS TEXT)
        END AS detail,
        CASE
          WHEN name IN ('resource_gain', 'resource_spend')
          THEN TRY_DOUBLE(CAST(props.balance AS TEXT))
        END AS balance,
        CASE
          WHEN name IN ('level_complete', 'level_fail', 'level_abandon', 'match_end')
          THEN TRY_DOUBLE(CAST(props.duration_s AS TEXT))
        END AS duration_s,
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
    time < CAST('2026-03-04 00:00:00' AS TIMESTAMP)
    AND platform = ANY(CAST(ARRAY['windows'] AS TEXT[]))
), said AS (
  SELECT
    player_id,
    owner,
    session_id,
    CASE WHEN subject <> 'unknown' THEN subject ELSE '' END AS level,
    order_key,
    CAST(EXTRACT(EPOCH FROM time) * 1000000 AS BIGINT) AS at_us,
    duration_s,
    CASE name
      WHEN 'level_start'
      THEN 0
      WHEN 'level_complete'
      THEN 1
      WHEN 'level_fail'
      THEN 2
      ELSE 3
    END AS step
  FROM noted_so_far
  WHERE
    name >= 'level_abandon'
    AND name <= 'level_start'
    AND name IN ('level_start', 'level_complete', 'level_fail', 'level_abandon')
    AND NOT player_id IS NULL
), steps AS (
  SELECT
    player_id,
    owner,
    session_id,
    level,
    order_key,
    at_us,
    step,
    duration_s,
    LEAD(4 * at_us + step) OVER (PARTITION BY player_id, session_id, level ORDER BY order_key) AS next_packed,
    LEAD(duration_s) OVER (PARTITION BY player_id, session_id, level ORDER BY order_key) AS next_duration_s,
    LAG(CASE WHEN step = 0 THEN at_us END) OVER (PARTITION BY player_id, session_id, level ORDER BY order_key) AS last_start_us
  FROM said
), attempts AS (
  SELECT
    player_id,
    level,
    order_key,
    at_us >= 1772323200000000 AND at_us < 1772496000000000 AS is_asked,
    step > 0 AS is_headless,
    CASE
      WHEN step > 0
      THEN step
      WHEN next_packed < 4 * (
        at_us + 86400000001
      ) AND next_packed % 4 > 0
      THEN next_packed % 4
      WHEN next_packed IS NULL AND at_us >= 1772442000000000 AND NOT alive.session_id IS NULL
      THEN 4
      ELSE 3
    END AS outcome,
    CASE
      WHEN step > 0
      THEN COALESCE(duration_s, 0)
      WHEN next_packed < 4 * (
        at_us + 86400000001
      )
      THEN COALESCE(
        next_duration_s,
        CAST((
          CAST((
            next_packed - next_packed % 4
          ) AS DOUBLE PRECISION) / 4 - at_us
        ) AS DOUBLE PRECISION) / 1e6
      )
      ELSE 0
    END AS seconds
  FROM steps
  LEFT JOIN alive
    ON steps.owner = alive.owner AND steps.session_id = alive.session_id
  WHERE
    step = 0 OR COALESCE(at_us - last_start_us > 86400000000, TRUE)
), tried AS (
  SELECT
    player_id,
    level,
    COUNT(*) AS attempts,
    SUM(seconds) AS seconds,
    MAX(order_key) AS last_key,
    MIN(CASE WHEN outcome = 1 THEN order_key END) AS complete_key,
    MIN(CASE WHEN outcome = 1 AND is_asked THEN order_key END) AS asked_complete_key,
    (
      ARRAY_AGG(seconds ORDER BY CASE WHEN outcome = 1 THEN order_key END ASC) FILTER(WHERE
        seconds IS NOT NULL)
    )[1] AS winning_seconds,
    COUNT(*) FILTER(WHERE
      is_asked) AS asked,
    COUNT(*) FILTER(WHERE
      is_asked AND outcome = 1) AS completes,
    COUNT(*) FILTER(WHERE
      is_asked AND outcome = 2) AS fails,
    COUNT(*) FILTER(WHERE
      is_asked AND outcome = 3) AS abandons,
    COUNT(*) FILTER(WHERE
      is_asked AND is_headless) AS start_missing
  FROM attempts
  GROUP BY
    player_id,
    level
), counted AS (
  SELECT
    level,
    SUM(completes + fails + abandons) AS attempts,
    SUM(completes) AS completes,
    SUM(fails) AS fails,
    SUM(abandons) AS abandons,
    SUM(asked - completes - fails - abandons) AS open_attempts,
    SUM(start_missing) AS start_missing,
    COUNT(*) AS players,
    COUNT(*) FILTER(WHERE
      completes > 0) AS completed_players,
    ROW_NUMBER() OVER (ORDER BY SUM(asked) DESC NULLS LAST, level) AS place
  FROM tried
  WHERE
    asked > 0
  GROUP BY
    level
), later AS (
  SELECT
    attempts.player_id,
    attempts.level,
    COUNT(*) AS attempts,
    SUM(attempts.seconds) AS seconds
  FROM attempts
  JOIN (
    SELECT
      player_id,
      level,
      complete_key
    FROM tried
    WHERE
      complete_key < last_key
  ) AS again
    ON attempts.player_id = again.player_id
    AND attempts.level = again.level
    AND order_key > complete_key
  GROUP BY
    attempts.player_id,
    attempts.level
), firsts AS (
  SELECT
    tried.level,
    tried.attempts - COALESCE(later.attempts, 0) AS attempts,
    winning_seconds,
    tried.seconds - COALESCE(later.seconds, 0) AS active_seconds
  FROM tried
  LEFT JOIN later
    ON tried.player_id = later.player_id AND tried.level = later.level
  WHERE
    complete_key = asked_complete_key
), completed AS (
  SELECT
    level,
    COUNT(*) AS first_completions,
    PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY
      CAST(attempts AS DOUBLE PRECISION)) AS attempts_to_complete_median,
    PERCENTILE_CONT(0.9) WITHIN GROUP (ORDER BY
      CAST(attempts AS DOUBLE PRECISION)) AS attempts_to_complete_p90,
    PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY
      winning_seconds) AS winning_seconds_median,
    PERCENTILE_CONT(0.9) WITHIN GROUP (ORDER BY
      winning_seconds) AS winning_seconds_p90,
    PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY
      active_seconds) AS active_seconds_median,
    PERCENTILE_CONT(0.9) WITHIN GROUP (ORDER BY
      active_seconds) AS active_seconds_p90
  FROM firsts
  GROUP BY
    level
)
SELECT
  counted.level,
  attempts,
  completes,
  fails,
  abandons,
  open_attempts,
  start_missing,
  players,
  completed_players,
  COALESCE(first_completions, 0) AS first_completions,
  attempts_to_complete_median,
  attempts_to_complete_p90,
  winning_seconds_median,
  winning_seconds_p90,
  active_seconds_median,
  active_seconds_p90,
  1 AS levels
FROM counted
LEFT JOIN completed
  ON counted.level = completed.level
WHERE
  place <= 200
UNION ALL
SELECT
  NULL,
  SUM(attempts),
  SUM(completes),
  SUM(fails),
  SUM(abandons),
  SUM(open_attempts),
  SUM(start_missing),
  NULL,
  NULL,
  NULL,
  NULL,
  NULL,
  NULL,
  NULL,
  NULL,
  NULL,
  COUNT(*)
FROM counted
WHERE
  place > 200
HAVING
  COUNT(*) > 0;

WITH noted_so_far AS (
  SELECT
    '' AS split,
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
    currency,
    value,
    subject,
    detail,
    balance,
    duration_s,
    transaction_id,
    is_validated
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
          THEN SUBSTRING(subject FROM 1 FOR 256)
          ELSE CASE
            WHEN NOT SUBSTRING(subject FROM 1 FOR 1) IN ('{', '[')
            THEN SUBSTRING(subject FROM 1 FOR 256)
          END
        END,
        ''
      ) AS subject,
      COALESCE(
        CASE
          WHEN NOT SUBSTRING(detail FROM 1 FOR 1) IN ('{', '[')
          THEN SUBSTRING(detail FROM 1 FOR 256)
        END,
        ''
      ) AS detail,
      CASE WHEN ABS(balance) <= 1e15 THEN balance END AS balance,
      CASE WHEN duration_s >= 0 AND duration_s <= 1e15 THEN duration_s END AS duration_s,
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
          THEN COALESCE(TRY_DOUBLE(CAST(props.count AS TEXT)), value, 1)
          ELSE value
        END AS value,
        CASE name
          WHEN 'purchase'
          THEN CAST(props.product AS TEXT)
          WHEN 'ad_impression'
          THEN CAST(props.placement AS TEXT)
          WHEN 'resource_gain'
          THEN CAST(props.item AS TEXT)
          WHEN 'resource_spend'
          THEN CAST(props.item AS TEXT)
          WHEN 'item_looted'
          THEN CAST(props.item AS TEXT)
          WHEN 'achievement_unlocked'
          THEN CAST(props.achievement AS TEXT)
          WHEN 'score_posted'
          THEN CAST(props.board AS TEXT)
          WHEN 'session_start'
          THEN CAST(NULL AS TEXT)
          WHEN 'match_start'
          THEN CAST(props.mode AS TEXT)
          WHEN 'match_end'
          THEN CAST(props.mode AS TEXT)
          WHEN 'level_start'
          THEN CAST(level AS TEXT)
          WHEN 'level_complete'
          THEN CAST(level AS TEXT)
          WHEN 'level_fail'
          THEN CAST(level AS TEXT)
          WHEN 'level_abandon'
          THEN CAST(level AS TEXT)
        END AS subject,
        CASE name
          WHEN 'purchase'
          THEN CAST(props.kind AS TEXT)
          WHEN 'ad_impression'
          THEN CAST(props.format AS TEXT)
          WHEN 'resource_gain'
          THEN CAST(props.reason AS TEXT)
          WHEN 'resource_spend'
          THEN CAST(props.reason AS TEXT)
          WHEN 'item_looted'
          THEN CAST(props.rarity AS TEXT)
          WHEN 'match_end'
          THEN CAST(props.result AS TEXT)
          WHEN 'level_fail'
          THEN CAST(props.reason AS TEXT)
        END AS detail,
        CASE
          WHEN name IN ('resource_gain', 'resource_spend')
          THEN TRY_DOUBLE(CAST(props.balance AS TEXT))
        END AS balance,
        CASE
          WHEN name IN ('level_complete', 'level_fail', 'level_abandon', 'match_end')
          THEN TRY_DOUBLE(CAST(props.duration_s AS TEXT))
        END AS duration_s,
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
    time < CAST('2026-03-04 00:00:00' AS TIMESTAMP)
    AND platform = ANY(CAST(ARRAY['windows'] AS TEXT[]))
)
SELECT
  level,
  PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY
    CAST(place AS DOUBLE PRECISION)) AS place
FROM (
  SELECT
    level,
    ROW_NUMBER() OVER (PARTITION BY player_id ORDER BY first_key) AS place
  FROM (
    SELECT
      player_id,
      CASE WHEN subject <> 'unknown' THEN subject ELSE '' END AS level,
      MIN(order_key) AS first_key
    FROM noted_so_far
    WHERE
      name >= 'level_abandon'
      AND name <= 'level_start'
      AND name IN ('level_start', 'level_complete', 'level_fail', 'level_abandon')
      AND NOT player_id IS NULL
    GROUP BY
      player_id,
      CASE WHEN subject <> 'unknown' THEN subject ELSE '' END
  ) AS tried
) AS places
WHERE
  level = ANY(CAST(ARRAY[] AS TEXT[]))
GROUP BY
  level;
