"""Games are made, changed, archived and deleted; and what would go with one is told before."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import Field

from playtrace.api.access import MANAGES, CurrentAdmin, readable_game
from playtrace.api.models import ApiModel, Strict
from playtrace.api.registry_problems import registry_problems
from playtrace.api.state import CurrentState, State
from playtrace.api.turns import InTurn
from playtrace.operate.game_deletion import COUNT_ROWS
from playtrace.problems import NotFound
from playtrace.registry.models import NAME_LENGTH_MAX, NOTE_LENGTH_MAX, Game, WriteKey

router = APIRouter(prefix="/api", tags=["games"])

Name = Annotated[str, Field(min_length=1, max_length=NAME_LENGTH_MAX)]
TimeZone = Annotated[str, Field(description="IANA name; the game's days begin and end by it.")]
Currency = Annotated[str, Field(description="ISO 4217; revenue is reported in it.")]


class NewGame(Strict):
    id: str = Field(
        description="1 to 64 characters out of a-z, 0-9, - and _, beginning with a letter or digit. It stays."
    )
    name: Name | None = Field(None, description="As people read it. Default: the id.")
    time_zone: TimeZone = "UTC"
    currency: Currency = "USD"


class GameChange(Strict):
    """What is not named stays as it is."""

    name: Name | None = None
    time_zone: TimeZone | None = None
    currency: Currency | None = None


class GameSettings(ApiModel):
    id: str
    name: str
    time_zone: str
    currency: str
    created_at: dt.datetime
    archived_at: dt.datetime | None = Field(description="Since then it takes no events.")


class GameContents(ApiModel):
    """What goes with a game when it is deleted."""

    id: str
    name: str
    events: int
    first_at: dt.datetime | None
    last_at: dt.datetime | None
    days: int = Field(description="Days (UTC) on which somebody played.")
    players: int
    set_aside: int = Field(description="Events that were quarantined or refused, and are kept.")
    segments: int
    write_keys: int = Field(description="That are not revoked.")
    alert_rules: int
    reports: int = Field(description="That are scheduled.")
    maps: int = Field(description="That have a picture.")
    mirrors: list[str] = Field(description="Databases that have a copy, and keep it.")
    says: list[str] = Field(description="The same in sentences, and what does not go with it.")


class DeletedGame(ApiModel):
    id: str
    name: str
    began_at: dt.datetime
    events_left: int


class DeletedGames(ApiModel):
    games: list[DeletedGame]


class GameKey(ApiModel):
    key: str = Field(description="It ships inside the game: it can only send.")
    secret: str = Field(description="For protocols that sign.")
    note: str
    created_at: dt.datetime
    revoked_at: dt.datetime | None


class GameKeys(ApiModel):
    game_id: str
    keys: list[GameKey] = Field(description="Oldest first, the revoked ones too.")


class KeyNote(Strict):
    note: Annotated[str, Field(max_length=NOTE_LENGTH_MAX, description="What it is for, in your words.")] = ""


@router.post("/games", status_code=201)
def add_game(state: CurrentState, admin: CurrentAdmin, new: NewGame) -> GameSettings:
    """Make a game. It needs a write key before it can send."""
    with registry_problems():
        game = state.registry.games.add(new.id, name=new.name, time_zone=new.time_zone, currency=new.currency)
    return _changed(state, game)


@router.patch("/games/{game_id}")
def change_game(state: CurrentState, admin: CurrentAdmin, game_id: str, change: GameChange) -> GameSettings:
    """Change its name, time zone or currency. Nothing is counted anew: days are cut when they are asked for."""
    readable_game(state, admin, game_id)
    with registry_problems():
        return _changed(
            state, state.registry.games.change(game_id, change.model_dump(exclude_none=True, by_alias=False))
        )


@router.post("/games/{game_id}/archive")
def archive_game(state: CurrentState, admin: CurrentAdmin, game_id: str) -> GameSettings:
    """It takes no events any more: they are refused and counted as such. What is there is read as before."""
    return _archive(state, admin, game_id, is_archived=True)


@router.post("/games/{game_id}/unarchive")
def unarchive_game(state: CurrentState, admin: CurrentAdmin, game_id: str) -> GameSettings:
    """It takes events again."""
    return _archive(state, admin, game_id, is_archived=False)


@router.get("/games/{game_id}/contents", dependencies=[Depends(MANAGES), InTurn])
def game_contents(state: CurrentState, admin: CurrentAdmin, game_id: str) -> GameContents:
    """What goes with it when it is deleted."""
    game = readable_game(state, admin, game_id)
    with state.store.reading() as store:
        (counts,) = store.rows(COUNT_ROWS, {"game": game_id})
    registry = state.registry
    mirrors = [one.id for one in registry.mirrors.all() if one.game_ids is None or game_id in one.game_ids]
    contents = GameContents(
        id=game.id,
        name=game.name,
        events=counts["events"],
        first_at=_utc(counts["first_at"]),
        last_at=_utc(counts["last_at"]),
        days=counts["days"],
        players=counts["players"],
        set_aside=counts["set_aside"],
        segments=counts["segments"],
        write_keys=sum(key.revoked_at is None for key in registry.keys.all(game_id)),
        alert_rules=sum(rule.game_id == game_id for rule in registry.alert_rules.all()),
        reports=sum(report.game_id == game_id for report in registry.reports.all()),
        maps=len(registry.maps.all(game_id)),
        mirrors=mirrors,
        says=[],
    )
    contents.says = _sentences(contents)
    return contents


@router.delete("/games/{game_id}", status_code=202)
def delete_game(
    state: CurrentState,
    admin: CurrentAdmin,
    game_id: str,
    name: Annotated[str, Query(max_length=NAME_LENGTH_MAX, description="Its name or id, to be sure which is meant.")],
) -> DeletedGames:
    """Delete an archived game with all that is there of it. There is no way back from here on: until then it can be
    opened again. It goes in the background; its id is free when it is gone."""
    readable_game(state, admin, game_id)
    with registry_problems():
        state.registry.games.begin_deletion(game_id, name)
    state.key_ring.refresh()
    return deleted_games(state, admin)


@router.get("/game-deletions")
def deleted_games(state: CurrentState, admin: CurrentAdmin) -> DeletedGames:
    """Games that are being deleted, and how much of each is left."""
    found: list[DeletedGame] = []
    for game in state.registry.games.being_deleted():
        left = state.store.query("SELECT count(*) AS n FROM events WHERE game_id = $game", {"game": game.id})
        began_at = game.deletion_began_at or game.created_at
        found.append(DeletedGame(id=game.id, name=game.name, began_at=began_at, events_left=left.to_pylist()[0]["n"]))
    return DeletedGames(games=found)


@router.get("/games/{game_id}/keys")
def list_keys(state: CurrentState, admin: CurrentAdmin, game_id: str) -> GameKeys:
    """The write keys of a game, the revoked ones too."""
    readable_game(state, admin, game_id)
    return GameKeys(game_id=game_id, keys=[_key(key) for key in state.registry.keys.all(game_id)])


@router.post("/games/{game_id}/keys", status_code=201)
def add_key(state: CurrentState, admin: CurrentAdmin, game_id: str, new: KeyNote) -> GameKey:
    """Make another one. It is good at once."""
    readable_game(state, admin, game_id)
    with registry_problems():
        made = state.registry.keys.add(game_id, note=new.note)
    state.key_ring.refresh()
    return _key(made)


@router.patch("/games/{game_id}/keys/{key}")
def rename_key(state: CurrentState, admin: CurrentAdmin, game_id: str, key: str, change: KeyNote) -> GameKey:
    """Change its note."""
    _require_key(state, admin, game_id, key)
    with registry_problems():
        return _key(state.registry.keys.rename(key, change.note))


@router.delete("/games/{game_id}/keys/{key}")
def revoke_key(state: CurrentState, admin: CurrentAdmin, game_id: str, key: str) -> GameKey:
    """Revoke it for good: what still sends with it is refused within a second."""
    _require_key(state, admin, game_id, key)
    with registry_problems():
        revoked = state.registry.keys.revoke(key)
    state.key_ring.refresh()
    return _key(revoked)


def _archive(state: State, admin: CurrentAdmin, game_id: str, *, is_archived: bool) -> GameSettings:
    readable_game(state, admin, game_id)
    with registry_problems():
        return _changed(state, state.registry.games.archive(game_id, is_archived=is_archived))


def _changed(state: State, game: Game) -> GameSettings:
    # Whoever changed it and sends at once is answered by what it is now.
    state.key_ring.refresh()
    return GameSettings.model_validate(game, from_attributes=True)


def _require_key(state: State, admin: CurrentAdmin, game_id: str, key: str) -> None:
    """Raises `NotFound` for a key that is another game's, or none at all."""
    readable_game(state, admin, game_id)
    if not any(one.key == key for one in state.registry.keys.all(game_id)):
        raise NotFound(f"The game {game_id!r} has no write key {key!r}.")


def _key(key: WriteKey) -> GameKey:
    return GameKey.model_validate(key, from_attributes=True)


def _utc(moment: dt.datetime | None) -> dt.datetime | None:
    return None if moment is None else moment.replace(tzinfo=dt.UTC)


def _sentences(game: GameContents) -> list[str]:
    when = (
        ""
        if game.first_at is None or game.last_at is None
        else f" from {game.first_at:%Y-%m-%d} to {game.last_at:%Y-%m-%d}"
    )
    said = [
        f"{_count(game.events, 'event')}{when}, of {_count(game.players, 'player')} on {_count(game.days, 'day')}, with"
        " every figure that was made of them.",
        f"{_count(game.write_keys, 'write key')}, {_count(game.alert_rules, 'alert rule')},"
        f" {_count(game.reports, 'scheduled report')}, {_count(game.segments, 'segment')},"
        f" {_count(game.maps, 'picture')} of maps and {_count(game.set_aside, 'event')} that were set aside.",
        "Tokens and people's access to it. What is for other games too stays for those.",
    ]
    if game.mirrors:
        said.append(f"The databases of these mirrors have a copy, and keep it: {', '.join(game.mirrors)}.")
    said.append("Backups that were made until now have it, until they are deleted.")
    return said


def _count(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"
