"""Names that are looked for: the events, platforms, versions and countries of a game that contain a text."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query

from playtrace.api.access import READS, CurrentReader, readable_game
from playtrace.api.models import ApiModel
from playtrace.api.state import CurrentState
from playtrace.api.turns import InTurn
from playtrace.event import NAME_LENGTH_MAX
from playtrace.metrics.frame import known_values
from playtrace.metrics.frame.asking import Asking, Rules, unbuilt_rollups
from playtrace.metrics.frame.models import CommonParameters

router = APIRouter(prefix="/api", tags=["games"])

FOUND_MAX = 50
"""Who sees as many types another letter."""


class FoundName(ApiModel):
    name: str
    events: int


class FoundNames(ApiModel):
    names: list[FoundName]
    """The commonest first."""
    is_cut: bool
    """There are more than 50."""


@router.get("/games/{game_id}/names", dependencies=[Depends(READS), InTurn])
def names(
    state: CurrentState,
    reader: CurrentReader,
    game_id: str,
    text: Annotated[str, Query(max_length=NAME_LENGTH_MAX, description="What they contain, in capitals or not.")] = "",
    of: Annotated[Literal["event", "platform", "version", "country"], Query()] = "event",
    env: Annotated[str, Query(description="Environment: `prod`, `dev` or one of the studio's own.")] = "prod",
) -> FoundNames:
    """Over all time. What was not sent has no name."""
    readable_game(state, reader, game_id)
    asked = CommonParameters.model_validate({"gameId": game_id, "env": env})
    with state.store.reading() as store:
        asking = Asking(store, dt.datetime.now(dt.UTC), Rules(), "names", unbuilt=unbuilt_rollups(store, game_id))
        rows = known_values.found(of, text, asked, asking, FOUND_MAX + 2)
    named = [FoundName(name=row["value"], events=int(row["events"])) for row in rows if row["value"]]
    return FoundNames(names=named[:FOUND_MAX], is_cut=len(named) > FOUND_MAX)
