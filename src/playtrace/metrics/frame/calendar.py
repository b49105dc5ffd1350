"""Days, weeks, hours and minutes of a time zone, as instants in UTC.

A day is not always 24 hours, and it starts where its zone says. All of that is decided here, in Python, and reaches
SQL as bound lists: no engine needs to know a time zone.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal
from zoneinfo import ZoneInfo

from playtrace.metrics.frame.asking import Asking
from playtrace.metrics.frame.bound_lists import bound_lists
from playtrace.metrics.frame.errors import WrongParameter
from playtrace.metrics.frame.models import DAYS_MAX, CommonParameters

Interval = Literal["minute", "hour", "day", "week", "month"]
Grain = Literal["minute", "hour", "day"]

GRAINS: dict[Grain, dt.timedelta] = {
    "minute": dt.timedelta(minutes=1),
    "hour": dt.timedelta(hours=1),
    "day": dt.timedelta(days=1),
}

GRAIN_OF_INTERVAL: dict[Interval, Grain] = {
    "minute": "minute",
    "hour": "hour",
    "day": "day",
    "week": "day",
    "month": "day",
}

FIRST_YEAR, LAST_YEAR = 1900, 9000
"""What metrics look at before and behind a range of these years is in the calendar too."""
BEYOND = "The range lies beyond the calendar."
EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
BUCKETS_MAX = 10_000
DEFAULT_DAYS = 30
SLOT = dt.timedelta(minutes=15)
ONE_DAY = dt.timedelta(days=1)
SLOTS_HALF_DAY = 48
ALL_SLOTS = 2**SLOTS_HALF_DAY - 1


@dataclass(frozen=True)
class Span:
    """A half-open stretch of time, in UTC."""

    start: dt.datetime
    end: dt.datetime

    def cut(self, other: Span) -> Span:
        """The part that lies in `other`."""
        return Span(max(self.start, other.start), min(self.end, other.end))

    def is_complete(self, asking: Asking) -> bool:
        """Whether it is over."""
        return asking.now >= self.end

    def is_averaged(self, asking: Asking, game_began_at: dt.datetime | None) -> bool:
        """Whether a mean over days counts it: it is over, and the game had begun (`game_began_at` as the store has it).

        None where no player is known: into ClickHouse the days of players come a moment before the players.
        A game that has just begun had no days without players before.
        """
        return self.is_complete(asking) and game_began_at is not None and plain(self.end) > game_began_at

    def is_settled(self, asking: Asking) -> bool:
        """Whether it is over for so long that late events are no longer expected."""
        return asking.now >= self.end + asking.rules.settle


# --- the range of a question ---


def span_of(parameters: CommonParameters, now: dt.datetime) -> Span:
    """The time that is asked about. Raises `WrongParameter`."""
    if parameters.hours is not None:
        if parameters.from_ or parameters.to:
            raise WrongParameter("hours", "Either `hours`, or `from` and `to`.")
        return Span(now - dt.timedelta(hours=parameters.hours), now)
    zone = ZoneInfo(parameters.time_zone)
    today = now.astimezone(zone).date()
    try:
        end = _instant(parameters.to, zone, days_added=1) if parameters.to else day_start(today + ONE_DAY, zone)
        if parameters.from_:
            start = _instant(parameters.from_, zone, days_added=0)
        else:
            start = day_start(
                (end - dt.timedelta(microseconds=1)).astimezone(zone).date() - (DEFAULT_DAYS - 1) * ONE_DAY, zone
            )
    except OverflowError:
        raise WrongParameter("from", BEYOND) from None
    if start >= end:
        raise WrongParameter("from", "`from` must lie before `to`.")
    if start.year < FIRST_YEAR or end.year > LAST_YEAR:
        raise WrongParameter("from", BEYOND)
    if end - start > DAYS_MAX * ONE_DAY:
        raise WrongParameter("from", f"The range must not be longer than {DAYS_MAX} days.")
    return Span(start, end)


def _instant(value: dt.datetime | dt.date, zone: ZoneInfo, *, days_added: int) -> dt.datetime:
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC)
    return day_start(value + days_added * ONE_DAY, zone)


def span_before(span: Span, zone: ZoneInfo) -> Span:
    """The time of the same length directly before: as many days where both ends are midnights, else as many seconds."""
    first, last = (moment.astimezone(zone).date() for moment in (span.start, span.end))
    if span.start == day_start(first, zone) and span.end == day_start(last, zone):
        return Span(day_start(first - (last - first), zone), span.start)
    return Span(span.start - (span.end - span.start), span.start)


def as_far_as(before: Span, span: Span, now: dt.datetime) -> Span:
    """As much of `before` as has passed of `span`, in whole slots: what is not over is compared with its like.

    All of it where `span` is over or has not begun.
    """
    passed = now - span.start
    if not dt.timedelta(0) < passed < span.end - span.start:
        return before
    slots = max(1, round(passed / SLOT))
    return Span(before.start, min(before.end, before.start + slots * SLOT))


def whole_days(span: Span, zone: ZoneInfo) -> Span:
    """The span, widened to whole days."""
    first, last = first_and_last_day(span, zone)
    return Span(day_start(first, zone), day_start(last + ONE_DAY, zone))


def whole_days_inside(span: Span) -> Span | None:
    """The days of UTC that lie in it whole, as rollups keep days. None where none does."""
    start, end = (
        moment.astimezone(dt.UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        for moment in (span.start, span.end)
    )
    if start < span.start:
        start += ONE_DAY
    return Span(start, end) if start < end else None


def first_and_last_day(span: Span, zone: ZoneInfo) -> tuple[dt.date, dt.date]:
    """The days in which a span begins and ends."""
    return day_of(span.start, zone), day_of(span.end - dt.timedelta(microseconds=1), zone)


# --- buckets ---


def day_start(day: dt.date, zone: ZoneInfo) -> dt.datetime:
    """The first instant of a day. Where the clock skips midnight, the day starts with the skip."""
    return dt.datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(dt.UTC)


def day_of(moment: dt.datetime, zone: ZoneInfo) -> dt.date:
    return moment.astimezone(zone).date()


def monday_of(day: dt.date) -> dt.date:
    return day - day.weekday() * ONE_DAY


def days_between(first: dt.date, last: dt.date, zone: ZoneInfo) -> list[Span]:
    """The days from `first` to `last`, both included."""
    starts = [day_start(first + n * ONE_DAY, zone) for n in range((last - first).days + 2)]
    return [Span(start, end) for start, end in pairwise(starts)]


def buckets_of(span: Span, interval: Interval, zone: ZoneInfo) -> list[Span]:
    """The whole buckets that the span touches. Raises `WrongParameter` when they are too many."""
    buckets: list[Span] = []
    for bucket in _buckets_from(span.start, interval, zone):
        if bucket.start >= span.end:
            break
        if bucket.end <= max(bucket.start, span.start):
            continue  # A day that the zone skipped, or what the clock repeats just before the span.
        buckets.append(bucket)
        if len(buckets) > BUCKETS_MAX:
            raise WrongParameter(
                "interval", f"More than {BUCKETS_MAX} buckets. Ask for a shorter range or a longer interval."
            )
    return buckets


def _buckets_from(moment: dt.datetime, interval: Interval, zone: ZoneInfo) -> Iterator[Span]:
    if interval in ("minute", "hour"):
        yield from _clock_buckets_from(moment, dt.timedelta(minutes=1 if interval == "minute" else 60), zone)
        return
    day = day_of(moment, zone)
    if interval == "month":
        yield from _months_from(day, zone)
    step = ONE_DAY if interval == "day" else 7 * ONE_DAY
    if interval == "week":
        day = monday_of(day)
    while True:
        yield Span(day_start(day, zone), day_start(day + step, zone))
        day += step


def _months_from(day: dt.date, zone: ZoneInfo) -> Iterator[Span]:
    first = day.replace(day=1)
    while True:
        # The longest month has 31 days: 31 days after a first are in the next month, or on its first day.
        following = (first + 31 * ONE_DAY).replace(day=1)
        yield Span(day_start(first, zone), day_start(following, zone))
        first = following


def _clock_buckets_from(moment: dt.datetime, step: dt.timedelta, zone: ZoneInfo) -> Iterator[Span]:
    # To the next full minute or hour of the local clock: where that is put forward by half an hour, an hour is short.
    start = moment - _into(moment, step, zone)
    while True:
        end = start + step - _into(start, step, zone)
        yield Span(start, end)
        start = end


def _into(moment: dt.datetime, step: dt.timedelta, zone: ZoneInfo) -> dt.timedelta:
    local = moment.astimezone(zone)
    return dt.timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond) % step


def shown_start(start: dt.datetime, interval: Interval, zone: ZoneInfo) -> str:
    """When a bucket starts, as a table shows it: the day, of minutes and hours the local time."""
    local = start.astimezone(zone)
    return (local if interval in ("minute", "hour") else local.date()).isoformat()


# --- what is bound into SQL ---


def plain(moment: dt.datetime) -> dt.datetime:
    """As the store keeps it: UTC without saying so."""
    return moment.astimezone(dt.UTC).replace(tzinfo=None)


def microseconds(moment: dt.datetime) -> int:
    """Since 1970, as `epoch_us` has it."""
    return (moment - EPOCH) // dt.timedelta(microseconds=1)


def from_microseconds(us: int) -> dt.datetime:
    """The reverse."""
    return EPOCH + dt.timedelta(microseconds=us)


def in_seconds(us: float | None) -> float | None:
    """A time in microseconds, which there may be or not."""
    return None if us is None else us / 1e6


def on_slots(*moments: dt.datetime) -> bool:
    """Whether all of them are borders of the rollups' quarters of an hour."""
    return all((moment - dt.datetime.min.replace(tzinfo=dt.UTC)) % SLOT == dt.timedelta(0) for moment in moments)


