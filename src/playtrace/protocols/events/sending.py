"""Our own events API: `POST /api/events`.

One event, an array, an envelope `{"events": [...], "sent_at"?, "attempt"?}`, or NDJSON. Two spellings are read at full
speed: our own (`name`, `time`, `props`, snake_case) and the one of the first clients (`eventType`,
`timestamp`, `payload`, camelCase). Anything between them is read too, event by event, and so is a request
with a wrong event in it: the wrong one is refused with its index, the others are taken.
"""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Callable, Sequence
from functools import partial
from typing import Annotated, Any, TypeVar

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from playtrace.collect.problem_documents import problem
from playtrace.collect.refusals import RAW_EVENT_BYTES_MAX, TOO_LARGE_TEXT, note_refused
from playtrace.collect.request import Receipt, Reply, Request
from playtrace.collect.surrogates import with_whole_pairs
from playtrace.event import (
    EVENTS_PER_REQUEST_MAX,
    SAMPLE_BYTES_MAX,
    Batch,
    Currency,
    Event,
    Milliseconds,
    Name,
    Position,
    Properties,
    RefusalReason,
    Severity,
)
from playtrace.problems import Malformed, Problem, TooLarge

ROUTES = (("POST", "/api/events"),)
DEFAULT_GAME = None
SKIPS_BAD_EVENTS = False
RATE_LIMIT = None
SOURCE = "events"

R = TypeVar("R")

ONE_BY_ONE_AT_ONCE_BYTES_MAX = 16 * 1024
"""A larger body whose events have to be read one by one is read apart from the event loop."""
SECONDS_BELOW = 1e12
"""A numeric time below this is in seconds since 1970, else in milliseconds: 1e12 s is the year 33658."""


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
    player_id: Name | None = None
    session_id: Name | None = None
    device_id: Name | None = None
    env: Name | None = None
    platform: Name | None = None
    os: Name | None = None
    version: Name | None = None
    build: Name | None = None
    severity: Severity | None = None
    match_id: Name | None = None
    level: Name | None = None
    map: Name | None = None
    x: float | None = None
    y: float | None = None
    z: float | None = None
    value: float | None = None
    currency: Currency | None = None
    payload: Properties | None = None


class Envelope(Struct, forbid_unknown_fields=True):
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
    sent_at: Any = None
    sentAt: Any = None
    attempt: Any = None


class Shape(Struct):
    """Whether an object is one event or has several, without looking into them."""

    events: msgspec.Raw = msgspec.Raw()
    name: msgspec.Raw | UnsetType = UNSET
    eventType: msgspec.Raw | UnsetType = UNSET


class Claim(Struct):
    """What can be read of an event that is wrong elsewhere."""

    game_id: Name | None = None
    gameId: Name | None = None


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
    if not receipt.refusals:
        return Reply(202, b'{"accepted":%d,"rejected":[]}' % receipt.accepted)
    rejected = [{"index": r.index, "reason": r.reason, "error": r.error} for r in receipt.refusals]
    answer: dict[str, Any] = {"accepted": receipt.accepted, "rejected": rejected}
    if receipt.not_listed:
        answer["not_listed"] = receipt.not_listed
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
    else:
        batch.events = [_event.decode(body)]
    for event in batch.events:
        if event.props is not None and (event.platform is None or event.version is None):
            _lift(event, event.props)


def _read_client_spelling(body: bytes, is_ndjson: bool, batch: Batch) -> None:
    if is_ndjson:
        events = _client_event.decode_lines(body)
    elif body.lstrip()[:1] == b"[":
        events = _client_events.decode(body)
    elif b'"events"' in body:
        envelope = _client_envelope.decode(body)
        events = envelope.events
        batch.sent_at = instant(envelope.sent_at)
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
        _lift(event, sent.payload)
    return event


def _lift(event: Event, properties: dict[str, Any]) -> None:
    """`platform` and `version` among the properties are the event's own, unless it has them already.

    They stay among the properties too, so that the event reads back as it was sent.
    """
    if event.platform is None and _is_name(platform := properties.get("platform")):
        event.platform = platform
    if event.version is None and _is_name(version := properties.get("version")):
        event.version = version


