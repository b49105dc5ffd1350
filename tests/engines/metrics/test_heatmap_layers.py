"""Beside counts: a number in the cells of a map, and its events one by one."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pytest
from conftest import Engine

from playtrace.metrics.frame.errors import WrongParameter

SECOND = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)
TENTH = dt.datetime(2026, 3, 10, tzinfo=dt.UTC)
MARCH: dict[str, Any] = {"from": "2026-03-01", "to": "2026-03-09", "map": "arena", "cellSize": 10}
FRAMES = {"event": "performance", "layer": "value", "of": "props.fps"}


def sample(player: int, x: float, fps: Any, **more: Any) -> dict[str, Any]:
    place = {"map": "arena", "x": x, "y": 1.0, "z": 0.0}
    fields = {"name": "performance", "time": SECOND + dt.timedelta(seconds=player), "player_id": f"p{player}"}
    return fields | place | {"value": 1.0, "props": {"fps": fps}} | more


@pytest.fixture(scope="module")
def game(engine: Engine) -> str:
    game = engine.new_game()
    slow = [sample(player, 5.0, fps) for player, fps in enumerate((30, "40", 50, 60.5, 20))]
    few = [sample(player, 25.0, 144) for player in range(4)]
    wrong = [sample(9, 5.0, "fast"), sample(10, 5.0, None), sample(11, 5.0, 1e301)]
    other = [sample(12, 5.0, 1, map="forest"), sample(13, 5.0, 1, z=50.0), sample(14, 5.0, 1, name="error")]
    engine.load(game, [*slow, *few, *wrong, *other])
    return game


def test_a_number_of_each_cell(engine: Engine, game: str) -> None:
    numbers = [30, 40, 50, 60.5, 20]
    for measure, value in (("mean", np.mean(numbers)), ("p95", np.percentile(numbers, 95))):
        answer = engine.ask("heatmap", game, TENTH, **FRAMES, measure=measure, floorTo=10, **MARCH)
        # The cell of four players tells nothing.
        assert [(cell.cx, cell.cy) for cell in answer.cells] == [(0, 0)]
        assert answer.cells[0].value == pytest.approx(value)
        assert (answer.of, answer.measure, answer.source, answer.total.events) == ("props.fps", measure, "raw", 12)
    of_value = engine.ask("heatmap", game, TENTH, **FRAMES | {"of": None}, **MARCH)
    assert of_value.cells[0].value == 1


def test_a_day_that_is_asked_for_in_part_counts_in_part(engine: Engine) -> None:
    game = engine.new_game()
    end = TENTH - dt.timedelta(hours=5)
    places: dict[str, Any] = {"map": "arena", "x": 1.0, "y": 1.0}
    walked = {"name": "position", "time": end - dt.timedelta(days=2), **places}
    deaths = [{"name": "player_death", "time": end + dt.timedelta(hours=hours), **places} for hours in (-1, 1)]
    engine.load(game, [walked, *deaths])
    engine.compact([TENTH.date() - dt.timedelta(days=days) for days in (3, 2, 1)])
    answer = engine.ask_both("heatmap", game, TENTH, map="arena", **{"from": end - dt.timedelta(days=3), "to": end})
    assert answer.total.events == 1


def test_other_layers_know_no_number(engine: Engine, game: str) -> None:
    answer = engine.ask_both("heatmap", game, TENTH, event="performance", **MARCH)
    assert {cell.value for cell in answer.cells} == {None}
    assert (answer.of, answer.measure, answer.points) == (None, None, None)


def test_events_one_by_one_say_no_player_unless_asked(engine: Engine, game: str) -> None:
    asked = {"event": "performance", "points": True, "floorTo": 10} | MARCH
    points = engine.ask_both("heatmap", game, TENTH, **asked).points
    assert len(points) == 12
    assert (points[0].time, points[0].y, points[0].z) == (SECOND, 1, 0)
    assert [point.time for point in points] == sorted(point.time for point in points)
    assert {point.player_id for point in points} == {None}
    told = engine.ask("heatmap", game, TENTH, pointPlayers=True, **asked).points
    assert {point.player_id for point in told} == {f"p{n}" for n in (*range(5), 9, 10, 11)}


def test_points_of_many_are_refused(engine: Engine) -> None:
    game = engine.new_game()
    engine.load(game, [sample(n, 5.0, 1) for n in range(2_001)])
    with pytest.raises(WrongParameter, match="2,001 events lie here") as wrong:
        engine.ask("heatmap", game, TENTH, event="performance", points=True, **MARCH)
    assert wrong.value.parameter == "points"
    assert len(engine.ask("heatmap", game, TENTH, event="performance", **MARCH).cells) == 1


@pytest.mark.parametrize(
    ("asked", "parameter"),
    [
        ({"of": "props.fps"}, "of"),
        ({"measure": "p95"}, "measure"),
        ({"layer": "value", "of": "fps"}, "of"),
        ({"pointPlayers": True}, "pointPlayers"),
        ({"layer": "value", "source": "rollup"}, "source"),
    ],
)
def test_a_wrong_parameter_is_named(engine: Engine, game: str, asked: dict[str, Any], parameter: str) -> None:
    with pytest.raises(WrongParameter) as wrong:
        engine.ask("heatmap", game, TENTH, **asked, **MARCH)
    assert wrong.value.parameter == parameter
