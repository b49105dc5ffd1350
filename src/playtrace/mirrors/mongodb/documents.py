"""Events as documents: `{_id, gameId, eventType, severity, payload, timestamp, processedAt}`."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from typing import Any

import msgspec
import pyarrow as pa
from pydantic.alias_generators import to_camel

Document = dict[str, Any]

IN_PAYLOAD = (
    *("event_id", "player_id", "session_id", "device_id", "env", "platform", "os", "version", "build"),
    *("country", "region", "source", "seq", "mono_ms", "match_id", "level", "map", "x", "y", "z", "value", "currency"),
)
"""Columns that stand among the properties, spelled as the Events API spells them."""
TIMES_IN_PAYLOAD = {"time": "time", "client_time": "clientTime", "received_at": "receivedAt"}
"""As text, with microseconds: a date of MongoDB has milliseconds."""


def id_of(game_id: str, event_id: str) -> str:
    """The `_id` of an event: the same whenever it is written. Two games may have sent one id."""
    return f"{game_id}:{event_id}"


def documents(events: pa.Table, processed_at: dt.datetime) -> Iterator[Document]:
    """A document of each row that `events_of` gives, in their order."""
    columns = {name: events[name].to_pylist() for name in events.column_names}
    spelled = [(to_camel(name), columns[name]) for name in IN_PAYLOAD]
    times = [(spelling, columns[name]) for name, spelling in TIMES_IN_PAYLOAD.items()]
    heads = zip(*(columns[name] for name in ("game_id", "event_id", "name", "severity", "time", "props")), strict=True)
    for index, (game_id, event_id, name, severity, time, props) in enumerate(heads):
        payload: Document = msgspec.json.decode(props) if props else {}
        for spelling, values in spelled:
            if (value := values[index]) is not None:
                _add(payload, spelling, value)
        for spelling, values in times:
            if (moment := values[index]) is not None:
                _add(payload, spelling, moment.isoformat(timespec="microseconds") + "Z")
        yield {
            "_id": id_of(game_id, event_id),
            "gameId": game_id,
            "eventType": name,
            "severity": severity,
            "payload": payload,
            "timestamp": time.replace(tzinfo=dt.UTC),
            "processedAt": processed_at,
        }


def set_aside_documents(rows: pa.Table, processed_at: dt.datetime) -> Iterator[Document]:
    """A document of each row that `set_aside_of` gives."""
    for row in rows.to_pylist():
        yield {
            "_id": f"{row['journal_offset']}:{row['position']}:{row['reason']}",
            "gameId": row["game_id"] or None,
            "outcome": row["outcome"],
            "reason": row["reason"],
            "error": row["error"],
            "body": row["body"],
            "receivedAt": row["received_at"].replace(tzinfo=dt.UTC),
            "processedAt": processed_at,
        }


def as_text(document: Document) -> str:
    """For `playtrace_refused`: any document, also one that is no document of MongoDB."""
    return json.dumps(document, ensure_ascii=False, default=str)


def _add(payload: Document, name: str, value: object) -> None:
    """A property of the same name stays as it was sent; where it says something else, the column stands beside it."""
    while name in payload and payload[name] != value:
        name += "_"
    payload[name] = value
