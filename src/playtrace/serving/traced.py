"""A span for each request."""

from __future__ import annotations

from collections.abc import Callable

from playtrace import request_id, tracing
from playtrace.asgi import App, Message, Receive, Scope, Send
from playtrace.config import Settings

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
OTHER = "_OTHER"
"""What OpenTelemetry calls a method that a client made up."""


def traced(app: App, settings: Settings, collects: Callable[[str, str], bool], *, is_handed_on: bool) -> App:
    """The app, with spans where traces are made. `collects` knows the methods and paths that take events.
    `is_handed_on` when requests come from another process of ours, whose spans theirs are parts of."""
    return app if settings.tracing.endpoint is None else Traced(app, collects, is_handed_on=is_handed_on)


class Traced:
    """ASGI middleware, behind that which gives requests their ids.

    What clients say of spans of theirs is passed over: each could have a trace made of all that it sends. No address
    is noted but the template of its route: there are players in some, and what a client made up in others.
    """

    def __init__(self, app: App, collects: Callable[[str, str], bool], *, is_handed_on: bool) -> None:
        self._app = app
        self._collects = collects
        self._is_handed_on = is_handed_on

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        method = scope["method"] if scope["method"] in METHODS else OTHER
        said = None
        if self._is_handed_on:
            said = next((value for name, value in scope["headers"] if name == tracing.TRACEPARENT.encode()), None)
        with tracing.request_span(method, None if said is None else said.decode("latin-1")) as span:

            async def send_on(message: Message) -> None:
                if span is not None and message["type"] == "http.response.start":
                    tracing.note_status(span, message["status"])
                await send(message)

            await self._app(scope, receive, send_on)
            if span is not None:
                span.set_attribute("playtrace.request_id", request_id.current.get() or "")
                route: str | None = getattr(scope.get("route"), "path", None)
                if route is None and self._collects(method, scope["path"]):
                    route = scope["path"]
                if route is not None:
                    span.set_attribute("http.route", route)
                    span.update_name(f"{method} {route}")
