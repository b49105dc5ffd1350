"""Segments of a game: players who are asked about together, by the parameter `segment` of every metric."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from fastapi import APIRouter, Depends, Path
from pydantic import Field, model_validator

from playtrace.api.authentication import CurrentAdmin, CurrentReader, authenticate, readable_game
from playtrace.api.freshness import wait_until_loaded
from playtrace.api.models import ApiModel
from playtrace.api.state import CurrentState
from playtrace.api.turns import InTurn
from playtrace.event import ID_LENGTH_MAX, NAME_LENGTH_MAX
from playtrace.problems import NotFound
from playtrace.store import segments

router = APIRouter(prefix="/api/games/{game_id}/segments", tags=["segments"])

SegmentId = Annotated[
    str, Path(pattern=r"^[A-Za-z0-9_.-]{1,64}$", description="Letters, digits, `_`, `.` and `-`; at most 64.")
]


class SegmentDefinition(ApiModel):
    """Either a list of players, or the event that they have done."""

    players: Annotated[
        list[Annotated[str, Field(min_length=1, max_length=ID_LENGTH_MAX)]] | None,
        Field(max_length=segments.MEMBERS_MAX, description="Their ids."),
    ] = None
    event: str | None = Field(
        None, min_length=1, max_length=NAME_LENGTH_MAX, description="Players who ever did this, as of now."
    )
    env: str = Field("prod", min_length=1, max_length=64, description="With `event`: in this environment.")

    @model_validator(mode="after")
    def check_one(self) -> SegmentDefinition:
        if (self.players is None) == (self.event is None):
            raise ValueError("expected either `players` or `event`")
        return self


class SegmentSummary(ApiModel):
    id: str
    event: str | None
    """Players who ever did it; null for a list."""
    env: str
    made_at: dt.datetime
    """Who belongs to it is as of then: make it again to look again."""
    players: int


class SegmentList(ApiModel):
    segments: list[SegmentSummary]


@router.get("", dependencies=[InTurn])
def list_segments(state: CurrentState, reader: CurrentReader, game_id: str) -> SegmentList:
    """Those of a game, by name."""
    readable_game(state, reader, game_id)
    found = segments.segments(state.store, game_id)
    return SegmentList(segments=[_summary(segment) for segment in found])


@router.put("/{segment_id}", dependencies=[Depends(authenticate), Depends(wait_until_loaded)])
def put_segment(
    state: CurrentState, admin: CurrentAdmin, game_id: str, segment_id: SegmentId, definition: SegmentDefinition
) -> SegmentSummary:
    """Make a segment, in place of one of the same name."""
    readable_game(state, admin, game_id)
    segments.replace(
        state.store, game_id, segment_id, players=definition.players, event=definition.event, env=definition.env
    )
    found = segments.segments(state.store, game_id)
    return next(_summary(segment) for segment in found if segment.segment_id == segment_id)


@router.delete("/{segment_id}")
def delete_segment(state: CurrentState, admin: CurrentAdmin, game_id: str, segment_id: SegmentId) -> SegmentList:
    """Forget a segment; its players and their events stay. What is left is answered."""
    readable_game(state, admin, game_id)
    if not segments.remove(state.store, game_id, segment_id):
        raise NotFound(f"The game {game_id!r} has no segment {segment_id!r}.")
    return SegmentList(segments=[_summary(segment) for segment in segments.segments(state.store, game_id)])


def _summary(segment: segments.Segment) -> SegmentSummary:
    return SegmentSummary(
        id=segment.segment_id,
        event=segment.event,
        env=segment.env,
        made_at=segment.made_at,
        players=segment.players,
    )
