"""`playtrace bench growth`: what becomes slower, and larger, as a store grows.

The same events are loaded into an empty store and into one that holds a month of so many events, one after the other
and several times; what is told is the median of those pairs. Then a server with the default settings is started on the
grown store and pressed, and its memory measured.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import itertools
import shutil
import tempfile
import time
from collections import defaultdict
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

import msgspec
import numpy as np
from msgspec import Struct

from playtrace.bench.ingest import BATCH_CONNECTIONS, BATCH_EVENTS, PATH, fresh_events, in_sessions_of
from playtrace.bench.load_generator import press, request_bytes
from playtrace.bench.month import ASKED, GAME, ask, count, fill, last_moment, loads
from playtrace.bench.processes import BenchError, playtrace_server
from playtrace.config import Settings
from playtrace.event import Batch
from playtrace.journal.entry import Entry, encode
from playtrace.journal.sqlite import Journal
from playtrace.load.loader import Loader
from playtrace.metrics.frame.metric import metrics
from playtrace.simulate.arena import ArenaScenario
from playtrace.store.duckdb import Store

PIECE_EVENTS = 20_000
PIECES = 6
FULL = 2
"""Loads that are as large as one can be."""
REPEATS = 7
PRESS_ROUNDS = 40


class Speed(Struct):
    empty_events_per_s: float
    grown_events_per_s: float
    vs_empty: float
    """The median over the rounds, each of which loads the same events into both."""
    steps_vs_empty: dict[str, float]
    """Seconds of each step in the grown store for one second of the whole load into the empty one."""
    empty_steps: dict[str, float]
    """The same of the empty one."""


class Memory(Struct):
    """Megabytes of a server with default settings, all processes."""

    started_mb: float
    pressed_mb: float
    """The most while requests came in as fast as they could, and until all was loaded."""
    asked_mb: float
    """After each metric was asked."""


class Grown(Struct):
    events: int
    store_bytes: int
    bytes_per_event: float
    pieces: Speed
    """Loads of `PIECE_EVENTS` events."""
    full: Speed
    metrics_ms: dict[str, float]
    """Cold, median."""
    memory: Memory


class GrowthResult(Struct):
    sizes: list[Grown]


def run(*, sizes: list[int], data: Path | None, rounds: int, seconds: float) -> GrowthResult:
    """Fill a store to each size in turn, and measure. Ten million events take about ten minutes.

    With `data`, stores are kept there, one for each size, and used again. Raises `BenchError`.
    """
    with tempfile.TemporaryDirectory(prefix="playtrace-bench-", ignore_cleanup_errors=True) as temporary:
        kept = data or Path(temporary) / "kept"
        measured: list[Grown] = []
        below: Path | None = None
        for size in sorted(sizes):
            below = _grown(kept / str(size), size, below)
            # What is measured is a copy: a load makes it another.
            folder = Path(temporary) / "measured"
            shutil.copytree(below, folder)
            measured.append(_measure(_settings(folder), Path(temporary), rounds, seconds))
            shutil.rmtree(folder)
        return GrowthResult(measured)


def _settings(folder: Path) -> Settings:
    return Settings.read(data=folder, late_days_max=400)


def _grown(folder: Path, size: int, below: Path | None) -> Path:
    """A folder with a store of about so many events, made from a smaller one."""
    if (folder / "filled").exists():
        return folder
    shutil.rmtree(folder, ignore_errors=True)
    if below is None:
        folder.mkdir(parents=True)
    else:
        shutil.copytree(below, folder)
        (folder / "filled").unlink()
    settings = _settings(folder)
    there = count(settings)
    if size > there:
        fill(settings, size - there, seed=there + 11)
    (folder / "filled").touch()
    return folder


def _measure(settings: Settings, temporary: Path, rounds: int, seconds: float) -> Grown:
    events, store_bytes = count(settings), settings.store_path.stat().st_size
    end = last_moment(settings) if events else dt.datetime.now(dt.UTC)
    metrics_ms = {
        name: float(np.median([ask(settings, name, end, "rollup") for _ in range(REPEATS)])) for name in metrics()
    }
    pieces, full = _speeds(settings, temporary, end, events, rounds)
    return Grown(
        events=events,
        store_bytes=store_bytes,
        bytes_per_event=store_bytes / max(1, events),
        pieces=pieces,
        full=full,
        metrics_ms=metrics_ms,
        memory=_memory(settings.data, seconds),
    )


# ── loading ─────────────────────────────────────────────────────────────────────────────────────────────────


class _Timed(Struct):
    events_per_s: float
    step_seconds: dict[str, float]


def _speeds(settings: Settings, temporary: Path, end: dt.datetime, seed: int, rounds: int) -> tuple[Speed, Speed]:
    """Of pieces and of full loads. The grown store is the one of the settings."""
    found: dict[str, list[tuple[_Timed, _Timed]]] = {"pieces": [], "full": []}
    with _loader(settings) as grown:
        for round_ in range(rounds):
            pieces, full = _entries(settings, end, seed + round_)
            # The empty store is another one each time, as it fills too.
            with _loader(_settings(temporary / f"empty-{seed}-{round_}")) as empty:
                # What is done for the first time takes longer.
                for loader in (empty, grown):
                    loader.load_entries(pieces[0])
                for name, entries in (("pieces", pieces[1:]), ("full", full)):
                    pair = [(loader, _timed(loader, entries)) for loader in _in_turn(empty, grown, round_)]
                    speeds = {id(loader): timed for loader, timed in pair}
                    found[name].append((speeds[id(empty)], speeds[id(grown)]))
    return _speed(found["pieces"]), _speed(found["full"])


def _in_turn(empty: Loader, grown: Loader, round_: int) -> tuple[Loader, Loader]:
    return (empty, grown) if round_ % 2 == 0 else (grown, empty)


def _entries(settings: Settings, end: dt.datetime, seed: int) -> tuple[list[list[Entry]], list[list[Entry]]]:
    """What loads of pieces and full ones take, of players who were never seen before."""
    events = (PIECES + 1) * PIECE_EVENTS + FULL * settings.load.events_max
    scenario = ArenaScenario(seed=seed, events=int(events * 1.3), days=3, end=end, game_id=GAME)
    batches = itertools.chain.from_iterable(loads(scenario, PIECE_EVENTS))

    def taken(times: int, size: int) -> list[list[Entry]]:
        return [_encoded(batches, size) for _ in range(times)]

    return taken(PIECES + 1, PIECE_EVENTS), taken(FULL, settings.load.events_max)


def _encoded(batches: Iterator[Batch], size: int) -> list[Entry]:
    found: list[Entry] = []
    while size > 0 and (batch := next(batches, None)) is not None:
        found.append(encode(batch))
        size -= len(batch.events)
    return found


def _timed(loader: Loader, entries: list[list[Entry]]) -> _Timed:
    before = dict(loader.step_seconds)
    began = time.perf_counter()
    stored = sum(loader.load_entries(one).stored for one in entries)
    seconds = time.perf_counter() - began
    spent = {name: total - before.get(name, 0.0) for name, total in loader.step_seconds.items()}
    return _Timed(stored / seconds, {name: value / seconds for name, value in spent.items()})


def _speed(pairs: list[tuple[_Timed, _Timed]]) -> Speed:
    ratios = [grown.events_per_s / empty.events_per_s for empty, grown in pairs]
    steps: defaultdict[str, list[float]] = defaultdict(list)
    of_empty: defaultdict[str, list[float]] = defaultdict(list)
    for (empty, grown), ratio in zip(pairs, ratios, strict=True):
        for name, share in grown.step_seconds.items():
            steps[name].append(share / ratio)
        for name, share in empty.step_seconds.items():
            of_empty[name].append(share)
    return Speed(
        empty_events_per_s=float(np.median([empty.events_per_s for empty, _ in pairs])),
        grown_events_per_s=float(np.median([grown.events_per_s for _, grown in pairs])),
        vs_empty=float(np.median(ratios)),
        steps_vs_empty={name: round(float(np.median(shares)), 4) for name, shares in steps.items()},
        empty_steps={name: round(float(np.median(shares)), 4) for name, shares in of_empty.items()},
    )


@contextmanager
def _loader(settings: Settings) -> Generator[Loader]:
    settings.data.mkdir(parents=True, exist_ok=True)
    store = Store.open(settings.store_path, settings)
    journal = Journal.open(settings.journal_path, settings)
    try:
        yield Loader(store, journal, settings)
    finally:
        journal.close()
        store.close()


# ── memory ──────────────────────────────────────────────────────────────────────────────────────────────────


def _memory(data: Path, seconds: float) -> Memory:
    events = list(itertools.islice(fresh_events(50_000), 20_000))
    bodies = [
        msgspec.json.encode({"events": events[start : start + BATCH_EVENTS]})
        for start in range(0, len(events), BATCH_EVENTS)
    ]
    with playtrace_server(data) as server:
        server.wait_until_loaded()
        started = server.rss_mb()
        requests = [
            request_bytes(server.host, server.port, PATH, in_sessions_of(round_, body))
            for round_ in range(PRESS_ROUNDS)
            for body in bodies
        ]

        async def watched() -> float:
            most = server.rss_mb()
            pressing = asyncio.create_task(
                press(server.host, server.port, requests, connections=BATCH_CONNECTIONS, seconds=seconds)
            )
            while not pressing.done():
                await asyncio.wait([pressing], timeout=0.25)
                most = max(most, server.rss_mb())
            if set(pressing.result().statuses) != {202}:
                raise BenchError(f"Not every request was accepted: {pressing.result().statuses}.")
            loading = asyncio.create_task(asyncio.to_thread(server.wait_until_loaded))
            while not loading.done():
                await asyncio.wait([loading], timeout=0.25)
                most = max(most, server.rss_mb())
            return most

        pressed = asyncio.run(watched())
        now = dt.datetime.now(dt.UTC)
        for name in metrics():
            days = {"gameId": GAME, "from": (now - dt.timedelta(days=29)).date(), "to": now.date()}
            server.get(f"/api/metrics/{name}?" + urlencode(days | ASKED.get(name, {})))
        return Memory(started_mb=started, pressed_mb=pressed, asked_mb=server.rss_mb())
