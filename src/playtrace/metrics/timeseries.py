"""One figure over time.

Buckets are the minutes, hours, days or ISO weeks of the time zone that the range touches; what lies in a bucket but not
in the range is not counted. A day or an hour may be longer or shorter where the clock changes.

- **events**, or the name of an event: events in the bucket. **crashes**: events named `crash`.
- **active_players**: distinct players with a qualifying event in the bucket (one with a player, other than
  `push_received`, `server_grant` and `crash_upload`). **new_players**: players whose first such event ever lies in it.
- **sessions**: sessions that start in the bucket. **avg_session_seconds**: their mean length. **crash_free_sessions**:
  the share of them without a crash. What a session is, is said under `summary`.
- **revenue**: sum of the values of `purchase` events in `currency`, in millionths of it. Purchases in other currencies
  are not converted; they are counted in `otherCurrencyPurchases`.
- **avg_fps**: frames / seconds of `performance` events, as under `summary`.

Counts and sums of an empty bucket are 0; means and shares of nothing are null. `splitBy` adds a series for each of the
ten values that are largest over the range (for means and shares: that have most sessions or events), and one for all
others. A session, and a new player, belongs to the value of its first event. The series of `active_players` may add up
to more than the total: a player can be on two platforms.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Literal, LiteralString
from zoneinfo import ZoneInfo

from pydantic import Field, StringConstraints

from playtrace.metrics.frame.bound_lists import bound_lists
from playtrace.metrics.frame.calendar import (
    Grain,
    Span,
    bound_slices,
    buckets_of,
    day_masks,
    on_slots,
    plain,
    span_of,
)
from playtrace.metrics.frame.filters import filters
from playtrace.metrics.frame.metric import Asking, Metric, source_of
from playtrace.metrics.frame.models import UNKNOWN, CommonAnswer, CommonParameters, Judged, Model, Sought, in_units
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
    split_by: Literal["platform", "version", "country"] | None = Field(
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
        description="Purchases in other currencies, which `revenue` leaves out; null for other figures."
    )
    points: list[Point]
    series: list[Series] | None = Field(description="With `splitBy`: largest first, `(other)` last.")

    def table(self) -> list[dict[str, object]]:
        zone = ZoneInfo(self.time_zone)

        def shown(point: Point) -> object:
            return in_units(point.value) if self.unit == "micros" and isinstance(point.value, int) else point.value

        rows: list[dict[str, object]] = []
        for number, point in enumerate(self.points):
            local = point.time.astimezone(zone)
            time = local.date() if self.interval in ("day", "week") else local
            split = {series.key: shown(series.points[number]) for series in self.series or []}
            row: dict[str, object] = {"time": time.isoformat(), self.of: shown(point)}
            rows.append(row | split | {"complete": point.complete})
        return rows


COUNTS_ROLLUP: LiteralString = """
WITH
slice AS (
    SELECT unnest($slice_key::TIMESTAMP[]) AS key, unnest($slice_start::TIMESTAMP[]) AS start_at,
        unnest($slice_end::TIMESTAMP[]) AS end_at, unnest($slice_bucket::BIGINT[]) AS bucket
),
found AS (
    SELECT bucket, coalesce(nullif(CASE $split_by
            WHEN 'platform' THEN platform
            WHEN 'version' THEN version
            WHEN 'country' THEN country
            ELSE ''
        END, 'unknown'), '') AS key,
        sum(events) AS events,
        sum(value_micros) FILTER (WHERE currency = $currency) AS micros,
        sum(events) FILTER (WHERE currency <> $currency) AS others,
        sum(frames) AS frames, sum(frame_seconds) AS seconds
    FROM event_counts
    JOIN slice ON date_trunc($grain, slot) = slice.key AND slot >= start_at AND slot < end_at
    WHERE game_id = $game AND slot >= $from AND slot < $to AND ($name::VARCHAR IS NULL OR name = $name::VARCHAR)
        AND ($platforms::VARCHAR[] IS NULL OR list_contains($platforms::VARCHAR[], platform))
        AND ($versions::VARCHAR[] IS NULL OR list_contains($versions::VARCHAR[], version))
        AND ($countries::VARCHAR[] IS NULL OR list_contains($countries::VARCHAR[], country))
    GROUP BY ALL
),
ranked AS (
    SELECT key, row_number() OVER (
        ORDER BY CASE WHEN $figure = 'revenue' THEN coalesce(sum(micros), 0) ELSE sum(events) END DESC, key
    ) AS rank
    FROM found
    GROUP BY key
)
SELECT bucket,
    CASE WHEN rank <= $keys_max THEN rank END AS rank,
    CASE WHEN rank <= $keys_max THEN found.key END AS key,
    sum(events) AS events, sum(micros) AS micros, sum(others) AS others, sum(frames) AS frames, sum(seconds) AS seconds
