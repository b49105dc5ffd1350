"""What test servers have in common: a port that is free, a wait until they answer, and a sudden end."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import pytest

STARTED_WITHIN_S = 120.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def skip_without(reason: str) -> NoReturn:
    """Where everything is checked, nothing is passed over."""
    (pytest.fail if os.environ.get("CI") else pytest.skip)(reason)


class Program:
    """A server that runs as a process of its own, with a log."""

    def __init__(self, command: list[str], log: Path) -> None:
        self._log = log
        with log.open("ab") as file:
            self._process = subprocess.Popen(command, stdout=file, stderr=file, start_new_session=True)

    @property
    def pid(self) -> int:
        return self._process.pid

    def wait_until(self, answers: Callable[[], bool]) -> None:
        deadline = time.monotonic() + STARTED_WITHIN_S
        while not answers():
            assert self._process.poll() is None and time.monotonic() < deadline, self._log.read_text()[-4000:]
            time.sleep(0.05)

    def end(self, by: signal.Signals) -> None:
        """`SIGKILL` is as a power cut is: nothing is written any more."""
        if self._process.poll() is None:
            os.killpg(self._process.pid, by)
        self._process.wait(120)
