"""The real server as a process that may be killed, starved or attacked."""

from __future__ import annotations

import atexit
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Generator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import httpx2
from warm_program import FORKS, WarmProgram

from playtrace.config import LOCAL_FILE, Settings
from playtrace.registry.registry import Registry
from playtrace.store.duckdb import Store

START_SECONDS_MAX = 120.0
"""Starting takes about a second; on a machine that is busy with other tests much more."""
STOP_SECONDS_MAX = 120.0
LOADED_SECONDS_MAX = 120.0
SETTINGS = ("PLAYTRACE_", "STATS_", "RATE_", "DISCORD_")
"""How the variables begin that the server reads: those of the machine are not those of a test."""


SEVERAL = {"PLAYTRACE_COLLECT_PROCESSES": "2" if sys.platform == "linux" else "0"}
"""The environment of a server as it is by default where there are cores for it. Tests that do not ask for it get one
process, which starts in half the time."""


@cache
def new_databases() -> Path:
    """A folder with a store and a registry that nothing was ever written to. A third of what a first start costs is
    making them."""
    folder = tempfile.TemporaryDirectory(prefix="playtrace-new-", ignore_cleanup_errors=True)
    atexit.register(folder.cleanup)
    settings = Settings(data=Path(folder.name))
    Store.open(settings.store_path, settings).close()
    Registry.open(settings.registry_database).close()
    return settings.data


def new_folder(data: Path) -> Path:
    """A data folder as a first start makes it."""
    data.mkdir(mode=0o700)
    for file in new_databases().iterdir():
        shutil.copy2(file, data)
    return data


