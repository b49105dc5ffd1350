"""Every metric answers from ClickHouse as it does from DuckDB, which others of these tests compare with an oracle."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import arena_history
import pytest
from clickhouse_server import ClickHouseServer
from conftest import Engine, plain, same
from test_sql_travels import QUESTIONS

from playtrace.clickhouse_url import clickhouse_url
from playtrace.config import Settings
from playtrace.metrics.frame.asking import Rules
from playtrace.metrics.frame.metric import metrics
from playtrace.store.clickhouse.copying import Copying
from playtrace.store.clickhouse.store import ClickHouseStore
from playtrace.store.errors import QueryRefused

ASKED = QUESTIONS | {
    "geo_of_regions": ("geo", {"level": "region"}),
    "release_compare": ("release_compare", {"a": "1.0", "b": "1.1"}),
    "trajectories": ("trajectories", {"map": "arena"}),
}
FROM_EVENTS_TOO = {
    "retention",
    "sessions",
    "revenue",
    "progression",
    "items",
    "breakdown",
    "performance",
    "leaderboard",
}
"""Of these what is read from events is asked too, where rollups would answer."""
DAYS = {"from": "2026-03-01", "to": "2026-03-02"}
NOT_ANSWERED = {name for name, metric in metrics().items() if not metric.travels}
"""What is said in docs/scaling.md not to be had there."""


@pytest.fixture(scope="module")
def game(engine: Engine) -> str:
    """Of two loads, neither of which has all that happened at any time; two players became one."""
    game = engine.new_game()
    events = arena_history.events()
    engine.load(game, events[::2], dt.datetime(2026, 3, 3, 1, tzinfo=dt.UTC))
    engine.load(game, events[1::2], dt.datetime(2026, 3, 3, 2, tzinfo=dt.UTC))
    engine.make_segment(game, "buyers", ["ann", "bob"])
    return game


@pytest.fixture(scope="module")
def copied(engine: Engine, game: str, clickhouse: ClickHouseServer) -> Iterator[ClickHouseStore]:
    # On a busy machine a question takes what it takes.
    patient = Settings(data=engine.settings.data, query_seconds_max=3600)  # pyright: ignore[reportCallIssue]
    with closing(ClickHouseStore(clickhouse_url(clickhouse.url("answers")), patient)) as store:
        copying = Copying(engine.store, store, engine.settings)
        while copying.step() is not None:
            pass
        yield store


def answers(engine: Engine, store: ClickHouseStore, game: str, name: str, source: str, **asked: Any) -> tuple[Any, Any]:
    metric = metrics()[name]
    parameters = metric.parameters.model_validate({"gameId": game, "source": source} | DAYS | asked)
    here = metric.answer(parameters, engine.store, arena_history.NOW, Rules())
    return here, metric.answer(parameters, store, arena_history.NOW, Rules())


@pytest.mark.parametrize("name", ASKED)
def test_a_metric_of_both_engines(engine: Engine, copied: ClickHouseStore, game: str, name: str) -> None:
    metric, asked = ASKED[name]
    for source in ("auto", "raw") if name in FROM_EVENTS_TOO else ("auto",):
        here, there = answers(engine, copied, game, metric, source, **asked)
        same(plain(here), plain(there))


@pytest.mark.parametrize("name", ["paths", "performance", "active_players"])
def test_days_before_a_game_began(engine: Engine, copied: ClickHouseStore, game: str, name: str) -> None:
    """Of these days nothing is to be made: they are read as those are whose answers are."""
    here, there = answers(engine, copied, game, name, "auto", **{"from": "2026-02-20"})
    same(plain(here), plain(there))


def test_no_metric_is_forgotten() -> None:
    assert {metric for metric, _ in ASKED.values()} == set(metrics()) - NOT_ANSWERED


@pytest.mark.parametrize("name", sorted(NOT_ANSWERED))
def test_what_is_not_answered_says_so(engine: Engine, copied: ClickHouseStore, game: str, name: str) -> None:
    with pytest.raises(QueryRefused, match=r"cannot be asked of a store in ClickHouse.*docs/scaling\.md"):
        answers(engine, copied, game, name, "auto")


def test_what_was_run_is_told(engine: Engine, copied: ClickHouseStore, game: str) -> None:
    _, there = answers(engine, copied, game, "retention", "auto", explain=True)
    assert "groupBitOr" in there.statements[-1]
    assert f"game_id = '{game}'" in there.statements[-1]


@pytest.mark.parametrize(
    "filter_", ["props.mode:ranked", "props.mode:7", "props.n:1..2", "props.deep.of:3", "props.mode:*"]
)
def test_a_property_that_is_named(engine: Engine, copied: ClickHouseStore, game: str, filter_: str) -> None:
    here, there = answers(engine, copied, game, "timeseries", "auto", metric="events", filter=[filter_])
    same(plain(here), plain(there))
    assert sum(point.value or 0 for point in there.points) > 0


def test_values_of_a_property_are_told_apart(engine: Engine, copied: ClickHouseStore, game: str) -> None:
    for field in ("props.mode", "props.deep", "props.n"):
        here, there = answers(engine, copied, game, "breakdown", "auto", by=[field], event=["level_start"])
        same(plain(here), plain(there))
