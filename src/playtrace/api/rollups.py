"""What is kept beside the events, and having days of it made anew."""

from __future__ import annotations

import datetime as dt

from fastapi import APIRouter
from pydantic import Field

from playtrace.api.access import CurrentAdmin, readable_game
from playtrace.api.models import ApiModel
from playtrace.api.state import CurrentState
from playtrace.load.rebuild import NothingToRebuild, RebuildRuns
from playtrace.problems import Conflict, InvalidRequest

router = APIRouter(prefix="/api/rollups", tags=["rollups"])


class WantedDays(ApiModel):
    game_id: str | None = Field(None, max_length=64, description="Null: of all games.")
    first_day: dt.date | None = Field(None, description="UTC. Null: the first of which there are events.")
    last_day: dt.date | None = Field(None, description="UTC, and made anew too. Null: the last one.")


class BegunRebuild(ApiModel):
    days: int


class Rebuilding(ApiModel):
    game_id: str | None
    next_day: dt.date = Field(description="Those before it are made.")
    last_day: dt.date
    days_left: int


class RollupsNow(ApiModel):
    upgraded_to: dt.date | None = Field(
        description="After an upgrade that changed rollups they are made anew up to this day, and questions read the"
        " events from it on. Null: all are made."
    )
    rebuilding: Rebuilding | None = Field(description="What somebody wanted made anew; null: nothing.")


@router.get("")
def rollups(state: CurrentState, reader: CurrentAdmin) -> RollupsNow:
    """Whether rollups are being made anew, and how far that is."""
    order = state.rebuild.order
    return RollupsNow(
        upgraded_to=state.rebuild.day,
        rebuilding=None
        if order is None
        else Rebuilding(
            game_id=order.game_id,
            next_day=order.next_day,
            last_day=order.last_day,
            days_left=order.days,
        ),
    )


@router.post("/rebuild", status_code=202)
def rebuild(state: CurrentState, reader: CurrentAdmin, wanted: WantedDays) -> BegunRebuild:
    """Have rollups of some days made anew of the events, one day after the other. Loading and answering go on."""
    if wanted.game_id is not None:
        readable_game(state, reader, wanted.game_id)
    if wanted.first_day is not None and wanted.last_day is not None and wanted.first_day > wanted.last_day:
        raise InvalidRequest.of_field("lastDay", "expected a day that is not before firstDay")
    try:
        return BegunRebuild(days=state.rebuild.wish(wanted.first_day, wanted.last_day, wanted.game_id).days)
    except (RebuildRuns, NothingToRebuild) as error:
        raise Conflict(str(error)) from error
