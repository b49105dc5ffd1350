"""Servers of databases, each started once for all tests that a process runs."""

from __future__ import annotations

import os
from collections.abc import Iterator

import psycopg
import pytest

from databases.postgresql import PostgreSQL, programs, throw_away_postgresql
from playtrace.mirrors.postgresql.install import install


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgreSQL]:
    if programs() is None:
        reason = "PostgreSQL is not installed here (Debian's package is `postgresql`)."
        # Where everything is checked, nothing is passed over.
        (pytest.fail if os.environ.get("CI") else pytest.skip)(reason)
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
