"""Rules, incidents and silences over HTTP and on the command line, against the real server with its real jobs."""

from __future__ import annotations

import datetime as dt
import json
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import warm_program
from server_process import ServerProcess

from playtrace.config import Settings
from playtrace.registry.registry import Registry

RULES = "/api/alerts/rules"
INCIDENTS = "/api/alerts/incidents"
SECONDS_MAX = 120.0


class Discord:
    """Stands for Discord: takes what is sent."""

    def __init__(self) -> None:
        taken = self.taken = list[dict[str, Any]]()

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                taken.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/api/webhooks/1/secret"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def embeds(self, count: int) -> list[dict[str, Any]]:
        """The first so many, once they have come."""
        wait_until(lambda: len(self.taken) >= count)
        return [one["embeds"][0] for one in self.taken]


def wait_until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SECONDS_MAX
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.1)


@pytest.fixture(scope="module")
def discord() -> Iterator[Discord]:
    discord = Discord()
    yield discord
    discord.stop()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, discord: Discord) -> Iterator[ServerProcess]:
    environment = {"DISCORD_WEBHOOK_URL": discord.url, "PLAYTRACE_ALERT_ALLOW_PRIVATE_TARGETS": "1"}
    server = ServerProcess(tmp_path_factory.mktemp("alerts") / "data", "--open", environment=environment).start()
    try:
        yield server
        assert server.is_running(), server.output()
    finally:
        if server.is_running():
            server.stop()


def ask(server: ServerProcess, method: str, path: str, body: object = None, **headers: str) -> tuple[int, Any]:
    sent = None if body is None else json.dumps(body).encode()
    status, _, answer = server.request(method, path, sent, headers={"Content-Type": "application/json", **headers})
    return status, json.loads(answer)


def command(server: ServerProcess, *arguments: str) -> str:
    done = warm_program.run("alerts", *arguments, "--data", str(server.data))
    assert done.returncode == 0, done.stderr
    return done.stdout


def crashes(count: int) -> list[dict[str, Any]]:
    payload = {"platform": "android", "version": "1.2.0", "title": "Out of memory", "stackTrace": "at draw (a.cpp:7)"}
    return [{"gameId": "space", "eventType": "crash", "playerId": f"p{n}", "payload": payload} for n in range(count)]


def test_fourteen_crashes_are_one_message_and_its_end_another(server: ServerProcess, discord: Discord) -> None:
    # In one request: what comes together is told together.
    assert server.send({"events": crashes(14)})[0] == 202
    (opened,) = discord.embeds(1)
    assert opened["title"].endswith("14 crashes in the last hour")
    fields = {field["name"]: field["value"].replace("\\", "") for field in opened["fields"]}
    assert fields == {
        "Game": "space",
        "Crashes in the last hour": "14",
        "Threshold": "10",
        "Usual": "0",
        "Most common": "Out of memory at draw (a.cpp:7) (14 of 14)",
        "Versions": "1.2.0",
        "First version": "1.2.0",
    }
    assert f"{server.url}/?game=space&" in json.dumps(opened)
    (incident,) = server.get(f"{INCIDENTS}?state=open")["incidents"]
    assert (incident["ruleId"], incident["value"], incident["isTold"]) == ("crash_spike", 14, True)
    # Nothing more is told while it stays; a higher threshold ends it.
    status, changed = ask(server, "PATCH", f"{RULES}/crash_spike?gameId=space", {"above": 20, "resolveAfterMinutes": 0})
    assert (status, changed["origin"], changed["rule"]["above"]) == (200, "made", 20)
    server.send({"gameId": "space", "eventType": "jump"})
    _, resolved = discord.embeds(2)
    assert resolved["title"].replace("\\", "").startswith("Resolved: space: 14 crashes")
    shown = server.get(f"{INCIDENTS}/{incident['id']}")
    assert (shown["incident"]["state"], shown["rule"]["above"]) == ("resolved", 20)
    assert [one["value"] for one in shown["observations"]] == [14, 14]
    assert shown["series"] and shown["series"][-1]["high"] == 20
    assert len(discord.taken) == 2


def test_defaults_are_on_and_may_be_switched_off(server: ServerProcess) -> None:
    server.send({"gameId": "quiet", "eventType": "jump"})
    wait_until(lambda: any(game["id"] == "quiet" for game in server.get("/api/games")["games"]))
    listed = server.get(f"{RULES}?gameId=quiet")["rules"]
    assert [(one["rule"]["id"], one["origin"], one["rule"]["enabled"]) for one in listed] == [
        (rule_id, "default", True) for rule_id in ("crash_spike", "refused", "silence")
    ]
    status, off = ask(server, "PATCH", f"{RULES}/silence?gameId=quiet", {"enabled": False})
    assert (status, off["rule"]["gameId"], off["rule"]["enabled"]) == (200, "quiet", False)
    assert [one["rule"]["enabled"] for one in server.get(f"{RULES}?gameId=quiet")["rules"]] == [True, True, False]
    # What was changed is forgotten; a default itself is not.
    assert ask(server, "DELETE", f"{RULES}/silence?gameId=quiet")[0] == 200
    status, refused = ask(server, "DELETE", f"{RULES}/silence?gameId=quiet")
    assert (status, "switch it off" in refused["detail"]) == (409, True)


