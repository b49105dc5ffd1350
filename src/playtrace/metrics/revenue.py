"""What players paid, in one currency.

A payment is a `purchase` event with a `value`; with `ads` also an `ad_impression`, of the kind `ad`. Negative values
are refunds. In each bucket:

- **gross**: what was paid. **refunds**: what was given back, on the day of the refund. **net** = gross - refunds. Store
  fees and taxes are in all of them.
- Purchases that say `validated: false` do not count, unless `unvalidated` asks for them. An order that is reported
  several times with one `transaction_id` counts once: the first report of those that count. A refund of an order that
  does not count does not count either.
- Payments in other currencies are converted by the exchange rates of the UTC date on which they were paid; a refund by
  the rate of its order, found by its `transaction_id` among all purchases ever, so that what is given back nets to
  nothing. A refund whose order is not known has the rate of its own day. A payment without a currency is in the game's
  own.
- **unconverted** counts payments that have no rate, or are of more than a hundred billion. They are in no amount,
  except in those that **currencies** lists in the currency itself.

Amounts are exact until they are shown: in millionths, rounded half to even. **total** is of the whole range. `splitBy`
adds a series for each of the ten values with most net revenue, and one for all others. A payment without a player
counts.

### Example

In dollars: 9.99 EUR at 1.10 are 10.989 USD, 1,000 JPY at 0.0067 are 6.70. A week later the euros are given back, when
one is worth 1.20: refunds are 10.989, not 11.988, and the net is 6.70.

### Elsewhere

Many products convert a refund by the rate of its own day, and so lose or win money with the exchange rate. Unity counts
what ads earn into revenue always; here it is asked for, and `counted` says so.
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
from playtrace.metrics.frame.models import UNKNOWN, Judged, Model, in_units
from playtrace.metrics.frame.money import (
    PAID,
    MoneyAnswer,
    PaymentParameters,
    bound_money,
    counted,
    in_micros,
    rates_table,
    unconverted,
)
from playtrace.metrics.frame.scope import Scope
from playtrace.metrics.frame.splitting import KEYS_MAX, OTHER, SplitBy

KINDS_MAX = 20
CURRENCIES_MAX = 50


class Parameters(PaymentParameters):
    interval: Literal["hour", "day", "week"] = Field(
        "day", description="Length of a bucket, on the clock and calendar of the time zone; weeks start on Monday."
    )
    split_by: SplitBy | None = Field(
        None, description="Also a series for each of the ten values with most net revenue, the rest as `(other)`."
    )


class Amounts(Model):
    gross_micros: int = Field(description="What was paid, in millionths of `currency`.")
    refunds_micros: int = Field(description="What was given back: 0 or more.")
    net_micros: int = Field(description="gross - refunds.")
    payments: int = Field(description="Purchases, and with `ads` impressions, of more than nothing.")
    refunds: int = Field(description="Events that gave something back.")
    unconverted: int = Field(description="Those of both that no amount has.")


class RevenuePoint(Judged, Amounts):
    time: dt.datetime = Field(description="Start of the bucket, UTC.")


class RevenueTotal(Judged, Amounts):
    """Of the whole range."""


class RevenueSeries(Model):
    key: str = Field(
        description="Value of the dimension; `unknown` where none was sent, or that word; `(other)` for the rest."
    )
    total: Amounts
    net_micros: list[int] = Field(description="For each bucket.")


class KindAmounts(Amounts):
    kind: str = Field(description="`ad`; of purchases their property `kind`, `iap` where there is none.")


class CurrencyAmounts(Amounts):
    paid_in: str
    own_gross_micros: int | None = Field(description="In millionths of this currency; null for `(other)`.")
    own_refunds_micros: int | None
    own_net_micros: int | None


class Revenue(MoneyAnswer):
    interval: Literal["hour", "day", "week"]
    total: RevenueTotal
    points: list[RevenuePoint]
    series: list[RevenueSeries] | None = Field(description="With `splitBy`: largest first, `(other)` last.")
    kinds: list[KindAmounts] = Field(description="Largest first, `(other)` last.")
    currencies: list[CurrencyAmounts] = Field(
        description="By what was paid in: most payments first, `(other)` last. Beside what they are worth in `currency`"
        " what they are in themselves."
    )

    def table(self) -> list[dict[str, object]]:
        zone = ZoneInfo(self.time_zone)
        rows: list[dict[str, object]] = []
        for number, point in enumerate(self.points):
            split = {series.key: in_units(series.net_micros[number]) for series in self.series or []}
            time = shown_start(point.time, self.interval, zone)
            rows.append({"time": time} | _shown(point) | split | {"complete": point.complete})
        total: dict[str, object] = {"time": "total"} | _shown(self.total)
        total |= {series.key: in_units(series.total.net_micros) for series in self.series or []}
        return [*rows, total | {"complete": self.total.complete}]


def _shown(amounts: Amounts) -> dict[str, object]:
    return {
        "gross": in_units(amounts.gross_micros),
        "refunds": in_units(amounts.refunds_micros),
        "net": in_units(amounts.net_micros),
        "payments": amounts.payments,
        "unconverted": amounts.unconverted,
    }


# Three lists from one sum: by bucket and split, by kind, by currency; each cut to the keys that have most.
SQL: LiteralString = f"""
WITH
{PAID.strip()},
sums AS (
    SELECT bucket, split, kind, paid_in,
        sum(CASE WHEN micros > 0 THEN 1 ELSE 0 END) AS payments, sum(CASE WHEN micros < 0 THEN 1 ELSE 0 END) AS refunds,
        sum(CASE WHEN amount IS NULL THEN 1 ELSE 0 END) AS unconverted,
        coalesce(sum(CASE WHEN micros > 0 THEN amount END), 0) AS gross,
        coalesce(sum(CASE WHEN micros < 0 THEN -amount END), 0) AS refunded,
        sum(CASE WHEN micros > 0 THEN CAST(micros AS HUGEINT) ELSE 0 END) AS own_gross,
        sum(CASE WHEN micros < 0 THEN -CAST(micros AS HUGEINT) ELSE 0 END) AS own_refunded
    FROM paid
    GROUP BY bucket, split, kind, paid_in
),
splits AS (
    SELECT split, row_number() OVER (ORDER BY sum(gross - refunded) DESC, split) AS rank FROM sums GROUP BY split
),
kinds AS (
    SELECT kind, row_number() OVER (ORDER BY sum(gross - refunded) DESC, kind) AS rank FROM sums GROUP BY kind
),
currencies AS (
    SELECT paid_in, row_number() OVER (ORDER BY sum(payments + refunds) DESC, paid_in) AS rank
    FROM sums
    GROUP BY paid_in
),
listed AS (
    SELECT 'series' AS list, bucket, CASE WHEN rank <= $keys_max THEN rank END AS rank,
        CASE WHEN rank <= $keys_max THEN sums.split END AS key,
        payments, refunds, unconverted, gross, refunded, own_gross, own_refunded
    FROM sums
    JOIN splits ON sums.split = splits.split
    UNION ALL
    SELECT 'kinds' AS list, CAST(0 AS BIGINT) AS bucket, CASE WHEN rank <= $kinds_max THEN rank END AS rank,
        CASE WHEN rank <= $kinds_max THEN sums.kind END AS key,
        payments, refunds, unconverted, gross, refunded, own_gross, own_refunded
    FROM sums
    JOIN kinds ON sums.kind = kinds.kind
    UNION ALL
    SELECT 'currencies' AS list, CAST(0 AS BIGINT) AS bucket, CASE WHEN rank <= $currencies_max THEN rank END AS rank,
        CASE WHEN rank <= $currencies_max THEN sums.paid_in END AS key,
        payments, refunds, unconverted, gross, refunded, own_gross, own_refunded
    FROM sums
    JOIN currencies ON sums.paid_in = currencies.paid_in
)
SELECT list, bucket, rank, key, sum(payments) AS payments, sum(refunds) AS refunds, sum(unconverted) AS unconverted,
    sum(gross) AS gross, sum(refunded) AS refunded, sum(own_gross) AS own_gross, sum(own_refunded) AS own_refunded
