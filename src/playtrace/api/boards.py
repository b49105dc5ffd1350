"""Boards: dashboards that people put together, and the links that show one to others.

Viewers of a game see its boards and those for all games; editors change those of their games, editors of all games all.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from pydantic import Field

from playtrace.api.access import CurrentReader, SomeEditor
from playtrace.api.board_documents import BoardDocument, read_document
from playtrace.api.models import ApiModel, Strict
from playtrace.api.permissions import Caller, Permission
from playtrace.api.state import CurrentState, State
from playtrace.problems import Conflict, Forbidden, InvalidRequest, NotFound
from playtrace.registry import errors
from playtrace.registry.models import BOARD_ID_LENGTH_MAX, NAME_LENGTH_MAX, NOTE_LENGTH_MAX, Board, BoardLink

router = APIRouter(prefix="/api/boards", tags=["boards"])

BoardId = Annotated[str, Path(max_length=BOARD_ID_LENGTH_MAX, description="As in the list.")]
LinkId = Annotated[int, Path(description="As in the list.")]
OfGame = Annotated[str | None, Query(alias="gameId", max_length=64, description="Those that show this game.")]
NO_GAME = "any-game"
"""Stands for the game of a question that is only looked at, of a board for all games."""


class NewBoard(Strict):
    game_id: str | None = Field(max_length=64, description="Of which game it is; null: of any, for editors of all.")
    title: str = Field(min_length=1, max_length=NAME_LENGTH_MAX)
    document: BoardDocument


class ChangedBoard(Strict):
    title: str = Field(min_length=1, max_length=NAME_LENGTH_MAX)
    document: BoardDocument
    revision: int = Field(description="That on which was worked: one that somebody else saved is not overwritten.")


class NewLink(Strict):
    game_id: str = Field(max_length=64, description="Whose figures it shows.")
    note: str = Field("", max_length=NOTE_LENGTH_MAX, description="Whom it is for.")


class BoardSummary(ApiModel):
    id: str
    game_id: str | None = Field(description="Null: for all games.")
    title: str
    revision: int
    changed_at: dt.datetime
    changed_by: str
    may_edit: bool = Field(description="Whether who asks may change it.")


class WholeBoard(BoardSummary):
    document: BoardDocument


class BoardList(ApiModel):
    boards: list[BoardSummary]


class LinkAnswer(ApiModel):
    id: int
    game_id: str
    note: str
    created_by: str
    created_at: dt.datetime
    revoked_at: dt.datetime | None


class NewLinkAnswer(LinkAnswer):
    secret: str = Field(description="Behind the `#` of the page `shared`. It is not shown again.")


class LinkList(ApiModel):
    links: list[LinkAnswer]


@router.get("")
def list_boards(state: CurrentState, reader: CurrentReader, game_id: OfGame = None) -> BoardList:
    """Those that the caller may see, by title."""
    found = [board for board in state.registry.boards.all() if _may_see(reader, board)]
    if game_id is not None:
        found = [board for board in found if board.game_id in ("", game_id)]
    return BoardList(boards=[BoardSummary(**_summary(reader, board)) for board in found])


@router.post("", status_code=201)
def add_board(state: CurrentState, editor: SomeEditor, new: NewBoard) -> WholeBoard:
    """Keep a board, of a game or for all."""
    editor.require(Permission.EDIT, new.game_id)
    _check(new.document, new.game_id)
    try:
        return _whole(editor, state.registry.boards.add(new.game_id, new.title, new.document.model_dump_json()))
    except errors.UnknownGame as error:
        raise NotFound(str(error)) from error
    except errors.Invalid as error:
        raise InvalidRequest.of_field(error.field, error.expected, location="body") from error


@router.get("/{board_id}")
def read_board(state: CurrentState, reader: CurrentReader, board_id: BoardId) -> WholeBoard:
    """One, with what it shows."""
    return _whole(reader, _found(state, reader, board_id))


@router.put("/{board_id}")
def change_board(state: CurrentState, editor: SomeEditor, board_id: BoardId, new: ChangedBoard) -> WholeBoard:
    """Another title, and other tiles. 409 where somebody else has saved it in the meantime."""
    board = _editable(state, editor, board_id)
    _check(new.document, board.game_id or None)
    try:
        changed = state.registry.boards.change(
            board_id, new.title, new.document.model_dump_json(), revision=new.revision
        )
    except errors.UnknownBoard as error:
        raise NotFound(str(error)) from error
    except errors.BoardChanged as error:
        raise Conflict(str(error)) from error
    except errors.Invalid as error:
        raise InvalidRequest.of_field(error.field, error.expected, location="body") from error
    return _whole(editor, changed)


@router.delete("/{board_id}", status_code=204)
def remove_board(state: CurrentState, editor: SomeEditor, board_id: BoardId) -> None:
    """For good; its links open nothing any more."""
    _editable(state, editor, board_id)
    try:
        state.registry.boards.remove(board_id)
    except errors.UnknownBoard as error:
        raise NotFound(str(error)) from error


@router.get("/{board_id}/links")
def list_links(state: CurrentState, editor: SomeEditor, board_id: BoardId) -> LinkList:
    """By which others see it, the oldest first; of the games that the caller may edit."""
    _found(state, editor, board_id)
    links = [link for link in state.registry.boards.links(board_id) if editor.may(Permission.EDIT, link.game_id)]
    return LinkList(links=[LinkAnswer(**_link(link)) for link in links])


@router.post("/{board_id}/links", status_code=201)
def add_link(state: CurrentState, editor: SomeEditor, board_id: BoardId, new: NewLink) -> NewLinkAnswer:
    """Make a link: whoever has it sees this board, with the figures of one game, and nothing else."""
    _found(state, editor, board_id)
    editor.require(Permission.EDIT, new.game_id)
    try:
        link, secret = state.registry.boards.add_link(board_id, new.game_id, note=new.note)
    except (errors.UnknownBoard, errors.UnknownGame) as error:
        raise NotFound(str(error)) from error
    except errors.Invalid as error:
        raise InvalidRequest.of_field(error.field, error.expected, location="body") from error
    return NewLinkAnswer(**_link(link), secret=secret)


@router.delete("/{board_id}/links/{link_id}")
def revoke_link(state: CurrentState, editor: SomeEditor, board_id: BoardId, link_id: LinkId) -> LinkAnswer:
    """It opens nothing any more."""
    _found(state, editor, board_id)
    # One of a game that the caller may not edit is answered as one that there is not.
    if link_id not in {link.id for link in list_links(state, editor, board_id).links}:
        raise NotFound(str(errors.UnknownBoardLink(link_id)))
    return LinkAnswer(**_link(state.registry.boards.revoke_link(board_id, link_id)))


def _may_see(caller: Caller, board: Board) -> bool:
    return board.game_id == "" or caller.may_read(board.game_id) or caller.may(Permission.EDIT, board.game_id)


def _found(state: State, caller: Caller, board_id: str) -> Board:
    """Raises `NotFound`, also for one of a game that the caller may not see."""
    try:
        board = state.registry.boards.find(board_id)
    except errors.UnknownBoard as error:
        raise NotFound(str(error)) from error
    if not _may_see(caller, board):
        raise NotFound(str(errors.UnknownBoard(board_id)))
    return board


def _editable(state: State, editor: Caller, board_id: str) -> Board:
    """Raises `NotFound` and `Forbidden`."""
    board = _found(state, editor, board_id)
    if not editor.may(Permission.EDIT, board.game_id or None):
        whose = "for all games, which needs an editor of all games" if not board.game_id else "of another game"
        raise Forbidden(f"This board is {whose}.")
    return board


def _check(document: BoardDocument, game_id: str | None) -> None:
    document.check_questions(game_id or NO_GAME, dt.datetime.now(dt.UTC).date())


def _summary(caller: Caller, board: Board) -> dict[str, Any]:
    return {
        "id": board.id,
        "game_id": board.game_id or None,
        "title": board.title,
        "revision": board.revision,
        "changed_at": board.changed_at,
        "changed_by": board.changed_by,
        "may_edit": caller.may(Permission.EDIT, board.game_id or None),
    }


def _whole(caller: Caller, board: Board) -> WholeBoard:
    return WholeBoard.model_validate(_summary(caller, board) | {"document": read_document(board.document_json)})


def _link(link: BoardLink) -> dict[str, Any]:
    return {name: getattr(link, name) for name in LinkAnswer.model_fields}
