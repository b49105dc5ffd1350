"""What asking needs of a store: questions in our SQL, with values that are bound. DuckDB and ClickHouse have it."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any, LiteralString, Protocol

if TYPE_CHECKING:
    # Only for this name: `playtrace query` asks a server without a database of its own.
    import pyarrow as pa


class Reader(Protocol):
    """Several questions to one store."""

    def query(self, sql: LiteralString, parameters: Mapping[str, object] | None = None) -> pa.Table:
        """Run one statement with `$name` parameters.

        Raises `QueryRefused`, `QueryTimeout`, `QueryTooLarge`, or `StoreError` when the store cannot be asked now.
        """
        ...

    def rows(self, sql: LiteralString, parameters: Mapping[str, object] | None = None) -> list[dict[str, Any]]:
        """As `query`, for few rows: each as a dictionary."""
        ...

    def as_run(self, statement: str) -> str:
        """A statement with its values as the store runs it, to be read."""
        ...


class Readable(Protocol):
    """A store that is asked. May be used from any thread."""

    @property
    def version(self) -> int:
        """Another one after each change of what it says."""
        ...

    def reading(self, *, apart: bool = False) -> AbstractContextManager[Reader]:
        """Several questions, `query_seconds_max` in all; with a place `apart` for what must not wait behind others.

        Raises `StoreError` when the store cannot be read at all, `AskerLeft`, and what `Reader.query` raises.
        """
        ...

    def query(self, sql: LiteralString, parameters: Mapping[str, object] | None = None) -> pa.Table:
        """One question. Errors: see `Reader.query`."""
        ...
