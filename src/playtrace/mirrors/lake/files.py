"""The files of a table: which there are, and which are read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from msgspec import Struct
from pyarrow.fs import FileSelector, FileSystem, FileType
from pyiceberg.io.pyarrow import PyArrowFileIO
from pyiceberg.table import Table

HINT = "version-hint.text"
"""Which metadata is current, for engines that ask no catalog."""
METADATA = ".metadata.json"


class File(Struct, frozen=True):
    path: str
    """As the table's metadata names it."""
    bytes_: int
    changed_at: dt.datetime


def file_system_of(options: Mapping[str, str], location: str) -> tuple[FileSystem, str, str]:
    """What reads and writes there, the path that it knows the place by, and what stands before that in names."""
    parts = urlsplit(location)
    files = PyArrowFileIO(dict(options)).fs_by_scheme(parts.scheme, parts.netloc or None)
    if parts.scheme == "file":
        return files, parts.path, "file://"
    return files, f"{parts.netloc}{parts.path}", f"{parts.scheme}://"


def files_of(table: Table) -> list[File]:
    """All that lie in the table's folder, whether anybody reads them or not, but the hint."""
    files, folder, before = file_system_of(table.io.properties, table.location())
    found = files.get_file_info(FileSelector(folder, allow_not_found=True, recursive=True))
    return [
        File(f"{before}{one.path}", one.size, one.mtime)
        for one in found
        if one.type is FileType.File and one.base_name != HINT
    ]


def read_files(table: Table) -> set[str]:
    """Those that a reader of any of the table's snapshots may want."""
    found = {table.metadata_location, *(entry.metadata_file for entry in table.metadata.metadata_log)}
    manifests: set[str] = set()
    for snapshot in table.snapshots():
        found.add(snapshot.manifest_list)
        for manifest in snapshot.manifests(table.io):
            if manifest.manifest_path not in manifests:
                manifests.add(manifest.manifest_path)
                entries: Iterable[Any] = manifest.fetch_manifest_entry(table.io, discard_deleted=True)
                found |= {entry.data_file.file_path for entry in entries}
    return found | manifests


def delete(table: Table, paths: Iterable[str]) -> int:
    """How many went; one that is gone already is as good."""
    count = 0
    for path in paths:
        with suppress(FileNotFoundError):
            table.io.delete(path)
            count += 1
    return count


def version_hint(table: Table) -> None:
    """Write which metadata is current."""
    files, folder, _ = file_system_of(table.io.properties, f"{table.location()}/metadata")
    name = table.metadata_location.rsplit("/", 1)[1].removesuffix(METADATA)
    with files.open_output_stream(f"{folder}/{HINT}") as file:
        file.write(name.encode())
