"""Backups of a store, its journal and its registry, while they are used (docs/decisions/0026).

A process of its own copies (`copying.py`); this holds the store still for it, and tells how far it is. One at a time.
"""

from __future__ import annotations

import datetime as dt
import logging
import subprocess
import sys
import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, suppress
from pathlib import Path

import msgspec
from msgspec import Struct
from sqlalchemy.engine import make_url

from playtrace.addresses import masked
from playtrace.config import Settings
from playtrace.operate import unfinished
from playtrace.operate.manifest import Manifest
from playtrace.operate.orders import CopyOrder, Held, ListOrder, Said
from playtrace.operate.places import is_bucket, shown
from playtrace.store.duckdb import Store
from playtrace.store.errors import StoreError

log = logging.getLogger("playtrace.operate")

COMMAND = (sys.executable, "-P", "-m", "playtrace.operate.copying")
"""`-P`: what lies in the current folder is not ours to run."""
FILES_ARE_SHARED = sys.platform != "win32"
"""Windows gives the store's file to one process alone: while it is copied, the store is closed."""


class BackupFailed(Exception):
    """No backup was made; the message says why, and names no secret."""


class BackupRuns(BackupFailed):
    """Another one is being made."""


class Progress(Struct, frozen=True):
    """Of the backup that is being made."""

    address: str
    """Without a secret."""
    began_at: dt.datetime
    done_bytes: int = 0
    all_bytes: int = 0
    """Of both turns that it takes; 0 where that is not known yet."""


class Outcome(Struct, frozen=True):
    """Of one that is over."""

    number: int
    address: str
    """Without a secret."""
    began_at: dt.datetime
    manifest: Manifest | None
    error: str | None
    """Why there is none."""


