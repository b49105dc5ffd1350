"""`playtrace bench mirrors`: how fast databases get what the store has, and what that costs those who send.

Each database is compared with itself: the same rows, as they are, into a table without a key, an index or a trigger.
"""

from __future__ import annotations

import datetime as dt
import io
import json
import secrets
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, LiteralString

import pyarrow as pa
from msgspec import Struct
from pyarrow import csv

from playtrace.addresses import masked, scrubbed
from playtrace.bench.ingest import BATCH_CONNECTIONS, BATCH_EVENTS, fresh_events, in_batches, press_for, requests_of
from playtrace.bench.loading import as_sent
from playtrace.bench.processes import BenchError, playtrace_server
from playtrace.config import Settings
from playtrace.event import Batch
from playtrace.journal.entry import encode
from playtrace.journal.sqlite import Journal
from playtrace.load.loader import Loader
from playtrace.mirrors.follower import Follower
from playtrace.mirrors.probe import probe
from playtrace.mirrors.target import TargetError
from playtrace.mirrors.targets import family_of
from playtrace.registry.mirrors import MirrorDefinition
from playtrace.registry.registry import Registry
from playtrace.simulate.arena import ArenaScenario
from playtrace.store.columns import TOLD
from playtrace.store.duckdb import Store

GAME = "arena"
TABLE = "playtrace_bench"
"""Of the plain copy; it is dropped again."""
ROWS_AT_ONCE = 1_000
"""Of a statement of MySQL, and a message to MongoDB."""
ROUNDS = 30
"""How often the prepared events are sent before the same sessions come again."""
PAIRS = 3

ROWS: LiteralString = f"SELECT {TOLD} FROM events ORDER BY journal_offset, position"


class TargetSpeed(Struct):
    url: str
    events: int
    mirrored_events_per_s: float
    """By a mirror, from the store to the commit of the last slice."""
    plain_events_per_s: float
    """The same rows into a table without anything: COPY, INSERT of a thousand rows, or insertMany of a thousand."""
    mirrored_vs_plain: float


class CollectSpeed(Struct):
    events_per_s: float
    """Taken in requests of 100 over 64 connections by a server without mirrors."""
    mirrored_events_per_s: float
    """The same with a mirror to each database."""
    mirrored_vs_not: float
    """Of two runs that follow each other: the median."""


class MirrorsResult(Struct):
    targets: list[TargetSpeed]
    collect: CollectSpeed | None
    """None where it was not asked for."""


