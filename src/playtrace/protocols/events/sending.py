"""Our own events API: `POST /api/events`, which the first clients also call as `/api/events/batch`.

One event, an array, an envelope `{"events": [...], "sent_at"?, "attempt"?}`, or NDJSON. Two spellings are read at full
speed: our own (`name`, `time`, `props`, snake_case) and the one of the first clients (`eventType`, `timestamp`,
`payload`, camelCase). Anything else is read event by event (`one_by_one`), and so is a request with a wrong event in
it: the wrong one is refused with its index, the others are taken.
"""

from __future__ import annotations

import datetime as dt
import json
import math
import uuid
from collections.abc import Sequence
from functools import partial
from typing import Annotated, Any, TypeVar, cast

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from playtrace.collect.instants import instant
from playtrace.collect.problem_documents import problem
from playtrace.collect.refusals import LISTED_MAX, RAW_EVENT_BYTES_MAX, TOO_LARGE_TEXT, note_refused
from playtrace.collect.request import Receipt, Reply, Request
from playtrace.collect.sentences import sentence
from playtrace.collect.surrogates import with_whole_pairs
from playtrace.event import (
    EVENTS_PER_REQUEST_MAX,
    NAME_LENGTH_MAX,
    SAMPLE_BYTES_MAX,
    Batch,
    Country,
    Event,
    Id,
    Milliseconds,
    Name,
    Position,
    Properties,
    RefusalReason,
    Severity,
)
from playtrace.problems import Malformed, Problem, TooLarge
from playtrace.protocols.events.one_by_one import lift, read_event, resolved
from playtrace.protocols.events.spellings import DEFAULTS

ROUTES = (("POST", "/api/events"), ("POST", "/api/events/batch"))
DEFAULT_GAME = None
SKIPS_BAD_EVENTS = False
RATE_LIMIT = None
SOURCE = "events"

R = TypeVar("R")

ONE_BY_ONE_AT_ONCE_BYTES_MAX = 16 * 1024
"""A larger body whose events have to be read one by one is read apart from the event loop."""

ATTEMPT_MAX = 10**9
Attempt = Annotated[int, Meta(ge=1, le=ATTEMPT_MAX)]
"""Which attempt of the client this is to send these events."""


class ClientEvent(Struct, kw_only=True, forbid_unknown_fields=True, rename="camel", gc=False):
    """An event as the first clients spell it; see `Event` for what the fields mean."""

    event_type: Name
    game_id: Name | None = None
    event_id: uuid.UUID | None = None
    timestamp: dt.datetime | int | float | None = None
    seq: Position | None = None
    mono_ms: Milliseconds | None = None
    player_id: Id | None = None
    session_id: Id | None = None
    device_id: Id | None = None
    env: Name | None = None
    platform: Name | None = None
    os: Name | None = None
    version: Name | None = None
    build: Name | None = None
    severity: Severity | None = None
    match_id: Id | None = None
    level: Id | None = None
    map: Id | None = None
    x: float | None = None
    y: float | None = None
    z: float | None = None
    value: float | None = None
    currency: Name | None = None
    payload: Properties | None = None


class Defaults(Struct):
    """What an envelope may say for all its events."""

    game_id: Name | None = None
    player_id: Id | None = None
    session_id: Id | None = None
    device_id: Id | None = None
    env: Name | None = None
    platform: Name | None = None
    os: Name | None = None
    version: Name | None = None
    build: Name | None = None
    country: Country | None = None
    region: Name | None = None
    severity: Severity | None = None
    match_id: Id | None = None
    level: Id | None = None
    map: Id | None = None
    currency: Name | None = None


class Envelope(Defaults, kw_only=True, forbid_unknown_fields=True):
    events: list[Event]
    sent_at: dt.datetime | None = None
    attempt: Attempt | None = None


class ClientEnvelope(Struct, forbid_unknown_fields=True, rename="camel"):
    events: list[ClientEvent]
    sent_at: dt.datetime | int | float | None = None
    attempt: Attempt | None = None


class LooseEnvelope(Struct):
    """Each event as its own bytes: for requests in which some event is not as it should be."""

    events: list[msgspec.Raw]


class Shape(Struct):
    """Whether an object is one event or has several, without looking into them."""

    events: msgspec.Raw = msgspec.Raw()
    name: msgspec.Raw | UnsetType = UNSET
    eventType: msgspec.Raw | UnsetType = UNSET


class Claim(Struct):
    """What can be read of an event that is wrong elsewhere."""

    game_id: Name | None = None
    gameId: Name | None = None


