"""The `playtrace` command: one file for each command or group of commands.

A command's file is imported when the command is called: a server and a database take longer to import than
to ask for a version.
"""

from __future__ import annotations

from importlib import import_module
from typing import Annotated, Any

import typer
from typer.core import TyperGroup
from typer.main import get_command

from playtrace import __version__

COMMANDS: dict[str, tuple[str, str]] = {
    "demo": ("playtrace.cli.demo", "demo"),
    "serve": ("playtrace.cli.serve", "serve"),
    "simulate": ("playtrace.cli.simulate", "simulate"),
    "query": ("playtrace.cli.query", "app"),
    "sql": ("playtrace.cli.sql", "sql"),
    "import": ("playtrace.cli.import_files", "import_files"),
    "export": ("playtrace.cli.export", "export"),
    "games": ("playtrace.cli.games", "app"),
    "players": ("playtrace.cli.players", "app"),
    "segments": ("playtrace.cli.segments", "app"),
    "report": ("playtrace.cli.report", "report"),
    "reports": ("playtrace.cli.reports", "app"),
    "alerts": ("playtrace.cli.alerts", "app"),
    "gamedb": ("playtrace.cli.gamedb", "app"),
    "lake": ("playtrace.cli.lake", "app"),
    "batch": ("playtrace.cli.batch", "app"),
    "aws": ("playtrace.cli.aws", "app"),
    "mirrors": ("playtrace.cli.mirrors", "app"),
    "rates": ("playtrace.cli.rates", "app"),
    "retention": ("playtrace.cli.retention", "app"),
    "maps": ("playtrace.cli.maps", "app"),
    "keys": ("playtrace.cli.keys", "app"),
    "people": ("playtrace.cli.people", "app"),
    "audit": ("playtrace.cli.audit", "audit"),
    "tokens": ("playtrace.cli.tokens", "app"),
    "backup": ("playtrace.cli.backup", "backup"),
    "backups": ("playtrace.cli.backup", "backups"),
    "verify": ("playtrace.cli.verify", "verify"),
    "restore": ("playtrace.cli.restore", "restore"),
    "losses": ("playtrace.cli.losses", "losses"),
    "rollups": ("playtrace.cli.rollups", "app"),
    "store": ("playtrace.cli.store", "app"),
    "bench": ("playtrace.cli.bench", "app"),
    "doctor": ("playtrace.cli.doctor", "doctor"),
    "service": ("playtrace.cli.service", "app"),
}
"""Module and attribute of each command: a function, or a group."""


class LazyCommands(TyperGroup):
    """Imports a command when it is asked for."""

    def list_commands(self, ctx: Any) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in COMMANDS:
            return None
        module, attribute = COMMANDS[cmd_name]
        found = getattr(import_module(module), attribute)
        if not isinstance(found, typer.Typer):
            single = typer.Typer(add_completion=False, pretty_exceptions_show_locals=False)
            single.command(cmd_name)(found)
            found = single
        command = get_command(found)
        command.name = cmd_name
        return command


app = typer.Typer(
    name="playtrace",
    cls=LazyCommands,
    help="The telemetry and analytics platform that a game studio runs itself.",
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
)


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
