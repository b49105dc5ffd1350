"""Players of ISO weeks and of months of the calendar, beside those of the last 7 and 30 days."""

from __future__ import annotations

import datetime as dt
from typing import Any

import oracle
import pytest
from conftest import Engine
from hypothesis import strategies as st
from small_games import NOW, Asked, Events, activity, agreeing, asking

TENTH = dt.datetime(2026, 3, 10, tzinfo=dt.UTC)
T6 = {"P1": (1, 2, 3, 8), "P2": (1, 2), "P3": (1, 8), "P4": (2, 3), "P5": (2,), "P6": (3, 9)}
FIRST_DAYS = {"from": "2026-03-01", "to": "2026-03-09"}


@pytest.fixture
def t6(engine: Engine) -> str:
    game = engine.new_game()
    noon = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
    days = [(player, noon + dt.timedelta(days=day - 1)) for player, days in T6.items() for day in days]
    engine.load(game, [{"name": "level_start", "player_id": player, "time": time} for player, time in days])
    return game


def test_weeks_begin_on_monday(engine: Engine, t6: str) -> None:
    answer = engine.ask_both("active_players", t6, TENTH, granularity="week", **FIRST_DAYS)
    assert [str(week.week) for week in answer.weeks] == ["2026-02-23", "2026-03-02", "2026-03-09"]
    assert [(week.wau_iso, week.new, week.returning) for week in answer.weeks] == [(3, 3, 0), (6, 3, 3), (1, 0, 1)]
    assert [week.complete for week in answer.weeks] == [True, True, False]
    assert (answer.from_, answer.to) == (TENTH - dt.timedelta(days=15), TENTH + dt.timedelta(days=6))
    assert (answer.days, answer.months, answer.stickiness) == ([], [], None)
    assert answer.table()[1]["wauIso"] == 6


def test_months_are_whole(engine: Engine, t6: str) -> None:
    third = {"from": "2026-03-03", "to": "2026-04-03"}
    answer = engine.ask_both("active_players", t6, TENTH, granularity="month", **third)
    assert [(str(month.month), month.mau_calendar, month.new) for month in answer.months] == [
        ("2026-03-01", 6, 6),
        ("2026-04-01", 0, 0),
    ]
    year = engine.ask("active_players", t6, TENTH, granularity="month", **{"from": "2025-12-31", "to": "2027-01-01"})
    assert [month.month.month for month in year.months] == [12, *range(1, 13), 1]


def test_a_month_of_30_days_is_the_last_30_days_of_its_end(engine: Engine) -> None:
    game = engine.new_game()
    times = [dt.datetime(2026, month, day, 12, tzinfo=dt.UTC) for month, day in ((3, 31), (4, 1), (4, 30), (5, 1))]
    received_at = dt.datetime(2026, 5, 2, tzinfo=dt.UTC) - dt.timedelta(days=3)
    for number, time in enumerate(times):
        event = {"name": "level_start", "player_id": f"p{number}", "time": time}
        engine.load(game, [event], received_at=max(received_at, time))
    april = {"from": "2026-04-30", "to": "2026-04-30"}
    (day,) = engine.ask_both("active_players", game, times[-1], **april).days
    (month,) = engine.ask_both("active_players", game, times[-1], granularity="month", **april).months
    assert (day.mau, month.mau_calendar) == (2, 2)


@agreeing
@asking(activity)
def test_weeks_and_months_are_between_days_and_their_sum(
    engine: Engine, events: Events, asked: dict[str, Any], data: st.DataObject, **how: Any
) -> None:
    game = Asked(engine, events, asked, **how)
    weeks = game.both("active_players", granularity="week").weeks
    months = game.both("active_players", granularity="month").months
    whole = dict(asked) | {"from": weeks[0].week, "to": weeks[-1].week + dt.timedelta(days=6)}
    days = engine.ask("active_players", game.game, NOW, **whole).days
    seen = oracle.active_days(game.question, [event for event in game.events if game.question.wants(event)])
    for week in weeks:
        of_week = [day for day in days if 0 <= (day.day - week.week).days < 7]
        assert max(day.dau for day in of_week) <= week.wau_iso <= sum(day.dau for day in of_week)
        assert of_week[-1].wau == week.wau_iso
        assert week.new == sum(day.new for day in of_week)
        assert week.new + week.returning == week.wau_iso
    for month in months:
        last = (month.month + dt.timedelta(days=31)).replace(day=1)
        expected = {player for player, days in seen.items() if any(month.month <= day < last for day in days)}
        assert month.mau_calendar == len(expected)


def test_wrong_parameters(engine: Engine) -> None:
    with pytest.raises(ValueError, match="'day', 'week' or 'month'"):
        engine.ask("active_players", "arena", NOW, granularity="year")
