"""What an asker answers itself, and what it has to ask the loader of: every route of the API, by its address.

An asker has the registry and ClickHouse. What only a store has that is loaded into (events one by one, players, the
live view, segments, exports) is known to the loader of the game. A route that is not here fails a test.
"""

from __future__ import annotations

import re
from enum import Enum, auto
from functools import cache

from msgspec import Struct


class Where(Enum):
    HERE = auto()
    """Registry and ClickHouse say it."""
    GAME = auto()
    """The loader of the game that the path or the query names."""
    LOOT = auto()
    """As `GAME`: without a name the caller's only game, or that of the protocol `loot`."""
    INCIDENT = auto()
    """The loader of the game of an incident."""
    REPORT = auto()
    """The loader of the game of a scheduled report."""
    PREVIEW = auto()
    """The loader of the game that the body names, of a rule of alerts."""
    RULES = auto()
    """As `GAME`; without a name each loader says which rules it cannot judge."""
    DELETIONS = auto()
    """Each loader deletes games of its own."""
    ONE_STORE = auto()
    """Of a store as a whole, of which there are several where the games are dealt out in shares."""
    NOT_HERE = auto()
    """Each server tells it of itself."""


TABLE: dict[Where, str] = {
    Where.HERE: """
GET /api/openapi.json
GET /api/health
GET /health
GET /dbhealth
GET /api/metrics
GET /api/metrics/games
GET /api/games
POST /api/games
PATCH /api/games/{game_id}
DELETE /api/games/{game_id}
POST /api/games/{game_id}/archive
POST /api/games/{game_id}/unarchive
GET /api/games/{game_id}/keys
POST /api/games/{game_id}/keys
PATCH /api/games/{game_id}/keys/{key}
DELETE /api/games/{game_id}/keys/{key}
GET /api/games/{game_id}/annotations
POST /api/games/{game_id}/annotations
PUT /api/games/{game_id}/annotations/{annotation_id}
DELETE /api/games/{game_id}/annotations/{annotation_id}
GET /api/games/{game_id}/rates
PUT /api/games/{game_id}/rates
DELETE /api/games/{game_id}/rates
GET /api/games/{game_id}/saved-queries
POST /api/games/{game_id}/saved-queries
PUT /api/games/{game_id}/saved-queries/{query_id}
DELETE /api/games/{game_id}/saved-queries/{query_id}
GET /api/games/{game_id}/maps
GET /api/games/{game_id}/maps/image
PUT /api/games/{game_id}/maps/image
PATCH /api/games/{game_id}/maps
DELETE /api/games/{game_id}/maps
GET /api/me
POST /api/setup
POST /api/session
DELETE /api/session
POST /api/session/provider
POST /api/session/provider/return
POST /api/session/provider/end
GET /api/people
POST /api/people
PUT /api/people/{person_id}/grants
DELETE /api/people/{person_id}
POST /api/people/{person_id}/reset
GET /api/people/{person_id}/logins
DELETE /api/people/{person_id}/logins
DELETE /api/people/{person_id}/logins/{login_id}
DELETE /api/people/{person_id}/second-factor
GET /api/me/logins
DELETE /api/me/logins
DELETE /api/me/logins/{login_id}
PUT /api/me/password
GET /api/me/second-factor
PUT /api/me/second-factor
POST /api/me/second-factor
POST /api/me/second-factor/recovery-codes
POST /api/me/second-factor/removal
POST /api/me/identity
POST /api/me/identity/return
POST /api/me/identity/removal
POST /api/password
GET /api/tokens
POST /api/tokens
DELETE /api/tokens/{token_id}
GET /api/audit
GET /api/boards
POST /api/boards
GET /api/boards/{board_id}
PUT /api/boards/{board_id}
DELETE /api/boards/{board_id}
GET /api/boards/{board_id}/links
POST /api/boards/{board_id}/links
DELETE /api/boards/{board_id}/links/{link_id}
GET /api/shared-board
GET /api/shared-board/tiles/{tile_id}
GET /api/rates
PUT /api/rates
DELETE /api/rates
GET /api/alerts/channels
PUT /api/alerts/channels/{channel_id}
PATCH /api/alerts/channels/{channel_id}
DELETE /api/alerts/channels/{channel_id}
POST /api/alerts/channels/{channel_id}/test
GET /api/alerts/channels/{channel_id}/messages
POST /api/alerts/rules
PATCH /api/alerts/rules/{rule_id}
DELETE /api/alerts/rules/{rule_id}
GET /api/alerts/incidents
GET /api/alerts/silences
POST /api/alerts/silences
DELETE /api/alerts/silences/{silence_id}
GET /api/reports
PUT /api/reports/{report_id}
DELETE /api/reports/{report_id}
""",
    Where.GAME: """
GET /api/events
GET /api/events/{event_id}
WS /api/live
GET /api/games/{game_id}/contents
GET /api/games/{game_id}/dimensions
GET /api/games/{game_id}/names
GET /api/games/{game_id}/players
GET /api/leaderboards/{board}
GET /api/players/{player_id}/stats
GET /api/games/{game_id}/properties
GET /api/games/{game_id}/segments
POST /api/games/{game_id}/segments/preview
PUT /api/games/{game_id}/segments/{segment_id}
DELETE /api/games/{game_id}/segments/{segment_id}
POST /api/games/{game_id}/segments/{segment_id}/refresh
GET /api/games/{game_id}/report
GET /api/games/{game_id}/retention
PUT /api/games/{game_id}/retention
POST /api/games/{game_id}/retention/preview
POST /api/games/{game_id}/retention/run
GET /api/games/{game_id}/books
GET /api/games/{game_id}/export
GET /api/games/{game_id}/export/{metric}
GET /api/games/{game_id}/imports
GET /api/games/{game_id}/imports/{import_id}
POST /api/games/{game_id}/imports/{import_id}
GET /api/games/{game_id}/erasures
POST /api/games/{game_id}/erasures
POST /api/games/{game_id}/erasures/preview
GET /api/games/{game_id}/erasures/{erasure_id}/receipt
GET /api/games/{game_id}/player-summary
GET /api/games/{game_id}/player-export
POST /api/games/{game_id}/accepted-players
GET /api/alerts/rules/{rule_id}/backtest
GET /api/metrics/errors
GET /stats
GET /debug/recent
GET /debug/counts
POST /api/sql
""",
    Where.LOOT: """
GET /api/stats
GET /api/aggregate
GET /api/heatmap/{item:path}
GET /api/journey/{player_id:path}
POST /api/clear
""",
    Where.INCIDENT: """
GET /api/alerts/incidents/{incident_id}
POST /api/alerts/incidents/{incident_id}/acknowledge
""",
    Where.REPORT: """
POST /api/reports/{report_id}/send
""",
    Where.PREVIEW: """
POST /api/alerts/rules/preview
""",
    Where.RULES: """
GET /api/alerts/rules
""",
    Where.DELETIONS: """
GET /api/game-deletions
""",
    Where.ONE_STORE: """
GET /api/mirrors
PUT /api/mirrors/{mirror_id}
DELETE /api/mirrors/{mirror_id}
POST /api/mirrors/{mirror_id}/pause
POST /api/mirrors/{mirror_id}/resume
POST /api/mirrors/{mirror_id}/replay
POST /api/mirrors/{mirror_id}/test
GET /api/folder
GET /api/backups
POST /api/backups
DELETE /api/backups/running
GET /api/rollups
POST /api/rollups/rebuild
""",
    Where.NOT_HERE: """
GET /metrics
""",
}
"""Metrics besides, each at `GET /api/metrics/NAME`: here, but for those whose SQL ClickHouse cannot be told."""


class Route(Struct, frozen=True):
    method: str
    """WS for a WebSocket."""
    path: str
    where: Where


ROUTES = tuple(
    Route(method, path, where)
    for where, lines in TABLE.items()
    for method, path in map(str.split, lines.strip().splitlines())
)


def _pattern(path: str) -> str:
    """Of a template: what stands for a part of the path is that part, or all that follows."""
    parts = re.split(r"(\{\w+(?::path)?\})", path)
    return "".join(
        (".+" if part.endswith(":path}") else "[^/]+") if part.startswith("{") else re.escape(part) for part in parts
    )


@cache
def _patterns() -> tuple[tuple[Route, re.Pattern[str]], ...]:
    """Compiled where somebody is asked: every server imports this, and askers alone have requests to look up."""
    return tuple((route, re.compile(_pattern(route.path))) for route in ROUTES)


def route_of(method: str, path: str) -> Route | None:
    """None for what is no route of the API, and for metrics. HEAD is asked as GET is."""
    method = "GET" if method == "HEAD" else method
    return next((route for route, pattern in _patterns() if route.method == method and pattern.fullmatch(path)), None)
