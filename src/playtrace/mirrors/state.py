"""How a mirror fares: written down by who follows, in the registry, read by whoever asks."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

import msgspec

from playtrace.addresses import masked
from playtrace.registry.models import Mirror

Following = Literal["new", "catching_up", "following", "paused", "failing"]

LAG_S_MAX = 600.0
"""A mirror that is further behind than this is worth a look, unless it was so from its first day on."""


class MirrorState(msgspec.Struct, kw_only=True):
    journal_id: str | None = None
    journal_offset: int = 0
    """Up to here it is in the target."""
    go_back_to: int | None = None
    """The store knows less than it did: everything behind this offset is to be written again."""
    head_offset: int = 0
    """Up to here the store was loaded then."""
    waiting_events: int = 0
    """Events that the target did not have yet then."""
    oldest_waiting_at: dt.datetime | None = None
    """When the first of them was received."""
    events: int = 0
    """Written so far."""
    refused: int = 0
    """Of them the database did not take so many."""
    has_caught_up: bool = False
    """Whether it ever had everything."""
    last_written_at: dt.datetime | None = None
    last_error: str | None = None
    """Why nothing is written now, if so."""
    needs_person: bool = False
    """Whether that does not pass by itself."""
    failing_since: dt.datetime | None = None
    erased: dict[str, dt.datetime] = {}
    """Erasures of players that it was asked for lately, and when it had done each."""
    noted_at: dt.datetime | None = None
    """When this was written down."""

    def to_json(self) -> str:
        return msgspec.json.encode(self).decode()


def state_of(mirror: Mirror) -> MirrorState:
    """What is known of a mirror; one that is new, or whose state another playtrace wrote, has none yet."""
    if mirror.state_json is None:
        return MirrorState()
    try:
        return msgspec.json.decode(mirror.state_json, type=MirrorState)
    except msgspec.DecodeError:
        return MirrorState()


def following(mirror: Mirror, state: MirrorState) -> Following:
    """In one word."""
    if mirror.is_paused:
        return "paused"
    if state.last_error is not None:
        return "failing"
    if state.noted_at is None:
        return "new"
    return "following" if state.has_caught_up and mirror.replay_from is None else "catching_up"


def lag_seconds(state: MirrorState, now: dt.datetime) -> float:
    """How long the first event has waited that the target does not have."""
    return 0.0 if state.oldest_waiting_at is None else max(0.0, (now - state.oldest_waiting_at).total_seconds())


def complaint(mirror: Mirror, now: dt.datetime) -> str | None:
    """What is wrong with a mirror, for health; None when nothing is."""
    state = state_of(mirror)
    if mirror.is_paused:
        return None
    if state.last_error is not None:
        return f"the mirror {mirror.id} fails: {state.last_error}"
    if state.has_caught_up and (lag_s := lag_seconds(state, now)) > LAG_S_MAX:
        return f"the mirror {mirror.id} is {lag_s / 60:.0f} minutes behind"
    return None


def told(mirror: Mirror, now: dt.datetime) -> dict[str, Any]:
    """All there is to say of a mirror to an admin: its password is not."""
    state = state_of(mirror)
    return {
        "id": mirror.id,
        "url": masked(mirror.url),
        "game_ids": mirror.game_ids,
        "since": mirror.since,
        "is_from_settings": mirror.is_from_settings,
        "created_at": mirror.created_at,
        "state": following(mirror, state),
        "lag_seconds": lag_seconds(state, now),
        "waiting_events": state.waiting_events,
        "journal_offset": state.journal_offset,
        "head_offset": state.head_offset,
        "events": state.events,
        "refused": state.refused,
        "last_written_at": state.last_written_at,
        "last_error": state.last_error,
        "needs_person": state.needs_person,
        "failing_since": state.failing_since,
    }
