"""`jwc.v1`: usage telemetry of a code editor's extension, `POST /t`.

The body is `{"schema": "jwc.v1", ...one event}` or `{"schema": "jwc.v1", "batch": [event, ...]}`. These clients
send once and forget: a bad event is skipped and counted, and the answer is 200 all the same, also when nothing
was left to take. A key that belongs to another game, or a game that does not exist, is an error.

`anon` is never stored, not even with a refused event: it becomes the player's id as a keyed hash, whose key
changes with the calendar year, so that nobody can be followed from one year to the next.
"""

from __future__ import annotations

import datetime as dt
import hmac
from functools import partial
from typing import Any

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType

from playtrace.collect.instants import instant
from playtrace.collect.properties import checked_properties
from playtrace.collect.rate_limit import WindowLimit
from playtrace.collect.refusals import RAW_EVENT_BYTES_MAX, TOO_LARGE_TEXT, note_refused
from playtrace.collect.request import Receipt, Reply, Request
from playtrace.collect.sentences import sentence
from playtrace.config import Settings
from playtrace.event import (
    EVENTS_PER_REQUEST_MAX,
    ID_LENGTH_MAX,
    SAMPLE_BYTES_MAX,
    Batch,
    Event,
    Refusal,
    RefusalReason,
)
from playtrace.problems import Malformed, Problem, TooLarge
from playtrace.protocols.jwc import layout
from playtrace.protocols.jwc.layout import SCHEMA, SOURCE
from playtrace.protocols.jwc.settings import JwcSettings

AT_ONCE_BYTES_MAX = 32 * 1024
"""A larger body is read apart from the event loop."""
LABEL_LENGTH_MAX = 30
"""Characters of `os`, `ext` and `vscode`."""

PLATFORMS = {"win32": "windows", "darwin": "macos", "mac": "macos"}
"""What the editor calls them, and what all other games do."""

FIELDS = frozenset({"schema", "batch", "anon", "evt", "t", "os", "ext", "vscode", "sessionId", "m"})


class Envelope(Struct):
    schema: Any = None
    batch: Raw | UnsetType = UNSET


class SchemaUnsupported(Malformed):
    slug = "schema-unsupported"
    title = "This schema is not spoken here"


_envelope = msgspec.json.Decoder(Envelope)
_raws = msgspec.json.Decoder(list[Raw])
_anything = msgspec.json.Decoder()


def configure(settings: Settings) -> Jwc:
    own = settings.of_protocol(JwcSettings)
    return Jwc(
        salt=own.anonymous_salt.get_secret_value(),
        rate_limit=WindowLimit(own.rate_limit_max, own.rate_limit_window_s),
    )


class Jwc:
    ROUTES = (("POST", "/t"),)
    DEFAULT_GAME: str | None = layout.DEFAULT_GAME
    SKIPS_BAD_EVENTS = True

    def __init__(self, *, salt: str, rate_limit: WindowLimit | None = None) -> None:
        self.RATE_LIMIT = rate_limit
        self._salt = salt

    def read(self, request: Request) -> Batch:
        """Raises `SchemaUnsupported`, `Malformed` when the body is not JSON, `TooLarge` for too many events."""
        game_id = request.named_game()
        request.check_at_once(AT_ONCE_BYTES_MAX)
        batch = Batch(
            received_at=request.received_at,
            source=SOURCE,
            events=[],
            game_id=request.game_id,
            country=request.country,
            region=request.region,
        )
        raws = _split(request.body, game_id or request.game_id)
        positions: list[int] = []
        for index, raw in enumerate(raws):
            if len(raw) > RAW_EVENT_BYTES_MAX:
                note_refused(
                    batch,
                    index,
                    RefusalReason.TOO_LARGE,
                    error=lambda: TOO_LARGE_TEXT,
                    sample=lambda: "",
                    game_id=game_id or request.game_id,
                )
                continue
            sent: Any = None
            try:
                sent = _anything.decode(raw)
                batch.events.append(self._event(sent, game_id, request.received_at))
            except (ValueError, OverflowError, RecursionError) as error:
                note_refused(
                    batch,
                    index,
                    RefusalReason.INVALID,
                    error=partial(_text, error),
                    sample=partial(_sample, sent),
                    game_id=game_id or request.game_id,
                )
            else:
                positions.append(index)
        batch.positions = positions
        return batch

    def reply(self, receipt: Receipt) -> Reply:
        if receipt.set_aside:
            # Nothing that these clients look at: for whoever writes one.
            answer = {"ok": True, "accepted": receipt.accepted, "skipped": receipt.refused}
            return Reply(
                200, msgspec.json.encode(answer | {"setAside": len(receipt.set_aside), "hints": receipt.hints})
            )
        return Reply(200, b'{"ok":true,"accepted":%d,"skipped":%d}' % (receipt.accepted, receipt.refused))

    def refuse(self, error: Problem) -> Reply:
        answer = {"error": error.slug.replace("-", "_")}
        if isinstance(error, SchemaUnsupported):
            answer["expected"] = SCHEMA
        else:
            answer["detail"] = error.detail
        headers: list[tuple[bytes, bytes]] = []
        if error.retry_after_s is not None:
            headers.append((b"retry-after", str(error.retry_after_s).encode()))
        return Reply(error.status, msgspec.json.encode(answer), headers=headers)

    def anonymous_id(self, anon: str, year: int) -> str:
        """64 hex digits, the same for one `anon` within a calendar year (UTC)."""
        return hmac.digest(f"{self._salt}{year}".encode(), anon.encode(), "sha256").hex()

    def _event(self, sent: Any, game_id: str | None, received_at: dt.datetime) -> Event:
        """Raises `ValueError` with what is wrong."""
        if not isinstance(sent, dict):
            raise ValueError("event: expected an object.")
        anon = sent.get("anon")
        if not isinstance(anon, str) or not anon:
            raise ValueError("anon: expected text.")
        time = _time(sent.get("t"))
        own = sent.get("m")
        if own is not None and not isinstance(own, dict):
            raise ValueError("m: expected an object.")
        # What we do not know is the client's own: nothing is dropped silently.
        props: dict[str, Any] = {key: value for key, value in sent.items() if key not in FIELDS} | (own or {})
        if (vscode := _label(sent, "vscode")) is not None:
            props["vscode"] = vscode
        session_id = sent.get("sessionId")
        if session_id is None and isinstance(props.get("sessionId"), str):
            session_id = props["sessionId"]
        if isinstance(session_id, str) and not 0 < len(session_id) <= ID_LENGTH_MAX:
            # Too long for an id of ours, so it is kept as it is beside the others.
            props["sessionId"] = session_id
            session_id = None
        os = _label(sent, "os")
        fields = {
            "name": sent.get("evt"),
            "game_id": game_id,
            "time": time,
            # A clock in the future would put a player into a year of its own.
            "player_id": self.anonymous_id(anon, min(time, received_at).year),
            "session_id": session_id,
            "os": os,
            "platform": PLATFORMS.get(os.lower(), os) if os else None,
            "version": _label(sent, "ext"),
            "props": props or None,
        }
        try:
            return msgspec.convert(fields, Event)
        except msgspec.ValidationError:
            fields["props"] = checked_properties(props, "m") or None
        try:
            return msgspec.convert(fields, Event)
        except msgspec.ValidationError as error:
            text = sentence(error)
            for field, spelling in (("name", "evt"), ("session_id", "sessionId"), ("props", "m")):
                if text.startswith(field):
                    text = spelling + text.removeprefix(field)
            raise ValueError(text) from error


