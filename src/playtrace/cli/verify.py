"""`playtrace verify`: is all of it there, and as it was written?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, NoReturn

import typer

from playtrace.cli.settings_options import settings_from


def verify(
    path: Annotated[
        str, typer.Argument(metavar="PATH", help="A data folder, with or without a server; or a place of backups.")
    ],
    all_: Annotated[bool, typer.Option("--all", help="Compare the rollups of all days, not of some.")] = False,
) -> None:
    """Read a data folder or a place of backups through, and say in sentences what is broken and what can be saved.

    Of a folder: checksums of all blocks and rows, every value, the rollups against the events, whether journal, store
    and registry fit together, and the registry's keys. Of backups: every piece that any of them needs. Exit code 1 if
    something is wrong.
    """
    # Only here: databases take a while to be loaded.
    from rich.console import Console
    from rich.markup import escape

    from playtrace.cli.examining import examine
    from playtrace.operate.findings import Finding
    from playtrace.operate.folder import Depth
    from playtrace.operate.manifest import MARKER
    from playtrace.operate.place_checkup import examine_place
    from playtrace.operate.places import PlaceUnusable, is_bucket, place_of

    findings: list[Finding] = []
    with Console(stderr=True).status("") as status:
        try:
            if is_bucket(path) or (Path(path) / MARKER).exists() or (Path(path) / "pieces").is_dir():
                place = place_of(path)
                if place.read(MARKER) is None:
                    findings.append(Finding("place", False, f"{MARKER} is missing: a file with {{}} in it does"))

                def show_pieces(done: int, of: int) -> None:
                    status.update(f"{done:,} of {of:,} pieces")

                findings += examine_place(place, show_pieces)
            elif not Path(path).is_dir():
                _fail(f"There is no folder {path}.")
            else:
                settings = settings_from(data=Path(path))
                depth = Depth(blocks=True, rows=True, rollups=True, all_days=all_)
                findings += examine(settings, depth, lambda text: status.update(escape(text)), is_named=True)
        except PlaceUnusable as error:
            _fail(str(error))
    for finding in findings:
        typer.secho(
            f"{'  ' if finding.is_good else '✗ '}{finding.what}: {finding.found.rstrip('.')}.",
            fg=None if finding.is_good else typer.colors.RED,
        )
    wrong = sum(not finding.is_good for finding in findings)
    typer.echo(f"{path} is whole." if not wrong else f"{path}: {wrong} things are wrong, as said above.")
    raise typer.Exit(1 if wrong else 0)


def _fail(problem: str) -> NoReturn:
    typer.secho(problem, err=True, fg=typer.colors.RED)
    raise typer.Exit(1)
