"""What arrives from a broker, in the journal's file: with it, in one transaction, up to where of each partition it is.

So everything is there once, whatever is killed when, and in one order, whatever partitions it came from. From there on
it is as if it had been taken here: all that compares offsets compares those of this one file.

It writes beside the journal that loads from it, as another process would (`turns.py`).
"""

from __future__ import annotations

import datetime as dt
import sqlite3
import uuid
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import zstandard

from playtrace.journal.broker import Arrived
from playtrace.journal.errors import DamagedMessage, Fenced, JournalUnavailable
from playtrace.journal.fence import check
from playtrace.journal.messages import row_of
from playtrace.journal.rows import Row
from playtrace.journal.schema import insert, last_given
from playtrace.journal.sqlite import LOCK_WAIT_S
from playtrace.journal.turns import Turns

INTEGER_MAX = 2**63 - 1
"""Of SQLite."""


class Arrivals:
    """For one thread."""

    def __init__(self, path: Path, source_id: str, *, epoch: int | None = None) -> None:
        """Of a journal that is there. With an epoch nothing is written once another has a higher one (`fence.py`)."""
        self._source_id = source_id
        self._epoch = epoch
        self._decompressor = zstandard.ZstdDecompressor()
        self._turns = Turns(path)
        self._connection = sqlite3.connect(path, timeout=LOCK_WAIT_S, isolation_level=None, check_same_thread=False)
        self._connection.execute("PRAGMA synchronous = FULL")
        self._connection.execute("PRAGMA fullfsync = ON")
        (journal_id,) = self._connection.execute("SELECT journal_id FROM identity").fetchone()
        self._journal_id = uuid.UUID(journal_id)

    def places(self) -> dict[int, int]:
        """By partition, the offset of the first message that is not here."""
        rows = self._connection.execute(
            "SELECT partition, next_offset FROM arrived WHERE source_id = ?", [self._source_id]
        ).fetchall()
        return {partition: int(offset) for partition, offset in rows}

    def take(self, arrived: Sequence[Arrived]) -> None:
        """Of each partition in order, and nothing between them and what is here is missing. Those that are here count
        once; those that cannot be read are set aside.

        Raises `JournalUnavailable`; then nothing of them is here.
        """
        read = [self._row_of(one) for one in arrived]
        with self._turns.turn():
            with self._changing():
                head = self._write(arrived, read)
            self._turns.note(self._journal_id, head)

    def was_whole_since(self, moment: dt.datetime | None) -> bool:
        """Whether it was noted after this moment that nothing is missing."""
        if moment is None:
            return False
        found = self._connection.execute("SELECT noted_at FROM whole WHERE source_id = ?", [self._source_id]).fetchone()
        return found is not None and dt.datetime.fromisoformat(found[0]) > moment

    def note_whole(self) -> None:
        """Remember that what the broker has now is here. Raises `JournalUnavailable`."""
        with self._changing():
            self._connection.execute(
                "INSERT INTO whole VALUES (?, ?) ON CONFLICT DO UPDATE SET noted_at = excluded.noted_at",
                [self._source_id, dt.datetime.now(dt.UTC).isoformat()],
            )

    def note_gone(self, partition: int, first: int, next_: int, *, has_gaps: bool = False) -> None:
        """Remember as lost what the broker does not have any more: it is at `next_`, and `first` was to come. Where
        offsets have gaps it may be that nothing was between them.

        Raises `JournalUnavailable`.
        """
        if has_gaps:
            reason = (
                f"Partition {partition} of {self._source_id} does not have message {first - 1} any more, up to which it"
                " was fetched: what was acknowledged after it may be missing too, up to what the broker still has"
            )
        elif next_ > first:
            reason = (
                f"Messages {first} to {next_ - 1} of partition {partition} of {self._source_id} were acknowledged,"
                " and the broker removed them before they were fetched"
            )
        else:
            reason = (
                f"Partition {partition} of {self._source_id} ends before message {first}, up to which it was fetched:"
                " the broker lost its end, or another one has its name"
            )
        with self._changing():
            self._connection.execute(
                "INSERT INTO damaged (found_at, reason, events) VALUES (datetime(), ?, ?)",
                [reason, 1 if has_gaps else max(1, next_ - first)],
            )
            self._move_on({partition: next_})

    def close(self) -> None:
        self._connection.close()
        self._turns.close()

    @contextmanager
    def _changing(self) -> Generator[None]:
        """One transaction. Raises `JournalUnavailable`."""
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            if self._epoch is not None:
                check(self._connection, self._epoch)
            yield
            self._connection.execute("COMMIT")
        except sqlite3.Error as error:
            self._roll_back()
            raise JournalUnavailable(f"Journal: {error}") from error
        except Fenced:
            self._roll_back()
            raise

    def _roll_back(self) -> None:
        if self._connection.in_transaction:
            self._connection.execute("ROLLBACK")

    def _row_of(self, arrived: Arrived) -> Row | DamagedMessage:
        try:
            return row_of(self._decompressor, arrived.message)
        except DamagedMessage as damaged:
            return damaged

    def _write(self, arrived: Sequence[Arrived], read: Sequence[Row | DamagedMessage]) -> int:
        """Returns the last offset of the journal."""
        places = self.places()
        last = last_given(self._connection)
        for one, row in zip(arrived, read, strict=True):
            if one.offset < places.get(one.partition, 0):
                continue
            places[one.partition] = one.offset + 1
            if isinstance(row, DamagedMessage):
                self._set_aside(one, row)
                continue
            last += row.entries
            insert(self._connection, row, last)
        self._move_on(places)
        return last

    def _set_aside(self, arrived: Arrived, damaged: DamagedMessage) -> None:
        reason = f"Message {arrived.offset} of partition {arrived.partition} of {self._source_id}: {damaged}"
        self._connection.execute(
            "INSERT INTO damaged (found_at, reason, events, bodies) VALUES (datetime(), ?, 1, ?)",
            [reason, arrived.message],
        )

    def _move_on(self, places: Mapping[int, int]) -> None:
        self._connection.executemany(
            "INSERT INTO arrived VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET next_offset = excluded.next_offset",
            [(self._source_id, partition, _kept(offset)) for partition, offset in places.items()],
        )


def _kept(offset: int) -> int | bytes:
    """Offsets of Kinesis have more bits than a number of SQLite: those are kept as their digits."""
    return offset if offset <= INTEGER_MAX else str(offset).encode()
