"""Whether all that was received is in the lake: its rows, by hour of receipt, beside the books."""

from __future__ import annotations

import datetime as dt
from collections import Counter

from msgspec import Struct

from playtrace.batch.quality.counts import received_by_hour
from playtrace.metrics.frame.calendar import Span, plain
from playtrace.mirrors.lake.books import Books
from playtrace.store.reading import Reader


class Balance(Struct, frozen=True):
    """Of the hours of a day that are over."""

    hours: int
    stored: int
    """As the books say, without those that were erased."""
    in_lake: int
    unbalanced: int
    """Events by which hours differ, added up."""


def balance_of(reader: Reader, books: Books | None, game_id: str, span: Span) -> Balance | None:
    """Of what was received in a stretch of time. None where the books do not reach: there are none, or they are of
    before. Raises what `Reader.query` raises."""
    if books is None:
        return None
    start, end = _next_hour(plain(span.start)), min(_next_hour(plain(span.end)), books.complete_before)
    if start >= end:
        return None
    expected: Counter[dt.datetime] = Counter()
    for row in books.rows.to_pylist():
        if row["game_id"] == game_id and start <= row["hour"] < end:
            sign = {"stored": 1, "erased": -1}.get(row["outcome"], 0)
            expected[row["hour"]] += sign * row["events"]
    found = received_by_hour(reader, game_id, start, end)
    hours = expected.keys() | found.keys()
    return Balance(
        len(hours),
        sum(expected.values()),
        sum(found.values()),
        sum(abs(expected[hour] - found.get(hour, 0)) for hour in hours),
    )


def _next_hour(moment: dt.datetime) -> dt.datetime:
    """The first hour that begins then or later: the books have whole ones."""
    begun = moment.replace(minute=0, second=0, microsecond=0)
    return begun if begun == moment else begun + dt.timedelta(hours=1)
