"""Small games that Hypothesis makes up: rollup, raw events and oracle must agree on all metrics.

Their events lie around midnights, on quarters of an hour, on the day on which New York's clock is put forward, at the
same moment, in several loads whose order is not that of time, with players and sessions missing. Each metric gets the
events that matter to it, so that a failure shrinks to a handful.
"""

from __future__ import annotations

import datetime as dt
import math
import os
from collections.abc import Callable
from itertools import product
from typing import Any

import oracle
import pytest
from conftest import Engine, same
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

Events = list[dict[str, Any]]

NOW = dt.datetime(2026, 3, 12, 7, 30, tzinfo=dt.UTC)
MIDNIGHT = dt.datetime(2026, 3, 6, tzinfo=dt.UTC)
LONG_ID = "5f0c7a52-one-by-itself"
ZONES = ("UTC", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "Asia/Tokyo")
FIGURES = (*oracle.figures_of_bucket, "player_death")

agreeing = settings(
    max_examples=15,
    # What fails is small as it is. To see it smaller, and wait for that: SHRINK=1.
    phases=[*Phase] if os.environ.get("SHRINK") else [Phase.explicit, Phase.reuse, Phase.generate],
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)

moments = st.builds(
    lambda day, quarter, seconds: MIDNIGHT + dt.timedelta(days=day, minutes=15 * quarter, seconds=seconds),
    st.integers(0, 6),
    st.sampled_from((0, 1, 2, 3, 16, 19, 20, 27, 28, 72, 73, 74, 94, 95)),
    st.sampled_from((-1, 0, 1, 899)),
)
"""Few enough that some events are at the same one."""


def optional(*values: Any) -> st.SearchStrategy[Any]:
    return st.sampled_from((None, *values))


def events_of(*names: str, **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Events]:
    """Lists of events with these names and fields, and those that every metric looks at."""
    event = st.fixed_dictionaries(
        {
            "name": st.sampled_from(names),
            "time": moments,
            "player_id": optional("ann", "bob", "cleo"),
            "platform": optional("windows", "linux"),
            "version": optional("1.0", "1.1"),
            "country": optional("DE"),
            "env": optional(None, None, "dev"),
            "seq": optional(0, 1, 2, 70_000),
            "level": optional("1", "2"),
            "props": optional({"mode": "ranked"}, {"mode": "casual", "score": 7}, {"score": 7.0}, {"mode": {"of": 1}}),
        }
        | fields
    )
    present = event.map(lambda fields: {name: value for name, value in fields.items() if value is not None})
    return st.lists(present, min_size=1, max_size=16)


activity = events_of("level_start", "crash", "push_received")
sessions = events_of(
    "level_start",
    "level_end",
    "crash",
    "crash_upload",
    session_id=optional("1", "2", LONG_ID),
    device_id=optional("phone"),
    mono_ms=optional(None, 0, 9_000, 300_000),
)
figures = st.one_of(
    activity,
    sessions,
    events_of(
        "purchase", "level_start", value=optional(4.99, -4.99, 0.1), currency=optional("USD", "EUR"), props=st.none()
    ),
    events_of(
        "performance",
        value=optional(60.0),
        props=optional({"fps": 30}, {"duration_s": 10}, {"frames": 7, "fps": "x"}, {"frames": "nan"}),
    ),
)
places = events_of(
    "position",
    "position",
    "player_death",
    session_id=optional("1", "1", LONG_ID),
    mono_ms=st.integers(0, 60).map(lambda seconds: 1_000 * seconds),
    map=st.sampled_from(("arena", "arena", "arena", "forest")),
    **{axis: optional(-0.5, 0.0, 29.99, 30.0, 31.0, 70_000.0) for axis in "xyz"},
)


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
    if draw(st.integers(0, 3)) == 0:
        asked["env"] = "dev"
    return asked


class Asked:
    """A game whose events are loaded, and what is asked about it."""

    def __init__(self, engine: Engine, events: Events, asked: dict[str, Any], loads: int, compacted: bool) -> None:
        self.engine = engine
        self.game = engine.new_game()
        # In the order in which they arrive: it decides between events of the same moment.
        self.events = [event for part in range(loads) for event in events[part::loads]]
        for part in range(loads):
            if events[part::loads]:
                engine.load(self.game, events[part::loads])
        if compacted:
            engine.compact([(MIDNIGHT + dt.timedelta(days=day)).date() for day in range(-1, 8)])
        self.question = oracle.Question(asked, NOW)

    def both(self, name: str, **more: Any) -> Any:
        return self.engine.ask_both(name, self.game, NOW, **more, **self.question.asked)


