"""What flows into and out of the players' pockets, for one in-game currency.

`resource_gain` is a source, `resource_spend` a sink; `value` is the amount. Amounts are in millionths of the currency,
as integers. A move whose amount is not above 0, or above 10^15, is not counted, but in `ignoredMoves`. Without
`resource` the currency is the one with most moves in the range; `resources` lists what there is. Currencies are never
added up.

- **net** = sources - sinks. **supply** at a moment: all sources before it less all sinks, of all players, whenever.
- **inflation** = net / supply at the start; **sinkRatio** = sinks / sources; **velocity** = sinks / the mean of the
  supply at start and end. Null where nothing, or less than nothing, is divided by.
- **...PerDau** divides by `dauSum`: the sum of the daily active players.
- **reasons** and **items**: the same amounts by `reason` and by `item`, the largest of each direction, the rest as
  `(other)`.
- **balance** of a player at the end: the last `balance` that was reported, else the sum of what they moved.
  **balances** are those of the players active in the range, zeros included: median, p90, and the Gini coefficient (0:
  all have the same; near 1: one has all; above 1 where some owe). Negative balances are counted.
- **drift** of such a player: the last reported balance less the sum of all moves up to the one that reported it, in
  the order of events (`seq` within a moment, never the clock alone). What is not 0 is lost events, an opening balance
  that no event tells of, or a duplication exploit. The largest are listed; `usual` is the drift that most players have.

Filters hold for moves and for who is active; balance and drift are of all moves of these players. `period` is the whole
range as one cell: complete once all of it is over. Reasons and items times buckets are at most 320,000.

### Example

1,000 gold are held when a week begins; players gain 400 and spend 250. Net is 150, the supply at the end 1,150,
inflation 15 %, the sink ratio 0.625, velocity 250 / 1,075 = 0.2326. Four players who hold 0, 10, 20 and 70 have a Gini
coefficient of 0.55. Moves that add up to 120 where the client says 170 are a drift of +50.

### Elsewhere

Products that take resource events, such as GameAnalytics and Unity, show what flows in and out by item and type.
Supply, balances and drift are ours: they need each player's moves in order.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from fractions import Fraction
from typing import Any, Literal, LiteralString
from zoneinfo import ZoneInfo

from pydantic import Field

from playtrace.metrics.frame.asking import Asking
from playtrace.metrics.frame.calendar import Span, buckets_of, from_microseconds, span_of
from playtrace.metrics.frame.errors import WrongParameter
from playtrace.metrics.frame.metric import Metric
from playtrace.metrics.frame.models import UNKNOWN, CommonAnswer, CommonParameters, Judged, Model, in_units
from playtrace.metrics.frame.resources import (
    AMOUNT,
    BALANCE,
    CHANGE,
    IS_MOVE,
    MOVES,
    RESOURCE,
    shown,
    stored,
    whole,
)
from playtrace.metrics.frame.scope import Scope
from playtrace.metrics.frame.splitting import OTHER
from playtrace.metrics.frame.told import told
from playtrace.metrics.frame.wilson import ratio

LIMIT_MAX = 200
RESOURCES_MAX = 50
AMOUNTS_MAX = 320_000
"""Reasons and items times buckets of an answer: the usual 20 of each, in and out, over ten years."""
KEYS_PER_MICROSECOND = 590295810358705651712
"""Of an `order_key`: its upper digits are the time."""

Interval = Literal["day", "week"]


class Parameters(CommonParameters):
    resource: str | None = Field(
        None,
        min_length=1,
        max_length=64,
        description="The in-game currency: `currency` of the events; `unknown` is where none was sent, or that word."
        " Default: the one with most moves in the range.",
    )
    interval: Interval = Field("day", description="Length of a bucket; weeks start on Monday.")
    limit: int = Field(20, ge=1, le=LIMIT_MAX, description="How many reasons, items and players a list has.")


class Flows(Judged):
    sources_micros: int = Field(description="What players gained.")
    sinks_micros: int = Field(description="What they spent.")
    net_micros: int = Field(description="sources - sinks.")
    supply_start_micros: int = Field(description="All sources before the start less all sinks before it.")
    supply_end_micros: int = Field(description="supply at the start + net.")
    inflation: float | None = Field(description="net / supply at the start; null where that is not above 0.")
    sink_ratio: float | None = Field(description="sinks / sources.")
    velocity: float | None = Field(
        description="sinks / mean of the supply at start and end; null where that is not above 0."
    )
    moves: int = Field(description="Gains and spendings.")
    dau_sum: int = Field(description="Daily active players, added up over the days.")
    sources_per_dau_micros: int | None = Field(description="sources / dauSum, rounded; so for the others.")
    sinks_per_dau_micros: int | None
    net_per_dau_micros: int | None


class EconomyBucket(Flows):
    time: dt.datetime = Field(description="Start of the bucket, UTC.")


class FlowPart(Model):
    flow: Literal["source", "sink"]
    key: str = Field(description="The reason or item; `unknown` where none was sent, or that word.")
    is_rest: bool = Field(description="All that are not among the largest, together: `(other)`.")
    amount_micros: int
    share: float | None = Field(description="Of all sources, or all sinks, of the range.")
    moves: int
    bucket_micros: list[int] = Field(description="The amount in each bucket.")


class Resource(Model):
    resource: str
    moves: int = Field(description="In the range.")


class Balances(Model):
    players: int = Field(description="Active in the range.")
    sum_micros: int
    median_micros: int | None
    p90_micros: int | None
    gini: float | None = Field(description="Null where the balances do not add up to more than 0.")
    negative_players: int = Field(description="Of them, those with a balance below 0.")


class Drift(Model):
    players: int = Field(description="Players with a drift, of those active in the range.")
    net_micros: int = Field(description="Their drifts, added up.")
    usual_micros: int | None = Field(
        description="The drift that most players have: 0 in good health. What all players start with and no event tells"
        " of is seen here. Null where nobody reported a balance."
    )
    usual_players: int = Field(description="Players who have it.")


class PlayerDrift(Model):
    player_id: str
    drift_micros: int = Field(description="reported - reconstructed.")
    reported_micros: int
    reconstructed_micros: int = Field(description="Sum of the moves up to the one that reported the balance.")
    reported_at: dt.datetime


class Economy(CommonAnswer):
    resource: str | None = Field(description="The in-game currency; null where nothing ever moved.")
    interval: Interval
    buckets: list[EconomyBucket]
    period: Flows = Field(description="The whole range.")
    reasons: list[FlowPart] = Field(description="Sources, then sinks, the largest first.")
    items: list[FlowPart] = Field(description="Sources, then sinks, the largest first.")
    balances: Balances
    drift: Drift
    drifts: list[PlayerDrift] = Field(description="The largest, whatever the direction.")
    ignored_moves: int = Field(description="Moves in the range without an amount above 0, or above 10^15.")
    resources: list[Resource] = Field(description="The in-game currencies with most moves in the range.")
    resource_count: int = Field(description="How many there ever were.")

    def table(self) -> list[dict[str, object]]:
        """The buckets and the period, in units."""
        rows = [bucket.model_dump(mode="json", exclude={"complete", "settled"}) for bucket in self.buckets]
        total = {"time": "period"} | self.period.model_dump(mode="json", exclude={"complete", "settled"})
        judged = [*self.buckets, self.period]
        return [
            {"time": row.pop("time")}
            | {name.removesuffix("Micros"): _shown(name, value) for name, value in row.items()}
            | {"complete": one.complete, "settled": one.settled}
            for row, one in zip([*rows, total], judged, strict=True)
        ]


def _shown(name: str, value: object) -> object:
    return in_units(value) if name.endswith("Micros") and isinstance(value, int) else value


# One reading of the range: its sums, by all that is asked for. `known` are the currencies, the one with most moves
# first, and how much of each there was before the range. Rows whose `part` is `resource` are these.
FLOWS: LiteralString = f"""
WITH
sums AS (
    SELECT bucket, {RESOURCE} AS resource, name, detail, subject, sum(CASE WHEN {IS_MOVE} THEN {AMOUNT} END) AS amount,
        count(*) FILTER (WHERE {IS_MOVE}) AS moves, count(*) AS events
    FROM noted
    WHERE {MOVES}
    GROUP BY bucket, {RESOURCE}, name, detail, subject
),
known AS (
    SELECT resource, sum(moves) AS moves, sum(ignored) AS ignored, sum(supply) AS supply,
        count(*) OVER () AS resource_count,
        row_number() OVER (ORDER BY sum(moves) DESC, sum(events) DESC, resource) AS place
    FROM (
        SELECT resource, moves, events - moves AS ignored, events, 0 AS supply FROM sums
        UNION ALL
        SELECT {RESOURCE} AS resource, 0, 0, count(*), sum({CHANGE})
        FROM noted_so_far
        WHERE {MOVES} AND time < $from
        GROUP BY {RESOURCE}
    ) AS parts
    GROUP BY resource
),
labelled AS (
    SELECT bucket, name, part, {told("CASE WHEN part = 'item' THEN subject ELSE detail END")}
        AS label, amount, sums.moves
    FROM sums
    JOIN known ON sums.resource = known.resource
    CROSS JOIN (SELECT 'reason' AS part UNION ALL SELECT 'item' AS part) AS parts
    WHERE sums.moves > 0 AND CASE WHEN $resource IS NULL THEN place = 1 ELSE known.resource = $resource END
),
places AS (
    SELECT part, name, label, row_number() OVER (PARTITION BY part, name ORDER BY sum(amount) DESC, label) AS place
    FROM labelled
    GROUP BY part, name, label
)
SELECT labelled.part, bucket, labelled.name, CASE WHEN place <= $limit THEN place END AS place,
    min(CASE WHEN place <= $limit THEN labelled.label END) AS label, sum(amount) AS amount, sum(moves) AS moves,
    0 AS ignored, 0 AS resource_count
