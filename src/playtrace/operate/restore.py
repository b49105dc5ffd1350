"""A data folder made of a backup, whole or not at all.

All is put together in a folder beside its place, every piece is compared with its checksum, and the store is opened and
counted, before anything of it has the name that a start looks for.

A restored journal goes its own way from here: the server that the backup was made of may have gone on, and given the
next offsets to other events. So what waits in the journal is loaded first, under the id of the journal that took it (an
event without an id has one made of that); then the journal gets an id of its own, behind the same offset. Whoever
remembers a place in the old one, such as a mirror, sees that this is another.
"""

from __future__ import annotations

import shutil
import sqlite3
import uuid
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import duckdb
from msgspec import Struct

from playtrace.config import Settings
from playtrace.journal.errors import JournalUnavailable
from playtrace.journal.file import begin_another
from playtrace.journal.sqlite import Journal
from playtrace.load.loader import Loader
from playtrace.operate import unfinished
from playtrace.operate.listing import all_backups
from playtrace.operate.manifest import MARKER, BackupDamaged, Manifest
from playtrace.operate.pieces import manifest_of, restore_file
from playtrace.operate.places import Place
from playtrace.operate.tables import asked_of, row_counts
from playtrace.registry.registry import Registry
from playtrace.store.duckdb import Store, configuration
from playtrace.store.errors import StoreError

IN_THIS_ORDER = ("registry.sqlite", "journal.sqlite", "store.duckdb")
"""What a start makes anew where it is missing comes into its place last."""


class RestoreRefused(Exception):
    """Nothing was restored; the message says why."""


class NoBackupYet(RestoreRefused):
    """Nothing was restored, as none was ever made there."""


class Restored(Struct, frozen=True):
    manifest: Manifest
    events: int
    """In the store now."""
    loaded: int
    """Of these, what had waited in the journal."""
    damaged_events: int
    """That the journal had set aside, or that are missing in it."""
    registry: str


OnProgress = Callable[[str, int, int], None]
"""What is done, how much of it, and of how much."""


def choose(place: Place, backup_id: str | None) -> Manifest:
    """The backup of this id, or the latest one. Raises `RestoreRefused`, `BackupNewer` and `PlaceUnusable`."""
    if place.read(MARKER) is None:
        raise NoBackupYet(f"{place.address} holds no backups of playtrace.")
    if backup_id is not None:
        try:
            found = manifest_of(place, backup_id)
        except BackupDamaged as damaged:
            raise RestoreRefused(
                f"{damaged}. `playtrace verify {place.address}` says which backups are whole."
            ) from None
        if found is None:
            raise RestoreRefused(f"{place.address} has no backup {backup_id}: `playtrace backups {place.address}`.")
        return found
    manifests, damaged = all_backups(place)
    if not manifests and damaged:
        raise RestoreRefused(f"{place.address} has no finished backup: {'; '.join(damaged)}.")
    if not manifests:
        raise NoBackupYet(f"{place.address} has no finished backup.")
    return manifests[-1]


def restore(place: Place, manifest: Manifest, settings: Settings, on_progress: OnProgress) -> Restored:
    """Into the data folder of these settings, which is new or empty.

    Raises `RestoreRefused`, `PlaceUnusable`, and `StoreNewer`, and leaves the folder as it was.
    """
    data = settings.data
    if data.exists() and (not data.is_dir() or any(data.iterdir())):
        raise RestoreRefused(f"{data} is not empty. A backup is restored into a new folder, and replaces nothing.")
    was_there = data.is_dir()
    folder = data / unfinished.RESTORE
    try:
        folder.mkdir(parents=True, mode=0o700)
        _put_together(place, manifest, folder, on_progress)
        inside = settings.model_copy(update={"data": folder})
        _count(manifest, inside)
        restored = _load(manifest, inside, on_progress)
        for name in IN_THIS_ORDER:
            if (folder / name).exists():
                (folder / name).rename(data / name)
        shutil.rmtree(folder)
    except BaseException as error:
        shutil.rmtree(folder if was_there else data, ignore_errors=True)
        if isinstance(error, BackupDamaged):
            raise RestoreRefused(
                f"The backup {manifest.id} is damaged: {error}. Nothing was restored. `playtrace verify"
                f" {place.address}` says which backups are whole."
            ) from None
        if isinstance(error, OSError | sqlite3.Error | JournalUnavailable):
            raise RestoreRefused(f"Nothing was restored: {error}.") from error
        raise
    return restored


def _put_together(place: Place, manifest: Manifest, folder: Path, on_progress: OnProgress) -> None:
    done = 0

    def on_bytes(more: int) -> None:
        nonlocal done
        done += more
        on_progress("files", done, manifest.bytes)

    for file in manifest.files:
        if Path(file.name).name != file.name or file.name in (".", ".."):
            raise BackupDamaged(f"it names a file {file.name!r}")
        restore_file(place, file, folder / file.name, on_bytes)
        (folder / file.name).chmod(0o600)


def _count(manifest: Manifest, settings: Settings) -> None:
    """Raises `BackupDamaged` where the store does not say what it said when the backup was made."""
    path = settings.store_path
    try:
        with closing(duckdb.connect(str(path), config=configuration(settings, path))) as connection:
            counts = row_counts(asked_of(connection))
    except duckdb.Error as error:
        raise BackupDamaged(f"its store cannot be opened: {error}") from error
    if counts != manifest.rows:
        differ = [
            f"{table} has {counts.get(table)} rows and had {rows}"
            for table, rows in manifest.rows.items()
            if counts.get(table) != rows
        ]
        raise BackupDamaged(f"its store is not what it was: {'; '.join(differ[:3])}")


def _load(manifest: Manifest, settings: Settings, on_progress: OnProgress) -> Restored:
    """Raises `StoreError`, `JournalUnavailable`, and errors of SQLite."""
    # It may be older than what is usual, and there may be little room: nobody else writes here.
    settings = settings.model_copy(
        update={"journal": settings.journal.model_copy(update={"disk_free_bytes_min": 0, "bytes_max": 1024**5})}
    )
    with closing(Store.open(settings.store_path, settings)) as store:
        journal = Journal.open(settings.journal_path, settings)
        try:
            loader = Loader(store, journal, settings)
            if loader.error is not None:
                raise StoreError(loader.error)
            while loader.load_waiting() is not None:
                on_progress("events that waited", loader.stored, manifest.waiting_events)
            head, damaged = max(journal.head, loader.offset), journal.damaged_events
            loader.stop()
        finally:
            journal.close()
        journal_id = str(uuid.uuid4())
        begin_another(settings.journal_path, journal_id, head)
        if settings.registry_path.exists():
            # It was copied a moment later, and may remember what came in between. Nor may it remember this folder
            # before a server ran on it: somebody may need the registry alone, beside files that are whole.
            with closing(Registry.open(f"sqlite:///{settings.registry_path}")) as registry:
                registry.forget_store_place()
        with store.writing() as connection:
            # It is new to the store, and the first start has it go on behind the largest offset that this knows.
            connection.execute(
                "UPDATE loaded SET journal_offset = greatest(journal_offset, ?) WHERE journal_id = ?::UUID",
                [head, manifest.journal_id],
            )
        store.checkpoint()
        events = store.query("SELECT count(*) AS n FROM events").to_pylist()[0]["n"]
        return Restored(manifest, events, loader.stored, damaged, manifest.registry)
