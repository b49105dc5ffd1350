"""What players loot, and how it is spread.

`item_looted` says an item and how many of it (`count`, one where that is not said). Of each item:

- **count**: how many were looted, in whole pieces; **events**: the lootings. What is not more than 0 pieces, or more
  than 10^15, counts as no looting, but in `ignoredEvents`.
- **share**: count / the count of all items. **players**: who looted it; **playerShare**: of all who looted anything.
- **perPlayer**: count / players: of each who has it, the mean.

`by` also tells apart where or what: the rarity, the map, the level or the match; a row is then an item of one of these.
The rows with most count are listed, the rest is one row, `(other)`. With `interval` each row has its counts over time.

### Example

Ann loots 3 coins and then 1, Bob 1 coin and 5 arrows. Coins: 5 in 3 lootings, half of all 10 pieces, 2 players, 2.5 for
each. Arrows: 5 in one looting, 1 player of 2.

### Elsewhere

Most products count events, so that a stack of 50 is one. Here both are told.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal, LiteralString
from zoneinfo import ZoneInfo

from pydantic import Field

from playtrace.metrics.frame.asking import Asking
from playtrace.metrics.frame.calendar import Span, buckets_of, span_of
from playtrace.metrics.frame.errors import WrongParameter
from playtrace.metrics.frame.metric import Metric
from playtrace.metrics.frame.models import UNKNOWN, CommonAnswer, CommonParameters, Judged, Model
from playtrace.metrics.frame.scope import Scope
from playtrace.metrics.frame.splitting import OTHER
from playtrace.metrics.frame.told import told
from playtrace.metrics.frame.wilson import ratio

LIMIT_MAX = 1_000
CELLS_MAX = 50_000

By = Literal["rarity", "map", "level", "match"]


class Parameters(CommonParameters):
    by: By | None = Field(None, description="A row for each item and this, instead of each item.")
    interval: Literal["day", "week"] | None = Field(None, description="Also the counts in each day or week.")
    limit: int = Field(50, ge=1, le=LIMIT_MAX, description="How many rows there are, beside the one of all others.")


class ItemRow(Model):
    item: str = Field(description="`unknown` where none was sent, or that word; `(other)` for the rest.")
    by: str | None = Field(description="The rarity, map, level or match; null where that was not asked for.")
    is_rest: bool = Field(description="All that are not among the largest, together.")
    count: int
    events: int
    share: float | None = Field(description="count / count of all.")
    players: int = Field(description="Who looted it.")
    player_share: float | None = Field(description="players / all who looted anything.")
    per_player: float | None = Field(description="count of those with a player / players.")
    bucket_counts: list[int] | None = Field(description="The count in each of `buckets`; null without `interval`.")


class ItemBucket(Judged):
    time: dt.datetime = Field(description="Start of the bucket, UTC.")


class ItemTotal(Model):
    count: int
    events: int
    players: int = Field(description="Who looted anything.")
    items: int = Field(description="Different items.")
    row_count: int = Field(description="Rows that there are, listed or not.")


class Items(Judged, CommonAnswer):
    items: list[ItemRow] = Field(description="The largest count first, the rest last.")
    total: ItemTotal
    buckets: list[ItemBucket] | None = Field(description="Null without `interval`.")
    ignored_events: int = Field(description="Lootings of no piece.")

    def table(self) -> list[dict[str, object]]:
        """A row for each item."""
        left_out = {"is_rest", "bucket_counts"} if any(row.by is not None for row in self.items) else None
        return [
            row.model_dump(mode="json", by_alias=True, exclude=left_out or {"is_rest", "bucket_counts", "by"})
            for row in self.items
        ]


LOOTED: LiteralString = f"""
    SELECT bucket, player_id, {told("subject")} AS item, CASE $by
            WHEN 'rarity' THEN {told("detail")}
            WHEN 'map' THEN coalesce(map_id, '')
            WHEN 'level' THEN coalesce(level, '')
            WHEN 'match' THEN coalesce(match_id, '')
            ELSE '' END AS part,
        coalesce(value > 0 AND value <= 1e15, false) AS is_some,
        CASE WHEN value > 0 AND value <= 1e15 THEN CAST(round(value) AS BIGINT) ELSE 0 END AS pieces
    FROM noted
    WHERE name = 'item_looted'"""

# Of each player first: who is counted once is then few. Each has one row of an item.
SQL: LiteralString = f"""
WITH
held AS (
    SELECT player_id, item, part, sum(pieces) AS pieces, count(CASE WHEN is_some THEN 1 END) AS events,
        count(*) AS lootings
    FROM ({LOOTED}
    ) AS looted
    GROUP BY player_id, item, part
),
items AS (
    SELECT item, part, sum(pieces) AS pieces, sum(CASE WHEN player_id IS NOT NULL THEN pieces ELSE 0 END) AS owned,
        sum(events) AS events, count(player_id) AS players,
        row_number() OVER (ORDER BY sum(pieces) DESC, item, part) AS place
    FROM held
    WHERE events > 0
    GROUP BY item, part
)
SELECT place, item, part, pieces, owned, events, players, 0 AS items, 0 AS row_count, 0 AS ignored
FROM items
WHERE place <= $limit
UNION ALL
SELECT NULL, NULL, NULL, sum(held.pieces), sum(CASE WHEN player_id IS NOT NULL THEN held.pieces ELSE 0 END),
    sum(held.events), count(DISTINCT player_id), 0, 0, 0
