"""`playtrace bench query`: how long each metric takes over a month of events, and what loading loses meanwhile.

Cold means that the store was opened anew: nothing of it is in the database's memory (it may be in the
operating system's). A question from raw events shows what the rollup saves.
"""

from __future__ import annotations

import datetime as dt
import itertools
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from msgspec import Struct
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from playtrace.bench.loading import as_sent
from playtrace.config import Settings
from playtrace.event import Batch
from playtrace.journal.entry import encode
from playtrace.journal.sqlite import Journal
from playtrace.load.compaction import TASKS, compact
from playtrace.load.loader import Loader
from playtrace.metrics.frame.metric import metrics
from playtrace.simulate.arena import ArenaScenario
from playtrace.store.duckdb import Store

GAME = "arena"
DAYS = 30
ENTRY_EVENTS = 500
RAW_REPEATS = 3
LOADING_SECONDS = 10.0
ASKED: dict[str, dict[str, object]] = {
    "timeseries": {"metric": "crashes", "interval": "day"},
    "heatmap": {"map": "arena", "event": "player_death"},
}
"""Parameters beyond game and time, for the metrics that need some."""


class MetricSpeed(Struct):
    cold_median_ms: float
    cold_p95_ms: float
    raw_median_ms: float
    raw_vs_rollup: float
    """How many times longer the same answer takes from raw events."""


class QueryResult(Struct):
    events: int
    store_bytes: int
    metrics: dict[str, MetricSpeed]
    p95_ms: float
    """Over all cold answers of all metrics."""
    loading_alone_events_per_s: float
    loading_while_asked_events_per_s: float
    loading_while_asked_vs_alone: float


def run(*, events: int, data: Path | None, repeats: int) -> QueryResult:
    """Fill a store with a simulated month (minutes for ten million events), unless `data` holds one; then ask."""
    with tempfile.TemporaryDirectory(prefix="playtrace-bench-", ignore_cleanup_errors=True) as temporary:
        settings = Settings.read(data=data or Path(temporary), late_days_max=400, dedup_days=60)
        if not settings.store_path.exists():
            _fill(settings, events)
        end = _last_moment(settings)
        cold = {name: [_ask(settings, name, end, "rollup") for _ in range(repeats)] for name in metrics()}
        raw = {name: [_ask(settings, name, end, "raw") for _ in range(RAW_REPEATS)] for name in metrics()}
        count, store_bytes = _count(settings), settings.store_path.stat().st_size
        alone, asked = _load_meanwhile(settings, end)
        return QueryResult(
            events=count,
            store_bytes=store_bytes,
            metrics={
                name: MetricSpeed(
                    cold_median_ms=float(np.median(cold[name])),
                    cold_p95_ms=float(np.percentile(cold[name], 95)),
                    raw_median_ms=float(np.median(raw[name])),
                    raw_vs_rollup=float(np.median(raw[name]) / np.median(cold[name])),
                )
                for name in metrics()
            },
            p95_ms=float(np.percentile(list(itertools.chain.from_iterable(cold.values())), 95)),
            loading_alone_events_per_s=alone,
            loading_while_asked_events_per_s=asked,
            loading_while_asked_vs_alone=asked / alone,
        )


def _fill(settings: Settings, events: int) -> None:
    store = Store.open(settings.store_path, settings)
    journal = Journal.open(settings.journal_path, settings)
    scenario = ArenaScenario(seed=11, events=events, days=DAYS, end=dt.datetime.now(dt.UTC), game_id=GAME)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    try:
        loader = Loader(store, journal, settings)
        with Progress(*columns, disable=not sys.stderr.isatty()) as progress:
            task = progress.add_task("events", total=events)
            for batches in _loads(scenario, settings.load.events_max):
                loader.load_batches(batches)
                progress.update(task, completed=loader.stored)
        today = dt.datetime.now(dt.UTC).date()
        for task in TASKS:
            for days in range(DAYS + 2):
                compact(store, task, today - dt.timedelta(days=days), settings)
    finally:
        journal.close()
        store.close()


def _loads(scenario: ArenaScenario, events_max: int) -> Iterator[list[Batch]]:
    now = dt.datetime.now(dt.UTC)
    batches = (
        Batch(received_at=now, source="events", events=events) for events in as_sent(scenario.batches(), ENTRY_EVENTS)
    )
    while load := list(itertools.islice(batches, events_max // ENTRY_EVENTS)):
        yield load


def _last_moment(settings: Settings) -> dt.datetime:
    store = Store.open(settings.store_path, settings)
    try:
        return store.query("SELECT max(time) AS time FROM events").to_pylist()[0]["time"].replace(tzinfo=dt.UTC)
    finally:
        store.close()


def _count(settings: Settings) -> int:
    store = Store.open(settings.store_path, settings)
    try:
        return _count_in(store)
    finally:
        store.close()


def _count_in(store: Store) -> int:
    return store.query("SELECT count(*) AS events FROM events").to_pylist()[0]["events"]


def _ask(settings: Settings, name: str, end: dt.datetime, source: str) -> float:
    """Milliseconds of one answer from a store that was opened for it."""
    store = Store.open(settings.store_path, settings)
    try:
        return _ask_open(store, name, end, source)
    finally:
        store.close()


def _ask_open(store: Store, name: str, end: dt.datetime, source: str) -> float:
    metric = metrics()[name]
    start = end - dt.timedelta(days=DAYS - 1)
    given: dict[str, object] = {"game_id": GAME, "from": start.date(), "to": end.date(), "source": source}
    parameters = metric.parameters.model_validate(given | ASKED.get(name, {}))
    began = time.perf_counter()
    metric.answer(parameters, store, now=end)
    return (time.perf_counter() - began) * 1000


def _load_meanwhile(settings: Settings, end: dt.datetime) -> tuple[float, float]:
    """Events loaded per second, alone and while another thread asks one metric after the other."""
    store = Store.open(settings.store_path, settings)
    journal = Journal.open(settings.journal_path, settings)
    stop = threading.Event()

    def ask() -> None:
        for name in itertools.cycle(metrics()):
            if stop.is_set():
                return
            _ask_open(store, name, end, "rollup")

    try:
        loader = Loader(store, journal, settings)
        # Other events than those of an earlier run over the same folder, which would be there already.
        seed = _count_in(store)
        loads = _loads(ArenaScenario(seed=seed, events=3_000_000, days=3, end=end, game_id=GAME), 20_000)
        alone = _load_for(loader, loads, LOADING_SECONDS)
        asking = threading.Thread(target=ask)
        asking.start()
        try:
            asked = _load_for(loader, loads, LOADING_SECONDS)
        finally:
            stop.set()
            asking.join()
        return alone, asked
    finally:
        journal.close()
        store.close()


def _load_for(loader: Loader, loads: Iterator[list[Batch]], seconds: float) -> float:
    """Events per second of loading, the making of the events not counted."""
    stored = 0
    spent = 0.0
    for batches in loads:
        entries = [encode(batch) for batch in batches]
        began = time.perf_counter()
        stored += loader.load_entries(entries).stored
        spent += time.perf_counter() - began
        if spent >= seconds:
            break
    return stored / spent
