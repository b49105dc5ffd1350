"""What a page of another origin can do to an open server on the machine of whoever has it open: nothing."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import aiohttp
import pytest
from server_process import SEVERAL, ServerProcess, StartProcess

FOREIGN = ("https://evil.example", "null", "http://10.0.0.7:8080", "https://localhost.evil.example")
TEXT = {"Content-Type": "text/plain"}
"""A page of another origin sends this without asking first."""
GOLDEN = Path(__file__).parent.parent / "golden" / "openapi.json"
BODY = json.dumps({"name": "from_elsewhere", "game_id": "elsewhere", "sql": "SELECT 1"}).encode()


def write_routes() -> list[tuple[str, str]]:
    paths = json.loads(GOLDEN.read_text("utf-8"))["paths"]
    documented = [(method.upper(), path) for path, methods in paths.items() for method in methods if method != "get"]
    return [*documented, ("POST", "/t"), ("POST", "/api/submit")]


def test_no_write_route_takes_anything_from_a_foreign_page(open_processes: ServerProcess):
    routes = write_routes()
    assert ("POST", "/api/events") in routes and len(routes) > 5
    for method, path in routes:
        for origin in FOREIGN:
            status, headers, body = open_processes.request(method, path, BODY, TEXT | {"Origin": origin})
            assert (status, headers["content-type"]) == (403, "application/problem+json"), (method, path, origin)
            problem = json.loads(body)
            assert problem["type"] == "https://playtrace.dev/problems/foreign-origin"
            assert origin in problem["detail"] and "allowed_origins" in problem["detail"]
    status, _, body = open_processes.request("POST", "/api/events", BODY, TEXT | {"Origin": "http://localhost:5173"})
    assert status == 202, body
    assert open_processes.get("/api/games/elsewhere/books")["total"]["received"] == 1


@pytest.mark.parametrize("path", ["/api/stream", "/api/live?gameId=elsewhere"])
def test_nor_does_a_web_socket(open_processes: ServerProcess, path: str):
    async def connect(origin: str) -> None:
        async with (
            aiohttp.ClientSession(open_processes.url, headers={"Origin": origin}) as session,
            session.ws_connect(path) as socket,
        ):
            await socket.close()

    for origin in FOREIGN:
        with pytest.raises(aiohttp.WSServerHandshakeError):
            asyncio.run(connect(origin))
    asyncio.run(connect(open_processes.url))


def test_pages_that_were_named_may_send(start_process: StartProcess):
    server = start_process(environment=SEVERAL | {"PLAYTRACE_ALLOWED_ORIGINS": '["https://game.example"]'})
    status, headers, _ = server.request("POST", "/api/events", BODY, TEXT | {"Origin": "https://game.example"})
    assert (status, headers["access-control-allow-origin"]) == (202, "*")
    assert server.request("POST", "/api/events", BODY, TEXT | {"Origin": FOREIGN[0]})[0] == 403