@dataclass(frozen=True)
class Slice:
    """A bucket, as far as it lies in one UTC minute, hour or day, which is the key."""

    bucket: int
    key: dt.datetime
    start: dt.datetime
    """Of the bucket."""
    end: dt.datetime
    """Of the bucket."""


def slices(buckets: list[Span], grain: Grain) -> list[Slice]:
    """The buckets so that SQL can find a time's bucket with an equality, `date_trunc` of the time, and two comparisons.

    That is fast in every engine, which joining on the comparisons alone is not.
    """
    step = GRAINS[grain]
    found: list[Slice] = []
    for index, bucket in enumerate(buckets):
        start, end = plain(bucket.start), plain(bucket.end)
        key = start - (start - dt.datetime.min) % step
        while key < end:
            found.append(Slice(index, key, start, end))
            key += step
    return found


def bound_slices(buckets: list[Span], grain: Grain) -> dict[str, object]:
    """Binds `$grain`, `$slice_key`, `$slice_start`, `$slice_end` and `$slice_bucket`."""
    rows = [(part.key, part.start, part.end, part.bucket) for part in slices(buckets, grain)]
    return {"grain": grain} | bound_lists("slice", ("key", "start", "end", "bucket"), rows)


@dataclass(frozen=True)
class DayMask:
    """The quarters of an hour of one UTC day that belong to a bucket: see the table `player_days`."""

    bucket: int
    day: dt.date
    am: int
    pm: int


def day_masks(buckets: list[Span]) -> list[DayMask]:
    """The buckets as slots of UTC days. All borders must be `on_slots`."""
    masks: list[DayMask] = []
    for index, bucket in enumerate(buckets):
        start, end = plain(bucket.start), plain(bucket.end)
        day = start.date()
        while (midnight := dt.datetime(day.year, day.month, day.day)) < end:
            first = max(0, (start - midnight) // SLOT)
            last = min(2 * SLOTS_HALF_DAY, (end - midnight) // SLOT)
            slots = (1 << last) - (1 << first) if last > first else 0
            if slots:
                masks.append(DayMask(index, day, slots & ALL_SLOTS, slots >> SLOTS_HALF_DAY))
            day += ONE_DAY
    return masks
