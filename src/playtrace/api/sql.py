"""`POST /api/sql`: one reading statement that an admin typed; `playtrace sql` asks here."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Response
from pydantic import Field, JsonValue

from playtrace.api.authentication import CurrentAdmin, authenticate_admin
from playtrace.api.models import ApiModel
from playtrace.api.state import CurrentState
from playtrace.api.turns import in_turn_of_sql

router = APIRouter(prefix="/api", tags=["sql"])


class Statement(ApiModel):
    sql: Annotated[str, Field(min_length=1, max_length=100_000)]


class Rows(ApiModel):
    """As `playtrace.sql.orders.Answer`."""

    columns: list[str]
    rows: list[list[JsonValue]]
    truncated: bool
    """There were more than 10,000 rows."""


@router.post(
    "/sql", response_model=Rows, dependencies=[Depends(authenticate_admin), Depends(in_turn_of_sql, scope="function")]
)
def run(state: CurrentState, admin: CurrentAdmin, statement: Statement) -> Response:
    """Runs one SELECT over all games, in a process of its own. It sees the store's tables and nothing else: no files,
    no network."""
    return Response(state.sql_processes.ask(statement.sql), media_type="application/json")
