"""The HTTP server inside our processes (docs/decisions/0014), and how a process runs it."""

from __future__ import annotations

import asyncio
import gc
import logging
import sys
from collections.abc import Coroutine, Generator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from playtrace.collect.errors import CollectError
from playtrace.collect.problem_documents import problem
from playtrace.serving.listening import listen

log = logging.getLogger("playtrace.serving")

HEAD_BYTES_MAX = 64 * 1024
"""Request line and headers."""
IDLE_SECONDS_MAX = 75
"""A connection on which nothing comes after an answer is closed."""
LOOK_INTERVAL_S = 1.0
LAST_REQUESTS_SECONDS_MAX = 5.0
GC_ALLOCATIONS = 50_000
"""The garbage collector looks for cycles after so many new objects, instead of Python's 700: a few hundred requests
that wait for the disk are more than that, and no cycle is among them."""


class NotHttp(CollectError):
    status = 400
    slug = "not-http"
    title = "This cannot be read as an HTTP request"


class HeadTooLarge(CollectError):
    status = 431
    slug = "head-too-large"
    title = "The request line and the headers are too large"


class BoundedHead(HttpToolsProtocol):
    """HTTP whose heads arrive within a time and a size, which uvicorn leaves to a proxy in front of it."""

    head_since: float | None = None
    """Since when the head of a request is awaited; None while a request is answered, and while nothing comes."""
    _bytes_without_sense = 0
    """Bytes that came since a head was whole or a part of a body was there."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
        super().connection_made(transport)
        self.head_since = self.loop.time()

    def data_received(self, data: bytes) -> None:
        self._bytes_without_sense += len(data)
        super().data_received(data)
        if self.head_since is None and not self._is_answering():
            self.head_since = self.loop.time()
        if self._bytes_without_sense > HEAD_BYTES_MAX and not self.transport.is_closing():
            self._refuse(HeadTooLarge(f"They have more than {HEAD_BYTES_MAX} bytes."))

    def on_headers_complete(self) -> None:
        self.head_since = None
        self._bytes_without_sense = 0
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._bytes_without_sense = 0
        super().on_body(body)

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self._bytes_without_sense:
            # The next request has begun already.
            self.head_since = self.loop.time()

    def send_400_response(self, msg: str) -> None:
        """What uvicorn calls where its parser stops."""
        self._refuse(NotHttp("Methods are in capitals, and an address is ASCII: other characters are written as %XX."))

    def _is_answering(self) -> bool:
        return bool(self.cycle) and not self.cycle.response_complete

    def _refuse(self, error: CollectError) -> None:
        if self._is_answering() and not self.cycle.more_body:
            # Requests that came whole before this are answered; then the connection ends.
            self.cycle.keep_alive = False
            self.flow.pause_reading()
            return
        reply = problem(error)
        self.transport.write(
            b"HTTP/1.1 %d %b\r\ncontent-type: %b\r\ncontent-length: %d\r\nconnection: close\r\n\r\n%b"
            % (
                reply.status,
                HTTPStatus(reply.status).phrase.encode(),
                reply.content_type,
                len(reply.body),
                reply.body,
            )
        )
        self.transport.close()


class HttpServer(uvicorn.Server):
    """Serves an ASGI app until `stop`. On Linux several processes may listen on one port: each gets its share of
    connections."""

    def __init__(self, app: Any, host: str, port: int, head_seconds_max: float) -> None:
        """A client that sends a head drop by drop holds a connection for `head_seconds_max`, no longer."""
        self._head_seconds_max = head_seconds_max
        super().__init__(
            uvicorn.Config(
                app,
                host=host,
                port=port,
                interface="asgi3",
                http=BoundedHead,
                ws="websockets-sansio",
                lifespan="off",
                log_config=None,
                log_level=logging.ERROR,
                access_log=False,
                server_header=False,
                proxy_headers=False,
                timeout_keep_alive=IDLE_SECONDS_MAX,
                timeout_graceful_shutdown=int(LAST_REQUESTS_SECONDS_MAX),
            )
        )

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        """Signals are the program's business."""
        yield

    async def run_until_stopped(self) -> None:
        """Raises `OSError` when it cannot listen."""
        with listen(self.config.host, self.config.port) as listening:
            looking = asyncio.create_task(self._close_slow_heads())
            try:
                await self.serve([listening])
            finally:
                looking.cancel()

    def stop(self) -> None:
        self.should_exit = True

    async def _close_slow_heads(self) -> None:
        # One look at all of them: a timer for each request would cost more than it is worth.
        while True:
            await asyncio.sleep(LOOK_INTERVAL_S)
            latest = asyncio.get_running_loop().time() - self._head_seconds_max
            for connection in list(self.server_state.connections):
                since = connection.head_since if isinstance(connection, BoundedHead) else None
                if since is not None and since < latest:
                    connection.transport.close()


async def stop_serving(server: HttpServer, serving: asyncio.Task[None]) -> None:
    """What was begun is answered, within `LAST_REQUESTS_SECONDS_MAX`: a client may never finish its request."""
    server.stop()
    done, _ = await asyncio.wait({serving}, timeout=LAST_REQUESTS_SECONDS_MAX + 2)
    if not done:
        log.warning("some requests did not end in time and are cut off")


def leave_garbage_collector_little() -> None:
    """What is there now stays: the garbage collector need not look through all of it again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(GC_ALLOCATIONS)


def run(main: Coroutine[Any, Any, None]) -> None:
    """`asyncio.run` on the fastest event loop there is here."""
    if sys.platform == "win32":
        asyncio.run(main)
    else:
        import uvloop

        uvloop.run(main)
