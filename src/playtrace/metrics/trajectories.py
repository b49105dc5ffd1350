"""How players moved: their positions one after the other.

- A **trajectory** is what one session says of one map, and of one match where there are matches: its `position` events
  with `x`, `y` and `mono_ms`, in the order of that clock, which never jumps, else in that in which they were sent. Who
  goes to another map, or match, begins a new one there.
- Of the sessions that are asked for, the `limit` with the latest position are answered; `sessions` says how many there
  are. With `player`, `match` and `map` only such positions count.
- Where the chosen sessions have more than `maxPoints` positions, of each only every n-th is told, and its last:
  `toldEvery` is that n. 1 is all of them. `samples` counts before that.
- At most 500 trajectories are told; `trajectoryCount` says how many these sessions have.
- **unordered**: positions without a session or `mono_ms`: nothing says what was before or behind them.

Positions are read from all events, as no rollup keeps their clock. Which sessions have them is read of whole days (UTC)
from a rollup, where nothing narrows the question: then only the time of those sessions is looked through.

### Example

ann is at (0, 0) at 0 s of her session, at (3, 4) at 10 s, and at 20 s on another map: two trajectories, of two points
and of one. That the second event arrived after the third changes nothing.

### Elsewhere

Unity and GameAnalytics have heatmaps and no paths. Tools that draw them sort by the wall clock, which a device sets
back while a match runs: the path then jumps to and fro. Here the order is that of the session's own clock.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, ClassVar, LiteralString

from pydantic import BeforeValidator, Field

from playtrace.metrics.frame.asking import Asking
from playtrace.metrics.frame.calendar import Span, plain, span_of, whole_days_inside
from playtrace.metrics.frame.metric import Metric
from playtrace.metrics.frame.models import CommonAnswer, CommonParameters, Judged, Model, Sought, split_commas
from playtrace.metrics.frame.scope import Scope, Table

SESSIONS_MAX = 100
TRAJECTORIES_MAX = 500
"""Of all sessions together: a hostile client names another map at each position."""
POINTS_MIN, POINTS_MAX = 1_000, 20_000
ASKED_MAX = 100

Ids = Annotated[list[str], BeforeValidator(split_commas), Field(max_length=ASKED_MAX)]


class Parameters(CommonParameters):
    names_players_by: ClassVar[tuple[str, ...]] = ("player",)

    player: Ids = Field(default_factory=list, description="Only of these players. Default: all.")
    match: Ids = Field(default_factory=list, description="Only in these matches. Default: all, and outside of any.")
    map: str | None = Field(None, min_length=1, max_length=256, description="Only on this map. Default: all.")
    limit: int = Field(10, ge=1, le=SESSIONS_MAX, description="How many sessions: those with the latest positions.")
    max_points: int = Field(
        5_000, ge=POINTS_MIN, le=POINTS_MAX, description="How many points in all, before only some are told."
    )

    def sought(self) -> list[Sought]:
        return [*super().sought(), Sought("map", "map", [self.map] if self.map else [])]


class TrajectoryPoint(Model):
    time: dt.datetime = Field(description="When, UTC.")
    session_ms: int = Field(description="By the session's own clock, in milliseconds.")
    x: float
    y: float
    z: float | None


class Trajectory(Model):
    player_id: str | None
    session_id: str
    match_id: str | None
    map: str
    points: list[TrajectoryPoint] = Field(description="In the order of the session's clock.")


class Trajectories(Judged, CommonAnswer):
    trajectories: list[Trajectory] = Field(description="Session by session, the one with the latest position first.")
    trajectory_count: int = Field(description="How many the sessions that are told have, whether told or not.")
    sessions: int = Field(description="How many sessions have such positions, whether told or not.")
    samples: int = Field(description="Positions of the sessions that are told, before any is left out.")
    told_every: int = Field(description="1: all of them; n: of each session every n-th, and the last.")
    unordered: int = Field(description="Positions without a session or its clock, which are in no trajectory.")

    def table(self) -> list[dict[str, object]]:
        return [
            {
                "player": one.player_id,
                "session": one.session_id,
                "match": one.match_id,
                "map": one.map,
                "time": point.time.isoformat(),
                "x": point.x,
                "y": point.y,
                "z": point.z,
            }
            for one in self.trajectories
            for point in one.points
        ]


POSITION: LiteralString = """name = 'position' AND map_id IS NOT NULL AND x IS NOT NULL AND y IS NOT NULL
        AND ($players::VARCHAR[] IS NULL OR list_contains($players::VARCHAR[], player_id))
        AND ($matches::VARCHAR[] IS NULL OR list_contains($matches::VARCHAR[], match_id))"""

# Of each session, or of parts of it.
OF_EVENTS: LiteralString = f"""
    SELECT owner, session_id, min(time) AS first_at, max(time) AS last_at, count(*) AS samples
    FROM every_event
    WHERE {POSITION} AND session_id IS NOT NULL AND mono_ms IS NOT NULL
        AND ($map::VARCHAR IS NULL OR map_id = $map::VARCHAR){{outside}}
    GROUP BY owner, session_id"""

OF_DAYS: LiteralString = """
    SELECT owner, session_id, first_at, last_at, samples FROM walks"""

OUTSIDE: LiteralString = " AND (time < $whole_from OR time >= $whole_to)"

CHOSEN: LiteralString = """
WITH
parts AS ({parts}
)
SELECT owner, session_id, min(first_at) AS first_at, max(last_at) AS last_at, CAST(sum(samples) AS BIGINT) AS samples,
    count(*) OVER () AS sessions
