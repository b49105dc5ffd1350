"""Answers of ClickHouse and Spark as ours are: times without a zone, which are UTC, large integers as
numbers, ids as text."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

WIDE_BYTES = 16
"""Of an integer that Arrow has no type for."""


def as_ours(table: pa.Table) -> pa.Table:
    """The same with columns of the types that DuckDB answers with."""
    return pa.table([_as_ours(table.column(name)) for name in table.column_names], names=table.column_names)


def as_rows(table: pa.Table) -> list[dict[str, Any]]:
    """Its rows as dictionaries."""
    columns = {name: _values(as_ours(table.select([name])).column(0)) for name in table.column_names}
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _as_ours(column: pa.ChunkedArray) -> pa.ChunkedArray:
    type_ = column.type
    if pa.types.is_timestamp(type_):
        return column.cast(pa.timestamp("us"))
    if pa.types.is_fixed_size_binary(type_) and type_.byte_width == WIDE_BYTES:
        values = [None if one is None else int.from_bytes(one, "little", signed=True) for one in column.to_pylist()]
        return pa.chunked_array([pa.array(values, pa.decimal128(38, 0))])
    if isinstance(type_, pa.UuidType):
        return pa.chunked_array([[None if one is None else str(one) for one in column.to_pylist()]], pa.string())
    return column


def _values(column: pa.ChunkedArray) -> list[Any]:
    values = column.to_pylist()
    if pa.types.is_decimal(column.type):
        number = int if column.type.scale == 0 else float
        return [None if one is None else number(one) for one in values]
    return values
