"""A PostgreSQL server for a run of tests: made, used on a free port of this machine, and thrown away."""

from __future__ import annotations

import contextlib
import getpass
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Generator
from pathlib import Path

import psutil
import psycopg

from databases.servers import Program, free_port


def programs() -> Path | None:
    """The folder that has `initdb` and `postgres`, of the newest PostgreSQL that is installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4]))
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    return Path(on_path).resolve().parent if on_path else None


class PostgreSQL:
    """A server of its own, without passwords, on loopback. With `is_durable` it syncs as one in production does."""

    def __init__(self, folder: Path, *, is_durable: bool = False) -> None:
        found = programs()
        assert found is not None, "PostgreSQL is not installed."
        self._programs = found
        self.data = folder / "data"
        self._log = folder / "log"
        self._folder = folder
        self._is_durable = is_durable
        self._program: Program | None = None
        self.port = free_port()

    def url(self, database: str = "postgres", user: str = "postgres") -> str:
        return f"postgresql://{user}@127.0.0.1:{self.port}/{database}"

    def start(self) -> PostgreSQL:
        if not self.data.exists():
            # The server refuses to run as root: then everything is done as its own user.
            if os.geteuid() == 0:
                shutil.chown(self._folder, "postgres", "postgres")
            self._run(
                "initdb", "-D", str(self.data), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale", "-N"
            )
        options = [f"port={self.port}", "listen_addresses=127.0.0.1", f"unix_socket_directories={self._folder}"]
        options += ["max_connections=60", "shared_buffers=128MB", "max_wal_size=2GB", "timezone=UTC"]
        if not self._is_durable:
            options += ["fsync=off", "synchronous_commit=off", "full_page_writes=off"]
        command = self._as_its_user(str(self._programs / "postgres"), "-D", str(self.data))
        self._program = Program([*command, *(f"--{option}" for option in options)], self._log)
        self._program.wait_until(self._answers)
        return self

    def kill(self) -> None:
        """As a power cut does: nothing is written any more."""
        assert self._program is not None
        # Each of its processes has a group of its own.
        processes = psutil.Process(self._program.pid).children(recursive=True)
        for process in processes:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        self._program.end(signal.SIGKILL)
        psutil.wait_procs(processes, timeout=120)

    def stop(self) -> None:
        if self._program is not None:
            self._program.end(signal.SIGQUIT)

    @contextlib.contextmanager
    def database(self, name: str, template: str = "template1") -> Generator[str]:
        """An empty database, or a copy of another one, dropped behind."""
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"'.encode())
        try:
            yield self.url(name)
        finally:
            with psycopg.connect(self.url(), autocommit=True) as connection:
                connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.url(), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def _run(self, program: str, *arguments: str) -> None:
        command = self._as_its_user(str(self._programs / program), *arguments)
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr

    def _as_its_user(self, *command: str) -> list[str]:
        if os.geteuid() != 0:
            return list(command)
        return ["runuser", "-u", "postgres", "--", *command]


@contextlib.contextmanager
def throw_away_postgresql(*, is_durable: bool = False) -> Generator[PostgreSQL]:
    """A server for the length of the block. Short path: a socket's has at most 107 characters."""
    with tempfile.TemporaryDirectory(prefix=f"pt-{getpass.getuser()[:8]}-") as folder:
        server = PostgreSQL(Path(folder), is_durable=is_durable)
        try:
            yield server.start()
        finally:
            server.stop()
