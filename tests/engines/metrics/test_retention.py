"""Retention in windows of 24 hours, and with an entry and a return of one's own choice."""

from __future__ import annotations

import datetime as dt
from typing import Any

import oracle
import pytest
from conftest import Engine
from hypothesis import strategies as st
from small_games import NOW, Asked, Events, activity, agreeing, asking

from playtrace.metrics.frame.errors import WrongParameter

HOURS_24 = dt.timedelta(hours=24)
FIRST_THREE = {"from": "2026-03-01", "to": "2026-03-03"}


def at(text: str) -> dt.datetime:
    """`08 10:45` is 10:45 on 8 March 2026, UTC."""
    return dt.datetime.strptime("2026-03-" + text, "%Y-%m-%d %H:%M").replace(tzinfo=dt.UTC)


def plays(player: str, time: dt.datetime, name: str = "level_start", **fields: Any) -> dict[str, Any]:
    return {"name": name, "player_id": player, "time": time, **fields}


# --- windows of 24 hours ---


def test_ten_minutes_over_midnight_are_no_return_within_24_hours(engine: Engine) -> None:
    game = engine.new_game()
    engine.load(game, [plays("p", at("01 23:50")), plays("p", at("02 00:10"))])
    classic = engine.ask_both("retention", game, at("10 00:00"), offsets="0,1", **FIRST_THREE)
    windows = engine.ask("retention", game, at("10 00:00"), kind="window_24h", offsets="0,1", **FIRST_THREE)
    assert [total.share for total in classic.total] == [1, 1]
    assert [total.share for total in windows.total] == [1, 0]
    assert windows.source == "raw"


def test_a_window_begins_to_the_millisecond(engine: Engine) -> None:
    game = engine.new_game()
    first, instant = at("01 10:07"), dt.timedelta(milliseconds=1)
    for player, after in (
        ("a", HOURS_24 - instant),
        ("b", HOURS_24),
        ("c", 2 * HOURS_24 - instant),
        ("d", 2 * HOURS_24),
    ):
        engine.load(game, [plays(player, first), plays(player, first + after)])
    answer = engine.ask("retention", game, at("10 00:00"), kind="window_24h", offsets="0,1,2", **FIRST_THREE)
    assert [cell.retained for cell in answer.cohorts[0].cells] == [4, 2, 1]


def test_a_window_is_complete_when_that_of_the_last_player_is(engine: Engine) -> None:
    game = engine.new_game()
    engine.load(game, [plays("p", at("01 08:00")), plays("q", at("01 21:00")), plays("q", at("03 20:59"))])

    def complete(now: dt.datetime) -> bool:
        answer = engine.ask("retention", game, now, kind="window_24h", offsets="1", **FIRST_THREE)
        (cell,) = answer.cohorts[0].cells
        assert (cell.retained, answer.total[0].size) == (1, 2 if cell.complete else 0)
        return cell.complete

    assert [complete(at(time)) for time in ("03 20:59", "03 21:00")] == [False, True]
    # Somebody may still come on a day that is not over.
    answer = engine.ask("retention", game, at("01 22:00"), kind="window_24h", offsets="0", **FIRST_THREE)
    assert [row.cells[0].complete for row in answer.cohorts] == [False, False, False]


def test_windows_read_events(engine: Engine) -> None:
    for more in ({"kind": "window_24h"}, {"entryEvent": "purchase"}, {"returnEvent": "purchase"}):
        with pytest.raises(WrongParameter, match="rollup cannot answer"):
            engine.ask("retention", "arena", NOW, source="rollup", **more)


# --- entry and return ---


