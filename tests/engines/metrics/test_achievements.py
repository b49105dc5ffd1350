"""Achievements: who has them, how rare they are, and how long they take."""

from __future__ import annotations

import datetime as dt
import statistics
from typing import Any

import pytest
from conftest import Engine
from hypothesis import strategies as st
from oracle import entries
from pydantic import ValidationError
from small_games import Asked, Events, agreeing, asking, events_of

LATER = dt.datetime(2026, 3, 20, tzinfo=dt.UTC)
WEEK = {"from": "2026-03-09", "to": "2026-03-15"}
NOON = dt.datetime(2026, 3, 10, 12, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)


def came(player: str, time: dt.datetime = NOON, **fields: Any) -> dict[str, Any]:
    return {"name": "session_start", "player_id": player, "time": time} | fields


def unlocked(player: str, achievement: str, time: dt.datetime, **fields: Any) -> dict[str, Any]:
    return {
        "name": "achievement_unlocked",
        "player_id": player,
        "time": time,
        "props": {"achievement": achievement},
    } | fields


def achievements(engine: Engine, events: list[dict[str, Any]], **asked: Any) -> Any:
    game = engine.new_game()
    engine.load(game, events)
    return engine.ask_both("achievements", game, LATER, **WEEK | asked)


def test_the_rarest_comes_first_with_its_share_and_the_time_it_takes(engine: Engine) -> None:
    events = [came(player) for player in ("ann", "bob", "cleo", "dan")]
    events += [unlocked(p, "first_win", NOON + h * HOUR) for p, h in (("ann", 1), ("bob", 3), ("cleo", 8))]
    # A second unlock changes nothing.
    events += [unlocked("ann", "first_win", NOON + 9 * HOUR), unlocked("ann", "flawless", NOON + 2 * HOUR)]
    answer = achievements(engine, events)
    rare, common = answer.achievements
    assert (rare.achievement, rare.players, rare.share) == ("flawless", 1, 0.25)
    assert (common.achievement, common.share, common.median_seconds) == ("first_win", 0.75, 3 * 3600)
    assert (answer.players, answer.achievement_count) == (4, 2)
    assert [one.achievement for one in achievements(engine, events, limit=1).achievements] == ["first_win"]


def test_of_whom_is_those_who_are_active_or_who_ever_came(engine: Engine) -> None:
    before = NOON - 5 * dt.timedelta(days=1)
    events = [came("gone", before), unlocked("gone", "first_win", before), came("ann", before), came("bob")]
    events += [unlocked("ann", "first_win", before + HOUR, platform="linux"), came("ann", platform="windows")]
    events += [unlocked("bob", "first_win", NOON + HOUR), unlocked("late", "first_win", NOON + 10 * 24 * HOUR)]
    active = achievements(engine, events)
    (one,) = active.achievements
    assert (active.players, one.players, one.share, one.unlocked_in_range) == (2, 2, 1, 1)
    ever = achievements(engine, events, of="ever")
    assert (ever.players, ever.achievements[0].players, ever.achievements[0].unlocked_in_range) == (3, 3, 1)
    # Who is asked about is what is filtered, not what they did to get it.
    on_windows = achievements(engine, events, platform=["windows"])
    assert (on_windows.players, on_windows.achievements[0].players) == (1, 1)


def test_nobody_has_anything(engine: Engine) -> None:
    answer = engine.ask_both("achievements", engine.new_game(), LATER, **WEEK)
    assert (answer.achievements, answer.players, answer.achievement_count) == ([], 0, 0)


@pytest.mark.parametrize(("asked", "said"), [({"of": "all"}, "'active' or 'ever'"), ({"limit": 0}, "equal to 1")])
def test_wrong_parameters_say_what_is_accepted(engine: Engine, asked: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said) as raised:
        engine.ask("achievements", "arena", LATER, **asked)
    assert raised.value.errors()[0]["loc"] == (next(iter(asked)),)


unlocks = events_of(
    "achievement_unlocked",
    "achievement_unlocked",
    "level_start",
    props=st.sampled_from(({"achievement": "one"}, {"achievement": "two"}, {"achievement": "unknown"}, {})),
)


@agreeing
@asking(unlocks)
def test_achievements_beside_an_oracle(
    engine: Engine, events: Events, asked: dict[str, Any], data: st.DataObject, **how: Any
) -> None:
    game = Asked(engine, events, asked, **how)
    question = game.question
    of = data.draw(st.sampled_from(("active", "ever")))
    answer = game.both("achievements", of=of)
    first = entries(question, game.events)
    played = question.qualifying(game.events)
    if of == "ever":
        whom = {player for player, e in first.items() if e["time"] < question.end and question.wants(e)}
    else:
        whom = {e["player_id"] for e in played if question.start <= e["time"] < question.end and question.wants(e)}
    assert answer.players == len(whom)
    names = {(e.get("props") or {}).get("achievement", "unknown") for e in game.events}
    expected: dict[str, tuple[int, int, float]] = {}
    for name in names:
        times: dict[str, dt.datetime] = {}
        for event in played:
            is_it = (event.get("props") or {}).get("achievement", "unknown") == name
            player = event["player_id"]
            if event["name"] == "achievement_unlocked" and is_it and player in whom and event["time"] < question.end:
                times[player] = min(times.get(player, event["time"]), event["time"])
        if times:
            waits = [(time - first[player]["time"]).total_seconds() for player, time in times.items()]
            in_range = sum(time >= question.start for time in times.values())
            expected[name] = (len(times), in_range, statistics.median(waits))
    found = {one.achievement: (one.players, one.unlocked_in_range, one.median_seconds) for one in answer.achievements}
    assert found == expected
    assert [one.players for one in answer.achievements] == sorted(one.players for one in answer.achievements)
