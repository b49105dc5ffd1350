"""A function as Lambda runs it: a process that is handed one event after another, and may be killed at any moment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from importlib import import_module
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any

ANSWER_SECONDS_MAX = 120.0


class Killed(Exception):
    """It ended and did not answer."""


class FunctionProcess:
    """Lambda starts another one where the last was killed, with nothing of what that knew."""

    def __init__(self, handler: str, environment: Mapping[str, str]) -> None:
        self._handler = handler
        self._environment = dict(environment)
        self._start()

    def _start(self) -> None:
        processes = get_context("spawn")
        self._events, theirs = processes.Pipe()
        self._process = processes.Process(target=_work, args=(self._handler, self._environment, theirs), daemon=True)
        self._process.start()
        self._is_killed = False
        theirs.close()

    def work(self, event: Mapping[str, Any]) -> Any:
        """What it returns. Raises `Killed`, and then there is another one."""
        self._events.send(event)
        try:
            assert self._events.poll(ANSWER_SECONDS_MAX), f"{self._handler} did not answer"
            return self._events.recv()
        except (EOFError, ConnectionError) as error:
            self.close()
            assert self._is_killed, f"{self._handler} ended by itself"
            self._start()
            raise Killed from error

    def kill(self) -> None:
        """Whoever waits for its answer hears of it."""
        self._is_killed = True
        self._process.kill()

    def close(self) -> None:
        self._events.close()
        self._process.join(ANSWER_SECONDS_MAX)


def _work(handler: str, environment: Mapping[str, str], events: Connection) -> None:
    os.environ.update(environment)
    module, _, name = handler.rpartition(".")
    function = getattr(import_module(module), name)
    while True:
        try:
            event = events.recv()
        except EOFError:
            return
        events.send(function(event, None))
