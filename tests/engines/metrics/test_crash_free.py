"""Crash-free sessions and players: the example of the definition, and all figures of small games."""

from __future__ import annotations

import datetime as dt
from typing import Any

import oracle
import pytest
from conftest import Engine
from hypothesis import strategies as st
from pydantic import ValidationError
from small_games import NOW, Asked, Events, agreeing, asking, sessions

from playtrace.metrics.frame.errors import WrongParameter

TENTH = dt.datetime(2026, 3, 10, tzinfo=dt.UTC)
START = dt.datetime(2026, 3, 2, tzinfo=dt.UTC)
MARCH = {"from": "2026-03-02", "to": "2026-03-03"}


def session(number: int, player: int, minutes: int, crashes: int = 0) -> list[dict[str, Any]]:
    common = {"player_id": f"p{player}", "session_id": f"{number:032}"}
    began = START + dt.timedelta(minutes=number)
    events: list[dict[str, Any]] = [
        common | {"name": "session_start", "time": began, "mono_ms": 0},
        common | {"name": "session_end", "time": began + dt.timedelta(minutes=minutes), "mono_ms": minutes * 60_000},
    ]
    return events + [common | {"name": "crash", "time": began, "seq": 1, "mono_ms": 0}] * crashes


def test_twelve_sessions_of_a_thousand(engine: Engine) -> None:
    game = engine.new_game()
    events: list[dict[str, Any]] = []
    for number in range(1000):
        # The first 12 crashed: of 7 players, 8 of them twice.
        player = number % 7 if number < 12 else 7 + number % 393
        events += session(number, player, 30, 0 if number >= 12 else 2 if number < 8 else 1)
    engine.load(game, events)
    answer = engine.ask_both("crash_free", game, TENTH, **MARCH)
    (pooled,) = answer.parts
    assert (pooled.sessions, pooled.players, pooled.hours_played) == (1000, 400, 500)
    assert (pooled.crashed_sessions, pooled.crashed_players, pooled.crash_reports) == (12, 7, 20)
    assert pooled.crash_free_sessions == pytest.approx(0.988)
    assert pooled.crash_free_sessions_low == pytest.approx(0.979, abs=5e-4)
    assert pooled.crash_free_sessions_high == pytest.approx(0.993, abs=5e-4)
    assert pooled.crash_free_players == pytest.approx(0.9825)
    assert pooled.reports_per1000_sessions == 20
    assert pooled.crashed_sessions_per1000_hours == 24
    assert pooled.hours_between == pytest.approx(41.7, abs=0.05)


def test_a_crash_that_is_reported_later_is_of_the_day_of_its_session(engine: Engine) -> None:
    game = engine.new_game()
    engine.load(game, session(1, 1, 30))
    report = {
        "name": "crash",
        "player_id": "p1",
        "session_id": f"{1:032}",
        "time": START + dt.timedelta(days=1, hours=3),
    }
    engine.load(game, [report])
    answer = engine.ask_both("crash_free", game, TENTH, **MARCH)
    assert [(point.sessions, point.crashed_sessions) for point in answer.points] == [(1, 1), (0, 0)]
    assert answer.points[1].crash_free_sessions is None


def test_what_is_folded_counts_players_once(engine: Engine) -> None:
    game = engine.new_game()
    events = [event | {"version": f"1.{n}"} for n in range(4) for event in session(n, 1, 5)]
    engine.load(game, [*events, *(event | {"version": "1.0"} for event in session(9, 2, 5, 1))])
    answer = engine.ask_both("crash_free", game, TENTH, splitBy="version", partCount=1, **MARCH)
    assert [(part.part, part.sessions, part.players) for part in answer.parts] == [("1.0", 2, 2), ("(other)", 3, 1)]
    assert answer.parts[0].crash_free_sessions == 0.5
    assert len(answer.points) == 4


def test_too_many_points_are_refused(engine: Engine) -> None:
    game = engine.new_game()
    engine.load(game, [event | {"version": f"1.{n}"} for n in range(12) for event in session(n, 1, 5)])
    with pytest.raises(WrongParameter, match="points"):
        engine.ask("crash_free", game, TENTH, interval="hour", splitBy="version", **MARCH | {"from": "2026-01-01"})


@pytest.mark.parametrize("asked", [{"interval": "minute"}, {"splitBy": "map"}, {"partCount": 51}])
def test_wrong_parameters_are_named(engine: Engine, asked: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match=next(iter(asked))):
        engine.ask("crash_free", "any", NOW, **asked)


@agreeing
@asking(sessions)
def test_points_and_parts_are_those_of_all_sessions(
    engine: Engine, events: Events, asked: dict[str, Any], loads: int, compacted: bool, data: st.DataObject
) -> None:
    game = Asked(engine, events, asked, loads, compacted)
    split_by = data.draw(st.sampled_from((None, "version", "platform")))
    answer = game.both("crash_free", **({"splitBy": split_by} if split_by else {}))
    found = oracle.sessions(game.question, game.events)
    days = [(game.question.midnight(day), game.question.midnight(day + oracle.DAY)) for day in game.question.days()]
    complete = [day for day in days if day[1] <= NOW]

    def expected(part: str, start: dt.datetime, end: dt.datetime) -> tuple[float, ...]:
        own = [s for s in found if start <= s["time"] < end and (not split_by or (s[split_by] or "") == part)]
        players = {s["player_id"] for s in own} - {None}
        crashed = {s["player_id"] for s in own if s["crashes"]} - {None}
        crashed_sessions = sum(s["crashes"] > 0 for s in own)
        hours = sum(s["seconds"] for s in own) / 3600
        reports = sum(s["crashes"] for s in own)
        return len(own), crashed_sessions, len(players), len(crashed), reports, pytest.approx(hours)

    def told(row: Any) -> tuple[float, ...]:
        crashed = (row.crashed_sessions, row.players, row.crashed_players)
        return (row.sessions, *crashed, row.crash_reports, row.hours_played)

    for point in answer.points:
        end = next(end for start, end in days if start == point.start)
        assert told(point) == expected(point.part, point.start, end)
    for part in answer.parts:
        span = (complete[0][0], complete[-1][1]) if complete else (NOW, NOW)
        assert told(part) == expected(part.part, *span)
    assert sum(point.sessions for point in answer.points) == sum(days[0][0] <= s["time"] < days[-1][1] for s in found)
