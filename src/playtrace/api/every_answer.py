"""What holds for every answer of the reading half, whichever route gives it."""

from __future__ import annotations

from playtrace.asgi import App, Message, Receive, Scope, Send

CACHE_CONTROL = b"cache-control"
NOT_STORED = (CACHE_CONTROL, b"no-store")
"""What players did is for who asked: no proxy and no browser keeps it, unless the route says otherwise."""
NOT_GUESSED = (b"x-content-type-options", b"nosniff")
"""A browser takes an answer for what it says it is, and not for a page."""


class EveryAnswer:
    """ASGI middleware. HEAD is answered wherever GET is, without a body (RFC 9110, section 9.3.2)."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        is_head = scope["method"] == "HEAD"
        if is_head:
            scope["method"] = "GET"

        async def send_on(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = list(message.get("headers", []))
                names = {name.lower() for name, _ in headers}
                headers += [header for header in (NOT_STORED, NOT_GUESSED) if header[0] not in names]
                await send({**message, "headers": headers})
            elif is_head:
                await send({**message, "body": b""})
            else:
                await send(message)

        await self._app(scope, receive, send_on)
