"""Writing the store's file anew, without the room that deletions left in it: while no server runs.

Into a file beside it, which takes its place when it has every row. Whatever happens meanwhile, the store is the one
file or the other, and whole.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import duckdb

from playtrace.config import Settings
from playtrace.operate.places import sync_folder
from playtrace.operate.tables import asked_of, row_counts
from playtrace.store.duckdb import Store, configuration, log_path
from playtrace.store.errors import StoreError

UNFINISHED = ".compacting"


class CannotCompact(Exception):
    """The message says why, and what to do. The store is as it was."""


def compact_store(settings: Settings) -> tuple[int, int]:
    """Bytes of its file before and after. Raises `CannotCompact`."""
    path = settings.store_path
    if not path.exists():
        raise CannotCompact(f"There is no store at {path}.")
    try:
        # As a start would leave it: with the log merged into the file.
        store = Store.open(path, settings)
        blocks = store.blocks()
        store.close()
    except StoreError as error:
        raise CannotCompact(str(error)) from error
    before = path.stat().st_size
    needed = before if blocks is None else blocks.bytes - blocks.free_bytes
    if (free := shutil.disk_usage(path.parent).free) < needed * 1.1:
        raise CannotCompact(
            f"What is kept takes up to {needed / 1e6:,.1f} MB, and the disk has {free / 1e6:,.1f} MB free: make room."
        )
    copy = path.with_name(path.name + UNFINISHED)
    _remove(copy)
    try:
        _copy(path, copy, settings)
        copy.replace(path)
        sync_folder(path.parent)
    except (duckdb.Error, OSError) as error:
        raise CannotCompact(f"The store could not be written anew, and is as it was: {error}") from error
    finally:
        _remove(copy)
    return before, path.stat().st_size


def _copy(path: Path, copy: Path, settings: Settings) -> None:
    """Every row, in its order. Raises `CannotCompact` and `duckdb.Error`."""
    with duckdb.connect(config=configuration(settings, None) | {"temp_directory": str(path.parent)}) as connection:
        connection.execute("ATTACH $path AS before (READ_ONLY)", {"path": str(path)})
        connection.execute("ATTACH $path AS after", {"path": str(copy)})
        connection.execute("COPY FROM DATABASE before TO after")
        connection.execute("CHECKPOINT after")
        counts: list[dict[str, int]] = []
        for name in ("before", "after"):
            connection.execute(f"USE {name}")
            counts.append(row_counts(asked_of(connection)))
        if counts[0] != counts[1]:
            raise CannotCompact("The copy does not have all rows, and was thrown away: the store is as it was.")
        connection.execute("USE memory")
        connection.execute("DETACH after")
    with copy.open("rb+") as file:
        os.fsync(file.fileno())


def _remove(copy: Path) -> None:
    copy.unlink(missing_ok=True)
    log_path(copy).unlink(missing_ok=True)
