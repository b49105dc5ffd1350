"""Loot clients against a real server: they submit stat sheets and read them back."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import aiohttp
import httpx2
import pytest
from server_process import ServerProcess, StartProcess

from playtrace.config import Settings
from playtrace.registry.registry import Registry
from playtrace.simulate.loot import LootScenario, submit_sheets

GOOD: dict[str, Any] = {"match_id": "m1", "player_id": "p1", "looted_items": {"medkit": 2}}
EMAIL, PASSWORD = "admin@example.org", "correct horse battery staple"


@pytest.fixture
def game() -> str:
    return f"loot-{uuid4().hex[:12]}"


@pytest.fixture
def client(open_process: ServerProcess) -> httpx2.Client:
    return open_process.client


def submit(client: httpx2.Client, game: str, sheet: dict[str, Any]) -> int:
    answer = client.post("/api/submit", params={"gameId": game}, json=sheet)
    assert answer.status_code == 201, answer.text
    assert answer.json()["success"] is True
    return answer.json()["id"]


def stats(client: httpx2.Client, game: str, **params: Any) -> list[dict[str, Any]]:
    answer = client.get("/api/stats", params={"gameId": game, **params})
    assert answer.status_code == 200, answer.text
    document = answer.json()
    assert document["success"] is True
    assert document["count"] == len(document["data"])
    assert document["total"] >= document["count"]
    assert document["truncated"] is False
    return document["data"]


def aggregate(client: httpx2.Client, game: str) -> dict[str, Any]:
    return client.get("/api/aggregate", params={"gameId": game}).raise_for_status().json()["data"]


def test_a_sheet_is_read_back_as_it_was_sent(client: httpx2.Client, game: str):
    now = dt.datetime.now(dt.UTC)
    happened = (now - dt.timedelta(minutes=3)).isoformat(timespec="microseconds").replace("+00:00", "Z")
    sheet = {
        **GOOD,
        "looted_items": {"medkit": 2, "grenade": 0},
        "locations": {"medkit": [1, 2.5]},
        "timestamp": now.isoformat(),
        "match_duration": 1200,
        "player_level": 7,
        "events": [
            {"event_type": "door_opened", "timestamp": happened, "details": {"door": "north"}},
            {"event_type": "item_looted", "timestamp": happened, "details": {"item": "medkit", "count": 40}},
        ],
        "custom_stats": {"headshots": 3, "favourite": "bow"},
        "build": "b7",
    }
    sheet_id = submit(client, game, sheet)
    (data,) = stats(client, game)
    assert data.pop("id") == sheet_id
    created_at = dt.datetime.fromisoformat(data.pop("created_at"))
    assert abs(created_at - now) < dt.timedelta(minutes=1)
    assert data == sheet
    # The entry that is called like an item is none.
    assert aggregate(client, game)["total_items"] == {"medkit": 2}


def test_sheets_come_newest_first_and_by_match_and_player(client: httpx2.Client, game: str):
    ids = [
        submit(client, game, {**GOOD, "match_id": match, "player_id": player})
        for match in ("m1", "m2")
        for player in ("p1", "p2")
    ]
    assert [sheet["id"] for sheet in stats(client, game)] == ids[::-1]
    assert [sheet["id"] for sheet in stats(client, game, limit=2)] == ids[:1:-1]
    few = client.get("/api/stats", params={"gameId": game, "limit": 2}).json()
    assert (few["count"], few["total"], few["truncated"]) == (2, 4, False)
    one_match = client.get("/api/stats", params={"gameId": game, "match_id": "m1"}).json()
    assert (one_match["count"], one_match["total"]) == (2, 2)
    assert [sheet["id"] for sheet in stats(client, game, match_id="m1")] == ids[1::-1]
    assert [sheet["id"] for sheet in stats(client, game, player_id="p2")] == ids[3::-2]
    assert [sheet["id"] for sheet in stats(client, game, match_id="m2", player_id="p1", limit=100_000)] == [ids[2]]


@pytest.mark.parametrize("field", ["match_id", "player_id", "looted_items"])
def test_a_missing_field_is_named(client: httpx2.Client, field: str):
    answer = client.post("/api/submit", json={key: value for key, value in GOOD.items() if key != field})
    assert answer.status_code == 400
    assert answer.json() == {"error": f"Missing required field: {field}"}


@pytest.mark.parametrize("body", [b"", b"[]", b"nonsense", b'{"match_id": 5}', b"\xff"])
def test_a_wrong_body_is_answered_in_their_dialect(client: httpx2.Client, body: bytes):
    answer = client.post("/api/submit", content=body)
    assert answer.status_code == 400
    assert list(answer.json()) == ["error"]


def test_aggregate_heatmap_and_journey(client: httpx2.Client, game: str):
    now = dt.datetime.now(dt.UTC)

    def minutes_ago(minutes: int) -> str:
        return (now - dt.timedelta(minutes=minutes)).isoformat()

    submit(
        client,
        game,
        {
            "match_id": "m1",
            "player_id": "p1",
            "looted_items": {"medkit": 3, "a/b 'x'": 1},
            "locations": {"medkit": [10, 20]},
            "timestamp": minutes_ago(5),
            "events": [{"event_type": "player_death", "timestamp": minutes_ago(9), "details": {"x": 1}}],
        },
    )
    submit(
        client,
        game,
        {
            "match_id": "m1",
            "player_id": "p2",
            "looted_items": {"medkit": 1},
            "locations": {"medkit": [30, 40]},
            "timestamp": minutes_ago(4),
        },
    )
    assert aggregate(client, game) == {
        "total_items": {"medkit": 4, "a/b 'x'": 1},
        "total_matches": 1,
        "total_players": 2,
        "total_stat_sheets": 2,
    }
    heatmap = client.get("/api/heatmap/medkit", params={"gameId": game}).json()
    assert heatmap["success"] is True
    assert heatmap["data"]["item_name"] == "medkit"
    assert heatmap["data"]["count"] == 4
    assert Counter(map(tuple, heatmap["data"]["locations"])) == {(10, 20): 3, (30, 40): 1}
    # Found, but nobody said where.
    odd = client.get("/api/heatmap/a%2Fb%20'x'", params={"gameId": game}).json()["data"]
    assert odd == {"item_name": "a/b 'x'", "locations": [], "count": 0}

    journey = client.get("/api/journey/p1", params={"gameId": game}).json()["data"]
    assert journey["player_id"] == "p1"
    assert [step["type"] for step in journey["timeline"]] == ["event", "loot", "loot"]
    assert journey["timeline"][0]["event_type"] == "player_death"
    assert journey["timeline"][0]["details"] == {"x": 1}
    assert {step["item_name"]: step["location"] for step in journey["timeline"][1:]} == {
        "medkit": [10, 20],
        "a/b 'x'": None,
    }


def test_clearing_hides_the_sheets_and_keeps_the_events(client: httpx2.Client, game: str):
    other = f"{game}-other"
    submit(client, game, {**GOOD, "locations": {"medkit": [1, 1]}})
    submit(client, other, GOOD)
    answer = client.post("/api/clear", params={"gameId": game})
    assert answer.status_code == 200
    assert answer.json()["success"] is True
    assert stats(client, game) == []
    assert aggregate(client, game) == {
        "total_items": {},
        "total_matches": 0,
        "total_players": 0,
        "total_stat_sheets": 0,
    }
    assert client.get("/api/heatmap/medkit", params={"gameId": game}).json()["data"]["locations"] == []
    assert client.get("/api/journey/p1", params={"gameId": game}).json()["data"]["timeline"] == []
    assert len(stats(client, other)) == 1

    sheet_id = submit(client, game, GOOD)
    assert [sheet["id"] for sheet in stats(client, game)] == [sheet_id]
    kept = client.get("/api/events", params={"gameId": game, "type": "stat_sheet"}).json()["events"]
    assert len(kept) == 2


def test_no_client_can_clear_with_an_event_of_that_name(client: httpx2.Client, game: str):
    submit(client, game, GOOD)
    submit(client, game, {**GOOD, "events": [{"event_type": "stat_sheets_cleared"}, {"event_type": "stat_sheet"}]})
    answer = client.post("/api/events", json={"gameId": game, "eventType": "stat_sheets_cleared"})
    assert answer.status_code == 202
    assert len(stats(client, game)) == 2


def test_without_a_limit_all_sheets_come(client: httpx2.Client, game: str):
    for number in range(130):  # their generator makes 200
        submit(client, game, {**GOOD, "match_id": f"m{number}"})
    assert len(stats(client, game)) == 130
    # What they print of it: "found N records".
    assert client.get("/api/stats", params={"gameId": game}).json()["count"] == 130


def test_nothing_is_known_of_a_game_that_does_not_exist(client: httpx2.Client):
    for path in ("/api/stats", "/api/aggregate", "/api/heatmap/medkit", "/api/journey/p1"):
        answer = client.get(path, params={"gameId": "no-such-game"})
        assert answer.status_code == 404
        assert list(answer.json()) == ["error"]
        assert "no-such-game" in answer.json()["error"]


@pytest.mark.parametrize("limit", ["abc", "", "0", "-1", "1.5", "9" * 30])
def test_a_limit_that_is_none_is_told_in_their_dialect(client: httpx2.Client, game: str, limit: str):
    submit(client, game, GOOD)
    answer = client.get("/api/stats", params={"gameId": game, "limit": limit})
    if limit.startswith("9"):
        # More than there can be: all of them.
        assert (answer.status_code, answer.json()["count"]) == (200, 1)
        return
    assert answer.status_code == 400
    assert list(answer.json()) == ["error"]
    assert answer.json()["error"].startswith("limit")


def test_the_game_of_clients_that_name_none_is_loot(client: httpx2.Client):
    before = client.get("/api/stats").json()["count"]
    answer = client.post("/api/submit", json=GOOD)
    assert answer.status_code == 201
    assert client.get("/api/stats", params={"limit": 10_000}).json()["count"] == before + 1
    assert stats(client, "loot")[0]["id"] == answer.json()["id"]


HOSTILE = [
    "'; DROP TABLE events; --",
    "<script>alert(1)</script>",
    "a\0b",
    "$name",
    "{{7*7}}",
    "\u202eé\U0001f986",
    "%2e%2e",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_comes_back_as_it_was(client: httpx2.Client, game: str, text: str):
    sheet = {
        "match_id": text,
        "player_id": text,
        "looted_items": {text: 1},
        "locations": {text: [1, 2]},
        "events": [{"event_type": text, "details": {text: text}}],
        "custom_stats": {text: [text]},
        text: text,
    }
    submit(client, game, sheet)
    (data,) = stats(client, game, match_id=text, player_id=text)
    for key in ("match_id", "player_id", "looted_items", "locations", "custom_stats", text):
        assert data[key] == sheet[key]
    assert data["events"][0]["details"] == {text: text}
    assert aggregate(client, game)["total_items"] == {text: 1}


def test_the_simulator_is_such_a_client(open_process: ServerProcess, game: str):
    scenario = LootScenario(seed=3, matches=5, players=4, end=dt.datetime.now(dt.UTC))
    report = asyncio.run(submit_sheets(scenario, open_process.url, game_id=game))
    assert (report.accepted, report.rejected) == (20, 0)
    expected = Counter[str]()
    for sheet in scenario.sheets():
        expected.update(sheet.looted_items)
    totals = aggregate(open_process.client, game)
    assert totals["total_items"] == {item: count for item, count in expected.items() if count}
    assert (totals["total_matches"], totals["total_stat_sheets"]) == (5, 20)
    for item, count in expected.items():
        data = open_process.client.get(f"/api/heatmap/{item}", params={"gameId": game}).json()["data"]
        assert len(data["locations"]) == data["count"] == count


def test_sheets_come_over_a_websocket_too(open_process: ServerProcess, game: str):
    async def run() -> list[dict[str, Any]]:
        async with (
            aiohttp.ClientSession() as session,
            session.ws_connect(f"{open_process.url}/api/stream?gameId={game}") as socket,
        ):
            answers: list[dict[str, Any]] = []
            for sheet in (GOOD, {"looted_items": {}}, {**GOOD, "player_id": "p2"}):
                await socket.send_json(sheet)
                answers.append(await socket.receive_json(timeout=120))
            return answers

    first, wrong, second = asyncio.run(run())
    assert (first["status"], second["status"]) == (201, 201)
    assert (wrong["status"], wrong["error"]) == (400, "Missing required field: match_id")
    assert [sheet["id"] for sheet in stats(open_process.client, game)] == [second["id"], first["id"]]


# ── with keys ─────────────────────────────────────────────────────────────────────────────────────────────


@dataclass
class Access:
    key: str
    other_key: str
    token: str


@pytest.fixture
def access(tmp_path: Path) -> Access:
    """Two games with a key each, a read token for the first, and an admin."""
    settings = Settings(data=tmp_path / "data")
    settings.data.mkdir(parents=True)
    registry = Registry.open(settings.registry_database)
    try:
        for game_id in ("bunker", "island"):
            registry.games.add(game_id)
        setup_token = registry.first_admin.new_token()
        assert setup_token is not None
        registry.first_admin.create(setup_token, EMAIL, PASSWORD)
        return Access(
            key=registry.keys.add("bunker").key,
            other_key=registry.keys.add("island").key,
            token=registry.tokens.add(game_ids=["bunker"])[1],
        )
    finally:
        registry.close()


def test_with_keys_a_client_needs_no_more_than_its_write_key(start_process: StartProcess, access: Access):
    client = start_process(()).client
    for send in (
        {"headers": {"Authorization": f"Bearer {access.key}"}},
        {"headers": {"X-Playtrace-Key": access.key}},
        {"params": {"key": access.key}},
    ):
        before = client.get("/api/stats", **send).json()["count"]
        assert client.post("/api/submit", json=GOOD, **send).status_code == 201
        assert client.get("/api/stats", **send).json()["count"] == before + 1
    for path in ("/api/stats", "/api/aggregate", "/api/heatmap/medkit", "/api/journey/p1"):
        assert client.get(path).status_code == 401
        assert client.get(path, params={"key": "0" * 32}).status_code == 401
        assert client.get(path, params={"key": access.key, "gameId": "island"}).status_code == 404
        assert client.get(path, headers={"Authorization": f"Bearer {access.token}"}).status_code == 200
    assert client.get("/api/stats", params={"key": access.other_key}).json()["count"] == 0
    # Only the routes of these clients take it.
    assert client.get("/api/events", params={"gameId": "bunker"}, headers={"X-Playtrace-Key": access.key}).is_error

    for refused, status in (
        (client.post("/api/submit", json=GOOD), 401),
        (client.post("/api/submit", json=GOOD, params={"key": access.key, "gameId": "island"}), 403),
        (client.post("/api/submit", json=GOOD, params={"key": access.key, "gameId": "nowhere"}), 404),
    ):
        assert refused.status_code == status
        assert list(refused.json()) == ["error"]
    assert "nowhere" in refused.json()["error"]

    # Nobody but an admin clears.
    clear = {"params": {"gameId": "bunker"}}
    assert client.post("/api/clear", params={"key": access.key}).status_code == 401
    assert client.post("/api/clear", headers={"Authorization": f"Bearer {access.token}"}).status_code == 403
    assert client.post("/api/session", json={"email": EMAIL, "password": PASSWORD}).status_code == 200
    origin = {"Origin": str(client.base_url).rstrip("/")}
    assert client.post("/api/clear", headers={"Origin": "https://elsewhere.example"}, **clear).status_code == 403
    assert client.post("/api/clear", headers=origin, **clear).status_code == 200
    assert client.get("/api/stats", **clear).json()["data"] == []
