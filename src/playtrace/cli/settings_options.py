"""The options of commands that run or open a server's data, and the settings they make."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError

from playtrace.config import Settings

Data = Annotated[
    Path | None, typer.Option("--data", metavar="DIR", help="Folder of journal, store and registry. [playtrace-data]")
]
Host = Annotated[str | None, typer.Option("--host", help="Address to listen on. [127.0.0.1]")]
Port = Annotated[int | None, typer.Option("--port", min=0, max=65535, help="Port; 0 takes a free one. [8080]")]


def settings_from(**options: Any) -> Settings:
    """Settings with these on top, where they are given. Ends the command with a sentence when one does not fit."""
    try:
        return Settings(**{name: value for name, value in options.items() if value is not None})
    except ValidationError as error:
        for field in error.errors():
            name = ".".join(map(str, field["loc"]))
            typer.secho(f"The setting {name} does not fit: {field['msg']}.", err=True, fg=typer.colors.RED)
        typer.echo(
            "Settings come from options, PLAYTRACE_* variables and playtrace.toml: see docs/configuration.md.", err=True
        )
        raise typer.Exit(2) from error
