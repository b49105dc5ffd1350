"""The Event: the only type that crosses rooms on the way in.

Protocol modules turn bytes into a `Batch` of `Event`s, the journal keeps batches, the loader
turns them into rows. Every limit that a game client can run into is a constant here.
"""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Annotated
from uuid import UUID, uuid5

from msgspec import Meta, Struct

NAME_LENGTH_MAX = 64
"""Characters in a name (of an event, a game, a platform, a currency, ...)."""
ID_LENGTH_MAX = 256
"""Characters in what other systems make up: ids of players, sessions, devices and matches, levels, maps, properties."""
PROPERTIES_MAX = 256
"""Properties (top-level keys of `props`) in one event."""
PROPERTY_DEPTH_MAX = 8
"""Levels of nesting inside `props`: a plain value is level 1, a list of plain values level 2, ..."""
EVENT_BYTES_MAX = 32 * 1024
"""Bytes of one event as JSON."""
REQUEST_BYTES_MAX = 5 * 1024 * 1024
"""Bytes of one request after decompression."""
EVENTS_PER_REQUEST_MAX = 10_000
"""Events in one request."""
SAMPLE_BYTES_MAX = 2 * 1024
"""Bytes that are kept of a refused event, to be shown under data health."""

ID_NAMESPACE = UUID("6f0d7c1e-6d3c-5b7b-9d0a-7e4b1a1f2c55")
UNSET_IDS = (0, 2**128 - 1)
"""As numbers: what stands for no id at all (RFC 9562)."""

Name = Annotated[str, Meta(min_length=1, max_length=NAME_LENGTH_MAX)]
Id = Annotated[str, Meta(min_length=1, max_length=ID_LENGTH_MAX)]
Integer = Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)]
Country = Annotated[str, Meta(min_length=2, max_length=2)]
Position = Annotated[int, Meta(ge=0, le=2**53)]
Milliseconds = Annotated[int, Meta(ge=0, le=10**12)]

# The nesting is written out, so that the JSON decoder itself enforces the depth and names the path of
# what is too deep. Deeper documents cost more than they are worth in SQL (and some engines crash on them).
Scalar = None | bool | Integer | float | str
PropertyLevel2 = Scalar | list[Scalar] | dict[Id, Scalar]
PropertyLevel3 = Scalar | list[PropertyLevel2] | dict[Id, PropertyLevel2]
PropertyLevel4 = Scalar | list[PropertyLevel3] | dict[Id, PropertyLevel3]
PropertyLevel5 = Scalar | list[PropertyLevel4] | dict[Id, PropertyLevel4]
PropertyLevel6 = Scalar | list[PropertyLevel5] | dict[Id, PropertyLevel5]
PropertyLevel7 = Scalar | list[PropertyLevel6] | dict[Id, PropertyLevel6]
Property = Scalar | list[PropertyLevel7] | dict[Id, PropertyLevel7]
Properties = Annotated[dict[Id, Property], Meta(max_length=PROPERTIES_MAX)]


class Severity(StrEnum):
    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"


class Event(Struct, kw_only=True, omit_defaults=True, forbid_unknown_fields=True, gc=False):
    """One thing that happened in a game, as the client tells it.

    Only `name` is required. Names are 1 to 64 characters, ids 1 to 256. What the server adds (when it was
    received, how, from which country) is the same for all events of a request and stands in `Batch`.
    """

    name: Name
    """What happened: `player_death`, `purchase`, or any name of the studio's own."""
    game_id: Name | None = None
    """The readable id of the game; the write key implies it, where there is one."""
    event_id: UUID | None = None
    """Made by the client, so that a re-sent event counts once; made by the loader where absent."""
    time: dt.datetime | None = None
    """The client's wall clock when it happened; UTC where no offset is given. Absent: time of receipt."""
    seq: Position | None = None
    """Position in the session, starting at 0: the order inside a session."""
    mono_ms: Milliseconds | None = None
    """Milliseconds since session start on a monotonic clock."""
    player_id: Id | None = None
    session_id: Id | None = None
    device_id: Id | None = None
    env: Name | None = None
    """`prod` (the default) or `dev`; metrics count `prod` unless asked otherwise."""
    platform: Name | None = None
    os: Name | None = None
    version: Name | None = None
    """Version of the game, as players know it."""
    build: Name | None = None
    country: Country | None = None
    """ISO 3166-1 alpha-2. Absent: looked up from the client's address, which itself is never stored."""
    region: Name | None = None
    severity: Severity | None = None
    match_id: Id | None = None
    level: Id | None = None
    map: Id | None = None
    x: float | None = None
    y: float | None = None
    z: float | None = None
    """Position in the map's own units."""
    value: float | None = None
    """The event's one number: the price of a purchase in units of `currency`, an amount, a score."""
    currency: Name | None = None
    """ISO 4217 for money, a name of the studio's for in-game currencies."""
    props: Properties | None = None
    """Everything else. Becomes a VARIANT column."""


