"""Where things happen on a map.

The map is cut into square cells: cx = floor((x - originX) / cellSize), cy likewise, so that a cell has its left and
lower border and not the others. The default size depends on where players were on these days, whatever the filters, so
that maps with different filters have the same cells. What is more than 2^31 cells away counts nowhere. With `floorFrom`
and `floorTo` only what lies between them in z counts.

One stray position a million units away does not make the cells larger: their size depends on the **core**, where nearly
everything lies. By powers of two of the distance from the origin, the core is where most is, what is at most four times
as far out or in and holds 0.5 % of the whole, and what holds 10 % wherever it is. What lies outside is counted all the
same; **outsideEvents** says how many events do.

- **events**: events of the asked name with x and y on the map. The cells add up to all of them.
- **seconds**: time spent. From one `position` event of a session to its next one on the same map, measured by
  `mono_ms`, the player is where the first one says; a pause counts for at most two sample intervals.
- **players**: distinct players with either of them in the cell. Counted exactly up to 5; 5 means 5 or more. Null below
  60 seconds.
- **ratePerHour** = events / hours spent in the cell; null below 60 seconds or 5 players: it would be noise, and point
  at persons. **relativeRisk** = ratePerHour of the cell / ratePerHour of the map. A map of plain counts shows where
  people are; this one where it is dangerous.
- **value**, with `layer=value`: the mean, or the 95th percentile (type 7), of a number (`of`) of the asked events in
  the cell: of the frame rate, with `event=performance`. Read from all events. Null of less than 5 players.
- With `matchFromSeconds` and `matchToSeconds` only what happened so long after its match began counts, and time that
  was begun to be spent then. A match begins with the first event that has its `match_id`, whatever the filters. Read
  from all events; what has no `match_id` does not count.
- **points**, where they are asked for: each of these events by itself, of at most 2,000. They point at persons: so they
  say no player unless `pointPlayers` asks for that too.

### Example

With cells of 10, an event at x = -0.5 lies in cell -1, one at 29.99 in cell 2 and one at 30 in cell 3. Six deaths in
half an hour in one cell and six in three hours in another: 12 and 2 an hour, on a map with 12 in 3.5 hours, which is
3.43. The relative risks are 3.5 and 0.58; a map of counts would paint both the same.

### Elsewhere

Heatmaps of other products count events, or samples of positions: those show where people are, and a crowded safe place
looks as bad as a deadly one. Cells cut by truncation put -0.5 and 0.5 into one cell of double width; these are floored.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal, LiteralString

from pydantic import Field

from playtrace.metrics.frame.asking import Asking
from playtrace.metrics.frame.calendar import ONE_DAY, Span, plain, span_of
from playtrace.metrics.frame.errors import WrongParameter
from playtrace.metrics.frame.fields import Field as EventField
from playtrace.metrics.frame.fields import read_field
from playtrace.metrics.frame.metric import Metric
from playtrace.metrics.frame.models import CommonAnswer, CommonParameters, Judged, Model, Sought
from playtrace.metrics.frame.scope import Scope, Table
from playtrace.metrics.frame.wilson import ratio
from playtrace.rollups import map_extents
from playtrace.rollups.heat_days import SPAN_MS_MAX, fitting_cell_size

CELLS_MAX = 50_000
POINTS_MAX = 2_000
SECONDS_MIN = 60
PLAYERS_MIN = 5
DAY_SECONDS = 86_400

Layer = Literal["all", "events", "time", "visits", "value"]
Finite = Annotated[float, Field(allow_inf_nan=False)]


class Parameters(CommonParameters):
    map: str = Field(min_length=1, max_length=64, description="The map's id, as events send it.")
    event: str = Field("player_death", min_length=1, max_length=64, description="Name of the events that are counted.")
    cell_size: Finite | None = Field(
        None,
        gt=0,
        description="Side of a cell in the map's units."
        " Default: 1, 2 or 5 times a power of ten that makes about 25 cells along the longer side of where players were"
        " on these days (UTC), whatever the filters: the same cells for all of them.",
    )
    origin_x: Finite = Field(0, description="x of the left border of cell 0.")
    origin_y: Finite = Field(0, description="y of the lower border of cell 0.")
    floor_from: Finite | None = Field(None, description="Lowest z that counts, included.")
    floor_to: Finite | None = Field(None, description="Highest z that counts, not included.")
    match_from_seconds: float | None = Field(
        None, ge=0, le=DAY_SECONDS, description="Only what happened so long after the start of its match, or later."
    )
    match_to_seconds: float | None = Field(
        None, gt=0, le=DAY_SECONDS, description="Only what happened sooner after the start of its match."
    )
    layer: Layer = Field(
        "all",
        description="Only cells with events, with time, or with players, `all` for any of them; or `value`: a number of"
        " the events in each cell.",
    )
    of: str | None = Field(
        None, description="With the layer `value`: the number, `props.NAME` or a column. Default: `value`."
    )
    measure: Literal["mean", "p95"] = Field("mean", description="With the layer `value`: what is told of the number.")
    points: bool = Field(False, description="Also each event by itself; refused where they are more than 2,000.")
    point_players: bool = Field(False, description="With `points`: also whose event it was.")
    sample_interval_ms: int = Field(
        10_000,
        gt=0,
        description="How often the game sends `position`, in milliseconds. A pause counts for at most two of them.",
    )

    def sought(self) -> list[Sought]:
        return [*super().sought(), Sought("map", "map", [self.map]), Sought("event", "event", [self.event])]


class HeatCell(Model):
    cx: int = Field(description="floor((x - originX) / cellSize)")
    cy: int = Field(description="floor((y - originY) / cellSize)")
    events: int
    seconds: float = Field(description="Time that players spent here.")
    players: int | None = Field(
        description="Distinct players seen here; exact up to 5, and 5 is `5 or more`. Null below 60 seconds."
    )
    rate_per_hour: float | None = Field(description="events / hours spent here; null below 60 seconds or 5 players.")
    relative_risk: float | None = Field(description="ratePerHour / ratePerHour of the map; null where that is.")
    value: float | None = Field(
        default=None, description="With the layer `value`: mean or p95 of the number; null of less than 5 players."
    )


class HeatPoint(Model):
    """One event."""

    time: dt.datetime
    x: float
    y: float
    z: float | None
    player_id: str | None = Field(description="Null unless `pointPlayers` is asked.")


class HeatTotal(Model):
    events: int
    seconds: float
    rate_per_hour: float | None = Field(description="events / hours, of the whole map; null without time.")


class Bounds(Model):
    min_x: float
    min_y: float
    max_x: float
    max_y: float


class Heatmap(Judged, CommonAnswer):
    map: str
    event: str
    layer: Layer
    cell_size: float
    origin_x: float
    origin_y: float
    cells: list[HeatCell]
    total: HeatTotal = Field(description="Of the map, whatever the layer.")
    bounds: Bounds | None = Field(description="Outer borders of all cells, whatever the layer; null without any.")
    core: Bounds | None = Field(
        description="Where nearly everything lies on these days (UTC), whatever the filters: as far as players go, or"
        " without any position the events. Null without any."
    )
    outside_events: int = Field(description="Those of `total` whose cells lie wholly outside of the core.")
    of: str | None = Field(description="The number of the layer `value`; null with others.")
    measure: Literal["mean", "p95"] | None = Field(description="What `value` tells of it; null with other layers.")
    match_seconds: float | None = Field(
        description="How long 95 of 100 matches of the range lasted; null unless `matchFromSeconds` or"
        " `matchToSeconds` is asked."
    )
    points: list[HeatPoint] | None = Field(description="Where they are asked for: in the order of time.")


EXTENT: LiteralString = """
SELECT name, reach, CAST(sum(events) AS BIGINT) AS events, min(min_x) AS min_x, min(min_y) AS min_y,
    max(max_x) AS max_x, max(max_y) AS max_y
