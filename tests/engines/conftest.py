"""Store engines, filled through the loader: these events, this question, these numbers."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from fastapi import APIRouter, FastAPI
from fastapi.testclient import TestClient
from partial_state import partial_state

from playtrace.api import problem_documents
from playtrace.api.answers import Answers
from playtrace.api.query_spelling import QuerySpelling
from playtrace.api.turns import Turns
from playtrace.config import Settings
from playtrace.event import Batch, Event
from playtrace.journal.sqlite import Journal
from playtrace.load.compaction import TASKS, compact
from playtrace.load.loader import Loader
from playtrace.measures import Measured
from playtrace.metrics.frame.metric import metrics
from playtrace.metrics.frame.models import CommonAnswer
from playtrace.registry.key_ring import KeyRing
from playtrace.registry.registry import Registry
from playtrace.store import segments
from playtrace.store.duckdb import Store

RECEIVED_AT = dt.datetime(2026, 3, 29, tzinfo=dt.UTC)
"""When the events of a test arrive, unless it says otherwise: less than 30 days after they happened."""

FROM_EVENTS = {"data_quality", "journey", "paths", "player", "trajectories"}
"""Metrics that no rollup can answer."""


class Engine:
    """A store with a loader before it and the metrics behind it. Each test, and each example, is a game of its own."""

    def __init__(self, store: Store, journal: Journal, settings: Settings) -> None:
        self.store = store
        self.settings = settings
        self.journal = journal
        self.loader = Loader(store, journal, settings)
        self._numbers = itertools.count(1)

    def new_game(self) -> str:
        return f"game-{next(self._numbers)}"

    def load(
        self,
        game_id: str,
        events: list[dict[str, Any]],
        received_at: dt.datetime = RECEIVED_AT,
        source: str = "test",
    ) -> None:
        """One load of one batch."""
        batch = Batch(
            received_at=received_at, source=source, game_id=game_id, events=[Event(**event) for event in events]
        )
        loaded = self.loader.load_batches([batch])
        assert loaded.stored == len(events), loaded

    def compact(self, days: list[dt.date]) -> None:
        for day in days:
            for task in TASKS:
                compact(self.store, task, day, self.settings)

    def make_segment(self, game_id: str, segment_id: str, players: list[str]) -> None:
        segments.replace(self.store, game_id, segment_id, players=players)

    def ask(self, name: str, game_id: str | None = None, now: dt.datetime | None = None, **asked: Any) -> Any:
        metric = metrics()[name]
        parameters = metric.parameters.model_validate(({"gameId": game_id} if game_id else {}) | asked)
        return metric.answer(parameters, self.store, now)

    def ask_both(self, name: str, game_id: str, now: dt.datetime, **asked: Any) -> Any:
        """The answer of the rollup, after it was found to be the same as that of the raw events."""
        rollup = self.ask(name, game_id, now, source="rollup", **asked)
        raw = self.ask(name, game_id, now, source="raw", **asked)
        assert (rollup.source, raw.source) == ("rollup", "raw")
        same(plain(rollup), plain(raw))
        return rollup


def plain(answer: CommonAnswer) -> dict[str, Any]:
    return answer.model_dump(exclude={"source", "elapsed_ms"}, by_alias=False)


def same(one: object, other: object, path: str = "") -> None:
    """Equal, up to the order in which floating point numbers were added."""
    if isinstance(one, dict) and isinstance(other, dict):
        assert one.keys() == other.keys(), path
        for key in one:
            same(one[key], other[key], f"{path}.{key}")
    elif isinstance(one, list) and isinstance(other, list):
        assert len(one) == len(other), path
        for index, (a, b) in enumerate(zip(one, other, strict=True)):
            same(a, b, f"{path}[{index}]")
    elif isinstance(one, float) and isinstance(other, float | int):
        assert one == pytest.approx(other, rel=1e-9, abs=1e-9), path
    else:
        assert one == other, path


@pytest.fixture(scope="session", params=["duckdb"])
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    folder: Path = tmp_path_factory.mktemp(request.param)
    settings = Settings(data=folder, store_threads=1)  # pyright: ignore[reportCallIssue]
    journal = Journal.open(settings.journal_path, settings)
    store = Store.open(None, settings)
    yield Engine(store, journal, settings)
    store.close()
    journal.close()


@contextmanager
def api_client(
    engine: Engine, registry: Registry, *routers: APIRouter, settings: Settings, **more: Any
) -> Generator[TestClient]:
    """A client of the API with these routes alone, over the engine's store; `more` of its state, and headers."""
    headers = more.pop("headers", {})
    app = FastAPI()
    problem_documents.install(app)
    for router in routers:
        app.include_router(router)
    partial_state(
        settings=settings,
        registry=registry,
        key_ring=KeyRing(registry, open_mode=settings.open),
        store=engine.store,
        journal=engine.journal,
        loader=engine.loader,
        answers=Answers(lambda: engine.store.version),
        turns=Turns(2),
        measured=Measured(),
        **more,
    ).give_to(app)
    with TestClient(QuerySpelling(app), headers=headers) as client:  # pyright: ignore[reportArgumentType]
        yield client
