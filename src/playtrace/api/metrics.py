"""`GET /api/metrics/{name}`: one route for each metric there is, and `GET /api/metrics` for what there is."""

from __future__ import annotations

import datetime as dt
import inspect
import time
from collections.abc import Awaitable, Callable, Collection, Hashable
from typing import Annotated, Any, get_origin

from fastapi import APIRouter, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from pydantic import ValidationError
from starlette.datastructures import QueryParams

from playtrace import tracing
from playtrace.api.access import CurrentReader, readable_game
from playtrace.api.answers import Answer
from playtrace.api.permissions import Caller
from playtrace.api.problem_documents import problem_of_fields
from playtrace.api.state import CurrentState, State
from playtrace.api.turns import AfterLoading, reader_of
from playtrace.config import Settings
from playtrace.metrics.frame.catalogue import Catalogue, catalogue
from playtrace.metrics.frame.errors import WrongParameter
from playtrace.metrics.frame.exchange import Quote
from playtrace.metrics.frame.metric import Metric, Rules, metrics
from playtrace.metrics.frame.models import CommonParameters
from playtrace.problems import InvalidRequest
from playtrace.registry.models import Game
from playtrace.registry.registry import Registry


def router() -> APIRouter:
    routes = APIRouter(prefix="/api/metrics", tags=["metrics"])
    routes.add_api_route("", list_metrics, methods=["GET"], summary="List Metrics")
    for metric in metrics().values():
        routes.add_api_route(
            f"/{metric.name}",
            _endpoint(metric),
            methods=["GET"],
            name=metric.name,
            operation_id=f"metric_{metric.name}",
            summary=metric.title,
            description=metric.definition,
            response_model=metric.answer_type,
            dependencies=AfterLoading,
        )
    return routes


def list_metrics(reader: CurrentReader) -> Catalogue:
    """Every metric with its parameters: what a program needs to offer them."""
    return catalogue()


def _endpoint(metric: Metric[Any, Any]) -> Callable[..., Awaitable[Response]]:
    async def ask(request: Request, state: CurrentState, reader: Caller, parameters: CommonParameters) -> Response:
        revision, game = await run_in_threadpool(_of_registry, state, reader, parameters.game_id)
        answer = await answer_to(metric, parameters, state, revision, game, reader_of(request))
        # By its age a program knows a kept answer from one that was made for it; what moment it speaks of it says.
        return Response(answer.body, media_type="application/json", headers={"Age": f"{answer.age_s:.0f}"})

    # FastAPI reads the types of a route from its signature; the parameters' are known only here.
    arguments = {
        "request": Request,
        "state": CurrentState,
        "reader": CurrentReader,
        "parameters": Annotated[metric.parameters, Query()],
    }
    ask.__signature__ = inspect.Signature(  # pyright: ignore[reportFunctionMemberAccess]
        [
            inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=annotation)
            for name, annotation in arguments.items()
        ]
    )
    return ask


async def answer_to(
    metric: Metric[Any, Any],
    parameters: CommonParameters,
    state: State,
    revision: int,
    game: Game,
    reader: Hashable,
) -> Answer:
    """As JSON, when it is the reader's turn, unless it is kept. That they may have it was decided before.

    Raises `InvalidRequest`, and what `Answers.answer` raises.
    """
    asked = parameters.with_defaults_of(time_zone=game.time_zone, currency=game.currency)
    rules = rules_of(state.settings, state.registry, game)

    def work_out() -> bytes:
        began = time.perf_counter()
        with tracing.span("question", {"playtrace.metric": metric.name, "playtrace.game": asked.game_id}):
            body = metric.answer(asked, state.asked_for(metric), rules=rules).model_dump_json().encode()
        state.measured.question_times.note(metric.name, time.perf_counter() - began)
        return body

    question = metric.name, asked.model_dump_json(), revision
    try:
        return await state.answers.answer(question, work_out, lambda: state.turns.turn(reader))
    except WrongParameter as error:
        raise InvalidRequest.of_field(error.parameter, error.message, location="query") from error


def parameters_of(metric: Metric[Any, Any], query: QueryParams, game_id: str) -> CommonParameters:
    """Those of a metric from a query, read as its own route reads them. Raises `InvalidRequest`."""
    lists = {
        field.alias or name
        for name, field in metric.parameters.model_fields.items()
        if get_origin(field.annotation) is list
    }
    given: dict[str, Any] = {name: query.getlist(name) if name in lists else query[name] for name in query}
    try:
        return metric.parameters.model_validate({**given, "gameId": game_id})
    except ValidationError as error:
        errors = [{**field, "loc": ("query", *field["loc"])} for field in error.errors()]
        raise problem_of_fields(errors) from error


def _of_registry(state: State, reader: Caller, game_id: str) -> tuple[int, Game]:
    """The game, and a revision of the registry that is not newer: games and exchange rates are the registry's, and an
    answer is kept for a revision. Raises what `readable_game` raises."""
    revision = state.registry.revision()
    return revision, readable_game(state, reader, game_id)


def rules_of(settings: Settings, registry: Registry, game: Game) -> Rules:
    """What settings and registry say about counting."""
    return counting_rules(settings, registry, game.id, game.currency)


def counting_rules(settings: Settings, registry: Registry, game_id: str, currency: str) -> Rules:
    """The same of a game whose currency is known; the registry is asked for rates only by what converts money."""

    def quotes(currencies: Collection[str], first: dt.date, last: dt.date) -> list[Quote]:
        return [Quote(*rate) for rate in registry.rates.for_game(game_id, currencies, first, last)]

    rules = settings.rules
    return Rules.of(
        settle_hours=rules.settle_hours,
        session_timeout_minutes=rules.session_timeout_minutes,
        currency=currency,
        quotes=quotes,
        rate_carry_days=rules.rate_carry_days,
    )
