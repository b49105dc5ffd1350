"""Who may write a share's journal: nobody under a lower epoch than the highest that was ever told to its file.

A process that has a share by a lease may sleep while the lease goes to somebody else, and then go on with what it was
about. The epoch stands in the file, and is looked at in the transaction that writes: so it can write nothing any more.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from playtrace.journal.errors import Fenced

WAIT_S = 15.0


def claim(path: Path, epoch: int) -> None:
    """Fence off all who write it under a lower epoch, from now on. For a journal that is there.

    Raises `Fenced` when that was done to this epoch, and `sqlite3.Error`.
    """
    with closing(sqlite3.connect(path, timeout=WAIT_S, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("BEGIN IMMEDIATE")
        try:
            connection.execute("CREATE TABLE IF NOT EXISTS claims (epoch INTEGER PRIMARY KEY)")
            check(connection, epoch)
            connection.execute("INSERT OR IGNORE INTO claims VALUES (?)", [epoch])
            connection.execute("DELETE FROM claims WHERE epoch < ?", [epoch])
            connection.execute("COMMIT")
        except BaseException:
            connection.execute("ROLLBACK")
            raise


def check(connection: sqlite3.Connection, epoch: int) -> None:
    """In the transaction that writes. Raises `Fenced`."""
    (highest,) = connection.execute("SELECT max(epoch) FROM claims").fetchone()
    if highest is not None and highest > epoch:
        raise Fenced(f"Somebody else has this share since epoch {highest}, and this process had it in {epoch}.")
