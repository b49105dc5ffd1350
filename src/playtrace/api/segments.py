"""Segments of a game: players who are asked about together, by the parameter `segment` of every metric."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query
from pydantic import ConfigDict, Field, model_validator
from pydantic.alias_generators import to_camel

from playtrace.api.access import EDITS, READS, CurrentEditor, CurrentReader, readable_game
from playtrace.api.metrics import rules_of
from playtrace.api.models import ApiModel
from playtrace.api.state import CurrentState
from playtrace.api.turns import InTurn, Question
from playtrace.event import ID_LENGTH_MAX, NAME_LENGTH_MAX
from playtrace.problems import Conflict, InvalidRequest, NotFound
from playtrace.segments import keeping
from playtrace.segments.rules import Day, Did, Refresh, WholeRule, read_rule
from playtrace.segments.words import in_words
from playtrace.store import segments

router = APIRouter(prefix="/api/games/{game_id}/segments", tags=["segments"])

SegmentId = Annotated[
    str, Path(pattern=r"^[A-Za-z0-9_.-]{1,64}$", description="Letters, digits, `_`, `.` and `-`; at most 64.")
]
Env = Annotated[str, Field(min_length=1, max_length=64, description="Events and players of this environment.")]
AsOf = Annotated[
    Day | None,
    Field(description="What is known by the end of this day of the game's time zone. Default: as of now."),
]


class Strict(ApiModel):
    model_config = ConfigDict(alias_generator=to_camel, validate_by_name=True, serialize_by_alias=True, extra="forbid")


class Preview(Strict):
    """A rule that is tried."""

    rule: WholeRule
    env: Env = "prod"
    as_of: AsOf = None


class SegmentDefinition(Strict):
    """Either a rule, or the event that players have done, which is the shortest rule, or a list of players."""

    rule: WholeRule | None = None
    event: str | None = Field(
        None, min_length=1, max_length=NAME_LENGTH_MAX, description='The same as the rule `{"did": EVENT}`.'
    )
    players: Annotated[
        list[Annotated[str, Field(min_length=1, max_length=ID_LENGTH_MAX)]] | None,
        Field(max_length=segments.MEMBERS_MAX, description="Their ids."),
    ] = None
    env: Env = "prod"
    as_of: AsOf = None
    refresh: Refresh = Field(
        "never", description="`daily`: the rule is looked at again after each midnight of the game's time zone."
    )

    @model_validator(mode="after")
    def check_one(self) -> SegmentDefinition:
        if sum(one is not None for one in (self.rule, self.event, self.players)) != 1:
            raise ValueError("expected one of `rule`, `event` and `players`")
        if self.players is not None and (self.refresh != "never" or self.as_of is not None):
            raise ValueError("a list of players has no `refresh` and no `asOf`: only a rule is looked at again")
        return self

    def whole_rule(self) -> WholeRule | None:
        return self.rule if self.event is None else Did(did=self.event, times=None, value_sum=None, within=None)


class PreviewAnswer(ApiModel):
    in_words: str
    as_of: dt.date
    players: int
    """Who fit."""
    of_players: int
    """Who had come by then."""


class SegmentSummary(ApiModel):
    id: str
    rule: WholeRule | None
    """Null for a list of players that was given."""
    in_words: str
    env: str
    as_of: dt.date | None
    """The last day that the rule looked at, in the game's time zone; null for a list."""
    refresh: Refresh
    made_at: dt.datetime
    """When it was looked at last."""
    players: int


class SegmentList(ApiModel):
    segments: list[SegmentSummary]


@router.get("", dependencies=[Depends(READS), InTurn])
def list_segments(state: CurrentState, reader: CurrentReader, game_id: str) -> SegmentList:
    """Those of a game, by name."""
    readable_game(state, reader, game_id)
    return SegmentList(segments=[_summary(segment) for segment in segments.segments(state.store, game_id)])


def may_read(state: CurrentState, reader: CurrentReader, game_id: str) -> None:
    """Before the body is looked at: who may not read the game is told that, not what the body lacks."""
    readable_game(state, reader, game_id)


