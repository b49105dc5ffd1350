"""Opens the database of the registry: a SQLite file, PostgreSQL, or MySQL and MariaDB.

Several processes may use one SQLite file (a server and the command line): it is in WAL mode, a writer waits
for the other writer, and a transaction that will write takes the write lock when it begins, so that it never
fails half way because someone else wrote in between.

On a server whoever writes locks one row first (`Registry`), which does the same. A connection that broke while
nobody used it is replaced before its next use; a server that does not answer is not waited for without end.
"""

from __future__ import annotations

import os
from collections.abc import Generator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, InterfaceError, NoSuchModuleError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import ConnectionPoolEntry

from playtrace.addresses import masked
from playtrace.registry.errors import RegistryAway, Unusable

BUSY_TIMEOUT_MS = 15_000
"""A writer waits so long for another one."""
CONNECT_TIMEOUT_S = 10
SILENCE_S_MAX = 30
"""A server that says nothing for so long has gone."""
ISOLATION = "REPEATABLE READ"
"""Of who reads: all that one transaction reads is of one moment."""
RECYCLED_S = 3600
"""A connection is replaced after so long: firewalls and servers forget them."""
DISK_ERRORS = ("SQLITE_FULL", "SQLITE_IOERR", "SQLITE_READONLY")
"""How the names of errors of SQLite begin that say that nothing can be written."""
WAIT_FOR_LOCKS = {
    "postgresql": f"SET lock_timeout = {BUSY_TIMEOUT_MS}",
    "mysql": f"SET SESSION innodb_lock_wait_timeout = {BUSY_TIMEOUT_MS // 1000}",
}
DRIVERS = {
    "postgresql": "postgresql+psycopg",
    "postgres": "postgresql+psycopg",
    "mysql": "mysql+pymysql",
    "mariadb": "mysql+pymysql",
}
"""What an URL stands for that names none."""
EXTRAS = {"psycopg": "postgresql", "pymysql": "mysql"}
WRITES = "playtrace_writes"
"""Execution option of connections whose transactions write."""


def open_database(url: str) -> Engine:
    """An engine on a database, whatever its tables; a SQLite file and its folder are created.

    Raises `Unusable` with what to do about it.
    """
    try:
        location = _location(url)
        backend = location.get_backend_name()
        if backend == "sqlite":
            _create_file(location)
        # An error of the driver would quote what it was given: hashes, and the addresses of channels of alerts.
        engine = create_engine(location, hide_parameters=True, **_options(backend))
    except ModuleNotFoundError as error:
        extra = EXTRAS.get(error.name or "")
        how = f"pip install 'playtrace[{extra}]'" if extra else "install it beside us"
        raise Unusable(f"The registry URL needs the Python package {error.name!r}: {how}.") from error
    except (ArgumentError, NoSuchModuleError) as error:
        raise Unusable(f"The registry URL is not one that SQLAlchemy understands: {error}") from error
    except OSError as error:
        raise Unusable(f"The registry's file cannot be created: {error}") from error
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _configure_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    elif engine.dialect.name in WAIT_FOR_LOCKS:
        event.listen(engine, "connect", partial(_configure_server, WAIT_FOR_LOCKS[engine.dialect.name]))
    return engine


def for_reading(engine: Engine) -> Engine:
    """Of which a transaction sees one moment, whatever is written meanwhile."""
    return engine.execution_options(isolation_level=ISOLATION) if engine.dialect.name == "postgresql" else engine


def for_writing(engine: Engine) -> Engine:
    return engine.execution_options(**{WRITES: True})


@contextmanager
def answering(engine: Engine) -> Generator[None]:
    """Raises `RegistryAway` where a server is not there, or does not answer in time, or the file cannot be written:
    soon it may."""
    try:
        yield
    except (OperationalError, InterfaceError) as error:
        if engine.dialect.name == "sqlite" and not _is_of_disk(error.orig):
            raise
        raise RegistryAway(error.orig) from error
    except PoolTimeout as error:
        raise RegistryAway("all connections to it are in use") from error


def _is_of_disk(error: BaseException | None) -> bool:
    """Whether a file cannot be written: its disk is full, read-only or broken."""
    return str(getattr(error, "sqlite_errorname", "")).startswith(DISK_ERRORS)


def shown(url: URL) -> str:
    """For people: without a password, also where it stands among the parameters."""
    return masked(url.render_as_string(hide_password=False))


def _location(url: str) -> URL:
    """With the driver that we bring, where none is named."""
    location = make_url(url)
    driver = DRIVERS.get(location.drivername)
    if driver is None and location.get_backend_name() == "mariadb":
        driver = location.drivername.replace("mariadb", "mysql", 1)
    return location if driver is None else location.set(drivername=driver)


def _options(backend: str) -> dict[str, Any]:
    if backend == "sqlite":
        return {}
    silence: dict[str, Any] = {}
    if backend == "postgresql":
        # No statement is kept prepared: behind a pooler the next one may reach another connection.
        silence = {"tcp_user_timeout": SILENCE_S_MAX * 1000, "prepare_threshold": None}
    elif backend == "mysql":
        silence = {"read_timeout": SILENCE_S_MAX, "write_timeout": SILENCE_S_MAX, "charset": "utf8mb4"}
    return {
        "pool_pre_ping": True,
        "pool_recycle": RECYCLED_S,
        "connect_args": {"connect_timeout": CONNECT_TIMEOUT_S, **silence},
        **({"isolation_level": ISOLATION} if backend == "mysql" else {}),
    }


def _create_file(location: URL) -> None:
    if location.database in (None, "", ":memory:"):
        raise Unusable("The registry needs a file: a SQLite database in memory is lost with its connection.")
    path = Path(str(location.database))
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    # Hashes of passwords are in it. SQLite gives its -wal and -shm files the mode of the database.
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))


def _configure_server(statement: str, connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    cursor = connection.cursor()
    cursor.execute(statement)
    cursor.close()
    connection.commit()


def _configure_sqlite(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    # The driver's own transactions would begin late and without a lock: `_begin_sqlite` says when.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get(WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
