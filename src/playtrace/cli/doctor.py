"""`playtrace doctor`: is everything as it should be, and does an event find its way?"""

from __future__ import annotations

import datetime as dt
import platform
import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import duckdb
import granian
import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from playtrace import __version__
from playtrace.api.dashboard import BUILT
from playtrace.cli.examining import examine
from playtrace.cli.settings_options import Data, settings_from
from playtrace.config import Settings
from playtrace.event import Batch, Event
from playtrace.journal.entry import encode
from playtrace.journal.sqlite import Journal
from playtrace.load.loader import Loader
from playtrace.operate.findings import Finding, OnProgress
from playtrace.operate.folder import BLOCKS_BYTES_MAX, ROWS_BYTES_MAX, Depth
from playtrace.store.duckdb import Store


def doctor(
    data: Data = None,
    read_all: Annotated[
        bool,
        typer.Option(
            "--read-all",
            help="Read a large store through too: all blocks of one of more than 8 GB, every value of more than 1 GB.",
        ),
    ] = False,
) -> None:
    """Versions, disk, journal, store, registry, and a test event through the whole way.

    Exit code 1 if something is wrong. The checksums of the store's blocks and of the journal's rows are compared, and
    of a store of up to 1 GB every value is asked for: some seconds. `playtrace verify` does all of it with every store,
    and compares the rollups with the events.
    """
    settings = settings_from(data=data)
    table = Table("", "what", "found")
    with Console(stderr=True).status("") as status:

        def show(text: str) -> None:
            status.update(escape(text))

        findings = list(_examine(settings, show, read_all=read_all, is_named=data is not None))
    for finding in findings:
        table.add_row("[green]ok[/]" if finding.is_good else "[red]no[/]", finding.what, escape(finding.found))
    Console().print(table)
    raise typer.Exit(0 if all(finding.is_good for finding in findings) else 1)


def _examine(settings: Settings, on_progress: OnProgress, *, read_all: bool, is_named: bool) -> Iterator[Finding]:
    yield Finding("playtrace", True, f"{__version__}, Python {platform.python_version()} on {sys.platform}")
    versions = f"DuckDB {duckdb.__version__}, SQLite {sqlite3.sqlite_version}, Granian {granian.__version__}"
    yield Finding("engines", duckdb.__version__ >= "2", versions)
    built = (BUILT / "index.html").is_file()
    yield Finding("dashboard", built, "built" if built else "not built: see CONTRIBUTING.md")
    size = settings.store_path.stat().st_size if settings.store_path.exists() else 0
    depth = Depth(blocks=read_all or size <= BLOCKS_BYTES_MAX, rows=read_all or size <= ROWS_BYTES_MAX)
    yield from examine(settings, depth, on_progress, is_named=is_named)
    yield _event_finds_its_way()


def _event_finds_its_way() -> Finding:
    """A test event from the journal to the store, in a folder of its own: yours stays as it is."""
    with tempfile.TemporaryDirectory(prefix="playtrace-doctor-", ignore_cleanup_errors=True) as folder:
        settings = settings_from(data=Path(folder), disk_free_bytes_min=0)
        journal = Journal.open(settings.journal_path, settings)
        store = Store.open(settings.store_path, settings)
        try:
            loader = Loader(store, journal, settings)
            event = Event(name="self_test", game_id="doctor", props={"text": "ä\u0000'\"<b>"})
            entry = encode(Batch(received_at=dt.datetime.now(dt.UTC), source="doctor", events=[event]))
            journal.append_and_wait(entry)
            loader.load_waiting()
            found = store.query("SELECT name, props::JSON::VARCHAR AS props FROM events").to_pylist()
        finally:
            journal.close()
            store.close()
    is_good = len(found) == 1 and found[0]["name"] == "self_test"
    return Finding("an event's way", is_good, "journal → load → store" if is_good else f"lost: {found}")
