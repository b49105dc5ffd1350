"""Levels: attempts, what came of them, and where it is too hard."""

from __future__ import annotations

import datetime as dt
import statistics
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import oracle
import pytest
from conftest import Engine, same
from hypothesis import strategies as st
from pydantic import ValidationError
from small_games import Asked, Events, agreeing, asking, events_of, optional

LATER = dt.datetime(2026, 3, 20, tzinfo=dt.UTC)
WEEK = {"from": "2026-03-09", "to": "2026-03-15"}
DAY = dt.timedelta(days=1)


def at(text: str) -> dt.datetime:
    """`08 10:45:30` is 10:45:30 on 8 March 2026, UTC."""
    return dt.datetime.strptime("2026-03-" + text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=dt.UTC)


def step(
    what: str, time: str, player: str = "p", level: str = "1", session: str = "s", **fields: Any
) -> dict[str, Any]:
    duration = {"props": {"duration_s": fields.pop("took")}} if "took" in fields else {}
    return {
        "name": f"level_{what}",
        "time": at(time),
        "player_id": player,
        "level": level,
        "session_id": session,
    } | (duration | fields)


def progression(engine: Engine, events: list[dict[str, Any]], now: dt.datetime = LATER, **asked: Any) -> Any:
    game = engine.new_game()
    engine.load(game, events[1::2] or events)
    if events[1::2]:
        engine.load(game, events[::2])
    return engine.ask_both("progression", game, now, **WEEK | asked)


def attempts_of(
    level: str, completes: int, fails: int, abandons: int = 0, player: str = "p"
) -> Iterator[dict[str, Any]]:
    """One after the other, of one player, in sessions of their own."""
    outcomes = ["complete"] * completes + ["fail"] * fails + ["abandon"] * abandons
    for number, outcome in enumerate(outcomes):
        moment = at("10 00:00:00") + number * dt.timedelta(minutes=2)
        yield step("start", "10 00:00:00", "p", level, f"{level}-{number}") | {"time": moment}
        yield step(outcome, "10 00:00:00", "p", level, f"{level}-{number}") | {
            "time": moment + dt.timedelta(seconds=30)
        }


# --- worked examples ---


def test_the_rates_of_closed_attempts_add_up_to_one(engine: Engine) -> None:
    (node,) = progression(engine, list(attempts_of("1", 5, 3, 2))).nodes
    assert (node.attempts, node.completion_rate, node.fail_rate, node.abandon_rate) == (10, 0.5, 0.3, 0.2)
    assert (node.players, node.completed_players, node.player_completion) == (1, 1, 1)


def test_a_level_that_is_much_harder_than_its_neighbours_is_a_spike(engine: Engine) -> None:
    """120 of 200 fail: at least 0.531. The neighbours' median is 0.335, and 0.435 would be the border."""
    fails = {"level_8": 30, "level_9": 35, "level_10": 120, "level_11": 32, "level_12": 40}
    events = [
        event
        for level, failed in fails.items()
        for event in attempts_of(level, (200 if failed == 120 else 100) - failed, failed)
    ]
    answer = progression(engine, events)
    assert [node.level for node in answer.nodes] == list(fails)
    spike = answer.nodes[2]
    assert (round(spike.hardship_low, 3), spike.neighbours_median) == (0.531, pytest.approx(0.335))
    assert [node.is_spike for node in answer.nodes] == [False, False, True, False, False]
    # At the border there is but one neighbour on one side, and below 100 attempts nothing is said.
    few = [
        event
        for level, failed in (("1", 10), ("2", 99), ("3", 10))
        for event in attempts_of(level, 99 - failed, failed)
    ]
    assert [node.is_spike for node in progression(engine, few).nodes] == [False, False, False]


# --- what an attempt is ---


def only(engine: Engine, events: list[dict[str, Any]], now: dt.datetime = LATER, **asked: Any) -> Any:
    (node,) = progression(engine, events, now, **asked).nodes
    return (node.completes, node.fails, node.abandons, node.open_attempts, node.start_missing)


def test_a_new_start_or_the_end_of_the_session_abandons(engine: Engine) -> None:
    assert only(engine, [step("start", "10 10:00:00"), step("start", "10 10:01:00")]) == (0, 0, 2, 0, 0)
    # An outcome in another session has no start.
    events = [step("start", "10 10:00:00"), step("complete", "10 10:01:00", session="t")]
    assert only(engine, events) == (1, 0, 1, 0, 1)
    # So has one that comes more than a day later, where an id is taken up again.
    assert only(engine, [step("start", "10 10:00:00"), step("fail", "11 10:00:01")]) == (0, 1, 1, 0, 1)


