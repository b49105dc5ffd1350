SELECT
  *
FROM (
  WITH noted AS (
    SELECT
      CASE
        WHEN time < CAST('2026-03-02 00:00:00' AS DateTime64(6, 'UTC'))
        THEN CAST(0 AS Nullable(Int64))
        ELSE CAST(1 AS Nullable(Int64))
      END AS bucket,
      '' AS split,
      time,
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
      time >= CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC'))
      AND time < CAST('2026-03-03 00:00:00' AS DateTime64(6, 'UTC'))
      AND (
        time < CAST('2026-03-02 00:00:00' AS DateTime64(6, 'UTC'))
        OR time >= CAST('2026-03-02 00:00:00' AS DateTime64(6, 'UTC'))
      )
      AND has(CAST(['windows'] AS Array(Nullable(String))), platform)
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
      time < CAST('2026-03-03 00:00:00' AS DateTime64(6, 'UTC'))
      AND has(CAST(['windows'] AS Array(Nullable(String))), platform)
  ), sums AS (
    SELECT
      bucket,
      CASE WHEN currency <> 'unknown' THEN currency ELSE '' END AS resource,
      name,
      detail,
      subject,
      SUM(
        CASE
          WHEN value > 0 AND value <= 1e15
          THEN (
            CAST(trunc(value) AS Nullable(Int128)) * 1000000 + CAST(ROUND((
              value - trunc(value)
            ) * 1000000) AS Nullable(Int128))
          )
        END
      ) AS amount,
      toInt64(COUNT(*) FILTER(WHERE
        value > 0 AND value <= 1e15)) AS moves,
      toInt64(COUNT(*)) AS events
    FROM noted
    WHERE
      name IN ('resource_gain', 'resource_spend')
    GROUP BY
      bucket,
      CASE WHEN currency <> 'unknown' THEN currency ELSE '' END,
      name,
      detail,
      subject
  ), known AS (
    SELECT
      resource,
      SUM(moves) AS moves,
      SUM(ignored) AS ignored,
      SUM(supply) AS supply,
      toInt64(COUNT(*) OVER ()) AS resource_count,
      toInt64(ROW_NUMBER() OVER (ORDER BY SUM(moves) DESC, SUM(events) DESC, resource)) AS place
    FROM (
      SELECT
        resource,
        moves,
        events - moves AS ignored,
        events,
        toInt32(0) AS supply
      FROM sums
      UNION ALL
      SELECT
        CASE WHEN currency <> 'unknown' THEN currency ELSE '' END AS resource,
        toInt32(0),
        toInt32(0),
        toInt64(COUNT(*)),
        SUM(
          CASE
            WHEN value > 0 AND value <= 1e15
            THEN CASE
              WHEN name = 'resource_gain'
              THEN (
                CAST(trunc(value) AS Nullable(Int128)) * 1000000 + CAST(ROUND((
                  value - trunc(value)
                ) * 1000000) AS Nullable(Int128))
              )
              ELSE -(
                CAST(trunc(value) AS Nullable(Int128)) * 1000000 + CAST(ROUND((
                  value - trunc(value)
                ) * 1000000) AS Nullable(Int128))
              )
            END
            ELSE toInt32(0)
          END
        )
      FROM noted_so_far
      WHERE
        name IN ('resource_gain', 'resource_spend')
        AND time < CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC'))
      GROUP BY
        CASE WHEN currency <> 'unknown' THEN currency ELSE '' END
    ) AS parts
    GROUP BY
      resource
  ), labelled AS (
    SELECT
      bucket,
      name,
      part,
      CASE
        WHEN CASE WHEN part = 'item' THEN subject ELSE detail END <> 'unknown'
        THEN CASE WHEN part = 'item' THEN subject ELSE detail END
        ELSE ''
      END AS label,
      amount,
      sums.moves AS moves
    FROM sums
    JOIN known
      ON sums.resource = known.resource
    CROSS JOIN (
      SELECT
        'reason' AS part
      UNION ALL
      SELECT
        'item' AS part
    ) AS parts
    WHERE
      sums.moves > 0
      AND CASE WHEN NULL IS NULL THEN place = 1 ELSE known.resource = NULL END
  ), places AS (
    SELECT
      part,
      name,
      label,
      toInt64(ROW_NUMBER() OVER (PARTITION BY part, name ORDER BY SUM(amount) DESC, label)) AS place
    FROM labelled
    GROUP BY
      part,
      name,
      label
  )
  SELECT
    labelled.part AS part,
    bucket,
    labelled.name AS name,
    CASE WHEN place <= 20 THEN place END AS place,
    MIN(CASE WHEN place <= 20 THEN labelled.label END) AS label,
    SUM(amount) AS amount,
    SUM(moves) AS moves,
    toInt32(0) AS ignored,
    toInt32(0) AS resource_count
  FROM labelled
  JOIN places
    ON labelled.part = places.part
    AND labelled.name = places.name
    AND labelled.label = places.label
  GROUP BY
    labelled.part,
    bucket,
    labelled.name,
    CASE WHEN place <= 20 THEN place END
  UNION ALL
  SELECT
    'resource',
    NULL,
    NULL,
    place,
    resource,
    supply,
    moves,
    ignored,
    resource_count
  FROM known
  WHERE
    place <= 50 OR resource = NULL
) AS _l_0
ORDER BY
  place;

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
  toInt64(COUNT(DISTINCT player_id)) AS players
