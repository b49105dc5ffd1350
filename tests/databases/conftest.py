"""Servers of databases, each started once for all tests that a process runs, and a store to fill."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from go_programs import FERRETDB
from server_process import new_databases

from databases.mariadb import MariaDB, throw_away_mariadb
from databases.mongodb import MongoDB, throw_away_mongodb
from databases.postgresql import PostgreSQL, programs, throw_away_postgresql
from databases.registries import empty
from databases.servers import skip_without
from databases.studio import Studio, made_studio
from playtrace.mirrors.postgresql.install import install
from playtrace.registry.registry import Registry


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgreSQL]:
    if programs() is None:
        skip_without("PostgreSQL is not installed here (Debian's package is `postgresql`).")
    with throw_away_postgresql() as server:
        yield server


@pytest.fixture(scope="session")
def installed_template(postgresql: PostgreSQL) -> str:
    """Name of a database with the game database in it, to be copied: installing takes longer than that."""
    with psycopg.connect(postgresql.url(), autocommit=True) as connection:
        connection.execute("CREATE DATABASE installed")
    with psycopg.connect(postgresql.url("installed"), autocommit=True) as connection:
        install(connection)
    return "installed"


@pytest.fixture(scope="session")
def mariadb() -> Iterator[MariaDB]:
    if shutil.which("mariadb-install-db") is None:
        skip_without("MariaDB is not installed here (Debian's package is `mariadb-server`).")
    with throw_away_mariadb() as server:
        yield server


@pytest.fixture(scope="session")
def shared_registry_of_postgresql(postgresql: PostgreSQL) -> Iterator[str]:
    with postgresql.database("registry") as url:
        Registry.open(url).close()
        yield url


@pytest.fixture(scope="session")
def shared_registry_of_mariadb(mariadb: MariaDB) -> str:
    url = mariadb.url(mariadb.new_database())
    Registry.open(url).close()
    return url


@pytest.fixture
def registry_in_file(tmp_path: Path) -> str:
    return f"sqlite:///{shutil.copy(new_databases() / 'registry.sqlite', tmp_path)}"


@pytest.fixture
def registry_in_postgresql(shared_registry_of_postgresql: str) -> str:
    empty(shared_registry_of_postgresql)
    return shared_registry_of_postgresql


@pytest.fixture
def registry_in_mariadb(shared_registry_of_mariadb: str) -> str:
    empty(shared_registry_of_mariadb)
    return shared_registry_of_mariadb


@pytest.fixture
def new_file(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'new folder' / 'registry.sqlite'}"


@pytest.fixture
def new_postgresql(postgresql: PostgreSQL) -> Iterator[str]:
    with postgresql.database("new_registry") as url:
        yield url


@pytest.fixture
def new_mariadb(mariadb: MariaDB) -> str:
    return mariadb.url(mariadb.new_database())


@pytest.fixture(scope="session")
def mongodb() -> Iterator[MongoDB]:
    if not FERRETDB.path.exists():
        skip_without("FerretDB is not built here (`python tests/go_programs.py ferretdb` does that, with Go).")
    with throw_away_mongodb() as server:
        yield server


@pytest.fixture(scope="session")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    """Shared: each test adds a game of its own."""
    with made_studio(tmp_path_factory.mktemp("studio")) as made:
        yield made
