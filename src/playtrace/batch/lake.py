"""Which files of a lake Spark reads: those of the snapshot that is current when a run begins, as its metadata says.

So no runtime of Iceberg is needed, any Spark reads them, and what is written meanwhile changes no answer of a run.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from pyiceberg.exceptions import NoSuchTableError
from pyiceberg.expressions import AlwaysTrue, BooleanExpression
from pyiceberg.table import StaticTable

from playtrace.batch.errors import BatchError
from playtrace.mirrors.lake.address import place_of
from playtrace.mirrors.lake.books import Books, read_books
from playtrace.mirrors.lake.conditions import one_of
from playtrace.mirrors.lake.tables import COLUMNS_OF, EVENTS, SET_ASIDE, TYPES, Memory
from playtrace.mirrors.target import TargetError

if TYPE_CHECKING:
    from pyiceberg.table import Table
    from pyspark.sql import DataFrame, SparkSession

SPARK_TYPES = {"timestamptz": "TIMESTAMP", "long": "BIGINT", "int": "INT", "double": "DOUBLE"}


class Lake:
    """One lake, as it is now. Raises `BatchError` where there is none, or it cannot be read."""

    def __init__(self, url: str) -> None:
        try:
            self._place = place_of(url)
            self._tables = {name: self._table(name) for name in (EVENTS, SET_ASIDE)}
        except (TargetError, NoSuchTableError, OSError, ValueError) as error:
            raise BatchError(f"There is no lake at {url}: {error}") from error

    def _table(self, name: str) -> Table:
        return StaticTable.from_metadata(f"{self._place.location}/{name}", self._place.options)

    @cached_property
    def memory(self) -> Memory:
        """Up to where it has the store."""
        return Memory.of(self._tables[EVENTS])

    @cached_property
    def books(self) -> Books | None:
        """What the store said that there is; None where the lake has none. Raises `OSError`."""
        return read_books(self._tables[EVENTS])

    @property
    def snapshot_id(self) -> int | None:
        """Of the events that are read."""
        snapshot = self._tables[EVENTS].current_snapshot()
        return None if snapshot is None else snapshot.snapshot_id

    @cached_property
    def games(self) -> list[str]:
        """All that it has events of."""
        parts = self._tables[EVENTS].inspect.partitions() if self.snapshot_id is not None else None
        return [] if parts is None else sorted({part["game"] for part in parts["partition"].to_pylist()})

    def files(self, name: str, games: Sequence[str] | None = None) -> list[str]:
        """Those of a table that may have rows of these games."""
        wanted: BooleanExpression = AlwaysTrue() if games is None else one_of("game_id", games)
        planned = self._tables[name].scan(row_filter=wanted).plan_files()
        return sorted(task.file.file_path for task in planned)

    def frame(self, spark: SparkSession, games: Sequence[str] | None = None, name: str = EVENTS) -> DataFrame:
        """The rows of a table, times without a zone."""
        columns = {column: _type_of(column) for column in COLUMNS_OF[name]}
        schema = ", ".join(f"`{column}` {type_}" for column, type_ in columns.items())
        files = [_as_spark_reads(file, spark) for file in self.files(name, games)]
        rows = spark.read.schema(schema).parquet(*files) if files else spark.createDataFrame([], schema)
        told = [f"CAST(`{c}` AS TIMESTAMP_NTZ) AS `{c}`" if t == "TIMESTAMP" else f"`{c}`" for c, t in columns.items()]
        rows = rows.selectExpr(*told)
        return rows if games is None else rows.where(rows["game_id"].isin(list(games)))


def _type_of(column: str) -> str:
    return SPARK_TYPES[str(TYPES[column])] if column in TYPES else "STRING"


def _as_spark_reads(file: str, spark: SparkSession) -> str:
    """Amazon's and Databricks' Spark know `s3:`; everybody else's calls it `s3a:`."""
    if not file.startswith("s3:"):
        return file
    settings: Any = spark.sparkContext._jsc.hadoopConfiguration()  # pyright: ignore
    return file if settings.get("fs.s3.impl") else "s3a:" + file.removeprefix("s3:")
