"""`playtrace bench soak`: does a server stay as it is while it works for long?

A server with the default settings, on an empty folder, gets events at an even rate. Meanwhile somebody watches the live
view, every metric is asked in turn, backups are made at a place that keeps the newest few, and retention removes what
is older than so many days, a day less each time. All along it is looked what the server holds. What is told of each is
where it began, where it ended, and how fast it grew: the slope of a line through what was seen after the first third,
in which caches fill and processes find their size.

What is stored grows, as it should; so that is told for each event too.
"""

from __future__ import annotations

import asyncio
import csv
import itertools
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlencode

import aiohttp
import numpy as np
import psutil
from msgspec import Struct
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from playtrace.bench.ingest import BATCH_EVENTS, LETTERS, PATH, fresh_events, in_batches, in_sessions_of
from playtrace.bench.load_generator import NotAccepted, request_bytes, send_evenly
from playtrace.bench.month import ASKED, GAME
from playtrace.bench.processes import BenchError, Running, playtrace_server
from playtrace.metrics.frame.metric import metrics

SAMPLE_S = 10.0
ASK_PAUSE_S = 1.0
"""Between two questions."""
BACKUP_EVERY_S = 120.0
BACKUPS_KEPT = 3
LOOK_S = 0.5
DAYS_SENT, DAYS_KEPT = 14, 7
"""Events are of so many days, and retention ends up keeping those of so many."""
LIVE_SECONDS_MAX = 30.0
"""The live view says something about every half second, or is missed after so long."""
COLUMNS = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
SETTLED_AFTER = 1 / 3
"""Of the time: what is seen before is no part of a slope."""


class Sample(Struct):
    """What a server holds at a moment."""

    minute: float
    events: int
    """That were stored by now."""
    memory_mb: float
    """Of all its processes."""
    main_memory_mb: float
    """Of the one that loads and answers."""
    descriptors: int
    threads: int
    processes: int
    files: int
    """In its data folder."""
    store_mb: float
    journal_mb: float
    backups_mb: float
    lag_seconds: float
    """How long the oldest event has waited to be loaded."""


class Grew(Struct):
    """One of these over the time."""

    began: float
    ended: float
    most: float
    per_hour: float
    """Slope of a line through what was seen after the first third."""


class Questions(Struct):
    asked: int
    failed: int
    p50_ms: float
    p99_ms: float


class SoakResult(Struct):
    minutes: float
    events: int
    """Stored in this time."""
    store_bytes_per_event: float
    questions: Questions
    live_messages: int
    backups: int
    removed_events: int
    """By retention."""
    failures: dict[str, int]
    """What went wrong, and how often."""
    grew: dict[str, Grew]


def run(*, minutes: float, events_per_s: float, samples: Path | None) -> SoakResult:
    """With `samples`, all that was seen is written there as CSV. Raises `BenchError`."""
    with tempfile.TemporaryDirectory(prefix="playtrace-bench-", ignore_cleanup_errors=True) as folder:
        data, place = Path(folder) / "data", Path(folder) / "backups"
        with playtrace_server(data) as server:
            return _Soak(server, data, place, events_per_s).run(minutes * 60, samples)


