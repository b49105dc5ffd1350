"""What stands in `infrastructure/`, as text."""

from __future__ import annotations

import re
from pathlib import Path

INFRASTRUCTURE = Path(__file__).parents[2] / "infrastructure"
FILES = sorted(INFRASTRUCTURE.rglob("*.tf"))
ROOTS = ("environments/staging", "environments/production", "bootstrap")
FOLDERS = sorted({path.parent for path in FILES})


def names_in_use() -> set[str]:
    """Every word, among them all names of arguments and blocks."""
    return {name for path in FILES for name in re.findall(r"[a-z]\w+", path.read_text("utf-8"))}


def types_in_use() -> tuple[set[str], set[str]]:
    """Types of resources and of data sources."""
    text = "\n".join(path.read_text("utf-8") for path in FILES)
    found = [set(re.findall(rf'^{kind} "(aws_\w+)"', text, re.MULTILINE)) for kind in ("resource", "data")]
    return found[0], found[1]
