"""Columns of Arrow as rows: what Parquet and Arrow's own format have in common."""

from __future__ import annotations

import datetime as dt
import decimal
from typing import Any, cast

import pyarrow as pa

from playtrace.imports.rows import Row, Rows


def rows_of(batch: pa.RecordBatch) -> Rows:
    there = [number for number, column in enumerate(batch.columns) if column.null_count < len(column)]
    names = [batch.schema.names[number] for number in there]
    columns = [_values(batch.column(number)) for number in there]
    for values in zip(*columns, strict=True) if columns else [()] * len(batch):
        yield Row({name: value for name, value in zip(names, values, strict=True) if value is not None})


def _values(column: pa.Array) -> list[Any]:
    type_ = column.type
    if pa.types.is_timestamp(type_):
        # Without its time zone, which is another's way to write it: it is UTC.
        return column.cast(pa.timestamp("us", type_.tz), safe=False).cast(pa.timestamp("us")).to_pylist()
    values = column.to_pylist()
    is_plain = pa.types.is_integer(type_) or pa.types.is_floating(type_) or pa.types.is_boolean(type_)
    if is_plain or pa.types.is_string(type_) or pa.types.is_large_string(type_):
        return values
    return [_plain(value) for value in values]


def _plain(value: Any) -> Any:
    """As JSON has it."""
    match value:
        case dt.datetime():
            return (value if value.tzinfo else value.replace(tzinfo=dt.UTC)).astimezone(dt.UTC)
        case dt.date() | dt.time():
            return value.isoformat()
        case bytes():
            return value.decode("utf-8", "replace")
        case decimal.Decimal():
            return float(value)
        case list():
            return [_plain(item) for item in cast("list[Any]", value)]
        case dict():
            return {str(key): _plain(item) for key, item in cast("dict[Any, Any]", value).items() if item is not None}
        case _:
            return value
