"""`python -m playtrace.operate.copying`: makes a backup, beside the server that has the files open.

It is a process of its own because closing a file that a database of the same process has open would end the locks on
it, and because hashing and compressing would take turns with the server's Python. It gives way to all else, and ends
when whoever started it ends.

First the store's file is copied while it changes, which holds nobody up and is most of the work (Windows gives it to
one process alone: there that is left out). Then the server holds it still (`Store.snapshot`, `Store.closed`), and what
has another content by now is copied again, with the log, the journal and the registry. The journal has everything
behind what this store has, as it forgets nothing that the file lacks.
"""

from __future__ import annotations

import datetime as dt
import os
import queue
import secrets
import shutil
import sqlite3
import sys
import threading
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import duckdb
import msgspec

from playtrace import __version__
from playtrace.journal.errors import JournalUnavailable
from playtrace.journal.file import WAIT_S, copy_behind, journal_place
from playtrace.operate.listing import all_backups, remove_what_nobody_needs
from playtrace.operate.manifest import MARKER, BackupDamaged, Manifest, SavedFile, name_of, sealed
from playtrace.operate.orders import CopyOrder, Held, ListOrder, Said
from playtrace.operate.pieces import PiecesWriter, pieces_there, save_file
from playtrace.operate.places import Place, PlaceUnusable, place_of
from playtrace.operate.tables import asked_of, blocks_in_use, row_counts
from playtrace.sql.process import leave_the_terminal
from playtrace.sql.snapshot_files import connect
from playtrace.store.blocks import BLOCK_BYTES, HEADERS_BYTES, is_whole
from playtrace.store.duckdb import Snapshot, log_path

NICENESS = 16
PROGRESS_BYTES = 8 * 1024 * 1024
"""It is told after so much."""


def work() -> None:
    leave_the_terminal()
    if sys.platform != "win32":
        os.nice(NICENESS)
    orders: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(target=_read, args=(orders,), daemon=True).start()
    order = msgspec.json.decode(orders.get(), type=CopyOrder | ListOrder)
    try:
        if isinstance(order, ListOrder):
            found, damaged = all_backups(place_of(order.address))
            said = Said("listed", manifests=found, damaged=damaged)
        else:
            said = Said("done", manifest=Copying(order, orders).make())
    except (PlaceUnusable, BackupDamaged, JournalUnavailable) as error:
        said = Said("failed", text=str(error))
    except OSError as error:
        said = Said("failed", text=f"{error.filename}: {error.strerror}" if error.strerror else str(error))
    except (sqlite3.Error, duckdb.Error) as error:
        said = Said("failed", text=f"{type(error).__name__}: {error}")
    say(said)
    # What a library for a bucket still has running is of no use any more.
    os._exit(0)


def say(said: Said) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(said) + b"\n")
    sys.stdout.buffer.flush()


