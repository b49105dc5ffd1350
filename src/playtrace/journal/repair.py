"""Before the journal is opened: what a disk has changed in its files costs no more than it has to.

SQLite believes its write-ahead log up to the first frame whose checksum differs, as if the power had failed there.
Where transactions follow that were begun after that one was synced, it was no power cut: one changed byte would cost
all that was acknowledged behind it. A checksum is a sum of the frame's words, each times a number of Fibonacci, so
there is often one answer to which word was changed, and it is put back. Else the frame is taken as it is: the rows of
the journal have checksums of their own.

A file whose pages do not hang together any more is set aside, and the rows of it that are whole begin a new one.
"""

from __future__ import annotations

import datetime as dt
import logging
import sqlite3
import struct
import sys
from collections.abc import Iterator
from contextlib import closing, suppress
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO, LiteralString

import numpy as np
import zstandard
from msgspec import Struct
from numpy.typing import NDArray

from playtrace.journal.errors import DamagedRow
from playtrace.journal.rows import entries_of
from playtrace.journal.schema import create

log = logging.getLogger("playtrace.journal")

Words = NDArray[np.uint32]
Sums = tuple[int, int]

LOG_HEADER_BYTES = 32
FRAME_HEADER_BYTES = 24
MAGIC_LITTLE, MAGIC_BIG = 0x377F0682, 0x377F0683
"""Which byte of a word is first where it is summed."""
FORMAT = 3007000
PAGE_BYTES = frozenset(2**power for power in range(9, 16))
PAIR = struct.Struct(">II")
NO_DATABASE = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def repair(path: Path) -> None:
    """Make a journal readable that a disk has damaged; one that is whole stays as it is.

    Nobody may have it open. What was lost of it is found when it is loaded: offsets that no row has.
    """
    if not path.exists():
        return
    if places := repair_log(path):
        log.error("the journal's log was changed on the disk and is put right", extra={"places": places})
    if (error := _why_unreadable(path)) is not None:
        aside = path.with_name(f"{path.name}.damaged-{dt.datetime.now(dt.UTC):%Y%m%dT%H%M%S}")
        rows = _begin_anew(path, aside)
        log.error(
            "the journal was damaged: a new one begins with what could be read of it",
            extra={"error": error, "rows": rows, "set_aside": str(aside)},
        )


# ── the write-ahead log ──────────────────────────────────────────────────────────────────────────────────────


class Frame(Struct):
    """A page in the log."""

    salts: bytes
    words: Words
    """What its checksum is about: the number of the page, how large the file is if it ends a transaction, the page."""
    sums: Sums
    """Its checksum, of this frame and all before it, as it stands in the file."""

    @property
    def is_end(self) -> bool:
        """Whether it ends a transaction."""
        return bool(self.words[1])


class Log:
    """The frames of a write-ahead log (https://sqlite.org/fileformat2.html#walformat)."""

    def __init__(self, file: BinaryIO, page_bytes: int, order: str, salts: bytes) -> None:
        self._file = file
        self._frame_bytes = FRAME_HEADER_BYTES + page_bytes
        self._order = order
        self.salts = salts

    def frame(self, number: int) -> Frame | None:
        self._file.seek(LOG_HEADER_BYTES + number * self._frame_bytes)
        bytes_ = self._file.read(self._frame_bytes)
        if len(bytes_) < self._frame_bytes:
            return None
        words = np.frombuffer(bytes_[:8] + bytes_[FRAME_HEADER_BYTES:], self._order).astype(np.uint32)
        return Frame(bytes_[8:16], words, PAIR.unpack(bytes_[16:24]))

    def write(self, number: int, words: Words, sums: Sums) -> None:
        bytes_ = words.astype(self._order).tobytes()
        self._file.seek(LOG_HEADER_BYTES + number * self._frame_bytes)
        self._file.write(bytes_[:8] + self.salts + PAIR.pack(*sums) + bytes_[8:])

    def follows(self, number: int, before: Sums) -> bool:
        """Whether this frame is whole and was written behind one with that checksum."""
        frame = self.frame(number)
        return frame is not None and frame.salts == self.salts and sums_of(frame.words, before) == frame.sums

    def was_synced(self, number: int) -> bool:
        """Whether a transaction was begun behind the one that this frame is of."""
        frame = self.frame(number)
        is_ended = False
        while frame is not None:
            is_ended = is_ended or frame.is_end
            if is_ended and self.follows(number + 1, frame.sums):
                return True
            number += 1
            before, frame = frame, self.frame(number)
            if frame is not None and self.salts not in (frame.salts, before.salts):
                return False  # left over from before the log began anew
        return False


