"""`playtrace audit`: who did what."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from playtrace.api.audit import as_csv, as_ndjson
from playtrace.cli.registry_access import DataFolder, open_registry
from playtrace.cli.tables import print_hint, print_table


def audit(
    actor: Annotated[str | None, typer.Option(help="Only what this one did, such as an email.")] = None,
    action: Annotated[
        str | None, typer.Option(help="Only this, such as key.revoked, or all that begin so, such as person.")
    ] = None,
    game_id: Annotated[str | None, typer.Option("--game", metavar="GAME", help="Only of this game.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1_000_000, help="The latest so many.")] = 100,
    form: Annotated[Literal["table", "csv", "ndjson"], typer.Option("--format")] = "table",
    data: DataFolder = None,
) -> None:
    """Print who did what, the latest first."""
    with open_registry(data) as registry:
        found = registry.audit.entries(
            actor=actor, action=action, game_ids=None if game_id is None else [game_id], limit=limit
        )
    if form != "table":
        typer.echo(as_csv(found) if form == "csv" else as_ndjson(found), nl=False)
    elif found:
        print_table(
            ["When (UTC)", "Who", "What", "Game", "To what", "From"],
            [[one.at, one.actor, one.action, one.game_id, one.subject, one.address] for one in found],
        )
    else:
        print_hint("Nothing that matches was done.")
