"""Loot: how many of what, and how many players have it."""

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

from playtrace.metrics.frame.errors import WrongParameter

LATER = dt.datetime(2026, 3, 20, tzinfo=dt.UTC)
WEEK = {"from": "2026-03-09", "to": "2026-03-15"}


def loot(player: str | None, item: str | None, count: Any = None, day: int = 10, **fields: Any) -> dict[str, Any]:
    said = {"item": item, "count": count, "rarity": fields.pop("rarity", None)}
    props = {name: value for name, value in said.items() if value is not None}
    time = dt.datetime(2026, 3, day, 10, tzinfo=dt.UTC)
    return {"name": "item_looted", "player_id": player, "time": time, "props": props} | fields


def items(engine: Engine, events: list[dict[str, Any]], **asked: Any) -> Any:
    game = engine.new_game()
    engine.load(game, events)
    return engine.ask_both("items", game, LATER, **WEEK | asked)


def test_counts_shares_and_what_each_player_has(engine: Engine) -> None:
    events = [loot("ann", "coin", 3), loot("ann", "coin"), loot("bob", "coin", 1), loot("bob", "arrow", "5")]
    answer = items(engine, events)
    arrows, coins = answer.items
    assert (coins.item, coins.count, coins.events, coins.share) == ("coin", 5, 3, 0.5)
    assert (coins.players, coins.player_share, coins.per_player) == (2, 1, 2.5)
    assert (arrows.item, arrows.count, arrows.events, arrows.players, arrows.player_share) == ("arrow", 5, 1, 1, 0.5)
    assert (answer.total.count, answer.total.events, answer.total.players, answer.total.items) == (10, 4, 2, 2)


def test_what_is_no_piece_is_ignored(engine: Engine) -> None:
    answer = items(
        engine, [loot("ann", "coin", 0), loot("ann", "coin", -2), loot("ann", "coin", 1e16), loot(None, "coin")]
    )
    (row,) = answer.items
    assert (row.count, row.players, row.per_player, answer.ignored_events) == (1, 0, None, 3)
    nothing = items(engine, [loot("ann", "coin", 0)])
    assert (nothing.items, nothing.total.items, nothing.ignored_events) == ([], 0, 1)


def test_rows_beyond_the_limit_are_one_and_count_each_player_once(engine: Engine) -> None:
    events = [loot("ann", "coin", 9)] + [loot(player, f"i{n}", 1) for n in range(3) for player in ("bob", "cleo")]
    answer = items(engine, [*events, loot("dan", None), loot("dan", "(other)", 2)], limit=1, interval="week")
    coin, rest = answer.items
    assert (coin.item, rest.item, rest.is_rest) == ("coin", "(other)", True)
    assert (rest.count, rest.players, answer.total.row_count, rest.bucket_counts) == (9, 3, 6, [9])


@pytest.mark.parametrize(
    ("by", "expected"),
    [
        ("rarity", {("coin", "epic"): 2, ("coin", "unknown"): 1}),
        ("map", {("coin", "arena"): 2, ("coin", "unknown"): 1}),
        ("level", {("coin", "7"): 1, ("coin", "unknown"): 2}),
        ("match", {("coin", "m1"): 2, ("coin", "unknown"): 1}),
    ],
)
def test_items_are_told_apart_by_rarity_map_level_or_match(
    engine: Engine, by: str, expected: dict[tuple[str, str], int]
) -> None:
    where = {"map": "arena", "x": 1.0, "y": 1.0, "match_id": "m1"}
    answer = items(engine, [loot("ann", "coin", 2, rarity="epic", **where), loot("ann", "coin", level="7")], by=by)
    if by == "level":
        expected = {("coin", "unknown"): 2, ("coin", "7"): 1}
    assert {(row.item, row.by): row.count for row in answer.items} == expected
    assert "by" in answer.table()[0]


def test_counts_over_time(engine: Engine) -> None:
    answer = items(engine, [loot("ann", "coin", 2, day=9), loot("ann", "coin", 3, day=15)], interval="day")
    assert answer.items[0].bucket_counts == [2, 0, 0, 0, 0, 0, 3]
    assert [bucket.settled for bucket in answer.buckets] == [True] * 7
    with pytest.raises(WrongParameter, match="fewer rows") as raised:
        items(engine, [loot("ann", "coin")], interval="day", limit=1000, **{"from": "2025-03-09"})
    assert raised.value.parameter == "limit"


@pytest.mark.parametrize(
    ("asked", "said"), [({"by": "colour"}, "'rarity', 'map', 'level' or 'match'"), ({"limit": 0}, "1")]
)
def test_wrong_parameters_say_what_is_accepted(engine: Engine, asked: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said) as raised:
        engine.ask("items", "arena", LATER, **asked)
    assert raised.value.errors()[0]["loc"] == (next(iter(asked)),)


looted = events_of(
    "item_looted",
    "item_looted",
    "level_start",
    value=optional(2.0, -1.0),
    props=st.sampled_from(({"item": "coin"}, {"item": "coin", "count": 3}, {"item": "unknown"}, {"item": [1]}, {})),
)


@agreeing
@asking(looted)
def test_items_beside_an_oracle(
    engine: Engine, events: Events, asked: dict[str, Any], data: st.DataObject, **how: Any
) -> None:
    game = Asked(engine, events, asked, **how)
    question = game.question
    by = data.draw(st.sampled_from((None, "level")))
    answer = game.both("items", by=by, interval="day")
    found = {(row.item, row.by): (row.count, row.events, row.players, row.bucket_counts) for row in answer.items}
    counts: defaultdict[tuple[str, str | None], list[Any]] = defaultdict(
        lambda: [0, 0, set(), [0] * len(question.days())]
    )
    for event in question.counted(game.events):
        props = event.get("props") or {}
        count = props.get("count", event.get("value", 1))
        if event["name"] != "item_looted" or not question.wants(event) or count <= 0:
            continue
        if question.start <= event["time"] < question.end:
            item = props.get("item") if isinstance(props.get("item"), str) else "unknown"
            row = counts[item, (event.get("level") or "unknown") if by else None]
            row[0] += count
            row[1] += 1
            row[2] |= {event.get("player_id")} - {None}
            row[3][question.days().index(question.day(event["time"]))] += count
    assert found == {key: (row[0], row[1], len(row[2]), row[3]) for key, row in counts.items()}
    assert answer.total.players == len(set().union(*(row[2] for row in counts.values())))
    assert oracle.share(sum(row.count for row in answer.items), answer.total.count) in (1, None)
