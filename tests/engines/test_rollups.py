"""What holds of every rollup: merging any part of its rows, in any order, says the same as merging those of all events.

The events are at few moments, so that many are at the same one, and lie around midnights.
"""

from __future__ import annotations

import datetime as dt
import functools
import random
from typing import Any, LiteralString

import pytest
from conftest import Engine

from playtrace.load.rebuild import build_day
from playtrace.rollups import ROLLUPS
from playtrace.rollups.rollup import SOURCE_OF_EVENTS, Rollup

NOON = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)
DAYS = [(NOON + dt.timedelta(days=day)).date() for day in range(4)]
NAMES = (
    *("level_start", "purchase", "crash", "performance", "push_received", *("position",) * 4),
    *("java.run.completed", "java.run.error", "session_end"),
    *("performance", "scene_loaded"),
    *("resource_gain", "item_looted", "level_fail", "match_end", "achievement_unlocked", "ad_impression"),
)
OF_GAME: LiteralString = SOURCE_OF_EVENTS + "    WHERE game_id = $game\n"


def history(seed: int) -> list[dict[str, Any]]:
    dice = random.Random(seed)

    def perhaps(**fields: Any) -> dict[str, Any]:
        return fields if dice.random() < 0.6 else {}

    return [
        {
            "name": dice.choice(NAMES),
            "time": NOON + dt.timedelta(minutes=dice.choice((1, 11, 40, 700, 721, 1500, 1501)), days=dice.randrange(3)),
            "value": dice.choice((0.1, 1.5, 60.0, 1 / 3)),
            **perhaps(player_id=dice.choice(("ann", "bob", "cleo"))),
            **perhaps(session_id=dice.choice(("1", "2", "long-enough-to-be-one"))),
            **perhaps(device_id=dice.choice(("phone", "tablet"))),
            **perhaps(mono_ms=dice.randrange(5) * 1_000),
            **perhaps(seq=dice.randrange(4)),
            **perhaps(platform=dice.choice(("windows", "linux")), version=dice.choice(("1.0", "1.1"))),
            **perhaps(country=dice.choice(("DE", "FR"))),
            **perhaps(env=dice.choice(("prod", "dev"))),
            **perhaps(map=dice.choice(("arena", "forest")), x=dice.random(), y=dice.random(), z=dice.random()),
            **perhaps(
                props={"duration_s": dice.choice((0.1, 3)), "fps": 59.94} | run(dice) | note(dice) | sample(dice)
            ),
            **perhaps(level=dice.choice(("1", "2")), match_id="m", currency=dice.choice(("gold", "USD"))),
        }
        for _ in range(350)
    ]


def run(dice: random.Random) -> dict[str, Any]:
    """What `jwc.v1` clients say of one, some of it of a type that nobody expects."""
    said = {
        "vscode": dice.choice(("1.99.0", None, {"major": 1})),
        "exit": dice.choice((0, 1, "0", True, None, 1e22, [1, "a"], {"b": 1, "a": 2})),
        "cumulativeBytesBucket": dice.choice(("0-1k", ">1m", "", {"k": 1})),
        "durationMs": dice.choice((5, 1 / 3, "12", "soon", True, -1, "Infinity", [7])),
        "waitMsTotal": dice.choice((0.1, 1 / 3, 7, "2.5", 1e300, "NaN", None)),
        "scannerUsage": dice.choice((True, False, "true", 1)),
        "truncatedOutput": dice.choice((True, False)),
        "phase": dice.choice(("compile", "runtime", None)),
        "exceptionHash": dice.choice(("6f", "", 12, {}, None)),
    }
    return {name: value for name, value in said.items() if dice.random() < 0.8}


def note(dice: random.Random) -> dict[str, Any]:
    """What events of progress, economy and loot say."""
    said = {
        "item": dice.choice(("sword", "", 7, {"of": 1}, [1])),
        "product": dice.choice(("pack", "x" * 300)),
        "achievement": "first",
        "mode": dice.choice(("ranked", None)),
        "reason": dice.choice(("shop", "quest", 1.0, "background")),
        "class": dice.choice(("crash", "hang", 7, {"of": 1})),
        "rarity": "epic",
        "result": "win",
        "count": dice.choice((2, "3", 0.5, "many", True)),
        "balance": dice.choice((100, 0.25, "12", "Infinity", None)),
        "transaction_id": dice.choice(("t1", "", {"of": 1})),
        "validated": dice.choice((True, False, "false", None)),
        "kind": "iap",
    }
    return {name: value for name, value in said.items() if dice.random() < 0.7}


