"""How the game ran, in histograms: see the rollups `performance_samples` and `performance_days`."""

from __future__ import annotations

from playtrace.metrics.frame.relation import Relation, Sql
from playtrace.rollups import performance_days, performance_samples

# Samples of the range that are in none of the days that count as made.
SAMPLES: Sql = """SELECT {bucket} AS bucket, time, owner, session_id, platform, version, country, scene, device,
            is_excluded, frames_micros, frames_us, frame_times, hitches, memory_mb, load_ms, is_cold
        FROM ({rows}) AS sample
        {in_buckets}
        WHERE time >= $rest_from AND time < $rest_to{between}{segment}{keep}
            AND NOT list_contains($days_made::DATE[], CAST(time AS DATE))"""

RELATIONS: dict[Sql, Relation] = {
    # Asked in one bucket, with `$days_made`, and `$rest_from` and `$rest_to` around all that is in none of them.
    "performance": Relation(
        performance_days.PARTS.format(key="", samples=SAMPLES)
        + """
    UNION ALL
    SELECT CAST(0 AS BIGINT) AS bucket, platform, version, country, scene, device, figure, bin, amount, samples,
        frames_micros, frames_us, excluded_us, hitches, hitches_us
    FROM main.performance_days
    WHERE game_id = $game AND env = $env AND list_contains($days_made::DATE[], day){keep}""",
        performance_samples.ROLLUP,
        at="time",
        before=("frame_bins", performance_days.FRAME_BINS.format(key="", samples=SAMPLES)),
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
