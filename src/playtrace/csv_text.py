"""CSV in which no text is a formula: a spreadsheet that opens it computes nothing that a player made up."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Sequence
from typing import Protocol

FORMULA = re.compile(r"'*[=+\-@\t\r\n]")
"""How a cell begins that a spreadsheet computes, once it has dropped what it takes for space. A text that looks as if
it were marked already is marked again, so that `text_of_cell` gives back what there was."""
NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]*)?([eE][+-]?[0-9]+)?")
MARKED = re.compile(r"'+[=+\-@\t\r\n]")


class Writable(Protocol):
    def write(self, text: str, /) -> object: ...


def write_csv(file: Writable, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Columns and rows. A text that begins like a formula has a `'` before it. Numbers stay numbers."""
    writer = csv.writer(file)
    writer.writerow([_cell_of(column) for column in columns])
    writer.writerows([_cell_of(value) for value in row] for row in rows)


def _cell_of(value: object) -> object:
    if isinstance(value, str) and FORMULA.match(value) and not NUMBER.fullmatch(value):
        return "'" + value
    return value


def text_of_cell(cell: str) -> str:
    """What was written: the text without the mark that `write_csv` put before it."""
    return cell[1:] if MARKED.match(cell) else cell
