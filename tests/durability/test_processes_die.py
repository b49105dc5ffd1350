"""The processes of one server are killed or halted, one and several, at the worst moments: clients hear 202, 503 or
nothing at all, never that something is wrong with the server, and what was acknowledged is there.

Each run of the tests has a few moments; `pytest -m drill` has many.
"""

from __future__ import annotations

import http.client
import json
import os
import random
import signal
import sys
import threading
import time
import uuid
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

import psutil
import pytest
from server_process import SEVERAL, ServerProcess, StartProcess

from playtrace.config import Settings
from playtrace.serving.collectors import REPLACE_AFTER_S
from playtrace.store.duckdb import Store

CLIENTS = 12
PAUSE_S = 0.05
"""Of a client, before it connects anew: what starts meanwhile needs the machine too."""
DEADLINE_S = 120.0
STARTING_S_MAX = 2.0
"""A process takes about a second from its beginning until it answers."""
IN_ITS_PLACE = "another collecting process took its place"

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Linux shares the connections of one port")


class Client(threading.Thread):
    """Sends and asks in turn, mostly on connections of its own, until nobody listens any more or it is told to stop."""

    def __init__(self, server: ServerProcess, acknowledged: set[str]) -> None:
        super().__init__()
        self._server = server
        self._acknowledged = acknowledged
        self.stop = threading.Event()
        self.wrong: list[str] = []

    def run(self) -> None:
        while not self.stop.is_set():
            connection = http.client.HTTPConnection(*self._server.address, timeout=DEADLINE_S)
            try:
                for _ in range(random.choice([1, 1, 20])):
                    self._send(connection)
                    self._ask(connection)
            except ConnectionRefusedError:
                if not self._server.is_running():
                    return
            except (OSError, http.client.HTTPException):
                pass  # No answer: it would send the same again.
            finally:
                connection.close()
            time.sleep(PAUSE_S)

    def _send(self, connection: http.client.HTTPConnection) -> None:
        event_id = str(uuid.uuid4())
        body = json.dumps({"name": "shot", "game_id": "arena", "event_id": event_id})
        connection.request("POST", "/api/events", body, {"Content-Type": "application/json"})
        if self._is_good(connection, 202):
            self._acknowledged.add(event_id)

    def _ask(self, connection: http.client.HTTPConnection) -> None:
        connection.request("GET", "/api/games")
        self._is_good(connection, 200)

    def _is_good(self, connection: http.client.HTTPConnection, status: int) -> bool:
        answer = connection.getresponse()
        body = answer.read()
        if answer.status == 503:
            is_told = answer.getheader("Retry-After") and answer.getheader("Content-Type") == "application/problem+json"
            if not is_told:
                self.wrong.append(f"{answer.headers}{body!r}")
        elif answer.status != status:
            self.wrong.append(f"{answer.status} {answer.headers}{body!r}")
        return answer.status == status


def with_clients(server: ServerProcess, acknowledged: set[str], misfortune: Callable[[], None]) -> None:
    """The clients go on until nobody listens any more, or the misfortune is over and somebody does."""
    clients = [Client(server, acknowledged) for _ in range(CLIENTS)]
    for client in clients:
        client.start()
    try:
        misfortune()
    finally:
        if server.is_running():
            for client in clients:
                client.stop.set()
        for client in clients:
            client.join()
    assert [wrong for client in clients for wrong in client.wrong] == []


def collectors_of(server: ServerProcess) -> list[psutil.Process]:
    found: list[psutil.Process] = []
    for child in psutil.Process(server.pid).children():
        with suppress(psutil.NoSuchProcess):  # it ends just now
            if "playtrace.serving.collector_process" in child.cmdline():
                found.append(child)
    return found


def wait_until(is_so: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while not is_so():
        assert time.monotonic() < deadline, what
        time.sleep(0.01)


def lose(server: ServerProcess, count: int) -> None:
    """Kills so many collecting processes, and returns when their replacements have begun to start."""
    before = collectors_of(server)
    for process in before[:count]:
        process.kill()
    wait_until(lambda: len(set(collectors_of(server)) - set(before)) == count, "no replacement was begun")


def assert_all_there(data: Path, acknowledged: set[str]) -> None:
    assert acknowledged
    store = Store.open(data / "store.duckdb", Settings(data=data))
    try:
        stored = [str(row["id"]) for row in store.query("SELECT event_id AS id FROM events").to_pylist()]
    finally:
        store.close()
    assert len(stored) == len(set(stored))
    assert acknowledged <= set(stored)


def test_the_first_one_is_killed_while_a_replacement_starts(tmp_path: Path, start_process: StartProcess):
    first_one_killed(2, tmp_path, start_process)


@pytest.mark.drill
@pytest.mark.timeout(900)
def test_the_first_one_is_killed_at_many_moments_while_replacements_start(tmp_path: Path, start_process: StartProcess):
    first_one_killed(24, tmp_path, start_process)


def first_one_killed(times: int, tmp_path: Path, start_process: StartProcess) -> None:
    seed = int(os.environ.get("PLAYTRACE_TEST_SEED") or random.randrange(2**32))
    print(f"PLAYTRACE_TEST_SEED={seed}")
    dice = random.Random(seed)
    data = tmp_path / "data"
    acknowledged: set[str] = set()
    for number in range(times):
        server = ServerProcess(data, "--open", environment=SEVERAL).start()
        with_clients(server, acknowledged, partial(_lose_then_end, server, 1 + number % 2, dice))
    server = start_process(data=data)
    server.wait_until_loaded()
    server.stop()
    assert_all_there(data, acknowledged)


def _lose_then_end(server: ServerProcess, count: int, dice: random.Random) -> None:
    lose(server, count)
    # The moment is what is random here.
    time.sleep(dice.uniform(0, STARTING_S_MAX))
    if dice.random() < 0.75:
        server.kill()
    else:
        server.stop()


def test_halted_ones_are_replaced_and_requests_answered_meanwhile(tmp_path: Path, start_process: StartProcess):
    server = start_process(environment=SEVERAL)
    acknowledged: set[str] = set()

    def misfortune() -> None:
        lose(server, 2)
        wait_until(lambda: server.output().count(IN_ITS_PLACE) == 2, "those that were killed were not replaced")
        halted = collectors_of(server)[0]
        halted.send_signal(signal.SIGSTOP)
        wait_until(lambda: not halted.is_running(), "the one that was halted was not ended")
        wait_until(lambda: server.output().count(IN_ITS_PLACE) == 3, "the one that was halted was not replaced")
        assert "does not answer and is ended" in server.output()

    with_clients(server, acknowledged, misfortune)
    assert len(collectors_of(server)) == 2
    # All of them halted together, as a machine that sleeps does, is nobody's fault.
    before = collectors_of(server)
    together = [psutil.Process(server.pid), *before]
    for process in together:
        process.send_signal(signal.SIGSTOP)
    time.sleep(REPLACE_AFTER_S)
    for process in together:
        process.send_signal(signal.SIGCONT)
    assert server.send({"name": "after", "game_id": "arena"})[0] == 202
    assert collectors_of(server) == before
    server.wait_until_loaded()
    server.stop()
    assert_all_there(server.data, acknowledged)