def run(urls: Sequence[str], *, events: int, seconds: float) -> MirrorsResult:
    """Into databases that are there for it: their tables are left behind. `seconds` 0 leaves out collecting.

    Raises `BenchError`.
    """
    with tempfile.TemporaryDirectory(prefix="playtrace-bench-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        # Mirrors of earlier runs stand elsewhere.
        mirror = f"bench-{secrets.token_hex(4)}"
        return MirrorsResult(
            targets=_targets(folder / "followed", urls, mirror, events),
            collect=_collecting(folder, urls, mirror, seconds) if seconds > 0 else None,
        )


def _targets(folder: Path, urls: Sequence[str], mirror: str, events: int) -> list[TargetSpeed]:
    settings = Settings.read(data=folder, late_days_max=400)
    folder.mkdir()
    with (
        closing(Registry.open(settings.registry_database)) as registry,
        closing(Journal.open(settings.journal_path, settings)) as journal,
        closing(Store.open(settings.store_path, settings)) as store,
    ):
        registry.add_game(GAME)
        Loader(store, journal, settings).load_entries(
            encode(Batch(received_at=dt.datetime.now(dt.UTC), source="events", events=batch))
            for batch in as_sent(
                ArenaScenario(seed=8, events=events, days=7, end=dt.datetime.now(dt.UTC)).batches(), BATCH_EVENTS
            )
        )
        rows = store.query(ROWS)
        return [
            _target(url, f"{mirror}-{number}", store, registry, settings, str(journal.journal_id), rows)
            for number, url in enumerate(urls)
        ]


def _target(
    url: str, mirror: str, store: Store, registry: Registry, settings: Settings, journal_id: str, rows: pa.Table
) -> TargetSpeed:
    try:
        probe(url, mirror, settings, registry)
        plain = PLAIN[family_of(url)](url, rows)
    except TargetError as error:
        raise BenchError(scrubbed(str(error), url)) from None
    except Exception as error:
        raise BenchError(scrubbed(f"The plain copy failed: {error}", url)) from None
    registry.put_mirror(mirror, MirrorDefinition(url=url))
    with closing(Follower(store, registry, settings, mirror, journal_id=journal_id)) as follower:
        began = time.perf_counter()
        while (step := follower.step()).did == "wrote":
            pass
        took = time.perf_counter() - began
        if step.did != "rested" or follower.state.last_error is not None:
            raise BenchError(f"The mirror failed: {follower.state.last_error}")
        if follower.state.refused:
            raise BenchError(f"The database refused {follower.state.refused} events.")
    mirrored = len(rows) / took
    return TargetSpeed(masked(url), len(rows), mirrored, plain, mirrored / plain)


def _collecting(folder: Path, urls: Sequence[str], mirror: str, seconds: float) -> CollectSpeed:
    batches = in_batches(fresh_events())
    pairs: list[tuple[float, float]] = []
    for number in range(PAIRS):
        rates: list[float] = []
        for given in ((), urls):
            data = folder / f"collected-{number}-{len(given)}"
            _configure(data, given, f"{mirror}-collected-{number}")
            with playtrace_server(data) as server:
                press_for(server, requests_of(server, batches, 2 * ROUNDS, ROUNDS), BATCH_CONNECTIONS, 1.0)
                measured = press_for(server, requests_of(server, batches, 0, 2 * ROUNDS), BATCH_CONNECTIONS, seconds)
            rates.append(measured.rate * BATCH_EVENTS)
        pairs.append((rates[0], rates[1]))
    return CollectSpeed(
        statistics.median(plain for plain, _ in pairs),
        statistics.median(mirrored for _, mirrored in pairs),
        statistics.median(mirrored / plain for plain, mirrored in pairs),
    )


def _configure(data: Path, urls: Sequence[str], mirror: str) -> None:
    data.mkdir()
    with closing(Registry.open(Settings.read(data=data).registry_database)) as registry:
        registry.add_game(GAME)
        for number, url in enumerate(urls):
            registry.put_mirror(f"{mirror}-{number}", MirrorDefinition(url=url))


# ── the same rows as they are ────────────────────────────────────────────────────────────────────────────────

KINDS = {pa.timestamp("us"): "TIMESTAMP", pa.float64(): "DOUBLE PRECISION", pa.int64(): "BIGINT", pa.int32(): "INTEGER"}


def _columns(rows: pa.Table, json_type: str) -> str:
    kinds = [json_type if field.name == "props" else KINDS.get(field.type, "TEXT") for field in rows.schema]
    return ", ".join(f"c{number} {kind}" for number, kind in enumerate(kinds))


def _copy_into_postgresql(url: str, rows: pa.Table) -> float:
    import psycopg
    from psycopg import sql

    text = io.BytesIO()
    csv.write_csv(rows, text, csv.WriteOptions(include_header=False))
    table = sql.Identifier(TABLE)
    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(table))
        # Columns by number, and types that are ours.
        cursor.execute(sql.SQL(f"CREATE TABLE {TABLE} ({_columns(rows, 'JSONB')})"))  # pyright: ignore[reportArgumentType]
        connection.commit()
        began = time.perf_counter()
        with cursor.copy(sql.SQL("COPY {} FROM STDIN (FORMAT csv)").format(table)) as copy:
            view = text.getbuffer()
            for start in range(0, len(view), 1 << 20):
                copy.write(bytes(view[start : start + (1 << 20)]))
        connection.commit()
        took = time.perf_counter() - began
        cursor.execute(sql.SQL("DROP TABLE {}").format(table))
    return len(rows) / took


def _insert_into_mysql(url: str, rows: pa.Table) -> float:
    import pymysql

    from playtrace.mirrors.mysql.address import arguments_of

    values = [tuple(row.values()) for row in rows.to_pylist()]
    places = ", ".join(["%s"] * rows.num_columns)
    with closing(pymysql.connect(**arguments_of(url))) as connection, connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {TABLE}")
        cursor.execute(f"CREATE TABLE {TABLE} ({_columns(rows, 'JSON')})")
        began = time.perf_counter()
        for part in _parts(values):
            cursor.executemany(f"INSERT INTO {TABLE} VALUES ({places})", part)
        connection.commit()
        took = time.perf_counter() - began
        cursor.execute(f"DROP TABLE {TABLE}")
    return len(rows) / took


def _insert_into_mongodb(url: str, rows: pa.Table) -> float:
    from pymongo import MongoClient

    documents = [row | {"props": row["props"] and json.loads(row["props"])} for row in rows.to_pylist()]
    with closing(MongoClient[dict[str, Any]](url)) as client:
        collection = client.get_default_database("playtrace")[TABLE]
        collection.drop()
        began = time.perf_counter()
        for part in _parts(documents):
            collection.insert_many(part, ordered=False)
        took = time.perf_counter() - began
        collection.drop()
    return len(rows) / took


def _parts(rows: list[Any]) -> Iterator[list[Any]]:
    for start in range(0, len(rows), ROWS_AT_ONCE):
        yield rows[start : start + ROWS_AT_ONCE]


PLAIN: dict[str, Callable[[str, pa.Table], float]] = {
    "postgresql": _copy_into_postgresql,
    "mysql": _insert_into_mysql,
    "mongodb": _insert_into_mongodb,
}
"""Events per second, by `family_of` an address."""
