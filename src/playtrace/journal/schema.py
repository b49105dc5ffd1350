"""The tables of the journal's file, and how a row of entries comes into them."""

from __future__ import annotations

import sqlite3
import uuid
from pathlib import Path

from playtrace.journal.errors import JournalNewer
from playtrace.journal.rows import Row
from playtrace.journal.turns import noted_in

VERSION = 1
"""Of the tables below, in the file's `user_version`; files of before there was one have 0. One higher for each change
that an older playtrace must not pass over."""
SCHEMA = """
CREATE TABLE IF NOT EXISTS identity (journal_id TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS entries (
    last_offset INTEGER PRIMARY KEY AUTOINCREMENT,  -- a row holds one entry or several with adjoining offsets
    events INTEGER NOT NULL,                        -- of all of them; one of nothing but refusals counts as one
    bytes INTEGER NOT NULL,                         -- of the three below, as they are kept
    sizes BLOB NOT NULL,
    headers BLOB NOT NULL,
    bodies BLOB NOT NULL,
    checksum INTEGER                                -- none for what was written before there were checksums
);
CREATE TABLE IF NOT EXISTS consumers (
    name TEXT PRIMARY KEY,
    journal_offset INTEGER NOT NULL                 -- nothing up to here is needed again
);
CREATE TABLE IF NOT EXISTS arrived (                -- from brokers; of the same moment as the entries
    source_id TEXT NOT NULL,
    partition INTEGER NOT NULL,
    next_offset INTEGER NOT NULL,                   -- of the first message that is not here; large ones as digits
    PRIMARY KEY (source_id, partition)
);
CREATE TABLE IF NOT EXISTS whole (                  -- when nothing of a broker was missing, where offsets do not tell
    source_id TEXT PRIMARY KEY,
    noted_at TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS damaged (
    found_at TEXT NOT NULL,
    reason TEXT NOT NULL,
    last_offset, events, sizes, headers, bodies, checksum  -- as they were found, whatever that is
);
"""


def create(connection: sqlite3.Connection, path: Path, journal_id: str | None = None) -> None:
    """What is not there yet; another process may be doing the same.

    A journal that is new gets this id, or that of the one that was in its place, whose end is noted beside it: so it is
    known what was lost with it.

    Raises `JournalNewer`.
    """
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version > VERSION:
        raise JournalNewer(
            f"The journal {path} has schema {version} and was written by a newer playtrace, this one knows {VERSION}."
            " Install the newer, or restore the backup that you made before."
        )
    # 16 KiB pages: a batch of events is one or a few of them instead of a long chain.
    connection.execute("PRAGMA page_size = 16384")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.executescript(SCHEMA)
    connection.execute("BEGIN IMMEDIATE")
    is_new = connection.execute("SELECT 1 FROM identity").fetchone() is None
    if is_new:
        noted = noted_in(path)
        own = journal_id or (noted.journal_id if noted is not None else str(uuid.uuid4()))
        connection.execute("INSERT INTO identity VALUES (?)", [own])
    if not connection.execute("SELECT 1 FROM pragma_table_info('entries') WHERE name = 'checksum'").fetchone():
        connection.execute("ALTER TABLE entries ADD COLUMN checksum INTEGER")
    if version == 0:
        connection.execute(f"PRAGMA user_version = {VERSION}")
    connection.execute("COMMIT")
    if is_new:
        # Who it is stands in its file, whatever becomes of the log.
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def last_given(connection: sqlite3.Connection) -> int:
    """The offset of the last entry that there was, whether it is still there or not; 0 in a journal that is new."""
    row = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'entries'").fetchone()
    return int(row[0]) if row else 0


def insert(connection: sqlite3.Connection, row: Row, last_offset: int) -> None:
    """Entries of which the last has this offset."""
    connection.execute(
        "INSERT INTO entries (last_offset, events, bytes, sizes, headers, bodies, checksum)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        [last_offset, row.events, row.kept_bytes, row.sizes, row.headers, row.bodies, row.checksum(last_offset)],
    )
