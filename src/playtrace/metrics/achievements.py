"""Which achievements players have, and how long it takes to get them.

A player has an achievement from their first `achievement_unlocked` of it on, whenever that was before the end of the
range. **share** = those who have it / players, where **players** are, as `of` says, those who were `active` in the
range (the default) or all who `ever` came before its end. Filters say who they are: by what they did in the range, or
for `ever` by what their first event said. What they have is looked up whatever the filters.

**unlockedInRange** counts those of them whose first unlock lies in the range; **medianSeconds** is the median time from
a player's first qualifying event to the unlock. The rarest come first; of more than `limit`, the ones with most
players are listed.

### Example

Of four players who were active three have `first_win`, after 1, 3 and 8 hours, and one has `flawless`: shares of 0.75
and 0.25; the median for `first_win` is 3 hours. `flawless` is rarer and comes first.

### Elsewhere

Stores such as Steam divide by everybody who owns the game, which says little of those who play it now: `of=ever`.
"""

from __future__ import annotations

from typing import Literal, LiteralString

from pydantic import Field

from playtrace.metrics.frame.asking import Asking
from playtrace.metrics.frame.calendar import in_seconds, span_of
from playtrace.metrics.frame.metric import Metric
from playtrace.metrics.frame.models import UNKNOWN, CommonAnswer, CommonParameters, Judged, Model
from playtrace.metrics.frame.scope import Scope
from playtrace.metrics.frame.told import told
from playtrace.metrics.frame.wilson import ratio

LIMIT_MAX = 1_000


class Parameters(CommonParameters):
    of: Literal["active", "ever"] = Field(
        "active", description="Of whom: players `active` in the range, or all who `ever` came before its end."
    )
    limit: int = Field(200, ge=1, le=LIMIT_MAX, description="How many are listed: those that most players have.")


class Achievement(Model):
    achievement: str = Field(description="`unknown` where none was sent, or that word.")
    players: int = Field(description="Who has it.")
    share: float | None = Field(description="Of all players.")
    unlocked_in_range: int = Field(description="Of them, those whose first unlock lies in the range.")
    median_seconds: float | None = Field(description="From the player's first qualifying event ever to the unlock.")


class Achievements(Judged, CommonAnswer):
    achievements: list[Achievement] = Field(description="The rarest first.")
    of: Literal["active", "ever"]
    players: int = Field(description="Of whom the shares are.")
    achievement_count: int = Field(description="How many different ones they have, listed or not.")


POPULATION: dict[str, LiteralString] = {
    "active": "SELECT player_id FROM active GROUP BY player_id",
    "ever": "SELECT player_id FROM players_so_far",
}

SQL: dict[str, LiteralString] = {
    of: f"""
WITH
population AS (
    {population}
),
unlocked AS (
    SELECT player_id, achievement, min(time) AS unlocked_at
    FROM (
        SELECT player_id, {told("subject")} AS achievement, time FROM unlocks
    ) AS said
    GROUP BY player_id, achievement
),
counted AS (
    SELECT achievement, count(*) AS players, count(*) FILTER (WHERE unlocked_at >= $from) AS unlocked_in_range,
        quantile_cont(CAST(date_diff('microsecond', first_seen, unlocked_at) AS DOUBLE), 0.5) AS median_us,
        count(*) OVER () AS achievement_count, row_number() OVER (ORDER BY count(*) DESC, achievement) AS place
    FROM unlocked
    JOIN population ON unlocked.player_id = population.player_id
    JOIN known_players ON unlocked.player_id = known_players.player_id
    GROUP BY achievement
)
SELECT achievement, players, unlocked_in_range, median_us, achievement_count, 1 AS kind
FROM counted
WHERE place <= $limit
UNION ALL
SELECT NULL, count(*), 0, NULL, 0, 0 FROM population
ORDER BY kind, players, achievement
"""
    for of, population in POPULATION.items()
}


def answer(parameters: Parameters, asking: Asking) -> Achievements:
    span = span_of(parameters, asking.now)
    scope = Scope(parameters, asking, [span])
    population, *rows = scope.rows(SQL[parameters.of], limit=parameters.limit)
    players = population["players"]
    return Achievements(
        achievements=[
            Achievement(
                achievement=row["achievement"] or UNKNOWN,
                players=row["players"],
                share=ratio(row["players"], players),
                unlocked_in_range=row["unlocked_in_range"],
                median_seconds=in_seconds(row["median_us"]),
            )
            for row in rows
        ],
        of=parameters.of,
        players=players,
        achievement_count=rows[0]["achievement_count"] if rows else 0,
        complete=span.is_complete(asking),
        settled=span.is_settled(asking),
        **asking.heading(parameters, span.start, span.end, scope.source),
    )


METRIC = Metric(__name__, __doc__, Parameters, Achievements, answer, subject="Progression")
