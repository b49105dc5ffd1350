WITH every_event AS (
  SELECT
    CAST(0 AS Nullable(Int64)) AS bucket,
    '' AS split,
    time,
    order_key,
    name,
    player_id,
    owner,
    session_id,
    match_id,
    device_id,
    os,
    map_id,
    level,
    x,
    y,
    z,
    seq,
    mono_ms,
    value,
    currency,
    props,
    is_active,
    is_passive,
    on_platform,
    of_version
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
      CAST(toUnixTimestamp64Micro(time) AS Nullable(Int128)) * toInt128('590295810358705651712') + CAST(GREATEST(toInt32(0), LEAST(COALESCE(seq, toInt32(0)), toInt32(32767))) AS Nullable(Int128)) * 18014398509481984 + CAST(journal_offset AS Nullable(Int128)) * 16384 + position AS order_key,
      platform AS on_platform,
      version AS of_version
    FROM playtrace.events
    WHERE
      game_id = 'arena' AND env = 'prod'
  ) AS source
  WHERE
    time >= CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC'))
    AND time < CAST('2026-03-03 00:00:00' AS DateTime64(6, 'UTC'))
    AND has(CAST(['windows'] AS Array(Nullable(String))), platform)
), own AS (
  SELECT
    time,
    order_key,
    name,
    session_id,
    seq,
    level,
    map_id,
    match_id,
    value,
    currency,
    on_platform,
    of_version,
    props,
    lag(toNullable(time)) OVER (ORDER BY order_key) AS time_before,
    lag(toNullable(session_id)) OVER (ORDER BY order_key) AS session_before
  FROM every_event
  WHERE
    player_id = 'ann'
), shown AS (
  SELECT
    *,
    toInt64(COUNT(*) OVER ()) AS total
  FROM own
  WHERE
    NULL IS NULL OR CAST(NULL AS Nullable(Bool))
)
SELECT
  time,
  order_key,
  name,
  session_id,
  seq,
  level,
  map_id AS map,
  match_id,
  value,
  nullIf(currency, '') AS currency,
  on_platform AS platform,
  of_version AS version,
  time_before,
  session_before,
  total,
  CASE WHEN FALSE THEN CAST(CAST(props AS Nullable(JSON)) AS Nullable(String)) END AS props
FROM shown
WHERE
  order_key < toInt128('85070591730234615865843651857942052864')
ORDER BY
  order_key DESC
LIMIT 101;

SELECT
  *
FROM (
  SELECT
    toInt32(1)
  FROM events
  WHERE
    game_id = 'arena' AND env = 'prod' AND player_id = 'ann'
  UNION ALL
  SELECT
    toInt32(1)
  FROM players
  WHERE
    game_id = 'arena' AND env = 'prod' AND player_id = 'ann'
) AS _l_0
LIMIT 1;
