"""A dashboard that asks servers which come and go."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Sequence

import httpx2
from journals.clients import ANSWERED_S
from server_process import ServerProcess


class Reader(threading.Thread):
    """Asks the same again and again, whoever answers."""

    def __init__(self, servers: Sequence[ServerProcess], paths: Sequence[str], token: str) -> None:
        super().__init__(daemon=True)
        self._servers = servers
        self._paths = paths
        self._token = token
        self.answers: Counter[int] = Counter()
        """By status; 0 where nobody was there."""
        self.unexpected: list[str] = []
        """Answers that nobody should have got."""
        self.stopping = threading.Event()

    def run(self) -> None:
        asked = 0
        with httpx2.Client(timeout=ANSWERED_S, headers={"authorization": f"Bearer {self._token}"}) as http:
            while not self.stopping.wait(0.2):
                server = self._servers[asked % len(self._servers)]
                try:
                    answer = http.get(server.url + self._paths[asked % len(self._paths)])
                except httpx2.TransportError:
                    self.answers[0] += 1
                else:
                    self.answers[answer.status_code] += 1
                    if answer.status_code not in (200, 503):
                        self.unexpected.append(f"{answer.url}: {answer.status_code} {answer.text}")
                    assert answer.status_code != 503 or int(answer.headers["retry-after"]) > 0
                asked += 1
