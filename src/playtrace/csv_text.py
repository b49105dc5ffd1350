"""CSV in which no text is a formula: a spreadsheet that opens it computes nothing that a player made up."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Sequence
from typing import Protocol

FORMULA = re.compile(r"[=+\-@\t\r\n]")
"""How a cell begins that a spreadsheet computes, once it has dropped what it takes for space."""
NUMBER = re.compile(r"[+-]?\d+(\.\d*)?([eE][+-]?\d+)?")


class Writable(Protocol):
    def write(self, text: str, /) -> object: ...


def write_csv(file: Writable, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Columns and rows. A text that begins like a formula has a `'` before it. Numbers stay numbers."""
    writer = csv.writer(file)
    writer.writerow([_text_of_cell(column) for column in columns])
    writer.writerows([_text_of_cell(value) for value in row] for row in rows)


def _text_of_cell(value: object) -> object:
    if isinstance(value, str) and FORMULA.match(value) and not NUMBER.fullmatch(value):
        return "'" + value
    return value
