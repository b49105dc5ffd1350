"""Which stretches of time are looked at, and which of before are like them.

Counts are kept by quarters of an hour (UTC); buckets, and the same hour of other weeks, are those of the game's clock.
"""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from zoneinfo import ZoneInfo

from playtrace.metrics.frame.calendar import EPOCH, ONE_DAY, SLOT, Span

ONE_WEEK = 7 * ONE_DAY
WEEKS_BACK = 8
DAYS_BACK = 7
KEPT = 2_000
"""Stretches of which it is remembered what is like them: games of one zone look at the same."""
POINTS_MIN = 4
"""Fewer stretches of before say nothing of what is usual."""


def slot_before(moment: dt.datetime) -> dt.datetime:
    """The last border of quarters of an hour that is not later."""
    return moment - (moment - EPOCH) % SLOT


def slot_after(moment: dt.datetime) -> dt.datetime:
    """The first one that is not earlier."""
    return moment + (EPOCH - moment) % SLOT


def bucket_ending(moment: dt.datetime, minutes: int, zone: ZoneInfo) -> Span:
    """The last bucket of this length that is over: whole days of the zone consist of such."""
    local = moment.astimezone(zone).replace(tzinfo=None)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    length = dt.timedelta(minutes=minutes)
    end = midnight + (local - midnight) // length * length
    span = Span(_instant(end - length, zone), _instant(end, zone))
    if span.end > moment:  # what the clock repeats
        return Span(span.start - length, span.end - length)
    return span


def bucket_before(span: Span, minutes: int, zone: ZoneInfo) -> Span:
    """The bucket that ends where this one starts."""
    start = span.start.astimezone(zone).replace(tzinfo=None) - dt.timedelta(minutes=minutes)
    return Span(min(_instant(start, zone), span.start - SLOT), span.start)


@lru_cache(KEPT)
def weeks_before(span: Span, zone: ZoneInfo, weeks: int = WEEKS_BACK) -> tuple[Span, ...]:
    """The same time of the last weeks, by the clock of the zone; the latest first."""
    return tuple(_earlier(span, zone, number * ONE_WEEK) for number in range(1, weeks + 1))


@lru_cache(KEPT)
def days_before(span: Span, zone: ZoneInfo, days: int = DAYS_BACK) -> tuple[Span, ...]:
    """The same time of the last days."""
    return tuple(_earlier(span, zone, number * ONE_DAY) for number in range(1, days + 1))


def _earlier(span: Span, zone: ZoneInfo, by: dt.timedelta) -> Span:
    start, end = (moment.astimezone(zone).replace(tzinfo=None) - by for moment in (span.start, span.end))
    first = _instant(start, zone)
    # An hour that the clock skipped has the length of any other.
    return Span(first, max(_instant(end, zone), first + SLOT))


def _instant(local: dt.datetime, zone: ZoneInfo) -> dt.datetime:
    return local.replace(tzinfo=zone).astimezone(dt.UTC)
