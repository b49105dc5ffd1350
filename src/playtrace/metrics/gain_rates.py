"""Who gains fastest: the most that each player gained within 60 seconds.

`resource_gain` of one in-game currency, added up over the 60 seconds that end with a gain (what is exactly 60 seconds
earlier is in); of each player the most in the range, the largest first. Without `resource` the currency is the one
with most gains in the range. A gain whose amount is not above 0, or above 10^15, is not counted.

A gain is **impossible** when it is above `cap`, where the most that the game allows was declared; else when it is above
three times the 99.9th percentile of the **peers**: all players who gained something in the range, if these are 1,000 or
more. Where more than one player in a thousand cheats, that percentile is a cheater's and says nothing: compare the
list with `p99` and the median, and declare a cap. This is evidence, not a verdict.

### Example

Within a minute a player gains 300 twice and then, 61 seconds after the first of them, 250: the most is 600. With a cap
of 500 that is impossible.

### Elsewhere

Products leave this to anti-cheat systems. A cap that is declared is the surest rule there is; percentiles of peers find
what nobody thought of.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal, LiteralString

from pydantic import Field

from playtrace.metrics.frame.asking import Asking
from playtrace.metrics.frame.calendar import from_microseconds, span_of
from playtrace.metrics.frame.metric import Metric
from playtrace.metrics.frame.models import CommonAnswer, CommonParameters, Judged, Model, in_units
from playtrace.metrics.frame.resources import AMOUNT, IS_MOVE, RESOURCE, shown, stored, whole
from playtrace.metrics.frame.scope import Scope

LIMIT_MAX = 1_000
PEERS_MIN = 1_000
"""Players, for a percentile of them to say what is possible."""
PEERS_FACTOR = 3


class Parameters(CommonParameters):
    resource: str | None = Field(
        None,
        min_length=1,
        max_length=64,
        description="The in-game currency: `currency` of the events; `unknown` is where none was sent, or that word."
        " Default: the one with most gains in the range.",
    )
    cap: float | None = Field(
        None,
        gt=0,
        le=1e15,
        description="The most that a player can gain within 60 seconds, in units of the currency: more is impossible.",
    )
    limit: int = Field(50, ge=1, le=LIMIT_MAX, description="How many players are listed.")


class LargestGain(Model):
    player_id: str
    gained_micros: int = Field(description="The most within 60 seconds.")
    at: dt.datetime = Field(description="When the last of these gains happened; of several such minutes, in the first.")
    impossible: Literal["cap", "peers"] | None = Field(
        description="`cap`: above the cap; `peers`: above three times the 99.9th percentile of the peers."
    )


class GainRates(Judged, CommonAnswer):
    resource: str | None = Field(description="The in-game currency; null where nobody gained anything.")
    gains: list[LargestGain] = Field(description="Of each player the most, the largest first.")
    peers: int = Field(description="Players who gained something in the range.")
    median_micros: int | None = Field(description="Of the most that each of them gained within 60 seconds.")
    p99_micros: int | None
    p999_micros: int | None = Field(description="The 99.9th percentile.")

    def table(self) -> list[dict[str, object]]:
        """The gains, in units."""
        return [
            {
                "playerId": gain.player_id,
                "gained": in_units(gain.gained_micros),
                "at": gain.at.isoformat(),
                "impossible": gain.impossible,
            }
            for gain in self.gains
        ]


COMMONEST: LiteralString = f"""
SELECT {RESOURCE} AS resource
FROM noted
WHERE name = 'resource_gain' AND {IS_MOVE}
GROUP BY {RESOURCE}
ORDER BY count(*) DESC, resource
LIMIT 1
"""

GAINS: LiteralString = f"""
WITH
rolling AS (
    SELECT player_id, at_us, sum(amount) OVER (
        PARTITION BY player_id ORDER BY at_us RANGE BETWEEN 60000000 PRECEDING AND CURRENT ROW
    ) AS gained
    FROM (
        SELECT player_id, epoch_us(time) AS at_us, {AMOUNT} AS amount
        FROM noted
        WHERE name = 'resource_gain' AND {IS_MOVE} AND {RESOURCE} = $resource AND player_id IS NOT NULL
    ) AS gains
),
most AS (
    SELECT player_id, max(gained) AS gained FROM rolling GROUP BY player_id
),
ranked AS (
    SELECT player_id, gained, row_number() OVER (ORDER BY gained DESC, player_id) AS place FROM most
)
SELECT 0 AS place, NULL AS player_id, NULL AS gained, NULL AS at_us, count(*) AS players,
    quantile_cont(CAST(gained AS DOUBLE), 0.5) AS median, quantile_cont(CAST(gained AS DOUBLE), 0.99) AS p99,
    quantile_cont(CAST(gained AS DOUBLE), 0.999) AS p999
FROM ranked
UNION ALL
SELECT place, ranked.player_id, ranked.gained, min(at_us), NULL, NULL, NULL, NULL
FROM ranked
JOIN rolling ON rolling.player_id = ranked.player_id AND rolling.gained = ranked.gained
WHERE place <= $limit
GROUP BY place, ranked.player_id, ranked.gained
ORDER BY place
"""


def answer(parameters: Parameters, asking: Asking) -> GainRates:
    span = span_of(parameters, asking.now)
    scope = Scope(parameters, asking, [span])
    resource = stored(parameters.resource)
    if resource is None:
        resource = next((row["resource"] for row in scope.rows(COMMONEST)), None)
    peers, *gains = scope.rows(GAINS, resource=resource, limit=parameters.limit)
    return GainRates(
        resource=shown(resource),
        gains=[_gain(row, peers, parameters.cap) for row in gains],
        peers=peers["players"],
        median_micros=whole(peers["median"]),
        p99_micros=whole(peers["p99"]),
        p999_micros=whole(peers["p999"]),
        complete=span.is_complete(asking),
        settled=span.is_settled(asking),
        **asking.heading(parameters, span.start, span.end, scope.source),
    )


def _gain(row: dict[str, Any], peers: dict[str, Any], cap: float | None) -> LargestGain:
    gained = int(row["gained"])
    impossible: Literal["cap", "peers"] | None = None
    if cap is not None and gained > cap * 1e6:
        impossible = "cap"
    elif peers["players"] >= PEERS_MIN and gained > PEERS_FACTOR * peers["p999"]:
        impossible = "peers"
    return LargestGain(
        player_id=row["player_id"], gained_micros=gained, at=from_microseconds(row["at_us"]), impossible=impossible
    )


METRIC = Metric(__name__, __doc__, Parameters, GainRates, answer, subject="Economy")
