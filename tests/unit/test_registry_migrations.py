"""The migrations and the models describe the same tables."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine
from sqlalchemy.dialects import mysql, postgresql
from sqlalchemy.engine import Dialect
from sqlalchemy.schema import CreateTable

from playtrace.registry.database import open_database
from playtrace.registry.errors import Unusable
from playtrace.registry.models import Base
from playtrace.registry.registry import Registry
from playtrace.registry.upgrade import upgrade


def test_migrated_tables_are_the_models_tables(tmp_path: Path) -> None:
    engine = open_database(f"sqlite:///{tmp_path / 'registry.sqlite'}")
    upgrade(engine)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
    engine.dispose()


def test_opening_again_changes_nothing(tmp_path: Path) -> None:
    def tables() -> list[tuple[str]]:
        connection = sqlite3.connect(tmp_path / "registry.sqlite")
        rows = connection.execute("SELECT sql FROM sqlite_master ORDER BY name").fetchall()
        connection.close()
        return rows

    url = f"sqlite:///{tmp_path / 'registry.sqlite'}"
    Registry.open(url).close()
    before = tables()
    Registry.open(url).close()
    assert tables() == before


def test_a_registry_of_a_newer_version_is_not_touched(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'registry.sqlite'}"
    Registry.open(url).close()
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    engine.dispose()
    with pytest.raises(Unusable, match="newer playtrace"):
        Registry.open(url)


@pytest.mark.parametrize("dialect", [postgresql.dialect(), mysql.dialect()], ids=["postgresql", "mysql"])
def test_the_tables_can_be_told_to_other_databases(dialect: Dialect) -> None:
    for table in Base.metadata.sorted_tables:
        assert f"CREATE TABLE {table.name}" in str(CreateTable(table).compile(dialect=dialect))
