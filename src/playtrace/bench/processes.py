"""Servers for a benchmark: processes of their own, as a user starts them, on loopback and a free port."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil
from msgspec import Struct

from playtrace.config import LOCAL_FILE
from playtrace.serving.listening import free_port

START_SECONDS_MAX = 60.0
STOP_SECONDS_MAX = 120.0


class BenchError(Exception):
    """The benchmark cannot go on; the message says why."""


class Running(Struct):
    process: psutil.Popen
    host: str
    port: int
    token: str = ""
    """For what only commands on its machine may do."""

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}"

    def memory_mb(self) -> float:
        """Of all its processes. What they share is counted once where the system tells how much it is (Linux)."""
        processes = [self.process, *self.process.children(recursive=True)]
        return sum(_memory_bytes(process) for process in processes) / 1e6

    def get(self, path: str) -> dict[str, Any]:
        """JSON of a route. Raises `OSError`."""
        return self._ask("GET", path)

    def send(self, method: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """As a command on its machine. Raises `OSError`."""
        return self._ask(method, path, json.dumps(body).encode())

    def _ask(self, method: str, path: str, body: bytes | None = None) -> dict[str, Any]:
        headers = {} if body is None else {"Content-Type": "application/json"}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        request = urllib.request.Request(self.url + path, body, headers, method=method)  # noqa: S310 - our own address
        with urllib.request.urlopen(request) as answer:  # noqa: S310 - as above
            return json.loads(answer.read())

    def wait_until_loaded(self) -> None:
        while self.get("/api/health")["journal"]["lagEvents"] > 0:
            time.sleep(0.2)


@contextmanager
def playtrace_server(
    data: Path, *options: str, is_open: bool = True, environment: Mapping[str, str] | None = None
) -> Generator[Running]:
    """`playtrace serve` on an empty folder."""
    command = [sys.executable, "-m", "playtrace", "serve", "--data", str(data), "--port", "0", *options]
    if is_open:
        command.append("--open")
    with _process(command, environment) as process:
        deadline = time.monotonic() + START_SECONDS_MAX
        local = data / LOCAL_FILE
        while not local.exists():
            _still_starting(process, deadline)
        told = json.loads(local.read_text("utf-8"))
        url = urlsplit(told["url"])
        yield Running(process, url.hostname or "127.0.0.1", url.port or 0, told["token"])


@contextmanager
def noop_server() -> Generator[Running]:
    port = free_port("127.0.0.1")
    with _process([sys.executable, "-m", "playtrace.bench.noop_server", str(port)]) as process:
        deadline = time.monotonic() + START_SECONDS_MAX
        while True:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/"):
                    break
            except OSError:
                _still_starting(process, deadline)
        yield Running(process, "127.0.0.1", port)


@contextmanager
def _process(command: list[str], environment: Mapping[str, str] | None = None) -> Generator[psutil.Popen]:
    process = psutil.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={**os.environ, **(environment or {})}
    )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(STOP_SECONDS_MAX)
        except psutil.TimeoutExpired:
            process.kill()


def _still_starting(process: psutil.Popen, deadline: float) -> None:
    if process.poll() is not None:
        raise BenchError(f"The server ended with code {process.returncode} instead of starting.")
    if time.monotonic() > deadline:
        raise BenchError(f"The server did not start within {START_SECONDS_MAX:g} seconds.")
    time.sleep(0.05)


def _memory_bytes(process: psutil.Process) -> int:
    try:
        memory = process.memory_full_info()
    except psutil.AccessDenied:
        memory = process.memory_info()
    return getattr(memory, "pss", memory.rss)
