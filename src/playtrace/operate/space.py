"""Room that deletions left in the store's file.

Blocks of which nothing is left are free at once, and are filled before the file grows. A block that still has rows
among deleted ones is not: such pieces are put together one at a time, while the server runs. The file itself shrinks
only where what is free happens to lie at its end; `compact` writes it anew, while no server runs.
"""

from __future__ import annotations

from collections.abc import Callable

from playtrace.store.duckdb import Store

LOOK_S = 20.0
REST_S = 5.0
TRIES = 3
"""So often nothing was freed before it is over: only what was written to since the last time is looked at."""


class Space:
    """`work` puts one piece together, after `has_freed` said that something was deleted."""

    def __init__(self, store: Store, has_freed: Callable[[], bool]) -> None:
        self._store = store
        self._has_freed = has_freed
        self._tries = 0

    def work(self) -> float | None:
        """How long to rest then; None when nothing was to be done."""
        if self._has_freed():
            self._tries = TRIES
        if not self._tries:
            return None
        before = self._used()
        if not self._store.tidy(pieces_max=1) or self._used() >= before:
            self._tries -= 1
            return None
        return REST_S

    def _used(self) -> int:
        blocks = self._store.blocks()
        return 0 if blocks is None else blocks.bytes - blocks.free_bytes
