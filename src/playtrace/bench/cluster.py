"""`playtrace bench cluster`: what a broker and ClickHouse cost and bring, beside the file and the store that are there
without them.

Three parts, each two things that are done one after the other in the same run: requests to a process that takes events,
with the file and with the broker as its journal; the same rows copied into ClickHouse with all that follows from them,
and inserted there as they are; and the same questions to both stores.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import LiteralString
from uuid import uuid4

import msgspec
import pyarrow as pa
from msgspec import Struct, structs

from playtrace.bench.ingest import (
    BATCH_CONNECTIONS,
    BATCH_EVENTS,
    PAIRS,
    SINGLE_CONNECTIONS,
    WARM_UP_SECONDS,
    fresh_events,
    in_batches,
    press_for,
    requests_of,
)
from playtrace.bench.month import ask, count, fill, last_moment, opened
from playtrace.bench.processes import BenchError, Running, playtrace_server
from playtrace.broker_url import broker_url
from playtrace.clickhouse_url import clickhouse_url
from playtrace.config import Settings
from playtrace.store.by_url import copying_of
from playtrace.store.clickhouse.schema import BY_NAME
from playtrace.store.clickhouse.sending import Sending
from playtrace.store.clickhouse.slices import ROWS
from playtrace.store.clickhouse.store import ClickHouseStore
from playtrace.store.duckdb import Store

ASKED = ("summary", "timeseries", "active_players", "new_players", "retention")
"""What the first page of the dashboard asks."""
DAYS = 30
INSERTED_AT_ONCE = 200_000
ROUNDS = 30
ENTRIES: LiteralString = """
SELECT journal_offset, count(*) AS events FROM events GROUP BY journal_offset ORDER BY journal_offset
"""


class Taken(Struct):
    """By one process that takes events: medians of runs that follow each other."""

    single_rps: float
    """Requests with one event each, over 256 connections."""
    batch100_events_per_s: float
    """Over 64 connections."""


class Taking(Struct):
    sqlite: Taken
    """With the file as its journal, beside the process that loads."""
    broker: Taken
    single_vs_sqlite: float
    batch100_vs_sqlite: float


class Copying(Struct):
    events: int
    copied_events_per_s: float
    """Into ClickHouse, with the rows of all rollups."""
    inserted_events_per_s: float
    """The same events as they are, into a table of the same form."""
    copied_vs_inserted: float


class Asked(Struct):
    """Medians over 30 days, in milliseconds."""

    store_ms: float
    clickhouse_ms: float
    store_vs_clickhouse: float
    """Above 1 ClickHouse is faster."""


class ClusterResult(Struct):
    journal: str
    taking: Taking
    copying: Copying
    asked: dict[str, Asked]


def run(
    *, journal_url: str, store_url: str, events: int, seconds: float, data: Path | None, repeats: int
) -> ClusterResult:
    """Two databases are made in ClickHouse, and a topic or stream at the broker, each with a name of its own; the
    databases are removed again. Raises `BenchError`, and `StoreError` when ClickHouse does not do what it is asked.
    """
    name = f"playtrace_bench_{uuid4().hex[:8]}"
    with tempfile.TemporaryDirectory(prefix="playtrace-bench-", ignore_cleanup_errors=True) as temporary:
        taking = _taking(Path(temporary), _of_its_own(journal_url, name), seconds)
        settings = Settings.read(
            data=data or Path(temporary) / "store", late_days_max=400, dedup_days=60, store_url=_named(store_url, name)
        )
        settings.data.mkdir(parents=True, exist_ok=True)
        if not settings.store_path.exists():
            fill(settings, events, days=DAYS)
        with opened(settings) as store:
            copying, asked = _in_clickhouse(store, settings, repeats)
    return ClusterResult(str(broker_url(journal_url)), taking, copying, asked)


# --- taking ---


def _taking(folder: Path, journal_url: str, seconds: float) -> Taking:
    events = fresh_events()
    singles = [msgspec.json.encode(event) for event in events[:2000]]
    batches = in_batches(events)
    one_process = {"PLAYTRACE_COLLECT_PROCESSES": "1"}
    with contextlib.ExitStack() as stack:
        sqlite = stack.enter_context(playtrace_server(folder / "sqlite", environment=one_process))
        shared = {
            "PLAYTRACE_JOURNAL_URL": journal_url,
            "PLAYTRACE_REGISTRY_URL": f"sqlite:///{(folder / 'sqlite' / 'registry.sqlite').as_posix()}",
        }
        broker = stack.enter_context(
            playtrace_server(folder / "broker", "--role", "collect", environment=one_process | shared)
        )
        runs: dict[str, list[tuple[float, float]]] = {"sqlite": [], "broker": []}
        for number in range(PAIRS):
            for name, server in (("sqlite", sqlite), ("broker", broker)):
                # What it loads is not measured, and would be beside what the other one takes.
                sqlite.wait_until_loaded()
                runs[name].append(_pressed(server, singles, batches, number, seconds))
    taken = {
        name: Taken(statistics.median(one for one, _ in of), statistics.median(many for _, many in of))
        for name, of in runs.items()
    }
    return Taking(
        taken["sqlite"],
        taken["broker"],
        taken["broker"].single_rps / taken["sqlite"].single_rps,
        taken["broker"].batch100_events_per_s / taken["sqlite"].batch100_events_per_s,
    )


def _pressed(
    server: Running, singles: list[bytes], batches: list[bytes], number: int, seconds: float
) -> tuple[float, float]:
    """Requests a second with one event, and events a second in requests of a hundred."""
    one = requests_of(server, singles, 3 * number * ROUNDS, ROUNDS)
    press_for(server, one, SINGLE_CONNECTIONS, WARM_UP_SECONDS)
    single = press_for(server, one[len(one) // 2 :], SINGLE_CONNECTIONS, seconds)
    many = press_for(
        server, requests_of(server, batches, (3 * number + 1) * ROUNDS, ROUNDS), BATCH_CONNECTIONS, seconds
    )
    return single.rate, many.rate * BATCH_EVENTS


# --- ClickHouse ---


def _in_clickhouse(store: Store, settings: Settings, repeats: int) -> tuple[Copying, dict[str, Asked]]:
    there, copying = copying_of(store, settings)
    database = there.address.database
    plain = f"{database}_plain"
    try:
        total = count(store)
        _ = there.client  # its tables are there before the clock starts
        began = time.perf_counter()
        while copying.step() is not None:
            pass
        copied_s = time.perf_counter() - began
        inserted_s = _insert_plain(store, there, plain)
        end = last_moment(store)
        asked = {name: _asked(name, store, there, end, repeats) for name in ASKED}
        return Copying(total, total / copied_s, total / inserted_s, inserted_s / copied_s), asked
    finally:
        with contextlib.suppress(Exception):  # what went wrong before is what is told
            for each in (database, plain):
                there.client.command(f"DROP DATABASE IF EXISTS {each}")
        there.close()


def _insert_plain(store: Store, there: ClickHouseStore, database: str) -> float:
    """Seconds of inserting the rows of all events, and nothing else; making them is not counted."""
    table = structs.replace(BY_NAME["events"], name=f"{database}.events")
    there.client.command(f"CREATE DATABASE {database}")
    for statement in table.creation():
        there.client.command(statement)
    sending = Sending(there)
    seconds = 0.0
    for piece in _pieces(store):
        began = time.perf_counter()
        sending.send(table.name, piece, uuid4().hex)
        seconds += time.perf_counter() - began
    return seconds


def _pieces(store: Store) -> Iterator[pa.Table]:
    """Rows of events as slices have them."""
    (events,) = [rows for rows in ROWS if rows.table == "events"]
    after = upto = gathered = 0
    for entry in store.query(ENTRIES).to_pylist():
        if gathered and gathered + entry["events"] > INSERTED_AT_ONCE:
            yield store.query(events.text, {"after": after, "upto": upto})
            after, gathered = upto, 0
        upto = int(entry["journal_offset"])
        gathered += int(entry["events"])
    yield store.query(events.text, {"after": after, "upto": upto})


def _asked(name: str, store: Store, there: ClickHouseStore, end: dt.datetime, repeats: int) -> Asked:
    times: dict[str, list[float]] = {"store": [], "clickhouse": []}
    for readable in (store, there):
        ask(readable, name, end, "auto", DAYS)  # the first one is translated, and planned
    for _ in range(repeats):
        times["store"].append(ask(store, name, end, "auto", DAYS))
        times["clickhouse"].append(ask(there, name, end, "auto", DAYS))
    store_ms, clickhouse_ms = statistics.median(times["store"]), statistics.median(times["clickhouse"])
    return Asked(store_ms, clickhouse_ms, store_ms / clickhouse_ms)


def _named(store_url: str, database: str) -> str:
    """The same ClickHouse with another database."""
    address = clickhouse_url(store_url)
    if address.cluster is not None:
        raise BenchError("This is measured on one server of ClickHouse: leave out ?cluster=….")
    head, _, _ = store_url.rpartition("/") if store_url.count("/") > 2 else (store_url, "", "")
    return f"{head}/{database}"


def _of_its_own(journal_url: str, name: str) -> str:
    """The same broker with another topic or stream."""
    url = broker_url(journal_url)
    if url.scheme == "kinesis":
        raise BenchError("This is measured with Kafka or NATS.")
    head, _, options = journal_url.partition("?")
    scheme, _, rest = head.partition("://")
    return f"{scheme}://{rest.split('/')[0]}/{name}" + (f"?{options}" if options else "")
