"""`POST /api/sql`: one reading statement that a person typed; `playtrace sql` asks here."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Response
from pydantic import Field, JsonValue

from playtrace.api.access import Needs
from playtrace.api.freshness import wait_until_loaded
from playtrace.api.models import ApiModel
from playtrace.api.permissions import Caller, Permission
from playtrace.api.state import CurrentState, State
from playtrace.api.turns import in_turn_of_sql
from playtrace.problems import Forbidden
from playtrace.sql.orders import WHOLE_STORE, Reach

router = APIRouter(prefix="/api", tags=["sql"])

ASKS_IN_SQL = Needs(Permission.SQL, somewhere=True)

MEDIA_TYPES = {"json": "application/json", "arrow": "application/vnd.apache.arrow.stream", "csv": "text/csv"}


class Statement(ApiModel):
    sql: Annotated[str, Field(min_length=1, max_length=100_000)]
    format: Annotated[
        Literal["json", "arrow", "csv"],
        Field(
            description="`json`: at most 10,000 rows, and whether there were more. `arrow` (a stream of Arrow's IPC"
            " format) and `csv`: at most 1,000,000, and an error if there are more. In CSV a text that a spreadsheet"
            " would take for a formula has a ' before it."
        ),
    ] = "json"
    internal: Annotated[
        bool,
        Field(
            description="The store's own tables instead of the views. They change from version to version, and hold"
            " parts that have to be merged. For admins."
        ),
    ] = False


class Rows(ApiModel):
    """As `playtrace.sql.orders.Answer`."""

    columns: list[str]
    rows: list[list[JsonValue]]
    truncated: bool
    """There were more than 10,000 rows."""


BINARY = {"schema": {"type": "string", "format": "binary"}}


@router.post(
    "/sql",
    response_model=Rows,
    responses={200: {"content": {MEDIA_TYPES["arrow"]: BINARY, MEDIA_TYPES["csv"]: {"schema": {"type": "string"}}}}},
    dependencies=[
        Depends(ASKS_IN_SQL),
        Depends(wait_until_loaded),
        Depends(in_turn_of_sql, scope="function"),
    ],
)
def run(state: CurrentState, reader: Annotated[Caller, Depends(ASKS_IN_SQL)], statement: Statement) -> Response:
    """Runs one SELECT, in a process of its own. It sees the views of `docs/sql.md`, of the games that you may ask of,
    and nothing else: no files, no network."""
    said = state.sql_processes.ask(statement.sql, _reach(state, reader, statement), statement.format)
    return Response(said, media_type=MEDIA_TYPES[statement.format])


def _reach(state: State, reader: Caller, statement: Statement) -> Reach:
    is_admin = reader.may(Permission.SQL, None) and reader.may(Permission.MANAGE, None)
    if statement.internal:
        if not is_admin:
            raise Forbidden("Only an admin may read the store's own tables. Leave out `internal`.")
        return WHOLE_STORE
    games = reader.games(Permission.SQL)
    return Reach(
        views=True,
        views_alone=not is_admin,
        game_ids=None if games is None else sorted(games),
        session_timeout_s=state.settings.rules.session_timeout_minutes * 60,
    )
