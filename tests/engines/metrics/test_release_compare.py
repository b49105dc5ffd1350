"""One version against another: the example of the definition, what is shared, and figures counted naively."""

from __future__ import annotations

import datetime as dt
import math
import statistics
from collections import defaultdict
from typing import Any

import oracle
import pytest
from conftest import Engine
from hypothesis import strategies as st
from pydantic import ValidationError
from small_games import LONG_ID, NOW, Asked, Events, agreeing, asking, events_of, optional

from playtrace.metrics.frame.differences import difference, mean, ratio_of_sums, share
from playtrace.metrics.frame.errors import WrongParameter

TENTH = dt.datetime(2026, 3, 10, tzinfo=dt.UTC)
START = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)
MARCH = {"from": "2026-03-01", "to": "2026-03-09"}


def session(version: str, number: int, *, crashes: bool = False, day: int = 0, **fields: Any) -> list[dict[str, Any]]:
    common = {
        "player_id": f"{version}-{number}",
        "session_id": f"{version}-{number:030}",
        "version": version,
        "time": START + dt.timedelta(days=day, seconds=number),
    } | fields
    crash = common | {"name": "crash", "seq": 1}
    return [common | {"name": "session_start", "seq": 0}, *([crash] if crashes else [])]


def figures(answer: Any) -> dict[str, Any]:
    return {figure.figure: figure for figure in answer.figures}


def test_a_hundred_crashes_of_a_thousand_and_a_quarter_more(engine: Engine) -> None:
    game = engine.new_game()
    events = [event for number in range(1000) for event in session("1.0", number, crashes=number < 100)]
    events += [event for number in range(1000) for event in session("1.1", number, crashes=number < 125)]
    engine.load(game, events)
    answer = engine.ask_both("release_compare", game, TENTH, a="1.0", b="1.1", **MARCH)
    crash_free = figures(answer)["crash_free_sessions"]
    assert (crash_free.a, crash_free.b) == pytest.approx((0.9, 0.875))
    assert crash_free.difference == pytest.approx(-0.025)
    assert (crash_free.low, crash_free.high) == pytest.approx((-0.0527, 0.0027), abs=5e-5)
    assert (answer.enough_data, answer.a_sessions, answer.b_sessions) == (True, 1000, 1000)


def test_means_differ_as_welch_has_it() -> None:
    a, b = (2.0, 4.0, 4.0, 6.0, 9.0), (5.0, 7.0, 8.0, 10.0, 15.0)
    first, second = (mean(5, sum(values), sum(value * value for value in values)) for values in (a, b))
    between, low, high = difference(first, second)
    assert between == 4
    assert low is not None
    assert high is not None
    # t = 1.929, as the difference over its standard error.
    assert 4 / ((high - low) / 2 / 1.959964) == pytest.approx(1.929, abs=5e-4)


def test_ten_times_the_sessions_are_sure() -> None:
    between, low, high = difference(share(9_000, 10_000), share(8_750, 10_000))
    assert between == pytest.approx(-0.025)
    assert (low, high) == (pytest.approx(-0.0338, abs=5e-5), pytest.approx(-0.0162, abs=5e-5))


def test_a_rate_of_units_that_all_have_it_has_no_error() -> None:
    seconds = (10.0, 20.0, 5.0)
    frames = [60 * second for second in seconds]
    found = ratio_of_sums(
        3,
        sum(frames),
        sum(seconds),
        sum(f * f for f in frames),
        sum(s * s for s in seconds),
        sum(f * s for f, s in zip(frames, seconds, strict=True)),
    )
    assert (found.value, found.error) == (60, pytest.approx(0, abs=1e-6))


def test_only_shared_days_and_platforms_are_compared(engine: Engine) -> None:
    game = engine.new_game()
    events = [
        *(event for day in range(4) for event in session("1.0", day, day=day, platform="windows", crashes=day == 0)),
        *(event for day in (2, 3) for event in session("1.1", day, day=day, platform="windows")),
        *session("1.1", 7, day=3, platform="ios", crashes=True),
    ]
    engine.load(game, events)
    answer = engine.ask_both("release_compare", game, TENTH, **MARCH)
    assert (answer.a, answer.b, answer.platforms) == ("1.0", "1.1", ["windows"])
    assert answer.from_ == dt.datetime(2026, 3, 4, tzinfo=dt.UTC)
    assert (answer.a_sessions, answer.b_sessions, answer.enough_data) == (2, 2, False)
    assert figures(answer)["crash_free_sessions"].difference == 0