def sample(dice: random.Random) -> dict[str, Any]:
    """What samples of performance say."""
    said = {
        "frames": dice.choice((300, "250", 12.5, None, [1], "NaN")),
        "frame_times": dice.choice(("143:280 160:20", "143:x 601:1", [[143, 1]], 7, "z" * 5_000)),
        "hitches": dice.choice((2, 2.5, "3", -1)),
        "memory_mb": dice.choice((700, 0.1, "1e400", {"mb": 1})),
        "device": dice.choice(("Deck", {"of": 1}, 7)),
        "scene": dice.choice(("menu", None, 1.5)),
        "excluded": dice.choice((True, "true", 1, False)),
        "cold": dice.choice((True, "true", 0)),
    }
    return {name: value for name, value in said.items() if dice.random() < 0.7}


@functools.cache
def loaded(engine: Engine, seed: int, loads: int, *, compacted: bool = False) -> str:
    """A game with a history: the same one for all rollups that are only read."""
    game = engine.new_game()
    events = history(seed)
    for part in range(loads):
        source = ("jwc.v1", "test")[part % 2]
        engine.load(game, events[part::loads], received_at=NOON + dt.timedelta(days=9), source=source)
    if compacted:
        engine.compact(DAYS)
    return game


def rows(engine: Engine, sql: LiteralString, game: str) -> list[dict[str, Any]]:
    bound = {"game": game, "session_timeout": dt.timedelta(minutes=30)}
    named = {name: value for name, value in bound.items() if f"${name}" in sql}
    found = engine.store.query(sql, named).to_pylist()
    return sorted(found, key=lambda row: [str(value) for value in row.values()])


def said(engine: Engine, rollup: Rollup, game: str) -> list[dict[str, Any]]:
    """What the stored rows say, in the fewest rows that can say it."""
    stored: LiteralString = "SELECT * FROM " + rollup.table + " WHERE game_id = $game"
    return rows(engine, stored if rollup.is_whole else rollup.merged_across_days(stored), game)


def said_by_events(engine: Engine, rollup: Rollup, game: str) -> list[dict[str, Any]]:
    return rows(engine, rollup.merged_across_days(rollup.rows(OF_GAME)), game)


@pytest.mark.parametrize("rollup", ROLLUPS, ids=lambda rollup: rollup.table)
@pytest.mark.parametrize("loads", [1, 7])
@pytest.mark.parametrize("compacted", [False, True], ids=["loaded", "compacted"])
def test_loads_and_compaction_say_what_the_events_say(
    engine: Engine, rollup: Rollup, loads: int, compacted: bool
) -> None:
    # All that are not compacted come first: compaction is of whole days, whoever's they are.
    game = loaded(engine, 7 * loads, loads, compacted=compacted)
    expected = said_by_events(engine, rollup, game)
    assert expected
    assert said(engine, rollup, game) == expected


@pytest.mark.parametrize("rollup", [rollup for rollup in ROLLUPS if rollup.makes_rows], ids=lambda rollup: rollup.table)
@pytest.mark.parametrize("seed", range(2))
def test_merging_any_part_in_any_order_changes_nothing(engine: Engine, rollup: Rollup, seed: int) -> None:
    game = loaded(engine, seed, 3)
    expected = said_by_events(engine, rollup, game)
    # The rows of some events, merged by day and again with those of the others, in another order.
    with engine.store.writing() as connection:
        bound = {"game": game, "session_timeout": dt.timedelta(minutes=30)}

        def run(sql: LiteralString) -> None:
            connection.execute(sql, {name: value for name, value in bound.items() if f"${name}" in sql})

        each = rollup.rows(OF_GAME)
        run(f"CREATE OR REPLACE TEMP TABLE each AS SELECT *, random() AS dice FROM ({each}) AS rows")
        for part, condition in enumerate(("dice < 0.3", "dice >= 0.3 AND dice < 0.5", "dice >= 0.5")):
            some: LiteralString = f"SELECT * EXCLUDE (dice) FROM each WHERE {condition} ORDER BY dice"
            run(f"CREATE OR REPLACE TEMP TABLE part{part} AS " + rollup.merged_by_day(some))
        run("CREATE OR REPLACE TEMP TABLE twice AS " + rollup.merged_by_day("FROM part2 UNION ALL FROM part0"))
        run(
            "CREATE OR REPLACE TEMP TABLE merged AS "
            + rollup.merged_across_days("SELECT * FROM (FROM twice UNION ALL FROM part1) AS parts ORDER BY random()")
        )
        found = connection.sql("FROM merged").to_arrow_table().to_pylist()
    assert sorted(found, key=lambda row: [str(value) for value in row.values()]) == expected


@pytest.mark.parametrize("rollup", ROLLUPS, ids=lambda rollup: rollup.table)
def test_a_day_that_is_made_again_says_the_same(engine: Engine, rollup: Rollup) -> None:
    game = loaded(engine, 11, 3)
    expected = said_by_events(engine, rollup, game)
    with engine.store.writing() as connection:
        # All of them, as players of one day are known by those before.
        connection.execute(f"DELETE FROM {rollup.table} WHERE game_id = '{game}'")
        for day in DAYS:
            build_day(connection, rollup, day, engine.settings)
            build_day(connection, rollup, day, engine.settings)
    assert said(engine, rollup, game) == expected
