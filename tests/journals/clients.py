"""Games that send to servers which come and go."""

from __future__ import annotations

import threading
import uuid
from collections import Counter
from collections.abc import Sequence

import httpx2
from server_process import ServerProcess

from journals.engines import eventually

ANSWERED_S = 60.0
PAUSE_S = 0.02
EVENTS = 5
"""In each request."""
PLAYERS = 7


class Client(threading.Thread):
    """A game that sends until it is told to stop, and then until all that it ever sent was acknowledged. What was not,
    it sends again, to whom it sent it."""

    def __init__(self, number: int, server: ServerProcess, keys: Sequence[tuple[str, str]]) -> None:
        """In turn for each of these games, with its key."""
        super().__init__(daemon=True)
        self._number = number
        self.server = server
        self._keys = keys
        self.acknowledged: dict[str, tuple[str, str]] = {}
        """Game and player of each event, by its id."""
        self.unavailable = 0
        """How often it was told to come again."""
        self.others: Counter[int] = Counter()
        """Other answers, which there should not be."""
        self.stopping = threading.Event()

    def run(self) -> None:
        sent = 0
        with httpx2.Client(timeout=ANSWERED_S) as http:
            while not self.stopping.wait(PAUSE_S):
                game_id, key = self._keys[sent % len(self._keys)]
                events = [self._event(EVENTS * sent + i) for i in range(EVENTS)]
                while not self._send(http, key, events):
                    self.stopping.wait(PAUSE_S)
                for event in events:
                    self.acknowledged[event["event_id"]] = game_id, event["player_id"]
                sent += 1

    def _event(self, number: int) -> dict[str, str]:
        event_id = str(uuid.UUID(int=(self._number + 1 << 96) + number + 1))
        return {"name": "seen", "player_id": f"p{self._number}-{number % PLAYERS}", "event_id": event_id}

    def _send(self, http: httpx2.Client, key: str, events: list[dict[str, str]]) -> bool:
        try:
            answer = http.post(f"{self.server.url}/api/events", json=events, headers={"authorization": f"Bearer {key}"})
        except httpx2.TransportError:
            return False  # it was killed
        if answer.status_code == 503:
            assert int(answer.headers["retry-after"]) > 0
            self.unavailable += 1
        elif answer.status_code != 202:
            self.others[answer.status_code] += 1
        return answer.status_code == 202


def goes_on(clients: Sequence[Client]) -> None:
    """Each of them is answered, from now on."""
    before = [len(client.acknowledged) for client in clients]
    eventually(lambda: all(len(client.acknowledged) > n for client, n in zip(clients, before, strict=True)))
