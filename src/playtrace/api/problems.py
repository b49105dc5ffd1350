"""What goes wrong in a request, told as a problem document (RFC 9457).

Problem
├── BadRequest           400  not readable at all
├── Unauthenticated      401  sign in, or send a token
├── Forbidden            403  signed in, yet not for this
│   ├── SetupRefused          the setup link is wrong or used
│   └── CrossOrigin           a page of another site asked with our cookie
├── NotFound             404
│   └── UnknownGame
├── Conflict             409
├── InvalidRequest       422  a field does not fit; `errors` names it
├── TooManyRequests      429  again after Retry-After
├── Internal             500  our fault; the log has it
└── Unavailable          503  not now; again after Retry-After

Raise one anywhere below a route; `install` has it rendered, and what FastAPI raises too.
"""

from __future__ import annotations

import logging
import math
import re
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, ClassVar, cast

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError, WebSocketRequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.websockets import WebSocket, WebSocketState

log = logging.getLogger("playtrace.api")

TYPE_BASE = "https://playtrace.dev/problems/"
MEDIA_TYPE = "application/problem+json"
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
WEBSOCKET_POLICY_VIOLATION = 1008
WEBSOCKET_REASON_BYTES_MAX = 123


class Problem(Exception):
    """`detail` tells a person what to do next; `members` are further fields of the document, in camelCase."""

    status: ClassVar[int]
    slug: ClassVar[str]
    title: ClassVar[str]

    def __init__(self, detail: str, *, headers: Mapping[str, str] | None = None, **members: object) -> None:
        super().__init__(detail)
        self.detail = detail
        self.headers = dict(headers or {})
        self.members = members

    def document(self) -> dict[str, object]:
        return _document(self.slug, self.title, self.status, self.detail) | self.members


class BadRequest(Problem):
    status = 400
    slug = "bad-request"
    title = "The request cannot be read"


class Unauthenticated(Problem):
    status = 401
    slug = "unauthenticated"
    title = "Sign in first"

    def __init__(self, detail: str) -> None:
        super().__init__(detail, headers={"WWW-Authenticate": "Bearer"})


class Forbidden(Problem):
    status = 403
    slug = "forbidden"
    title = "Not allowed"


class SetupRefused(Forbidden):
    slug = "setup-refused"
    title = "The setup link is not valid"


class CrossOrigin(Forbidden):
    slug = "cross-origin"
    title = "The request comes from another site"


class NotFound(Problem):
    status = 404
    slug = "not-found"
    title = "There is no such thing"


class UnknownGame(NotFound):
    slug = "unknown-game"
    title = "There is no such game"

    def __init__(self, game_id: str) -> None:
        super().__init__(f"There is no game with the id {game_id!r}. GET /api/games lists them.")


class Conflict(Problem):
    status = 409
    slug = "conflict"
    title = "It contradicts what is there"


class InvalidRequest(Problem):
    """`errors` is a list of `{"field", "location", "expected"}`."""

    status = 422
    slug = "invalid-request"
    title = "A field does not fit"

    @classmethod
    def of_field(cls, field: str, expected: str, *, location: str = "body") -> InvalidRequest:
        return cls.of_fields([{"field": field, "location": location, "expected": expected}])

    @classmethod
    def of_fields(cls, errors: Sequence[Mapping[str, str]]) -> InvalidRequest:
        detail = "; ".join(f"{error['field']} ({error['location']}): {error['expected']}" for error in errors)
        return cls(detail, errors=list(errors))


class TooManyRequests(Problem):
    status = 429
    slug = "too-many-requests"
    title = "Too many requests"

    def __init__(self, detail: str, *, retry_after_seconds: float) -> None:
        super().__init__(detail, headers={"Retry-After": str(math.ceil(retry_after_seconds))})


class Internal(Problem):
    status = 500
    slug = "internal"
    title = "Something broke here"


class Unavailable(Problem):
    status = 503
    slug = "unavailable"
    title = "Not now"

    def __init__(self, detail: str, *, retry_after_seconds: float) -> None:
        super().__init__(detail, headers={"Retry-After": str(math.ceil(retry_after_seconds))})


def install(app: FastAPI) -> None:
    """From now on every error of the app is a problem document."""
    handlers: list[tuple[type[Exception], object]] = [
        (Problem, _on_problem),
        (RequestValidationError, _on_validation_error),
        (WebSocketRequestValidationError, _on_validation_error),
        (HTTPException, _on_http_exception),
        (Exception, _on_bug),
    ]
    for error, handler in handlers:
        # Starlette's types want one handler for requests and another for WebSockets; it calls ours with either.
        app.add_exception_handler(error, cast("Any", handler))


def problem_response(problem: Problem) -> Response:
    return JSONResponse(problem.document(), problem.status, problem.headers, MEDIA_TYPE)


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
    document = _document(slug, title, error.status_code, detail)
    return JSONResponse(document, error.status_code, error.headers, MEDIA_TYPE)


async def _on_bug(request: Request, error: Exception) -> Response:
    # The traceback may quote anything, so none of it goes out.
    log.error("a request failed", exc_info=error, extra={"path": request.url.path})
    return problem_response(Internal("The server's log tells what happened. Please report it to its operator."))


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
        "expected": expected.removeprefix("Value error, "),
    }


def _reason(error: Mapping[str, object]) -> str:
    context = error.get("ctx")
    if isinstance(context, Mapping):
        return str(cast("Mapping[str, object]", context).get("error", error["msg"]))
    return str(error["msg"])


def _document(slug: str, title: str, status: int, detail: str) -> dict[str, object]:
    return {"type": TYPE_BASE + slug, "title": title, "status": status, "detail": detail}
