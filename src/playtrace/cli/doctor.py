"""`playtrace doctor`: is everything as it should be, and does an event find its way?"""

from __future__ import annotations

import datetime as dt
import platform
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import duckdb
import granian
import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from playtrace import __version__
from playtrace.api.dashboard import BUILT
from playtrace.cli.findings import Finding
from playtrace.cli.folder_checkup import GAMES_STORED, NOT_READ, examine_files, examine_registry, is_begun
from playtrace.cli.local_server import LocalServer, ServerRefused, folder_copied_from, running_server
from playtrace.cli.reading_through import OnProgress, read_store
from playtrace.cli.settings_options import Data, settings_from
from playtrace.config import LOCAL_FILE, Settings
from playtrace.event import Batch, Event
from playtrace.journal.entry import encode
from playtrace.journal.sqlite import Journal
from playtrace.load.loader import Loader
from playtrace.store.duckdb import Store, migrations


def doctor(
    data: Data = None,
    read_all: Annotated[
        bool,
        typer.Option(
            "--read-all",
            help="Read every block of the store and every row of the journal, to find those that the disk has changed."
            " Takes as long as reading the files does.",
        ),
    ] = False,
) -> None:
    """Versions, disk, journal, store, registry, and a test event through the whole way.

    Exit code 1 if something is wrong. Without --read-all what is in the store is not read, only opened: that is quick,
    and does not find damage in it.
    """
    settings = settings_from(data=data)
    table = Table("", "what", "found")
    with Console(stderr=True).status("") as status:

        def show(text: str) -> None:
            status.update(escape(text))

        findings = list(_examine(settings, show if read_all else None, is_named=data is not None))
    for finding in findings:
        table.add_row("[green]ok[/]" if finding.is_good else "[red]no[/]", finding.what, escape(finding.found))
    Console().print(table)
    raise typer.Exit(0 if all(finding.is_good for finding in findings) else 1)


def _examine(settings: Settings, on_progress: OnProgress | None, *, is_named: bool) -> Iterator[Finding]:
    yield Finding("playtrace", True, f"{__version__}, Python {platform.python_version()} on {sys.platform}")
    versions = f"DuckDB {duckdb.__version__}, SQLite {sqlite3.sqlite_version}, Granian {granian.__version__}"
    yield Finding("engines", duckdb.__version__ >= "2", versions)
    built = (BUILT / "index.html").is_file()
    yield Finding("dashboard", built, "built" if built else "not built: see CONTRIBUTING.md")
    yield from _disk(settings)
    server = running_server(settings)
    if (original := folder_copied_from(settings)) is not None:
        found = f"none that is known here: {LOCAL_FILE} is a copy, and tells of the server of {original}"
        yield Finding("server", True, found)
    if server is not None:
        yield from _ask_server(server, settings, on_progress)
    elif is_begun(settings):
        yield from examine_files(settings, on_progress)
    elif is_named and not settings.data.is_dir():
        yield Finding("data", False, f"there is no folder {settings.data.absolute()}")
    else:
        yield Finding("data", True, f"none yet in {settings.data.absolute()}")
    yield _event_finds_its_way()


def _disk(settings: Settings) -> Iterator[Finding]:
    folder = next(parent for parent in [settings.data.absolute(), *settings.data.absolute().parents] if parent.exists())
    usage = shutil.disk_usage(folder)
    reserve = settings.journal.disk_reserve_bytes(usage.total)
    free = f"{usage.free / 1e9:.1f} GB free; collecting pauses below {reserve / 1e9:.2f} GB"
    yield Finding("disk", usage.free > reserve, free)


