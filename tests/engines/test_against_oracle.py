"""Small games that Hypothesis makes up: rollup, raw events and oracle must agree on all metrics.

Their events lie around midnights, on quarters of an hour, on the day on which New York's clock is put forward, in
several loads whose order is not that of time, with players and sessions missing.
"""

from __future__ import annotations

import datetime as dt
from itertools import product
from typing import Any

import oracle
import pytest
from conftest import Engine, same
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

NOW = dt.datetime(2026, 3, 12, 7, 30, tzinfo=dt.UTC)
MIDNIGHT = dt.datetime(2026, 3, 6, tzinfo=dt.UTC)
PLAYERS = (None, "ann", "bob", "cleo")
SESSIONS = {"a1": "ann", "a2": "ann", "b1": "bob", "n1": None}
NAMES = (
    "level_start",
    "position",
    "player_death",
    "performance",
    "purchase",
    "crash",
    "push_received",
    "session_start",
)
ZONES = ("UTC", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "Asia/Tokyo")
FIGURES = (*oracle.figures_of_bucket, "player_death")

moments = st.builds(
    lambda day, quarter, seconds: MIDNIGHT + dt.timedelta(days=day, minutes=15 * quarter, seconds=seconds),
    st.integers(0, 6),
    st.sampled_from((0, 1, 2, 3, 16, 19, 20, 27, 28, 72, 73, 74, 94, 95)),
    st.sampled_from((-1, 0, 1, 899)),
)


@st.composite
def event_lists(draw: st.DrawFn) -> list[dict[str, Any]]:
    events: list[dict[str, Any]] = []
    for number in range(draw(st.integers(1, 24))):
        session = draw(st.sampled_from((None, None, *SESSIONS)))
        player = draw(st.sampled_from((SESSIONS[session], None))) if session else draw(st.sampled_from(PLAYERS))
        # An event's place in the list is the last digit of its time: no two events of one session or player are at
        # the same moment, so that which one was first is never a matter of taste.
        time = draw(moments) + dt.timedelta(microseconds=number)
        owner = session or player or ""
        name = draw(st.sampled_from(NAMES))
        version = draw(st.sampled_from((None, "1.0", "1.1")))
        event: dict[str, Any] = {
            "name": name,
            "time": time,
            "player_id": player,
            "session_id": session,
            "platform": (None, "windows", "linux")[(len(owner) + time.day) % 3],
            "version": version,
            "country": draw(st.sampled_from((None, "DE"))),
            "env": draw(st.sampled_from((None, None, None, None, "dev"))),
            "seq": number if draw(st.booleans()) else None,
            "mono_ms": draw(st.sampled_from((None, 0, 4_000, 9_000, 12_000, 300_000))),
        }
        if name in ("position", "player_death"):
            event |= {"map": draw(st.sampled_from((None, "arena", "arena", "arena", "forest")))}
            event |= {axis: draw(st.sampled_from((None, -0.5, 0.0, 29.99, 30.0, 31.0))) for axis in "xyz"}
        if name == "position":
            event |= {"mono_ms": 1_000 * draw(st.integers(0, 60)), "seq": number}
        if name == "purchase":
            event |= {"value": draw(st.sampled_from((None, 4.99, -4.99, 0.1)))}
            event |= {"currency": draw(st.sampled_from((None, "USD", "EUR")))}
        if name == "performance":
            event |= {"value": draw(st.sampled_from((None, 60.0)))}
            event |= {
                "props": draw(st.sampled_from((None, {"fps": 30}, {"duration_s": 10}, {"frames": 7, "fps": "x"})))
            }
        events.append({key: value for key, value in event.items() if value is not None})
    return events


@st.composite
def questions(draw: st.DrawFn) -> dict[str, Any]:
    first = draw(st.integers(-2, 5))
    start: Any = (MIDNIGHT + dt.timedelta(days=first)).date()
    end: Any = start + dt.timedelta(days=draw(st.integers(0, 6)))
    if draw(st.booleans()):
        start = MIDNIGHT + dt.timedelta(days=first, minutes=15 * draw(st.integers(1, 95)))
        end = start + dt.timedelta(minutes=15 * draw(st.integers(1, 500)))
    asked: dict[str, Any] = {"from": start, "to": end, "timeZone": draw(st.sampled_from(ZONES))}
    for field, values in (("platform", ("windows", "unknown")), ("version", ("1.0", "1.1")), ("country", ("DE",))):
        if draw(st.integers(0, 3)) == 0:
            asked[field] = draw(st.lists(st.sampled_from(values), min_size=1, unique=True))
    return asked


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(events=event_lists(), asked=questions(), loads=st.integers(1, 3), compacted=st.booleans(), draw=st.data())
def test_rollup_raw_and_oracle_agree(
    engine: Engine,
    events: list[dict[str, Any]],
    asked: dict[str, Any],
    loads: int,
    compacted: bool,
    draw: st.DataObject,
) -> None:
    game = engine.new_game()
    for part in range(loads):
        engine.load(game, events[part::loads])
    if compacted:
        engine.compact([(MIDNIGHT + dt.timedelta(days=day)).date() for day in range(-1, 8)])
    question = oracle.Question(asked, NOW)

    check_active_players(engine, game, question, events)
    check_retention(engine, game, question, events, draw)
    check_summary(engine, game, question, events)
    check_timeseries(engine, game, question, events, draw)
    check_heatmap(engine, game, question, events)


