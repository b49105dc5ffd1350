"""How players moved: the example of the definition, and any small game beside plain Python."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from itertools import groupby
from typing import Any

import oracle
import pytest
from conftest import Engine
from hypothesis import strategies as st
from small_games import NOW, Asked, Events, agreeing, asking, events_of, optional

from playtrace.metrics.frame.errors import WrongParameter

SECOND = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)
TENTH = dt.datetime(2026, 3, 10, tzinfo=dt.UTC)
MARCH = {"from": "2026-03-01", "to": "2026-03-09"}


def at(seconds: int, x: float, y: float, **more: Any) -> dict[str, Any]:
    place = {"map": "arena", "x": x, "y": y, "mono_ms": 1_000 * seconds, "session_id": "s", "player_id": "ann"}
    time = SECOND + dt.timedelta(seconds=seconds)
    return {name: value for name, value in ({"name": "position", "time": time} | place | more).items() if value != ""}


def paths(answer: Any) -> list[tuple[str, list[tuple[float, float]]]]:
    return [(one.map, [(point.x, point.y) for point in one.points]) for one in answer.trajectories]


def test_the_order_is_that_of_the_sessions_clock(engine: Engine) -> None:
    game = engine.new_game()
    # The device's clock was set back between the two: its time says the opposite.
    engine.load(game, [at(20, 7, 7, map="forest"), at(0, 0, 0, time=SECOND + dt.timedelta(hours=1))])
    engine.load(game, [at(10, 3, 4), at(0, 9, 9, session_id=""), at(5, 9, 9, mono_ms="")])
    answer = engine.ask("trajectories", game, TENTH, **MARCH)
    assert paths(answer) == [("arena", [(0, 0), (3, 4)]), ("forest", [(7, 7)])]
    assert (answer.sessions, answer.samples, answer.told_every, answer.unordered) == (1, 3, 1, 2)
    assert [row["map"] for row in answer.table()] == ["arena", "arena", "forest"]
    only = engine.ask("trajectories", game, TENTH, map="forest", **MARCH)
    assert paths(only) == [("forest", [(7, 7)])]


def test_who_comes_back_to_a_map_begins_anew(engine: Engine) -> None:
    game = engine.new_game()
    engine.load(game, [at(0, 1, 1), at(1, 2, 2, map="forest"), at(2, 3, 3), at(3, 4, 4, match_id="m1")])
    answer = engine.ask("trajectories", game, TENTH, map="arena", **MARCH)
    assert paths(answer) == [("arena", [(1, 1)]), ("arena", [(3, 3)]), ("arena", [(4, 4)])]
    of_match = engine.ask("trajectories", game, TENTH, match="m1", **MARCH)
    assert [(one.match_id, len(one.points)) for one in of_match.trajectories] == [("m1", 1)]


def test_many_points_are_thinned_and_said_so(engine: Engine) -> None:
    game = engine.new_game()
    walks = [at(second, second, walk, session_id=f"s{walk}") for walk in range(3) for second in range(1_500)]
    engine.load(game, walks)
    answer = engine.ask("trajectories", game, TENTH, maxPoints=1_000, limit=2, **MARCH)
    assert (answer.sessions, answer.samples, answer.told_every) == (3, 3_000, 4)
    for one in answer.trajectories:
        xs = [point.x for point in one.points]
        assert xs == [*range(0, 1_500, 4), 1_499]
    assert sum(len(one.points) for one in answer.trajectories) <= 1_000


def test_the_latest_sessions_are_those_with_the_latest_position(engine: Engine) -> None:
    """Whether they are found by whole days (UTC), or the range begins and ends within one."""
    game = engine.new_game()
    day = dt.timedelta(days=1)
    # `back` has its latest position in the middle by its own clock; `across` goes over midnight; `early` ends first.
    engine.load(game, [at(0, 1, 1, session_id="early"), at(0, 2, 2, session_id="across")])
    engine.load(game, [at(9, 3, 3, session_id="across", time=SECOND + day)])
    engine.load(game, [at(1, 4, 4, session_id="back", time=SECOND + 2 * day), at(2, 5, 5, session_id="back")])
    for asked in (MARCH, MARCH | {"timeZone": "Asia/Kathmandu"}, {"from": SECOND - day, "to": SECOND + 3 * day}):
        answer = engine.ask("trajectories", game, TENTH, limit=2, **asked)
        assert [(one.session_id, len(one.points)) for one in answer.trajectories] == [("back", 2), ("across", 2)]
        assert (answer.sessions, answer.samples) == (3, 4)
    cut = engine.ask("trajectories", game, TENTH, limit=2, **{"from": SECOND - day, "to": SECOND + day / 2})
    assert [(one.session_id, len(one.points)) for one in cut.trajectories] == [("back", 1), ("across", 1)]
    assert (cut.sessions, cut.samples) == (3, 2)


def test_nobody_moved(engine: Engine) -> None:
    answer = engine.ask("trajectories", engine.new_game(), TENTH, **MARCH)
    assert (answer.trajectories, answer.sessions, answer.unordered, answer.told_every) == ([], 0, 0, 1)


walked = events_of(
    "position",
    "position",
    "player_death",
    session_id=optional("1", "2", "5f0c7a52-one-by-itself"),
    mono_ms=optional(0, 1_000, 2_000, 3_000),
    match_id=optional("m1"),
    map=optional("arena", "forest"),
    **{axis: optional(0.0, 5.5) for axis in "xyz"},
)


@agreeing
@asking(walked)
def test_any_walk(engine: Engine, events: Events, asked: dict[str, Any], data: st.DataObject, **how: Any) -> None:
    game = Asked(engine, events, asked, **how)
    question = game.question
    more: dict[str, Any] = data.draw(
        st.sampled_from(({}, {"map": "arena"}, {"player": ["ann", "bob"]}, {"match": ["m1"]}))
    )
    answer = engine.ask("trajectories", game.game, NOW, limit=100, **more, **asked)
    samples = [
        one
        for one in question.counted(game.events)
        if question.wants(one)
        and one["name"] == "position"
        and question.start <= one["time"] < question.end
        and all(one.get(name) is not None for name in ("map", "x", "y"))
        and ("player" not in more or one.get("player_id") in more["player"])
        and ("match" not in more or one.get("match_id") in more["match"])
    ]
    walks: dict[tuple[str, str], Events] = defaultdict(list)
    for one in samples:
        session = one.get("session_id")
        if session and one.get("mono_ms") is not None:
            owner = "" if len(session) >= 16 else one.get("player_id") or ""
            walks[owner, session].append(one)
    expected: list[Any] = []
    for walk in walks.values():
        walk.sort(key=lambda one: (one["mono_ms"], *oracle.order(one)))
        for (place, match), run in groupby(walk, key=lambda one: (one["map"], one.get("match_id"))):
            if more.get("map", place) == place:
                expected.append((place, match, [(one["time"], one["x"], one["y"], one.get("z")) for one in run]))
    found = [
        (one.map, one.match_id, [(point.time, point.x, point.y, point.z) for point in one.points])
        for one in answer.trajectories
    ]
    assert sorted(found, key=repr) == sorted(expected, key=repr)
    assert answer.unordered == sum(
        (not one.get("session_id") or one.get("mono_ms") is None) and more.get("map", one["map"]) == one["map"]
        for one in samples
    )


@pytest.mark.parametrize(
    "asked", [{"limit": 0}, {"maxPoints": 999}, {"player": ",".join(map(str, range(101)))}, {"map": ""}]
)
def test_a_wrong_parameter_is_named(engine: Engine, asked: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(asked))):
        engine.ask("trajectories", engine.new_game(), TENTH, **asked, **MARCH)


def test_no_rollup_keeps_the_clock_of_positions(engine: Engine) -> None:
    with pytest.raises(WrongParameter) as wrong:
        engine.ask("trajectories", engine.new_game(), TENTH, source="rollup", **MARCH)
    assert wrong.value.parameter == "source"
