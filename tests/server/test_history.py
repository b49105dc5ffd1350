"""What is too old to count: told when it is sent and when it is missed, and how it is brought in nevertheless."""

from __future__ import annotations

import datetime as dt
from typing import Any

import httpx2
import pytest
from server_process import ServerProcess, StartProcess

from playtrace.config import Settings

LATE_DAYS_MAX = Settings().load.late_days_max
CHRISTMAS = {
    "gameId": "sniper-elite-6",
    "eventType": "crash",
    "severity": "critical",
    "payload": {"platform": "PC", "version": "1.2.3"},
    "timestamp": "2024-12-24T10:30:00Z",
    "eventId": "b7e0e2c4-6f0e-4f3e-8a8c-2b1f6f8f9a01",
}
"""As the first clients' documentation has it."""


def days_ago(days: float) -> str:
    return (dt.datetime.now(dt.UTC) - dt.timedelta(days=days)).isoformat()


def test_the_answer_says_which_events_are_too_old(open_process: ServerProcess):
    ages = [LATE_DAYS_MAX + 1, 1, None, LATE_DAYS_MAX - 0.01, LATE_DAYS_MAX + 0.01, 900]
    events: list[dict[str, Any]] = [{"name": "a", "time": age and days_ago(age)} for age in ages]
    events.insert(1, {"name": 7})  # refused: places are those in the request
    status, answer = open_process.send({"events": [{**event, "game_id": "ages"} for event in events]})
    assert (status, answer["accepted"], [refused["index"] for refused in answer["rejected"]]) == (202, 6, [1])
    assert answer["set_aside"] == [{"index": index, "reason": "too_old"} for index in (0, 5, 6)]
    assert answer["hints"] == [
        "3 events are more than 30 days old: kept apart, and counted by no metric. To bring in history, use"
        " `playtrace import` (docs/history.md)."
    ]
    # As it was told, so it is.
    books = open_process.get("/api/games/ages/books")["total"]
    assert (books["stored"], books["reasons"]["too_old"]) == (3, 3)

    one = {"name": "a", "game_id": "ages", "time": days_ago(31)}
    assert open_process.send(one)[1]["hints"][0].startswith("1 event is more than 30 days old")
    many = open_process.send([one] * 150)[1]
    assert (len(many["set_aside"]), many["hints"][0][:10]) == (100, "150 events")


def test_a_clock_that_was_never_set_makes_nothing_old(open_process: ServerProcess):
    event = {"game_id": "clocks", "name": "a", "player_id": "p", "time": "1970-01-01T00:04:00Z"}
    answer = open_process.send({"sent_at": "1970-01-01T00:05:00Z", "events": [event]})[1]
    assert answer == {"accepted": 1, "rejected": []}
    assert open_process.get("/api/games/clocks/books")["total"]["stored"] == 1
    # An envelope that waited is as old as it says.
    old = {"game_id": "clocks", "name": "a", "player_id": "q", "time": days_ago(40)}
    assert open_process.send({"sent_at": days_ago(40), "events": [old]})[1]["set_aside"]
    assert open_process.get("/api/games/clocks/books")["total"]["quarantined"] == 1


def test_clients_that_were_there_before_are_told_too(open_process: ServerProcess):
    client = open_process.client
    event = {"anon": "a", "evt": "opened", "t": 1640995200000}
    answer = client.post("/t", json={"schema": "jwc.v1", "batch": [event, {**event, "t": days_ago(1)}]}).json()
    assert answer.pop("hints")[0].startswith("1 event is more than 30 days old")
    assert answer == {"ok": True, "accepted": 2, "skipped": 0, "setAside": 1}
    sheet = {"match_id": "m", "player_id": "p", "looted_items": {"medkit": 1}, "timestamp": "2024-12-24T10:30:00"}
    answer = client.post("/api/submit", json=sheet).json()
    assert answer["success"] is True
    assert answer["message"].startswith("Stat sheet recorded, and set aside: 2 events are more than 30 days old")


