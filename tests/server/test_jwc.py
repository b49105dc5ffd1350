"""`jwc.v1` clients against a real server."""

from __future__ import annotations

import datetime as dt
import json
import time
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from mmdb_writer import MMDBWriter
from netaddr import IPSet
from server_process import ServerProcess, StartProcess

from playtrace.config import Settings
from playtrace.registry.registry import Registry

SECRET = "only-operators"


def event(**fields: Any) -> dict[str, Any]:
    return {"anon": "someone@example.org", "evt": "java.run.started", "t": time.time_ns() // 1_000_000, **fields}


@pytest.fixture
def game() -> str:
    return f"jwc-{uuid4().hex[:12]}"


@pytest.fixture
def client(open_process: ServerProcess) -> httpx2.Client:
    return open_process.client


def send(client: httpx2.Client, body: dict[str, Any], **params: str) -> dict[str, Any]:
    answer = client.post("/t", json={"schema": "jwc.v1", **body}, params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


def read_back(client: httpx2.Client, game: str) -> list[dict[str, Any]]:
    """What our own API knows; asked until the events that were sent before are loaded."""
    client.get("/api/aggregate", params={"gameId": game}).raise_for_status()
    return client.get("/api/events", params={"gameId": game}).raise_for_status().json()["events"]


def test_one_event(client: httpx2.Client, game: str):
    body = event(os="win32", ext="1.2.3", vscode="1.99.0", sessionId="s1", m={"durationMs": 250})
    assert send(client, body, gameId=game) == {"ok": True, "accepted": 1, "skipped": 0}
    (stored,) = read_back(client, game)
    assert stored["eventType"] == "java.run.started"
    assert (stored["os"], stored["platform"], stored["version"]) == ("win32", "windows", "1.2.3")
    assert (stored["sessionId"], stored["source"]) == ("s1", "jwc.v1")
    assert stored["payload"] == {"durationMs": 250, "vscode": "1.99.0"}
    assert len(stored["playerId"]) == 64
    assert "someone" not in json.dumps(stored)


def test_bad_events_of_a_batch_are_skipped_and_counted(client: httpx2.Client, game: str):
    bad = [event(os="o" * 31), event(t=None), event(anon=""), "event", {}]
    batch = [event(), *bad, event(evt="java.run.completed")]
    assert send(client, {"batch": batch}, gameId=game) == {"ok": True, "accepted": 2, "skipped": 5}
    assert {stored["eventType"] for stored in read_back(client, game)} == {"java.run.started", "java.run.completed"}

    books = client.get(f"/api/games/{game}/books").raise_for_status().json()
    assert books["total"]["received"] == 7
    assert books["total"]["stored"] == 2
    assert books["total"]["refused"] == 5
    assert "someone" not in json.dumps(books)


def test_a_batch_of_nothing_but_bad_events_is_fine_too(client: httpx2.Client, game: str):
    assert send(client, {"batch": [event(t="soon")] * 3}, gameId=game) == {"ok": True, "accepted": 0, "skipped": 3}
    assert send(client, event(t="soon"), gameId=game) == {"ok": True, "accepted": 0, "skipped": 1}
    assert send(client, {"batch": []}, gameId=game) == {"ok": True, "accepted": 0, "skipped": 0}


@pytest.mark.parametrize("schema", ["jwc.v2", None, 1])
def test_another_schema_is_told_which_one_is_spoken(client: httpx2.Client, schema: object):
    answer = client.post("/t", json={"schema": schema, **event()})
    assert answer.status_code == 400
    assert answer.json() == {"error": "schema_unsupported", "expected": "jwc.v1"}


def test_a_body_that_is_not_json(client: httpx2.Client):
    answer = client.post("/t", content=b"{")
    assert answer.status_code == 400
    assert answer.json()["error"] == "malformed"


@pytest.mark.parametrize("text", ["'; DROP TABLE events; --", "<script>alert(1)</script>", "a\0b", "\u202e\U0001f986"])
def test_hostile_text_comes_back_as_it_was(client: httpx2.Client, game: str, text: str):
    body = event(anon=text, evt=text, os=text, ext=text, vscode=text, sessionId=text, m={text: text})
    assert send(client, body, gameId=game)["accepted"] == 1
    (stored,) = read_back(client, game)
    assert (stored["eventType"], stored["os"], stored["version"], stored["sessionId"]) == (text,) * 4
    assert stored["payload"] == {text: text, "vscode": text}


def test_health(client: httpx2.Client):
    answer = client.get("/health").json()
    assert answer["ok"] is True
    assert abs(answer["ts"] - time.time() * 1000) < 60_000
    answer = client.get("/dbhealth").json()
    assert (answer["enabled"], answer["ok"]) == (True, True)
    assert answer["version"]


def test_debugging_is_closed_where_no_secret_is_set(client: httpx2.Client):
    for path in ("/debug/recent", "/debug/counts"):
        for params in ({}, {"key": ""}, {"key": "None"}):
            answer = client.get(path, params=params)
            assert answer.status_code == 401
            assert answer.json()["error"] == "unauthorized"


def test_debugging_with_the_secret(start_process: StartProcess):
    client = start_process(environment={"STATS_SECRET": SECRET}).client
    sent = event(os="linux", ext="2.0", vscode="1.1", m={"exit": 0})
    send(client, {"batch": [sent, event(evt="java.run.completed"), event()]})
    for path in ("/debug/recent", "/debug/counts"):
        assert client.get(path).status_code == 401
        assert client.get(path, params={"key": "guess"}).status_code == 401
        assert client.get(path, headers={"x-stats-key": f"{SECRET}é".encode()}).status_code == 401
        assert client.get(path, params={"key": SECRET}).status_code == 200
    authorised = {"x-stats-key": SECRET}
    counts = client.get("/debug/counts", params={"hours": 1}, headers=authorised).json()
    assert list(counts) == ["since", "total", "byEvent"]
    assert counts["total"] == 3
    assert counts["byEvent"] == {"java.run.started": 2, "java.run.completed": 1}
    hour_ago = dt.datetime.now(dt.UTC) - dt.timedelta(hours=1)
    assert abs(dt.datetime.fromisoformat(counts["since"]) - hour_ago) < dt.timedelta(minutes=1)
    rows = client.get("/debug/recent", params={"limit": 2}, headers=authorised).json()["rows"]
    assert len(rows) == 2
    rows = client.get("/debug/recent", params={"limit": 100_000}, headers=authorised).json()["rows"]
    assert [row["evt"] for row in rows] == ["java.run.started", "java.run.completed", "java.run.started"]
    assert [row["id"] for row in rows] == sorted({row["id"] for row in rows}, reverse=True)
    first = rows[-1]
    assert dt.datetime.fromisoformat(first["t"]).timestamp() * 1000 == pytest.approx(sent["t"], abs=1)
    assert (first["os"], first["ext"], first["vscode"], first["country"]) == ("linux", "2.0", "1.1", None)
    assert (first["m"], first["exit_code"], first["duration_ms"]) == ({"exit": 0}, 0, None)
    assert len(first["anon"]) == 64
    # The columns of their tables, by which their operators' scripts know them.
    assert {
        "id", "t", "anon", "evt", "os", "ext", "vscode", "country", "region", "duration_ms", "wait_ms_total",
        "exit_code", "out_bytes_bucket", "scanner_usage", "truncated_output", "error_phase", "exception_hash",
    } <= first.keys()  # fmt: skip
    for path, params in (("/debug/recent", {"limit": "abc"}), ("/debug/counts", {"hours": "0"})):
        answer = client.get(path, params=params, headers=authorised)
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


def test_a_client_that_comes_too_often_is_told_when_to_come_back(start_process: StartProcess):
    client = start_process(environment={"RATE_LIMIT_MAX": "3", "RATE_LIMIT_TIME_WINDOW": "10 minutes"}).client
    for _ in range(3):
        send(client, event())
    answer = client.post("/t", json={"schema": "jwc.v1", **event()})
    assert answer.status_code == 429
    assert answer.json()["error"] == "too_many_requests"
    assert 0 < int(answer.headers["Retry-After"]) <= 600
    # It is a limit of these routes, not of all.
    assert client.post("/api/events", json={"gameId": "g", "eventType": "e"}).status_code == 202
    assert client.get("/health").status_code == 200


def test_a_country_is_believed_from_a_trusted_proxy_only(
    start_process: StartProcess, game: str, open_process: ServerProcess
):
    headers = {"cf-ipcountry": "NZ"}
    proxied = start_process(environment={"PLAYTRACE_TRUSTED_PROXIES": '["127.0.0.1"]'}).client
    for client, country in ((proxied, "NZ"), (open_process.client, None)):
        body = {"schema": "jwc.v1", **event()}
        client.post("/t", json=body, headers=headers, params={"gameId": game}).raise_for_status()
        assert read_back(client, game)[0].get("country") == country


def test_a_country_without_any_set_up_and_with_a_database_of_cities(
    start_process: StartProcess, game: str, tmp_path: Path
):
    database = tmp_path / "cities.mmdb"
    writer = MMDBWriter(4, "GeoLite2-City", languages=["en"])
    city = {"country": {"iso_code": "DE"}, "subdivisions": [{"iso_code": "BE"}], "city": {"names": {"en": "Berlin"}}}
    writer.insert_network(IPSet(["8.8.8.0/24"]), city)
    writer.to_db_file(str(database))
    proxy = {"PLAYTRACE_TRUSTED_PROXIES": '["127.0.0.1"]'}
    headers = {"x-forwarded-for": "8.8.8.8"}
    plain = start_process(environment=proxy).client
    plain.post("/t", json={"schema": "jwc.v1", **event()}, headers=headers, params={"gameId": game}).raise_for_status()
    (stored,) = read_back(plain, game)
    assert (stored["country"], stored.get("region"), stored["payload"]) == ("US", None, {})

    located = start_process(
        data=tmp_path / "located", environment=proxy | {"PLAYTRACE_GEOIP_DATABASE": str(database)}
    ).client
    batch = [event(), event(m={"city": "their own"})]
    located.post(
        "/t", json={"schema": "jwc.v1", "batch": batch}, headers=headers, params={"gameId": game}
    ).raise_for_status()
    located.post("/api/events", json={"gameId": game, "name": "lobby"}, headers=headers).raise_for_status()
    stored = read_back(located, game)
    assert {(row["country"], row["region"]) for row in stored} == {("DE", "BE")}
    assert sorted(row["payload"]["city"] for row in stored) == ["Berlin", "Berlin", "their own"]
    # The address is nowhere.
    assert "8.8.8.8" not in json.dumps(stored)


def test_with_keys(start_process: StartProcess, tmp_path: Path):
    settings = Settings(data=tmp_path / "data")
    settings.data.mkdir(parents=True)
    registry = Registry.open(settings.registry_database)
    registry.games.add("editor")
    key = registry.keys.add("editor").key
    registry.close()
    client = start_process((), environment={"STATS_SECRET": SECRET}).client
    body = {"schema": "jwc.v1", **event()}
    for given in (
        {"headers": {"Authorization": f"Bearer {key}"}},
        {"headers": {"X-Playtrace-Key": key}},
        {"params": {"key": key}},
    ):
        assert client.post("/t", json=body, **given).json() == {"ok": True, "accepted": 1, "skipped": 0}
    for params, status, error in (
        ({}, 401, "key_missing"),
        ({"key": "0" * 32}, 401, "key_missing"),
        ({"key": key, "gameId": "nowhere"}, 404, "game_unknown"),
    ):
        answer = client.post("/t", json=body, params=params)
        assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert "nowhere" in answer.json()["detail"]
    recent = client.get("/debug/recent", params={"key": SECRET}).json()["rows"]
    assert [row["game_id"] for row in recent] == ["editor"] * 3


def test_a_window_that_is_none_stops_the_start_and_names_its_key(tmp_path: Path, start_process: StartProcess):
    with pytest.raises(AssertionError, match=r"(?is)rate.limit.time.window"):
        start_process(environment={"RATE_LIMIT_TIME_WINDOW": "soon"})


def test_days_are_taken_as_the_time_of_an_event(client: httpx2.Client, game: str):
    today = dt.datetime.now(dt.UTC).date().isoformat()
    assert send(client, event(t=today), gameId=game)["accepted"] == 1
    assert read_back(client, game)[0]["timestamp"].startswith(today)
