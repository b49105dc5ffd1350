"""Sessions: how many, how long, and how they ended.

What a session is, is said under `summary`. It belongs to the bucket in which it starts, whole: it is not cut at
midnight. Buckets are the hours, days or ISO weeks of the time zone that the range touches.

- **sessions**: sessions that start in the bucket. **players**: distinct players with a qualifying event in it.
  **sessionsPerPlayer** = sessions / players.
- **Lengths** are in seconds. The **mean** is the sum of the lengths / sessions. The **median**, **p90** and **p95** are
  exact, interpolated between the two sessions next to them. A session of one event has length 0 and counts.
- How a session ended: **crashed**, if the process died in it (a `crash` that is no `hang`); else **quit**, if a
  `session_end` came; else **background**, if all that came had this `reason`; else it is **running** up to the session
  timeout (30 minutes) after its last event, and from then on **lost**. All five add up to the sessions. Sessions
  without an end are kept in the lengths, with what is known: else every crash would be missing.

The **total** is of the complete buckets: sums, ratios of sums, and percentiles of all their sessions. Its players are a
sum over buckets. Means, percentiles and ratios of nothing are null.

A filter looks at the first event of a session, and at each event for players. `splitBy` adds a series for each of the
ten values that have most sessions, and one for all others; somebody who plays on two platforms is a player of both. All
series have at most 20,000 buckets together: a longer range is asked for in longer ones.

### Example

Four sessions of 0, 5, 10 and 65 minutes: their mean is 20 minutes, their median 7.5. Started by three players on one
day they are 1.33 for each player.

### Elsewhere

Silences of more than 30 minutes end a session in most products; some cut it at midnight too, and then count one evening
twice. Some leave sessions without an end out of the averages. Others publish an average session length for each player
as well as for each session under one name: that for each player and day is `secondsPerDau` of `playtime`.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from typing import Any, Literal, LiteralString
from zoneinfo import ZoneInfo

from pydantic import Field

from playtrace.metrics.frame.asking import Asking
from playtrace.metrics.frame.calendar import (
    GRAIN_OF_INTERVAL,
    Span,
    buckets_of,
    in_seconds,
    plain,
    shown_start,
    span_of,
)
from playtrace.metrics.frame.metric import Metric
from playtrace.metrics.frame.models import CommonAnswer, CommonParameters, Judged, Model
from playtrace.metrics.frame.scope import Scope
from playtrace.metrics.frame.splitting import KEYS_MAX, SplitBy, check_points, key_of
from playtrace.metrics.frame.wilson import ratio


class Parameters(CommonParameters):
    interval: Literal["hour", "day", "week"] = Field(
        "day", description="Length of a bucket, on the clock and calendar of the time zone; weeks start on Monday."
    )
    split_by: SplitBy | None = Field(
        None, description="Also a series for each of the ten values with most sessions, the rest as `(other)`."
    )


class SessionFigures(Model):
    sessions: int = Field(description="Sessions started.")
    players: int = Field(description="Distinct active players; of a total the sum over its buckets.")
    sessions_per_player: float | None = Field(description="sessions / players.")
    mean_seconds: float | None = Field(description="Mean length.")
    median_seconds: float | None = Field(description="Median length.")
    p90_seconds: float | None = Field(description="90 % of the sessions were at most this long.")
    p95_seconds: float | None = Field(description="95 % of the sessions were at most this long.")
    quit: int = Field(description="Sessions that the player ended.")
    background: int = Field(description="Sessions that ended in the background.")
    crashed: int = Field(description="Sessions in which the process died.")
    lost: int = Field(description="Sessions of which nothing more came.")
    running: int = Field(description="Sessions that may still be on.")


class StartOfBucket(Model):
    time: dt.datetime = Field(description="Start of the bucket, UTC.")


class SessionBucket(Judged, SessionFigures, StartOfBucket):
    pass


class SessionSeries(Model):
    key: str = Field(
        description="Value of the dimension; `unknown` where none was sent, or that word; `(other)` for the rest."
    )
    total: SessionFigures = Field(description="Of the complete buckets.")
    buckets: list[SessionBucket]


class Sessions(CommonAnswer):
    interval: Literal["hour", "day", "week"]
    buckets: list[SessionBucket]
    total: SessionFigures = Field(description="Of the complete buckets.")
    series: list[SessionSeries] | None = Field(description="With `splitBy`: most sessions first, `(other)` last.")

    def table(self) -> list[dict[str, object]]:
        """A row for each bucket; with `splitBy` one for each value, of the complete buckets."""
        if self.series is not None:
            return [_keyed(one) for one in self.series]
        zone = ZoneInfo(self.time_zone)
        return [
            row | {"time": shown_start(bucket.time, self.interval, zone)}
            for row, bucket in zip(super().table(), self.buckets, strict=True)
        ]


ENDED: LiteralString = """
WITH
ended AS (
    SELECT bucket, split, length_us, bucket < $complete_buckets AS is_complete,
        CASE WHEN crashes > 0 THEN 'crashed' WHEN quits > 0 THEN 'quit' WHEN backgrounds > 0 THEN 'background'
            WHEN ended_at >= $silent_since THEN 'running' ELSE 'lost' END AS reason
    FROM sessions
),
"""

FIGURES: LiteralString = """
    count(*) AS sessions, sum(length_us) AS length_us, quantile_cont(length_us, 0.5) AS median_us,
    quantile_cont(length_us, 0.9) AS p90_us, quantile_cont(length_us, 0.95) AS p95_us,
    count(CASE WHEN reason = 'quit' THEN 1 END) AS quit,
    count(CASE WHEN reason = 'background' THEN 1 END) AS background,
    count(CASE WHEN reason = 'crashed' THEN 1 END) AS crashed,
    count(CASE WHEN reason = 'lost' THEN 1 END) AS lost,
    count(CASE WHEN reason = 'running' THEN 1 END) AS running
