"""Answers, and the forms in which they may be had. No library is imported before its form is asked for."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING, Any, cast

from playtrace.client.errors import MissingLibrary

if TYPE_CHECKING:
    import pyarrow as pa

Row = dict[str, Any]


class Tabular(ABC):
    """Rows and columns."""

    @abstractmethod
    def arrow(self) -> pa.Table:
        """As a `pyarrow.Table`."""

    def pandas(self) -> Any:
        """As a `pandas.DataFrame`. Raises `MissingLibrary` without pandas."""
        _library("pandas")
        return self.arrow().to_pandas()

    def polars(self) -> Any:
        """As a `polars.DataFrame`. Raises `MissingLibrary` without polars."""
        return _library("polars").from_arrow(self.arrow())


class Answer(Tabular):
    """What a metric answers."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    @cached_property
    def json(self) -> Row:
        """All of it, as `GET /api/metrics/NAME` says it: in camelCase, money in millionths, shares from 0 to 1."""
        return json.loads(self._body)

    @property
    def as_of(self) -> str:
        """The moment that it speaks of, RFC 3339 in UTC: an answer may have been kept since then."""
        return self.json["asOf"]

    @property
    def hints(self) -> list[str]:
        """What the question may have got wrong, as sentences."""
        return self.json["hints"]

    @property
    def table(self) -> list[Row]:
        """Its first list of rows: what is most asked for. Times and days are text, as in `json`."""
        for name, value in self.json.items():
            rows = cast("list[Any]", value) if isinstance(value, list) else []
            if name not in ("hints", "statements") and rows and isinstance(rows[0], dict):
                return cast("list[Row]", rows)
        return []

    def arrow(self) -> pa.Table:
        return _library("pyarrow").Table.from_pylist(self.table)

    def __repr__(self) -> str:
        about = {name: value for name, value in self.json.items() if isinstance(value, str)}
        return f"<Answer {about.get('metric', '')} of {about.get('gameId', '')}, {len(self.table)} rows>"


class SqlAnswer(Tabular):
    """What a statement answers: whole, or the server refused it."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    def arrow(self) -> pa.Table:
        """As a `pyarrow.Table`. Times are in UTC; a column of `props` is JSON text."""
        return self._table

    @cached_property
    def _table(self) -> pa.Table:
        return _library("pyarrow").ipc.open_stream(self._body).read_all()

    @property
    def table(self) -> list[Row]:
        """As rows of Python's values: times are `datetime`, `props` are dictionaries."""
        is_json = {field.name for field in self._table.schema if (field.metadata or {}).get(b"holds") == b"json"}
        rows = self._table.to_pylist()
        for row in rows if is_json else ():
            for name in is_json:
                row[name] = None if row[name] is None else json.loads(row[name])
        return rows

    def __repr__(self) -> str:
        return f"<SqlAnswer, {self._table.num_rows} rows of {', '.join(self._table.column_names)}>"


def _library(name: str) -> Any:
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        raise MissingLibrary(f"This needs {name}, which is not installed: pip install {name}") from error