FROM active
GROUP BY
  bucket;

SELECT
  *
FROM (
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
            CAST([0, 0] AS Array(Nullable(Int64))),
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
  ), wallet_moves AS (
    SELECT
      time,
      order_key,
      name,
      player_id,
      currency,
      value,
      balance
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
      AND name IN ('resource_gain', 'resource_spend')
      AND NOT (
        player_id IS NULL
      )
  ), silent_moves AS (
    SELECT
      time,
      order_key,
      name,
      player_id,
      currency,
      value,
      balance
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
      AND name IN ('resource_gain', 'resource_spend')
      AND NOT (
        player_id IS NULL
      )
      AND balance IS NULL
  ), moved AS (
    SELECT
      player_id,
      SUM(
        CASE
          WHEN value > 0 AND value <= 1e15
          THEN CASE
            WHEN name = 'resource_gain'
            THEN (
              CAST(trunc(value) AS Nullable(Int128)) * 1000000 + CAST(ROUND((
                value - trunc(value)
              ) * 1000000) AS Nullable(Int128))
            )
            ELSE -(
              CAST(trunc(value) AS Nullable(Int128)) * 1000000 + CAST(ROUND((
                value - trunc(value)
              ) * 1000000) AS Nullable(Int128))
            )
          END
          ELSE toInt32(0)
        END
      ) AS moved,
      MAX(CASE WHEN NOT (
        balance IS NULL
      ) THEN order_key END) AS report_key,
      argMax(balance, CASE WHEN NOT (
        balance IS NULL
      ) THEN order_key END) AS balance
    FROM wallet_moves
    WHERE
      CASE WHEN currency <> 'unknown' THEN currency ELSE '' END = NULL
    GROUP BY
      player_id
  ), later AS (
    SELECT
      silent_moves.player_id AS player_id,
      SUM(
        CASE
          WHEN value > 0 AND value <= 1e15
          THEN CASE
            WHEN name = 'resource_gain'
            THEN (
              CAST(trunc(value) AS Nullable(Int128)) * 1000000 + CAST(ROUND((
                value - trunc(value)
              ) * 1000000) AS Nullable(Int128))
            )
            ELSE -(
              CAST(trunc(value) AS Nullable(Int128)) * 1000000 + CAST(ROUND((
                value - trunc(value)
              ) * 1000000) AS Nullable(Int128))
            )
          END
          ELSE toInt32(0)
        END
      ) AS moved
    FROM silent_moves
    JOIN moved
      ON silent_moves.player_id = moved.player_id AND silent_moves.order_key > report_key
    WHERE
      CASE WHEN currency <> 'unknown' THEN currency ELSE '' END = NULL
    GROUP BY
      silent_moves.player_id
  ), held AS (
    SELECT
      moved.player_id AS player_id,
      moved.moved AS moved,
      CASE
        WHEN NOT (
          report_key IS NULL
        )
        THEN (
          CAST(trunc(balance) AS Nullable(Int128)) * 1000000 + CAST(ROUND((
            balance - trunc(balance)
          ) * 1000000) AS Nullable(Int128))
        )
      END AS reported,
      moved.moved - COALESCE(later.moved, toInt32(0)) AS reconstructed,
      report_key
    FROM moved
    LEFT JOIN later
      ON moved.player_id = later.player_id
  ), owned AS (
    SELECT
      population.player_id AS player_id,
      COALESCE(reported, moved, toInt32(0)) AS balance,
      reported - reconstructed AS drift,
      reported,
      reconstructed,
      report_key
    FROM (
      SELECT
        player_id
      FROM active
      GROUP BY
        player_id
    ) AS population
    LEFT JOIN held
      ON population.player_id = held.player_id
  ), usual AS (
    SELECT
      drift,
      toInt64(COUNT(*)) AS players,
      toInt64(ROW_NUMBER() OVER (ORDER BY toInt64(COUNT(*)) DESC, ABS(drift), drift)) AS place
    FROM owned
    WHERE
      NOT (
        drift IS NULL
      )
    GROUP BY
      drift
  ), ranked AS (
    SELECT
      player_id,
      balance,
      drift,
      reported,
      reconstructed,
      report_key,
      toInt64(ROW_NUMBER() OVER (ORDER BY balance)) AS place,
      toInt64(COUNT(*) OVER ()) AS players,
      toInt64(ROW_NUMBER() OVER (ORDER BY ABS(COALESCE(drift, toInt32(0))) DESC, player_id)) AS drift_place
    FROM owned
  )
  SELECT
    toInt64(COUNT(*)) AS players,
    SUM(balance) AS balance,
    quantileExactInclusive(0.5)(CAST(balance AS Nullable(Float64))) AS median,
    quantileExactInclusive(0.9)(CAST(balance AS Nullable(Float64))) AS p90,
    toInt64(COUNT(*) FILTER(WHERE
      balance < 0)) AS negative_players,
    SUM((
      2 * place - players - 1
    ) * balance) AS spread,
    toInt64(COUNT(*) FILTER(WHERE
      drift <> 0)) AS drifting_players,
    SUM(drift) AS drift,
    toInt32(0) AS drift_place,
    NULL AS player_id,
    NULL AS reported,
    NULL AS reconstructed,
    NULL AS report_key
  FROM ranked
  UNION ALL
  SELECT
    players,
    NULL,
    NULL,
    NULL,
    NULL,
    NULL,
    NULL,
    drift,
    -1,
    NULL,
    NULL,
    NULL,
    NULL
  FROM usual
  WHERE
    place = 1
  UNION ALL
  SELECT
    NULL,
    NULL,
    NULL,
    NULL,
    NULL,
    NULL,
    NULL,
    drift,
    drift_place,
    player_id,
    reported,
    reconstructed,
    report_key
  FROM ranked
  WHERE
    drift <> 0 AND drift_place <= 20
) AS _l_0
ORDER BY
  drift_place;

