"""Exchange rates over HTTP, and how they reach a metric."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import Engine, api_client
from fastapi.testclient import TestClient

from playtrace.api import metrics as metric_routes
from playtrace.api import rates
from playtrace.config import Settings
from playtrace.registry.registry import Registry

NOON = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)
EURO = {"day": "2026-03-02", "currency": "EUR", "into": "USD", "rate": "1.1"}
LIST = "Date,USD,JPY\n2026-03-02,1.10,163.2\n"
CSV = {"Content-Type": "text/csv"}


@pytest.fixture
def game(engine: Engine) -> str:
    game = engine.new_game()
    engine.load(game, [{"name": "purchase", "time": NOON, "value": 9.99, "currency": "EUR", "player_id": "p"}])
    return game


@pytest.fixture
def registry(tmp_path: Path, game: str) -> Iterator[Registry]:
    registry = Registry.open(f"sqlite:///{tmp_path / 'registry.sqlite'}")
    registry.games.add(game)
    registry.games.add("other")
    yield registry
    registry.close()


@pytest.fixture
def client(engine: Engine, registry: Registry) -> Iterator[TestClient]:
    with api_client(
        engine,
        registry,
        metric_routes.router(),
        rates.router,
        settings=Settings(),
        local_token="of-the-folder",
        headers={"Authorization": "Bearer of-the-folder"},
    ) as client:
        yield client


def gross(client: TestClient, game: str) -> tuple[int, int]:
    asked = {"gameId": game, "from": "2026-03-02", "to": "2026-03-02"}
    answer = client.get("/api/metrics/revenue", params=asked).json()
    return answer["total"]["grossMicros"], answer["unconverted"]["payments"]


def test_a_metric_has_the_rates_of_now(client: TestClient, game: str) -> None:
    assert gross(client, game) == (0, 1)
    assert client.put("/api/rates", json={"rates": [EURO]}).json() == {"gameId": None, "stored": 1}
    assert gross(client, game) == (10_989_000, 0)
    # A game's own go before those for all.
    client.put(f"/api/games/{game}/rates", json={"rates": [EURO | {"rate": 2}]})
    assert gross(client, game) == (19_980_000, 0)
    assert client.delete(f"/api/games/{game}/rates").json() == {"gameId": game, "removed": 1}
    assert client.delete("/api/rates", params={"to": "2026-03-01"}).json()["removed"] == 0
    assert gross(client, game) == (10_989_000, 0)


def test_as_csv_and_back(client: TestClient, game: str) -> None:
    assert client.put("/api/rates?of=EUR", content=LIST, headers=CSV).json()["stored"] == 2
    listed = client.get("/api/rates").json()
    assert (listed["count"], listed["rates"][0]) == (2, EURO | {"into": "JPY", "rate": "163.2"})
    text = client.get("/api/rates", headers={"Accept": "text/csv"}).text
    assert text == "date,currency,into,rate\n2026-03-02,EUR,JPY,163.2\n2026-03-02,EUR,USD,1.1\n"
    assert client.put(f"/api/games/{game}/rates", content=text, headers=CSV).json()["stored"] == 2
    assert client.get(f"/api/games/{game}/rates", params={"currency": "JPY", "limit": 1}).json()["count"] == 1


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"rates": [EURO, EURO | {"rate": 0}]}, "rates.1.rate"),
        ({"rates": [EURO | {"rate": "1e-13"}]}, "rates.0.rate"),
        ({"rates": [EURO | {"into": "EUR"}]}, "rates.0.into"),
        ({"rates": [EURO | {"currency": "euro"}]}, "rates.0.currency"),
        ({"rates": [EURO | {"day": "2026-02-30"}]}, "rates.0.day"),
        ({"rates": [EURO | {"rate": "NaN"}]}, "rates.0.rate"),
        ({"rate": []}, "rates"),
        (LIST, "of"),
        ("date,currency,into,rate\n2026-03-02,EUR,USD,x\n", "line 2"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_stored(client: TestClient, body: Any, field: str) -> None:
    sent: dict[str, Any] = {"content": body, "headers": CSV} if isinstance(body, str) else {"json": body}
    answer = client.put("/api/rates", **sent)
    assert answer.status_code == 422, answer.text
    assert field in [error["field"] for error in answer.json()["errors"]]
    assert client.get("/api/rates").json()["count"] == 0


def test_what_cannot_be_read(client: TestClient) -> None:
    for content, headers in ((LIST, {}), (b"\xff", CSV)):
        assert client.put("/api/rates", content=content, headers=headers).status_code == 400
    assert client.put("/api/rates", content=b"," * (16 * 1024 * 1024 + 1), headers=CSV).status_code == 413
    assert client.get("/api/rates", params={"currency": "euro"}).status_code == 422
    assert client.put("/api/games/nobodys/rates", json={"rates": []}).status_code == 404


def test_only_admins_change_rates(client: TestClient, registry: Registry, game: str) -> None:
    _, secret = registry.tokens.add(game_ids=["other"])
    headers = {"Authorization": f"Bearer {secret}"}
    assert client.get("/api/rates", headers=headers).status_code == 200
    assert client.get("/api/games/other/rates", headers=headers).status_code == 200
    assert client.get(f"/api/games/{game}/rates", headers=headers).status_code == 404
    for path in ("/api/rates", "/api/games/other/rates"):
        assert client.put(path, json={"rates": [EURO]}, headers=headers).status_code == 403
        assert client.delete(path, headers=headers).status_code == 403
    assert client.put("/api/rates", json={"rates": [EURO]}, headers={"Authorization": ""}).status_code == 401
