"""Concurrent players: how many play at the same time.

At a moment t those play whose session has begun and not ended: start <= t < end. What a session is, is said under
`summary`; when it is there, under `playtime`. A session that ends when another begins is not there together with it,
and one of a single event is never there. Buckets are the hours, days or ISO weeks of the time zone, as far as they lie
in the range.

- **peak**: the largest number in the bucket, exactly, and **peakAt** the first moment of it (null where nobody played).
- **mean**: playtime in the bucket / its length, of one that is not over the length up to now. A day may have 23 or 25
  hours.
- The **total** is of the complete buckets: the largest peak, and the mean over them from the game's first qualifying
  event on.
- **playersNow** is another number, by recent activity: distinct players with a qualifying event in the last five
  minutes, whatever the range. Sessions that are on cannot be told from those that were lost a minute ago.

A session counts once, however many devices a player uses at once. A filter looks at its first event. A session that is
still on is there up to its last event, so the last minutes before now are too low.

### Example

Sessions from 10:00 to 10:30, 10:10 to 10:20 and 10:20 to 10:40: between ten and eleven the peak is 2, at 10:10, and the
mean 1.0.

### Elsewhere

Some products sample concurrency every few minutes, from connections or heartbeats: they miss the peaks in between, and
no sample can be made again when events come late.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, LiteralString
from zoneinfo import ZoneInfo

from pydantic import Field

from playtrace.metrics.frame import presence
from playtrace.metrics.frame.asking import Asking
from playtrace.metrics.frame.calendar import Span, buckets_of, shown_start, span_of
from playtrace.metrics.frame.metric import Metric
from playtrace.metrics.frame.models import CommonAnswer, CommonParameters, Judged, Model
from playtrace.metrics.frame.players_now import players_now
from playtrace.metrics.frame.scope import Scope


class Parameters(CommonParameters):
    interval: Literal["hour", "day", "week"] = Field(
        "day", description="Length of a bucket, on the clock and calendar of the time zone; weeks start on Monday."
    )


class ConcurrencyBucket(Judged):
    time: dt.datetime = Field(description="Start of the bucket, UTC.")
    peak: int = Field(description="Largest number of players at the same time.")
    peak_at: dt.datetime | None = Field(description="The first moment of the peak, UTC; null where nobody played.")
    mean: float = Field(description="Players at the same time, averaged over the time of the bucket.")


class ConcurrencyTotal(Model):
    peak: int = Field(description="Largest number of players at the same time.")
    peak_at: dt.datetime | None = Field(description="The first moment of the peak, UTC; null where nobody played.")
    mean: float | None = Field(description="Players at the same time, averaged over the time since the game began.")


class ConcurrentPlayers(CommonAnswer):
    interval: Literal["hour", "day", "week"]
    buckets: list[ConcurrencyBucket]
    total: ConcurrencyTotal = Field(description="Of the complete buckets.")
    players_now: int = Field(
        description="Distinct players with an event in the last five minutes: by activity, not by sessions."
    )

    def table(self) -> list[dict[str, object]]:
        zone = ZoneInfo(self.time_zone)
        rows: list[dict[str, object]] = []
        for row, bucket in zip(super().table(), self.buckets, strict=True):
            shown: dict[str, object] = {
                "time": shown_start(bucket.time, self.interval, zone),
                "peakAt": bucket.peak_at and bucket.peak_at.astimezone(zone).isoformat(timespec="seconds"),
            }
            rows.append(row | shown)
        return rows


SWEPT: LiteralString = f"""{presence.CHANGES},
swept AS (
    SELECT bucket, at_us, step,
        sum(step) OVER (ORDER BY at_us ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS players
    FROM changes
),
ranked AS (
    SELECT bucket, at_us, step, players, max(players) OVER (PARTITION BY bucket) AS peak FROM swept
)
SELECT bucket, max(peak) AS peak, min(CASE WHEN players = peak THEN at_us END) AS peak_us, min(at_us) AS first_us,
    arg_max(players, at_us) AS left_over, sum(step) AS steps, sum(step * at_us) AS moments_us
FROM ranked
GROUP BY bucket
"""

BEGINNING: LiteralString = "SELECT first_at FROM beginning"


@dataclass(frozen=True)
class Peak:
    players: int
    at: dt.datetime | None


def answer(parameters: Parameters, asking: Asking) -> ConcurrentPlayers:
    zone = ZoneInfo(parameters.time_zone)
    span = span_of(parameters, asking.now)
    whole = buckets_of(span, parameters.interval, zone)
    buckets = [bucket.cut(span) for bucket in whole]
    scope = Scope(parameters, asking, presence.with_neighbours(buckets))
    rows = presence.rows_of(scope, SWEPT, buckets)
    present_us = presence.presence_us(rows, buckets)
    peaks = _peaks({row["bucket"]: row for row in rows}, buckets)
    began_at = scope.rows(BEGINNING)[0]["first_at"]
    complete = [index for index, bucket in enumerate(whole) if bucket.is_complete(asking)]
    averaged = [index for index in complete if buckets[index].is_averaged(asking, began_at)]
    largest = max((peaks[index] for index in complete), key=lambda peak: peak.players, default=Peak(0, None))
    seconds = sum((buckets[index].end - buckets[index].start).total_seconds() for index in averaged)
    return ConcurrentPlayers(
        interval=parameters.interval,
        buckets=[
            ConcurrencyBucket(
                time=whole[index].start,
                peak=peaks[index].players,
                peak_at=peaks[index].at,
                mean=_mean(present_us[index], bucket, asking.now),
                complete=whole[index].is_complete(asking),
                settled=whole[index].is_settled(asking),
            )
            for index, bucket in enumerate(buckets)
        ],
        total=ConcurrencyTotal(
            peak=largest.players,
            peak_at=largest.at,
            mean=sum(present_us[index] for index in averaged) / 1e6 / seconds if averaged else None,
        ),
        players_now=players_now(parameters, asking),
        **asking.heading(parameters, span.start, span.end, scope.source),
    )


def _mean(present_us: int, bucket: Span, now: dt.datetime) -> float:
    passed = min(bucket.end, now) - bucket.start
    return present_us / 1e6 / passed.total_seconds() if passed > dt.timedelta(0) else 0.0


def _peaks(rows: dict[int, dict[str, Any]], buckets: Sequence[Span]) -> list[Peak]:
    """The peak of each bucket: after one of its changes, or of those who are there from before."""
    peaks: list[Peak] = []
    there = 0
    for index, bucket in enumerate(buckets):
        row = rows.get(index)
        peak = Peak(there, bucket.start if there else None)
        if row is not None:
            highest = int(row["peak"])
            start_us = (bucket.start - buckets[0].start) // presence.MICROSECOND
            # What changes at its first moment was never there as it was before.
            if highest > there or row["first_us"] == start_us:
                at = buckets[0].start + row["peak_us"] * presence.MICROSECOND
                peak = Peak(highest, at if highest else None)
            there = int(row["left_over"])
        peaks.append(peak)
    return peaks


METRIC = Metric(__name__, __doc__, Parameters, ConcurrentPlayers, answer, subject="Sessions")
