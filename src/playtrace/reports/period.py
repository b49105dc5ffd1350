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

    def __init__(self, parameter: Kind, expected: str) -> None:
        super().__init__(expected)
        self.parameter = parameter


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


def asked_period(day: dt.date | None, week: dt.date | None, now: dt.datetime, zone: ZoneInfo) -> Period:
    """A day, or the week in which one lies. Neither: the latest day that is over. Raises `NoSuchPeriod`."""
    if day is not None and week is not None:
        raise NoSuchPeriod("week", "expected either a day or a week")
    if week is not None:
        return _checked("week", Period("week", monday_of(week)), now, zone)
    return latest_over("day", now, zone) if day is None else _checked("day", Period("day", day), now, zone)


def _checked(parameter: Kind, period: Period, now: dt.datetime, zone: ZoneInfo) -> Period:
    today = day_of(now, zone)
    if not FIRST_DAY <= period.first <= today:
        raise NoSuchPeriod(
            parameter,
            f"expected a {parameter} that has begun in {zone.key}, where it is {today}, and not before {FIRST_DAY}",
        )
    return period


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
