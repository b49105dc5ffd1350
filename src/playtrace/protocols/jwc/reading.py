"""What operators of `jwc.v1` clients look at: is it alive, and what came in lately."""

from __future__ import annotations

import datetime as dt
import secrets
import time
from typing import Annotated, Any, LiteralString, cast

import msgspec
from fastapi import APIRouter, Depends, Header, Query, Request, Response

from playtrace.api.freshness import wait_until_loaded
from playtrace.api.models import ApiModel
from playtrace.api.problems import Problem
from playtrace.config import Settings
from playtrace.event import NAME_LENGTH_MAX
from playtrace.protocols.jwc.settings import JwcSettings
from playtrace.store.duckdb import Store
from playtrace.store.errors import StoreError

router = APIRouter(tags=["jwc.v1"])

RECENT_MAX = 500
HOURS_MAX = 24 * 366

ENGINE_VERSION: LiteralString = "SELECT version() AS version"

RECENT: LiteralString = """
SELECT game_id, name, time, received_at, player_id, session_id, os, version, country, region,
    props::JSON::VARCHAR AS props
FROM events
WHERE source = 'jwc.v1' AND ($game_id IS NULL OR game_id = $game_id)
ORDER BY received_at DESC, journal_offset DESC, position DESC
LIMIT $limit
"""

COUNTS: LiteralString = """
SELECT name, count(*) AS events
FROM events
WHERE source = 'jwc.v1' AND ($game_id IS NULL OR game_id = $game_id) AND received_at >= $since
GROUP BY name
ORDER BY events DESC, name
"""


class StatsSecretNeeded(Problem):
    status = 401
    slug = "stats-secret-needed"
    title = "The statistics secret is needed"

    def __init__(self) -> None:
        # `error` is what these clients look for; the rest is as everywhere.
        super().__init__("Send STATS_SECRET as x-stats-key or ?key=.", error="unauthorized")


class Alive(ApiModel):
    ok: bool = True
    ts: int
    """Server clock, milliseconds since 1970."""


class DatabaseHealth(ApiModel):
    enabled: bool = True
    version: str | None
    """Of the store's engine; null when it does not answer."""
    ok: bool


class RecentEvent(ApiModel):
    evt: str
    t: int
    """Milliseconds since 1970."""
    received: int
    """Milliseconds since 1970."""
    anon: str | None
    """As it is stored: hashed."""
    session_id: str | None
    os: str | None
    ext: str | None
    vscode: str | None
    country: str | None
    region: str | None
    game_id: str
    m: dict[str, Any]


class RecentEvents(ApiModel):
    ok: bool = True
    count: int
    events: list[RecentEvent]


class EventCounts(ApiModel):
    ok: bool = True
    hours: int
    total: int
    counts: dict[str, int]
    """By event name, most frequent first."""


def require_stats_secret(
    request: Request,
    x_stats_key: Annotated[str | None, Header(max_length=1000)] = None,
    key: Annotated[str | None, Query(max_length=1000)] = None,
) -> None:
    """Raises `StatsSecretNeeded`, also where no secret is configured: then nobody has it."""
    secret = cast(Settings, request.app.state.settings).of_protocol(JwcSettings).stats_secret
    given = x_stats_key or key or ""
    if secret is None or not given or not secrets.compare_digest(secret.get_secret_value().encode(), given.encode()):
        raise StatsSecretNeeded


GameId = Annotated[str | None, Query(alias="gameId", max_length=NAME_LENGTH_MAX)]
BehindSecret = [Depends(require_stats_secret), Depends(wait_until_loaded)]


@router.get("/health")
def alive() -> Alive:
    """Whether the server answers. `GET /api/health` says how well it is."""
    return Alive(ts=time.time_ns() // 1_000_000)


@router.get("/dbhealth", responses={503: {"model": DatabaseHealth}})
def database_health(request: Request, response: Response) -> DatabaseHealth:
    """Whether the store answers; 503 when it does not."""
    try:
        (row,) = _store(request).query(ENGINE_VERSION).to_pylist()
    except StoreError:
        response.status_code = 503
        return DatabaseHealth(version=None, ok=False)
    return DatabaseHealth(version=row["version"], ok=True)


@router.get("/debug/recent", dependencies=BehindSecret)
def recent_events(request: Request, limit: Annotated[int, Query(ge=1)] = 50, game_id: GameId = None) -> RecentEvents:
    """The events that came last, latest first; at most 500."""
    rows = _store(request).query(RECENT, {"limit": min(limit, RECENT_MAX), "game_id": game_id}).to_pylist()
    return RecentEvents(count=len(rows), events=[_recent_event(row) for row in rows])


@router.get("/debug/counts", dependencies=BehindSecret)
def event_counts(
    request: Request, hours: Annotated[int, Query(ge=1, le=HOURS_MAX)] = 24, game_id: GameId = None
) -> EventCounts:
    """How many events of each name came in the last hours."""
    since = dt.datetime.now(dt.UTC).replace(tzinfo=None) - dt.timedelta(hours=hours)
    rows = _store(request).query(COUNTS, {"since": since, "game_id": game_id}).to_pylist()
    counts = {row["name"]: row["events"] for row in rows}
    return EventCounts(hours=hours, total=sum(counts.values()), counts=counts)


def _recent_event(row: dict[str, Any]) -> RecentEvent:
    properties: dict[str, Any] = msgspec.json.decode(row["props"]) if row["props"] else {}
    vscode = properties.pop("vscode", None)
    return RecentEvent(
        evt=row["name"],
        t=_milliseconds(row["time"]),
        received=_milliseconds(row["received_at"]),
        anon=row["player_id"],
        session_id=row["session_id"],
        os=row["os"],
        ext=row["version"],
        vscode=None if vscode is None else str(vscode),
        country=row["country"],
        region=row["region"],
        game_id=row["game_id"],
        m=properties,
    )


def _milliseconds(moment: dt.datetime) -> int:
    return int(moment.replace(tzinfo=dt.UTC).timestamp() * 1000)


def _store(request: Request) -> Store:
    return cast(Store, request.app.state.store)
