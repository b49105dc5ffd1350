"""A statement with its values, to be read, explained and run again: as `playtrace sql --internal` takes it."""

from __future__ import annotations

import datetime as dt
import math
import re


def with_values(sql: str, bound: dict[str, object]) -> str:
    """`$name` replaced by what was bound to it. For people: what is asked of the store is bound."""
    return re.sub(r"\$(\w+)", lambda name: literal(bound[name[1]]), sql)


def literal(value: object) -> str:
    """One value as DuckDB writes it. Raises `TypeError` for what no question binds."""
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return repr(value) if math.isfinite(value) else f"'{value}'::DOUBLE"
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    if isinstance(value, dt.datetime):
        return f"TIMESTAMP '{value.isoformat(sep=' ')}'"
    if isinstance(value, dt.date):
        return f"DATE '{value.isoformat()}'"
    if isinstance(value, dt.timedelta):
        return f"to_microseconds({value // dt.timedelta(microseconds=1)})"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(literal(item) for item in value) + "]"
    raise TypeError(f"there is no literal for {value!r}")
