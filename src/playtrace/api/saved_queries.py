"""Saved queries: statements of SQL under a name, one's own or shared with all who may ask of a game in SQL."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import Field

from playtrace.api.access import Needs
from playtrace.api.models import ApiModel, Strict
from playtrace.api.permissions import Caller, Permission
from playtrace.api.state import CurrentState, State
from playtrace.problems import Forbidden, InvalidRequest, NotFound, UnknownGame
from playtrace.registry.errors import Invalid, UnknownSavedQuery
from playtrace.registry.models import SAVED_QUERY_NAME_LENGTH_MAX, SavedQuery
from playtrace.registry.saved_queries import QueryDefinition

router = APIRouter(prefix="/api/games/{game_id}/saved-queries", tags=["sql"])

ASKS_IN_SQL = Needs(Permission.SQL)
WhoAsks = Annotated[Caller, Depends(ASKS_IN_SQL)]


class NewQuery(Strict):
    name: Annotated[str, Field(min_length=1, max_length=SAVED_QUERY_NAME_LENGTH_MAX)]
    sql: Annotated[str, Field(min_length=1, max_length=100_000)]
    is_shared: bool = Field(
        False, description="Whether all who may ask of the game in SQL see it; else it is one's own."
    )

    def definition(self) -> QueryDefinition:
        return QueryDefinition(name=self.name, sql=self.sql, is_shared=self.is_shared)


class KeptQuery(ApiModel):
    id: int
    name: str
    sql: str
    is_shared: bool
    is_yours: bool
    may_change: bool
    changed_at: dt.datetime

    @classmethod
    def of(cls, query: SavedQuery, caller: Caller) -> KeptQuery:
        return cls(
            id=query.id,
            name=query.name,
            sql=query.sql,
            is_shared=query.is_shared,
            is_yours=_is_of(query, caller),
            may_change=_may_change(query, caller),
            changed_at=query.changed_at,
        )


class KeptQueries(ApiModel):
    queries: list[KeptQuery]


@router.get("")
def list_saved_queries(state: CurrentState, caller: WhoAsks, game_id: str) -> KeptQueries:
    """Those that are shared in the game, and one's own, by name."""
    _require_game(state, game_id)
    found = state.registry.saved_queries.visible_to(game_id, _person_id(caller))
    return KeptQueries(queries=[KeptQuery.of(query, caller) for query in found])


@router.post("", status_code=201)
def save_query(state: CurrentState, caller: WhoAsks, game_id: str, new: NewQuery) -> KeptQuery:
    """Keep a statement. Whether it can be answered is not looked at."""
    _require_game(state, game_id)
    _require_may_keep(caller, game_id, new)
    try:
        return KeptQuery.of(state.registry.saved_queries.add(game_id, new.definition(), _person_id(caller)), caller)
    except Invalid as error:
        raise InvalidRequest.of_field(error.field, error.expected, location="body") from error


@router.put("/{query_id}")
def change_saved_query(state: CurrentState, caller: WhoAsks, game_id: str, query_id: int, new: NewQuery) -> KeptQuery:
    """Its name, its statement, and who sees it."""
    _require_changeable(state, caller, game_id, query_id)
    _require_may_keep(caller, game_id, new)
    try:
        return KeptQuery.of(state.registry.saved_queries.change(game_id, query_id, new.definition()), caller)
    except Invalid as error:
        raise InvalidRequest.of_field(error.field, error.expected, location="body") from error


@router.delete("/{query_id}", status_code=204)
def remove_saved_query(state: CurrentState, caller: WhoAsks, game_id: str, query_id: int) -> None:
    """Forget it."""
    _require_changeable(state, caller, game_id, query_id)
    state.registry.saved_queries.remove(game_id, query_id)


def _require_game(state: State, game_id: str) -> None:
    if state.registry.games.get(game_id) is None:
        raise UnknownGame(game_id)


def _person_id(caller: Caller) -> int | None:
    return None if caller.person is None else caller.person.id


def _is_of(query: SavedQuery, caller: Caller) -> bool:
    return caller.person is not None and query.owner_id == caller.person.id


def _may_change(query: SavedQuery, caller: Caller) -> bool:
    return _is_of(query, caller) or (query.is_shared and caller.may(Permission.MANAGE, query.game_id))


def _require_changeable(state: State, caller: Caller, game_id: str, query_id: int) -> None:
    """Raises `NotFound` where the caller sees no such query, and `Forbidden` where it is somebody else's."""
    try:
        query = state.registry.saved_queries.find(game_id, query_id)
    except UnknownSavedQuery as error:
        raise NotFound(str(error)) from error
    if not query.is_shared and not _is_of(query, caller):
        raise NotFound(str(UnknownSavedQuery(query_id)))
    if not _may_change(query, caller):
        raise Forbidden("Somebody else shared this query. Save it under a name of your own.")


def _require_may_keep(caller: Caller, game_id: str, new: NewQuery) -> None:
    if new.is_shared and not caller.may(Permission.EDIT, game_id):
        raise Forbidden("To share a query needs the role editor.")
    if not new.is_shared and caller.person is None:
        raise InvalidRequest.of_field(
            "isShared", "true: only who is signed in has queries of their own", location="body"
        )
