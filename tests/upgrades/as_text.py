"""Databases as SQL text and back: what is kept of an older playtrace can be read in a diff."""

from __future__ import annotations

import datetime as dt
import sqlite3
import tempfile
import uuid
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb


def text_of_sqlite(path: Path) -> str:
    with closing(sqlite3.connect(path)) as connection:
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        return "\n".join([*connection.iterdump(), f"PRAGMA user_version = {version};"]) + "\n"


def make_sqlite(path: Path, text: str) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(text)


def text_of_duckdb(path: Path) -> str:
    with duckdb.connect(path) as connection, tempfile.TemporaryDirectory() as folder:
        connection.execute(f"EXPORT DATABASE '{folder}'")
        lines = [(Path(folder) / "schema.sql").read_text("utf-8").strip()]
        tables = connection.execute("SELECT table_name FROM duckdb_tables() ORDER BY table_name").fetchall()
        for (table,) in tables:
            columns = connection.execute(
                "SELECT column_name, data_type FROM duckdb_columns() WHERE table_name = ? ORDER BY column_index",
                [table],
            ).fetchall()
            shown = ", ".join(
                f'"{name}"::JSON::VARCHAR' if type_ == "VARIANT" else f'"{name}"' for name, type_ in columns
            )
            for row in connection.execute(f"SELECT {shown} FROM {table}").fetchall():
                values = ", ".join(_literal(value, type_) for value, (_, type_) in zip(row, columns, strict=True))
                lines.append(f"INSERT INTO {table} VALUES ({values});")
    return "\n".join(lines) + "\n"


def make_duckdb(path: Path, text: str) -> None:
    with duckdb.connect(path) as connection:
        connection.execute(text)


def _literal(value: Any, type_: str) -> str:
    match value:
        case None:
            return "NULL"
        case bool() | int() | float() | Decimal():
            return str(value)
        case str() | uuid.UUID() | dt.date():  # of which instants are a kind
            quoted = "'" + str(value).replace("'", "''") + "'"
            return f"{quoted}::JSON::VARIANT" if type_ == "VARIANT" else quoted
        case _:
            raise TypeError(f"a {type(value).__name__} as {type_}")
