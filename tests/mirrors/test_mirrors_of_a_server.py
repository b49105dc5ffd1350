"""Mirrors of a server, over its API and its commands: for admins alone, and nobody sees a password."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from server_process import ServerProcess
from typer.testing import CliRunner

from playtrace.cli.main import app as commands
from playtrace.registry.registry import Registry

AWAY = "mysql://root:hunter2@127.0.0.1:1/telemetry"
"""Nobody listens there."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    environment = {"MYSQL_HOST": "127.0.0.1", "MYSQL_PORT": "1", "MYSQL_USER": "me", "MYSQL_PASSWORD": "hunter2"}
    server = ServerProcess(tmp_path_factory.mktemp("mirrored") / "data", environment=environment).start()
    try:
        yield server
        assert "hunter2" not in server.output()
    finally:
        server.stop()


def ask(server: ServerProcess, method: str, path: str, body: Any = None, token: str | None = None) -> tuple[int, Any]:
    credential = json.loads((server.data / "server.json").read_text("utf-8"))["token"] if token is None else token
    headers = {"Authorization": f"Bearer {credential}", "Content-Type": "application/json"}
    status, _, answer = server.request(
        method, f"/api/mirrors{path}", None if body is None else json.dumps(body).encode(), headers
    )
    assert b"hunter2" not in answer
    return status, json.loads(answer)


def playtrace(data: Path, *command: str, given: str = "") -> Result:
    done = CliRunner().invoke(commands, [*command, "--data", os.fspath(data)], input=given)
    assert "hunter2" not in done.output
    return done


def until(server: ServerProcess, mirror: str, state: str) -> dict[str, Any]:
    deadline = time.monotonic() + 120
    while True:
        _, listed = ask(server, "GET", "")
        found = next(one for one in listed["mirrors"] if one["id"] == mirror)
        if found["state"] == state:
            return found
        assert time.monotonic() < deadline, found
        time.sleep(0.1)


def health_when(server: ServerProcess, failing: int) -> dict[str, Any]:
    """Health, when it says that so many mirrors fail."""
    deadline = time.monotonic() + 120
    while (health := server.get("/api/health"))["mirrors"]["failing"] != failing:
        assert time.monotonic() < deadline, health
        time.sleep(0.1)
    return health


def test_only_admins_see_and_change_mirrors(server: ServerProcess):
    registry = Registry.open(f"sqlite:///{(server.data / 'registry.sqlite').as_posix()}", upgraded=True)
    try:
        _, token = registry.tokens.add()
    finally:
        registry.close()
    for method, path in (
        ("GET", ""),
        ("DELETE", "/mysql"),
        ("POST", "/mysql/pause"),
        ("POST", "/mysql/test"),
    ):
        assert ask(server, method, path, token=token)[0] == 403
        assert ask(server, method, path, token="nonsense")[0] == 401
    for method, path, body in (("PUT", "/w", {"url": AWAY}), ("POST", "/mysql/replay", {})):
        assert ask(server, method, path, body, token=token)[0] == 403


def test_a_setting_makes_a_mirror_whose_failure_health_tells(server: ServerProcess):
    found = until(server, "mysql", "failing")
    assert found["url"] == "mysql://me:***@127.0.0.1:1/playtrace"
    assert found["isFromSettings"]
    assert found["lastError"]
    health = health_when(server, failing=1)
    assert health["status"] == "degraded"
    assert "playtrace mirrors list" in health["message"]
    assert ask(server, "DELETE", "/mysql")[0] == 409
    assert ask(server, "PUT", "/mysql", {"url": AWAY, "isChecked": False})[0] == 409
    assert ask(server, "POST", "/mysql/pause")[1]["state"] == "paused"
    health_when(server, failing=0)
    assert ask(server, "POST", "/mysql/resume")[0] == 200


def test_a_mirror_that_cannot_be_reached_is_not_made_unless_one_insists(server: ServerProcess):
    status, problem = ask(server, "PUT", "/warehouse", {"url": AWAY})
    assert status == 422
    assert problem["errors"][0]["field"] == "url"
    status, made = ask(server, "PUT", "/warehouse", {"url": AWAY, "isChecked": False, "since": "2026-03-01"})
    assert (status, made["url"], made["since"]) == (200, "mysql://root:***@127.0.0.1:1/telemetry", "2026-03-01")
    assert until(server, "warehouse", "failing")["lastWrittenAt"] is None
    assert not ask(server, "POST", "/warehouse/test")[1]["connected"]
    assert ask(server, "POST", "/warehouse/replay", {"since": "2026-03-02"})[0] == 200
    assert [one["id"] for one in ask(server, "DELETE", "/warehouse")[1]["mirrors"]] == ["mysql"]
    for path in ("/warehouse/pause", "/warehouse/resume", "/warehouse/test"):
        assert ask(server, "POST", path)[0] == 404


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"url": "sqlite:///etc/passwd"}, "url"),
        ({"url": "file:///etc/passwd"}, "url"),
        ({"url": "nonsense hunter2"}, "url"),
        ({"url": ""}, "url"),
        ({"url": AWAY, "gameIds": ["nobody's"], "isChecked": False}, "games"),
        ({"url": AWAY, "since": "yesterday"}, "since"),
        ({"url": AWAY, "adress": 1}, "adress"),
    ],
)
def test_what_does_not_fit_is_named(server: ServerProcess, body: dict[str, Any], field: str):
    status, problem = ask(server, "PUT", "/wrong", body)
    assert status == 422
    assert field in json.dumps(problem["errors"])


def test_commands_work_beside_the_server(server: ServerProcess):
    added = playtrace(server.data, "mirrors", "add", "logs", "-", "--no-check", "--json", given=AWAY)
    assert json.loads(added.stdout)["url"] == "mysql://root:***@127.0.0.1:1/telemetry"
    until(server, "logs", "failing")
    listed = json.loads(playtrace(server.data, "mirrors", "list", "--json").stdout)["mirrors"]
    assert [one["id"] for one in listed] == ["logs", "mysql"]
    run = playtrace(server.data, "mirrors", "run", "logs")
    assert run.exit_code == 1
    assert "A server runs on this folder" in run.output
    assert playtrace(server.data, "mirrors", "remove", "logs").exit_code == 0
