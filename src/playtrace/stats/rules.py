"""What the settings say about counting for players, and the periods of boards."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Literal

from msgspec import Struct

from playtrace.board_rules import Boards
from playtrace.event import PASSIVE_EVENTS
from playtrace.journal.entry import EPOCH, microseconds

Period = Literal["day", "week", "month", "all"]

DAY_US = 86_400_000_000
EVER_US = 2**62
"""The end of all time."""
SCORE_MAX = 1e15
PASSIVE = frozenset(PASSIVE_EVENTS)


class Rules(Struct, frozen=True):
    """What the settings say about counting."""

    boards: Boards
    session_timeout_us: int
    settle_us: int
    """So long after its end a period takes scores."""
    late_us: int
    """What is older when it comes does not count."""
    known_us: int
    """For so long an event that comes again is known by its id."""


class Span(Struct, frozen=True):
    """One day, week, month, or all time. Of UTC, whatever the game's time zone: a score is of one of each."""

    period: Period
    start_us: int
    end_us: int


def spans_at(time_us: int) -> Iterator[Span]:
    """Those that have this moment in them."""
    day = EPOCH + dt.timedelta(days=time_us // DAY_US)
    monday = day - dt.timedelta(days=day.weekday())
    first = day.replace(day=1)
    after = (first + dt.timedelta(days=31)).replace(day=1)
    yield Span("day", microseconds(day), microseconds(day) + DAY_US)
    yield Span("week", microseconds(monday), microseconds(monday) + 7 * DAY_US)
    yield Span("month", microseconds(first), microseconds(after))
    yield Span("all", 0, EVER_US)


def span_at(period: Period, time_us: int) -> Span:
    """The one that has this moment in it."""
    return next(span for span in spans_at(time_us) if span.period == period)