def _is_name(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= 64


def to_camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(part.title() for part in others)


# ── one by one: some event is wrong, or spelled in a mixed way ────────────────────────────────────────────

ALIASES = {
    "eventType": "name",
    "event_type": "name",
    "type": "name",
    "timestamp": "time",
    "payload": "props",
    "properties": "props",
    "id": "event_id",
}
FIELDS = {
    spelling: field.name for field in msgspec.structs.fields(Event) for spelling in (field.name, to_camel(field.name))
} | ALIASES

NUMBERED = ("player_id", "session_id", "match_id", "level", "build")
"""Text that many games have as a number."""


def _read_one_by_one(body: bytes, is_ndjson: bool, batch: Batch) -> None:
    positions: list[int] = []
    for index, raw in enumerate(_split(with_whole_pairs(body), is_ndjson, batch)):
        try:
            if len(raw) > RAW_EVENT_BYTES_MAX:
                raise TooLarge(TOO_LARGE_TEXT)
            batch.events.append(_read_loosely(raw))
            positions.append(index)
        except (OverflowError, ValueError, RecursionError, TooLarge) as error:
            note_refused(
                batch,
                index,
                _reason(error),
                error=partial(_in_words, error),
                sample=partial(_sample, raw),
                game_id=batch.game_id or _claimed_game(raw),
            )
    batch.positions = positions


def _reason(error: Exception) -> RefusalReason:
    if isinstance(error, TooLarge):
        return RefusalReason.TOO_LARGE
    # msgspec's errors are ValueErrors; a ValidationError is the one that is about JSON of the wrong shape.
    malformed = isinstance(error, msgspec.DecodeError) and not isinstance(error, msgspec.ValidationError)
    return RefusalReason.MALFORMED if malformed else RefusalReason.INVALID


def _in_words(error: Exception) -> str:
    return "The event is nested too deeply." if isinstance(error, RecursionError) else sentence(error)


def _sample(raw: bytes) -> str:
    return raw[:SAMPLE_BYTES_MAX].decode("utf-8", "replace")


GZIP = b"\x1f\x8b"
"""How a gzip file begins."""


def _too_many() -> TooLarge:
    return TooLarge(f"A request has at most {EVENTS_PER_REQUEST_MAX} events. Send several.")


def _claimed_game(raw: bytes) -> str | None:
    """The game that a wrong event names, so that the refusal is in that game's books."""
    try:
        claim = _claim.decode(raw)
    except (msgspec.DecodeError, RecursionError):
        return None
    return claim.game_id or claim.gameId


def _split(body: bytes, is_ndjson: bool, batch: Batch) -> Sequence[bytes]:
    """Each event's bytes. Raises `Malformed` when the request cannot be taken apart."""
    if is_ndjson:
        return _few_enough([line for line in body.splitlines() if line.strip()])
    text = body.strip()
    if not text:
        raise Malformed("The body is empty; expected JSON.")
    try:
        # A JSON text is UTF-8 (RFC 8259), also where the decoder passes over a value without reading it.
        text.decode("utf-8")
        if text[:1] == b"[":
            return [bytes(raw) for raw in _few_enough(_raws.decode(text))]
        if text[:1] == b"{":
            shape = _shape.decode(text)
            if bytes(shape.events)[:1] == b"[" and shape.name is shape.eventType is UNSET:
                envelope = _loose_envelope.decode(text)
                batch.sent_at = instant(_first(envelope.sent_at, envelope.sentAt))
                batch.attempt = _attempt(envelope.attempt)
                return [bytes(raw) for raw in _few_enough(envelope.events)]
            return [text]
    except (msgspec.DecodeError, RecursionError, ValueError, OverflowError) as error:
        hint = ""
        if b"}\n{" in text.replace(b"\r", b""):
            hint = " NDJSON needs Content-Type: application/x-ndjson."
        elif text.startswith(GZIP):
            hint = " It looks like gzip, which needs Content-Encoding: gzip."
        raise Malformed(f"The body is not valid JSON: {sentence(error)}{hint}") from error
    raise Malformed("Expected JSON that begins with { or [, or NDJSON with Content-Type application/x-ndjson.")


def _attempt(sent: object) -> int:
    """What is no number of an attempt is the first."""
    return sent if isinstance(sent, int) and not isinstance(sent, bool) and 1 <= sent <= ATTEMPT_MAX else 1


def _few_enough(raws: Sequence[R]) -> Sequence[R]:
    if len(raws) > EVENTS_PER_REQUEST_MAX:
        raise _too_many()
    return raws


def _first(*values: object) -> object:
    return next((value for value in values if value is not None), None)


def _read_loosely(raw: bytes) -> Event:
    """Raises `msgspec.DecodeError` or `ValueError` with what is wrong."""
    sent = _mapping.decode(raw)
    fields: dict[str, Any] = {}
    extra: dict[str, Any] = {}
    for key, value in sent.items():
        name = FIELDS.get(key)
        if name is None:
            extra[key] = value
        elif value is not None:
            fields[name] = value
    if extra:
        # A field that we do not know is the studio's own: nothing is dropped silently.
        properties = fields.get("props", {})
        if not isinstance(properties, dict):
            raise ValueError("props: expected an object.")
        fields["props"] = {**extra, **properties}
    if "time" in fields:
        fields["time"] = instant(fields["time"])
    if isinstance(fields.get("event_id"), str):
        fields["event_id"] = event_id(fields["event_id"], str(fields.get("game_id", "")))
    for name in NUMBERED:
        if isinstance(fields.get(name), int) and not isinstance(fields[name], bool):
            fields[name] = str(fields[name])
    event = msgspec.convert(fields, Event)
    if event.props is not None:
        _lift(event, event.props)
    return event


NAMESPACE = uuid.UUID("6f0d7c1e-6d3c-5b7b-9d0a-7e4b1a1f2c55")


def event_id(text: str, game_id: str) -> uuid.UUID:
    """A client's id as UUID; one of another form becomes a UUID that is the same each time it is sent.

    Raises `ValueError` when it is empty or too long.
    """
    try:
        return uuid.UUID(text)
    except ValueError:
        if not _is_name(text):
            raise ValueError("event_id: expected a UUID or 1 to 64 characters.") from None
        return uuid.uuid5(NAMESPACE, f"{game_id}\n{text}")


def instant(value: object) -> dt.datetime | None:
    """An instant from what clients send: RFC 3339 text, a day, or seconds or milliseconds since 1970.

    Raises `ValueError` for anything else.
    """
    if value is None:
        return None
    if isinstance(value, dt.datetime):
        return value
    try:
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            seconds = value if abs(value) < SECONDS_BELOW else value / 1000
            return dt.datetime.fromtimestamp(seconds, dt.UTC)
        if isinstance(value, str):
            if value.replace(".", "", 1).isdigit() and len(value) < 20:
                return instant(float(value))
            parsed = dt.datetime.fromisoformat(value)
            return parsed if parsed.tzinfo is None else parsed.astimezone(dt.UTC)
    except (ValueError, OverflowError, OSError):
        pass
    raise ValueError(f"time: expected RFC 3339 text or seconds or milliseconds since 1970, got {str(value)[:40]!r}.")


JSON_WORDS = {
    "float": "a number",
    "int": "a whole number",
    "str": "text",
    "bool": "true or false",
    "object": "an object",
    "array": "a list",
    "uuid": "a UUID",
    "datetime": "a time",
}
"""What the decoder's types are called by somebody who sends JSON."""


def _types_in_words(found: re.Match[str]) -> str:
    return f"{found[1]} " + " or ".join(JSON_WORDS.get(name, name) for name in found[2].split(" | "))


IN_WORDS: tuple[tuple[str, str | Callable[[re.Match[str]], str]], ...] = (
    (r"\b(Expected|got) `([^`]+)`", _types_in_words),
    (r"of length >= (\d+)", r"of at least \1 characters"),
    (r"of length <= (\d+)", r"of at most \1 characters"),
    (r"text of at least 1 characters", "text that is not empty"),
    (r"object of at most (\d+) characters", r"object of at most \1 keys"),
    (r"Object missing required field `(\w+)`", r"\1: it is missing"),
    (r"Invalid enum value ('.*?')", rf"\1 is none of {', '.join(Severity)}"),
)
"""How the decoder puts it, and how we do."""


def sentence(error: Exception) -> str:
    """The decoder's message in words of JSON and with the field first: `x: expected a number or null, got text.`"""
    text = str(error).removesuffix(".")
    for pattern, words in IN_WORDS:
        text = re.sub(pattern, words, text)
    what, _, where = text.partition(" - at `")
    if not where:
        return f"{text}."
    # Where is `$.props.x`, or "key` in `$.props" when it is about a key.
    field = where.partition("$")[2].rstrip("`").lstrip(".") or "event"
    of_key = " as a key" if where.startswith("key") else ""
    return f"{field}: {what[:1].lower()}{what[1:]}{of_key}."
