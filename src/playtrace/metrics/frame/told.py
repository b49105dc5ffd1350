"""What clients tell of themselves: those that write the word `unknown` mean what others mean who send nothing."""

from __future__ import annotations

from typing import LiteralString


def told(column: LiteralString) -> LiteralString:
    """A text as it is compared and grouped by: the empty string where none was sent, or that word."""
    return "coalesce(nullif(" + column + ", 'unknown'), '')"
