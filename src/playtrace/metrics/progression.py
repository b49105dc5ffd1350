"""How players get through levels: attempts, failures, and where it is too hard.

An **attempt** at a level is a `level_start` and the first `level_complete`, `level_fail` or `level_abandon` of the same
player, level and session after it, in the order of events and within a day. A start that is followed by another one,
or whose session or day ends first, is **abandoned**; until then it is **open** and in no rate. An outcome without a
start is an attempt all the same, and counted in **startMissing**. An attempt belongs to the time of its start; what
came of it is looked up to a day after the range. Events without a player are not looked at.

- **completionRate**, **failRate**, **abandonRate**: of the closed attempts; they add up to 1.
- **playerCompletion**: players who completed the level in the range / players who attempted it. Only who reached a
  level can fail there: later levels are played by better players.
- Of players whose first completion ever began in the range: **attemptsToComplete**, all their attempts ever up to and
  including it; **winningSeconds**, the attempt that did it; **activeSeconds**, all attempts until then. An attempt
  takes the `duration_s` of its outcome, else the time between both. One that was abandoned takes the time to the next
  start in the session, else nothing that is known.
- **isSpike**: a difficulty spike. The lower end of the 95 % Wilson interval of failRate + abandonRate, of 100 closed
  attempts or more, lies more than 0.10 above the median of that rate of the two levels on each side.

Which levels are neighbours depends on their **order**: by name, numbers by their size (`level_2` before `level_10`),
where every name has a number; else as players reach them, by the median place of a level among those that a player
tried. `order` asks for one or the other. With more levels than `limit` those with most attempts are listed; `rest` has
all others together.

### Example

Of 200 attempts 120 fail: the lower end is 0.531. The neighbours fail at 0.30, 0.35, 0.32 and 0.40, with a median of
0.335. 0.531 is more than 0.435: a spike.

### Elsewhere

GameAnalytics counts fails and completes by the events alone, so a player who closes the game in the middle of a level
is nowhere. Here each start has an end, and an outcome that lost its start is counted.
"""

from __future__ import annotations

import re
import statistics
from typing import Any, Literal, LiteralString

from pydantic import Field

from playtrace.metrics.frame.asking import Asking
from playtrace.metrics.frame.calendar import ONE_DAY, Span, microseconds, span_of
from playtrace.metrics.frame.metric import Metric
from playtrace.metrics.frame.models import UNKNOWN, CommonAnswer, CommonParameters, Judged, Model
from playtrace.metrics.frame.scope import Scope
from playtrace.metrics.frame.told import told
from playtrace.metrics.frame.wilson import ratio, wilson_interval
from playtrace.rollups.noted_events import LEVEL_STEPS

LIMIT_MAX = 1_000
ATTEMPTS_MIN = 100
"""Closed attempts, for a level to be called a spike."""
NEIGHBOURS = 2
"""On each side."""
SPIKE_MARGIN = 0.10


class Parameters(CommonParameters):
    order: Literal["auto", "name", "reached"] = Field(
        "auto",
        description="Which levels are neighbours: by `name`, as they are `reached`, or `auto`: by name where every name"
        " has a number.",
    )
    limit: int = Field(200, ge=1, le=LIMIT_MAX, description="How many levels are listed: those with most attempts.")


class Attempts(Model):
    attempts: int = Field(description="Closed attempts.")
    completes: int
    fails: int
    abandons: int
    completion_rate: float | None = Field(description="completes / attempts.")
    fail_rate: float | None = Field(description="fails / attempts.")
    abandon_rate: float | None = Field(description="abandons / attempts.")
    open_attempts: int = Field(description="Without an outcome, in a session that is still on; in no rate.")
    start_missing: int = Field(description="Closed attempts of which no start is known.")


