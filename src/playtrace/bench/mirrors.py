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
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from typing import Any, LiteralString, Protocol

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
    settings = Settings.read(data=folder, late_days_max=400, mirror_refresh_minutes=0)
    folder.mkdir()
    with (
        closing(Registry.open(settings.registry_database)) as registry,
        closing(Journal.open(settings.journal_path, settings)) as journal,
        closing(Store.open(settings.store_path, settings)) as store,
    ):
        registry.games.add(GAME)
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
    registry.mirrors.put(mirror, MirrorDefinition(url=url))
    try:
        probe(url, mirror, settings, registry)
        with (
            PLAIN[family_of(url)](url, rows.schema) as plain,
            closing(Follower(store, registry, settings, mirror, journal_id=journal_id)) as follower,
        ):
            mirrored_s, plain_s = _in_turn(follower, plain, rows)
    except TargetError as error:
        raise BenchError(scrubbed(str(error), url)) from None
    except BenchError:
        raise
    except Exception as error:
        raise BenchError(scrubbed(f"The plain copy failed: {error}", url)) from None
    return TargetSpeed(masked(url), len(rows), len(rows) / mirrored_s, len(rows) / plain_s, plain_s / mirrored_s)


def _in_turn(follower: Follower, plain: PlainTable, rows: pa.Table) -> tuple[float, float]:
    """Seconds of each: a slice by the mirror, the same rows as they are, and so on, so that what else the machine does
    costs both alike."""
    mirrored_s = plain_s = 0.0
    written = 0
    while True:
        began = time.perf_counter()
        step = follower.step()
        mirrored_s += time.perf_counter() - began
        if step.did != "wrote":
            break
        part = plain.prepared(rows.slice(written, follower.state.events - written))
        written = follower.state.events
        began = time.perf_counter()
        plain.write(part)
        plain_s += time.perf_counter() - began
    if step.did != "rested" or follower.state.last_error is not None:
        raise BenchError(f"The mirror failed: {follower.state.last_error}")
    if follower.state.refused:
        raise BenchError(f"The database refused {follower.state.refused} events.")
    return mirrored_s, plain_s


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
        registry.games.add(GAME)
        for number, url in enumerate(urls):
            registry.mirrors.put(f"{mirror}-{number}", MirrorDefinition(url=url))


# ── the same rows as they are ────────────────────────────────────────────────────────────────────────────────

KINDS = {pa.timestamp("us"): "TIMESTAMP", pa.float64(): "DOUBLE PRECISION", pa.int64(): "BIGINT", pa.int32(): "INTEGER"}


class PlainTable(Protocol):
    """A table without a key, an index or a trigger; it is dropped at the end."""

    def prepared(self, rows: pa.Table) -> Any:
        """What is sent for some rows, which takes no time of the database."""
        ...

    def write(self, prepared: Any) -> None:
        """Until it is committed."""
        ...


def _columns(schema: pa.Schema, json_type: str) -> str:
    kinds = [json_type if field.name == "props" else KINDS.get(field.type, "TEXT") for field in schema]
    return ", ".join(f"c{number} {kind}" for number, kind in enumerate(kinds))


class _PlainPostgreSQL:
    def __init__(self, connection: Any) -> None:
        self._connection = connection

    def prepared(self, rows: pa.Table) -> bytes:
        text = io.BytesIO()
        csv.write_csv(rows, text, csv.WriteOptions(include_header=False))
        return text.getvalue()

    def write(self, prepared: bytes) -> None:
        with self._connection.cursor() as cursor:
            with cursor.copy(f"COPY {TABLE} FROM STDIN (FORMAT csv)".encode()) as copy:
                for start in range(0, len(prepared), 1 << 20):
                    copy.write(prepared[start : start + (1 << 20)])
            self._connection.commit()


@contextmanager
def _plain_postgresql(url: str, schema: pa.Schema) -> Generator[PlainTable]:
    import psycopg

    with psycopg.connect(url) as connection:
        connection.execute(f"DROP TABLE IF EXISTS {TABLE}".encode())
        # Columns by number, and types that are ours.
        connection.execute(f"CREATE TABLE {TABLE} ({_columns(schema, 'JSONB')})".encode())
        connection.commit()
        yield _PlainPostgreSQL(connection)
        connection.execute(f"DROP TABLE {TABLE}".encode())


class _PlainMySQL:
    def __init__(self, connection: Any) -> None:
        self._connection = connection

    def prepared(self, rows: pa.Table) -> list[tuple[Any, ...]]:
        return [tuple(row.values()) for row in rows.to_pylist()]

    def write(self, prepared: list[tuple[Any, ...]]) -> None:
        with self._connection.cursor() as cursor:
            for part in _parts(prepared):
                cursor.executemany(f"INSERT INTO {TABLE} VALUES ({', '.join(['%s'] * len(part[0]))})", part)
        self._connection.commit()


@contextmanager
def _plain_mysql(url: str, schema: pa.Schema) -> Generator[PlainTable]:
    import pymysql

    from playtrace.mirrors.mysql.address import arguments_of

    with closing(pymysql.connect(**arguments_of(url))) as connection, connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {TABLE}")
        cursor.execute(f"CREATE TABLE {TABLE} ({_columns(schema, 'JSON')})")
        yield _PlainMySQL(connection)
        cursor.execute(f"DROP TABLE {TABLE}")


class _PlainMongoDB:
    def __init__(self, collection: Any) -> None:
        self._collection = collection

    def prepared(self, rows: pa.Table) -> list[dict[str, Any]]:
        return [row | {"props": row["props"] and json.loads(row["props"])} for row in rows.to_pylist()]

    def write(self, prepared: list[dict[str, Any]]) -> None:
        for part in _parts(prepared):
            self._collection.insert_many(part, ordered=False)


@contextmanager
def _plain_mongodb(url: str, schema: pa.Schema) -> Generator[PlainTable]:
    from pymongo import MongoClient

    with closing(MongoClient[dict[str, Any]](url)) as client:
        collection = client.get_default_database("playtrace")[TABLE]
        collection.drop()
        yield _PlainMongoDB(collection)
        collection.drop()


def _parts(rows: list[Any]) -> Iterator[list[Any]]:
    for start in range(0, len(rows), ROWS_AT_ONCE):
        yield rows[start : start + ROWS_AT_ONCE]


PLAIN: dict[str, Callable[[str, pa.Schema], AbstractContextManager[PlainTable]]] = {
    "postgresql": _plain_postgresql,
    "mysql": _plain_mysql,
    "mongodb": _plain_mongodb,
}
"""By `family_of` an address."""
