"""Channels over HTTP and on the command line, against the real server; and no secret of one in any answer or log."""

from __future__ import annotations

import datetime as dt
import json
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from click.testing import Result
from doctor_table import found_wrong
from sample_message import message
from server_process import ServerProcess
from stand_in import Reply, StandIn
from typer.testing import CliRunner

from playtrace.alerts.channels.webhook import signature
from playtrace.cli import alerts, main
from playtrace.config import Settings
from playtrace.registry.registry import Registry

CHANNELS = "/api/alerts/channels"
SECRETS = ("t0ken-of-settings", "t0ken-of-team", "t0ken-of-hook", "t0ken-of-service", "s1gning-secret-of-hook")
SECONDS_MAX = 120.0


class Server:
    """The real one, and everything that it has said."""

    def __init__(self, process: ServerProcess) -> None:
        self.process = process
        self.said: list[str] = []

    def ask(self, method: str, path: str = "", body: object = None, *, token: str | None = None) -> tuple[int, Any]:
        sent = None if body is None else json.dumps(body).encode()
        status, _, answer = self.process.request(
            method,
            CHANNELS + path,
            sent,
            headers={"Content-Type": "application/json", "Authorization": f"Bearer {token or self.process.token}"},
        )
        self.said.append(answer.decode())
        return status, json.loads(answer)

    def run(self, *arguments: str, sent: str | None = None) -> Result:
        app = typer.Typer()
        app.add_typer(alerts.app, name="alerts")
        result = CliRunner().invoke(app, ["alerts", *arguments, "--data", str(self.process.data)], input=sent)
        self.said += [result.stdout, result.stderr]
        return result

    def registry(self) -> Registry:
        return Registry.open(Settings(data=self.process.data).registry_database)

    def until(self, channel_id: str, **expected: Any) -> Any:
        """How delivery to a channel fares, once it is so."""
        deadline = time.monotonic() + SECONDS_MAX
        while time.monotonic() < deadline:
            _, listed = self.ask("GET")
            delivery = next(one["delivery"] for one in listed["channels"] if one["id"] == channel_id)
            if expected.items() <= delivery.items():
                return delivery
            time.sleep(0.05)
        raise AssertionError(f"{channel_id} is not {expected}")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, discord_of_module: StandIn) -> Iterator[Server]:
    data = tmp_path_factory.mktemp("alerts") / "data"
    registry = Registry.open(Settings(data=data).registry_database)
    registry.games.add_missing(["arena", "harbour"])
    registry.close()
    process = ServerProcess(
        data,
        environment={
            "DISCORD_WEBHOOK_URL": f"{discord_of_module.url}/api/webhooks/1/{SECRETS[0]}",
            "PLAYTRACE_ALERT_ALLOW_PRIVATE_TARGETS": "true",
            "PLAYTRACE_PUBLIC_URL": "https://telemetry.example",
        },
    ).start()
    try:
        yield Server(process)
    finally:
        process.stop()


@pytest.fixture(scope="module")
def read_token(server: Server) -> str:
    """Reads one game."""
    registry = server.registry()
    _, token = registry.tokens.add(game_ids=["arena"])
    registry.close()
    return token


def test_the_setting_alone_makes_a_channel(server: Server, discord: StandIn) -> None:
    status, listed = server.ask("GET")
    (channel,) = [one for one in listed["channels"] if one["isFromSettings"]]
    assert (status, channel["id"], channel["kind"], channel["gameIds"]) == (200, "discord", "discord", None)
    assert channel["target"] == f"{discord.url}/…"
    assert server.ask("POST", "/discord/test") == (200, {"sent": True, "reason": None})
    (request,) = discord.requests
    assert request.path == f"/api/webhooks/1/{SECRETS[0]}?wait=true"
    assert request.embed["title"] == "Test of the channel discord"
    assert request.embed["url"] == "https://telemetry.example"
    # Where it goes is a matter of the setting; all else is not.
    assert server.ask("DELETE", "/discord")[0] == 409
    assert server.ask("PATCH", "/discord", {"target": "https://other.example/"})[0] == 409
    assert server.ask("PUT", "/discord", {"kind": "discord", "target": "https://other.example/"})[0] == 409
    status, changed = server.ask("PATCH", "/discord", {"minSeverity": "warning"})
    assert (status, changed["minSeverity"]) == (200, "warning")


