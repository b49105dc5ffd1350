"""What is bound to the `$name`s of a statement, as Spark takes it: texts and numbers, each with its type, never pasted.

Lists are bound as JSON: of a Python list Spark would make what an empty one has no type for, and of a time one of the
driver's own time zone.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping

INTEGER_MAX = 2**63 - 1
WIDTH = ("BOOLEAN", "BIGINT", "DECIMAL(38, 0)", "DOUBLE")
"""Of two types of numbers in one list the later one holds both."""


def types_of(values: Mapping[str, object]) -> dict[str, str | None]:
    """The type of each value that is bound as text; None of one that is what it is bound as.

    Raises `TypeError` for what no question binds.
    """
    return {name: _type_of(value) for name, value in values.items()}


def texts_of(values: Mapping[str, object]) -> dict[str, object]:
    """The values as Spark is given them."""
    return {name: _text_of(value) for name, value in values.items()}


def _type_of(value: object) -> str | None:
    if value is None or isinstance(value, bool | float | str):
        return None
    if isinstance(value, int):
        return "BIGINT" if abs(value) <= INTEGER_MAX else "DECIMAL(38, 0)"
    if isinstance(value, dt.datetime):
        return "TIMESTAMP_NTZ"
    if isinstance(value, dt.date):
        return "DATE"
    if isinstance(value, dt.timedelta):
        return "INTERVAL"
    if isinstance(value, list | tuple):
        return f"ARRAY<{_type_of_items(value)}>"
    raise TypeError(f"there is no type for {value!r}")


def _type_of_items(values: Iterable[object]) -> str:
    known = {_type_of_item(value) for value in values if value is not None}
    if len(known) > 1:
        return max(known, key=WIDTH.index)
    # An empty list, or one of unknown values, has whatever type the statement gives it.
    return next(iter(known), "STRING")


def _type_of_item(value: object) -> str:
    if isinstance(value, bool):
        return "BOOLEAN"
    if isinstance(value, float):
        return "DOUBLE"
    return _type_of(value) or "STRING"


def _text_of(value: object) -> object:
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int) and abs(value) > INTEGER_MAX:
        return str(value)
    if isinstance(value, list | tuple):
        return json.dumps([_text_of(item) for item in value])
    if isinstance(value, dt.datetime):
        return value.replace(tzinfo=None).isoformat(sep=" ", timespec="microseconds")
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, dt.timedelta):
        return value // dt.timedelta(microseconds=1)
    return value
