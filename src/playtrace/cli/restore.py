"""`playtrace restore`: a data folder made of a backup."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, NoReturn

import typer

from playtrace.cli.settings_options import settings_from


def restore(
    source: Annotated[
        str, typer.Argument(metavar="FROM", help="Where the backups are: a folder, or s3://bucket/path.")
    ],
    data: Annotated[Path, typer.Option("--data", metavar="NEW", help="The data folder to make: new, or empty.")],
    backup_id: Annotated[
        str | None, typer.Option("--backup", metavar="ID", help="As `playtrace backups` lists them. [the latest one]")
    ] = None,
    if_needed: Annotated[
        bool,
        typer.Option(
            "--if-needed",
            help="Do nothing, and call that well, where the folder has something already, or no backup was made yet:"
            " for a machine whose disk goes with it, before each start of the server.",
        ),
    ] = False,
) -> None:
    """Make a data folder of a backup, and load what waited in its journal.

    Every byte is compared with its checksum first. It replaces nothing: the folder must be new or empty, and stays so
    unless all is well. Then `playtrace serve --data NEW` goes on with it.
    """
    settings = settings_from(data=data)
    # Only here: databases take a while to be loaded.
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

    from playtrace.operate.manifest import BackupNewer
    from playtrace.operate.places import PlaceUnusable, place_of
    from playtrace.operate.restore import NoBackupYet, RestoreRefused, choose
    from playtrace.operate.restore import restore as restore_backup
    from playtrace.store.errors import StoreError

    if if_needed and settings.data.is_dir() and any(settings.data.iterdir()):
        typer.echo(f"{settings.data} is not empty, and goes on as it is.")
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"))
    try:
        place = place_of(source)
        manifest = choose(place, backup_id)
        with Progress(*columns, TimeRemainingColumn(), console=Console(stderr=True), transient=True) as progress:
            tasks: dict[str, TaskID] = {}

            def show(what: str, done: int, of: int) -> None:
                if what not in tasks:
                    tasks[what] = progress.add_task(f"Restoring {what}", total=of)
                progress.update(tasks[what], completed=done, total=max(done, of))

            restored = restore_backup(place, manifest, settings, show)
    except NoBackupYet as error:
        if not if_needed:
            _fail(str(error))
        typer.echo(f"{error} {settings.data} begins empty.")
        return
    except (RestoreRefused, BackupNewer, PlaceUnusable, StoreError) as error:
        _fail(str(error))
    typer.echo(
        f"{settings.data} is backup {manifest.id}, as of {manifest.began_at:%Y-%m-%d %H:%M:%S} UTC: {restored.events:,}"
        f" events, of which {restored.loaded:,} had waited in its journal. Start it: `playtrace serve --data"
        f" {settings.data}`."
    )
    if restored.damaged_events:
        typer.secho(
            f"{restored.damaged_events:,} events had been lost, or set aside as they could not be read, when it was"
            " made, or are so now.",
            err=True,
            fg=typer.colors.YELLOW,
        )
    if manifest.damaged_blocks:
        typer.secho(
            f"{len(manifest.damaged_blocks)} blocks of the store were damaged when it was made: `playtrace verify"
            f" {settings.data}` says what of it cannot be read.",
            err=True,
            fg=typer.colors.YELLOW,
        )
    if restored.registry != "included":
        typer.secho(
            f"The registry is not in the backup: it was at {restored.registry}. Name it with registry_url.",
            err=True,
            fg=typer.colors.YELLOW,
        )


def _fail(problem: str) -> NoReturn:
    typer.secho(problem, err=True, fg=typer.colors.RED)
    raise typer.Exit(1)