FROM listed
GROUP BY list, bucket, rank, key
"""

SUMS = ("payments", "refunds", "unconverted", "gross", "refunded")

Row = dict[str, Any]


def answer(parameters: Parameters, asking: Asking) -> Revenue:
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
    rows = scope.rows(
        SQL,
        rates_table(parameters, asking),
        **bound_money(parameters),
        keys_max=KEYS_MAX,
        kinds_max=KINDS_MAX,
        currencies_max=CURRENCIES_MAX,
    )
    lists: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        lists[row["list"]].append(row)
    by_bucket: dict[int, list[Row]] = defaultdict(list)
    for row in lists["series"]:
        by_bucket[row["bucket"]].append(row)
    return Revenue(
        interval=parameters.interval,
        total=RevenueTotal(
            **_amounts(lists["series"]), complete=span.is_complete(asking), settled=span.is_settled(asking)
        ),
        points=[
            RevenuePoint(
                time=bucket.start,
                **_amounts(by_bucket[number]),
                complete=bucket.is_complete(asking),
                settled=bucket.is_settled(asking),
            )
            for number, bucket in enumerate(buckets)
        ],
        series=_series(lists["series"], buckets) if parameters.split_by else None,
        kinds=[KindAmounts(kind=_key(row), **_amounts([row])) for row in _by_rank(lists["kinds"])],
        currencies=[_of_currency(row) for row in _by_rank(lists["currencies"])],
        currency=parameters.currency,
        counted=counted(parameters),
        rate_carry_days=asking.rules.rate_carry_days,
        unconverted=unconverted(
            [{"currency": _key(row), "unconverted": row["unconverted"]} for row in lists["currencies"]]
        ),
        **asking.heading(parameters, span.start, span.end, scope.source),
    )


def _amounts(rows: list[Row]) -> dict[str, int]:
    sums = {name: sum(int(row[name]) for row in rows) for name in SUMS}
    return {
        "gross_micros": in_micros(sums["gross"]),
        "refunds_micros": in_micros(sums["refunded"]),
        "net_micros": in_micros(sums["gross"] - sums["refunded"]),
        "payments": sums["payments"],
        "refunds": sums["refunds"],
        "unconverted": sums["unconverted"],
    }


def _by_rank(rows: list[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: (row["rank"] is None, row["rank"]))


def _key(row: Row) -> str:
    return OTHER if row["rank"] is None else row["key"] or UNKNOWN


def _series(rows: list[Row], buckets: list[Span]) -> list[RevenueSeries]:
    of_key: dict[str, list[Row]] = defaultdict(list)
    for row in _by_rank(rows):
        of_key[_key(row)].append(row)
    series: list[RevenueSeries] = []
    for key, own in of_key.items():
        net = {row["bucket"]: in_micros(row["gross"] - row["refunded"]) for row in own}
        series.append(
            RevenueSeries(
                key=key,
                total=Amounts(**_amounts(own)),
                net_micros=[net.get(number, 0) for number in range(len(buckets))],
            )
        )
    return series


def _of_currency(row: Row) -> CurrencyAmounts:
    own = None if row["rank"] is None else (int(row["own_gross"]), int(row["own_refunded"]))
    return CurrencyAmounts(
        paid_in=_key(row),
        own_gross_micros=own and own[0],
        own_refunds_micros=own and own[1],
        own_net_micros=own and own[0] - own[1],
        **_amounts([row]),
    )


METRIC = Metric(__name__, __doc__, Parameters, Revenue, answer, subject="Money")
