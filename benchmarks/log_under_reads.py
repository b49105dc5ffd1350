"""The database's own log, the server's memory and the lag of loading, under constant reads for minutes.

    uv run python benchmarks/log_under_reads.py --minutes 10

Starts the server as a user does, sends 5,000 events a second, and has four readers ask metrics without a
pause. A log that readers keep from being merged would grow without end; this prints the largest it was.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import tempfile
import threading
import time
import urllib.request
from pathlib import Path

import msgspec

from playtrace.bench.ingest import BATCH_EVENTS, PATH, fresh_events, in_sessions_of
from playtrace.bench.load_generator import request_bytes
from playtrace.bench.processes import Running, playtrace_server

READERS = 4
EVENTS_PER_S = 5_000
QUESTIONS = (
    "/api/metrics/summary?gameId=arena",
    "/api/metrics/timeseries?gameId=arena&metric=crashes&interval=hour",
    "/api/metrics/active_players?gameId=arena",
    "/api/events?gameId=arena&limit=100",
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=10.0)
    minutes = parser.parse_args().minutes
    with tempfile.TemporaryDirectory(prefix="playtrace-log-", ignore_cleanup_errors=True) as folder:
        data = Path(folder)
        with playtrace_server(data) as server:
            print(json.dumps(watch(server, data / "store.duckdb.wal", minutes * 60), indent=2))


def watch(server: Running, database_log: Path, seconds: float) -> dict[str, float]:
    stop = threading.Event()
    answers = [0] * READERS
    readers = [threading.Thread(target=ask, args=(server, stop, answers, number)) for number in range(READERS)]
    sending = threading.Event()
    sender = threading.Thread(target=lambda: asyncio.run(send(server, sending, stop)))
    sender.start()
    sending.wait()  # the first event makes the game that the readers ask about
    for thread in readers:
        thread.start()
    largest = {"log_mb": 0.0, "rss_mb": 0.0, "lag_s": 0.0}
    ends_at = time.monotonic() + seconds
    while time.monotonic() < ends_at:
        health = get(server, "/api/health")
        log_bytes = database_log.stat().st_size if database_log.exists() else 0
        largest["log_mb"] = max(largest["log_mb"], log_bytes / 1e6)
        largest["rss_mb"] = max(largest["rss_mb"], server.rss_mb())
        largest["lag_s"] = max(largest["lag_s"], health["journal"]["lagSeconds"])
        time.sleep(0.25)
    if not all(thread.is_alive() for thread in [*readers, sender]):
        raise RuntimeError("A reader or the sender ended early.")
    stop.set()
    for thread in [*readers, sender]:
        thread.join()
    stored = get(server, "/api/health")["store"]["events"]
    return {"seconds": seconds, "events_stored": stored, "answers": sum(answers)} | {
        f"largest_{name}": round(value, 1) for name, value in largest.items()
    }


def ask(server: Running, stop: threading.Event, answers: list[int], number: int) -> None:
    for question in itertools.cycle(QUESTIONS):
        if stop.is_set():
            return
        get(server, question)
        answers[number] += 1


async def send(server: Running, sending: threading.Event, stop: threading.Event) -> None:
    """`EVENTS_PER_S` in requests of `BATCH_EVENTS`, evenly, always of sessions that are new."""
    events = list(itertools.islice(fresh_events(50_000), 20_000))
    requests = [
        request_bytes(
            server.host, server.port, PATH, msgspec.json.encode({"events": events[start : start + BATCH_EVENTS]})
        )
        for start in range(0, len(events), BATCH_EVENTS)
    ]
    reader, writer = await asyncio.open_connection(server.host, server.port)
    began = time.perf_counter()
    for number in itertools.count():
        await asyncio.sleep(max(0.0, began + number * BATCH_EVENTS / EVENTS_PER_S - time.perf_counter()))
        if stop.is_set():
            writer.close()
            return
        round_ = number // len(requests) % 256
        writer.write(in_sessions_of(round_, requests[number % len(requests)]))
        head = await reader.readuntil(b"\r\n\r\n")
        await reader.readexactly(int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0]))
        sending.set()


def get(server: Running, path: str) -> dict:
    with urllib.request.urlopen(server.url + path) as answer:
        return json.loads(answer.read())


if __name__ == "__main__":
    main()