FROM found
JOIN ranked ON found.key = ranked.key
GROUP BY ALL
"""

COUNTS_RAW: LiteralString = """
WITH
slice AS (
    SELECT unnest($slice_key::TIMESTAMP[]) AS key, unnest($slice_start::TIMESTAMP[]) AS start_at,
        unnest($slice_end::TIMESTAMP[]) AS end_at, unnest($slice_bucket::BIGINT[]) AS bucket
),
measured AS (
    SELECT *,
        CASE WHEN name = 'performance' THEN coalesce(TRY_CAST(props.duration_s AS DOUBLE), 1) END AS seconds,
        CASE WHEN name = 'performance' THEN coalesce(value, TRY_CAST(props.fps AS DOUBLE)) END AS fps
    FROM events
    WHERE game_id = $game AND env = $env AND time >= $from AND time < $to
        AND ($name::VARCHAR IS NULL OR name = $name::VARCHAR)
        AND ($platforms::VARCHAR[] IS NULL OR list_contains($platforms::VARCHAR[], coalesce(platform, '')))
        AND ($versions::VARCHAR[] IS NULL OR list_contains($versions::VARCHAR[], coalesce(version, '')))
        AND ($countries::VARCHAR[] IS NULL OR list_contains($countries::VARCHAR[], coalesce(country, '')))
),
drawn AS (
    SELECT *,
        CASE WHEN name = 'performance' THEN coalesce(TRY_CAST(props.frames AS DOUBLE), fps * seconds) END AS frames
    FROM measured
),
found AS (
    SELECT bucket, coalesce(nullif(CASE $split_by
            WHEN 'platform' THEN platform
            WHEN 'version' THEN version
            WHEN 'country' THEN country
            ELSE ''
        END, 'unknown'), '') AS key,
        count(*) AS events,
        sum(TRY_CAST(round(value * 1e6) AS BIGINT)) FILTER (WHERE currency = $currency) AS micros,
        count(*) FILTER (WHERE coalesce(currency, '') <> $currency) AS others,
        sum(frames) FILTER (WHERE isfinite(frames) AND isfinite(seconds)) AS frames,
        sum(seconds) FILTER (WHERE isfinite(frames) AND isfinite(seconds)) AS seconds
    FROM drawn
    JOIN slice ON date_trunc($grain, time) = slice.key AND time >= start_at AND time < end_at
    GROUP BY ALL
),
ranked AS (
    SELECT key, row_number() OVER (
        ORDER BY CASE WHEN $figure = 'revenue' THEN coalesce(sum(micros), 0) ELSE sum(events) END DESC, key
    ) AS rank
    FROM found
    GROUP BY key
)
SELECT bucket,
    CASE WHEN rank <= $keys_max THEN rank END AS rank,
    CASE WHEN rank <= $keys_max THEN found.key END AS key,
    sum(events) AS events, sum(micros) AS micros, sum(others) AS others, sum(frames) AS frames, sum(seconds) AS seconds
