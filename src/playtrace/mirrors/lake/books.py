"""The books beside the tables, in one small file: what was received, stored, set aside and erased, by hour of receipt.

Whoever reads the lake can tell by them whether all of it is there. The file is written whole behind each slice; up to
`complete_before` the tables had all of those hours when it was written.
"""

from __future__ import annotations

import datetime as dt
from typing import LiteralString

import pyarrow as pa
from msgspec import Struct
from pyarrow import parquet
from pyarrow.fs import FileSystem
from pyiceberg.table import Table

from playtrace.mirrors.lake.files import file_system_of
from playtrace.mirrors.slices import SliceRows
from playtrace.mirrors.target import Slice
from playtrace.store.duckdb import Reader
from playtrace.store.erasing import ERASURE

FILE = "books.parquet"
COMPLETE_BEFORE = b"playtrace.complete-before"
CLOCKS_APART = dt.timedelta(hours=2)
"""So far the clocks of several who take events may be apart."""

BOOKS: LiteralString = """
SELECT game_id, hour, outcome, CAST(sum(events) AS BIGINT) AS events
FROM (
    SELECT game_id, hour, outcome, events FROM books
    UNION ALL
    SELECT game_id, hour, 'erased', events FROM removed_events WHERE reason = $erasure
) AS kept
WHERE $games::VARCHAR[] IS NULL OR list_contains($games::VARCHAR[], game_id)
GROUP BY game_id, hour, outcome
ORDER BY game_id, hour, outcome
"""


class LakeRows(SliceRows, frozen=True):
    """All of a slice, and the books as they were then; None where the lake has not all of their events."""

    books: pa.Table | None = None


class Books(Struct, frozen=True):
    """As they are in a lake."""

    rows: pa.Table
    """`game_id`, `hour`, `outcome` (`stored`, `duplicate`, `quarantined`, `refused`, `erased`) and `events`."""
    complete_before: dt.datetime
    """UTC, without offset."""


def books_of(slice_: Slice, moment: Reader) -> pa.Table | None:
    """The books of the games of a slice."""
    if slice_.since is not None:
        return None
    games = None if slice_.games is None else list(slice_.games)
    return moment.query(BOOKS, {"games": games, "erasure": ERASURE})


def write_books(events: Table, rows: LakeRows) -> None:
    """Beside the table of events, once that has the slice. What has no events says nothing new."""
    if rows.books is None or not rows.events.num_rows:
        return
    last: dt.datetime = max(rows.events["received_at"].to_pylist())
    complete_before = last.replace(minute=0, second=0, microsecond=0) - CLOCKS_APART
    table = rows.books.replace_schema_metadata({COMPLETE_BEFORE: complete_before.isoformat()})
    sink = pa.BufferOutputStream()
    parquet.write_table(table, sink, compression="zstd")
    files, path = _file(events)
    # A folder's file is replaced at once: nobody reads half of it.
    unfinished = path if events.location().startswith("s3:") else f"{path}.unfinished"
    with files.open_output_stream(unfinished) as file:
        file.write(sink.getvalue())
    if unfinished != path:
        files.move(unfinished, path)


def forget_books(events: Table) -> None:
    """Until the next slice: what they say is going to change."""
    files, path = _file(events)
    try:
        files.delete_file(path)
    except FileNotFoundError:
        return


def read_books(events: Table) -> Books | None:
    """None where there are none."""
    files, path = _file(events)
    try:
        with files.open_input_file(path) as file:
            rows = parquet.read_table(file)
    except FileNotFoundError:
        return None
    said = (rows.schema.metadata or {}).get(COMPLETE_BEFORE)
    return None if said is None else Books(rows, dt.datetime.fromisoformat(said.decode()))


def _file(events: Table) -> tuple[FileSystem, str]:
    files, folder, _ = file_system_of(events.io.properties, events.location())
    return files, f"{folder.rpartition('/')[0]}/{FILE}"
