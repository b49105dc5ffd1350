"""`playtrace doctor` on the files of a data folder: are they all there, and do they fit together?

Where no server runs, store and journal are opened as a start opens them: what a start puts right is put right.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import LiteralString

from sqlalchemy.exc import DBAPIError

from playtrace.cli.findings import Finding
from playtrace.cli.reading_through import OnProgress, read_journal, read_store
from playtrace.config import Settings
from playtrace.journal.repair import repair
from playtrace.journal.sqlite import Journal
from playtrace.load.loader import Loader
from playtrace.registry.errors import RegistryError
from playtrace.registry.registry import Registry
from playtrace.store.duckdb import Store
from playtrace.store.errors import StoreDamaged, StoreError

NOT_READ = "opened and not read through: damage in a block that was not read is found with --read-all"
GAMES_STORED: LiteralString = "SELECT DISTINCT game_id FROM books WHERE outcome = 'stored' ORDER BY game_id"
NAMED_MAX = 5
"""Games that a finding names."""


def is_begun(settings: Settings) -> bool:
    """Whether a server ever ran on this folder: it makes all its files before it takes anything."""
    return settings.store_path.exists() or settings.journal_path.exists()


def examine_files(settings: Settings, on_progress: OnProgress | None) -> Iterator[Finding]:
    """Of a folder on which no server runs. With `on_progress` all of the store and the journal is read."""
    games: list[str] = []
    store: Store | None = None
    if not settings.store_path.exists():
        yield Finding(
            "store",
            False,
            f"{settings.store_path.name} is not there, and had all events. Put it back from a backup before the next"
            " start. Else a start makes an empty one, and loads what the journal still has",
        )
    else:
        try:
            store = Store.open(settings.store_path, settings)
        except StoreDamaged as damaged:
            yield Finding("store", False, f"{damaged}. Put store.duckdb back from a backup")
        except StoreError as error:
            yield Finding("store", False, str(error))
            return  # who has it open has the journal too
    try:
        if store is not None:
            yield from _examine_store(store, settings, on_progress)
            games = _games_stored(store)
        yield from _examine_journal(store, settings, on_progress)
    finally:
        if store is not None:
            store.close()
    yield examine_registry(settings, games)
    yield from _set_aside(settings.data)


def _examine_store(store: Store, settings: Settings, on_progress: OnProgress | None) -> Iterator[Finding]:
    size = f"{settings.store_path.stat().st_size / 1e6:.1f} MB"
    try:
        events = store.query("SELECT count(*) AS events FROM events").to_pylist()[0]["events"]
    except StoreError as error:
        yield Finding("store", False, f"{size}; {error}")
    else:
        yield Finding("store", True, f"{events:,} events, {size}" + (f"; {NOT_READ}" if on_progress is None else ""))
    if on_progress is not None:
        yield read_store(lambda sql: [list(row.values()) for row in store.query_text(sql).to_pylist()], on_progress)


def _games_stored(store: Store) -> list[str]:
    try:
        return [row["game_id"] for row in store.query(GAMES_STORED).to_pylist()]
    except StoreError:
        return []  # damage, which the next start and --read-all tell of


def _examine_journal(store: Store | None, settings: Settings, on_progress: OnProgress | None) -> Iterator[Finding]:
    path = settings.journal_path
    if not path.exists():
        yield Finding(
            "journal",
            False,
            f"{path.name} is not there: what was acknowledged and not loaded is lost with it. A start begins a new one",
        )
        return
    try:
        # Opened as it is, SQLite would forget what stands in its log behind a frame that is damaged.
        repair(path)
        journal = Journal.open(path, settings)
    except sqlite3.Error as error:
        yield Finding("journal", False, f"{path.name} cannot be opened: {error}")
        return
    try:
        loaded = 0
        if store is not None:
            # Who begins to load finds what is missing.
            loader = Loader(store, journal, settings)
            loaded = loader.offset
            if loader.error is not None:
                yield Finding("loading", False, loader.error)
        waiting = f"{journal.waiting_events(loaded):,} events wait for the next start"
        damaged = journal.damaged_events
        lost = f"; {damaged:,} are lost, or could not be read back and were set aside" if damaged else ""
        yield Finding("journal", not damaged, waiting + lost)
        if on_progress is not None:
            yield read_journal(journal, on_progress)
    finally:
        journal.close()


def examine_registry(settings: Settings, games_stored: list[str]) -> Finding:
    """Whether it is there, and knows the games of which events are stored."""
    if settings.registry.url is None and not settings.registry_path.exists():
        of = f" There are events of {_named(games_stored)}." if games_stored else ""
        return Finding(
            "registry",
            False,
            f"{settings.registry_path.name} is not there, and had the games, their write keys, the read tokens and the"
            f" people who sign in.{of} Put it back from a backup before the next start, or name it with registry_url."
            " Else a start makes an empty one: what games send with their keys is refused, nobody can sign in, and a"
            " link is printed with which the first admin is made",
        )
    try:
        registry = Registry.open(settings.registry_database)
        try:
            games = {game.id for game in registry.games()}
            keys = registry.keys()
            has_admin = registry.has_admin()
        finally:
            registry.close()
    except (RegistryError, DBAPIError) as error:
        return Finding("registry", False, f"{error} Put it back from a backup")
    valid_keys = sum(key.revoked_at is None for key in keys)
    found = f"{len(games)} games, {valid_keys} write keys, {'an' if has_admin else 'no'} admin"
    if unknown := [game for game in games_stored if game not in games]:
        return Finding(
            "registry",
            False,
            f"{found}. It does not know {_named(unknown)}, and there are events of that: it is a new one, or another"
            " one's. Put the right one back from a backup, or add them with `playtrace games add`",
        )
    return Finding("registry", True, found)


def _named(games: list[str]) -> str:
    more = f" and {len(games) - NAMED_MAX} more" if len(games) > NAMED_MAX else ""
    return ", ".join(games[:NAMED_MAX]) + more


def _set_aside(data: Path) -> Iterator[Finding]:
    """What the disk had changed, as it was found now or at an earlier start."""
    if files := sorted(file.name for file in data.glob("*.damaged-*")):
        yield Finding(
            "set aside",
            False,
            f"{', '.join(files)}: the disk had changed this, and what could be read of it is in the new files. Look at"
            " the disk and the memory of this machine; then it may be deleted",
        )
