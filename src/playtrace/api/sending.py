"""What the OpenAPI document says of `POST /api/events`, which collect answers before a request comes here."""

from __future__ import annotations

from typing import Any

import msgspec

from playtrace.api.problem_documents import RESPONSES
from playtrace.event import (
    EVENT_BYTES_MAX,
    EVENTS_PER_REQUEST_MAX,
    PROPERTIES_MAX,
    PROPERTY_DEPTH_MAX,
    REQUEST_BYTES_MAX,
    Event,
    RefusalReason,
)

PATH = "/api/events"
PATH_OF_BATCHES = "/api/events/batch"
"""What some of the first clients call it where they send several."""
DESCRIPTION = f"""
Send one event, a list of them, an object with `events`, or one event a line as `application/x-ndjson`. The body may be
compressed (`Content-Encoding`: gzip, deflate, zstd or br). 202 says that what was accepted is on the disk. One wrong
event does not cost its neighbours: `rejected` names it. An `event_id` that is sent again counts once.

The write key comes as `Authorization: Bearer`, `X-Playtrace-Key` or `?key=`. At most {EVENTS_PER_REQUEST_MAX:,} events
and {REQUEST_BYTES_MAX // 1024 // 1024} MiB in a request, {EVENT_BYTES_MAX // 1024} KiB in an event.
"""

EXAMPLE = {"game_id": "my-game", "name": "level_complete", "player_id": "p1", "level": "2", "value": 1200}

_EVENT = {"$ref": "#/components/schemas/Event"}
_EVENTS = {"type": "array", "items": _EVENT, "maxItems": EVENTS_PER_REQUEST_MAX}
_BATCH = {
    "type": "object",
    "title": "Batch",
    "required": ["events"],
    "properties": {
        "events": _EVENTS,
        "sent_at": {
            "type": "string",
            "format": "date-time",
            "description": "The client's clock as it sends, written afresh for each attempt: tells how wrong that is.",
        },
        "attempt": {"type": "integer", "minimum": 1, "description": "Which attempt this is to send these events."},
    },
}
_RECEIPT = {
    "type": "object",
    "title": "Receipt",
    "required": ["accepted", "rejected"],
    "properties": {
        "accepted": {"type": "integer", "description": "Events that are on the disk."},
        "rejected": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["index", "reason", "error"],
                "properties": {
                    "index": {"type": "integer", "description": "Place in the request, from 0."},
                    "reason": {"type": "string", "enum": [reason.value for reason in RefusalReason]},
                    "error": {"type": "string", "description": "Which field is wrong, and what was expected."},
                },
            },
        },
        "set_aside": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["index", "reason"],
                "properties": {
                    "index": {"type": "integer", "description": "Place in the request, from 0."},
                    "reason": {"type": "string", "enum": ["too_old"]},
                },
            },
            "description": "Accepted, and kept apart: no metric counts them. Where there are some.",
        },
        "hints": {
            "type": "array",
            "items": {"type": "string"},
            "description": "What was read in another way than it was meant, perhaps. Where there is something.",
        },
        "not_listed": {"type": "integer", "description": "Rejected beside these, where there are more."},
    },
}
_OPERATION: dict[str, Any] = {
    "tags": ["events"],
    "summary": "Send Events",
    "description": DESCRIPTION.strip(),
    "operationId": "send_events_api_events_post",
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": {"anyOf": [_EVENT, _EVENTS, _BATCH]}, "example": EXAMPLE},
            "application/x-ndjson": {"schema": {"type": "string"}},
        },
    },
    "responses": {
        "202": {"description": "On the disk.", "content": {"application/json": {"schema": _RECEIPT}}},
        **RESPONSES,
    },
}


def document_sending(document: dict[str, Any]) -> None:
    """Put it into the document of all other routes."""
    _, components = msgspec.json.schema_components([Event], ref_template="#/components/schemas/{name}")
    event = components["Event"]
    # What is read one event at a time, when the fast way does not fit.
    event["additionalProperties"] = True
    event["properties"]["time"] = {
        "anyOf": [{"type": "string"}, {"type": "number"}, {"type": "null"}],
        "description": "RFC 3339, UTC where no offset is given; or milliseconds since 1970, seconds below 1e12."
        " Without it the time of receipt counts.",
    }
    # Written out, its levels would fill thousands of lines.
    event["properties"]["props"] = {
        "anyOf": [{"type": "object", "maxProperties": PROPERTIES_MAX}, {"type": "null"}],
        "description": f"Everything else, at most {PROPERTY_DEPTH_MAX} levels deep.",
    }
    event["description"] = (
        "One thing that happened in a game. Only `name` is required. A field that is not known is kept among `props`."
    )
    document["components"]["schemas"] |= components
    # First, as it is what everybody begins with.
    others: dict[str, Any] = document["paths"]
    here = {"post": _OPERATION} | others.pop(PATH)
    batch = _OPERATION | {"summary": "Send Events", "operationId": "send_events_api_events_batch_post"}
    document["paths"] = {PATH: here, PATH_OF_BATCHES: {"post": batch}} | others
