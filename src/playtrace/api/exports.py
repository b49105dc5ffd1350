"""Everything out: `GET /api/games/{game_id}/export` of events, and `.../export/{metric}` of a metric's answer.

Events go out as they are read, a slice at a time: memory does not grow with them, other questions have their turns in
between, and who hangs up has ended it. The answer ends without its last piece where something breaks in the middle, so
a client that does not get it whole is told by HTTP itself.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import StreamingResponse
from pydantic import Field
from starlette.datastructures import QueryParams

from playtrace.api.access import CurrentReader, readable_game
from playtrace.api.events import EventFilter
from playtrace.api.metrics import parameters_of, rules_of
from playtrace.api.state import CurrentState
from playtrace.api.turns import AfterLoading, Question, reader_of
from playtrace.exports.forms import EVENTS, MEDIA_TYPES, SUFFIXES, AnswerForm, Form, answer_written
from playtrace.exports.slices import Slices
from playtrace.metrics.frame.errors import WrongParameter
from playtrace.metrics.frame.metric import metrics
from playtrace.problems import InvalidRequest, NotFound

router = APIRouter(prefix="/api/games/{game_id}", tags=["exports"])

TEXT = {"schema": {"type": "string"}}
BINARY = {"schema": {"type": "string", "format": "binary"}}
FILE: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The file.",
        "content": {
            media_type: BINARY if form in ("parquet", "arrow") else TEXT for form, media_type in MEDIA_TYPES.items()
        },
    }
}
FORM = (
    "`csv`, in which a text that a spreadsheet would take for a formula has a ' before it; `json`, a list; `ndjson`, an"
    " object a line; `parquet`; `arrow`, a stream of Arrow's IPC format."
)
LIST = (
    "Which list of the answer, by its name or path such as `kinds` or `drift.types`. Default: the table that"
    " `playtrace query` prints."
)
GameId = Annotated[str, Path(max_length=64)]


class EventExport(EventFilter):
    """Which events, and how they are written."""

    form: Form = Field(
        "ndjson",
        alias="format",
        description=f"{FORM} `ue` is the CSV of Unreal's analytics, with no more than its five columns.",
    )


@router.get("/export", response_class=StreamingResponse, responses=FILE, dependencies=AfterLoading)
async def export_events(
    request: Request,
    state: CurrentState,
    reader: CurrentReader,
    game_id: GameId,
    asked: Annotated[EventExport, Query()],
) -> Response:
    """All events that match, in the order in which they arrived, without a limit. `Playtrace-Events` says how many,
    and `Playtrace-Removed-Before` before which day (UTC) retention removed some that would match; it is not there where
    none were.

    `playtrace import` reads every format, and all but `ue` have everything that an event says.
    """
    game = await run_in_threadpool(readable_game, state, reader, game_id)
    form = EVENTS[asked.form]
    slices = Slices(asked.matching(game.id, dt.datetime.now(dt.UTC)), form.columns)
    writer = form.writer()

    def begin() -> bytes:
        slices.begin(state.store, form.parameters)
        # Before anything goes out: what cannot be read at all is an error and no broken file.
        return go_on()

    def go_on() -> bytes:
        return writer.write(slices.next(state.store))

    async def pieces(first: bytes) -> AsyncIterator[bytes]:
        yield first
        while not slices.is_over:
            async with state.turns.turn(reader_of(request)):
                piece = await run_in_threadpool(go_on)
            if piece:
                yield piece
        yield writer.end()

    async with state.turns.turn(reader_of(request)):
        first = await run_in_threadpool(begin)
    headers = _headers(f"{game.id}-events", asked.form) | {"Playtrace-Events": str(slices.events)}
    if slices.removed_before is not None:
        headers["Playtrace-Removed-Before"] = slices.removed_before.isoformat()
    return StreamingResponse(pieces(first), media_type=MEDIA_TYPES[asked.form], headers=headers)


@router.get("/export/{metric}", response_class=Response, responses=FILE, dependencies=Question)
def export_answer(
    request: Request,
    state: CurrentState,
    reader: CurrentReader,
    game_id: GameId,
    metric: Annotated[str, Path(max_length=64, description="As in `GET /api/metrics`.")],
    form: Annotated[AnswerForm, Query(alias="format", description=FORM)] = "csv",
    part: Annotated[str | None, Query(alias="list", max_length=64, description=LIST)] = None,
) -> Response:
    """The answer of a metric as a table, with that metric's own parameters beside `format` and `list`.

    Money is in whole units, as `playtrace query --format csv` prints it.
    """
    game = readable_game(state, reader, game_id)
    found = metrics().get(metric)
    if found is None:
        raise NotFound(f"There is no metric {metric!r}. `GET /api/metrics` lists those that there are.")
    query = QueryParams([one for one in request.query_params.multi_items() if one[0] not in ("format", "list")])
    asked = parameters_of(found, query, game_id).with_defaults_of(time_zone=game.time_zone, currency=game.currency)
    try:
        rules = rules_of(state.settings, state.registry, game)
        answer = found.answer(asked, state.store, rules=rules)
        rows = answer.rows(part)
    except WrongParameter as error:
        raise InvalidRequest.of_field(error.parameter, error.message, location="query") from error
    except KeyError as error:
        message = f"There is no list {part!r} in this answer of {found.name}."
        raise InvalidRequest.of_field("list", message, location="query") from error
    headers = _headers(f"{game.id}-{found.name}", form)
    if answer.removed_before is not None:
        headers["Playtrace-Removed-Before"] = answer.removed_before.isoformat()
    return Response(answer_written(rows, form), media_type=MEDIA_TYPES[form], headers=headers)


def _headers(name: str, form: Form) -> dict[str, str]:
    """A browser saves it under this name, of what a game's id and a metric's name may hold."""
    return {"Content-Disposition": f'attachment; filename="{name}{SUFFIXES[form]}"'}
