"""Funnels: the examples of the definition, and small games beside a search through every possible attempt."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import oracle
import pytest
from conftest import Engine, plain, same
from hypothesis import strategies as st
from small_games import NOW, Asked, Events, agreeing, asking, events_of, optional

from playtrace.metrics.frame.errors import WrongParameter

Event = dict[str, Any]
MARCH = {"from": "2026-03-01", "to": "2026-03-09"}
LATER = dt.datetime(2026, 3, 20, tzinfo=dt.UTC)
ABC = ["A", "B", "C"]


def at(text: str) -> dt.datetime:
    """`02 10:45` is 10:45 on 2 March 2026, UTC; seconds may follow."""
    form = "%Y-%m-%d %H:%M:%S" if text.count(":") == 2 else "%Y-%m-%d %H:%M"
    return dt.datetime.strptime("2026-03-" + text, form).replace(tzinfo=dt.UTC)


def does(player: str, *done: str, **fields: Any) -> Events:
    """`does("p", "A 02 10:00", "B 02 10:05")`: events of one player."""
    return [{"name": text[0], "player_id": player, "time": at(text[2:]), **fields} for text in done]


def reached(answer: Any) -> list[int]:
    return [step.reached for step in answer.steps]


@pytest.fixture
def five(engine: Engine) -> str:
    game = engine.new_game()
    events = [
        *does("F1", "A 02 10:00", "B 02 10:05", "C 02 11:00"),
        *does("F2", "A 02 10:00", "C 02 10:01", "B 02 10:30"),
        *does("F3", "A 02 10:00", "B 03 10:00:00"),
        *does("F4", "A 02 10:00", "B 03 10:00:01"),
        *does("F5", "B 02 09:00", "C 02 09:10"),
    ]
    engine.load(game, events[1::2])
    engine.load(game, events[::2])
    return game


def test_five_players(engine: Engine, five: str) -> None:
    answer = engine.ask("funnel", five, LATER, step=ABC, window="24h", **MARCH)
    assert reached(answer) == [4, 3, 1]
    assert [step.step_rate for step in answer.steps] == [None, 0.75, pytest.approx(1 / 3)]
    assert answer.overall_rate == answer.steps[2].overall_rate == 0.25
    assert [step.median_seconds for step in answer.steps] == [None, 30 * 60, 55 * 60]
    assert answer.steps[1].p90_seconds == pytest.approx(np.percentile([5 * 60, 30 * 60, 1440 * 60], 90))
    assert (answer.entered, answer.in_progress, answer.window_seconds) == (4, 0, 86_400)
    assert [row["event"] for row in answer.table()] == ABC


@pytest.mark.parametrize("order", ["loose", "any"])
def test_who_dropped_is_listed(engine: Engine, five: str, order: str) -> None:
    """Those who reached a step and not the next, the last to begin first."""
    asked = {"step": ABC, "window": "24h", "order": order} | MARCH
    for step in (1, 2):
        answer = engine.ask("funnel", five, LATER, droppedAt=step, **asked)
        assert answer.dropped_total == len(answer.dropped) == reached(answer)[step - 1] - reached(answer)[step]
    if order == "loose":
        assert {one.player_id for one in answer.dropped} == {"F2", "F3"}
        first = engine.ask("funnel", five, LATER, droppedAt=1, **asked)
        assert [(one.player_id, one.began_at, one.held) for one in first.dropped] == [("F4", at("02 10:00"), None)]
    assert engine.ask("funnel", five, LATER, **asked).dropped is None


def test_who_is_still_on_the_way_has_not_dropped(engine: Engine, five: str) -> None:
    asked = {"step": ABC, "window": "7d", "droppedAt": 1} | MARCH
    assert engine.ask("funnel", five, at("03 12:00"), **asked).dropped == []
    counted = engine.ask("funnel", five, at("02 12:00"), include_in_progress=True, **asked)
    assert counted.dropped_total == reached(counted)[0] - reached(counted)[1]


def test_only_players_can_be_listed(engine: Engine, five: str) -> None:
    with pytest.raises(WrongParameter, match="Only players"):
        engine.ask("funnel", five, LATER, step=ABC, droppedAt=1, unit="match", **MARCH)
    with pytest.raises(WrongParameter, match="1 to 2"):
        engine.ask("funnel", five, LATER, step=ABC, droppedAt=3, **MARCH)


def test_the_deepest_attempt_counts(engine: Engine) -> None:
    game = engine.new_game()
    engine.load(game, does("p", "A 02 13:00", "A 02 13:30", "B 02 13:45", "C 02 14:15"))
    answer = engine.ask("funnel", game, LATER, step=ABC, window="1h", **MARCH)
    assert reached(answer) == [1, 1, 1]
    assert answer.steps[1].median_seconds == 15 * 60  # since 13:30


def test_of_equally_deep_attempts_the_earliest_counts(engine: Engine) -> None:
    game = engine.new_game()
    engine.load(game, does("p", "A 02 13:00", "A 02 13:30", "B 02 13:45"))
    assert engine.ask("funnel", game, LATER, step=ABC, **MARCH).steps[1].median_seconds == 45 * 60


def test_one_event_fills_one_step(engine: Engine) -> None:
    game = engine.new_game()
    engine.load(game, [*does("p", "A 02 10:00"), *does("q", "A 02 10:00", "A 02 11:00")])
    assert reached(engine.ask("funnel", game, LATER, step=["A", "A"], **MARCH)) == [2, 1]


def test_events_of_the_same_moment_are_in_the_order_of_seq(engine: Engine) -> None:
    game = engine.new_game()
    engine.load(game, [*does("p", "B 02 10:00", seq=5), *does("p", "A 02 10:00", seq=4)])
    engine.load(game, [*does("q", "B 02 10:00", seq=4), *does("q", "A 02 10:00", seq=5)])
    assert reached(engine.ask("funnel", game, LATER, step=["A", "B"], **MARCH)) == [2, 1]


def test_nothing_but_samples_lies_between_the_steps_of_a_strict_funnel(engine: Engine) -> None:
    game = engine.new_game()
    engine.load(game, does("p", "A 02 10:00", "B 02 10:05"))
    engine.load(game, [{"name": "position", "player_id": "p", "time": at("02 10:01")}])
    engine.load(game, [{"name": "push_received", "player_id": "p", "time": at("02 10:02")}])
    engine.load(game, does("q", "A 02 10:00", "X 02 10:01", "B 02 10:05"))
    assert reached(engine.ask("funnel", game, LATER, step=["A", "B"], order="strict", **MARCH)) == [2, 1]
    assert reached(engine.ask("funnel", game, LATER, step=["A", "B"], **MARCH)) == [2, 2]
    steps = ["A", "position", "push_received", "B"]
    assert reached(engine.ask("funnel", game, LATER, step=steps, order="strict", **MARCH)) == [2, 1, 1, 1]


def test_any_order(engine: Engine) -> None:
    game = engine.new_game()
    engine.load(game, does("p", "C 02 10:00", "A 02 10:10", "B 02 10:40"))
    engine.load(game, does("q", "B 02 10:00", "B 02 10:10"))
    answer = engine.ask("funnel", game, LATER, step=ABC, order="any", window="1h", **MARCH)
    assert reached(answer) == [2, 1, 1]
    assert [step.median_seconds for step in answer.steps] == [None, 600, 1800]


def test_an_exclusion_cuts_an_attempt(engine: Engine) -> None:
    game = engine.new_game()
    engine.load(game, does("p", "A 02 10:00", "B 02 10:05", "X 02 10:06", "C 02 11:00"))
    engine.load(game, does("q", "A 02 10:00", "B 02 10:05", "C 02 11:00", "X 02 11:01"))
    assert reached(engine.ask("funnel", game, LATER, step=ABC, exclude=["X"], **MARCH)) == [2, 2, 1]


def test_hold_counts_players_with_a_value(engine: Engine) -> None:
    game = engine.new_game()
    engine.load(game, [*does("p", "A 02 10:00", match_id="m1"), *does("p", "B 02 10:05", match_id="m2")])
    engine.load(game, [*does("p", "A 02 11:00", "B 02 11:05", match_id="m3"), *does("p", "A 02 12:00")])
    assert reached(engine.ask("funnel", game, LATER, step=["A", "B"], hold="match_id", **MARCH)) == [2, 1]
    assert reached(engine.ask("funnel", game, LATER, step=["A", "B"], unit="match", **MARCH)) == [2, 1]
    assert reached(engine.ask("funnel", game, LATER, step=["A", "B"], **MARCH)) == [1, 1]


def test_who_still_has_time_is_told_apart(engine: Engine, five: str) -> None:
    asked: dict[str, Any] = {"step": ABC, "window": "7d", **MARCH}
    now = at("09 10:00")
    answer = engine.ask("funnel", five, now, **asked)
    assert (reached(answer), answer.in_progress, answer.complete) == ([4, 4, 1], 0, False)
    before = engine.ask("funnel", five, at("09 09:59"), **asked)
    assert (reached(before), before.in_progress, before.entered) == ([1, 1, 1], 3, 4)
    assert [step.in_progress for step in before.steps] == [0, 3, 0]
    included = engine.ask("funnel", five, at("09 09:59"), includeInProgress=True, **asked)
    assert (reached(included), included.in_progress) == ([4, 4, 1], 3)


def test_steps_lie_behind_the_range_and_entries_in_it(engine: Engine) -> None:
    game = engine.new_game()
    engine.load(game, does("p", "A 02 23:59:59", "B 04 10:00"))
    engine.load(game, does("q", "A 03 00:00", "B 04 10:00"))
    day = {"from": "2026-03-02", "to": "2026-03-02"}
    assert reached(engine.ask("funnel", game, LATER, step=["A", "B"], **day)) == [1, 1]


def test_ten_steps(engine: Engine) -> None:
    game = engine.new_game()
    steps = [f"{letter}" for letter in "ABCDEFGHIJ"]
    engine.load(game, does("p", *(f"{step} 02 10:{n:02}" for n, step in enumerate(steps))))
    engine.load(game, does("q", *(f"{step} 02 10:{n:02}" for n, step in enumerate(steps[:7]))))
    for order in ("loose", "strict", "any"):
        answer = engine.ask("funnel", game, LATER, step=steps, order=order, **MARCH)
        assert reached(answer) == [2] * 7 + [1] * 3
        assert {step.median_seconds for step in answer.steps} == {None, 60}


def test_steps_with_conditions(engine: Engine) -> None:
    game = engine.new_game()
    engine.load(game, does("p", "A 02 10:00", level="1", props={"mode": "a;b)"}))
    engine.load(game, does("p", "B 02 10:01", level="2"))
    engine.load(game, does("q", "A 02 10:00", level="1"))
    engine.load(game, [{"name": "odd(name)", "player_id": "q", "time": at("02 10:02")}])
    for steps, expected in (
        (["A(level:1)", "B(level:2)"], [2, 1]),
        (["A(level:1; props.mode:*)", "B"], [1, 1]),
        (['A(props.mode:"a;b)";level:1,2)', "B(level:!2)"], [1, 0]),
        (["A", '"odd(name)"'], [2, 1]),
        (["A(platform:!*)", "B(name:B; severity:info; source:test)"], [2, 1]),
    ):
        assert reached(engine.ask("funnel", game, LATER, step=steps, **MARCH)) == expected, steps


def test_a_game_without_events(engine: Engine) -> None:
    answer = engine.ask("funnel", engine.new_game(), LATER, splitBy="country")
    assert (reached(answer), answer.overall_rate, answer.split) == ([0, 0, 0], None, [])


def test_the_ten_largest_keys_are_told_apart(engine: Engine) -> None:
    game = engine.new_game()
    players = [(f"{key}-{n}", f"os{key:02}" if key else None) for key in range(12) for n in range(key + 1)]
    both = [does(player, "A 02 10:00", "B 02 10:01", platform=platform) for player, platform in players]
    engine.load(game, [event for events in both for event in events])
    answer = engine.ask("funnel", game, LATER, step=["A", "B"], splitBy="platform", **MARCH)
    assert [part.key for part in answer.split] == [f"os{key:02}" for key in range(11, 1, -1)] + ["(other)"]
    assert [part.steps[1].reached for part in answer.split] == [*range(12, 2, -1), 3]
    assert [part.entered for part in answer.split] == [*range(12, 2, -1), 3]
    assert reached(answer) == [78, 78]
    assert len(answer.table()) == 2 * 12


@pytest.mark.parametrize(
    ("asked", "parameter", "sentence"),
    [
        ({"step": ["A"]}, "step", "2 to 10 steps"),
        ({"step": ["A", "(level:1)"]}, "step", "name of an event"),
        ({"step": ["A", "B(level)"]}, "step", "FIELD:VALUE"),
        ({"step": ["A", "B(levle:1)"]}, "step", "There is no field 'levle'"),
        ({"step": ["A", "B(level:1"]}, "step", "NAME\\(FIELD:VALUE"),
        ({"step": ["A", '"B']}, "step", "not closed"),
        ({"step": ["A", "A"], "order": "any"}, "step", "another one"),
        ({"step": ["A", "B"], "exclude": ["B"]}, "exclude", "'B' is a step"),
        ({"step": ["A", "B"], "hold": "levle"}, "hold", "There is no field"),
        ({"window": "7 years"}, "window", "30m, 24h or 7d"),
        ({"window": "366d"}, "window", "365 days"),
        ({"window": "0h"}, "window", "30m, 24h or 7d"),
        ({"source": "rollup", "unit": "session"}, "source", "`auto`"),
    ],
)
def test_a_wrong_parameter_is_named(engine: Engine, asked: dict[str, Any], parameter: str, sentence: str) -> None:
    with pytest.raises(WrongParameter, match=sentence) as error:
        engine.ask("funnel", engine.new_game(), LATER, **asked)
    assert error.value.parameter == parameter


def test_a_step_that_no_event_is_named_like_is_told(engine: Engine, five: str) -> None:
    hints = engine.ask("funnel", five, LATER, step=["A", "b(level:1)"], exclude=["X"], **MARCH).hints
    assert hints == [
        "step: no event of the environment 'prod' is named 'b'. Did you mean 'B'?",
        "exclude: no event of the environment 'prod' is named 'X'. There are 'B', 'A', 'C'.",
    ]


# --- small games ---

NAMES = ("start", "shop", "buy", "quit", "performance", "push_received")
SAMPLES = {"position", "performance", "heartbeat"}
NOTED = ("session_start", "level_start", "purchase", "match_start")


def named(name: str) -> Callable[[Event], bool]:
    def fits(event: Event) -> bool:
        return event["name"] == name

    return fits


FITS: dict[str, Callable[[Event], bool]] = {
    "start": lambda e: e["name"] == "start",
    "start(level:1)": lambda e: e["name"] == "start" and e.get("level") == "1",
    "shop": lambda e: e["name"] == "shop",
    "shop(props.mode:ranked; platform:!windows)": lambda e: (
        e["name"] == "shop" and (e.get("props") or Event()).get("mode") == "ranked" and e.get("platform") != "windows"
    ),
    "buy": lambda e: e["name"] == "buy",
    "performance": lambda e: e["name"] == "performance",
    "quit(seq:..1)": lambda e: e["name"] == "quit" and e.get("seq") is not None and e["seq"] <= 1,
}
FITS.update({name: named(name) for name in NOTED})
WINDOWS = {"15m": dt.timedelta(minutes=15), "1d": dt.timedelta(days=1), "7d": dt.timedelta(days=7)}
Attempt = tuple[Event, list[dt.datetime]]
"""The event that it begins with, and when each step is filled."""


def loose(own: Events, first: int, steps: Sequence[str], end: dt.datetime) -> list[dt.datetime]:
    """Of every way to choose later events, the deepest, and of those the one that is earliest at each step."""

    def ways(position: int, number: int) -> list[list[dt.datetime]]:
        found: list[list[dt.datetime]] = [[]]
        if number < len(steps):
            for later in range(position, len(own)):
                if own[later]["time"] <= end and FITS[steps[number]](own[later]):
                    found += [[own[later]["time"], *rest] for rest in ways(later + 1, number + 1)]
        return found

    if not FITS[steps[0]](own[first]):
        return []
    return [own[first]["time"], *min(ways(first + 1, 1), key=lambda way: (-len(way), way))]


def strict(own: Events, first: int, steps: Sequence[str], end: dt.datetime) -> list[dt.datetime]:
    times: list[dt.datetime] = []
    for step, event in zip(steps, own[first:], strict=False):
        if not FITS[step](event) or event["time"] > end:
            break
        times.append(event["time"])
    return times


def any_order(own: Events, first: int, steps: Sequence[str], end: dt.datetime) -> list[dt.datetime]:
    filled: dict[str, dt.datetime] = {}
    for event in own[first:]:
        fitting = [step for step in steps if FITS[step](event)]
        if fitting and event["time"] <= end:
            filled.setdefault(fitting[0], event["time"])
        elif not filled:
            return []
    return sorted(filled.values())


WALKS = {"loose": loose, "strict": strict, "any": any_order}
UNITS: dict[str, Callable[[Event], Any]] = {
    "player": lambda e: e.get("player_id"),
    "match": lambda e: e.get("match_id"),
    "session": lambda e: e.get("session_id") and (e.get("player_id") or e.get("device_id") or "", e["session_id"]),
}
HOLDS: dict[str | None, Callable[[Event], Any]] = {
    None: lambda e: "",
    "match_id": lambda e: e.get("match_id"),
    "props.mode": lambda e: mode if isinstance(mode := (e.get("props") or {}).get("mode"), str) else None,
}


def attempts_of_units(question: oracle.Question, events: Events, how: dict[str, Any]) -> list[Attempt]:
    """The attempt that counts of each unit."""
    own: dict[Any, Events] = defaultdict(list)
    names = {step.partition("(")[0] for step in (*how["step"], *how["exclude"])}
    for event in sorted(question.counted(events), key=oracle.order):
        unit, held = UNITS[how["unit"]](event), HOLDS[how["hold"]](event)
        is_done = event["name"] not in SAMPLES | oracle.PASSIVE or event["name"] in names
        if unit and held is not None and is_done and question.wants(event):
            own[unit, held].append(event)
    chosen: list[Attempt] = []
    for done in own.values():
        attempts: list[Attempt] = []
        for first, event in enumerate(done):
            stretch = done
            for later in range(first, len(done)):
                if any(FITS[exclusion](done[later]) for exclusion in how["exclude"]):
                    stretch = done[:later]
                    break
            if first < len(stretch) and question.start <= event["time"] < question.end:
                end = event["time"] + WINDOWS[how["window"]]
                times = WALKS[how["order"]](stretch, first, how["step"], end)
                attempts += [(event, times)] if times else []
        if attempts:
            chosen.append(max(attempts, key=lambda attempt: len(attempt[1])))  # of equal ones the first
    return chosen


def rows_of(attempts: list[Attempt], how: dict[str, Any]) -> list[dict[str, Any]]:
    steps = len(how["step"])

    def is_open(attempt: Attempt) -> bool:
        return len(attempt[1]) < steps and attempt[0]["time"] + WINDOWS[how["window"]] > NOW

    counted = [times for event, times in attempts if how["includeInProgress"] or not is_open((event, times))]
    rows: list[dict[str, Any]] = []
    for k in range(steps):
        took = [(times[k] - times[k - 1]).total_seconds() for times in counted if len(times) > k > 0]
        rows.append(
            {
                "step": k + 1,
                "reached": sum(len(times) > k for times in counted),
                "median_seconds": float(np.median(took)) if took else None,
                "p90_seconds": float(np.percentile(took, 90)) if took else None,
                "in_progress": sum(is_open(attempt) and len(attempt[1]) == k + 1 for attempt in attempts),
            }
        )
    return rows


def found_of(steps: list[Any]) -> list[dict[str, Any]]:
    return [
        step.model_dump(by_alias=False, include={"step", "reached", "median_seconds", "p90_seconds", "in_progress"})
        for step in steps
    ]


@agreeing
@asking(events_of(*NAMES, match_id=optional("m1", "m2"), session_id=optional("1", "2"), device_id=optional("phone")))
def test_small_games(engine: Engine, events: Events, asked: dict[str, Any], data: st.DataObject, **how: Any) -> None:
    game = Asked(engine, events, asked, **how)
    for order in WALKS:
        steps = data.draw(
            st.lists(
                st.sampled_from([step for step in FITS if step not in NOTED]),
                min_size=2,
                max_size=4,
                unique=order == "any",
            ),
            label="step",
        )
        names = {step.partition("(")[0] for step in steps}
        asked_for: dict[str, Any] = {
            "step": steps,
            "order": order,
            "window": data.draw(st.sampled_from(list(WINDOWS))),
            "exclude": [] if data.draw(st.booleans()) or "buy" in names else ["buy"],
            "unit": data.draw(st.sampled_from(list(UNITS))),
            "hold": data.draw(st.sampled_from((None, None, *HOLDS))),
            "includeInProgress": data.draw(st.booleans()),
        }
        answer = engine.ask("funnel", game.game, NOW, splitBy="platform", **asked_for, **asked)
        attempts = attempts_of_units(game.question, game.events, asked_for)
        same(found_of(answer.steps), rows_of(attempts, asked_for))
        assert (answer.entered, answer.source) == (len(attempts), "raw")
        keys = Counter(event.get("platform") or "unknown" for event, _ in attempts)
        assert {part.key: part.entered for part in answer.split} == keys
        for part in answer.split:
            own = [attempt for attempt in attempts if (attempt[0].get("platform") or "unknown") == part.key]
            same(found_of(part.steps), rows_of(own, asked_for))
        whole = engine.ask("funnel", game.game, NOW, **asked_for, **asked)
        same(plain(whole) | {"split": None}, plain(answer) | {"split": None})


@agreeing
@asking(events_of(*NOTED, match_id=optional("m1", "m2"), session_id=optional("1", "2")))
def test_small_games_of_names_that_are_noted(
    engine: Engine, events: Events, asked: dict[str, Any], data: st.DataObject, **how: Any
) -> None:
    game = Asked(engine, events, asked, **how)
    for order in ("loose", "any"):
        steps = data.draw(st.lists(st.sampled_from(NOTED[:3]), min_size=2, max_size=3, unique=order == "any"))
        asked_for: dict[str, Any] = {
            "step": steps,
            "order": order,
            "window": data.draw(st.sampled_from(list(WINDOWS))),
            "exclude": data.draw(st.sampled_from(([], ["match_start"]))),
            "unit": data.draw(st.sampled_from(("player", "match"))),
            "hold": None,
            "includeInProgress": data.draw(st.booleans()),
        }
        answer = game.both("funnel", splitBy="platform", **{k: v for k, v in asked_for.items() if k != "hold"})
        attempts = attempts_of_units(game.question, game.events, asked_for)
        same(found_of(answer.steps), rows_of(attempts, asked_for))
        assert answer.entered == len(attempts)


def test_what_no_rollup_notes_is_not_asked_of_one(engine: Engine) -> None:
    for asked in ({"step": ["lobby", "purchase"]}, {"hold": "match_id"}, {"order": "strict"}, {"unit": "session"}):
        with pytest.raises(WrongParameter) as wrong:
            engine.ask("funnel", engine.new_game(), NOW, source="rollup", **asked)
        assert wrong.value.parameter == "source"
