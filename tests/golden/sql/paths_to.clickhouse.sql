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
    is_passive
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
    AND has(CAST(['windows'] AS Array(Nullable(String))), platform)
), did AS (
  SELECT
    player_id,
    order_key,
    name AS node,
    name
  FROM every_event
  WHERE
    is_active
    AND NOT has(CAST(['position', 'performance', 'heartbeat'] AS Array(Nullable(String))), name)
), anchors AS (
  SELECT
    player_id,
    MAX(order_key) AS anchor_key
  FROM did
  WHERE
    name = 'match_end'
  GROUP BY
    player_id
), begun AS (
  SELECT
    player_id,
    order_key,
    node
  FROM did
  JOIN anchors
    USING (player_id)
  WHERE
    order_key <= anchor_key
), firsts AS (
  SELECT
    player_id,
    node,
    MAX(order_key) AS first_key
  FROM begun
  GROUP BY
    player_id,
    node
), different AS (
  SELECT
    player_id,
    first_key,
    toInt64(ROW_NUMBER() OVER (PARTITION BY player_id ORDER BY first_key DESC)) AS number
  FROM firsts
), bounds AS (
  SELECT
    player_id,
    first_key AS last_key
  FROM different
  WHERE
    number = 5
), runs AS (
  SELECT
    player_id,
    order_key,
    node,
    lag(toNullable(node)) OVER (PARTITION BY player_id ORDER BY order_key DESC) AS node_before
  FROM begun
  LEFT JOIN bounds
    USING (player_id)
  WHERE
    last_key IS NULL OR order_key >= last_key
), placed AS (
  SELECT
    node,
    toInt64(ROW_NUMBER() OVER (PARTITION BY player_id ORDER BY order_key DESC)) AS place,
    lead(toNullable(node)) OVER (PARTITION BY player_id ORDER BY order_key DESC) AS node_next
  FROM runs
  WHERE
    node_before IS NULL OR node_before <> node
), linked AS (
  SELECT
    place,
    node,
    node_next,
    toInt64(COUNT(*)) AS units
  FROM placed
  WHERE
    place <= 5
  GROUP BY
    place,
    node,
    node_next
), nodes AS (
  SELECT
    place,
    node,
    CASE
      WHEN SUM(units) * 100 < 1 * SUM(SUM(units)) OVER (PARTITION BY place)
      THEN toInt32(1)
      ELSE toInt32(0)
    END AS is_folded
  FROM linked
  GROUP BY
    place,
    node
), shown AS (
  SELECT
    linked.place AS place,
    units,
    CASE WHEN own.is_folded = 1 THEN '(other)' ELSE linked.node END AS node,
    CASE
      WHEN node_next IS NULL
      THEN '(start)'
      WHEN then_next.is_folded = 1
      THEN '(other)'
      ELSE node_next
    END AS node_next
  FROM linked
  JOIN nodes AS own
    ON own.place = linked.place AND own.node = linked.node
  LEFT JOIN nodes AS then_next
    ON then_next.place = linked.place + 1 AND then_next.node = linked.node_next
)
SELECT
  place,
  node,
  CASE WHEN place < 5 THEN node_next END AS node_next,
  CAST(SUM(units) AS Nullable(Int64)) AS units
FROM shown
GROUP BY
  place,
  node,
  CASE WHEN place < 5 THEN node_next END;
