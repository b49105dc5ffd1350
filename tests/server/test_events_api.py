"""The events API as its first clients call it, beside a plain computation over what was sent."""

from __future__ import annotations

import datetime as dt
import random
from collections import defaultdict
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from server_process import ServerProcess, StartProcess

from playtrace.config import Settings
from playtrace.registry.registry import Registry

EVENTS = 700
ERRORS = ("NullPointerException", "OutOfMemory", "ShaderCompile", None)


@pytest.fixture(scope="module")
def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


@pytest.fixture(scope="module")
def sent(open_process: ServerProcess, now: dt.datetime) -> list[dict[str, Any]]:
    """What is in the game `sent`, newest first: three days of it, half of them in batches."""
    rng = random.Random(5)
    events = [event(rng, now - dt.timedelta(minutes=8 + 6 * number, seconds=rng.random())) for number in range(EVENTS)]
    shuffled = rng.sample(events, len(events))
    half = len(shuffled) // 2
    for path, body in (("/api/events/batch", {"events": shuffled[:half]}), ("/api/events", shuffled[half:])):
        answer = open_process.client.post(path, json=body)
        assert (answer.status_code, answer.json()["rejected"]) == (202, []), answer.text
    return events


def event(rng: random.Random, happened: dt.datetime) -> dict[str, Any]:
    kind = rng.choice(["crash", "crash", "performance", "session", "custom"])
    payload: dict[str, Any] = {"platform": rng.choice(["PC", "PS5"]), "memoryUsage": rng.randrange(9000)}
    error = rng.choice(ERRORS) if kind == "crash" else None
    if error is not None:
        # Our own catalogue has another name for it.
        payload[rng.choice(["errorType", "title"])] = error
    return {
        "gameId": "sent",
        "eventType": kind,
        "severity": rng.choice(["info", "warning", "critical"]),
        "payload": payload,
        "timestamp": happened.isoformat(timespec="milliseconds"),
    }


def is_since(sent: dict[str, Any], since: dt.datetime) -> bool:
    return dt.datetime.fromisoformat(sent["timestamp"]) >= since


def as_sent(record: dict[str, Any]) -> dict[str, Any]:
    timestamp = dt.datetime.fromisoformat(record["timestamp"]).isoformat(timespec="milliseconds")
    return {key: record[key] for key in ("gameId", "eventType", "severity", "payload")} | {"timestamp": timestamp}


