"""The games that the reader may see."""

from __future__ import annotations

import datetime as dt
from typing import Any

from fastapi import APIRouter, Depends

from playtrace.api.access import READS, CurrentReader
from playtrace.api.models import ApiModel
from playtrace.api.state import CurrentState
from playtrace.api.turns import InTurn
from playtrace.metrics.frame import known_values
from playtrace.registry.models import Game

router = APIRouter(prefix="/api", tags=["games"])

ENVIRONMENTS_MAX = 20
"""Named of each game: a client may make them up without end."""


class GameSummary(ApiModel):
    id: str
    name: str
    time_zone: str
    """IANA name; the game's days begin and end by it."""
    currency: str
    created_at: dt.datetime
    archived_at: dt.datetime | None
    """Since then it takes no events; it is read as before, and left out where a game is chosen."""
    first_event_at: dt.datetime | None
    """Start of the quarter of an hour in which the first event happened."""
    last_event_at: dt.datetime | None
    """Start of the quarter of an hour in which the latest event happened."""
    events: int
    """Events of `env` prod."""
    environments: list[str]
    """Each `env` of which there are events: `prod` first, at most 20 others."""


class GameList(ApiModel):
    games: list[GameSummary]


@router.get("/games", dependencies=[Depends(READS), InTurn])
def list_games(state: CurrentState, reader: CurrentReader) -> GameList:
    """All games that the reader may see, oldest first."""
    with state.store.reading() as store:
        seen = {row["game_id"]: row for row in known_values.games(store, ENVIRONMENTS_MAX)}
    games = [game for game in state.registry.games.all() if reader.may_read(game.id)]
    return GameList(games=[_summary(game, seen.get(game.id, {})) for game in games])


def _summary(game: Game, seen: dict[str, Any]) -> GameSummary:
    return GameSummary(
        id=game.id,
        name=game.name,
        time_zone=game.time_zone,
        currency=game.currency,
        created_at=game.created_at,
        archived_at=game.archived_at,
        first_event_at=_utc(seen.get("first_slot")),
        last_event_at=_utc(seen.get("last_slot")),
        events=seen.get("events", 0),
        environments=(["prod"] if seen.get("events") else []) + (seen.get("others") or []),
    )


def _utc(slot: dt.datetime | None) -> dt.datetime | None:
    return None if slot is None else slot.replace(tzinfo=dt.UTC)
