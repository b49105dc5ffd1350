"""A day of performance in histograms: how many frames, sessions and loads lie in which bucket.

Not made of events but of `performance_samples`, when a day has come to rest. A day counts only if it was made of as
many samples as there are of it: what comes later for the day needs to forget nothing.

The bucket (`bin`) of a frame time in milliseconds is `floor(51.046 * ln(ms))`, from 0 to 600; so it is for milliseconds
of loading and megabytes. What lies in a bucket is known to 0.98 %. Two borders between buckets are at 33.34 ms and at
60 ms, nearly: frames below 30 FPS and hitches are told apart exactly.
"""

from __future__ import annotations

from typing import LiteralString

from playtrace.rollups import performance_samples
from playtrace.rollups.rollup import KEY, creation_of

Sql = LiteralString

TABLE: Sql = "performance_days"
VERSION = 1

BINS_PER_E = 51.046
"""Buckets in which a value grows by a factor of e."""
BIN_MAX = 600
"""The last bucket holds all that is larger too: 127 seconds of a frame, 127 GB."""

COLUMNS: dict[Sql, Sql] = {
    "game_id": "VARCHAR NOT NULL",
    "env": "VARCHAR NOT NULL",
    "day": "DATE NOT NULL",
    "platform": "VARCHAR NOT NULL",
    "version": "VARCHAR NOT NULL",
    "country": "VARCHAR NOT NULL",
    "scene": "VARCHAR NOT NULL",
    "device": "VARCHAR NOT NULL",
    "figure": "VARCHAR NOT NULL",
    "bin": "SMALLINT NOT NULL",
    "amount": "BIGINT NOT NULL",
    "samples": "BIGINT NOT NULL",
    "frames_micros": "BIGINT NOT NULL",
    "frames_us": "BIGINT NOT NULL",
    "excluded_us": "BIGINT NOT NULL",
    "hitches": "BIGINT NOT NULL",
    "hitches_us": "BIGINT NOT NULL",
}
"""The figures are `frames`, `session` (sessions by the bucket of their p99), `memory` (sessions by their peak),
`scene_session` and `scene_memory` (the same of a session in one scene), `load_cold`, `load_warm`; and `sums`, which has
the other columns."""

CREATION: Sql = creation_of(TABLE, COLUMNS)

# What each session sampled on a day, in one scene: the texts of its histograms behind each other. Numbers stand for
# all that it is told apart by, which would be dear to compare for each bucket of a histogram. `session_unit` is the
# number of the first of the units of one session.
FRAME_UNITS: Sql = """
    SELECT {key}bucket, day, owner, session_id, platform, version, country, scene, device, frame_times, unit,
        min(unit) OVER (
            PARTITION BY {key}bucket, day, owner, session_id, platform, version, country, device
        ) AS session_unit
    FROM (
        SELECT {key}bucket, day, owner, session_id, platform, version, country, scene, device, frame_times,
            row_number() OVER (
                ORDER BY {key}bucket, day, owner, session_id, platform, version, country, scene, device
            ) AS unit
        FROM (
            SELECT {key}bucket, CAST(time AS DATE) AS day, owner, session_id, platform, version, country, scene, device,
                string_agg(frame_times, ' ') AS frame_times
            FROM ({samples}) AS samples
            WHERE frame_times <> '' AND NOT is_excluded
            GROUP BY {key}bucket, CAST(time AS DATE), owner, session_id, platform, version, country, scene, device
        ) AS gathered
    ) AS numbered"""
# What is no histogram is passed over.
FRAME_BINS: Sql = """
    SELECT unit, bin, CAST(sum(frames) AS BIGINT) AS frames
    FROM (
        SELECT unit, TRY_CAST(substr(piece, 1, strpos(piece, ':') - 1) AS SMALLINT) AS bin,
            TRY_CAST(substr(piece, strpos(piece, ':') + 1) AS BIGINT) AS frames
        FROM (SELECT unit, unnest(string_split(frame_times, ' ')) AS piece FROM frame_units) AS pieces
    ) AS counted
    WHERE bin >= 0 AND bin <= 600 AND frames > 0 AND frames <= 1000000000
    GROUP BY unit, bin"""

_BIN_OF: Sql = "CAST(least(600, greatest(0, floor(51.046 * ln(greatest({value}, 1))))) AS SMALLINT)"
_NO_SUMS: Sql = """CAST(0 AS BIGINT) AS samples, CAST(0 AS BIGINT) AS frames_micros,
        CAST(0 AS BIGINT) AS frames_us, CAST(0 AS BIGINT) AS excluded_us, CAST(0 AS BIGINT) AS hitches,
        CAST(0 AS BIGINT) AS hitches_us"""


