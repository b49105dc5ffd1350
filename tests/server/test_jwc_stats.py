"""`GET /stats` of a real server beside a plain computation over what was sent to it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import httpx2
import pytest
from jwc_stats_oracle import Sent, random_events, same, stats
from server_process import ServerProcess, StartProcess

from playtrace.config import Settings
from playtrace.registry.registry import Registry

SECRET = "only-operators"
EVENTS = 50_000
BATCH = 5_000
PLACES = ["DE", "US", "FR", "IN", None, "BR", "NZ", "EG", "MX", "XX"]


def send(client: httpx2.Client, events: list[dict[str, Any]], game: str, country: str | None = None) -> None:
    answer = client.post(
        "/t",
        json={"schema": "JWC.v1 ", "batch": events},
        params={"gameId": game},
        headers={} if country is None else {"cf-ipcountry": country},
    )
    assert answer.json() == {"ok": True, "accepted": len(events), "skipped": 0}


def asked(client: httpx2.Client, **params: Any) -> dict[str, Any]:
    answer = client.get("/stats", params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_fifty_thousand_random_events_beside_the_oracle(start_process: StartProcess):
    server = start_process(environment={"PLAYTRACE_TRUSTED_PROXIES": '["127.0.0.1"]'})
    client = server.client
    now = dt.datetime.now(dt.UTC)
    events = random_events(seed=11, count=EVENTS, end=now)
    sent: list[Sent] = []
    for number, country in enumerate(PLACES):
        batch = events[number * BATCH : (number + 1) * BATCH]
        # Two games, which their dashboard shows as one.
        send(client, batch, f"editor-{number % 2}", country)
        sent += [(event, None if country == "XX" else country) for event in batch]
    # What another protocol brought is not theirs.
    other = {"gameId": "editor-0", "eventType": "java.run.started", "playerId": "p"}
    client.post("/api/events", json=[other] * 50).raise_for_status()
    server.wait_until_loaded()

    days = sorted({dt.datetime.fromtimestamp(event["t"] / 1000, dt.UTC).date() for event in events})
    assert len(days) >= 27
    same(asked(client), stats(sent, days[0], days[-1]))
    for first, last in ((days[3], days[9]), (days[5], days[5]), (days[-1], days[-1] + dt.timedelta(days=4))):
        same(asked(client, **{"from": str(first), "to": str(last)}), stats(sent, first, last))
    same(asked(client, **{"from": str(days[20]), "to": ""}), stats(sent, days[20], days[-1]))
    same(asked(client, to=str(days[6])), stats(sent, days[0], days[6]))
    of_one_game = [pair for number, pair in enumerate(sent) if number // BATCH % 2 == 1]
    same(asked(client, gameId="editor-1"), stats(of_one_game, days[0], days[-1]))


def test_a_server_that_has_heard_nothing(open_process: ServerProcess):
    today = dt.datetime.now(dt.UTC).date()
    answer = asked(open_process.client)
    assert answer == stats([], today, today)
    assert answer["daily"]["hits"] == [0]
    assert len(answer["hourly"]) == 24


@pytest.mark.parametrize(
    ("params", "what"),
    [
        ({"from": "soon"}, "from"),
        ({"to": "2026-02-30"}, "to"),
        ({"from": "1772359200"}, "from"),
        ({"from": "2026-03-01T00:00:00Z"}, "from"),
        ({"from": "2026-03-02", "to": "2026-03-01"}, "from"),
        ({"from": "2000-01-01", "to": "2026-03-01"}, "3,700 days"),
    ],
)
def test_days_that_are_none_are_told_in_their_dialect(open_process: ServerProcess, params: dict[str, str], what: str):
    answer = open_process.client.get("/stats", params=params)
    assert answer.status_code == 400
    assert answer.json().keys() == {"error", "detail"}
    assert answer.json()["error"] == "invalid_request"
    assert what in answer.json()["detail"]


def test_the_longest_and_the_last_days_there_are(open_process: ServerProcess):
    first = dt.date(2016, 1, 10)
    longest = asked(open_process.client, **{"from": str(first), "to": str(first + dt.timedelta(days=3_699))})
    assert longest["windowDays"] == len(longest["daily"]["dates"]) == 3_700
    longer = {"from": str(first), "to": str(first + dt.timedelta(days=3_700))}
    assert open_process.client.get("/stats", params=longer).status_code == 400
    assert asked(open_process.client, **{"from": "9999-12-01", "to": "9999-12-31"})["total"] == 0
    assert asked(open_process.client, **{"from": "0001-01-01", "to": "0001-01-01"})["total"] == 0


def test_who_may_read_it(start_process: StartProcess, tmp_path: Path):
    settings = Settings(data=tmp_path / "data")
    settings.data.mkdir(parents=True)
    registry = Registry.open(settings.registry_database)
    registry.games.add("editor")
    registry.games.add("other")
    key = registry.keys.add("editor").key
    other_key = registry.keys.add("other").key
    registry.close()
    client = start_process((), environment={"STATS_SECRET": SECRET}).client
    event = {"anon": "a", "evt": "java.run.started", "t": int(dt.datetime.now(dt.UTC).timestamp() * 1000)}
    for given, count in ((key, 2), (other_key, 1)):
        body = {"schema": "jwc.v1", "batch": [event] * count}
        assert client.post("/t", json=body, params={"key": given}).json()["accepted"] == count
    for params, headers, total in (
        ({"key": key}, {}, 2),
        ({}, {"Authorization": f"Bearer {other_key}"}, 1),
        ({"key": SECRET}, {}, 3),
        ({}, {"x-stats-key": SECRET}, 3),
        ({"gameId": "other"}, {"x-stats-key": SECRET}, 1),
    ):
        answer = client.get("/stats", params=params, headers=headers)
        assert (answer.status_code, answer.json()["total"]) == (200, total)
    for params, status, error in (
        ({}, 401, "unauthenticated"),
        ({"key": "guess"}, 401, "unauthenticated"),
        ({"key": key, "gameId": "other"}, 404, "unknown_game"),
        ({"key": SECRET, "gameId": "nowhere"}, 404, "unknown_game"),
    ):
        answer = client.get("/stats", params=params)
        assert (answer.status_code, answer.json()["error"]) == (status, error)