class _Soak:
    def __init__(self, server: Running, data: Path, place: Path, events_per_s: float) -> None:
        self._server = server
        self._data = data
        self._place = place
        self._events_per_s = events_per_s
        self._seconds = 0.0
        """How long it takes."""
        self._stopping = threading.Event()
        self._failures = Counter[str]()
        self._latencies_s: list[float] = []
        self._failed_questions = 0
        self._live_messages = 0
        self._backups = 0
        self._lost: str | None = None
        """Why events are not sent any more."""

    def run(self, seconds: float, samples: Path | None) -> SoakResult:
        self._seconds = seconds
        works: list[Callable[[], None]] = [self._send, self._watch, self._ask, self._back_up, self._remove_old]
        seen: list[Sample] = []
        with ExitStack() as stack:
            for work in works:
                thread = threading.Thread(target=work, name=work.__name__, daemon=True)
                thread.start()
                stack.callback(thread.join)
            stack.callback(self._stopping.set)
            progress = stack.enter_context(Progress(*COLUMNS, disable=not sys.stderr.isatty()))
            bar = progress.add_task("soak", total=seconds)
            began = time.monotonic()
            while (passed := time.monotonic() - began) < seconds:
                seen.append(self._sample(passed / 60))
                progress.update(bar, completed=passed)
                if self._lost is not None:
                    raise BenchError(self._lost)
                time.sleep(max(0.0, min(seconds - passed, len(seen) * SAMPLE_S - (time.monotonic() - began))))
            seen.append(self._sample(seconds / 60))
        if samples is not None:
            _write(samples, seen)
        return self._result(seen)

    # ── what it does meanwhile ───────────────────────────────────────────────────────────────────────────

    def _send(self) -> None:
        try:
            per_second = self._events_per_s / BATCH_EVENTS
            asyncio.run(send_evenly(self._server.host, self._server.port, self._requests(), per_second))
        except (NotAccepted, OSError, EOFError) as error:
            self._lost = f"Events could not be sent any more: {error}"

    def _requests(self) -> Iterator[bytes]:
        """The same events again and again, in sessions of their own."""
        batches = in_batches(fresh_events(DAYS_SENT, simulated=22_000))
        for round_ in itertools.cycle(range(len(LETTERS) ** 2)):
            for body in batches:
                if self._stopping.is_set():
                    return
                yield request_bytes(self._server.host, self._server.port, PATH, in_sessions_of(round_, body))

    def _watch(self) -> None:
        async def watch() -> None:
            url = f"ws://{self._server.host}:{self._server.port}/api/live?gameId={GAME}"
            async with aiohttp.ClientSession() as session, session.ws_connect(url) as live:
                while not self._stopping.is_set():
                    await live.receive_str(timeout=LIVE_SECONDS_MAX)
                    self._live_messages += 1

        while not self._stopping.is_set():
            try:
                asyncio.run(watch())
            except (aiohttp.ClientError, OSError, TimeoutError, TypeError) as error:
                self._fails("live view", error)
                self._stopping.wait(ASK_PAUSE_S)

    def _ask(self) -> None:
        for name in itertools.cycle(metrics()):
            if self._stopping.wait(ASK_PAUSE_S):
                return
            began = time.perf_counter()
            try:
                self._server.get(f"/api/metrics/{name}?" + urlencode({"gameId": GAME, **ASKED.get(name, {})}))
            except (OSError, ValueError) as error:
                self._failed_questions += 1
                self._fails(name, error)
            self._latencies_s.append(time.perf_counter() - began)

    def _back_up(self) -> None:
        while not self._stopping.wait(BACKUP_EVERY_S):
            try:
                wanted = {"address": str(self._place), "keep": BACKUPS_KEPT}
                number = self._server.send("POST", "/api/backups", wanted)["number"]
                while (outcome := self._server.get("/api/backups")["outcome"]) is None or outcome["number"] != number:
                    time.sleep(LOOK_S)
            except OSError as error:
                self._fails("backup", error)
                continue
            if outcome["error"] is None:
                self._backups += 1
            else:
                self._failures[f"backup: {outcome['error']}"] += 1

    def _remove_old(self) -> None:
        """Keep a day less, now and then: events of that day go."""
        for days in range(DAYS_SENT - 1, DAYS_KEPT - 1, -1):
            if self._stopping.wait(self._seconds / (1 + DAYS_SENT - DAYS_KEPT)):
                return
            path = f"/api/games/{GAME}/retention"
            try:
                self._server.send("PUT", path, {"eventsDays": days})
                self._server.send("POST", f"{path}/run", {})
            except OSError as error:
                self._fails("retention", error)

    def _fails(self, what: str, error: Exception) -> None:
        self._failures[f"{what}: {error or type(error).__name__}"] += 1

    # ── what it holds ────────────────────────────────────────────────────────────────────────────────────

    def _sample(self, minute: float) -> Sample:
        health = self._server.get("/api/health")
        processes = [self._server.process, *self._server.process.children(recursive=True)]
        held = [one for one in map(_held, processes) if one is not None]
        return Sample(
            minute=round(minute, 3),
            events=health["store"]["events"],
            memory_mb=self._server.memory_mb(),
            main_memory_mb=self._server.process.memory_info().rss / 1e6,
            descriptors=sum(descriptors for descriptors, _ in held),
            threads=sum(threads for _, threads in held),
            processes=len(held),
            files=sum(1 for _ in self._data.rglob("*")),
            store_mb=health["store"]["bytes"] / 1e6,
            journal_mb=health["journal"]["bytes"] / 1e6,
            backups_mb=_bytes_in(self._place) / 1e6,
            lag_seconds=health["journal"]["lagSeconds"],
        )

    def _result(self, seen: list[Sample]) -> SoakResult:
        first, last = seen[0], seen[-1]
        events = last.events - first.events
        latencies_ms = np.array(self._latencies_s or [float("nan")]) * 1000
        return SoakResult(
            minutes=last.minute,
            events=events,
            store_bytes_per_event=(last.store_mb - first.store_mb) * 1e6 / max(1, events),
            questions=Questions(
                asked=len(self._latencies_s),
                failed=self._failed_questions,
                p50_ms=float(np.percentile(latencies_ms, 50)),
                p99_ms=float(np.percentile(latencies_ms, 99)),
            ),
            live_messages=self._live_messages,
            backups=self._backups,
            removed_events=self._server.get(f"/api/games/{GAME}/retention")["removedEvents"],
            failures=dict(self._failures),
            grew={name: grew(seen, name) for name in Sample.__struct_fields__ if name not in ("minute", "events")},
        )


def _held(process: psutil.Process) -> tuple[int, int] | None:
    """Its descriptors (on Windows its handles) and threads; None of one that just ended."""
    try:
        handles = process.num_handles() if psutil.WINDOWS else process.num_fds()
        return handles, process.num_threads()
    except psutil.NoSuchProcess:
        return None


def _bytes_in(folder: Path) -> int:
    total = 0
    for path in folder.rglob("*"):
        try:
            total += path.stat().st_size
        except FileNotFoundError:
            continue  # it was removed, or has its name now
    return total


def grew(seen: list[Sample], name: str) -> Grew:
    """What one of them did, from the first sample to the last."""
    values = np.array([getattr(sample, name) for sample in seen], float)
    hours = np.array([sample.minute for sample in seen]) / 60
    settled = hours >= hours[-1] * SETTLED_AFTER
    slope = float(np.polyfit(hours[settled], values[settled], 1)[0]) if settled.sum() > 1 else 0.0
    return Grew(began=float(values[0]), ended=float(values[-1]), most=float(values.max()), per_hour=slope)


def _write(path: Path, seen: list[Sample]) -> None:
    names = Sample.__struct_fields__
    with path.open("w", encoding="utf-8", newline="") as file:
        lines = csv.writer(file)
        lines.writerow(names)
        lines.writerows([getattr(sample, name) for name in names] for sample in seen)
