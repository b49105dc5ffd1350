"""One event as clients really send it: any spelling, numbers for text, values that are not set.

Slower than the decoder, and kinder: what can only mean one thing is read as that. What would be lost is kept as a
property, and what is wrong is told with its whole path.
"""

from __future__ import annotations

from typing import Any, cast

import msgspec

from playtrace.collect.countries import country_code
from playtrace.collect.instants import instant
from playtrace.collect.properties import checked_properties
from playtrace.event import NAME_LENGTH_MAX, Event, event_id_of
from playtrace.protocols.events.spellings import FIELDS

IDS = frozenset({"name", "game_id", "event_id", "player_id", "session_id", "device_id", "match_id", "level", "map"})
"""What tells things apart: it is never cut, and a character that is lost in it would make two of them one."""
TEXTS = frozenset({"env", "platform", "os", "version", "build", "region", "currency"})
"""What is cut where it is too long; the whole stays as a property."""
VERSIONS = frozenset({"version", "build", "os"})
"""Where 1.0 is not the same as 1."""
WHOLE = frozenset({"seq", "mono_ms"})
SEVERITIES = {
    "debug": "info", "trace": "info", "verbose": "info", "notice": "info", "log": "info", "warn": "warning",
    "error": "warning", "fatal": "critical",
}  # fmt: skip
"""What other systems have beside ours."""
LOST = "\ufffd"


def read_event(
    sent: dict[str, Any], defaults: dict[str, Any], *, game_id: str | None = None, some_is_lost: bool = False
) -> Event:
    """`defaults` are fields that hold where this event says nothing; `game_id` is the game of the key. Where
    `some_is_lost`, U+FFFD may stand for bytes that were no text.

    Raises `msgspec.ValidationError` or `ValueError` with what is wrong.
    """
    fields, extra = resolved(sent)
    name = fields.get("name")
    if not isinstance(name, str):
        raise ValueError("name: it is missing." if name is None else f"name: expected text, got {_kind(name)}.")
    own = fields.get("props")
    if own is not None and not isinstance(own, dict):
        raise ValueError(f"props: expected an object or null, got {_kind(own)}.")
    properties: dict[str, Any] = dict(cast("dict[str, Any]", own or {}))
    for key, value in extra.items():
        _keep(properties, key, value)
    for field, value in defaults.items():
        if field == "props":
            properties = {**value, **properties}
        elif field not in fields:
            fields[field] = value
    if some_is_lost:
        for field in IDS & fields.keys():
            if LOST in str(fields[field]):
                raise ValueError(f"{field}: it is not UTF-8.")
    if "time" in fields:
        fields["time"] = instant(fields["time"])
    if "country" in fields:
        _read_country(fields, properties)
    if "event_id" in fields:
        fields["event_id"] = _read_event_id(fields["event_id"], fields.get("game_id") or game_id)
    fields["props"] = properties or None
    try:
        return msgspec.convert(fields, Event)
    except msgspec.ValidationError:
        if not _set_right(fields, properties) and not properties:
            raise
    fields["props"] = checked_properties(properties, "props") or None
    return msgspec.convert(fields, Event)


def lift(event: Event, properties: dict[str, Any]) -> None:
    """`platform` and `version` among the properties are the event's own, unless it has them already.

    They stay among the properties too, so that the event reads back as it was sent.
    """
    if event.platform is None and _is_name(platform := properties.get("platform")):
        event.platform = platform
    if event.version is None and _is_name(version := properties.get("version")):
        event.version = version


def _is_name(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= NAME_LENGTH_MAX


def resolved(sent: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The fields of an event, and what is no field. A field that is empty is not there."""
    fields: dict[str, Any] = {}
    keys: dict[str, str] = {}
    extra: dict[str, Any] = {}
    for key, value in sent.items():
        found = FIELDS.get(key)
        if found is None:
            extra[key] = value
            continue
        field, rank, is_ours = found
        if value is None or value == "" or (field == "props" and value == []):
            continue
        if not is_ours and isinstance(value, dict) != (field == "props"):
            extra[key] = value
        elif field not in fields:
            fields[field] = value
            keys[field] = key
        elif rank < FIELDS[keys[field]][1]:
            extra[keys[field]] = fields[field]
            fields[field] = value
            keys[field] = key
        else:
            extra[key] = value
    for key in [key for key in extra if key in FIELDS]:
        if fields.get(FIELDS[key][0]) == extra[key]:
            del extra[key]  # it is there once
    return fields, extra


def _set_right(fields: dict[str, Any], properties: dict[str, Any]) -> bool:
    """Values as an event has them; whether one was not. What is too long and no id goes into the properties whole."""
    right: dict[str, Any] = {}
    for name, value in fields.items():
        if name in IDS or name in TEXTS:
            if isinstance(value, (int, float)) and not isinstance(value, bool):
                right[name] = str(value) if name in VERSIONS else _digits(value)
            elif name in TEXTS and isinstance(value, str) and len(value) > NAME_LENGTH_MAX:
                _keep(properties, name, value)
                right[name] = value[:NAME_LENGTH_MAX]
        elif name in WHOLE and isinstance(value, float) and (value.is_integer() or name == "mono_ms"):
            right[name] = int(value)
        elif name == "severity" and isinstance(value, str):
            lower = value.lower()
            right[name] = SEVERITIES.get(lower, lower)
    fields.update(right)
    return bool(right)


def _read_event_id(sent: object, game_id: object) -> object:
    if isinstance(sent, (int, float)) and not isinstance(sent, bool):
        sent = _digits(sent)
    return event_id_of(sent, str(game_id or "")) if isinstance(sent, str) else sent


def _digits(number: float) -> str:
    return str(int(number) if isinstance(number, float) and number.is_integer() else number)


def _read_country(fields: dict[str, Any], properties: dict[str, Any]) -> None:
    sent = fields["country"]
    if isinstance(sent, str):
        fields["country"] = country_code(sent)
        if fields["country"] is None:
            _keep(properties, "country", sent)


def _keep(properties: dict[str, Any], key: str, value: Any) -> None:
    """As a property. One of that name that says something else stays too: the newcomer gets an underscore."""
    while key in properties and properties[key] != value:
        key = f"_{key}"
    properties[key] = value


def _kind(value: object) -> str:
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, int):
        return "a whole number"
    if isinstance(value, float):
        return "a number"
    if isinstance(value, str):
        return "text"
    return "a list" if isinstance(value, list) else "an object"
