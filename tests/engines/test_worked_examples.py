"""The examples of our metric definitions, number by number."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from conftest import Engine

from playtrace.metrics.frame.asking import Rules
from playtrace.metrics.frame.errors import WrongParameter
from playtrace.metrics.frame.metric import metrics
from playtrace.metrics.frame.wilson import wilson_interval

TENTH = dt.datetime(2026, 3, 10, tzinfo=dt.UTC)
T6 = {"P1": (1, 2, 3, 8), "P2": (1, 2), "P3": (1, 8), "P4": (2, 3), "P5": (2,), "P6": (3, 9)}
FIRST_DAYS = {"from": "2026-03-01", "to": "2026-03-09"}


def at(text: str) -> dt.datetime:
    """`08 10:45` is 10:45 on 8 March 2026, UTC."""
    return dt.datetime.strptime("2026-03-" + text, "%Y-%m-%d %H:%M").replace(tzinfo=dt.UTC)


def plays(player: str, time: dt.datetime, name: str = "level_start", **fields: Any) -> dict[str, Any]:
    return {"name": name, "player_id": player, "time": time, **fields}


@pytest.fixture
def t6(engine: Engine) -> str:
    """Six players of March 2026, each event in a load of its own order: late ones too."""
    game = engine.new_game()
    events = [plays(player, at(f"{day:02} 12:00")) for player, days in T6.items() for day in days]
    engine.load(game, events[1::2])
    engine.load(game, events[::2])
    return game


# --- active players ---


def test_daily_weekly_and_monthly_players(engine: Engine, t6: str) -> None:
    answer = engine.ask_both("active_players", t6, TENTH, **FIRST_DAYS)
    assert [day.dau for day in answer.days] == [3, 4, 3, 0, 0, 0, 0, 2, 1]
    assert [(day.wau, day.mau) for day in answer.days[7:]] == [(6, 6), (4, 6)]


def test_stickiness_is_pooled_over_complete_days(engine: Engine, t6: str) -> None:
    answer = engine.ask_both("active_players", t6, TENTH, **FIRST_DAYS)
    assert answer.days[8].stickiness == pytest.approx(1 / 6)
    assert answer.stickiness == pytest.approx((13 / 9) / 6)
    with_today = engine.ask_both("active_players", t6, TENTH, **FIRST_DAYS | {"to": "2026-03-10"})
    assert with_today.stickiness == pytest.approx((13 / 9) / 6)
    assert not with_today.days[-1].complete


def test_days_before_the_game_began_are_not_averaged(engine: Engine, t6: str) -> None:
    month = {"from": "2026-02-09", "to": "2026-03-10"}
    assert engine.ask_both("summary", t6, TENTH, **month).dau_mean == pytest.approx(13 / 9)
    assert engine.ask_both("active_players", t6, TENTH, **month).stickiness == pytest.approx((13 / 9) / 6)
    on_the_first_day = engine.ask_both("summary", t6, at("01 23:00"), **month)
    assert on_the_first_day.dau_mean is None
    assert on_the_first_day.previous.dau_mean is None


def test_new_and_returning_players(engine: Engine, t6: str) -> None:
    answer = engine.ask_both("active_players", t6, TENTH, **FIRST_DAYS | {"from": "2026-03-02"})
    second = answer.days[0]
    assert (second.new, second.returning) == (2, 2)


def test_a_session_over_midnight_needs_an_event_on_each_day(engine: Engine) -> None:
    game = engine.new_game()
    engine.load(game, [plays("p", at("02 23:59"), session_id="s"), plays("p", at("03 00:01"), session_id="s")])
    answer = engine.ask_both("active_players", game, TENTH, **FIRST_DAYS)
    assert [day.dau for day in answer.days] == [0, 1, 1, 0, 0, 0, 0, 0, 0]


def test_days_are_those_of_the_time_zone(engine: Engine) -> None:
    """2026-03-01 18:30Z is 00:15 of the next day in Kathmandu, 00:00 in Kolkata, 13:30 in New York."""
    game = engine.new_game()
    engine.load(game, [plays("p", at("01 18:15"))])
    for zone, day in (("Asia/Kathmandu", 2), ("Asia/Kolkata", 1), ("America/New_York", 1)):
        answer = engine.ask_both("active_players", game, TENTH, timeZone=zone, **FIRST_DAYS)
        assert [cell.day.day for cell in answer.days if cell.dau] == [day], zone


def test_a_day_may_have_23_hours(engine: Engine, t6: str) -> None:
    answer = engine.ask_both(
        "timeseries",
        t6,
        TENTH,
        timeZone="America/New_York",
        interval="hour",
        **{"from": "2026-03-08", "to": "2026-03-08"},
    )
    assert len(answer.points) == 23


def test_what_happens_without_the_player_does_not_count(engine: Engine) -> None:
    game = engine.new_game()
    engine.load(game, [plays("p", at("02 10:00"), name) for name in ("push_received", "server_grant", "crash_upload")])
    answer = engine.ask_both("active_players", game, TENTH, **FIRST_DAYS)
    assert not any(day.dau or day.new for day in answer.days)
    assert engine.ask_both("summary", game, TENTH, **FIRST_DAYS).event_count == 3


def test_other_environments_have_figures_of_their_own(engine: Engine) -> None:
    game = engine.new_game()
    engine.load(game, [plays("p", at("02 10:00"), env="dev")])
    assert engine.ask_both("summary", game, TENTH, **FIRST_DAYS).event_count == 0
    answer = engine.ask_both("summary", game, TENTH, env="dev", **FIRST_DAYS)
    assert (answer.event_count, answer.active_players, answer.new_players) == (1, 1, 1)


# --- retention ---


def retained(engine: Engine, game: str, now: dt.datetime = TENTH, **asked: Any) -> Any:
    return engine.ask_both("retention", game, now, **{"from": "2026-03-01", "to": "2026-03-03"} | asked)


@pytest.mark.parametrize(
    ("asked", "cells", "total"),
    [
        ({"offsets": "1"}, [(2, 3), (1, 2), (0, 1)], (3, 6)),
        ({"offsets": "7"}, [(2, 3), (0, 2), None], (2, 5)),
        ({"kind": "rolling", "offsets": "1"}, [(3, 3), (1, 2), (1, 1)], (5, 6)),
        ({"kind": "rolling", "offsets": "7"}, [(2, 3), (0, 2), None], (2, 5)),
        ({"kind": "bracket", "brackets": "1-7"}, [(3, 3), (1, 2), None], (4, 5)),
    ],
)
def test_retention(
    engine: Engine, t6: str, asked: dict[str, str], cells: list[tuple[int, int] | None], total: tuple[int, int]
) -> None:
    answer = retained(engine, t6, **asked)
    found = [(row.cells[0].retained, row.size) if row.cells[0].complete else None for row in answer.cohorts]
    assert found == cells
    assert (answer.total[0].retained, answer.total[0].size) == total
    assert answer.total[0].share == pytest.approx(total[0] / total[1])


def test_relative_weeks_wait_for_their_last_day(engine: Engine, t6: str) -> None:
    cell = retained(engine, t6, kind="bracket", brackets="7-13").cohorts[0].cells[0]
    assert (cell.retained, cell.complete) == (2, False)
    assert retained(engine, t6, at("15 00:00"), kind="bracket", brackets="7-13").cohorts[0].cells[0].complete


def test_calendar_weeks_count_whoever_came_on_sunday_after_one_day(engine: Engine, t6: str) -> None:
    answer = retained(engine, t6, kind="calendar_week", offsets="1", to="2026-03-01")
    (week_9,) = answer.cohorts
    assert (week_9.cohort, week_9.size, week_9.cells[0].retained) == (dt.date(2026, 2, 23), 3, 3)
    assert week_9.cells[0].complete


def test_the_first_day_retains_everyone(engine: Engine, t6: str) -> None:
    assert retained(engine, t6, offsets="0").total[0].share == 1


def test_a_late_event_completes_a_return(engine: Engine, t6: str) -> None:
    engine.load(t6, [plays("P5", at("03 12:00"))])
    answer = retained(engine, t6, offsets="1")
    assert answer.cohorts[1].cells[0].retained == 2
    assert (answer.total[0].retained, answer.total[0].size) == (4, 6)


def test_a_late_event_moves_the_first_day(engine: Engine, t6: str) -> None:
    engine.load(t6, [plays("P6", at("01 12:00"))])
    answer = retained(engine, t6, offsets="1")
    assert [row.size for row in answer.cohorts] == [4, 2, 0]
    assert answer.cohorts[2].cells[0].share is None
    assert (answer.total[0].retained, answer.total[0].size) == (3, 6)


def test_ten_minutes_over_midnight_are_a_return(engine: Engine) -> None:
    game = engine.new_game()
    engine.load(game, [plays("p", at("01 23:50")), plays("p", at("02 00:10"))])
    assert retained(engine, game, offsets="1").total[0].share == 1


def test_veterans_are_not_new_on_the_first_day_of_the_range(engine: Engine, t6: str) -> None:
    answer = retained(engine, t6, **{"from": "2026-03-08", "to": "2026-03-09"}, offsets="0")
    assert [row.size for row in answer.cohorts] == [0, 0]
    assert answer.total[0].share is None


def test_cohort_sizes_do_not_depend_on_the_range(engine: Engine, t6: str) -> None:
    whole = retained(engine, t6, offsets="1")
    for first in ("2026-02-20", "2026-03-02"):
        for last in ("2026-03-02", "2026-03-20"):
            answer = retained(engine, t6, **{"from": first, "to": last}, offsets="1")
            (second,) = (row for row in answer.cohorts if row.cohort == dt.date(2026, 3, 2))
            assert second == whole.cohorts[1]


# --- sessions ---


def session_lengths(engine: Engine, events: list[dict[str, Any]], **asked: Any) -> Any:
    game = engine.new_game()
    for event in events:
        engine.load(game, [event])
    return engine.ask_both("summary", game, TENTH, **FIRST_DAYS | asked)


def test_a_silence_of_more_than_30_minutes_ends_a_session(engine: Engine) -> None:
    answer = session_lengths(engine, [plays("p", at(f"02 {time}")) for time in ("10:45", "10:00", "11:20", "10:10")])
    assert (answer.session_count, answer.avg_session_seconds, answer.median_session_seconds) == (3, 200, 0)


def test_exactly_30_minutes_stay_in_the_session(engine: Engine) -> None:
    answer = session_lengths(engine, [plays("p", at(f"02 {time}")) for time in ("10:00", "10:30", "11:01")])
    assert (answer.session_count, answer.avg_session_seconds) == (2, 900)


def test_mean_and_median_length(engine: Engine) -> None:
    events = [plays("p", at("02 10:00"), session_id=f"s{n}", mono_ms=n * 60_000) for n in (0, 5, 10, 65)]
    answer = session_lengths(engine, events)
    assert (answer.avg_session_seconds, answer.median_session_seconds) == (20 * 60, 7.5 * 60)


def test_sessions_per_player_have_both_parts(engine: Engine) -> None:
    events = [plays(p, at("02 10:00"), session_id=s) for p, s in (("a", "1"), ("a", "2"), ("b", "3"), ("c", "4"))]
    answer = session_lengths(engine, events)
    assert (answer.session_count, answer.active_players) == (4, 3)


def test_a_session_belongs_to_the_day_on_which_it_starts(engine: Engine) -> None:
    events = [plays("p", at("02 23:50"), session_id="s"), plays("p", at("03 00:20"), session_id="s")]
    answer = session_lengths(engine, events, **{"from": "2026-03-03"})
    assert answer.session_count == 0
    assert (answer.previous.session_count, answer.previous.avg_session_seconds) == (1, 1800)


# --- crashes ---


def test_crash_free_sessions_and_players(engine: Engine) -> None:
    """1000 sessions of 400 players, 12 of them crashed, by 7 players, with 20 reports."""
    game = engine.new_game()
    minute = dt.timedelta(minutes=1)
    events = [plays(f"p{n % 400}", at("02 00:00") + n * minute, session_id=f"s{n}") for n in range(1000)]
    crashed = [0, 1, 2, 3, 4, 5, 6, 400, 401, 402, 403, 404]
    reports = [*crashed, *crashed[:8]]
    crashes = [plays(f"p{n % 400}", at("02 20:00") + n * minute, "crash", session_id=f"s{n}") for n in reports]
    engine.load(game, events)
    engine.load(game, crashes)
    answer = engine.ask_both("summary", game, TENTH, **FIRST_DAYS)
    assert (answer.session_count, answer.crash_count, answer.crashed_sessions) == (1000, 20, 12)
    assert answer.crash_free_sessions == pytest.approx(0.988)
    assert answer.crash_free_players == pytest.approx(0.9825)
    low, high = wilson_interval(988, 1000) or (0, 0)
    assert (round(low, 3), round(high, 3)) == (0.979, 0.993)


def test_a_crash_that_is_reported_at_the_next_start(engine: Engine) -> None:
    """Ten minutes of play that crashed, told a day later with the old id, in front of five more minutes."""
    game = engine.new_game()
    engine.load(game, [plays("p", at("02 10:00"), session_id="1"), plays("p", at("02 10:10"), session_id="1")])
    engine.load(game, [plays("p", at("03 10:00"), name, session_id="1") for name in ("crash", "crash_upload")])
    engine.load(game, [plays("p", at("03 10:01"), session_id="2"), plays("p", at("03 10:06"), session_id="2")])
    answer = engine.ask_both("summary", game, TENTH, **FIRST_DAYS)
    assert (answer.session_count, answer.crash_count, answer.crashed_sessions) == (2, 1, 1)
    assert answer.avg_session_seconds == (600 + 300) / 2
    of_each_day = engine.ask_both("timeseries", game, TENTH, metric="crash_free_sessions", **FIRST_DAYS).points
    assert [point.value for point in of_each_day[1:3]] == [0, 1]


def test_a_hang_is_no_crash(engine: Engine) -> None:
    """It is reported as one, but the process did not die."""
    game = engine.new_game()
    for session, props in (("1", {"class": "hang"}), ("2", {"class": "crash"}), ("3", {"class": 7}), ("4", None)):
        engine.load(game, [plays("p", at("02 10:00"), session_id=session)])
        engine.load(game, [plays("p", at("02 10:05"), "crash", session_id=session, props=props)])
    answer = engine.ask_both("summary", game, TENTH, **FIRST_DAYS)
    assert (answer.crash_count, answer.crashed_sessions, answer.crash_free_sessions) == (4, 3, 0.25)
    second = engine.ask_both("timeseries", game, TENTH, metric="crash_free_sessions", **FIRST_DAYS).points[1]
    assert second.value == 0.25


def test_a_session_that_is_taken_up_after_three_days(engine: Engine) -> None:
    game = engine.new_game()
    times = ("02 10:00", "02 10:20", "05 10:00", "05 10:05")
    engine.load(game, [plays("p", at(time), session_id="long-ago-and-unique") for time in times])
    engine.load(game, [plays("p", at("04 10:00"), "server_grant", session_id="long-ago-and-unique")])
    answer = engine.ask_both("summary", game, TENTH, **FIRST_DAYS)
    assert (answer.session_count, answer.avg_session_seconds) == (2, (1200 + 300) / 2)


def test_wilson_interval() -> None:
    low, high = wilson_interval(120, 200) or (0, 0)
    assert (round(low, 3), round(high, 3)) == (0.531, 0.665)
    assert wilson_interval(0, 0) is None


# --- performance ---


def test_average_fps_is_weighted_by_time(engine: Engine) -> None:
    """990 frames of 10 ms, 9 of 20, 1 of 200: 97.28, where the mean of 1/dt says 99.46."""
    game = engine.new_game()
    frames = ((990, 9.9), (9, 0.18), (1, 0.2))
    engine.load(
        game,
        [plays("p", at("02 10:00"), "performance", props={"frames": n, "duration_s": s}) for n, s in frames],
    )
    answer = engine.ask_both("summary", game, TENTH, **FIRST_DAYS)
    assert answer.avg_fps == pytest.approx(1000 / 10.28)
    assert round(answer.avg_fps, 2) == 97.28


def test_frames_are_told_in_several_ways(engine: Engine) -> None:
    game = engine.new_game()
    told = [
        {"value": 60.0},
        {"props": {"fps": 30, "duration_s": 10}},
        {"props": {"fps": "30", "duration_s": "10"}},
        {"props": {"fps": "fast"}},
        {"props": {"memory_mb": 100}},
        {},
    ]
    engine.load(game, [plays("p", at("02 10:00"), "performance", **fields) for fields in told])
    answer = engine.ask_both("summary", game, TENTH, **FIRST_DAYS)
    assert answer.avg_fps == pytest.approx((60 + 300 + 300) / 21)


# --- heatmaps ---


def cells_of(engine: Engine, events: list[dict[str, Any]], **asked: Any) -> Any:
    game = engine.new_game()
    engine.load(game, events)
    return engine.ask_both("heatmap", game, TENTH, map="arena", **FIRST_DAYS | {"cellSize": 10} | asked)


def test_cells_are_floored(engine: Engine) -> None:
    events = [plays("p", at("02 10:00"), "player_death", map="arena", x=x, y=0.0) for x in (-0.5, 29.99, 30)]
    answer = cells_of(engine, events)
    assert [(cell.cx, cell.cy, cell.events) for cell in answer.cells] == [(-1, 0, 1), (2, 0, 1), (3, 0, 1)]
    assert answer.total.events == 3


def test_cells_of_a_time_of_the_match(engine: Engine) -> None:
    """Each match begins with its own first event, of whatever name, also where a filter does not count that."""
    place = {"map": "arena", "y": 0.0, "platform": "linux"}
    second = dt.timedelta(seconds=1)
    half_past = at("02 12:01") + 30 * second
    events = [
        plays("p", at("02 10:00"), "match_start", match_id="a", platform="windows"),
        plays("p", at("02 10:01") - second, "player_death", match_id="a", x=1.0, **place),
        plays("p", at("02 10:01"), "player_death", match_id="a", x=11.0, **place),
        plays("p", at("02 10:02"), "player_death", match_id="a", x=21.0, **place),
        plays("q", at("02 12:00"), "match_start", match_id="b"),
        plays("q", half_past, "player_death", match_id="b", x=11.0, **place),
        plays("q", half_past, "player_death", x=11.0, **place),
    ]
    game = engine.new_game()
    engine.load(game, events)
    asked = {**FIRST_DAYS, "map": "arena", "cellSize": 10, "platform": ["linux"]}
    answer = engine.ask("heatmap", game, TENTH, matchFromSeconds=60, matchToSeconds=120, **asked)
    assert [(cell.cx, cell.events) for cell in answer.cells] == [(1, 2)]
    # Of matches of 90 and of 120 seconds.
    assert answer.match_seconds == pytest.approx(118.5)
    assert engine.ask("heatmap", game, TENTH, matchFromSeconds=60, **asked).total.events == 3
    assert engine.ask("heatmap", game, TENTH, **asked).match_seconds is None
    with pytest.raises(WrongParameter, match="must be later"):
        engine.ask("heatmap", game, TENTH, matchFromSeconds=60, matchToSeconds=60, **asked)


def walk(cell_x: float, hours: float, deaths: int) -> list[dict[str, Any]]:
    """Five players who share the hours in a cell, and the deaths there."""
    events: list[dict[str, Any]] = []
    ms = round(hours * 3_600_000 / 5)
    for n in range(5):
        place = {"map": "arena", "x": cell_x, "y": 5.0, "session_id": f"{cell_x}-{n}"}
        events += [plays(f"p{n}", at("02 10:00"), "position", mono_ms=m, seq=s, **place) for s, m in enumerate((0, ms))]
    place = {"map": "arena", "x": cell_x, "y": 5.0}
    return events + [plays(f"p{n % 5}", at("02 10:00"), "player_death", **place) for n in range(deaths)]


def test_relative_risk_sees_what_counts_hide(engine: Engine) -> None:
    """Six deaths in half an hour, and six in three hours."""
    answer = cells_of(engine, walk(5, 0.5, 6) + walk(15, 3, 6), sampleIntervalMs=3_600_000)
    a, b = answer.cells
    assert (a.events, a.seconds, a.rate_per_hour) == (6, 1800, 12)
    assert (b.events, b.seconds, b.rate_per_hour) == (6, 10_800, 2)
    assert answer.total.rate_per_hour == pytest.approx(12 / 3.5)
    assert (a.relative_risk, b.relative_risk) == (pytest.approx(3.5), pytest.approx(0.5833, abs=1e-4))


def test_rates_need_a_minute_and_five_players(engine: Engine) -> None:
    events = walk(5, 1, 2)
    (cell,) = cells_of(engine, events, sampleIntervalMs=3_600_000).cells
    assert (cell.players, cell.rate_per_hour) == (5, 2)
    (cell,) = cells_of(engine, [e for e in events if e["player_id"] != "p4"], sampleIntervalMs=3_600_000).cells
    assert (cell.players, cell.rate_per_hour, cell.relative_risk) == (4, None, None)
    (cell,) = cells_of(engine, events, sampleIntervalMs=5_000).cells
    assert (cell.seconds, cell.players, cell.rate_per_hour) == (50, None, None)


def test_a_pause_counts_for_two_sample_intervals(engine: Engine) -> None:
    place = {"map": "arena", "x": 5.0, "y": 5.0, "session_id": "s"}
    events = [plays("p", at("02 10:00"), "position", mono_ms=ms, **place) for ms in (0, 10_000, 100_000)]
    assert cells_of(engine, events).total.seconds == 30


def test_walking_to_another_map_is_no_time_on_this_one(engine: Engine) -> None:
    place = {"x": 5.0, "y": 5.0, "session_id": "s"}
    maps = ("arena", "arena", "forest", "arena")
    events = [
        plays("p", at("02 10:00"), "position", mono_ms=n * 1000, map=name, **place) for n, name in enumerate(maps)
    ]
    assert cells_of(engine, events).total.seconds == 1


def test_floors(engine: Engine) -> None:
    place = {"map": "arena", "x": 5.0, "y": 5.0}
    events = [plays("p", at("02 10:00"), "player_death", z=z, **place) for z in (0.0, 9.99, 10.0, None)]
    assert cells_of(engine, events).total.events == 4
    assert cells_of(engine, events, floorTo=10).total.events == 2
    assert cells_of(engine, events, floorFrom=10).total.events == 1


def test_a_fitting_cell_size_is_chosen(engine: Engine) -> None:
    place = [(0.0, 0.0), (99.0, 40.0)]
    events = [plays("p", at("02 10:00"), "player_death", map="arena", x=x, y=y) for x, y in place]
    answer = cells_of(engine, events, cellSize=None)
    assert answer.cell_size == 5
    assert answer.bounds.model_dump() == {"maxX": 100, "maxY": 45, "minX": 0, "minY": 0}
    assert cells_of(engine, [], cellSize=None).cells == []


@pytest.mark.parametrize(
    ("stray", "core", "outside"),
    [
        # A defect, or who falls through the floor.
        ([(1_000_000.0, 50.0)], (0, 0, 99, 90), 1),
        ([(1_000_000.0, 50.0), (50.0, -30_000.0)], (0, 0, 99, 90), 2),
        # Not far, and nothing strange: it is a part of the map.
        ([(250.0, 50.0)], (0, 0, 250, 90), 0),
        # Where a tenth happens is a place, however far off.
        ([(10_000.0, 50.0)] * 12, (0, 0, 10_000, 90), 0),
    ],
)
def test_what_is_far_off_does_not_make_the_cells_larger(
    engine: Engine, stray: list[tuple[float, float]], core: tuple[float, ...], outside: int
) -> None:
    places = [(11.0 * column, 10.0 * row) for column in range(10) for row in range(10)] + stray
    events = [plays("p", at("02 10:00"), "player_death", map="arena", x=x, y=y) for x, y in places]
    answer = cells_of(engine, events, cellSize=None)
    assert (answer.core.min_x, answer.core.min_y, answer.core.max_x, answer.core.max_y) == core
    assert answer.cell_size == {99: 5, 250: 10, 10_000: 500}[round(answer.core.max_x)]
    assert (answer.outside_events, answer.total.events) == (outside, len(places))


def test_a_map_far_from_the_origin_has_its_own_core(engine: Engine) -> None:
    """Positions that were never set are at 0, 0."""
    places = [(70_000.0 + 11 * n, 5.0) for n in range(100)] + [(0.0, 0.0)] * 3
    events = [plays("p", at("02 10:00"), "player_death", map="arena", x=x, y=y) for x, y in places]
    answer = cells_of(engine, events, cellSize=None)
    assert answer.core.model_dump() == {"minX": 70_000, "minY": 5, "maxX": 71_089, "maxY": 5}
    assert (answer.cell_size, answer.outside_events) == (50, 3)


def test_filters_do_not_move_the_cells(engine: Engine) -> None:
    """A crowd in one corner, and one player on Linux who walks the whole map."""
    game = engine.new_game()
    place = {"map": "arena", "session_id": "far", "platform": "linux"}
    events = [plays("far", at("02 10:00"), "position", mono_ms=n * 1000, x=n * 9.0, y=0.0, **place) for n in range(12)]
    events += [plays("p", at("02 10:00"), "player_death", map="arena", x=5.0, y=y, platform="windows") for y in (0, 9)]
    engine.load(game, events)
    for asked in ({}, {"platform": ["windows"]}, {"platform": ["linux"]}, {"floorFrom": 1000}):
        assert engine.ask_both("heatmap", game, TENTH, map="arena", **FIRST_DAYS | asked).cell_size == 5


def test_days_in_cells_hold_what_came_after_them(engine: Engine) -> None:
    """Compaction cuts whole days into cells. What a load brings for such a day counts at once, and so does what it
    makes of the day before: the time between the last sample before midnight and the next one."""
    game = engine.new_game()
    place = {"map": "arena", "y": 5.0, "session_id": "s"}

    def ask() -> Any:
        """The cells, which compaction does not change."""
        answers: list[Any] = []
        for _ in range(2):
            answer = engine.ask_both("heatmap", game, TENTH, map="arena", **FIRST_DAYS)
            answers.append([(cell.cx, cell.events, cell.seconds) for cell in answer.cells])
            engine.compact([at("02 00:00").date(), at("03 00:00").date()])
        before, after = answers
        assert after == before
        return before

    engine.load(game, [plays("p", at("02 23:59"), "position", mono_ms=ms, x=ms / 100, **place) for ms in (0, 9_000)])
    engine.load(game, [plays("q", at("02 10:00"), "player_death", map="arena", x=0.0, y=5.0)])
    assert ask() == [(0, 1, 9.0)]
    engine.load(game, [plays("p", at("03 00:01"), "position", mono_ms=47_000, x=91.0, **place)])
    assert ask() == [(0, 1, 9.0), (18, 0, 20.0)]
    engine.load(game, [plays("p", at("03 00:00"), "position", mono_ms=12_000, x=50.0, **place)])
    assert ask() == [(0, 1, 9.0), (10, 0, 20.0), (18, 0, 3.0)]
    engine.load(game, [plays("q", at("02 11:00"), "player_death", map="arena", x=50.0, y=5.0)])
    assert ask() == [(0, 1, 9.0), (10, 1, 20.0), (18, 0, 3.0)]


def test_positions_are_counted_as_events_when_asked_for(engine: Engine) -> None:
    game = engine.new_game()
    place = {"map": "arena", "x": 5.0, "y": 5.0, "session_id": "s"}
    engine.load(game, [plays("p", at("02 10:00"), "position", mono_ms=n * 1000, **place) for n in range(3)])
    assert engine.ask("heatmap", game, TENTH, map="arena", event="position", **FIRST_DAYS).total.events == 3


# --- the time before ---


def test_what_is_not_over_is_compared_with_as_much_of_the_time_before(engine: Engine) -> None:
    game = engine.new_game()
    for day in ("02", "03"):
        hours = [at(f"{day} {hour:02}:00") for hour in range(24)]
        engine.load(game, [plays(f"{day}-{when.hour}", when, "purchase", value=1.0, currency="USD") for when in hours])
    third = {"from": "2026-03-03", "to": "2026-03-03"}
    answer = engine.ask_both("summary", game, at("03 07:05"), **third)
    assert (answer.previous_from, answer.previous_to) == (at("02 00:00"), at("02 07:00"))
    previous = answer.previous
    assert (previous.event_count, previous.revenue_micros, previous.active_players) == (7, 7_000_000, 7)
    assert (previous.new_players, previous.session_count, previous.dau_mean) == (7, 7, None)
    answer = engine.ask_both("summary", game, at("04 00:00"), **third)
    assert answer.previous_to == at("03 00:00")
    assert (answer.previous.event_count, answer.previous.dau_mean) == (24, 24)


# --- revenue ---


def test_revenue_is_of_one_currency(engine: Engine) -> None:
    game = engine.new_game()
    bought = [(4.99, "USD"), (10.0, "USD"), (-4.99, "USD"), (9.99, "EUR"), (1.0, None), (None, "USD")]
    engine.load(
        game, [plays("p", at("02 10:00"), "purchase", value=value, currency=currency) for value, currency in bought]
    )
    answer = engine.ask_both("summary", game, TENTH, **FIRST_DAYS)
    assert (answer.revenue_micros, answer.other_currency_purchases) == (11_000_000, 1)
    euros = engine.ask_both("timeseries", game, TENTH, metric="revenue", currency="EUR", **FIRST_DAYS)
    assert [point.value for point in euros.points] == [0, 9_990_000, 0, 0, 0, 0, 0, 0, 0]
    assert (euros.unit, euros.currency, euros.other_currency_purchases) == ("micros", "EUR", 4)


def test_tables_are_in_whole_units_and_local_time(engine: Engine) -> None:
    game = engine.new_game()
    bought = [(at("02 23:30"), 4.99), (at("03 10:00"), -5.001), (at("03 10:00"), 0.000001)]
    engine.load(game, [plays("p", when, "purchase", value=value, currency="USD") for when, value in bought])
    days = {"from": "2026-03-02", "to": "2026-03-03", "time_zone": "Europe/Berlin"}
    rows = engine.ask("timeseries", game, TENTH, metric="revenue", **days).table()
    assert [(row["time"], row["revenue"]) for row in rows] == [("2026-03-02", "0.00"), ("2026-03-03", "-0.010999")]
    hours = engine.ask("timeseries", game, TENTH, metric="revenue", interval="hour", **days).table()
    assert [row["time"] for row in hours if row["revenue"] == "4.99"] == ["2026-03-03T00:00:00+01:00"]
    summary = {row["figure"]: row["current"] for row in engine.ask("summary", game, TENTH, **days).table()}
    assert (summary["revenue"], summary["currency"], summary["activePlayers"]) == ("-0.010999", "USD", 1)
    players = engine.ask("active_players", game, TENTH, **days).table()
    first, *_, last_but_one, last = players[0]
    assert (first, last_but_one, last) == ("day", "complete", "settled")


def test_codes_of_countries_and_money_may_be_in_small_letters(engine: Engine) -> None:
    game = engine.new_game()
    engine.load(
        game,
        [
            plays("p", at("02 10:00"), "purchase", value=2.0, currency="eur", country="de"),
            plays("q", at("02 10:00"), "purchase", value=3.0, currency="EUR", country="DE"),
            plays("q", at("02 10:00"), "currency_gained", value=7.0, currency="gems", country="AT"),
        ],
    )
    for currency, country in (("EUR", "DE"), ("eur", "de")):
        answer = engine.ask_both("summary", game, TENTH, currency=currency, country=[country], **FIRST_DAYS)
        assert (answer.revenue_micros, answer.other_currency_purchases) == (5_000_000, 0)
    split = engine.ask_both("timeseries", game, TENTH, metric="events", split_by="country", **FIRST_DAYS)
    assert sorted(series.key for series in split.series) == ["AT", "DE"]


# --- time series ---


def test_empty_buckets_are_there(engine: Engine, t6: str) -> None:
    answer = engine.ask_both("timeseries", t6, TENTH, metric="crashes", **FIRST_DAYS)
    assert [point.value for point in answer.points] == [0] * 9
    means = engine.ask_both("timeseries", t6, TENTH, metric="avg_fps", **FIRST_DAYS)
    assert [point.value for point in means.points] == [None] * 9


def test_minutes(engine: Engine) -> None:
    game = engine.new_game()
    engine.load(game, [plays("p", at("02 10:01")), plays("p", at("02 10:03"))])
    answer = engine.ask("timeseries", game, TENTH, interval="minute", **{"from": at("02 10:00"), "to": at("02 10:05")})
    assert (answer.source, [point.value for point in answer.points]) == ("raw", [0, 1, 0, 1, 0])


def test_what_no_event_ever_had_is_told(engine: Engine) -> None:
    game = engine.new_game()
    sent = [plays("p", at("02 10:00"), name, platform="windows", version="1.0.0", country="DE") for name in ("a", "bb")]
    odd = plays("p", at("02 10:00"), "a", platform="Windows", version="1.0.0", country="DE", map="no_place")
    engine.load(game, [*sent, odd, plays("p", at("02 10:00"), "tried", env="dev", platform="macos")])

    def hints(name: str = "summary", /, **asked: Any) -> list[str]:
        return engine.ask(name, game, TENTH, **FIRST_DAYS, **asked).hints

    assert hints(platform=["windows", "unknown"], version=["1.0.0"], country=["de"]) == []
    assert hints(platform=["WINDOWS"]) == [
        "platform: no event of the environment 'prod' has ever had 'WINDOWS'. Did you mean 'windows'?"
    ]
    assert hints(version=["1.0"], country=["fr"]) == [
        "version: no event of the environment 'prod' has ever had '1.0'. There are '1.0.0'.",
        "country: no event of the environment 'prod' has ever had 'FR'. There are 'DE'.",
    ]
    assert hints("timeseries", metric="a") == hints("timeseries", metric="revenue") == []
    assert hints("timeseries", metric="crahses") == [
        "metric: no event of the environment 'prod' is named 'crahses'. Did you mean 'crashes'?"
    ]
    (dau,) = hints("timeseries", metric="dau")
    assert "There are 'events', 'crashes', 'revenue'" in dau
    assert hints("heatmap", map="no_place", event="a") == [
        "map: no event of the environment 'prod' has ever had a place (x and y) on the map 'no_place'."
    ]


def test_what_no_event_of_another_environment_had_is_told(engine: Engine) -> None:
    game = engine.new_game()
    place = {"map": "yard", "x": 1.0, "y": 1.0}
    engine.load(game, [plays("p", at("02 10:00"), "tried", env="dev", platform="macos", **place)])

    def hints(name: str = "summary", /, **asked: Any) -> list[str]:
        return engine.ask(name, game, TENTH, **FIRST_DAYS, **asked).hints

    assert hints(env="dev", platform=["macos"]) == hints("timeseries", env="dev", metric="tried") == []
    assert hints("heatmap", env="dev", map="yard", event="tried") == []
    assert hints(env="dev", platform=["macOS"]) == [
        "platform: no event of the environment 'dev' has ever had 'macOS'. Did you mean 'macos'?"
    ]
    assert hints(env="devv", platform=["macOS"]) == [
        "env: no event has ever been of the environment 'devv'. Did you mean 'dev'?"
    ]
    assert hints(platform=["macos"]) == ["platform: no event of the environment 'prod' has ever had 'macos'."]


def test_hints_are_few_and_short_however_many_values_there_are(engine: Engine) -> None:
    game = engine.new_game()
    engine.load(game, [plays("p", at("02 10:00"), version=f"build-{n}") for n in range(2000)])
    wanted = [f"build-{n}" for n in (0, 1999)] + [f"{n}" * 5000 for n in range(20)]
    answer = engine.ask("summary", game, TENTH, **FIRST_DAYS, version=wanted)
    assert len(answer.hints) == 5
    assert max(map(len, answer.hints)) < 500


def test_the_ten_largest_keys_have_a_series(engine: Engine) -> None:
    game = engine.new_game()
    events = [
        plays(f"p{key}-{n}", at("02 10:00"), platform=f"os{key:02}" if key else None)
        for key in range(12)
        for n in range(key + 1)
    ]
    engine.load(game, events)
    for metric in ("events", "active_players", "new_players", "sessions"):
        answer = engine.ask_both("timeseries", game, TENTH, metric=metric, splitBy="platform", **FIRST_DAYS)
        assert [series.key for series in answer.series] == [f"os{key:02}" for key in range(11, 1, -1)] + ["(other)"]
        assert [series.points[1].value for series in answer.series] == [*range(12, 2, -1), 3]
        assert answer.points[1].value == 78
    few = engine.ask_both("timeseries", game, TENTH, splitBy="platform", platform=["unknown", "os01"], **FIRST_DAYS)
    assert [series.key for series in few.series] == ["os01", "unknown"]


def test_who_sends_the_word_unknown_sends_nothing(engine: Engine) -> None:
    game = engine.new_game()
    platforms = {"a": None, "b": "unknown", "c": "windows"}
    # The first one plays both without a platform and with the word for none.
    events = [plays(player, at("02 10:00"), platform=platform) for player, platform in platforms.items()]
    engine.load(game, [*events, plays("a", at("02 10:01"), platform="unknown")])
    expected = {"events": (3, 1), "active_players": (2, 1), "new_players": (2, 1), "sessions": (2, 1)}
    for metric, (unknown, windows) in expected.items():
        asked = {"metric": metric, "splitBy": "platform", **FIRST_DAYS}
        split = engine.ask_both("timeseries", game, TENTH, **asked)
        values = {series.key: series.points[1].value for series in split.series}
        assert (len(split.series), values) == (2, {"unknown": unknown, "windows": windows})
        only = engine.ask_both("timeseries", game, TENTH, **asked, platform=["unknown"])
        assert only.points[1].value == unknown


def test_too_many_buckets_are_refused(engine: Engine, t6: str) -> None:
    with pytest.raises(WrongParameter, match="10000 buckets"):
        engine.ask("timeseries", t6, TENTH, interval="minute", **FIRST_DAYS)


# --- what all answers say ---


def test_complete_and_settled(engine: Engine, t6: str) -> None:
    now = at("06 12:00")
    answer = engine.ask_both("active_players", t6, now, **{"from": "2026-03-01", "to": "2026-03-07"})
    assert [day.complete for day in answer.days] == [True] * 5 + [False] * 2
    assert [day.settled for day in answer.days] == [True] * 2 + [False] * 5
    assert answer.as_of == now


def test_the_last_30_days_are_the_default(engine: Engine, t6: str) -> None:
    answer = engine.ask("summary", t6, at("30 12:00"))
    assert (answer.from_, answer.to) == (at("01 00:00"), at("31 00:00"))
    thirty_days_before = at("01 00:00") - dt.timedelta(days=30)
    # The last of the days is half over.
    assert (answer.previous_from, answer.previous_to) == (thirty_days_before, at("01 00:00") - dt.timedelta(hours=12))


def test_players_now(engine: Engine, t6: str) -> None:
    answer = engine.ask_both("summary", t6, at("09 12:04"), **FIRST_DAYS)
    assert (answer.players_now, answer.previous.players_now) == (1, None)
    assert engine.ask_both("summary", t6, at("09 12:05"), **FIRST_DAYS).players_now == 0


@pytest.mark.parametrize("zone", ["Australia/Lord_Howe", "America/Santiago", "Pacific/Apia", "Africa/Monrovia"])
def test_strange_zones(engine: Engine, t6: str, zone: str) -> None:
    answer = engine.ask_both("active_players", t6, TENTH, timeZone=zone, **FIRST_DAYS)
    assert sum(day.new for day in answer.days) == 6


def test_a_currency_that_nobody_paid_in(engine: Engine) -> None:
    game = engine.new_game()
    at = dt.datetime(2026, 3, 3, 12, tzinfo=dt.UTC)
    paid = [("purchase", "EUR"), ("purchase", "EUR"), ("purchase", "GBP"), ("resource_spend", "USD")]
    engine.load(game, [{"name": name, "time": at, "value": 2.0, "currency": currency} for name, currency in paid])

    def hints(name: str = "summary", /, **asked: Any) -> list[str]:
        return engine.ask(name, game, TENTH, **FIRST_DAYS, **asked).hints

    expected = [
        "currency: nothing was ever paid in USD, but 2 in EUR, 1 in GBP. Nothing is converted: ask with currency=EUR."
    ]
    assert hints() == hints("timeseries", metric="revenue") == expected
    assert hints(currency="gbp") == hints(currency="EUR") == hints("timeseries", metric="purchase") == []


def test_a_purchase_without_a_currency_is_in_the_games_own(engine: Engine) -> None:
    game = engine.new_game()
    paid = [(4.99, None), (1.0, "EUR"), (2.0, "USD")]
    events = [plays("p", at("03 12:00"), "purchase", value=value, currency=currency) for value, currency in paid]
    engine.load(game, events)
    for own, micros, others in (("USD", 6_990_000, 1), ("EUR", 5_990_000, 1), ("NPR", 4_990_000, 2)):
        asked = {"gameId": game, "currency": own, **FIRST_DAYS}
        for name, more in (("summary", {}), ("timeseries", {"metric": "revenue"})):
            metric = metrics()[name]
            for source in ("rollup", "raw"):
                parameters = metric.parameters.model_validate(asked | more | {"source": source})
                answer = metric.answer(parameters, engine.store, TENTH, Rules(currency=own))
                found = answer.revenue_micros if name == "summary" else sum(point.value for point in answer.points)
                assert (found, answer.other_currency_purchases, answer.hints) == (micros, others, [])
