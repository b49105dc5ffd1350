"""Which events of a request are too old to count: told in its answer, though decided only when they are loaded.

Then clocks are corrected, from what was ever read of a device (`load/clocks.py`). Here the request alone is known, and
what it says nearly always holds.
"""

from __future__ import annotations

import datetime as dt

from playtrace.event import Batch
from playtrace.journal.entry import microseconds
from playtrace.sent_at import is_certain, presumed_s, reading_s

HISTORY = "docs/history.md"


def note_late(batch: Batch, late_days_max: int) -> None:
    """Note what will be set aside as too old, and times that do not say of which time zone they are."""
    limit = batch.received_at - dt.timedelta(days=late_days_max) - _correction(batch)
    late: list[int] = []
    without_offset = 0
    for index, event in enumerate(batch.events):
        if (time := event.time) is None:
            continue
        if time.tzinfo is None:
            without_offset += 1
            time = time.replace(tzinfo=dt.UTC)
        if time < limit:
            late.append(index)
    if without_offset:
        batch.hints.append(
            f"{_times(without_offset)} no offset from UTC and {_were(without_offset)} read as UTC. Write"
            " 2026-03-01T10:00:00Z, or +01:00 at the end."
        )
    if late:
        positions = batch.positions
        batch.too_old = late if positions is None else [positions[index] for index in late]
        batch.hints.append(
            f"{_events(len(late))} more than {late_days_max} days old: kept apart, and counted by no metric. To bring"
            f" in history, use `playtrace import` ({HISTORY})."
        )


def _correction(batch: Batch) -> dt.timedelta:
    """What will be added to the times, where nothing else is known of the clock."""
    if batch.sent_at is None:
        return dt.timedelta(0)
    sent_us = microseconds(batch.sent_at)
    reading = reading_s(microseconds(batch.received_at), sent_us)
    return dt.timedelta(seconds=presumed_s(reading, is_certain(sent_us, batch.attempt)))


def _events(count: int) -> str:
    return "1 event is" if count == 1 else f"{count:,} events are"


def _times(count: int) -> str:
    return "1 time has" if count == 1 else f"{count:,} times have"


def _were(count: int) -> str:
    return "was" if count == 1 else "were"
