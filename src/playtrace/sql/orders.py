"""What the server and a process that answers statements say to each other, over its standard streams.

A question is a line. An answer is a line, and as many bytes as that says.
"""

from __future__ import annotations

from typing import Any, Literal

from msgspec import Struct

Kind = Literal["answer", "refused", "too large", "no memory", "store"]


Format = Literal["json", "arrow", "csv"]


class Reach(Struct, frozen=True):
    """What a statement finds under the names that it says."""

    views: bool = False
    """The views that are made for people (`views.py`); else the store's own tables."""
    views_alone: bool = False
    """A statement that names anything else is refused."""
    game_ids: list[str] | None = None
    """The games whose rows the views have. None: all games."""
    session_timeout_s: float = 1800.0
    """A longer silence ends a session of the views."""


WHOLE_STORE = Reach()
"""The tables as they are kept."""


class Question(Struct, frozen=True):
    sql: str
    reach: Reach
    format: Format
    path: str
    """Of the store's file."""
    log_bytes: int
    """How much of its log belongs to the snapshot."""
    memory_bytes: int
    """What the database may use before it spills; the process may have twice as much."""
    threads: int | None
    spill: str
    """Folder for what has no room in the memory."""


class Heading(Struct, frozen=True):
    kind: Kind
    bytes: int
    """What follows: the answer in its format, or the text of the error."""
    is_worn: bool
    """The process has taken much memory, and is not to be asked again."""


ROWS_MAX = 10_000
"""Of an answer in JSON: the first ones, if there are more."""
ROWS_AT_ONCE_MAX = 1_000_000
"""Of an answer in Arrow or CSV, which is whole or refused."""


class Answer(Struct):
    columns: list[str]
    rows: list[list[Any]]
    truncated: bool
    """There were more than `ROWS_MAX` rows."""


IDLE_SECONDS_MAX = 60.0
"""A process that is asked nothing for so long ends."""
IDLE = 0
"""Exit code of that."""
MEMORY = 77
"""Exit code of a process that took more memory than it may."""
TOO_MUCH_MEMORY = "The statement needs more memory than it may have (sql_memory_bytes). Ask for less."
