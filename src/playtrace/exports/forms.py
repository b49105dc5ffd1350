"""Forms of an export: each takes slices as they come, and gives the bytes that may go out.

Nothing is kept of what went out but what the form itself needs at its end (of Parquet, where its parts are).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from io import StringIO
from typing import Any, Literal, LiteralString, Protocol

import msgspec
import pyarrow as pa

from playtrace.csv_text import write_csv
from playtrace.exports.lines import CSV_HEADING, CSV_LINE, EXPORTED, JSON_LINE, MARKS, UE_HEADING, UE_LINE, text_of
from playtrace.store.columns import AS_TEXT
from playtrace.store.duckdb import JSON_TEXT

Form = Literal["csv", "json", "ndjson", "parquet", "arrow", "ue"]
"""`ue` is the CSV of Unreal's analytics: Timestamp, Event, UserID, SessionID, Properties."""
AnswerForm = Literal["csv", "json", "ndjson", "parquet", "arrow"]
"""Of the answer of a metric."""
MEDIA_TYPES: dict[Form, str] = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "ndjson": "application/x-ndjson",
    "parquet": "application/vnd.apache.parquet",
    "arrow": "application/vnd.apache.arrow.stream",
    "ue": "text/csv; charset=utf-8",
}
SUFFIXES: dict[Form, str] = {
    "csv": ".csv",
    "json": ".json",
    "ndjson": ".ndjson",
    "parquet": ".parquet",
    "arrow": ".arrow",
    "ue": ".csv",
}

TYPED: LiteralString = ", ".join([AS_TEXT.get(name, name) for name in EXPORTED]) + "\n"


class Writer(Protocol):
    """One file that is being written."""

    def write(self, slice_: pa.Table) -> bytes: ...
    def end(self) -> bytes: ...


@dataclass(frozen=True)
class EventsForm:
    """How events are written: what is asked of the store for each, and who makes a file of that."""

    columns: LiteralString
    writer: Callable[[], Writer]
    parameters: dict[str, object] = field(default_factory=dict[str, object])


class _Lines:
    """Lines that stand for themselves, below a heading."""

    def __init__(self, heading: str = "") -> None:
        self._heading = heading.encode()

    def write(self, slice_: pa.Table) -> bytes:
        heading, self._heading = self._heading, b""
        return heading + text_of(slice_)

    def end(self) -> bytes:
        return self._heading


class _List:
    """Lines as one JSON array."""

    def __init__(self) -> None:
        self._before = b"[\n"

    def write(self, slice_: pa.Table) -> bytes:
        # Inside of JSON a new line is written as `\n`: these are the ends of lines.
        text = text_of(slice_).removesuffix(b"\n").replace(b"\n", b",\n")
        if not text:
            return b""
        before, self._before = self._before, b",\n"
        return before + text

    def end(self) -> bytes:
        return b"[]\n" if self._before == b"[\n" else b"\n]\n"


class _Taken:
    """What Arrow writes to: bytes are taken away as they come, and the place goes on."""

    closed = False

    def __init__(self) -> None:
        self._bytes = bytearray()
        self._before = 0

    def write(self, text: bytes) -> int:
        self._bytes += text
        return len(text)

    def tell(self) -> int:
        return self._before + len(self._bytes)

    def flush(self) -> None: ...

    def close(self) -> None: ...

    def take(self) -> bytes:
        taken = bytes(self._bytes)
        self._before += len(taken)
        self._bytes.clear()
        return taken


class _Binary:
    """A file of Arrow's."""

    def __init__(self, open_: Callable[[Any, pa.Schema], Any]) -> None:
        self._open = open_
        self._sink = _Taken()
        self._file: Any = None

    def write(self, slice_: pa.Table) -> bytes:
        table = _in_utc(slice_)
        if self._file is None:
            self._file = self._open(self._sink, table.schema)
        if table.num_rows:
            self._file.write_table(table)
        return self._sink.take()

    def end(self) -> bytes:
        if self._file is not None:
            self._file.close()
        return self._sink.take()


def _in_utc(table: pa.Table) -> pa.Table:
    """Times say that they are UTC, and properties that they are JSON."""
    fields: list[pa.Field] = []
    for one in table.schema:
        if pa.types.is_timestamp(one.type):
            fields.append(pa.field(one.name, pa.timestamp(one.type.unit, "UTC")))
        elif one.name == "props":
            fields.append(pa.field(one.name, one.type, metadata=JSON_TEXT))
        else:
            fields.append(pa.field(one.name, one.type))
    return table.cast(pa.schema(fields))


def _parquet(sink: Any, schema: pa.Schema) -> Any:
    # Only here: it takes a while, and a server starts without it.
    from pyarrow import parquet

    return parquet.ParquetWriter(sink, schema, compression="zstd")


def _arrow(sink: Any, schema: pa.Schema) -> pa.RecordBatchStreamWriter:
    return pa.ipc.new_stream(sink, schema)


def _parquet_file() -> Writer:
    return _Binary(_parquet)


def _arrow_file() -> Writer:
    return _Binary(_arrow)


EVENTS: dict[Form, EventsForm] = {
    "csv": EventsForm(CSV_LINE, partial(_Lines, CSV_HEADING), MARKS),
    "json": EventsForm(JSON_LINE, _List),
    "ndjson": EventsForm(JSON_LINE, _Lines),
    "parquet": EventsForm(TYPED, _parquet_file),
    "arrow": EventsForm(TYPED, _arrow_file),
    "ue": EventsForm(UE_LINE, partial(_Lines, UE_HEADING), MARKS),
}


def answer_written(rows: list[dict[str, object]], form: AnswerForm) -> bytes:
    """The rows of a metric's answer as a file."""
    columns = list(rows[0]) if rows else []
    match form:
        case "json":
            return msgspec.json.encode(rows) + b"\n"
        case "ndjson":
            return b"".join(msgspec.json.encode(row) + b"\n" for row in rows)
        case "csv":
            text = StringIO(newline="")
            write_csv(text, columns, ([_cell(row.get(column)) for column in columns] for row in rows))
            return text.getvalue().encode("utf-8", "replace")
        case "parquet" | "arrow":
            file = _parquet_file() if form == "parquet" else _arrow_file()
            table = pa.Table.from_pylist([{name: _plain(value) for name, value in row.items()} for row in rows])
            return file.write(table) + file.end()


def _cell(value: object) -> object:
    return msgspec.json.encode(value).decode() if isinstance(value, list | dict | bool) else value


def _plain(value: object) -> object:
    """A table has one type for each column: what has parts of its own is JSON in it."""
    return msgspec.json.encode(value).decode() if isinstance(value, list | dict) else value
