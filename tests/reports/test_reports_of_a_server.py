"""Reports of the real server: over HTTP, on the command line, and delivered to a channel."""

from __future__ import annotations

import base64
import datetime as dt
import json
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from queue import Queue
from typing import Any

import pytest
import warm_program
from doctor_table import found_wrong
from server_process import ServerProcess
from typer.testing import CliRunner

from playtrace.cli.main import app
from playtrace.config import Settings
from playtrace.registry.registry import Registry

DELIVERY_S_MAX = 120.0
made_token: dict[str, str] = {}
YESTERDAY = dt.datetime.now(dt.UTC).date() - dt.timedelta(days=1)


class Team:
    """A local server that stands for the team's own program: it takes what a webhook sends."""

    def __init__(self) -> None:
        self.got: Queue[dict[str, Any]] = Queue()
        got = self.got

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                got.put(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(204)
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/reports"
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@pytest.fixture(scope="module")
def team() -> Iterator[Team]:
    made = Team()
    yield made
    made.close()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """With two games, one of which was played yesterday, an admin's token (of the folder), and no open door."""
    environment = {"PLAYTRACE_ALERT_ALLOW_PRIVATE_TARGETS": "true", "PLAYTRACE_PUBLIC_URL": "https://stats.example"}
    made = ServerProcess(tmp_path_factory.mktemp("reports") / "data", environment=environment)
    with closing(Registry.open(Settings(data=made.data).registry_database)) as registry:
        registry.games.add("arena", name="<i>Arena</i>")
        registry.games.add("other")
        key = registry.keys.add("arena").key
        _, made_token["other"] = registry.tokens.add(game_ids=["other"])
    made.start()
    noon = dt.datetime(YESTERDAY.year, YESTERDAY.month, YESTERDAY.day, 12, tzinfo=dt.UTC)
    crash = {"name": "crash", "props": {"title": "<script>boom()</script>"}}
    events = [
        {
            "player_id": f"p{player}",
            "session_id": f"s{player}",
            "time": (noon + dt.timedelta(minutes=player)).isoformat(),
        }
        | (crash if player == 0 else {"name": "jump"})
        for player in range(7)
    ]
    assert made.send(events, authorization=f"Bearer {key}")[0] == 202
    made.wait_until_loaded()
    yield made
    if made.is_running():
        made.stop()


def run(server: ServerProcess, *arguments: str, code: int = 0) -> str:
    done = warm_program.run(*arguments, "--data", str(server.data))
    assert done.returncode == code, (done.stdout, done.stderr)
    return done.stdout if code == 0 else done.stderr


def ask(server: ServerProcess, method: str, path: str, body: object = None, token: str = "") -> tuple[int, Any]:
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token or server.token}"}
    sent = None if body is None else json.dumps(body).encode()
    status, _, answer = server.request(method, path, sent, headers)
    return status, json.loads(answer)


@pytest.fixture(scope="module")
def token_of_other(server: ServerProcess) -> str:
    return made_token["other"]


@pytest.mark.parametrize(
    ("form", "media_type", "found"),
    [
        ("html", "text/html; charset=utf-8", b"&lt;script&gt;boom()&lt;/script&gt;"),
        ("md", "text/markdown; charset=utf-8", b"| Active players | 7 |"),
        ("png", "image/png", b"\x89PNG"),
    ],
)
def test_a_report_over_http(server: ServerProcess, form: str, media_type: str, found: bytes):
    authorization = {"Authorization": f"Bearer {server.token}"}
    path = f"/api/games/arena/report?day={YESTERDAY}&format={form}"
    status, headers, body = server.request("GET", path, headers=authorization)
    assert (status, headers["content-type"]) == (200, media_type)
    assert found in body
    assert form != "html" or b"<script" not in body
    assert headers.get("content-security-policy", "default-src 'none'").startswith("default-src 'none'")
    assert ("content-security-policy" in headers) == (form == "html")


@pytest.mark.parametrize(
    ("query", "field"),
    [
        (f"day={dt.date.today() + dt.timedelta(days=3)}", "day"),
        ("day=0", "day"),
        ("day=2026-02-30", "day"),
        ("week=0001-01-01", "week"),
        (f"day={YESTERDAY}&week={YESTERDAY}", "week"),
        ("format=pdf", "format"),
    ],
)
def test_what_there_is_no_report_of(server: ServerProcess, query: str, field: str):
    status, problem = ask(server, "GET", f"/api/games/arena/report?{query}")
    assert (status, [error["field"] for error in problem["errors"]]) == (422, [field])


