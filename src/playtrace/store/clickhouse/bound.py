"""What is bound to the `$name`s of a statement, as ClickHouse takes it: each value with its type, never pasted."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Mapping

EARLIEST = dt.datetime(1900, 1, 1)
LATEST = dt.datetime(2299, 12, 31, 23, 59, 59)
"""Between these lies what a DateTime64 with microseconds holds."""
INTEGER_MAX = 2**63 - 1


def types_of(values: Mapping[str, object]) -> dict[str, str | None]:
    """The type of each value; None of one that is not known: `NULL` is written in its place.

    Raises `TypeError` for what no question binds.
    """
    return {name: _type_of(value) for name, value in values.items()}


def texts_of(values: Mapping[str, object]) -> dict[str, object]:
    """The values as the driver takes them, but for those that are not known."""
    return {name: _text_of(value) for name, value in values.items() if value is not None}


def _type_of(value: object) -> str | None:
    if value is None:
        return None
    if isinstance(value, bool):
        return "Bool"
    if isinstance(value, int):
        return "Int64" if abs(value) <= INTEGER_MAX else "Int128"
    if isinstance(value, float):
        return "Float64"
    if isinstance(value, str):
        return "String"
    if isinstance(value, dt.datetime):
        return "DateTime64(6, 'UTC')"
    if isinstance(value, dt.date):
        return "Date32"
    if isinstance(value, dt.timedelta):
        return "IntervalInt64"
    if isinstance(value, list | tuple):
        return f"Array({_type_of_items(value)})"
    raise TypeError(f"there is no type for {value!r}")


def _type_of_items(values: Iterable[object]) -> str:
    known = {type_ for type_ in map(_type_of, values) if type_ is not None}
    # An empty list, or one of unknown values, has whatever type the statement gives it.
    type_ = max(known, key=("Int64", "Float64", "Int128").index) if len(known) > 1 else next(iter(known), "String")
    return type_ if type_.startswith("Array") else f"Nullable({type_})"


def _text_of(value: object) -> object:
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, dt.datetime):
        return max(EARLIEST, min(value.replace(tzinfo=None), LATEST)).isoformat(sep=" ", timespec="microseconds")
    if isinstance(value, dt.date):
        return max(EARLIEST.date(), min(value, LATEST.date())).isoformat()
    if isinstance(value, dt.timedelta):
        return value // dt.timedelta(microseconds=1)
    if isinstance(value, list | tuple):
        return [_text_of(item) for item in value]
    return value
