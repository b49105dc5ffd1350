"""A share's folder belongs to one process at a time: by a lock of the operating system, which ends with the process.

What is in the folder is written by many hands, and one of its files by a database that another program opens now and
then. So whoever has the folder has this lock from before it opens the first file until it has closed the last.
"""

from __future__ import annotations

import sys
from pathlib import Path


class FolderLock:
    """Not taken yet. For one thread."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = folder / "loader.lock"
        path.touch(0o600)
        self._file = path.open("r+b", buffering=0)

    def take(self) -> bool:
        """False while another process has it. Raises `OSError` where the file system knows no locks."""
        try:
            if sys.platform == "win32":
                import msvcrt

                msvcrt.locking(self._file.fileno(), msvcrt.LK_NBLCK, 1)
            else:
                import fcntl

                # Of the process, as a network's file system knows them too; it has no other that would know it.
                fcntl.lockf(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except (BlockingIOError, PermissionError):
            return False
        return True

    def close(self) -> None:
        """Give it back, if it was taken."""
        self._file.close()
