"""Lists on the terminal: a table for people, JSON and CSV for programs."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import msgspec
import typer

from playtrace.csv_text import write_csv

if TYPE_CHECKING:
    from rich.text import Text

PIPE_WIDTH = 240
"""Characters in a line that no terminal breaks: `grep` should find a key in one piece."""


def print_table(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    # Only here: commands that print none start without it.
    from rich.console import Console
    from rich.table import Table

    table = Table(*columns, header_style="bold", box=None, pad_edge=False)
    for row in rows:
        table.add_row(*(_cell(value) for value in row))
    console = Console() if sys.stdout.isatty() else Console(width=PIPE_WIDTH)
    console.print(table)


def print_json(document: Mapping[str, object]) -> None:
    typer.echo(msgspec.json.format(msgspec.json.encode(document)).decode())


def print_csv(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """As CSV, in which no text is a formula."""
    write_csv(sys.stdout, columns, rows)


def print_hint(sentence: str) -> None:
    """To people only: what a script reads stays clean."""
    typer.echo(sentence, err=True)


def _cell(value: object) -> Text:
    """Never markup, never a control character: the value may have been chosen by a client."""
    from rich.text import Text

    if isinstance(value, dt.datetime):
        return Text(value.strftime("%Y-%m-%d %H:%M"), no_wrap=True)
    text = "" if value is None else str(value)
    return Text("".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text))
