"""The same events over a WebSocket: JSON messages in, an acknowledgement for each once it is durable.

A message is whatever the body of a request to one of the wire formats may be: an event, an array, an
envelope, a stat sheet. The answer to the n-th message (from 0) is `{"number": n, "status": ..., ...}`; messages are
answered in order, and a wrong one does not end the connection.
"""

from __future__ import annotations

import datetime as dt
import logging
from typing import Any

import msgspec

from playtrace.asgi import Receive, Scope, Send
from playtrace.collect.app import Collect, query_of
from playtrace.collect.origin import headers_of
from playtrace.collect.request import Reply, Request, WireFormat
from playtrace.event import REQUEST_BYTES_MAX
from playtrace.problems import Problem, TooLarge

log = logging.getLogger("playtrace.collect")

PATH = "/api/stream"
POLICY_VIOLATION = 1008


class Stream:
    """ASGI app of `PATH`."""

    def __init__(self, collect: Collect) -> None:
        self._collect = collect

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = headers_of(scope["headers"])
        query = query_of(scope)
        client = scope.get("client")
        peer = client[0] if client else ""
        await receive()  # websocket.connect
        try:
            await self._collect.authenticate(headers, query)
        except Problem as error:
            # Accepted first: a client cannot see why a handshake was refused, but can read a message.
            await send({"type": "websocket.accept"})
            refused = self._collect.refuse(self._collect.formats["events"], error)
            await send({"type": "websocket.send", "text": _answer(0, refused)})
            await send({"type": "websocket.close", "code": POLICY_VIOLATION, "reason": error.title})
            return
        await send({"type": "websocket.accept"})
        self._collect.measures.sending_sockets += 1
        try:
            await self._answer_messages(scope, headers, query, peer, receive, send)
        finally:
            self._collect.measures.sending_sockets -= 1

    async def _answer_messages(
        self,
        scope: Scope,
        headers: dict[bytes, bytes],
        query: dict[str, str],
        peer: str,
        receive: Receive,
        send: Send,
    ) -> None:
        number = 0
        while (message := await receive())["type"] == "websocket.receive":
            body = message.get("bytes") or (message.get("text") or "").encode("utf-8", "surrogatepass")
            wire_format = self._format_of(body)
            try:
                reply = await self._take(wire_format, scope, headers, query, peer, body)
            except Problem as error:
                reply = self._collect.refuse(wire_format, error)
            await send({"type": "websocket.send", "text": _answer(number, reply)})
            number += 1

    async def _take(
        self,
        wire_format: WireFormat,
        scope: Scope,
        headers: dict[bytes, bytes],
        query: dict[str, str],
        peer: str,
        body: bytes,
    ) -> Reply:
        if len(body) > REQUEST_BYTES_MAX:
            raise TooLarge(f"A message has at most {REQUEST_BYTES_MAX // 1024 // 1024} MiB. Send several.")
        self._collect.check_room()
        self._collect.check_rate(peer, headers)
        # For each message: a key that was revoked meanwhile opens nothing any more.
        game_id = await self._collect.authenticate(headers, query)
        place = self._collect.place(peer, headers)
        request = Request(scope["path"], query, {}, body, dt.datetime.now(dt.UTC), game_id, *place)
        return await self._collect.take_request(wire_format, request)

    def _format_of(self, body: bytes) -> WireFormat:
        if b'"looted_items"' in body and "loot" in self._collect.formats:
            return self._collect.formats["loot"]
        return self._collect.formats["events"]


def _answer(number: int, reply: Reply) -> str:
    answer: dict[str, Any] = {"number": number, "status": reply.status}
    content = msgspec.json.decode(reply.body) if reply.body else {}
    return msgspec.json.encode(answer | content).decode()
