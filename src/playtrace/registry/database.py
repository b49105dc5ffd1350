"""Opens the database of the registry.

Several processes may use one SQLite file (a server and the command line): it is in WAL mode, a writer waits
for the other writer, and a transaction that will write takes the write lock when it begins, so that it never
fails half way because someone else wrote in between.
"""

from __future__ import annotations

import os
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, NoSuchModuleError
from sqlalchemy.pool import ConnectionPoolEntry

from playtrace.registry.errors import Unusable

BUSY_TIMEOUT_MS = 15_000
WRITES = "playtrace_writes"
"""Execution option of connections whose transactions write."""


def open_database(url: str) -> Engine:
    """An engine on a database, whatever its tables; a SQLite file and its folder are created.

    Raises `Unusable` with what to do about it.
    """
    try:
        location = make_url(url)
        if location.get_backend_name() == "sqlite":
            _create_file(location)
        # An error of the driver would quote what it was given: hashes, and the addresses of channels of alerts.
        engine = create_engine(location, pool_pre_ping=location.get_backend_name() != "sqlite", hide_parameters=True)
    except ModuleNotFoundError as error:
        raise Unusable(f"The registry URL needs the Python package {error.name!r}: install it beside us.") from error
    except (ArgumentError, NoSuchModuleError) as error:
        raise Unusable(f"The registry URL is not one that SQLAlchemy understands: {error}") from error
    except OSError as error:
        raise Unusable(f"The registry's file cannot be created: {error}") from error
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _configure_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


def _create_file(location: URL) -> None:
    if location.database in (None, "", ":memory:"):
        raise Unusable("The registry needs a file: a SQLite database in memory is lost with its connection.")
    path = Path(str(location.database))
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    # Hashes of passwords are in it. SQLite gives its -wal and -shm files the mode of the database.
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))


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
