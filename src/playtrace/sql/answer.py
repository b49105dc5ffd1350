"""What a statement that a person typed is answered with: its first rows, as JSON has them, within bounds."""

from __future__ import annotations

import datetime as dt
import decimal
import json
import uuid
from typing import cast

import pyarrow as pa

from playtrace.sql.orders import ROWS_MAX, Answer
from playtrace.store.duckdb import JSON_TEXT, Reader
from playtrace.store.errors import AnswerTooLarge, QueryRefused

ANSWER_BYTES_MAX = 16 * 1024 * 1024
VALUE_BYTES = 8
"""What a value counts at least, be it empty: many of them are much, too."""


def answer(reader: Reader, sql: str) -> Answer:
    """The answer to a statement. Raises `AnswerTooLarge`, and what `Reader.query_text` raises."""
    # One more tells that there are more. What is not asked for is never made: it may not fit into the memory.
    table = reader.query_text(sql, rows_max=ROWS_MAX + 1)
    shown = table.slice(0, ROWS_MAX)
    if shown.nbytes + shown.num_rows * shown.num_columns * VALUE_BYTES > ANSWER_BYTES_MAX:
        raise AnswerTooLarge(
            f"The answer is larger than {ANSWER_BYTES_MAX // 1024**2} MiB. Ask for fewer rows or columns, or for a part"
            " of long texts."
        )
    try:
        columns = [_values(field, column) for field, column in zip(shown.schema, shown.columns, strict=True)]
    except (ValueError, OverflowError) as error:
        # A time beyond the years that Python knows, or finer than a microsecond.
        raise QueryRefused(f"A value cannot be shown ({error}). Cast it to VARCHAR.") from error
    return Answer(
        columns=table.column_names,
        rows=[[plain(value) for value in row] for row in zip(*columns, strict=True)],
        truncated=table.num_rows > ROWS_MAX,
    )


def _values(field: pa.Field, column: pa.ChunkedArray) -> list[object]:
    values = column.to_pylist()
    if field.metadata != JSON_TEXT:
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
