"""How the game ran, in histograms: see the rollups `performance_samples` and `performance_days`."""

from __future__ import annotations

from playtrace.metrics.frame.relation import Relation, Sql
from playtrace.rollups import performance_days, performance_samples

_read: Sql = """time, owner, session_id, platform, version, country, scene, device, is_excluded, frames_micros,
            frames_us, frame_times, hitches, memory_mb, load_ms, is_cold"""
# Samples of the range that lie before or behind the days that count as made.
SAMPLES: Sql = f"""SELECT {{bucket}} AS bucket, {_read}
        FROM ({{rows}}) AS sample
        {{in_buckets}}
        WHERE time >= $from AND time < $to AND (time < $made_from OR time >= $made_to){{between}}{{segment}}{{keep}}"""

_is_lesser: Sql = "CASE WHEN time >= start_at AND time < end_at THEN 1 ELSE 0 END"
# Which sessions have something in the lesser part of a day: nothing but that, or something in both.
CUT_SESSIONS: Sql = f"""
    SELECT cuts.day AS day, owner, session_id,
        CASE WHEN session_id = '' OR min({_is_lesser}) = 1 THEN 'moved' ELSE 'split' END AS kind
    FROM ({{rows}}) AS sample
    JOIN cuts ON CAST(time AS DATE) = cuts.day
    WHERE time >= $made_from AND time < $made_to AND cuts.kind = 'moved'{{segment}}{{keep}}
    GROUP BY cuts.day, owner, session_id
    HAVING max({_is_lesser}) = 1"""
CUT_SAMPLES: Sql = f"""
    SELECT share, {_read.replace("owner, session_id", "sample.owner AS owner, sample.session_id AS session_id")}
    FROM ({{rows}}) AS sample
    JOIN cut_sessions ON CAST(time AS DATE) = cut_sessions.day AND sample.owner = cut_sessions.owner
        AND sample.session_id = cut_sessions.session_id
    JOIN cuts ON cut_sessions.day = cuts.day AND cut_sessions.kind = cuts.kind AND time >= start_at AND time < end_at
    WHERE time >= $made_from AND time < $made_to{{segment}}{{keep}}"""
SAMPLES_IN_SHARES: Sql = f"""{SAMPLES}
        UNION ALL
        SELECT share AS bucket, {_read}
        FROM cut_samples"""


def _performance(samples: Sql, *before: tuple[Sql, Sql]) -> Relation:
    """With `$made_from` and `$made_to` around the days that count as made, each of which counts in the bucket of its
    noon."""
    return Relation(
        performance_days.PARTS.format(key="", samples=samples)
        + """
    UNION ALL
    SELECT {bucket} AS bucket, platform, version, country, scene, device, figure, bin, amount, samples,
        frames_micros, frames_us, excluded_us, hitches, hitches_us
    FROM (SELECT *, CAST(day AS TIMESTAMP) + INTERVAL 12 HOUR AS time FROM main.performance_days) AS made
    {in_buckets}
    WHERE game_id = $game AND env = $env AND day >= $made_from AND day < $made_to{between}{keep}""",
        performance_samples.ROLLUP,
        at="time",
        before=(
            *before,
            ("frame_units", performance_days.FRAME_UNITS.format(key="", samples=samples)),
            ("frame_bins", performance_days.FRAME_BINS),
        ),
    )


RELATIONS: dict[Sql, Relation] = {
    # Where each day that counts as made lies in one bucket ...
    "performance": _performance(SAMPLES),
    # ... and where some lie in two: `bucket` is a share, see `frame/cut_days.py`, whose tables it reads.
    "performance_in_shares": _performance(
        SAMPLES_IN_SHARES, ("cut_sessions", CUT_SESSIONS), ("cut_samples", CUT_SAMPLES)
    ),
    "performance_samples": Relation(
        """
    SELECT {bucket} AS bucket, {split} AS split, time, player_id, owner, session_id, scene, device, is_excluded,
        frames_micros, frames_us, frame_times, hitches, memory_mb, load_ms, is_cold
    FROM ({rows}) AS sample
    {in_buckets}
    WHERE time >= $from AND time < $to{between}{segment}{keep}""",
        performance_samples.ROLLUP,
        at="time",
    ),
    # How many there are on the days (UTC) of the range, whatever the filters.
    "all_performance_samples": Relation(
        """
    SELECT CAST(time AS DATE) AS day, count(*) AS samples
    FROM ({rows}) AS sample
    WHERE time >= $from AND time < $to
    GROUP BY CAST(time AS DATE)""",
        performance_samples.ROLLUP,
        is_narrowed=False,
    ),
}
