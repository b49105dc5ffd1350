"""How the game ran: frame rate, frame times, hitches, loading and memory.

Read from `performance` and `scene_loaded` events (see `docs/events.md`). What an event marks as `excluded` (a loading
screen, a pause, the background) is in none of the figures but **excludedSeconds**.

- **avgFps** = frames / seconds: by time, never a mean of frame rates. Frames are the property `frames`, else the
  event's value or `fps` times the seconds; seconds are `duration_s`, else 1. Where none of these was sent it is read
  from the histogram.
- All else about frames is read from the histograms `frame_times`, whose buckets are known to 0.98 %
  (**relativeError**): **frameP50Ms**, **frameP95Ms**, **frameP99Ms** over all frames. **low1Fps** is 1000 / the mean
  of the slowest 1 % of the frame times (rounded up), **low01Fps** of the slowest 0.1 %. **low1TimeFps** is by time: of
  the frame at which the slowest frames have used 1 % of all time.
- **hitchesPerMinute**: frames that took longer than `hitchMs`, 60 unless asked otherwise, by the minute of their time.
  Clients without histograms may say how many `hitches` of 60 ms there were; they count where `hitchMs` is that.
  **hitchMsPerS** = 1000 * the time by which frames are later than 1000 / `targetFps` ms, all together / the time of
  all frames. **below30Share**: the share of the time in frames that took longer than 33.34 ms.
- **sessionP99Ms**: of each session the frame time that 99 % of its frames do not exceed, and of these the median: one
  long session does not outweigh the others. A session that goes over midnight (UTC) counts on each day by itself.
- **memoryP50Mb**, **memoryP95Mb**: of the largest `memory_mb` of each session (counted in the same way).
- **loadColdP50Ms**, ...: how long `scene_loaded` says that loading took, cold (nothing was there yet) and warm apart;
  in `scenes` for each scene by itself.

With `interval` the same figures stand in **buckets** too, each of its own time: a day, a week or an hour of the time
zone. A session that goes over the border of two counts in both. Days and weeks are read from what was made of each day
(UTC); where the time zone is another, samples between midnight of UTC and midnight there are counted anew, so the
further a zone is from UTC, the longer it takes. Hours are counted anew from all samples.

`splitBy` tells parts apart; all but the largest `parts` by samples are pooled as `(other)`. By map, or for some maps
alone, a session counts once for each map. Quantiles that clients compute themselves (`frame_p99_ms`) cannot be pooled:
without histograms those figures are null, and a hint says so. Percentiles are of type 7.

### Example

A client draws 1,000 frames: 990 of 10 ms, 9 of 20 ms and one of 200 ms. That is 97.28 FPS, p50 and p95 are 10 ms and
p99 is 10.1 ms. The 1 % low is 26.3 FPS: the ten slowest frames took 38 ms on average. By time it is 5 FPS, and so is
the 0.1 % low.

### Elsewhere

Some tools call the p99 of the frame times "1 % low", which would be 99 FPS in this example, and some weigh by time:
the name alone says little, so all are here with their own. Unreal calls frames of more than 60 ms a hitch, Apple
measures hitch time in milliseconds per second (below 5 is good, above 10 critical). GameAnalytics counts whole frame
rates from 1 to 120 at the end of a session: that shows no hitch, and of a crashed session nothing.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import Annotated, Any, Literal, LiteralString
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, Field

from playtrace.metrics.frame.asking import Asking
from playtrace.metrics.frame.calendar import (
    GRAIN_OF_INTERVAL,
    ONE_DAY,
    Span,
    buckets_of,
    plain,
    shown_start,
    span_of,
)
from playtrace.metrics.frame.cut_days import cut_days
from playtrace.metrics.frame.errors import WrongParameter
from playtrace.metrics.frame.filters import known_or_not
from playtrace.metrics.frame.histogram import RELATIVE_ERROR, Histogram, border, nearest_border
from playtrace.metrics.frame.metric import Metric
from playtrace.metrics.frame.models import (
    LIST_LENGTH_MAX,
    UNKNOWN,
    CommonAnswer,
    CommonParameters,
    Judged,
    Model,
    Sought,
    split_commas,
)
from playtrace.metrics.frame.scope import Scope
from playtrace.metrics.frame.splitting import OTHER
from playtrace.metrics.frame.told import told
from playtrace.metrics.frame.wilson import ratio

SplitBy = Literal["platform", "version", "country", "device", "map"]
PARTS_MAX = 50
SCENES_MAX = 50
BUCKETS_MAX = 600
"""More than there are weeks in the longest range."""
BELOW_30_MS = 33.34
HITCH_MS = 60.0

Names = Annotated[list[str], BeforeValidator(split_commas), Field(max_length=LIST_LENGTH_MAX)]


class Parameters(CommonParameters):
    split_by: SplitBy | None = Field(
        None, description="Parts that are told apart. `device` is the property, `map` the map of a sample."
    )
    parts: int = Field(10, ge=1, le=PARTS_MAX, description="How many of them, by samples; the rest is `(other)`.")
    map: Names = Field(default_factory=list, description="Only these maps (of loading: scenes), with commas between.")
    device: Names = Field(default_factory=list, description="Only these devices, with commas between.")
    interval: Literal["hour", "day", "week"] | None = Field(
        None, description="Also the figures of each bucket of this length, in `buckets`."
    )
    target_fps: float = Field(60, ge=1, le=1000, description="What a frame is late against, for `hitchMsPerS`.")
    hitch_ms: float = Field(
        HITCH_MS, ge=1, le=10_000, description="A longer frame is a hitch. Moved to the nearest border of a bucket."
    )

    def sought(self) -> list[Sought]:
        return [*super().sought(), Sought("map", "map", [name for name in self.map if name != UNKNOWN])]


class PerformanceFigures(Model):
    samples: int = Field(description="`performance` and `scene_loaded` events.")
    frames: float = Field(description="Frames drawn, as the samples say.")
    seconds: float = Field(description="In which they were drawn.")
    avg_fps: float | None = Field(description="frames / seconds.")
    frame_p50_ms: float | None
    frame_p95_ms: float | None
    frame_p99_ms: float | None
    low1_fps: float | None = Field(description="1000 / the mean of the slowest 1 % of frame times.")
    low01_fps: float | None = Field(description="1000 / the mean of the slowest 0.1 % of frame times.")
    low1_time_fps: float | None = Field(description="Of the frame at which the slowest have used 1 % of the time.")
    hitches_per_minute: float | None
    hitch_ms_per_s: float | None = Field(description="Time by which frames are later than the target.")
    below30_share: float | None = Field(description="Share of the time in frames that took longer than 33.34 ms.")
    session_p99_ms: float | None = Field(description="The median over sessions of the session's p99.")
    sessions: int = Field(description="Sessions with a histogram.")
    memory_p50_mb: float | None = Field(description="The median over sessions of the session's peak.")
    memory_p95_mb: float | None
    load_cold_p50_ms: float | None
    load_cold_p95_ms: float | None
    load_warm_p50_ms: float | None
    load_warm_p95_ms: float | None
    excluded_seconds: float = Field(description="Marked as excluded, and in no other figure.")


class PerformancePart(PerformanceFigures):
    part: str = Field(description="Value of what is split by, empty where none was sent; `(other)` is the rest.")


class PerformanceBucket(Judged, PerformanceFigures):
    start: dt.datetime = Field(description="Start of the bucket, UTC.")


class SceneLoads(Model):
    scene: str
    cold_loads: int
    cold_p50_ms: float | None
    cold_p95_ms: float | None
    warm_loads: int
    warm_p50_ms: float | None
    warm_p95_ms: float | None


class Performance(Judged, CommonAnswer):
    split_by: SplitBy | None
    parts: list[PerformancePart] = Field(
        description="The largest first; one, with an empty name, where nothing is split."
    )
    total: PerformanceFigures = Field(description="Of all parts, pooled.")
    interval: Literal["hour", "day", "week"] | None
    buckets: list[PerformanceBucket] = Field(description="Of all parts, over time; none without `interval`.")
    scenes: list[SceneLoads] = Field(description="Loading by scene, the one that was loaded most often first.")
    scenes_cut: bool = Field(description=f"Whether there are more than the {SCENES_MAX} scenes that are listed.")
    hitch_ms: float = Field(description="What a frame must exceed to be a hitch: the border that was used.")
    target_fps: float
    relative_error: float = Field(description="At most so far off, in proportion, is what is read from a histogram.")

    def table(self) -> list[dict[str, object]]:
        if self.interval is None:
            return super().table()
        zone = ZoneInfo(self.time_zone)
        return [
            {"start": shown_start(bucket.start, self.interval, zone)} | row
            for bucket, row in zip(self.buckets, self.list_of("buckets"), strict=True)
        ]


SUMS: LiteralString = """CAST(sum(samples) AS BIGINT) AS samples,
    sum(frames_micros) AS frames_micros, sum(frames_us) AS frames_us, sum(excluded_us) AS excluded_us,
    sum(hitches) AS hitches, sum(hitches_us) AS hitches_us"""
PART: LiteralString = f"""CASE $split_by
            WHEN 'platform' THEN {told("platform")}
            WHEN 'version' THEN {told("version")}
            WHEN 'country' THEN {told("country")}
            WHEN 'device' THEN device
            WHEN 'map' THEN scene
            ELSE ''
        END AS part"""
CHOSEN: LiteralString = """($maps::VARCHAR[] IS NULL OR list_contains($maps::VARCHAR[], scene))
        AND ($devices::VARCHAR[] IS NULL OR list_contains($devices::VARCHAR[], device))"""

# Buckets and sums by themselves: there are forty times as many buckets, and in these is nothing to be added up but one
# column.
BINS: LiteralString = f"""
SELECT part, loaded, figure, bin, CAST(sum(amount) AS BIGINT) AS amount
FROM (
    SELECT figure, bin, amount, {PART},
        CASE WHEN figure IN ('load_cold', 'load_warm') THEN scene ELSE '' END AS loaded
    FROM performance
    WHERE figure NOT IN ('sums', $passed_over_1, $passed_over_2) AND {CHOSEN}
) AS parts
GROUP BY part, loaded, figure, bin
"""

ADDED_UP: LiteralString = f"""
SELECT part, '' AS loaded, 'sums' AS figure, {SUMS}
FROM (
    SELECT samples, frames_micros, frames_us, excluded_us, hitches, hitches_us, {PART}
    FROM performance
    WHERE figure = 'sums' AND {CHOSEN}
) AS parts
GROUP BY part
"""

OVER_TIME: LiteralString = f"""
SELECT bucket, figure, bin, CAST(sum(amount) AS BIGINT) AS amount, {SUMS}
FROM performance
WHERE figure NOT IN ($passed_over_1, $passed_over_2) AND {CHOSEN}
GROUP BY bucket, figure, bin
"""

# The same of shares: what is added to a bucket, and what is taken from it.
OVER_TIME_IN_SHARES: LiteralString = f"""
SELECT shares.bucket AS bucket, figure, bin, CAST(sum(sign * amount) AS BIGINT) AS amount,
    CAST(sum(sign * samples) AS BIGINT) AS samples, sum(sign * frames_micros) AS frames_micros,
    sum(sign * frames_us) AS frames_us, sum(sign * excluded_us) AS excluded_us, sum(sign * hitches) AS hitches,
    sum(sign * hitches_us) AS hitches_us
