"""Metrics of small games that Hypothesis makes up, beside an oracle in plain Python."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable
from itertools import product
from typing import Any

import oracle
import pytest
from conftest import Engine, same
from hypothesis import strategies as st
from small_games import NOW, Asked, Events, activity, agreeing, asking, figures, places, sessions

FIGURES = (*oracle.figures_of_bucket, "player_death")


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
    # No rollup knows matches.
    narrowings = (
        (game.both, {}),
        (game.both, {"floorFrom": 0.0, "floorTo": 30.0}),
        (game.ask, {"matchFromSeconds": 5, "matchToSeconds": 40_000}),
    )
    for (ask, narrowed), interval_ms in product(narrowings, (4_000, 600_000)):
        answer = ask("heatmap", map="arena", cellSize=10, sampleIntervalMs=interval_ms, **narrowed)
        question = oracle.Question(asked | narrowed, NOW)
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
