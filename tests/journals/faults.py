"""Stands between a client of Kinesis and what answers it, and does what that does seldom: throttles, breaks off."""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

BREAK_OFF = None
"""As an answer: the connection ends without one."""
Ask = Callable[[dict[str, Any]], tuple[int, dict[str, Any]]]
"""Asks the server behind, and returns its answer."""
Fault = Callable[[dict[str, Any], Ask], tuple[int, dict[str, Any]] | None]
"""Makes the answer to a request."""


class Faults:
    def __init__(self, port: int) -> None:
        self.port = port
        self.by_operation: dict[str, Fault] = {}
        self.asked: list[str] = []
        """Operations, in the order in which they came."""


@contextmanager
def in_front_of(port: int) -> Iterator[Faults]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            operation = self.headers["X-Amz-Target"].partition(".")[2]
            faults.asked.append(operation)
            headers = dict(self.headers)

            def ask(request: dict[str, Any]) -> tuple[int, dict[str, Any]]:
                behind = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
                text = json.dumps(request).encode()
                behind.request("POST", "/", text, headers | {"Content-Length": str(len(text))})
                answer = behind.getresponse()
                told = answer.read()
                behind.close()
                return answer.status, json.loads(told or b"{}")

            fault = faults.by_operation.get(operation, lambda request, ask: ask(request))
            answer = fault(json.loads(body), ask)
            if answer is BREAK_OFF:
                self.close_connection = True
                return
            status, told = answer
            text = json.dumps(told).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/x-amz-json-1.1")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

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


def error(code: str) -> tuple[int, dict[str, Any]]:
    return 400, {"__type": code, "message": "as a test wants it"}
