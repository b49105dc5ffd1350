"""`playtrace bench growth`: what becomes slower, and larger, as a store grows.

The same events are loaded into an empty store and into one that holds a month of so many events, one after the other
and several times; what is told is the median of those pairs. Then a server with the default settings is started on the
grown store and pressed, and its memory measured.
"""

from __future__ import annotations

import datetime as dt
import itertools
import shutil
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

import numpy as np
from msgspec import Struct

from playtrace.bench.ingest import BATCH_CONNECTIONS, fresh_events, in_batches, press_for, requests_of
from playtrace.bench.month import ASKED, DAYS, GAME, ask_cold, count, fill, last_moment, loader_of, loads, opened
from playtrace.bench.processes import Running, playtrace_server
from playtrace.config import Settings
from playtrace.event import Batch
from playtrace.journal.entry import Entry, encode
from playtrace.load.loader import Loader
from playtrace.metrics.frame.metric import metrics
from playtrace.simulate.arena import ArenaScenario

PIECE_EVENTS = 20_000
PIECES = 6
FULL = 2
"""Loads that are as large as one can be."""
REPEATS = 7
PRESS_ROUNDS = 40
LOOK_S = 0.25
"""How often it is looked at a server's memory."""


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
    with opened(settings) as store:
        there = count(store)
    if size > there:
        fill(settings, size - there, seed=there + 11)
    (folder / "filled").touch()
    return folder


def _measure(settings: Settings, temporary: Path, rounds: int, seconds: float) -> Grown:
    with opened(settings) as store:
        events = count(store)
        end = last_moment(store) if events else dt.datetime.now(dt.UTC)
    store_bytes = settings.store_path.stat().st_size
    metrics_ms = {
        name: float(np.median([ask_cold(settings, name, end, "auto") for _ in range(REPEATS)])) for name in metrics()
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
                    in_turn = (empty, grown) if round_ % 2 == 0 else (grown, empty)
                    timed = {loader: _timed(loader, entries) for loader in in_turn}
                    found[name].append((timed[empty], timed[grown]))
    return _speed(found["pieces"]), _speed(found["full"])


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
    with opened(settings) as store, loader_of(store, settings) as loader:
        yield loader


# ── memory ──────────────────────────────────────────────────────────────────────────────────────────────────


def _memory(data: Path, seconds: float) -> Memory:
    batches = in_batches(fresh_events())
    with playtrace_server(data) as server:
        server.wait_until_loaded()
        started = server.memory_mb()
        requests = requests_of(server, batches, rounds=PRESS_ROUNDS)

        def press_and_load() -> None:
            press_for(server, requests, BATCH_CONNECTIONS, seconds)
            server.wait_until_loaded()

        pressed = _most_mb(server, press_and_load)
        now = dt.datetime.now(dt.UTC)
        days = {"gameId": GAME, "from": (now - dt.timedelta(days=DAYS - 1)).date(), "to": now.date()}
        for name in metrics():
            server.get(f"/api/metrics/{name}?" + urlencode(days | ASKED.get(name, {})))
        return Memory(started_mb=started, pressed_mb=pressed, asked_mb=server.memory_mb())


def _most_mb(server: Running, work: Callable[[], None]) -> float:
    """The most memory that the server has while something is done."""
    most = server.memory_mb()
    with ThreadPoolExecutor(1) as thread:
        working = thread.submit(work)
        while not working.done():
            wait([working], LOOK_S)
            most = max(most, server.memory_mb())
        working.result()
    return most