class Copying:
    def __init__(self, order: CopyOrder, orders: queue.SimpleQueue[bytes]) -> None:
        self._order = order
        self._orders = orders
        self._store = Path(order.store)
        self._folder = Path(order.folder)
        self._place: Place = place_of(order.address)
        self._done_bytes = self._told_bytes = 0
        self._all_bytes = 2 * self._store.stat().st_size
        self._suspects: list[int] = []
        """Blocks of the store whose checksum differs."""
        self._damaged: list[int] = []
        """Those of them that are in use."""

    def make(self) -> Manifest:
        """Raises `PlaceUnusable`, `JournalUnavailable`, `OSError`, and errors of the databases."""
        self._take_place()
        writer = PiecesWriter(self._place, {digest for digest, _ in pieces_there(self._place)})
        shutil.rmtree(self._folder, ignore_errors=True)
        self._folder.mkdir(mode=0o700)
        try:
            with writer:
                # It may shrink meanwhile, and whatever is read torn is read again.
                with suppress(OSError):
                    save_file(
                        self._store,
                        "",
                        self._store.stat().st_size,
                        writer,
                        first_bytes=HEADERS_BYTES,
                        look=lambda place, plain: self._progress(len(plain)),
                    )
                writer.wait()
                writer.asked.clear()
                say(Said("ready"))
                held = msgspec.json.decode(self._orders.get(), type=Held)
                snapshot = Snapshot(self._store, held.log_bytes)
                files = [self._save_store(writer), *self._save_log(writer, snapshot)]
                facts = self._facts(snapshot, is_alone=held.is_alone)
                journal = self._copy_journal(facts)
                say(Said("copied"))
                files.append(self._save_copy(writer, journal, "journal.sqlite"))
                if self._order.registry is not None:
                    registry = self._copy_registry(Path(self._order.registry))
                    files.append(self._save_copy(writer, registry, "registry.sqlite"))
        finally:
            shutil.rmtree(self._folder, ignore_errors=True)
        if missing := writer.asked - {digest for digest, _ in pieces_there(self._place)}:
            raise PlaceUnusable(
                f"{self._place.address}: {len(missing)} pieces were removed while the backup was made. One server at a"
                " time may use a place of backups."
            )
        manifest = Manifest(
            id=f"{self._order.began_at:%Y%m%dT%H%M%SZ}-{secrets.token_hex(2)}",
            began_at=self._order.began_at,
            finished_at=dt.datetime.now(dt.UTC),
            playtrace=__version__,
            duckdb=duckdb.__version__,
            sqlite=sqlite3.sqlite_version,
            registry=self._order.registry_said,
            damaged_blocks=self._damaged,
            files=files,
            new_pieces=writer.new_pieces,
            new_bytes=writer.new_bytes,
            **facts,
        )
        self._place.settle()
        self._place.write(name_of(manifest.id), sealed(manifest))
        self._place.settle()
        # A backup that is no better than a damaged store takes the place of none.
        if self._order.keep is not None and not self._damaged:
            remove_what_nobody_needs(self._place, self._order.keep)
        return manifest

    def _take_place(self) -> None:
        """A place of backups has a marker; what is empty becomes one. Raises `PlaceUnusable`."""
        if self._place.read(MARKER) is not None:
            return
        if next(iter(self._place.stored("")), None) is not None:
            raise PlaceUnusable(
                f"{self._place.address} is not empty and holds no backups: name an empty place, or one that does not"
                " exist yet."
            )
        self._place.write(MARKER, b'{"format": 1}\n')

    # ── the store ────────────────────────────────────────────────────────────────────────────────────────

    def _save_store(self, writer: PiecesWriter) -> SavedFile:
        size = self._store.stat().st_size
        self._all_bytes = self._done_bytes + size

        def look(place: int, plain: bytes) -> None:
            if place >= HEADERS_BYTES and len(plain) == BLOCK_BYTES and not is_whole(plain):
                self._suspects.append((place - HEADERS_BYTES) // BLOCK_BYTES)
            self._progress(len(plain))

        return save_file(self._store, self._store.name, size, writer, first_bytes=HEADERS_BYTES, look=look)

    def _save_log(self, writer: PiecesWriter, snapshot: Snapshot) -> list[SavedFile]:
        if snapshot.log_bytes == 0:
            return []
        path = log_path(self._store)
        return [save_file(path, path.name, snapshot.log_bytes, writer)]

    def _facts(self, snapshot: Snapshot, *, is_alone: bool) -> dict[str, Any]:
        """What these very bytes say, to a database that opens them."""
        config: dict[str, Any] = {
            "memory_limit": f"{self._order.memory_bytes}B",
            "threads": 1,
            "temp_directory": str(self._folder / "spill"),
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        }
        opened = (
            duckdb.connect(str(self._store), read_only=True, config=config)
            if is_alone
            else connect(snapshot, config, is_current=True)
        )
        with closing(opened) as connection:
            ask = asked_of(connection)
            if self._suspects:
                in_use = blocks_in_use(ask)
                self._damaged = [block for block in self._suspects if block in in_use]
            schema = connection.execute("SELECT max(number) FROM schema_migrations").fetchone()
            loaded = dict(connection.execute("SELECT journal_id::VARCHAR, journal_offset FROM loaded").fetchall())
            journal_id = journal_place(Path(self._order.journal)).journal_id
            return {
                "rows": row_counts(ask),
                "store_schema": schema[0] if schema else 0,
                "journal_id": journal_id,
                "store_offset": loaded.get(journal_id, 0),
            }

    # ── what changes meanwhile ───────────────────────────────────────────────────────────────────────────

    def _copy_journal(self, facts: dict[str, Any]) -> Path:
        """What the store lacks, of one moment."""
        copy = self._folder / "journal.sqlite"
        copied = copy_behind(Path(self._order.journal), copy, facts["journal_id"], facts["store_offset"])
        facts |= {"journal_head": copied.head, "waiting_events": copied.events}
        return copy

    def _copy_registry(self, path: Path) -> Path:
        copy = self._folder / "registry.sqlite"
        if not path.exists():
            raise FileNotFoundError(f"{path} is not there: put it back from a backup")
        with closing(sqlite3.connect(path, timeout=WAIT_S)) as registry, closing(sqlite3.connect(copy)) as made:
            registry.backup(made)
        return copy

    def _save_copy(self, writer: PiecesWriter, copy: Path, name: str) -> SavedFile:
        # Out of its log into the file, which is then all of it.
        with closing(sqlite3.connect(copy, isolation_level=None)) as connection:
            connection.execute("PRAGMA journal_mode = DELETE")
        return save_file(copy, name, copy.stat().st_size, writer)

    def _progress(self, bytes_: int) -> None:
        self._done_bytes += bytes_
        if self._done_bytes - self._told_bytes >= PROGRESS_BYTES:
            self._told_bytes = self._done_bytes
            say(Said("progress", self._done_bytes, max(self._all_bytes, self._done_bytes)))


def _read(orders: queue.SimpleQueue[bytes]) -> None:
    for line in sys.stdin.buffer:
        orders.put(line)
    # Whoever started this has ended.
    os._exit(1)


if __name__ == "__main__":
    work()
