"""What a load works on: the next entries of the journal, read and parsed.

Where more is waiting than one load takes, the next are read and parsed while the ones before are written, which
keeps one core busy at most.
"""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor, wait

import msgspec
import pyarrow as pa
from msgspec import Struct

from playtrace.config import Settings
from playtrace.journal.sqlite import Journal
from playtrace.load.parsing import Parser
from playtrace.load.staging import Staged, stage
from playtrace.store.errors import StoreError


class Limits(Struct, frozen=True):
    """How much one load takes of the journal: until one of these is reached."""

    events: int
    bytes: int


class Prepared(Struct, frozen=True):
    staged: Staged
    parsed: pa.Table | Exception
    """The events, or why they cannot be parsed all together."""
    is_full: bool
    """Whether a limit ended it: then more may be waiting."""
    is_from_before: bool = False
    """Whether it was read before the load before it was written: then more may have come since."""


class ReadAhead:
    """Belongs to the loader, which is the one reader of the journal."""

    def __init__(self, journal: Journal, settings: Settings) -> None:
        self._journal = journal
        self.parser = Parser(journal.journal_id, settings)
        self._executor = ThreadPoolExecutor(1, thread_name_prefix="read-ahead")
        self._begun: tuple[int, Limits, Future[Prepared | None]] | None = None

    def begin(self, after: int, limits: Limits) -> None:
        """Prepare what is behind this offset, for a call of `next` with the same."""
        self._begun = (after, limits, self._executor.submit(self._read, after, limits))

    def next(self, after: int, limits: Limits) -> Prepared | None:
        """What is behind this offset, or None. Raises `DamagedRow`, and `StoreError` when memory is short."""
        if self._begun is not None:
            *asked, future = self._begun
            self._begun = None
            if asked != [after, limits]:
                wait([future])
            elif (prepared := future.result()) is not None:
                return msgspec.structs.replace(prepared, is_from_before=True)
            # Else something may have come since.
        return self._read(after, limits)

    def prepare(self, staged: Staged, *, is_full: bool = False) -> Prepared:
        """Raises `StoreError` when memory is short."""
        try:
            return Prepared(staged, self.parser.parse(staged.lines), is_full)
        except StoreError:
            raise
        except Exception as error:
            return Prepared(staged, error, is_full)

    def close(self) -> None:
        """Waits for what was begun."""
        self._executor.shutdown()
        self.parser.close()

    def _read(self, after: int, limits: Limits) -> Prepared | None:
        entries = self._journal.read(after, events_max=limits.events, bytes_max=limits.bytes)
        if not entries:
            return None
        is_full = (
            sum(entry.events for entry in entries) >= limits.events
            or sum(len(entry.header) + len(entry.body) for entry in entries) >= limits.bytes
        )
        return self.prepare(stage(entries), is_full=is_full)