FROM found
JOIN ranked ON found.key = ranked.key
GROUP BY ALL
"""

ACTIVE_ROLLUP: LiteralString = """
WITH
-- Which quarters of an hour of which UTC days make up a bucket.
calendar AS (
    SELECT unnest($calendar_bucket::BIGINT[]) AS bucket, unnest($calendar_day::DATE[]) AS day,
        unnest($calendar_am::BIGINT[]) AS am, unnest($calendar_pm::BIGINT[]) AS pm
),
found AS (
    SELECT DISTINCT bucket, player_id, coalesce(nullif(CASE $split_by
            WHEN 'platform' THEN platform
            WHEN 'version' THEN version
            WHEN 'country' THEN country
            ELSE ''
        END, 'unknown'), '') AS key
    FROM player_days
    JOIN calendar ON player_days.day = calendar.day
    WHERE game_id = $game AND player_days.day >= $first_day AND player_days.day <= $last_day
        AND ((slots_am & calendar.am) <> 0 OR (slots_pm & calendar.pm) <> 0)
        AND ($platforms::VARCHAR[] IS NULL OR list_contains($platforms::VARCHAR[], platform))
        AND ($versions::VARCHAR[] IS NULL OR list_contains($versions::VARCHAR[], version))
        AND ($countries::VARCHAR[] IS NULL OR list_contains($countries::VARCHAR[], country))
),
ranked AS (
    SELECT key, row_number() OVER (ORDER BY count(*) DESC, key) AS rank
    FROM found
    GROUP BY key
)
SELECT bucket,
    CASE WHEN rank <= $keys_max THEN rank END AS rank,
    CASE WHEN rank <= $keys_max THEN found.key END AS key, count(DISTINCT player_id) AS players
FROM found
JOIN ranked ON found.key = ranked.key
GROUP BY ALL
UNION ALL
-- The total: a player of two keys counts once.
SELECT bucket, 0 AS rank, NULL AS key, count(DISTINCT player_id) AS players
FROM found
WHERE $split_by IS NOT NULL
GROUP BY bucket
"""

ACTIVE_RAW: LiteralString = """
WITH
slice AS (
    SELECT unnest($slice_key::TIMESTAMP[]) AS key, unnest($slice_start::TIMESTAMP[]) AS start_at,
        unnest($slice_end::TIMESTAMP[]) AS end_at, unnest($slice_bucket::BIGINT[]) AS bucket
),
found AS (
    SELECT DISTINCT bucket, player_id, coalesce(nullif(CASE $split_by
            WHEN 'platform' THEN platform
            WHEN 'version' THEN version
            WHEN 'country' THEN country
            ELSE ''
        END, 'unknown'), '') AS key
    FROM events
    JOIN slice ON date_trunc($grain, time) = slice.key AND time >= start_at AND time < end_at
    WHERE game_id = $game AND env = $env AND time >= $from AND time < $to
        AND player_id IS NOT NULL AND name <> ALL ($passive::VARCHAR[])
        AND ($platforms::VARCHAR[] IS NULL OR list_contains($platforms::VARCHAR[], coalesce(platform, '')))
        AND ($versions::VARCHAR[] IS NULL OR list_contains($versions::VARCHAR[], coalesce(version, '')))
        AND ($countries::VARCHAR[] IS NULL OR list_contains($countries::VARCHAR[], coalesce(country, '')))
),
ranked AS (
    SELECT key, row_number() OVER (ORDER BY count(*) DESC, key) AS rank
    FROM found
    GROUP BY key
)
SELECT bucket,
    CASE WHEN rank <= $keys_max THEN rank END AS rank,
    CASE WHEN rank <= $keys_max THEN found.key END AS key, count(DISTINCT player_id) AS players
