"""A server whose role is to load: it stands by until a share of the games has no loader, and then has that share.

While it has one it is a whole server of the games of that share, on the share's folder below the data folder: what it
answers, askers ask for (`asking.py`). It has the share by a lease (`held_lease.py`), and the folder by a lock
(`folder_lock.py`). A lease that is lost is given up at once: everything is closed, and where that takes too long the
process ends. Whoever comes next waits for the lock, and ends a process on its own machine that does not give it back.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
import os
import secrets
import socket
import sqlite3
import threading
import time
import uuid
from collections.abc import Awaitable, Callable
from contextlib import closing, suppress
from http import HTTPStatus
from typing import Literal, Protocol

import msgspec
from msgspec import Struct

from playtrace import __version__
from playtrace.asgi import App, Receive, Scope, Send
from playtrace.cluster import processes
from playtrace.cluster.folder_lock import FolderLock
from playtrace.cluster.held_lease import HeldLease, clock
from playtrace.cluster.processes import Process, read_process
from playtrace.collect.request import Reply
from playtrace.config import Settings
from playtrace.jobs import Jobs
from playtrace.journal.errors import JournalUnavailable
from playtrace.measures import Measured
from playtrace.problems import Unavailable
from playtrace.registry.errors import RegistryError
from playtrace.registry.load_leases import Holder
from playtrace.registry.registry import Registry
from playtrace.serving.forwarded import Forwarded
from playtrace.serving.local_file import forget_local_file, write_local_file
from playtrace.serving.nothing_but_health import answer_otherwise
from playtrace.shares import Share
from playtrace.store.errors import StoreError, StoreInUse

log = logging.getLogger("playtrace.cluster")

LOOK_S = 1.0
"""So often it is looked for a share that is free."""
LOCK_LOOK_S = 0.2
GIVE_UP_SECONDS_MAX = 8.0
"""What has lost its share and is not closed by then is ended."""
RETRY_AFTER_S = 2
EXIT_LOST = 75
"""The status of a process that was ended for that."""
EVERYWHERE = ("0.0.0.0", "::", "")  # noqa: S104 - compared, not bound


class Loader(Protocol):
    """The server of a share, which is `Playtrace`."""

    address: str
    local_token: str

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]: ...
    @property
    def troubles(self) -> list[str]: ...
    def start(self) -> None: ...
    def end_questions(self) -> None: ...
    def close_files(self) -> None: ...


Open = Callable[[Settings, Share, HeldLease], Loader]


class Health(Struct, rename="camel"):
    """What `GET /api/health` says while it has no share; the first fields are those of a server that does all."""

    status: Literal["healthy", "degraded"]
    timestamp: dt.datetime
    message: str
    version: str
    uptime_seconds: float
    role: str


class Loading:
    """An ASGI app. `start` the background work, and `close` it."""

    def __init__(self, settings: Settings, port: int, open_share: Open) -> None:
        """`open_share` opens everything of a share; its settings say which folder that is in."""
        self.settings = settings
        self._open_share = open_share
        self.registry = Registry.open(settings.registry_database)
        self.address = settings.load.address or f"{_reachable(settings.host)}:{port}"
        self._process = Process.own()
        self._loader: Loader | None = None
        self._app: App | None = None
        self._message = "Looks for a share of the games that has no loader."
        self._error: str | None = None
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="share", daemon=True)
        self._started_at = time.monotonic()
        self.jobs = Jobs()
        self.measured = Measured()
        self.local_token = ""

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        return (self._app or self._standing_by)(scope, receive, send)

    @property
    def troubles(self) -> list[str]:
        return []

    def start(self) -> None:
        self._thread.start()

    def end_questions(self) -> None:
        if (loader := self._loader) is not None:
            loader.end_questions()

    async def close(self) -> None:
        """Load what was fetched, give the share back, and close everything."""
        await asyncio.to_thread(self._close)

    def _close(self) -> None:
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()
        with suppress(RegistryError):
            self.registry.close()

    # ── the thread ───────────────────────────────────────────────────────────────────────────────────────

    def _run(self) -> None:
        while True:
            try:
                if (taken := self._taken()) is not None:
                    self._hold(*taken)
                self._error = None
            except (RegistryError, StoreError, JournalUnavailable, OSError, ValueError, sqlite3.Error) as error:
                if self._error != str(error):
                    log.exception("no share can be had at the moment, will be tried again")
                self._error = str(error)
            if self._stopping.wait(LOOK_S):
                return

    def _taken(self) -> tuple[HeldLease, Process | None] | None:
        """A share that was free, and who had it before."""
        own = Holder(str(uuid.uuid4()), self._process.written(), self.address, secrets.token_urlsafe(32))
        asked_at = clock()
        found = self.registry.load_leases.take(self.settings.load.shares, own)
        if found is None:
            self._message = "Stands by: every share of the games has a loader."
            return None
        lease, before = found
        return HeldLease(self.registry, lease, taken_at=asked_at), before and read_process(before.process)

    def _hold(self, held: HeldLease, before: Process | None) -> None:
        """Returns when the share is lost or given back, and everything of it closed."""
        share = Share(held.lease.share, held.lease.shares)
        settings = of_share(self.settings, share)
        try:
            with closing(FolderLock(settings.data)) as lock:
                if self._take_folder(lock, held, before, share):
                    self._load(settings, share, held)
        finally:
            held.give_back()

    def _take_folder(self, lock: FolderLock, held: HeldLease, before: Process | None, share: Share) -> bool:
        """Wait until nobody else has it. False when the lease is lost meanwhile, or the server stops."""
        while not lock.take():
            if self._stopping.is_set() or not held.is_good():
                return False
            if before is None or not processes.end(before):
                self._message = (
                    f"Has the {share}, and waits for its folder: {before or 'another process'} has it open, and does"
                    " not renew its lease. End that process."
                )
            self._stopping.wait(LOCK_LOOK_S)
        return not self._stopping.is_set()

    def _load(self, settings: Settings, share: Share, held: HeldLease) -> None:
        log.info("a share is taken", extra={"share": share.number, "epoch": held.lease.epoch})
        try:
            loader = self._open_share(settings, share, held)
        except StoreInUse:
            raise  # it is opened first; a process that ran a statement for somebody ends a moment later
        except Exception:
            log.exception("a share cannot be opened, and nobody knows what of it is open: this process ends")
            os._exit(EXIT_LOST)
        try:
            loader.address = self.settings.public_url or f"http://{self.address}"
            for trouble in loader.troubles:
                log.error(trouble)
            loader.start()
            write_local_file(settings, f"http://{self.address}", loader.local_token)
            self._error = None
            self._loader, self._app = loader, Forwarded(loader, held.lease.held_by.secret)
            while held.is_good() and not self._stopping.wait(LOCK_LOOK_S):
                pass
        finally:
            self._loader = self._app = None
            self._message = "Closes what it had of a share."
            if not held.is_good():
                log.error("a share is lost and given up", extra={"share": share.number, "epoch": held.lease.epoch})
            _close(loader.close_files, None if held.is_good() else GIVE_UP_SECONDS_MAX)
            forget_local_file(settings)

    # ── while it has no share ────────────────────────────────────────────────────────────────────────────

    async def _standing_by(self, scope: Scope, receive: Receive, send: Send) -> None:
        said = "This server loads, and has no share of the games at the moment."
        await answer_otherwise(scope, receive, send, self._health, Unavailable(said, retry_after_s=RETRY_AFTER_S))

    def _health(self) -> Reply:
        health = Health(
            status="healthy" if self._error is None else "degraded",
            timestamp=dt.datetime.now(dt.UTC),
            message=self._error or self._message,
            version=__version__,
            uptime_seconds=time.monotonic() - self._started_at,
            role=self.settings.role,
        )
        return Reply(HTTPStatus.OK, msgspec.json.encode(health))


def of_share(settings: Settings, share: Share) -> Settings:
    """The same for what is of one share: a folder of its own, for its backups too."""
    backup = settings.backup
    if backup.directory is not None:
        backup = backup.model_copy(update={"directory": f"{backup.directory.rstrip('/')}/share-{share.number}"})
    return settings.model_copy(update={"data": settings.share_path(share.number), "backup": backup})


def _close(close: Callable[[], None], seconds_max: float | None) -> None:
    """All of it, in so long, or the process ends: the lock on the folder is given back next."""
    timer = None if seconds_max is None else threading.Timer(seconds_max, os._exit, [EXIT_LOST])
    if timer is not None:
        timer.daemon = True
        timer.start()
    try:
        close()
    except Exception:
        log.exception("a share cannot be closed: this process ends")
        os._exit(EXIT_LOST)
    if timer is not None:
        timer.cancel()


def _reachable(host: str) -> str:
    """The name of this machine, where it listens on all addresses."""
    name = socket.gethostname() if host in EVERYWHERE else host
    return f"[{name}]" if ":" in name else name
