"""Revenue per player, and who pays.

Revenue is **net**: what was paid without refunds, in one currency, as under `revenue`. A player is **active**
with a qualifying event, as under `active_players`. A **payer** has a purchase of more than nothing
that counts, also where it is given back later or has no exchange rate; ads make nobody a payer.

- **arpdau** of a day = revenue of the day / players active on it. Over the range it is the sum of the revenue / the sum
  of the daily players, not the mean of the days.
- **arpu** = revenue / distinct players active in the range. **arppu** = revenue / distinct payers in it.
- **payerConversion** = distinct payers / distinct active players, with its 95 % Wilson interval.
- **newPlayerConversion** by day n: of the players whose first day ever lies in the range, the share with a purchase on
  that day or on one of the n after it. Only of cohorts whose day n is over, which are pooled; what they bought after
  the range counts too.

Totals are over the days that are over. Per-player amounts are exact until they are shown: in millionths, rounded half
to even. What a payment without a player brought is in the revenue, and makes no payer. What has no exchange rate is in
no amount and is counted in `unconverted`.

A filter looks at each event for revenue and activity, and at the first event ever for new players. `from` and `to` are
widened to whole days.

### Example

On the first day 100 players are active, and 5 of them pay 50 dollars together. On the second 300 are, and 6 pay 60, of
whom 2 paid on the first day too. 350 different players were active. Arpdau is 0.50 and 0.20, over both days 110/400 =
0.275 (the mean of the days would be 0.35). Arpu is 110/350 = 0.314, arppu 110/9 = 12.22, the conversion 9/350 = 2.57 %.

### Elsewhere

Unity counts what ads earn into ARPDAU always; here `ads` asks for it, and `counted` says so. Products that show the
mean of daily values weigh a quiet day like a busy one. What devtodev calls cumulative ARPU of n days divides by the
players active in the time of the report; for cohorts see `ltv`."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, LiteralString
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, Field

from playtrace.metrics.frame.asking import Asking
from playtrace.metrics.frame.calendar import ONE_DAY, day_of, days_between, first_and_last_day, span_of, whole_days
from playtrace.metrics.frame.metric import Metric
from playtrace.metrics.frame.models import Judged, Model, in_units, in_units_if_any, split_commas
from playtrace.metrics.frame.money import (
    EVERY_PAID,
    PAID,
    MoneyAnswer,
    PaymentParameters,
    bound_money,
    counted,
    in_micros,
    micros_each,
    rates_table,
    unconverted,
)
from playtrace.metrics.frame.scope import Scope, Table
from playtrace.metrics.frame.wilson import ratio, wilson_interval

OFFSET_MAX = 365
OFFSETS_MAX = 30
DEFAULT_OFFSETS = (0, 1, 3, 7, 14, 30)


class Parameters(PaymentParameters):
    offsets: Annotated[
        list[Annotated[int, Field(ge=0, le=OFFSET_MAX)]], BeforeValidator(split_commas), Field(max_length=OFFSETS_MAX)
    ] = Field(
        default_factory=list,
        description="Days n of `newPlayerConversion`, such as 0,7,30. Default: 0, 1, 3, 7, 14 and 30.",
    )


class ArpuDay(Judged):
    day: dt.date
    dau: int = Field(description="Distinct players active on this day.")
    payers: int = Field(description="Distinct players with a purchase on it.")
    net_micros: int = Field(description="What was paid without refunds, in millionths of `currency`.")
    arpdau_micros: int | None = Field(description="net / dau; null where nobody was active.")
    arppu_micros: int | None = Field(description="net / payers; null where nobody paid.")
    payer_share: float | None = Field(description="payers / dau.")


class ArpuTotal(Model):
    """Over the days that are over."""

    days: int
    active_players: int = Field(description="Distinct players active on any of them.")
    player_days: int = Field(description="Sum of the daily players.")
    payers: int = Field(description="Distinct players with a purchase on any of them.")
    net_micros: int
    arpdau_micros: int | None = Field(description="net / player days.")
    arpu_micros: int | None = Field(description="net / active players.")
    arppu_micros: int | None = Field(description="net / payers.")
    payer_conversion: float | None = Field(description="payers / active players.")
    low: float | None = Field(description="Lower end of its 95 % Wilson interval.")
    high: float | None = Field(description="Upper end of its 95 % Wilson interval.")


class NewPlayerConversion(Model):
    offset: int = Field(description="Days after the first day.")
    cohorts: int = Field(description="Days of the range whose new players have had so many days.")
    size: int = Field(description="Players who came on them.")
    payers: int = Field(description="Those of them with a purchase by then.")
    share: float | None = Field(description="payers / size.")
    low: float | None = Field(description="Lower end of the 95 % Wilson interval of the share.")
    high: float | None = Field(description="Upper end of the 95 % Wilson interval of the share.")


class Arpu(MoneyAnswer):
    total: ArpuTotal
    days: list[ArpuDay]
    new_player_conversion: list[NewPlayerConversion]

    def table(self) -> list[dict[str, object]]:
        rows: list[dict[str, object]] = [
            {
                "day": day.day.isoformat(),
                "active": day.dau,
                "payers": day.payers,
                "net": in_units(day.net_micros),
                "arpdau": in_units_if_any(day.arpdau_micros),
                "arppu": in_units_if_any(day.arppu_micros),
                "payerShare": day.payer_share,
                "arpu": None,
                "complete": day.complete,
            }
            for day in self.days
        ]
        total: dict[str, object] = {
            "day": "total",
            "active": self.total.active_players,
            "payers": self.total.payers,
            "net": in_units(self.total.net_micros),
            "arpdau": in_units_if_any(self.total.arpdau_micros),
            "arppu": in_units_if_any(self.total.arppu_micros),
            "payerShare": self.total.payer_conversion,
            "arpu": in_units_if_any(self.total.arpu_micros),
            "complete": True,
        }
        return [*rows, total]


# Days that are over are the first ones.
SQL: LiteralString = f"""
WITH
{PAID.strip()},
seen AS (
    SELECT DISTINCT bucket, player_id FROM active WHERE bucket < $days
),
bought AS (
    SELECT DISTINCT bucket, player_id
    FROM paid
    WHERE name = 'purchase' AND micros > 0 AND player_id IS NOT NULL AND bucket < $days
)
SELECT 'dau' AS list, bucket, '' AS key, CAST(count(*) AS HUGEINT) AS found FROM seen GROUP BY bucket
UNION ALL
SELECT 'payers' AS list, bucket, '' AS key, CAST(count(*) AS HUGEINT) AS found FROM bought GROUP BY bucket
UNION ALL
SELECT 'net' AS list, bucket, '' AS key, sum(amount) AS found
FROM paid
WHERE amount IS NOT NULL AND bucket < $days
GROUP BY bucket
UNION ALL
SELECT 'unconverted' AS list, CAST(0 AS BIGINT) AS bucket, paid_in AS key, CAST(count(*) AS HUGEINT) AS found
FROM paid
WHERE amount IS NULL AND bucket < $days
GROUP BY paid_in
UNION ALL
SELECT 'all_active' AS list, CAST(0 AS BIGINT) AS bucket, '' AS key, CAST(count(DISTINCT player_id) AS HUGEINT) AS found
FROM seen
WHERE bucket < $days_over
UNION ALL
SELECT 'all_payers' AS list, CAST(0 AS BIGINT) AS bucket, '' AS key, CAST(count(DISTINCT player_id) AS HUGEINT) AS found
FROM bought
WHERE bucket < $days_over
"""

# `offsets` has, for the days between a player's first day and the first purchase, the first column that counts it.
CONVERSION: LiteralString = f"""
WITH
{EVERY_PAID.strip()},
members AS (
    SELECT player_id, bucket FROM players WHERE bucket < $days
),
converted AS (
    SELECT members.player_id, members.bucket, min(paid.bucket) - members.bucket AS days_after
    FROM members
    JOIN paid ON members.player_id = paid.player_id
    WHERE paid.name = 'purchase' AND paid.micros > 0 AND paid.bucket >= members.bucket
    GROUP BY members.player_id, members.bucket
)
SELECT bucket, CAST(-1 AS BIGINT) AS column_number, count(*) AS found FROM members GROUP BY bucket
UNION ALL
SELECT bucket, column_number, count(*) AS found
FROM converted
JOIN offsets ON converted.days_after = offsets.days_after
GROUP BY bucket, column_number
"""


def answer(parameters: Parameters, asking: Asking) -> Arpu:
    zone = ZoneInfo(parameters.time_zone)
    span = whole_days(span_of(parameters, asking.now), zone)
    first, last = first_and_last_day(span, zone)
    offsets = sorted(set(parameters.offsets or DEFAULT_OFFSETS))
    # What new players bought after the range, as far as it has happened.
    days_since = (day_of(asking.now, zone) - last).days
    days = days_between(first, last + min(offsets[-1], max(0, days_since)) * ONE_DAY, zone)
    asked_for = (last - first).days + 1
    days_over = sum(day.is_complete(asking) for day in days)
    scope = Scope(parameters, asking, days)
    rates = rates_table(parameters, asking)
    money = bound_money(parameters)
    lists: dict[str, dict[Any, int]] = {}
    for row in scope.rows(SQL, rates, **money, days=asked_for, days_over=days_over):
        lists.setdefault(row["list"], {})[row["bucket"], row["key"]] = int(row["found"])
    by_day = {name: {bucket: found for (bucket, _), found in of_list.items()} for name, of_list in lists.items()}
    dau, payers, net = (by_day.get(name, {}) for name in ("dau", "payers", "net"))
    conversion = scope.rows(CONVERSION, rates, _offsets(offsets), **money, days=asked_for)
    return Arpu(
        total=_total(by_day, min(days_over, asked_for)),
        days=[
            ArpuDay(
                day=first + number * ONE_DAY,
                dau=dau.get(number, 0),
                payers=payers.get(number, 0),
                net_micros=in_micros(net.get(number)),
                arpdau_micros=micros_each(net.get(number), dau.get(number, 0)),
                arppu_micros=micros_each(net.get(number), payers.get(number, 0)),
                payer_share=ratio(payers.get(number, 0), dau.get(number, 0)),
                complete=day.is_complete(asking),
                settled=day.is_settled(asking),
            )
            for number, day in enumerate(days[:asked_for])
        ],
        new_player_conversion=[
            _conversion(column, offset, conversion, min(asked_for, days_over - offset))
            for column, offset in enumerate(offsets)
        ],
        currency=parameters.currency,
        counted=counted(parameters),
        rate_carry_days=asking.rules.rate_carry_days,
        unconverted=unconverted(
            [{"currency": key, "unconverted": found} for (_, key), found in lists.get("unconverted", {}).items()]
        ),
        **asking.heading(parameters, span.start, span.end, scope.source),
    )


def _offsets(offsets: list[int]) -> Table:
    places = [
        (days_after, next(column for column, offset in enumerate(offsets) if offset >= days_after))
        for days_after in range(offsets[-1] + 1)
    ]
    return Table("offsets", {"days_after": "BIGINT", "column_number": "BIGINT"}, places)


def _total(by_day: dict[str, dict[int, int]], days_over: int) -> ArpuTotal:
    def over(name: str) -> int:
        return sum(found for bucket, found in by_day.get(name, {}).items() if bucket < days_over)

    active, payers = (by_day.get(name, {}).get(0, 0) for name in ("all_active", "all_payers"))
    interval = wilson_interval(min(payers, active), active)
    return ArpuTotal(
        days=days_over,
        active_players=active,
        player_days=over("dau"),
        payers=payers,
        net_micros=in_micros(over("net")),
        arpdau_micros=micros_each(over("net"), over("dau")),
        arpu_micros=micros_each(over("net"), active),
        arppu_micros=micros_each(over("net"), payers),
        payer_conversion=ratio(payers, active),
        low=interval[0] if interval else None,
        high=interval[1] if interval else None,
    )


def _conversion(column: int, offset: int, rows: list[dict[str, Any]], mature: int) -> NewPlayerConversion:
    """Cohorts are numbered by their days: the first `mature` of them have had so many."""
    own = [row for row in rows if row["bucket"] < mature]
    size = sum(row["found"] for row in own if row["column_number"] == -1)
    payers = sum(row["found"] for row in own if 0 <= row["column_number"] <= column)
    interval = wilson_interval(payers, size)
    return NewPlayerConversion(
        offset=offset,
        cohorts=max(0, mature),
        size=size,
        payers=payers,
        share=ratio(payers, size),
        low=interval[0] if interval else None,
        high=interval[1] if interval else None,
    )


METRIC = Metric(__name__, __doc__, Parameters, Arpu, answer, subject="Money")
