"""Errors in the words of clients that were there before: they look for `error`, and know no problem documents."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from http import HTTPStatus
from typing import Any

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.responses import JSONResponse, Response

from playtrace.api.problem_documents import problem_of_fields, problem_of_store
from playtrace.problems import Problem
from playtrace.store.errors import StoreError

ERROR = {
    "type": "object",
    "required": ["error"],
    "properties": {"error": {"type": "string"}, "detail": {"type": "string"}},
}
RESPONSES: dict[int | str, dict[str, Any]] = {
    "4XX": {"description": "What is wrong with the request.", "content": {"application/json": {"schema": ERROR}}}
}
"""For `APIRouter(responses=...)`, beside `route_class`."""


def routes_that_say(words: Callable[[Problem], dict[str, str]]) -> type[APIRoute]:
    """For `APIRouter(route_class=...)`: what goes wrong there is told as `words` has it. A field that does not fit is
    400, as these clients never heard of 422."""

    class InDialect(APIRoute):
        def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
            handle = super().get_route_handler()

            async def answer(request: Request) -> Response:
                try:
                    return await handle(request)
                except Problem as error:
                    problem = error
                except RequestValidationError as error:
                    problem = problem_of_fields(error.errors())
                except StoreError as error:
                    problem = problem_of_store(error)
                is_field = problem.status == HTTPStatus.UNPROCESSABLE_ENTITY
                status = HTTPStatus.BAD_REQUEST if is_field else problem.status
                return JSONResponse(words(problem), status, problem.headers)

            return answer

    return InDialect
