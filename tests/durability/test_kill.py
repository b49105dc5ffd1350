"""kill -9, again and again, under load: what was acknowledged is there, once, and the rollups know it.

Each run of the tests has a few kills; `pytest -m drill` has many.
"""

from __future__ import annotations

import datetime as dt
import http.client
import json
import os
import random
import threading
import time
import uuid
from collections import Counter
from pathlib import Path
from typing import Any

import naive_rollups
import pytest
from server_process import SEVERAL, ServerProcess, StartProcess

from playtrace.config import Settings
from playtrace.store.duckdb import Store

CLIENTS = 4
ALIVE_S_MAX = 1.2
"""A server is killed within this time of its first answer, or"""
STARTING_S_MAX = 3.0
"""within this time of its start."""
MAPS = ("arena", "harbour")


class Batch:
    """A request that can be sent again: the same bytes."""

    def __init__(self, events: list[dict[str, Any]], sent_at: str | None) -> None:
        self.ids = [event["event_id"] for event in events]
        self.body = json.dumps({"events": events} | ({"sent_at": sent_at} if sent_at else {})).encode()


class Player:
    """Somebody who plays session after session and tells of it in batches."""

    def __init__(self, number: int, dice: random.Random) -> None:
        self._dice = dice
        self._name = f"player-{number}-{dice.randrange(3)}"
        self._begin_session()

    def _begin_session(self) -> None:
        self._session = f"s-{self._dice.randrange(2**40)}" if self._dice.random() < 0.8 else None
        self._seq = 0
        self._mono_ms = 0
        self._clock = dt.timedelta(seconds=self._dice.choice([0, 0, 0, 7200, -4000]))

    def play(self) -> Batch:
        now = dt.datetime.now(dt.UTC) + self._clock
        events: list[dict[str, Any]] = []
        for _ in range(self._dice.randint(1, 40)):
            self._seq += 1
            self._mono_ms += self._dice.randint(1, 900)
            event: dict[str, Any] = {
                "event_id": str(uuid.UUID(int=self._dice.getrandbits(128))),
                "game_id": "arena",
                "name": self._dice.choice(["position", "position", "purchase", "performance", "crash", "level_start"]),
                "time": (now + dt.timedelta(milliseconds=self._mono_ms)).isoformat(),
                "player_id": self._name,
                "seq": self._seq,
                "mono_ms": self._mono_ms,
                "map": self._dice.choice(MAPS),
                "x": float(self._dice.randrange(100)),
                "y": float(self._dice.randrange(100)),
                "platform": self._name[-1],
                "env": self._dice.choice(["prod"] * 9 + ["dev"]),
            }
            if self._session:
                event["session_id"] = self._session
            if event["name"] == "purchase":
                event |= {"value": self._dice.randrange(1, 9999) / 100, "currency": "EUR"}
            if event["name"] == "performance":
                event["props"] = {"fps": self._dice.randrange(20, 144), "duration_s": 10}
            if self._dice.random() < 0.02:
                event["time"] = (now - dt.timedelta(days=40)).isoformat()
            events.append(event)
        batch = Batch(events, now.isoformat() if self._clock else None)
        if self._dice.random() < 0.2:
            self._begin_session()
        return batch


