"""Query parameters in snake_case are taken for their camelCase names: both are spoken here."""

from __future__ import annotations

import re

from playtrace.asgi import App, Receive, Scope, Send

SNAKE_NAME = re.compile(rb"(?:^|(?<=&))[a-z]+(?:_[a-z0-9]+)+(?==)")


def camel_case_names(query: bytes) -> bytes:
    """`game_id=a_b&x=1` → `gameId=a_b&x=1`: names only, values as they are."""
    return SNAKE_NAME.sub(lambda name: re.sub(rb"_([a-z0-9])", lambda part: part[1].upper(), name[0]), query)


class QuerySpelling:
    """ASGI middleware."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in ("http", "websocket") and b"_" in scope["query_string"]:
            scope["query_string"] = camel_case_names(scope["query_string"])
        await self._app(scope, receive, send)