class Notes(Struct):
    """What was read in a kind way, and should be told."""

    not_json: int = 0
    """Numbers that JSON does not have."""
    is_lost: bool = False
    """Whether U+FFFD may stand for bytes that were no text."""


_event = msgspec.json.Decoder(Event)
_events = msgspec.json.Decoder(list[Event])
_envelope = msgspec.json.Decoder(Envelope)
_client_event = msgspec.json.Decoder(ClientEvent)
_client_events = msgspec.json.Decoder(list[ClientEvent])
_client_envelope = msgspec.json.Decoder(ClientEnvelope)
_raws = msgspec.json.Decoder(list[msgspec.Raw])
_loose_envelope = msgspec.json.Decoder(LooseEnvelope)
_shape = msgspec.json.Decoder(Shape)
_claim = msgspec.json.Decoder(Claim)
_mapping = msgspec.json.Decoder(dict[str, Any])
_raw_mapping = msgspec.json.Decoder(dict[str, msgspec.Raw])
_anything = msgspec.json.Decoder()


def read(request: Request) -> Batch:
    """Raises `Malformed` when the body is not JSON of one of the shapes, `TooLarge` for too many events."""
    body = request.body
    is_ndjson = request.headers.get(b"content-type", b"").startswith(b"application/x-ndjson")
    batch = Batch(
        received_at=request.received_at,
        source=SOURCE,
        events=[],
        game_id=request.game_id,
        country=request.country,
        region=request.region,
    )
    try:
        if b'"eventType"' in body[:4096]:
            _read_client_spelling(body, is_ndjson, batch)
        else:
            _read_own_spelling(body, is_ndjson, batch)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ValueError, OverflowError):
        request.check_at_once(ONE_BY_ONE_AT_ONCE_BYTES_MAX)
        batch.events = []
        batch.sent_at = None
        batch.attempt = 1
        _read_one_by_one(body, is_ndjson, batch)
    if len(batch.events) + batch.refused > EVENTS_PER_REQUEST_MAX:
        raise _too_many()
    return batch


def reply(receipt: Receipt) -> Reply:
    if not (receipt.refusals or receipt.set_aside or receipt.hints):
        return Reply(202, b'{"accepted":%d,"rejected":[]}' % receipt.accepted)
    rejected = [{"index": r.index, "reason": r.reason, "error": r.error} for r in receipt.refusals]
    answer: dict[str, Any] = {"accepted": receipt.accepted, "rejected": rejected}
    if receipt.not_listed:
        answer["not_listed"] = receipt.not_listed
    if receipt.set_aside:
        answer["set_aside"] = [{"index": index, "reason": "too_old"} for index in receipt.set_aside[:LISTED_MAX]]
    if receipt.hints:
        answer["hints"] = receipt.hints
    return Reply(202, msgspec.json.encode(answer))


def refuse(error: Problem) -> Reply:
    return problem(error)


def _read_own_spelling(body: bytes, is_ndjson: bool, batch: Batch) -> None:
    if is_ndjson:
        batch.events = _event.decode_lines(body)
    elif body.lstrip()[:1] == b"[":
        batch.events = _events.decode(body)
    elif b'"events"' in body:
        envelope = _envelope.decode(body)
        batch.events = envelope.events
        batch.sent_at = envelope.sent_at
        batch.attempt = envelope.attempt or 1
        _hand_down(envelope, batch.events)
    else:
        batch.events = [_event.decode(body)]
    for event in batch.events:
        if event.props is not None and (event.platform is None or event.version is None):
            lift(event, event.props)


def _hand_down(envelope: Envelope, events: list[Event]) -> None:
    """What an envelope says holds for each event that does not say it."""
    for name in Defaults.__struct_fields__:
        if (value := getattr(envelope, name)) is not None:
            for event in events:
                if getattr(event, name) is None:
                    setattr(event, name, value)


def _read_client_spelling(body: bytes, is_ndjson: bool, batch: Batch) -> None:
    if is_ndjson:
        events = _client_event.decode_lines(body)
    elif body.lstrip()[:1] == b"[":
        events = _client_events.decode(body)
    elif b'"events"' in body:
        envelope = _client_envelope.decode(body)
        events = envelope.events
        batch.sent_at = _sent_at(envelope.sent_at)
        batch.attempt = envelope.attempt or 1
    else:
        events = [_client_event.decode(body)]
    batch.events = [_translate(event) for event in events]