FROM extents
WHERE map_id = $map AND name IN ('position', $event)
GROUP BY name, reach
"""

# Whole days that compaction has cut into these very cells: what is left of the range lies around them.
DAYS_ROLLED: LiteralString = """
SELECT DISTINCT day
FROM main.heat_days
WHERE game_id = $game AND env = $env AND map_id = $map AND cell_size = $cell_size
    AND day >= $from AND day + INTERVAL 1 DAY <= $to
"""

# At least as many players as bits were in a cell: each sets the one that a hash says.
CELLS: LiteralString = """
WITH
rolled AS (
    SELECT cx, cy, events, span_ms, players
    FROM main.heat_days
    WHERE game_id = $game AND env = $env AND map_id = $map AND name IN ('position', $event) AND cell_size = $cell_size
        AND list_contains($rolled_days::DATE[], day)
),
happened AS (
    SELECT x, y, player_bit, 1 AS events, 0 AS span_ms
    FROM located
    WHERE map_id = $map AND name = $event AND time >= $rest_from AND time < $rest_to
        AND NOT list_contains($rolled_days::DATE[], CAST(time AS DATE))
        AND ($floor_from::DOUBLE IS NULL OR z >= $floor_from::DOUBLE)
        AND ($floor_to::DOUBLE IS NULL OR z < $floor_to::DOUBLE)
),
stayed AS (
    SELECT x, y, player_bit, 0 AS events, least(span_ms, $span_ms_max) AS span_ms
    FROM stays
    WHERE map_id = $map AND time >= $rest_from AND time < $rest_to
        AND NOT list_contains($rolled_days::DATE[], CAST(time AS DATE))
        AND ($floor_from::DOUBLE IS NULL OR z >= $floor_from::DOUBLE)
        AND ($floor_to::DOUBLE IS NULL OR z < $floor_to::DOUBLE)
),
placed AS (
    SELECT TRY_CAST(floor((x - $origin_x) / $cell_size) AS INTEGER) AS cx,
        TRY_CAST(floor((y - $origin_y) / $cell_size) AS INTEGER) AS cy, events, span_ms,
        CAST(1 AS BIGINT) << player_bit AS players
    FROM (SELECT * FROM happened UNION ALL SELECT * FROM stayed) AS places
),
layers AS (
    SELECT cx, cy, events, span_ms, players FROM rolled
    UNION ALL
    SELECT cx, cy, sum(events) AS events, sum(span_ms) AS span_ms, bit_or(players) AS players
    FROM placed
    GROUP BY cx, cy
)
SELECT cx, cy, sum(events) AS events, sum(span_ms) AS span_ms, coalesce(bit_count(bit_or(players)), 0) AS players
FROM layers
GROUP BY cx, cy
"""

_valued: LiteralString = """
SELECT cx, cy, count(DISTINCT player_id) AS players, {measure} AS value
FROM (
    SELECT TRY_CAST(floor((x - $origin_x) / $cell_size) AS INTEGER) AS cx,
        TRY_CAST(floor((y - $origin_y) / $cell_size) AS INTEGER) AS cy, player_id, number
    FROM every_event
    WHERE map_id = $map AND name = $event AND x IS NOT NULL AND y IS NOT NULL
        AND ($floor_from::DOUBLE IS NULL OR z >= $floor_from::DOUBLE)
        AND ($floor_to::DOUBLE IS NULL OR z < $floor_to::DOUBLE)
) AS measured
WHERE abs(number) <= 1e300
GROUP BY cx, cy
"""
VALUES: dict[str, LiteralString] = {
    "mean": _valued.format(measure="avg(number)"),
    "p95": _valued.format(measure="quantile_cont(number, 0.95)"),
}

POINTS: LiteralString = """
SELECT time, x, y, z, player_id
FROM located
WHERE map_id = $map AND name = $event AND ($floor_from::DOUBLE IS NULL OR z >= $floor_from::DOUBLE)
    AND ($floor_to::DOUBLE IS NULL OR z < $floor_to::DOUBLE)
