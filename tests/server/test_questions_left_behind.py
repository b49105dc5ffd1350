"""A client that leaves before its answer: the server stops working on it, and answers those who are still there."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from contextlib import closing

import pytest
from server_process import SEVERAL, ServerProcess

QUESTIONS = 3
"""More than run at the same time: some still wait for their turn when their clients leave."""
HOURS = 3600.0
ENDLESS = "SELECT count(*) FROM range(100_000_000) AS a(i), range(100_000_000) AS b(j) WHERE i * j % 7 = 1"


@pytest.fixture(scope="module", params=["0", SEVERAL["PLAYTRACE_COLLECT_PROCESSES"]], ids=["one process", "several"])
def server(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[ServerProcess]:
    """One question at a time, for as long as it takes."""
    environment = {
        "PLAYTRACE_COLLECT_PROCESSES": request.param,
        "PLAYTRACE_QUERY_CONCURRENCY": "1",
        "PLAYTRACE_QUERY_SECONDS_MAX": str(HOURS),
    }
    server = ServerProcess(tmp_path_factory.mktemp("left") / "data", "--open", environment=environment).start()
    yield server
    server.stop()


def test_questions_end_with_those_who_asked(server: ServerProcess):
    asking = [ask_for_ever(server) for _ in range(QUESTIONS)]
    wait_until_nobody_is_answered(server)
    for client in asking:
        client.close()
    assert server.sql("SELECT 42") == [[42]]


def ask_for_ever(server: ServerProcess) -> http.client.HTTPConnection:
    client = http.client.HTTPConnection(*server.address)
    client.request("POST", "/api/sql", json.dumps({"sql": ENDLESS}), {"Content-Type": "application/json"})
    return client


def wait_until_nobody_is_answered(server: ServerProcess) -> None:
    """Another question that waits for its turn, and is left behind too."""
    while True:
        client = http.client.HTTPConnection(*server.address, timeout=2)
        with closing(client):
            client.request("POST", "/api/sql", json.dumps({"sql": "SELECT 1"}), {"Content-Type": "application/json"})
            try:
                client.getresponse()
            except TimeoutError:
                return
