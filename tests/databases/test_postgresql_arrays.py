"""Arrays in PostgreSQL's binary form are what PostgreSQL takes them for."""

from __future__ import annotations

import datetime as dt
import json
import math
from typing import Any
from uuid import UUID

import pyarrow as pa
import pytest

from databases.postgresql import PostgreSQL
from playtrace.mirrors.postgresql.arrays import Kind, array_of
from playtrace.mirrors.postgresql.connecting import connect

UTC = dt.UTC
TIMES = [
    dt.datetime(1969, 7, 20, 20, 17, 40, 1),
    dt.datetime(2000, 1, 1),
    dt.datetime(9999, 12, 31, 23, 59, 59, 999999),
]
CASES: list[tuple[Kind, pa.DataType, list[Any]]] = [
    ("uuid", pa.string(), [UUID(int=0), UUID(int=2**128 - 1), UUID("0123456f-89ab-4def-8123-456789abcdef")]),
    ("text", pa.string(), ["", "a", 'ä"{},\\ NULL', "null", "x" * 70_000]),
    ("jsonb", pa.string(), [{}, {"a": [1, 'ü"\\', None]}, None, [1]]),
    ("timestamptz", pa.timestamp("us"), TIMES),
    ("bigint", pa.int64(), [0, -1, 2**63 - 1, -(2**63)]),
    ("integer", pa.int32(), [0, -1, 2**31 - 1]),
    ("double precision", pa.float64(), [0.0, -0.1, 1.7976931348623157e308, 5e-324, math.inf]),
]


@pytest.mark.parametrize(("kind", "type_", "values"), CASES)
@pytest.mark.parametrize("nulls", [False, True])
def test_what_is_sent_is_what_arrives(
    postgresql: PostgreSQL, kind: Kind, type_: pa.DataType, values: list[Any], nulls: bool
):
    """Also of a column in several pieces that begin in the middle of what is in memory."""
    if kind == "uuid":
        given = [str(value) for value in values]
    elif kind == "jsonb":
        given = [json.dumps(value) for value in values]
    else:
        given = list(values)
    wanted: list[Any] = [value.replace(tzinfo=UTC) for value in values] if kind == "timestamptz" else list(values)
    if nulls and kind != "uuid":
        given, wanted = [None, *given, None, None], [None, *wanted, None, None]
    filled = pa.array([given[-1], *given, given[0]], type_)
    column = pa.chunked_array([filled.slice(1, 1), filled.slice(2, len(given) - 1)])
    with connect(postgresql.url(), "test") as connection:
        row = connection.execute(f"SELECT %s::{kind}[]".encode(), [array_of(column, kind)]).fetchone()
    assert row is not None
    assert row[0] == wanted


def test_an_empty_column_is_an_empty_array(postgresql: PostgreSQL):
    with connect(postgresql.url(), "test") as connection:
        for kind, type_, _ in CASES:
            empty = pa.chunked_array([pa.array([], type_)])
            row = connection.execute(f"SELECT %s::{kind}[]".encode(), [array_of(empty, kind)]).fetchone()
            assert row == ([],)
