"""Questions to Spark: our SQL, said in its dialect, with the values bound."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING, Any, LiteralString

import pyarrow as pa
from py4j.protocol import Py4JError
from pyspark.errors import PySparkException
from sqlglot.errors import SqlglotError

from playtrace.batch.bound import texts_of, types_of
from playtrace.store.dialects.spark import to_spark
from playtrace.store.engine_rows import as_ours, as_rows
from playtrace.store.errors import QueryRefused

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

Parameters = Mapping[str, object]

TRANSLATIONS_MAX = 1_000
"""Kept: a question is asked again of each day, with other values."""


class SparkReader:
    """As `playtrace.store.duckdb.Reader`, for what is asked in our SQL. May be used from any thread."""

    def __init__(self, spark: SparkSession) -> None:
        self._spark = spark

    def query(self, sql: LiteralString, parameters: Parameters | None = None) -> pa.Table:
        """Run one statement with `$name` parameters. Raises `QueryRefused` for what Spark cannot be told, or does not
        run."""
        with errors():
            return as_ours(_arrow(self.frame(sql, parameters)))

    def rows(self, sql: LiteralString, parameters: Parameters | None = None) -> list[dict[str, Any]]:
        """As `query`, for few rows: each as a dictionary."""
        return as_rows(self.query(sql, parameters))

    def rows_of_own(self, sql: LiteralString, parameters: Parameters | None = None) -> list[dict[str, Any]]:
        """The rows of a statement in Spark's own words, with `:name` parameters. Errors: see `query`."""
        with errors():
            return as_rows(_arrow(self._spark.sql(sql, dict(parameters or {}))))

    def as_run(self, statement: str) -> str:
        """What is run of a statement with its values, to be read. Raises `QueryRefused`."""
        return translated(statement, ())

    def frame(self, sql: str, parameters: Parameters | None = None) -> DataFrame:
        """A statement that is run when it is read. Errors: see `query`."""
        values = dict(parameters or {})
        with errors():
            return self._spark.sql(translated(sql, tuple(sorted(types_of(values).items()))), texts_of(values))


@lru_cache(TRANSLATIONS_MAX)
def translated(sql: str, types: tuple[tuple[str, str | None], ...]) -> str:
    """Raises `QueryRefused` for what cannot be said to Spark."""
    try:
        return to_spark(sql, dict(types))
    except SqlglotError as error:
        raise QueryRefused(f"This cannot be asked of Spark (docs/batch.md): {error}") from error


@contextmanager
def errors() -> Generator[None]:
    """What Spark raises, as ours."""
    try:
        yield
    except (PySparkException, Py4JError) as error:
        raise QueryRefused(f"Spark refused it: {error}") from error


def _arrow(frame: DataFrame) -> pa.Table:
    if hasattr(frame, "toArrow"):
        return frame.toArrow()
    # Spark 3.5 has it for itself alone.
    batches = frame._collect_as_arrow()  # pyright: ignore
    return pa.Table.from_batches(batches) if batches else pa.table({name: [] for name in frame.columns})
