"""What holds for every answer, whichever route gives it."""

from __future__ import annotations

import json
import shutil
import sys

import pytest
from server_process import SEVERAL, ServerProcess, StartProcess

READS = (
    "/api/health",
    "/api/me",
    "/api/games",
    "/api/events?gameId=arena",
    "/api/games/arena/books",
    "/api/games/arena/dimensions",
    "/api/metrics/summary?gameId=arena",
    "/api/metrics/summary",
    "/api/openapi.json",
    "/api/nothing",
    "/health",
    "/dbhealth",
)


@pytest.mark.parametrize("path", READS)
def test_head_tells_what_get_does(open_process: ServerProcess, path: str):
    open_process.send({"game_id": "arena", "name": "login"})
    status, headers, body = open_process.request("GET", path)
    assert body
    head_status, head_headers, head_body = open_process.request("HEAD", path)
    assert (head_status, head_body) == (status, b"")
    assert head_headers["content-type"] == headers["content-type"]


@pytest.mark.parametrize("path", READS)
def test_answers_are_not_kept_and_not_guessed_at(open_process: ServerProcess, path: str):
    _, headers, _ = open_process.request("GET", path)
    assert headers["cache-control"] == "no-store"
    assert headers["x-content-type-options"] == "nosniff"


def test_files_of_the_dashboard_are_kept_as_before(open_process: ServerProcess):
    _, headers, _ = open_process.request("GET", "/", headers={"Accept": "text/html"})
    assert headers["cache-control"] != "no-store"
    assert headers["x-content-type-options"] == "nosniff"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps a folder whose files are open")
@pytest.mark.parametrize("environment", [{}, SEVERAL], ids=["one process", "several"])
def test_health_tells_that_the_data_folder_is_gone(start_process: StartProcess, environment: dict[str, str]):
    server = start_process(environment=environment)
    moved = server.data.with_name("elsewhere")
    shutil.move(server.data, moved)
    status, _, body = server.request("GET", "/api/health")
    health = json.loads(body)
    assert (status, health["status"], health["disk"]) == (503, "unhealthy", None)
    assert "is not there any more" in health["message"]
    shutil.move(moved, server.data)
    server.wait_until_loaded()
