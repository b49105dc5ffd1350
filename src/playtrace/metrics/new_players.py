"""New players: how many, and their share of those who play.

A **new** player of a bucket is one whose first qualifying event ever lies in it: the first of all that are stored,
whatever the range that is asked about. A qualifying event has a player and the asked `env`, and is none of
`push_received`, `server_grant` and `crash_upload`. Buckets are the hours, days or ISO weeks of the time zone that the
range touches.

- **new**: new players. **active**: distinct players with a qualifying event in the bucket. **share** = new / active,
  null where nobody was active.

The **total** is of the complete buckets: the sum of the new, the sum of the active of each bucket, and the share of one
in the other. A late event may move a player's first event to an earlier bucket: then the later one has fewer.

A filter looks at the first event ever for new players, and at each event for active ones. `splitBy` adds a series for
each of the ten values with most new players, and one for all others. Whoever plays on two platforms is active on both,
and new on the one of the first event. All series have at most 20,000 buckets together.

### Example

Of six players three came on 1 March and two on 2 March, on which four played: the share of that day is 2 / 4.

### Elsewhere

Products that look for the first event within the range call old players new on its first day. Here the range plays no
part.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from typing import Any, Literal, LiteralString
from zoneinfo import ZoneInfo

from pydantic import Field

from playtrace.metrics.frame.asking import Asking
from playtrace.metrics.frame.calendar import GRAIN_OF_INTERVAL, Span, buckets_of, shown_start, span_of
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
        None, description="Also a series for each of the ten values with most new players, the rest as `(other)`."
    )


class NewBucket(Judged):
    time: dt.datetime = Field(description="Start of the bucket, UTC.")
    new: int = Field(description="Players whose first event ever lies in it.")
    active: int = Field(description="Distinct players active in it.")
    share: float | None = Field(description="new / active.")


class NewTotal(Model):
    new: int
    active: int = Field(description="The sum over the buckets: whoever plays in two of them counts in both.")
    share: float | None = Field(description="new / active.")


class NewSeries(Model):
    key: str = Field(
        description="Value of the dimension; `unknown` where none was sent, or that word; `(other)` for the rest."
    )
    total: NewTotal = Field(description="Of the complete buckets.")
    buckets: list[NewBucket]


class NewPlayers(CommonAnswer):
    interval: Literal["hour", "day", "week"]
    buckets: list[NewBucket]
    total: NewTotal = Field(description="Of the complete buckets.")
    series: list[NewSeries] | None = Field(description="With `splitBy`: most new players first, `(other)` last.")

    def table(self) -> list[dict[str, object]]:
        """A row for each bucket; with `splitBy` one for each value, of the complete buckets."""
        if self.series is not None:
            return [_keyed(one) for one in self.series]
        zone = ZoneInfo(self.time_zone)
        return [
            row | {"time": shown_start(bucket.time, self.interval, zone)}
            for row, bucket in zip(super().table(), self.buckets, strict=True)
        ]


WHOLE: LiteralString = """
WITH
arrived AS (
    SELECT bucket, count(*) AS new FROM players GROUP BY bucket
),
playing AS (
    SELECT bucket, count(DISTINCT player_id) AS active FROM active GROUP BY bucket
)
SELECT playing.bucket, 0 AS rank, '' AS split, new, active
FROM playing
LEFT JOIN arrived ON arrived.bucket = playing.bucket
UNION ALL
-- Who was new on another platform than the filter asks for is in no bucket of it.
SELECT arrived.bucket, 0 AS rank, '' AS split, new, 0 AS active
FROM arrived
WHERE arrived.bucket NOT IN (SELECT bucket FROM playing)
"""

# Rank 0 is all values together, of which only the active are no sum: somebody may play on two platforms.
SPLIT: LiteralString = """
WITH
ranked AS (
    SELECT split, least(row_number() OVER (ORDER BY count(*) DESC, split), $keys_max + 1) AS rank
    FROM players
    GROUP BY split
),
arrived AS (
    SELECT bucket, rank, min(players.split) AS split, count(*) AS new
    FROM players
    JOIN ranked ON players.split = ranked.split
    GROUP BY bucket, rank
),
played AS (
    SELECT bucket, coalesce(rank, $keys_max + 1) AS rank, player_id
    FROM active
    LEFT JOIN ranked ON active.split = ranked.split
)
SELECT bucket, rank, split, new, 0 AS active FROM arrived
UNION ALL
SELECT bucket, 0 AS rank, '' AS split, sum(new) AS new, 0 AS active FROM arrived GROUP BY bucket
UNION ALL
SELECT bucket, rank, NULL AS split, 0 AS new, count(DISTINCT player_id) AS active FROM played GROUP BY bucket, rank
UNION ALL
SELECT bucket, 0 AS rank, '' AS split, 0 AS new, count(DISTINCT player_id) AS active FROM played GROUP BY bucket
"""

Counts = dict[int, list[int]]
"""New and active players by bucket."""


def answer(parameters: Parameters, asking: Asking) -> NewPlayers:
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
    by_rank: dict[int, Counts] = defaultdict(lambda: defaultdict(lambda: [0, 0]))
    splits: dict[int, str] = {}
    for row in scope.rows(SPLIT if parameters.split_by else WHOLE, keys_max=KEYS_MAX):
        counts = by_rank[row["rank"]][row["bucket"]]
        counts[0] += int(row["new"] or 0)
        counts[1] += row["active"]
        if row["split"] is not None:
            splits[row["rank"]] = row["split"]
    check_points(sum(rank > 0 for rank in by_rank), len(buckets))
    series = [
        NewSeries(
            key=key_of(rank, splits.get(rank, "")),
            total=_total(by_rank[rank], buckets, asking),
            buckets=_buckets(by_rank[rank], buckets, asking),
        )
        for rank in sorted(by_rank)
        if rank > 0
    ]
    return NewPlayers(
        interval=parameters.interval,
        buckets=_buckets(by_rank[0], buckets, asking),
        total=_total(by_rank[0], buckets, asking),
        series=series if parameters.split_by else None,
        **asking.heading(parameters, span.start, span.end, scope.source),
    )


def _keyed(series: NewSeries) -> dict[str, object]:
    key: dict[str, object] = {"key": series.key}
    return key | series.total.model_dump(mode="json", by_alias=True)


def _buckets(counts: Counts, buckets: list[Span], asking: Asking) -> list[NewBucket]:
    return [
        NewBucket(
            time=bucket.start,
            complete=bucket.is_complete(asking),
            settled=bucket.is_settled(asking),
            **_figures(*counts.get(index, (0, 0))),
        )
        for index, bucket in enumerate(buckets)
    ]


def _total(counts: Counts, buckets: list[Span], asking: Asking) -> NewTotal:
    complete = [counts.get(index, (0, 0)) for index, bucket in enumerate(buckets) if bucket.is_complete(asking)]
    return NewTotal(**_figures(sum(new for new, _ in complete), sum(active for _, active in complete)))


def _figures(new: int, active: int) -> dict[str, Any]:
    return {"new": new, "active": active, "share": ratio(new, active)}


METRIC = Metric(__name__, __doc__, Parameters, NewPlayers, answer, subject="Players")