def repair_log(path: Path) -> int:
    """Make SQLite read the write-ahead log of a database up to its end. Returns how many places were put right."""
    try:
        file = path.with_name(path.name + "-wal").open("r+b")
    except FileNotFoundError:
        return 0
    with file:
        header = file.read(LOG_HEADER_BYTES)
        if len(header) < LOG_HEADER_BYTES:
            return 0
        order = ">u4" if int.from_bytes(header[:4], "big") == MAGIC_BIG else "<u4"
        words = np.frombuffer(header[:24], order).astype(np.uint32)
        sums, places = PAIR.unpack(header[24:]), 0
        if sums_of(words, (0, 0)) != sums:
            put_back = with_one_word_changed(words, (0, 0), sums)
            header = _header_anew(path, file) if put_back is None else put_back.astype(order).tobytes()
            order = ">u4" if int.from_bytes(header[:4], "big") == MAGIC_BIG else "<u4"
            sums, places = sums_of(np.frombuffer(header, order).astype(np.uint32), (0, 0)), 1
            file.seek(0)
            file.write(header + PAIR.pack(*sums))
        page_bytes = int.from_bytes(header[8:12], "big")
        if page_bytes not in PAGE_BYTES:
            return places
        return places + _repair_frames(Log(file, page_bytes, order, header[16:24]), sums)


def _header_anew(path: Path, file: BinaryIO) -> bytes:
    """What stands in front of the frames, as far as the database and they tell it."""
    with path.open("rb") as database:
        page_bytes = int.from_bytes(database.read(18)[16:18], "big")
    # The first frame is near what is damaged: those of the second.
    file.seek(LOG_HEADER_BYTES + FRAME_HEADER_BYTES + page_bytes + 8)
    salts = file.read(8).ljust(8)
    magic = MAGIC_BIG if sys.byteorder == "big" else MAGIC_LITTLE
    return struct.pack(">IIII", magic, FORMAT, page_bytes, 0) + salts


def _repair_frames(log_: Log, before: Sums) -> int:
    was = now = before
    """The checksum so far, as it was written and as it is with what was put right."""
    places = number = 0
    while (frame := log_.frame(number)) is not None:
        words, sums = frame.words, sums_of(frame.words, was)
        if frame.salts != log_.salts or sums != frame.sums:
            if sums == frame.sums or log_.follows(number + 1, sums):
                pass  # all that was changed is what stands beside the words
            elif frame.salts == log_.salts and (put_back := with_one_word_changed(words, was, frame.sums)) is not None:
                words, sums = put_back, frame.sums
            elif log_.was_synced(number):
                sums = frame.sums
                if frame.salts != log_.salts and (beside := log_.frame(number - 1 if number else 1)) is not None:
                    # Of which page it is stands there too, and is not believed: that page stays as it was before.
                    words = beside.words
            else:
                break  # the end, or a transaction that the power cut through
            places += 1
        was, now = sums, sums_of(words, now)
        if places:
            log_.write(number, words, now)
        number += 1
    return places


@cache
def _fibonacci(count: int) -> Words:
    """The first so many, modulo 2^32."""
    numbers = [0, 1]
    while len(numbers) < count:
        numbers.append((numbers[-1] + numbers[-2]) & 0xFFFFFFFF)
    return np.array(numbers, np.uint32)


def sums_of(words: Words, before: Sums) -> Sums:
    """The checksum of an even number of words behind a checksum. SQLite adds to each of two sums in turn the next word
    and the other sum: so it grows as Fibonacci's numbers do."""
    count = len(words)
    numbers = _fibonacci(count + 2)
    first = int((words * numbers[count - 1 :: -1][:count]).sum(dtype=np.uint32))
    second = int((words * numbers[count:0:-1]).sum(dtype=np.uint32))
    f0, f1, f2 = (int(number) for number in numbers[count - 1 : count + 2])
    return (first + f0 * before[0] + f1 * before[1]) & 0xFFFFFFFF, (
        second + f1 * before[0] + f2 * before[1]
    ) & 0xFFFFFFFF