def test_who_may_read_what(server: ServerProcess, token_of_other: str):
    assert ask(server, "GET", "/api/games/nowhere/report")[0] == 404
    assert ask(server, "GET", "/api/games/arena/report", token=token_of_other)[0] == 404
    assert server.request("GET", "/api/games/arena/report")[0] == 401
    for method, path in (("PUT", "/api/reports/x"), ("DELETE", "/api/reports/x"), ("POST", "/api/reports/x/send")):
        assert ask(server, method, path, {}, token=token_of_other)[0] == 403


def test_the_command_asks_the_server(server: ServerProcess, tmp_path: Path):
    page = tmp_path / "report.html"
    run(server, "report", "arena", "--day", str(YESTERDAY), "--format", "html", "--output", str(page))
    assert "<bdi>&lt;i&gt;Arena&lt;/i&gt;</bdi>" in page.read_text("utf-8")


def test_a_schedule_delivers_to_its_channel(server: ServerProcess, team: Team, token_of_other: str):
    channel = {"kind": "webhook", "target": team.url}
    assert ask(server, "PUT", "/api/alerts/channels/team", channel)[0] == 200
    printed = run(server, "reports", "add", "morning", "arena", "--channel", "team", "--at", "23:59", "--json")
    made = json.loads(printed)
    assert (made["every"], made["at"], made["timeZone"], made["lastSentAt"]) == ("day", "23:59", "UTC", None)
    assert made["nextAt"].endswith("T23:59:00Z")
    assert "morning" in run(server, "reports", "list")
    assert ask(server, "GET", "/api/reports", token=token_of_other) == (200, {"reports": []})
    assert f"{YESTERDAY.year} is on its way to team." in sent_hint(server)
    got = team.got.get(timeout=DELIVERY_S_MAX)
    assert (got["kind"], got["severity"], got["gameId"]) == ("report", "info", "arena")
    assert got["title"].startswith(f"<i>Arena</i>: {YESTERDAY:%A}, ")
    assert {"name": "Active players", "value": "7"} in got["fields"]
    assert base64.b64decode(got["picture"]).startswith(b"\x89PNG")
    assert got["link"].startswith("https://stats.example/?game=arena&range=custom&from=")
    assert ask(server, "GET", "/api/reports?gameId=arena")[1]["reports"][0]["lastSentAt"] is not None
    # Its channel is gone: that is told, here and in the list.
    assert ask(server, "DELETE", "/api/alerts/channels/team")[0] == 200
    status, problem = ask(server, "POST", "/api/reports/morning/send")
    assert (status, problem["detail"]) == (
        409,
        "The report went to nobody: none of its channels is there any more.",
    )
    (report,) = ask(server, "GET", "/api/reports")[1]["reports"]
    assert (report["missingChannels"], report["lastError"]) == (["team"], "none of its channels is there any more")
    deadline = time.monotonic() + DELIVERY_S_MAX
    while (health := ask(server, "GET", "/api/health")[1])["reports"]["failingReports"] == 0:
        assert time.monotonic() < deadline
        time.sleep(0.2)
    assert (health["status"], health["reports"]["failingReports"]) == ("degraded", 1)
    assert "1 scheduled report could not be made or sent" in health["message"]
    wrong = found_wrong(CliRunner().invoke(app, ["doctor", "--data", str(server.data)], env={"COLUMNS": "1000"}))
    assert ("reports", "morning: none of its channels is there any more") in wrong
    assert ask(server, "DELETE", "/api/reports/morning") == (200, {"reports": []})
    assert ask(server, "DELETE", "/api/reports/morning")[0] == 404
    assert ask(server, "POST", "/api/reports/morning/send")[0] == 404


def sent_hint(server: ServerProcess) -> str:
    return warm_program.run("reports", "send", "morning", "--data", str(server.data), check=True).stderr


@pytest.mark.parametrize(
    ("field", "body"),
    [
        ("channels", {"gameId": "arena", "channels": ["nobody"]}),
        ("at", {"gameId": "arena", "channels": ["x"], "at": "24:00"}),
        ("weekday", {"gameId": "arena", "channels": ["x"], "weekday": "monday"}),
        ("weekday", {"gameId": "arena", "channels": ["x"], "every": "week", "weekday": "someday"}),
        ("time zone", {"gameId": "arena", "channels": ["x"], "timeZone": "Mars/Olympus"}),
        ("color", {"gameId": "arena", "channels": ["x"], "color": "red"}),
    ],
)
def test_a_schedule_that_does_not_fit(server: ServerProcess, field: str, body: dict[str, Any]):
    status, problem = ask(server, "PUT", "/api/reports/wrong", body)
    assert (status, [error["field"] for error in problem["errors"]]) == (422, [field])


def test_without_a_server_the_folder_is_read(server: ServerProcess, tmp_path: Path):
    server.stop()
    assert "| Active players | 7 |" in run(server, "report", "arena", "--day", str(YESTERDAY))
    assert "--week: expected a week that has begun" in run(server, "report", "arena", "--week", "2999-01-01", code=2)
