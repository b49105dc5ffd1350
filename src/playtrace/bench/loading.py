"""Journal → queryable, against the limit: inserting the same rows into the same table, and nothing else."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pyarrow as pa
from msgspec import Struct

from playtrace.config import Settings
from playtrace.event import Event
from playtrace.journal.entry import Entry
from playtrace.journal.sqlite import Journal
from playtrace.load.loader import Loader
from playtrace.store.duckdb import Store, configuration


class LoadSpeed(Struct):
    loaded_events_per_s: float
    raw_insert_events_per_s: float
    loaded_vs_raw_insert: float
    step_seconds: dict[str, float]


def measure(folder: Path, entries: Iterator[Entry]) -> LoadSpeed:
    """Load these entries from a journal into an empty store, then insert the rows that came out of it."""
    settings = Settings.read(data=folder, late_days_max=400)
    journal = Journal.open(settings.journal_path, settings)
    store = Store.open(settings.store_path, settings)
    try:
        count = asyncio.run(_fill(journal, entries))
        loader = Loader(store, journal, settings)
        began = time.perf_counter()
        while loader.load_waiting() is not None:
            pass
        loaded = count / (time.perf_counter() - began)
        # VARIANT has no Arrow form of its own; JSON text is what a raw insert would be given.
        rows = store.query("SELECT * REPLACE (props::JSON::VARCHAR AS props) FROM events")
        schema = store.query("SELECT sql FROM duckdb_tables() WHERE table_name = 'events'").to_pylist()[0]["sql"]
    finally:
        journal.close()
        store.close()
    raw = _insert_raw(folder / "raw.duckdb", schema, rows, settings)
    return LoadSpeed(loaded, raw, loaded / raw, dict(loader.step_seconds))


def _insert_raw(path: Path, schema: str, rows: pa.Table, settings: Settings) -> float:
    """Events per second of inserting Arrow rows, in pieces as large as one load's."""
    connection = duckdb.connect(str(path), config=configuration(settings, path))
    try:
        connection.execute(schema)
        began = time.perf_counter()
        for start in range(0, len(rows), settings.load.events_max):
            connection.register("piece", rows.slice(start, settings.load.events_max))
            connection.execute("INSERT INTO events SELECT * REPLACE (props::JSON::VARIANT AS props) FROM piece")
        return len(rows) / (time.perf_counter() - began)
    finally:
        connection.close()


async def _fill(journal: Journal, entries: Iterator[Entry]) -> int:
    count = 0
    for entry in entries:
        count += entry.events
        await journal.append(entry)
    return count


def as_sent(batches: Iterator[list[Event]], size: int) -> Iterator[list[Event]]:
    """The same events in batches of `size`, as a game's client would send them."""
    for batch in batches:
        for start in range(0, len(batch), size):
            yield batch[start : start + size]
