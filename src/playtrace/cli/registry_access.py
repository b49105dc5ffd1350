"""How commands reach the registry: its file or database directly, beside a running server."""

from __future__ import annotations

import getpass
import re
import shlex
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from playtrace.cli.settings_options import settings_from
from playtrace.registry.audit import Actor, acts
from playtrace.registry.errors import (
    AmbiguousKey,
    GameExists,
    GameIsDeleted,
    Invalid,
    RegistryError,
    UnknownGame,
    UnknownKey,
    UnknownMap,
    UnknownMirror,
    UnknownPerson,
    UnknownToken,
)
from playtrace.registry.registry import Registry
from playtrace.registry.write_keys import KEY_PREFIX_LENGTH_MIN

DataFolder = Annotated[
    Path | None,
    typer.Option("--data", metavar="DIR", help="Folder of the server's data. Default: as in the settings."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for scripts.")]

NEXT_MOVES: dict[type[RegistryError], str] = {
    GameIsDeleted: "See `playtrace games list`: when it is not there any more, its id is free.",
    GameExists: "See `playtrace games list`, or choose another id.",
    UnknownGame: "See `playtrace games list`, or make it: `playtrace games add ID`.",
    UnknownKey: f"See `playtrace keys list`, and give the key or at least its first {KEY_PREFIX_LENGTH_MIN} digits.",
    AmbiguousKey: "Give more of its digits.",
    UnknownPerson: "See `playtrace people list`.",
    UnknownMap: "See `playtrace maps list GAME`.",
    UnknownMirror: "See `playtrace mirrors list`.",
    UnknownToken: "See `playtrace tokens list`: the id is the number in the first column.",
}


@contextmanager
def open_registry(data: Path | None, *, create: bool = False, is_quiet: bool = False) -> Generator[Registry]:
    """The registry of a data folder. What goes wrong inside the block ends the command with a sentence.

    Without `create` a folder that has no registry is an error: more likely a typo than a wish. With it a new folder is
    named, unless `is_quiet`.
    """
    settings = settings_from(data=data)
    if not create and settings.registry.url is None and not settings.registry_path.exists():
        _fail(
            f"There is no playtrace data in {settings.data.absolute()}.",
            "Name the server's folder with --data, or begin with `playtrace games add ID`.",
        )
    if not is_quiet and settings.registry.url is None and not settings.data.exists():
        typer.echo(f"This begins a new folder: {settings.data.absolute()}", err=True)
    try:
        registry = Registry.open(settings.registry_database)
        try:
            with acts(Actor(f"the command line ({_user()})")):
                yield registry
        finally:
            registry.close()
    except Invalid as error:
        _fail(f"The {error.field} does not fit: {error.expected}.", None)
    except RegistryError as error:
        move = NEXT_MOVES.get(type(error))
        _fail(str(error), move and re.sub("`(playtrace .*?)`", lambda found: f"`{in_folder(found[1], data)}`", move))


def in_folder(command: str, data: Path | None) -> str:
    """A command to type next, for the folder that this one was given."""
    return command if data is None else f"{command} --data {shlex.quote(str(data))}"


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "nobody known"


def _fail(problem: str, next_move: str | None) -> NoReturn:
    typer.secho(problem, err=True, fg=typer.colors.RED)
    if next_move is not None:
        typer.echo(next_move, err=True)
    raise typer.Exit(1)
