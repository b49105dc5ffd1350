"""Who spends how much: whales, dolphins and minnows, and when, how often and how much payers buy (RFM).

It is about the last 90 days that are over, unless `from` says since when; as of the last of them. A **payer** has a
purchase in them that counts and can be converted; what a payer spent is **net** of refunds, in one currency, as under
`revenue`, without ads.

- By rank: **whales** are the top 1 % of the payers, one at least; **dolphins** the next 9 %; **minnows** the rest.
  Parts of a player are left out. Who ties with the last one above a border is above it too.
- By money: with `whaleFrom` and `dolphinFrom`, in whole units, whales spent so much or more, dolphins less and so much
  or more. By rank there are always whales; by money there may be none.
- **non_payers** were active without a purchase. Their net is what earlier orders of theirs were given back.
  **unconverted** are payers none of whose orders has an exchange rate: what they spent is not
  known, so they are in no rank.
- Beside the heads of each group stands its **revenueShare**: its net / the net of whales, dolphins and minnows. What no
  known player paid is in `unknownPlayersMicros` and in no group.

**RFM** gives each payer three scores from 1 to 5, best last: recency (days since the last purchase, fewer are better),
frequency (orders) and monetary (net). A score is the fifth in which the payer's rank lies, by the share of the other
payers whom it is not behind (`percent_rank`); who ties gets the better score; a single payer gets 5. Non-payers have no
scores.

Filters look at each event. `from` and `to` are widened to whole days, and days that are not over are left out; where
none is, they are counted as far as they go, and `complete` is false.

### Example

Of 200 payers 2 are whales, 18 dolphins, 180 minnows. Five payers with a net of 5, 10, 20, 50 and 100 have the monetary
scores 1, 2, 3, 4 and 5.

### Elsewhere

Some products set whales by money alone, at sums that fit no other game; others by rank alone, so that there are whales
where nobody spends. Few show which share of the revenue a group brings, without which its heads say little.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Annotated, Any, Literal, LiteralString
from zoneinfo import ZoneInfo

from pydantic import Field

from playtrace.metrics.frame.asking import Asking
from playtrace.metrics.frame.calendar import (
    ONE_DAY,
    Span,
    day_of,
    day_start,
    days_between,
    first_and_last_day,
    span_of,
    whole_days,
)
from playtrace.metrics.frame.errors import WrongParameter
from playtrace.metrics.frame.exchange import TRILLION
from playtrace.metrics.frame.metric import Metric
from playtrace.metrics.frame.models import DayOrInstant, Judged, Model, in_units_if_any
from playtrace.metrics.frame.money import (
    PAID,
    MoneyAnswer,
    PurchaseParameters,
    bound_money,
    counted,
    in_micros,
    rates_table,
    unconverted,
)
from playtrace.metrics.frame.scope import Scope
from playtrace.metrics.frame.wilson import ratio

DEFAULT_DAYS = 90
UNITS_MAX = 1_000_000_000
MICROS = 1_000_000

Group = Literal["whales", "dolphins", "minnows", "unconverted", "non_payers"]
GROUPS: tuple[Group, ...] = ("whales", "dolphins", "minnows", "unconverted", "non_payers")
RANKED = GROUPS[:3]

Money = Annotated[Decimal, Field(ge=0, le=UNITS_MAX, decimal_places=6)]


class Parameters(PurchaseParameters):
    from_: DayOrInstant | None = Field(
        None,
        alias="from",
        description="Start: a day of the time zone, or an instant, in UTC where it names no offset."
        f" Default: {DEFAULT_DAYS} days that end with `to`, or with the last day that is over.",
    )
    whale_from: Money | None = Field(
        None, description="Whales spent so much or more, in whole units of `currency`; together with `dolphinFrom`."
    )
    dolphin_from: Money | None = Field(None, description="Dolphins spent so much or more, and less than whales.")


class SpenderGroup(Model):
    group: Group
    players: int
    payer_share: float | None = Field(
        description="players / all players of whales, dolphins and minnows; null for the other groups."
    )
    net_micros: int | None = Field(
        description="What they spent, without refunds, in millionths of `currency`; null where it is not known."
    )
    revenue_share: float | None = Field(
        description="net / net of whales, dolphins and minnows; null for other groups, and where that is 0 or less."
    )
    least_micros: int | None = Field(description="What the one of them spent who spent least.")
    most_micros: int | None = Field(description="What the one of them spent who spent most.")


class RfmScores(Model):
    recency: int = Field(description="5: the last purchase is of the last days.")
    frequency: int = Field(description="5: most orders.")
    monetary: int = Field(description="5: highest net.")
    players: int
    net_micros: int


class Spenders(Judged, MoneyAnswer):
    day: dt.date = Field(description="As of the end of this day.")
    days: int = Field(description="How many days it is about.")
    by: Literal["rank", "money"] = Field(description="What decides who is a whale.")
    payers: int = Field(description="Whales, dolphins and minnows.")
    net_micros: int = Field(description="What they spent.")
    unknown_players_micros: int = Field(description="What was paid, less refunds, without saying by whom.")
    groups: list[SpenderGroup]
    rfm: list[RfmScores] = Field(description="Each combination of scores that somebody has, the best first.")

    def table(self) -> list[dict[str, object]]:
        return [
            {
                "group": group.group,
                "players": group.players,
                "payerShare": group.payer_share,
                "net": in_units_if_any(group.net_micros),
                "revenueShare": group.revenue_share,
                "least": in_units_if_any(group.least_micros),
                "most": in_units_if_any(group.most_micros),
            }
            for group in self.groups
        ]


# Ranks count from the best, so that who ties has the better one.
SQL: LiteralString = f"""
WITH
{PAID.strip()},
spending AS (
    SELECT player_id, max(CASE WHEN micros > 0 THEN bucket END) AS last_day,
        sum(CASE WHEN micros > 0 THEN 1 ELSE 0 END) AS orders,
        sum(CASE WHEN micros > 0 AND amount IS NOT NULL THEN 1 ELSE 0 END) AS converted_orders,
        coalesce(sum(amount), 0) AS net
    FROM paid
    WHERE player_id IS NOT NULL
    GROUP BY player_id
),
ranked AS (
    SELECT net, count(*) OVER () AS payers,
        rank() OVER (ORDER BY net DESC) AS net_rank,
        rank() OVER (ORDER BY last_day DESC) AS recency_rank,
        rank() OVER (ORDER BY orders DESC) AS frequency_rank
    FROM spending
    WHERE converted_orders > 0
),
scored AS (
    SELECT net,
        CASE
            WHEN $by = 'money' AND net >= $whale_from::HUGEINT THEN 'whales'
            WHEN $by = 'money' AND net >= $dolphin_from::HUGEINT THEN 'dolphins'
            WHEN $by = 'money' THEN 'minnows'
            WHEN net_rank <= greatest(1, payers // 100) THEN 'whales'
            WHEN net_rank <= payers // 10 THEN 'dolphins'
            ELSE 'minnows'
        END AS tier,
        CASE WHEN payers = 1 THEN 5 ELSE least(5, 1 + 5 * (payers - recency_rank) // (payers - 1)) END AS recency,
        CASE WHEN payers = 1 THEN 5 ELSE least(5, 1 + 5 * (payers - frequency_rank) // (payers - 1)) END AS frequency,
        CASE WHEN payers = 1 THEN 5 ELSE least(5, 1 + 5 * (payers - net_rank) // (payers - 1)) END AS monetary
    FROM ranked
)
SELECT 'groups' AS list, tier AS key, 0 AS recency, 0 AS frequency, 0 AS monetary, count(*) AS players,
    CAST(sum(net) AS HUGEINT) AS net, CAST(min(net) AS HUGEINT) AS least, CAST(max(net) AS HUGEINT) AS most
FROM scored
GROUP BY tier
UNION ALL
SELECT 'rfm' AS list, '' AS key, recency, frequency, monetary, count(*) AS players, CAST(sum(net) AS HUGEINT) AS net,
    NULL AS least, NULL AS most
FROM scored
GROUP BY recency, frequency, monetary
UNION ALL
SELECT 'groups' AS list, 'unconverted' AS key, 0 AS recency, 0 AS frequency, 0 AS monetary, count(*) AS players,
    NULL AS net, NULL AS least, NULL AS most
FROM spending
WHERE orders > 0 AND converted_orders = 0
UNION ALL
SELECT 'groups' AS list, 'non_payers' AS key, 0 AS recency, 0 AS frequency, 0 AS monetary,
    count(DISTINCT active.player_id) AS players, NULL AS net, NULL AS least, NULL AS most
FROM active
LEFT JOIN spending ON active.player_id = spending.player_id
WHERE spending.player_id IS NULL OR spending.orders = 0
UNION ALL
SELECT 'given_back' AS list, '' AS key, 0 AS recency, 0 AS frequency, 0 AS monetary, 0 AS players,
    CAST(sum(net) AS HUGEINT) AS net, NULL AS least, NULL AS most
FROM spending
WHERE orders = 0
UNION ALL
SELECT 'unknown_players' AS list, '' AS key, 0 AS recency, 0 AS frequency, 0 AS monetary, 0 AS players,
    CAST(sum(amount) AS HUGEINT) AS net, NULL AS least, NULL AS most
FROM paid
WHERE player_id IS NULL
UNION ALL
SELECT 'unconverted' AS list, paid_in AS key, 0 AS recency, 0 AS frequency, 0 AS monetary, count(*) AS players,
    NULL AS net, NULL AS least, NULL AS most
FROM paid
WHERE amount IS NULL
GROUP BY paid_in
"""

Row = dict[str, Any]


def answer(parameters: Parameters, asking: Asking) -> Spenders:
    zone = ZoneInfo(parameters.time_zone)
    by: Literal["rank", "money"] = "rank"
    whale_from, dolphin_from = parameters.whale_from, parameters.dolphin_from
    if whale_from is not None and dolphin_from is not None:
        by = "money"
        if dolphin_from > whale_from:
            raise WrongParameter("dolphinFrom", "Dolphins spend less than whales: it must not be above `whaleFrom`.")
    elif whale_from is not None or dolphin_from is not None:
        missing = "dolphinFrom" if dolphin_from is None else "whaleFrom"
        raise WrongParameter(missing, "Expected together: `whaleFrom` and `dolphinFrom`.")
    span = _span(parameters, asking, zone)
    first, last = first_and_last_day(span, zone)
    scope = Scope(parameters, asking, days_between(first, last, zone))
    rows = scope.rows(
        SQL,
        rates_table(parameters, asking),
        **bound_money(parameters),
        by=by,
        whale_from=_amount(whale_from),
        dolphin_from=_amount(dolphin_from),
    )
    of_list: dict[str, list[Row]] = {}
    for row in rows:
        of_list.setdefault(row["list"], []).append(row)
    by_group = {row["key"]: row for row in of_list["groups"]}
    ranked = [by_group[group] for group in RANKED if group in by_group]
    payers, net = sum(row["players"] for row in ranked), sum(int(row["net"]) for row in ranked)
    given_back = _sum(of_list["given_back"])
    return Spenders(
        day=last,
        days=(last - first).days + 1,
        by=by,
        payers=payers,
        net_micros=in_micros(net),
        unknown_players_micros=in_micros(_sum(of_list["unknown_players"])),
        groups=[_group(group, by_group.get(group), payers, net, given_back) for group in GROUPS],
        rfm=[
            RfmScores(
                recency=row["recency"],
                frequency=row["frequency"],
                monetary=row["monetary"],
                players=row["players"],
                net_micros=in_micros(row["net"]),
            )
            for row in sorted(
                of_list.get("rfm", []), key=lambda row: (-row["recency"], -row["frequency"], -row["monetary"])
            )
        ],
        currency=parameters.currency,
        counted=counted(parameters),
        rate_carry_days=asking.rules.rate_carry_days,
        unconverted=unconverted(
            [{"currency": row["key"], "unconverted": row["players"]} for row in of_list.get("unconverted", [])]
        ),
        complete=span.is_complete(asking),
        settled=span.is_settled(asking),
        **asking.heading(parameters, span.start, span.end, scope.source),
    )


def _span(parameters: Parameters, asking: Asking, zone: ZoneInfo) -> Span:
    """The days that are over; where none is, those that were asked for."""
    span = whole_days(span_of(parameters, asking.now), zone)
    today = day_start(day_of(asking.now, zone), zone)
    end = min(span.end, today)
    if parameters.from_ is None and parameters.hours is None:
        last = day_of(end - dt.timedelta(microseconds=1), zone)
        return Span(day_start(last - (DEFAULT_DAYS - 1) * ONE_DAY, zone), end)
    return Span(span.start, end) if end > span.start else span


def _amount(units: Decimal | None) -> int | None:
    return None if units is None else int(units * MICROS) * TRILLION


def _sum(rows: list[Row]) -> int:
    return sum(int(row["net"] or 0) for row in rows)


def _group(group: Group, row: Row | None, payers: int, net: int, given_back: int) -> SpenderGroup:
    players = row["players"] if row else 0
    if group not in RANKED:
        return SpenderGroup(
            group=group,
            players=players,
            payer_share=None,
            net_micros=in_micros(given_back) if group == "non_payers" else None,
            revenue_share=None,
            least_micros=None,
            most_micros=None,
        )
    own = int(row["net"]) if row else 0
    return SpenderGroup(
        group=group,
        players=players,
        payer_share=ratio(players, payers),
        net_micros=in_micros(own),
        revenue_share=own / net if net > 0 else None,
        least_micros=in_micros(row["least"]) if row else None,
        most_micros=in_micros(row["most"]) if row else None,
    )


METRIC = Metric(__name__, __doc__, Parameters, Spenders, answer, subject="Money")
