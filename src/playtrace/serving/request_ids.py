"""Gives each request an id, and each answer the header that tells it."""

from __future__ import annotations

from collections.abc import Awaitable

from playtrace import request_id
from playtrace.asgi import App, Message, Receive, Scope, Send
from playtrace.request_id import HEADER, WELL_FORMED

BEGINNINGS = frozenset({"http.response.start", "websocket.http.response.start"})


class RequestIds:
    """ASGI middleware, in front of everything else. A well-formed id that came with the request is kept."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        own = _given(scope) or request_id.new_id()
        request_id.current.set(own)

        # No coroutine of its own: each request sends two messages at least.
        def send_on(message: Message) -> Awaitable[None]:
            if message["type"] in BEGINNINGS:
                message["headers"] = [*message.get("headers", ()), (HEADER, own.encode())]
            return send(message)

        await self._app(scope, receive, send_on)


def _given(scope: Scope) -> str | None:
    for name, value in scope["headers"]:
        if name == HEADER:
            return value.decode() if WELL_FORMED.fullmatch(value) else None
    return None
