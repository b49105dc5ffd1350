"""The real program as a process, on a free port of this machine, with a data folder of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest

START_S_MAX = 60.0
STOP_S_MAX = 60.0
OUTPUT_CHARACTERS_MAX = 20_000


@dataclass
class RunningServer:
    url: str
    data: Path
    process: subprocess.Popen[bytes]
    client: httpx2.Client
    """With `url` as base and without any key or login."""
    _output: Path

    def output(self) -> str:
        return self._output.read_text(encoding="utf-8", errors="replace")[-OUTPUT_CHARACTERS_MAX:]


StartServer = Callable[..., RunningServer]


@contextmanager
def running(data: Path, *flags: str, env: Mapping[str, str] | None = None) -> Generator[RunningServer]:
    output = data.with_suffix(".log")
    output.parent.mkdir(parents=True, exist_ok=True)
    own = {name: value for name, value in os.environ.items() if not name.startswith(("PLAYTRACE_", "STATS_", "RATE_"))}
    with output.open("ab") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "playtrace", "serve", "--data", str(data), "--port", "0", *flags],
            stdout=file,
            stderr=subprocess.STDOUT,
            env={**own, **(env or {})},
            cwd=output.parent,
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
        )
    try:
        url = _url_of(process, data, output)
        with httpx2.Client(base_url=url, timeout=30) as client:
            assert client.get("/api/health").status_code == 200, output.read_text("utf-8")
            yield RunningServer(url, data, process, client, output)
    finally:
        stop(process)


def stop(process: subprocess.Popen[bytes]) -> None:
    """As Ctrl-C does; by force when that takes too long, which is an error."""
    if process.poll() is not None:
        return
    process.send_signal(signal.CTRL_BREAK_EVENT if sys.platform == "win32" else signal.SIGINT)
    try:
        process.wait(STOP_S_MAX)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        raise
    assert sys.platform == "win32" or process.returncode == 0, f"The server ended with {process.returncode}."


def _url_of(process: subprocess.Popen[bytes], data: Path, output: Path) -> str:
    """The server writes its address into its data folder once it listens."""
    deadline = time.monotonic() + START_S_MAX
    local_file = data / "server.json"
    while time.monotonic() < deadline:
        if process.poll() is not None:
            pytest.fail(f"The server ended at once:\n{output.read_text('utf-8')}")
        try:
            local = json.loads(local_file.read_text("utf-8"))
        except (FileNotFoundError, json.JSONDecodeError):
            time.sleep(0.02)
            continue
        if local["pid"] == process.pid:
            return local["url"]
    pytest.fail(f"The server did not start within {START_S_MAX:g} seconds:\n{output.read_text('utf-8')}")
