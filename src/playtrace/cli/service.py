"""`playtrace service`: the server runs whenever the machine does, and systemd, launchd or Windows look after it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Annotated, NoReturn

import typer

from playtrace.service import launchd, systemd, windows
from playtrace.service.errors import ServiceRefused
from playtrace.service.service import NAME, Service
from playtrace.service.steps import Step, carry_out

PLATFORMS: dict[str, ModuleType] = {"linux": systemd, "darwin": launchd, "win32": windows}

app = typer.Typer(
    name="service",
    help="Run the server as a service: of systemd on Linux, of launchd on macOS, of Windows.",
    no_args_is_help=True,
)

Name = Annotated[str, typer.Option("--name", help="Of the service, where a machine has several.")]
OfUser = Annotated[
    bool, typer.Option("--user", help="A service of yours, not of the machine: needs no root. Not on Windows.")
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would be written and run, and do nothing.")]


@app.command()
def install(
    data: Annotated[
        Path | None,
        typer.Option("--data", metavar="DIR", help="Folder of its data. [on Linux /var/lib/NAME]", show_default=False),
    ] = None,
    host: Annotated[str | None, typer.Option("--host", help="Address to listen on. [127.0.0.1]")] = None,
    port: Annotated[int | None, typer.Option("--port", min=1, max=65535, help="Port. [8080]")] = None,
    name: Name = NAME,
    of_user: OfUser = False,
    dry_run: DryRun = False,
) -> None:
    """Write what the service needs, and start it; again with other options, or after an upgrade, as you like.

    It runs with the Python and the playtrace that run this command. All other settings belong into `playtrace.toml` in
    its data folder: variables of this terminal are not taken over.
    """
    platform = _platform()
    try:
        service = Service(
            name=name,
            data=(data or platform.data_by_default(name, of_user=of_user)).absolute(),
            of_user=of_user,
            host=host,
            port=port,
        )
        _do(platform.install(service), of_user=of_user, dry_run=dry_run)
    except ServiceRefused as error:
        _fail(str(error))
    if not dry_run:
        typer.echo(f"The service {name} runs, its data in {service.data}. {platform.afterwards(service)}")


@app.command()
def uninstall(name: Name = NAME, of_user: OfUser = False, dry_run: DryRun = False) -> None:
    """Stop the service and remove what `install` wrote. The data stays."""
    platform = _platform()
    try:
        service = _known(platform, name, of_user=of_user)
        _do(platform.uninstall(service), of_user=of_user, dry_run=dry_run)
    except ServiceRefused as error:
        _fail(str(error))
    if not dry_run:
        typer.echo(f"The service {name} is removed. Its data is still there.")


@app.command()
def status(name: Name = NAME, of_user: OfUser = False) -> None:
    """What the system says of the service. Exit code 0 while it runs."""
    platform = _platform()
    try:
        command: list[str] = platform.status(_known(platform, name, of_user=of_user))
    except ServiceRefused as error:
        _fail(str(error))
    try:
        ended = subprocess.run(command, check=False)  # noqa: S603 - of ours
    except OSError as error:
        _fail(f"{command[0]} cannot be run here: {error.strerror}.")
    raise typer.Exit(ended.returncode)


def _platform() -> ModuleType:
    if sys.platform not in PLATFORMS:
        _fail(f"Services are made on Linux with systemd, macOS and Windows, not on {sys.platform}.")
    return PLATFORMS[sys.platform]


def _known(platform: ModuleType, name: str, *, of_user: bool) -> Service:
    """As far as it has to be known to be found."""
    return Service(name=name, data=platform.data_by_default(name, of_user=of_user), of_user=of_user)


def _do(steps: Sequence[Step], *, of_user: bool, dry_run: bool) -> None:
    if dry_run:
        for step in steps:
            typer.echo(step.told())
        return
    if not of_user and hasattr(os, "geteuid") and os.geteuid() != 0:
        raise ServiceRefused("A service of the machine needs root: run this with sudo, or say --user for one of yours.")
    carry_out(steps, lambda told: typer.echo(told.partition("\n")[0], err=True))


def _fail(problem: str) -> NoReturn:
    typer.secho(problem, err=True, fg=typer.colors.RED)
    raise typer.Exit(1)
