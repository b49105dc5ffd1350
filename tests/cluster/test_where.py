"""Every route of the API is answered by an asker, or handed on, or refused with what to do: none is forgotten."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from playtrace.api.app import create_app
from playtrace.asgi import Receive, Scope, Send
from playtrace.cluster.asking import Asking
from playtrace.cluster.where import ROUTES, Where, route_of
from playtrace.config import Settings
from playtrace.metrics.frame.metric import metrics
from playtrace.registry.registry import Registry

SENT = {"/api/events", "/api/events/batch"}
"""Where events are sent: an asker refuses them, as its journal is closed."""
OF_METRICS = {f"/api/metrics/{name}" for name in metrics()}


def documented() -> set[tuple[str, str]]:
    """Method and path of every route."""
    paths: dict[str, dict[str, Any]] = create_app().openapi()["paths"]
    return {(method.upper(), path) for path, methods in paths.items() for method in methods if method != "parameters"}


def plain(path: str) -> str:
    return path.replace(":path}", "}")


def test_every_route_is_in_the_table_once_and_the_table_has_no_others() -> None:
    of_table = Counter((route.method, plain(route.path)) for route in ROUTES)
    assert {route for route, times in of_table.items() if times > 1} == set()
    routes = {(m, path) for m, path in documented() if (m, path) not in {("POST", one) for one in SENT}}
    routes = {(method, path) for method, path in routes if path not in OF_METRICS}
    routes |= {("WS", "/api/live"), ("GET", "/api/openapi.json")}
    assert of_table.keys() - routes == set()
    assert routes - of_table.keys() == set(), "say in cluster/where.py who answers them"


@pytest.mark.parametrize(
    ("method", "path", "where"),
    [
        ("GET", "/api/games", Where.HERE),
        ("GET", "/api/games/arena/books", Where.GAME),
        ("HEAD", "/api/games/arena/books", Where.GAME),
        ("GET", "/api/heatmap/a/b/c", Where.LOOT),
        ("GET", "/api/events", Where.GAME),
        ("GET", "/api/backups", Where.ONE_STORE),
        ("GET", "/assets/app.js", None),
        ("GET", "/api/games/arena/books/more", None),
    ],
)
def test_a_request_is_known_by_its_path(method: str, path: str, where: Where | None) -> None:
    route = route_of(method, path)
    assert (route and route.where) is where


@pytest.fixture
def asking(tmp_path: Path) -> Iterator[TestClient]:
    """Of a cluster in which nobody loads, and whose ClickHouse is away."""
    with asker(tmp_path, shares=2) as client:
        yield client


@contextmanager
def asker(folder: Path, *, shares: int) -> Iterator[TestClient]:
    url = f"sqlite:///{(folder / 'registry.sqlite').as_posix()}"
    with closing(Registry.open(url)) as registry:
        registry.games.add("arena")
    settings = Settings.model_validate(
        {
            "data": folder,
            "role": "ask",
            "open": True,
            "load_shares": shares,
            "registry_url": url,
            "store_url": "clickhouse://nobody@127.0.0.1:9/none",
            "journal_url": "nats://127.0.0.1:9/none",
        }
    )
    asking = Asking(settings)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await asking(scope, receive, send)

    yield TestClient(app, raise_server_exceptions=False)
    asyncio.run(asking.close())


def asked(client: TestClient, method: str, path: str) -> tuple[int, Any]:
    named = re.sub(r"\{game_id\}", "arena", plain(path))
    query = "" if "{game_id}" in path else "?gameId=arena"
    answer = client.request(method, re.sub(r"\{\w+\}", "1", named) + query, headers={"host": "localhost"})
    is_json = answer.content and "json" in answer.headers.get("content-type", "")
    return answer.status_code, answer.json() if is_json else answer.text


def test_while_nobody_loads_what_a_loader_knows_is_asked_again_later_and_nothing_fails(asking: TestClient) -> None:
    for route in ROUTES:
        if route.method == "WS":
            continue
        status, told = asked(asking, route.method, route.path)
        assert status != 500, (route, told)
        match route.where:
            case Where.HERE:
                # One says it as its clients know it.
                assert status != 503 or "ClickHouse" in str(told) or route.path == "/dbhealth", (route, told)
            case Where.NOT_HERE:
                assert status == 404
            case Where.ONE_STORE:
                assert (status, "share's folder" in told["detail"]) == (400, True), (route, told)
            case _:
                assert (status, "Nobody loads share" in told["detail"]) == (503, True), (route, told)


def test_metrics_are_asked_of_clickhouse_but_for_those_that_it_cannot_be_told(asking: TestClient) -> None:
    for name, metric in metrics().items():
        status, told = asked(asking, "GET", f"/api/metrics/{name}")
        if status == 422:
            continue  # it wants to know more
        said = "ClickHouse" if metric.travels else "Nobody loads share"
        assert (status, said in told["detail"]) == (503, True), (name, told)


def test_where_no_game_is_named_it_is_said_that_one_has_to_be(asking: TestClient) -> None:
    for path in ("/api/events", "/stats"):
        answer = asking.get(path, headers={"host": "localhost"})
        assert (answer.status_code, "gameId" in answer.json()["detail"]) == (400, True)


def test_with_one_share_everything_is_asked_of_its_loader(tmp_path: Path) -> None:
    with asker(tmp_path, shares=1) as client:
        for path in ("/api/events", "/api/backups", "/api/mirrors", "/api/alerts/rules", "/api/stats"):
            answer = client.get(path, headers={"host": "localhost"})
            assert (answer.status_code, "share 0" in answer.json()["detail"]) == (503, True), answer.text
            assert int(answer.headers["retry-after"]) > 0
