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
), players AS (
  SELECT
    slices.bucket AS bucket,
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
  JOIN slices
    ON dateTrunc('DAY', first_seen) = slices.key
    AND first_seen >= start_at
    AND first_seen < end_at
  WHERE
    first_seen >= CAST('2026-03-01 00:00:00' AS Nullable(DateTime))
    AND first_seen < CAST('2026-03-03 00:00:00' AS Nullable(DateTime))
    AND has(CAST(['windows'] AS Array(Nullable(String))), platform)
), found AS (
  SELECT
    bucket,
    split,
    COUNT(*) AS weight,
    COUNT(*) AS part,
    0 AS whole,
    0 AS others
  FROM players
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
), players AS (
  SELECT
    slices.bucket AS bucket,
    player_id,
    first_seen,
    '' AS split
  FROM (
    SELECT
      game_id,
      env,
      player_id,
      MIN(first_seen) AS first_seen,
      MIN(order_key) AS order_key,
      argMin(platform, order_key) AS platform,
      argMin(version, order_key) AS version,
      argMin(country, order_key) AS country
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
      WHERE
        is_active
    ) AS parts
    GROUP BY
      game_id,
      env,
      player_id
  ) AS player
  JOIN slices
    ON dateTrunc('DAY', first_seen) = slices.key
    AND first_seen >= start_at
    AND first_seen < end_at
  WHERE
    first_seen >= CAST('2026-03-01 00:00:00' AS Nullable(DateTime))
    AND first_seen < CAST('2026-03-03 00:00:00' AS Nullable(DateTime))
    AND has(CAST(['windows'] AS Array(Nullable(String))), platform)
), found AS (
  SELECT
    bucket,
    split,
    COUNT(*) AS weight,
    COUNT(*) AS part,
    0 AS whole,
    0 AS others
  FROM players
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
