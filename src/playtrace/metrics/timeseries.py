"""One figure over time.

Buckets are the minutes, hours, days or ISO weeks of the time zone that the range touches; what lies in a bucket but not
in the range is not counted. A day or an hour may be longer or shorter where the clock changes.

- **events**, or the name of an event: events in the bucket. **crashes**: events named `crash`.
- **active_players**: distinct players with a qualifying event in the bucket (one with a player, other than
  `push_received`, `server_grant` and `crash_upload`). **new_players**: players whose first such event ever lies in it.
- **sessions**: sessions that start in the bucket. **avg_session_seconds**: their mean length. **crash_free_sessions**:
  the share of them without a crash (of another `class` than `hang`). What a session is, is said under `summary`.
- **revenue**: purchases in `currency` less refunds, in millionths of it, as under `summary`. Purchases in other
  currencies are not converted; they are counted in `otherCurrencyPurchases`. One that names no currency is in the
  game's own.
- **avg_fps**: frames / seconds of `performance` events, as under `summary`.

Counts and sums of an empty bucket are 0; means and shares of nothing are null. `splitBy` adds a series for each of the
ten values that are largest over the range (for means and shares: that have most sessions or events), and one for all
others. A session, and a new player, belongs to the value of its first event. The series of `active_players` may add up
to more than the total: a player can be on two platforms. All series have at most 20,000 buckets together.

### Example

8 March 2026 in New York, where the clock is put forward, has 23 buckets of an hour. Events of one player without
session ids at 10:00, 10:10, 10:45 and 11:20 are 3 sessions, of 10, 0 and 0 minutes: **avg_session_seconds** is 200.
Exactly 30 minutes of silence are still in the session.

### Elsewhere

Days of UTC alone: GameAnalytics, Unity, PlayFab. Days of a time zone, as here: PostHog, Mixpanel, Plausible, Amplitude.
Products that sketch distinct counts (HyperLogLog) are a per cent or so off; these are exact. A bucket that is not over
is drawn elsewhere as if it were a fall; here it says that it is not `complete`.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Literal, LiteralString
from zoneinfo import ZoneInfo

from pydantic import Field, StringConstraints

from playtrace.metrics.frame.asking import Asking
from playtrace.metrics.frame.calendar import GRAIN_OF_INTERVAL, Span, buckets_of, shown_start, span_of
from playtrace.metrics.frame.metric import Metric
from playtrace.metrics.frame.models import CommonAnswer, CommonParameters, Judged, Model, Sought, in_units
from playtrace.metrics.frame.money import EARNED, bound_purchases
from playtrace.metrics.frame.scope import Scope
from playtrace.metrics.frame.splitting import KEYS_MAX, SplitBy, check_points, key_of
from playtrace.metrics.frame.wilson import ratio

Unit = Literal["events", "sessions", "players", "frames_per_second", "seconds", "share", "micros"]


class Parameters(CommonParameters):
    metric: str = Field(
        "events",
        min_length=1,
        max_length=64,
        description="`events`, `crashes`, `sessions`, `active_players`, `new_players`, `avg_fps`,"
        " `avg_session_seconds`, `crash_free_sessions`, `revenue`, or the name of an event.",
    )
    interval: Literal["minute", "hour", "day", "week"] = Field(
        "day", description="Length of a bucket, on the clock and calendar of the time zone; weeks start on Monday."
    )
    split_by: SplitBy | None = Field(
        None, description="Also a series for each of the ten largest values, the rest as `(other)`."
    )
    currency: Annotated[str, StringConstraints(to_upper=True)] = Field(
        "USD", min_length=1, max_length=16, description="Currency of `revenue`. Default: the game's own, else USD."
    )

    def sought(self) -> list[Sought]:
        name = [] if self.metric in FIGURES else [self.metric]
        return [*super().sought(), Sought("metric", "event", name, tuple(FIGURES))]


class Point(Judged):
    time: dt.datetime = Field(description="Start of the bucket, UTC.")
    value: int | float | None = Field(description="0 where nothing happened; null for a ratio or mean of nothing.")


class Series(Model):
    key: str = Field(
        description="Value of the dimension; `unknown` where none was sent, or that word; `(other)` for the rest."
    )
    points: list[Point]


class Timeseries(CommonAnswer):
    of: str = Field(description="The figure that was asked for.")
    interval: Literal["minute", "hour", "day", "week"]
    unit: Unit
    currency: str | None = Field(description="Of `revenue`; null for other figures.")
    other_currency_purchases: int | None = Field(
        description="Purchases of an amount in other currencies, which `revenue` leaves out; null for other figures."
    )
    points: list[Point]
    series: list[Series] | None = Field(description="With `splitBy`: largest first, `(other)` last.")

    def table(self) -> list[dict[str, object]]:
        zone = ZoneInfo(self.time_zone)

        def shown(point: Point) -> object:
            return in_units(point.value) if self.unit == "micros" and isinstance(point.value, int) else point.value

        rows: list[dict[str, object]] = []
        for number, point in enumerate(self.points):
            split = {series.key: shown(series.points[number]) for series in self.series or []}
            row: dict[str, object] = {"time": shown_start(point.time, self.interval, zone), self.of: shown(point)}
            rows.append(row | split | {"complete": point.complete})
        return rows


# What is found of a bucket and split: `part`, and what it is divided by where it is a mean or share; `weight` decides
# which values get a series of their own.
COUNTS: LiteralString = """
WITH
found AS (
    SELECT bucket, split, sum(events) AS weight, sum(events) AS part, 0 AS whole, 0 AS others
    FROM event_counts
    WHERE $name::VARCHAR IS NULL OR name = $name::VARCHAR
    GROUP BY bucket, split
),
"""

REVENUE: LiteralString = f"""
WITH
{EARNED},
found AS (
    SELECT bucket, split, revenue_micros AS weight, revenue_micros AS part, 0 AS whole,
        other_currency_purchases AS others
    FROM earned
),
"""

FRAMES: LiteralString = """
WITH
found AS (
    SELECT bucket, split, sum(events) AS weight, sum(frames_micros) AS part, sum(frames_us) AS whole, 0 AS others
    FROM event_counts
    WHERE name = 'performance'
    GROUP BY bucket, split
),
"""

NEW: LiteralString = """
WITH
found AS (
    SELECT bucket, split, count(*) AS weight, count(*) AS part, 0 AS whole, 0 AS others
    FROM players
    GROUP BY bucket, split
),
"""

SESSIONS: LiteralString = """
WITH
found AS (
    SELECT bucket, split, count(*) AS weight, count(*) AS whole, 0 AS others,
        sum(CASE $figure WHEN 'avg_session_seconds' THEN length_us WHEN 'crash_free_sessions' THEN
            CASE WHEN crashes > 0 THEN 0 ELSE 1 END ELSE 1 END) AS part
    FROM sessions
    GROUP BY bucket, split
),
"""

RANKED: LiteralString = """
ranked AS (
    SELECT split, row_number() OVER (ORDER BY sum(weight) DESC, split) AS rank
    FROM found
    GROUP BY split
),
shown AS (
    SELECT bucket, part, whole, others, CASE WHEN rank <= $keys_max THEN rank END AS rank,
        CASE WHEN rank <= $keys_max THEN found.split END AS key
    FROM found
    JOIN ranked ON found.split = ranked.split
)
SELECT bucket, rank, key, sum(part) AS part, sum(whole) AS whole, sum(others) AS others
FROM shown
GROUP BY bucket, rank, key
"""

ACTIVE: LiteralString = """
WITH
found AS (
    SELECT DISTINCT bucket, split, player_id FROM active
),
ranked AS (
    SELECT split, row_number() OVER (ORDER BY count(*) DESC, split) AS rank
    FROM found
    GROUP BY split
),
shown AS (
    SELECT bucket, player_id, CASE WHEN rank <= $keys_max THEN rank END AS rank,
        CASE WHEN rank <= $keys_max THEN found.split END AS key
    FROM found
    JOIN ranked ON found.split = ranked.split
)
SELECT bucket, rank, key, count(DISTINCT player_id) AS part
FROM shown
GROUP BY bucket, rank, key
UNION ALL
-- The total: a player of two keys counts once.
SELECT bucket, 0 AS rank, NULL AS key, count(DISTINCT player_id) AS part
FROM found
WHERE $split_by::VARCHAR IS NOT NULL
GROUP BY bucket
"""

Sums = dict[str, Any]
"""What one row of the SQL says beside bucket, rank and key."""


def _part(sums: Sums) -> int:
    return int(sums.get("part") or 0)


def _share(sums: Sums) -> float | None:
    return ratio(_part(sums), int(sums.get("whole") or 0))


def _seconds(sums: Sums) -> float | None:
    return ratio(_part(sums) / 1e6, int(sums.get("whole") or 0))


@dataclass(frozen=True)
class Figure:
    """One thing that can be drawn over time."""

    unit: Unit
    sql: LiteralString
    value: Callable[[Sums], int | float | None] = _part
    name: str | None = None
    """Only events of this name."""


FIGURES: dict[str, Figure] = {
    "events": Figure("events", COUNTS + RANKED),
    "crashes": Figure("events", COUNTS + RANKED, name="crash"),
    "revenue": Figure("micros", REVENUE + RANKED),
    "avg_fps": Figure("frames_per_second", FRAMES + RANKED, _share),
    "active_players": Figure("players", ACTIVE),
    "new_players": Figure("players", NEW + RANKED),
    "sessions": Figure("sessions", SESSIONS + RANKED),
    "avg_session_seconds": Figure("seconds", SESSIONS + RANKED, _seconds),
    "crash_free_sessions": Figure("share", SESSIONS + RANKED, _share),
}
"""Any other word is the name of an event."""


def answer(parameters: Parameters, asking: Asking) -> Timeseries:
    zone = ZoneInfo(parameters.time_zone)
    span = span_of(parameters, asking.now)
    figure = FIGURES.get(parameters.metric) or Figure("events", COUNTS + RANKED, name=parameters.metric)
    buckets = buckets_of(span, parameters.interval, zone)
    cut = [bucket.cut(span) for bucket in buckets]
    scope = Scope(parameters, asking, cut, grain=GRAIN_OF_INTERVAL[parameters.interval], split_by=parameters.split_by)
    rows = scope.rows(
        figure.sql,
        name=figure.name,
        figure=parameters.metric,
        **bound_purchases(parameters.currency),
        split_by=parameters.split_by,
        keys_max=KEYS_MAX,
    )
    totals, series = _gather(rows)
    if parameters.split_by:
        check_points(len(series), len(buckets))
    revenue = parameters.metric == "revenue"
    return Timeseries(
        of=parameters.metric,
        interval=parameters.interval,
        unit=figure.unit,
        currency=parameters.currency if revenue else None,
        other_currency_purchases=sum(int(row["others"] or 0) for row in rows) if revenue else None,
        points=_points(totals, buckets, figure, asking),
        series=[Series(key=key, points=_points(of_key, buckets, figure, asking)) for key, of_key in series]
        if parameters.split_by
        else None,
        **asking.heading(parameters, span.start, span.end, scope.source),
    )


def _gather(rows: list[dict[str, Any]]) -> tuple[dict[int, Sums], list[tuple[str, dict[int, Sums]]]]:
    """The total by bucket, and the same by key, largest first. Rank 0 is a total that is no sum of the others."""
    keys: dict[int, str] = {}
    by_rank: dict[int, dict[int, Sums]] = defaultdict(dict)
    totals: dict[int, Sums] = defaultdict(dict)
    total_given = any(row["rank"] == 0 for row in rows)
    for row in rows:
        bucket, key = row.pop("bucket"), row.pop("key")
        rank = row.pop("rank")
        if rank == 0:
            totals[bucket] = row
            continue
        place = KEYS_MAX + 1 if rank is None else rank
        keys[place] = key_of(place, key)
        by_rank[place][bucket] = row
        if not total_given:
            total = totals[bucket]
            for name, value in row.items():
                total[name] = (total.get(name) or 0) + (value or 0)
    return totals, [(keys[place], by_rank[place]) for place in sorted(keys)]


def _points(sums: dict[int, Sums], buckets: list[Span], figure: Figure, asking: Asking) -> list[Point]:
    return [
        Point(
            time=bucket.start,
            value=figure.value(sums.get(index, {})),
            complete=bucket.is_complete(asking),
            settled=bucket.is_settled(asking),
        )
        for index, bucket in enumerate(buckets)
    ]


METRIC = Metric(__name__, __doc__, Parameters, Timeseries, answer, subject="Overview")
