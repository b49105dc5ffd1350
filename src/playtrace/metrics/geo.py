"""Where players are: countries, and regions where they are asked for, beside the time before.

The country of an event is what its client sent, else where the address that it came from is registered; the address
itself is not stored. Everything is counted as under `summary`:

- **players**: distinct players with a qualifying event there. **playersShare** = players / players of the whole game;
  somebody who plays in two countries is a player of both, so shares may add up to more than 1.
- **events** there. **revenueMicros**: their purchases in `currency` less refunds, in millionths of it; nothing is
  converted.
- **sessions**, **crashFreeSessions**: sessions that start in the range and whose first event was there, and the share
  of them without a crash. A session knows its country and no region: by region both are null.
- **change** of players = current / previous - 1; null where there was none before. The time before is that of
  `summary`: as many days, of a range that is not over as much as has passed.

Countries are ordered by players. Of regions the `limit` with most players are answered; the rest is folded into
**other**. What is not known stands apart, as **unknown**. Regions are read from all events.

### Example

In one week ann plays in DE and in US and bob in US, who pays 4.99; in the week before ann alone played, in DE. US has
2 players of 2, a share of 1, and 4,990,000 micros; DE has 1, a share of 0.5 and a change of 0; that of US is null.

### Elsewhere

GA4 and Mixpanel give a player one country, the last one seen or the one of the first event, and their countries add up.
Here a country has all who played there, as a server's load and a legal notice need it, and the total is no sum of them.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal, LiteralString
from zoneinfo import ZoneInfo

from pydantic import Field, StringConstraints

from playtrace.metrics.frame.asking import Asking
from playtrace.metrics.frame.calendar import as_far_as, span_before, span_of
from playtrace.metrics.frame.metric import Metric
from playtrace.metrics.frame.models import UNKNOWN, CommonAnswer, CommonParameters, Judged, Model, in_units
from playtrace.metrics.frame.money import EARNED, IS_OWN, PURCHASED, bound_purchases
from playtrace.metrics.frame.scope import Scope
from playtrace.metrics.frame.splitting import OTHER
from playtrace.metrics.frame.told import told
from playtrace.metrics.frame.wilson import ratio

REGIONS_MAX = 1_000


class Parameters(CommonParameters):
    level: Literal["country", "region"] = Field("country", description="Whole countries, or their regions.")
    currency: Annotated[str, StringConstraints(to_upper=True)] = Field(
        "USD", min_length=1, max_length=16, description="Currency of the revenue. Default: the game's own, else USD."
    )
    limit: int = Field(100, ge=1, le=REGIONS_MAX, description="How many regions; the rest is folded into one.")


class GeoFigures(Model):
    players: int = Field(description="Distinct players with a qualifying event there.")
    players_share: float | None = Field(description="players / players of the whole game; null of none.")
    events: int
    sessions: int | None = Field(description="Sessions that started there; null by region.")
    crash_free_sessions: float | None = Field(description="The share of them without a crash; null by region.")
    revenue_micros: int = Field(description="Sum of purchases in `currency`, in millionths.")


class GeoPlace(GeoFigures):
    country: str = Field(description="ISO 3166-1 alpha-2; `unknown`, `(other)` or `(total)`.")
    region: str | None = Field(description="As it was sent or looked up; null by country.")
    change: float | None = Field(description="players / players of the time before - 1; null where there was none.")
    previous: GeoFigures = Field(description="The same for [previousFrom, previousTo).")


class Geo(Judged, CommonAnswer):
    level: Literal["country", "region"]
    currency: str
    other_currency_purchases: int = Field(description="Purchases of the range in other currencies, left out.")
    places: list[GeoPlace] = Field(description="Most players first.")
    other: GeoPlace | None = Field(description="All other places together; null where there is no other.")
    unknown: GeoPlace | None = Field(description="Where it is not known; null where it always is.")
    total: GeoPlace = Field(description="Of the whole game.")
    previous_from: dt.datetime
    previous_to: dt.datetime

    def table(self) -> list[dict[str, object]]:
        shown = [*self.places, *(place for place in (self.other, self.unknown) if place), self.total]
        rows: list[dict[str, object]] = []
        for place in shown:
            row: dict[str, object] = {"country": place.country}
            if self.level == "region":
                row["region"] = place.region
            row |= {"players": place.players, "share": place.players_share, "before": place.previous.players}
            row |= {"change": place.change, "events": place.events}
            if self.level == "country":
                row |= {"sessions": place.sessions, "crashFreeSessions": place.crash_free_sessions}
            rows.append(row | {"revenue": in_units(place.revenue_micros)})
        return rows


# Bucket 0 is the time before, bucket 1 the range.
COUNTRIES: LiteralString = f"""
WITH
{EARNED},
happened AS (
    SELECT bucket, split, sum(events) AS events FROM event_counts GROUP BY bucket, split
),
began AS (
    SELECT bucket, split, count(*) AS sessions, count(CASE WHEN crashes > 0 THEN 1 END) AS crashed_sessions
    FROM sessions
    GROUP BY bucket, split
),
seen AS (
    SELECT bucket, split, player_id FROM active GROUP BY bucket, split, player_id
),
played AS (
    SELECT bucket, split, GROUPING(split) AS of_all, count(DISTINCT player_id) AS players
    FROM seen
    GROUP BY GROUPING SETS ((bucket, split), (bucket))
),
parts AS (
    SELECT bucket, split, 0 AS of_all, 0 AS players, events, 0 AS revenue_micros, 0 AS others, 0 AS sessions,
        0 AS crashed_sessions
    FROM happened
    UNION ALL
    SELECT bucket, split, 0, 0, 0, revenue_micros, other_currency_purchases, 0, 0 FROM earned
    UNION ALL
    SELECT bucket, split, 0, 0, 0, 0, 0, sessions, crashed_sessions FROM began
    UNION ALL
    SELECT bucket, split, of_all, players, 0, 0, 0, 0, 0 FROM played
)
SELECT bucket, split AS country, NULL AS region, of_all, sum(players) AS players, sum(events) AS events,
    sum(revenue_micros) AS revenue_micros, sum(others) AS others, sum(sessions) AS sessions,
    sum(crashed_sessions) AS crashed_sessions
