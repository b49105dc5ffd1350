"""Processes that append to one journal take turns.

SQLite has a lock of its own, but who waits for it looks again after 1, 2, 5, 10 ... milliseconds, while a commit takes
one: two busy processes would sleep most of the time. The operating system wakes the next one at once.
"""

from __future__ import annotations

import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path


class Turns:
    def __init__(self, path: Path) -> None:
        """With a file beside the journal: locks on the journal's own file are SQLite's."""
        self._file = path.with_name(path.name + ".turn").open("wb")

    @contextmanager
    def turn(self) -> Generator[None]:
        """Waits until no other process has one. A process that is killed gives its turn back.

        Windows has no lock that wakes who waits for it; there SQLite's own has to do.
        """
        if sys.platform == "win32":
            yield
        else:
            import fcntl

            fcntl.flock(self._file, fcntl.LOCK_EX)
            try:
                yield
            finally:
                fcntl.flock(self._file, fcntl.LOCK_UN)

    def close(self) -> None:
        self._file.close()
