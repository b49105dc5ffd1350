"""Simulated weeks of one game in a store: what questions and loads are measured on."""

from __future__ import annotations

import datetime as dt
import itertools
import sys
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from playtrace.bench.loading import as_sent
from playtrace.config import Settings
from playtrace.event import Batch
from playtrace.journal.sqlite import Journal
from playtrace.load.compaction import TASKS, compact
from playtrace.load.loader import Loader
from playtrace.metrics.frame.metric import metrics
from playtrace.simulate.arena import ArenaScenario
from playtrace.store.duckdb import Store
from playtrace.store.reading import Readable

GAME = "arena"
DAYS = 30
ENTRY_EVENTS = 500
ASKED: dict[str, dict[str, object]] = {
    "leaderboard": {"event": "match_end"},
    "timeseries": {"metric": "crashes", "interval": "day"},
    "heatmap": {"map": "arena", "event": "player_death"},
    "journey": {"playerId": "p-000016"},
    "player": {"playerId": "p-000016"},
}
"""Parameters beyond game and time, for the metrics that need some."""


@contextmanager
def opened(settings: Settings) -> Generator[Store]:
    store = Store.open(settings.store_path, settings)
    try:
        yield store
    finally:
        store.close()


@contextmanager
def loader_of(store: Store, settings: Settings) -> Generator[Loader]:
    journal = Journal.open(settings.journal_path, settings)
    try:
        yield Loader(store, journal, settings)
    finally:
        journal.close()


def fill(settings: Settings, events: int, seed: int = 11, days: int = DAYS) -> None:
    """Add about so many events of the last `days` to a store, and compact it: minutes for ten million."""
    scenario = ArenaScenario(seed=seed, events=events, days=days, end=dt.datetime.now(dt.UTC), game_id=GAME)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with opened(settings) as store, loader_of(store, settings) as loader:
        with Progress(*columns, disable=not sys.stderr.isatty()) as progress:
            bar = progress.add_task("events", total=events)
            for batches in loads(scenario, settings.load.events_max):
                loader.load_batches(batches)
                progress.update(bar, completed=loader.stored)
        today = dt.datetime.now(dt.UTC).date()
        for task in TASKS:
            for days_ago in range(days + 2):
                compact(store, task, today - dt.timedelta(days=days_ago), settings)


def loads(scenario: ArenaScenario, events_max: int) -> Iterator[list[Batch]]:
    """What a loader would take at once, of requests with `ENTRY_EVENTS` events."""
    now = dt.datetime.now(dt.UTC)
    batches = (
        Batch(received_at=now, source="events", events=events) for events in as_sent(scenario.batches(), ENTRY_EVENTS)
    )
    while load := list(itertools.islice(batches, events_max // ENTRY_EVENTS)):
        yield load


def last_moment(store: Store) -> dt.datetime:
    return store.query("SELECT max(time) AS time FROM events").to_pylist()[0]["time"].replace(tzinfo=dt.UTC)


def count(store: Store) -> int:
    return store.query("SELECT count(*) AS events FROM events").to_pylist()[0]["events"]


def ask_cold(settings: Settings, name: str, end: dt.datetime, source: str, days: int = DAYS) -> float:
    """Milliseconds of one answer from a store that was opened for it."""
    with opened(settings) as store:
        return ask(store, name, end, source, days)


def ask(store: Readable, name: str, end: dt.datetime, source: str, days: int = DAYS) -> float:
    """Milliseconds of one answer about the last `days`."""
    metric = metrics()[name]
    parameters = metric.parameters.model_validate(asked_of(name, end, source, days))
    began = time.perf_counter()
    metric.answer(parameters, store, now=end)
    return (time.perf_counter() - began) * 1000


def asked_of(name: str, end: dt.datetime, source: str, days: int) -> dict[str, object]:
    """The parameters of a question about the last `days`, all others as they are by default."""
    start = end - dt.timedelta(days=days - 1)
    given: dict[str, object] = {"game_id": GAME, "from": start.date(), "to": end.date(), "source": source}
    return given | ASKED.get(name, {})