FROM (
    SELECT bucket AS share, figure, bin, CAST(sum(amount) AS BIGINT) AS amount, {SUMS}
    FROM performance_in_shares
    WHERE figure NOT IN ($passed_over_1, $passed_over_2) AND {CHOSEN}
    GROUP BY bucket, figure, bin
) AS parts
JOIN shares ON parts.share = shares.share
GROUP BY shares.bucket, figure, bin
HAVING figure = 'sums' OR sum(sign * amount) <> 0
"""

# A day that was made of fewer samples than there are now says too little.
DAYS_MADE: LiteralString = """
WITH
made AS (
    SELECT day, CAST(sum(samples) AS BIGINT) AS samples
    FROM main.performance_days
    WHERE game_id = $game AND env = $env AND figure = 'sums' AND day >= $from AND day < $to
    GROUP BY day
)
SELECT made.day
FROM made
JOIN all_performance_samples ON made.day = all_performance_samples.day
WHERE made.samples = all_performance_samples.samples
ORDER BY made.day
"""


class Pool:
    """The figures of one part, before anything is divided."""

    def __init__(self) -> None:
        self.histograms: dict[str, Histogram] = {}
        self.sums: Counter[str] = Counter()

    def of(self, figure: str) -> Histogram:
        return self.histograms.setdefault(figure, Histogram())

    def add(self, row: dict[str, Any]) -> None:
        if row["figure"] == "sums":
            self.sums.update({name: int(row[name]) for name in SUMMED})
        else:
            self.of(row["figure"]).add(row["bin"], row["amount"])

    def add_all(self, other: Pool) -> None:
        self.sums.update(other.sums)
        for figure, histogram in other.histograms.items():
            self.of(figure).add_all(histogram)


SUMMED = ("samples", "frames_micros", "frames_us", "excluded_us", "hitches", "hitches_us")


def answer(parameters: Parameters, asking: Asking) -> Performance:
    span = span_of(parameters, asking.now)
    scope = Scope(parameters, asking, [span])
    # By map a session counts in each: what is said of whole sessions is another figure.
    by_map = parameters.split_by == "map" or parameters.map != []
    passed_over = ("session", "memory") if by_map else ("scene_session", "scene_memory")
    asked: dict[str, object] = {
        "passed_over_1": passed_over[0],
        "passed_over_2": passed_over[1],
        "maps": known_or_not(parameters.map),
        "devices": known_or_not(parameters.device),
    }
    made = made_days(parameters, scope, span)
    asked_of_all = asked | made | {"split_by": parameters.split_by or ""}
    rows = [*scope.rows(BINS, **asked_of_all), *scope.rows(ADDED_UP, **asked_of_all)]
    pools: dict[str, Pool] = {}
    for row in rows:
        pools.setdefault(row["part"], Pool()).add(row)
    total = Pool()
    for pool in pools.values():
        total.add_all(pool)
    hitch_bin = nearest_border(parameters.hitch_ms)
    parts = _largest(pools, parameters.parts) if parameters.split_by else {"": total}
    scenes = _scenes(rows)
    buckets = _buckets(parameters, asking, span, asked, made, hitch_bin)
    return Performance(
        hints=_hints(total),
        split_by=parameters.split_by,
        parts=[PerformancePart(part=name, **_figures(pool, parameters, hitch_bin)) for name, pool in parts.items()],
        total=PerformanceFigures(**_figures(total, parameters, hitch_bin)),
        interval=parameters.interval,
        buckets=buckets,
        scenes=scenes[:SCENES_MAX],
        scenes_cut=len(scenes) > SCENES_MAX,
        hitch_ms=round(border(hitch_bin), 2),
        target_fps=parameters.target_fps,
        relative_error=round(RELATIVE_ERROR, 4),
        complete=span.is_complete(asking),
        settled=span.is_settled(asking),
        **asking.heading(parameters, span.start, span.end, scope.source),
    )


def _buckets(
    parameters: Parameters,
    asking: Asking,
    span: Span,
    asked: dict[str, object],
    made: dict[str, dt.datetime],
    hitch_bin: int,
) -> list[PerformanceBucket]:
    if parameters.interval is None:
        return []
    whole = buckets_of(span, parameters.interval, ZoneInfo(parameters.time_zone))
    if len(whole) > BUCKETS_MAX:
        raise WrongParameter(
            "interval", f"More than {BUCKETS_MAX} buckets. Ask for a shorter range or a longer interval."
        )
    buckets = [bucket.cut(span) for bucket in whole]
    tables = None if parameters.interval == "hour" else cut_days(buckets, made["made_from"], made["made_to"])
    if tables is None:
        # What was made of a day cannot be told apart by the hour.
        made, tables = made | {"made_to": made["made_from"]}, []
    scope = Scope(parameters, asking, buckets, grain=GRAIN_OF_INTERVAL[parameters.interval])
    over_time = OVER_TIME_IN_SHARES if tables else OVER_TIME
    pools = [Pool() for _ in buckets]
    for row in scope.rows(over_time, *tables, **asked, **made):
        pools[row["bucket"]].add(row)
    return [
        PerformanceBucket(
            start=bucket.start,
            complete=bucket.is_complete(asking),
            settled=bucket.is_settled(asking),
            **_figures(pool, parameters, hitch_bin),
        )
        for bucket, pool in zip(whole, pools, strict=True)
    ]


def made_days(parameters: CommonParameters, scope: Scope, span: Span) -> dict[str, dt.datetime]:
    """Binds `$made_from` and `$made_to`: between them lie days of the span that were made, as many as there are in a
    row. None where something else is asked than is known of a day: of whom it is, or a filter."""
    start, end = plain(span.start), plain(span.end)
    if parameters.source == "raw" or parameters.segment is not None or parameters.filter:
        return {"made_from": start, "made_to": start}
    longest = run = (start, start)
    for row in scope.rows(DAYS_MADE):
        day = dt.datetime.combine(row["day"], dt.time())
        if day < start or day + ONE_DAY > end:
            continue
        run = (run[0] if run[1] == day and run[0] < day else day, day + ONE_DAY)
        longest = max(longest, run, key=lambda days: days[1] - days[0])
    return {"made_from": longest[0], "made_to": longest[1]}


def _largest(pools: dict[str, Pool], count: int) -> dict[str, Pool]:
    by_size = sorted(pools.items(), key=lambda item: (-item[1].sums["samples"], item[0]))
    kept = dict(by_size[:count])
    if len(by_size) > count:
        other = kept[OTHER] = Pool()
        for _, pool in by_size[count:]:
            other.add_all(pool)
    return kept


def _figures(pool: Pool, parameters: Parameters, hitch_bin: int) -> dict[str, Any]:
    frames, sums = pool.of("frames"), pool.sums
    seconds = sums["frames_us"] / 1e6
    avg_fps = ratio(sums["frames_micros"], sums["frames_us"])
    if avg_fps is None:
        avg_fps = ratio(frames.count * 1000, frames.sum)
    hitches, hitch_ms = frames.at_least(hitch_bin), frames.sum
    if hitch_bin == nearest_border(HITCH_MS):
        hitches, hitch_ms = hitches + sums["hitches"], hitch_ms + sums["hitches_us"] / 1000
    memory, cold, warm = (
        pool.of("memory").quantile,
        pool.of("load_cold").quantile,
        pool.of("load_warm").quantile,
    )
    sessions = pool.of("session")
    if pool.of("scene_session").count:
        sessions = pool.of("scene_session")
    if pool.of("scene_memory").count:
        memory = pool.of("scene_memory").quantile
    return {
        "samples": sums["samples"],
        "frames": sums["frames_micros"] / 1e6,
        "seconds": seconds,
        "avg_fps": avg_fps,
        "frame_p50_ms": frames.quantile(0.5),
        "frame_p95_ms": frames.quantile(0.95),
        "frame_p99_ms": frames.quantile(0.99),
        "low1_fps": _fps(frames.mean_of_largest(0.01)),
        "low01_fps": _fps(frames.mean_of_largest(0.001)),
        "low1_time_fps": _fps(frames.value_by_sum(0.01)),
        "hitches_per_minute": ratio(hitches * 60_000, hitch_ms),
        "hitch_ms_per_s": ratio(1000 * frames.sum_beyond(1000 / parameters.target_fps), frames.sum),
        "below30_share": ratio(frames.sum_from(nearest_border(BELOW_30_MS)), frames.sum),
        "session_p99_ms": sessions.quantile(0.5),
        "sessions": sessions.count,
        "memory_p50_mb": memory(0.5),
        "memory_p95_mb": memory(0.95),
        "load_cold_p50_ms": cold(0.5),
        "load_cold_p95_ms": cold(0.95),
        "load_warm_p50_ms": warm(0.5),
        "load_warm_p95_ms": warm(0.95),
        "excluded_seconds": sums["excluded_us"] / 1e6,
    }


def _hints(total: Pool) -> list[str]:
    if total.of("frames").count or not total.sums["frames_us"]:
        return []
    return [
        "No sample of the range has a histogram of its frame times: percentiles, lows and hitch times are null. Clients"
        " send it as `frame_times` (docs/events.md)."
    ]


def _fps(frame_ms: float | None) -> float | None:
    return None if frame_ms is None else 1000 / frame_ms


def _scenes(rows: list[dict[str, Any]]) -> list[SceneLoads]:
    """All of them, the one that was loaded most often first."""
    pools: dict[str, Pool] = {}
    for row in rows:
        if row["figure"] in ("load_cold", "load_warm"):
            pools.setdefault(row["loaded"], Pool()).add(row)
    scenes: list[SceneLoads] = []
    for scene, pool in pools.items():
        cold, warm = pool.of("load_cold"), pool.of("load_warm")
        scenes.append(
            SceneLoads(
                scene=scene,
                cold_loads=cold.count,
                cold_p50_ms=cold.quantile(0.5),
                cold_p95_ms=cold.quantile(0.95),
                warm_loads=warm.count,
                warm_p50_ms=warm.quantile(0.5),
                warm_p95_ms=warm.quantile(0.95),
            )
        )
    return sorted(scenes, key=lambda loads: (-loads.cold_loads - loads.warm_loads, loads.scene))


METRIC = Metric(__name__, __doc__, Parameters, Performance, answer, subject="Technical")
