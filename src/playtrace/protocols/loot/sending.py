"""Loot stat sheets: what one player did in one match, `POST /api/submit`.

Which events a sheet becomes: `layout.py`. It is taken whole or not at all. It has no
id of its own, so one that is sent twice is two sheets.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from playtrace.collect.instants import instant
from playtrace.collect.properties import checked_properties
from playtrace.collect.request import Receipt, Reply, Request
from playtrace.collect.sentences import sentence
from playtrace.event import (
    EVENT_BYTES_MAX,
    EVENTS_PER_REQUEST_MAX,
    SAMPLE_BYTES_MAX,
    Batch,
    Event,
    Id,
    Integer,
    Name,
    Properties,
    Refusal,
    RefusalReason,
)
from playtrace.problems import Malformed, Problem, TooLarge
from playtrace.protocols.loot import layout
from playtrace.protocols.loot.layout import ITEM, SHEET, SOURCE

ROUTES = (("POST", "/api/submit"),)
DEFAULT_GAME = layout.DEFAULT_GAME
SKIPS_BAD_EVENTS = False
RATE_LIMIT = None

ITEM_COUNT_MAX = 1_000_000
"""Of one item in one sheet."""
AT_ONCE_BYTES_MAX = 64 * 1024
"""A larger body is read apart from the event loop."""
ENTRY_FIELDS = frozenset({"event_type", "timestamp", "details"})

Count = Annotated[int, Meta(ge=0, le=ITEM_COUNT_MAX)]
Moment = str | int | float


class Entry(Struct):
    """Something that happened in the match."""

    event_type: Name
    timestamp: Moment | None = None
    details: dict[str, Any] | None = None


class Sheet(Struct):
    match_id: Id
    player_id: Id
    looted_items: dict[Id, Count]
    locations: dict[Id, tuple[float, float]] | None = None
    timestamp: Moment | None = None
    match_duration: Annotated[float, Meta(ge=0)] | None = None
    """Seconds."""
    player_level: Integer | None = None
    events: list[Entry] | None = None
    custom_stats: dict[str, Any] | None = None


class Checked(Struct):
    # A struct of its own, because msgspec prepares a struct's types once, and those of a plain type in each call.
    props: Properties


_sheet = msgspec.json.Decoder(Sheet)
_as_sent = msgspec.json.Decoder(dict[str, Any])


def read(request: Request) -> Batch:
    """One sheet, or the refusal of it. Raises `Malformed` when the body is not JSON, `TooLarge`."""
    named = request.named_game()
    request.check_at_once(AT_ONCE_BYTES_MAX)
    batch = Batch(
        received_at=request.received_at,
        source=SOURCE,
        events=[],
        game_id=request.game_id,
        country=request.country,
        region=request.region,
    )
    try:
        batch.events = _events(request.body, named)
    except msgspec.ValidationError as error:
        _refuse_sheet(batch, request, named, _in_words(error))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Malformed(f"The body is not valid JSON: {sentence(error)}") from error
    except (ValueError, OverflowError) as error:
        _refuse_sheet(batch, request, named, str(error))
    if len(batch.events) > EVENTS_PER_REQUEST_MAX:
        raise TooLarge(f"A stat sheet has at most {EVENTS_PER_REQUEST_MAX} items and events.")
    if len(request.body) > EVENT_BYTES_MAX // 8:  # numbers can be written eight times as long as they came
        _check_sizes(batch.events)
    return batch


def reply(receipt: Receipt) -> Reply:
    message = "Stat sheet recorded."
    if receipt.set_aside:
        message = f"Stat sheet recorded, and set aside: {receipt.hints[-1]}"
    answer: dict[str, Any] = {
        "success": True,
        "message": message,
        "id": receipt.offset,
        "timestamp": receipt.received_at,
    }
    return Reply(201, msgspec.json.encode(answer))


def refuse(error: Problem) -> Reply:
    headers: list[tuple[bytes, bytes]] = []
    if error.retry_after_s is not None:
        headers.append((b"retry-after", str(error.retry_after_s).encode()))
    return Reply(error.status, msgspec.json.encode({"error": error.detail}), headers=headers)


def _events(body: bytes, game_id: str | None) -> list[Event]:
    """Raises `msgspec.DecodeError` or `ValueError` with what is wrong."""
    sheet = _sheet.decode(body)
    sent = _as_sent.decode(body)
    ended_at = _instant(sheet.timestamp, "timestamp")

    def event(name: str, time: dt.datetime | None, props: dict[str, Any] | None, **fields: Any) -> Event:
        return Event(
            name=name,
            game_id=game_id,
            time=time,
            match_id=sheet.match_id,
            player_id=sheet.player_id,
            props=props,
            **fields,
        )

    whole = {key: value for key, value in sent.items() if key not in ("match_id", "player_id", "events")}
    events = [event(SHEET, ended_at, _checked(whole, "sheet"))]
    places = sheet.locations or {}
    for item, count in sheet.looted_items.items():
        if count:
            x, y = places.get(item, (None, None))
            events.append(event(ITEM, ended_at, {"item": item, "count": count}, value=float(count), x=x, y=y))
    for index, (entry, entry_sent) in enumerate(zip(sheet.events or [], sent.get("events") or [], strict=True)):
        # A field that we do not know is the studio's own: nothing is dropped silently.
        extra = {key: value for key, value in entry_sent.items() if key not in ENTRY_FIELDS}
        details = _checked(extra | (entry.details or {}), f"events[{index}].details")
        time = _instant(entry.timestamp, f"events[{index}].timestamp") or ended_at
        place = {axis: float(details[axis]) for axis in ("x", "y", "z") if type(details.get(axis)) in (int, float)}
        events.append(event(entry.event_type, time, details or None, **place))
    return events


def _checked(properties: dict[str, Any], path: str) -> dict[str, Any]:
    """Raises `ValueError` where they are more or deeper than an event may have."""
    try:
        return msgspec.convert({"props": properties}, Checked).props
    except msgspec.ValidationError:
        return checked_properties(properties, path)


def _instant(value: Moment | None, field: str) -> dt.datetime | None:
    try:
        return instant(value)
    except ValueError as error:
        raise ValueError(f"{field}: {str(error).partition(': ')[2]}") from error


def _refuse_sheet(batch: Batch, request: Request, named: str | None, error: str) -> None:
    sample = request.body[:SAMPLE_BYTES_MAX].decode("utf-8", "replace")
    batch.refusals = [Refusal(0, RefusalReason.INVALID, error, sample, named or request.game_id)]


def _in_words(error: msgspec.ValidationError) -> str:
    """`Missing required field: match_id`, or the field and what was expected."""
    what, _, path = str(error).partition(" - at `$")
    prefix = "Object missing required field `"
    if what.startswith(prefix):
        within = path.rstrip("`").lstrip(".")
        field = what.removeprefix(prefix).rstrip("`")
        return f"Missing required field: {f'{within}.' if within else ''}{field}"
    return sentence(error)


def _check_sizes(events: list[Event]) -> None:
    """Each event has its limit; a sheet of which one is beyond it would be a sheet with a hole."""
    for event in events:
        if len(msgspec.json.encode(event)) > EVENT_BYTES_MAX:
            raise TooLarge(f"{event.name}: a stat sheet has at most {EVENT_BYTES_MAX} bytes, and so has each event.")
