"""Puts the rooms together: one ASGI app, its background work, and the process that serves them.

`Playtrace` owns everything that is open (registry, journal, store) and closes it in the order in which an
event goes: first nothing more comes in, then the journal is loaded, then the store is written.
"""

from __future__ import annotations

import asyncio
import gc
import ipaddress
import json
import logging
import os
import secrets
import socket
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

import granian.log
from granian.constants import Interfaces
from granian.http import HTTP1Settings
from granian.server.embed import Server as HttpServer

from playtrace.api.app import create_app
from playtrace.api.live import Feeds
from playtrace.api.login_throttle import LoginThrottle
from playtrace.api.problems import Forbidden, problem_response
from playtrace.api.query_spelling import QuerySpelling
from playtrace.collect import stream
from playtrace.collect.app import Collect, Receive, Scope, Send
from playtrace.config import Settings
from playtrace.journal.sqlite import Journal
from playtrace.load.loader import Loader
from playtrace.registry.key_ring import KeyRing
from playtrace.registry.registry import Registry
from playtrace.store.background import run_in_background
from playtrace.store.duckdb import Store

log = logging.getLogger("playtrace.server")

KEY_REFRESH_S = 1.0
LISTEN_WAIT_S = 10.0
HEADER_SECONDS_MAX = 15
HOSTS_REMEMBERED_MAX = 1000
GC_ALLOCATIONS = 50_000
"""The garbage collector looks for cycles after so many new objects, instead of Python's 700: a few hundred requests
that wait for the disk are more than that, and no cycle is among them."""
LOCAL_FILE = "server.json"
"""In the data folder, while a server runs: where it listens, and a token with which whoever may read the data
folder may ask it."""


class StartError(Exception):
    """The server cannot start; the message says why and what to do."""


