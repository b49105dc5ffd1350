"""`playtrace bench ingest`: how fast events are taken and become visible.

The server runs in a process of its own, started as a user starts it; the client is this process. Requests
are prepared before the clock starts. What is durable before the answer is compared with the same HTTP
server answering a constant.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import itertools
import statistics
import string
import tempfile
import time
import urllib.request
import uuid
from collections.abc import Iterator
from pathlib import Path

import msgspec
import numpy as np
from msgspec import Struct

from playtrace.bench.load_generator import Measured, press, request_bytes, send_evenly
from playtrace.bench.loading import as_sent, measure
from playtrace.bench.processes import BenchError, Running, noop_server, playtrace_server
from playtrace.event import Batch, Event
from playtrace.journal.entry import Entry, encode
from playtrace.simulate.arena import ArenaScenario

PATH = "/api/events"
SINGLE_CONNECTIONS = 256
BATCH_CONNECTIONS = 64
BATCH_EVENTS = 100
STEADY_EVENTS_PER_S = 20_000
PROBES = 20
PROBE_INTERVAL_S = 0.03
"""How often it is asked whether the event is there: asking costs the server too."""
WARM_UP_SECONDS = 1.0
"""What a server has just started does for the first time takes longer, in either of the two."""
ROUNDS = 60
"""How often the prepared events are sent before the same sessions come again."""
LETTERS = (string.digits + string.ascii_lowercase).encode()
PAIRS = 3
"""How often two things are compared, one after the other: a minute later the machine may be a faster or a slower one.
What is told is the median."""
PROBE_SECONDS_MAX = 10.0


class IngestResult(Struct):
    noop_rps: float
    """Requests per second of the same HTTP server answering a constant to the same requests."""
    single_rps: float
    """Requests per second with one event each, durable before the answer."""
    single_vs_noop: float
    """Of two runs that follow each other."""
    batch100_events_per_s: float
    """Events per second in requests of 100 over 64 connections, durable before the answer."""
    p50_ms: float
    p99_ms: float
    """Time to the answer of a request with one event, at full load over 256 connections."""
    loaded_events_per_s: float
    """Journal to queryable."""
    raw_insert_events_per_s: float
    loaded_vs_raw_insert: float
    """Of two runs that follow each other."""
    visible_after_ms: float
    """From sending an event to reading it back, while 20,000 events/s come in: the slowest of 20 tries."""
    visible_after_p50_ms: float
    memory_mb: float
    """Largest memory of all processes of the server over all of it."""
    event_bytes: float
    """Mean size of an event as sent."""


def run(*, seconds: float, load_events: int) -> IngestResult:
    """About eight times `seconds` plus what loading takes. Raises `BenchError`."""
    with tempfile.TemporaryDirectory(prefix="playtrace-bench-", ignore_cleanup_errors=True) as folder:
        events = fresh_events()
        singles = [msgspec.json.encode(event) for event in events[:2000]]
        batches = in_batches(events)
        with noop_server() as noop, playtrace_server(Path(folder) / "served") as server:
            pairs = _singles(noop, server, singles, seconds)
            memory_mb = server.memory_mb()
            batch = press_for(server, requests_of(server, batches, ROUNDS), BATCH_CONNECTIONS, seconds)
            memory_mb = max(memory_mb, server.memory_mb())
            server.wait_until_loaded()
            memory_mb = max(memory_mb, server.memory_mb())
            visible_ms = asyncio.run(_visible_after(server, requests_of(server, batches, 2 * ROUNDS)))
            memory_mb = max(memory_mb, server.memory_mb())
        speeds = [measure(Path(folder) / f"loaded-{number}", _entries(load_events)) for number in range(PAIRS)]
        return IngestResult(
            noop_rps=statistics.median(noop.rate for noop, _ in pairs),
            single_rps=statistics.median(single.rate for _, single in pairs),
            single_vs_noop=statistics.median(single.rate / noop.rate for noop, single in pairs),
            batch100_events_per_s=batch.rate * BATCH_EVENTS,
            p50_ms=statistics.median(single.p50_ms for _, single in pairs),
            p99_ms=statistics.median(single.p99_ms for _, single in pairs),
            loaded_events_per_s=statistics.median(speed.loaded_events_per_s for speed in speeds),
            raw_insert_events_per_s=statistics.median(speed.raw_insert_events_per_s for speed in speeds),
            loaded_vs_raw_insert=statistics.median(speed.loaded_vs_raw_insert for speed in speeds),
            visible_after_ms=max(visible_ms),
            visible_after_p50_ms=float(np.median(visible_ms)),
            memory_mb=memory_mb,
            event_bytes=sum(map(len, batches)) / len(events),
        )


def _singles(noop: Running, server: Running, bodies: list[bytes], seconds: float) -> list[tuple[Measured, Measured]]:
    """Requests with one event to the server that does nothing and to ours, in turn."""
    for running in (noop, server):
        press_for(running, requests_of(running, bodies, 3 * ROUNDS), SINGLE_CONNECTIONS, WARM_UP_SECONDS)
    to_noop = requests_of(noop, bodies)
    to_server = requests_of(server, bodies, 4 * ROUNDS, PAIRS * ROUNDS)
    pairs: list[tuple[Measured, Measured]] = []
    for _ in range(PAIRS):
        server.wait_until_loaded()
        limit = press_for(noop, to_noop, SINGLE_CONNECTIONS, seconds)
        single = press_for(server, to_server, SINGLE_CONNECTIONS, seconds)
        to_server = to_server[single.requests :] or to_server
        pairs.append((limit, single))
    return pairs


def fresh_events(days: int = 7, simulated: int = 50_000) -> list[Event]:
    """20,000 events of a simulated game that were not sent before: without an id, as repeats would count once. They are
    the first of so many that are simulated over so many days."""
    scenario = ArenaScenario(seed=7, events=simulated, days=days, end=dt.datetime.now(dt.UTC))
    events = list(itertools.islice(itertools.chain.from_iterable(scenario.batches()), 20_000))
    for event in events:
        event.event_id = None
    return events


def in_batches(events: list[Event]) -> list[bytes]:
    """Bodies of requests with `BATCH_EVENTS` each."""
    return [
        msgspec.json.encode({"events": events[start : start + BATCH_EVENTS]})
        for start in range(0, len(events), BATCH_EVENTS)
    ]


def _entries(count: int) -> Iterator[Entry]:
    scenario = ArenaScenario(seed=8, events=count, days=7, end=dt.datetime.now(dt.UTC))
    now = dt.datetime.now(dt.UTC)
    for events in as_sent(scenario.batches(), BATCH_EVENTS):
        yield encode(Batch(received_at=now, source="events", events=events))


def in_sessions_of(round_: int, body: bytes) -> bytes:
    """The same events in other sessions, of one round among 36 x 36, and no byte longer: sent twice as they are, they
    would come from a client that goes back in time, which is rare and dear to load."""
    high, low = divmod(round_, len(LETTERS))
    return body.replace(b'"session_id":"s-', b'"session_id":"%c%c' % (LETTERS[high], LETTERS[low]))


def requests_of(server: Running, bodies: list[bytes], first_round: int = 0, rounds: int = ROUNDS) -> list[bytes]:
    """So many times these events; each part of the benchmark has rounds, and so sessions, of its own."""
    return [
        request_bytes(server.host, server.port, PATH, in_sessions_of(round_, body))
        for round_ in range(first_round, first_round + rounds)
        for body in bodies
    ]


def press_for(server: Running, requests: list[bytes], connections: int, seconds: float) -> Measured:
    """Raises `BenchError` when not every request was accepted."""
    measured = asyncio.run(press(server.host, server.port, requests, connections=connections, seconds=seconds))
    if set(measured.statuses) != {202}:
        raise BenchError(f"Not every request was accepted: {measured.statuses}.")
    return measured


async def _visible_after(server: Running, requests: list[bytes]) -> list[float]:
    """Milliseconds until an event can be read back, for each try."""
    per_second = STEADY_EVENTS_PER_S / BATCH_EVENTS
    steady = asyncio.create_task(send_evenly(server.host, server.port, itertools.cycle(requests), per_second))
    try:
        await asyncio.sleep(2)  # the load itself comes up first
        found = [await asyncio.to_thread(_probe, server) for _ in range(PROBES)]
        if steady.done():
            raise BenchError(f"The steady load ended early: {steady.exception()}")
        return found
    finally:
        steady.cancel()


def _probe(server: Running) -> float:
    player = uuid.uuid4().hex
    body = msgspec.json.encode({"name": "probe", "game_id": "arena", "player_id": player})
    began = time.perf_counter()
    request = urllib.request.Request(server.url + PATH, body, {"Content-Type": "application/json"})  # noqa: S310
    with urllib.request.urlopen(request):  # noqa: S310 - our own address
        pass
    while not server.get(f"/api/events?gameId=arena&playerId={player}")["events"]:
        if time.perf_counter() - began > PROBE_SECONDS_MAX:
            raise BenchError("An event was acknowledged and not visible ten seconds later.")
        time.sleep(PROBE_INTERVAL_S)
    return (time.perf_counter() - began) * 1000
