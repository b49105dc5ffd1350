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
    FROM playtrace.sessions
    WHERE
      game_id = 'arena' AND env = 'prod'
  ) AS parts
  WHERE
    ended_at >= CAST('2026-03-03 08:30:00' AS DateTime64(6, 'UTC'))
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
    FROM playtrace.noted_events
    WHERE
      game_id = 'arena' AND env = 'prod'
  ) AS noted
  WHERE
    time < CAST('2026-03-04 00:00:00' AS DateTime64(6, 'UTC'))
    AND has(CAST(['windows'] AS Array(Nullable(String))), platform)
), said AS (
  SELECT
    player_id,
    owner,
    session_id,
    CASE WHEN subject <> 'unknown' THEN subject ELSE '' END AS level,
    order_key,
    toUnixTimestamp64Micro(time) AS at_us,
    duration_s,
    CASE
      WHEN name = 'level_start'
      THEN toInt32(0)
      WHEN name = 'level_complete'
      THEN toInt32(1)
      WHEN name = 'level_fail'
      THEN toInt32(2)
      ELSE toInt32(3)
    END AS step
  FROM noted_so_far
  WHERE
    name >= 'level_abandon'
    AND name <= 'level_start'
    AND name IN ('level_start', 'level_complete', 'level_fail', 'level_abandon')
    AND NOT (
      player_id IS NULL
    )
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
    lead(toNullable(4 * at_us + step)) OVER (PARTITION BY player_id, session_id, level ORDER BY order_key) AS next_packed,
    lead(toNullable(duration_s)) OVER (PARTITION BY player_id, session_id, level ORDER BY order_key) AS next_duration_s,
    lag(toNullable(CASE WHEN step = 0 THEN at_us END)) OVER (PARTITION BY player_id, session_id, level ORDER BY order_key) AS last_start_us
  FROM said
), attempts AS (
  SELECT
    player_id,
    level,
    order_key,
    CAST(at_us >= 1772323200000000 AND at_us < 1772496000000000 AS Nullable(Bool)) AS is_asked,
    CAST(step > 0 AS Nullable(Bool)) AS is_headless,
    CASE
      WHEN step > 0
      THEN step
      WHEN next_packed < 4 * (
        at_us + 86400000001
      ) AND next_packed % 4 > 0
      THEN next_packed % 4
      WHEN next_packed IS NULL
      AND at_us >= 1772442000000000
      AND NOT (
        alive.session_id IS NULL
      )
      THEN toInt32(4)
      ELSE toInt32(3)
    END AS outcome,
    CASE
      WHEN step > 0
      THEN COALESCE(duration_s, toInt32(0))
      WHEN next_packed < 4 * (
        at_us + 86400000001
      )
      THEN COALESCE(next_duration_s, (
        (
          next_packed - next_packed % 4
        ) / 4 - at_us
      ) / 1e6)
      ELSE toInt32(0)
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
    toInt64(COUNT(*)) AS attempts,
    SUM(seconds) AS seconds,
    MAX(order_key) AS last_key,
    MIN(CASE WHEN outcome = 1 THEN order_key END) AS complete_key,
    MIN(CASE WHEN outcome = 1 AND is_asked THEN order_key END) AS asked_complete_key,
    argMin(seconds, CASE WHEN outcome = 1 THEN order_key END) AS winning_seconds,
    toInt64(COUNT(*) FILTER(WHERE
      is_asked)) AS asked,
    toInt64(COUNT(*) FILTER(WHERE
      is_asked AND outcome = 1)) AS completes,
    toInt64(COUNT(*) FILTER(WHERE
      is_asked AND outcome = 2)) AS fails,
    toInt64(COUNT(*) FILTER(WHERE
      is_asked AND outcome = 3)) AS abandons,
    toInt64(COUNT(*) FILTER(WHERE
      is_asked AND is_headless)) AS start_missing
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
    toInt64(COUNT(*)) AS players,
    toInt64(COUNT(*) FILTER(WHERE
      completes > 0)) AS completed_players,
    toInt64(ROW_NUMBER() OVER (ORDER BY SUM(asked) DESC, level)) AS place
  FROM tried
  WHERE
    asked > 0
  GROUP BY
    level
), later AS (
  SELECT
    attempts.player_id AS player_id,
    attempts.level AS level,
    toInt64(COUNT(*)) AS attempts,
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
    tried.level AS level,
    tried.attempts - COALESCE(later.attempts, toInt32(0)) AS attempts,
    winning_seconds,
    tried.seconds - COALESCE(later.seconds, toInt32(0)) AS active_seconds
  FROM tried
  LEFT JOIN later
    ON tried.player_id = later.player_id AND tried.level = later.level
  WHERE
    complete_key = asked_complete_key
), completed AS (
  SELECT
    level,
    toInt64(COUNT(*)) AS first_completions,
    quantileExactInclusive(0.5)(CAST(attempts AS Nullable(Float64))) AS attempts_to_complete_median,
    quantileExactInclusive(0.9)(CAST(attempts AS Nullable(Float64))) AS attempts_to_complete_p90,
    quantileExactInclusive(0.5)(winning_seconds) AS winning_seconds_median,
    quantileExactInclusive(0.9)(winning_seconds) AS winning_seconds_p90,
    quantileExactInclusive(0.5)(active_seconds) AS active_seconds_median,
    quantileExactInclusive(0.9)(active_seconds) AS active_seconds_p90
  FROM firsts
  GROUP BY
    level
)
SELECT
  counted.level AS level,
  attempts,
  completes,
  fails,
  abandons,
  open_attempts,
  start_missing,
  players,
  completed_players,
  COALESCE(first_completions, toInt32(0)) AS first_completions,
  attempts_to_complete_median,
  attempts_to_complete_p90,
  winning_seconds_median,
  winning_seconds_p90,
  active_seconds_median,
  active_seconds_p90,
  toInt32(1) AS levels
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
  toInt64(COUNT(*))