def test_the_first_outcome_closes_and_a_second_one_has_no_start(engine: Engine) -> None:
    events = [step("start", "10 10:00:00"), step("complete", "10 10:01:00"), step("fail", "10 10:02:00")]
    assert only(engine, events) == (1, 1, 0, 0, 1)


def test_events_of_one_moment_are_in_the_order_of_seq(engine: Engine) -> None:
    """Restart on fail: the fail is sent before the start."""
    events = [
        step("start", "10 10:00:00", seq=1),
        step("start", "10 10:01:00", seq=3),
        step("fail", "10 10:01:00", seq=2),
        step("complete", "10 10:02:00", seq=4),
    ]
    assert only(engine, events) == (1, 1, 0, 0, 0)


def test_an_attempt_is_open_as_long_as_its_session_is_on(engine: Engine) -> None:
    events = [step("start", "10 10:00:00"), step("start", "10 10:05:00", level="2")]
    events += [{"name": "match_start", "time": at("10 10:20:00"), "player_id": "p", "session_id": "s"}]
    now = at("10 10:50:00")
    nodes = progression(engine, events, now).nodes
    assert [(node.level, node.attempts, node.open_attempts, node.players) for node in nodes] == [
        ("1", 0, 1, 1),
        ("2", 0, 1, 1),
    ]
    assert (nodes[0].completion_rate, nodes[0].hardship_low, nodes[0].is_spike) == (None, None, False)
    assert [node.abandons for node in progression(engine, events, now + dt.timedelta(seconds=1)).nodes] == [1, 1]


def test_an_attempt_belongs_to_the_time_of_its_start(engine: Engine) -> None:
    events = [step("start", "09 23:59:00"), step("complete", "10 00:01:00"), step("start", "10 23:59:00", level="2")]
    events += [step("fail", "11 00:01:00", level="2")]
    (node,) = progression(engine, events, **{"from": "2026-03-10", "to": "2026-03-10"}).nodes
    assert (node.level, node.fails, node.start_missing) == ("2", 1, 0)


def test_attempts_and_time_until_the_first_completion(engine: Engine) -> None:
    """Two attempts of before the range count; what comes after the first completion does not."""
    events = [
        step("start", "02 10:00:00"),
        step("fail", "02 10:01:00"),
        step("start", "02 10:02:00"),
        step("start", "02 10:02:30"),
        step("fail", "02 10:10:00", took=100),
        step("start", "10 10:00:00"),
        step("complete", "10 10:00:40"),
        step("start", "10 11:00:00"),
        step("complete", "10 11:00:01"),
        # Completed before the range, and again in it.
        step("complete", "02 10:00:00", player="veteran"),
        step("start", "10 10:00:00", player="veteran"),
        step("complete", "10 10:00:05", player="veteran"),
    ]
    (node,) = progression(engine, events).nodes
    assert (node.first_completions, node.completed_players) == (1, 2)
    assert (node.attempts_to_complete_median, node.attempts_to_complete_p90) == (4, 4)
    assert (node.winning_seconds_median, node.active_seconds_median) == (40, 60 + 30 + 100 + 40)


# --- order, bounds, wrong input ---


def test_levels_are_in_the_order_of_names_with_numbers_else_as_they_are_reached(engine: Engine) -> None:
    reached = ["intro", "castle", "abyss"]
    events = [step("start", f"10 10:0{number}:00", level=level) for number, level in enumerate(reached)]
    answer = progression(engine, events)
    assert (answer.order, [node.level for node in answer.nodes]) == ("reached", reached)
    by_name = progression(engine, events, order="name")
    assert (by_name.order, [node.level for node in by_name.nodes]) == ("name", sorted(reached))
    numbered = [step("start", "10 10:00:00", level=level) for level in ("2-10", "2-9", "10-1", "02-9")]
    numbered += [{"name": "level_start", "time": at("10 10:00:00"), "player_id": "p"}]
    assert [node.level for node in progression(engine, numbered).nodes] == ["02-9", "2-9", "2-10", "10-1", "unknown"]


def test_levels_beyond_the_limit_are_told_together(engine: Engine) -> None:
    events = [event for level in ("1", "2", "3") for event in attempts_of(level, int(level), 1)]
    answer = progression(engine, events, limit=1)
    assert ([node.level for node in answer.nodes], answer.level_count) == (["3"], 3)
    assert (answer.rest.attempts, answer.rest.completes, answer.rest.completion_rate) == (5, 3, 0.6)
    assert progression(engine, events).rest is None


def test_without_attempts_there_are_no_levels(engine: Engine) -> None:
    anonymous = {"name": "level_start", "time": at("10 10:00:00"), "level": "1"}
    answer = progression(engine, [anonymous])
    assert (answer.nodes, answer.level_count, answer.table()) == ([], 0, [])


