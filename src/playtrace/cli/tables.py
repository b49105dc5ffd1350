"""Lists on the terminal: a table for people, JSON and CSV for programs."""

from __future__ import annotations

import csv
import datetime as dt
import re
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import msgspec
import typer

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


FORMULA = re.compile(r"[=+\-@\t\r\n]")
"""How a cell begins that a spreadsheet computes, once it has dropped what it takes for space."""
NUMBER = re.compile(r"[+-]?\d+(\.\d*)?([eE][+-]?\d+)?")


def print_csv(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """As CSV, in which no text is a formula: one that begins like one has a `'` before it. Numbers stay numbers."""
    writer = csv.writer(sys.stdout)
    writer.writerow([_text_of_cell(column) for column in columns])
    writer.writerows([[_text_of_cell(value) for value in row] for row in rows])


def _text_of_cell(value: object) -> object:
    if isinstance(value, str) and FORMULA.match(value) and not NUMBER.fullmatch(value):
        return "'" + value
    return value


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