class Copier:
    """The process that copies, as somebody who reads the store's file: it is killed when the store needs that."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()
        self.is_interrupted = False

    def interrupt(self) -> None:
        """Does not wait for its end; may be called from any thread."""
        with self._lock:
            self.is_interrupted = True
            if self._process is not None:
                self._process.kill()

    def said(self, order: CopyOrder | ListOrder) -> Generator[Said]:
        """What it says, until it has ended."""
        with self._lock:
            if self.is_interrupted:
                return
            process = self._process = subprocess.Popen(  # noqa: S603 - ours
                COMMAND,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                process_group=0 if sys.platform != "win32" else None,
            )
        assert process.stdin is not None and process.stdout is not None  # noqa: S101 - for the type checker
        try:
            self.tell(order)
            for line in process.stdout:
                yield msgspec.json.decode(line, type=Said)
        finally:
            process.kill()
            process.wait()
            for stream in (process.stdin, process.stdout):
                with suppress(OSError):
                    stream.close()

    def tell(self, order: CopyOrder | ListOrder | Held) -> None:
        assert self._process is not None and self._process.stdin is not None  # noqa: S101
        with suppress(OSError):  # it has ended, and says nothing more
            self._process.stdin.write(msgspec.json.encode(order) + b"\n")
            self._process.stdin.flush()


class Backups:
    """`make` and `found` block, and may be called from any thread."""

    def __init__(
        self, store: Store, settings: Settings, *, clock: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC)
    ) -> None:
        self._store = store
        self._settings = settings
        self._clock = clock
        self._making = threading.Lock()
        self._copier: Copier | None = None
        self._is_closed = False
        self.progress: Progress | None = None
        """Of the one that is being made."""
        self.outcome: Outcome | None = None
        """Of the one that was made last."""
        self._number = 0

    def make(self, address: str, *, keep: int | None = None) -> Manifest:
        """One at this address: a folder, or `s3://bucket/path`. Whatever was acknowledged before is in it; `keep`
        backups stay there.

        Raises `BackupFailed`.
        """
        return self._make_this(*self._begin(address), address, keep)

    def begin(self, address: str, *, keep: int | None = None) -> int:
        """As `make`, on a thread: the `outcome` has this number. Raises `BackupFailed` where it cannot begin."""
        number, began_at = self._begin(address)

        def work() -> None:
            with suppress(BackupFailed):  # which the outcome says
                self._make_this(number, began_at, address, keep)

        threading.Thread(target=work, name="backup", daemon=True).start()
        return number

    def _begin(self, address: str) -> tuple[int, dt.datetime]:
        """The number of this one, and when it began. Raises `BackupFailed`."""
        self._check(address)
        if self._is_closed or not self._making.acquire(blocking=False):
            raise BackupRuns("Another backup is being made. Wait for its end.")
        self._number += 1
        self.progress = Progress(shown(address), self._clock())
        return self._number, self.progress.began_at

    def _make_this(self, number: int, began_at: dt.datetime, address: str, keep: int | None) -> Manifest:
        try:
            made = self._make(address, began_at, keep)
        except Exception as error:
            failed = error if isinstance(error, BackupFailed) else BackupFailed(f"{type(error).__name__}: {error}")
            log.error("a backup failed", extra={"address": shown(address)}, exc_info=error)
            self._over(Outcome(number, shown(address), began_at, None, str(failed)))
            raise failed from error
        self._over(Outcome(number, shown(address), began_at, made, None))
        log.info(
            "a backup is made",
            extra={"address": shown(address), "backup": made.id, "bytes": made.bytes, "new_bytes": made.new_bytes},
        )
        return made

    def _over(self, outcome: Outcome) -> None:
        self.outcome = outcome
        self.progress = None
        self._copier = None
        self._making.release()

    def _check(self, address: str) -> None:
        if is_bucket(address):
            return
        if "://" in address:
            raise BackupFailed("A place of backups is a folder, or s3://bucket/path.")
        path, data = Path(address).resolve(), self._settings.data.resolve()
        if path == data or data in path.parents:
            raise BackupFailed(f"{path} is in the data folder, and would be lost with it. Name another disk.")

    def _make(self, address: str, began_at: dt.datetime, keep: int | None) -> Manifest:
        copier = self._copier = Copier()
        if self._is_closed:
            copier.interrupt()
        with closing(copier.said(self._order(address, began_at, keep))) as said:
            # Until it is ready it copies what changes meanwhile, and keeps nobody from anything.
            self._follow(said, "ready", began_at, address)
            try:
                held = self._store.snapshot(copier, is_merged=True) if FILES_ARE_SHARED else self._store.closed()
                with held as snapshot:
                    copier.tell(Held(snapshot.log_bytes, is_alone=not FILES_ARE_SHARED))
                    self._follow(said, "copied", began_at, address)
            except StoreError as error:
                raise BackupFailed(f"The store cannot be backed up: {error}") from error
            made = self._follow(said, "done", began_at, address).manifest
        if made is None:
            raise BackupFailed("The process that copies said nothing of what it made.")
        return made

    def _follow(self, said: Iterator[Said], kind: str, began_at: dt.datetime, address: str) -> Said:
        """Until it says this. Raises `BackupFailed`."""
        for one in said:
            if one.kind == kind:
                return one
            if one.kind == "failed":
                raise BackupFailed(one.text)
            if one.kind == "progress":
                self.progress = Progress(shown(address), began_at, one.done_bytes, one.all_bytes)
        raise self._why_it_ended()

    def _why_it_ended(self) -> BackupFailed:
        if self._copier is not None and self._copier.is_interrupted:
            return BackupFailed("It was ended, as somebody said so, or the server stops or opens its store again.")
        return BackupFailed("The process that copies ended before it was done: look at the memory of this machine.")

    def _order(self, address: str, began_at: dt.datetime, keep: int | None) -> CopyOrder:
        location = make_url(self._settings.registry_database)
        is_file = location.get_backend_name() == "sqlite" and location.database is not None
        return CopyOrder(
            address=address,
            began_at=began_at,
            store=str(self._settings.store_path.absolute()),
            journal=str(self._settings.journal_path.absolute()),
            registry=str(Path(str(location.database)).absolute()) if is_file else None,
            registry_said="included" if is_file else masked(self._settings.registry_database),
            folder=str((self._settings.data / unfinished.BACKUP).absolute()),
            keep=keep,
            memory_bytes=self._settings.sql.memory_bytes,
        )

    def found(self, address: str) -> tuple[list[Manifest], list[str]]:
        """The backups of a place, oldest first, and what is wrong with those that cannot be read.

        Raises `BackupFailed`.
        """
        with closing(Copier().said(ListOrder(address))) as said:
            for one in said:
                if one.kind == "listed":
                    return one.manifests, one.damaged
                raise BackupFailed(one.text)
        raise self._why_it_ended()

    def cancel(self) -> bool:
        """End the one that is being made, if there is one. What it copied is of use to the next one."""
        copier = self._copier
        if copier is not None:
            copier.interrupt()
        return copier is not None

    def close(self) -> None:
        self._is_closed = True
        self.cancel()
