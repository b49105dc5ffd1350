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
            CAST('2026-01-31 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-01 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-02 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-03 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-04 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-05 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-06 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-07 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-08 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-09 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-10 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-11 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-12 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-13 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-14 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-15 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-16 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-17 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-18 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-19 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-20 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-21 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-22 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-23 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-24 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-25 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-26 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-27 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-28 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-03-02 00:00:00' AS DateTime64(6, 'UTC'))
          ] AS Array(DateTime64(6, 'UTC'))),
          CAST([
            CAST('2026-01-31 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-01 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-02 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-03 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-04 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-05 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-06 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-07 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-08 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-09 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-10 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-11 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-12 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-13 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-14 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-15 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-16 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-17 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-18 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-19 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-20 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-21 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-22 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-23 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-24 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-25 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-26 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-27 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-28 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-03-02 00:00:00' AS DateTime64(6, 'UTC'))
          ] AS Array(DateTime64(6, 'UTC'))),
          CAST([
            CAST('2026-02-01 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-02 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-03 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-04 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-05 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-06 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-07 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-08 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-09 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-10 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-11 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-12 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-13 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-14 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-15 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-16 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-17 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-18 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-19 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-20 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-21 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-22 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-23 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-24 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-25 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-26 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-27 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-28 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-03-02 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-03-03 00:00:00' AS DateTime64(6, 'UTC'))
          ] AS Array(DateTime64(6, 'UTC'))),
          CAST([
            0,
            1,
            2,
            3,
            4,
            5,
            6,
            7,
            8,
            9,
            10,
            11,
            12,
            13,
            14,
            15,
            16,
            17,
            18,
            19,
            20,
            21,
            22,
            23,
            24,
            25,
            26,
            27,
            28,
            29,
            30
          ] AS Array(Nullable(Int64)))
        )
      ) AS list_row
  ) AS zipped
), calendar AS (
  SELECT
    tupleElement(list_row, 1) AS bucket,
    tupleElement(list_row, 2) AS day,
    tupleElement(list_row, 3) AS am,
    tupleElement(list_row, 4) AS pm
  FROM (
    SELECT
      arrayJoin(
        arrayZip(
          CAST([
            0,
            1,
            2,
            3,
            4,
            5,
            6,
            7,
            8,
            9,
            10,
            11,
            12,
            13,
            14,
            15,
            16,
            17,
            18,
            19,
            20,
            21,
            22,
            23,
            24,
            25,
            26,
            27,
            28,
            29,
            30
          ] AS Array(Nullable(Int64))),
          CAST([
            CAST('2026-01-31' AS Date32),
            CAST('2026-02-01' AS Date32),
            CAST('2026-02-02' AS Date32),
            CAST('2026-02-03' AS Date32),
            CAST('2026-02-04' AS Date32),
            CAST('2026-02-05' AS Date32),
            CAST('2026-02-06' AS Date32),
            CAST('2026-02-07' AS Date32),
            CAST('2026-02-08' AS Date32),
            CAST('2026-02-09' AS Date32),
            CAST('2026-02-10' AS Date32),
            CAST('2026-02-11' AS Date32),
            CAST('2026-02-12' AS Date32),
            CAST('2026-02-13' AS Date32),
            CAST('2026-02-14' AS Date32),
            CAST('2026-02-15' AS Date32),
            CAST('2026-02-16' AS Date32),
            CAST('2026-02-17' AS Date32),
            CAST('2026-02-18' AS Date32),
            CAST('2026-02-19' AS Date32),
            CAST('2026-02-20' AS Date32),
            CAST('2026-02-21' AS Date32),
            CAST('2026-02-22' AS Date32),
            CAST('2026-02-23' AS Date32),
            CAST('2026-02-24' AS Date32),
            CAST('2026-02-25' AS Date32),
            CAST('2026-02-26' AS Date32),
            CAST('2026-02-27' AS Date32),
            CAST('2026-02-28' AS Date32),
            CAST('2026-03-01' AS Date32),
            CAST('2026-03-02' AS Date32)
          ] AS Array(Date32)),
          CAST([
            281474976710655,
            281474976710655,
            281474976710655,
            281474976710655,
            281474976710655,
            281474976710655,
            281474976710655,
            281474976710655,
            281474976710655,
            281474976710655,
            281474976710655,
            281474976710655,
            281474976710655,
            281474976710655,
            281474976710655,
            281474976710655,
            281474976710655,
            281474976710655,
            281474976710655,
            281474976710655,
            281474976710655,
            281474976710655,
            281474976710655,
            281474976710655,
            281474976710655,
            281474976710655,
            281474976710655,
            281474976710655,
            281474976710655,
            281474976710655,
            281474976710655
          ] AS Array(Nullable(Int64))),
          CAST([
            281474976710655,
            281474976710655,
            281474976710655,
            281474976710655,
            281474976710655,
            281474976710655,
            281474976710655,
            281474976710655,
            281474976710655,
            281474976710655,
            281474976710655,
            281474976710655,
            281474976710655,
            281474976710655,
            281474976710655,
            281474976710655,
            281474976710655,
            281474976710655,
            281474976710655,
            281474976710655,
            281474976710655,
            281474976710655,
            281474976710655,
            281474976710655,
            281474976710655,
            281474976710655,
            281474976710655,
            281474976710655,
            281474976710655,
            281474976710655,
            281474976710655
          ] AS Array(Nullable(Int64)))
        )
      ) AS list_row
  ) AS zipped
), days AS (
  SELECT
    tupleElement(list_row, 1) AS block,
    tupleElement(list_row, 2) AS bucket,
    tupleElement(list_row, 3) AS bit
  FROM (
    SELECT
      arrayJoin(
        arrayZip(
          CAST([
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0
          ] AS Array(Nullable(Int64))),
          CAST([
            0,
            1,
            2,
            3,
            4,
            5,
            6,
            7,
            8,
            9,
            10,
            11,
            12,
            13,
            14,
            15,
            16,
            17,
            18,
            19,
            20,
            21,
            22,
            23,
            24,
            25,
            26,
            27,
            28,
            29,
            30
          ] AS Array(Nullable(Int64))),
          CAST([
            1,
            2,
            4,
            8,
            16,
            32,
            64,
            128,
            256,
            512,
            1024,
            2048,
            4096,
            8192,
            16384,
            32768,
            65536,
            131072,
            262144,
            524288,
            1048576,
            2097152,
            4194304,
            8388608,
            16777216,
            33554432,
            67108864,
            134217728,
            268435456,
            536870912,
            1073741824
          ] AS Array(Nullable(Int64)))
        )
      ) AS list_row
  ) AS zipped
), windows AS (
  SELECT
    tupleElement(list_row, 1) AS block,
    tupleElement(list_row, 2) AS bucket,
    tupleElement(list_row, 3) AS bits_1,
    tupleElement(list_row, 4) AS bits_7,
    tupleElement(list_row, 5) AS bits_30
  FROM (
    SELECT
      arrayJoin(
        arrayZip(
          CAST([0, 0] AS Array(Nullable(Int64))),
          CAST([29, 30] AS Array(Nullable(Int64))),
          CAST([536870912, 1073741824] AS Array(Nullable(Int64))),
          CAST([1065353216, 2130706432] AS Array(Nullable(Int64))),
          CAST([1073741823, 2147483646] AS Array(Nullable(Int64)))
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
    player_days.day >= CAST('2026-01-31' AS Date32)
    AND player_days.day <= CAST('2026-03-02' AS Date32)
    AND (
      (
        bitAnd(slots_am, am)
      ) <> 0 OR (
        bitAnd(slots_pm, pm)
      ) <> 0
    )
    AND player_id IN (
      SELECT
        player_id
      FROM playtrace.segment_members
      WHERE
        game_id = 'arena' AND segment_id = 'buyers'
    )
    AND has(CAST(['windows'] AS Array(Nullable(String))), platform)
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
    FROM playtrace.players
    WHERE
      game_id = 'arena' AND env = 'prod'
  ) AS player
  JOIN slices
    ON dateTrunc('DAY', first_seen) = slices.key
    AND first_seen >= start_at
    AND first_seen < end_at
  WHERE
    first_seen >= CAST('2026-01-31 00:00:00' AS DateTime64(6, 'UTC'))
    AND first_seen < CAST('2026-03-03 00:00:00' AS DateTime64(6, 'UTC'))
    AND player_id IN (
      SELECT
        player_id
      FROM playtrace.segment_members
      WHERE
        game_id = 'arena' AND segment_id = 'buyers'
    )
    AND has(CAST(['windows'] AS Array(Nullable(String))), platform)
), beginning AS (
  SELECT
    MIN(first_seen) AS first_at
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
    FROM playtrace.players
    WHERE
      game_id = 'arena' AND env = 'prod'
  ) AS parts
), seen AS (
  SELECT
    block,
    player_id,
    groupBitOr(bit) AS bits
  FROM active
  JOIN days
    ON active.bucket = days.bucket
  GROUP BY
    block,
    player_id
), counted AS (
  SELECT
    windows.bucket AS bucket,
    toInt64(COUNT(*) FILTER(WHERE
      bitAnd(bits, bits_1) <> 0)) AS dau,
    toInt64(COUNT(*) FILTER(WHERE
      bitAnd(bits, bits_7) <> 0)) AS wau,
    toInt64(COUNT(*) FILTER(WHERE
      bitAnd(bits, bits_30) <> 0)) AS mau
  FROM seen
  JOIN windows
    ON seen.block = windows.block
  GROUP BY
    windows.bucket
), arrived AS (
  SELECT
    bucket,
    toInt64(COUNT(*)) AS new
  FROM players
  GROUP BY
    bucket
)
SELECT
  counted.bucket AS bucket,
  dau,
  wau,
  mau,
  COALESCE(new, toInt32(0)) AS new,
  first_at
FROM counted
LEFT JOIN arrived
  ON counted.bucket = arrived.bucket
CROSS JOIN beginning;

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
            CAST('2026-01-31 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-01 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-02 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-03 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-04 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-05 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-06 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-07 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-08 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-09 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-10 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-11 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-12 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-13 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-14 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-15 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-16 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-17 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-18 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-19 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-20 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-21 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-22 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-23 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-24 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-25 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-26 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-27 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-28 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-03-02 00:00:00' AS DateTime64(6, 'UTC'))
          ] AS Array(DateTime64(6, 'UTC'))),
          CAST([
            CAST('2026-01-31 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-01 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-02 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-03 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-04 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-05 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-06 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-07 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-08 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-09 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-10 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-11 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-12 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-13 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-14 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-15 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-16 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-17 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-18 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-19 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-20 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-21 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-22 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-23 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-24 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-25 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-26 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-27 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-28 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-03-02 00:00:00' AS DateTime64(6, 'UTC'))
          ] AS Array(DateTime64(6, 'UTC'))),
          CAST([
            CAST('2026-02-01 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-02 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-03 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-04 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-05 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-06 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-07 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-08 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-09 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-10 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-11 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-12 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-13 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-14 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-15 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-16 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-17 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-18 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-19 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-20 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-21 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-22 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-23 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-24 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-25 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-26 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-27 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-02-28 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-03-01 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-03-02 00:00:00' AS DateTime64(6, 'UTC')),
            CAST('2026-03-03 00:00:00' AS DateTime64(6, 'UTC'))
          ] AS Array(DateTime64(6, 'UTC'))),
          CAST([
            0,
            1,
            2,
            3,
            4,
            5,
            6,
            7,
            8,
            9,
            10,
            11,
            12,
            13,
            14,
            15,
            16,
            17,
            18,
            19,
            20,
            21,
            22,
            23,
            24,
            25,
            26,
            27,
            28,
            29,
            30
          ] AS Array(Nullable(Int64)))
        )
      ) AS list_row
  ) AS zipped
), days AS (
  SELECT
    tupleElement(list_row, 1) AS block,
    tupleElement(list_row, 2) AS bucket,
    tupleElement(list_row, 3) AS bit
  FROM (
    SELECT
      arrayJoin(
        arrayZip(
          CAST([
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0
          ] AS Array(Nullable(Int64))),
          CAST([
            0,
            1,
            2,
            3,
            4,
            5,
            6,
            7,
            8,
            9,
            10,
            11,
            12,
            13,
            14,
            15,
            16,
            17,
            18,
            19,
            20,
            21,
            22,
            23,
            24,
            25,
            26,
            27,
            28,
            29,
            30
          ] AS Array(Nullable(Int64))),
          CAST([
            1,
            2,
            4,
            8,
            16,
            32,
            64,
            128,
            256,
            512,
            1024,
            2048,
            4096,
            8192,
            16384,
            32768,
            65536,
            131072,
            262144,
            524288,
            1048576,
            2097152,
            4194304,
            8388608,
            16777216,
            33554432,
            67108864,
            134217728,
            268435456,
            536870912,
            1073741824
          ] AS Array(Nullable(Int64)))
        )
      ) AS list_row
  ) AS zipped
), windows AS (
  SELECT
    tupleElement(list_row, 1) AS block,
    tupleElement(list_row, 2) AS bucket,
    tupleElement(list_row, 3) AS bits_1,
    tupleElement(list_row, 4) AS bits_7,
    tupleElement(list_row, 5) AS bits_30
  FROM (
    SELECT
      arrayJoin(
        arrayZip(
          CAST([0, 0] AS Array(Nullable(Int64))),
          CAST([29, 30] AS Array(Nullable(Int64))),
          CAST([536870912, 1073741824] AS Array(Nullable(Int64))),
          CAST([1065353216, 2130706432] AS Array(Nullable(Int64))),
          CAST([1073741823, 2147483646] AS Array(Nullable(Int64)))
        )
      ) AS list_row
  ) AS zipped
), active AS (
  SELECT
    slices.bucket AS bucket,
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
  JOIN slices
    ON dateTrunc('DAY', time) = slices.key AND time >= start_at AND time < end_at
  WHERE
    time >= CAST('2026-01-31 00:00:00' AS DateTime64(6, 'UTC'))
    AND time < CAST('2026-03-03 00:00:00' AS DateTime64(6, 'UTC'))
    AND is_active
    AND player_id IN (
      SELECT
        player_id
      FROM playtrace.segment_members
      WHERE
        game_id = 'arena' AND segment_id = 'buyers'
    )
    AND has(CAST(['windows'] AS Array(Nullable(String))), platform)
), players AS (
  SELECT
    slices.bucket AS bucket,
    player_id,
    first_seen,
    '' AS split
  FROM (
    SELECT
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
        is_active
    ) AS parts
    GROUP BY
      player_id
  ) AS player
  JOIN slices
    ON dateTrunc('DAY', first_seen) = slices.key
    AND first_seen >= start_at
    AND first_seen < end_at
  WHERE
    first_seen >= CAST('2026-01-31 00:00:00' AS DateTime64(6, 'UTC'))
    AND first_seen < CAST('2026-03-03 00:00:00' AS DateTime64(6, 'UTC'))
    AND player_id IN (
      SELECT
        player_id
      FROM playtrace.segment_members
      WHERE
        game_id = 'arena' AND segment_id = 'buyers'
    )
    AND has(CAST(['windows'] AS Array(Nullable(String))), platform)
), beginning AS (
  SELECT
    MIN(first_seen) AS first_at
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
      is_active
  ) AS parts
), seen AS (
  SELECT
    block,
    player_id,
    groupBitOr(bit) AS bits
  FROM active
  JOIN days
    ON active.bucket = days.bucket
  GROUP BY
    block,
    player_id
), counted AS (
  SELECT
    windows.bucket AS bucket,
    toInt64(COUNT(*) FILTER(WHERE
      bitAnd(bits, bits_1) <> 0)) AS dau,
    toInt64(COUNT(*) FILTER(WHERE
      bitAnd(bits, bits_7) <> 0)) AS wau,
    toInt64(COUNT(*) FILTER(WHERE
      bitAnd(bits, bits_30) <> 0)) AS mau
  FROM seen
  JOIN windows
    ON seen.block = windows.block
  GROUP BY
    windows.bucket
), arrived AS (
  SELECT
    bucket,
    toInt64(COUNT(*)) AS new
  FROM players
  GROUP BY
    bucket
)
SELECT
  counted.bucket AS bucket,
  dau,
  wau,
  mau,
  COALESCE(new, toInt32(0)) AS new,
  first_at
FROM counted
LEFT JOIN arrived
  ON counted.bucket = arrived.bucket
CROSS JOIN beginning;
