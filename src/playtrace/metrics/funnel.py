"""How far players get through a series of steps.

A **step** is an event by its name, or with conditions: `level_complete(level:3; props.mode:ranked)`. An **attempt**
begins with an event that fits the first step and lies in the range. From there on, with `order=loose`, the earliest
later event that fits the second step fills it, then the earliest later one that fits the third, and so on, each at most
`window` after the first (7 days; a step exactly at its end counts). One event fills at most one step. The **depth** of
an attempt is how many steps it fills. Of a player the attempt with the **greatest depth** counts, of equal ones the
earliest. Steps after the first may lie behind the range.

- **order**: `loose`, or `strict`: nothing else that the player does lies between two steps (but `position`,
  `performance`, `heartbeat`, and what happens without the player, unless a step is of that name); or `any`: an attempt
  begins with an event that fits any step, and within the window behind it the steps may be filled in any order. There
  an event that fits several steps is of the first of them, and the k-th row tells of players who filled any k steps.
- **exclude**: an event that ends the attempts before it, and fills no step. They keep the depth that they have.
- **hold**: all steps must have the same value of this field, such as `match_id` or `props.offer`. What is counted is
  then pairs of player and value; events without a value count nowhere.
- **unit**: whose steps they are: a `player`, a `session`, or a `match` with all its players.

**reached** of a step: units whose attempt fills it. **stepRate** = reached / reached of the step before,
**overallRate** = reached / reached of the first, with its 95 % Wilson interval. A unit that has not filled all steps
while its window is still open is **in progress**: it is told apart and in no rate, unless `includeInProgress` is set.
**medianSeconds** and **p90Seconds** are the time since the step before, over the units that reached the step.

With `droppedAt` those players are listed whose attempt filled this step and none behind it, and is over: the last to
begin come first, at most 1,000. They are as many as reached the step and not the next.

`splitBy` tells the same of each of the ten values with most entries, by what the first event of the attempt said, and
of the others together. Filters hold for each event. It is read from all events, unless the steps are names alone of
the catalogue's (`session_start`, matches, levels, purchases, ...), by player or match.

### Example

Steps A, B, C within 24 hours. One player does A 10:00, B 10:05, C 11:00; one A 10:00, C 10:01, B 10:30; one A 10:00
and B the next day at 10:00:00; one the same a second later; one B 09:00, C 09:10. Their depths are 3, 2, 2, 1 and 0:
reached 4, 3 and 1, step rates 0.75 and 0.333, overall 0.25. From A to B they took 5, 30 and 1,440 minutes: the median
is 30. With a window of one hour, A 13:00, A 13:30, B 13:45, C 14:15 has depth 3: the second A leads further.

### Elsewhere

The window is counted from the first step as in Mixpanel, PostHog and Amplitude; Umami counts it between steps. Mixpanel
takes the first entry unless told otherwise, Amplitude the longest attempt and then the earliest, as here. Amplitude and
Mixpanel let events within one or two seconds swap places, for want of an order; here events have one. ClickHouse's
`windowFunnel` lets one event fill two steps. An exclusion removes a person entirely in PostHog; in Mixpanel and here it
ends the attempt.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated, Any, Literal, LiteralString

from pydantic import Field

from playtrace.event import SAMPLE_EVENTS
from playtrace.metrics.frame.asking import Asking
from playtrace.metrics.frame.calendar import Span, in_seconds, microseconds, span_of
from playtrace.metrics.frame.errors import WrongParameter
from playtrace.metrics.frame.event_choice import EventChoice, read_event_choice
from playtrace.metrics.frame.fields import Field as HeldField
from playtrace.metrics.frame.fields import read_field
from playtrace.metrics.frame.metric import Metric
from playtrace.metrics.frame.models import UNKNOWN, CommonAnswer, CommonParameters, Judged, Model, Sought
from playtrace.metrics.frame.scope import Scope, Table
from playtrace.metrics.frame.splitting import KEYS_MAX, OTHER, SplitBy
from playtrace.metrics.frame.wilson import ratio, wilson_interval
from playtrace.rollups.noted_events import SUBJECTS

Sql = LiteralString
Order = Literal["loose", "strict", "any"]
Unit = Literal["player", "session", "match"]

DEFAULT_STEPS = ("session_start", "level_start", "level_complete")
STEPS_MIN, STEPS_MAX = 2, 10
DROPPED_MAX = 1_000
EXCLUSIONS_MAX = 5
WINDOW_MAX = dt.timedelta(days=365)
UNITS_OF_TIME = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}


class Parameters(CommonParameters):
    step: Annotated[list[str], Field(max_length=STEPS_MAX)] = Field(
        default_factory=lambda: list(DEFAULT_STEPS),
        description=f"One step after the other, {STEPS_MIN} to {STEPS_MAX}: the name of an event, or with conditions as"
        " `filter` has them: `level_complete(level:3; props.mode:ranked)`."
        f" Default: {', '.join(f'`{step}`' for step in DEFAULT_STEPS)}.",
    )
    order: Order = Field(
        "loose",
        description="`loose`: one after the other, whatever lies between; `strict`: with nothing else between; `any`:"
        " in any order.",
    )
    window: str = Field(
        "7d",
        max_length=12,
        description="How long after its first step an attempt may take: `30m`, `24h`, `7d`; at most 365 days.",
    )
    exclude: Annotated[list[str], Field(max_length=EXCLUSIONS_MAX)] = Field(
        default_factory=list, description="Events that end the attempts before them; spelled as steps are."
    )
    hold: str | None = Field(
        None, description="A field that all steps must have the same value of: `match_id`, `level`, `props.offer`, ..."
    )
    unit: Unit = Field("player", description="Whose steps they are: a `player`, a `session` or a `match`.")
    split_by: SplitBy | None = Field(
        None, description="Also the same for each of the ten values with most entries, the rest as `(other)`."
    )
    dropped_at: int | None = Field(
        None, ge=1, le=STEPS_MAX - 1, description="Also list who went no further than this step; 1 is the first."
    )
    include_in_progress: bool = Field(
        False, description="Count those who are still on their way as well: their numbers may still grow."
    )

    def steps(self) -> list[EventChoice]:
        """Raises `WrongParameter`."""
        return [read_event_choice(text, "step") for text in self.step]

    def exclusions(self) -> list[EventChoice]:
        """Raises `WrongParameter`."""
        return [read_event_choice(text, "exclude") for text in self.exclude]

    def sought(self) -> list[Sought]:
        steps, exclusions = ([one.name for one in chosen] for chosen in (self.steps(), self.exclusions()))
        return [*super().sought(), Sought("step", "event", steps), Sought("exclude", "event", exclusions)]


class Step(Model):
    step: int = Field(description="1 is the first. With `order=any`: how many steps, whichever they are.")
    event: str = Field(description="As it was asked for.")
    reached: int = Field(description="Units whose attempt fills it.")
    step_rate: float | None = Field(description="reached / reached of the step before; null for the first.")
    overall_rate: float | None = Field(description="reached / reached of the first step.")
    low: float | None = Field(description="Lower end of the 95 % Wilson interval of the overall rate.")
    high: float | None = Field(description="Upper end of the 95 % Wilson interval of the overall rate.")
    median_seconds: float | None = Field(description="Median time since the step before; null for the first.")
    p90_seconds: float | None = Field(description="Nine in ten took at most this long since the step before.")
    in_progress: int = Field(description="Units that have come just as far as this step, and may still go on.")


class Dropped(Model):
    player_id: str
    held: str | None = Field(description="With `hold`: the value that the steps have; else null.")
    began_at: dt.datetime = Field(description="When the attempt began, UTC.")


class FunnelOfKey(Model):
    key: str = Field(
        description="Value of the dimension; `unknown` where none was sent, or that word; `(other)` for the rest."
    )
    entered: int = Field(description="Units whose attempt began, in progress or not.")
    steps: list[Step]


class Funnel(Judged, CommonAnswer):
    steps: list[Step]
    entered: int = Field(description="Units whose attempt began, in progress or not.")
    in_progress: int = Field(description="Of these, units that have not filled all steps and still have time.")
    overall_rate: float | None = Field(description="reached of the last step / reached of the first.")
    order: Order
    unit: Unit
    window_seconds: int
    include_in_progress: bool = Field(description="Whether the rates count those in progress.")
    split: list[FunnelOfKey] | None = Field(description="With `splitBy`: most entries first, `(other)` last.")
    dropped: list[Dropped] | None = Field(
        description=f"With `droppedAt`: who went no further, the last to begin first; at most {DROPPED_MAX}."
    )
    dropped_total: int | None = Field(description="With `droppedAt`: how many these are, whether listed or not.")

    def table(self) -> list[dict[str, object]]:
        """The whole, and with `splitBy` each part below it."""
        parts = [("", self.steps), *((part.key, part.steps) for part in self.split or [])]
        rows: list[dict[str, object]] = []
        for key, steps in parts:
            shown: dict[str, object] = {} if self.split is None else {"key": key}
            rows += [shown | step.model_dump(mode="json", by_alias=True) for step in steps]
        return rows


# ── the statement ───────────────────────────────────────────────────────────────────────────────────────────
#
# As many parts as there are steps, made of constant pieces: step 3 is bit 4 of `steps`, and `at_3` the time of the
# event that fills it, in microseconds. What was first is said by `order_key` alone: by time, then by `seq`.

NUMBERS: tuple[Sql, ...] = ("1", "2", "3", "4", "5", "6", "7", "8", "9", "10")
BITS: tuple[Sql, ...] = ("1", "2", "4", "8", "16", "32", "64", "128", "256", "512")

UNITS: dict[Unit, Sql] = {
    "player": "player_id",
    "match": "match_id",
    # Clients that number their sessions 1, 2, 3 are told apart by player or device.
    "session": "CAST(length(owner) AS VARCHAR) || ':' || owner || session_id",
}

# Names first: to read a property of every event would take longer than everything else.
CANDIDATES: Sql = """
WITH
candidates AS (
    SELECT {unit} AS unit, split, order_key, epoch_us(time) AS at_us, steps{also}
    FROM every_event
    WHERE {is_seen} AND {unit} IS NOT NULL{has_value}
),
"""
IS_NAMED: Sql = "list_contains($names::VARCHAR[], name)"
IS_DONE: Sql = (
    "(list_contains($names::VARCHAR[], name) OR NOT (is_passive OR list_contains($samples::VARCHAR[], name)))"
)

# Steps that are names of noted events, and nothing else. As a join: what other events say is not even unpacked then.
NOTED: Sql = """
WITH
candidates AS (
    SELECT {unit} AS unit, split, order_key, epoch_us(time) AS at_us, {steps} AS steps{also}
    FROM noted
    WHERE name IN (SELECT name FROM named) AND {unit} IS NOT NULL
),
"""

# An exclusion cuts in two what a unit did, and no attempt goes over a cut.
STRETCHES: Sql = """
stretches AS (
    SELECT {own}, split, order_key, at_us, CASE WHEN is_excluded THEN 0 ELSE steps END AS steps,
        sum(CASE WHEN is_excluded THEN 1 ELSE 0 END) OVER (
            PARTITION BY {own} ORDER BY order_key ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS stretch
    FROM candidates
),
"""

# For each event: when the next step is filled after it, and those after that one. Of later events that fit, the first
# is the one whose own next steps are filled first: so the least time is the time of the chain that begins with it.
BEHIND: Sql = """
behind_{number} AS (
    SELECT {stretch}, split, order_key, at_us, steps{times}
    FROM {source}
    WHERE steps & {wanted} <> 0
    WINDOW behind AS (
        PARTITION BY {stretch} ORDER BY order_key DESC ROWS BETWEEN UNBOUNDED PRECEDING AND {nearest}
    )
),
"""
NEXT: Sql = "min(CASE WHEN steps & {bit} <> 0 THEN {at} END) OVER behind"

ADJACENT: Sql = """
adjacent AS (
    SELECT {stretch}, split, order_key, at_us, steps{times}
    FROM {source}
    WINDOW behind AS (PARTITION BY {stretch} ORDER BY order_key)
),
"""

# Of each unit the deepest attempt, of equal ones the earliest.
REST: Sql = """
attempts AS (
    SELECT {own}, split, order_key, at_us AS began_at{times}
    FROM {source}
    WHERE steps & {entry_bits} <> 0 AND at_us >= $from_us AND at_us < $entered_to_us
),
measured AS (
    SELECT {own}, split, order_key, began_at{in_time}, {depth} AS depth
    FROM attempts
),
deepest AS (
    SELECT {own}, min({rank}) AS best FROM measured GROUP BY {own}
),
chosen AS (
    SELECT measured.*, CASE WHEN depth < $steps_wanted AND began_at + $window_us > $now_us THEN 1 ELSE 0 END AS is_open
    FROM measured
    JOIN deepest ON {is_own} AND deepest.best = {rank}
),
"""
RANK: Sql = "(10 - depth) * 10000000000000000000000000000000000000 + order_key"
"""Less for deeper attempts, of equal ones for earlier: a sum, as putting attempts in order takes longer. No key of an
event has so many digits."""

# Steps that are filled one after the other: the time of each is that of its number.
FILLED: Sql = """
filled AS (
    SELECT split, depth, is_open, number AS reached, CASE number{at_of_number} END
        - CASE number{at_before} END AS step_us
    FROM chosen
    CROSS JOIN numbers
    WHERE number <= depth
)
"""
FILLED_IN_ANY_ORDER: Sql = """
filled AS (
    SELECT split, depth, is_open, row_number() OVER (PARTITION BY {own} ORDER BY at_us, number) AS reached,
        at_us - lag(at_us) OVER (PARTITION BY {own} ORDER BY at_us, number) AS step_us
    FROM (
        SELECT {own}, split, depth, is_open, number, CASE number{at_of_number} END AS at_us
        FROM chosen
        CROSS JOIN numbers
    ) AS steps_of_chosen
    WHERE at_us IS NOT NULL
)
"""

SPLIT: Sql = """,
keys AS (
    SELECT split, row_number() OVER (ORDER BY count(*) DESC, split) AS key_rank FROM chosen GROUP BY split
),
shown AS (
    SELECT depth, is_open, reached, step_us,
        CASE WHEN part = 0 THEN 0 WHEN key_rank <= $keys_max THEN key_rank ELSE $keys_max + 1 END AS key_place,
        CASE WHEN part = 1 AND key_rank <= $keys_max THEN filled.split END AS key
    FROM filled
    JOIN keys ON keys.split = filled.split
    CROSS JOIN parts
)
"""
WHOLE: Sql = """,
shown AS (
    SELECT depth, is_open, reached, step_us, 0 AS key_place, NULL AS key FROM filled
)
"""

COUNTS: Sql = """
SELECT key_place, key, reached, count(*) AS units, sum({is_counted}) AS counted,
    sum(CASE WHEN depth = reached THEN is_open ELSE 0 END) AS in_progress,
    quantile_cont(CASE WHEN {is_counted} = 1 THEN step_us END, 0.5) AS median_us,
    quantile_cont(CASE WHEN {is_counted} = 1 THEN step_us END, 0.9) AS p90_us
FROM shown
GROUP BY key_place, key, reached
"""

# Those who are over are listed; of those in progress it is not known yet, unless they are counted.
DROPPED: Sql = """
dropped AS (
    SELECT unit, {held} AS held, began_at
    FROM chosen
    WHERE depth = $dropped_at AND {is_counted} = 1
)
SELECT unit, held, began_at, count(*) OVER () AS total
FROM dropped
ORDER BY began_at DESC, unit, held
LIMIT $dropped_max
"""

PARTS = Table("parts", {"part": "BIGINT"}, [(0,), (1,)])
"""With `splitBy` all are counted twice: together, and by their value."""


def _statement(parameters: Parameters, steps: int, field: HeldField | None, noted: dict[Sql, Sql] | None) -> Sql:
    """How many reached each step. `noted`: what is looked at in each event, where noted events say all of it."""
    text = _chosen(parameters, steps, field, noted)
    at_of_number: Sql = ""
    at_before: Sql = ""
    before: Sql = ""
    for number in NUMBERS[:steps]:
        at: Sql = "at_" + number
        at_of_number += " WHEN " + number + " THEN " + at
        if before:
            at_before += " WHEN " + number + " THEN " + before
        before = at
    filled = FILLED_IN_ANY_ORDER if parameters.order == "any" else FILLED
    text += filled.format(own=_own(field), at_of_number=at_of_number, at_before=at_before)
    return text + (SPLIT if parameters.split_by else WHOLE) + COUNTS.format(is_counted=_is_counted(parameters))


def _dropped(parameters: Parameters, steps: int, field: HeldField | None, noted: dict[Sql, Sql] | None) -> Sql:
    """Who went no further than a step."""
    text = _chosen(parameters, steps, field, noted)
    return text + DROPPED.format(held="held" if field else "NULL", is_counted=_is_counted(parameters))


def _own(field: HeldField | None) -> Sql:
    return "unit, held" if field else "unit"


def _is_counted(parameters: Parameters) -> Sql:
    return "1" if parameters.include_in_progress else "(1 - is_open)"


def _chosen(parameters: Parameters, steps: int, field: HeldField | None, noted: dict[Sql, Sql] | None) -> Sql:
    """Of each unit the attempt that counts, as the last of several named tables."""
    own = _own(field)
    held: Sql = field.key("held_value", "CAST(held_value AS VARCHAR)") if field else ""
    stretch: Sql = own + ", stretch" if parameters.exclude else own
    source: Sql = "stretches" if parameters.exclude else "candidates"
    if noted is None:
        text = CANDIDATES.format(
            unit=UNITS[parameters.unit],
            is_seen=IS_DONE if parameters.order == "strict" else IS_NAMED,
            also=(", " + held + " AS held" if field else "") + (", is_excluded" if parameters.exclude else ""),
            has_value=" AND " + held + " IS NOT NULL" if field else "",
        )
    else:
        text = NOTED.format(
            unit=UNITS[parameters.unit],
            steps=noted["steps"],
            also=", " + noted["is_excluded"] + " AS is_excluded" if parameters.exclude else "",
        )
    if parameters.exclude:
        text += STRETCHES.format(own=own)
    parts, last, times = ORDERS[parameters.order](steps, stretch, source)
    text += parts
    in_time: Sql = ""
    depth: Sql = "0"
    for number in NUMBERS[:steps]:
        at: Sql = "at_" + number
        gated: Sql = "CASE WHEN " + at + " <= began_at + $window_us THEN " + at + " END"
        in_time += ", " + gated + " AS " + at
        depth += " + CASE WHEN " + at + " <= began_at + $window_us THEN 1 ELSE 0 END"
    text += REST.format(
        own=own,
        source=last,
        times=times,
        entry_bits="$any_step" if parameters.order == "any" else "1",
        in_time=in_time,
        depth=depth,
        rank=RANK,
        is_own="deepest.unit = measured.unit" + (" AND deepest.held = measured.held" if field else ""),
    )
    return text


def _loose(steps: int, stretch: Sql, source: Sql) -> tuple[Sql, Sql, Sql]:
    """From the last step to the first: what is behind an event, its name, and the times of the steps there."""
    text: Sql = ""
    later: list[Sql] = []
    for index in range(steps - 2, -1, -1):
        bit = BITS[index + 1]
        found: Sql = ", " + NEXT.format(bit=bit, at="at_us") + " AS at_" + NUMBERS[index + 1]
        for number in later:
            found += ", " + NEXT.format(bit=bit, at="at_" + number) + " AS at_" + number
        later.append(NUMBERS[index + 1])
        name: Sql = "behind_" + NUMBERS[index]
        text += BEHIND.format(
            number=NUMBERS[index],
            stretch=stretch,
            times=found,
            source=source,
            wanted=BITS_UP_TO[index + 1],
            nearest="1 PRECEDING",
        )
        source = name
    times: Sql = ", at_us AS at_1"
    for number in NUMBERS[1:steps]:
        times += ", at_" + number
    return text, source, times


def _any(steps: int, stretch: Sql, source: Sql) -> tuple[Sql, Sql, Sql]:
    """For each event: when each step is filled, by it or after it."""
    found: Sql = ""
    times: Sql = ""
    for bit, number in zip(BITS[:steps], NUMBERS[:steps], strict=True):
        found += ", " + NEXT.format(bit=bit, at="at_us") + " AS at_" + number
        times += ", at_" + number
    text = BEHIND.format(
        number="1",
        stretch=stretch,
        times=found,
        source=source,
        wanted=BITS_UP_TO[steps - 1],
        nearest="CURRENT ROW",
    )
    return text, "behind_1", times


def _strict(steps: int, stretch: Sql, source: Sql) -> tuple[Sql, Sql, Sql]:
    """For each event: what its unit did next, and next after that."""
    found: Sql = ""
    times: Sql = ", at_us AS at_1"
    fits: Sql = ""
    for index in range(1, steps):
        number, offset = NUMBERS[index], NUMBERS[index - 1]
        found += ", lead(steps, " + offset + ") OVER behind AS steps_" + number
        found += ", lead(at_us, " + offset + ") OVER behind AS next_" + number
        fits += (" AND " if fits else "") + "steps_" + number + " & " + BITS[index] + " <> 0"
        times += ", CASE WHEN " + fits + " THEN next_" + number + " END AS at_" + number
    return ADJACENT.format(stretch=stretch, times=found, source=source), "adjacent", times


BITS_UP_TO: tuple[Sql, ...] = ("1", "3", "7", "15", "31", "63", "127", "255", "511", "1023")
ORDERS = {"loose": _loose, "strict": _strict, "any": _any}


def _marks(
    parameters: Parameters, steps: list[EventChoice], exclusions: list[EventChoice], field: HeldField | None
) -> tuple[dict[Sql, Sql], dict[str, object]]:
    """What is looked at in each event, as expressions of the columns of `events`, and what is bound in them."""
    bits: Sql = ""
    bound: dict[str, object] = {}
    for step, bit, number in zip(steps, BITS, NUMBERS, strict=False):
        place: Sql = "step" + number
        bound |= step.bound(place)
        if parameters.order == "any":
            bits += " WHEN " + step.predicate(place) + " THEN " + bit
        else:
            bits += (" + " if bits else "") + "CASE WHEN " + step.predicate(place) + " THEN " + bit + " ELSE 0 END"
    marks: dict[Sql, Sql] = {"steps": "CASE" + bits + " ELSE 0 END" if parameters.order == "any" else bits}
    if exclusions:
        excluded: Sql = ""
        for exclusion, number in zip(exclusions, NUMBERS, strict=False):
            place = "excluded" + number
            bound |= exclusion.bound(place)
            excluded += (" OR " if excluded else "") + "(" + exclusion.predicate(place) + ")"
        marks["is_excluded"] = "(" + excluded + ")"
    if field is not None:
        bound |= field.bound("hold")
        marks["held_value"] = field.value("hold")
    return marks, bound


# ── the answer ──────────────────────────────────────────────────────────────────────────────────────────────


def answer(parameters: Parameters, asking: Asking) -> Funnel:
    steps, exclusions = _read(parameters)
    window = _window(parameters.window)
    span = span_of(parameters, asking.now)
    read = Span(span.start, span.end + window)
    field = read_field(parameters.hold, "hold") if parameters.hold is not None else None
    marks, bound = _marks(parameters, steps, exclusions, field)
    is_noted = _is_noted(parameters, [*steps, *exclusions])
    scope = Scope(parameters, asking, [read], split_by=parameters.split_by, reading={} if is_noted else marks)
    names = sorted({choice.name for choice in (*steps, *exclusions)})
    bound |= {
        "names": names,
        "samples": list(SAMPLE_EVENTS),
        "from_us": microseconds(span.start),
        "entered_to_us": microseconds(span.end),
        "now_us": microseconds(asking.now),
        "window_us": window // dt.timedelta(microseconds=1),
        "steps_wanted": len(steps),
        "any_step": (1 << len(steps)) - 1,
        "keys_max": KEYS_MAX,
    }
    noted = marks if is_noted else None
    tables = (
        Table("numbers", {"number": "BIGINT"}, [(number,) for number in range(1, len(steps) + 1)]),
        Table("named", {"name": "VARCHAR"}, [(name,) for name in names]),
        PARTS,
    )
    rows = scope.rows(_statement(parameters, len(steps), field, noted), *tables, **bound)
    dropped: list[dict[str, Any]] | None = None
    if parameters.dropped_at is not None:
        listing: dict[str, object] = {"dropped_at": parameters.dropped_at, "dropped_max": DROPPED_MAX}
        dropped = scope.rows(_dropped(parameters, len(steps), field, noted), *tables, **bound, **listing)
    by_place: dict[int, list[dict[str, Any]]] = {}
    for row in rows:
        by_place.setdefault(row["key_place"], []).append(row)
    total = _steps(parameters, by_place.pop(0, []))
    return Funnel(
        steps=total,
        entered=_entered(rows, 0),
        in_progress=sum(step.in_progress for step in total),
        overall_rate=total[-1].overall_rate,
        order=parameters.order,
        unit=parameters.unit,
        window_seconds=window // dt.timedelta(seconds=1),
        include_in_progress=parameters.include_in_progress,
        split=[
            FunnelOfKey(
                key=OTHER if place > KEYS_MAX else by_place[place][0]["key"] or UNKNOWN,
                entered=_entered(rows, place),
                steps=_steps(parameters, by_place[place]),
            )
            for place in sorted(by_place)
        ]
        if parameters.split_by
        else None,
        dropped=None if dropped is None else [_dropped_of(row) for row in dropped],
        dropped_total=None if dropped is None else dropped[0]["total"] if dropped else 0,
        complete=read.is_complete(asking),
        settled=read.is_settled(asking),
        **asking.heading(parameters, span.start, span.end, scope.source),
    )


def _read(parameters: Parameters) -> tuple[list[EventChoice], list[EventChoice]]:
    steps, exclusions = parameters.steps(), parameters.exclusions()
    if not STEPS_MIN <= len(steps) <= STEPS_MAX:
        raise WrongParameter(
            "step", f"A funnel has {STEPS_MIN} to {STEPS_MAX} steps, got {len(steps)}: step=session_start&step=..."
        )
    if parameters.order == "any" and len({step.text.strip() for step in steps}) < len(steps):
        raise WrongParameter("step", "In any order each step is another one: the second of two equal ones stays empty.")
    if parameters.dropped_at is not None:
        if parameters.unit != "player":
            raise WrongParameter("dropped_at", f"Only players are listed; unit is {parameters.unit!r}.")
        if parameters.dropped_at >= len(steps):
            raise WrongParameter("dropped_at", f"A step that has another behind it: 1 to {len(steps) - 1}.")
    whole = {exclusion.name for exclusion in exclusions if not exclusion.conditions}
    if both := sorted(whole & {step.name for step in steps}):
        raise WrongParameter("exclude", f"{both[0]!r} is a step: what is excluded fills none.")
    return steps, exclusions


def _dropped_of(row: dict[str, Any]) -> Dropped:
    began_at = dt.datetime.fromtimestamp(0, dt.UTC) + dt.timedelta(microseconds=row["began_at"])
    return Dropped(player_id=row["unit"], held=row["held"], began_at=began_at)


def _is_noted(parameters: Parameters, choices: list[EventChoice]) -> bool:
    """Whether noted events say all that is asked about: names alone, of players or matches."""
    is_other = parameters.order == "strict" or parameters.unit == "session" or parameters.hold is not None
    return not is_other and all(not one.conditions and one.name in SUBJECTS for one in choices)


def _window(text: str) -> dt.timedelta:
    match = re.fullmatch(r"(\d+)\s*([smhd])", text.strip())
    window = dt.timedelta(seconds=int(match[1]) * UNITS_OF_TIME[match[2]]) if match and len(match[1]) < 9 else None
    if window is None or not dt.timedelta(0) < window <= WINDOW_MAX:
        raise WrongParameter("window", f"Expected a time such as 30m, 24h or 7d, of at most 365 days, got {text!r}.")
    return window


def _entered(rows: list[dict[str, Any]], place: int) -> int:
    return sum(row["units"] for row in rows if (row["key_place"], row["reached"]) == (place, 1))


def _steps(parameters: Parameters, rows: list[dict[str, Any]]) -> list[Step]:
    by_number = {row["reached"]: row for row in rows}
    reached = [int(by_number[n]["counted"]) if n in by_number else 0 for n in range(1, len(parameters.step) + 1)]
    steps: list[Step] = []
    for index, (text, units) in enumerate(zip(parameters.step, reached, strict=True)):
        row = by_number.get(index + 1, {})
        interval = wilson_interval(units, reached[0])
        steps.append(
            Step(
                step=index + 1,
                event=text,
                reached=units,
                step_rate=ratio(units, reached[index - 1]) if index else None,
                overall_rate=ratio(units, reached[0]),
                low=interval[0] if interval else None,
                high=interval[1] if interval else None,
                median_seconds=in_seconds(row.get("median_us")),
                p90_seconds=in_seconds(row.get("p90_us")),
                in_progress=int(row.get("in_progress") or 0),
            )
        )
    return steps


METRIC = Metric(__name__, __doc__, Parameters, Funnel, answer, subject="Order")
