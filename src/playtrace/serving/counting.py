"""Counts the requests that read, by their outcome and the time until the answer begins to go out."""

from __future__ import annotations

import time

from playtrace.asgi import App, Message, Receive, Scope, Send
from playtrace.measures import Measures, outcome_of


class Counting:
    """ASGI middleware. A request whose client has left before there was an answer is counted nowhere."""

    def __init__(self, app: App, measures: Measures) -> None:
        self._app = app
        self._measures = measures

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        # Two words for all addresses: whoever asks for what is not there makes no series of their own.
        protocol = "api" if scope["path"].startswith("/api/") else "pages"

        async def send_on(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._measures.note_request(protocol, outcome_of(message["status"]))
                self._measures.note_time(protocol, time.perf_counter() - began)
            await send(message)

        await self._app(scope, receive, send_on)
