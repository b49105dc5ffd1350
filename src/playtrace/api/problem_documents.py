"""Every error of the reading half as a problem document (RFC 9457): ours, FastAPI's, the store's, and bugs."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, cast

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError, WebSocketRequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.websockets import WebSocket, WebSocketState

from playtrace.problems import (
    MEDIA_TYPE,
    BadRequest,
    Forbidden,
    Internal,
    InvalidRequest,
    Problem,
    Unavailable,
    document_of,
)
from playtrace.registry.errors import RegistryAway
from playtrace.store.errors import QueryRefused, StoreError
from playtrace.validation import in_its_words

log = logging.getLogger("playtrace.api")

RESPONSES: dict[int | str, dict[str, Any]] = {
    "4XX": {
        "description": "What is wrong with the request, and what to do about it (RFC 9457).",
        "content": {
            MEDIA_TYPE: {
                "schema": {
                    "type": "object",
                    "required": ["type", "title", "status", "detail"],
                    "properties": {
                        "type": {"type": "string", "format": "uri"},
                        "title": {"type": "string"},
                        "status": {"type": "integer"},
                        "detail": {"type": "string"},
                        "requestId": {"type": "string"},
                        "errors": {
                            "type": "array",
                            "items": {
                                "type": "object",
                                "required": ["field", "location", "expected"],
                                "properties": {
                                    "field": {"type": "string"},
                                    "location": {"type": "string"},
                                    "expected": {"type": "string"},
                                },
                            },
                        },
                    },
                }
            }
        },
    }
}
"""For `FastAPI(responses=...)`: OpenAPI tells of problem documents, and not of errors that FastAPI would have sent."""
RETRY_AFTER_S = 5.0
WEBSOCKET_POLICY_VIOLATION = 1008
WEBSOCKET_REASON_BYTES_MAX = 123


def install(app: FastAPI) -> None:
    """From now on every error of the app is a problem document."""
    handlers: list[tuple[type[Exception], object]] = [
        (Problem, _on_problem),
        (RequestValidationError, _on_validation_error),
        (WebSocketRequestValidationError, _on_validation_error),
        (HTTPException, _on_http_exception),
        (StoreError, _on_store_error),
        (RegistryAway, _on_registry_away),
        (Exception, _on_bug),
    ]
    for error, handler in handlers:
        # Starlette's types want one handler for requests and another for WebSockets; it calls ours with either.
        app.add_exception_handler(error, cast("Any", handler))


def problem_response(problem: Problem) -> Response:
    return Response(problem.body(), problem.status, problem.headers, MEDIA_TYPE)


async def _on_problem(connection: Request | WebSocket, error: Exception) -> Response | None:
    assert isinstance(error, Problem)  # noqa: S101
    if isinstance(connection, WebSocket):
        return await _refuse_websocket(connection, error)
    return problem_response(error)


async def _on_validation_error(connection: Request | WebSocket, error: Exception) -> Response | None:
    assert isinstance(error, RequestValidationError | WebSocketRequestValidationError)  # noqa: S101
    return await _on_problem(connection, problem_of_fields(error.errors()))


async def _on_http_exception(connection: Request | WebSocket, error: Exception) -> Response | None:
    assert isinstance(error, HTTPException)  # noqa: S101
    title = HTTPStatus(error.status_code).phrase
    slug = re.sub(r"[^a-z]+", "-", title.lower()).strip("-")
    detail = error.detail
    if error.status_code == HTTPStatus.NOT_FOUND and detail == title:
        detail = f"There is nothing at {connection.url.path}."
    elif error.status_code == HTTPStatus.METHOD_NOT_ALLOWED and isinstance(connection, Request):
        allowed = (error.headers or {}).get("Allow", "another method")
        detail = f"{connection.method} does not work at {connection.url.path}: use {allowed}."
    if isinstance(connection, WebSocket):
        return await _refuse_websocket(connection, Forbidden(detail))
    if error.status_code in (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED):
        return Response(status_code=error.status_code, headers=error.headers)
    document = document_of(slug, title, error.status_code, detail)
    return JSONResponse(document, error.status_code, error.headers, MEDIA_TYPE)


async def _on_store_error(connection: Request | WebSocket, error: Exception) -> Response | None:
    return await _on_problem(connection, problem_of_store(cast(StoreError, error)))


async def _on_registry_away(connection: Request | WebSocket, error: Exception) -> Response | None:
    log.warning("the registry is away", extra={"error": str(error)})
    said = "The database of games, keys and people does not answer. It is asked again with the next request."
    return await _on_problem(connection, Unavailable(said, retry_after_s=RETRY_AFTER_S))


async def _on_bug(request: Request, error: Exception) -> Response:
    # The traceback may quote anything, so none of it goes out.
    log.error("a request failed", exc_info=error, extra={"path": request.url.path})
    said = "The server's log tells what happened, under this requestId. Please report it to its operator."
    return problem_response(Internal(said))


async def _refuse_websocket(websocket: WebSocket, problem: Problem) -> Response | None:
    """Before the handshake as HTTP where the server can, else by closing."""
    before_handshake = websocket.application_state is WebSocketState.CONNECTING
    extensions = cast("Mapping[str, object]", websocket.scope.get("extensions") or {})
    if before_handshake and "websocket.http.response" in extensions:
        return problem_response(problem)
    if websocket.application_state is not WebSocketState.DISCONNECTED:
        reason = f"{problem.title}: {problem.detail}".encode()[:WEBSOCKET_REASON_BYTES_MAX].decode(errors="ignore")
        await websocket.close(WEBSOCKET_POLICY_VIOLATION, reason)
    return None


def problem_of_store(error: StoreError) -> Problem:
    """What the store says when it cannot answer, as what a client is told."""
    if isinstance(error, QueryRefused):
        return BadRequest(str(error))
    return Unavailable(str(error), retry_after_s=RETRY_AFTER_S)


def problem_of_fields(errors: Sequence[Mapping[str, object]]) -> Problem:
    """The input itself is left out: it may be a password."""
    for error in errors:
        if error["type"] == "json_invalid":
            position = cast("tuple[object, ...]", error["loc"])[-1]
            return BadRequest(f"The body is not JSON: {_reason(error)} at character {position}.")
    return InvalidRequest.of_fields([_field_error(error) for error in errors])


def _field_error(error: Mapping[str, object]) -> dict[str, str]:
    location, *path = cast("tuple[object, ...]", error["loc"])
    expected = str(error["msg"])
    if error["type"] == "missing":
        expected = "expected, but missing"
    elif error["type"] == "model_attributes_type":
        expected = "a JSON object, sent with 'Content-Type: application/json'"
    elif error["type"] == "extra_forbidden":
        expected = "not known here"
    return {
        "field": ".".join(str(step) for step in path) or str(location),
        "location": str(location),
        "expected": in_its_words(expected),
    }


def _reason(error: Mapping[str, object]) -> str:
    context = error.get("ctx")
    if isinstance(context, Mapping):
        return str(cast("Mapping[str, object]", context).get("error", error["msg"]))
    return str(error["msg"])
