"""Lines of a stream, each within its limit, however long the file makes one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO

from playtrace.imports.rows import ROW_BYTES_MAX

TOO_LONG = f"longer than {ROW_BYTES_MAX:,} bytes"
DROPPED_AT_ONCE = 1024 * 1024


def lines_of(stream: IO[bytes]) -> Iterator[tuple[bytes, bool]]:
    """Each line with its end, and whether it is whole: one that is too long is cut, and its rest passed over."""
    while line := stream.readline(ROW_BYTES_MAX + 1):
        if line.endswith(b"\n") or len(line) <= ROW_BYTES_MAX:
            yield line, True
            continue
        while (rest := stream.readline(DROPPED_AT_ONCE)) and not rest.endswith(b"\n"):
            pass
        yield line, False
