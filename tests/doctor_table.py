"""What `playtrace doctor` prints, read back."""

from __future__ import annotations

from typer.testing import Result


def found_wrong(done: Result) -> list[tuple[str, str]]:
    """What it found to be wrong, and what it says of it."""
    rows = [[cell.strip() for cell in line.split("│")[1:4]] for line in done.stdout.splitlines() if "│" in line]
    wrong = [(what, found) for mark, what, found in rows if mark == "no"]
    assert done.exit_code == (1 if wrong else 0), done.output
    return wrong
