"""The columns of `events`: what is sent, by the name and type that it has in JSON, and what the server adds."""

from __future__ import annotations

import json
from typing import LiteralString

SENT: dict[LiteralString, LiteralString] = {
    "game_id": "VARCHAR",
    "event_id": "UUID",
    "name": "VARCHAR",
    "time": "TIMESTAMPTZ",
    "seq": "BIGINT",
    "mono_ms": "BIGINT",
    "player_id": "VARCHAR",
    "session_id": "VARCHAR",
    "device_id": "VARCHAR",
    "env": "VARCHAR",
    "platform": "VARCHAR",
    "os": "VARCHAR",
    "version": "VARCHAR",
    "build": "VARCHAR",
    "country": "VARCHAR",
    "region": "VARCHAR",
    "severity": "VARCHAR",
    "match_id": "VARCHAR",
    "level": "VARCHAR",
    "map": "VARCHAR",
    "x": "DOUBLE",
    "y": "DOUBLE",
    "z": "DOUBLE",
    "value": "DOUBLE",
    "currency": "VARCHAR",
    "props": "JSON",
}
"""The fields of an event as a line of JSON has them, for `from_json`."""
SENT_AS_JSON = json.dumps(SENT)
IMPORTED_AS_JSON = json.dumps({**SENT, "client_time": "TIMESTAMPTZ"})
"""Those of an event of an import."""

COLUMNS: tuple[LiteralString, ...] = (
    "game_id",
    "event_id",
    "name",
    "time",
    "client_time",
    "received_at",
    "seq",
    "mono_ms",
    "player_id",
    "session_id",
    "device_id",
    "env",
    "platform",
    "os",
    "version",
    "build",
    "country",
    "region",
    "severity",
    "source",
    "match_id",
    "level",
    "map_id",
    "x",
    "y",
    "z",
    "value",
    "currency",
    "props",
    "journal_offset",
    "position",
)
"""In the order of the table."""

AS_TEXT: dict[LiteralString, LiteralString] = {
    "event_id": "event_id::VARCHAR AS event_id",
    "map_id": "map_id AS map",
    "props": "props::JSON::VARCHAR AS props",
}

STORED: LiteralString = ", ".join(COLUMNS)
"""All of them, as a SELECT lists them."""
TOLD: LiteralString = ", ".join([AS_TEXT.get(name, name) for name in COLUMNS])
"""The same as they are told to people and programs: under the names that they were sent with, properties as JSON."""
