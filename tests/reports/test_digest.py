"""What a report says is what the metrics answer, and what is true of the game."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import Any

import pytest
from planted_game import FIRST, LAST, NOW, ZONE, Count, came_back, day_of, played

from playtrace.metrics.frame.metric import metrics
from playtrace.reports.digest import Digest, Figure
from playtrace.reports.period import Period

DAY = dt.timedelta(days=1)
EVENTS = played()
PERIODS = [
    Period("day", dt.date(2026, 3, 15)),
    Period("day", dt.date(2026, 3, 8)),
    Period("day", FIRST),
    Period("week", dt.date(2026, 3, 9)),
]


def figures(digest: Digest) -> dict[str, Figure]:
    return {figure.label: figure for figure in digest.figures}


def ask(reported: Any, name: str, now: dt.datetime = NOW, **asked: Any) -> Any:
    metric = metrics()[name]
    parameters = metric.parameters.model_validate({"gameId": "planted", "timeZone": ZONE.key} | asked)
    return metric.answer(parameters, reported.store, now)


def titles(period: Period) -> str:
    return f"{period.kind} {period.first}"


@pytest.mark.parametrize("period", PERIODS, ids=titles)
def test_the_figures_are_true(reported: Any, period: Period):
    found = figures(reported.digest(period))
    for count, of in (
        (Count(EVENTS, period.first, period.last), "value"),
        (Count(EVENTS, period.before.first, period.before.last), "before"),
    ):
        said = {label: getattr(figure, of) for label, figure in found.items()}
        assert said["Active players"] == len(count.players)
        assert said["New players"] == len(count.new)
        assert said["Sessions"] == len(count.sessions)
        assert said["Playtime"] == count.played_seconds
        assert said["Revenue in USD"] == round(1_000_000 * count.dollars)
        if count.sessions:
            assert said["Crash-free sessions"] == pytest.approx(1 - len(count.crashed) / len(count.sessions))
            assert said["Playtime per player"] == pytest.approx(count.played_seconds / len(count.players))
        else:
            assert said["Crash-free sessions"] is None


@pytest.mark.parametrize("period", PERIODS, ids=titles)
def test_who_came_back_is_the_newest_cohort_that_had_time_to(reported: Any, period: Period):
    for returned in reported.digest(period).returns:
        assert returned.last == period.last - returned.days * DAY
        assert (returned.last - returned.first).days + 1 == period.days
        assert (returned.retained, returned.size) == came_back(EVENTS, returned.first, returned.last, returned.days)
        back, size = came_back(
            EVENTS, returned.first - period.days * DAY, returned.last - period.days * DAY, returned.days
        )
        assert returned.figure.before == (back / size if size else None)


@pytest.mark.parametrize("period", PERIODS, ids=titles)
def test_crashes_are_told_with_how_often_they_came_before(reported: Any, period: Period):
    now, before = (
        Counter(f"{crash['props']['title']} (Fault)" for crash in Count(EVENTS, one.first, one.last).crashes)
        for one in (period, period.before)
    )
    crashes = reported.digest(period).crashes
    assert {crash.text: crash.times for crash in crashes.most_common} == now
    assert [crash.times for crash in crashes.most_common] == sorted(now.values(), reverse=True)
    assert all(crash.before == before[crash.text] for crash in crashes.most_common)
    assert (crashes.times, crashes.before, crashes.others) == (now.total(), before.total(), 0)


def test_the_answers_of_the_metrics(reported: Any):
    """Also those that the naive count does not know: intervals, means, what was received."""
    week = Period("week", dt.date(2026, 3, 9))
    digest = reported.digest(week)
    found = figures(digest)
    asked = {"from": week.first, "to": week.last}
    summary = ask(reported, "summary", **asked)
    assert found["Players per day"].value == summary.current.dau_mean
    assert found["Players per day"].before == summary.previous.dau_mean
    stability = ask(reported, "crash_free", interval="week", **asked).parts[0]
    assert found["Crash-free sessions"].interval == (
        stability.crash_free_sessions_low,
        stability.crash_free_sessions_high,
    )
    assert found["Playtime"].value == ask(reported, "playtime", interval="week", **asked).total.playtime_seconds
    revenue = ask(reported, "revenue", **asked)
    assert found["Revenue in USD"].value == revenue.total.net_micros
    cohort = digest.returns[1]
    total = ask(reported, "retention", **{"from": cohort.first, "to": cohort.last}, offsets=[7]).total[0]
    assert (cohort.figure.value, cohort.figure.interval) == (total.share, (total.low, total.high))
    books = ask(reported, "data_quality", **asked).total
    assert (digest.health.received, digest.health.duplicates) == (books.received, books.duplicate)
    days = ask(reported, "active_players", **{"from": week.last - 27 * DAY, "to": week.last}).days
    assert [(day.day, day.players) for day in digest.days] == [(day.day, day.dau) for day in days]


def test_the_newest_version_is_the_one_seen_first_last(reported: Any):
    version = reported.digest(Period("day", LAST)).version
    last = {event["player_id"]: event["version"] for event in EVENTS if day_of(event) == LAST}
    assert version.version == "1.10"
    assert version.players == sum(of == "1.10" for of in last.values())
    assert version.figure.value == pytest.approx(version.players / len(last))
    # Before it was played, the one before was the newest.
    assert reported.digest(Period("day", FIRST + 5 * DAY)).version.version == "1.9"


def test_a_day_that_is_not_over_is_beside_the_same_part_of_the_day_before(reported: Any):
    now = dt.datetime(2026, 3, 14, 12, 15, tzinfo=ZONE).astimezone(dt.UTC)
    period = Period("day", dt.date(2026, 3, 14))
    digest = reported.digest(period, now)
    # What is stored is counted, also what happens later: only the day before is cut.
    before = Count(EVENTS, period.before.first, period.before.last, until=now - DAY)
    found = figures(digest)
    assert (
        found["Active players"].before == len(before.players) < len(Count(EVENTS, *[period.before.first] * 2).players)
    )
    assert found["Sessions"].before == len(before.sessions)
    assert found["Revenue in USD"].before == round(1_000_000 * before.dollars)
    assert digest.remarks[0] == (
        "The day is not over: this is what is known at 12:15 on 14 March 2026, beside the same part of the day before."
    )
    assert not digest.is_complete
    assert [day.is_complete for day in digest.days[-2:]] == [True, False]
    # Yesterday is the last day on which somebody can have come back.
    assert [returned.last + returned.days * DAY for returned in digest.returns] == [period.before.last] * 2
    assert digest.version.day == period.before.last


def test_what_is_not_settled_says_until_when(reported: Any):
    period = Period("day", dt.date(2026, 3, 15))
    assert reported.digest(period).settles_at == dt.datetime(2026, 3, 19, tzinfo=ZONE)
    assert reported.digest(period, NOW + 4 * DAY).settles_at is None


def test_payments_that_are_in_no_amount_are_told(reported: Any):
    week = Period("week", dt.date(2026, 3, 9))
    euros = [e for e in EVENTS if e.get("currency") == "EUR" and week.first <= day_of(e) <= week.last]
    (said,) = [remark for remark in reported.digest(week).remarks if "exchange rate" in remark]
    assert said == f"{len(euros)} payments in EUR have no exchange rate and are in no amount."


def test_the_first_day_has_nothing_to_be_compared_with(reported: Any):
    digest = reported.digest(Period("day", FIRST))
    assert digest.remarks == ("There are no events of the day before (22 February): nothing to compare with.",)


@pytest.mark.parametrize("kind", ["day", "week"])
def test_a_game_without_events(reported: Any, kind: Any):
    digest = reported.digest(Period(kind, dt.date(2026, 3, 9)), id="nobody")
    assert digest.remarks == (f"There are no events of this {kind}.",)
    assert {figure.value for figure in digest.figures} == {0, None}
    assert [returned.size for returned in digest.returns] == [0, 0]
    assert (digest.version, digest.crashes.times, digest.health.received) == (None, 0, 0)
    assert {day.players for day in digest.days} == {0}