def test_a_time_without_an_offset_is_told_how_it_is_read(open_process: ServerProcess):
    plain = {"game_id": "plain", "name": "a", "time": days_ago(1)[:19]}
    hint = "2 times have no offset from UTC and were read as UTC. Write 2026-03-01T10:00:00Z, or +01:00 at the end."
    assert open_process.send([plain, plain, {"game_id": "plain", "name": "a"}])[1]["hints"] == [hint]
    (event, *_) = open_process.get("/api/events?gameId=plain&limit=3&from=" + days_ago(2)[:19])["events"][1:]
    assert event["time"].startswith(plain["time"])


def test_an_empty_answer_hints_at_what_was_set_aside(open_process: ServerProcess):
    client = open_process.client
    client.post("/api/events", json=[{**CHRISTMAS, "gameId": "quiet"}] * 2).raise_for_status()
    client.post("/api/events", json={"gameId": "quiet", "eventType": "a", "timestamp": days_ago(2)}).raise_for_status()

    def hints(name: str = "summary", /, **asked: Any) -> list[str]:
        return (
            client.get(f"/api/metrics/{name}", params={"gameId": "quiet", **asked}).raise_for_status().json()["hints"]
        )

    expected = [
        "2 events of this game are kept apart as too old: no metric counts what comes later than late_days_max allows."
        " `playtrace import` brings them in (docs/history.md)."
    ]
    december = {"from": "2024-12-01", "to": "2024-12-31"}
    assert hints(**december) == hints("timeseries", metric="crashes", **december) == expected
    assert hints("retention", **december) == hints("active_players", **december) == expected
    # Where something is stored it is no slip, and nothing of what comes today is too old.
    assert hints() == hints(hours=1) == []
    client.post("/api/events", json={"gameId": "young", "eventType": "a"}).raise_for_status()
    answer = client.get("/api/metrics/summary", params={"gameId": "young", **december})
    assert answer.json()["hints"] == []


def test_history_is_brought_in(start_process: StartProcess):
    """As docs/history.md says it is done."""
    server = start_process()
    december = {"gameId": CHRISTMAS["gameId"], "from": "2024-12-24", "to": "2024-12-24"}

    def crashes(client: httpx2.Client) -> tuple[int, list[str]]:
        answer = client.get("/api/metrics/summary", params=december).raise_for_status().json()
        return answer["crashCount"], answer["hints"]

    assert server.client.post("/api/events", json=CHRISTMAS).json()["set_aside"] == [{"index": 0, "reason": "too_old"}]
    count, hints = crashes(server.client)
    assert (count, len(hints)) == (0, 1)
    server.stop()

    server = start_process(environment={"PLAYTRACE_LATE_DAYS_MAX": "3700"})
    for _ in range(2):  # it has an id: however often it is sent, it counts once
        assert server.client.post("/api/events", json=CHRISTMAS).json() == {"accepted": 1, "rejected": []}
    assert crashes(server.client) == (1, [])


@pytest.mark.parametrize("game_id", ["My Game", "a/b", "../etc", "-a", "Ünknown", "a.b", "A"])
def test_an_open_server_makes_games_that_pages_can_show(open_process: ServerProcess, game_id: str):
    status, answer = open_process.send([{"name": "a", "game_id": game_id}, {"name": "a", "game_id": "fits_well-1"}])
    assert (status, answer["accepted"]) == (202, 1)
    (refused,) = answer["rejected"]
    assert (refused["index"], refused["reason"]) == (0, "invalid")
    assert refused["error"].startswith("game_id: expected 1 to 64 characters out of a-z, 0-9, - and _,")
    status, problem = open_process.send({"name": "a", "game_id": game_id})
    assert (status, problem["title"]) == (400, "The body is not what this address expects")
    for path, body in (("/t", {"schema": "jwc.v1", "anon": "a", "evt": "b", "t": days_ago(0)}), ("/api/submit", SHEET)):
        answer = open_process.client.post(path, params={"gameId": game_id}, json=body)
        assert (answer.status_code, answer.json().get("skipped", 1)) in ((200, 1), (400, 1)), answer.text
    assert game_id not in [game["id"] for game in open_process.get("/api/games")["games"]]


SHEET = {"match_id": "m", "player_id": "p", "looted_items": {"medkit": 1}}
