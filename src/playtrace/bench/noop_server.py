"""The limit of collecting: the same HTTP server, started the same way, with an app that reads the body and
answers a constant. `python -m playtrace.bench.noop_server PORT`."""

from __future__ import annotations

import sys
from typing import Any

from playtrace.config import Settings
from playtrace.serving.http_server import http_server, run

BODY = b'{"accepted":1,"rejected":[]}'


async def answer(scope: dict[str, Any], receive: Any, send: Any) -> None:
    length = next((int(value) for name, value in scope["headers"] if name == b"content-length"), 0)
    size, more = 0, True
    while more:
        message = await receive()
        size += len(message["body"])
        # As we do it: who has it all need not wait for the message that nothing follows.
        more = message["more_body"] and size < length
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(BODY)).encode())]
    await send({"type": "http.response.start", "status": 202, "headers": headers})
    await send({"type": "http.response.body", "body": BODY})


async def main(port: int) -> None:
    await http_server(answer, "127.0.0.1", port, Settings().keep_alive_seconds).serve()


if __name__ == "__main__":
    run(main(int(sys.argv[1])))