def test_a_webhook_from_making_it_to_its_end(server: Server, discord: StandIn) -> None:
    definition = {"kind": "webhook", "target": f"{discord.url}/hook/{SECRETS[2]}", "gameIds": ["arena"]}
    status, made = server.ask("PUT", "/hook", definition)
    secret = made["signingSecret"]
    assert (status, made["isSigned"], made["target"]) == (200, True, f"{discord.url}/…")
    assert secret not in json.dumps(server.ask("GET")[1])
    quiet = {"quietFrom": "22:00", "quietTo": "07:00", "timeZone": "Asia/Tokyo"}
    status, changed = server.ask("PATCH", "/hook", quiet)
    assert (status, changed["signingSecret"]) == (200, None)
    assert {name: changed[name] for name in quiet} == quiet
    _, changed = server.ask("PATCH", "/hook", {"quietFrom": None, "quietTo": None, "gameIds": None})
    assert (changed["quietFrom"], changed["quietTo"], changed["gameIds"]) == (None, None, None)

    registry = server.registry()
    registry.alert_outbox.put(["hook"], message(title="told").to_json(), is_urgent=True)
    registry.close()
    server.until("hook", waiting=0, failures=0)
    (request,) = discord.requests
    told = json.loads(request.body)
    assert (told["title"], told["id"]) == ("told", request.headers["x-playtrace-delivery"])
    digits = signature(secret, request.headers["x-playtrace-timestamp"], request.body)
    assert request.headers["x-playtrace-signature"] == f"v1={digits}"
    (listed,) = server.ask("GET", "/hook/messages")[1]["messages"]
    assert (listed["title"], listed["state"], listed["attempts"]) == ("told", "delivered", 1)
    assert str(listed["id"]) == told["id"]

    status, left = server.ask("DELETE", "/hook")
    assert (status, [one["id"] for one in left["channels"]]) == (200, ["discord"])
    assert server.ask("GET", "/hook/messages")[0] == 404


def test_what_is_wrong_is_named(server: Server) -> None:
    target = "https://hooks.example/a"
    for field, definition in (
        ("kind", {"kind": "pigeon", "target": target}),
        ("target", {"kind": "discord", "target": "gopher://x"}),
        ("target", {"kind": "apprise", "target": "nothing://x"}),
        ("target", {"kind": "apprise", "target": "syslog://"}),
        ("signingSecret", {"kind": "webhook", "target": target, "signingSecret": "short"}),
        ("signingSecret", {"kind": "discord", "target": target, "signingSecret": "x" * 20}),
        ("quietFrom", {"kind": "discord", "target": target, "quietFrom": "25:00", "quietTo": "07:00"}),
        ("quiet hours", {"kind": "discord", "target": target, "quietFrom": "22:00"}),
        ("time zone", {"kind": "discord", "target": target, "timeZone": "Nowhere"}),
        ("games", {"kind": "discord", "target": target, "gameIds": ["nowhere"]}),
        ("color", {"kind": "discord", "target": target, "color": "red"}),
    ):
        status, problem = server.ask("PUT", "/wrong", definition)
        assert (status, problem["errors"][0]["field"]) == (422, field)
    assert server.ask("PUT", "/a%20b", {"kind": "discord", "target": target})[0] == 422
    for method, path in (("PATCH", "/gone"), ("DELETE", "/gone"), ("POST", "/gone/test"), ("GET", "/gone/messages")):
        assert server.ask(method, path, {} if method == "PATCH" else None)[0] == 404
    assert server.ask("PATCH", "/discord", {"enabled": None})[0] == 422


def test_who_may_read_a_game_sees_its_channels_and_changes_none(server: Server, read_token: str) -> None:
    for channel_id, games in (("of-both", ["arena", "harbour"]), ("of-another", ["harbour"])):
        definition = {"kind": "discord", "target": "https://hooks.example/a", "gameIds": games}
        assert server.ask("PUT", f"/{channel_id}", definition)[0] == 200
    status, listed = server.ask("GET", token=read_token)
    assert status == 200
    assert {one["id"]: one["gameIds"] for one in listed["channels"]} == {"discord": None, "of-both": ["arena"]}
    new = {"kind": "discord", "target": "https://hooks.example/a"}
    for method, path, body in (
        ("PUT", "/mine", new),
        ("PATCH", "/of-both", {"enabled": False}),
        ("DELETE", "/of-both", None),
        ("POST", "/of-both/test", None),
        ("GET", "/of-both/messages", None),
    ):
        assert server.ask(method, path, body, token=read_token)[0] == 403
    assert server.ask("GET", token="read_wrong")[0] == 401
    for channel_id in ("of-both", "of-another"):
        server.ask("DELETE", f"/{channel_id}")


def test_the_commands(server: Server, discord: StandIn) -> None:
    url = f"{discord.url}/{SECRETS[1]}"
    made = server.run("channels", "add", "team", "-", "--game", "arena", "--quiet", "22:00-07:00", sent=f"{url}\n")
    assert made.exit_code == 0, made.stderr
    assert "22:00-07:00 UTC" in made.stdout
    changed = json.loads(server.run("channels", "change", "team", "--game", "all", "--quiet", "none", "--json").stdout)
    assert (changed["gameIds"], changed["quietFrom"]) == (None, None)
    assert server.run("test", "team").exit_code == 0
    assert discord.requests[0].path == f"/{SECRETS[1]}?wait=true"
    discord.behaviours.append(Reply(401))
    refused = server.run("test", "team")
    assert (refused.exit_code, "answered 401" in refused.stderr) == (1, True)
    assert "No messages" in server.run("channels", "messages", "team").stderr
    assert "disabled" in server.run("channels", "change", "team", "--disable").stdout
    hook = server.run("channels", "add", "hook", url, "--kind", "webhook")
    assert "cannot be shown again" in hook.stderr
    assert len(hook.stdout.splitlines()[-1]) >= 32
    for channel_id in ("hook", "team"):
        assert server.run("channels", "remove", channel_id).exit_code == 0
    for wrong in (
        ("channels", "remove", "team"),
        ("channels", "change", "discord"),
        ("channels", "add", "team", "nothing"),
        ("channels", "change", "discord", "--quiet", "late"),
    ):
        assert server.run(*wrong).exit_code == 2


