"""`playtrace bench query`: how long each metric takes over 30 and 90 days of events, and what loading loses meanwhile.

Cold means that the store was opened anew: nothing of it is in the database's memory (it may be in the
operating system's). A question from raw events shows what the rollup saves.
"""

from __future__ import annotations

import datetime as dt
import json
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
from msgspec import Struct

from playtrace.bench.month import GAME, ask, ask_cold, asked_of, count, fill, last_moment, loader_of, loads, opened
from playtrace.config import Settings
from playtrace.event import Batch
from playtrace.journal.entry import encode
from playtrace.load.loader import Loader
from playtrace.metrics.frame.metric import metrics
from playtrace.simulate.arena import ArenaScenario
from playtrace.store.duckdb import Store

RANGES = (30, 90)
"""Days of a question."""
RAW_REPEATS = 3
RAW_SECONDS = 10.0
"""A question from raw events is not asked again when it took longer together."""
QUESTION_SECONDS_MAX = 600
"""A question may take so long here: some take more from raw events than a server allows."""
LOADING_SECONDS = 15.0
DASHBOARDS = 8
REFRESH_S = 5.0
OVERVIEW = ("summary", "timeseries", "timeseries", "timeseries", "active_players")
"""What one dashboard asks each time."""


class MetricSpeed(Struct):
    cold_median_ms: float
    cold_p95_ms: float
    vs_summary: float
    """Median, beside the summary's over the same days."""
    rows_read: int
    raw_median_ms: float
    raw_vs_rollup: float
    """How many times longer the same answer takes from raw events."""


class QueryResult(Struct):
    events: int
    store_bytes: int
    over_days: dict[str, dict[str, MetricSpeed]]
    p95_ms: float
    """Over all cold answers of all metrics."""
    worst: str
    """The metric, and days, with the largest median."""
    loading_alone_events_per_s: float
    loading_while_asked_events_per_s: float
    """While eight dashboards are refreshed every five seconds."""
    loading_while_asked_vs_alone: float


def run(*, events: int, data: Path | None, repeats: int) -> QueryResult:
    """Fill a store with 90 simulated days (minutes for ten million events), unless `data` holds one; then ask."""
    with tempfile.TemporaryDirectory(prefix="playtrace-bench-", ignore_cleanup_errors=True) as temporary:
        settings = Settings.read(
            data=data or Path(temporary), late_days_max=400, dedup_days=60, query_seconds_max=QUESTION_SECONDS_MAX
        )
        if not settings.store_path.exists():
            fill(settings, events, days=max(RANGES))
        with opened(settings) as store:
            total, end = count(store), last_moment(store)
        cold = {
            (days, name): [ask_cold(settings, name, end, "auto", days) for _ in range(repeats)]
            for days in RANGES
            for name in metrics()
        }
        raw = {(days, name): _ask_raw(settings, name, end, days) for days, name in cold}
        rows = _rows_read(settings, end)
        store_bytes = settings.store_path.stat().st_size
        alone, asked = _load_meanwhile(settings, end)
        medians = {asked_for: float(np.median(times)) for asked_for, times in cold.items()}
        worst_days, worst = max(medians, key=medians.__getitem__)
        return QueryResult(
            events=total,
            store_bytes=store_bytes,
            over_days={
                str(days): {
                    name: MetricSpeed(
                        cold_median_ms=medians[days, name],
                        cold_p95_ms=float(np.percentile(cold[days, name], 95)),
                        vs_summary=medians[days, name] / medians[days, "summary"],
                        rows_read=rows[days, name],
                        raw_median_ms=float(np.median(raw[days, name])),
                        raw_vs_rollup=float(np.median(raw[days, name])) / medians[days, name],
                    )
                    for name in metrics()
                }
                for days in RANGES
            },
            p95_ms=float(np.percentile([ms for times in cold.values() for ms in times], 95)),
            worst=f"{worst} over {worst_days} days",
            loading_alone_events_per_s=alone,
            loading_while_asked_events_per_s=asked,
            loading_while_asked_vs_alone=asked / alone,
        )


def _ask_raw(settings: Settings, name: str, end: dt.datetime, days: int) -> list[float]:
    """Milliseconds of each answer from raw events."""
    found: list[float] = []
    while len(found) < RAW_REPEATS and sum(found) < RAW_SECONDS * 1000:
        found.append(ask_cold(settings, name, end, "raw", days))
    return found


# --- rows ---


def _rows_read(settings: Settings, end: dt.datetime) -> dict[tuple[int, str], int]:
    """Rows of tables that each question goes through, as the engine counts them."""
    statements: dict[tuple[int, str], list[str]] = {}
    with opened(settings) as store:
        for days in RANGES:
            for name, metric in metrics().items():
                asked = asked_of(name, end, "auto", days) | {"explain": True}
                answer = metric.answer(metric.parameters.model_validate(asked), store, now=end)
                statements[days, name] = answer.statements or []
    connection = duckdb.connect(settings.store_path, read_only=True)
    try:
        connection.execute("SET enable_profiling = 'no_output'")
        return {asked_for: sum(_rows_of(connection, sql) for sql in texts) for asked_for, texts in statements.items()}
    finally:
        connection.close()


def _rows_of(connection: duckdb.DuckDBPyConnection, sql: str) -> int:
    connection.execute(sql).fetchall()
    # What is answered from statistics alone, such as a least value, has no profile and reads no row.
    profile = json.loads(connection.get_profiling_information(format="json"))
    return sum(map(_scanned, profile.get("operator", [])))


def _scanned(operator: dict[str, Any]) -> int:
    return int(operator.get("rows_scanned", 0)) + sum(map(_scanned, operator.get("children", [])))


# --- loading ---


def _load_meanwhile(settings: Settings, end: dt.datetime) -> tuple[float, float]:
    """Events loaded per second, alone and while dashboards are refreshed."""
    stop = threading.Event()
    with opened(settings) as store, loader_of(store, settings) as loader:
        # Other events than those of an earlier run over the same folder, which would be there already.
        scenario = ArenaScenario(seed=count(store), events=4_000_000, days=3, end=end, game_id=GAME)
        pieces = loads(scenario, 20_000)
        alone = _load_for(loader, pieces, LOADING_SECONDS)
        dashboards = [
            threading.Thread(target=_keep_refreshing, args=(store, end, number * REFRESH_S / DASHBOARDS, stop))
            for number in range(DASHBOARDS)
        ]
        for dashboard in dashboards:
            dashboard.start()
        try:
            asked = _load_for(loader, pieces, LOADING_SECONDS)
        finally:
            stop.set()
            for dashboard in dashboards:
                dashboard.join()
        return alone, asked


def _keep_refreshing(store: Store, end: dt.datetime, late_s: float, stop: threading.Event) -> None:
    """One dashboard: not all of them are opened at the same moment."""
    wait_s = late_s
    while not stop.wait(max(0.0, wait_s)):
        began = time.perf_counter()
        for name in OVERVIEW:
            ask(store, name, end, "auto")
        wait_s = REFRESH_S - (time.perf_counter() - began)


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
