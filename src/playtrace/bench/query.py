"""`playtrace bench query`: how long each metric takes over a month of events, and what loading loses meanwhile.

Cold means that the store was opened anew: nothing of it is in the database's memory (it may be in the
operating system's). A question from raw events shows what the rollup saves.
"""

from __future__ import annotations

import datetime as dt
import itertools
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from msgspec import Struct

from playtrace.bench.month import GAME, ask, ask_cold, count, fill, last_moment, loader_of, loads, opened
from playtrace.config import Settings
from playtrace.event import Batch
from playtrace.journal.entry import encode
from playtrace.load.loader import Loader
from playtrace.metrics.frame.metric import metrics
from playtrace.simulate.arena import ArenaScenario

RAW_REPEATS = 3
LOADING_SECONDS = 10.0


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
            fill(settings, events)
        with opened(settings) as store:
            total, end = count(store), last_moment(store)
        cold = {name: [ask_cold(settings, name, end, "rollup") for _ in range(repeats)] for name in metrics()}
        raw = {name: [ask_cold(settings, name, end, "raw") for _ in range(RAW_REPEATS)] for name in metrics()}
        store_bytes = settings.store_path.stat().st_size
        alone, asked = _load_meanwhile(settings, end)
        return QueryResult(
            events=total,
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


def _load_meanwhile(settings: Settings, end: dt.datetime) -> tuple[float, float]:
    """Events loaded per second, alone and while another thread asks one metric after the other."""
    stop = threading.Event()
    with opened(settings) as store, loader_of(store, settings) as loader:

        def keep_asking() -> None:
            for name in itertools.cycle(metrics()):
                if stop.is_set():
                    return
                ask(store, name, end, "rollup")

        # Other events than those of an earlier run over the same folder, which would be there already.
        scenario = ArenaScenario(seed=count(store), events=3_000_000, days=3, end=end, game_id=GAME)
        pieces = loads(scenario, 20_000)
        alone = _load_for(loader, pieces, LOADING_SECONDS)
        asking = threading.Thread(target=keep_asking)
        asking.start()
        try:
            asked = _load_for(loader, pieces, LOADING_SECONDS)
        finally:
            stop.set()
            asking.join()
        return alone, asked


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
