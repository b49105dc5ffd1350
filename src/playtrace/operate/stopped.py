"""A server's folder while no server has it, for what is done with the store and the journal together.

Where a broker keeps the journal, what collectors have put there is fetched first."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import closing, contextmanager

from msgspec import Struct

from playtrace.config import Settings
from playtrace.journal.by_url import open_inlet
from playtrace.journal.errors import JournalUnavailable
from playtrace.journal.inlet import taken_until
from playtrace.journal.repair import repair
from playtrace.journal.sqlite import Journal
from playtrace.load.loader import Loader
from playtrace.store.duckdb import Store
from playtrace.store.errors import StoreError

FETCHED_SECONDS_MAX = 3_600.0


class Stopped(Struct, frozen=True):
    store: Store
    journal: Journal
    loader: Loader


@contextmanager
def everything_loaded(settings: Settings) -> Generator[Stopped]:
    """With all that waited in the journal loaded. Raises `StoreError`, also while a server has it, and where the broker
    does not answer."""
    with closing(Store.open(settings.store_path, settings)) as store:
        repair(settings.journal_path)
        with closing(Journal.open(settings.journal_path, settings)) as journal:
            _fetch(settings, journal)
            loader = Loader(store, journal, settings)
            try:
                if loader.error is not None:
                    raise StoreError(loader.error)
                while loader.load_waiting() is not None:
                    pass
                yield Stopped(store, journal, loader)
            finally:
                loader.stop()


def _fetch(settings: Settings, journal: Journal) -> None:
    inlet = open_inlet(settings, journal)
    if inlet is None:
        return
    inlet.start()
    try:
        taken_until(journal, inlet, FETCHED_SECONDS_MAX)
    except JournalUnavailable as error:
        raise StoreError(f"What collectors took cannot be fetched, and would be missing: {error}") from error
    finally:
        inlet.stop()