def get(client: httpx2.Client, path: str, **params: Any) -> Any:
    answer = client.get(path, params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_pages_by_offset_are_all_that_match(open_process: ServerProcess, sent: list[dict[str, Any]], now: dt.datetime):
    # Nothing happened in the four minutes behind the border.
    of_a_day = [each for each in sent if is_since(each, now - dt.timedelta(hours=24))]
    expected = [each for each in of_a_day if each["eventType"] == "crash" and each["severity"] == "critical"]
    found: list[dict[str, Any]] = []
    for offset in range(0, len(expected) + 10, 10):
        page = get(
            open_process.client, "/api/events", gameId="sent", eventType="crash", severity="critical", hours=24,
            limit=10, offset=offset,
        )  # fmt: skip
        assert page["total"] == len(expected) > 10
        found += page["events"]
    assert [as_sent(record) for record in found] == expected
    # Who goes by cursor is told no total: it would be counted anew for each page.
    assert "total" not in get(open_process.client, "/api/events", game_id="sent", event_type="crash")


def test_figures_of_the_last_hours(open_process: ServerProcess, sent: list[dict[str, Any]], now: dt.datetime):
    for hours in (24, 48):
        of_them = [each for each in sent if is_since(each, now - dt.timedelta(hours=hours))]
        crashes = sum(each["eventType"] == "crash" for each in of_them)
        summary = get(open_process.client, "/api/metrics/summary", gameId="sent", hours=hours)
        assert (summary["eventCount"], summary["crashCount"]) == (len(of_them), crashes)
        series = get(
            open_process.client, "/api/metrics/timeseries", gameId="sent", metric="crashes", interval="hour",
            hours=hours,
        )  # fmt: skip
        assert sum(point["value"] for point in series["points"]) == crashes
        assert len(series["points"]) in (hours, hours + 1)


def test_the_most_frequent_errors(open_process: ServerProcess, sent: list[dict[str, Any]], now: dt.datetime):
    for params, hours in (({}, 24), ({"hours": 48}, 48)):
        crashes: defaultdict[str | None, list[dict[str, Any]]] = defaultdict(list)
        for each in sent:
            if each["eventType"] == "crash" and is_since(each, now - dt.timedelta(hours=hours)):
                crashes[each["payload"].get("errorType") or each["payload"].get("title")].append(each)
        expected = [
            {"errorType": name, "count": len(them), "lastSeen": them[0]["timestamp"], "sample": them[0]["payload"]}
            for name, them in crashes.items()
        ]
        answer = get(open_process.client, "/api/metrics/errors", gameId="sent", **params)
        assert answer["gameId"] == "sent"
        counts = [error["count"] for error in answer["errors"]]
        assert counts == sorted(counts, reverse=True)
        for error in answer["errors"]:
            error["lastSeen"] = dt.datetime.fromisoformat(error["lastSeen"]).isoformat(timespec="milliseconds")
        assert sorted(answer["errors"], key=str) == sorted(expected, key=str)
        assert len(expected) == len(ERRORS)
    assert len(get(open_process.client, "/api/metrics/errors", gameId="sent", limit=2)["errors"]) == 2


def test_names_of_errors_that_are_none(open_process: ServerProcess):
    payloads = [{}, {"errorType": ""}, {"errorType": None}, {"error_type": "a"}, {"exception": "b"}, {"errorType": 7}]
    crashes = [{"gameId": "odd-errors", "eventType": "crash", "payload": payload} for payload in payloads]
    other = {"gameId": "odd-errors", "eventType": "crash", "env": "dev", "payload": {"errorType": "a"}}
    open_process.client.post("/api/events", json=[*crashes, other]).raise_for_status()
    errors = get(open_process.client, "/api/metrics/errors", gameId="odd-errors")["errors"]
    assert {error["errorType"]: error["count"] for error in errors} == {None: 3, "a": 1, "b": 1, "7": 1}
    of_dev = get(open_process.client, "/api/metrics/errors", gameId="odd-errors", env="dev")["errors"]
    assert [(error["errorType"], error["count"]) for error in of_dev] == [("a", 1)]
    open_process.client.post("/api/events", json={"gameId": "no-errors", "eventType": "a"}).raise_for_status()
    assert get(open_process.client, "/api/metrics/errors", gameId="no-errors")["errors"] == []


def test_games_that_have_events(open_process: ServerProcess, sent: list[dict[str, Any]]):
    open_process.client.post("/api/events", json={"gameId": "only-dev", "eventType": "a", "env": "dev"})
    games = get(open_process.client, "/api/metrics/games")["games"]
    assert {"sent", "only-dev"} <= set(games)
    assert games == sorted(games)


def test_an_event_by_its_id(open_process: ServerProcess):
    client = open_process.client
    whole, text = str(uuid4()), "match 17 #2"
    events = [
        {"gameId": "ids", "eventType": "a", "eventId": whole, "payload": {"n": 1}},
        {"gameId": "ids", "eventType": "b", "eventId": text},
        {"gameId": "ids-2", "eventType": "c", "eventId": text},
    ]
    assert client.post("/api/events/batch", json=events).json()["accepted"] == 3
    assert get(client, f"/api/events/{whole}")["payload"] == {"n": 1}
    assert get(client, f"/api/events/{whole}", gameId="ids")["eventType"] == "a"
    quoted = "match%2017%20%232"
    assert [get(client, f"/api/events/{quoted}", gameId=game)["eventType"] for game in ("ids", "ids-2")] == ["b", "c"]
    listed = get(client, "/api/events", gameId="ids-2")["events"][0]
    assert get(client, f"/api/events/{listed['eventId']}") == listed

    # The same id in two games is two events.
    client.post("/api/events", json=[{"gameId": game, "eventType": "d", "eventId": whole} for game in ("ids", "ids-2")])
    for path, params, status in (
        (f"/api/events/{whole}", {}, 409),
        (f"/api/events/{whole}", {"gameId": "ids-2"}, 200),
        (f"/api/events/{uuid4()}", {}, 404),
        (f"/api/events/{quoted}", {}, 404),
        (f"/api/events/{quoted}", {"gameId": "sent"}, 404),
        (f"/api/events/{'x' * 257}", {"gameId": "ids"}, 422),
    ):
        assert client.get(path, params=params).status_code == status, (path, params)


@pytest.mark.parametrize(
    ("path", "params", "field"),
    [
        ("/api/events", {"hours": 0}, "hours"),
        ("/api/events", {"hours": 24, "from": "2026-03-01"}, "hours"),
        ("/api/events", {"hours": "day"}, "hours"),
        ("/api/events", {"offset": -1}, "offset"),
        ("/api/events", {"offset": 10_001}, "offset"),
        ("/api/metrics/summary", {"gameId": "sent", "hours": 24, "to": "2026-03-01"}, "hours"),
        ("/api/metrics/summary", {"gameId": "sent", "hours": 24 * 3_700 + 1}, "hours"),
        ("/api/metrics/errors", {}, "gameId"),
        ("/api/metrics/errors", {"gameId": "sent", "limit": 101}, "limit"),
        ("/api/metrics/errors", {"gameId": "sent", "hours": -1}, "hours"),
    ],
)
def test_what_does_not_fit_is_named(
    open_process: ServerProcess, sent: list[dict[str, Any]], path: str, params: dict[str, Any], field: str
):
    answer = open_process.client.get(path, params=params)
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]


