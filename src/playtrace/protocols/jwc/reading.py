"""What operators of `jwc.v1` clients look at: is it alive, and what came in lately."""

from __future__ import annotations

import datetime as dt
import re
import secrets
import time
from typing import Annotated, Any, LiteralString

import msgspec
from fastapi import APIRouter, Depends, Header, Query, Request, Response
from pydantic import BaseModel, BeforeValidator

from playtrace.api.access import FOR_EVERYBODY, Needs, readable_game
from playtrace.api.dialects import RESPONSES, routes_that_say
from playtrace.api.freshness import wait_until_loaded
from playtrace.api.models import ApiModel
from playtrace.api.permissions import OF_ROLE, Caller, Permission, Right
from playtrace.api.state import CurrentState, CurrentStore, State
from playtrace.api.turns import InTurn
from playtrace.api.write_key_reader import authenticate_with_write_key
from playtrace.event import NAME_LENGTH_MAX
from playtrace.problems import InvalidRequest, Problem
from playtrace.protocols.jwc.settings import JwcSettings
from playtrace.protocols.jwc.stats import DAYS_MAX, Stats, read_stats
from playtrace.registry.roles import Role
from playtrace.store.errors import StoreError

router = APIRouter(
    tags=["jwc.v1"],
    responses=RESPONSES,
    route_class=routes_that_say(
        lambda problem: {"error": problem.slug.replace("-", "_"), "detail": problem.detail},
    ),
)

RECENT_MAX = 500
HOURS_MAX = 24 * 366

ENGINE_VERSION: LiteralString = "SELECT version() AS version"

# An id as their tables had it: it grows with each event. A batch has fewer than 10,000 events.
RECENT: LiteralString = """
SELECT journal_offset * 10000 + position AS id, time AS t, player_id AS anon, name AS evt, os, version AS ext,
    props.vscode::VARCHAR AS vscode, country, region, session_id, game_id, props::JSON::VARCHAR AS props
FROM events
WHERE source = 'jwc.v1' AND ($game_id IS NULL OR game_id = $game_id)
ORDER BY journal_offset DESC, position DESC
LIMIT $limit
"""

COUNTS: LiteralString = """
SELECT name, count(*) AS events
FROM events
WHERE source = 'jwc.v1' AND ($game_id IS NULL OR game_id = $game_id) AND time >= $since
GROUP BY name
ORDER BY events DESC, name
"""


class StatsSecretNeeded(Problem):
    status = 401
    slug = "unauthorized"
    title = "The statistics secret is needed"

    def __init__(self) -> None:
        super().__init__("Send STATS_SECRET as x-stats-key or ?key=.")


class Alive(ApiModel):
    ok: bool = True
    ts: int
    """Server clock, milliseconds since 1970."""


class DatabaseHealth(ApiModel):
    enabled: bool = True
    version: str | None
    """Of the store's engine; null when it does not answer."""
    ok: bool


class RecentEvent(BaseModel):
    """A row as their tables have it: what of `m` they have a column for stands beside it too."""

    id: int
    t: str
    """RFC 3339, to the millisecond."""
    anon: str | None
    """As it is stored: hashed."""
    evt: str
    os: str | None
    ext: str | None
    vscode: str | None
    country: str | None
    region: str | None
    session_id: str | None
    duration_ms: Any
    wait_ms_total: Any
    exit_code: Any
    out_bytes_bucket: Any
    scanner_usage: Any
    truncated_output: Any
    error_phase: Any
    exception_hash: Any
    m: dict[str, Any]
    game_id: str


class RecentEvents(BaseModel):
    rows: list[RecentEvent]
    truncated: bool
    """Whether more were asked for than come at once, and there are more."""


class EventCounts(ApiModel):
    since: str
    """RFC 3339, to the millisecond."""
    total: int
    by_event: dict[str, int]
    """By event name, most frequent first."""


WHO_HAS_SECRET = Caller("who has the statistics secret", (Right(OF_ROLE[Role.VIEWER]),))


def require_stats_secret(
    state: CurrentState,
    x_stats_key: Annotated[str | None, Header(max_length=1000)] = None,
    key: Annotated[str | None, Query(max_length=1000)] = None,
) -> Caller:
    """Raises `StatsSecretNeeded`, also where no secret is configured: then nobody has it."""
    if not _is_stats_secret(state, x_stats_key or key):
        raise StatsSecretNeeded
    return WHO_HAS_SECRET


def _is_stats_secret(state: State, given: str | None) -> bool:
    secret = state.settings.of_protocol(JwcSettings).stats_secret
    return (
        bool(given)
        and secret is not None
        and secrets.compare_digest(secret.get_secret_value().encode(), (given or "").encode())
    )