class Node(Attempts):
    level: str = Field(description="`unknown` where none was sent.")
    players: int = Field(description="Who attempted it in the range, with open attempts too.")
    completed_players: int = Field(description="Of them, those who completed it.")
    player_completion: float | None = Field(description="completedPlayers / players.")
    first_completions: int = Field(description="Players whose first completion ever began in the range.")
    attempts_to_complete_median: float | None
    attempts_to_complete_p90: float | None
    winning_seconds_median: float | None
    winning_seconds_p90: float | None
    active_seconds_median: float | None
    active_seconds_p90: float | None
    hardship_low: float | None = Field(description="Lower end of the 95 % Wilson interval of failRate + abandonRate.")
    neighbours_median: float | None = Field(description="Median of failRate + abandonRate of the neighbours.")
    is_spike: bool = Field(description="hardshipLow > neighboursMedian + 0.10, of 100 closed attempts or more.")


class Progression(Judged, CommonAnswer):
    nodes: list[Node] = Field(description="The levels in their order.")
    order: Literal["name", "reached"] = Field(description="The order that they are in.")
    level_count: int = Field(description="Levels that were attempted in the range.")
    rest: Attempts | None = Field(description="All levels that are not listed, together; null where all are.")

    def table(self) -> list[dict[str, object]]:
        """A row for each level."""
        shown = (
            *("level", "attempts", "completionRate", "failRate", "abandonRate", "players", "playerCompletion"),
            *("attemptsToCompleteMedian", "activeSecondsMedian", "hardshipLow", "neighboursMedian", "isSpike"),
        )
        rows = [node.model_dump(mode="json", by_alias=True) for node in self.nodes]
        return [{name: row[name] for name in shown} for row in rows]


# A range of names is looked for where these lie together; of a list of names, every row is looked at.
IS_STEP: LiteralString = f"""name >= 'level_abandon' AND name <= 'level_start'
        AND name IN ({LEVEL_STEPS})"""