ORDER BY time, x, y, player_id
LIMIT $points_max
"""

MATCH_LENGTH: LiteralString = """
SELECT quantile_cont(date_diff('microsecond', begun_at, ended_at), 0.95) AS length_us
FROM matches
WHERE ended_at >= $from
"""

SPARSE: LiteralString = """
WITH
seen AS (
    SELECT TRY_CAST(floor((x - $origin_x) / $cell_size) AS INTEGER) AS cx,
        TRY_CAST(floor((y - $origin_y) / $cell_size) AS INTEGER) AS cy, player_id
    FROM (
        SELECT x, y, z, player_id FROM located WHERE map_id = $map AND name = $event
        UNION ALL
        SELECT x, y, z, player_id FROM stays WHERE map_id = $map
    ) AS places
    WHERE player_id IS NOT NULL AND ($floor_from::DOUBLE IS NULL OR z >= $floor_from::DOUBLE)
        AND ($floor_to::DOUBLE IS NULL OR z < $floor_to::DOUBLE)
)
SELECT sparse.cx, sparse.cy, count(DISTINCT player_id) AS players
FROM sparse
JOIN seen ON seen.cx = sparse.cx AND seen.cy = sparse.cy
GROUP BY sparse.cx, sparse.cy
"""


def answer(parameters: Parameters, asking: Asking) -> Heatmap:
    span = span_of(parameters, asking.now)
    number = _number(parameters)
    if parameters.point_players and not parameters.points:
        raise WrongParameter("pointPlayers", "It says more of `points`: ask for them too.")
    # Where players are is in the rollups as the time that they spend there, not as events to be counted.
    in_match = _is_in_match(parameters)
    scope = Scope(parameters, asking, [span], raw=parameters.event == "position", in_match=in_match)
    bound: dict[str, object] = {
        "map": parameters.map,
        "event": parameters.event,
        "floor_from": parameters.floor_from,
        "floor_to": parameters.floor_to,
        "origin_x": parameters.origin_x,
        "origin_y": parameters.origin_y,
        "span_ms_max": 2 * parameters.sample_interval_ms,
    } | _match_time(parameters)
    core = _core(scope.rows(EXTENT, **bound))
    cell_size = fitting_cell_size(core) if parameters.cell_size is None else parameters.cell_size
    bound |= {"cell_size": cell_size}
    bound |= _without_days(span, _days_rolled(parameters, scope, bound))
    rows = scope.rows(CELLS, **bound)
    # What is too far away for a number of a cell is nowhere.
    rows = [row for row in rows if row["cx"] is not None and row["cy"] is not None]
    if len(rows) > CELLS_MAX:
        raise WrongParameter("cellSize", f"More than {CELLS_MAX} cells. Ask for larger ones.")
    # Only these must be looked at again: of a cell below the minute nothing is told that needs an exact number.
    sparse = [
        (row["cx"], row["cy"])
        for row in rows
        if 0 < row["players"] < PLAYERS_MIN and row["span_ms"] >= SECONDS_MIN * 1000
    ]
    if sparse:
        exact = scope.rows(SPARSE, Table("sparse", {"cx": "INTEGER", "cy": "INTEGER"}, sparse), **bound)
        counts = {(row["cx"], row["cy"]): row["players"] for row in exact}
        for row in rows:
            row["players"] = counts.get((row["cx"], row["cy"]), row["players"])
    total = _total(rows)
    rows.sort(key=lambda row: (row["cx"], row["cy"]))
    cells = [_cell(row, total) for row in rows]
    source = scope.source
    if number is not None:
        _add_values(cells, parameters, number, asking, span, bound)
        source = "raw"
    points = _points(parameters, scope, total, bound) if parameters.points else None
    return Heatmap(
        map=parameters.map,
        event=parameters.event,
        layer=parameters.layer,
        cell_size=cell_size,
        origin_x=parameters.origin_x,
        origin_y=parameters.origin_y,
        cells=[cell for cell, row in zip(cells, rows, strict=True) if _is_in(parameters.layer, row, cell)],
        total=total,
        bounds=_bounds(cells, parameters, cell_size),
        core=None if core is None else Bounds(min_x=core.min_x, min_y=core.min_y, max_x=core.max_x, max_y=core.max_y),
        outside_events=sum(cell.events for cell in cells if core and _is_outside(cell, core, parameters, cell_size)),
        of=number.name if number else None,
        measure=parameters.measure if number else None,
        match_seconds=_match_seconds(scope, bound) if in_match else None,
        points=points,
        complete=span.is_complete(asking),
        settled=span.is_settled(asking),
        **asking.heading(parameters, span.start, span.end, source),
    )


def _number(parameters: Parameters) -> EventField | None:
    if parameters.layer == "value":
        return read_field("value" if parameters.of is None else parameters.of, "of")
    for name in ("of", "measure"):
        if name in parameters.model_fields_set and getattr(parameters, name) is not None:
            raise WrongParameter(name, "It is of the layer `value`: ask for that.")
    return None


def _is_in_match(parameters: Parameters) -> bool:
    return parameters.match_from_seconds is not None or parameters.match_to_seconds is not None


def _match_time(parameters: Parameters) -> dict[str, object]:
    """Binds the first and the last microsecond of a match that count."""
    start = parameters.match_from_seconds or 0
    end = DAY_SECONDS if parameters.match_to_seconds is None else parameters.match_to_seconds
    if start >= end:
        raise WrongParameter("matchToSeconds", "It is not included, and must be later than `matchFromSeconds`.")
    return {"match_from_us": round(start * 1e6), "match_to_us": round(end * 1e6) - 1}


def _match_seconds(scope: Scope, bound: dict[str, object]) -> float | None:
    length_us = scope.rows(MATCH_LENGTH, **bound)[0]["length_us"]
    return None if length_us is None else length_us / 1e6


def _add_values(
    cells: list[HeatCell],
    parameters: Parameters,
    number: EventField,
    asking: Asking,
    span: Span,
    bound: dict[str, object],
) -> None:
    """Where enough players were: a number of one of them would point at them."""
    reading: dict[LiteralString, LiteralString] = {"number": number.number("number")}
    scope = Scope(parameters, asking, [span], reading=reading, in_match=_is_in_match(parameters))
    rows = scope.rows(VALUES[parameters.measure], **bound | number.bound("number"))
    values = {(row["cx"], row["cy"]): row["value"] for row in rows if row["players"] >= PLAYERS_MIN}
    for cell in cells:
        cell.value = values.get((cell.cx, cell.cy))


def _points(parameters: Parameters, scope: Scope, total: HeatTotal, bound: dict[str, object]) -> list[HeatPoint]:
    if total.events > POINTS_MAX:
        raise WrongParameter(
            "points",
            f"{total.events:,} events lie here, and each by itself is told of at most {POINTS_MAX:,}. Ask for a shorter"
            " time, or a floor.",
        )
    return [
        HeatPoint(
            time=row["time"].replace(tzinfo=dt.UTC),
            x=row["x"],
            y=row["y"],
            z=row["z"],
            player_id=row["player_id"] if parameters.point_players else None,
        )
        for row in scope.rows(POINTS, points_max=POINTS_MAX, **bound)
    ]


def _bounds(cells: list[HeatCell], parameters: Parameters, cell_size: float) -> Bounds | None:
    if not cells:
        return None
    return Bounds(
        min_x=parameters.origin_x + min(cell.cx for cell in cells) * cell_size,
        min_y=parameters.origin_y + min(cell.cy for cell in cells) * cell_size,
        max_x=parameters.origin_x + (max(cell.cx for cell in cells) + 1) * cell_size,
        max_y=parameters.origin_y + (max(cell.cy for cell in cells) + 1) * cell_size,
    )


def _core(rows: list[dict[str, Any]]) -> map_extents.Box | None:
    """As far as players go, or without any position the events."""
    of_players = [row for row in rows if row["name"] == "position"]
    return map_extents.core(
        [
            map_extents.Ring(**{field: row[field] for field in map_extents.Ring.__struct_fields__})
            for row in of_players or rows
        ]
    )


def _is_outside(cell: HeatCell, core: map_extents.Box, parameters: Parameters, cell_size: float) -> bool:
    """Whether no part of the cell is in the core."""
    left, lower = parameters.origin_x + cell.cx * cell_size, parameters.origin_y + cell.cy * cell_size
    return left > core.max_x or left + cell_size <= core.min_x or lower > core.max_y or lower + cell_size <= core.min_y


def _days_rolled(parameters: Parameters, scope: Scope, bound: dict[str, object]) -> set[dt.date]:
    """Days (UTC) of the range that compaction has already cut into the cells that are asked for."""
    narrows = (parameters.floor_from, parameters.floor_to)
    moves = parameters.origin_x != 0 or parameters.origin_y != 0 or bound["span_ms_max"] != SPAN_MS_MAX
    if moves or scope.is_narrowed or parameters.source == "raw" or any(value is not None for value in narrows):
        return set()
    return {row["day"] for row in scope.rows(DAYS_ROLLED, **bound)}


def _without_days(span: Span, days: set[dt.date]) -> dict[str, object]:
    """What is left of a span without whole days at its ends, and those days."""
    start, end = plain(span.start), plain(span.end)
    while start < end and start.time() == dt.time() and start.date() in days:
        start += ONE_DAY
    while start < end and end.time() == dt.time() and (end - ONE_DAY).date() in days:
        end -= ONE_DAY
    return {"rest_from": start, "rest_to": end, "rolled_days": sorted(days)}


def _total(rows: list[dict[str, Any]]) -> HeatTotal:
    events = sum(int(row["events"]) for row in rows)
    seconds = sum(int(row["span_ms"]) for row in rows) / 1000
    return HeatTotal(events=events, seconds=seconds, rate_per_hour=ratio(events * 3600, seconds))


def _cell(row: dict[str, Any], total: HeatTotal) -> HeatCell:
    events, seconds = int(row["events"]), int(row["span_ms"]) / 1000
    players = min(int(row["players"]), PLAYERS_MIN)
    rate = events * 3600 / seconds if seconds >= SECONDS_MIN and players >= PLAYERS_MIN else None
    # Not validated: these are our own numbers, and there are thousands of them.
    return HeatCell.model_construct(
        cx=int(row["cx"]),
        cy=int(row["cy"]),
        events=events,
        seconds=seconds,
        players=players if seconds >= SECONDS_MIN else None,
        rate_per_hour=rate,
        relative_risk=None if rate is None else ratio(rate, total.rate_per_hour or 0),
        value=None,
    )


def _is_in(layer: Layer, row: dict[str, Any], cell: HeatCell) -> bool:
    if layer == "value":
        return cell.value is not None
    shown = {"events": row["events"], "time": row["span_ms"], "visits": row["players"]}
    return any(shown.values()) if layer == "all" else shown[layer] > 0


METRIC = Metric(__name__, __doc__, Parameters, Heatmap, answer, subject="Maps")