def test_the_two_that_were_first_seen_last(engine: Engine) -> None:
    game = engine.new_game()
    engine.load(game, [event for day in range(3) for v in range(day + 1) for event in session(f"1.{v}", day, day=day)])
    answer = engine.ask_both("release_compare", game, TENTH, **MARCH)
    assert (answer.a, answer.b) == ("1.1", "1.2")
    older = engine.ask_both("release_compare", game, TENTH, b="1.1", **MARCH)
    assert (older.a, older.b) == ("1.0", "1.1")


def test_the_only_one_that_was_played_much_is_not_taken_for_the_newest(engine: Engine) -> None:
    game = engine.new_game()
    events = [event for number in range(500) for event in session("1.0", number)]
    engine.load(game, [*events, *session("1.0", 501, day=1), *session("1.1", 1, day=1), *session("1.2", 1, day=2)])
    answer = engine.ask_both("release_compare", game, TENTH, **MARCH)
    assert (answer.a, answer.b) == ("1.1", "1.2")


def test_nothing_to_compare_is_said(engine: Engine) -> None:
    game = engine.new_game()
    engine.load(game, session("1.0", 1))
    alone = engine.ask_both("release_compare", game, TENTH, **MARCH)
    assert (alone.figures, alone.hints) == ([], ["There are no two versions in the range."])
    engine.load(game, session("1.1", 1, day=2))
    apart = engine.ask_both("release_compare", game, TENTH, **MARCH)
    assert "share no day" in apart.hints[0]


@pytest.mark.parametrize(("asked", "named"), [({"version": ["1.0"]}, "a"), ({"a": "1", "b": "1"}, "different")])
def test_wrong_parameters_are_named(engine: Engine, asked: dict[str, Any], named: str) -> None:
    with pytest.raises(WrongParameter, match=named):
        engine.ask("release_compare", "any", NOW, **asked)
    with pytest.raises(ValidationError, match="a"):
        engine.ask("release_compare", "any", NOW, a="")


runs = events_of(
    "level_start",
    "crash",
    "performance",
    "scene_loaded",
    session_id=optional("1", "2", LONG_ID),
    mono_ms=optional(0, 9_000),
    version=st.sampled_from(("1.0", "1.1")),
    platform=st.just("windows"),
    env=st.none(),
    props=optional({"frames": 600, "duration_s": 10, "frame_times": "143:598 220:2"}, {"duration_s": 2, "cold": True}),
)


@agreeing
@asking(runs)
def test_figures_are_those_of_all_that_is_shared(
    engine: Engine, events: Events, asked: dict[str, Any], loads: int, compacted: bool, data: st.DataObject
) -> None:
    asked = {"from": asked["from"], "to": asked["to"], "timeZone": asked["timeZone"]}
    game = Asked(engine, events, asked, loads, compacted)
    question = game.question
    answer = game.both("release_compare", a="1.0", b="1.1")
    days = question.days()
    first, last = question.midnight(days[0]), question.midnight(days[-1] + oracle.DAY)
    seen: defaultdict[str, list[dt.date]] = defaultdict(list)
    for event in game.events:
        if first <= event["time"] < last:
            seen[event["version"]].append(question.day(event["time"]))
    if len(seen) < 2 or max(map(min, seen.values())) > min(map(max, seen.values())):
        assert answer.figures == []
        return
    start = question.midnight(max(map(min, seen.values())))
    end = question.midnight(min(map(max, seen.values())) + oracle.DAY)
    assert (answer.from_, answer.to) == (start, end)
    entries, active = oracle.entries(question, game.events), oracle.active_days(question, game.events)
    for letter, version in (("a", "1.0"), ("b", "1.1")):
        found = {figure.figure: getattr(figure, letter) for figure in answer.figures}
        own = [
            s for s in oracle.sessions(question, game.events) if start <= s["time"] < end and s["version"] == version
        ]
        assert found["crash_free_sessions"] == oracle.share(sum(not s["crashes"] for s in own), len(own))
        lengths = [s["seconds"] for s in own]
        assert found["session_seconds"] == (pytest.approx(statistics.fmean(lengths)) if own else None)
        drawn = [
            both
            for event in game.events
            if event["version"] == version and start <= event["time"] < end and event.get("player_id")
            if (both := oracle.drawn(event)) is not None
        ]
        assert found["avg_fps"] == oracle.share(sum(f for f, _ in drawn), sum(s for _, s in drawn))
        came = {
            player: question.day(event["time"])
            for player, event in entries.items()
            if event["version"] == version and start <= event["time"] < end
            if question.midnight(question.day(event["time"]) + 2 * oracle.DAY) <= NOW
        }
        back = sum(day + oracle.DAY in active[player] for player, day in came.items())
        assert found["d1_retention"] == oracle.share(back, len(came))
    assert all(math.isfinite(figure.low) for figure in answer.figures if figure.low is not None)