def _translate(sent: ClientEvent) -> Event:
    event = Event(
        name=sent.event_type,
        game_id=sent.game_id,
        event_id=sent.event_id,
        time=instant(sent.timestamp),
        seq=sent.seq,
        mono_ms=sent.mono_ms,
        player_id=sent.player_id,
        session_id=sent.session_id,
        device_id=sent.device_id,
        env=sent.env,
        platform=sent.platform,
        os=sent.os,
        version=sent.version,
        build=sent.build,
        severity=sent.severity,
        match_id=sent.match_id,
        level=sent.level,
        map=sent.map,
        x=sent.x,
        y=sent.y,
        z=sent.z,
        value=sent.value,
        currency=sent.currency,
        props=sent.payload,
    )
    if sent.payload is not None:
        lift(event, sent.payload)
    return event


# ── one by one: some event is wrong, or spelled in another way ────────────────────────────────────────────

Piece = bytes | object
"""One event of a request: its bytes, or what they say where only the kinder decoder could read them."""


def _read_one_by_one(body: bytes, is_ndjson: bool, batch: Batch) -> None:
    notes = Notes()
    positions: list[int] = []
    pieces, defaults = _split(with_whole_pairs(body), is_ndjson, batch, notes)
    for index, piece in enumerate(pieces):
        try:
            if isinstance(piece, bytes) and len(piece) > RAW_EVENT_BYTES_MAX:
                raise TooLarge(TOO_LARGE_TEXT)
            sent = _as_mapping(piece, notes)
            event = read_event(sent, defaults, game_id=batch.game_id, some_is_lost=notes.is_lost)
            if event.props is not None:
                lift(event, event.props)
            batch.events.append(event)
            positions.append(index)
        except (OverflowError, ValueError, RecursionError, TooLarge) as error:
            note_refused(
                batch,
                index,
                _reason(error),
                error=partial(_in_words, error),
                sample=partial(_sample, piece),
                game_id=batch.game_id or _claimed_game(piece) or _text_or_none(defaults.get("game_id")),
            )
    batch.positions = positions
    if notes.not_json:
        batch.hints.append(f"{notes.not_json} NaN or Infinity, which JSON does not have, was read as null.")
    if notes.is_lost:
        batch.hints.append("Some bytes are not UTF-8, as JSON has to be: they became U+FFFD.")


def _as_mapping(piece: Piece, notes: Notes) -> dict[str, Any]:
    """Raises `msgspec.DecodeError` or `ValueError` for what is no JSON object."""
    if not isinstance(piece, bytes):
        return msgspec.convert(piece, dict[str, Any])
    try:
        return _mapping.decode(piece)
    except msgspec.ValidationError:
        raise
    except (msgspec.DecodeError, UnicodeDecodeError):
        text, is_lost = _as_text(piece)
        notes.is_lost |= is_lost
        kindly = _read_kindly(text, notes) if _may_be_read_kindly(text) else _anything.decode(text)
        return msgspec.convert(kindly, dict[str, Any])


def _reason(error: Exception) -> RefusalReason:
    if isinstance(error, TooLarge):
        return RefusalReason.TOO_LARGE
    # msgspec's errors are ValueErrors; a ValidationError is the one that is about JSON of the wrong shape.
    malformed = isinstance(error, msgspec.DecodeError) and not isinstance(error, msgspec.ValidationError)
    return RefusalReason.MALFORMED if malformed else RefusalReason.INVALID


def _in_words(error: Exception) -> str:
    return "The event is nested too deeply." if isinstance(error, RecursionError) else sentence(error)


def _sample(piece: Piece) -> str:
    text = piece if isinstance(piece, bytes) else msgspec.json.encode(piece)
    return text[:SAMPLE_BYTES_MAX].decode("utf-8", "replace")


GZIP = b"\x1f\x8b"
"""How a gzip file begins."""


def _too_many() -> TooLarge:
    return TooLarge(f"A request has at most {EVENTS_PER_REQUEST_MAX} events. Send several.")


def _claimed_game(piece: Piece) -> str | None:
    """The game that a wrong event names, so that the refusal is in that game's books."""
    try:
        claim = _claim.decode(piece) if isinstance(piece, bytes) else msgspec.convert(piece, Claim)
    except (ValueError, RecursionError):
        return None
    return claim.game_id or claim.gameId


def _split(body: bytes, is_ndjson: bool, batch: Batch, notes: Notes) -> tuple[Sequence[Piece], dict[str, Any]]:
    """Each event, and what holds for all of them. Raises `Malformed` when the request cannot be taken apart."""
    if is_ndjson:
        return _few_enough([line for line in body.splitlines() if line.strip()]), {}
    if body.startswith(GZIP):
        raise Malformed("The body is not JSON. It looks like gzip, which needs Content-Encoding: gzip.")
    text, notes.is_lost = _as_text(body.strip())
    if not text:
        raise Malformed("The body is empty; expected JSON.")
    try:
        try:
            pieces, around = _parts(text)
        except msgspec.ValidationError:
            raise
        except msgspec.DecodeError:
            if not _may_be_read_kindly(text):
                raise
            pieces, around = _parts_of(_read_kindly(text, notes))
        return _few_enough(pieces), _around(around, batch)
    except (msgspec.DecodeError, RecursionError, ValueError, OverflowError) as error:
        hint = ""
        if b"}\n{" in text.replace(b"\r", b""):
            hint = " NDJSON needs Content-Type: application/x-ndjson."
        raise Malformed(f"The body is not valid JSON: {sentence(error)}{hint}") from error


