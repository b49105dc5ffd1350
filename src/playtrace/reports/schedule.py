"""When a scheduled report is due: once on each day (or on one day of each week) of a time zone, at a local time.

A local time that the clock skips is that long after the skip began; of one that the clock repeats the first counts. So
there is exactly one moment for each date, whatever the clock does.
"""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from playtrace.metrics.frame.calendar import ONE_DAY
from playtrace.registry.models import ReportSchedule

LOOK_AROUND_DAYS = 9
"""A week, and a day on either side for what time zones are apart."""


def latest_due(schedule: ReportSchedule, now: dt.datetime) -> dt.datetime:
    """The last moment up to `now` at which it was due, in UTC."""
    return max(moment for moment in _around(schedule, now) if moment <= now)


def next_due(schedule: ReportSchedule, now: dt.datetime) -> dt.datetime:
    """The first moment after `now` at which it will be due, in UTC."""
    return min(moment for moment in _around(schedule, now) if moment > now)


def _around(schedule: ReportSchedule, now: dt.datetime) -> list[dt.datetime]:
    zone = ZoneInfo(schedule.time_zone)
    today = now.astimezone(zone).date()
    days = [today + number * ONE_DAY for number in range(-LOOK_AROUND_DAYS, LOOK_AROUND_DAYS + 1)]
    return [
        dt.datetime.combine(day, schedule.local_time, tzinfo=zone).astimezone(dt.UTC)
        for day in days
        if schedule.weekday in (None, day.isoweekday())
    ]
