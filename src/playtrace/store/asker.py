"""Whoever asks may leave before the answer. Then nobody waits for it, and the store has others to answer."""

from __future__ import annotations

import threading
from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Protocol

from playtrace.store.errors import AskerLeft


class Interruptible(Protocol):
    """What answers: a connection of the database, or a process."""

    def interrupt(self) -> None: ...


class Asker:
    """One request that asks; what is asked in its context is asked for it. May be used from any thread."""

    current: ContextVar[Asker | None] = ContextVar("asker", default=None)

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._has_left = False
        self._answering: Interruptible | None = None

    def leave(self) -> None:
        """What is being answered is ended, and nothing more is begun."""
        with self._lock:
            self._has_left = True
            if self._answering is not None:
                self._answering.interrupt()

    @contextmanager
    def answered_by(self, answering: Interruptible) -> Generator[None]:
        """Raises `AskerLeft`."""
        with self._lock:
            if self._has_left:
                raise AskerLeft("Whoever asked has left.")
            self._answering = answering
        try:
            yield
        finally:
            with self._lock:
                self._answering = None
