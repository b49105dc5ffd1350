WITH every_event AS (
  SELECT
    CAST(0 AS BIGINT) AS bucket,
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
    time >= CAST('2026-03-01 00:00:00' AS TIMESTAMP_NTZ)
    AND time < CAST('2026-03-03 00:00:00' AS TIMESTAMP_NTZ)
    AND ARRAY_CONTAINS(CAST(ARRAY('windows') AS ARRAY<STRING>), platform)
), did AS (
  SELECT
    owner,
    session_id,
    order_key,
    name AS node,
    name
  FROM every_event
  WHERE
    is_active
    AND NOT ARRAY_CONTAINS(CAST(ARRAY('position', 'performance', 'heartbeat') AS ARRAY<STRING>), name)
    AND NOT session_id IS NULL
), begun AS (
  SELECT
    owner,
    session_id,
    order_key,
    node
  FROM did
), firsts AS (
  SELECT
    owner,
    session_id,
    node,
    MIN(order_key) AS first_key
  FROM begun
  GROUP BY
    owner,
    session_id,
    node
), different AS (
  SELECT
    owner,
    session_id,
    first_key,
    ROW_NUMBER() OVER (PARTITION BY owner, session_id ORDER BY first_key ASC NULLS LAST) AS number
  FROM firsts
), bounds AS (
  SELECT
    owner,
    session_id,
    first_key AS last_key
  FROM different
  WHERE
    number = 5
), runs AS (
  SELECT
    owner,
    session_id,
    order_key,
    node,
    LAG(node) OVER (PARTITION BY owner, session_id ORDER BY order_key ASC NULLS LAST) AS node_before
  FROM begun
  LEFT JOIN bounds
    USING (owner, session_id)
  WHERE
    last_key IS NULL OR order_key <= last_key
), placed AS (
  SELECT
    node,
    ROW_NUMBER() OVER (PARTITION BY owner, session_id ORDER BY order_key ASC NULLS LAST) AS place,
    LEAD(node) OVER (PARTITION BY owner, session_id ORDER BY order_key ASC NULLS LAST) AS node_next
  FROM runs
  WHERE
    node_before IS NULL OR node_before <> node
), linked AS (
  SELECT
    place,
    node,
    node_next,
    COUNT(*) AS units
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
      THEN 1
      ELSE 0
    END AS is_folded
  FROM linked
  GROUP BY
    place,
    node
), shown AS (
  SELECT
    linked.place,
    units,
    CASE WHEN own.is_folded = 1 THEN '(other)' ELSE linked.node END AS node,
    CASE
      WHEN node_next IS NULL
      THEN '(end)'
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
  CAST(SUM(units) AS BIGINT) AS units
FROM shown
GROUP BY
  place,
  node,
  CASE WHEN place < 5 THEN node_next END;
