"""`POST /api/sql`: one reading statement that an admin typed; `playtrace sql` asks here."""

from __future__ import annotations

import datetime as dt
import decimal
import json
import uuid
from typing import Annotated, cast

import pyarrow as pa
from fastapi import APIRouter, Request
from pydantic import Field, JsonValue

from playtrace.api.authentication import CurrentAdmin
from playtrace.api.models import ApiModel
from playtrace.store.duckdb import JSON_TEXT, Store
from playtrace.store.errors import QueryRefused

router = APIRouter(prefix="/api", tags=["sql"])

ROWS_MAX = 10_000


class Statement(ApiModel):
    sql: Annotated[str, Field(min_length=1, max_length=100_000)]


class Rows(ApiModel):
    columns: list[str]
    rows: list[list[JsonValue]]
    truncated: bool
    """There were more than 10,000 rows."""


@router.post("/sql")
def run(request: Request, admin: CurrentAdmin, statement: Statement) -> Rows:
    """Runs one SELECT over all games. It sees the store's tables and nothing else: no files, no network."""
    return ask(cast(Store, request.app.state.store), statement.sql)


def ask(store: Store, sql: str) -> Rows:
    """The answer to a statement. Raises what `Store.query_text` raises."""
    # One more tells that there are more. What is not asked for is never made: it may not fit into the memory.
    table = store.query_text(sql, rows_max=ROWS_MAX + 1)
    shown = table.slice(0, ROWS_MAX)
    try:
        columns = [_values(field, column) for field, column in zip(shown.schema, shown.columns, strict=True)]
    except (ValueError, OverflowError) as error:
        # A time beyond the years that Python knows, or finer than a microsecond.
        raise QueryRefused(f"A value cannot be shown ({error}). Cast it to VARCHAR.") from error
    return Rows(
        columns=table.column_names,
        rows=[[plain(value) for value in row] for row in zip(*columns, strict=True)],
        truncated=table.num_rows > ROWS_MAX,
    )


def _values(field: pa.Field, column: pa.ChunkedArray) -> list[object]:
    values = column.to_pylist()
    if field.metadata != JSON_TEXT:
        return values
    return [None if text is None else json.loads(text) for text in values]


def plain(value: object) -> JsonValue:
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
            return value.isoformat()
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
