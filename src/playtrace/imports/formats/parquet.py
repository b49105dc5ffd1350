"""Parquet, a few thousand rows at a time. It has to be a file that one can jump in."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from playtrace.imports.errors import FileUnreadable
from playtrace.imports.formats.columns import rows_of
from playtrace.imports.rows import Rows

ROWS_AT_ONCE = 5_000
MAGIC = b"PAR1"


def read(path: Path) -> Rows:
    """Raises `FileUnreadable`."""
    try:
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(batch_size=ROWS_AT_ONCE):
                yield from rows_of(batch)
    except (pa.ArrowException, OSError) as error:
        raise FileUnreadable(f"It is no Parquet, or damaged: {error}.") from error
