"""Statements that people type, each answered by a process of its own (docs/decisions/0016).

It has bounded memory, gives way to all else, and is killed when its time is up, when whoever asked has left, and when
the server stops: no function of SQL can hold up anybody but who asked.
"""

from __future__ import annotations

import logging
import os
import queue
import shutil
import subprocess
import sys
import threading
from contextlib import nullcontext, suppress
from pathlib import Path

import msgspec

from playtrace.config import Settings
from playtrace.sql.answer import respond
from playtrace.sql.orders import IDLE, MEMORY, TOO_MUCH_MEMORY, WHOLE_STORE, Format, Heading, Question, Reach
from playtrace.store.asker import Asker
from playtrace.store.duckdb import Snapshot, Store
from playtrace.store.errors import AnswerTooLarge, QueryRefused, QueryTimeout, StoreError

log = logging.getLogger("playtrace.sql")

COMMAND = (sys.executable, "-P", "-m", "playtrace.sql.process")
"""`-P`: what lies in the current folder is not ours to run."""
ENVIRONMENT = {"ARROW_DEFAULT_MEMORY_POOL": "system", "MALLOC_ARENA_MAX": "2"}
"""Else a gigabyte of addresses is set aside by each process before it does anything, which are counted like memory."""


class SqlProcesses:
    """`ask` from any thread."""

    def __init__(self, store: Store, settings: Settings) -> None:
        self._store = store
        self._settings = settings
        self._all = [
            SqlProcess(settings.store_path.with_suffix(f".sql-{number}.spill"))
            for number in range(settings.sql.concurrency)
        ]
        self._free: queue.LifoQueue[SqlProcess] = queue.LifoQueue()
        """The one that answered last is taken first: it may still be running."""
        for process in self._all:
            self._free.put(process)

    def ask(self, sql: str, reach: Reach = WHOLE_STORE, format_: Format = "json") -> bytes:
        """The answer: an `Answer` as JSON, a stream of Arrow, or CSV. Waits for a process that is free.

        Raises `QueryRefused`, `AnswerTooLarge`, `QueryTimeout`, `AskerLeft`, and `StoreError` when the store cannot be
        read.
        """
        if sys.platform == "win32" or self._store.path is None:
            # Windows gives the file to one process alone, and what is in memory has none.
            with self._store.reading() as reader:
                return respond(reader, sql, reach, format_)
        process = self._free.get()
        try:
            return self._ask(process, sql, reach, format_)
        finally:
            self._free.put(process)

    def _ask(self, process: SqlProcess, sql: str, reach: Reach, format_: Format) -> bytes:
        asker = Asker.current.get()
        process.begin()
        timer = threading.Timer(self._settings.store.query_seconds_max, process.interrupt)
        timer.daemon = True
        timer.start()
        try:
            with (
                asker.answered_by(process) if asker else nullcontext(),
                self._store.snapshot(process) as snapshot,
            ):
                return process.ask(self._question(sql, reach, format_, snapshot, process.spill))
        finally:
            timer.cancel()

    def _question(self, sql: str, reach: Reach, format_: Format, snapshot: Snapshot, spill: Path) -> Question:
        return Question(
            sql=sql,
            reach=reach,
            format=format_,
            path=str(snapshot.path.absolute()),
            log_bytes=snapshot.log_bytes,
            memory_bytes=self._settings.sql.memory_bytes,
            threads=self._settings.store.threads,
            spill=str(spill.absolute()),
        )

    def pids(self) -> dict[int, int]:
        """Of those that run, by their numbers, from 0. From any thread."""
        pids = enumerate(process.pid for process in self._all)
        return {number: pid for number, pid in pids if pid is not None}

    def close(self) -> None:
        """Ends the processes, and with them what they answer; nothing is answered any more."""
        for process in self._all:
            process.close()


