"""The event log: `GET /api/events`, newest first, page by page."""

from __future__ import annotations

import base64
import datetime as dt
import json
from collections.abc import Collection
from typing import Annotated, Any, Literal, LiteralString
from uuid import UUID

import msgspec
from fastapi import APIRouter, Query, Response
from fastapi import Path as PathParameter
from pydantic import ConfigDict, Field, TypeAdapter
from pydantic.alias_generators import to_camel

from playtrace.api.access import CurrentReader
from playtrace.api.models import ApiModel
from playtrace.api.state import CurrentStore
from playtrace.api.turns import Question
from playtrace.event import ID_LENGTH_MAX, NAME_LENGTH_MAX, event_id_of
from playtrace.metrics.frame.models import DAYS_MAX, DayOrInstant, country_codes
from playtrace.problems import Conflict, InvalidRequest, NotFound
from playtrace.store.columns import TOLD
from playtrace.store.matching import MATCHING, Matching, removed_before

router = APIRouter(prefix="/api", tags=["events"])

LIMIT_MAX = 1000
OFFSET_MAX = 10_000
"""What is skipped is read and sorted all the same: who goes further back goes by cursor."""
TEXT_LENGTH_MAX = 200
HOURS_MAX = 24 * DAYS_MAX
JSON = "application/json"

EVENTS: LiteralString = f"""
SELECT {TOLD}
{MATCHING}
  AND ($before_time IS NULL
       OR (time, journal_offset, position) < ($before_time, $before_offset, $before_position))
ORDER BY time DESC, journal_offset DESC, position DESC
LIMIT $limit OFFSET $offset
"""

TOTAL: LiteralString = f"SELECT count(*) AS total {MATCHING}"

# Two, to see whether one is all.
ONE_EVENT: LiteralString = f"""
SELECT {TOLD}
FROM events
WHERE ($game_id IS NULL OR game_id = $game_id) AND ($game_ids IS NULL OR list_contains($game_ids::VARCHAR[], game_id))
  AND list_contains($event_ids::UUID[], event_id)
LIMIT 2
"""

BEGINNING = dt.datetime(1, 1, 1)
END = dt.datetime(9999, 12, 31)

Id = Annotated[str, Field(min_length=1, max_length=ID_LENGTH_MAX)]
Names = Annotated[list[str], Field(max_length=100)]
Coordinate = Annotated[float, Field(allow_inf_nan=False)] | None


class EventFilter(ApiModel):
    """Which events are asked for. A name that is not one of these is refused: its filter would be missed."""

    model_config = ConfigDict(extra="forbid")

    type: Names | None = Field(None, description="Only events of these names.")
    event_type: Names | None = Field(None, description="The same as `type`.")
    except_type: Names | None = Field(None, description="Not these names.")
    severity: list[Literal["info", "warning", "critical"]] | None = None
    env: Id | None = Field(None, description="Environment: `prod`, `dev` or one of the studio's own. Default: all.")
    player_id: Id | None = None
    session_id: Id | None = None
    match_id: Id | None = None
    map: Id | None = None
    min_x: Coordinate = Field(None, description="In the map's units, inclusive. Only events that have a place.")
    max_x: Coordinate = Field(None, description="Not included.")
    min_y: Coordinate = None
    max_y: Coordinate = None
    platform: Names | None = None
    version: Names | None = None
    country: Names | None = None
    text: Annotated[str, Field(min_length=1, max_length=TEXT_LENGTH_MAX)] | None = Field(
        None, description="Only events with this text among their properties, in capitals or not, as JSON writes it."
    )
    from_: DayOrInstant | None = Field(None, alias="from", description="Start: a day in UTC, or an instant.")
    to: DayOrInstant | None = Field(None, description="End: a day, which is included, or an instant, which is not.")
    hours: Annotated[int, Field(ge=1, le=HOURS_MAX)] | None = Field(
        None, description="Only the last so many hours, instead of `from` and `to`."
    )

    def matching(self, game_id: str | None, now: dt.datetime, *, game_ids: Collection[str] | None = None) -> Matching:
        """What the store is asked for: of one game, or of those that may be read. Raises `InvalidRequest`."""
        from_time, to_time = self.time_range(now)
        return Matching(
            game_id=game_id,
            game_ids=None if game_id is not None or game_ids is None else sorted(game_ids),
            names=self.names(),
            other_names=self.except_type or None,
            severities=list(self.severity) if self.severity else None,
            env=self.env,
            player_id=self.player_id,
            session_id=self.session_id,
            match_id=self.match_id,
            map=self.map,
            min_x=self.min_x,
            max_x=self.max_x,
            min_y=self.min_y,
            max_y=self.max_y,
            platforms=self.platform,
            versions=self.version,
            countries=self.country and country_codes(self.country),
            text=self.text,
            from_time=from_time,
            to_time=to_time,
        )

    def names(self) -> list[str] | None:
        named = [*(self.type or ()), *(self.event_type or ())]
        return named or None

    def time_range(self, now: dt.datetime) -> tuple[dt.datetime, dt.datetime]:
        """Both in UTC, without offset, as the store has it. Raises `InvalidRequest`."""
        if self.hours is not None:
            if self.from_ is not None or self.to is not None:
                raise InvalidRequest.of_field("hours", "either `hours`, or `from` and `to`", location="query")
            return now.replace(tzinfo=None) - dt.timedelta(hours=self.hours), END
        start = start_of(self.from_) if self.from_ is not None else BEGINNING
        return start, end_of(self.to) if self.to is not None else END