FROM counted
WHERE
  place > 200
HAVING
  toInt64(COUNT(*)) > 0;

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
    FROM playtrace.noted_events
    WHERE
      game_id = 'arena' AND env = 'prod'
  ) AS noted
  WHERE
    time < CAST('2026-03-04 00:00:00' AS DateTime64(6, 'UTC'))
    AND has(CAST(['windows'] AS Array(Nullable(String))), platform)
)
SELECT
  level,
  quantileExactInclusive(0.5)(CAST(place AS Nullable(Float64))) AS place
FROM (
  SELECT
    level,
    toInt64(ROW_NUMBER() OVER (PARTITION BY player_id ORDER BY first_key)) AS place
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
      AND NOT (
        player_id IS NULL
      )
    GROUP BY
      player_id,
      CASE WHEN subject <> 'unknown' THEN subject ELSE '' END
  ) AS tried
) AS places
WHERE
  has(CAST([] AS Array(Nullable(String))), level)
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
    ended_at >= CAST('2026-03-03 08:30:00' AS DateTime64(6, 'UTC'))
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
    time < CAST('2026-03-04 00:00:00' AS DateTime64(6, 'UTC'))
    AND has(CAST(['windows'] AS Array(Nullable(String))), platform)
), said AS (
  SELECT
    player_id,
    owner,
    session_id,
    CASE WHEN subject <> 'unknown' THEN subject ELSE '' END AS level,
    order_key,
    toUnixTimestamp64Micro(time) AS at_us,
    duration_s,
    CASE
      WHEN name = 'level_start'
      THEN toInt32(0)
      WHEN name = 'level_complete'
      THEN toInt32(1)
      WHEN name = 'level_fail'
      THEN toInt32(2)
      ELSE toInt32(3)
    END AS step
  FROM noted_so_far
  WHERE
    name >= 'level_abandon'
    AND name <= 'level_start'
    AND name IN ('level_start', 'level_complete', 'level_fail', 'level_abandon')
    AND NOT (
      player_id IS NULL
    )
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
    lead(toNullable(4 * at_us + step)) OVER (PARTITION BY player_id, session_id, level ORDER BY order_key) AS next_packed,
    lead(toNullable(duration_s)) OVER (PARTITION BY player_id, session_id, level ORDER BY order_key) AS next_duration_s,
    lag(toNullable(CASE WHEN step = 0 THEN at_us END)) OVER (PARTITION BY player_id, session_id, level ORDER BY order_key) AS last_start_us
  FROM said
), attempts AS (
  SELECT
    player_id,
    level,
    order_key,
    CAST(at_us >= 1772323200000000 AND at_us < 1772496000000000 AS Nullable(Bool)) AS is_asked,
    CAST(step > 0 AS Nullable(Bool)) AS is_headless,
    CASE
      WHEN step > 0
      THEN step
      WHEN next_packed < 4 * (
        at_us + 86400000001
      ) AND next_packed % 4 > 0
      THEN next_packed % 4
      WHEN next_packed IS NULL
      AND at_us >= 1772442000000000
      AND NOT (
        alive.session_id IS NULL
      )
      THEN toInt32(4)
      ELSE toInt32(3)
    END AS outcome,
    CASE
      WHEN step > 0
      THEN COALESCE(duration_s, toInt32(0))
      WHEN next_packed < 4 * (
        at_us + 86400000001
      )
      THEN COALESCE(next_duration_s, (
        (
          next_packed - next_packed % 4
        ) / 4 - at_us
      ) / 1e6)
      ELSE toInt32(0)
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
    toInt64(COUNT(*)) AS attempts,
    SUM(seconds) AS seconds,
    MAX(order_key) AS last_key,
    MIN(CASE WHEN outcome = 1 THEN order_key END) AS complete_key,
    MIN(CASE WHEN outcome = 1 AND is_asked THEN order_key END) AS asked_complete_key,
    argMin(seconds, CASE WHEN outcome = 1 THEN order_key END) AS winning_seconds,
    toInt64(COUNT(*) FILTER(WHERE
      is_asked)) AS asked,
    toInt64(COUNT(*) FILTER(WHERE
      is_asked AND outcome = 1)) AS completes,
    toInt64(COUNT(*) FILTER(WHERE
      is_asked AND outcome = 2)) AS fails,
    toInt64(COUNT(*) FILTER(WHERE
      is_asked AND outcome = 3)) AS abandons,
    toInt64(COUNT(*) FILTER(WHERE
      is_asked AND is_headless)) AS start_missing
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
    toInt64(COUNT(*)) AS players,
    toInt64(COUNT(*) FILTER(WHERE
      completes > 0)) AS completed_players,
    toInt64(ROW_NUMBER() OVER (ORDER BY SUM(asked) DESC, level)) AS place
  FROM tried
  WHERE
    asked > 0
  GROUP BY
    level
), later AS (
  SELECT
    attempts.player_id AS player_id,
    attempts.level AS level,
    toInt64(COUNT(*)) AS attempts,
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
    tried.level AS level,
    tried.attempts - COALESCE(later.attempts, toInt32(0)) AS attempts,
    winning_seconds,
    tried.seconds - COALESCE(later.seconds, toInt32(0)) AS active_seconds
  FROM tried
  LEFT JOIN later
    ON tried.player_id = later.player_id AND tried.level = later.level
  WHERE
    complete_key = asked_complete_key
), completed AS (
  SELECT
    level,
    toInt64(COUNT(*)) AS first_completions,
    quantileExactInclusive(0.5)(CAST(attempts AS Nullable(Float64))) AS attempts_to_complete_median,
    quantileExactInclusive(0.9)(CAST(attempts AS Nullable(Float64))) AS attempts_to_complete_p90,
    quantileExactInclusive(0.5)(winning_seconds) AS winning_seconds_median,
    quantileExactInclusive(0.9)(winning_seconds) AS winning_seconds_p90,
    quantileExactInclusive(0.5)(active_seconds) AS active_seconds_median,
    quantileExactInclusive(0.9)(active_seconds) AS active_seconds_p90
  FROM firsts
  GROUP BY
    level
)
SELECT
  counted.level AS level,
  attempts,
  completes,
  fails,
  abandons,
  open_attempts,
  start_missing,
  players,
  completed_players,
  COALESCE(first_completions, toInt32(0)) AS first_completions,
  attempts_to_complete_median,
  attempts_to_complete_p90,
  winning_seconds_median,
  winning_seconds_p90,
  active_seconds_median,
  active_seconds_p90,
  toInt32(1) AS levels
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
  toInt64(COUNT(*))
FROM counted
WHERE
  place > 200
HAVING
  toInt64(COUNT(*)) > 0;

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
    time < CAST('2026-03-04 00:00:00' AS DateTime64(6, 'UTC'))
    AND has(CAST(['windows'] AS Array(Nullable(String))), platform)
)
SELECT
  level,
  quantileExactInclusive(0.5)(CAST(place AS Nullable(Float64))) AS place
FROM (
  SELECT
    level,
    toInt64(ROW_NUMBER() OVER (PARTITION BY player_id ORDER BY first_key)) AS place
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
      AND NOT (
        player_id IS NULL
      )
    GROUP BY
      player_id,
      CASE WHEN subject <> 'unknown' THEN subject ELSE '' END
  ) AS tried
) AS places
WHERE
  has(CAST([] AS Array(Nullable(String))), level)
GROUP BY
  level;