class SqlProcess:
    """A process that answers, started when it is needed. One question at a time."""

    def __init__(self, spill: Path) -> None:
        self.spill = spill
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._exit_code: int | None = None
        """Of the last one that ended."""
        self._is_interrupted = False
        self._is_closed = False
        self._is_fresh = True
        """Whether it has answered nothing yet."""

    @property
    def pid(self) -> int | None:
        """None while none runs."""
        process = self._process
        return None if process is None else process.pid

    def begin(self) -> None:
        """For another question."""
        with self._lock:
            self._is_interrupted = self._is_closed

    def interrupt(self) -> None:
        """The question ends with `QueryTimeout`. Does not wait for that; may be called from any thread."""
        with self._lock:
            self._is_interrupted = True
            if self._process is not None:
                self._process.kill()

    def ask(self, question: Question) -> bytes:
        """Raises `QueryTimeout` when interrupted, `AnswerTooLarge`, `QueryRefused`, `StoreError`."""
        order = msgspec.json.encode(question) + b"\n"
        said = self._say(order)
        if not self._is_fresh and self._may_be_its_age(said):
            self.end()
            said = self._say(order)
        if said is None:
            self.end()
            raise self._why_it_ended()
        self._is_fresh = False
        heading, text = said
        if heading.is_worn:
            self.end()
        match heading.kind:
            case "answer":
                return text
            case "refused":
                raise QueryRefused(text.decode())
            case "too large":
                raise AnswerTooLarge(text.decode())
            case "no memory":
                raise AnswerTooLarge(TOO_MUCH_MEMORY)
            case _:
                raise StoreError(f"The store cannot be read at the moment: {text.decode()}")

    def _may_be_its_age(self, said: tuple[Heading, bytes] | None) -> bool:
        """Whether a new process may answer where one that was asked before did not: what statements took of its memory
        does not all come back, and one that waited for long may end just when it is asked."""
        if said is None:
            self.end()
            return not self._is_interrupted and self._exit_code in (IDLE, MEMORY)
        return said[0].kind == "no memory"

    def _say(self, order: bytes) -> tuple[Heading, bytes] | None:
        """What the process answers; None when it has ended."""
        process = self._running()
        if process is None or process.stdin is None or process.stdout is None:
            return None
        try:
            process.stdin.write(order)
            process.stdin.flush()
            heading = msgspec.json.decode(process.stdout.readline(), type=Heading)
            text = process.stdout.read(heading.bytes)
        except (OSError, msgspec.DecodeError):
            return None
        return (heading, text) if len(text) == heading.bytes else None

    def _running(self) -> subprocess.Popen[bytes] | None:
        with self._lock:
            if self._is_interrupted:
                return None
            if self._process is None:
                # One that was killed left what it had spilled.
                shutil.rmtree(self.spill, ignore_errors=True)
                self._is_fresh = True
                self._process = subprocess.Popen(  # noqa: S603 - ours
                    COMMAND,
                    env=os.environ | ENVIRONMENT,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    process_group=0 if sys.platform != "win32" else None,
                )
            return self._process

    def _why_it_ended(self) -> StoreError:
        code = self._exit_code
        if self._is_interrupted:
            return QueryTimeout(
                "The query was ended, as it took too long or the server stops. Ask for a shorter time or less detail."
            )
        if code == MEMORY:
            return AnswerTooLarge(TOO_MUCH_MEMORY)
        log.warning("a statement ended the process that ran it", extra={"exit_code": code})
        return AnswerTooLarge(
            f"The statement ended the process that ran it (exit code {code}): it needs too much memory, or is nested"
            " too deep. Ask for less."
        )

    def close(self) -> None:
        """As `interrupt`, now and for every question to come."""
        self._is_closed = True
        self.interrupt()
        self.end()

    def end(self) -> None:
        """Kill the process, if there is one, and clean up behind it."""
        with self._lock:
            process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        self._exit_code = process.wait()
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                with suppress(OSError):  # what was not sent yet has nobody to read it
                    stream.close()
        shutil.rmtree(self.spill, ignore_errors=True)
