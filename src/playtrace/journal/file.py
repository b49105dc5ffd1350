"""The journal's file for those who examine, copy or restore it: beside whoever writes it, or while nobody does."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import LiteralString

import zstandard
from msgspec import Struct

from playtrace.journal.errors import DamagedRow
from playtrace.journal.rows import SIZES, entries_of
from playtrace.journal.schema import create
from playtrace.journal.turns import forget_note, noted_in

WAIT_S = 15.0
"""For whoever writes just now."""

COPY: tuple[LiteralString, ...] = (
    "INSERT INTO copy.entries SELECT * FROM main.entries WHERE last_offset > :after ORDER BY last_offset",
    "INSERT INTO copy.consumers SELECT * FROM main.consumers",
    "INSERT INTO copy.damaged SELECT * FROM main.damaged",
    "INSERT INTO copy.arrived SELECT * FROM main.arrived",
    "DELETE FROM copy.sqlite_sequence",
    "INSERT INTO copy.sqlite_sequence SELECT name, seq FROM main.sqlite_sequence WHERE name = 'entries'",
)


class JournalPlace(Struct, frozen=True):
    """What a journal says of itself. Read before anybody opens it to load, who would put some of it right."""

    journal_id: str
    head: int
    """Its last offset, of the file and of the note beside it."""
    forgotten: int
    """It was told that the store's file has everything up to here."""
    first: int | None
    """The first offset that it still has; None where it has none."""


class Loss(Struct, frozen=True):
    """What was acknowledged and cannot be given back."""

    found_at: str
    """In UTC, as SQLite writes it."""
    reason: str
    events: int
    """At least: a request that is gone counts as one."""


class Copied(Struct, frozen=True):
    """What a copy has."""

    head: int
    """The offset of its last entry, and of the one that it was copied from."""
    events: int


def _opened(path: Path) -> sqlite3.Connection:
    """Raises `FileNotFoundError`: SQLite would make one."""
    if not path.exists():
        raise FileNotFoundError(f"{path} is not there: put it back from a backup")
    return sqlite3.connect(path, timeout=WAIT_S, isolation_level=None)


def journal_place(path: Path) -> JournalPlace:
    """Raises `sqlite3.Error`, and `FileNotFoundError`."""
    with closing(_opened(path)) as connection:
        (journal_id,) = connection.execute("SELECT journal_id FROM identity").fetchone() or ("",)
        (head,) = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'entries'").fetchone() or (0,)
        consumers = "SELECT coalesce(max(journal_offset), 0) FROM consumers WHERE name = 'store'"
        has_consumers = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'consumers'").fetchone()
        (forgotten,) = connection.execute(consumers).fetchone() if has_consumers else (0,)
        row = connection.execute(
            "SELECT last_offset - length(sizes) / ? + 1 FROM entries ORDER BY last_offset LIMIT 1", [SIZES.size]
        ).fetchone()
    noted = noted_in(path)
    if noted is not None and noted.journal_id == journal_id:
        head = max(head, noted.head)
    return JournalPlace(journal_id, head, forgotten, row[0] if row else None)


def journal_id_at(path: Path) -> str | None:
    """Its id; None where there is none that can be read."""
    with suppress(sqlite3.Error, FileNotFoundError):
        return journal_place(path).journal_id or None
    return None


def rows_in(path: Path) -> Iterator[int | DamagedRow]:
    """How many events are in each row, compared with its checksum, or that they cannot be read.

    Raises `sqlite3.Error`, and `FileNotFoundError`.
    """
    decompressor = zstandard.ZstdDecompressor()
    with closing(_opened(path)) as connection:
        # Damage may change the type of a value, too.
        connection.text_factory = bytes
        after = -1
        # A few at a time: what reads for long keeps its log from being used again.
        while rows := connection.execute(
            "SELECT last_offset, sizes, headers, bodies, checksum FROM entries WHERE last_offset > ?"
            " ORDER BY last_offset LIMIT 64",
            [after],
        ).fetchall():
            for row in rows:
                try:
                    yield sum(recorded.events for recorded in entries_of(decompressor, *row))
                except DamagedRow as damaged:
                    yield damaged
            after = rows[-1][0]


def losses_in(path: Path) -> list[Loss]:
    """What was noted, oldest first. Raises `sqlite3.Error`, and `FileNotFoundError`."""
    with closing(_opened(path)) as connection:
        rows = connection.execute(
            "SELECT found_at, reason, max(1, CAST(events AS INTEGER)) FROM damaged ORDER BY rowid"
        ).fetchall()
    return [Loss(*row) for row in rows]


def forget_losses(path: Path, count: int) -> None:
    """The oldest so many, and what was set aside of them. Raises `sqlite3.Error`, and `FileNotFoundError`."""
    with closing(_opened(path)) as connection:
        connection.execute(
            "DELETE FROM damaged WHERE rowid IN (SELECT rowid FROM damaged ORDER BY rowid LIMIT ?)", [count]
        )


def copy_behind(path: Path, copy: Path, journal_id: str, after: int) -> Copied:
    """Into a new file, as of one moment: what is behind an offset, and all else that it says.

    Raises `sqlite3.Error`, and `FileNotFoundError`.
    """
    with closing(sqlite3.connect(copy, isolation_level=None)) as made:
        create(made, copy, journal_id)
    with closing(_opened(path)) as journal:
        journal.execute("ATTACH ? AS copy", [str(copy)])
        journal.execute("BEGIN")
        for statement in COPY:
            journal.execute(statement, {"after": after})
        # A file that only an older playtrace had open has none.
        if journal.execute("SELECT 1 FROM main.sqlite_master WHERE name = 'whole'").fetchone():
            journal.execute("INSERT INTO copy.whole SELECT * FROM main.whole")
        (head,) = journal.execute("SELECT coalesce(max(seq), 0) FROM copy.sqlite_sequence").fetchone()
        (events,) = journal.execute("SELECT coalesce(sum(events), 0) FROM copy.entries").fetchone()
        journal.execute("COMMIT")
    return Copied(head, events)


def begin_another(path: Path, journal_id: str, head: int) -> None:
    """Make another journal of one that nobody has open and whose entries are all loaded: it goes on behind an offset.

    It is one file then, without a log. Raises `sqlite3.Error`.
    """
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("UPDATE identity SET journal_id = ?", [journal_id])
        connection.execute("DELETE FROM entries")
        connection.execute("UPDATE consumers SET journal_offset = ? WHERE name = 'store'", [head])
        connection.execute("DELETE FROM consumers WHERE name <> 'store'")
        connection.execute("DELETE FROM sqlite_sequence WHERE name = 'entries'")
        connection.execute("INSERT INTO sqlite_sequence VALUES ('entries', ?)", [head])
        connection.execute("COMMIT")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.execute("PRAGMA journal_mode = DELETE")
    forget_note(path)