SELECT
  *
FROM (
  WITH noted AS (
    SELECT
      CASE
        WHEN time < CAST('2026-03-02 00:00:00' AS DateTime64(6, 'UTC'))
        THEN CAST(0 AS Nullable(Int64))
        ELSE CAST(1 AS Nullable(Int64))
      END AS bucket,
      '' AS split,
      time,
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
      time >= CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC'))
      AND time < CAST('2026-03-03 00:00:00' AS DateTime64(6, 'UTC'))
      AND (
        time < CAST('2026-03-02 00:00:00' AS DateTime64(6, 'UTC'))
        OR time >= CAST('2026-03-02 00:00:00' AS DateTime64(6, 'UTC'))
      )
      AND has(CAST(['windows'] AS Array(Nullable(String))), platform)
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
      time < CAST('2026-03-03 00:00:00' AS DateTime64(6, 'UTC'))
      AND has(CAST(['windows'] AS Array(Nullable(String))), platform)
  ), sums AS (
    SELECT
      bucket,
      CASE WHEN currency <> 'unknown' THEN currency ELSE '' END AS resource,
      name,
      detail,
      subject,
      SUM(
        CASE
          WHEN value > 0 AND value <= 1e15
          THEN (
            CAST(trunc(value) AS Nullable(Int128)) * 1000000 + CAST(ROUND((
              value - trunc(value)
            ) * 1000000) AS Nullable(Int128))
          )
        END
      ) AS amount,
      toInt64(COUNT(*) FILTER(WHERE
        value > 0 AND value <= 1e15)) AS moves,
      toInt64(COUNT(*)) AS events
    FROM noted
    WHERE
      name IN ('resource_gain', 'resource_spend')
    GROUP BY
      bucket,
      CASE WHEN currency <> 'unknown' THEN currency ELSE '' END,
      name,
      detail,
      subject
  ), known AS (
    SELECT
      resource,
      SUM(moves) AS moves,
      SUM(ignored) AS ignored,
      SUM(supply) AS supply,
      toInt64(COUNT(*) OVER ()) AS resource_count,
      toInt64(ROW_NUMBER() OVER (ORDER BY SUM(moves) DESC, SUM(events) DESC, resource)) AS place
    FROM (
      SELECT
        resource,
        moves,
        events - moves AS ignored,
        events,
        toInt32(0) AS supply
      FROM sums
      UNION ALL
      SELECT
        CASE WHEN currency <> 'unknown' THEN currency ELSE '' END AS resource,
        toInt32(0),
        toInt32(0),
        toInt64(COUNT(*)),
        SUM(
          CASE
            WHEN value > 0 AND value <= 1e15
            THEN CASE
              WHEN name = 'resource_gain'
              THEN (
                CAST(trunc(value) AS Nullable(Int128)) * 1000000 + CAST(ROUND((
                  value - trunc(value)
                ) * 1000000) AS Nullable(Int128))
              )
              ELSE -(
                CAST(trunc(value) AS Nullable(Int128)) * 1000000 + CAST(ROUND((
                  value - trunc(value)
                ) * 1000000) AS Nullable(Int128))
              )
            END
            ELSE toInt32(0)
          END
        )
      FROM noted_so_far
      WHERE
        name IN ('resource_gain', 'resource_spend')
        AND time < CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC'))
      GROUP BY
        CASE WHEN currency <> 'unknown' THEN currency ELSE '' END
    ) AS parts
    GROUP BY
      resource
  ), labelled AS (
    SELECT
      bucket,
      name,
      part,
      CASE
        WHEN CASE WHEN part = 'item' THEN subject ELSE detail END <> 'unknown'
        THEN CASE WHEN part = 'item' THEN subject ELSE detail END
        ELSE ''
      END AS label,
      amount,
      sums.moves AS moves
    FROM sums
    JOIN known
      ON sums.resource = known.resource
    CROSS JOIN (
      SELECT
        'reason' AS part
      UNION ALL
      SELECT
        'item' AS part
    ) AS parts
    WHERE
      sums.moves > 0
      AND CASE WHEN NULL IS NULL THEN place = 1 ELSE known.resource = NULL END
  ), places AS (
    SELECT
      part,
      name,
      label,
      toInt64(ROW_NUMBER() OVER (PARTITION BY part, name ORDER BY SUM(amount) DESC, label)) AS place
    FROM labelled
    GROUP BY
      part,
      name,
      label
  )
  SELECT
    labelled.part AS part,
    bucket,
    labelled.name AS name,
    CASE WHEN place <= 20 THEN place END AS place,
    MIN(CASE WHEN place <= 20 THEN labelled.label END) AS label,
    SUM(amount) AS amount,
    SUM(moves) AS moves,
    toInt32(0) AS ignored,
    toInt32(0) AS resource_count
  FROM labelled
  JOIN places
    ON labelled.part = places.part
    AND labelled.name = places.name
    AND labelled.label = places.label
  GROUP BY
    labelled.part,
    bucket,
    labelled.name,
    CASE WHEN place <= 20 THEN place END
  UNION ALL
  SELECT
    'resource',
    NULL,
    NULL,
    place,
    resource,
    supply,
    moves,
    ignored,
    resource_count
  FROM known
  WHERE
    place <= 50 OR resource = NULL
) AS _l_0
ORDER BY
  place;

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
  toInt64(COUNT(DISTINCT player_id)) AS players