class Client(threading.Thread):
    """Sends as fast as it is answered, until the server is gone. Sends again what it got no answer to."""

    def __init__(self, number: int, dice: random.Random, server: ServerProcess, before: Client | None) -> None:
        super().__init__(name=f"client {number}")
        self._dice = dice
        self._server = server
        self._player = Player(number, dice)
        self.acknowledged: set[str] = before.acknowledged if before else set()
        self.sent: Counter[str] = before.sent if before else Counter()
        self.unanswered: list[Batch] = before.unanswered if before else []
        self._answered: list[Batch] = before._answered if before else []
        self.wrong_answers: list[str] = []

    def run(self) -> None:
        connection = http.client.HTTPConnection(*self._server.address, timeout=120)
        try:
            while True:
                self._send(connection, self._next())
        except (OSError, http.client.HTTPException):
            pass
        finally:
            connection.close()

    def _next(self) -> Batch:
        if self.unanswered and self._dice.random() < 0.5:
            return self.unanswered.pop()
        if self._answered and self._dice.random() < 0.1:
            return self._dice.choice(self._answered)
        return self._player.play()

    def _send(self, connection: http.client.HTTPConnection, batch: Batch) -> None:
        self.unanswered.append(batch)
        self.sent.update(batch.ids)
        connection.request("POST", "/api/events", batch.body, {"Content-Type": "application/json"})
        response = connection.getresponse()
        answer = response.read()
        if response.status != 202 or json.loads(answer)["accepted"] != len(batch.ids):
            self.wrong_answers.append(f"{response.status} {answer[:300]!r}")
        else:
            self.acknowledged.update(batch.ids)
            self._answered.append(batch)
        self.unanswered.pop()


def test_four_kills_lose_nothing_and_repeat_nothing(tmp_path: Path, start_process: StartProcess):
    kill_again_and_again(4, tmp_path, start_process)


@pytest.mark.drill
@pytest.mark.timeout(900)  # a minute or two on a machine that has nothing else to do
def test_twenty_kills_lose_nothing_and_repeat_nothing(tmp_path: Path, start_process: StartProcess):
    kill_again_and_again(20, tmp_path, start_process)


def kill_again_and_again(kills: int, tmp_path: Path, start_process: StartProcess) -> None:
    seed = int(os.environ.get("PLAYTRACE_TEST_SEED") or random.randrange(2**32))
    print(f"PLAYTRACE_TEST_SEED={seed}")
    dice = random.Random(seed)
    data = tmp_path / "data"
    clients: list[Client | None] = [None] * CLIENTS
    for number in range(kills):
        # One process or several, on the folder that either left behind.
        server = ServerProcess(data, "--open", environment=dice.choice([None, SEVERAL]))
        server.launch()
        if number % 4 == 2:
            # While it starts: it may be putting right what the kill before this one left behind.
            time.sleep(dice.uniform(0, STARTING_S_MAX))
            server.kill()
            continue
        server.wait_until_it_answers()
        running = [
            Client(number, random.Random(dice.randrange(2**64)), server, before)
            for number, before in enumerate(clients)
        ]
        for client in running:
            client.start()
        # The moment of the crash is what is random here.
        time.sleep(dice.uniform(0, ALIVE_S_MAX))
        server.kill()
        for client in running:
            client.join()
            assert not client.wrong_answers
        clients = list(running)

    server = start_process(data=data)
    server.wait_until_loaded()
    server.stop()

    acknowledged: set[str] = set()
    sent: Counter[str] = Counter()
    for client in clients:
        assert client is not None
        acknowledged |= client.acknowledged
        sent += client.sent
    print(f"{len(acknowledged)} events acknowledged, {len(sent)} sent, {sent.total()} times")
    assert acknowledged

    store = Store.open(data / "store.duckdb", Settings(data=data))
    try:

        def ask(sql: str) -> list[dict[str, Any]]:
            return store.query_text(sql).to_pylist()

        stored = Counter(str(row["event_id"]) for row in ask("SELECT event_id FROM events"))
        quarantined = {json.loads(row["body"])["event_id"] for row in ask("SELECT body FROM set_aside")}
        assert max(stored.values()) == 1
        assert not acknowledged - stored.keys() - quarantined
        assert not (stored.keys() | quarantined) - sent.keys()
        assert not stored.keys() & quarantined
        naive_rollups.check(ask)
        (received,) = ask("SELECT sum(events)::BIGINT AS events FROM books")
        assert len(acknowledged) <= received["events"] <= sent.total()
        assert ask("SELECT 1 FROM books WHERE reason = 'conflict'") == []
    finally:
        store.close()
