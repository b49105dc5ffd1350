"""A MariaDB server for a run of tests: made, used on a free port of this machine, and thrown away."""

from __future__ import annotations

import getpass
import itertools
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pymysql

from databases.servers import Program, free_port

PASSWORD = "s3cret pass/word"
"""With what has to be escaped in an address."""


class MariaDB:
    """A server of its own on loopback. The user `studio` may do everything, `reader` may only read."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._program: Program | None = None
        self._numbers = itertools.count(1)
        self.port = free_port()

    def start(self) -> MariaDB:
        data = self._folder / "data"
        its_user = ["--user=mysql"] if os.geteuid() == 0 else []
        if is_new := not data.exists():
            if its_user:
                shutil.chown(self._folder, "mysql", "mysql")
            options = [f"--datadir={data}", "--auth-root-authentication-method=normal", "--skip-test-db", *its_user]
            # One that starts removes what look like temporary tables of an earlier start: each has its own place.
            made = subprocess.run(
                ["mariadb-install-db", "--no-defaults", *options],
                capture_output=True,
                text=True,
                check=False,
                env={**os.environ, "TMPDIR": str(self._folder)},
            )
            assert made.returncode == 0, made.stdout + made.stderr
        options = [f"--datadir={data}", f"--port={self.port}", "--bind-address=127.0.0.1", *its_user]
        options += [
            f"--tmpdir={self._folder}",
            f"--socket={self._folder / 'socket'}",
            f"--pid-file={self._folder / 'pid'}",
            "--skip-name-resolve",
        ]
        # A killed process loses nothing that it gave to the system: no sync is needed.
        options += [
            "--innodb-flush-log-at-trx-commit=2",
            "--innodb-flush-method=nosync",
            "--innodb-buffer-pool-size=64M",
            "--skip-log-bin",
        ]
        # A studio's server may stand anywhere, and its databases need not be Unicode.
        options += [
            "--default-time-zone=+05:45",
            "--character-set-server=latin1",
            "--collation-server=latin1_swedish_ci",
        ]
        program = shutil.which("mariadbd", path=f"{os.environ['PATH']}:/usr/sbin") or "mariadbd"
        self._program = Program([program, "--no-defaults", *options], self._folder / "log")
        self._program.wait_until(self._answers)
        if is_new:
            for statement in (
                f"CREATE USER studio@'127.0.0.1' IDENTIFIED BY '{PASSWORD}'",
                f"CREATE USER reader@'127.0.0.1' IDENTIFIED BY '{PASSWORD}'",
                "GRANT ALL ON *.* TO studio@'127.0.0.1'",
                "GRANT SELECT ON *.* TO reader@'127.0.0.1'",
            ):
                self.ask(statement)
        return self

    def kill(self) -> None:
        assert self._program is not None
        self._program.end(signal.SIGKILL)

    def stop(self) -> None:
        if self._program is not None:
            self._program.end(signal.SIGTERM)

    def new_database(self) -> str:
        """Name of an empty one."""
        name = f"studio_{next(self._numbers)}"
        self.ask(f"CREATE DATABASE {name}")
        return name

    def url(self, database: str, user: str = "studio") -> str:
        return f"mysql://{user}:s3cret%20pass%2Fword@127.0.0.1:{self.port}/{database}"

    def ask(self, sql: str, database: str | None = None) -> list[dict[str, Any]]:
        """As root: the rows of a statement, if it has any."""
        with self._connect(database) as connection, connection.cursor() as cursor:
            cursor.execute(sql)
            return list(cursor.fetchall())

    def _connect(self, database: str | None = None) -> pymysql.Connection[Any]:
        return pymysql.connect(
            host="127.0.0.1",
            port=self.port,
            user="root",
            database=database,
            charset="utf8mb4",
            autocommit=True,
            cursorclass=pymysql.cursors.DictCursor,
        )

    def _answers(self) -> bool:
        try:
            self.ask("SELECT 1")
        except pymysql.err.OperationalError:
            return False
        return True


@contextmanager
def throw_away_mariadb() -> Iterator[MariaDB]:
    """A server for the length of the block. Short path: a socket's has at most 107 characters."""
    with tempfile.TemporaryDirectory(prefix=f"pt-{getpass.getuser()[:8]}-") as folder:
        server = MariaDB(Path(folder))
        try:
            yield server.start()
        finally:
            server.stop()
