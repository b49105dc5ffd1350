"""The HTTP server inside our processes (docs/decisions/0004), and how a process runs it."""

from __future__ import annotations

import asyncio
import gc
import logging
import sys
from collections.abc import Coroutine
from typing import Any

import granian.log
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.server.embed import Server

log = logging.getLogger("playtrace.serving")

LAST_REQUESTS_SECONDS_MAX = 5.0
BACKLOG = 1024
CONNECTIONS_MAX = 16_384
"""Of one process. One that says nothing has its place for as long as it likes."""
OWN_FILES_MAX = 512
"""File handles that are kept for the journal, the store and the connections between our processes."""
GC_ALLOCATIONS = 50_000
"""The garbage collector looks for cycles after so many new objects, instead of Python's 700: a few hundred requests
that wait for the disk are more than that, and no cycle is among them."""


def http_server(app: Any, host: str, port: int, keep_alive_seconds: float) -> Server:
    """Serves an ASGI app. On Linux several processes may listen on one port: each gets its share of connections.

    A connection on which no whole headers of a request came for `keep_alive_seconds` is closed.
    """
    # Granian says at each start that running inside a program is experimental; our tests are what we go by.
    granian.log.logger.setLevel(logging.ERROR)
    return Server(
        app,
        address=host,
        port=port,
        interface=Interfaces.ASGINL,
        # HTTP/2 goes past the limits that are kept here: bodies need no length, and one connection has many requests.
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(header_read_timeout=round(keep_alive_seconds * 1000)),
        backlog=BACKLOG,
        backpressure=connections_max(),
        log_enabled=False,
    )


def connections_max() -> int:
    """How many connections this process takes at once: as many as leave it file handles for its own files.

    It first asks for the handles it wants, as the limit that shells set is often far below what is allowed.
    """
    if sys.platform == "win32":
        return CONNECTIONS_MAX
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = CONNECTIONS_MAX + OWN_FILES_MAX
    if soft != resource.RLIM_INFINITY and soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(hard, wanted)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return CONNECTIONS_MAX if soft == resource.RLIM_INFINITY else max(1, min(CONNECTIONS_MAX, soft - OWN_FILES_MAX))


async def stop_serving(server: Server, serving: asyncio.Task[None]) -> None:
    """What was begun is answered, within `LAST_REQUESTS_SECONDS_MAX`: a client may never finish its request."""
    server.stop()
    done, _ = await asyncio.wait({serving}, timeout=LAST_REQUESTS_SECONDS_MAX)
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
