"""Annotations: what people say of moments of a game. Viewers see them on every time axis, editors write them."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query
from pydantic import Field

from playtrace.api.access import EDITS, READS, CurrentEditor, CurrentReader, readable_game
from playtrace.api.instants import AwareInstant
from playtrace.api.models import ApiModel, Strict
from playtrace.api.state import CurrentState
from playtrace.problems import InvalidRequest, NotFound
from playtrace.registry.errors import Invalid, UnknownAnnotation
from playtrace.registry.models import ANNOTATION_LENGTH_MAX, Annotation
from playtrace.registry.time_annotations import ANNOTATIONS_MAX

router = APIRouter(prefix="/api/games/{game_id}/annotations", tags=["annotations"])

AnnotationId = Annotated[int, Path(description="As in the list.")]


class NewAnnotation(Strict):
    at: AwareInstant = Field(description="When it was, with its offset: `2026-11-27T18:00:00Z`.")
    text: str = Field(min_length=1, max_length=ANNOTATION_LENGTH_MAX, description="What it was, such as `Autumn sale`.")


class AnnotationAnswer(ApiModel):
    id: int
    at: dt.datetime
    text: str
    changed_by: str = Field(description="Who said it so, as the audit calls them.")
    changed_at: dt.datetime


class AnnotationList(ApiModel):
    annotations: list[AnnotationAnswer] = Field(max_length=ANNOTATIONS_MAX)


@router.get("", dependencies=[Depends(READS)])
def list_annotations(
    state: CurrentState,
    reader: CurrentReader,
    game_id: str,
    since: Annotated[AwareInstant | None, Query(description="From this moment on.")] = None,
    until: Annotated[AwareInstant | None, Query(description="Before this moment.")] = None,
) -> AnnotationList:
    """Those of a game, the earliest first."""
    readable_game(state, reader, game_id)
    found = state.registry.annotations.between(game_id, since=since, until=until)
    return AnnotationList(annotations=[_answer(one) for one in found])


@router.post("", status_code=201, dependencies=[Depends(EDITS)])
def add_annotation(state: CurrentState, editor: CurrentEditor, game_id: str, new: NewAnnotation) -> AnnotationAnswer:
    """Say something of a moment."""
    readable_game(state, editor, game_id)
    try:
        return _answer(state.registry.annotations.add(game_id, new.at, new.text))
    except Invalid as error:
        raise InvalidRequest.of_field(error.field, error.expected, location="body") from error


@router.put("/{annotation_id}", dependencies=[Depends(EDITS)])
def change_annotation(
    state: CurrentState, editor: CurrentEditor, game_id: str, annotation_id: AnnotationId, new: NewAnnotation
) -> AnnotationAnswer:
    """Say it otherwise, or of another moment."""
    readable_game(state, editor, game_id)
    try:
        return _answer(state.registry.annotations.change(game_id, annotation_id, new.at, new.text))
    except UnknownAnnotation as error:
        raise NotFound(str(error)) from error
    except Invalid as error:
        raise InvalidRequest.of_field(error.field, error.expected, location="body") from error


@router.delete("/{annotation_id}", status_code=204)
def remove_annotation(state: CurrentState, editor: CurrentEditor, game_id: str, annotation_id: AnnotationId) -> None:
    """Take it back."""
    readable_game(state, editor, game_id)
    try:
        state.registry.annotations.remove(game_id, annotation_id)
    except UnknownAnnotation as error:
        raise NotFound(str(error)) from error


def _answer(annotation: Annotation) -> AnnotationAnswer:
    return AnnotationAnswer(
        id=annotation.id,
        at=annotation.at,
        text=annotation.text,
        changed_by=annotation.changed_by,
        changed_at=annotation.changed_at,
    )
