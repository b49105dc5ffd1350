"""The `playtrace` command: one file for each command or group of commands."""

from __future__ import annotations

from typing import Annotated

import typer

from playtrace import __version__
from playtrace.cli import bench, games, keys, tokens
from playtrace.cli.demo import demo
from playtrace.cli.doctor import doctor
from playtrace.cli.serve import serve
from playtrace.cli.simulate import simulate
from playtrace.cli.sql import sql

app = typer.Typer(
    name="playtrace",
    help="The telemetry and analytics platform that a game studio runs itself.",
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
)
app.command()(demo)
app.command()(serve)
app.command()(simulate)
app.command()(sql)
app.command()(doctor)
app.add_typer(games.app, name="games")
app.add_typer(keys.app, name="keys")
app.add_typer(tokens.app, name="tokens")
app.add_typer(bench.app, name="bench")


def _print_version(asked: bool) -> None:
    if asked:
        typer.echo(f"playtrace {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Games send what happened; playtrace keeps every event and answers."""


def main() -> None:
    app()