def _split(body: bytes, game_id: str | None) -> list[bytes]:
    """Each event's bytes. Raises `Malformed`, `SchemaUnsupported`, `TooLarge`."""
    try:
        # A JSON text is UTF-8 (RFC 8259), also where the decoder passes over a value without reading it.
        body.decode("utf-8")
        envelope = _envelope.decode(body)
    except msgspec.ValidationError:
        # JSON, but no object: then it has no schema either.
        envelope = Envelope()
    except (ValueError, RecursionError) as error:
        raise _whole(Malformed, f"The body is not valid JSON: {sentence(error)}", game_id) from error
    if not isinstance(envelope.schema, str) or envelope.schema.strip().lower() != SCHEMA:
        raise _whole(SchemaUnsupported, f"schema: expected {SCHEMA!r}.", game_id)
    if isinstance(envelope.batch, UnsetType):
        return [body]
    try:
        raws = _raws.decode(envelope.batch)
    except (ValueError, RecursionError) as error:
        raise _whole(Malformed, "batch: expected an array of events.", game_id) from error
    if len(raws) > EVENTS_PER_REQUEST_MAX:
        raise TooLarge(f"A batch has at most {EVENTS_PER_REQUEST_MAX} events. Send several.")
    return [bytes(raw) for raw in raws]


def _whole(kind: type[Malformed], detail: str, game_id: str | None) -> Malformed:
    """Without a sample of the body: `anon` may be anywhere in it."""
    return kind(detail, refusals=[Refusal(0, RefusalReason.MALFORMED, detail, game_id=game_id)])


def _time(t: object) -> dt.datetime:
    try:
        time = instant(t)
    except ValueError:
        time = None
    if time is None:
        raise ValueError(f"t: expected RFC 3339 text or seconds or milliseconds since 1970, got {str(t)[:40]!r}.")
    return time if time.tzinfo is not None else time.replace(tzinfo=dt.UTC)


def _label(sent: dict[str, Any], field: str) -> str | None:
    """Raises `ValueError` for anything but text of at most `LABEL_LENGTH_MAX` characters; empty is absent."""
    value = sent.get(field)
    if value is None or value == "":
        return None
    if not isinstance(value, str) or len(value) > LABEL_LENGTH_MAX:
        raise ValueError(f"{field}: expected text of at most {LABEL_LENGTH_MAX} characters.")
    return value


def _text(error: Exception) -> str:
    return "The event is nested too deeply." if isinstance(error, RecursionError) else sentence(error)


def _sample(sent: Any) -> str:
    """A skipped event as it is shown to the studio."""
    if not isinstance(sent, dict):
        return ""
    shown = {**sent, "anon": "(hidden)"} if "anon" in sent else sent
    return msgspec.json.encode(shown)[:SAMPLE_BYTES_MAX].decode("utf-8", "ignore")
