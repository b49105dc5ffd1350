"""A server's folder while no server has it, for what is done with the store and the journal together."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import closing, contextmanager

from msgspec import Struct

from playtrace.config import Settings
from playtrace.journal.repair import repair
from playtrace.journal.sqlite import Journal
from playtrace.load.loader import Loader
from playtrace.store.duckdb import Store
from playtrace.store.errors import StoreError


class Stopped(Struct, frozen=True):
    store: Store
    journal: Journal
    loader: Loader


@contextmanager
def everything_loaded(settings: Settings) -> Generator[Stopped]:
    """With all that waited in the journal loaded. Raises `StoreError`, also while a server has it."""
    with closing(Store.open(settings.store_path, settings)) as store:
        repair(settings.journal_path)
        with closing(Journal.open(settings.journal_path, settings)) as journal:
            loader = Loader(store, journal, settings)
            try:
                if loader.error is not None:
                    raise StoreError(loader.error)
                while loader.load_waiting() is not None:
                    pass
                yield Stopped(store, journal, loader)
            finally:
                loader.stop()
