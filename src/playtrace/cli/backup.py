"""`playtrace backup` and `playtrace backups`: make one, beside the running server or of a stopped one; list them."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Generator
from pathlib import Path
from typing import Annotated, Any, NoReturn, Protocol

import typer

from playtrace.cli.local_server import LocalServer, ServerRefused, running_server
from playtrace.cli.settings_options import Data, settings_from
from playtrace.cli.tables import print_hint, print_json, print_table
from playtrace.config import Settings

LOOK_S = 0.2

To = Annotated[str, typer.Argument(metavar="TO", help="A folder on another disk, or s3://bucket/path.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def backup(
    to: To,
    data: Data = None,
    keep: Annotated[
        int | None, typer.Option(min=1, help="So many backups stay there, the newest ones. Default: all.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Back up journal, store and registry as of one moment. A running server goes on meanwhile.

    What an earlier backup at that place has is not copied again. `playtrace restore` makes a data folder of it,
    `playtrace verify` reads it through.
    """
    settings = settings_from(data=data)
    address = to if "://" in to else str(Path(to).absolute())
    server = running_server(settings)
    made = _ask(server, address, keep) if server is not None else _of_stopped(settings, address, keep)
    if as_json:
        print_json(made)
        return
    waiting = f" and {made['waitingEvents']:,} that are not loaded yet" if made["waitingEvents"] else ""
    typer.echo(
        f"Backup {made['id']}: {made['events']:,} events{waiting}, {made['bytes'] / 1e6:,.1f} MB, of which"
        f" {made['newBytes'] / 1e6:,.1f} MB were written."
    )
    if made["registry"] != "included":
        typer.secho(f"The registry is not in it: back up {made['registry']} as well.", err=True, fg=typer.colors.YELLOW)
    if made["damagedBlocks"]:
        _fail(
            f"{made['damagedBlocks']} blocks of the store are damaged, and in the backup too: keep those before it."
            " `playtrace verify` says what of the store cannot be read."
        )


def _ask(server: LocalServer, address: str, keep: int | None) -> dict[str, Any]:
    try:
        number = server.post("/api/backups", {"address": address, "keep": keep})["number"]
        with _bar() as show:
            try:
                while True:
                    now = server.get("/api/backups")
                    outcome = now["outcome"]
                    if outcome is not None and outcome["number"] >= number:
                        break
                    if (running := now["running"]) is not None:
                        show(running["doneBytes"], running["allBytes"])
                    time.sleep(LOOK_S)
            except KeyboardInterrupt:
                server.delete("/api/backups/running")
                raise
    except ServerRefused as error:
        _fail(str(error))
    if outcome["backup"] is None:
        _fail(f"No backup was made: {outcome['error']}")
    return outcome["backup"]


def _of_stopped(settings: Settings, address: str, keep: int | None) -> dict[str, Any]:
    # Only here: to ask a server needs no database.
    from playtrace.api.backups import Backup
    from playtrace.journal.repair import repair
    from playtrace.operate.backup import BackupFailed, Backups
    from playtrace.store.duckdb import Store
    from playtrace.store.errors import StoreError

    missing = [path.name for path in (settings.store_path, settings.journal_path) if not path.exists()]
    if missing:
        _fail(
            f"There is no {' and no '.join(missing)} in {settings.data.absolute()}. Name the server's folder: --data."
        )
    try:
        with contextlib.closing(Store.open(settings.store_path, settings)) as store:
            repair(settings.journal_path)
            backups = Backups(store, settings)
            number = backups.begin(address, keep=keep)
            with _bar() as show:
                while backups.outcome is None or backups.outcome.number < number:
                    if (progress := backups.progress) is not None:
                        show(progress.done_bytes, progress.all_bytes)
                    time.sleep(LOOK_S)
            outcome = backups.outcome
    except (StoreError, BackupFailed) as error:
        _fail(f"No backup was made: {error}")
    if outcome.manifest is None:
        _fail(f"No backup was made: {outcome.error}")
    return Backup.of(outcome.manifest).model_dump(mode="json", by_alias=True)


def backups(where: To, as_json: AsJson = False) -> None:
    """List the finished backups of a place, oldest first."""
    from playtrace.api.backups import Backup
    from playtrace.operate.listing import all_backups
    from playtrace.operate.manifest import MARKER
    from playtrace.operate.places import PlaceUnusable, place_of

    try:
        place = place_of(where)
        if place.read(MARKER) is None:
            _fail(f"{place.address} holds no backups of playtrace.")
        found, damaged = all_backups(place)
    except PlaceUnusable as error:
        _fail(str(error))
    if as_json:
        rows = [Backup.of(manifest).model_dump(mode="json", by_alias=True) for manifest in found]
        print_json({"backups": rows, "damaged": damaged})
    else:
        print_table(
            ["backup", "made at", "events", "not loaded yet", "MB", "MB written", "playtrace"],
            [
                [
                    manifest.id,
                    manifest.began_at,
                    f"{manifest.events:,}",
                    f"{manifest.waiting_events:,}",
                    f"{manifest.bytes / 1e6:,.1f}",
                    f"{manifest.new_bytes / 1e6:,.1f}",
                    manifest.playtrace,
                ]
                for manifest in found
            ],
        )
        print_hint("What is in them was not read: `playtrace verify` does that.")
    if damaged:
        _fail("; ".join(damaged))


class Show(Protocol):
    def __call__(self, done: int, of: int, /) -> None: ...


@contextlib.contextmanager
def _bar(text: str = "Copying") -> Generator[Show]:
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(text, total=None)

        def show(done: int, of: int, /) -> None:
            progress.update(task, completed=done, total=of or None)

        yield show


def _fail(problem: str) -> NoReturn:
    typer.secho(problem, err=True, fg=typer.colors.RED)
    raise typer.Exit(1)
