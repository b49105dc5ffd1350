"""One version of the game against another, over the same days and platforms.

**a** and **b** are two versions; unless they are named, the two that were first seen last, of those with 500 sessions
(counted by `session_start`, or by all events where no client sends that) if two or more have so many. They are compared
over the days on which both are played, from the first to the last, and on the platforms on which both are: where
nothing is shared nothing is compared, and a hint says so.

Of each figure there is the value of both, **difference** = b - a, and its 95 % interval, **low** to **high**. Nothing
can be said of a figure whose interval holds 0. `enoughData` is false below 500 sessions of either version.

- **crash_free_sessions**, **crash_free_players** as in `crash_free`: the interval of a difference of proportions, not
  pooled, over sessions and over players.
- **avg_fps** = frames / seconds, as in `performance`. Its error by the delta method, over players.
- **session_p99_ms**: the median over sessions of the p99 of their frame times, and **load_cold_p50_ms**: the median
  time of cold loads. Known to 1 %; their error by the ranks between which a median lies.
- **d1_retention**: players whose first event ever was of the version, and who were active on the next day; of the days
  whose next day is over. Over the whole days of the time zone.
- **session_seconds**: the mean length of a session. Means differ as Welch has it, of unequal variances.

No figure is corrected for there being seven of them, nor for looking every day: one of twenty differences of nothing
lies outside of its interval.

### Example

Of 1,000 sessions of each version 100 crashed with a and 125 with b. The difference of the crash-free sessions is -2.5
points, from -5.27 to 0.27: it may be nothing. With ten times the sessions it is not.

### Elsewhere

Most products show versions beside each other over one range. The newer one then lacks the days before its release, and
the platforms that do not have it yet, and seems better or worse for that alone. Google Play compares with other apps.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal, LiteralString
from zoneinfo import ZoneInfo

from pydantic import Field

from playtrace.metrics.frame.asking import Asking
from playtrace.metrics.frame.calendar import ONE_DAY as DAY
from playtrace.metrics.frame.calendar import Span, day_of, day_start, days_between, plain, span_of, whole_days
from playtrace.metrics.frame.differences import (
    Estimate,
    difference,
    mean,
    median_ranks,
    middle_of,
    ratio_of_sums,
    share,
)
from playtrace.metrics.frame.errors import WrongParameter
from playtrace.metrics.frame.histogram import Histogram
from playtrace.metrics.frame.metric import Metric
from playtrace.metrics.frame.models import CommonAnswer, CommonParameters, Judged, Model, Sought
from playtrace.metrics.frame.scope import Scope, ever
from playtrace.metrics.performance import made_days

SESSIONS_MIN = 500
PLATFORMS_MAX = 50
"""Of each version: below that a comparison says too little."""

FigureName = Literal[
    "crash_free_sessions",
    "crash_free_players",
    "avg_fps",
    "session_p99_ms",
    "load_cold_p50_ms",
    "d1_retention",
    "session_seconds",
]


class Parameters(CommonParameters):
    a: str | None = Field(None, min_length=1, description="The version to compare with. Default: the one before `b`.")
    b: str | None = Field(None, min_length=1, description="The version to compare. Default: the one first seen last.")

    def sought(self) -> list[Sought]:
        named = [version for version in (self.a, self.b) if version]
        return [*super().sought(), Sought("a, b", "version", named)]


class ComparedFigure(Model):
    figure: FigureName
    a: float | None
    b: float | None
    difference: float | None = Field(description="b - a.")
    low: float | None = Field(description="Lower end of the 95 % interval of the difference.")
    high: float | None = Field(description="Upper end of the 95 % interval of the difference.")
    a_count: int = Field(description="Of how many sessions, players or loads the value of a is.")
    b_count: int
    enough_data: bool = Field(description="Whether each version has 500 sessions.")


class ReleaseCompare(Judged, CommonAnswer):
    a: str | None = Field(description="Null where there are no two versions.")
    b: str | None
    figures: list[ComparedFigure]
    platforms: list[str] = Field(
        description=f"Those that both versions have, the first {PLATFORMS_MAX} by name; empty: one that was not sent."
    )
    platform_count: int = Field(description="How many both versions have: the figures are of all of these.")
    a_sessions: int
    b_sessions: int
    enough_data: bool = Field(description="Whether each version has 500 sessions.")


# When which version was seen in the range, by platform; and first of all.
SEEN: LiteralString = """
SELECT version, platform, min(slot) AS ever_from,
    min(CASE WHEN slot >= $from AND slot < $to THEN slot END) AS seen_from,
    max(CASE WHEN slot >= $from AND slot < $to THEN slot END) AS seen_to,
    CAST(sum(CASE WHEN slot >= $from AND slot < $to AND name = 'session_start' THEN events ELSE 0 END) AS BIGINT)
        AS starts,
    CAST(sum(CASE WHEN slot >= $from AND slot < $to THEN events ELSE 0 END) AS BIGINT) AS events
