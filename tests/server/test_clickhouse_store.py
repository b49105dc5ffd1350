"""A server whose metrics are asked of ClickHouse (`store_url`)."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from clickhouse_server import ClickHouseServer
from server_process import ServerProcess, StartProcess

SECONDS_MAX = 90.0
ASKED = "/api/metrics/active_players?gameId=studio&explain=true"


def eventually(is_so: Callable[[], bool], said: Callable[[], object]) -> None:
    deadline = time.monotonic() + SECONDS_MAX
    while not is_so():
        assert time.monotonic() < deadline, said()
        time.sleep(0.1)


def ask(server: ServerProcess, path: str = ASKED) -> tuple[int, dict[str, Any]]:
    status, _, body = server.request("GET", path)
    return status, json.loads(body)


def copying(server: ServerProcess) -> dict[str, Any]:
    jobs = json.loads(server.request("GET", "/api/health")[2])["jobs"]
    return next(job for job in jobs if job["name"] == "copy to ClickHouse")


def dau(server: ServerProcess) -> int | None:
    status, answer = ask(server)
    return answer["days"][-1]["dau"] if status == 200 else None


@pytest.mark.drill
def test_metrics_are_asked_there_and_events_are_taken_while_it_is_away(
    start_process: StartProcess, tmp_path: Path
) -> None:
    clickhouse = ClickHouseServer(tmp_path / "clickhouse")
    try:
        server = start_process(environment={"PLAYTRACE_STORE_URL": clickhouse.url("studio")})
        server.send([{"game_id": "studio", "name": "a", "player_id": "ann"}])
        eventually(lambda: dau(server) == 1, lambda: (ask(server), copying(server)))
        assert "studio.player_days" in ask(server)[1]["statements"][-1]
        # What only the store here can be asked is answered by it.
        assert ask(server, "/api/metrics/data_quality?gameId=studio")[0] == 200

        clickhouse.kill()
        server.send([{"game_id": "studio", "name": "a", "player_id": "bob"}])
        server.wait_until_loaded()
        eventually(lambda: copying(server)["lastError"] is not None, lambda: copying(server))
        status, problem = ask(server, ASKED.replace("studio&", "studio&platform=linux&"))
        assert (status, "cannot be reached" in problem["detail"]) == (503, True), problem
        assert clickhouse.url("studio").split("@")[0].split(":")[2] not in json.dumps([problem, copying(server)])

        clickhouse.start()
        eventually(lambda: dau(server) == 2, lambda: (ask(server), copying(server)))
    finally:
        clickhouse.close()
