"""The order in which people expect names with numbers in them."""

from __future__ import annotations

import re


def natural(version: str) -> list[tuple[int, int, str]]:
    """A key to sort by: 1.9 before 1.10."""
    parts = re.findall(r"\d{1,18}|\D+", version)
    return [(0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts]
