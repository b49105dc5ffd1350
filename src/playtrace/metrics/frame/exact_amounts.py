"""Amounts that are added up exactly: as integers, whose sum is the same in any order."""

from __future__ import annotations

from typing import LiteralString


def in_millionths(column: LiteralString) -> LiteralString:
    """A floating point number in millionths, exactly as far as it is exact itself.

    The whole part by itself: a number that is large has few bits left for the fraction.
    """
    whole: LiteralString = "CAST(trunc(" + column + ") AS HUGEINT) * 1000000"
    rest: LiteralString = "CAST(round((" + column + " - trunc(" + column + ")) * 1000000) AS HUGEINT)"
    return "(" + whole + " + " + rest + ")"