def _may_read(
    request: Request,
    state: CurrentState,
    x_stats_key: Annotated[str | None, Header(max_length=1000)] = None,
    key: Annotated[str | None, Query(max_length=1000)] = None,
) -> Caller:
    """Who has the statistics secret sees each event in `/debug/recent`, so their sums as well."""
    if _is_stats_secret(state, x_stats_key or key):
        return WHO_HAS_SECRET
    return authenticate_with_write_key(request)


def _day(value: object) -> object:
    if value == "":  # an empty field of a form
        return None
    if not isinstance(value, str) or re.fullmatch(r"\d{4}-\d\d-\d\d", value) is None:
        raise ValueError("expected a day, such as 2026-03-01")
    return value


Day = Annotated[dt.date | None, BeforeValidator(_day)]
GameId = Annotated[str | None, Query(alias="gameId", max_length=NAME_LENGTH_MAX)]
READS = Needs(Permission.READ, somewhere=True, who=_may_read)
BehindSecret = [Depends(Needs(Permission.READ, who=require_stats_secret)), Depends(wait_until_loaded), InTurn]


@router.get("/health", dependencies=[FOR_EVERYBODY])
def alive() -> Alive:
    """Whether the server answers. `GET /api/health` says how well it is."""
    return Alive(ts=time.time_ns() // 1_000_000)


@router.get("/dbhealth", dependencies=[FOR_EVERYBODY], responses={503: {"model": DatabaseHealth}})
def database_health(store: CurrentStore, response: Response) -> DatabaseHealth:
    """Whether the store answers; 503 when it does not."""
    try:
        with store.reading(apart=True) as moment:
            (row,) = moment.query(ENGINE_VERSION).to_pylist()
    except StoreError:
        response.status_code = 503
        return DatabaseHealth(version=None, ok=False)
    return DatabaseHealth(version=row["version"], ok=True)


@router.get("/stats", dependencies=[Depends(READS), Depends(wait_until_loaded), InTurn])
def usage_statistics(
    state: CurrentState,
    reader: Annotated[Caller, Depends(READS)],
    from_: Annotated[
        Day, Query(alias="from", description="First day, in UTC. Default: that of the first event.")
    ] = None,
    to: Annotated[Day, Query(description="Last day, which is included. Default: that of the last event.")] = None,
    game_id: GameId = None,
) -> Stats:
    """Everything that their dashboard shows, of all games that the reader may see or of one; at most 3,700 days."""
    if game_id is not None:
        readable_game(state, reader, game_id)
    if from_ is not None and to is not None and not 0 <= (to - from_).days < DAYS_MAX:
        raise InvalidRequest.of_field("from", f"a day before `to`, by at most {DAYS_MAX:,} days", location="query")
    today = dt.datetime.now(dt.UTC).date()
    game_id = game_id or reader.only_game()
    if game_id is None and reader.games() is not None:
        raise InvalidRequest.of_field("gameId", "one of the games that you may read", location="query")
    return read_stats(state.store, game_id, from_, to, today)


@router.get("/debug/recent", dependencies=BehindSecret)
def recent_events(store: CurrentStore, limit: Annotated[int, Query(ge=1)] = 50, game_id: GameId = None) -> RecentEvents:
    """The events that came last, latest first; at most 500."""
    # One more tells that there are more.
    rows = store.query(RECENT, {"limit": min(limit, RECENT_MAX + 1), "game_id": game_id}).to_pylist()
    return RecentEvents(rows=[_recent_event(row) for row in rows[:RECENT_MAX]], truncated=len(rows) > RECENT_MAX)


@router.get("/debug/counts", dependencies=BehindSecret)
def event_counts(
    store: CurrentStore, hours: Annotated[int, Query(ge=1, le=HOURS_MAX)] = 24, game_id: GameId = None
) -> EventCounts:
    """How many events of each name happened in the last hours."""
    since = dt.datetime.now(dt.UTC).replace(tzinfo=None) - dt.timedelta(hours=hours)
    rows = store.query(COUNTS, {"since": since, "game_id": game_id}).to_pylist()
    counts = {row["name"]: row["events"] for row in rows}
    return EventCounts(since=_instant(since), total=sum(counts.values()), by_event=counts)


COLUMNS_OF_M = {
    "duration_ms": "durationMs",
    "wait_ms_total": "waitMsTotal",
    "exit_code": "exit",
    "out_bytes_bucket": "cumulativeBytesBucket",
    "scanner_usage": "scannerUsage",
    "truncated_output": "truncatedOutput",
    "error_phase": "phase",
    "exception_hash": "exceptionHash",
}


def _recent_event(row: dict[str, Any]) -> RecentEvent:
    m: dict[str, Any] = msgspec.json.decode(row["props"]) if row["props"] else {}
    m.pop("vscode", None)
    columns = {column: m.get(name) for column, name in COLUMNS_OF_M.items()}
    return RecentEvent.model_validate(row | columns | {"t": _instant(row["t"]), "m": m})


def _instant(moment: dt.datetime) -> str:
    return moment.isoformat(timespec="milliseconds") + "Z"