FROM parts
GROUP BY bucket, split, of_all
"""

# Rank 0 is what is not known, -1 what is folded.
REGIONS: LiteralString = f"""
WITH
{PURCHASED},
told AS (
    SELECT every_event.bucket, every_event.split AS country, {told("told_region")} AS region,
        CASE WHEN is_active THEN every_event.player_id END AS player_id,
        CASE WHEN {IS_OWN} THEN micros ELSE 0 END AS revenue_micros,
        CASE WHEN paid_in <> $currency THEN 1 ELSE 0 END AS others
    FROM every_event
    LEFT JOIN counted ON every_event.order_key = counted.order_key
),
keyed AS (
    SELECT bucket, CASE WHEN region = '' THEN '' ELSE country END AS country, region, player_id, count(*) AS events,
        sum(revenue_micros) AS revenue_micros, sum(others) AS others
    FROM told
    GROUP BY bucket, CASE WHEN region = '' THEN '' ELSE country END, region, player_id
),
sizes AS (
    SELECT country, region, count(DISTINCT CASE WHEN bucket = 1 THEN player_id END) AS players,
        sum(CASE WHEN bucket = 1 THEN events ELSE 0 END) AS events
    FROM keyed
    WHERE region <> ''
    GROUP BY country, region
),
largest AS (
    SELECT country, region, players, events
    FROM sizes
    ORDER BY players DESC, events DESC, country, region
    LIMIT $regions_max
),
ranked AS (
    SELECT country, region, row_number() OVER (ORDER BY players DESC, events DESC, country, region) AS rank
    FROM largest
),
placed AS (
    SELECT bucket, CASE WHEN keyed.region = '' THEN 0 ELSE coalesce(rank, -1) END AS rank, player_id, events,
        revenue_micros, others
    FROM keyed
    LEFT JOIN ranked ON keyed.country = ranked.country AND keyed.region = ranked.region
),
summed AS (
    SELECT bucket, rank, GROUPING(rank) AS of_all, count(DISTINCT player_id) AS players, sum(events) AS events,
        sum(revenue_micros) AS revenue_micros, sum(others) AS others
    FROM placed
    GROUP BY GROUPING SETS ((bucket, rank), (bucket))
)
SELECT bucket, CASE WHEN summed.rank = -1 THEN $other WHEN summed.rank = 0 THEN '' ELSE country END AS country,
    CASE WHEN summed.rank = -1 THEN $other WHEN summed.rank = 0 THEN '' ELSE region END AS region, of_all, players,
    events, revenue_micros, others