def test_doctor_tells_of_a_channel_that_is_dead(server: Server) -> None:
    assert server.ask("PUT", "/gone", {"kind": "discord", "target": "http://127.0.0.1:1/"})[0] == 200
    days_ago = dt.datetime.now(dt.UTC) - dt.timedelta(days=2)
    registry = Registry.open(Settings(data=server.process.data).registry_database, clock=lambda: days_ago)
    # For longer than the test runs; and from before there is a message, as the server would send it at once.
    pause_s = 3 * 86_400
    registry.alert_outbox.channel_works("gone", pause_s=pause_s)
    registry.alert_outbox.put(["gone"], message().to_json(), is_urgent=True)
    (row,) = registry.alert_outbox.of_channel("gone", rows_max=1)
    registry.alert_outbox.failed(row.id, "answered 404", pause_s=pause_s)
    registry.close()
    told = CliRunner().invoke(main.app, ["doctor", "--data", str(server.process.data)], env={"COLUMNS": "1000"})
    assert found_wrong(told) == [("alert channels", f"gone has failed since {days_ago:%Y-%m-%dT%H:%M}: answered 404")]
    assert "dead since" in server.run("channels", "list").stdout
    (channel,) = [one for one in server.ask("GET")[1]["channels"] if one["id"] == "gone"]
    assert (channel["delivery"]["isDead"], channel["delivery"]["waiting"]) == (True, 1)
    assert server.ask("DELETE", "/gone")[0] == 200


def test_commands_say_that_no_server_runs(server: Server, tmp_path: Path) -> None:
    app = typer.Typer()
    app.add_typer(alerts.app, name="alerts")
    for command in (["channels", "list"], ["test", "discord"]):
        result = CliRunner().invoke(app, ["alerts", *command, "--data", str(tmp_path)])
        assert (result.exit_code, "playtrace serve" in result.stderr) == (2, True)


def test_no_secret_is_in_an_answer_or_a_log(server: Server, discord: StandIn) -> None:
    """Last, as it looks at all that was said before, too."""
    service = f"json://127.0.0.1:{discord.port}/{SECRETS[3]}"
    # Nobody listens on port 1.
    for channel_id, kind, target in (
        ("team", "discord", f"{discord.url}/{SECRETS[1]}"),
        ("hook", "webhook", f"http://127.0.0.1:1/{SECRETS[2]}?key={SECRETS[2]}"),
        ("service", "apprise", service),
    ):
        definition = {"kind": kind, "target": target}
        if kind == "webhook":
            definition["signingSecret"] = SECRETS[4]
        assert server.ask("PUT", f"/{channel_id}", definition)[0] == 200
    discord.behaviours.extend([Reply(404), Reply(500)] * 3)
    for channel_id in ("team", "hook", "service"):
        registry = server.registry()
        registry.alert_outbox.put([channel_id], message().to_json(), is_urgent=True)
        registry.close()
    for channel_id in ("team", "hook", "service"):
        server.ask("POST", f"/{channel_id}/test")
        server.ask("GET", f"/{channel_id}/messages")
        server.run("channels", "messages", channel_id)
    server.run("test", "team")
    server.run("channels", "list")
    server.until("hook", waiting=1)
    deadline = time.monotonic() + SECONDS_MAX
    while "an alert was not sent" not in server.process.log() and time.monotonic() < deadline:
        time.sleep(0.05)
    # What is wrong with a target is told without the target; so is what is wrong with the rest.
    server.ask("PUT", "/x", {"kind": "discord", "target": f"ftp://{SECRETS[1]}/"})
    server.ask("PUT", "/x", {"kind": "apprise", "target": f"slack://{SECRETS[3]}"})
    server.ask("PUT", "/x", {"kind": "discord", "target": f"https://h.example/{SECRETS[1]}", "minSeverity": "none"})
    server.ask("PUT", "/x", {"kind": "discord", "target": f"https://{SECRETS[1]}@h.example/"})
    server.ask("PATCH", "/hook", {"signingSecret": SECRETS[4] + "\n"})
    server.ask("GET")
    status, _, health = server.process.request("GET", "/api/health")
    assert status == 200

    said = "\n".join([*server.said, health.decode(), server.process.log()])
    assert "an alert was not sent" in said
    for secret in SECRETS:
        assert secret not in said
        # Nor what is left of it when something was cut.
        assert not re.search(re.escape(secret[:-3]), said)
    # They are where they must be.
    registry = server.registry()
    assert registry.alert_channels.find("service").target == service
    registry.close()
