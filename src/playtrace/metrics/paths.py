"""What players do first, next and after that.

A path is the sequence of what a unit did in the range, in order. Its **nodes** are the names of qualifying events:
those of a player, but for `push_received`, `server_grant` and `crash_upload`. With `property` a node is the name and
what the event says of it, `match_start:ranked`. `position`, `performance` and `heartbeat` are no nodes unless `event`
names them; with `event` only those named are. Consecutive equal nodes are one.

Of each path the first `length` nodes count, from its beginning, or with `start` from the first event of that name; with
`end` the last ones up to the last event of that name. Units without that event have no path.

- A **link** of column i says how many units have its source as their i-th node and its target as the next. A unit that
  has no more nodes leads to `(end)`; with `end`, one that has fewer nodes begins with `(start)`.
- What fewer than 1 % of the units of a column have there is folded into `(other)`, after counting.
- In every column but the first and the last as many units lead to a node as from it.

A unit is a `session` by its `session_id`, or a `player`. A session that began before the range is seen from there on.
Filters hold for each event. It is read from all events, but for sessions from their beginning: of days (UTC) that have
come to rest, what each session did first is kept.

### Example

Three sessions: lobby, match, match, shop; lobby, shop; lobby, match. From lobby two lead to match and one to shop; of
the second column match leads to shop once and once to `(end)`, as shop does; of the third, shop leads to `(end)`. Three
units leave the first column, and three arrive in the second.

### Elsewhere

Amplitude's Journeys, Mixpanel's Flows and PostHog's Paths draw the same. They fold by a number of nodes for each
column; here it is by a share, so that nothing that matters is folded where many do different things.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal, LiteralString

from pydantic import Field

from playtrace.event import NAME_LENGTH_MAX, SAMPLE_EVENTS
from playtrace.metrics.frame.asking import Asking
from playtrace.metrics.frame.calendar import ONE_DAY, Span, plain, span_of, whole_days_inside
from playtrace.metrics.frame.errors import WrongParameter
from playtrace.metrics.frame.fields import Field as PropertyField
from playtrace.metrics.frame.fields import read_field
from playtrace.metrics.frame.metric import Metric
from playtrace.metrics.frame.models import CommonAnswer, CommonParameters, FilterValues, Judged, Model, Sought
from playtrace.metrics.frame.scope import Scope, Table
from playtrace.metrics.frame.splitting import OTHER
from playtrace.metrics.frame.wilson import ratio
from playtrace.rollups import path_days

Sql = LiteralString

LENGTH_MIN, LENGTH_MAX = 2, 10
FOLDED_BELOW_PERCENT = 1
END, START = "(end)", "(start)"


class Parameters(CommonParameters):
    unit: Literal["session", "player"] = Field("session", description="Whose paths they are.")
    length: int = Field(5, ge=LENGTH_MIN, le=LENGTH_MAX, description="Nodes of a path that count.")
    start: str | None = Field(
        None, min_length=1, max_length=NAME_LENGTH_MAX, description="Begin with the first event of this name."
    )
    end: str | None = Field(
        None, min_length=1, max_length=NAME_LENGTH_MAX, description="End with the last event of this name."
    )
    event: FilterValues = Field(
        default_factory=list, description="Only events of this name are nodes; several times for several."
    )
    property: str | None = Field(
        None, description="A field whose value is part of the node where an event has one: `level`, `props.mode`, ..."
    )

    def sought(self) -> list[Sought]:
        anchors = [("start", self.start), ("end", self.end)]
        named = [Sought(name, "event", [value]) for name, value in anchors if value is not None]
        return [*super().sought(), *named, Sought("event", "event", self.event)]


class PathLink(Model):
    column: int = Field(description="Of the source; 1 is the first.")
    source: str
    target: str
    units: int


class PathNode(Model):
    column: int
    node: str
    units: int
    share: float | None = Field(description="units / units that have a node in this column.")


class Paths(Judged, CommonAnswer):
    links: list[PathLink] = Field(description="By column, the largest first.")
    nodes: list[PathNode] = Field(description="By column, the largest first.")
    units: int = Field(description="Sessions or players that have a path.")
    unit: Literal["session", "player"]
    length: int


UNITS: dict[str, tuple[Sql, Sql]] = {
    "player": ("player_id", ""),
    # Clients that number their sessions 1, 2, 3 are told apart by player or device.
    "session": ("owner, session_id", " AND session_id IS NOT NULL"),
}
IS_NODE: dict[bool, Sql] = {
    True: "list_contains($names::VARCHAR[], name)",
    False: "NOT list_contains($samples::VARCHAR[], name)",
}

DID: Sql = """
WITH
did AS (
    SELECT {unit}, order_key, {node} AS node, name
    FROM every_event
    WHERE is_active AND {is_node}{has_unit}
),
"""

ANCHORED: Sql = """
anchors AS (
    SELECT {unit}, {first}(order_key) AS anchor_key FROM did WHERE name = $anchor GROUP BY {unit}
),
begun AS (
    SELECT {unit}, order_key, node FROM did JOIN anchors USING ({unit}) WHERE order_key {behind} anchor_key
),
"""
WHOLE: Sql = """
begun AS (
    SELECT {unit}, order_key, node FROM did
),
"""

# Nothing behind the first event of the last of so many different nodes matters: until then as many nodes, or more, have
# come one after the other. Most of what a unit does lies behind it, and putting events in order is what takes long.
REST: Sql = """
firsts AS (
    SELECT {unit}, node, {first}(order_key) AS first_key FROM begun GROUP BY {unit}, node
),
different AS (
    SELECT {unit}, first_key, row_number() OVER (PARTITION BY {unit} ORDER BY first_key {direction}) AS number
    FROM firsts
),
bounds AS (
    SELECT {unit}, first_key AS last_key FROM different WHERE number = $length
),
runs AS (
    SELECT {unit}, order_key, node, lag(node) OVER (PARTITION BY {unit} ORDER BY order_key {direction}) AS node_before
    FROM begun
    LEFT JOIN bounds USING ({unit})
    WHERE last_key IS NULL OR order_key {before} last_key
),
placed AS (
    SELECT node, row_number() OVER (PARTITION BY {unit} ORDER BY order_key {direction}) AS place,
        lead(node) OVER (PARTITION BY {unit} ORDER BY order_key {direction}) AS node_next
    FROM runs
    WHERE node_before IS NULL OR node_before <> node
),
"""

LINKED: Sql = """
linked AS (
    SELECT place, node, node_next, count(*) AS units
    FROM placed
    WHERE place <= $length
    GROUP BY place, node, node_next{of_days}
),
"""

SHOWN: Sql = """
nodes AS (
    SELECT place, node, CASE WHEN sum(units) * 100 < $percent * sum(sum(units)) OVER (PARTITION BY place) THEN 1 ELSE 0
        END AS is_folded
    FROM linked
    GROUP BY place, node
),
shown AS (
    SELECT linked.place, units,
        CASE WHEN own.is_folded = 1 THEN $other ELSE linked.node END AS node,
        CASE WHEN node_next IS NULL THEN $beyond WHEN then_next.is_folded = 1 THEN $other ELSE node_next
        END AS node_next
    FROM linked
    JOIN nodes AS own ON own.place = linked.place AND own.node = linked.node
    LEFT JOIN nodes AS then_next ON then_next.place = linked.place + 1 AND then_next.node = linked.node_next
)
SELECT place, node, CASE WHEN place < $length THEN node_next END AS node_next, CAST(sum(units) AS BIGINT) AS units
FROM shown
GROUP BY place, node, CASE WHEN place < $length THEN node_next END
"""

# ── what is kept of days ────────────────────────────────────────────────────────────────────────────────────

# Days that are not as they were made, or that are not made.
UNMADE: Sql = """
WITH
made AS (
    SELECT day, events
    FROM main.path_days
    WHERE game_id = $game AND env = $env AND day >= $whole_from AND day < $whole_to AND events > 0
)
SELECT counted_days.day
FROM counted_days
LEFT JOIN made ON made.day = counted_days.day
WHERE made.events IS NULL OR made.events <> counted_days.events
ORDER BY counted_days.day
"""

# What a session did on one day alone is counted as it is kept. Of one that goes over midnight, or over the border of
# what is kept, the parts come one after the other, as if they were events.
PIECES: Sql = """
WITH
pieces AS (
    SELECT owner, session_id, day{nodes}
    FROM main.path_days
    WHERE game_id = $game AND env = $env AND day >= $made_from AND day < $made_to AND events = 0
),{did}
parted AS (
    SELECT owner, session_id
    FROM (
        SELECT owner, session_id FROM pieces{outside}
    ) AS parts
    GROUP BY owner, session_id
    HAVING count(*) > 1
),
begun AS (
    SELECT owner, session_id, order_key, node
    FROM (
        SELECT pieces.owner, pieces.session_id,
            CAST(epoch_us(CAST(day AS TIMESTAMP)) AS HUGEINT) * 590295810358705651712 + place AS order_key,
            CASE place{node_of_place} END AS node
        FROM pieces
        JOIN parted ON pieces.owner = parted.owner AND pieces.session_id = parted.session_id
        CROSS JOIN places
    ) AS kept
    WHERE node IS NOT NULL{of_did}
),
whole AS (
    SELECT count(*) AS units{nodes}
    FROM pieces
    LEFT JOIN parted ON pieces.owner = parted.owner AND pieces.session_id = parted.session_id
    WHERE parted.session_id IS NULL
    GROUP BY node_1{nodes_behind}
),
"""
DID_OUTSIDE: Sql = """
did AS (
    SELECT owner, session_id, order_key, name AS node
    FROM every_event
    WHERE is_active AND NOT list_contains($samples::VARCHAR[], name) AND session_id IS NOT NULL
        AND (time < $made_from OR time >= $made_to)
),"""
OF_DID: Sql = """
    UNION ALL
    SELECT owner, session_id, order_key, node FROM did"""
OUTSIDE: Sql = """
        UNION ALL
        SELECT DISTINCT owner, session_id FROM did"""
OF_DAYS: Sql = """
    UNION ALL
    SELECT place, node, node_next, units
    FROM (
        SELECT places.place, units, CASE place{node_of_place} END AS node, CASE place{node_behind} END AS node_next
        FROM whole
        CROSS JOIN places
    ) AS ways
    WHERE node IS NOT NULL"""


def answer(parameters: Parameters, asking: Asking) -> Paths:
    if parameters.start is not None and parameters.end is not None:
        raise WrongParameter("end", "Either `start` or `end`.")
    anchor = parameters.end or parameters.start
    if anchor is not None and parameters.event and anchor not in parameters.event:
        raise WrongParameter("end" if parameters.end else "start", "`event` does not name it: then no path has it.")
    span = span_of(parameters, asking.now)
    field = read_field(parameters.property, "property") if parameters.property is not None else None
    reading: dict[Sql, Sql] = {} if field is None else {"said_value": field.value("said")}
    scope = Scope(parameters, asking, [span], reading=reading)
    samples = [name for name in SAMPLE_EVENTS if name != anchor]
    made = _made(parameters, asking, scope, span)
    rows = scope.rows(
        _statement(parameters, field) if made is None else _statement_of_days(parameters, is_all=made == span),
        Table("places", {"place": "BIGINT"}, [(place,) for place in range(1, parameters.length + 1)]),
        made_from=made and plain(made.start),
        made_to=made and plain(made.end),
        names=parameters.event,
        samples=samples,
        anchor=anchor,
        length=parameters.length,
        percent=FOLDED_BELOW_PERCENT,
        other=OTHER,
        beyond=END if parameters.end is None else START,
        **(field.bound("said") if field else {}),
    )
    nodes = _nodes(parameters, rows)
    return Paths(
        links=_links(parameters, rows),
        nodes=nodes,
        units=sum(row["units"] for row in rows if row["place"] == 1),
        unit=parameters.unit,
        length=parameters.length,
        complete=span.is_complete(asking),
        settled=span.is_settled(asking),
        **asking.heading(parameters, span.start, span.end, scope.source),
    )


def _statement(parameters: Parameters, field: PropertyField | None) -> Sql:
    unit, has_unit = UNITS[parameters.unit]
    node: Sql = "name"
    if field is not None:
        said = field.key("said_value", "CAST(said_value AS VARCHAR)")
        node = "name || coalesce(':' || " + said + ", '')"
    is_forward = parameters.end is None
    text = DID + (WHOLE if is_forward and parameters.start is None else ANCHORED) + REST + LINKED + SHOWN
    return text.format(
        of_days="",
        unit=unit,
        has_unit=has_unit,
        is_node=IS_NODE[bool(parameters.event)],
        node=node,
        direction="ASC" if is_forward else "DESC",
        first="min" if is_forward else "max",
        behind=">=" if is_forward else "<=",
        before="<=" if is_forward else ">=",
    )


def _made(parameters: Parameters, asking: Asking, scope: Scope, span: Span) -> Span | None:
    """The longest stretch of days in the span of which it is kept what sessions did first, if that is what is asked."""
    whole = whole_days_inside(span)
    is_other = parameters.unit != "session" or parameters.event or parameters.property or scope.is_narrowed
    is_anchored = parameters.start is not None or parameters.end is not None
    if whole is None or is_other or is_anchored or parameters.source == "raw" or asking.is_merged:
        return None
    longest = Span(whole.start, whole.start)
    start = whole.start
    unmade = scope.rows(UNMADE, whole_from=plain(whole.start), whole_to=plain(whole.end))
    for day in [*(dt.datetime.combine(row["day"], dt.time(), dt.UTC) for row in unmade), whole.end]:
        longest = max(longest, Span(start, day), key=lambda days: days.end - days.start)
        start = day + ONE_DAY
    return longest if longest.start < longest.end else None


def _statement_of_days(parameters: Parameters, *, is_all: bool) -> Sql:
    """`is_all`: no events lie outside of what is kept."""
    numbers = path_days.NODES[: parameters.length]
    nodes: Sql = ""
    node_of_place: Sql = ""
    node_behind: Sql = ""
    for number, behind in zip(numbers, (*numbers[1:], None), strict=True):
        nodes += ", node_" + number
        node_of_place += " WHEN " + number + " THEN node_" + number
        if behind is not None:
            node_behind += " WHEN " + number + " THEN node_" + behind
    return (PIECES + REST + LINKED.replace("{of_days}", OF_DAYS) + SHOWN).format(
        unit=UNITS["session"][0],
        nodes=nodes,
        nodes_behind=nodes.removeprefix(", node_1"),
        node_of_place=node_of_place,
        node_behind=node_behind,
        did="" if is_all else DID_OUTSIDE,
        outside="" if is_all else OUTSIDE,
        of_did="" if is_all else OF_DID,
        direction="ASC",
        first="min",
        before="<=",
    )


def _links(parameters: Parameters, rows: list[dict[str, Any]]) -> list[PathLink]:
    found: list[PathLink] = []
    for row in rows:
        if row["node_next"] is None:
            continue
        if parameters.end is None:
            column, source, target = row["place"], row["node"], row["node_next"]
        else:
            column, source, target = parameters.length - row["place"], row["node_next"], row["node"]
        found.append(PathLink(column=column, source=source, target=target, units=row["units"]))
    return sorted(found, key=lambda link: (link.column, -link.units, link.source, link.target))


def _nodes(parameters: Parameters, rows: list[dict[str, Any]]) -> list[PathNode]:
    units: dict[tuple[int, str], int] = {}
    totals: dict[int, int] = {}
    for row in rows:
        column = row["place"] if parameters.end is None else parameters.length + 1 - row["place"]
        units[column, row["node"]] = units.get((column, row["node"]), 0) + row["units"]
        totals[column] = totals.get(column, 0) + row["units"]
    found = [
        PathNode(column=column, node=node, units=count, share=ratio(count, totals[column]))
        for (column, node), count in units.items()
    ]
    return sorted(found, key=lambda node: (node.column, -node.units, node.node))


METRIC = Metric(__name__, __doc__, Parameters, Paths, answer, subject="Order")