def test_an_offset_and_a_cursor_are_one_too_many(open_process: ServerProcess, sent: list[dict[str, Any]]):
    cursor = get(open_process.client, "/api/events", gameId="sent", limit=1)["next"]
    answer = open_process.client.get("/api/events", params={"cursor": cursor, "offset": 5})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "offset")


def test_a_reader_of_one_game_sees_that_one(start_process: StartProcess, tmp_path: Path):
    settings = Settings(data=tmp_path / "data")
    settings.data.mkdir(parents=True)
    registry = Registry.open(settings.registry_database)
    keys: dict[str, str] = {}
    for game_id in ("bunker", "island", "empty"):
        registry.games.add(game_id)
        keys[game_id] = registry.keys.add(game_id).key
    token = registry.tokens.add(game_ids=["bunker"])[1]
    registry.close()
    client = start_process(()).client
    # The event leaves the game to the key, which is a part of what its id becomes.
    crash = {"eventType": "crash", "payload": {"errorType": "E"}, "eventId": "first"}
    for game_id in ("bunker", "island"):
        answer = client.post("/api/events/batch", json=[crash], headers={"X-Playtrace-Key": keys[game_id]})
        assert answer.json()["accepted"] == 1
    assert client.post("/api/events/batch", json=[crash]).status_code == 401

    def ask(path: str) -> httpx2.Response:
        return client.get(path, headers={"Authorization": f"Bearer {token}"})

    assert ask("/api/metrics/games").json() == {"games": ["bunker"]}
    assert ask("/api/metrics/errors?gameId=bunker").json()["errors"][0]["count"] == 1
    assert ask("/api/events/first").json()["gameId"] == "bunker"
    for path in ("/api/metrics/errors?gameId=island", "/api/events/first?gameId=island"):
        assert ask(path).status_code == 404
    for path in ("/api/metrics/games", "/api/metrics/errors?gameId=bunker", "/api/events/first"):
        assert client.get(path).status_code == 401
