"""Mirrors: databases of the studio's own that get what the store has. For admins; no password is ever answered."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import Field

from playtrace.addresses import scrubbed
from playtrace.api.access import CurrentAdmin
from playtrace.api.models import ApiModel, Strict
from playtrace.api.state import CurrentState, State
from playtrace.mirrors.probe import probe
from playtrace.mirrors.state import Following, told
from playtrace.mirrors.target import TargetError
from playtrace.problems import Conflict, InvalidRequest, NotFound
from playtrace.registry.errors import Invalid, MirrorFromSettings, UnknownMirror
from playtrace.registry.mirrors import EVERYTHING, GAMES_MAX, MIRRORS_MAX, MirrorDefinition
from playtrace.registry.models import MIRROR_URL_LENGTH_MAX, Mirror

router = APIRouter(prefix="/api/mirrors", tags=["mirrors"])

MirrorId = Annotated[
    str, Path(pattern=r"^[A-Za-z0-9_.-]{1,64}$", description="Letters, digits, `_`, `.` and `-`; at most 64.")
]


class NewMirror(Strict):
    url: str = Field(
        min_length=1,
        max_length=MIRROR_URL_LENGTH_MAX,
        description="Where the database is: `postgresql://`, `mysql://`, `mariadb://`, `mongodb://` or `mongodb+srv://`."
        " It is a secret: answers hide its password.",
    )
    game_ids: list[str] | None = Field(
        None, min_length=1, max_length=GAMES_MAX, description="Only these games. Null: all, also those to come."
    )
    since: dt.date | None = Field(None, description="Nothing that happened before this day (UTC). Null: everything.")
    is_checked: bool = Field(
        True, description="Whether the database is connected to first, and the mirror refused when that fails."
    )


class Replay(Strict):
    since: dt.date | None = Field(None, description="From the first event on that happened on this day (UTC) or later.")


class MirrorNow(ApiModel):
    id: str
    url: str = Field(description="With its password hidden.")
    game_ids: list[str] | None
    since: dt.date | None
    is_from_settings: bool = Field(description="A setting makes it, such as DATABASE_URL, and says where it goes.")
    created_at: dt.datetime
    state: Following = Field(
        description="`new`: not begun. `catching_up`: history is being written. `following`: seconds behind. `paused`."
        " `failing`: nothing is written at the moment; it is tried again."
    )
    lag_seconds: float = Field(description="How long the first event has waited that the database does not have.")
    waiting_events: int = Field(description="How many it does not have yet, when that was last counted.")
    journal_offset: int = Field(description="Up to here it has everything that arrived, ...")
    head_offset: int = Field(description="... and up to here there is something.")
    events: int = Field(description="Written so far.")
    refused: int = Field(
        description="What the database did not take; it has them, with why, in `playtrace_refused` (PostgreSQL:"
        " `game.refused_event`)."
    )
    last_written_at: dt.datetime | None
    last_error: str | None
    needs_person: bool = Field(description="Whether that error does not pass by itself.")
    failing_since: dt.datetime | None


class MirrorList(ApiModel):
    mirrors: list[MirrorNow] = Field(max_length=MIRRORS_MAX)


class MirrorTest(ApiModel):
    connected: bool
    reason: str | None = Field(description="Why it was not.")
    seconds: float = Field(description="How long that took.")


@router.get("")
def list_mirrors(state: CurrentState, admin: CurrentAdmin) -> MirrorList:
    """All mirrors by name, and how each fares."""
    now = dt.datetime.now(dt.UTC)
    return MirrorList(mirrors=[MirrorNow(**told(mirror, now)) for mirror in state.registry.mirrors.all()])


@router.put("/{mirror_id}")
def put_mirror(state: CurrentState, admin: CurrentAdmin, mirror_id: MirrorId, new: NewMirror) -> MirrorNow:
    """Make a mirror, in place of one of the same name, after its database was connected to and got its tables."""
    url = new.url.strip()
    definition = MirrorDefinition(url=url, game_ids=new.game_ids, since=new.since)
    try:
        state.registry.mirrors.check(mirror_id, definition)
        if new.is_checked:
            probe(url, mirror_id, state.settings, state.registry)
        return _now(state.registry.mirrors.put(mirror_id, definition))
    except Invalid as error:
        raise InvalidRequest.of_field(error.field, error.expected, location="body") from error
    except TargetError as error:
        # Without what it came from, which may quote the password.
        raise InvalidRequest.of_field("url", scrubbed(str(error), url), location="body") from None
    except MirrorFromSettings as error:
        raise Conflict(str(error)) from error


@router.delete("/{mirror_id}")
def remove_mirror(state: CurrentState, admin: CurrentAdmin, mirror_id: MirrorId) -> MirrorList:
    """Follow no more. What is in the database stays there. Answers with the mirrors that are left."""
    try:
        state.registry.mirrors.remove(mirror_id)
    except UnknownMirror as error:
        raise NotFound(str(error)) from error
    except MirrorFromSettings as error:
        raise Conflict(str(error)) from error
    return list_mirrors(state, admin)


@router.post("/{mirror_id}/pause")
def pause_mirror(state: CurrentState, admin: CurrentAdmin, mirror_id: MirrorId) -> MirrorNow:
    """Write nothing until it is resumed, and leave the database."""
    return _pause(state, mirror_id, is_paused=True)


@router.post("/{mirror_id}/resume")
def resume_mirror(state: CurrentState, admin: CurrentAdmin, mirror_id: MirrorId) -> MirrorNow:
    """Go on where it stands. One that fails is tried at once."""
    return _pause(state, mirror_id, is_paused=False)


@router.post("/{mirror_id}/replay")
def replay_mirror(state: CurrentState, admin: CurrentAdmin, mirror_id: MirrorId, replay: Replay) -> MirrorNow:
    """Write everything again from a day on, or from the beginning: for a database in which something was deleted. What
    is there stays, and is not written twice."""
    try:
        return _now(state.registry.mirrors.replay(mirror_id, replay.since or EVERYTHING))
    except UnknownMirror as error:
        raise NotFound(str(error)) from error


@router.post("/{mirror_id}/test")
def test_mirror(state: CurrentState, admin: CurrentAdmin, mirror_id: MirrorId) -> MirrorTest:
    """Connect to the database now, and answer what came of it."""
    try:
        mirror = state.registry.mirrors.find(mirror_id)
    except UnknownMirror as error:
        raise NotFound(str(error)) from error
    try:
        return MirrorTest(
            connected=True, reason=None, seconds=probe(mirror.url, mirror.id, state.settings, state.registry)
        )
    except TargetError as error:
        return MirrorTest(connected=False, reason=scrubbed(str(error), mirror.url), seconds=0.0)


def _pause(state: State, mirror_id: str, *, is_paused: bool) -> MirrorNow:
    try:
        return _now(state.registry.mirrors.pause(mirror_id, is_paused=is_paused))
    except UnknownMirror as error:
        raise NotFound(str(error)) from error


def _now(mirror: Mirror) -> MirrorNow:
    return MirrorNow(**told(mirror, dt.datetime.now(dt.UTC)))