# A step is 0 for a start, 1 complete, 2 fail, 3 abandon; an attempt's outcome 1 to 3, or 4: open. A start is closed by
# the next step of the level, an outcome has a start where the step before is one: each in the same session, and within
# a day. Looking at other rows is what costs: what they say is packed. `alive` are the sessions that are still on.
SQL: LiteralString = f"""
WITH
said AS (
    SELECT player_id, owner, session_id, {told("subject")} AS level, order_key,
        epoch_us(time) AS at_us, duration_s, CASE name
            WHEN 'level_start' THEN 0 WHEN 'level_complete' THEN 1 WHEN 'level_fail' THEN 2 ELSE 3 END AS step
    FROM noted_so_far
    WHERE {IS_STEP} AND player_id IS NOT NULL
),
steps AS (
    SELECT player_id, owner, session_id, level, order_key, at_us, step, duration_s,
        lead(4 * at_us + step) OVER (PARTITION BY player_id, session_id, level ORDER BY order_key) AS next_packed,
        lead(duration_s) OVER (PARTITION BY player_id, session_id, level ORDER BY order_key) AS next_duration_s,
        lag(CASE WHEN step = 0 THEN at_us END) OVER (PARTITION BY player_id, session_id, level ORDER BY order_key)
            AS last_start_us
    FROM said
),
attempts AS (
    SELECT player_id, level, order_key, at_us >= $asked_from_us AND at_us < $asked_to_us AS is_asked,
        step > 0 AS is_headless,
        CASE WHEN step > 0 THEN step
            WHEN next_packed < 4 * (at_us + 86400000001) AND next_packed % 4 > 0 THEN next_packed % 4
            WHEN next_packed IS NULL AND at_us >= $open_since_us AND alive.session_id IS NOT NULL THEN 4
            ELSE 3 END AS outcome,
        CASE WHEN step > 0 THEN coalesce(duration_s, 0)
            WHEN next_packed < 4 * (at_us + 86400000001)
                THEN coalesce(next_duration_s, ((next_packed - next_packed % 4) / 4 - at_us) / 1e6)
            ELSE 0 END AS seconds
    FROM steps
    LEFT JOIN alive ON steps.owner = alive.owner AND steps.session_id = alive.session_id
    WHERE step = 0 OR coalesce(at_us - last_start_us > 86400000000, true)
),
tried AS (
    SELECT player_id, level, count(*) AS attempts, sum(seconds) AS seconds, max(order_key) AS last_key,
        min(CASE WHEN outcome = 1 THEN order_key END) AS complete_key,
        min(CASE WHEN outcome = 1 AND is_asked THEN order_key END) AS asked_complete_key,
        arg_min(seconds, CASE WHEN outcome = 1 THEN order_key END) AS winning_seconds,
        count(*) FILTER (WHERE is_asked) AS asked, count(*) FILTER (WHERE is_asked AND outcome = 1) AS completes,
        count(*) FILTER (WHERE is_asked AND outcome = 2) AS fails,
        count(*) FILTER (WHERE is_asked AND outcome = 3) AS abandons,
        count(*) FILTER (WHERE is_asked AND is_headless) AS start_missing
    FROM attempts
    GROUP BY player_id, level
),
counted AS (
    SELECT level, sum(completes + fails + abandons) AS attempts, sum(completes) AS completes, sum(fails) AS fails,
        sum(abandons) AS abandons, sum(asked - completes - fails - abandons) AS open_attempts,
        sum(start_missing) AS start_missing, count(*) AS players,
        count(*) FILTER (WHERE completes > 0) AS completed_players,
        row_number() OVER (ORDER BY sum(asked) DESC, level) AS place
    FROM tried
    WHERE asked > 0
    GROUP BY level
),
later AS (
    SELECT attempts.player_id, attempts.level, count(*) AS attempts, sum(attempts.seconds) AS seconds
    FROM attempts
    JOIN (SELECT player_id, level, complete_key FROM tried WHERE complete_key < last_key) AS again
        ON attempts.player_id = again.player_id AND attempts.level = again.level AND order_key > complete_key
    GROUP BY attempts.player_id, attempts.level
),
firsts AS (
    SELECT tried.level, tried.attempts - coalesce(later.attempts, 0) AS attempts, winning_seconds,
        tried.seconds - coalesce(later.seconds, 0) AS active_seconds
    FROM tried
    LEFT JOIN later ON tried.player_id = later.player_id AND tried.level = later.level
    WHERE complete_key = asked_complete_key
),
completed AS (
    SELECT level, count(*) AS first_completions,
        quantile_cont(CAST(attempts AS DOUBLE), 0.5) AS attempts_to_complete_median,
        quantile_cont(CAST(attempts AS DOUBLE), 0.9) AS attempts_to_complete_p90,
        quantile_cont(winning_seconds, 0.5) AS winning_seconds_median,
        quantile_cont(winning_seconds, 0.9) AS winning_seconds_p90,
        quantile_cont(active_seconds, 0.5) AS active_seconds_median,
        quantile_cont(active_seconds, 0.9) AS active_seconds_p90
    FROM firsts
    GROUP BY level
)
SELECT counted.level, attempts, completes, fails, abandons, open_attempts, start_missing, players, completed_players,
    coalesce(first_completions, 0) AS first_completions, attempts_to_complete_median, attempts_to_complete_p90,
    winning_seconds_median, winning_seconds_p90, active_seconds_median, active_seconds_p90,
    1 AS levels
FROM counted
LEFT JOIN completed ON counted.level = completed.level
WHERE place <= $limit
UNION ALL
SELECT NULL, sum(attempts), sum(completes), sum(fails), sum(abandons), sum(open_attempts), sum(start_missing),
    NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, count(*)
FROM counted
WHERE place > $limit
HAVING count(*) > 0
"""


REACHED: LiteralString = f"""
SELECT level, quantile_cont(CAST(place AS DOUBLE), 0.5) AS place
FROM (
    SELECT level, row_number() OVER (PARTITION BY player_id ORDER BY first_key) AS place
    FROM (
        SELECT player_id, {told("subject")} AS level, min(order_key) AS first_key
        FROM noted_so_far
        WHERE {IS_STEP} AND player_id IS NOT NULL
        GROUP BY player_id, {told("subject")}
    ) AS tried
) AS places
WHERE list_contains($levels::VARCHAR[], level)
GROUP BY level
"""


