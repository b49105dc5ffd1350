"""What clients tell of themselves: those that write the word `unknown` mean what others mean who send nothing."""

from __future__ import annotations

from typing import LiteralString


def told(column: LiteralString) -> LiteralString:
    """A text as it is compared and grouped by: the empty string where none was sent, or that word."""
    # One comparison of what is null or not: `coalesce(nullif(...), '')` says the same and takes six times as long.
    return "CASE WHEN " + column + " <> 'unknown' THEN " + column + " ELSE '' END"