FROM summed
LEFT JOIN ranked ON summed.rank = ranked.rank
"""

Place = tuple[str, str]


def answer(parameters: Parameters, asking: Asking) -> Geo:
    by_region = parameters.level == "region"
    span = span_of(parameters, asking.now)
    before = span_before(span, ZoneInfo(parameters.time_zone))
    compared = as_far_as(before, span, asking.now)
    reading: dict[LiteralString, LiteralString] = {"told_region": "region"} if by_region else {}
    scope = Scope(parameters, asking, [compared, span], split_by="country", reading=reading)
    rows = scope.rows(
        REGIONS if by_region else COUNTRIES,
        **bound_purchases(parameters.currency),
        regions_max=parameters.limit,
        other=OTHER,
    )
    found: dict[Place, dict[int, dict[str, Any]]] = {}
    totals: dict[int, dict[str, Any]] = {0: {"players": 0}, 1: {"players": 0}}
    for row in rows:
        if row["of_all"]:
            totals[row["bucket"]]["players"] = row["players"]
        else:
            found.setdefault((row["country"], row["region"] or ""), {})[row["bucket"]] = row
    for bucket, total in totals.items():
        for name in ADDED_UP:
            total[name] = sum(int(of_place.get(bucket, {}).get(name) or 0) for of_place in found.values())

    def place(country: str, region: str, of_buckets: dict[int, dict[str, Any]]) -> GeoPlace:
        current, previous = (_figures(of_buckets.get(bucket, {}), totals[bucket], parameters) for bucket in (1, 0))
        change = ratio(current.players, previous.players)
        return GeoPlace(
            country=country,
            region=region if by_region else None,
            change=None if change is None else change - 1,
            previous=previous,
            **current.model_dump(by_alias=False),
        )

    unknown, other = found.pop(("", ""), None), found.pop((OTHER, OTHER), None)
    places = [place(country or UNKNOWN, region, of_place) for (country, region), of_place in found.items()]
    places.sort(key=lambda one: (-one.players, -one.events, one.country, one.region or ""))
    return Geo(
        level=parameters.level,
        currency=parameters.currency,
        other_currency_purchases=totals[1]["others"],
        places=places,
        other=place(OTHER, OTHER, other) if other else None,
        unknown=place(UNKNOWN, UNKNOWN, unknown) if unknown else None,
        total=place("(total)", "(total)", totals),
        previous_from=before.start,
        previous_to=compared.end,
        complete=span.is_complete(asking),
        settled=span.is_settled(asking),
        **asking.heading(parameters, span.start, span.end, scope.source),
    )


ADDED_UP = ("events", "revenue_micros", "others", "sessions", "crashed_sessions")


def _figures(row: dict[str, Any], total: dict[str, Any], parameters: Parameters) -> GeoFigures:
    players, sessions = int(row.get("players") or 0), int(row.get("sessions") or 0)
    crashed = int(row.get("crashed_sessions") or 0)
    by_country = parameters.level == "country"
    return GeoFigures(
        players=players,
        players_share=ratio(players, int(total["players"])),
        events=int(row.get("events") or 0),
        sessions=sessions if by_country else None,
        crash_free_sessions=ratio(sessions - crashed, sessions) if by_country else None,
        revenue_micros=int(row.get("revenue_micros") or 0),
    )


METRIC = Metric(__name__, __doc__, Parameters, Geo, answer, subject="Players")
