"""A lake that is written every minute has many small files. Once a day is over they become one sorted file a game; what
nobody reads any more is removed; and what is older than a studio keeps is deleted.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np
from msgspec import Struct
from pyiceberg.expressions import BooleanExpression
from pyiceberg.table import Table

from playtrace.mirrors.lake.conditions import all_of, before, equal, within
from playtrace.mirrors.lake.files import delete, files_of, read_files, version_hint
from playtrace.mirrors.lake.tables import DAY_OF

log = logging.getLogger("playtrace.mirrors")

READERS_S = 24 * 3600
"""So long whoever began to read goes on with the files that there were then."""
WRITERS_S = 3600
"""So old is a file that no commit will name any more, unless one names it already."""
ROWS_MAX = 1_000_000
"""Of one file, and of what is sorted in memory at once."""
ONE_DAY = dt.timedelta(days=1)


class Part(Struct, frozen=True):
    """A day of a game."""

    game_id: str
    day: dt.date
    rows: int
    files: int

    @property
    def end(self) -> dt.datetime:
        return dt.datetime.combine(self.day + ONE_DAY, dt.time(), dt.UTC)


def keep(table: Table, name: str, now: dt.datetime, *, settle_hours: float, days_kept: int | None) -> None:
    """All of it. May be repeated, and be killed at any moment.

    Raises what pyiceberg does: `CommitFailedException` where somebody else wrote meanwhile.
    """
    if days_kept is not None:
        delete_before(table, name, now - days_kept * ONE_DAY)
    compact(table, name, now - dt.timedelta(hours=settle_hours))
    expire(table, now - dt.timedelta(seconds=READERS_S))
    remove_unread(table, now - dt.timedelta(seconds=WRITERS_S))


def compact(table: Table, name: str, sealed_before: dt.datetime) -> int:
    """Rewrite each day of a game that ended before a moment and lies in more files than it needs. How many were."""
    count = 0
    for part in list(parts_of(table)):
        if part.end > sealed_before or part.files <= -(-part.rows // ROWS_MAX):
            continue
        _rewrite(table, name, part)
        version_hint(table)
        count += 1
        fields = {"game": part.game_id, "day": part.day.isoformat(), "files": part.files}
        log.info("a day of the lake was rewritten", extra=fields)
    return count


def delete_before(table: Table, name: str, moment: dt.datetime) -> int:
    """Delete whole days (UTC) that ended before a moment; how many of a game."""
    gone = [part.end for part in parts_of(table) if part.end <= moment]
    if gone:
        table.delete(before(DAY_OF[name], max(gone)))
        version_hint(table)
    return len(gone)


def expire(table: Table, before: dt.datetime) -> None:
    """Forget how the table was before, for those who look back; what it is now stays."""
    current = table.current_snapshot()
    old = [
        one.snapshot_id
        for one in table.snapshots()
        if one.timestamp_ms < before.timestamp() * 1000 and (current is None or one.snapshot_id != current.snapshot_id)
    ]
    if old:
        table.maintenance.expire_snapshots().by_ids(old).commit()
        version_hint(table.refresh())


def remove_unread(table: Table, before: dt.datetime) -> int:
    """Remove files that were written before a moment and that no snapshot has: of writers that were killed, and of
    snapshots that expired. How many."""
    # In this order: what is committed meanwhile is read.
    there = [file.path for file in files_of(table) if file.changed_at < before]
    read = read_files(table.refresh())
    return delete(table, [path for path in there if path not in read])


def parts_of(table: Table) -> Iterator[Part]:
    """In no order."""
    if table.current_snapshot() is None:
        return
    for row in table.inspect.partitions().select(["partition", "record_count", "file_count"]).to_pylist():
        part: dict[str, Any] = row["partition"]
        yield Part(part["game"], part["day"], row["record_count"], row["file_count"])


def _rewrite(table: Table, name: str, part: Part) -> None:
    column = DAY_OF[name]
    begin = part.end - ONE_DAY
    whole = _span(column, part.game_id, begin, part.end)
    times = np.sort(table.scan(row_filter=whole, selected_fields=(column,)).to_arrow()[column].to_numpy())
    cuts = [dt.datetime.fromtimestamp(int(at) / 1e6, dt.UTC) for at in times[ROWS_MAX::ROWS_MAX].astype(np.int64)]
    bounds = sorted({begin, *cuts, part.end})
    with table.transaction() as changes:
        changes.delete(whole)
        for first, end in pairwise(bounds):
            rows = table.scan(row_filter=_span(column, part.game_id, first, end)).to_arrow()
            order = [(each, "ascending") for each in (column, "journal_offset", "position")]
            changes.append(rows.sort_by(order))


def _span(column: str, game_id: str, first: dt.datetime, end: dt.datetime) -> BooleanExpression:
    return all_of(equal("game_id", game_id), within(column, first, end))
