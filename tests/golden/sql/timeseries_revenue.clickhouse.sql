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
            CAST('2026-03-01 00:00:00' AS Nullable(DateTime)),
            CAST('2026-03-02 00:00:00' AS Nullable(DateTime))
          ] AS Array(Nullable(DateTime))),
          CAST([
            CAST('2026-03-01 00:00:00' AS Nullable(DateTime)),
            CAST('2026-03-02 00:00:00' AS Nullable(DateTime))
          ] AS Array(Nullable(DateTime))),
          CAST([
            CAST('2026-03-02 00:00:00' AS Nullable(DateTime)),
            CAST('2026-03-03 00:00:00' AS Nullable(DateTime))
          ] AS Array(Nullable(DateTime))),
          CAST([0, 1] AS Array(Nullable(Int64)))
        )
      ) AS list_row
  ) AS zipped
), event_counts AS (
  SELECT
    slices.bucket AS bucket,
    COALESCE(nullIf(country, 'unknown'), '') AS split,
    name,
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
  JOIN slices
    ON dateTrunc('DAY', slot) = slices.key AND slot >= start_at AND slot < end_at
  WHERE
    slot >= CAST('2026-03-01 00:00:00' AS Nullable(DateTime))
    AND slot < CAST('2026-03-03 00:00:00' AS Nullable(DateTime))
    AND has(CAST(['windows'] AS Array(Nullable(String))), platform)
), found AS (
  SELECT
    bucket,
    split,
    COALESCE(SUM(CASE WHEN paid_in = 'USD' THEN value_micros END), 0) AS weight,
    COALESCE(SUM(CASE WHEN paid_in = 'USD' THEN value_micros END), 0) AS part,
    0 AS whole,
    SUM(CASE WHEN paid_in = 'USD' THEN 0 ELSE events END) AS others
  FROM (
    SELECT
      bucket,
      split,
      COALESCE(nullIf(currency, ''), 'USD') AS paid_in,
      value_micros,
      events
    FROM event_counts
    WHERE
      name = 'purchase'
  ) AS paid
  GROUP BY
    bucket,
    split
), ranked AS (
  SELECT
    split,
    ROW_NUMBER() OVER (ORDER BY SUM(weight) DESC, split) AS rank
  FROM found
  GROUP BY
    split
), shown AS (
  SELECT
    bucket,
    part,
    whole,
    others,
    CASE WHEN rank <= 10 THEN rank END AS rank,
    CASE WHEN rank <= 10 THEN found.split END AS key
  FROM found
  JOIN ranked
    ON found.split = ranked.split
)
SELECT
  bucket,
  rank,
  key,
  SUM(part) AS part,
  SUM(whole) AS whole,
  SUM(others) AS others
FROM shown
GROUP BY
  bucket,
  rank,
  key;

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
            CAST('2026-03-01 00:00:00' AS Nullable(DateTime)),
            CAST('2026-03-02 00:00:00' AS Nullable(DateTime))
          ] AS Array(Nullable(DateTime))),
          CAST([
            CAST('2026-03-01 00:00:00' AS Nullable(DateTime)),
            CAST('2026-03-02 00:00:00' AS Nullable(DateTime))
          ] AS Array(Nullable(DateTime))),
          CAST([
            CAST('2026-03-02 00:00:00' AS Nullable(DateTime)),
            CAST('2026-03-03 00:00:00' AS Nullable(DateTime))
          ] AS Array(Nullable(DateTime))),
          CAST([0, 1] AS Array(Nullable(Int64)))
        )
      ) AS list_row
  ) AS zipped
), event_counts AS (
  SELECT
    slices.bucket AS bucket,
    COALESCE(nullIf(country, 'unknown'), '') AS split,
    name,
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
      COALESCE(accurateCastOrNull(ROUND(value * 1e6), 'Nullable(Int64)'), 0) AS value_micros,
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
        accurateCastOrNull(ROUND(COALESCE(sent_frames, fps * seconds) * 1e6), 'Nullable(Int64)') AS drawn_micros,
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
          CASE WHEN name = 'performance' THEN toFloat64OrNull(toString(props.frames)) END AS sent_frames,
          CASE
            WHEN name = 'performance'
            THEN COALESCE(toFloat64OrNull(toString(props.duration_s)), 1)
          END AS seconds,
          CASE
            WHEN name = 'performance'
            THEN COALESCE(value, toFloat64OrNull(toString(props.fps)))
          END AS fps
        FROM (
          SELECT
            game_id,
            env,
            name,
            time,
            time AS slot,
            player_id,
            session_id,
            mono_ms,
            seq,
            value,
            props AS props,
            map_id,
            x,
            y,
            z,
            COALESCE(platform, '') AS platform,
            COALESCE(version, '') AS version,
            COALESCE(country, '') AS country,
            COALESCE(currency, '') AS currency,
            has(
              CAST(['push_received', 'server_grant', 'crash_upload'] AS Array(Nullable(String))),
              name
            ) AS is_passive,
            NOT (
              player_id IS NULL
            )
            AND NOT has(
              CAST(['push_received', 'server_grant', 'crash_upload'] AS Array(Nullable(String))),
              name
            ) AS is_active,
            CASE
              WHEN CHAR_LENGTH(session_id) >= 16
              THEN ''
              ELSE COALESCE(player_id, device_id, '')
            END AS owner,
            CAST(toUnixTimestamp64Micro(time) AS Nullable(Int128)) * 590295810358705651712 + CAST(GREATEST(0, LEAST(COALESCE(seq, 0), 32767)) AS Nullable(Int128)) * 18014398509481984 + CAST(journal_offset AS Nullable(Int128)) * 16384 + position AS order_key
          FROM main.events
          WHERE
            game_id = 'arena' AND env = 'prod'
        ) AS source
      ) AS measured
    ) AS drawn
  ) AS parts
  JOIN slices
    ON dateTrunc('DAY', slot) = slices.key AND slot >= start_at AND slot < end_at
  WHERE
    slot >= CAST('2026-03-01 00:00:00' AS Nullable(DateTime))
    AND slot < CAST('2026-03-03 00:00:00' AS Nullable(DateTime))
    AND has(CAST(['windows'] AS Array(Nullable(String))), platform)
), found AS (
  SELECT
    bucket,
    split,
    COALESCE(SUM(CASE WHEN paid_in = 'USD' THEN value_micros END), 0) AS weight,
    COALESCE(SUM(CASE WHEN paid_in = 'USD' THEN value_micros END), 0) AS part,
    0 AS whole,
    SUM(CASE WHEN paid_in = 'USD' THEN 0 ELSE events END) AS others
  FROM (
    SELECT
      bucket,
      split,
      COALESCE(nullIf(currency, ''), 'USD') AS paid_in,
      value_micros,
      events
    FROM event_counts
    WHERE
      name = 'purchase'
  ) AS paid
  GROUP BY
    bucket,
    split
), ranked AS (
  SELECT
    split,
    ROW_NUMBER() OVER (ORDER BY SUM(weight) DESC, split) AS rank
  FROM found
  GROUP BY
    split
), shown AS (
  SELECT
    bucket,
    part,
    whole,
    others,
    CASE WHEN rank <= 10 THEN rank END AS rank,
    CASE WHEN rank <= 10 THEN found.split END AS key
  FROM found
  JOIN ranked
    ON found.split = ranked.split
)
SELECT
  bucket,
  rank,
  key,
  SUM(part) AS part,
  SUM(whole) AS whole,
  SUM(others) AS others
FROM shown
GROUP BY
  bucket,
  rank,
  key;