"""

# What has no rank is of all values, what has no bucket of all complete ones or of all others.
WHOLE: LiteralString = f"""{ENDED}
playing AS (
    SELECT bucket, count(DISTINCT player_id) AS players FROM active GROUP BY bucket
),
counted AS (
    SELECT bucket, is_complete, {FIGURES}
    FROM ended
    GROUP BY GROUPING SETS ((bucket), (is_complete))
)
SELECT coalesce(counted.bucket, playing.bucket) AS bucket, is_complete, NULL AS rank, NULL AS split, players, sessions,
    length_us, median_us, p90_us, p95_us, quit, background, crashed, lost, running
FROM counted
FULL JOIN playing ON playing.bucket = counted.bucket
"""

SPLIT: LiteralString = f"""{ENDED}
ranked AS (
    SELECT split, least(row_number() OVER (ORDER BY count(*) DESC, split), $keys_max + 1) AS rank
    FROM ended
    GROUP BY split
),
played AS (
    SELECT bucket, coalesce(rank, $keys_max + 1) AS rank, player_id
    FROM active
    LEFT JOIN ranked ON active.split = ranked.split
),
playing AS (
    SELECT bucket, rank, count(DISTINCT player_id) AS players
    FROM played
    GROUP BY GROUPING SETS ((bucket), (bucket, rank))
),
counted AS (
    SELECT bucket, is_complete, rank, min(ended.split) AS split, {FIGURES}
    FROM ended
    JOIN ranked ON ended.split = ranked.split
    GROUP BY GROUPING SETS ((bucket), (is_complete), (bucket, rank), (is_complete, rank))
)
SELECT coalesce(counted.bucket, playing.bucket) AS bucket, is_complete, coalesce(counted.rank, playing.rank) AS rank,
    split, players, sessions, length_us, median_us, p90_us, p95_us, quit, background, crashed, lost, running
FROM counted
FULL JOIN playing ON playing.bucket = counted.bucket AND coalesce(playing.rank, 0) = coalesce(counted.rank, 0)
"""

Row = dict[str, Any]


def answer(parameters: Parameters, asking: Asking) -> Sessions:
    zone = ZoneInfo(parameters.time_zone)
    span = span_of(parameters, asking.now)
    buckets = buckets_of(span, parameters.interval, zone)
    scope = Scope(
        parameters,
        asking,
        [bucket.cut(span) for bucket in buckets],
        grain=GRAIN_OF_INTERVAL[parameters.interval],
        split_by=parameters.split_by,
    )
    complete_buckets = sum(bucket.is_complete(asking) for bucket in buckets)
    rows = scope.rows(
        SPLIT if parameters.split_by else WHOLE,
        complete_buckets=complete_buckets,
        silent_since=plain(asking.now - asking.rules.session_timeout),
        keys_max=KEYS_MAX,
    )
    by_rank: dict[int, dict[int | None, Row]] = defaultdict(dict)
    keys: dict[int, str] = {}
    for row in rows:
        rank = row["rank"] or 0
        if row["bucket"] is not None or row["is_complete"]:
            by_rank[rank][row["bucket"]] = row
        if rank:
            keys[rank] = key_of(rank, row["split"] or keys.get(rank, ""))
    check_points(len(keys), len(buckets))
    series = [
        SessionSeries(
            key=keys[rank],
            total=_total(by_rank[rank], complete_buckets),
            buckets=_buckets(by_rank[rank], buckets, asking),
        )
        for rank in sorted(keys)
    ]
    return Sessions(
        interval=parameters.interval,
        buckets=_buckets(by_rank[0], buckets, asking),
        total=_total(by_rank[0], complete_buckets),
        series=series if parameters.split_by else None,
        **asking.heading(parameters, span.start, span.end, scope.source),
    )


def _keyed(series: SessionSeries) -> dict[str, object]:
    key: dict[str, object] = {"key": series.key}
    return key | series.total.model_dump(mode="json", by_alias=True)


def _buckets(rows: dict[int | None, Row], buckets: list[Span], asking: Asking) -> list[SessionBucket]:
    return [
        SessionBucket(
            time=bucket.start,
            complete=bucket.is_complete(asking),
            settled=bucket.is_settled(asking),
            **_figures(rows.get(index, {}), rows.get(index, {}).get("players") or 0),
        )
        for index, bucket in enumerate(buckets)
    ]


def _total(rows: dict[int | None, Row], complete_buckets: int) -> SessionFigures:
    players = sum(rows[index]["players"] or 0 for index in range(complete_buckets) if index in rows)
    return SessionFigures(**_figures(rows.get(None, {}), players))


def _figures(row: Row, players: int) -> Row:
    sessions = row.get("sessions") or 0
    reasons = {reason: row.get(reason) or 0 for reason in ("quit", "background", "crashed", "lost", "running")}
    return reasons | {
        "sessions": sessions,
        "players": players,
        "sessions_per_player": ratio(sessions, players),
        "mean_seconds": ratio(int(row.get("length_us") or 0) / 1e6, sessions),
        "median_seconds": in_seconds(row.get("median_us")),
        "p90_seconds": in_seconds(row.get("p90_us")),
        "p95_seconds": in_seconds(row.get("p95_us")),
    }


METRIC = Metric(__name__, __doc__, Parameters, Sessions, answer, subject="Sessions")