class ServerProcess:
    """`playtrace serve` on a port of its own. Its output is shown when it does not do what it should."""

    def __init__(
        self, data: Path, *options: str, environment: dict[str, str] | None = None, from_nothing: bool = False
    ) -> None:
        """With `from_nothing` it makes its folder itself, with all that is in it."""
        self.data = data
        if not from_nothing and not data.exists():
            new_folder(data)
        self._arguments = ["serve", "--data", str(data), "--port", "0", *options]
        self._environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(SETTINGS)},
            "PLAYTRACE_LOG_FORMAT": "json",
            "PLAYTRACE_COLLECT_PROCESSES": "0",
            # A statement of a person begins with a process: on a busy machine that alone takes half a minute.
            "PLAYTRACE_QUERY_SECONDS_MAX": "300",
            **(environment or {}),
        }
        # Beside the data folder, which may be on a disk that the test fills.
        self._log = data.with_name(data.name + ".log")
        self._process: subprocess.Popen[bytes] | WarmProgram | None = None
        self._client: httpx2.Client | None = None
        self.url = ""
        self.token = ""

    def start(self) -> ServerProcess:
        """Returns once it answers."""
        self.launch()
        return self.wait_until_it_answers()

    def launch(self, *, own_group: bool = False) -> None:
        """Returns at once. With a process group of its own it can be signalled as a terminal does it."""
        (self.data / LOCAL_FILE).unlink(missing_ok=True)
        if FORKS:
            self._process = WarmProgram(
                self._arguments,
                environment=self._environment,
                folder=self.data.parent,
                output=self._log,
                own_group=own_group,
            )
            return
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", "playtrace", *self._arguments],
                env=self._environment,
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                cwd=self.data.parent,
                process_group=0 if own_group else None,
            )

    def wait_until_it_answers(self) -> ServerProcess:
        assert self._process is not None
        deadline = time.monotonic() + START_SECONDS_MAX
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                raise AssertionError(f"The server ended with {self._process.poll()}:\n{self.output()}")
            try:
                local = json.loads((self.data / LOCAL_FILE).read_text("utf-8"))
            except FileNotFoundError:
                time.sleep(0.02)
                continue
            self.url, self.token = local["url"], local["token"]
            return self
        raise AssertionError(f"The server did not start in {START_SECONDS_MAX:g} s:\n{self.output()}")

    @property
    def address(self) -> tuple[str, int]:
        host, port = self.url.removeprefix("http://").rsplit(":", 1)
        return host, int(port)

    @property
    def client(self) -> httpx2.Client:
        """With `url` as base, and without any key or login."""
        if self._client is None:
            self._client = httpx2.Client(base_url=self.url, timeout=120)
        return self._client

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def kill(self) -> None:
        """As a power cut would, as far as a process can feel one."""
        assert self._process is not None
        self._hang_up()
        self._process.kill()
        self._process.wait()

    def _hang_up(self) -> None:
        if self._client is not None:
            self._client.close()
            self._client = None

    def stop(self) -> None:
        """As Ctrl-C would: it finishes what was begun."""
        assert self._process is not None
        self._hang_up()
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
        self.wait()

    def wait(self) -> None:
        """Until it has ended, as it was told to by somebody."""
        assert self._process is not None
        try:
            code = self._process.wait(STOP_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            raise AssertionError(f"The server did not stop in {STOP_SECONDS_MAX:g} s:\n{self.output()}") from None
        # Windows has no gentle signal: there it ends as if killed.
        assert code == 0 or sys.platform == "win32", f"The server ended with {code}:\n{self.output()}"

    def output(self) -> str:
        """The end of it."""
        return self.log()[-10_000:]

    def log(self) -> str:
        """All that it ever printed."""
        return self._log.read_text("utf-8", "replace") if self._log.exists() else ""

    def request(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        headers: dict[str, str] | None = None,
        *,
        seconds_max: float = 120.0,
    ) -> tuple[int, dict[str, str], bytes]:
        """Status, headers (names in lower case) and body; errors of HTTP are answers like any other."""
        request = urllib.request.Request(self.url + path, data=body, method=method, headers=headers or {})
        try:
            with urllib.request.urlopen(request, timeout=seconds_max) as response:
                return response.status, {k.lower(): v for k, v in response.headers.items()}, response.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, {k.lower(): v for k, v in error.headers.items()}, error.read()

    def send(self, document: Any, **headers: str) -> tuple[int, Any]:
        """`POST /api/events`: status and answer."""
        status, _, body = self.request(
            "POST",
            "/api/events",
            json.dumps(document).encode(),
            {"Content-Type": "application/json", **{k.replace("_", "-"): v for k, v in headers.items()}},
        )
        return status, json.loads(body)

    def get(self, path: str) -> Any:
        """What an answer of 200 says, asked with the token of the data folder."""
        status, _, body = self.request("GET", path, headers={"Authorization": f"Bearer {self.token}"})
        assert status == 200, (path, status, body)
        return json.loads(body)

    def sql(self, statement: str) -> list[list[Any]]:
        """All rows, of the tables as the store has them; the statement must keep below the limit of the route."""
        status, _, body = self.request(
            "POST",
            "/api/sql",
            json.dumps({"sql": statement, "internal": True}).encode(),
            {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"},
        )
        assert status == 200, (status, body)
        answer = json.loads(body)
        assert not answer["truncated"]
        return answer["rows"]

    def wait_until_loaded(self, seconds_max: float = LOADED_SECONDS_MAX) -> None:
        """Until everything that was acknowledged can be queried."""
        deadline = time.monotonic() + seconds_max
        while time.monotonic() < deadline:
            status, _, body = self.request("GET", "/api/health")
            if status == 200 and json.loads(body)["journal"]["lagEvents"] == 0:
                return
            time.sleep(0.05)
        raise AssertionError(f"Not loaded in {seconds_max:g} s:\n{self.output()}")


@contextmanager
def served(data: Path) -> Generator[ServerProcess]:
    """An open server on a folder, which has loaded what waited there."""
    server = ServerProcess(data, "--open").start()
    try:
        server.wait_until_loaded()
        yield server
    finally:
        server.stop()


StartProcess = Callable[..., ServerProcess]
