"""From a process that collects to the one that reads, and from a server that asks to one that loads: requests and
WebSockets handed on as they came.

Both listen: the collecting processes where people and games call, the reading one at an address of its own on
loopback.
"""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from urllib.parse import quote_from_bytes

import aiohttp
from aiohttp import WSMsgType, hdrs
from multidict import CIMultiDict
from yarl import URL

from playtrace import request_id, tracing
from playtrace.asgi import Receive, Scope, Send, until_left
from playtrace.collect.app import send_reply
from playtrace.collect.body import has_body
from playtrace.collect.problem_documents import problem
from playtrace.problems import MethodNotAllowed, Unavailable
from playtrace.serving.forwarded import FORWARDED, Reading

HOP_BY_HOP = frozenset(
    b"connection keep-alive proxy-authenticate proxy-authorization te trailer transfer-encoding upgrade expect".split()
)
"""Headers that are about one connection (RFC 9110, section 7.6.1, and what HTTP/1.1 had before it)."""
NOT_HANDED_BACK = HOP_BY_HOP | {b"server", b"date", request_id.HEADER}
"""Those of an answer, and what the server that answers here writes itself."""
ASCII = bytes(range(128))
CONNECT_SECONDS_MAX = 5.0
IDLE_SECONDS_MAX = 5.0
"""Kept connections are closed by us before the other end does."""
MESSAGE_BYTES_MAX = 16 * 1024 * 1024
RETRY_AFTER_S = 2
GOING_AWAY = 1001


class Relay:
    """ASGI app for everything that a process does not answer itself."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._session: aiohttp.ClientSession | None = None
        self._is_closed = False

    def _connections(self) -> aiohttp.ClientSession:
        """Raises `ClientConnectionError` when they are closed."""
        if self._is_closed:
            raise aiohttp.ClientConnectionError("closed")
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=IDLE_SECONDS_MAX),
                # How long an answer may take is for the reading process to say.
                timeout=aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_SECONDS_MAX),
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
                skip_auto_headers=(hdrs.ACCEPT, hdrs.ACCEPT_ENCODING, hdrs.USER_AGENT, hdrs.CONTENT_TYPE),
            )
        return self._session

    async def close(self) -> None:
        """Who asks from now on is told to come again."""
        self._is_closed = True
        if self._session is not None:
            await self._session.close()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await self._socket(scope, receive, send)
        else:
            await self._request(scope, receive, send)

    async def _request(self, scope: Scope, receive: Receive, send: Send) -> None:
        method: str = scope["method"]
        if method == "CONNECT" or not method.isupper():
            # The client that we hand on with would make another request of it.
            await send_reply(send, problem(MethodNotAllowed(f"{method} does not work here.")))
            return
        # Its body is whole, as the entrance has read it; what comes after it is that the client has left.
        message = await receive()
        handing_on = asyncio.create_task(self._hand_on(scope, message.get("body", b""), send))
        leaving = asyncio.create_task(until_left(receive))
        try:
            await asyncio.wait({handing_on, leaving}, return_when=asyncio.FIRST_COMPLETED)
            if handing_on.done():
                handing_on.result()
        finally:
            handing_on.cancel()
            leaving.cancel()

    async def _hand_on(self, scope: Scope, body: bytes, send: Send) -> None:
        began = False
        try:
            async with self._connections().request(
                scope["method"],
                self._url(scope),
                headers=self._headers(scope),
                data=body if has_body(scope["headers"]) else None,
                allow_redirects=False,
            ) as answer:
                headers = [(name.lower(), value) for name, value in answer.raw_headers]
                headers = [(name, value) for name, value in headers if name not in NOT_HANDED_BACK]
                await send({"type": "http.response.start", "status": answer.status, "headers": headers})
                began = True
                async for chunk in answer.content.iter_any():
                    await send({"type": "http.response.body", "body": chunk, "more_body": True})
                await send({"type": "http.response.body", "body": b""})
        except (aiohttp.ClientError, TimeoutError):
            if began:
                raise  # Half an answer is out: the connection ends without the rest, which tells the client.
            error = Unavailable("The process that answers is starting or busy.", retry_after_s=RETRY_AFTER_S)
            await send_reply(send, problem(error))

    async def _socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        await receive()  # websocket.connect
        closed = {"type": "websocket.close", "code": GOING_AWAY}
        try:
            connecting = self._connections().ws_connect(
                self._url(scope),
                headers=self._headers(scope, but=b"sec-websocket-"),
                protocols=scope.get("subprotocols", ()),
                max_msg_size=MESSAGE_BYTES_MAX,
                autoclose=False,
            )
            async with connecting as socket:
                await send({"type": "websocket.accept", "subprotocol": socket.protocol})
                there = asyncio.create_task(_messages_there(receive, socket))
                try:
                    while (message := await socket.receive()).type in (WSMsgType.TEXT, WSMsgType.BINARY):
                        kind = "text" if message.type is WSMsgType.TEXT else "bytes"
                        await send({"type": "websocket.send", kind: message.data})
                    if message.type is WSMsgType.CLOSE:
                        closed |= {"code": message.data, "reason": message.extra or ""}
                finally:
                    there.cancel()
                    await asyncio.gather(there, return_exceptions=True)
        except aiohttp.WSServerHandshakeError as refused:
            # Its body is gone with it; the status says what is wrong, and all that browsers tell is that it failed.
            headers = [(b"www-authenticate", b"Bearer")] if refused.status == HTTPStatus.UNAUTHORIZED else []
            await send({"type": "websocket.http.response.start", "status": refused.status, "headers": headers})
            await send({"type": "websocket.http.response.body", "body": b""})
            return
        except (aiohttp.ClientError, TimeoutError):
            pass  # Closed below: the client connects again.
        await send(closed)

    def _url(self, scope: Scope) -> URL:
        """Path and query as they came; bytes beyond ASCII, which some clients send as they are, are escaped."""
        return URL.build(
            scheme="http",
            host=self._reading.host,
            port=self._reading.port,
            path=quote_from_bytes(scope["raw_path"], safe=ASCII),
            query_string=quote_from_bytes(scope["query_string"], safe=ASCII),
            encoded=True,
        )

    def _headers(self, scope: Scope, but: bytes = FORWARDED) -> CIMultiDict[str]:
        """What came, without what is about the connection and without headers that begin with `but`."""
        headers = CIMultiDict[str]()
        for name, value in scope["headers"]:
            if name not in HOP_BY_HOP and not name.startswith(but):
                headers.add(name.decode("ascii"), value.decode("utf-8", "replace"))
        client = scope.get("client")
        if (own := request_id.current.get()) is not None:
            headers.popall(request_id.HEADER.decode(), None)
            headers[request_id.HEADER.decode()] = own
        if (parent := tracing.traceparent()) is not None:
            headers.popall(tracing.TRACEPARENT, None)
            headers[tracing.TRACEPARENT] = parent
        headers[FORWARDED.decode()] = f"{self._reading.secret} {client[0] if client else ''}"
        return headers


async def _messages_there(receive: Receive, socket: aiohttp.ClientWebSocketResponse) -> None:
    """What the client says, until it leaves."""
    while (message := await receive())["type"] == "websocket.receive":
        if (text := message.get("text")) is not None:
            await socket.send_str(text)
        else:
            await socket.send_bytes(message["bytes"])
    await socket.close()
