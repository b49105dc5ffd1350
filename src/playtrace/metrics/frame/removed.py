"""What an answer lacks because it was removed on purpose: it says so, instead of counting zero.

An answer from rollups lacks nothing while only raw events are gone. One that is read from events lacks what happened
before the day up to which they are gone; where that is all it was asked for, there is no answer.
"""

from __future__ import annotations

import datetime as dt

from playtrace.metrics.frame.asking import Asking
from playtrace.metrics.frame.calendar import plain
from playtrace.metrics.frame.errors import WrongParameter
from playtrace.metrics.frame.models import CommonAnswer
from playtrace.store.raw_gone import OTHER_NAMES, Gone

NAMED_MAX = 5


def told_of_removed(answer: CommonAnswer, asking: Asking, *, needs_events: bool) -> list[str]:
    """Sentences about what the answer lacks; its `removed_before` is set. Raises `WrongParameter` where nothing of what
    was asked for is left."""
    gone = asking.gone
    start, end = plain(answer.from_), plain(answer.to)
    # What is read behind the range is of now, whatever was asked for.
    if needs_events and _is_gone(end, gone) and any(until <= end for _, until in asking.events_read):
        raise WrongParameter(
            "to",
            f"raw events before {gone.before(OTHER_NAMES)} (UTC) were removed (retention), and only they could answer"
            " this: ask about later days. Without filters most metrics are answered from figures that were kept.",
        )
    said: list[str] = []
    lacking: list[dt.date] = []
    if gone.everything is not None and start < _midnight(gone.everything):
        lacking.append(gone.everything)
        said.append(f"Everything before {gone.everything} (UTC) was removed (retention): nothing of it is counted.")
    # Who read no events lacks none.
    read_from = min((since for since, _ in asking.events_read), default=dt.datetime.max)
    others = gone.before(OTHER_NAMES)
    if read_from < _midnight(others):
        lacking.append(others)
        said.append(
            f"Raw events before {others} (UTC) were removed (retention), and this is read from raw events: what"
            " happened before is missing. Without filters most metrics are answered from figures that were kept."
        )
    names = sorted(
        name
        for name, day in gone.by_name.items()
        if name != OTHER_NAMES and day > others and read_from < _midnight(day)
    )
    if names:
        day = max(gone.by_name[name] for name in names)
        more = f" and {len(names) - NAMED_MAX} more" if len(names) > NAMED_MAX else ""
        lacking.append(day)
        said.append(
            f"Raw events of the name {', '.join(map(repr, names[:NAMED_MAX]))}{more} before {day} (UTC) were removed"
            " (retention), and this is read from raw events: where it is about them, they are missing."
        )
    answer.removed_before = max(lacking, default=None)
    return said


def _is_gone(until: dt.datetime, gone: Gone) -> bool:
    """Whether of no name anything is left that happened before."""
    return bool(gone.by_name) and until <= _midnight(min(gone.before(OTHER_NAMES), *gone.by_name.values()))


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time())
