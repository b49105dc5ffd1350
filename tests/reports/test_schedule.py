"""When reports are due, as pure code: local times, weekdays, clocks that are put forward and back."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playtrace.registry.models import ReportSchedule
from playtrace.reports.schedule import latest_due, next_due

MINUTE = dt.timedelta(minutes=1)
DAY = dt.timedelta(days=1)
ZONES = ("UTC", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Apia", "Africa/Casablanca")


def schedule(at: str, zone: str = "UTC", weekday: int | None = None) -> ReportSchedule:
    return ReportSchedule(local_time=dt.time.fromisoformat(at), time_zone=zone, weekday=weekday)


def utc(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("planned", "now", "last", "following"),
    [
        (schedule("09:00"), "2026-03-03 09:00", "2026-03-03 09:00", "2026-03-04 09:00"),
        (schedule("09:00"), "2026-03-03 08:59", "2026-03-02 09:00", "2026-03-03 09:00"),
        # 3 March 2026 is a Tuesday.
        (schedule("09:00", weekday=2), "2026-03-03 08:59", "2026-02-24 09:00", "2026-03-03 09:00"),
        (schedule("00:00", "Asia/Kathmandu", weekday=1), "2026-03-03 00:00", "2026-03-01 18:15", "2026-03-08 18:15"),
        # On 8 March half past two is skipped: it is sent an hour after half past one, which the clock calls half past
        # three.
        (schedule("02:30", "America/New_York"), "2026-03-08 12:00", "2026-03-08 07:30", "2026-03-09 06:30"),
        # On 1 November half past one comes twice: the first time counts.
        (schedule("01:30", "America/New_York"), "2026-11-01 05:29", "2026-10-31 05:30", "2026-11-01 05:30"),
        (schedule("01:30", "America/New_York"), "2026-11-01 12:00", "2026-11-01 05:30", "2026-11-02 06:30"),
        # Apia had no 30 December 2011.
        (schedule("09:00", "Pacific/Apia"), "2011-12-30 19:00", "2011-12-30 19:00", "2011-12-31 19:00"),
    ],
)
def test_moments(planned: ReportSchedule, now: str, last: str, following: str):
    assert (latest_due(planned, utc(now)), next_due(planned, utc(now))) == (utc(last), utc(following))


planned_reports = st.builds(
    schedule,
    st.times().map(lambda time: f"{time:%H:%M}"),
    st.sampled_from(ZONES),
    st.none() | st.integers(1, 7),
)
moments = st.datetimes(dt.datetime(2025, 1, 1), dt.datetime(2027, 1, 1)).map(
    lambda moment: moment.replace(tzinfo=dt.UTC)
)


@given(planned=planned_reports, now=moments)
@settings(max_examples=40, deadline=None)
def test_it_is_due_when_the_clock_on_the_wall_says_so(planned: ReportSchedule, now: dt.datetime):
    zone = ZoneInfo(planned.time_zone)
    last, following = latest_due(planned, now), next_due(planned, now)
    assert last <= now < following
    assert following - last <= (1 if planned.weekday is None else 7) * DAY + dt.timedelta(hours=1)
    for moment in (last, following):
        local = moment.astimezone(zone)
        assert planned.weekday in (None, local.isoweekday())
        shown = local.time()
        if shown != planned.local_time:
            # Only where nothing on the wall showed that time: the clock was put forward over it.
            before = (moment - dt.timedelta(hours=1)).astimezone(zone)
            assert before.utcoffset() != local.utcoffset()
            assert before.time() < planned.local_time < shown
    # In between the wall does not show it on such a day, but for an hour that is repeated.
    moment, seen = last + MINUTE, 0
    while moment < following and planned.weekday is None:
        local = moment.astimezone(zone)
        seen += local.time().replace(second=0, microsecond=0) == planned.local_time and local.fold == 0
        moment += MINUTE
    assert seen == 0


@given(
    planned=planned_reports,
    start=moments,
    rests=st.lists(st.integers(1, 60 * 24 * 20).map(lambda minutes: minutes * MINUTE), min_size=1, max_size=12),
)
@settings(max_examples=40, deadline=None)
def test_whoever_looks_now_and_then_sends_the_latest_one_once(
    planned: ReportSchedule, start: dt.datetime, rests: list[dt.timedelta]
):
    every_one: list[dt.datetime] = []
    moment = start
    while moment <= start + sum(rests, dt.timedelta(0)):
        moment = next_due(planned, moment)
        every_one.append(moment)
    done, now, sent = start, start, []
    for rest in rests:
        now += rest
        if (due := latest_due(planned, now)) > done:
            sent.append(due)
            done = due
        missed = [one for one in every_one if one <= now]
        assert done == (missed[-1] if missed else start)
    assert sent == sorted(set(sent))
    assert set(sent) <= set(every_one)