FROM all_counts
WHERE version NOT IN ('', 'unknown')
GROUP BY version, platform
"""

PLAYED: LiteralString = """
WITH
lengths AS (
    SELECT split, player_id, crashes, CAST(length_us AS DOUBLE) / 1e6 AS seconds FROM sessions
)
SELECT split AS version, count(*) AS sessions, count(CASE WHEN crashes > 0 THEN 1 END) AS crashed_sessions,
    count(DISTINCT player_id) AS players, count(DISTINCT CASE WHEN crashes > 0 THEN player_id END) AS crashed_players,
    sum(seconds) AS seconds, sum(seconds * seconds) AS seconds_squared
FROM lengths
GROUP BY split
"""

DRAWN: LiteralString = """
WITH
of_player AS (
    SELECT split, player_id, CAST(sum(frames_micros) AS DOUBLE) / 1e6 AS frames,
        CAST(sum(frames_us) AS DOUBLE) / 1e6 AS seconds
    FROM performance_samples
    WHERE frames_us IS NOT NULL AND NOT is_excluded AND player_id IS NOT NULL
    GROUP BY split, player_id
)
SELECT split AS version, count(*) AS players, sum(frames) AS frames, sum(seconds) AS seconds,
    sum(frames * frames) AS frames_squared, sum(seconds * seconds) AS seconds_squared,
    sum(frames * seconds) AS product
