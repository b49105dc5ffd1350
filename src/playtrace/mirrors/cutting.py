"""Where a mirror goes on, and how much it takes next: so much that memory stays bounded, whatever it is behind."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import LiteralString

from playtrace.mirrors.slices import EVENTS_IN_SLICE, SET_ASIDE_IN_SLICE, bound
from playtrace.mirrors.target import Position, Slice
from playtrace.store.duckdb import Reader

FEW_EVENTS = 400
"""So many cannot have more bytes: `EVENT_BYTES_MAX` of each."""

# The journal that is loaded now; without one that is known (the journal's file is not there), the one that is furthest.
HEAD: LiteralString = """
SELECT journal_id::VARCHAR AS journal_id, journal_offset
FROM loaded
ORDER BY journal_id IS NOT DISTINCT FROM $journal_id::UUID DESC, journal_offset DESC
LIMIT 1
"""

# How far the store came with a journal, and behind which offset those began that came after it. Rows are in the order
# in which the store met with their journals.
KNOWN: LiteralString = """
SELECT journal_offset, (SELECT min(begins_behind) FROM loaded AS later WHERE later.rowid > own.rowid) AS later_behind
FROM loaded AS own
WHERE own.journal_id = $journal_id::UUID
"""

WAITING: LiteralString = f"""
SELECT journal_offset, received_at
FROM (
    SELECT journal_offset, received_at FROM {EVENTS_IN_SLICE}
    UNION ALL
    SELECT journal_offset, received_at FROM {SET_ASIDE_IN_SLICE}
) AS waiting
ORDER BY journal_offset
LIMIT $rows_max
"""

BYTES: LiteralString = f"""
SELECT journal_offset, sum(bytes) AS bytes
FROM (
    SELECT journal_offset, 300 + coalesce(strlen(props::JSON::VARCHAR), 0) AS bytes FROM {EVENTS_IN_SLICE}
    UNION ALL
    SELECT journal_offset, 300 + strlen(body) FROM {SET_ASIDE_IN_SLICE}
) AS waiting
GROUP BY journal_offset
ORDER BY journal_offset
"""

COUNTED: LiteralString = f"SELECT count(*) AS events FROM {EVENTS_IN_SLICE}"

FIRST_OF_DAY: LiteralString = """
SELECT coalesce(min(journal_offset), $head + 1) AS journal_offset
FROM (
    SELECT journal_offset FROM events WHERE time >= $since::TIMESTAMP
    UNION ALL
    SELECT journal_offset FROM set_aside WHERE received_at >= $since::TIMESTAMP
) AS since_then
"""


@dataclass(frozen=True)
class Waiting:
    """The next slice, and since when its first event has been here."""

    slice_: Slice
    oldest_at: dt.datetime | None
    """None where it has nothing: then only the position moves."""


def head_of(moment: Reader, journal_id: str | None) -> Position | None:
    """Up to where the store is loaded. None for one that never was."""
    rows = moment.rows(HEAD, {"journal_id": journal_id})
    return Position(rows[0]["journal_id"], rows[0]["journal_offset"]) if rows else None


def go_on_from(position: Position | None, head: Position, moment: Reader) -> Position | None:
    """Where a target that stands at a position goes on, as what this store has may be another than what it had.

    A store that was put back from a backup knows less than the target: it goes on at what both have. Of a journal that
    it does not know nobody knows what was in it: it begins at the beginning.
    """
    if position is None:
        return None
    rows = moment.rows(KNOWN, {"journal_id": position.journal_id})
    if not rows:
        return None
    known = [position.journal_offset, head.journal_offset, rows[0]["journal_offset"]]
    if rows[0]["later_behind"] is not None:
        known.append(rows[0]["later_behind"])
    return Position(head.journal_id, min(known))


def next_slice(whole: Slice, moment: Reader, *, events_max: int, bytes_max: int) -> Waiting | None:
    """What comes first of all that a target does not have, at most so much but one request at least; None when there
    is nothing."""
    if whole.upto.journal_offset <= whole.after_offset:
        return None
    rows = moment.query(WAITING, bound(whole) | {"rows_max": events_max + 1})
    if rows.num_rows == 0:
        return Waiting(whole, None)
    offsets: list[int] = rows["journal_offset"].to_pylist()
    oldest_at: dt.datetime = rows["received_at"][0].as_py().replace(tzinfo=dt.UTC)
    slice_ = whole
    if len(offsets) > events_max:
        # The last request may go on behind these.
        slice_ = _ended(whole, max(offsets[-1] - 1, offsets[0]))
    if len(offsets) > FEW_EVENTS:
        slice_ = _within_bytes(slice_, moment, bytes_max)
    return Waiting(slice_, oldest_at)


def count_events(slice_: Slice, moment: Reader) -> int:
    """However many they are."""
    return int(moment.rows(COUNTED, bound(slice_))[0]["events"])


def before_day(day: dt.date, head: Position, moment: Reader) -> int:
    """The offset behind which everything is that happened on a day (UTC) or later."""
    since = dt.datetime.combine(day, dt.time())
    first = moment.rows(FIRST_OF_DAY, {"since": since, "head": head.journal_offset})[0]["journal_offset"]
    return max(0, min(int(first) - 1, head.journal_offset))


def _within_bytes(slice_: Slice, moment: Reader, bytes_max: int) -> Slice:
    total, upto = 0, 0
    rows = moment.query(BYTES, bound(slice_))
    for offset, bytes_ in zip(rows["journal_offset"].to_pylist(), rows["bytes"].to_pylist(), strict=True):
        total += int(bytes_)
        if total > bytes_max and upto > 0:
            return _ended(slice_, upto)
        upto = offset
    return slice_


def _ended(slice_: Slice, upto: int) -> Slice:
    return replace(slice_, upto=Position(slice_.upto.journal_id, upto))
