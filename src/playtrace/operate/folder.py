"""The files of a data folder: are they all there, are they as they were written, and do they fit together?

Where no server runs, store and journal are opened as a start opens them: what a start puts right is put right.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import LiteralString

from msgspec import Struct
from sqlalchemy.exc import DBAPIError

from playtrace.config import Settings
from playtrace.journal.file import JournalPlace, journal_place
from playtrace.journal.repair import repair
from playtrace.journal.sqlite import Journal
from playtrace.load.loader import Loader
from playtrace.operate import unfinished
from playtrace.operate.findings import Ask, CannotAsk, Finding, OnProgress
from playtrace.operate.offsets import what_is_lost
from playtrace.operate.remedies import PUT_BACK_REGISTRY, PUT_BACK_STORE, SEE_LOSSES
from playtrace.operate.rollups_checkup import compare_rollups
from playtrace.operate.rows import judge_blocks, read_journal, read_store, suspect_blocks
from playtrace.registry.errors import RegistryError
from playtrace.registry.registry import Registry
from playtrace.registry.store_place import StorePlace
from playtrace.store.duckdb import Store
from playtrace.store.errors import StoreDamaged, StoreError

GAMES_STORED: LiteralString = "SELECT DISTINCT game_id FROM books WHERE outcome = 'stored' ORDER BY game_id"
STORED: LiteralString = "SELECT coalesce(sum(events), 0) FROM books WHERE outcome = 'stored'"
REMOVED: LiteralString = "SELECT coalesce(sum(events), 0) FROM removed_events"
NAMED_MAX = 5
"""Games that a finding names."""


class Depth(Struct, frozen=True):
    """How much is read."""

    blocks: bool = True
    """The checksums of all blocks of the store, and all rows of the journal: as long as reading the files takes."""
    rows: bool = False
    """Every value of the store is asked for."""
    rollups: bool = False
    """Some days of rollups are compared with the events."""
    all_days: bool = False


BLOCKS_BYTES_MAX = 8 * 1024**3
"""The blocks of a store up to this size are read without being told to: in some seconds."""
ROWS_BYTES_MAX = 1024**3
"""And so is every value of a store up to this size."""


def not_read(settings: Settings) -> Finding:
    """Of a store whose blocks are not read."""
    size = f"{settings.store_path.stat().st_size / 1e9:,.1f} GB"
    return Finding("store's blocks", True, f"{size}: not read through; damage in them is found with --read-all")


def is_begun(settings: Settings) -> bool:
    """Whether a server ever ran on this folder: it makes all its files before it takes anything."""
    return any(
        path.exists()
        for path in (
            settings.store_path,
            settings.journal_path,
            settings.registry_path,
            settings.data / unfinished.RESTORE,
        )
    )


def examine_files(settings: Settings, depth: Depth, on_progress: OnProgress) -> Iterator[Finding]:
    """Of a folder on which no server runs."""
    yield from _unfinished(settings.data)
    games: list[str] = []
    store: Store | None = None
    suspects: list[int] | None = None
    if not settings.store_path.exists():
        yield Finding(
            "store",
            False,
            f"{settings.store_path.name} is not there, and had all events. {PUT_BACK_STORE}. Else a start makes an"
            " empty one, and loads what the journal still has",
        )
    else:
        if depth.blocks:
            suspects = suspect_blocks(settings.store_path, on_progress)
        try:
            store = Store.open(settings.store_path, settings)
        except StoreDamaged as damaged:
            yield Finding("store", False, f"{damaged}. It cannot be opened. {PUT_BACK_STORE}")
        except StoreError as error:
            yield Finding("store", False, str(error))
            return  # who has it open has the journal too
    try:
        # Whose store nobody else has open, nobody has its journal open either.
        place = _place_of_journal(settings.journal_path)
        if store is not None:
            ask = asking(store)
            yield _opened_store(ask, settings)
            if suspects is not None:
                yield judge_blocks(suspects, ask, settings.store_path.stat().st_size)
            else:
                yield not_read(settings)
            games = games_stored(ask)
            if place is not None:
                yield examine_places(place, ask, remembered_by(settings))
            yield from read_through(ask, settings, depth, on_progress)
        yield from _examine_journal(store, settings, depth, on_progress)
    finally:
        if store is not None:
            store.close()
    yield examine_registry(settings, games)
    yield from set_aside(settings.data)


def asking(store: Store) -> Ask:
    def ask(sql: str) -> list[list[object]]:
        try:
            return [list(row.values()) for row in store.query_text(sql).to_pylist()]
        except StoreError as error:
            raise CannotAsk(str(error)) from error

    return ask


def _unfinished(data: Path) -> Iterator[Finding]:
    if (data / unfinished.RESTORE).exists():
        yield Finding(
            "restore",
            False,
            f"{unfinished.RESTORE}: a backup was not restored to its end. Delete the folder, and restore it again",
        )
    if (data / unfinished.BACKUP).exists():
        yield Finding("backup", True, f"{unfinished.BACKUP} is left of a backup that was cut; the next one removes it")


def _opened_store(ask: Ask, settings: Settings) -> Finding:
    size = f"{settings.store_path.stat().st_size / 1e6:.1f} MB"
    try:
        return count_events(ask, size)
    except CannotAsk as error:
        return Finding("store", False, f"{size}; {error}. {PUT_BACK_STORE}")


def count_events(ask: Ask, size: str) -> Finding:
    """What is there, against what the books say was stored and removed. Less may be: events are deleted by hand too.

    Raises `CannotAsk`.
    """
    events, stored, removed = ask(f"SELECT (SELECT count(*) FROM events), ({STORED}), ({REMOVED})")[0]
    booked = stored - removed
    taken = f" and {removed:,} removed (retention)" if removed else ""
    if events > booked:
        return Finding(
            "store",
            False,
            f"{events:,} events, {size}, and its books say that {stored:,} were stored{taken}: one of both is wrong",
        )
    gone = f"; {removed:,} were removed (retention)" if removed else ""
    gone += f"; {booked - events:,} of those that were stored were deleted since" if booked > events else ""
    return Finding("store", True, f"{events:,} events, {size}{gone}")


def games_stored(ask: Ask) -> list[str]:
    try:
        return [row[0] for row in ask(GAMES_STORED)]
    except CannotAsk:
        return []  # damage, which is told of where all is read


def remembered_by(settings: Settings) -> StorePlace | None:
    """How far the store was, as the registry knows it; None where it cannot be asked, which is told of itself."""
    if settings.registry.url is None and not settings.registry_path.exists():
        return None  # SQLite would make one
    with (
        suppress(RegistryError, DBAPIError, sqlite3.Error),
        closing(Registry.open(settings.registry_database)) as found,
    ):
        return found.store_place()
    return None


def examine_places(
    place: JournalPlace, ask: Ask, remembered: StorePlace | None, *, is_running: bool = False
) -> Finding:
    """Whether journal and store belong together, as they are found. Of a server that runs it is read first."""
    what = "journal and store"
    try:
        loaded = {row[0]: row[1] for row in ask("SELECT CAST(journal_id AS VARCHAR), journal_offset FROM loaded")}
    except CannotAsk as error:
        return Finding(what, False, str(error))
    lost = what_is_lost(place, loaded, remembered, is_running=is_running)
    at = loaded.get(place.journal_id, max(loaded.values(), default=0))
    return Finding(what, lost is None, lost or f"they fit: the store has all up to request {at:,} of {place.head:,}")


def read_through(ask: Ask, settings: Settings, depth: Depth, on_progress: OnProgress) -> Iterator[Finding]:
    """What else is asked of the store."""
    if depth.rows:
        yield read_store(ask, on_progress)
    if depth.rollups:
        yield compare_rollups(
            ask,
            on_progress,
            is_all=depth.all_days,
            session_timeout_minutes=settings.rules.session_timeout_minutes,
        )


def _place_of_journal(path: Path) -> JournalPlace | None:
    """None where there is none, or it cannot be read: that is told later."""
    try:
        # Opened as it is, SQLite would forget what stands in its log behind a frame that is damaged.
        repair(path)
        return journal_place(path)
    except (FileNotFoundError, sqlite3.Error):
        return None


def _examine_journal(
    store: Store | None, settings: Settings, depth: Depth, on_progress: OnProgress
) -> Iterator[Finding]:
    path = settings.journal_path
    # SQLite makes a new one of an empty file.
    if not path.exists() or path.stat().st_size == 0:
        yield missing_journal(path)
        return
    try:
        if depth.blocks:
            yield read_journal(path, on_progress)
        journal = Journal.open(path, settings)
    except sqlite3.Error as error:
        yield Finding(
            "journal", False, f"{path.name} cannot be opened: {error}. A start sets it aside, and begins anew"
        )
        return
    try:
        loaded = 0
        if store is not None:
            # Who begins to load finds what is missing.
            try:
                loader = Loader(store, journal, settings)
                loaded, error = loader.offset, loader.error
            except StoreError as failed:
                error = str(failed)
            if error is not None:
                yield Finding("loading", False, error)
        waiting = f"{journal.waiting_events(loaded):,} events wait for the next start"
        damaged = journal.damaged_events
        lost = f"; {damaged:,} are lost, or could not be read back and were set aside: {SEE_LOSSES}" if damaged else ""
        yield Finding("journal", not damaged, waiting + lost)
    finally:
        journal.close()


def missing_journal(path: Path) -> Finding:
    what = "is empty" if path.exists() else "is not there"
    return Finding(
        "journal",
        False,
        f"{path.name} {what}: what was acknowledged and not loaded is lost with it. A start begins a new one",
    )


def examine_registry(settings: Settings, games: list[str]) -> Finding:
    """Whether it is there and whole, and knows the games of which events are stored."""
    what = "registry"
    if settings.registry.url is None and not settings.registry_path.exists():
        of = f" There are events of {_named(games)}." if games else ""
        return Finding(
            what,
            False,
            f"{settings.registry_path.name} is not there, and had the games, their write keys, the read tokens and the"
            f" people who sign in.{of} {PUT_BACK_REGISTRY}, or name it with registry_url."
            " Else a start makes an empty one: what games send with their keys is refused, nobody can sign in, and a"
            " link is printed with which the first admin is made",
        )
    try:
        if settings.registry.url is None and (wrong := _why_not_whole(settings.registry_path)) is not None:
            return Finding(what, False, f"{settings.registry_path.name} is damaged: {wrong}. {PUT_BACK_REGISTRY}")
        registry = Registry.open(settings.registry_database)
        try:
            known = {game.id for game in registry.games.all()}
            keys = registry.keys.all()
            has_admin = registry.first_admin.is_there()
            damaged_maps = registry.maps.damaged()
        finally:
            registry.close()
    except (RegistryError, DBAPIError, sqlite3.Error) as error:
        return Finding(what, False, f"{str(error).rstrip('.')}. {PUT_BACK_REGISTRY}")
    valid_keys = sum(key.revoked_at is None for key in keys)
    found = f"{len(known)} games, {valid_keys} write keys, {'an' if has_admin else 'no'} admin"
    if strays := sorted({key.game_id for key in keys} - known):
        return Finding(what, False, f"{found}. It has write keys of {_named(strays)}, and does not know that game")
    if unknown := [game for game in games if game not in known]:
        return Finding(
            what,
            False,
            f"{found}. It does not know {_named(unknown)}, and there are events of that: it is a new one, or another"
            f" one's, or the store is. {PUT_BACK_REGISTRY}; or add them with `playtrace games add`",
        )
    if damaged_maps:
        return Finding(
            what,
            False,
            f"{found}. The pictures of these maps are not what was put there: {_named(damaged_maps)}. Put them there"
            " again, on the page Heatmap or with `playtrace maps add`",
        )
    return Finding(what, True, found)


def _why_not_whole(path: Path) -> str | None:
    """Of the registry's file: what SQLite itself finds, which has no checksums."""
    with closing(sqlite3.connect(path, timeout=15)) as connection:
        (said,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
        if said != "ok":
            return str(said)
        stray = connection.execute("PRAGMA foreign_key_check").fetchone()
        return None if stray is None else f"a row of {stray[0]} names one of {stray[2]} that is not there"


def _named(games: list[str]) -> str:
    more = f" and {len(games) - NAMED_MAX} more" if len(games) > NAMED_MAX else ""
    return ", ".join(games[:NAMED_MAX]) + more


def set_aside(data: Path) -> Iterator[Finding]:
    """What the disk had changed, as it was found now or at an earlier start."""
    if files := sorted(file.name for file in data.glob("*.damaged-*")):
        yield Finding(
            "set aside",
            False,
            f"{', '.join(files)}: the disk had changed this, and what could be read of it is in the new files. Look at"
            " the disk and the memory of this machine; then it may be deleted",
        )