def check_active_players(engine: Engine, game: str, question: oracle.Question, events: list[dict[str, Any]]) -> None:
    answer = engine.ask_both("active_players", game, NOW, **question.asked)
    found = [day.model_dump(include={"day", "dau", "wau", "mau", "new"}) for day in answer.days]
    assert found == oracle.active_players(question, events)
    for day in answer.days:
        assert day.dau <= day.wau <= day.mau
        assert day.new + day.returning == day.dau


def check_retention(
    engine: Engine, game: str, question: oracle.Question, events: list[dict[str, Any]], draw: st.DataObject
) -> None:
    kind = draw.draw(st.sampled_from(("classic", "rolling", "bracket", "calendar_week")))
    granularity = draw.draw(st.sampled_from(("day", "week")))
    length = 7 if granularity == "week" or kind == "calendar_week" else 1
    if kind == "bracket":
        asked: dict[str, Any] = {"brackets": "0-0,1-2"}
        columns: list[tuple[int, int | None]] = [(0, length - 1), (length, 3 * length - 1)]
    else:
        offsets = [0, 1, 3]
        asked = {"offsets": offsets}
        columns = [(n * length, None if kind == "rolling" else (n + 1) * length - 1) for n in offsets]
    answer = engine.ask_both("retention", game, NOW, kind=kind, granularity=granularity, **asked, **question.asked)
    question = oracle.Question(question.asked | {"granularity": granularity}, NOW)
    for number, (first, last) in enumerate(columns):
        rows, total = oracle.retention(question, events, kind, first, last)
        cells = [(row.cohort, row.size, row.cells[number]) for row in answer.cohorts]
        assert [(cohort, size, cell.retained, cell.complete) for cohort, size, cell in cells] == rows
        assert (answer.total[number].retained, answer.total[number].size) == total


def check_summary(engine: Engine, game: str, question: oracle.Question, events: list[dict[str, Any]]) -> None:
    answer = engine.ask_both("summary", game, NOW, **question.asked)
    current = answer.current.model_dump(by_alias=False, exclude={"players_now", "currency"})
    same(current, oracle.figures(question, events, question.start, question.end))
    previous = answer.previous.model_dump(by_alias=False, exclude={"players_now", "currency"})
    days = isinstance(question.asked["from"], dt.date) and not isinstance(question.asked["from"], dt.datetime)
    if days:
        start = question.midnight(question.asked["from"] - len(question.days()) * oracle.DAY)
        assert answer.previous_from == start
    same(previous, oracle.figures(question, events, answer.previous_from, answer.previous_to, question.start))
    passed = (NOW - question.start) / (question.end - question.start)
    compared = (answer.previous_to - answer.previous_from) / (question.start - answer.previous_from)
    quarters = dt.timedelta(minutes=15) / (question.start - answer.previous_from)
    # An hour is left or added where clocks change.
    assert abs(compared - min(1, passed)) <= 5 * quarters if passed > 0 else compared == 1


def check_timeseries(
    engine: Engine, game: str, question: oracle.Question, events: list[dict[str, Any]], draw: st.DataObject
) -> None:
    for interval in ("hour", "day", "week"):
        figure = draw.draw(st.sampled_from(FIGURES))
        answer = engine.ask_both("timeseries", game, NOW, metric=figure, interval=interval, **question.asked)
        buckets = oracle.bucket_starts(question, interval)
        assert [point.time for point in answer.points] == [start for start, _ in buckets]
        assert [point.complete for point in answer.points] == [end <= NOW for _, end in buckets]
        # Of many buckets, those in which something is, and a few more.
        full = [n for n, (start, end) in enumerate(buckets) if any(start <= e["time"] < end for e in events)]
        for number in {*full, 0, len(buckets) - 1}:
            same(answer.points[number].value, oracle.point(question, events, figure, *buckets[number]), figure)
        empty = {answer.points[n].value for n in range(len(buckets)) if n not in full}
        assert empty <= {0, None}


def check_heatmap(engine: Engine, game: str, question: oracle.Question, events: list[dict[str, Any]]) -> None:
    # With the longer interval many cells reach the minute that counting players needs.
    for floors, interval_ms in product(({}, {"floorFrom": 0.0, "floorTo": 30.0}), (4_000, 600_000)):
        answer = engine.ask_both(
            "heatmap", game, NOW, map="arena", cellSize=10, sampleIntervalMs=interval_ms, **floors, **question.asked
        )
        asked = oracle.Question(question.asked | floors, NOW)
        expected = oracle.heatmap(asked, events, "arena", "player_death", 10, interval_ms)
        same(cells_of(answer), {str(place): cell for place, cell in expected.items()})
        assert sum(cell.events for cell in answer.cells) == answer.total.events
    # Nothing but the map: what compaction has in cells already.
    usual = engine.ask_both("heatmap", game, NOW, map="arena", **question.asked)
    assert usual.cell_size == pytest.approx(oracle.fitting_cell_size(question, events, "arena", "player_death"))
    expected = oracle.heatmap(question, events, "arena", "player_death", usual.cell_size, 10_000)
    same(cells_of(usual), {str(place): cell for place, cell in expected.items()})


def cells_of(answer: Any) -> dict[str, dict[str, Any]]:
    return {
        str((cell.cx, cell.cy)): {"events": cell.events, "seconds": cell.seconds, "players": cell.players}
        for cell in answer.cells
    }
