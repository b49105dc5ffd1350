"""The registry remembers how far the store's file is, so that a data folder that lost its end is noticed.

Journal and store know of each other. Where both were put back from an older copy, or are gone, they fit together and
say nothing of what is missing; the registry, which may be in a database elsewhere, still knows that there was more.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable
from pathlib import Path

from playtrace.journal.sqlite import Journal
from playtrace.load.loader import Loader
from playtrace.registry.registry import Registry
from playtrace.registry.store_place import StorePlace
from playtrace.store.duckdb import Store, log_path
from playtrace.store.errors import StoreError

log = logging.getLogger("playtrace.operate")

LOOK_S = 15.0


def note_what_is_behind(remembered: StorePlace | None, journal: Journal, store: Store) -> int:
    """Have the journal note as lost what the registry remembers and the store lacks. Returns how many requests of
    another journal those were; those of this one are found when loading begins.

    For when nothing is loaded yet.
    """
    if remembered is None:
        return 0
    if remembered.journal_id == str(journal.journal_id):
        journal.go_on_behind(remembered.journal_offset)
        return 0
    try:
        rows = store.query(
            "SELECT journal_offset FROM loaded WHERE journal_id = $id::UUID", {"id": remembered.journal_id}
        ).to_pylist()
    except StoreError:
        return 0  # its damage is told, and it is put back before anything is known of it
    after = rows[0]["journal_offset"] if rows else 0
    missing = remembered.journal_offset - after
    if missing <= 0:
        return 0
    journal.note_lost(
        f"Requests {after + 1} to {remembered.journal_offset} of the journal {remembered.journal_id} were in the store"
        f" on {remembered.noted_at:%Y-%m-%d %H:%M} UTC, as the registry remembers; neither is here",
        missing,
    )
    log.error("the registry remembers requests that neither journal nor store has", extra={"requests": missing})
    return missing


class Remembering:
    """`work` is to be called again and again, by one thread."""

    def __init__(
        self,
        registry: Registry,
        journal: Journal,
        loader: Loader,
        *,
        clock: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
    ) -> None:
        self._registry = registry
        self._journal_id = str(journal.journal_id)
        self._loader = loader
        self._clock = clock
        self._noted: int | None = None

    def work(self) -> None:
        """Tell the registry, if it is another place than before. Raises `RegistryError`."""
        self._note(self._loader.kept.in_file)

    def work_at_the_end(self, store_path: Path) -> None:
        """When the store was closed, which merges its log into its file. Raises `RegistryError`."""
        log_ = log_path(store_path)
        if not log_.exists() or log_.stat().st_size == 0:
            self._note(self._loader.offset)

    def _note(self, journal_offset: int) -> None:
        if journal_offset != self._noted:
            self._registry.put_store_place(StorePlace(self._journal_id, journal_offset, self._clock()))
            self._noted = journal_offset