class EventPageFilter(EventFilter):
    """The same of a game, and which page of them."""

    game_id: Id | None = Field(None, description="The readable id of the game. Default: all that you may read.")
    limit: Annotated[int, Field(ge=1, le=LIMIT_MAX)] = 100
    cursor: Annotated[str, Field(max_length=200)] | None = Field(None, description="The `next` of an earlier answer.")
    offset: Annotated[int, Field(ge=0, le=OFFSET_MAX)] | None = Field(
        None, description="Pass over so many, instead of `cursor`. The answer then has a `total`."
    )


class EventRecord(ApiModel):
    """An event in the shape in which it is sent. What it does not have is left out."""

    model_config = ConfigDict(
        alias_generator=to_camel, validate_by_name=True, serialize_by_alias=True, ser_json_inf_nan="null"
    )

    event_id: str
    game_id: str
    event_type: str
    severity: str
    payload: dict[str, Any]
    timestamp: dt.datetime | None = None
    """As the client's clock said."""
    time: dt.datetime
    """As it counts: corrected where the client's clock is wrong, never after `receivedAt`."""
    received_at: dt.datetime
    player_id: str | None = None
    session_id: str | None = None
    device_id: str | None = None
    env: str
    platform: str | None = None
    os: str | None = None
    version: str | None = None
    build: str | None = None
    country: str | None = None
    region: str | None = None
    source: str
    seq: int | None = None
    mono_ms: int | None = None
    match_id: str | None = None
    level: str | None = None
    map: str | None = None
    x: float | None = None
    y: float | None = None
    z: float | None = None
    value: float | None = None
    currency: str | None = None


class EventPage(ApiModel):
    events: list[EventRecord]
    next: str | None
    """Cursor of the next page, or null at the end."""
    total: int | None = None
    """How many events match; there where `offset` was asked for."""
    removed_before: dt.date | None = None
    """Events that would match were removed before this day (UTC), by retention; not there where none were."""


class Cursor(msgspec.Struct, array_like=True):
    """The last event of a page: what comes after it is older."""

    time: dt.datetime
    journal_offset: int
    position: int


@router.get("/events", response_model=EventPage, dependencies=Question)
def list_events(store: CurrentStore, reader: CurrentReader, asked: Annotated[EventPageFilter, Query()]) -> Response:
    """Events that match, newest first. `from` is inclusive; `to` is exclusive, or the whole of a day."""
    game_id = asked.game_id or reader.only_game()
    if asked.cursor and asked.offset is not None:
        raise InvalidRequest.of_field("offset", "either `offset` or `cursor`", location="query")
    before = decode_cursor(asked.cursor) if asked.cursor else None
    matching = asked.matching(game_id, dt.datetime.now(dt.UTC), game_ids=reader.games())
    page = {
        "before_time": before.time if before else None,
        "before_offset": before.journal_offset if before else 0,
        "before_position": before.position if before else 0,
        "limit": asked.limit,
        "offset": asked.offset or 0,
    }
    with store.reading() as moment:
        rows = moment.query(EVENTS, {**matching, **page}).to_pylist()
        total = None if asked.offset is None else moment.query(TOTAL, matching).to_pylist()[0]["total"]
        gone = removed_before(moment, matching)
    next_page = encode_cursor(rows[-1]) if len(rows) == asked.limit else None
    # An event leaves out what it does not have, the page's `next` is there even when it is null.
    events = _records.dump_json([record(row) for row in rows], by_alias=True, exclude_none=True)
    rest = {"next": next_page} | ({} if total is None else {"total": total})
    rest |= {} if gone is None else {"removedBefore": gone.isoformat()}
    return Response(b'{"events":' + events + b"," + json.dumps(rest).encode()[1:], media_type=JSON)


