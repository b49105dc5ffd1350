"""A local HTTP server that stands for Discord, or for whatever else alerts are sent to, and behaves as it is told."""

from __future__ import annotations

import json
import socket
import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Reply:
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b"{}"


@dataclass(frozen=True)
class Trouble:
    """Instead of an answer."""

    kind: str
    """`drop`: the connection ends. `hang`: nothing comes, until the client gives up."""


OK = Reply()
DROP, HANG = Trouble("drop"), Trouble("hang")


@dataclass(frozen=True)
class Request:
    path: str
    headers: dict[str, str]
    """Names in lower case."""
    body: bytes

    @property
    def embed(self) -> Any:
        return json.loads(self.body)["embeds"][0]


class StandIn:
    """Answers OK unless there is a behaviour left to be had; keeps what was asked, and what was answered with OK."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.taken: list[Request] = []
        """Those that were answered with a success, in full."""
        self.behaviours: deque[Reply | Trouble] = deque()
        self.before_reply: Callable[[Request], None] = lambda _: None
        self._start(0)

    def _start(self, port: int) -> None:
        self._server = ThreadingHTTPServer(("127.0.0.1", port), _handler(self))
        self._server.daemon_threads = True
        self.port = self._server.server_port
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def forget(self) -> None:
        """As if nothing had been asked."""
        self.requests.clear()
        self.taken.clear()
        self.forget_behaviour()

    def forget_behaviour(self) -> None:
        """From now on all is well."""
        self.behaviours.clear()
        self.before_reply = lambda _: None

    def go_away(self) -> None:
        """Nobody listens on the port."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def come_back(self) -> None:
        self._start(self.port)

    def titles(self) -> list[str]:
        """Of all that was asked, as embeds."""
        return [request.embed["title"] for request in self.requests]


def _handler(stand_in: StandIn) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            request = Request(self.path, headers, body)
            stand_in.requests.append(request)
            behaviour = stand_in.behaviours.popleft() if stand_in.behaviours else OK
            stand_in.before_reply(request)
            if isinstance(behaviour, Trouble):
                if behaviour.kind == "hang":
                    # Until the client hangs up.
                    self.connection.recv(1)
                self.close_connection = True
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            # Who asked may be gone.
            with suppress(ConnectionError):
                self._reply(behaviour, request)

        def _reply(self, behaviour: Reply, request: Request) -> None:
            self.send_response(behaviour.status)
            for name, value in {"Content-Length": str(len(behaviour.body)), **behaviour.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(behaviour.body)
            if 200 <= behaviour.status < 300:
                stand_in.taken.append(request)

        def log_message(self, format: str, *args: object) -> None:
            pass

    return Handler
