"""What was sent to each older playtrace whose folder is kept here as text, and what every later one must answer."""

from __future__ import annotations

import uuid
from typing import Any

GAME = "arena"
EMAIL, PASSWORD = "ada@studio.example", "correct horse battery"
"""Of its admin."""
PLAYERS = ("ana", "ben", "chen")
MINUTES = 12
"""Of each player's session, an event a minute."""


def story(day: str, *, number: int) -> list[dict[str, Any]]:
    """The events of one batch, on the morning of a day (UTC)."""
    events: list[dict[str, Any]] = []
    for player in PLAYERS:
        for minute in range(MINUTES):
            name = ("session_start", "position", "position", "player_death", "purchase", "match_end")[minute % 6]
            event: dict[str, Any] = {
                "game_id": GAME,
                "event_id": str(uuid.uuid5(uuid.NAMESPACE_OID, f"{number} {player} {minute}")),
                "name": name,
                "time": f"{day}T09:{minute:02}:00Z",
                "seq": minute,
                "mono_ms": minute * 60_000,
                "player_id": player,
                "session_id": f"{player}-{number}",
                "platform": "windows" if player == "ana" else "linux",
                "version": "1.0",
                "props": {"level": minute, "place": 'the keep\'s "hall"', "deep": {"list": [1, None, "ä"]}},
            }
            if name in ("position", "player_death"):
                event |= {"map": "keep", "x": 10.0 * minute, "y": 5.0}
            if name == "purchase":
                event |= {"value": 1.99, "currency": "USD"}
            events.append(event)
    return events
