"""Processes that append to one journal take turns, and note how far it goes.

SQLite has a lock of its own, but who waits for it looks again after 1, 2, 5, 10 ... milliseconds, while a commit takes
one: two busy processes would sleep most of the time. The operating system wakes the next one at once.

The note tells a journal whose end the disk has lost from one that ends there. It is written when the entries are
synced, and is not synced itself: after a power cut it may say less than is there, and never more.
"""

from __future__ import annotations

import struct
import sys
import uuid
import zlib
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from msgspec import Struct

NOTE = struct.Struct("<16sqI")
"""The id of the journal, its last offset, and the checksum of both."""


class Note(Struct, frozen=True):
    journal_id: str
    head: int


def noted_in(path: Path) -> Note | None:
    """How far this journal went when it was last written; None when that is not known."""
    try:
        bytes_ = _file_of(path).read_bytes()
    except FileNotFoundError:
        return None
    if len(bytes_) != NOTE.size or zlib.crc32(bytes_[:-4]) != int.from_bytes(bytes_[-4:], "little"):
        return None
    journal_id, head, _ = NOTE.unpack(bytes_)
    return Note(str(uuid.UUID(bytes=journal_id)), head)


def forget_note(path: Path) -> None:
    """For a journal that is to be another one from now on."""
    _file_of(path).unlink(missing_ok=True)


def _file_of(path: Path) -> Path:
    """Beside the journal: locks on the journal's own file are SQLite's."""
    return path.with_name(path.name + ".turn")


class Turns:
    def __init__(self, path: Path) -> None:
        file = _file_of(path)
        file.touch(0o600)
        self._file = file.open("r+b", buffering=0)

    @contextmanager
    def turn(self) -> Generator[None]:
        """Waits until no other process has one. A process that is killed gives its turn back.

        Windows has no lock that wakes who waits for it; there SQLite's own has to do.
        """
        if sys.platform == "win32":
            yield
        else:
            import fcntl

            fcntl.flock(self._file, fcntl.LOCK_EX)
            try:
                yield
            finally:
                fcntl.flock(self._file, fcntl.LOCK_UN)

    def note(self, journal_id: uuid.UUID, head: int) -> None:
        """In a turn: this is the last offset that is synced."""
        bytes_ = NOTE.pack(journal_id.bytes, head, 0)[:-4]
        self._file.seek(0)
        self._file.write(bytes_ + zlib.crc32(bytes_).to_bytes(4, "little"))

    def close(self) -> None:
        self._file.close()
