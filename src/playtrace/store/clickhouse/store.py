"""A store in ClickHouse, as it is asked. What is in it came there by `copying`."""

from __future__ import annotations

import threading
from collections.abc import Generator, Mapping
from contextlib import contextmanager, nullcontext
from typing import Any, LiteralString

import pyarrow as pa
from clickhouse_connect.driver.client import Client

from playtrace.clickhouse_url import ClickHouseUrl
from playtrace.config import Settings
from playtrace.store.asker import Asker
from playtrace.store.clickhouse.opening import connected, prepare
from playtrace.store.clickhouse.reader import ClickHouseReader
from playtrace.store.duckdb import READING_APART
from playtrace.store.errors import StoreError


class ClickHouseStore:
    """`query` and `reading` may be called from any thread. It is connected to when it is first needed: a server starts,
    and takes and loads events, while it is away."""

    def __init__(self, address: ClickHouseUrl, settings: Settings) -> None:
        self.address = address
        self.shares = settings.load.shares
        self._client: Client | None = None
        self._connecting = threading.Lock()
        self._limits: dict[str, Any] = {
            "max_execution_time": settings.store.query_seconds_max,
            "max_memory_usage": settings.store.memory_bytes,
        }
        self._slots = threading.BoundedSemaphore(settings.store.query_concurrency)
        self._slots_apart = threading.BoundedSemaphore(READING_APART)
        self._reading: set[ClickHouseReader] = set()
        self._is_ending = False
        self.version = 0
        """Another one after each change of what it says, as far as this process made it."""

    @property
    def client(self) -> Client:
        """Connected, with all tables there. Raises `StoreError`."""
        with self._connecting:
            if self._client is None:
                client = connected(self.address)
                prepare(client, self.address.cluster, self.shares)
                self._client = client
            return self._client

    @contextmanager
    def reading(self, *, apart: bool = False) -> Generator[ClickHouseReader]:
        """Several questions. As `playtrace.store.duckdb.Store.reading`, but for this: each sees its own moment."""
        if self._is_ending:
            raise StoreError("The server stops.")
        asker = Asker.current.get()
        with self._slots_apart if apart else self._slots:
            reader = ClickHouseReader(self.client, self._limits)
            self._reading.add(reader)
            try:
                with asker.answered_by(reader) if asker else nullcontext():
                    yield reader
            finally:
                self._reading.discard(reader)

    def query(self, sql: LiteralString, parameters: Mapping[str, object] | None = None) -> pa.Table:
        """Run one statement with `$name` parameters. Errors: see `ClickHouseReader.query`."""
        with self.reading() as reader:
            return reader.query(sql, parameters)

    def changed(self) -> None:
        """To be called by who wrote something."""
        self.version += 1

    def end_questions(self) -> None:
        """Those that are being answered, and no other begins. Does not wait for that."""
        self._is_ending = True
        for reader in list(self._reading):
            reader.interrupt()

    def close(self) -> None:
        """End what is asked, and leave."""
        self._is_ending = True
        for reader in list(self._reading):
            reader.end()
        if self._client is not None:
            self._client.close()
