"""The options of commands that run or open a server's data, and the settings they make."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError

from playtrace.config import Settings, SettingUnreadable, name_of
from playtrace.validation import in_its_words

Data = Annotated[
    Path | None, typer.Option("--data", metavar="DIR", help="Folder of journal, store and registry. [playtrace-data]")
]
Host = Annotated[str | None, typer.Option("--host", help="Address to listen on. [127.0.0.1]")]
Port = Annotated[int | None, typer.Option("--port", min=0, max=65535, help="Port; 0 takes a free one. [8080]")]


def settings_from(**options: Any) -> Settings:
    """Settings with these on top, where they are given. Ends the command with a sentence when one does not fit."""
    try:
        return Settings.read(**{name: value for name, value in options.items() if value is not None})
    except ValidationError as error:
        wrong = [_sentence(name_of(field["loc"]), field["type"], field["msg"]) for field in error.errors()]
    except SettingUnreadable as error:
        wrong = [str(error)]
    except tomllib.TOMLDecodeError as error:
        wrong = [f"playtrace.toml in the current folder cannot be read: {error}."]
    for sentence in wrong:
        typer.secho(sentence, err=True, fg=typer.colors.RED)
    typer.echo(
        "Settings come from options, PLAYTRACE_* variables and playtrace.toml: see docs/configuration.md.", err=True
    )
    raise typer.Exit(2)


def _sentence(name: str, type_: str, message: str) -> str:
    if type_ == "extra_forbidden":
        return f"There is no setting {name}."
    return f"The setting {name} does not fit: {in_its_words(message).removesuffix('.')}."
