"""What holds for every answer, whichever route gives it."""

from __future__ import annotations

import asyncio
import json
import shutil
import sys

import aiohttp
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


def test_each_of_many_requests_at_once_has_an_id_of_its_own(open_process: ServerProcess) -> None:
    """Of requests that one process takes and that another one answers."""

    async def ask(session: aiohttp.ClientSession, number: int) -> tuple[str, str]:
        if number % 2:
            asking = session.post(f"{open_process.url}/api/events", data=b"{")
        else:
            asking = session.get(f"{open_process.url}/api/metrics/summary?gameId=nobody{number}")
        async with asking as answer:
            assert answer.status in (400, 404)
            (told,) = answer.headers.getall("X-Request-ID")
            return told, (await answer.json(content_type=None))["requestId"]

    async def ask_all() -> list[tuple[str, str]]:
        async with aiohttp.ClientSession() as session:
            return await asyncio.gather(*(ask(session, number) for number in range(60)))

    answers = asyncio.run(ask_all())
    assert all(header == in_document for header, in_document in answers)
    assert len({header for header, _ in answers}) == 60


@pytest.mark.parametrize("path", ["/api/health", "/api/events", "/nothing.js", "/metrics"])
def test_who_asks_may_bring_an_id(open_process: ServerProcess, path: str) -> None:
    headers = open_process.request("GET", path, headers={"X-Request-ID": "proxy-7f3a.1"})[1]
    assert headers["x-request-id"] == "proxy-7f3a.1"


@pytest.mark.parametrize("given", ["", " ", "two words", "-dash", "x" * 129, '{"level":"error"}', "a\tb", "é"])
def test_what_is_no_id_is_not_taken_over(open_process: ServerProcess, given: str) -> None:
    headers = open_process.request("GET", "/api/health", headers={"X-Request-ID": given})[1]
    assert headers["x-request-id"] != given.strip()
    assert headers["x-request-id"].isascii() and 8 < len(headers["x-request-id"]) < 40


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