FROM labelled
JOIN places ON labelled.part = places.part AND labelled.name = places.name AND labelled.label = places.label
GROUP BY labelled.part, bucket, labelled.name, CASE WHEN place <= $limit THEN place END
UNION ALL
SELECT 'resource', NULL, NULL, place, resource, supply, moves, ignored, resource_count
FROM known
WHERE place <= $resources_max OR resource = $resource
ORDER BY place
"""

DAU: LiteralString = "SELECT bucket, count(DISTINCT player_id) AS players FROM active GROUP BY bucket"

# What each player of the range has at its end, and what they should have had at the last report. What moved after that
# are moves that report nothing.
HELD: LiteralString = f"""
WITH
moved AS (
    SELECT player_id, sum({CHANGE}) AS moved, max(CASE WHEN balance IS NOT NULL THEN order_key END) AS report_key,
        arg_max(balance, CASE WHEN balance IS NOT NULL THEN order_key END) AS balance
    FROM wallet_moves
    WHERE {RESOURCE} = $resource
    GROUP BY player_id
),
later AS (
    SELECT silent_moves.player_id, sum({CHANGE}) AS moved
    FROM silent_moves
    JOIN moved ON silent_moves.player_id = moved.player_id AND silent_moves.order_key > report_key
    WHERE {RESOURCE} = $resource
    GROUP BY silent_moves.player_id
),
held AS (
    SELECT moved.player_id, moved.moved, CASE WHEN report_key IS NOT NULL THEN {BALANCE} END AS reported,
        moved.moved - coalesce(later.moved, 0) AS reconstructed, report_key
    FROM moved
    LEFT JOIN later ON moved.player_id = later.player_id
),
owned AS (
    SELECT population.player_id, coalesce(reported, moved, 0) AS balance, reported - reconstructed AS drift, reported,
        reconstructed, report_key
    FROM (SELECT player_id FROM active GROUP BY player_id) AS population
    LEFT JOIN held ON population.player_id = held.player_id
),
usual AS (
    SELECT drift, count(*) AS players, row_number() OVER (ORDER BY count(*) DESC, abs(drift), drift) AS place
    FROM owned
    WHERE drift IS NOT NULL
    GROUP BY drift
),
ranked AS (
    SELECT player_id, balance, drift, reported, reconstructed, report_key,
        row_number() OVER (ORDER BY balance) AS place, count(*) OVER () AS players,
        row_number() OVER (ORDER BY abs(coalesce(drift, 0)) DESC, player_id) AS drift_place
    FROM owned
)
SELECT count(*) AS players, sum(balance) AS balance, quantile_cont(CAST(balance AS DOUBLE), 0.5) AS median,
    quantile_cont(CAST(balance AS DOUBLE), 0.9) AS p90, count(*) FILTER (WHERE balance < 0) AS negative_players,
    sum((2 * place - players - 1) * balance) AS spread, count(*) FILTER (WHERE drift <> 0) AS drifting_players,
    sum(drift) AS drift, 0 AS drift_place, NULL AS player_id, NULL AS reported, NULL AS reconstructed,
    NULL AS report_key
