"""CSV with a first line of names (RFC 4180), separated by `,`, `;` or a tab. An empty cell is no value."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import IO

from playtrace.imports.errors import FileUnreadable
from playtrace.imports.lines import TOO_LONG, lines_of
from playtrace.imports.rows import ROW_BYTES_MAX, Row, Rows, unreadable

COLUMNS_MAX = 1000


class _LineTooLong(Exception):
    """Comes out of the reader of CSV in the middle of a row."""


def read(stream: IO[bytes]) -> Rows:
    """Raises `FileUnreadable` for a first line that names no columns."""
    lines = _Lines(stream)
    csv.field_size_limit(ROW_BYTES_MAX)
    try:
        first = next(lines, "").removeprefix("\ufeff")
        delimiter = max(",;\t", key=first.count)
        columns = next(csv.reader(iter([first]), delimiter=delimiter), [])
    except (_LineTooLong, csv.Error) as error:
        raise FileUnreadable("Its first line names no columns.") from error
    if not any(columns) or len(columns) > COLUMNS_MAX:
        raise FileUnreadable(f"Its first line names no columns, or more than {COLUMNS_MAX:,}.")
    if len(set(columns)) < len(columns):
        twice = next(column for column in columns if columns.count(column) > 1)
        raise FileUnreadable(f"Its first line names the column {twice!r} twice.")
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        lines.begin_row()
        try:
            cells = next(reader, None)
        except (_LineTooLong, csv.Error) as error:
            what = TOO_LONG if isinstance(error, _LineTooLong) else f"no CSV: {error}"
            yield unreadable(f"The row is {what}.", lines.row)
            # What it kept of the row is gone with it.
            reader = csv.reader(lines, delimiter=delimiter, strict=True)
            continue
        if cells is None:
            return
        if not cells:
            continue
        if len(cells) != len(columns):
            yield unreadable(f"The row has {len(cells)} cells, and the first line names {len(columns)}.", lines.row)
            continue
        values = {column: cell for column, cell in zip(columns, cells, strict=True) if cell != ""}
        yield Row(values, is_table=True)


class _Lines(Iterator[str]):
    """Lines as text; a row may have several, with breaks in its cells, but not more than a row may have."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._lines = lines_of(stream)
        self.row = ""
        """The lines of the row that is being read."""

    def begin_row(self) -> None:
        self.row = ""

    def __next__(self) -> str:
        line, is_whole = next(self._lines)
        text = line.decode("utf-8", "replace")
        self.row += text
        if not is_whole or len(self.row) > ROW_BYTES_MAX:
            raise _LineTooLong
        return text
