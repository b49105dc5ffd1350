"""New players, and their share of those who play."""

from __future__ import annotations

import datetime as dt
from typing import Any

import oracle
import pytest
from conftest import Engine, same
from hypothesis import strategies as st
from small_games import NOW, Asked, Events, activity, agreeing, asking

TENTH = dt.datetime(2026, 3, 10, tzinfo=dt.UTC)
T6 = {"P1": (1, 2, 3, 8), "P2": (1, 2), "P3": (1, 8), "P4": (2, 3), "P5": (2,), "P6": (3, 9)}
FIRST_DAYS = {"from": "2026-03-01", "to": "2026-03-09"}


def plays(player: str, day: int, **fields: Any) -> dict[str, Any]:
    return {"name": "level_start", "player_id": player, "time": dt.datetime(2026, 3, day, 12, tzinfo=dt.UTC), **fields}


@pytest.fixture
def t6(engine: Engine) -> str:
    game = engine.new_game()
    engine.load(game, [plays(player, day) for player, days in T6.items() for day in days])
    return game


def test_two_of_four_are_new_on_the_second_day(engine: Engine, t6: str) -> None:
    answer = engine.ask_both("new_players", t6, TENTH, **FIRST_DAYS)
    assert [(day.new, day.active) for day in answer.buckets[:4]] == [(3, 3), (2, 4), (1, 3), (0, 0)]
    assert [day.share for day in answer.buckets[:4]] == [1, 0.5, pytest.approx(1 / 3), None]
    assert (answer.total.new, answer.total.active, answer.total.share) == (6, 13, 6 / 13)
    weeks = engine.ask_both("new_players", t6, TENTH, interval="week", **FIRST_DAYS)
    assert [(week.new, week.active, week.complete) for week in weeks.buckets] == [
        (3, 3, True),
        (3, 6, True),
        (0, 1, False),
    ]
    assert (weeks.total.new, weeks.total.active) == (6, 9)


def test_the_range_makes_nobody_new(engine: Engine, t6: str) -> None:
    answer = engine.ask_both("new_players", t6, TENTH, **{"from": "2026-03-08", "to": "2026-03-09"})
    assert [(day.new, day.active, day.share) for day in answer.buckets] == [(0, 2, 0), (0, 1, 0)]


def test_a_late_event_moves_a_new_player(engine: Engine, t6: str) -> None:
    engine.load(t6, [plays("P6", 1)])
    answer = engine.ask_both("new_players", t6, TENTH, **FIRST_DAYS)
    assert [day.new for day in answer.buckets[:3]] == [4, 2, 0]


def test_new_players_are_split_by_what_their_first_event_said(engine: Engine) -> None:
    game = engine.new_game()
    engine.load(game, [plays(f"p{key}-{n}", 2, country=f"A{key:X}") for key in range(1, 13) for n in range(key)])
    engine.load(
        game, [plays("p1-0", 2, country="BB"), plays("p12-0", 2, country="AB"), plays("p12-0", 3, country=None)]
    )
    answer = engine.ask_both("new_players", game, TENTH, splitBy="country", **FIRST_DAYS)
    assert [one.key for one in answer.series] == [f"A{key:X}" for key in range(12, 2, -1)] + ["(other)"]
    second = [(one.buckets[1].new, one.buckets[1].active) for one in answer.series]
    assert second == [(12, 12), (11, 12), *((key, key) for key in range(10, 2, -1)), (3, 3)]
    assert (answer.buckets[1].new, answer.buckets[1].active) == (78, 78)
    assert (answer.series[-1].buckets[2].active, answer.series[-1].buckets[2].new) == (1, 0)
    rows = answer.table()
    assert (len(rows), rows[0]) == (11, {"key": "AC", "new": 12, "active": 12, "share": 1.0})
    assert engine.ask("new_players", game, TENTH, **FIRST_DAYS).table()[1]["time"] == "2026-03-02"


@agreeing
@asking(activity)
def test_against_the_oracle(
    engine: Engine, events: Events, asked: dict[str, Any], data: st.DataObject, **how: Any
) -> None:
    interval = data.draw(st.sampled_from(("hour", "day", "week")))
    game = Asked(engine, events, asked, **how)
    answer = game.both("new_players", interval=interval, splitBy=data.draw(st.sampled_from((None, "platform"))))
    question = game.question
    buckets = oracle.bucket_starts(question, interval)
    assert [bucket.time for bucket in answer.buckets] == [start for start, _ in buckets]

    def counted(question: oracle.Question, start: dt.datetime, end: dt.datetime) -> tuple[int, int]:
        start, end = max(start, question.start), min(end, question.end)
        first = oracle.entries(question, game.events).values()
        active = [e for e in question.qualifying(game.events) if start <= e["time"] < end and question.wants(e)]
        new = sum(start <= event["time"] < end and question.wants(event) for event in first)
        return new, len({event["player_id"] for event in active})

    for number, (found, bucket) in enumerate(zip(answer.buckets, buckets, strict=True)):
        assert (found.new, found.active) == counted(question, *bucket)
        same(found.share, oracle.share(found.new, found.active))
        for one in answer.series or []:
            # Platforms on which nobody was new are `(other)`.
            if one.key != "(other)" and (not asked.get("platform") or one.key in asked["platform"]):
                of_platform = oracle.Question(asked | {"platform": [one.key]}, NOW)
                assert (one.buckets[number].new, one.buckets[number].active) == counted(of_platform, *bucket)
    complete = [bucket for bucket in answer.buckets if bucket.complete]
    assert answer.total.new == sum(bucket.new for bucket in complete)
    assert answer.total.active == sum(bucket.active for bucket in complete)


def test_wrong_parameters(engine: Engine) -> None:
    with pytest.raises(ValueError, match="'hour', 'day' or 'week'"):
        engine.ask("new_players", "arena", TENTH, interval="month")
