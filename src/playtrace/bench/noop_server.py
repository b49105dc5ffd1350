"""The limit of collecting: the same HTTP server, started the same way, with an app that reads the body and
answers a constant. `python -m playtrace.bench.noop_server PORT`."""

from __future__ import annotations

import asyncio
import sys
from typing import Any

from granian.constants import Interfaces
from granian.http import HTTP1Settings
from granian.server.embed import Server

from playtrace.server import HEADER_SECONDS_MAX, quiet_http_server

BODY = b'{"accepted":1,"rejected":[]}'


async def answer(scope: dict[str, Any], receive: Any, send: Any) -> None:
    while (await receive()).get("more_body", False):
        pass
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(BODY)).encode())]
    await send({"type": "http.response.start", "status": 202, "headers": headers})
    await send({"type": "http.response.body", "body": BODY})


async def main(port: int) -> None:
    quiet_http_server()
    settings = HTTP1Settings(header_read_timeout=HEADER_SECONDS_MAX * 1000)
    await Server(
        answer, port=port, interface=Interfaces.ASGINL, http1_settings=settings, backlog=1024, log_enabled=False
    ).serve()


if __name__ == "__main__":
    if sys.platform == "win32":
        asyncio.run(main(int(sys.argv[1])))
    else:
        import uvloop

        uvloop.run(main(int(sys.argv[1])))
