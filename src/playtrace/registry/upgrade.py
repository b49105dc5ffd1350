"""Brings the tables of a registry up to date, from the migrations in this package."""

from __future__ import annotations

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Engine
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError

from playtrace.registry.database import WRITES
from playtrace.registry.errors import Unusable


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
        with engine.connect().execution_options(**{WRITES: True}) as connection, connection.begin():
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    except CommandError as error:
        raise Unusable(
            f"The registry at {_without_password(engine.url)} was written by a newer playtrace ({error}). "
            "Upgrade playtrace, or restore the backup that you made before."
        ) from error
    except DBAPIError as error:
        raise Unusable(f"The registry at {_without_password(engine.url)} cannot be used: {error.orig}") from error


def _without_password(url: URL) -> str:
    return url.render_as_string(hide_password=True)
