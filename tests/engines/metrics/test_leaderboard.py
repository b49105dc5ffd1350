"""Leaderboards: ranks and ties, what counts of a player's scores, periods, and what comes late."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from typing import Any

import oracle
import pytest
from conftest import Engine
from hypothesis import strategies as st
from pydantic import ValidationError
from small_games import Asked, Events, agreeing, asking, events_of, optional

LATER = dt.datetime(2026, 3, 20, tzinfo=dt.UTC)
WEEK = {"from": "2026-03-09", "to": "2026-03-15"}
IN_TIME = dt.datetime(2026, 3, 17, tzinfo=dt.UTC)


def at(text: str) -> dt.datetime:
    """`08 10:45:30` is 10:45:30 on 8 March 2026, UTC."""
    return dt.datetime.strptime("2026-03-" + text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=dt.UTC)


def score(
    player: str | None, value: float, time: str = "10 10:00:00", board: str = "race", **fields: Any
) -> dict[str, Any]:
    return {
        "name": "score_posted",
        "player_id": player,
        "value": value,
        "time": at(time),
        "props": {"board": board},
    } | fields


def leaderboard(engine: Engine, events: list[dict[str, Any]], now: dt.datetime = LATER, **asked: Any) -> Any:
    game = engine.new_game()
    engine.load(game, events, received_at=IN_TIME)
    return engine.ask_both("leaderboard", game, now, **WEEK | asked)


def ranks(answer: Any) -> list[tuple[int, str]]:
    return [(entry.rank, entry.player_id) for entry in answer.entries]


# --- worked examples ---

TIED = [score("ann", 100), score("bob", 90, "10 10:00:02"), score("cleo", 90, "10 10:00:01"), score("dan", 80)]


@pytest.mark.parametrize(
    ("rank", "expected"), [("standard", [1, 2, 2, 4]), ("dense", [1, 2, 2, 3]), ("unique", [1, 2, 3, 4])]
)
def test_ties(engine: Engine, rank: str, expected: list[int]) -> None:
    answer = leaderboard(engine, TIED, rank=rank, player="dan", limit=3)
    # Of equal scores the one that was achieved first comes first.
    assert ranks(answer) == list(zip(expected[:3], ["ann", "cleo", "bob"], strict=True))
    assert (answer.players, answer.player.rank, answer.player.percentile) == (4, expected[3], expected[3] / 4)


def test_whole_numbers_are_exact_beyond_32_bits(engine: Engine) -> None:
    large = 2**53 // 10
    answer = leaderboard(engine, [score("ann", float(large)), score("bob", float(large - 1)), score("cleo", 0.25)])
    assert [(entry.player_id, entry.score) for entry in answer.entries] == [
        ("ann", large),
        ("bob", large - 1),
        ("cleo", 0.25),
    ]
    assert isinstance(answer.entries[0].score, int)


# --- what counts ---


def test_the_best_the_last_or_the_sum_of_a_players_scores(engine: Engine) -> None:
    events = [
        score("ann", 5, "10 10:00:00"),
        score("ann", 9, "10 11:00:00"),
        score("ann", 9, "10 12:00:00"),
        score("ann", -1.5, "10 13:00:00"),
        score("bob", 8, "10 10:00:00"),
    ]

    def of_ann(**asked: Any) -> tuple[Any, ...]:
        answer = leaderboard(engine, events, player="ann", **asked)
        return answer.player.rank, answer.player.score, answer.player.achieved_at, answer.player.scores

    assert of_ann() == (1, 9, at("10 11:00:00"), 4)
    assert of_ann(take="last") == (2, -1.5, at("10 13:00:00"), 4)
    assert of_ann(take="sum") == (1, 21.5, at("10 13:00:00"), 4)
    assert of_ann(direction="asc") == (1, -1.5, at("10 13:00:00"), 4)
    assert of_ann(direction="asc", take="sum")[:2] == (2, 21.5)


def test_the_board_with_most_scores_or_the_modes_of_matches(engine: Engine) -> None:
    events = [*TIED, score("eve", 7, board="jump"), score(None, 1_000), score("eve", 2e15)]
    events += [
        {"name": "match_end", "time": at("10 10:00:00"), "player_id": "ann", "value": 3, "props": {"mode": "duel"}}
    ]
    events += [{"name": "match_end", "time": at("10 10:00:00"), "player_id": "bob", "value": 4}]
    answer = leaderboard(engine, events)
    assert (answer.board, answer.players) == ("race", 4)
    assert [(board.board, board.scores) for board in answer.boards] == [("race", 4), ("jump", 1)]
    assert ranks(leaderboard(engine, events, board="jump")) == [(1, "eve")]
    matches = leaderboard(engine, events, event="match_end")
    assert (matches.board, ranks(matches)) == (None, [(1, "bob"), (2, "ann")])
    assert ranks(leaderboard(engine, events, event="match_end", board="duel")) == [(1, "ann")]
    assert ranks(leaderboard(engine, events, event="match_end", board="unknown")) == [(1, "bob")]
    nobody = engine.ask_both("leaderboard", engine.new_game(), LATER, player="ann", **WEEK)
    assert (nobody.board, nobody.entries, nobody.players, nobody.player, nobody.boards) == (None, [], 0, None, [])


# --- periods ---


@pytest.mark.parametrize(
    ("period", "zone", "players", "start", "end"),
    [
        ("range", "UTC", ["wed", "tue"], "10 00:00:00", "12 00:00:00"),
        ("day", "UTC", ["wed"], "11 00:00:00", "12 00:00:00"),
        ("day", "Asia/Kathmandu", ["wed", "tue"], "10 18:15:00", "11 18:15:00"),
        ("week", "UTC", ["sun", "wed", "tue"], "09 00:00:00", "16 00:00:00"),
        ("month", "UTC", ["sun", "wed", "tue", "first"], "01 00:00:00", None),
        ("all", "UTC", ["wed", "tue", "first", "long"], None, "12 00:00:00"),
    ],
)
def test_periods_are_those_of_the_time_zone(
    engine: Engine, period: str, zone: str, players: list[str], start: str | None, end: str | None
) -> None:
    events = [
        score("long", 1) | {"time": dt.datetime(2026, 2, 28, 23, tzinfo=dt.UTC)},
        score("first", 2, "01 00:00:00"),
        score("tue", 3, "10 18:15:00"),
        score("wed", 4, "11 10:00:00"),
        score("sun", 5, "15 23:59:59"),
    ]
    span = {"from": "2026-03-10", "to": "2026-03-11", "timeZone": zone}
    answer = leaderboard(engine, events, period=period, lateScores="count", **span)
    assert [entry.player_id for entry in answer.entries] == players
    assert answer.period_from == (at(start) if start else None)
    assert answer.period_to == (at(end) if end else dt.datetime(2026, 4, 1, tzinfo=dt.UTC))


def test_what_arrives_after_72_hours_is_late_and_ranks_stay_as_they_are(engine: Engine) -> None:
    game = engine.new_game()
    frozen_at = at("19 00:00:00")
    engine.load(game, [score("ann", 5)], received_at=frozen_at - dt.timedelta(microseconds=1))
    engine.load(game, [score("bob", 9, "15 10:00:00")], received_at=frozen_at)
    before = engine.ask_both("leaderboard", game, frozen_at - dt.timedelta(seconds=1), **WEEK)
    assert (ranks(before), before.settled, before.late) == ([(1, "bob"), (2, "ann")], False, [])
    after = engine.ask_both("leaderboard", game, frozen_at, **WEEK)
    assert (ranks(after), after.settled, after.late_score_count) == ([(1, "ann")], True, 1)
    (late,) = after.late
    assert (late.player_id, late.score, late.time, late.received_at) == ("bob", 9, at("15 10:00:00"), frozen_at)
    counted = engine.ask_both("leaderboard", game, frozen_at, lateScores="count", **WEEK)
    assert (ranks(counted), counted.late_score_count) == ([(1, "bob"), (2, "ann")], 0)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"period": "year"}, "'range', 'day', 'week', 'month' or 'all'"),
        ({"take": "worst"}, "'best', 'last' or 'sum'"),
        ({"rank": "random"}, "'standard', 'dense' or 'unique'"),
        ({"limit": 1_001}, "less than or equal to 1000"),
    ],
)
def test_wrong_parameters_say_what_is_accepted(engine: Engine, asked: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said) as raised:
        engine.ask("leaderboard", "arena", LATER, **asked)
    assert raised.value.errors()[0]["loc"] == (next(iter(asked)),)


# --- beside an oracle ---

posted = events_of(
    "score_posted",
    "score_posted",
    "level_start",
    value=optional(1.0, 2.0, 2.0, 0.5, -3.0),
    props=st.sampled_from(({"board": "race"}, {"board": "race"}, {"board": "unknown"}, {"board": {"of": 1}}, {})),
)


@agreeing
@asking(posted)
def test_leaderboard_beside_an_oracle(
    engine: Engine, events: Events, asked: dict[str, Any], data: st.DataObject, **how: Any
) -> None:
    game = Asked(engine, events, asked, **how)
    question = game.question
    take = data.draw(st.sampled_from(("best", "last", "sum")))
    direction = data.draw(st.sampled_from(("asc", "desc")))
    board = data.draw(st.sampled_from(("race", "unknown")))
    period = data.draw(st.sampled_from(("range", "all")))
    # What the other events of a small game are received at is long after their periods.
    answer = game.both("leaderboard", take=take, direction=direction, board=board, period=period, lateScores="count")
    own: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for event in sorted(question.counted(game.events), key=oracle.order):
        name = (event.get("props") or {}).get("board", "unknown")
        is_of_board = (name if isinstance(name, str) else "unknown") == board
        is_within = (period == "all" or question.start <= event["time"]) and event["time"] < question.end
        is_score = event["name"] == "score_posted" and event.get("value") is not None and "player_id" in event
        if is_score and is_of_board and is_within and question.wants(event):
            own[event["player_id"]].append(event)
    sign = -1 if direction == "desc" else 1
    entries: list[tuple[float, dt.datetime, str]] = []
    for player, scores in own.items():
        best = min(scores, key=lambda event: sign * event["value"])
        one = {"best": best, "last": scores[-1], "sum": scores[-1]}[take]
        value = sum(event["value"] for event in scores) if take == "sum" else one["value"]
        entries.append((sign * value, one["time"], player))
    entries.sort()
    found = [(sign * entry.score, entry.achieved_at, entry.player_id) for entry in answer.entries]
    assert found == entries
    assert [entry.rank for entry in answer.entries] == [1 + sum(e[0] < one[0] for e in entries) for one in entries]
    assert answer.players == len(entries)