@pytest.mark.parametrize(("asked", "said"), [({"order": "random"}, "'auto', 'name' or 'reached'"), ({"limit": 0}, "1")])
def test_wrong_parameters_say_what_is_accepted(engine: Engine, asked: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said) as raised:
        engine.ask("progression", "arena", LATER, **asked)
    assert raised.value.errors()[0]["loc"] == (next(iter(asked)),)


# --- beside an oracle ---

levels = events_of(
    "level_start",
    "level_start",
    "level_complete",
    "level_fail",
    "level_abandon",
    player_id=st.sampled_from(("ann", "ann", "bob")),
    session_id=optional("1", "2"),
    platform=st.just("windows"),
    level=st.sampled_from(("1", "2")),
    props=optional({"duration_s": 7}, {"duration_s": "12.5"}, {"duration_s": -1}),
)


def attempts(question: oracle.Question, events: Events) -> Iterator[dict[str, Any]]:
    """Every attempt ever, walking through each player's events of a level."""
    by_level: defaultdict[tuple[str, str, str | None], Events] = defaultdict(list)
    # What came of an attempt is looked up to a day after the range.
    for event in sorted(question.counted(events), key=oracle.order):
        if event["time"] >= question.end + DAY:
            break
        by_level[event["player_id"], event["level"], event.get("session_id")].append(event)
    for (player, level, _), own in by_level.items():
        started: dict[str, Any] | None = None
        for event in [*own, None]:
            is_start = event is None or event["name"] == "level_start"
            is_near = event is not None and started is not None and event["time"] - started["time"] <= DAY
            attempt = {"player": player, "level": level, "headless": False}
            if started is not None and (is_start or not is_near):
                seconds = (event["time"] - started["time"]).total_seconds() if is_near and event else 0
                outcome = "open" if event is None and is_on(question, started, events) else "abandon"
                yield attempt | {"time": started["time"], "outcome": outcome, "seconds": seconds, "order": started}
                started = None
            if event is not None and not is_start:
                took = (event.get("props") or {}).get("duration_s")
                seconds = float(took) if took is not None and float(took) >= 0 else None
                first = event if started is None else started
                if seconds is None:
                    seconds = (event["time"] - first["time"]).total_seconds()
                yield attempt | {
                    "time": first["time"],
                    "outcome": event["name"].removeprefix("level_"),
                    "seconds": seconds,
                    "headless": started is None,
                    "order": first,
                }
            started = event if is_start else None


def is_on(question: oracle.Question, started: dict[str, Any], events: Events) -> bool:
    session = (started["player_id"], started.get("session_id"))
    times = [e["time"] for e in question.counted(events) if (e["player_id"], e.get("session_id")) == session]
    is_recent = question.now - started["time"] <= DAY
    return is_recent and max(times) >= question.now - dt.timedelta(minutes=30)


@agreeing
@asking(levels)
def test_progression_beside_an_oracle(
    engine: Engine, events: Events, asked: dict[str, Any], data: st.DataObject, **how: Any
) -> None:
    # Filters look at each event for itself; what this is about is how they go together.
    asked = {name: value for name, value in asked.items() if name not in ("platform", "version", "country")}
    game = Asked(engine, events, asked, **how)
    question = game.question
    answer = game.both("progression")
    ever = list(attempts(question, game.events))
    ever.sort(key=lambda attempt: oracle.order(attempt["order"]))
    within = [one for one in ever if question.start <= one["time"] < question.end]
    assert [node.level for node in answer.nodes] == sorted({one["level"] for one in within})
    for node in answer.nodes:
        own = [one for one in within if one["level"] == node.level]
        counts = [sum(one["outcome"] == outcome for one in own) for outcome in ("complete", "fail", "abandon", "open")]
        assert [node.completes, node.fails, node.abandons, node.open_attempts] == counts
        assert node.attempts == sum(counts[:3])
        assert node.start_missing == sum(one["headless"] for one in own)
        assert node.players == len({one["player"] for one in own})
        assert node.completed_players == len({one["player"] for one in own if one["outcome"] == "complete"})
        numbers: list[int] = []
        winning: list[float] = []
        active: list[float] = []
        for player in {one["player"] for one in own}:
            all_ever = [one for one in ever if (one["level"], one["player"]) == (node.level, player)]
            done = [number for number, one in enumerate(all_ever) if one["outcome"] == "complete"]
            if done and all_ever[done[0]] in own:
                numbers.append(done[0] + 1)
                winning.append(all_ever[done[0]]["seconds"])
                active.append(sum(one["seconds"] for one in all_ever[: done[0] + 1]))
        assert node.first_completions == len(numbers)
        if numbers:
            same(node.attempts_to_complete_median, float(statistics.median(numbers)))
            same(node.winning_seconds_median, float(statistics.median(winning)))
            same(node.active_seconds_median, float(statistics.median(active)))
