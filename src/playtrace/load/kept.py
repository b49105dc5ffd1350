"""The loader as a consumer of the journal: what is loaded is kept there until the store's file has it.

A load commits to the store's log, and the log is merged into the file later, at a checkpoint. Until then one damaged
byte of the log would end what can be read of it; so the journal forgets nothing that is in the log alone. The store
knows how far it is: what has to be loaded again is loaded again, and counts once.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from playtrace.config import MEBIBYTE, Settings
from playtrace.journal.sqlite import Journal
from playtrace.store.duckdb import Store

CONSUMER = "store"
BYTES_MAX = 64 * MEBIBYTE
"""So much of the journal is kept at most, and a quarter of what it may hold; then there is a checkpoint ..."""
SECONDS_MAX = 300.0
"""... and after so long at the latest. The log itself causes one when it is large (`CHECKPOINT_BYTES`)."""


class Kept:
    """What the journal keeps although it is loaded."""

    def __init__(
        self,
        store: Store,
        journal: Journal,
        settings: Settings,
        offset: int,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self._journal = journal
        self._bytes_max = min(BYTES_MAX, settings.journal.bytes_max // 4)
        self._clock = clock
        self._offset = offset
        """Up to here it is in the store."""
        self.in_file = journal.add_consumer(CONSUMER)
        """Up to here it is in the store's file."""
        self._log_empty_at = clock()
        """When everything was last known to be in the file."""
        self.loaded(offset)

    def loaded(self, offset: int) -> None:
        """Up to `offset` it is in the store now. The journal may forget it as soon as the file has it."""
        self._offset = offset
        # Looked at after the offset was committed: an empty log means that the file has that too.
        if self._store.is_log_empty:
            self._forget(offset)

    def bound(self) -> None:
        """Have the log merged into the file when much is kept, or for long. Raises `StoreError` when that fails."""
        offset = self._offset
        now = self._clock()
        if not self._store.is_log_empty:
            is_old = now - self._log_empty_at > SECONDS_MAX
            is_much = offset > self.in_file and self._journal.bytes_up_to(offset) > self._bytes_max
            if not (is_old or is_much) or not self._store.checkpoint():
                return
        self._log_empty_at = now
        self._forget(offset)

    def _forget(self, offset: int) -> None:
        if offset > self.in_file:
            self.in_file = offset
            self._journal.consumed(CONSUMER, offset)