def answer(parameters: Parameters, asking: Asking) -> Progression:
    span = span_of(parameters, asking.now)
    scope = Scope(parameters, asking, [Span(span.start, span.end + ONE_DAY)])
    rows = scope.rows(
        SQL,
        asked_from_us=microseconds(span.start),
        asked_to_us=microseconds(span.end),
        open_since_us=microseconds(asking.now - ONE_DAY),
        limit=parameters.limit,
    )
    listed = [row for row in rows if row["level"] is not None]
    rest = next((row for row in rows if row["level"] is None), None)
    levels = [row["level"] for row in listed]
    order = _order(parameters.order, levels)
    places = dict.fromkeys(levels, 0.0)
    if order == "reached":
        places |= {row["level"]: row["place"] for row in scope.rows(REACHED, levels=levels)}
    listed.sort(key=lambda row: (places[row["level"]], row["level"] == "", _natural(row["level"])))
    return Progression(
        nodes=_nodes(listed),
        order=order,
        level_count=len(listed) + (rest["levels"] if rest else 0),
        rest=Attempts(**_attempts(rest)) if rest else None,
        complete=span.is_complete(asking),
        settled=span.is_settled(asking),
        **asking.heading(parameters, span.start, span.end, scope.source),
    )


def _order(asked: Literal["auto", "name", "reached"], levels: list[str]) -> Literal["name", "reached"]:
    if asked != "auto":
        return asked
    return "name" if all(re.search(r"[0-9]", level) for level in levels if level) else "reached"


def _natural(level: str) -> list[tuple[int, str]]:
    """A key that has numbers by their size; equal numbers with more zeros in front come later."""
    parts = re.split(r"([0-9]+)", level)
    return [(int(part[:300]), part) if index % 2 else (0, part) for index, part in enumerate(parts)]


def _attempts(row: dict[str, Any]) -> dict[str, Any]:
    """The fields of `Attempts`."""
    counts = ("attempts", "completes", "fails", "abandons", "open_attempts", "start_missing")
    found = {name: int(row[name]) for name in counts}
    return found | {
        "completion_rate": ratio(found["completes"], found["attempts"]),
        "fail_rate": ratio(found["fails"], found["attempts"]),
        "abandon_rate": ratio(found["abandons"], found["attempts"]),
    }


def _nodes(rows: list[dict[str, Any]]) -> list[Node]:
    hardships = {row["level"]: ratio(int(row["fails"] + row["abandons"]), int(row["attempts"])) for row in rows}
    known = [level for level, hardship in hardships.items() if hardship is not None]
    return [_node(row, _neighbours(row["level"], known, hardships)) for row in rows]


def _neighbours(level: str, known: list[str], hardships: dict[str, float | None]) -> list[float]:
    """The rates of the two levels on each side, of those that have one."""
    if level not in known:
        return []
    place = known.index(level)
    around = known[max(0, place - NEIGHBOURS) : place] + known[place + 1 : place + 1 + NEIGHBOURS]
    return [hardship for one in around if (hardship := hardships[one]) is not None]


def _node(row: dict[str, Any], neighbours: list[float]) -> Node:
    interval = wilson_interval(int(row["fails"] + row["abandons"]), int(row["attempts"]))
    low = interval[0] if interval else None
    median = statistics.median(neighbours) if neighbours else None
    is_spike = False
    if low is not None and median is not None and row["attempts"] >= ATTEMPTS_MIN:
        is_spike = low > median + SPIKE_MARGIN
    as_they_are = (
        *("players", "completed_players", "first_completions", "attempts_to_complete_median"),
        *("attempts_to_complete_p90", "winning_seconds_median", "winning_seconds_p90", "active_seconds_median"),
        "active_seconds_p90",
    )
    return Node(
        level=row["level"] or UNKNOWN,
        player_completion=ratio(row["completed_players"], row["players"]),
        hardship_low=low,
        neighbours_median=median,
        is_spike=is_spike,
        **_attempts(row),
        **{name: row[name] for name in as_they_are},
    )


METRIC = Metric(__name__, __doc__, Parameters, Progression, answer, subject="Progression")