class Playtrace:
    """The whole product as an ASGI app. `open` it, `start` the background work, and `close` it."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        settings.data.mkdir(parents=True, exist_ok=True)
        self.registry = Registry.open(settings.registry_database)
        self.key_ring = KeyRing(self.registry, open_mode=settings.open)
        self.store = open_in_background(settings)
        self.journal = Journal.open(settings.journal_path, settings)
        self.loader = Loader(self.store, self.journal, settings)
        self.collect = Collect(settings, self.journal, self.key_ring)
        self.stream = stream.Stream(self.collect)
        self.feeds = Feeds(self.store, self.loader)
        self.local_token = secrets.token_urlsafe(32)
        self._hosts = _own_hosts(settings)
        self._is_own: dict[bytes, bool] = {}
        self._keeping_keys: asyncio.Task[None] | None = None
        api = create_app()
        state: dict[str, Any] = {
            "settings": settings,
            "registry": self.registry,
            "key_ring": self.key_ring,
            "store": self.store,
            "journal": self.journal,
            "loader": self.loader,
            "feeds": self.feeds,
            "local_token": self.local_token,
            "login_throttle": LoginThrottle(),
            "started_at": time.monotonic(),
        }
        for name, value in state.items():
            setattr(api.state, name, value)
        self._api = QuerySpelling(api)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path: str = scope["path"]
        if self._hosts is not None and not self._is_own_host(scope):
            await _refuse_host(scope, receive, send)
        elif scope["type"] == "http" and self.collect.answers(scope["method"], path):
            await self.collect(scope, receive, send)
        elif scope["type"] == "websocket" and path == stream.PATH:
            await self.stream(scope, receive, send)
        else:
            await self._api(scope, receive, send)

    def start(self) -> None:
        """Begin the background work, on the running event loop."""
        self.loader.start()
        self._keeping_keys = asyncio.create_task(self._keep_keys())

    async def close(self) -> None:
        """Load what was acknowledged, then close everything."""
        if self._keeping_keys is not None:
            self._keeping_keys.cancel()
        self.feeds.close()
        await asyncio.to_thread(self._close_files)

    def _close_files(self) -> None:
        self.loader.stop()
        self.journal.close()
        self.store.close()
        self.registry.close()

    async def _keep_keys(self) -> None:
        """A key that the command line adds or revokes counts within a second."""
        while True:
            await asyncio.sleep(KEY_REFRESH_S)
            try:
                await asyncio.to_thread(self.key_ring.refresh)
            except Exception:
                log.exception("keys could not be read again; the last known ones are used")

    def _is_own_host(self, scope: Scope) -> bool:
        header = next((value for name, value in scope["headers"] if name == b"host"), b"")
        known = self._is_own.get(header)
        if known is None:
            try:
                name = urlsplit(f"//{header.decode('latin-1')}").hostname or ""
            except ValueError:
                name = ""
            known = name in (self._hosts or ()) or _is_loopback(name)
            if len(self._is_own) < HOSTS_REMEMBERED_MAX:
                self._is_own[header] = known
        return known


def open_in_background(settings: Settings) -> Store:
    """The store, opened by a thread of low priority: the threads that it works with inherit that."""

    def open_store() -> Store:
        run_in_background()
        return Store.open(settings.store_path, settings)

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(open_store).result()


def _own_hosts(settings: Settings) -> set[str] | None:
    """Names by which an open server may be called; None when any will do.

    A page on the internet can point a name of its own at 127.0.0.1 and have a browser ask us by it. Without
    a login only the name tells such a page from ours.
    """
    if not settings.open or settings.open_beyond_loopback:
        return None
    return {"localhost", urlsplit(settings.public_url or "").hostname or "localhost"}


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


async def _refuse_host(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": 1008})
        return
    problem = Forbidden("An open server answers to localhost only. Set public_url to the name that people use.")
    await problem_response(problem)(scope, receive, send)


async def serve(settings: Settings, on_ready: Callable[[str, Playtrace], None], stop: asyncio.Event) -> None:
    """Serve until `stop` is set, then finish what was begun.

    `on_ready` is called with the address once requests are answered. Raises `StartError`.
    """
    check_open(settings)
    port = settings.port or free_port(settings.host)
    _check_port(settings.host, port)
    playtrace = Playtrace(settings)
    url = f"http://{'localhost' if _is_loopback(settings.host) else settings.host}:{port}"
    if _is_loopback(settings.host):
        url = f"http://{settings.host if ':' not in settings.host else f'[{settings.host}]'}:{port}"
    server = HttpServer(
        playtrace,
        address=settings.host,
        port=port,
        interface=Interfaces.ASGINL,
        # A client that sends its headers drop by drop holds a connection for so long, no longer.
        http1_settings=HTTP1Settings(header_read_timeout=HEADER_SECONDS_MAX * 1000),
        backlog=1024,
        log_enabled=False,
    )
    try:
        playtrace.start()
        serving = asyncio.create_task(server.serve())
        stopping = asyncio.create_task(stop.wait())
        await _wait_until_listening(settings.host, port, serving)
        # What is there now stays: the garbage collector need not look through all of it again and again.
        gc.collect()
        gc.freeze()
        gc.set_threshold(GC_ALLOCATIONS)
        write_local_file(settings, url, playtrace.local_token)
        on_ready(settings.public_url or url, playtrace)
        await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
        log.info("stopping: what was acknowledged is being loaded")
        stopping.cancel()
        server.stop()
        await serving
    finally:
        (settings.data / LOCAL_FILE).unlink(missing_ok=True)
        # Else nobody takes apart what was frozen when the process ends, and DuckDB's binding complains of leaks.
        gc.unfreeze()
        await playtrace.close()


def check_open(settings: Settings) -> None:
    """Raises `StartError` for an open server that others could reach, unless told so twice."""
    if settings.open and not settings.open_beyond_loopback and not _is_loopback(settings.host):
        raise StartError(
            f"An open server asks nobody who they are, and {settings.host} can be reached by others."
            " Say --open-beyond-loopback as well if that is what you want."
        )


def _check_port(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        if sys.platform != "win32":
            # Connections of a server that ended a moment ago do not count as somebody listening.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise StartError(
                f"Cannot listen on {host}:{port}: {error.strerror or error}. Is another server running?"
                " Choose another port with --port."
            ) from error


def free_port(host: str) -> int:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


async def _wait_until_listening(host: str, port: int, serving: asyncio.Task[None]) -> None:
    address = "127.0.0.1" if host == "0.0.0.0" else "::1" if host == "::" else host  # noqa: S104 - compared, not bound
    deadline = time.monotonic() + LISTEN_WAIT_S
    while time.monotonic() < deadline:
        if serving.done():
            raise StartError(f"The HTTP server ended at once: {serving.exception()}")
        try:
            _, writer = await asyncio.open_connection(address, port)
        except OSError:
            await asyncio.sleep(0.02)
        else:
            writer.close()
            return
    raise StartError(f"Nothing answers on {host}:{port} after {LISTEN_WAIT_S:g} seconds.")


def write_local_file(settings: Settings, url: str, token: str) -> None:
    path = settings.data / LOCAL_FILE
    # Whole at once: a command that looks for a server reads it at any moment.
    unfinished = path.with_suffix(".unfinished")
    unfinished.unlink(missing_ok=True)
    # Created readable by its owner alone; on Windows the folder's own permissions count.
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump({"url": url, "pid": os.getpid(), "token": token}, file)
    unfinished.replace(path)


def quiet_http_server() -> None:
    """Granian says at each start that running inside a program is experimental; our tests are what we go by."""
    granian.log.logger.setLevel(logging.ERROR)
