"""Small tables that are made in Python and bound into SQL as lists of equal length, one for each column."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def bound_lists(table: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> dict[str, object]:
    """Binds `$table_column` for each column; SQL unnests them side by side."""
    lists: list[list[object]] = [[] for _ in columns]
    for row in rows:
        for values, value in zip(lists, row, strict=True):
            values.append(value)
    return {f"{table}_{column}": values for column, values in zip(columns, lists, strict=True)}
