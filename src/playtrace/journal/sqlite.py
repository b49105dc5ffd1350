"""The durable, ordered log between collect and load: one SQLite file.

What it promises
- An entry whose `append` returned is on the disk (`synchronous=FULL`: the write-ahead log was synced) and
  comes back from `read`, once, in the order of offsets, until all consumers have said that they do not need it
  again. Power may fail at any moment.
- An entry whose `append` raised, or never returned, may or may not be there. Clients send it again, and
  the loader counts an event id once.
- Offsets grow and are never used twice, also after everything was trimmed. `journal_id` tells this
  journal from another one that may take its place.
- A torn write at the end of the log costs only what was not yet promised: SQLite checks each frame of
  its log and drops an unfinished tail.
- What the disk gives back changed is noticed (each row has a checksum) and set aside: it stops nothing.

How
One thread writes. It takes everything that is waiting, writes it in one transaction, syncs once and
tells all who wait: the more requests come in, the more share one sync (group commit). Small entries of a
group share a row too, and rows are compressed (`rows.py`). Several processes may append: they take turns (`turns.py`).
Reading does not wait for writing.

Those who read it are consumers with a name. The file says of each how far it is (`consumed`), and is trimmed to the one
that is furthest behind. What is trimmed leaves free pages that are used again; the file stays as large as the largest
backlog was.
"""

from __future__ import annotations

import asyncio
import errno
import logging
import os
import queue
import shutil
import sqlite3
import threading
import time
import uuid
from collections.abc import Generator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, LiteralString

import zstandard

from playtrace.config import MEBIBYTE, Settings
from playtrace.journal.entry import Entry, Recorded, decode_header
from playtrace.journal.errors import DamagedRow, DiskFull, Fenced, JournalFull, JournalUnavailable
from playtrace.journal.fence import check, claim
from playtrace.journal.rows import SIZES, ZSTD_LEVEL, Row, entries_of, events_up_to, rows_of
from playtrace.journal.schema import VERSION, create, insert, last_given
from playtrace.journal.turns import Turns, noted_in
from playtrace.journal.waiting import Append, tell

log = logging.getLogger("playtrace.journal")

GROUP_BYTES_MAX = 16 * MEBIBYTE
"""One commit takes at most this much: bounds how long the first of a group waits for the last."""
TRIM_BYTES_MAX = 8 * MEBIBYTE
"""One commit trims at most about this much, for the same reason."""
REWRITE_BYTES_MAX = 256 * MEBIBYTE
"""So much is written anew in about two seconds, for which whoever appends waits."""
TRIM_AGAIN_S = 5.0
"""After so long, if nothing comes before, what could not be trimmed is tried again."""
DISK_LOOK_INTERVAL_S = 0.5
LOCK_WAIT_S = 10.0

# Between the offsets of one row and those of the next, and behind the last one. What was set aside before is known.
FIND_MISSING: LiteralString = """
WITH known AS (
    SELECT last_offset - length(sizes) / :size + 1 AS first_offset, last_offset
    FROM entries WHERE last_offset > :after
    UNION ALL
    SELECT max(:head, (SELECT seq FROM sqlite_sequence WHERE name = 'entries')) + 1, NULL
),
gap AS (
    SELECT 1 + lag(last_offset, 1, :after) OVER (ORDER BY first_offset) AS first, first_offset - 1 AS last FROM known
)
SELECT first, last FROM gap
WHERE first <= last AND last NOT IN (SELECT last_offset FROM damaged WHERE last_offset IS NOT NULL)
"""


class _Consumed:
    """What a consumer needs no more."""

    __slots__ = ("consumer", "offset")

    def __init__(self, consumer: str, offset: int) -> None:
        self.consumer = consumer
        self.offset = offset


