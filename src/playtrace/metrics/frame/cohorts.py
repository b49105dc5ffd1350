"""Who belongs together by the day on which they came: players of a day, or of an ISO week."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

from playtrace.metrics.frame.calendar import ONE_DAY, monday_of


@dataclass(frozen=True)
class CohortDays:
    """A cohort before its players are counted."""

    cohort: dt.date
    """Its day, or its Monday."""
    first: dt.date
    last: dt.date
    """Its first and last day in the range."""


def cohorts_of(granularity: Literal["day", "week"], first: dt.date, last: dt.date) -> list[CohortDays]:
    """The cohorts of a range: those of weeks as far as they lie in it."""
    days = [first + number * ONE_DAY for number in range((last - first).days + 1)]
    if granularity == "day":
        return [CohortDays(day, day, day) for day in days]
    mondays = sorted({monday_of(day) for day in days})
    return [CohortDays(monday, max(monday, first), min(monday + 6 * ONE_DAY, last)) for monday in mondays]