def with_one_word_changed(words: Words, before: Sums, sums: Sums) -> Words | None:
    """The words with which these are the sums, if changing one of them is enough, and it is clear which."""
    count = len(words)
    found = sums_of(words, before)
    first, second = (np.uint32((sums[place] - found[place]) & 0xFFFFFFFF) for place in (0, 1))
    numbers = _fibonacci(count + 2)
    here, next_ = numbers[count - 1 :: -1][:count], numbers[count:0:-1]
    previous = next_ - here
    # By Cassini's identity, up to its sign.
    change = second * previous - first * here
    change[count - 2 :: -2] = -change[count - 2 :: -2]
    places = np.flatnonzero((change * here == first) & (change * next_ == second) & (change != 0))
    if len(places) != 1:
        return None
    put_back = words.copy()
    put_back[places] += change[places]
    return put_back


# ── the file ─────────────────────────────────────────────────────────────────────────────────────────────────


def _why_unreadable(path: Path) -> str | None:
    try:
        with closing(sqlite3.connect(path)) as connection:
            (said,) = connection.execute("PRAGMA quick_check(1)").fetchone()
            return None if said == "ok" else str(said)
    except sqlite3.DatabaseError as error:
        if (error.sqlite_errorcode & 0xFF) not in NO_DATABASE:
            raise
        return str(error)


UPWARDS: LiteralString = "SELECT * FROM entries WHERE last_offset > ? ORDER BY last_offset LIMIT 1"
DOWNWARDS: LiteralString = "SELECT * FROM entries WHERE last_offset < ? ORDER BY last_offset DESC LIMIT 1"
SET_ASIDE: LiteralString = "SELECT * FROM damaged"
IDENTITY: LiteralString = "SELECT journal_id FROM identity"
ARRIVED: LiteralString = "SELECT * FROM arrived"
OFFSET_MAX = 2**63 - 1
HEAD: LiteralString = "SELECT seq FROM sqlite_sequence WHERE name = 'entries'"


def _begin_anew(path: Path, aside: Path) -> int:
    """Move the file and its log aside, and put into a new one what can be read of its tables. Returns how many rows."""
    for ending in ("", "-wal", "-shm"):
        with suppress(FileNotFoundError):
            path.with_name(path.name + ending).rename(aside.with_name(aside.name + ending))
    with closing(sqlite3.connect(aside)) as old:
        # From both ends up to what cannot be read.
        found = chain(_one_by_one(old, UPWARDS, 0), _one_by_one(old, DOWNWARDS, OFFSET_MAX))
        # Of the others not even the offset is believed: it may be that of another, or the last there can be.
        rows = {row[0]: row for row in found if _is_whole(row)}
        damaged, identity, head, arrived = (list(_readable(old, sql)) for sql in (SET_ASIDE, IDENTITY, HEAD, ARRIVED))
    with closing(sqlite3.connect(path, isolation_level=None)) as new:
        create(new, path, str(identity[0][0]) if identity else None)
        new.execute("BEGIN")
        for row in sorted(rows.values()):
            new.execute(f"INSERT INTO entries VALUES ({', '.join('?' * len(row))})", row)
        for row in damaged:
            new.execute(f"INSERT INTO damaged VALUES ({', '.join('?' * len(row))})", row)
        new.execute("DELETE FROM sqlite_sequence WHERE name = 'entries'")
        last = max([0, *rows, *(row[0] for row in head if isinstance(row[0], int))])
        new.execute("INSERT INTO sqlite_sequence VALUES ('entries', ?)", [last])
        if last in rows:
            # Else what is missing is fetched from the broker once more, with all that it has: an event id counts once.
            new.executemany("INSERT INTO arrived VALUES (?, ?, ?)", arrived)
        new.execute("COMMIT")
    return len(rows)


def _one_by_one(connection: sqlite3.Connection, sql: LiteralString, offset: int) -> Iterator[tuple[Any, ...]]:
    """The rows before the first that cannot be read. `sqlite3` looks for the next row before it gives one, and gives
    none if that fails: the last good row would be lost with it."""
    with suppress(sqlite3.DatabaseError):
        while (row := connection.execute(sql, [offset]).fetchone()) is not None:
            yield row
            offset = row[0]


def _is_whole(row: tuple[Any, ...]) -> bool:
    last_offset, _, _, sizes, headers, bodies, checksum = row
    try:
        return bool(list(entries_of(zstandard.ZstdDecompressor(), last_offset, sizes, headers, bodies, checksum)))
    except DamagedRow:
        return False


def _readable(connection: sqlite3.Connection, sql: LiteralString) -> Iterator[tuple[Any, ...]]:
    """The rows before the first that cannot be read."""
    with suppress(sqlite3.DatabaseError):
        yield from connection.execute(sql)