def _ask_server(server: LocalServer, settings: Settings, on_progress: OnProgress | None) -> Iterator[Finding]:
    try:
        health = server.get("/api/health")
    except ServerRefused as error:
        yield Finding("server", False, str(error))
        return
    yield Finding("server", health["status"] == "healthy", f"{server.url}: {health['message']}")
    journal = health["journal"]
    if journal is not None:
        waiting = f"{journal['lagEvents']} events waiting for {journal['lagSeconds']:.1f} s"
        yield Finding("journal", journal["lagSeconds"] < 30, f"{waiting}, {journal['bytes'] / 1e6:.1f} MB")
    failing = [job for job in health["jobs"] if job["lastError"] is not None]
    found = "; ".join(f"{job['name']}: {job['lastError']}" for job in failing) or f"{len(health['jobs'])}, none failed"
    yield Finding("jobs", not failing, found)
    yield _alert_channels(server)
    yield _alert_rules(server)
    yield _reports(server)
    yield _mirrors(server)

    def ask(sql: str) -> list[list[Any]]:
        return server.post("/api/sql", {"sql": sql, "internal": True})["rows"]

    games: list[str] = []
    try:
        seen = ask("SELECT max(number) FROM schema_migrations")[0][0]
        yield Finding("schema", seen == max(migrations()), f"migration {seen} of {max(migrations())}")
        games = [row[0] for row in ask(GAMES_STORED)]
    except ServerRefused as error:
        yield Finding("schema", False, str(error))
    if on_progress is None:
        yield Finding("store", True, f"{health['store']['bytes'] / 1e6:.1f} MB; {NOT_READ}")
    else:
        yield read_store(ask, on_progress)
        yield Finding("journal's rows", True, "not read, as the server has them open: it reads each when it loads it")
    yield examine_registry(settings, games)


def _alert_channels(server: LocalServer) -> Finding:
    """One that fails may be repaired by itself; one that has failed for a day is not."""
    try:
        channels = server.get("/api/alerts/channels")["channels"]
    except ServerRefused as error:
        return Finding("alert channels", False, str(error))
    failing = [one for one in channels if one["enabled"] and one["delivery"]["failures"]]
    said = [
        f"{one['id']} has failed since {one['delivery']['failingSince'][:16]}: {one['delivery']['lastError']}"
        for one in failing
    ]
    is_good = not any(one["delivery"]["isDead"] for one in failing)
    return Finding("alert channels", is_good, "; ".join(said) or f"{len(channels)}, none fails")


def _alert_rules(server: LocalServer) -> Finding:
    """Whether every rule can be judged, and what it finds be told."""
    try:
        listed = server.get("/api/alerts/rules")
    except ServerRefused as error:
        return Finding("alert rules", False, str(error))
    failing = [f"{one['rule']['id']}: {one['lastError']}" for one in listed["rules"] if one["lastError"] is not None]
    said = "; ".join([listed["cannotJudge"]] if listed["cannotJudge"] else failing)
    return Finding("alert rules", not said, said or f"{len(listed['rules'])}, all can be judged")


def _reports(server: LocalServer) -> Finding:
    """Whether every scheduled report went out when it was due last."""
    try:
        listed = server.get("/api/reports")["reports"]
    except ServerRefused as error:
        return Finding("reports", False, str(error))
    failing = [f"{one['id']}: {one['lastError']}" for one in listed if one["enabled"] and one["lastError"] is not None]
    return Finding("reports", not failing, "; ".join(failing) or f"{len(listed)}, none failed")


def _mirrors(server: LocalServer) -> Finding:
    """One that fails is tried again, and somebody wants to know."""
    try:
        mirrors = server.get("/api/mirrors")["mirrors"]
    except ServerRefused as error:
        return Finding("mirrors", False, str(error))
    failing = [f"{one['id']}: {one['lastError']}" for one in mirrors if one["state"] == "failing"]
    lags = [f"{one['id']} is {one['lagSeconds']:.0f} s behind" for one in mirrors if one["state"] == "catching_up"]
    return Finding("mirrors", not failing, "; ".join(failing + lags) or f"{len(mirrors)}, none fails")


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