FROM of_player
GROUP BY split
"""

MEASURED: LiteralString = """
SELECT version, figure, bin, CAST(sum(amount) AS BIGINT) AS amount
FROM performance
WHERE figure IN ('session', 'load_cold')
GROUP BY version, figure, bin
"""

RETURNED: LiteralString = """
WITH
came AS (
    SELECT split AS version, player_id, bucket FROM players WHERE bucket < $cohorts
),
back AS (
    SELECT DISTINCT came.player_id
    FROM came
    JOIN activity ON activity.player_id = came.player_id AND activity.bucket = came.bucket + 1
)
SELECT version, count(*) AS players, count(back.player_id) AS returned
FROM came
LEFT JOIN back ON back.player_id = came.player_id
GROUP BY version
"""


def answer(parameters: Parameters, asking: Asking) -> ReleaseCompare:
    if parameters.version:
        raise WrongParameter("version", "The versions to be compared are `a` and `b`.")
    if parameters.a is not None and parameters.a == parameters.b:
        raise WrongParameter("b", "Two different versions are compared.")
    zone = ZoneInfo(parameters.time_zone)
    span = whole_days(span_of(parameters, asking.now), zone)
    seen = ever(parameters, asking, SEEN, **{"from": plain(span.start), "to": plain(span.end)})
    seen = [row for row in seen if row["seen_from"] is not None]
    a, b = _versions(parameters, seen)
    platforms, shared = _shared(a, b, parameters, seen, zone)
    if a is None or b is None or shared is None:
        hint = (
            "There are no two versions in the range."
            if a is None or b is None
            else (f"The versions {a!r} and {b!r} share no day or no platform in the range.")
        )
        return ReleaseCompare(
            hints=[hint],
            a=a,
            b=b,
            figures=[],
            platforms=[],
            platform_count=0,
            a_sessions=0,
            b_sessions=0,
            enough_data=False,
            complete=span.is_complete(asking),
            settled=span.is_settled(asking),
            **asking.heading(parameters, span.start, span.end, "raw" if parameters.source == "raw" else "rollup"),
        )
    both = parameters.model_copy(update={"version": [a, b], "platform": [name or "unknown" for name in platforms]})
    scope = Scope(both, asking, [shared], split_by="version")
    played = _by_version(scope.rows(PLAYED))
    drawn = _by_version(scope.rows(DRAWN))
    histograms: dict[tuple[str, str], Histogram] = {}
    for row in scope.rows(MEASURED, **made_days(both, scope, shared)):
        histograms.setdefault((row["version"], row["figure"]), Histogram()).add(row["bin"], row["amount"])
    returned, retention_source = _returned(both, asking, shared, zone)
    a_sessions, b_sessions = (played.get(version, {}).get("sessions", 0) for version in (a, b))
    is_enough = min(a_sessions, b_sessions) >= SESSIONS_MIN
    estimates = [
        _estimates(
            played.get(version, {}),
            drawn.get(version, {}),
            histograms.get((version, "session"), Histogram()),
            histograms.get((version, "load_cold"), Histogram()),
            returned.get(version, {}),
        )
        for version in (a, b)
    ]
    return ReleaseCompare(
        a=a,
        b=b,
        figures=[_compared(name, estimates[0][name], estimates[1][name], is_enough) for name in estimates[0]],
        platforms=platforms[:PLATFORMS_MAX],
        platform_count=len(platforms),
        a_sessions=a_sessions,
        b_sessions=b_sessions,
        enough_data=is_enough,
        complete=shared.is_complete(asking),
        settled=shared.is_settled(asking),
        **asking.heading(
            parameters, shared.start, shared.end, "raw" if "raw" in (scope.source, retention_source) else "rollup"
        ),
    )


def _versions(parameters: Parameters, seen: list[dict[str, Any]]) -> tuple[str | None, str | None]:
    """Those that are asked for; else the ones that were first seen last."""
    count = "starts" if any(row["starts"] for row in seen) else "events"
    first: dict[str, dt.datetime] = {}
    sizes: dict[str, int] = {}
    for row in seen:
        version = row["version"]
        first[version] = min(first.get(version, row["ever_from"]), row["ever_from"])
        sizes[version] = sizes.get(version, 0) + row[count]
    # One alone has none to be compared with: an old version that was played much would pass for the newest.
    sizes_tell = sum(size >= SESSIONS_MIN for size in sizes.values()) > 1
    latest = sorted(
        first,
        key=lambda version: (sizes_tell and sizes[version] >= SESSIONS_MIN, first[version], version),
        reverse=True,
    )
    b = parameters.b or next((version for version in latest if version != parameters.a), None)
    before = [version for version in latest if version != b]
    # The one before it, where there is one; else any other.
    earlier = [version for version in before if b not in first or first[version] <= first[b]]
    return parameters.a or next(iter(earlier or before), None), b


def _shared(
    a: str | None, b: str | None, parameters: Parameters, seen: list[dict[str, Any]], zone: ZoneInfo
) -> tuple[list[str], Span | None]:
    """The platforms that both versions have, and the whole days from the first to the last on which both are played."""
    wanted = ["" if name == "unknown" else name for name in parameters.platform]
    rows = {
        version: [row for row in seen if row["version"] == version and (not wanted or row["platform"] in wanted)]
        for version in (a, b)
    }
    platforms = sorted({row["platform"] for row in rows[a]} & {row["platform"] for row in rows[b]})
    if not platforms:
        return [], None
    of_both = [[row for row in rows[version] if row["platform"] in platforms] for version in (a, b)]
    start = max(min(row["seen_from"] for row in of_version) for of_version in of_both)
    end = min(max(row["seen_to"] for row in of_version) for of_version in of_both)
    first, last = (day_of(moment.replace(tzinfo=dt.UTC), zone) for moment in (start, end))
    if first > last:
        return platforms, None
    return platforms, Span(day_start(first, zone), day_start(last + DAY, zone))


def _returned(
    parameters: Parameters, asking: Asking, shared: Span, zone: ZoneInfo
) -> tuple[dict[str, dict[str, Any]], str]:
    """Of the days whose next day is over, who came with which version and was active on the next day."""
    first = day_of(shared.start, zone)
    last = min(day_of(shared.end, zone) - DAY, day_of(asking.now, zone) - 2 * DAY)
    if last < first:
        return {}, "rollup"
    scope = Scope(parameters, asking, days_between(first, last + DAY, zone), split_by="version")
    return _by_version(scope.rows(RETURNED, cohorts=(last - first).days + 1)), scope.source


def _by_version(rows: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {row["version"]: row for row in rows}


def _estimates(
    played: dict[str, Any],
    drawn: dict[str, Any],
    slow_frames: Histogram,
    cold_loads: Histogram,
    returned: dict[str, Any],
) -> dict[FigureName, tuple[Estimate, int]]:
    sessions, players = played.get("sessions", 0), played.get("players", 0)
    sums = ("frames", "seconds", "frames_squared", "seconds_squared", "product")
    return {
        "crash_free_sessions": (share(sessions - played.get("crashed_sessions", 0), sessions), sessions),
        "crash_free_players": (share(players - played.get("crashed_players", 0), players), players),
        "avg_fps": (
            ratio_of_sums(drawn.get("players", 0), *(drawn.get(name, 0.0) for name in sums)),
            drawn.get("players", 0),
        ),
        "session_p99_ms": (_median(slow_frames), slow_frames.count),
        "load_cold_p50_ms": (_median(cold_loads), cold_loads.count),
        "d1_retention": (share(returned.get("returned", 0), returned.get("players", 0)), returned.get("players", 0)),
        "session_seconds": (
            mean(sessions, played.get("seconds", 0.0), played.get("seconds_squared", 0.0)),
            sessions,
        ),
    }


def _median(histogram: Histogram) -> Estimate:
    lower, upper = median_ranks(histogram.count)
    return middle_of(histogram.quantile(0.5), histogram.quantile(lower), histogram.quantile(upper))


def _compared(name: FigureName, a: tuple[Estimate, int], b: tuple[Estimate, int], is_enough: bool) -> ComparedFigure:
    between, low, high = difference(a[0], b[0])
    return ComparedFigure(
        figure=name,
        a=a[0].value,
        b=b[0].value,
        difference=between,
        low=low,
        high=high,
        a_count=a[1],
        b_count=b[1],
        enough_data=is_enough,
    )


METRIC = Metric(__name__, __doc__, Parameters, ReleaseCompare, answer, subject="Technical")
