"""A board for whoever has a link to it, without signing in.

The caller says one thing: which tile. What is asked for it, of which game and of which days, was kept with the board
(`board_documents.py`) and is put together here; there is no parameter to try others with. The secret of a link is no
token: `authenticate` knows it not, so it opens these two routes and no other, on an open server as well.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal, NamedTuple
from zoneinfo import ZoneInfo

import msgspec
from fastapi import APIRouter, Depends, Path, Request, Response
from fastapi.concurrency import run_in_threadpool
from pydantic import Field
from starlette.requests import HTTPConnection

from playtrace.api.authentication import bearer_token
from playtrace.api.board_documents import BoardDocument, PanelTile, TextTile, read_document
from playtrace.api.freshness import wait_until_loaded
from playtrace.api.metrics import answer_to
from playtrace.api.models import ApiModel
from playtrace.api.state import CurrentState, state_of
from playtrace.api.turns import reader_of
from playtrace.problems import NotFound, Unauthenticated
from playtrace.registry.access_secrets import is_of_kind
from playtrace.registry.boards import LINK
from playtrace.registry.models import Game

router = APIRouter(prefix="/api/shared-board", tags=["boards"])

NO_LINK = "This link shows no board: it was revoked, or is not whole. Ask whoever sent it for another."


class Opened(NamedTuple):
    """What a link opens."""

    title: str
    document: BoardDocument
    game: Game
    revision: int
    """Of the registry: for this one an answer is kept."""

    @property
    def today(self) -> dt.date:
        return dt.datetime.now(ZoneInfo(self.game.time_zone)).date()


def opened_by_link(connection: HTTPConnection) -> Opened:
    """Dependency: what the link of a request opens. Raises `Unauthenticated`."""
    registry = state_of(connection).registry
    secret = bearer_token(connection)
    found = registry.boards.of_link(secret) if secret is not None and is_of_kind(secret, LINK) else None
    revision = registry.revision()
    game = None if found is None else registry.games.get(found[1].game_id)
    if found is None or game is None:
        raise Unauthenticated(NO_LINK)
    return Opened(found[0].title, read_document(found[0].document_json), game, revision)


ByLink = Annotated[Opened, Depends(opened_by_link)]


class SharedTile(ApiModel):
    id: str
    kind: Literal["panel", "text"]
    width: int
    height: int
    text: str | None = None
    page: str | None = None
    panel: str | None = None
    title: str | None = None
    metric: str | None = None
    settings: dict[str, list[str]] | None = None


class SharedBoard(ApiModel):
    title: str
    game_name: str
    time_zone: str = Field(description="Of its days.")
    currency: str
    range: str
    tiles: list[SharedTile]


class SharedAnswer(ApiModel):
    label: str | None
    values: dict[str, list[str]]
    answer: dict[str, Any] = Field(description="That of the metric.")


class SharedAnswers(ApiModel):
    answers: list[SharedAnswer]


@router.get("")
def read_shared_board(board: ByLink) -> SharedBoard:
    """What a link shows: the tiles of its board."""
    return SharedBoard(
        title=board.title,
        game_name=board.game.name,
        time_zone=board.game.time_zone,
        currency=board.game.currency,
        range=board.document.range,
        tiles=[_tile(tile) for tile in board.document.tiles],
    )


@router.get("/tiles/{tile_id}", response_model=SharedAnswers, dependencies=[Depends(wait_until_loaded)])
async def read_shared_tile(
    request: Request,
    state: CurrentState,
    board: ByLink,
    tile_id: Annotated[str, Path(max_length=16, description="As in the board.")],
) -> Response:
    """The answers to the questions of one of its panels."""
    tile = board.document.panel(tile_id)
    if tile is None:
        raise NotFound(f"This board has no panel {tile_id!r}.")
    metric = await run_in_threadpool(tile.asked_metric)
    parts: list[bytes] = []
    for question in tile.questions:
        parameters = question.parameters(metric, board.game.id, board.today)
        answer = await answer_to(metric, parameters, state, board.revision, board.game, reader_of(request))
        asked = {"label": question.label, "values": question.values, "answer": msgspec.Raw(answer.body)}
        parts.append(msgspec.json.encode(asked))
    return Response(b'{"answers":[' + b",".join(parts) + b"]}", media_type="application/json")


def _tile(tile: PanelTile | TextTile) -> SharedTile:
    told = {"id", "kind", "width", "height", "text", "page", "panel", "title", "metric", "settings"}
    return SharedTile.model_validate(tile.model_dump(by_alias=False, include=told))