def _slow_frames(figure: Sql, scene: Sql, unit: Sql) -> Sql:
    """Sessions by the bucket of their p99: the first up to which 99 % of their frames lie."""
    return f"""
    SELECT {{key}}bucket, platform, version, country, {scene} AS scene, device, '{figure}' AS figure,
        p99.bin, CAST(1 AS BIGINT) AS amount, {_NO_SUMS}
    FROM (
        SELECT {unit}, min(bin) AS bin
        FROM (
            SELECT {unit}, bin,
                sum(frames) OVER (
                    PARTITION BY {unit} ORDER BY bin ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
                ) AS frames_so_far,
                sum(frames) OVER (PARTITION BY {unit}) AS frames_all
            FROM (
                SELECT frame_units.{unit}, bin, sum(frames) AS frames
                FROM frame_bins
                JOIN frame_units ON frame_units.unit = frame_bins.unit
                WHERE session_id <> ''
                GROUP BY frame_units.{unit}, bin
            ) AS of_session
        ) AS added_up
        WHERE frames_so_far * 100 >= frames_all * 99
        GROUP BY {unit}
    ) AS p99
    JOIN frame_units ON frame_units.unit = p99.{unit}"""


def _peaks(figure: Sql, scene: Sql, scene_key: Sql) -> Sql:
    unit: Sql = "{key}bucket, CAST(time AS DATE), owner, session_id, platform, version, country, " + scene_key
    return f"""
    SELECT {{key}}bucket, platform, version, country, {scene} AS scene, device, '{figure}' AS figure,
        {_BIN_OF.replace("{value}", "max(memory_mb)")} AS bin, CAST(1 AS BIGINT) AS amount, {_NO_SUMS}
    FROM ({{samples}}) AS samples
    WHERE memory_mb IS NOT NULL AND session_id <> '' AND NOT is_excluded
    GROUP BY {unit}device"""


_of_frames: Sql = f"""
    SELECT {{key}}bucket, platform, version, country, scene, device, 'frames' AS figure, bin, frames AS amount,
        {_NO_SUMS}
    FROM frame_bins
    JOIN frame_units ON frame_units.unit = frame_bins.unit"""
_of_loads: Sql = f"""
    SELECT {{key}}bucket, platform, version, country, scene, device,
        CASE WHEN is_cold THEN 'load_cold' ELSE 'load_warm' END AS figure,
        {_BIN_OF.replace("{value}", "load_ms")} AS bin,
        CAST(1 AS BIGINT) AS amount, {_NO_SUMS}
    FROM ({{samples}}) AS samples
    WHERE load_ms IS NOT NULL"""
# A sample that says how many hitches there were counts for them only where no histogram knows better.
_of_sums: Sql = """
    SELECT {key}bucket, platform, version, country, scene, device, 'sums' AS figure, CAST(0 AS SMALLINT) AS bin,
        CAST(0 AS BIGINT) AS amount, count(*) AS samples,
        CAST(sum(CASE WHEN is_excluded THEN 0 ELSE coalesce(frames_micros, 0) END) AS BIGINT) AS frames_micros,
        CAST(sum(CASE WHEN is_excluded THEN 0 ELSE coalesce(frames_us, 0) END) AS BIGINT) AS frames_us,
        CAST(sum(CASE WHEN is_excluded THEN coalesce(frames_us, 0) ELSE 0 END) AS BIGINT) AS excluded_us,
        CAST(sum(CASE WHEN is_excluded OR frame_times <> '' OR frames_us IS NULL THEN 0
            ELSE coalesce(hitches, 0) END) AS BIGINT) AS hitches,
        CAST(sum(CASE WHEN is_excluded OR frame_times <> '' OR hitches IS NULL THEN 0
            ELSE coalesce(frames_us, 0) END) AS BIGINT) AS hitches_us
    FROM ({samples}) AS samples
    GROUP BY {key}bucket, platform, version, country, scene, device"""

PARTS: Sql = "\n    UNION ALL".join(
    (
        _of_frames,
        _slow_frames("session", "''", "session_unit"),
        _slow_frames("scene_session", "scene", "unit"),
        _peaks("memory", "''", ""),
        _peaks("scene_memory", "scene", "scene, "),
        _of_loads,
        _of_sums,
    )
)
"""What samples say, in rows that are added up; reads `frame_units` and `frame_bins`."""

_DAY_SAMPLES: Sql = (
    "SELECT *, CAST(0 AS BIGINT) AS bucket FROM "
    + performance_samples.ROLLUP.table
    + " WHERE time >= $from AND time < $to"
)

MERGED: Sql = (
    "WITH frame_units AS ("
    + FRAME_UNITS.format(key=KEY, samples=_DAY_SAMPLES)
    + "\n),\nframe_bins AS ("
    + FRAME_BINS
    + ")\nSELECT game_id, env, $from::DATE AS day, platform, version, country, scene, device, figure, bin,"
    + """
    CAST(sum(amount) AS BIGINT) AS amount, CAST(sum(samples) AS BIGINT) AS samples,
    CAST(sum(frames_micros) AS BIGINT) AS frames_micros, CAST(sum(frames_us) AS BIGINT) AS frames_us,
    CAST(sum(excluded_us) AS BIGINT) AS excluded_us, CAST(sum(hitches) AS BIGINT) AS hitches,
    CAST(sum(hitches_us) AS BIGINT) AS hitches_us
FROM ("""
    + PARTS.format(key=KEY, samples=_DAY_SAMPLES)
    + """) AS parts
GROUP BY game_id, env, platform, version, country, scene, device, figure, bin
ORDER BY game_id, env, figure"""
)
"""The rows of one day."""
