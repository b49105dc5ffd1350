"""Events of drills: in no order, some late, a tenth of the requests repeated."""

from __future__ import annotations

import json
import random
import time
from uuid import UUID

from server_process import ServerProcess

REQUEST_EVENTS = 500
HEADERS = {"Content-Type": "application/json"}


def send_some(server: ServerProcess, dice: random.Random, events: int) -> set[str]:
    """The ids of events that the server has taken; a tenth of the requests come twice."""
    taken: set[str] = set()
    sent = b"[]"
    for _ in range(events // REQUEST_EVENTS):
        is_again = sent != b"[]" and dice.random() < 0.1
        body = sent if is_again else made(dice)
        status, _, answer = server.request("POST", "/api/events", body, HEADERS)
        assert status == 202, answer
        taken |= {event["event_id"] for event in json.loads(body)}
        sent = body
    return taken


def made(dice: random.Random) -> bytes:
    now = time.time()
    return json.dumps(
        [
            {
                "name": dice.choice(("jump", "fall", "purchase")),
                "game_id": "arena",
                "event_id": str(UUID(int=dice.getrandbits(128))),
                "player_id": f"p{dice.randrange(500)}",
                # In no order, and some late.
                "time": int(1000 * (now - dice.choice((0, 60, 86_400, 20 * 86_400)) * dice.random())),
                "value": 1.0,
                "currency": "EUR",
                "props": {"number": number},
            }
            for number in range(REQUEST_EVENTS)
        ]
    ).encode()