NEITHER = "Expected JSON that begins with { or [, or NDJSON with Content-Type application/x-ndjson."


def _parts(text: bytes) -> tuple[Sequence[Piece], dict[str, Any]]:
    """Each event's bytes, and what an envelope says beside them."""
    if text[:1] == b"[":
        return [bytes(raw) for raw in _few_enough(_raws.decode(text))], {}
    if text[:1] != b"{":
        raise Malformed(NEITHER)
    shape = _shape.decode(text)
    if bytes(shape.events)[:1] != b"[" or not (shape.name is shape.eventType is UNSET):
        return [text], {}
    events = _few_enough(_loose_envelope.decode(text).events)
    around = {key: _anything.decode(raw) for key, raw in _raw_mapping.decode(text).items() if key != "events"}
    return [bytes(raw) for raw in events], around


def _parts_of(document: object) -> tuple[Sequence[Piece], dict[str, Any]]:
    if isinstance(document, list):
        return cast("list[object]", document), {}
    if not isinstance(document, dict):
        raise Malformed(NEITHER)
    mapping = cast("dict[str, Any]", document)
    events = mapping.get("events")
    if not isinstance(events, list) or not mapping.keys().isdisjoint(("name", "eventType")):
        return [mapping], {}
    return cast("list[object]", events), {key: value for key, value in mapping.items() if key != "events"}


def _around(around: dict[str, Any], batch: Batch) -> dict[str, Any]:
    """What an envelope says for all its events. Notes when it was sent, and hints at what is not read."""
    if not around:
        return {}
    batch.sent_at = _sent_at(_first(around.pop("sent_at", None), around.pop("sentAt", None)))
    batch.attempt = _attempt(around.pop("attempt", None))
    fields, unknown = resolved(around)
    defaults = {name: value for name, value in fields.items() if name in DEFAULTS}
    if "props" in defaults and not isinstance(defaults["props"], dict):
        del defaults["props"]
    passed_over = sorted({*unknown, *(fields.keys() - defaults.keys())})
    if passed_over:
        named = ", ".join(name[:NAME_LENGTH_MAX] for name in passed_over[:NAMED_MAX])
        more = f" and {len(passed_over) - NAMED_MAX} more" if len(passed_over) > NAMED_MAX else ""
        batch.hints.append(f"Not read beside events: {named}{more}.")
    return defaults


NAMED_MAX = 5
"""Keys that a hint names."""


def _as_text(body: bytes) -> tuple[bytes, bool]:
    """JSON has to be UTF-8 (RFC 8259). What is not becomes U+FFFD; whether there is any."""
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return body.decode("utf-8", "replace").encode(), True
    return body, False


def _may_be_read_kindly(text: bytes) -> bool:
    return b"NaN" in text or b"Infinity" in text


def _read_kindly(text: bytes, notes: Notes) -> object:
    """With the numbers that JSON does not have and Python, JavaScript's eval and others write, as null.

    Raises `ValueError` for what is no JSON else, and `RecursionError`.
    """

    def constant(_: str) -> None:
        notes.not_json += 1

    def number(digits: str) -> float:
        found = float(digits)
        if not math.isfinite(found):
            raise ValueError("a number is larger than a 64-bit float.")
        return found

    return json.loads(text, parse_constant=constant, parse_float=number)


def _sent_at(sent: object) -> dt.datetime | None:
    """Raises `ValueError`. What is empty was not said."""
    return None if sent == "" else instant(sent)


def _attempt(sent: object) -> int:
    """What is no number of an attempt is the first."""
    return sent if isinstance(sent, int) and not isinstance(sent, bool) and 1 <= sent <= ATTEMPT_MAX else 1


def _few_enough(parts: Sequence[R]) -> Sequence[R]:
    if len(parts) > EVENTS_PER_REQUEST_MAX:
        raise _too_many()
    return parts


def _text_or_none(value: object) -> str | None:
    return value if isinstance(value, str) and 0 < len(value) <= NAME_LENGTH_MAX else None


def _first(*values: object) -> object:
    return next((value for value in values if value is not None), None)