def asking(events: st.SearchStrategy[Events]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    return given(events=events, asked=questions(), loads=st.integers(1, 3), compacted=st.booleans(), data=st.data())


@agreeing
@asking(activity)
def test_active_players(engine: Engine, events: Events, asked: dict[str, Any], data: st.DataObject, **how: Any) -> None:
    game = Asked(engine, events, asked, **how)
    answer = game.both("active_players")
    found = [day.model_dump(include={"day", "dau", "wau", "mau", "new"}) for day in answer.days]
    assert found == oracle.active_players(game.question, game.events)
    for day in answer.days:
        assert day.dau <= day.wau <= day.mau
        assert day.new + day.returning == day.dau


@agreeing
@asking(activity)
def test_retention(engine: Engine, events: Events, asked: dict[str, Any], data: st.DataObject, **how: Any) -> None:
    kind = data.draw(st.sampled_from(("classic", "rolling", "bracket", "calendar_week")))
    granularity = data.draw(st.sampled_from(("day", "week")))
    length = 7 if granularity == "week" or kind == "calendar_week" else 1
    if kind == "bracket":
        columns_asked: dict[str, Any] = {"brackets": "0-0,1-2"}
        columns: list[tuple[int, int | None]] = [(0, length - 1), (length, 3 * length - 1)]
    else:
        offsets = [0, 1, 3]
        columns_asked = {"offsets": offsets}
        columns = [(n * length, None if kind == "rolling" else (n + 1) * length - 1) for n in offsets]
    game = Asked(engine, events, asked, **how)
    answer = game.both("retention", kind=kind, granularity=granularity, **columns_asked)
    question = oracle.Question(asked | {"granularity": granularity}, NOW)
    for number, (first, last) in enumerate(columns):
        rows, total = oracle.retention(question, game.events, kind, first, last)
        cells = [(row.cohort, row.size, row.cells[number]) for row in answer.cohorts]
        assert [(cohort, size, cell.retained, cell.complete) for cohort, size, cell in cells] == rows
        assert (answer.total[number].retained, answer.total[number].size) == total


@agreeing
@asking(figures)
def test_summary(engine: Engine, events: Events, asked: dict[str, Any], data: st.DataObject, **how: Any) -> None:
    game = Asked(engine, events, asked, **how)
    question = game.question
    answer = game.both("summary")
    current = answer.current.model_dump(by_alias=False, exclude={"players_now", "currency"})
    same(current, oracle.figures(question, game.events, question.start, question.end))
    previous = answer.previous.model_dump(by_alias=False, exclude={"players_now", "currency"})
    days = isinstance(question.asked["from"], dt.date) and not isinstance(question.asked["from"], dt.datetime)
    if days:
        start = question.midnight(question.asked["from"] - len(question.days()) * oracle.DAY)
        assert answer.previous_from == start
    same(previous, oracle.figures(question, game.events, answer.previous_from, answer.previous_to, question.start))
    passed = (NOW - question.start) / (question.end - question.start)
    compared = (answer.previous_to - answer.previous_from) / (question.start - answer.previous_from)
    quarters = dt.timedelta(minutes=15) / (question.start - answer.previous_from)
    # An hour is left or added where clocks change.
    assert abs(compared - min(1, passed)) <= 5 * quarters if passed > 0 else compared == 1


@agreeing
@asking(figures)
def test_timeseries(engine: Engine, events: Events, asked: dict[str, Any], data: st.DataObject, **how: Any) -> None:
    game = Asked(engine, events, asked, **how)
    question = game.question
    for interval in ("hour", "day", "week"):
        figure = data.draw(st.sampled_from(FIGURES))
        answer = game.both("timeseries", metric=figure, interval=interval)
        buckets = oracle.bucket_starts(question, interval)
        assert [point.time for point in answer.points] == [start for start, _ in buckets]
        assert [point.complete for point in answer.points] == [end <= NOW for _, end in buckets]
        # Of many buckets, those in which something is, and a few more.
        full = [n for n, (start, end) in enumerate(buckets) if any(start <= e["time"] < end for e in events)]
        for number in {*full, 0, len(buckets) - 1}:
            same(answer.points[number].value, oracle.point(question, game.events, figure, *buckets[number]), figure)
        empty = {answer.points[n].value for n in range(len(buckets)) if n not in full}
        assert empty <= {0, None}


@agreeing
@asking(places)
def test_heatmap(engine: Engine, events: Events, asked: dict[str, Any], data: st.DataObject, **how: Any) -> None:
    game = Asked(engine, events, asked, **how)
    # With the longer interval many cells reach the minute that counting players needs.
    for floors, interval_ms in product(({}, {"floorFrom": 0.0, "floorTo": 30.0}), (4_000, 600_000)):
        answer = game.both("heatmap", map="arena", cellSize=10, sampleIntervalMs=interval_ms, **floors)
        question = oracle.Question(asked | floors, NOW)
        expected = oracle.heatmap(question, game.events, "arena", "player_death", 10, interval_ms)
        same(cells_of(answer), {str(place): cell for place, cell in expected.items()})
        assert sum(cell.events for cell in answer.cells) == answer.total.events
    # Nothing but the map: what compaction has in cells already.
    usual = game.both("heatmap", map="arena")
    assert usual.cell_size == pytest.approx(
        oracle.fitting_cell_size(game.question, game.events, "arena", "player_death")
    )
    expected = oracle.heatmap(game.question, game.events, "arena", "player_death", usual.cell_size, 10_000)
    same(cells_of(usual), {str(place): cell for place, cell in expected.items()})
    core = oracle.core_of_map(game.question, game.events, "arena", "player_death")
    assert (usual.core is None) == (core is None)
    if core is not None:
        assert (usual.core.min_x, usual.core.min_y, usual.core.max_x, usual.core.max_y) == core
        size = usual.cell_size
        corners = [math.floor(border / size) for border in core]
        assert usual.outside_events == sum(
            cell["events"]
            for (cx, cy), cell in expected.items()
            if not (corners[0] <= cx <= corners[2] and corners[1] <= cy <= corners[3])
        )


def cells_of(answer: Any) -> dict[str, dict[str, Any]]:
    return {
        str((cell.cx, cell.cy)): {"events": cell.events, "seconds": cell.seconds, "players": cell.players}
        for cell in answer.cells
    }


CONDITIONS: dict[str, Callable[[dict[str, Any]], bool]] = {
    "props.mode:ranked": lambda e: mode(e) == "ranked",
    "props.mode:!ranked": lambda e: mode(e) != "ranked",
    "props.mode:ranked,casual": lambda e: mode(e) in ("ranked", "casual"),
    "props.mode:*": lambda e: mode(e) is not None,
    "props.mode:!*": lambda e: mode(e) is None,
    "props.mode.of:1": lambda e: mode(e) == {"of": 1},
    "props.score:7": lambda e: score(e) == 7,
    "props.score:6..7.5": lambda e: score(e) is not None and 6 <= score(e) <= 7.5,
    "props.score:8..": lambda e: score(e) is not None and score(e) >= 8,
    "level:2": lambda e: e.get("level") == "2",
    "level:!..1": lambda e: not (e.get("level") is not None and float(e["level"]) <= 1),
    'name:"level_start",crash': lambda e: e["name"] in ("level_start", "crash"),
    "seq:1..2": lambda e: e.get("seq") in (1, 2),
}
"""What a filter lets through."""


def mode(event: dict[str, Any]) -> Any:
    return (event.get("props") or {}).get("mode")


def score(event: dict[str, Any]) -> Any:
    return (event.get("props") or {}).get("score")


@agreeing
@asking(sessions)
def test_filters_of_any_field_and_segments(
    engine: Engine, events: Events, asked: dict[str, Any], data: st.DataObject, **how: Any
) -> None:
    game = Asked(engine, events, asked, **how)
    condition = data.draw(st.sampled_from(list(CONDITIONS)))
    segment = data.draw(st.sampled_from((None, ["ann"], ["ann", "bob"], [])))
    more: dict[str, Any] = {"filter": [condition]}
    if segment is not None:
        engine.make_segment(game.game, "chosen", segment)
        more["segment"] = "chosen"
    question = oracle.Question(asked, NOW, also=CONDITIONS[condition], players=segment)
    ask = {"gameId": game.game} | more | asked
    players = engine.ask("active_players", now=NOW, **ask)
    found = [day.model_dump(include={"day", "dau", "wau", "mau", "new"}) for day in players.days]
    assert found == oracle.active_players(question, game.events)
    summary = engine.ask("summary", now=NOW, **ask)
    current = summary.current.model_dump(by_alias=False, exclude={"players_now", "currency"})
    same(current, oracle.figures(question, game.events, question.start, question.end))
    assert (players.source, summary.source) == ("raw", "raw")


@agreeing
@asking(figures)
def test_segments_read_rollups_where_these_know_players(
    engine: Engine, events: Events, asked: dict[str, Any], data: st.DataObject, **how: Any
) -> None:
    game = Asked(engine, events, asked, **how)
    segment = data.draw(st.sampled_from((["ann"], ["ann", "cleo"])))
    engine.make_segment(game.game, "chosen", segment)
    question = oracle.Question(asked, NOW, players=segment)
    answer = game.both("active_players", segment="chosen")
    found = [day.model_dump(include={"day", "dau", "wau", "mau", "new"}) for day in answer.days]
    assert found == oracle.active_players(question, game.events)
    for figure in ("sessions", "crash_free_sessions", "new_players"):
        answer = game.both("timeseries", metric=figure, segment="chosen")
        values = [
            oracle.point(question, game.events, figure, *bucket) for bucket in oracle.bucket_starts(question, "day")
        ]
        same([point.value for point in answer.points], values)