def test_a_rule_is_made_tried_changed_and_forgotten(server: ServerProcess) -> None:
    rule = {"id": "fails", "gameId": "space", "kind": "unusual", "measure": {"event": "level_fail"}}
    status, made = ask(server, "POST", RULES, rule)
    assert (status, made["inWords"]) == (201, "unusually many or few level_fail events in an hour, twice in a row")
    assert ask(server, "POST", RULES, rule)[0] == 409
    status, tried = ask(server, "POST", f"{RULES}/preview", {"rule": rule, "from": "2026-01-01", "to": "2026-01-02"})
    assert (status, tried["incidents"], tried["stepMinutes"]) == (200, [], 60)
    status, changed = ask(server, "PATCH", f"{RULES}/fails?gameId=space", {"score": 6})
    assert (status, changed["rule"]["score"]) == (200, 6)
    assert ask(server, "DELETE", f"{RULES}/fails?gameId=space")[0] == 200
    assert ask(server, "DELETE", f"{RULES}/fails?gameId=space")[0] == 404


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"kind": "nothing"}, "body"),
        ({"id": "no spaces"}, "id"),
        ({"windowMinutes": 0}, "windowMinutes"),
        ({"above": None}, "threshold"),
        ({"below": 3}, "threshold"),
        ({"timesUsual": 0.5}, "timesUsual"),
        ({"measure": "nonsense"}, "measure"),
        ({"measure": {"metric": "nonsense", "figure": "a"}}, "measure"),
        ({"measure": {"metric": "summary", "figure": "current.nothing"}}, "measure"),
        ({"measure": {"metric": "summary", "figure": "crashCount", "parameters": {"env": "dev"}}}, "measure"),
        ({"measure": "players", "groupBy": "map"}, "threshold"),
        ({"measure": "players", "windowMinutes": 90}, "threshold"),
        ({"channels": ["nowhere"]}, "channels"),
        ({"gameId": "nowhere"}, "gameId"),
        ({"filter": ["mode:ranked"]}, "filter"),
        ({"filter": ["props.mode"]}, "filter"),
        ({"segment": "whales"}, "threshold"),
        ({"kind": "refused", "above": 0.1, "filter": ["os:*"]}, "refused"),
        (
            {
                "measure": {"metric": "summary", "figure": "current.crashCount", "parameters": {"filter": ["os:*"]}},
                "filter": ["os:linux"],
            },
            "threshold",
        ),
        ({"unknown": 1}, "unknown"),
    ],
)
def test_what_is_wrong_with_a_rule_is_named(server: ServerProcess, change: dict[str, Any], field: str) -> None:
    rule: dict[str, Any] = {"id": "wrong", "kind": "threshold", "above": 10} | change
    status, refused = ask(server, "POST", RULES, rule)
    assert status == 422
    assert any(field in error["field"] for error in refused["errors"]), refused


def test_filters_and_segments_of_a_rule_are_refused_as_those_of_a_metric_are(server: ServerProcess) -> None:
    then = (dt.datetime.now(dt.UTC) - dt.timedelta(minutes=30)).isoformat()
    jump = {"name": "jump", "game_id": "space", "player_id": "ann", "time": then, "props": {"mode": "ranked"}}
    assert server.send({"events": [jump]})[0] == 202
    wait_until(
        lambda: server.get("/api/metrics/summary?gameId=space&filter=props.mode:ranked")["current"]["eventCount"]
    )
    rule = {"id": "ranked", "gameId": "space", "kind": "threshold", "measure": {"event": "jump"}, "above": 0}
    _, by_metric = ask(server, "GET", "/api/metrics/summary?gameId=space&filter=mode:ranked")
    _, by_rule = ask(server, "POST", f"{RULES}/preview", {"rule": rule | {"filter": ["mode:ranked"]}})
    assert [one["expected"] for one in by_rule["errors"]] == [one["expected"] for one in by_metric["errors"]]
    (hint,) = server.get("/api/metrics/summary?gameId=space&segment=fans")["hints"]
    status, by_rule = ask(server, "POST", RULES, rule | {"segment": "fans"})
    assert (status, by_rule["errors"][0]["field"]) == (422, "segment")
    assert hint == f"segment: {by_rule['errors'][0]['expected']}"
    assert ask(server, "PUT", "/api/games/space/segments/fans", {"players": ["ann"]})[0] == 200
    file = json.dumps(rule)
    made = json.loads(
        command(server, "rules", "add", file, "--filter", "props.mode:ranked", "--segment", "fans", "--json")
    )
    assert made["rule"]["filter"] == ["props.mode:ranked"]
    assert made["inWords"].endswith(", of players in segment fans, where props.mode is ranked")
    for mode, count in (("ranked", 1), ("casual", 0)):
        arguments = ("ranked", "--game", "space", "--filter", f"props.mode:{mode}", "--json")
        assert len(json.loads(command(server, "backtest", *arguments))["incidents"]) == count
    # Where the segment is gone it can be switched off, and not on again.
    assert ask(server, "DELETE", "/api/games/space/segments/fans")[0] == 200
    assert ask(server, "PATCH", f"{RULES}/ranked?gameId=space", {"above": 1})[0] == 422
    status, off = ask(server, "PATCH", f"{RULES}/ranked?gameId=space", {"enabled": False})
    assert (status, off["rule"]["segment"]) == (200, "fans")
    assert ask(server, "DELETE", f"{RULES}/ranked?gameId=space")[0] == 200


