"""Playtime: how long players play, cut at the borders of hours, days or weeks.

What a session is, and its length, is said under `summary`. Its time is cut at the borders of buckets: one from 23:50 to
0:20 gives 10 minutes to the first day and 20 to the second. Nothing is added behind the last event of a session. Where
its own clock (`mono_ms`) stood still, as on a device that slept, it is as much shorter. A session counts for a day at
most. Buckets are the hours, days or ISO weeks of the time zone, as far as they lie in the range.

- **playtimeSeconds**: the time of all sessions in the bucket. **players**: distinct players with a qualifying event in
  it. **secondsPerPlayer** = playtimeSeconds / players: of a day the playtime per DAU.
- The **total** is of the complete buckets. **secondsPerDau** = playtime / the players of each day, added up.
  **secondsPerPlayer** = playtime / distinct players of all that time. Nothing for nobody is null.

A filter looks at the first event of a session, and at each event for players. A session is over when nothing more comes
of it: of the bucket that is not over the time up to now.

### Example

80 minutes that four players played on one day are 1,200 seconds for each. A session from 23:50 to 0:20 is one session,
of the first day, in `sessions`; here it is 600 seconds of the first day and 1,200 of the second.

### Elsewhere

Often a day's playtime is the sum of the lengths of the sessions that start on it. That gives the evening what was
played in the night, and hours may have more seconds than people could play in them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Literal, LiteralString
from zoneinfo import ZoneInfo

from pydantic import Field

from playtrace.metrics.frame import presence
from playtrace.metrics.frame.asking import Asking
from playtrace.metrics.frame.calendar import GRAIN_OF_INTERVAL, Span, buckets_of, shown_start, span_of
from playtrace.metrics.frame.metric import Metric
from playtrace.metrics.frame.models import CommonAnswer, CommonParameters, Judged, Model
from playtrace.metrics.frame.scope import Scope
from playtrace.metrics.frame.wilson import ratio


class Parameters(CommonParameters):
    interval: Literal["hour", "day", "week"] = Field(
        "day", description="Length of a bucket, on the clock and calendar of the time zone; weeks start on Monday."
    )


class PlaytimeBucket(Judged):
    time: dt.datetime = Field(description="Start of the bucket, UTC.")
    playtime_seconds: float = Field(description="Time of all sessions in the bucket.")
    players: int = Field(description="Distinct players active in it.")
    seconds_per_player: float | None = Field(description="playtimeSeconds / players.")


class PlaytimeTotal(Model):
    playtime_seconds: float
    player_days: int = Field(description="Players active on each day, added up.")
    seconds_per_dau: float | None = Field(description="playtimeSeconds / playerDays.")
    players: int = Field(description="Distinct players active in all this time.")
    seconds_per_player: float | None = Field(description="playtimeSeconds / players.")


class Playtime(CommonAnswer):
    interval: Literal["hour", "day", "week"]
    buckets: list[PlaytimeBucket]
    total: PlaytimeTotal = Field(description="Of the complete buckets.")

    def table(self) -> list[dict[str, object]]:
        zone = ZoneInfo(self.time_zone)
        return [
            row | {"time": shown_start(bucket.time, self.interval, zone)}
            for row, bucket in zip(super().table(), self.buckets, strict=True)
        ]


PRESENT: LiteralString = f"""{presence.CHANGES}
SELECT bucket, sum(step) AS steps, sum(step * at_us) AS moments_us FROM changes GROUP BY bucket
"""

# Without a bucket: of all that are complete, or of the others.
PLAYERS: LiteralString = """
SELECT bucket, is_complete, count(DISTINCT player_id) AS players
FROM (SELECT bucket, bucket < $complete_buckets AS is_complete, player_id FROM active) AS playing
GROUP BY GROUPING SETS ((bucket), (is_complete))
"""


def answer(parameters: Parameters, asking: Asking) -> Playtime:
    zone = ZoneInfo(parameters.time_zone)
    span = span_of(parameters, asking.now)
    whole = buckets_of(span, parameters.interval, zone)
    buckets = [bucket.cut(span) for bucket in whole]
    complete = [bucket for bucket, of in zip(buckets, whole, strict=True) if of.is_complete(asking)]
    sessions = Scope(parameters, asking, presence.with_neighbours(buckets))
    played_us = presence.presence_us(presence.rows_of(sessions, PRESENT, buckets), buckets)
    active = Scope(parameters, asking, buckets, grain=GRAIN_OF_INTERVAL[parameters.interval])
    by_bucket, players = _players(active, len(complete))
    player_days = sum(by_bucket.get(index, 0) for index in range(len(complete)))
    if parameters.interval != "day" and complete:
        until = Span(span.start, complete[-1].end)
        days = [day.cut(until) for day in buckets_of(until, "day", zone)]
        by_day, players = _players(Scope(parameters, asking, days), len(days))
        player_days = sum(by_day.values())
    seconds = sum(played_us[: len(complete)]) / 1e6
    return Playtime(
        interval=parameters.interval,
        buckets=_buckets(whole, played_us, by_bucket, asking),
        total=PlaytimeTotal(
            playtime_seconds=seconds,
            player_days=player_days,
            seconds_per_dau=ratio(seconds, player_days),
            players=players,
            seconds_per_player=ratio(seconds, players),
        ),
        **asking.heading(
            parameters, span.start, span.end, "raw" if "raw" in (sessions.source, active.source) else "rollup"
        ),
    )


def _players(scope: Scope, complete_buckets: int) -> tuple[dict[int, int], int]:
    """Distinct players of each bucket, and of the complete ones together."""
    by_bucket: dict[int, int] = {}
    together = 0
    for row in scope.rows(PLAYERS, complete_buckets=complete_buckets):
        if row["bucket"] is not None:
            by_bucket[row["bucket"]] = row["players"]
        elif row["is_complete"]:
            together = row["players"]
    return by_bucket, together


def _buckets(
    buckets: Sequence[Span], played_us: Sequence[int], players: dict[int, int], asking: Asking
) -> list[PlaytimeBucket]:
    return [
        PlaytimeBucket(
            time=bucket.start,
            playtime_seconds=of_us / 1e6,
            players=players.get(index, 0),
            seconds_per_player=ratio(of_us / 1e6, players.get(index, 0)),
            complete=bucket.is_complete(asking),
            settled=bucket.is_settled(asking),
        )
        for index, (bucket, of_us) in enumerate(zip(buckets, played_us, strict=True))
    ]


METRIC = Metric(__name__, __doc__, Parameters, Playtime, answer, subject="Sessions")