@router.get("/events/{event_id}", response_model=EventRecord, response_model_exclude_none=True, dependencies=Question)
def one_event(
    store: CurrentStore,
    reader: CurrentReader,
    event_id: Annotated[str, PathParameter(max_length=ID_LENGTH_MAX)],
    game_id: Annotated[str | None, Query(alias="gameId", min_length=1, max_length=NAME_LENGTH_MAX)] = None,
) -> EventRecord:
    """A stored event, by the id that it was sent with or was given when it came.

    An id that is no UUID is looked for in one game: that of `gameId`, or the only one that you may read.
    """
    game_id = game_id or reader.only_game()
    games = reader.games()
    asked: dict[str, object] = {
        "game_id": game_id,
        "game_ids": None if games is None else sorted(games),
        "event_ids": _possible_ids(event_id, game_id),
    }
    rows = store.query(ONE_EVENT, asked).to_pylist()
    if not rows:
        whose = "There is" if game_id is None else f"The game {game_id} has"
        raise NotFound(f"{whose} no stored event {event_id}. It may be on its way, or was set aside.")
    if len({row["game_id"] for row in rows}) > 1:
        raise Conflict(f"Several games have an event {event_id}. Name the one that is meant, as gameId.")
    return record(rows[0])


def _possible_ids(sent: str, game_id: str | None) -> list[str]:
    """Raises `NotFound`.

    What an event that left its game to its key was given for an id that is no UUID, before the game was always part of
    it, is looked for too.
    """
    try:
        return [str(UUID(sent))]
    except ValueError:
        if game_id is None:
            raise NotFound(f"{sent!r} is no UUID. Name the game that it is an id of, as gameId.") from None
    return [str(event_id_of(sent, game)) for game in (game_id, "")]


_records = TypeAdapter(list[EventRecord])


def record(row: dict[str, Any]) -> EventRecord:
    """A row of `EVENTS` as it is shown."""
    fields = {name: row[name] for name in EventRecord.model_fields.keys() & row.keys()}
    fields |= {
        "event_type": row["name"],
        "payload": msgspec.json.decode(row["props"]) if row["props"] else {},
        "timestamp": _utc(row["client_time"]),
        "time": _utc(row["time"]),
        "received_at": _utc(row["received_at"]),
    }
    return EventRecord.model_construct(**fields)


def start_of(moment: dt.datetime | dt.date) -> dt.datetime:
    """A day's or instant's beginning in UTC, without offset, as the store has it."""
    if not isinstance(moment, dt.datetime):
        return dt.datetime.combine(moment, dt.time())
    try:
        return moment.astimezone(dt.UTC).replace(tzinfo=None) if moment.tzinfo else moment
    except OverflowError:
        # In UTC it lies outside the years that there are.
        return BEGINNING if moment.year == 1 else END


def end_of(moment: dt.datetime | dt.date) -> dt.datetime:
    """An instant itself; of a day the midnight behind it."""
    start = start_of(moment)
    return start if isinstance(moment, dt.datetime) or start >= END else start + dt.timedelta(days=1)


def encode_cursor(row: dict[str, Any]) -> str:
    cursor = Cursor(row["time"], row["journal_offset"], row["position"])
    return base64.urlsafe_b64encode(msgspec.json.encode(cursor)).decode()


def decode_cursor(text: str) -> Cursor:
    """Raises `InvalidRequest` for anything that `encode_cursor` did not make."""
    try:
        return msgspec.json.decode(base64.urlsafe_b64decode(text), type=Cursor)
    except (ValueError, msgspec.DecodeError) as error:
        raise InvalidRequest.of_field("cursor", "the `next` of an earlier answer", location="query") from error


def _utc(moment: dt.datetime | None) -> dt.datetime | None:
    return None if moment is None else moment.replace(tzinfo=dt.UTC)
