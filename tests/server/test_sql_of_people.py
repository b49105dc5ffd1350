"""SQL that a person types costs them their answer at most: events, pages, health and stopping do not wait for it."""

from __future__ import annotations

import http.client
import json
import sys
from collections.abc import Iterator
from contextlib import closing

import pytest
from server_process import SEVERAL, ServerProcess

pytestmark = pytest.mark.skipif(
    sys.platform == "win32", reason="Windows gives the store's file to one process alone (docs/decisions/0016)"
)

HOURS = 3600.0
STATEMENTS = 60
UNHEARING = "SELECT levenshtein(repeat('x', 10_000_000), repeat('y', 10_000_000))"
FIELDS = "SELECT events" + ".a" * 40_000 + " FROM events"
REFUSED = {
    "columns": "SELECT " + ", ".join(["e.*"] * 1000) + " FROM events AS e",
    "one long text": "SELECT length(repeat('x', 2000000000))",
    "a long text of long texts": "SELECT length(repeat(repeat('x', 100000000), 40))",
    "a long list": "SELECT list_sort(range(100000000))[1]",
    "many long texts": "SELECT repeat('x', 1000000) FROM range(500)",
    "what is no statement to Python": "UPDATE EXTENSIONS",
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    environment = {**SEVERAL, "PLAYTRACE_QUERY_SECONDS_MAX": str(HOURS)}
    server = ServerProcess(tmp_path_factory.mktemp("sql") / "data", "--open", environment=environment).start()
    yield server
    server.stop()


def test_a_statement_that_never_ends_holds_up_nobody(server: ServerProcess):
    asking = [ask(server, sql) for sql in (UNHEARING, FIELDS)]
    server.send([{"game_id": "arena", "name": "login", "player_id": "p1"}])
    answer = server.get("/api/metrics/timeseries?game_id=arena&source=raw")
    assert sum(point["value"] for point in answer["points"]) == 1
    assert server.get("/api/health")["status"] == "healthy"
    # The server stops, though nobody who asks would wait less than an hour.
    server.stop()
    for client in asking:
        status, body = answer_of(client)
        assert status == 503, body
    server.start()
    assert server.sql("SELECT count(*) FROM events") == [[1]]


def test_many_statements_that_never_end_hold_up_nobody(server: ServerProcess):
    """More than there are threads for requests; each reader has a few that wait, and is told when they are too many."""
    asking = [ask(server, UNHEARING, reader=f"read_{number % 3}") for number in range(STATEMENTS)]
    server.send([{"game_id": "arena", "name": "login", "player_id": "p1"}])
    assert server.get("/api/health")["status"] == "healthy"
    assert server.get("/api/me")["open"]
    answer = server.get("/api/metrics/timeseries?game_id=arena&source=raw")
    assert sum(point["value"] for point in answer["points"]) > 0
    for client in asking:
        client.close()
    assert server.sql("SELECT 42") == [[42]]


@pytest.mark.parametrize("sql", REFUSED.values(), ids=REFUSED)
def test_what_is_too_much_is_refused(server: ServerProcess, sql: str):
    status, body = answer_of(ask(server, sql))
    assert status == 400, body
    assert body["type"].endswith("/bad-request")
    assert server.sql("SELECT 42") == [[42]]


def ask(server: ServerProcess, sql: str, reader: str = "read_one") -> http.client.HTTPConnection:
    client = http.client.HTTPConnection(*server.address, timeout=120)
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {reader}"}
    client.request("POST", "/api/sql", json.dumps({"sql": sql}), headers)
    return client


def answer_of(client: http.client.HTTPConnection) -> tuple[int, dict[str, object]]:
    with closing(client):
        response = client.getresponse()
        return response.status, json.loads(response.read())
