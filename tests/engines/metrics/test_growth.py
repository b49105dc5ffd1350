"""Who is new, who stays, who comes back and who leaves, from one window to the next."""

from __future__ import annotations

import datetime as dt
from typing import Any

import oracle
import pytest
from conftest import Engine, same
from hypothesis import strategies as st
from small_games import NOW, Asked, Events, activity, agreeing, asking

T6 = {"P1": (1, 2, 3, 8), "P2": (1, 2, 17), "P3": (1, 8), "P4": (2, 3), "P5": (2,), "P6": (3, 9), "P8": (17,)}
LENGTHS = {"day": 1, "week": 7, "four_weeks": 28}


def at(day: int) -> dt.datetime:
    return dt.datetime(2026, 3, day, 12, tzinfo=dt.UTC)


def plays(player: str, day: int, **fields: Any) -> dict[str, Any]:
    return {"name": "level_start", "player_id": player, "time": at(day), **fields}


@pytest.fixture
def t6(engine: Engine) -> str:
    """Players of the ISO weeks 9 (up to Sunday 1 March), 10, 11 and 12."""
    game = engine.new_game()
    engine.load(game, [plays(player, day) for player, days in T6.items() for day in days])
    return game


def sets(window: Any) -> tuple[int, int, int, int | None]:
    return window.new, window.retained, window.resurrected, window.churned


def test_four_weeks_of_six_players(engine: Engine, t6: str) -> None:
    answer = engine.ask_both("growth", t6, at(24), **{"from": "2026-03-01", "to": "2026-03-22"})
    assert [str(window.start) for window in answer.windows] == ["2026-02-23", "2026-03-02", "2026-03-09", "2026-03-16"]
    assert [sets(window) for window in answer.windows] == [(3, 0, 0, 0), (3, 3, 0, 0), (0, 1, 0, 5), (1, 0, 1, 1)]
    assert [window.active for window in answer.windows] == [3, 6, 1, 2]
    assert [window.quick_ratio for window in answer.windows] == [None, None, 0, 2]
    assert [window.churn_rate for window in answer.windows] == [None, 0, pytest.approx(5 / 6), 1]
    assert (sets(answer.total), answer.total.churn_rate) == ((7, 4, 1, 6), 6 / 10)
    assert answer.total.quick_ratio == pytest.approx(8 / 6)
    assert answer.hints == []


def test_nobody_has_churned_in_a_week_that_is_not_over(engine: Engine, t6: str) -> None:
    answer = engine.ask_both("growth", t6, at(18), **{"from": "2026-03-09", "to": "2026-03-22"})
    over, going_on = answer.windows
    assert (over.complete, sets(over)) == (True, (0, 1, 0, 5))
    assert (going_on.complete, sets(going_on)) == (False, (1, 0, 1, None))
    assert (going_on.churn_rate, going_on.quick_ratio) == (None, None)
    assert sets(answer.total) == sets(over)
    nothing = engine.ask_both("growth", t6, at(18), **{"from": "2026-03-18", "to": "2026-03-18"})
    assert (nothing.total.active, nothing.total.churned) == (0, None)


def test_who_comes_once_a_week_is_told_apart_from_who_comes_daily(engine: Engine) -> None:
    game = engine.new_game()
    engine.load(game, [plays("p", day) for day in (2, 9, 16, 23)])
    march = {"from": "2026-03-02", "to": "2026-03-23"}
    days = engine.ask_both("growth", game, at(25), window="day", **march)
    assert (len(days.windows), sets(days.total)) == (22, (1, 0, 3, 3))
    (hint,) = days.hints
    assert "Ask with a longer window" in hint
    weeks = engine.ask_both("growth", game, at(30), window="week", **march)
    assert (sets(weeks.total), weeks.hints) == ((1, 3, 0, 0), [])


def test_four_weeks_are_the_same_whatever_is_asked(engine: Engine, t6: str) -> None:
    starts = set[dt.date]()
    for day in ("01", "05", "20"):
        answer = engine.ask_both(
            "growth", t6, at(24), window="four_weeks", **{"from": f"2026-03-{day}", "to": "2026-03-22"}
        )
        starts |= {window.start for window in answer.windows}
        assert all(window.start.weekday() == 0 for window in answer.windows)
    assert sorted(starts)[1] - sorted(starts)[0] == dt.timedelta(days=28)


def test_who_was_new_on_another_platform_is_not_new_on_this_one(engine: Engine) -> None:
    game = engine.new_game()
    engine.load(game, [plays("p", 3, platform="linux"), plays("p", 10, platform="windows")])
    weeks = {"from": "2026-03-02", "to": "2026-03-15"}
    assert [sets(one) for one in engine.ask_both("growth", game, at(24), **weeks).windows] == [
        (1, 0, 0, 0),
        (0, 1, 0, 0),
    ]
    windows = engine.ask_both("growth", game, at(24), platform=["windows"], **weeks).windows
    assert [sets(one) for one in windows] == [(0, 0, 0, 0), (0, 0, 1, 0)]


def test_a_year_of_days(engine: Engine) -> None:
    """More windows than fit into one integer."""
    game = engine.new_game()
    first = dt.datetime(2025, 3, 1, 12, tzinfo=dt.UTC)
    times = [first + dt.timedelta(days=day) for day in range(200)]
    for time in times[::28]:
        batch = [plays("p", 1) | {"time": each} for each in times if 0 <= (each - time).days < 28]
        engine.load(game, batch, received_at=time + dt.timedelta(days=29))
    answer = engine.ask_both("growth", game, at(24), window="day", **{"from": first.date(), "to": "2026-02-28"})
    assert sets(answer.total) == (1, 199, 0, 1)


@agreeing
@asking(activity)
def test_against_the_oracle(
    engine: Engine, events: Events, asked: dict[str, Any], data: st.DataObject, **how: Any
) -> None:
    window = data.draw(st.sampled_from(tuple(LENGTHS)))
    game = Asked(engine, events, asked, **how)
    answer = game.both("growth", window=window)
    question, length = game.question, dt.timedelta(days=LENGTHS[window])
    days = oracle.active_days(question, [event for event in game.events if question.wants(event)])
    first = {player: question.day(event["time"]) for player, event in oracle.entries(question, game.events).items()}
    assert answer.windows[0].start <= question.days()[0] < answer.windows[0].start + length
    assert answer.windows[-1].start <= question.days()[-1] < answer.windows[-1].start + length
    for found in answer.windows:

        def within(start: dt.date) -> set[str]:
            return {player for player, seen in days.items() if any(start <= day < start + length for day in seen)}

        here, before = within(found.start), within(found.start - length)
        new = {player for player in here if found.start <= first[player] < found.start + length}
        assert (found.active, found.new, found.retained) == (len(here), len(new), len(here & before))
        assert found.resurrected == len(here - before - new)
        assert found.active == found.new + found.retained + found.resurrected
        assert found.complete == (question.midnight(found.start + length) <= NOW)
        assert found.churned == (len(before - here) if found.complete else None)
        if found.complete:
            assert len(before) == found.retained + found.churned
            same(found.churn_rate, oracle.share(found.churned, len(before)))
            same(found.quick_ratio, oracle.share(found.new + found.resurrected, found.churned))


def test_wrong_parameters(engine: Engine) -> None:
    with pytest.raises(ValueError, match="'day', 'week' or 'four_weeks'"):
        engine.ask("growth", "arena", NOW, window="month")
