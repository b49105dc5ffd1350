"""Events by what they say: by any one or two of their fields.

- **event**: the names of the events that are looked at; all of them where none is given.
- **by**: one or two fields: `name`, `platform`, `version`, `country`, `props.weapon` or any other column or property.
  Events with the same values of them are one row. What was not sent, an object and a list are `unknown`; so is that
  word. A property that is text in one version and a number in the next has both values. Texts longer than 256
  characters that begin with the same 256 are one.
- **measure**: `count`: events. `players`: distinct players of those events, exactly; without `event`, those that happen
  without the player (`push_received`, `server_grant`, `crash_upload`) do not count. `sum`, `mean`, `min`, `max`, `p50`,
  `p90`, `p95`, `p99`: of the number `of`, over the events that have it. What is no number there, or one beyond 1e300,
  counts as not sent. Percentiles are exact, linearly interpolated (type 7).
- The `limit` largest rows are answered, by the measure where it is `count`, `players` or `sum`, else by how many events
  they have. All others are folded into one, **other**; `values` says how many there are in all.
- **share** = value / value of the total, of `count`, `players` and `sum`; null for other measures. Shares of
  players may add up to more than 1: a player can have two values.
- With **interval** each row also has its values over time, in minutes, hours, days or ISO weeks of the time zone.

The total is of all events that are looked at, not of the rows: a mean of all, not of means; distinct players of all.
Nothing is converted: who sums up the `value` of purchases in several currencies asks `by=currency`.

### Example

Three deaths by `rifle`, two of them of ann and one of bob, and one of ann by `knife`: `by=props.weapon` counts 3 and 1
of 4, shares 0.75 and 0.25. With `measure=players` it says 2 and 1 of 2, shares 1 and 0.5. Distances of 10, 20 and 60 by
rifle and 1 by knife have with `measure=p50`, `of=props.distance` the values 20 and 1, and 15 in total.

### Elsewhere

Products for the web call this a breakdown or a segmentation, and most fold silently: what is not among the first 25 or
100 values is missing from the chart, and from its total. Some count players by a sketch that is a few per cent off.
Here nothing is left out of the total, and players are counted.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal, LiteralString
from zoneinfo import ZoneInfo

from msgspec import Struct
from pydantic import BeforeValidator
from pydantic import Field as Parameter

from playtrace.metrics.frame.asking import Asking
from playtrace.metrics.frame.calendar import GRAIN_OF_INTERVAL, Interval, buckets_of, span_of
from playtrace.metrics.frame.errors import WrongParameter
from playtrace.metrics.frame.fields import Field, read_field
from playtrace.metrics.frame.metric import Metric
from playtrace.metrics.frame.models import (
    UNKNOWN,
    CommonAnswer,
    CommonParameters,
    FilterValues,
    Judged,
    Model,
    Sought,
    split_commas,
)
from playtrace.metrics.frame.scope import Scope
from playtrace.metrics.frame.splitting import OTHER
from playtrace.metrics.frame.told import told
from playtrace.metrics.frame.wilson import ratio
from playtrace.rollups.noted_events import DETAILS, SUBJECTS

ROWS_MAX = 100
CELLS_MAX = 20_000
"""Rows times buckets of an answer over time."""
TOTAL = "(total)"

Measure = Literal["count", "players", "sum", "mean", "min", "max", "p50", "p90", "p95", "p99"]


class Parameters(CommonParameters):
    event: FilterValues = Parameter(
        default_factory=list, description="Only events of this name; several times for several. Default: all."
    )
    by: Annotated[list[str], BeforeValidator(split_commas), Parameter(min_length=1, max_length=2)] = Parameter(
        default=["name"],
        description="One or two fields, such as `platform` or `name,props.weapon`: `props.NAME`, or a column as in"
        " `filter`.",
    )
    measure: Measure = Parameter(
        "count",
        description="`count` of events, distinct `players`, or of the number `of`: `sum`, `mean`, `min`, `max`, `p50`,"
        " `p90`, `p95`, `p99`.",
    )
    of: str | None = Parameter(
        None,
        description="The number that is measured: `props.NAME`, or a column such as `value`, `x`, `seq`."
        " Default: `value`.",
    )
    interval: Interval | None = Parameter(None, description="Also over time: in buckets of `minute`, `hour`, ...")
    limit: int = Parameter(10, ge=1, le=ROWS_MAX, description="How many rows; the rest is folded into one.")

    def sought(self) -> list[Sought]:
        return [*super().sought(), Sought("event", "event", self.event)]


class Figure(Model):
    events: int | None = Parameter(
        description="Events; of measures of a number, those that have it. Null with `players`."
    )
    value: int | float | None = Parameter(description="The measure; null for a mean or percentile of nothing.")


class BreakdownPoint(Judged, Figure):
    time: dt.datetime = Parameter(description="Start of the bucket, UTC.")


class BreakdownRow(Figure):
    keys: list[str] = Parameter(description="Values of the fields, in their order; `unknown` where none was sent.")
    share: float | None = Parameter(description="value / value of the total; null but for counts, players and sums.")
    points: list[BreakdownPoint] | None = Parameter(description="With `interval`: over time.")


class Breakdown(Judged, CommonAnswer):
    event: list[str]
    by: list[str]
    measure: Measure
    of: str | None = Parameter(description="The number that is measured; null with `count` and `players`.")
    interval: Interval | None
    groups: list[BreakdownRow] = Parameter(description="Largest first.")
    other: BreakdownRow | None = Parameter(description="All other values together; null where there is no other.")
    total: BreakdownRow = Parameter(description="Of all events that are looked at.")
    values: int = Parameter(description="How many different values, or pairs of values, there are.")

    def table(self) -> list[dict[str, object]]:
        shown = [*self.groups, *([self.other] if self.other else []), self.total]
        names = [f"{name} " if name in ("events", "share", self.measure) else name for name in self.by]
        rows = [
            dict(zip(names, row.keys, strict=True))
            | ({} if self.measure in ("count", "players") else {"events": row.events})
            | {self.measure: row.value, "share": row.share}
            for row in shown
        ]
        return [{name: value for name, value in row.items() if name != "share" or self.of is None} for row in rows]


# ── where it is read ──────────────────────────────────────────────────────────────────────────────────────────────

# `keyed` has the two keys of an event, or of many alike, and what is measured of it.
KEYED_COUNTS: LiteralString = f"""
WITH
keyed AS (
    SELECT bucket, {told("first_key")} AS first_key,
        {told("second_key")} AS second_key, CAST(NULL AS VARCHAR) AS player_id,
        CAST(NULL AS DOUBLE) AS number, events
    FROM (
        SELECT bucket, events,
            CASE $first WHEN 'name' THEN name WHEN 'platform' THEN platform WHEN 'version' THEN version
                WHEN 'country' THEN country ELSE '' END AS first_key,
            CASE $second WHEN 'name' THEN name WHEN 'platform' THEN platform WHEN 'version' THEN version
                WHEN 'country' THEN country ELSE '' END AS second_key
        FROM event_counts
        WHERE $names::VARCHAR[] IS NULL OR list_contains($names::VARCHAR[], name)
    ) AS counts
),
"""

KEYED_ACTIVE: LiteralString = f"""
WITH
keyed AS (
    SELECT bucket, {told("first_key")} AS first_key,
        {told("second_key")} AS second_key, player_id, CAST(NULL AS DOUBLE) AS number,
        1 AS events
    FROM (
        SELECT bucket, player_id,
            CASE $first WHEN 'platform' THEN platform WHEN 'version' THEN version WHEN 'country' THEN country
                ELSE '' END AS first_key,
            CASE $second WHEN 'platform' THEN platform WHEN 'version' THEN version WHEN 'country' THEN country
                ELSE '' END AS second_key
        FROM active
    ) AS players_seen
),
"""

_noted: LiteralString = (
    " WHEN 'name' THEN name WHEN 'platform' THEN platform WHEN 'version' THEN version WHEN 'country' THEN country"
    " WHEN 'level' THEN level WHEN 'map' THEN map_id WHEN 'match_id' THEN match_id WHEN 'session_id' THEN session_id"
    " WHEN 'player_id' THEN player_id WHEN 'currency' THEN currency WHEN 'subject' THEN subject"
    " WHEN 'detail' THEN detail ELSE '' END"
)
KEYED_NOTED: LiteralString = f"""
WITH
keyed AS (
    SELECT bucket, {told("first_key")} AS first_key,
        {told("second_key")} AS second_key, player_id,
        CASE WHEN abs(value) <= 1e300 THEN value END AS number, 1 AS events
    FROM (
        SELECT bucket, player_id, value,
            CASE $first{_noted} AS first_key,
            CASE $second{_noted} AS second_key
        FROM noted
        WHERE list_contains($names::VARCHAR[], name)
    ) AS told
    WHERE NOT $of_number OR abs(value) <= 1e300
),
"""

# The type of a property is looked at only where its text looks like that of an object or a list: it is dear to ask for.
KEYED_EVENTS: LiteralString = """
WITH
told AS (
    SELECT bucket, {first_text} AS first_text, {second_text} AS second_text, first_value, second_value, player_id,
        number
    FROM every_event
    WHERE ($names::VARCHAR[] IS NULL OR list_contains($names::VARCHAR[], name)) AND (is_active OR NOT $of_active)
),
keyed AS (
    SELECT bucket, {first_key} AS first_key,
        {second_key} AS second_key, player_id, number, 1 AS events
    FROM told
    WHERE NOT $of_number OR abs(number) <= 1e300
),
"""

# ── which rows, and what is folded ────────────────────────────────────────────────────────────────────────────────

SIZES: LiteralString = """
sizes AS (
    SELECT first_key, second_key, sum(events) AS events, sum(number) AS total, min(number) AS low, max(number) AS high,
        CASE WHEN $by_sum THEN sum(number) ELSE CAST(sum(events) AS DOUBLE) END AS weight
    FROM keyed
    GROUP BY first_key, second_key
),
"""

SIZES_IN_PLAYERS: LiteralString = """
sizes AS (
    SELECT first_key, second_key, count(*) AS weight
    FROM (
        SELECT first_key, second_key, player_id
        FROM keyed
        WHERE player_id IS NOT NULL
        GROUP BY first_key, second_key, player_id
    ) AS players
    GROUP BY first_key, second_key
),
"""

RANKED: LiteralString = """
largest AS (
    SELECT first_key, second_key, weight FROM sizes ORDER BY weight DESC, first_key, second_key LIMIT $rows_max
),
ranked AS (
    SELECT first_key, second_key, row_number() OVER (ORDER BY weight DESC, first_key, second_key) AS rank
    FROM largest
),
"""

# A row for each of the largest, and one without rank for all others: of what can be added up.
ADDED_UP: LiteralString = """
folded AS (
    SELECT rank, count(*) AS all_keys, sum(events) AS events, sum(total) AS total, min(low) AS low, max(high) AS high
    FROM sizes
    LEFT JOIN ranked ON sizes.first_key = ranked.first_key AND sizes.second_key = ranked.second_key
    GROUP BY rank
)
SELECT folded.rank, first_key, second_key, all_keys, events, total, low, high
FROM folded
LEFT JOIN ranked ON folded.rank = ranked.rank
"""

# The same of what cannot be, and over time. A player of two values counts once in what is folded, and in the total.
PLACED: LiteralString = """
placed AS (
    SELECT bucket, rank, player_id, number, events
    FROM keyed
    LEFT JOIN ranked ON keyed.first_key = ranked.first_key AND keyed.second_key = ranked.second_key
    WHERE player_id IS NOT NULL OR NOT $of_players
),
measured AS (
    SELECT bucket, rank, GROUPING(bucket) AS of_range, GROUPING(rank) AS of_all, sum(events) AS events, """
SETS: LiteralString = """ AS measured
    FROM placed
    GROUP BY GROUPING SETS ((bucket, rank), (bucket), (rank), ())
),
known AS (
    SELECT count(*) AS all_keys FROM sizes
)
SELECT bucket, measured.rank, of_range, of_all, first_key, second_key, all_keys, events, measured
FROM measured
LEFT JOIN ranked ON measured.rank = ranked.rank
CROSS JOIN known
"""
MEASURED: dict[Measure, LiteralString] = {
    "count": "sum(events)",
    "players": "count(DISTINCT player_id)",
    "sum": "sum(number)",
    "mean": "sum(number) / nullif(count(number), 0)",
    "min": "min(number)",
    "max": "max(number)",
    "p50": "quantile_cont(number, 0.5)",
    "p90": "quantile_cont(number, 0.9)",
    "p95": "quantile_cont(number, 0.95)",
    "p99": "quantile_cont(number, 0.99)",
}


class Origin(Struct, frozen=True):
    """Where the keys are read."""

    keyed: LiteralString
    first: str = ""
    """How they are called there."""
    second: str = ""
    reading: dict[LiteralString, LiteralString] = {}
    """What is read of every event."""


def answer(parameters: Parameters, asking: Asking) -> Breakdown:
    zone = ZoneInfo(parameters.time_zone)
    span = span_of(parameters, asking.now)
    fields = [read_field(name, "by") for name in parameters.by]
    if len({field.name for field in fields}) < len(fields):
        raise WrongParameter("by", "Two different fields, or one.")
    number = _number(parameters)
    measure, interval = parameters.measure, parameters.interval
    buckets = buckets_of(span, interval, zone) if interval else []
    if len(buckets) * (parameters.limit + 2) > CELLS_MAX:
        raise WrongParameter(
            "interval", f"More than {CELLS_MAX} values. Ask for fewer rows, a shorter range or a longer interval."
        )
    origin = _origin(parameters, fields, number)
    is_added_up = not interval and measure in ("count", "sum", "mean", "min", "max")
    cut = [bucket.cut(span) for bucket in buckets] or [span]
    scope = Scope(parameters, asking, cut, grain=GRAIN_OF_INTERVAL[interval or "day"], reading=origin.reading)
    bound: dict[str, object] = {
        "first": origin.first,
        "second": origin.second,
        "names": parameters.event or None,
        "of_number": number is not None,
        "of_players": measure == "players",
        "of_active": measure == "players" and not parameters.event,
        "by_sum": measure == "sum",
        "rows_max": parameters.limit,
    }
    for place, field in (*zip(("first", "second"), fields, strict=False), ("number", number)):
        bound |= field.bound(place) if field else {}
    sizes = SIZES_IN_PLAYERS if measure == "players" else SIZES
    folded = ADDED_UP if is_added_up else PLACED + MEASURED[measure] + SETS
    rows = scope.rows(origin.keyed + sizes + RANKED + folded, **bound)
    if is_added_up:
        rows = [row | {"bucket": None, "of_range": 1, "of_all": 0} for row in rows]
        rows.append({"rank": None, "bucket": None, "of_range": 1, "of_all": 1} | _added_up(rows))
    found = {(row["of_all"], row["rank"], None if row["of_range"] else row["bucket"]): row for row in rows}
    ranks = sorted({rank for _, rank, _ in found if rank is not None})
    total = _figure(found.get((1, None, None)), measure)

    def row_of(keys: list[str], of_all: int, rank: int | None) -> BreakdownRow:
        figure = _figure(found.get((of_all, rank, None)), measure)
        points = [
            BreakdownPoint(
                time=bucket.start,
                **_figure(found.get((of_all, rank, index)), measure).model_dump(by_alias=False),
                complete=bucket.is_complete(asking),
                settled=bucket.is_settled(asking),
            )
            for index, bucket in enumerate(buckets)
        ]
        return BreakdownRow(
            keys=keys[: len(fields)],
            events=figure.events,
            value=figure.value,
            share=_share(figure, total, measure),
            points=points if interval else None,
        )

    def keys_of(rank: int) -> list[str]:
        row = found[0, rank, None]
        return [str(row["first_key"] or UNKNOWN), str(row["second_key"] or UNKNOWN)]

    return Breakdown(
        event=parameters.event,
        by=[field.name for field in fields],
        measure=parameters.measure,
        of=number.name if number else None,
        interval=interval,
        groups=[row_of(keys_of(rank), 0, rank) for rank in ranks],
        other=row_of([OTHER, OTHER], 0, None) if (0, None, None) in found else None,
        total=row_of([TOTAL, TOTAL], 1, None),
        values=_values(rows, is_added_up=is_added_up),
        complete=span.is_complete(asking),
        settled=span.is_settled(asking),
        **asking.heading(parameters, span.start, span.end, scope.source),
    )


def _number(parameters: Parameters) -> Field | None:
    """What is measured, where it is a number."""
    if parameters.measure in ("count", "players"):
        if parameters.of is not None:
            raise WrongParameter(
                "of", f"`of` is the number of sum, mean, min, max and percentiles; measure is {parameters.measure!r}."
            )
        return None
    return read_field("value" if parameters.of is None else parameters.of, "of")


BY_QUARTER = {"name", "platform", "version", "country"}
OF_PLAYERS = {"platform", "version", "country"}
NOTED = {*BY_QUARTER, "level", "map", "match_id", "session_id", "player_id", "currency"}


def _origin(parameters: Parameters, fields: list[Field], number: Field | None) -> Origin:
    """The smallest that knows what is asked for."""
    names = [field.name for field in fields]
    first, second = names[0], names[1] if len(names) > 1 else ""
    if parameters.measure == "count" and BY_QUARTER.issuperset(names):
        return Origin(KEYED_COUNTS, first, second)
    if parameters.measure == "players" and not parameters.event and OF_PLAYERS.issuperset(names):
        return Origin(KEYED_ACTIVE, first, second)
    noted = [_noted_as(parameters.event, name) for name in names]
    # The value of what was looted is noted as how many it is.
    is_noted_number = number is None or (number.name == "value" and "item_looted" not in parameters.event)
    if is_noted_number and all(noted):
        return Origin(KEYED_NOTED, noted[0], noted[1] if len(noted) > 1 else "")
    return _of_events(fields, number)


def _of_events(fields: list[Field], number: Field | None) -> Origin:
    first, second = fields[0], fields[1] if len(fields) > 1 else None
    nothing: LiteralString = "CAST(NULL AS VARCHAR)"
    return Origin(
        KEYED_EVENTS.format(
            first_text="CAST(first_value AS VARCHAR)",
            second_text="CAST(second_value AS VARCHAR)",
            first_key=told(first.key("first_value", "first_text")),
            second_key=told(second.key("second_value", "second_text") if second else nothing),
        ),
        reading={
            "first_value": first.value("first"),
            "second_value": second.value("second") if second else nothing,
            "number": number.number("number") if number else "CAST(NULL AS DOUBLE)",
        },
    )


def _noted_as(events: list[str], name: str) -> str:
    """How the noted events of these names call a field; empty where they do not all have it."""
    if not events or not all(event in SUBJECTS for event in events):
        return ""
    if name in NOTED:
        return name
    for column, of_name in (("subject", SUBJECTS), ("detail", DETAILS)):
        if all((event, name) in of_name.items() for event in events):
            return column
    return ""


COLUMN_OF: dict[Measure, str] = {"count": "events", "sum": "total", "min": "low", "max": "high"}


def _figure(row: dict[str, Any] | None, measure: Measure) -> Figure:
    """Of nothing found: 0 where it is added up, else null."""
    of_players = measure == "players"
    if row is None:
        value = 0 if of_players or measure == "count" else 0.0 if measure == "sum" else None
        return Figure(events=None if of_players else 0, value=value)
    value: Any = row["measured"] if "measured" in row else _added(row, measure)
    if of_players or measure == "count":
        value = int(value or 0)
    elif measure == "sum" and value is None:
        value = 0.0
    return Figure(events=None if of_players else int(row["events"] or 0), value=value)


def _added(row: dict[str, Any], measure: Measure) -> Any:
    return ratio(row["total"], row["events"]) if measure == "mean" else row[COLUMN_OF[measure]]


def _added_up(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """All rows as one."""
    of_numbers = [row for row in rows if row["total"] is not None]
    return {
        "events": sum(row["events"] for row in rows),
        "total": sum(row["total"] for row in of_numbers),
        "low": min((row["low"] for row in of_numbers), default=None),
        "high": max((row["high"] for row in of_numbers), default=None),
    }


def _share(figure: Figure, total: Figure, measure: Measure) -> float | None:
    if measure not in ("count", "players", "sum"):
        return None
    return ratio(figure.value or 0, total.value or 0)


def _values(rows: list[dict[str, Any]], *, is_added_up: bool) -> int:
    if is_added_up:
        return sum(row.get("all_keys", 0) for row in rows)
    return rows[0]["all_keys"] if rows else 0


METRIC = Metric(__name__, __doc__, Parameters, Breakdown, answer, subject="Overview")