class Journal:
    """Open it with `Journal.open`; `append` from an event loop, `read` from one loader."""

    def __init__(self, path: Path, settings: Settings, *, epoch: int | None = None) -> None:
        self.path = path
        self.epoch = epoch
        """Under which it is written (`fence.py`); None where it belongs to nobody else ever."""
        self._bytes_max = settings.journal.bytes_max
        self._disk_free_bytes_min = settings.journal.disk_reserve_bytes(shutil.disk_usage(path.parent).total)
        self._waiting: queue.SimpleQueue[Append | _Consumed | None] = queue.SimpleQueue()
        """What the writing thread is to do: record an entry, or how far a consumer is, or (None) end."""
        self._consumed: dict[str, int] = {}
        """By consumer; what is not in the file yet."""
        self._is_trimming = False
        """Whether there may be more to trim."""
        self._trim_again_s: float | None = None
        """How long the writing thread waits at most, when something could not be trimmed."""
        self._offset_min = 0
        """Entries come behind it, whatever the file says: it was given to an entry here."""
        self._refusing: JournalUnavailable | None = None
        self._disk_looked_at = 0.0
        self._turn_wanted_at: float | None = None
        """Since when the writing thread waits for other processes."""
        self._writer = self._connect()
        try:
            create(self._writer, path)
            if epoch is not None:
                claim(path, epoch)
        except BaseException:
            self._writer.close()
            raise
        self.journal_id = uuid.UUID(self._writer.execute("SELECT journal_id FROM identity").fetchone()[0])
        self._reader = self._connect()
        self._asking = threading.Lock()
        self._asked = self._connect()
        """For short questions of any thread, one at a time."""
        self._page_bytes = int(self._writer.execute("PRAGMA page_size").fetchone()[0])
        self._bytes = 0
        self._look_at_room()
        self._turns = Turns(path)
        self._thread = threading.Thread(target=self._write_groups, name="journal", daemon=True)

    @classmethod
    def open(cls, path: Path, settings: Settings, *, epoch: int | None = None) -> Journal:
        """Raises `Fenced` where somebody has a higher epoch."""
        path.parent.mkdir(parents=True, exist_ok=True)
        journal = cls(path, settings, epoch=epoch)
        journal._thread.start()
        return journal

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path, timeout=LOCK_WAIT_S, isolation_level=None, check_same_thread=False)
        connection.execute("PRAGMA synchronous = FULL")
        # macOS: a plain fsync leaves the data in the drive's cache. Ignored elsewhere.
        connection.execute("PRAGMA fullfsync = ON")
        # Some builds of SQLite overwrite what is deleted with zeros: trimming would cost as much as writing.
        connection.execute("PRAGMA secure_delete = OFF")
        return connection

    # ── collect ──────────────────────────────────────────────────────────────────────────────────────────

    @property
    def refusing(self) -> JournalUnavailable | None:
        """Why `append` would raise at once, or None."""
        # Where nothing is written, nobody else looks; and other processes take room too.
        self._look_at_room()
        return self._refusing

    @property
    def bytes(self) -> int:
        """Of the file, without its free pages; as it was a moment ago."""
        self._look_at_room()
        return self._bytes

    def append(self, entry: Entry) -> asyncio.Future[int]:
        """The returned future resolves to the entry's offset once it is durable.

        Raises `JournalUnavailable` at once, or from the future, when it could not be recorded.
        """
        if (refusing := self.refusing) is not None:
            raise refusing
        append = Append.of(entry)
        self._waiting.put(append)
        return append.future

    def append_and_wait(self, entry: Entry) -> int:
        """As `append`, for programs without an event loop."""

        async def once() -> int:
            return await self.append(entry)

        return asyncio.run(once())

    @property
    def schema_version(self) -> int:
        """Of its tables, which are those of this playtrace once it is open."""
        return VERSION

    # ── load ─────────────────────────────────────────────────────────────────────────────────────────────

    def read(self, after: int, *, events_max: int, bytes_max: int) -> list[Recorded]:
        """Entries behind offset `after`, oldest first: at least one if there is any, else until a limit is hit.

        Raises `DamagedRow` when the first of them cannot be read; see `set_aside`.
        """
        found: list[Recorded] = []
        events = 0
        size = 0
        cursor = self._reader.execute(
            "SELECT last_offset, sizes, headers, bodies, checksum FROM entries"
            " WHERE last_offset > ? ORDER BY last_offset",
            [after],
        )
        decompressor = zstandard.ZstdDecompressor()
        try:
            for row in cursor:
                for recorded in entries_of(decompressor, *row):
                    if recorded.offset <= after:
                        continue
                    found.append(recorded)
                    events += recorded.events
                    size += len(recorded.header) + len(recorded.body)
                    if events >= events_max or size >= bytes_max:
                        return found
        except DamagedRow:
            if not found:
                raise
        finally:
            cursor.close()
        return found

    def set_aside(self, damaged: DamagedRow) -> int:
        """Keep a damaged row, as it is, where it is not read again. Returns how many events it was to have."""
        with self._changing() as connection:
            connection.execute(
                "INSERT INTO damaged SELECT datetime(), ?, last_offset, events, sizes, headers, bodies, checksum"
                " FROM entries WHERE last_offset = ?",
                [str(damaged), damaged.last_offset],
            )
            row = connection.execute(
                "DELETE FROM entries WHERE last_offset = ? RETURNING events", [damaged.last_offset]
            ).fetchone()
        return row[0] if row and isinstance(row[0], int) else 0

    @property
    def damaged_events(self) -> int:
        """How many events were in rows that could not be read and were set aside, at least one each."""
        return int(self._ask("SELECT total(max(1, CAST(events AS INTEGER))) FROM damaged")[0])

    @property
    def head(self) -> int:
        """Offset of the last entry that is durable, whichever process appended it."""
        row = self._ask("SELECT seq FROM sqlite_sequence WHERE name = 'entries'")
        return int(row[0]) if row else 0

    def waiting_events(self, after: int) -> int:
        """How many events are behind offset `after`; an entry of nothing but refusals counts as one."""
        events = int(self._ask("SELECT coalesce(sum(events), 0) FROM entries WHERE last_offset > ?", after)[0])
        first = self._ask(
            "SELECT last_offset, sizes FROM entries WHERE last_offset > ? ORDER BY last_offset LIMIT 1", after
        )
        return events - events_up_to(after, *first) if first else events

    def waiting_bytes(self, after: int) -> int:
        """About how many bytes are behind offset `after`, as they are kept: of a row that is loaded in part, all.

        Raises `JournalUnavailable`.
        """
        return int(self._ask("SELECT coalesce(sum(bytes), 0) FROM entries WHERE last_offset > ?", after)[0])

    def oldest_us(self, after: int) -> int | None:
        """When the first entry behind offset `after` was received, in microseconds since 1970; None where none is."""
        row = self._ask(
            "SELECT last_offset, sizes, headers, bodies, checksum FROM entries"
            " WHERE last_offset > ? ORDER BY last_offset LIMIT 1",
            after,
        )
        if row is None:
            return None
        try:
            entries = list(entries_of(zstandard.ZstdDecompressor(), *row))
        except DamagedRow:
            return None  # whoever reads next sets it aside
        return next((decode_header(entry.header).received_us for entry in entries if entry.offset > after), None)

    def _ask(self, sql: LiteralString, *parameters: int) -> Any:
        """One row or None. Raises `JournalUnavailable`."""
        try:
            with self._asking, closing(self._asked.execute(sql, parameters)) as cursor:
                return cursor.fetchone()
        except sqlite3.Error as error:
            raise JournalUnavailable(f"The journal cannot be read: {error}") from error

    def note_missing(self, after: int) -> int:
        """Remember as damaged what was acknowledged behind offset `after` and is not there, or was taken away as if it
        were loaded. Returns how many requests that are.

        For when nothing is appended yet.
        """
        noted = noted_in(self.path)
        head = noted.head if noted is not None and noted.journal_id == str(self.journal_id) else 0
        with self._changing() as connection:
            missing = connection.execute(FIND_MISSING, {"after": after, "head": head, "size": SIZES.size}).fetchall()
            for first, last in missing:
                reason = f"Offsets {first} to {last} of the journal were acknowledged and are in no row of it"
                connection.execute(
                    "INSERT INTO damaged (found_at, reason, last_offset, events) VALUES (datetime(), ?, ?, ?)",
                    [reason, last, last - first + 1],
                )
        return sum(last - first + 1 for first, last in missing)

    def note_lost(self, reason: str, requests: int) -> None:
        """Remember that so many requests are lost, of which the journal itself knows nothing.

        For when nothing is appended yet.
        """
        with self._changing() as connection:
            connection.execute(
                "INSERT INTO damaged (found_at, reason, events) VALUES (datetime(), ?, ?)", [reason, requests]
            )

    def go_on_behind(self, offset: int) -> None:
        """Entries from now on come behind `offset`, also in a file that has forgotten how far it was."""
        with self._changing() as connection:
            connection.execute("UPDATE sqlite_sequence SET seq = max(seq, ?) WHERE name = 'entries'", [offset])
            connection.execute(
                "INSERT INTO sqlite_sequence SELECT 'entries', ?"
                " WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = 'entries')",
                [offset],
            )

    @contextmanager
    def _changing(self) -> Generator[sqlite3.Connection]:
        """One transaction, on a connection of its own: the writing thread has the other."""
        with closing(self._connect()) as connection:
            connection.execute("BEGIN IMMEDIATE")
            yield connection
            connection.execute("COMMIT")

    def add_consumer(self, name: str) -> int:
        """From now on nothing is trimmed that this consumer may need. Returns up to which offset it needs nothing; 0
        for one that is new."""
        with self._changing() as connection:
            connection.execute("INSERT INTO consumers VALUES (?, 0) ON CONFLICT DO NOTHING", [name])
            row = connection.execute("SELECT journal_offset FROM consumers WHERE name = ?", [name]).fetchone()
        return int(row[0])

    def consumed(self, consumer: str, offset: int) -> None:
        """It needs nothing up to `offset` again, whatever happens to it. What none of them needs is trimmed with the
        next commits."""
        self._waiting.put(_Consumed(consumer, offset))

    def bytes_up_to(self, offset: int) -> int:
        """How much is there that is not behind `offset`. Raises `JournalUnavailable`."""
        return int(self._ask("SELECT coalesce(sum(bytes), 0) FROM entries WHERE last_offset <= ?", offset)[0])

    def forget_trimmed(self) -> bool:
        """Make the file anew without what was trimmed, which its free pages still hold. Appending waits for it. False
        while much waits in it, or somebody reads it: then it is not done.

        Raises `JournalUnavailable`.
        """
        if self.bytes > REWRITE_BYTES_MAX:
            return False
        try:
            with closing(self._connect()) as connection:
                connection.execute("VACUUM")
                (is_busy, *_) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        except sqlite3.Error as error:
            raise JournalUnavailable(f"The journal cannot be written anew: {error}") from error
        return not is_busy

    # ── the writing thread ───────────────────────────────────────────────────────────────────────────────

    def close(self) -> None:
        """Write what is waiting and close the file."""
        if self._thread.is_alive():
            self._waiting.put(None)
            self._thread.join()
        self._asked.close()
        self._reader.close()
        self._writer.close()
        self._turns.close()

    def _write_groups(self) -> None:
        compressor = zstandard.ZstdCompressor(level=ZSTD_LEVEL)
        is_closing = False
        while not is_closing:
            appends: list[Append] = []
            size = 0
            try:
                item = self._waiting.get(block=not self._is_trimming, timeout=self._trim_again_s)
                while True:
                    if item is None:
                        is_closing = True
                    elif isinstance(item, _Consumed):
                        self._consumed[item.consumer] = item.offset
                        self._is_trimming = True
                    else:
                        appends.append(item)
                        size += len(item.entry.header) + len(item.entry.body)
                    if is_closing or size >= GROUP_BYTES_MAX:
                        break
                    item = self._waiting.get_nowait()
            except queue.Empty:
                self._is_trimming |= self._trim_again_s is not None
            # While other processes have their turn.
            rows = list(rows_of(compressor, [append.entry for append in appends]))
            self._turn_wanted_at = time.monotonic()
            try:
                with self._turns.turn():
                    self._turn_wanted_at = None
                    self._write_group(appends, rows)
            except (OSError, sqlite3.Error) as error:
                # It is not waiting any more; else everything would be refused until something is appended.
                self._turn_wanted_at = None
                log.exception("the journal could not be written")
                tell(appends, JournalUnavailable(f"Journal: {error}"))

    def _write_group(self, appends: Sequence[Append], rows: Sequence[Row]) -> None:
        try:
            self._writer.execute("BEGIN IMMEDIATE")
            if self.epoch is not None:
                check(self._writer, self.epoch)
            last = self._last_offset()
            first = last + 1
            for row in rows:
                last += row.entries
                insert(self._writer, row, last)
            if self._is_trimming:
                self._trim_some()
            self._writer.execute("COMMIT")
            self._consumed = {}
            self._trim_again_s = None
        except (sqlite3.Error, Fenced) as error:
            if self._writer.in_transaction:
                self._writer.execute("ROLLBACK")
            if self._is_trimming:
                self._is_trimming, self._trim_again_s = False, TRIM_AGAIN_S
            full = "full" in str(error)
            reason = DiskFull(f"The disk is full: {error}") if full else JournalUnavailable(f"Journal: {error}")
            log.error("journal could not commit", extra={"error": str(error), "entries": len(appends)})
            self._look_at_room(at_once=True)
            tell(appends, reason)
            return
        self._offset_min = last
        if appends:
            self._turns.note(self.journal_id, last)
        self._look_at_room(at_once=self._refusing is not None)
        tell(appends, first)

    def _trim_some(self) -> None:
        """Write down how far consumers are. Delete the oldest entries that none needs, as many as one commit should."""
        for consumer, offset in self._consumed.items():
            self._writer.execute(
                "UPDATE consumers SET journal_offset = max(journal_offset, ?) WHERE name = ?", [offset, consumer]
            )
        (needed_by_none,) = self._writer.execute("SELECT coalesce(min(journal_offset), 0) FROM consumers").fetchone()
        # Stepped through from the oldest, so that it costs no more than what is deleted.
        oldest = self._writer.execute(
            "SELECT last_offset, bytes FROM entries WHERE last_offset <= ? ORDER BY last_offset", [needed_by_none]
        )
        trim_to, size = None, 0
        with closing(oldest):
            for last_offset, bytes_ in oldest:
                trim_to = last_offset
                size += bytes_
                if size >= TRIM_BYTES_MAX:
                    break
        if trim_to is None:
            self._is_trimming = False
        else:
            self._writer.execute("DELETE FROM entries WHERE last_offset <= ?", [trim_to])

    def _last_offset(self) -> int:
        return max(last_given(self._writer), self._offset_min)

    def _look_at_room(self, *, at_once: bool = False) -> None:
        now = time.monotonic()
        if now - self._disk_looked_at < DISK_LOOK_INTERVAL_S and not at_once:
            return
        self._disk_looked_at = now
        wanted_at = self._turn_wanted_at
        try:
            self._bytes = file_bytes_used(self.path, self._page_bytes)
            free = shutil.disk_usage(self.path.parent).free
        except (OSError, sqlite3.Error) as error:
            # A process that has no file handles left cannot look. Nothing of it may end the writing thread.
            self._refusing = JournalUnavailable(f"Journal: {error}")
            return
        if wanted_at is not None and now - wanted_at > LOCK_WAIT_S:
            self._refusing = JournalUnavailable("Another process has kept the journal locked for too long.")
        elif is_read_only(self.path):
            self._refusing = JournalUnavailable(
                "The data folder cannot be written: its file system is read-only. Look at the disk."
            )
        elif free < self._disk_free_bytes_min:
            self._refusing = DiskFull(
                f"The disk has {free // MEBIBYTE} MiB left; {self._disk_free_bytes_min // MEBIBYTE} MiB are kept free"
                " (disk_free_bytes_min)."
            )
        elif self._bytes > self._bytes_max:
            self._refusing = JournalFull(
                f"{self._bytes // MEBIBYTE} MiB are waiting to be loaded, more than journal_bytes_max allows."
            )
        else:
            self._refusing = None


def is_read_only(path: Path) -> bool:
    """Whether the file system of a file of ours takes nothing. One that the kernel has made so after an error of the
    disk may say nothing of it: only who writes learns it."""
    try:
        os.utime(path)
    except OSError as error:
        return error.errno == errno.EROFS
    return False


def file_bytes_used(path: Path, page_bytes: int) -> int:
    """Bytes of the pages that are in use; from a connection of its own, as any thread may ask."""
    connection = sqlite3.connect(path, timeout=LOCK_WAIT_S)
    try:
        pages = int(connection.execute("PRAGMA page_count").fetchone()[0])
        free = int(connection.execute("PRAGMA freelist_count").fetchone()[0])
    finally:
        connection.close()
    return (pages - free) * page_bytes