@router.post("/preview", dependencies=[Depends(may_read), *Question])
def preview_segment(state: CurrentState, reader: CurrentReader, game_id: str, asked: Preview) -> PreviewAnswer:
    """How many players fit a rule. Nothing is kept."""
    game = readable_game(state, reader, game_id)
    try:
        fitting, day = keeping.look(
            state.store,
            game,
            asked.rule,
            env=asked.env,
            as_of=asked.as_of,
            counting=rules_of(state.settings, state.registry, game),
        )
    except keeping.NoSuchDay as error:
        raise InvalidRequest.of_field("asOf", str(error), location="body") from error
    return PreviewAnswer(
        in_words=in_words(asked.rule), as_of=day, players=fitting.players.num_rows, of_players=fitting.known
    )


@router.put("/{segment_id}", dependencies=[Depends(EDITS), *Question])
def put_segment(
    state: CurrentState, editor: CurrentEditor, game_id: str, segment_id: SegmentId, definition: SegmentDefinition
) -> SegmentSummary:
    """Make a segment, in place of one of the same name."""
    game = readable_game(state, editor, game_id)
    rule = definition.whole_rule()
    try:
        if rule is None:
            segments.replace(state.store, game_id, segment_id, players=definition.players or [], env=definition.env)
        else:
            keeping.keep(
                state.store,
                game,
                segment_id,
                rule,
                env=definition.env,
                as_of=definition.as_of,
                refresh=definition.refresh,
                counting=rules_of(state.settings, state.registry, game),
            )
    except keeping.NoSuchDay as error:
        raise InvalidRequest.of_field("asOf", str(error), location="body") from error
    except segments.TooManySegments as error:
        raise Conflict(str(error)) from error
    state.registry.audit.note("segment.put", segment_id, game_id=game_id)
    return _summary(_found(state, game_id, segment_id))


@router.post("/{segment_id}/refresh", dependencies=[Depends(EDITS), *Question])
def refresh_segment(
    state: CurrentState,
    editor: CurrentEditor,
    game_id: str,
    segment_id: SegmentId,
    as_of: Annotated[
        Day | None,
        Query(alias="asOf", description="By the end of this day of the game's time zone. Default: as of now."),
    ] = None,
) -> SegmentSummary:
    """Look again who fits the rule."""
    game = readable_game(state, editor, game_id)
    segment = _found(state, game_id, segment_id)
    try:
        keeping.look_again(
            state.store, game, segment, as_of=as_of, counting=rules_of(state.settings, state.registry, game)
        )
    except keeping.NoSuchDay as error:
        raise InvalidRequest.of_field("asOf", str(error), location="query") from error
    except keeping.NoRule as error:
        raise Conflict(str(error)) from error
    return _summary(_found(state, game_id, segment_id))


@router.delete("/{segment_id}")
def delete_segment(state: CurrentState, editor: CurrentEditor, game_id: str, segment_id: SegmentId) -> SegmentList:
    """Forget a segment; its players and their events stay. What is left is answered."""
    readable_game(state, editor, game_id)
    if not segments.remove(state.store, game_id, segment_id):
        raise _unknown(game_id, segment_id)
    state.registry.audit.note("segment.removed", segment_id, game_id=game_id)
    return SegmentList(segments=[_summary(segment) for segment in segments.segments(state.store, game_id)])


def _found(state: CurrentState, game_id: str, segment_id: str) -> segments.Segment:
    found = [one for one in segments.segments(state.store, game_id) if one.segment_id == segment_id]
    if not found:
        raise _unknown(game_id, segment_id)
    return found[0]


def _unknown(game_id: str, segment_id: str) -> NotFound:
    return NotFound(f"The game {game_id!r} has no segment {segment_id!r}.")


def _summary(segment: segments.Segment) -> SegmentSummary:
    rule = None if segment.rule is None else read_rule(segment.rule)
    return SegmentSummary(
        id=segment.segment_id,
        rule=rule,
        in_words="players of a list that was given" if rule is None else in_words(rule),
        env=segment.env,
        as_of=segment.as_of,
        refresh="daily" if segment.refresh == "daily" else "never",
        made_at=segment.made_at,
        players=segment.players,
    )
