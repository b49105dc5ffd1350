"""`playtrace losses`: what was acknowledged and is lost, as the journal noted it."""

from __future__ import annotations

import sqlite3
from typing import Annotated, NoReturn

import typer

from playtrace.cli.settings_options import Data, settings_from
from playtrace.cli.tables import print_hint, print_json, print_table


def losses(
    data: Data = None,
    accept: Annotated[
        bool,
        typer.Option(
            "--accept",
            help="Forget them, and what was set aside of them, as nothing more can be done: health is whole again.",
        ),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """What was acknowledged and is lost, or could not be read back and was set aside: when it was found, and why.

    Beside a running server or without one. While there is any, health is `degraded`.
    """
    # Only here: it takes a while.
    from playtrace.journal.file import forget_losses, losses_in

    settings = settings_from(data=data)
    path = settings.journal_path
    try:
        found = losses_in(path)
        if accept:
            forget_losses(path, len(found))
    except (sqlite3.Error, FileNotFoundError) as error:
        _fail(f"{path} cannot be asked: {error}.")
    if as_json:
        rows = [
            {"foundAt": f"{loss.found_at.replace(' ', 'T')}Z", "reason": loss.reason, "events": loss.events}
            for loss in found
        ]
        print_json({"losses": rows, "accepted": accept})
    elif found:
        print_table(
            ["found at", "events, at least", "why"],
            [[loss.found_at, f"{loss.events:,}", loss.reason] for loss in found],
        )
        print_hint(
            "They are forgotten, and health is whole again."
            if accept
            else "Look at the disk and the memory of this machine. --accept forgets them."
        )
    else:
        typer.echo("Nothing is lost.")
    if not as_json and not settings.store_path.exists():
        print_hint(f"But {settings.store_path.name} is not there: what to do says playtrace doctor.")


def _fail(problem: str) -> NoReturn:
    typer.secho(problem, err=True, fg=typer.colors.RED)
    raise typer.Exit(1)