def test_silences_are_made_listed_and_ended(server: ServerProcess) -> None:
    until = (dt.datetime.now(dt.UTC) + dt.timedelta(hours=1)).isoformat()
    status, made = ask(server, "POST", "/api/alerts/silences", {"until": until, "version": "1.2.0", "note": "rollback"})
    assert (status, made["version"], made["gameId"]) == (201, "1.2.0", None)
    assert [one["id"] for one in server.get("/api/alerts/silences")["silences"]] == [made["id"]]
    assert ask(server, "DELETE", f"/api/alerts/silences/{made['id']}")[1]["silences"] == []
    assert ask(server, "DELETE", f"/api/alerts/silences/{made['id']}")[0] == 404
    past = {"until": "2020-01-01T00:00:00Z", "ruleId": "silence"}
    assert ask(server, "POST", "/api/alerts/silences", past)[0] == 422
    assert ask(server, "POST", "/api/alerts/silences", {"until": until})[0] == 422


def test_the_command_line_says_the_same(server: ServerProcess, tmp_path: Path) -> None:
    rule = {"id": "jumps", "kind": "threshold", "measure": {"event": "jump"}, "above": 0, "channels": ["discord"]}
    file = tmp_path / "rule.json"
    file.write_text(json.dumps(rule))
    assert json.loads(command(server, "rules", "add", str(file), "--json"))["rule"]["id"] == "jumps"
    tried = json.loads(command(server, "backtest", "jumps", "--game", "space", "--json"))
    assert (tried["gameId"], tried["judgedTo"]) == ("space", tried["to"])
    assert "crash_spike" in command(server, "rules", "list", "--game", "space")
    assert "more than 5 jump events in an hour" in command(server, "rules", "change", "jumps", "above=5")
    assert json.loads(command(server, "incidents", "--json"))["incidents"][-1]["ruleId"] == "crash_spike"
    assert "jumps" not in command(server, "rules", "remove", "jumps")


def test_readers_see_their_game_alone_and_change_nothing(tmp_path: Path) -> None:
    server = ServerProcess(tmp_path / "data").start()
    try:
        admin = {"Authorization": f"Bearer {server.token}"}
        registry = Registry.open(Settings(data=server.data).registry_database)
        registry.games.add_missing(["mine", "theirs"])
        _, token = registry.tokens.add(game_ids=["mine"])
        registry.close()
        for game in ("mine", "theirs"):
            rule = {"id": f"of_{game}", "gameId": game, "kind": "silence"}
            assert ask(server, "POST", RULES, rule, **admin)[0] == 201
        reader = {"Authorization": f"Bearer {token}"}
        _, listed = ask(server, "GET", RULES, **reader)
        assert [one["rule"]["id"] for one in listed["rules"]] == ["crash_spike", "of_mine", "refused", "silence"]
        assert ask(server, "GET", f"{RULES}?gameId=theirs", **reader)[0] == 404
        assert ask(server, "GET", f"{INCIDENTS}?gameId=theirs", **reader)[0] == 404
        assert ask(server, "GET", f"{RULES}/silence/backtest?gameId=theirs", **reader)[0] == 404
        assert ask(server, "POST", RULES, {"id": "x", "kind": "silence"}, **reader)[0] == 403
        assert ask(server, "PATCH", f"{RULES}/silence", {"enabled": False}, **reader)[0] == 403
        assert ask(server, "POST", f"{INCIDENTS}/1/acknowledge", {}, **reader)[0] == 403
        assert ask(server, "GET", f"{INCIDENTS}/1", **reader)[0] == 404
        preview = {"rule": {"id": "x", "kind": "silence"}, "gameId": "theirs"}
        assert ask(server, "POST", f"{RULES}/preview", preview, **reader)[0] == 404
        assert ask(server, "GET", INCIDENTS, **reader) == (200, {"incidents": [], "next": None})
        assert ask(server, "GET", RULES)[0] == 401
    finally:
        server.stop()
