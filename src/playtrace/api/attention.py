"""Requests whose client has left are not answered: a dashboard that asks for something else has closed the old ones."""

from __future__ import annotations

import asyncio

from playtrace.asgi import App, Message, Receive, Scope, Send, until_left
from playtrace.store.asker import Asker


class Attention:
    """ASGI middleware. Bodies are whole in one message: what comes after it is that the client has left."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        asker = Asker()
        Asker.current.set(asker)
        messages = [await receive()]
        leaving = asyncio.create_task(_leave(asker, receive))

        async def receive_again() -> Message:
            return messages.pop() if messages else await asyncio.shield(leaving)

        try:
            await self._app(scope, receive_again, send)
        finally:
            leaving.cancel()


async def _leave(asker: Asker, receive: Receive) -> Message:
    await until_left(receive)
    asker.leave()
    return {"type": "http.disconnect"}
