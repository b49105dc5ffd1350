"""Stands between a client of AWS and what answers it, and does what that does seldom: throttles, breaks off."""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

BREAK_OFF = None
"""As an answer: the connection ends without one."""
Ask = Callable[[dict[str, Any]], tuple[int, dict[str, Any]]]
"""Asks the server behind, and returns its answer."""
Fault = Callable[[dict[str, Any], Ask], tuple[int, dict[str, Any]] | None]
"""Makes the answer to a request, of services that speak JSON."""
Answer = tuple[int, Mapping[str, str], bytes]
TARGET = "X-Amz-Target"
"""Says what is asked for, where JSON is spoken."""
OF_CONNECTION = {"connection", "content-length", "expect", "transfer-encoding"}
"""Headers that are not of what is said."""


@dataclass(frozen=True)
class Moment:
    """Of a request."""

    operation: str
    """As AWS calls it; of S3 the method of HTTP."""
    path: str
    answer: bytes | None
    """None before it is done. Afterwards nobody knows it yet."""


class Faults:
    def __init__(self, port: int) -> None:
        self.port = port
        self.by_operation: dict[str, Fault] = {}
        self.break_off: list[Callable[[Moment], bool]] = []
        """They are told of both moments of each request, and say whether it ends there."""
        self.asked: list[str] = []
        """Operations, in the order in which they came."""


@contextmanager
def in_front_of(port: int) -> Iterator[Faults]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            body = self._body()
            operation = self._operation(body)
            faults.asked.append(operation)
            answer = BREAK_OFF
            if not self._breaks_off(Moment(operation, self.path, None)):
                fault = faults.by_operation.get(operation)
                answer = self._ask(body) if fault is None else self._made_by(fault, body)
            if answer is BREAK_OFF or self._breaks_off(Moment(operation, self.path, answer[-1])):
                self.close_connection = True
            else:
                self._tell(*answer)

        do_DELETE = do_GET = do_HEAD = do_POST = do_PUT = answer

        def _body(self) -> bytes:
            if self.headers.get("Transfer-Encoding") != "chunked":
                return self.rfile.read(int(self.headers.get("Content-Length", 0)))
            parts: list[bytes] = []
            while length := int(self.rfile.readline(), 16):
                parts.append(self.rfile.read(length))
                self.rfile.readline()
            self.rfile.readline()
            return b"".join(parts)

        def _breaks_off(self, moment: Moment) -> bool:
            return any(breaks_off(moment) for breaks_off in faults.break_off)

        def _operation(self, body: bytes) -> str:
            if TARGET in self.headers:
                return self.headers[TARGET].partition(".")[2]
            is_form = self.headers.get("Content-Type", "").startswith("application/x-www-form-urlencoded")
            return parse_qs(body.decode())["Action"][0] if is_form else self.command

        def _made_by(self, fault: Fault, body: bytes) -> Answer | None:
            def ask(request: dict[str, Any]) -> tuple[int, dict[str, Any]]:
                status, _, told = self._ask(json.dumps(request).encode())
                return status, json.loads(told or b"{}")

            if (answer := fault(json.loads(body), ask)) is BREAK_OFF:
                return BREAK_OFF
            status, told = answer
            return status, {"Content-Type": "application/x-amz-json-1.1"}, json.dumps(told).encode()

        def _ask(self, body: bytes) -> Answer:
            behind = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
            behind.request(self.command, self.path, body, without_connection(self.headers))
            answer = behind.getresponse()
            told = answer.read()
            behind.close()
            return answer.status, dict(answer.headers), told

        def _tell(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
            self.send_response(status)
            # To HEAD a length is told, and nothing comes.
            length = headers.get("Content-Length") if self.command == "HEAD" else None
            for name, value in (without_connection(headers) | {"Content-Length": length or str(len(body))}).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    faults = Faults(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield faults
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def without_connection(headers: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name.lower() not in OF_CONNECTION}


def error(code: str) -> tuple[int, dict[str, Any]]:
    return 400, {"__type": code, "message": "as a test wants it"}