def test_who_bought_something_and_came_back_to_buy_more(engine: Engine) -> None:
    game = engine.new_game()
    engine.load(game, [plays("a", at("01 10:00")), plays("b", at("01 10:00")), plays("c", at("02 10:00"), "purchase")])
    engine.load(game, [plays("a", at("02 11:00"), "purchase"), plays("a", at("03 10:00"), "purchase")])
    engine.load(game, [plays("c", at("03 12:00"))])
    asked = {"offsets": "0,1", "entryEvent": "purchase", **FIRST_THREE}
    answer = engine.ask("retention", game, at("10 00:00"), **asked)
    assert [(row.size, [cell.retained for cell in row.cells]) for row in answer.cohorts] == [
        (0, [0, 0]),
        (2, [2, 2]),
        (0, [0, 0]),
    ]
    again = engine.ask("retention", game, at("10 00:00"), returnEvent="purchase", **asked)
    assert [cell.retained for cell in again.cohorts[1].cells] == [2, 1]
    # Who bought earlier is no buyer of the range for the first time.
    later = engine.ask("retention", game, at("10 00:00"), **asked | {"from": "2026-03-03", "to": "2026-03-04"})
    assert [row.size for row in later.cohorts] == [0, 0]


def test_a_name_that_no_event_has_is_told(engine: Engine) -> None:
    game = engine.new_game()
    engine.load(game, [plays("a", at("01 10:00"))])
    hints = engine.ask("retention", game, NOW, entryEvent="level_strat", returnEvent="level_start", **FIRST_THREE).hints
    assert hints == [
        "entryEvent: no event of the environment 'prod' is named 'level_strat'. Did you mean 'level_start'?"
    ]


# --- all of it ---


@agreeing
@asking(activity)
def test_against_the_oracle(
    engine: Engine, events: Events, asked: dict[str, Any], data: st.DataObject, **how: Any
) -> None:
    entry, back = (data.draw(st.sampled_from((None, "level_start", "push_received"))) for _ in range(2))
    kind = data.draw(st.sampled_from(("classic", "rolling", "window_24h")))
    game = Asked(engine, events, asked, **how)
    question = game.question
    names = {name: value for name, value in (("entryEvent", entry), ("returnEvent", back)) if value}
    offsets = (0, 1, 3)
    answer = engine.ask("retention", game.game, NOW, kind=kind, offsets=list(offsets), **names, **asked)
    first = first_events(question, game.events, entry)
    today = max(question.day(NOW), *question.days())
    returns = [e for e in that_count(question, game.events, back) if question.day(e["time"]) <= today]
    for row, day in zip(answer.cohorts, question.days(), strict=True):
        members = {p: e["time"] for p, e in first.items() if question.day(e["time"]) == day and question.wants(e)}
        assert (row.cohort, row.size) == (day, len(members))
        for offset, cell in zip(offsets, row.cells, strict=True):
            expected = {
                event["player_id"]
                for event in returns
                if event["player_id"] in members
                and is_return(question, kind, offset, members[event["player_id"]], event["time"])
            }
            assert cell.retained == len(expected), (kind, offset)
            ends = [question.midnight(day + oracle.DAY * (1 + offset * (kind != "window_24h")))]
            if kind == "window_24h":
                ends += [time + (offset + 1) * HOURS_24 for time in members.values()]
            assert cell.complete == (max(ends) <= NOW)


def that_count(question: oracle.Question, events: Events, name: str | None) -> Events:
    if name is None:
        return question.qualifying(events)
    return [e for e in question.counted(events) if e["name"] == name and e.get("player_id") is not None]


def first_events(question: oracle.Question, events: Events, name: str | None) -> dict[str, dict[str, Any]]:
    first: dict[str, dict[str, Any]] = {}
    for event in sorted(that_count(question, events, name), key=oracle.order):
        first.setdefault(event["player_id"], event)
    return first


def is_return(question: oracle.Question, kind: str, offset: int, first: dt.datetime, time: dt.datetime) -> bool:
    if kind == "window_24h":
        return offset * HOURS_24 <= time - first < (offset + 1) * HOURS_24
    days = (question.day(time) - question.day(first)).days
    return days >= offset if kind == "rolling" else days == offset
