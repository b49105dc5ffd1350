"""Questions to ClickHouse: our SQL, said in its dialect, with the values bound.

Each statement sees one moment; two of a question may see two, as there is no transaction that reads.
"""

from __future__ import annotations

import threading
from collections.abc import Generator, Mapping
from contextlib import contextmanager, suppress
from functools import lru_cache
from typing import Any, LiteralString
from uuid import uuid4

import pyarrow as pa
from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import ClickHouseError, DatabaseError
from sqlglot.errors import SqlglotError

from playtrace.store.clickhouse.bound import texts_of, types_of
from playtrace.store.dialects.clickhouse import to_clickhouse
from playtrace.store.engine_rows import as_ours, as_rows
from playtrace.store.errors import QueryRefused, QueryTimeout, QueryTooLarge, StoreError

Parameters = Mapping[str, object]

AS_IN_SQL = {
    "join_use_nulls": 1,
    "aggregate_functions_null_for_empty": 1,
    "transform_null_in": 0,
    "prefer_column_name_to_alias": 1,
    "cast_keep_nullable": 1,
    "union_default_mode": "DISTINCT",
    "session_timezone": "UTC",
    "readonly": 2,
}
"""Where ClickHouse does otherwise than SQL does, unless it is told."""
TIMED_OUT = {159, 160, 394}
NO_MEMORY = {241, 307}
TRANSLATIONS_MAX = 1_000
"""Kept: a question is asked again and again, with other values."""


class ClickHouseReader:
    """As `playtrace.store.duckdb.Reader`, for what is asked in our SQL."""

    def __init__(self, client: Client, settings: Mapping[str, Any]) -> None:
        self._client = client
        self._database = str(client.database)
        self._settings = AS_IN_SQL | dict(settings)
        self._running = ""

    def query(self, sql: LiteralString, parameters: Parameters | None = None) -> pa.Table:
        """Run one statement with `$name` parameters.

        Raises `QueryRefused` for SQL that ClickHouse cannot be told or does not run, `QueryTimeout` when time is up,
        `QueryTooLarge` when memory is.
        """
        return as_ours(self._answer(sql, parameters))

    def rows(self, sql: LiteralString, parameters: Parameters | None = None) -> list[dict[str, Any]]:
        """As `query`, for few rows: each as a dictionary."""
        return as_rows(self._answer(sql, parameters))

    def _answer(self, sql: str, parameters: Parameters | None) -> pa.Table:
        values = dict(parameters or {})
        text = translated(sql, tuple(sorted(types_of(values).items())), self._database)
        self._running = uuid4().hex
        with errors():
            return self._client.query_arrow(
                text,
                parameters=texts_of(values),
                settings=self._settings | {"query_id": self._running},
                use_strings=True,
            )

    def rows_of_own(self, sql: LiteralString, parameters: Parameters | None = None) -> list[dict[str, Any]]:
        """The rows of a statement in ClickHouse's own words, with `{name:Type}` parameters. Errors: see `query`."""
        with errors():
            table = self._client.query_arrow(sql, parameters=texts_of(parameters or {}), settings=self._settings)
        return as_rows(table)

    def as_run(self, statement: str) -> str:
        """What is run of a statement with its values, to be read. Raises `QueryRefused`."""
        return translated(statement, (), self._database)

    def interrupt(self) -> None:
        """As `end`, without waiting for it: those who leave are told of in an event loop."""
        threading.Thread(target=self.end, name="end of a question", daemon=True).start()

    def end(self) -> None:
        """End what is running. Where ClickHouse is away, nothing of it is answered anyway."""
        if self._running:
            with suppress(StoreError), errors():
                self._client.command("KILL QUERY WHERE query_id = {id:String} ASYNC", parameters={"id": self._running})


@lru_cache(TRANSLATIONS_MAX)
def translated(sql: str, types: tuple[tuple[str, str | None], ...], database: str) -> str:
    """Raises `QueryRefused` for what cannot be said to ClickHouse."""
    try:
        return to_clickhouse(sql, dict(types), database)
    except SqlglotError as error:
        raise QueryRefused(f"This cannot be asked of a store in ClickHouse (docs/scaling.md): {error}") from error


@contextmanager
def errors() -> Generator[None]:
    """What the driver raises, as ours."""
    try:
        yield
    except DatabaseError as error:
        code = error.code
        if code is None:
            raise _away(error) from error
        if code in TIMED_OUT:
            raise QueryTimeout(
                "The query was ended, as it took too long or the server stops. Ask for a shorter time or less detail."
            ) from error
        if code in NO_MEMORY:
            raise QueryTooLarge(
                "The query needs more memory than ClickHouse may give it (store_memory_bytes). Ask for less."
            ) from error
        raise QueryRefused(f"ClickHouse refused it: {error}") from error
    except (ClickHouseError, OSError) as error:
        raise _away(error) from error


def _away(error: Exception) -> StoreError:
    return StoreError(f"The store in ClickHouse cannot be reached at the moment: {error}")
