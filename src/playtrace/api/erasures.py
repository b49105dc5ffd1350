"""What the law of data protection gives players: to be told what is kept of them, to be erased, to withdraw consent."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response
from fastapi.responses import StreamingResponse
from pydantic import Field

from playtrace.api.access import CurrentAdmin, readable_game
from playtrace.api.models import ApiModel
from playtrace.api.state import CurrentState
from playtrace.api.turns import AfterLoading
from playtrace.event import ID_LENGTH_MAX
from playtrace.operate.erasures import PLAYERS_MAX, Erasure, ErasureFailed, unknown_players
from playtrace.operate.player_export import NoSuchPlayer, PlayerExport, summary_of
from playtrace.problems import Conflict, NotFound
from playtrace.registry.player_hash import hash_of

router = APIRouter(prefix="/api/games/{game_id}", tags=["players"])

ZIP: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The file.",
        "content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}},
    }
}
GameId = Annotated[str, Path(max_length=64)]
ErasureId = Annotated[str, Path(max_length=64)]
PlayerId = Annotated[str, Field(min_length=1, max_length=ID_LENGTH_MAX)]
AskedPlayer = Annotated[str, Query(alias="playerId", min_length=1, max_length=ID_LENGTH_MAX)]
SUMMARY_VALUES_MAX = 50
"""Of one list."""


class Players(ApiModel):
    players: Annotated[list[PlayerId], Field(min_length=1, max_length=PLAYERS_MAX)]


class WantedErasure(Players):
    refuse: bool = Field(
        False, description="They withdrew their consent: what is sent of them from now on is refused, and counted."
    )


class MirrorErasure(ApiModel):
    mirror: str
    erased_at: dt.datetime | None = Field(description="When this mirror had erased them; null: not yet.")


class ErasureTold(ApiModel):
    erasure_id: str
    asked_at: dt.datetime
    invisible_at: dt.datetime
    """From then on no answer knows them."""
    rewritten_at: dt.datetime | None
    """When the store's file and the journal's were written anew without them."""
    finished_at: dt.datetime | None
    """When the receipt was signed."""
    players: int = Field(description="Ids that were erased: of who was merged, all.")
    is_refused: bool
    removed_rows: dict[str, int]
    """By table."""
    days_in_sums_without_names: int
    """On so many days they are still in sums that name nobody, as the events are gone of which these were made."""
    mirrors: list[MirrorErasure] = Field(description="Mirrors that there were when the files were written anew.")

    @classmethod
    def of(cls, one: Erasure) -> ErasureTold:
        said = one.said
        return cls(
            erasure_id=one.erasure_id,
            asked_at=one.asked_at,
            invisible_at=one.erased_at,
            rewritten_at=one.rewritten_at,
            finished_at=one.finished_at,
            players=len(one.player_hashes),
            is_refused=one.is_refused,
            removed_rows=said["removedRows"],
            days_in_sums_without_names=said["daysInSumsWithoutNames"],
            mirrors=[
                MirrorErasure(mirror=name, erased_at=None if at is None else dt.datetime.fromisoformat(at))
                for name, at in sorted(one.in_mirrors.items())
            ],
        )


class ErasureList(ApiModel):
    erasures: list[ErasureTold]


class UnknownPlayers(ApiModel):
    unknown: list[str] = Field(description="Those of the ids of whom nothing is stored.")


class AcceptedPlayers(ApiModel):
    players: int = Field(description="How many of them were refused.")


class SaidValue(ApiModel):
    value: str
    events: int
    first_at: dt.datetime
    last_at: dt.datetime


class Paid(ApiModel):
    currency: str = Field(description="Empty where none was said.")
    amount: float
    purchases: int


class KeptOfPlayer(ApiModel):
    """What an export of the player would have, and an erasure would take, in short."""

    game_id: str
    player_ids: list[str] = Field(description="All that are theirs: of who was merged there are several.")
    events: int
    first_event_at: dt.datetime | None
    last_event_at: dt.datetime | None
    paid: list[Paid]
    segments: list[str]
    said: dict[str, list[SaidValue]] = Field(
        description="What their events say: `events`, `devices`, `platforms`, `countries` and so on, the commonest."
    )
    is_refused: bool = Field(description="What is sent of them is refused: they withdrew their consent.")


@router.get("/erasures")
def list_erasures(state: CurrentState, reader: CurrentAdmin, game_id: GameId) -> ErasureList:
    """Erasures of players of a game, the latest first; who they were is not kept."""
    readable_game(state, reader, game_id)
    return ErasureList(erasures=[ErasureTold.of(one) for one in state.erasures.listed(game_id)])


@router.post("/erasures", status_code=202)
def erase_players(state: CurrentState, reader: CurrentAdmin, game_id: GameId, wanted: WantedErasure) -> ErasureTold:
    """Erase players, and all ids that are theirs. No answer knows them when this returns; the disk follows."""
    readable_game(state, reader, game_id)
    try:
        return ErasureTold.of(state.erasures.ask(game_id, wanted.players, is_refused=wanted.refuse))
    except ErasureFailed as error:
        raise Conflict(str(error)) from error


@router.post("/erasures/preview", dependencies=AfterLoading)
def preview_erasure(state: CurrentState, reader: CurrentAdmin, game_id: GameId, wanted: Players) -> UnknownPlayers:
    """Of whom there is nothing to erase: an id may be mistyped. Nothing is changed."""
    readable_game(state, reader, game_id)
    return UnknownPlayers(unknown=unknown_players(state.store, game_id, wanted.players))


@router.get("/erasures/{erasure_id}/receipt", response_class=Response)
def receipt(state: CurrentState, reader: CurrentAdmin, game_id: GameId, erasure_id: ErasureId) -> Response:
    """What went where and when, signed, when all of it has: for `playtrace players verify-receipt`."""
    readable_game(state, reader, game_id)
    found = next((one for one in state.erasures.listed(game_id) if one.erasure_id == erasure_id), None)
    if found is None:
        raise NotFound(f"There is no erasure {erasure_id!r} of players of {game_id!r}.")
    if found.receipt is None:
        raise Conflict("It is not finished: the receipt says when everything was gone.")
    return Response(
        found.receipt,
        media_type="application/json",
        headers={"Content-Disposition": f'attachment; filename="erasure-{found.erasure_id}.json"'},
    )


@router.get("/player-summary", dependencies=AfterLoading)
def summarize_player(
    state: CurrentState, reader: CurrentAdmin, game_id: GameId, player_id: AskedPlayer
) -> KeptOfPlayer:
    """What is kept of one player, in short. Of somebody nobody knows: no events."""
    readable_game(state, reader, game_id)
    found = summary_of(state.store, game_id, player_id, listed_max=SUMMARY_VALUES_MAX)
    refused = state.registry.refused_players.all().get(game_id, frozenset[str]())
    secret = state.registry.refused_players.secret()
    is_refused = any(hash_of(secret, game_id, one) in refused for one in [player_id, *found["playerIds"]])
    return KeptOfPlayer.model_validate({**found, "isRefused": is_refused})


@router.get("/player-export", response_class=StreamingResponse, responses=ZIP, dependencies=AfterLoading)
def export_player(
    state: CurrentState,
    reader: CurrentAdmin,
    game_id: GameId,
    player_id: AskedPlayer,
) -> StreamingResponse:
    """All that is kept of one player, with all ids that are theirs: a zip of `events.ndjson` and `summary.json`."""
    readable_game(state, reader, game_id)
    try:
        export = PlayerExport(state.store, game_id, player_id)
    except NoSuchPlayer as error:
        raise NotFound(str(error)) from error
    state.registry.audit.note("player.exported", "a player", game_id=game_id, events=export.summary["events"])
    headers = {
        "Content-Disposition": 'attachment; filename="player.zip"',
        "Playtrace-Events": str(export.summary["events"]),
    }
    return StreamingResponse(export.pieces(), media_type="application/zip", headers=headers)


@router.post("/accepted-players")
def accept_players(state: CurrentState, reader: CurrentAdmin, game_id: GameId, wanted: Players) -> AcceptedPlayers:
    """They agree again: take what is sent of players who were refused."""
    readable_game(state, reader, game_id)
    secret = state.registry.refused_players.secret()
    hashes = {hash_of(secret, game_id, player_id) for player_id in wanted.players}
    accepted = state.registry.refused_players.accept(game_id, hashes)
    state.registry.audit.note("player.accepted", f"{accepted} players", game_id=game_id)
    return AcceptedPlayers(players=accepted)
