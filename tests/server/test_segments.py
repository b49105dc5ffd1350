"""Segments over HTTP and on the command line, and the SQL of an answer, against the real server."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
from typing import Any

import pytest
from server_process import ServerProcess

SEGMENTS = "/api/games/arena/segments"


def ask(server: ServerProcess, method: str, path: str, body: object = None) -> tuple[int, Any]:
    sent = None if body is None else json.dumps(body).encode()
    status, _, answer = server.request(method, path, sent, headers={"Content-Type": "application/json"})
    return status, json.loads(answer)


def today() -> dt.date:
    return dt.datetime.now(dt.UTC).date()


def dau(server: ServerProcess, **asked: str) -> Any:
    query = "&".join(f"{name}={value}" for name, value in asked.items())
    status, answer = ask(server, "GET", f"/api/metrics/active_players?gameId=arena&{query}")
    assert status == 200, answer
    return answer["days"][-1]["dau"], answer


@pytest.fixture(scope="module")
def played(open_process: ServerProcess) -> ServerProcess:
    events = [
        {"game_id": "arena", "name": name, "player_id": player}
        for player, name in (("ann", "purchase"), ("ann", "jump"), ("bob", "jump"), ("cleo", "fall"))
    ]
    open_process.send({"events": events})
    open_process.wait_until_loaded()
    return open_process


def test_those_who_did_something_and_a_list(played: ServerProcess) -> None:
    assert dau(played)[0] == 3
    status, made = ask(played, "PUT", f"{SEGMENTS}/jumpers", {"event": "jump"})
    assert (status, made["id"], made["rule"]["did"], made["players"]) == (200, "jumpers", "jump", 2)
    assert (made["inWords"], made["asOf"], made["refresh"]) == ("players who did jump", str(today()), "never")
    assert dau(played, segment="jumpers")[0] == 2
    status, made = ask(played, "PUT", f"{SEGMENTS}/chosen", {"players": ["cleo", "cleo", "nobody"]})
    assert (made["rule"], made["players"], made["asOf"]) == (None, 2, None)
    assert dau(played, segment="chosen")[0] == 1
    # Made again, it is another one.
    ask(played, "PUT", f"{SEGMENTS}/chosen", {"players": []})
    assert dau(played, segment="chosen")[0] == 0
    _, listed = ask(played, "GET", SEGMENTS)
    assert [(one["id"], one["players"]) for one in listed["segments"]] == [("chosen", 0), ("jumpers", 2)]
    assert ask(played, "DELETE", f"{SEGMENTS}/chosen")[0] == 200
    assert ask(played, "DELETE", f"{SEGMENTS}/chosen")[0] == 404
    _, answer = dau(played, segment="chosen")
    assert answer["hints"] == ["segment: there is no segment 'chosen' of this game. There are 'jumpers'."]


@pytest.mark.parametrize(
    ("path", "definition"),
    [
        (f"{SEGMENTS}/both", {"event": "jump", "players": ["ann"]}),
        (f"{SEGMENTS}/none", {}),
        (f"{SEGMENTS}/empty", {"players": [""]}),
        (f"{SEGMENTS}/a%20b", {"event": "jump"}),
        (f"{SEGMENTS}/{'a' * 65}", {"event": "jump"}),
        ("/api/games/nowhere/segments/x", {"event": "jump"}),
        (f"{SEGMENTS}/deep", {"rule": {"not": {"not": {"not": {"not": {"not": {"not": {"did": "jump"}}}}}}}}),
        (f"{SEGMENTS}/two", {"rule": {"did": "jump"}, "event": "jump"}),
        (f"{SEGMENTS}/early", {"rule": {"did": "jump"}, "asOf": "9999-01-01"}),
        (f"{SEGMENTS}/hourly", {"rule": {"did": "jump"}, "refresh": "hourly"}),
        (f"{SEGMENTS}/list", {"players": ["ann"], "refresh": "daily"}),
        (f"{SEGMENTS}/more", {"event": "jump", "color": "red"}),
    ],
)
def test_what_is_no_segment(played: ServerProcess, path: str, definition: dict[str, Any]) -> None:
    status, problem = ask(played, "PUT", path, definition)
    assert status in (404, 422)
    assert problem["detail"]


def test_a_rule_is_tried_kept_and_looked_at_again(played: ServerProcess) -> None:
    rule = {"all": [{"did": "jump"}, {"not": {"did": "purchase"}}]}
    status, tried = ask(played, "POST", f"{SEGMENTS}/preview", {"rule": rule})
    assert (status, tried["players"], tried["ofPlayers"], tried["asOf"]) == (200, 1, 3, str(today()))
    assert tried["inWords"] == "players who did jump, and who are not those who did purchase"
    _, listed = ask(played, "GET", SEGMENTS)
    assert "thrifty" not in [one["id"] for one in listed["segments"]]
    status, made = ask(played, "PUT", f"{SEGMENTS}/thrifty", {"rule": rule, "refresh": "daily"})
    assert (status, made["players"], made["refresh"]) == (200, 1, "daily")
    # What is told can be sent again.
    status, again = ask(played, "PUT", f"{SEGMENTS}/thrifty", {"rule": made["rule"], "refresh": "daily"})
    assert (status, again["rule"]) == (200, made["rule"])
    _, answer = dau(played, segment="thrifty", compareSegment="thrifty")
    assert answer["days"] == answer["compared"]["days"]
    yesterday = str(today() - dt.timedelta(days=1))
    status, made = ask(played, "POST", f"{SEGMENTS}/thrifty/refresh?asOf={yesterday}")
    assert (status, made["players"], made["asOf"]) == (200, 0, yesterday)
    assert ask(played, "POST", f"{SEGMENTS}/thrifty/refresh")[1]["players"] == 1
    ask(played, "PUT", f"{SEGMENTS}/chosen", {"players": ["cleo"]})
    assert ask(played, "POST", f"{SEGMENTS}/chosen/refresh")[0] == 409
    assert ask(played, "POST", f"{SEGMENTS}/nobody/refresh")[0] == 404
    assert ask(played, "POST", f"{SEGMENTS}/thrifty/refresh?asOf=9999-01-01")[0] == 422
    ask(played, "DELETE", f"{SEGMENTS}/thrifty"), ask(played, "DELETE", f"{SEGMENTS}/chosen")


def test_on_the_command_line(played: ServerProcess) -> None:
    def run(*words: str, text: str = "") -> str:
        command = [sys.executable, "-m", "playtrace", *words, "--data", str(played.data)]
        done = subprocess.run(command, input=text, capture_output=True, text=True, timeout=120, check=True)
        return done.stdout

    run("segments", "put", "arena", "two", "--players", "-", text="ann\nbob\n\n")
    assert "two" in run("segments", "list", "arena")
    run("segments", "put", "arena", "thrifty", "--rule", "did jump and not did purchase", "--refresh", "daily")
    assert "players who did jump, and who are not" in run("segments", "list", "arena")
    found = json.loads(run("segments", "preview", "arena", "--rule", '{"did": "jump"}', "--json"))
    assert (found["players"], found["ofPlayers"]) == (2, 3)
    assert "players who did jump" in run("segments", "preview", "arena", "--rule", "-", text='{"did": "jump"}')
    assert "thrifty" in run("segments", "refresh", "arena", "thrifty", "--as-of", str(today()))
    run("segments", "remove", "arena", "thrifty")
    assert run("query", "active_players", "--game", "arena", "--segment", "two", "--format", "csv").count("\n") > 1
    run("segments", "remove", "arena", "two")
    # What is printed runs as it is, and says the same.
    statement = run("query", "active_players", "--game", "arena", "--sql").strip().removesuffix(";")
    rows = json.loads(run("sql", statement, "--internal", "--format", "json"))
    assert max(row["dau"] for row in rows) == 3


def test_an_answer_tells_its_sql_when_it_is_asked_to(played: ServerProcess) -> None:
    _, answer = dau(played)
    assert answer["statements"] is None
    _, answer = dau(played, explain="1", filter="name:'%7C%7Cjump")
    (statement,) = answer["statements"]
    assert "$" not in statement
    # A value is data, whatever it says.
    assert "['''||jump']" in statement