FROM active
GROUP BY
  bucket;

SELECT
  *
FROM (
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
      time >= CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC'))
      AND time < CAST('2026-03-03 00:00:00' AS DateTime64(6, 'UTC'))
      AND is_active
      AND has(CAST(['windows'] AS Array(Nullable(String))), platform)
  ), wallet_moves AS (
    SELECT
      time,
      order_key,
      name,
      player_id,
      currency,
      value,
      balance
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
      AND name IN ('resource_gain', 'resource_spend')
      AND NOT (
        player_id IS NULL
      )
  ), silent_moves AS (
    SELECT
      time,
      order_key,
      name,
      player_id,
      currency,
      value,
      balance
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
      AND name IN ('resource_gain', 'resource_spend')
      AND NOT (
        player_id IS NULL
      )
      AND balance IS NULL
  ), moved AS (
    SELECT
      player_id,
      SUM(
        CASE
          WHEN value > 0 AND value <= 1e15
          THEN CASE
            WHEN name = 'resource_gain'
            THEN (
              CAST(trunc(value) AS Nullable(Int128)) * 1000000 + CAST(ROUND((
                value - trunc(value)
              ) * 1000000) AS Nullable(Int128))
            )
            ELSE -(
              CAST(trunc(value) AS Nullable(Int128)) * 1000000 + CAST(ROUND((
                value - trunc(value)
              ) * 1000000) AS Nullable(Int128))
            )
          END
          ELSE toInt32(0)
        END
      ) AS moved,
      MAX(CASE WHEN NOT (
        balance IS NULL
      ) THEN order_key END) AS report_key,
      argMax(balance, CASE WHEN NOT (
        balance IS NULL
      ) THEN order_key END) AS balance
    FROM wallet_moves
    WHERE
      CASE WHEN currency <> 'unknown' THEN currency ELSE '' END = NULL
    GROUP BY
      player_id
  ), later AS (
    SELECT
      silent_moves.player_id AS player_id,
      SUM(
        CASE
          WHEN value > 0 AND value <= 1e15
          THEN CASE
            WHEN name = 'resource_gain'
            THEN (
              CAST(trunc(value) AS Nullable(Int128)) * 1000000 + CAST(ROUND((
                value - trunc(value)
              ) * 1000000) AS Nullable(Int128))
            )
            ELSE -(
              CAST(trunc(value) AS Nullable(Int128)) * 1000000 + CAST(ROUND((
                value - trunc(value)
              ) * 1000000) AS Nullable(Int128))
            )
          END
          ELSE toInt32(0)
        END
      ) AS moved
    FROM silent_moves
    JOIN moved
      ON silent_moves.player_id = moved.player_id AND silent_moves.order_key > report_key
    WHERE
      CASE WHEN currency <> 'unknown' THEN currency ELSE '' END = NULL
    GROUP BY
      silent_moves.player_id
  ), held AS (
    SELECT
      moved.player_id AS player_id,
      moved.moved AS moved,
      CASE
        WHEN NOT (
          report_key IS NULL
        )
        THEN (
          CAST(trunc(balance) AS Nullable(Int128)) * 1000000 + CAST(ROUND((
            balance - trunc(balance)
          ) * 1000000) AS Nullable(Int128))
        )
      END AS reported,
      moved.moved - COALESCE(later.moved, toInt32(0)) AS reconstructed,
      report_key
    FROM moved
    LEFT JOIN later
      ON moved.player_id = later.player_id
  ), owned AS (
    SELECT
      population.player_id AS player_id,
      COALESCE(reported, moved, toInt32(0)) AS balance,
      reported - reconstructed AS drift,
      reported,
      reconstructed,
      report_key
    FROM (
      SELECT
        player_id
      FROM active
      GROUP BY
        player_id
    ) AS population
    LEFT JOIN held
      ON population.player_id = held.player_id
  ), usual AS (
    SELECT
      drift,
      toInt64(COUNT(*)) AS players,
      toInt64(ROW_NUMBER() OVER (ORDER BY toInt64(COUNT(*)) DESC, ABS(drift), drift)) AS place
    FROM owned
    WHERE
      NOT (
        drift IS NULL
      )
    GROUP BY
      drift
  ), ranked AS (
    SELECT
      player_id,
      balance,
      drift,
      reported,
      reconstructed,
      report_key,
      toInt64(ROW_NUMBER() OVER (ORDER BY balance)) AS place,
      toInt64(COUNT(*) OVER ()) AS players,
      toInt64(ROW_NUMBER() OVER (ORDER BY ABS(COALESCE(drift, toInt32(0))) DESC, player_id)) AS drift_place
    FROM owned
  )
  SELECT
    toInt64(COUNT(*)) AS players,
    SUM(balance) AS balance,
    quantileExactInclusive(0.5)(CAST(balance AS Nullable(Float64))) AS median,
    quantileExactInclusive(0.9)(CAST(balance AS Nullable(Float64))) AS p90,
    toInt64(COUNT(*) FILTER(WHERE
      balance < 0)) AS negative_players,
    SUM((
      2 * place - players - 1
    ) * balance) AS spread,
    toInt64(COUNT(*) FILTER(WHERE
      drift <> 0)) AS drifting_players,
    SUM(drift) AS drift,
    toInt32(0) AS drift_place,
    NULL AS player_id,
    NULL AS reported,
    NULL AS reconstructed,
    NULL AS report_key
  FROM ranked
  UNION ALL
  SELECT
    players,
    NULL,
    NULL,
    NULL,
    NULL,
    NULL,
    NULL,
    drift,
    -1,
    NULL,
    NULL,
    NULL,
    NULL
  FROM usual
  WHERE
    place = 1
  UNION ALL
  SELECT
    NULL,
    NULL,
    NULL,
    NULL,
    NULL,
    NULL,
    NULL,
    drift,
    drift_place,
    player_id,
    reported,
    reconstructed,
    report_key
  FROM ranked
  WHERE
    drift <> 0 AND drift_place <= 20
) AS _l_0
ORDER BY
  drift_place;