FROM held
JOIN items ON held.item = items.item AND held.part = items.part
WHERE place > $limit AND held.events > 0
HAVING count(*) > 0
UNION ALL
SELECT 0, NULL, NULL, coalesce(sum(pieces), 0), 0, coalesce(sum(events), 0),
    count(DISTINCT CASE WHEN events > 0 THEN player_id END), count(DISTINCT CASE WHEN events > 0 THEN item END),
    (SELECT count(*) FROM items), coalesce(sum(lootings - events), 0)
FROM held
ORDER BY place
"""

OVER_TIME: LiteralString = f"""
WITH
sums AS (
    SELECT bucket, item, part, sum(pieces) AS pieces
    FROM ({LOOTED}
    ) AS looted
    WHERE is_some
    GROUP BY bucket, item, part
),
places AS (
    SELECT item, part, row_number() OVER (ORDER BY sum(pieces) DESC, item, part) AS place FROM sums GROUP BY item, part
)
SELECT CASE WHEN place <= $limit THEN place END AS place, bucket, sum(pieces) AS pieces
FROM sums
JOIN places ON sums.item = places.item AND sums.part = places.part
GROUP BY CASE WHEN place <= $limit THEN place END, bucket
"""


def answer(parameters: Parameters, asking: Asking) -> Items:
    span = span_of(parameters, asking.now)
    buckets = buckets_of(span, parameters.interval, ZoneInfo(parameters.time_zone)) if parameters.interval else None
    if buckets is not None and len(buckets) * (parameters.limit + 1) > CELLS_MAX:
        raise WrongParameter("limit", f"More than {CELLS_MAX} counts. Ask for fewer rows or a shorter range.")
    whole = Scope(parameters, asking, [span])
    rows = whole.rows(SQL, by=parameters.by, limit=parameters.limit)
    total = next(row for row in rows if row["place"] == 0)
    over_time = _over_time(parameters, asking, span, buckets) if buckets is not None else None
    return Items(
        items=[_row(row, total, parameters, over_time) for row in rows if row["place"] != 0],
        total=ItemTotal(
            count=int(total["pieces"]),
            events=int(total["events"]),
            players=total["players"],
            items=total["items"],
            row_count=total["row_count"],
        ),
        buckets=None
        if buckets is None
        else [
            ItemBucket(time=one.start, complete=one.is_complete(asking), settled=one.is_settled(asking))
            for one in buckets
        ],
        ignored_events=int(total["ignored"]),
        complete=span.is_complete(asking),
        settled=span.is_settled(asking),
        **asking.heading(parameters, span.start, span.end, whole.source),
    )


def _over_time(parameters: Parameters, asking: Asking, span: Span, buckets: list[Span]) -> dict[int | None, list[int]]:
    """By place, as the rows have it."""
    scope = Scope(parameters, asking, [bucket.cut(span) for bucket in buckets])
    counts: dict[int | None, list[int]] = {}
    for row in scope.rows(OVER_TIME, by=parameters.by, limit=parameters.limit):
        counts.setdefault(row["place"], [0] * len(buckets))[row["bucket"]] = int(row["pieces"])
    return counts


def _row(
    row: dict[str, Any],
    total: dict[str, Any],
    parameters: Parameters,
    over_time: dict[int | None, list[int]] | None,
) -> ItemRow:
    is_rest = row["place"] is None
    part = OTHER if is_rest else row["part"] or UNKNOWN
    return ItemRow(
        item=OTHER if is_rest else row["item"] or UNKNOWN,
        by=part if parameters.by else None,
        is_rest=is_rest,
        count=int(row["pieces"]),
        events=int(row["events"]),
        share=ratio(int(row["pieces"]), int(total["pieces"])),
        players=row["players"],
        player_share=ratio(row["players"], total["players"]),
        per_player=ratio(int(row["owned"]), row["players"]),
        bucket_counts=None if over_time is None else over_time[row["place"]],
    )


METRIC = Metric(__name__, __doc__, Parameters, Items, answer, subject="Economy")