FROM parts
GROUP BY owner, session_id
ORDER BY last_at DESC, owner, session_id
LIMIT $sessions_max
"""

UNORDERED: LiteralString = f"""
SELECT count(*) AS unordered
FROM every_event
WHERE {POSITION} AND (session_id IS NULL OR mono_ms IS NULL)
    AND ($map::VARCHAR IS NULL OR map_id = $map::VARCHAR)
"""

POINTS: LiteralString = f"""
WITH
walked AS (
    SELECT chosen.rank, player_id, every_event.session_id, match_id, map_id, time, x, y, z, mono_ms, order_key,
        lag(map_id) OVER (PARTITION BY chosen.rank ORDER BY mono_ms, order_key) AS map_before,
        lag(match_id) OVER (PARTITION BY chosen.rank ORDER BY mono_ms, order_key) AS match_before
    FROM every_event
    JOIN chosen ON every_event.owner = chosen.owner AND every_event.session_id = chosen.session_id
    WHERE {POSITION} AND mono_ms IS NOT NULL AND time >= $first_at AND time <= $last_at
),
runs AS (
    SELECT rank, player_id, session_id, match_id, map_id, time, x, y, z, mono_ms, order_key,
        sum(CASE WHEN map_id = map_before AND coalesce(match_id, '') = coalesce(match_before, '') THEN 0 ELSE 1 END)
            OVER (PARTITION BY rank ORDER BY mono_ms, order_key
                ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS run
    FROM walked
),
placed AS (
    SELECT rank, run, player_id, session_id, match_id, map_id, time, x, y, z, mono_ms,
        row_number() OVER (PARTITION BY rank ORDER BY mono_ms, order_key) AS place,
        count(*) OVER (PARTITION BY rank) AS places
    FROM runs
    WHERE $map::VARCHAR IS NULL OR map_id = $map::VARCHAR
)
SELECT rank, run, player_id, session_id, match_id, map_id, time, x, y, z, mono_ms
FROM placed
WHERE (place - 1) % $told_every = 0 OR place = places
ORDER BY rank, place
"""


def answer(parameters: Parameters, asking: Asking) -> Trajectories:
    span = span_of(parameters, asking.now)
    scope = Scope(parameters, asking, [span])
    bound: dict[str, object] = {
        "players": parameters.player or None,
        "matches": parameters.match or None,
        "map": parameters.map,
        "sessions_max": parameters.limit,
    }
    chosen = _chosen(parameters, scope, span, bound)
    samples = sum(row["samples"] for row in chosen)
    # Of each session its first and its last are told besides.
    told_every = 1 if samples <= parameters.max_points else -(-samples // (parameters.max_points - 2 * len(chosen)))
    rows: list[dict[str, Any]] = []
    if chosen:
        table = Table(
            "chosen",
            {"rank": "BIGINT", "owner": "VARCHAR", "session_id": "VARCHAR"},
            [(rank, row["owner"], row["session_id"]) for rank, row in enumerate(chosen)],
        )
        bound |= {"first_at": min(row["first_at"] for row in chosen), "last_at": max(row["last_at"] for row in chosen)}
        rows = scope.rows(POINTS, table, told_every=told_every, **bound)
    (unordered,) = scope.rows(UNORDERED, **bound)
    trajectories = _trajectories(rows)
    return Trajectories(
        trajectories=trajectories[:TRAJECTORIES_MAX],
        trajectory_count=len(trajectories),
        sessions=chosen[0]["sessions"] if chosen else 0,
        samples=samples,
        told_every=told_every,
        unordered=unordered["unordered"],
        complete=span.is_complete(asking),
        settled=span.is_settled(asking),
        **asking.heading(parameters, span.start, span.end, scope.source),
    )


def _chosen(parameters: Parameters, scope: Scope, span: Span, bound: dict[str, object]) -> list[dict[str, Any]]:
    """The sessions with the latest positions, and how many there are."""
    whole = whole_days_inside(span)
    is_narrowed = parameters.player or parameters.match or parameters.map is not None or scope.is_narrowed
    if is_narrowed or whole is None:
        return scope.rows(CHOSEN.format(parts=OF_EVENTS.format(outside="")), **bound)
    parts = OF_DAYS
    if whole != span:
        parts += "\n    UNION ALL" + OF_EVENTS.format(outside=OUTSIDE)
    return scope.rows(CHOSEN.format(parts=parts), whole_from=plain(whole.start), whole_to=plain(whole.end), **bound)


def _trajectories(rows: list[dict[str, Any]]) -> list[Trajectory]:
    found: dict[tuple[int, int], Trajectory] = {}
    for row in rows:
        trajectory = found.setdefault(
            (row["rank"], row["run"]),
            Trajectory(
                player_id=row["player_id"],
                session_id=row["session_id"],
                match_id=row["match_id"],
                map=row["map_id"],
                points=[],
            ),
        )
        # Not validated: these are our own numbers, and there are thousands of them.
        trajectory.points.append(
            TrajectoryPoint.model_construct(
                time=row["time"].replace(tzinfo=dt.UTC), session_ms=row["mono_ms"], x=row["x"], y=row["y"], z=row["z"]
            )
        )
    return list(found.values())


METRIC = Metric(__name__, __doc__, Parameters, Trajectories, answer, subject="Maps")
