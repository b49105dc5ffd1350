"""The day or week that a report is about, in the game's time zone."""

from __future__ import annotations

import datetime as dt
from typing import Literal
from zoneinfo import ZoneInfo

from msgspec import Struct

from playtrace.metrics.frame.calendar import ONE_DAY, Span, day_of, day_start, monday_of

Kind = Literal["day", "week"]

FIRST_DAY = dt.date(1970, 6, 1)
"""What a report looks back upon is after 1970 too."""


class NoSuchPeriod(ValueError):
    """Nothing can be said about such a day or week; the message says what was expected."""


class Period(Struct, frozen=True):
    """A day, or an ISO week."""

    kind: Kind
    first: dt.date
    """Of a week its Monday."""

    @property
    def days(self) -> int:
        return 1 if self.kind == "day" else 7

    @property
    def last(self) -> dt.date:
        return self.first + (self.days - 1) * ONE_DAY

    @property
    def before(self) -> Period:
        return Period(self.kind, self.first - self.days * ONE_DAY)

    def span(self, zone: ZoneInfo) -> Span:
        return Span(day_start(self.first, zone), day_start(self.last + ONE_DAY, zone))

    @property
    def title(self) -> str:
        """`Tuesday, 3 March 2026`; `Week 10 of 2026, 2 to 8 March`."""
        if self.kind == "day":
            return f"{self.first:%A}, {long_day(self.first)}"
        year, week, _ = self.first.isocalendar()
        return f"Week {week} of {year}, {short_days(self.first, self.last)}"


def period_with(kind: Kind, day: dt.date, now: dt.datetime, zone: ZoneInfo) -> Period:
    """The day, or the week in which it lies. Raises `NoSuchPeriod` for one that has not begun, or long ago."""
    today = day_of(now, zone)
    if day < FIRST_DAY or (day if kind == "day" else monday_of(day)) > today:
        raise NoSuchPeriod(f"expected a day that has begun in {zone.key}, such as {today}, and not before {FIRST_DAY}")
    return Period(kind, day if kind == "day" else monday_of(day))


def latest_over(kind: Kind, now: dt.datetime, zone: ZoneInfo) -> Period:
    """The latest day or week that is over."""
    today = day_of(now, zone)
    return Period(kind, today if kind == "day" else monday_of(today)).before


def long_day(day: dt.date) -> str:
    """`3 March 2026`."""
    return f"{day.day} {day:%B} {day.year}"


def short_days(first: dt.date, last: dt.date) -> str:
    """`3 March`, `2 to 8 March`, `30 March to 5 April`."""
    if first == last:
        return f"{first.day} {first:%B}"
    return f"{first.day}{'' if first.month == last.month else f' {first:%B}'} to {last.day} {last:%B}"
