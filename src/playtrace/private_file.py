"""Files that their owner alone may read, and that are whole whenever somebody reads them."""

from __future__ import annotations

import os
from pathlib import Path


def write_private(path: Path, content: bytes) -> None:
    """In place of the one before, at once or not at all; on the disk when this returns. Raises `OSError`."""
    unfinished = path.with_suffix(".unfinished")
    unfinished.unlink(missing_ok=True)
    # Made so that nobody else may read it; on Windows the folder's own permissions count.
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)
