"""How the game ran, in histograms: see the rollups `performance_samples` and `performance_days`."""

from __future__ import annotations

from playtrace.metrics.frame.relation import Relation, Sql
from playtrace.rollups import performance_days, performance_samples

# Samples of the range that lie before or behind the days that count as made.
SAMPLES: Sql = """SELECT {bucket} AS bucket, time, owner, session_id, platform, version, country, scene, device,
            is_excluded, frames_micros, frames_us, frame_times, hitches, memory_mb, load_ms, is_cold
        FROM ({rows}) AS sample
        {in_buckets}
        WHERE time >= $from AND time < $to AND (time < $made_from OR time >= $made_to){between}{segment}{keep}"""

RELATIONS: dict[Sql, Relation] = {
    # With `$made_from` and `$made_to` around the days that count as made: each lies in one bucket.
    "performance": Relation(
        performance_days.PARTS.format(key="", samples=SAMPLES)
        + """
    UNION ALL
    SELECT {bucket} AS bucket, platform, version, country, scene, device, figure, bin, amount, samples,
        frames_micros, frames_us, excluded_us, hitches, hitches_us
    FROM (SELECT *, CAST(day AS TIMESTAMP) AS time FROM main.performance_days) AS made
    {in_buckets}
    WHERE game_id = $game AND env = $env AND day >= $made_from AND day < $made_to{between}{keep}""",
        performance_samples.ROLLUP,
        at="time",
        before=(
            ("frame_units", performance_days.FRAME_UNITS.format(key="", samples=SAMPLES)),
            ("frame_bins", performance_days.FRAME_BINS),
        ),
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
