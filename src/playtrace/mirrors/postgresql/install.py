"""Installs the game database, brings it up to date, and says what of it is missing or changed.

The SQL files are the schema: `install.sql` says which, in which order, and `psql --single-transaction -f install.sql`
does the same as `install`. A step from one version to the next is a file in `upgrades/`, named by the version that it
makes; behind it come again the files that replace what they define: procedures, triggers and views.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable

import psycopg

from playtrace.mirrors.postgresql.connecting import Connection
from playtrace.mirrors.target import TargetNewer, TargetUnusable

VERSION = 4
"""Of the schema in these files."""
FOLDER = files("playtrace.mirrors.postgresql")
REPLACED = ("procedures/", "triggers/", "views/", "warehouse/procedures")
"""Beginnings of the names of files that an upgrade runs again: they replace what they define."""
ROLES = ("playtrace_writer", "playtrace_mirror", "playtrace_reader", "playtrace_admin")
_INCLUDED = re.compile(r"^\\ir (\S+)$", re.MULTILINE)
_LOCK = b"SELECT pg_advisory_xact_lock(hashtextextended('playtrace: schema', 0))"


@dataclass(frozen=True)
class Difference:
    """What is not as it was installed."""

    kind: str
    """table, column, constraint, index, trigger, function, view or rights."""
    name: str
    state: str
    """missing, changed or unknown (there, and not of this schema)."""


def installed_version(connection: Connection) -> int | None:
    """The version that is there; None where there is none. Raises `psycopg.Error`."""
    row = connection.execute("SELECT to_regclass('game.schema_version') IS NOT NULL").fetchone()
    if row is None or not row[0]:
        return None
    row = connection.execute("SELECT max(version) FROM game.schema_version").fetchone()
    return None if row is None else row[0]


def install(connection: Connection, folder: Traversable = FOLDER) -> bool:
    """Installs into an empty database, or one whose other schemas it leaves alone. False where it is there already.

    All of it or nothing. Raises `TargetNewer`, `TargetUnusable` and `psycopg.Error`.
    """
    with connection.transaction():
        connection.execute(_LOCK)
        version = installed_version(connection)
        if version is not None:
            if version < VERSION:
                raise TargetUnusable(f"Version {version} is installed: `playtrace gamedb upgrade` makes it {VERSION}.")
            refuse_newer(version)
            return False
        _refuse_foreign_schemas(connection)
        _run(connection, folder, included(folder))
    return True


def upgrade(connection: Connection, folder: Traversable = FOLDER, version: int = VERSION) -> tuple[int, int]:
    """Brings it to this version; the numbers before and after. Of the same version: procedures, triggers and views are
    put back as they should be, and what else was changed is left to whoever changed it.

    All of it or nothing. Raises `TargetNewer`, `TargetUnusable` and `psycopg.Error`.
    """
    with connection.transaction():
        connection.execute(_LOCK)
        before = installed_version(connection)
        if before is None:
            raise TargetUnusable("There is no game database here: `playtrace gamedb install` makes one.")
        refuse_newer(before, version)
        steps = [f"upgrades/{number:04}.sql" for number in range(before + 1, version + 1)]
        recorded = ["recorded.sql"] if steps else []
        connection.execute("SET LOCAL search_path = pg_catalog, pg_temp")
        connection.execute("SET LOCAL client_min_messages = warning")
        replaced = [name for name in included(folder) if name.startswith(REPLACED)]
        _run(connection, folder, [*steps, *replaced, *recorded])
        connection.execute("INSERT INTO game.schema_version (version) VALUES (%s) ON CONFLICT DO NOTHING", [version])
    return before, version


def check(connection: Connection) -> list[Difference]:
    """What is missing, changed or not of this schema, compared with what was installed.

    Raises `TargetNewer`, `TargetUnusable` and `psycopg.Error`.
    """
    with connection.transaction():
        connection.execute("SET LOCAL search_path = pg_catalog, pg_temp")
        version = installed_version(connection)
        if version is None:
            raise TargetUnusable("There is no game database here: `playtrace gamedb install` makes one.")
        refuse_newer(version)
        if version < VERSION:
            raise TargetUnusable(f"Version {version} is installed: `playtrace gamedb upgrade` makes it {VERSION}.")
        try:
            rows = connection.execute(
                """
                SELECT coalesce(installed.kind, here.kind), coalesce(installed.name, here.name),
                    CASE WHEN here.name IS NULL THEN 'missing' WHEN installed.name IS NULL THEN 'unknown'
                        ELSE 'changed' END
                FROM game.schema_object AS installed
                FULL JOIN game.catalogue AS here ON installed.kind = here.kind AND installed.name = here.name
                WHERE installed.definition IS DISTINCT FROM here.definition
                ORDER BY 1, 2
                """
            ).fetchall()
        except psycopg.errors.UndefinedTable as error:
            missing = "table" if "schema_object" in str(error) else "view"
            name = "game.schema_object" if missing == "table" else "game.catalogue"
            raise TargetUnusable(f"The {missing} {name} is missing: without it nothing can be compared.") from error
    return [Difference(*row) for row in rows]


def included(folder: Traversable = FOLDER) -> list[str]:
    """Names of the files of `install.sql`, in their order."""
    return _INCLUDED.findall((folder / "install.sql").read_text("utf-8"))


def refuse_newer(version: int, ours: int = VERSION) -> None:
    """Raises `TargetNewer` for a version that we do not know."""
    if version > ours:
        raise TargetNewer(
            f"The game database has version {version} of its schema, and this playtrace knows {ours}: it is left alone."
            " Use a newer playtrace."
        )


def _refuse_foreign_schemas(connection: Connection) -> None:
    rows = connection.execute(
        "SELECT nspname FROM pg_namespace WHERE nspname IN ('game', 'game_api', 'report', 'warehouse') ORDER BY 1"
    ).fetchall()
    if rows:
        names = ", ".join(row[0] for row in rows)
        raise TargetUnusable(
            f"This database has a schema of the name {names} already, and it is not ours: install into another one."
        )


def _run(connection: Connection, folder: Traversable, names: list[str]) -> None:
    for name in names:
        try:
            # As bytes: what stands in our own files is no text that somebody else could have had a part in.
            connection.execute((folder / name).read_bytes())
        except psycopg.errors.InsufficientPrivilege as error:
            raise TargetUnusable(
                f"{error.diag.message_primary} (in {name}). The account that installs must be able to create schemas in"
                f" this database, and roles; or somebody who may makes the roles first: {_roles()}"
            ) from error
        except FileNotFoundError:
            raise TargetUnusable(f"No way leads to this version of the schema: {name} is not there.") from None


def _roles() -> str:
    return " ".join(f"CREATE ROLE {role} NOLOGIN;" for role in ROLES)
