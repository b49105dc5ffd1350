"""A server that speaks MongoDB's protocol, for a run of tests: FerretDB over SQLite (see `go_programs.py`)."""

from __future__ import annotations

import getpass
import itertools
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pymongo
import pymongo.errors
from go_programs import FERRETDB

from databases.servers import Program, free_port


class MongoDB:
    """A server of its own on loopback, without users."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._program: Program | None = None
        self._numbers = itertools.count(1)
        self.port = free_port()

    def start(self, *, is_read_only: bool = False) -> MongoDB:
        data = self._folder / "data"
        data.mkdir(exist_ok=True)
        options = [f"--listen-addr=127.0.0.1:{self.port}", "--debug-addr=-", "--telemetry=disable", "--log-level=ERROR"]
        options += ["--handler=sqlite", f"--state-dir={self._folder}"]
        # A killed process loses nothing that it gave to the system: no sync is needed.
        pragmas = "?_pragma=synchronous(off)" + ("&_pragma=query_only(1)" if is_read_only else "")
        options += [f"--sqlite-url=file:{data}/{pragmas}"]
        self._program = Program([str(FERRETDB.path), *options], self._folder / "log")
        self._program.wait_until(self._answers)
        return self

    def kill(self) -> None:
        assert self._program is not None
        self._program.end(signal.SIGKILL)

    def stop(self) -> None:
        if self._program is not None:
            self._program.end(signal.SIGTERM)

    def new_database(self) -> str:
        """Name of an empty one."""
        return f"studio_{next(self._numbers)}"

    def url(self, database: str) -> str:
        return f"mongodb://127.0.0.1:{self.port}/{database}"

    @contextmanager
    def database(self, name: str) -> Iterator[pymongo.database.Database[dict[str, Any]]]:
        with pymongo.MongoClient(self.url(name), tz_aware=True) as client:
            yield client[name]

    def _answers(self) -> bool:
        try:
            with pymongo.MongoClient(self.url("admin"), serverSelectionTimeoutMS=200) as client:
                client.admin.command("ping")
        except pymongo.errors.PyMongoError:
            return False
        return True


@contextmanager
def throw_away_mongodb() -> Iterator[MongoDB]:
    with tempfile.TemporaryDirectory(prefix=f"pt-{getpass.getuser()[:8]}-") as folder:
        server = MongoDB(Path(folder))
        try:
            yield server.start()
        finally:
            server.stop()
