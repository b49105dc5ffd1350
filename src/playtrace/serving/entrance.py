"""Where a request goes first: is this server meant at all, and is the request one that sends or one that reads?"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, MutableMapping
from typing import Any
from urllib.parse import quote

from playtrace.asgi import App, Receive, Scope, Send
from playtrace.collect import stream
from playtrace.collect.app import Collect, send_reply
from playtrace.collect.body import has_body, read_body
from playtrace.collect.origin import Origin, headers_of
from playtrace.collect.problem_documents import problem
from playtrace.collect.reading_time import ReadingTime
from playtrace.collect.room import RETRY_AFTER_S, Room
from playtrace.config import Settings
from playtrace.problems import Problem, Unavailable
from playtrace.registry.map_images import IMAGE_BYTES_MAX
from playtrace.serving.own_names import OwnNames

QUESTION_BYTES_MAX = 1024 * 1024
"""Body of a request that reads: the longest is a query that somebody typed."""
PICTURE_PATH = re.compile(r"/api/games/[^/]+/maps/image")
"""Where a body may be as long as the picture of a map."""
ROOM_PART = 16
"""Requests that read take this part of a process's memory, at most. Anybody may send one, without a login: so it is no
part of the room that events have."""


class Entrance:
    """ASGI app: collects, and leaves everything else to another one, which reads."""

    def __init__(self, settings: Settings, collect: Collect, reading: App) -> None:
        self._collect = collect
        self._stream = stream.Stream(collect)
        self._reading = reading
        self._reading_time = ReadingTime(settings.collect.request_seconds_max)
        self._room = Room(settings.collect.memory_bytes_here() // ROOM_PART)
        self._own_names = OwnNames(settings)
        self._origin = Origin(settings.collect.trusted_proxies, None)

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        path = usual_path(scope["path"])
        if path != scope["path"] and (path.startswith("/api/") or self._collect.answers(scope.get("method", ""), path)):
            scope["path"], scope["raw_path"] = path, quote(path).encode()
        path = scope["path"]
        if (error := self._own_names.error_of(scope)) is not None:
            return _refuse(error, scope, receive, send)
        if scope["type"] == "http" and self._collect.answers(scope["method"], path):
            return self._collect(scope, receive, send)
        if scope["type"] == "websocket" and path == stream.PATH:
            return self._stream(scope, receive, send)
        self._set_client(scope)
        if scope["type"] == "websocket":
            return self._reading(scope, receive, send)
        return self._answer(scope, receive, send)

    def _set_client(self, scope: Scope) -> None:
        """Who reads is whom a trusted proxy names: all of its clients would be one otherwise, and one who guesses
        passwords would lock out the others. Here too, an IPv6 address counts as its network."""
        if scope.get("client"):
            address, port = scope["client"]
            scope["client"] = (self._origin.counted(address, headers_of(scope["headers"])), port)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        """What is cut off, as the process ends and waits no longer, and has no answer yet, gets one that says so: the
        HTTP server would call it an error of ours."""
        began = False

        async def send_on(message: MutableMapping[str, Any]) -> None:
            nonlocal began
            began = True
            await send(message)

        try:
            app = self._ask if has_body(scope["headers"]) else self._reading
            await app(scope, receive, send_on)
        except asyncio.CancelledError:
            if not began:
                await send_reply(send, problem(Unavailable("The server stops.", retry_after_s=RETRY_AFTER_S)))
            raise

    async def _ask(self, scope: Scope, receive: Receive, send: Send) -> None:
        """A request that reads is worked on when its body is whole, which is bounded in size and time."""
        try:
            body = await read_body(
                receive, dict(scope["headers"]), self._reading_time, self._room, bytes_max=_bytes_max(scope["path"])
            )
        except Problem as error:
            await send_reply(send, problem(error))
            return
        try:
            await self._reading(scope, _after(body, receive), send)
        finally:
            self._room.give_back(len(body))


def _bytes_max(path: str) -> int:
    return IMAGE_BYTES_MAX if PICTURE_PATH.fullmatch(path) else QUESTION_BYTES_MAX


def usual_path(path: str) -> str:
    """Without what people and libraries add where they put addresses together: `//api/events`, `/api/events/`."""
    if "//" in path or path.endswith("/"):
        return "/" + "/".join(part for part in path.split("/") if part)
    return path


def _after(body: bytes, receive: Receive) -> Receive:
    """What an app receives when its body was read before."""
    messages = [{"type": "http.request", "body": body}]

    async def receive_again() -> MutableMapping[str, Any]:
        return messages.pop() if messages else await receive()

    return receive_again


async def _refuse(error: Problem, scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await receive()
        # Before the handshake: a page is told no more than that it failed.
        await send({"type": "websocket.close", "code": stream.POLICY_VIOLATION})
        return
    await send_reply(send, problem(error))
