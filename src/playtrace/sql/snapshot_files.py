"""The store's file and its log as they were at one moment, while the process that owns them goes on writing.

DuckDB locks its file against all other processes. It leaves files alone that come from a file system of somebody
else's: this one reads the same file, and the log up to the length that it had (`Store.snapshot` says why that is a
whole). It has these two files and no other, they are only read, and only until the database has opened them.
"""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import Any

import duckdb
from fsspec import AbstractFileSystem

from playtrace.store.duckdb import Snapshot, log_path

NAME = "store.duckdb"
LOG_NAME = NAME + ".wal"


class SnapshotFiles(AbstractFileSystem):  # pyright: ignore[reportMissingTypeStubs]
    protocol = "snapshot"
    cachable = False

    def __init__(self, snapshot: Snapshot) -> None:
        super().__init__()
        self._is_closed = False
        self._files = {
            NAME: (snapshot.path, snapshot.path.stat().st_size),
            LOG_NAME: (log_path(snapshot.path), snapshot.log_bytes),
        }

    def info(self, path: str, **_: Any) -> dict[str, Any]:
        name, (_path, size) = self._find(path)
        return {"name": name, "size": size, "type": "file"}

    def exists(self, path: str, **_: Any) -> bool:
        try:
            self._find(path)
        except FileNotFoundError:
            return False
        return True

    def _open(self, path: str, mode: str = "rb", *_: Any, **__: Any) -> Any:
        if mode != "rb":
            raise PermissionError(f"{path} is only read here.")
        _name, (real, size) = self._find(path)
        return PartOfFile(real, size)

    def open_no_more(self) -> None:
        """SQL has functions that read files, and may read those of attached databases."""
        self._is_closed = True

    def _find(self, path: str) -> tuple[str, tuple[Path, int]]:
        name = path.removeprefix("snapshot://").lstrip("/")
        file = self._files.get(name)
        if file is None or file[1] == 0 or self._is_closed:
            raise FileNotFoundError(path)
        return name, file


class PartOfFile(io.RawIOBase):
    """A file from its beginning up to a length."""

    def __init__(self, path: Path, length: int) -> None:
        super().__init__()
        self._descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_CLOEXEC", 0))
        self._length = length
        self._position = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        beginning = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self._length}[whence]
        self._position = beginning + offset
        return self._position

    def tell(self) -> int:
        return self._position

    def read(self, size: int = -1) -> bytes:
        left = max(0, self._length - self._position)
        read = os.pread(self._descriptor, left if size < 0 else min(size, left), self._position)
        self._position += len(read)
        return read

    def close(self) -> None:
        if not self.closed:
            os.close(self._descriptor)
        super().close()


def connect(snapshot: Snapshot, config: dict[str, Any], *, is_current: bool) -> duckdb.DuckDBPyConnection:
    """A database of its own, in memory, to which the snapshot is attached as `store`; SQL reaches nothing else.

    `is_current`: a name alone, without `store.` before it, finds its tables.
    """
    connection = duckdb.connect(":memory:", config=config)
    files = SnapshotFiles(snapshot)
    connection.register_filesystem(files)
    connection.execute(f"ATTACH 'snapshot://{NAME}' AS store (READ_ONLY)")
    files.open_no_more()
    if is_current:
        connection.execute("USE store")
    connection.execute("SET GLOBAL TimeZone = 'UTC'")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET allowed_configs = []")
    connection.execute("SET lock_configuration = true")
    connection.execute("BEGIN TRANSACTION READ ONLY")
    return connection
