"""What dashboards of the first clients ask for beside our own metrics: which crashes are the most frequent, and which
games there are.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, LiteralString

import msgspec
from fastapi import APIRouter, Query

from playtrace.api.access import CurrentReader, readable_game
from playtrace.api.models import ApiModel
from playtrace.api.state import CurrentState, CurrentStore
from playtrace.api.turns import Question
from playtrace.event import NAME_LENGTH_MAX
from playtrace.metrics.frame import known_values
from playtrace.metrics.frame.models import DAYS_MAX

router = APIRouter(prefix="/api/metrics", tags=["metrics"])

ERRORS_MAX = 100
HOURS_MAX = 24 * DAYS_MAX

# What a crash is called: as these clients do, and as our catalogue does. Properties of other types are no names.
ERRORS: LiteralString = """
SELECT error_type, count(*) AS crashes, max(time) AS last_seen,
    arg_max(props, (time, journal_offset, position))::JSON::VARCHAR AS sample
FROM (
    SELECT time, journal_offset, position, props,
        coalesce(
            nullif(TRY_CAST(props.errorType AS VARCHAR), ''), nullif(TRY_CAST(props.error_type AS VARCHAR), ''),
            nullif(TRY_CAST(props.title AS VARCHAR), ''), nullif(TRY_CAST(props.exception AS VARCHAR), '')
        ) AS error_type
    FROM events
    WHERE game_id = $game_id AND name = 'crash' AND env = $env AND time >= $since
) AS crash
GROUP BY error_type
ORDER BY crashes DESC, last_seen DESC, error_type
LIMIT $limit
"""


class TopError(ApiModel):
    error_type: str | None
    """What these crashes have as `errorType`, else as `title`, else as `exception`; null where they have none."""
    count: int
    last_seen: dt.datetime
    sample: dict[str, Any]
    """The payload of the latest of them."""


class TopErrors(ApiModel):
    game_id: str
    errors: list[TopError]
    """The most frequent first."""


class GameIds(ApiModel):
    games: list[str]


@router.get("/errors", dependencies=Question)
def top_errors(
    state: CurrentState,
    reader: CurrentReader,
    game_id: Annotated[str, Query(alias="gameId", min_length=1, max_length=NAME_LENGTH_MAX)],
    limit: Annotated[int, Query(ge=1, le=ERRORS_MAX)] = 10,
    hours: Annotated[int, Query(ge=1, le=HOURS_MAX)] = 24,
    env: Annotated[str, Query(min_length=1, max_length=NAME_LENGTH_MAX)] = "prod",
) -> TopErrors:
    """The most frequent crashes of the last hours, by what they are called."""
    readable_game(state, reader, game_id)
    since = dt.datetime.now(dt.UTC).replace(tzinfo=None) - dt.timedelta(hours=hours)
    asked: dict[str, object] = {"game_id": game_id, "env": env, "since": since, "limit": limit}
    rows = state.store.query(ERRORS, asked).to_pylist()
    return TopErrors(game_id=game_id, errors=[_error(row) for row in rows])


@router.get("/games", dependencies=Question)
def games_with_events(store: CurrentStore, reader: CurrentReader) -> GameIds:
    """The ids of all games that have events and that the reader may see. `GET /api/games` says more of them."""
    with store.reading() as moment:
        found = [row["game_id"] for row in known_values.games(moment, environments_max=1)]
    return GameIds(games=sorted(game_id for game_id in found if reader.may_read(game_id)))


def _error(row: dict[str, Any]) -> TopError:
    return TopError(
        error_type=row["error_type"],
        count=row["crashes"],
        last_seen=row["last_seen"].replace(tzinfo=dt.UTC),
        sample=msgspec.json.decode(row["sample"]) if row["sample"] else {},
    )
