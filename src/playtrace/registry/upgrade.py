"""Brings the tables of a registry up to date, from the migrations in this package."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from playtrace.registry.database import BUSY_TIMEOUT_MS, for_writing, shown
from playtrace.registry.errors import Unusable

LOCK = 7_031_402_118
"""A number of our own, of locks that PostgreSQL knows by one."""
MYSQL_LOCK = "concat('playtrace_registry_', md5(database()))"
"""A name of MySQL's has at most 64 characters, and that of a database may have as many by itself."""
LOCKS = {
    "postgresql": (f"SELECT pg_advisory_lock({LOCK})", f"SELECT pg_advisory_unlock({LOCK})"),
    "mysql": (
        f"SELECT get_lock({MYSQL_LOCK}, {BUSY_TIMEOUT_MS // 1000})",
        f"SELECT release_lock({MYSQL_LOCK})",
    ),
}


def upgrade(engine: Engine) -> None:
    """Runs the migrations that are missing, from the files in this package."""
    config = Config()
    config.set_main_option("script_location", "playtrace.registry:migrations")
    head = ScriptDirectory.from_config(config).get_current_head()
    try:
        with engine.connect() as connection:
            if MigrationContext.configure(connection).get_current_revision() == head:
                return
        # Whoever comes second waits here for the first, and then finds nothing left to do.
        with for_writing(engine).connect() as connection, _alone(connection), connection.begin():
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    except CommandError as error:
        raise Unusable(
            f"The registry at {shown(engine.url)} was written by a newer playtrace ({error}). "
            "Upgrade playtrace, or restore the backup that you made before."
        ) from error
    except DBAPIError as error:
        raise Unusable(
            f"The registry at {shown(engine.url)} cannot be used: {error.orig}. `playtrace doctor` says what to do."
        ) from error


@contextmanager
def _alone(connection: Connection) -> Generator[None]:
    """Holds a lock of the server for this database, where no transaction has one on all of it. Tables that MySQL makes
    are there at once, whatever becomes of the transaction: so the lock is the connection's."""
    take, give_back = LOCKS.get(connection.dialect.name, (None, None))
    if take is None or give_back is None:
        yield
        return
    with connection.begin():
        is_taken = connection.execute(text(take)).scalar_one()
    if is_taken == 0:
        raise Unusable(f"The registry at {shown(connection.engine.url)} is being upgraded by another process.")
    try:
        yield
    finally:
        with connection.begin():
            connection.execute(text(give_back))
