"""What a statement that a person typed is answered with, within bounds: JSON, Arrow or CSV."""

from __future__ import annotations

import datetime as dt
import decimal
import io
import json
import uuid
from collections.abc import Iterator
from typing import cast

import msgspec
import pyarrow as pa

from playtrace.csv_text import write_csv
from playtrace.sql.orders import ROWS_AT_ONCE_MAX, ROWS_MAX, WHOLE_STORE, Answer, Format, Reach
from playtrace.sql.views import make_views
from playtrace.sql.views_alone import require_views_alone
from playtrace.store.duckdb import JSON_TEXT, Reader, require_reading
from playtrace.store.errors import AnswerTooLarge, QueryRefused

ANSWER_BYTES_MAX = 16 * 1024 * 1024
"""Of an answer in JSON, and for each reader that waits for one."""
ANSWER_AT_ONCE_BYTES_MAX = 64 * 1024 * 1024
"""Of an answer in Arrow or CSV."""
VALUE_BYTES = 8
"""What a value counts at least, be it empty: many of them are much, too."""
SLICE_ROWS = 10_000
"""Rows that are Python's at the same time."""


def respond(reader: Reader, sql: str, reach: Reach = WHOLE_STORE, format_: Format = "json") -> bytes:
    """The answer in a format. Raises as `answer` does, and `QueryRefused` for what is beyond the reach."""
    if reach.views:
        # Before anything looks at names: what is no question has a better sentence.
        require_reading(sql)
        if reach.views_alone:
            require_views_alone(reader, sql)
        make_views(reader, reach)
    if format_ == "json":
        return msgspec.json.encode(answer(reader, sql))
    table = reader.query_text(sql, rows_max=ROWS_AT_ONCE_MAX + 1)
    if table.num_rows > ROWS_AT_ONCE_MAX:
        raise AnswerTooLarge(f"The answer has more than {ROWS_AT_ONCE_MAX:,} rows. Ask for less, or in parts.")
    _require_bytes(table, ANSWER_AT_ONCE_BYTES_MAX)
    return _as_arrow(table) if format_ == "arrow" else _as_csv(table)


def answer(reader: Reader, sql: str) -> Answer:
    """The answer to a statement, its first rows. Raises `AnswerTooLarge`, and what `Reader.query_text` raises."""
    # One more tells that there are more. What is not asked for is never made: it may not fit into the memory.
    table = reader.query_text(sql, rows_max=ROWS_MAX + 1)
    shown = table.slice(0, ROWS_MAX)
    _require_bytes(shown, ANSWER_BYTES_MAX)
    return Answer(columns=table.column_names, rows=list(_rows(shown)), truncated=table.num_rows > ROWS_MAX)


def _require_bytes(table: pa.Table, bytes_max: int) -> None:
    if table.nbytes + table.num_rows * table.num_columns * VALUE_BYTES > bytes_max:
        raise AnswerTooLarge(
            f"The answer is larger than {bytes_max // 1024**2} MiB. Ask for fewer rows or columns, or for a part of"
            " long texts."
        )


def _as_arrow(table: pa.Table) -> bytes:
    """As a stream of Arrow's IPC format. Times say that they are UTC, and whole numbers are 64 bits where they fit."""
    for number, field in enumerate(table.schema):
        type_ = field.type
        wanted = type_
        if pa.types.is_timestamp(type_) and type_.tz is None:
            wanted = pa.timestamp(type_.unit, "UTC")
        elif pa.types.is_decimal(type_) and type_.scale == 0:
            wanted = pa.int64()
        if wanted != type_:
            try:
                column = table.column(number).cast(wanted)
            except pa.ArrowInvalid:
                continue  # a sum beyond 64 bits stays a decimal
            table = table.set_column(number, pa.field(field.name, wanted, metadata=field.metadata), column)
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as stream:
        stream.write_table(table)
    return sink.getvalue().to_pybytes()


def _as_csv(table: pa.Table) -> bytes:
    text = io.StringIO(newline="")
    write_csv(text, table.column_names, ([_cell(value) for value in row] for row in _rows(table)))
    return text.getvalue().encode("utf-8", "replace")


def _cell(value: object) -> object:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list | dict | bool) else value


def _rows(table: pa.Table) -> Iterator[list[object]]:
    """Rows of values as JSON has them. Raises `QueryRefused` for a value that Python has not."""
    for start in range(0, table.num_rows, SLICE_ROWS):
        part = table.slice(start, SLICE_ROWS)
        try:
            columns = [_values(field, column) for field, column in zip(part.schema, part.columns, strict=True)]
        except (ValueError, OverflowError) as error:
            # A time beyond the years that Python knows, or finer than a microsecond.
            raise QueryRefused(f"A value cannot be shown ({error}). Cast it to VARCHAR.") from error
        for row in zip(*columns, strict=True):
            yield [plain(value) for value in row]


def _values(field: pa.Field, column: pa.ChunkedArray) -> list[object]:
    values = column.to_pylist()
    if field.metadata is None or not JSON_TEXT.items() <= field.metadata.items():
        return values
    return [None if text is None else json.loads(text) for text in values]


def plain(value: object) -> object:
    """A value of the store as JSON has it; what JSON has not becomes text."""
    match value:
        case None | bool() | int() | str():
            return value
        case float():
            return value if value - value == 0 else str(value)
        case list():
            return [plain(item) for item in cast("list[object]", value)]
        case dict():
            return {str(key): plain(item) for key, item in cast("dict[object, object]", value).items()}
        case dt.datetime():
            # What the store has without an offset is UTC.
            in_utc = value if value.tzinfo is None else value.astimezone(dt.UTC).replace(tzinfo=None)
            return f"{in_utc.isoformat()}Z"
        case decimal.Decimal() if value == value.to_integral_value():
            return int(value)
        case decimal.Decimal():
            return float(value)
        case bytes():
            return value.hex()
        case uuid.UUID() | dt.date() | dt.time() | dt.timedelta():
            return str(value)
        case _:
            return str(value)
