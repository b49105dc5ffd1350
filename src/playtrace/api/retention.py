"""How long a game keeps what, and what goes: `playtrace.operate.retention` does it."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from fastapi import APIRouter, Depends
from pydantic import Field

from playtrace.api.access import MANAGES, READS, CurrentAdmin, CurrentReader, readable_game
from playtrace.api.models import ApiModel, Strict
from playtrace.api.state import CurrentState, State
from playtrace.api.turns import InTurn
from playtrace.operate.retention import Removal, preview
from playtrace.problems import Conflict, InvalidRequest, UnknownGame
from playtrace.registry.errors import GameIsDeleted, Invalid
from playtrace.registry.errors import UnknownGame as NoSuchGame
from playtrace.registry.models import Game
from playtrace.registry.retention import (
    DAYS_MAX,
    DAYS_MIN,
    EVENT_NAME_LENGTH_MAX,
    NAMES_MAX,
    RetentionPolicy,
    decoded,
)
from playtrace.store.duckdb import Reader
from playtrace.store.raw_gone import NOTHING_GONE, OTHER_NAMES, gone_of

router = APIRouter(prefix="/api/games/{game_id}/retention", tags=["retention"])

Days = Annotated[int, Field(ge=DAYS_MIN, le=DAYS_MAX)]
Name = Annotated[str, Field(min_length=1, max_length=EVENT_NAME_LENGTH_MAX)]


class Policy(Strict):
    """In days behind today (UTC); null keeps for good."""

    events_days: Days | None = Field(None, description="Raw events. What was counted of them stays.")
    names_days: Annotated[dict[Name, Days | None], Field(max_length=NAMES_MAX)] = Field(
        {}, description="The same of events of these names, instead: such as `position`."
    )
    crash_properties_days: Days | None = Field(
        None, description="The properties of crashes and errors, stacks among them. The events stay."
    )
    set_aside_days: Days | None = Field(None, description="What was quarantined or refused, as it was received.")
    everything_days: Days | None = Field(None, description="All of that, and every figure too.")

    @classmethod
    def of(cls, policy: RetentionPolicy) -> Policy:
        return cls.model_validate(
            {name: getattr(policy, name) for name in RetentionPolicy.__struct_fields__}, by_name=True
        )

    def policy(self) -> RetentionPolicy:
        return RetentionPolicy(**self.model_dump(by_alias=False))


class GoingNow(ApiModel):
    """What a policy takes away as of now."""

    what: Literal["events", "crash_properties", "set_aside", "everything"]
    name: str | None = Field(description="Of the events; null: all that are not named.")
    before: dt.date = Field(description="What happened, or was received, before this day (UTC).")
    rows: int = Field(description="Events; for `everything` those that figures were made of.")
    first_at: dt.datetime | None
    says: str = Field(description="The same as a sentence.")


class Preview(ApiModel):
    removals: list[GoingNow]


class Gone(ApiModel):
    """What is gone, or is going: what happened before these days (UTC)."""

    events: dt.date | None = Field(description="Raw events of all names that are not listed.")
    names: dict[str, dt.date | None] = Field(description="Raw events of names that had days of their own.")
    crash_properties: dt.date | None
    everything: dt.date | None


class Progress(ApiModel):
    """Of all games together."""

    rows_looked_at: int
    rows: int


class StoreFile(ApiModel):
    bytes: int
    free_bytes: int = Field(
        description="Inside of it: they are filled again before it grows. `playtrace retention compact` gives them"
        " back to the disk while the server is stopped."
    )


class RetentionNow(ApiModel):
    game_id: str
    policy: Policy
    changed_at: dt.datetime | None
    begins_at: dt.datetime | None = Field(
        description="Nothing goes before: an hour behind the last change, unless it was told to go at once."
    )
    going: list[GoingNow] = Field(description="What it takes away next.")
    gone: Gone
    removed_events: int = Field(description="Stored events that are gone, of the game's whole history.")
    progress: Progress | None = Field(description="While something is being removed; else null.")
    file: StoreFile | None = Field(description="Of the store; null where it has none.")


@router.get("", dependencies=[Depends(READS), InTurn])
def retention(state: CurrentState, reader: CurrentReader, game_id: str) -> RetentionNow:
    """What a game keeps for how long, what goes next, and what is gone."""
    return _now(state, readable_game(state, reader, game_id))


@router.put("", dependencies=[Depends(MANAGES), InTurn])
def set_retention(state: CurrentState, admin: CurrentAdmin, game_id: str, policy: Policy) -> RetentionNow:
    """In place of the policy that there is. It begins an hour later; what is gone by then does not come back."""
    readable_game(state, admin, game_id)
    try:
        game = state.registry.games.set_retention(game_id, policy.policy())
    except Invalid as error:
        raise InvalidRequest.of_field(error.field, error.expected) from error
    except NoSuchGame as error:
        raise UnknownGame(game_id) from error
    except GameIsDeleted as error:
        raise Conflict(str(error)) from error
    return _now(state, game)


@router.post("/preview", dependencies=[Depends(MANAGES), InTurn])
def preview_retention(state: CurrentState, admin: CurrentAdmin, game_id: str, policy: Policy) -> Preview:
    """What this policy would take away today. Nothing is changed."""
    readable_game(state, admin, game_id)
    with state.store.reading() as store:
        return Preview(removals=_going(store, game_id, policy.policy()))


@router.post("/run", status_code=202, dependencies=[Depends(MANAGES), InTurn])
def run_retention(state: CurrentState, admin: CurrentAdmin, game_id: str) -> RetentionNow:
    """Begin at once, instead of an hour after the last change."""
    game = readable_game(state, admin, game_id)
    state.retention.run_now(game)
    return _now(state, game)


REMOVED = "SELECT coalesce(sum(events), 0)::BIGINT AS events FROM removed_events WHERE game_id = $game"


def _now(state: State, game: Game) -> RetentionNow:
    policy = decoded(game.retention_json)
    with state.store.reading() as store:
        gone = gone_of(store, game.id)
        going = _going(store, game.id, policy)
        removed = store.rows(REMOVED, {"game": game.id})[0]["events"]
    looked_at, rows = state.retention.rows_looked_at, state.retention.rows
    blocks = state.store.blocks()
    names = {name: _day(day) for name, day in sorted(gone.by_name.items()) if name != OTHER_NAMES}
    return RetentionNow(
        game_id=game.id,
        policy=Policy.of(policy),
        changed_at=game.retention_changed_at,
        begins_at=state.retention.begins_at(game),
        going=going,
        gone=Gone(
            events=_day(gone.before(OTHER_NAMES)),
            names=names,
            crash_properties=gone.crash_properties,
            everything=gone.everything,
        ),
        removed_events=removed,
        progress=None
        if looked_at is None or rows is None
        else Progress(rows_looked_at=min(looked_at, rows), rows=rows),
        file=None if blocks is None else StoreFile(bytes=blocks.bytes, free_bytes=blocks.free_bytes),
    )


def _day(day: dt.date) -> dt.date | None:
    return day if day > NOTHING_GONE else None


def _going(store: Reader, game_id: str, policy: RetentionPolicy) -> list[GoingNow]:
    today = dt.datetime.now(dt.UTC).date()
    return [
        GoingNow(
            what=removal.what,
            name=removal.name,
            before=removal.before,
            rows=removal.rows,
            first_at=None if removal.first_at is None else removal.first_at.replace(tzinfo=dt.UTC),
            says=said_of(removal),
        )
        for removal in preview(store, game_id, policy, today)
    ]


def said_of(removal: Removal) -> str:
    """A removal as people are told of it before it happens."""
    count = f"{removal.rows:,}"
    are = "event" if removal.rows == 1 else "events"
    match removal.what:
        case "events":
            named = "" if removal.name is None else f" named {removal.name}"
            return f"This will remove {count} raw {are}{named} before {removal.before}; what was counted of them stays."
        case "crash_properties":
            return f"This will remove the properties of {count} crashes and errors before {removal.before}."
        case "set_aside":
            return f"This will remove {count} {are} that were set aside before {removal.before}."
        case _:
            return f"This will remove everything before {removal.before}: the figures of {count} {are}, too."
