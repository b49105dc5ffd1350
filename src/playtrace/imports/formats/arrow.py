"""A stream of Arrow's IPC format (arrow.apache.org/docs/format/Columnar.html#ipc-streaming-format)."""

from __future__ import annotations

from typing import IO

import pyarrow as pa

from playtrace.imports.errors import FileUnreadable
from playtrace.imports.formats.columns import rows_of
from playtrace.imports.rows import Rows

MAGIC = b"\xff\xff\xff\xff"
"""How a message of the stream begins."""
ROWS_AT_ONCE = 5_000


def read(stream: IO[bytes]) -> Rows:
    """Raises `FileUnreadable`."""
    try:
        with pa.ipc.open_stream(pa.PythonFile(stream, mode="r")) as batches:
            for batch in batches:
                for start in range(0, len(batch), ROWS_AT_ONCE):
                    yield from rows_of(batch.slice(start, ROWS_AT_ONCE))
    except (pa.ArrowException, OSError) as error:
        raise FileUnreadable(f"It is no stream of Arrow, or damaged: {error}.") from error