FROM found
JOIN ranked ON found.key = ranked.key
GROUP BY ALL
UNION ALL
-- The total: a player of two keys counts once.
SELECT bucket, 0 AS rank, NULL AS key, count(DISTINCT player_id) AS players
FROM found
WHERE $split_by IS NOT NULL
GROUP BY bucket
"""

NEW_ROLLUP: LiteralString = """
WITH
slice AS (
    SELECT unnest($slice_key::TIMESTAMP[]) AS key, unnest($slice_start::TIMESTAMP[]) AS start_at,
        unnest($slice_end::TIMESTAMP[]) AS end_at, unnest($slice_bucket::BIGINT[]) AS bucket
),
entered AS (
    SELECT player_id, min(first_seen) AS entered_at, arg_min(platform, first_seen) AS platform,
        arg_min(version, first_seen) AS version, arg_min(country, first_seen) AS country
    FROM players
    WHERE game_id = $game
    GROUP BY player_id
),
found AS (
    SELECT bucket, coalesce(nullif(CASE $split_by
            WHEN 'platform' THEN platform
            WHEN 'version' THEN version
            WHEN 'country' THEN country
            ELSE ''
        END, 'unknown'), '') AS key, count(*) AS players
    FROM entered
    JOIN slice ON date_trunc($grain, entered_at) = slice.key AND entered_at >= start_at AND entered_at < end_at
    WHERE true
        AND ($platforms::VARCHAR[] IS NULL OR list_contains($platforms::VARCHAR[], platform))
        AND ($versions::VARCHAR[] IS NULL OR list_contains($versions::VARCHAR[], version))
        AND ($countries::VARCHAR[] IS NULL OR list_contains($countries::VARCHAR[], country))
    GROUP BY ALL
),
ranked AS (
    SELECT key, row_number() OVER (ORDER BY sum(players) DESC, key) AS rank
    FROM found
    GROUP BY key
)
SELECT bucket,
    CASE WHEN rank <= $keys_max THEN rank END AS rank,
    CASE WHEN rank <= $keys_max THEN found.key END AS key, sum(players) AS players
FROM found
JOIN ranked ON found.key = ranked.key
GROUP BY ALL
"""

NEW_RAW: LiteralString = """
WITH
slice AS (
    SELECT unnest($slice_key::TIMESTAMP[]) AS key, unnest($slice_start::TIMESTAMP[]) AS start_at,
        unnest($slice_end::TIMESTAMP[]) AS end_at, unnest($slice_bucket::BIGINT[]) AS bucket
),
entered AS (
    SELECT player_id, min(time) AS entered_at,
        arg_min(coalesce(platform, ''), (time, coalesce(seq, 0))) AS platform,
        arg_min(coalesce(version, ''), (time, coalesce(seq, 0))) AS version,
        arg_min(coalesce(country, ''), (time, coalesce(seq, 0))) AS country
    FROM events
    WHERE game_id = $game AND env = $env AND player_id IS NOT NULL AND name <> ALL ($passive::VARCHAR[])
    GROUP BY player_id
),
found AS (
    SELECT bucket, coalesce(nullif(CASE $split_by
            WHEN 'platform' THEN platform
            WHEN 'version' THEN version
            WHEN 'country' THEN country
            ELSE ''
        END, 'unknown'), '') AS key, count(*) AS players
    FROM entered
    JOIN slice ON date_trunc($grain, entered_at) = slice.key AND entered_at >= start_at AND entered_at < end_at
    WHERE true
        AND ($platforms::VARCHAR[] IS NULL OR list_contains($platforms::VARCHAR[], platform))
        AND ($versions::VARCHAR[] IS NULL OR list_contains($versions::VARCHAR[], version))
        AND ($countries::VARCHAR[] IS NULL OR list_contains($countries::VARCHAR[], country))
    GROUP BY ALL
),
ranked AS (
    SELECT key, row_number() OVER (ORDER BY sum(players) DESC, key) AS rank
    FROM found
    GROUP BY key
)
SELECT bucket,
    CASE WHEN rank <= $keys_max THEN rank END AS rank,
    CASE WHEN rank <= $keys_max THEN found.key END AS key, sum(players) AS players
