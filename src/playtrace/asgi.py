"""What the HTTP server hands to an app, and an app to another (ASGI)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]


async def until_left(receive: Receive) -> None:
    """Returns when the client has left; what is still to come of its body is passed over."""
    while (await receive())["type"] != "http.disconnect":
        pass
