"""A row of a file: what every format makes, and the limits that hold for all of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec import Struct

ROW_BYTES_MAX = 1024 * 1024
"""Of a row as it stands in its file. An event has 32 KiB at most, which others may say at greater length. A longer
row is passed over without being read into memory, and refused."""
SAMPLE_CHARACTERS = 500
"""What is shown of a row that is no event."""


class Row(Struct, frozen=True):
    """What a file says of one event, or why it says nothing."""

    values: dict[str, Any] | None
    error: str = ""
    sample: str = ""
    """The row as it stands in the file, as far as it is shown; only where it could not be read."""
    is_table: bool = False
    """Whether its values are the cells of a CSV: all of them texts, and some with a mark before them."""


Rows = Iterator[Row]


def unreadable(error: str, text: bytes | str = "") -> Row:
    shown = text[: 4 * SAMPLE_CHARACTERS].decode("utf-8", "replace") if isinstance(text, bytes) else text
    return Row(None, error, shown[:SAMPLE_CHARACTERS])
