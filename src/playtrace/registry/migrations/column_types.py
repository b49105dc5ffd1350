"""Types of columns as migrations say them: copies of those in models.py, for a migration must not change with those."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import mysql

TABLE: dict[str, Any] = {"mysql_engine": "InnoDB", "mysql_charset": "utf8mb4", "mysql_collate": "utf8mb4_bin"}
"""Whatever the server's default is: any text, and transactions."""


def exact_text(length: int) -> sa.String:
    """Text in which case and accents count; MySQL compares loosely unless told otherwise."""
    exact = mysql.VARCHAR(length, charset="utf8mb4", collation="utf8mb4_bin")
    return sa.String(length).with_variant(exact, "mysql", "mariadb")


def long_text() -> sa.Text:
    """16 MiB in MySQL, where a text has 64 KiB unless told otherwise."""
    return sa.Text().with_variant(mysql.MEDIUMTEXT(), "mysql", "mariadb")


def instant() -> sa.DateTime:
    """UTC, to the microsecond; MySQL keeps whole seconds unless told otherwise."""
    return sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")


def long_bytes() -> sa.LargeBinary:
    """16 MiB in MySQL, where they are 64 KiB unless told otherwise."""
    return sa.LargeBinary().with_variant(mysql.MEDIUMBLOB(), "mysql", "mariadb")