FROM ranked
UNION ALL
SELECT players, NULL, NULL, NULL, NULL, NULL, NULL, drift, -1, NULL, NULL, NULL, NULL FROM usual WHERE place = 1
UNION ALL
SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, drift, drift_place, player_id, reported, reconstructed, report_key
FROM ranked
WHERE drift <> 0 AND drift_place <= $limit
ORDER BY drift_place
"""


def answer(parameters: Parameters, asking: Asking) -> Economy:
    zone = ZoneInfo(parameters.time_zone)
    span = span_of(parameters, asking.now)
    days = buckets_of(span, "day", zone)
    buckets = buckets_of(span, parameters.interval, zone)
    bucket_of = _buckets_of_days(days, buckets)
    by_day = Scope(parameters, asking, [day.cut(span) for day in days])
    of_range = Scope(parameters, asking, [span])

    wanted = stored(parameters.resource)
    moved = by_day.rows(FLOWS, resource=wanted, limit=parameters.limit, resources_max=RESOURCES_MAX)
    resources = [row for row in moved if row["part"] == "resource"]
    reasons = [row for row in moved if row["part"] == "reason"]
    parts = {(row["part"], row["name"], row["place"]) for row in moved if row["part"] != "resource"}
    if len(parts) * len(buckets) > AMOUNTS_MAX:
        raise WrongParameter(
            "limit", f"More than {AMOUNTS_MAX} amounts. Ask for fewer rows, a shorter range or a longer interval."
        )
    resource = resources[0]["label"] if wanted is None and resources else wanted
    of_resource = next((row for row in resources if row["label"] == resource), {})
    dau = {row["bucket"]: row["players"] for row in by_day.rows(DAU)}
    held = of_range.rows(HELD, resource=resource, limit=parameters.limit)
    of_all = next(row for row in held if row["drift_place"] == 0)

    supply = int(of_resource.get("amount") or 0)
    sums = [_Sums() for _ in buckets]
    for row in reasons:
        sums[bucket_of[row["bucket"]]].add(row)
    for day, players in dau.items():
        sums[bucket_of[day]].dau += players
    found, at = list[EconomyBucket](), supply
    for bucket, of_bucket in zip(buckets, sums, strict=True):
        found.append(EconomyBucket(time=bucket.start, **of_bucket.flows(at, bucket, asking)))
        at = found[-1].supply_end_micros
    source = "raw" if "raw" in (by_day.source, of_range.source) else "rollup"
    return Economy(
        resource=shown(resource),
        interval=parameters.interval,
        buckets=found,
        period=Flows(**sum(sums, _Sums()).flows(supply, span, asking)),
        reasons=_parts(reasons, bucket_of, len(buckets)),
        items=_parts([row for row in moved if row["part"] == "item"], bucket_of, len(buckets)),
        balances=_balances(of_all),
        drift=_drift(of_all, [row for row in held if row["drift_place"] == -1]),
        drifts=[_player_drift(row) for row in held if row["drift_place"] > 0],
        ignored_moves=int(of_resource.get("ignored", 0)),
        resources=[
            Resource(resource=row["label"] or UNKNOWN, moves=int(row["moves"]))
            for row in resources
            if row["place"] <= RESOURCES_MAX
        ],
        resource_count=resources[0]["resource_count"] if resources else 0,
        **asking.heading(parameters, span.start, span.end, source),
    )


def _buckets_of_days(days: Sequence[Span], buckets: Sequence[Span]) -> list[int]:
    """For each day the number of the bucket in which it lies."""
    numbers: list[int] = []
    for day in days:
        number = numbers[-1] if numbers else 0
        while buckets[number].end <= day.start:
            number += 1
        numbers.append(number)
    return numbers


class _Sums:
    """What moved in a bucket."""

    def __init__(self, sources: int = 0, sinks: int = 0, moves: int = 0, dau: int = 0) -> None:
        self.sources, self.sinks, self.moves, self.dau = sources, sinks, moves, dau

    def add(self, row: dict[str, Any]) -> None:
        if row["name"] == "resource_gain":
            self.sources += int(row["amount"])
        else:
            self.sinks += int(row["amount"])
        self.moves += int(row["moves"])

    def __add__(self, other: _Sums) -> _Sums:
        return _Sums(
            self.sources + other.sources, self.sinks + other.sinks, self.moves + other.moves, self.dau + other.dau
        )

    def flows(self, supply: int, span: Span, asking: Asking) -> dict[str, Any]:
        """The fields of `Flows`; `supply` is what there was at the start."""
        net = self.sources - self.sinks
        return {
            "sources_micros": self.sources,
            "sinks_micros": self.sinks,
            "net_micros": net,
            "supply_start_micros": supply,
            "supply_end_micros": supply + net,
            "inflation": ratio(net, supply) if supply > 0 else None,
            "sink_ratio": ratio(self.sinks, self.sources),
            "velocity": ratio(2 * self.sinks, 2 * supply + net) if 2 * supply + net > 0 else None,
            "moves": self.moves,
            "dau_sum": self.dau,
            "sources_per_dau_micros": _each(self.sources, self.dau),
            "sinks_per_dau_micros": _each(self.sinks, self.dau),
            "net_per_dau_micros": _each(net, self.dau),
            "complete": span.is_complete(asking),
            "settled": span.is_settled(asking),
        }


def _each(micros: int, players: int) -> int | None:
    return round(Fraction(micros, players)) if players else None


def _parts(rows: list[dict[str, Any]], bucket_of: list[int], buckets: int) -> list[FlowPart]:
    """By reason or item: sources, then sinks, the largest first and the rest last."""
    by_bucket: dict[tuple[bool, bool, int], list[int]] = defaultdict(lambda: [0] * buckets)
    moves: dict[tuple[bool, bool, int], int] = defaultdict(int)
    keys: dict[tuple[bool, bool, int], str] = {}
    of_flow: dict[bool, int] = defaultdict(int)
    for row in rows:
        is_sink, place = row["name"] == "resource_spend", row["place"]
        part = is_sink, place is None, place or 0
        keys[part] = OTHER if place is None else row["label"] or UNKNOWN
        by_bucket[part][bucket_of[row["bucket"]]] += int(row["amount"])
        moves[part] += int(row["moves"])
        of_flow[is_sink] += int(row["amount"])
    return [
        FlowPart(
            flow="sink" if is_sink else "source",
            key=keys[is_sink, is_rest, place],
            is_rest=is_rest,
            amount_micros=sum(amounts),
            share=ratio(sum(amounts), of_flow[is_sink]),
            moves=moves[is_sink, is_rest, place],
            bucket_micros=amounts,
        )
        for (is_sink, is_rest, place), amounts in sorted(by_bucket.items())
    ]


def _balances(row: dict[str, Any]) -> Balances:
    total = int(row["balance"] or 0)
    return Balances(
        players=row["players"],
        sum_micros=total,
        median_micros=whole(row["median"]),
        p90_micros=whole(row["p90"]),
        gini=ratio(int(row["spread"]), row["players"] * total) if total > 0 else None,
        negative_players=row["negative_players"],
    )


def _drift(of_all: dict[str, Any], usual: list[dict[str, Any]]) -> Drift:
    return Drift(
        players=of_all["drifting_players"],
        net_micros=int(of_all["drift"] or 0),
        usual_micros=int(usual[0]["drift"]) if usual else None,
        usual_players=usual[0]["players"] if usual else 0,
    )


def _player_drift(row: dict[str, Any]) -> PlayerDrift:
    return PlayerDrift(
        player_id=row["player_id"],
        drift_micros=int(row["drift"]),
        reported_micros=int(row["reported"]),
        reconstructed_micros=int(row["reconstructed"]),
        reported_at=from_microseconds(int(row["report_key"]) // KEYS_PER_MICROSECOND),
    )


METRIC = Metric(__name__, __doc__, Parameters, Economy, answer, subject="Economy")
