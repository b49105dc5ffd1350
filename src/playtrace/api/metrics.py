"""`GET /api/metrics/{name}`: one route for each metric there is."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request

from playtrace.metrics.frame.metric import Metric, metrics
from playtrace.metrics.frame.models import CommonAnswer, CommonParameters


def router() -> APIRouter:
    routes = APIRouter(prefix="/api/metrics", tags=["metrics"])
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
        )
    return routes


def _endpoint(metric: Metric[Any, Any]) -> Callable[..., CommonAnswer]:
    # A plain function: FastAPI runs it in a thread, and a long query blocks nobody.
    def ask(request: Request, parameters: CommonParameters) -> CommonAnswer:
        state = request.app.state
        return metric.answer(parameters, state.store)

    # FastAPI reads the types of a route from its signature; this one's are known only here.
    ask.__signature__ = inspect.Signature(  # pyright: ignore[reportFunctionMemberAccess]
        [
            inspect.Parameter("request", inspect.Parameter.KEYWORD_ONLY, annotation=Request),
            inspect.Parameter(
                "parameters", inspect.Parameter.KEYWORD_ONLY, annotation=Annotated[metric.parameters, Query()]
            ),
        ]
    )
    return ask
