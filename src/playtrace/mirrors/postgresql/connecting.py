"""Connections to PostgreSQL, and what its errors mean for whoever waits."""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict

from playtrace.addresses import scrubbed
from playtrace.mirrors.postgresql.arrays import BinaryArray, BinaryArrayDumper
from playtrace.mirrors.target import TargetAway, TargetError, TargetUnusable

CONNECT_SECONDS_MAX = 10
VERSION_MIN = 150000
"""As PostgreSQL numbers itself."""

Connection = psycopg.Connection[tuple[Any, ...]]

_UNUSABLE = (
    psycopg.errors.InvalidCatalogName,
    psycopg.errors.InsufficientPrivilege,
    psycopg.errors.FeatureNotSupported,
    psycopg.errors.UndefinedObject,
    psycopg.errors.UndefinedTable,
    psycopg.errors.UndefinedFunction,
    psycopg.errors.InvalidSchemaName,
)


def connect(url: str, application: str) -> Connection:
    """A connection whose transactions are begun and ended by whoever uses it.

    Raises `TargetAway` and `TargetUnusable`, in which no password stands.
    """
    try:
        given = conninfo_to_dict(url)
        connection = psycopg.connect(
            url,
            autocommit=True,
            # What is sent in binary form is UTF-8; a database in another encoding converts it.
            client_encoding="UTF8",
            application_name=given.get("application_name") or application,
            connect_timeout=given.get("connect_timeout") or CONNECT_SECONDS_MAX,
            # A connection that was cut without a word is noticed within a minute.
            keepalives_idle=given.get("keepalives_idle") or 30,
            keepalives_interval=given.get("keepalives_interval") or 10,
            keepalives_count=given.get("keepalives_count") or 3,
        )
    except psycopg.Error as error:
        raise told(error, url) from None
    connection.adapters.register_dumper(BinaryArray, BinaryArrayDumper)
    if connection.info.server_version < VERSION_MIN:
        version = connection.info.server_version // 10_000
        connection.close()
        raise TargetUnusable(f"The game database needs PostgreSQL 15 or newer; this server is {version}.")
    return connection


def told(error: psycopg.Error, url: str) -> TargetError:
    """What an error means: that a person has to do something, or that it may be over by itself."""
    # Of several lines the first says what is wrong; the others ask back, or tell where in a procedure it was.
    first = (error.diag.message_primary or str(error)).strip().partition("\n")[0]
    text = scrubbed(first, url) or type(error).__name__
    if isinstance(error, psycopg.ProgrammingError) and error.sqlstate is None:
        return TargetUnusable(f"This address is not one that PostgreSQL understands: {text}")
    if isinstance(error, _UNUSABLE):
        return TargetUnusable(f"PostgreSQL says: {text}")
    return TargetAway(f"PostgreSQL says: {text}")