class RefusalReason(StrEnum):
    """Why an event was not taken. A closed set: the books are kept by these names."""

    MALFORMED = "malformed"
    """Not JSON, not text, or not the shape of an event."""
    INVALID = "invalid"
    """A field is missing, of the wrong type or beyond its limit."""
    TOO_LARGE = "too_large"
    """More than `EVENT_BYTES_MAX`."""
    UNKNOWN_GAME = "unknown_game"
    """No game of that id."""
    WRONG_GAME = "wrong_game"
    """The write key belongs to another game."""
    CONSENT_WITHDRAWN = "consent_withdrawn"
    """The player does not want to be known any more."""
    ARCHIVED_GAME = "archived_game"
    """The game takes no events any more."""


class Refusal(Struct, frozen=True):
    """One event of a request that was not taken, and why."""

    index: int
    """Position in the request, from 0."""
    reason: RefusalReason
    error: str
    """A sentence that names the field and what was expected."""
    sample: str = ""
    """The event as sent, cut at `SAMPLE_BYTES_MAX`."""
    game_id: str | None = None
    """The game in whose books it is; None where there is none that could be."""
    events: int = 1
    """More than one: so many are counted and not listed; then `index` and `sample` say nothing."""


IMPORTED = "import"
"""The source of events that an admin brings in from files: however old they are, they count where they belong."""


class ImportedEvent(Event, kw_only=True, omit_defaults=True, forbid_unknown_fields=True, gc=False):
    """An event of an import. Then `time` is when it counts, however wrong the client's clock was."""

    client_time: dt.datetime | None = None
    """As the client's clock said. Absent: the same as `time`."""


class ImportPart(Struct, array_like=True, frozen=True):
    """Which part of an import the events of a batch are."""

    import_id: str
    name: str
    """Of its files, for people."""
    rows_done: int
    """Rows of the files up to which everything is in this part or an earlier one."""
    is_last: bool = False


class Batch(Struct, kw_only=True):
    """The events of one request, and what the server knows about all of them."""

    received_at: dt.datetime
    """Server clock, UTC."""
    source: str
    """Name of the protocol module that read it."""
    events: list[Event]
    refusals: list[Refusal] = []
    """One event each: the first ones that were refused."""
    further_refused: dict[tuple[RefusalReason, str | None], int] = {}
    """How many more, by reason and game."""
    positions: list[int] | None = None
    """The place in the request of each event; None where they are all of it, in its order."""
    game_id: str | None = None
    """The game of every event that names none."""
    sent_at: dt.datetime | None = None
    """The client's wall clock when the batch left: with `received_at` it tells how wrong that clock is."""
    attempt: int = 1
    """Which attempt of the client this is to send these events, and `sent_at` is of: 1 where it does not say."""
    too_old: list[int] = []
    """Places in the request of events that will be set aside: told in the answer, decided when they are loaded."""
    hints: list[str] = []
    """What the client should know of how it was read. Sentences for people; told in the answer, and not kept."""
    country: str | None = None
    region: str | None = None
    part: ImportPart | None = None
    """Where it comes from an import."""

    @property
    def refused(self) -> int:
        return len(self.refusals) + sum(self.further_refused.values())


def event_id_of(text: str, game_id: str) -> UUID | None:
    """A client's id of an event as UUID; one of another form becomes a UUID that is the same each time it is sent.

    `game_id` is the game that it is an event of, however that is said. None for the ids that stand for none.
    Raises `ValueError` when it is too long.
    """
    try:
        found = UUID(text)
    except ValueError:
        if not 0 < len(text) <= ID_LENGTH_MAX:
            raise ValueError(f"event_id: expected a UUID or 1 to {ID_LENGTH_MAX} characters.") from None
        return uuid5(ID_NAMESPACE, f"{game_id}\n{text}")
    return None if found.int in UNSET_IDS else found


PLAYER_MERGED = "player_merged"
"""Says that two ids are one player."""
STANDARD_EVENTS = (
    *("session_start", "session_end", "match_start", "match_end", "position", "player_death", "player_kill"),
    *("item_looted", "level_start", "level_complete", "level_fail", "level_abandon", "score_posted"),
    *("achievement_unlocked", "resource_gain", "resource_spend", "purchase", "ad_impression"),
    *("performance", "scene_loaded", "crash", "error", "stat_sheet", PLAYER_MERGED),
)
"""Names that the catalogue (docs/events.md) describes. Any other name is as good; these are those that metrics know."""
PASSIVE_EVENTS = ("push_received", "server_grant", "crash_upload")
"""Names that do not make a player active: they happen without the player."""
SAMPLE_EVENTS = ("position", "performance", "heartbeat")
"""Names that a game sends all the while, whatever the player does: they say nothing of what somebody did next."""