FROM found
JOIN ranked ON found.key = ranked.key
GROUP BY ALL
"""

SESSIONS_ROLLUP: LiteralString = """
WITH
slice AS (
    SELECT unnest($slice_key::TIMESTAMP[]) AS key, unnest($slice_start::TIMESTAMP[]) AS start_at,
        unnest($slice_end::TIMESTAMP[]) AS end_at, unnest($slice_bucket::BIGINT[]) AS bucket
),
-- A session that started before the range may have parts in it.
explicit AS (
    SELECT session_id, arg_min(player_id, started_at) AS player_id, min(started_at) AS started_at,
        arg_min(platform, started_at) AS platform, arg_min(version, started_at) AS version,
        arg_min(country, started_at) AS country,
        coalesce(max(mono_ms) / 1e3, date_diff('microsecond', min(started_at), max(ended_at)) / 1e6) AS seconds,
        sum(crashes) AS crashes
    FROM sessions
    WHERE game_id = $game AND started_at >= $from
    GROUP BY session_id
    HAVING min(started_at) < $to
),
gaps AS (
    SELECT *, max(ended_at) OVER (
        PARTITION BY player_id ORDER BY started_at, ended_at ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    ) AS silent_since
    FROM activity_islands
    WHERE game_id = $game AND ended_at >= $islands_from
),
numbered AS (
    SELECT *, sum(CASE WHEN started_at <= silent_since + $session_timeout::INTERVAL THEN 0 ELSE 1 END) OVER (
        PARTITION BY player_id ORDER BY started_at, ended_at ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS session_number
    FROM gaps
),
inferred AS (
    SELECT player_id, min(started_at) AS started_at, arg_min(platform, started_at) AS platform,
        arg_min(version, started_at) AS version, arg_min(country, started_at) AS country,
        date_diff('microsecond', min(started_at), max(ended_at)) / 1e6 AS seconds, sum(crashes) AS crashes
    FROM numbered
    GROUP BY player_id, session_number
),
started AS (
    SELECT player_id, started_at, platform, version, country, seconds, crashes
    FROM explicit
    WHERE NOT EXISTS (
        SELECT 1 FROM sessions AS earlier
        WHERE earlier.game_id = $game AND earlier.session_id = explicit.session_id
            AND earlier.started_at < $from
    )
    UNION ALL
    SELECT player_id, started_at, platform, version, country, seconds, crashes
    FROM inferred
    WHERE started_at >= $from AND started_at < $to
),
found AS (
    SELECT bucket, coalesce(nullif(CASE $split_by
            WHEN 'platform' THEN platform
            WHEN 'version' THEN version
            WHEN 'country' THEN country
            ELSE ''
        END, 'unknown'), '') AS key,
        count(*) AS sessions, sum(seconds) AS seconds, count(*) FILTER (WHERE crashes > 0) AS crashed
    FROM started
    JOIN slice ON date_trunc($grain, started_at) = slice.key AND started_at >= start_at AND started_at < end_at
    WHERE true
        AND ($platforms::VARCHAR[] IS NULL OR list_contains($platforms::VARCHAR[], platform))
        AND ($versions::VARCHAR[] IS NULL OR list_contains($versions::VARCHAR[], version))
        AND ($countries::VARCHAR[] IS NULL OR list_contains($countries::VARCHAR[], country))
    GROUP BY ALL
),
ranked AS (
    SELECT key, row_number() OVER (ORDER BY sum(sessions) DESC, key) AS rank
    FROM found
    GROUP BY key
)
SELECT bucket,
    CASE WHEN rank <= $keys_max THEN rank END AS rank,
    CASE WHEN rank <= $keys_max THEN found.key END AS key,
    sum(sessions) AS sessions, sum(seconds) AS seconds, sum(crashed) AS crashed
FROM found
JOIN ranked ON found.key = ranked.key
GROUP BY ALL
"""

SESSIONS_RAW: LiteralString = """
WITH
slice AS (
    SELECT unnest($slice_key::TIMESTAMP[]) AS key, unnest($slice_start::TIMESTAMP[]) AS start_at,
        unnest($slice_end::TIMESTAMP[]) AS end_at, unnest($slice_bucket::BIGINT[]) AS bucket
),
explicit AS (
    SELECT session_id, arg_min(player_id, (time, coalesce(seq, 0))) AS player_id, min(time) AS started_at,
        arg_min(coalesce(platform, ''), (time, coalesce(seq, 0))) AS platform,
        arg_min(coalesce(version, ''), (time, coalesce(seq, 0))) AS version,
        arg_min(coalesce(country, ''), (time, coalesce(seq, 0))) AS country,
        coalesce(max(mono_ms) / 1e3, date_diff('microsecond', min(time), max(time)) / 1e6) AS seconds,
        count(*) FILTER (WHERE name = 'crash') AS crashes
    FROM events
    WHERE game_id = $game AND env = $env AND session_id IS NOT NULL AND time >= $from
    GROUP BY session_id
    HAVING min(time) < $to
),
gaps AS (
    SELECT *, lag(time) OVER (PARTITION BY player_id ORDER BY time, coalesce(seq, 0)) AS silent_since
    FROM events
    WHERE game_id = $game AND env = $env AND session_id IS NULL AND time >= $islands_from
        AND player_id IS NOT NULL AND name <> ALL ($passive::VARCHAR[])
),
numbered AS (
    SELECT *, sum(CASE WHEN time <= silent_since + $session_timeout::INTERVAL THEN 0 ELSE 1 END) OVER (
        PARTITION BY player_id ORDER BY time, coalesce(seq, 0) ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS session_number
    FROM gaps
),
inferred AS (
    SELECT player_id, min(time) AS started_at,
        arg_min(coalesce(platform, ''), (time, coalesce(seq, 0))) AS platform,
        arg_min(coalesce(version, ''), (time, coalesce(seq, 0))) AS version,
        arg_min(coalesce(country, ''), (time, coalesce(seq, 0))) AS country,
        date_diff('microsecond', min(time), max(time)) / 1e6 AS seconds,
        count(*) FILTER (WHERE name = 'crash') AS crashes
    FROM numbered
    GROUP BY player_id, session_number
),
started AS (
    SELECT player_id, started_at, platform, version, country, seconds, crashes
    FROM explicit
    WHERE NOT EXISTS (
        SELECT 1 FROM events AS earlier
        WHERE earlier.game_id = $game AND earlier.env = $env AND earlier.session_id = explicit.session_id
            AND earlier.time < $from
    )
    UNION ALL
    SELECT player_id, started_at, platform, version, country, seconds, crashes
    FROM inferred
    WHERE started_at >= $from AND started_at < $to
),
found AS (
    SELECT bucket, coalesce(nullif(CASE $split_by
            WHEN 'platform' THEN platform
            WHEN 'version' THEN version
            WHEN 'country' THEN country
            ELSE ''
        END, 'unknown'), '') AS key,
        count(*) AS sessions, sum(seconds) AS seconds, count(*) FILTER (WHERE crashes > 0) AS crashed
    FROM started
    JOIN slice ON date_trunc($grain, started_at) = slice.key AND started_at >= start_at AND started_at < end_at
    WHERE true
        AND ($platforms::VARCHAR[] IS NULL OR list_contains($platforms::VARCHAR[], platform))
        AND ($versions::VARCHAR[] IS NULL OR list_contains($versions::VARCHAR[], version))
        AND ($countries::VARCHAR[] IS NULL OR list_contains($countries::VARCHAR[], country))
    GROUP BY ALL
),
ranked AS (
    SELECT key, row_number() OVER (ORDER BY sum(sessions) DESC, key) AS rank
    FROM found
    GROUP BY key
)
SELECT bucket,
    CASE WHEN rank <= $keys_max THEN rank END AS rank,
    CASE WHEN rank <= $keys_max THEN found.key END AS key,
    sum(sessions) AS sessions, sum(seconds) AS seconds, sum(crashed) AS crashed
FROM found
JOIN ranked ON found.key = ranked.key
GROUP BY ALL
"""

KEYS_MAX = 10
OTHER = "(other)"

Sums = dict[str, Any]
"""What one row of the SQL says beside bucket, rank and key."""


@dataclass(frozen=True)
class Figure:
    """One thing that can be drawn over time."""

    unit: Unit
    rollup: LiteralString
    raw: LiteralString
    value: Callable[[Sums], int | float | None]
    in_slots: bool = False
    """Its rollup knows quarters of an hour, not instants."""
    name: str | None = None
    """Only events of this name."""


def _count(column: str) -> Callable[[Sums], int]:
    return lambda sums: int(sums.get(column) or 0)


def _ratio(part: str, whole: str) -> Callable[[Sums], float | None]:
    return lambda sums: ratio(float(sums.get(part) or 0), float(sums.get(whole) or 0))


def _crash_free(sums: Sums) -> float | None:
    sessions = int(sums.get("sessions") or 0)
    return ratio(sessions - int(sums.get("crashed") or 0), sessions)


def _events(name: str | None) -> Figure:
    return Figure("events", COUNTS_ROLLUP, COUNTS_RAW, _count("events"), True, name)


FIGURES: dict[str, Figure] = {
    "events": _events(None),
    "crashes": _events("crash"),
    "revenue": Figure("micros", COUNTS_ROLLUP, COUNTS_RAW, _count("micros"), True, "purchase"),
    "avg_fps": Figure("frames_per_second", COUNTS_ROLLUP, COUNTS_RAW, _ratio("frames", "seconds"), True, "performance"),
    "active_players": Figure("players", ACTIVE_ROLLUP, ACTIVE_RAW, _count("players"), True),
    "new_players": Figure("players", NEW_ROLLUP, NEW_RAW, _count("players")),
    "sessions": Figure("sessions", SESSIONS_ROLLUP, SESSIONS_RAW, _count("sessions")),
    "avg_session_seconds": Figure("seconds", SESSIONS_ROLLUP, SESSIONS_RAW, _ratio("seconds", "sessions")),
    "crash_free_sessions": Figure("share", SESSIONS_ROLLUP, SESSIONS_RAW, _crash_free),
}
"""Any other word is the name of an event."""

GRAIN_OF_INTERVAL: dict[str, Grain] = {"minute": "minute", "hour": "hour", "day": "day", "week": "day"}


def answer(parameters: Parameters, asking: Asking) -> Timeseries:
    zone = ZoneInfo(parameters.time_zone)
    span = span_of(parameters, asking.now)
    figure = FIGURES.get(parameters.metric) or _events(parameters.metric)
    buckets = buckets_of(span, parameters.interval, zone)
    cut = [bucket.cut(span) for bucket in buckets]
    fits = not figure.in_slots or on_slots(*(bucket.start for bucket in cut), span.end)
    source = source_of(parameters, rollup_fits=fits)
    bound = (
        filters(parameters)
        | bound_slices(cut, GRAIN_OF_INTERVAL[parameters.interval])
        | {
            "from": plain(span.start),
            "to": plain(span.end),
            "name": figure.name,
            "figure": parameters.metric,
            "currency": parameters.currency,
            "split_by": parameters.split_by,
            "keys_max": KEYS_MAX,
            "islands_from": plain(span.start - asking.rules.session_timeout),
            "session_timeout": asking.rules.session_timeout,
        }
    )
    if source == "rollup" and figure.rollup is ACTIVE_ROLLUP:
        masks = [(mask.bucket, mask.day, mask.am, mask.pm) for mask in day_masks(cut)]
        bound |= {"first_day": masks[0][1], "last_day": masks[-1][1]}
        bound |= bound_lists("calendar", ("bucket", "day", "am", "pm"), masks)
    rows = asking.rows(figure.rollup if source == "rollup" else figure.raw, bound)

    totals, series = _gather(rows)
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
        **asking.heading(parameters, span.start, span.end, source),
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
        keys[place] = OTHER if rank is None else key or UNKNOWN
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


METRIC = Metric(__name__, __doc__, Parameters, Timeseries, answer)
