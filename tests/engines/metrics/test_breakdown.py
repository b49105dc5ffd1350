"""Events by what they say: the examples of its definition, an oracle in plain Python, and what it refuses."""

from __future__ import annotations

import datetime as dt
import json
from collections import defaultdict
from typing import Any

import numpy as np
import oracle
import pytest
from conftest import Engine, same
from hypothesis import strategies as st
from small_games import Asked, Events, agreeing, asking, events_of, optional

from playtrace.metrics.frame.errors import WrongParameter

NOON = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)
NOW = dt.datetime(2026, 3, 10, tzinfo=dt.UTC)
MARCH = {"from": "2026-03-01", "to": "2026-03-09"}


def death(weapon: Any, distance: Any = None, player: str | None = "ann", **fields: Any) -> dict[str, Any]:
    props = {name: value for name, value in (("weapon", weapon), ("distance", distance)) if value is not None}
    event = {"name": "player_death", "time": NOON, "player_id": player, "props": props} | fields
    return {name: value for name, value in event.items() if value is not None}


@pytest.fixture(scope="module")
def deaths(engine: Engine) -> str:
    game = engine.new_game()
    engine.load(
        game,
        [death("rifle", 10), death("rifle", 20), death("rifle", 60, "bob"), death("knife", 1)],
    )
    return game


def told(answer: Any) -> list[tuple[Any, ...]]:
    rows = [*answer.groups, *([answer.other] if answer.other else []), answer.total]
    return [(*row.keys, row.value, row.share) for row in rows]


# --- how it is read ---


@pytest.mark.parametrize(
    "asked",
    [
        {"by": "props.weapon,props.of.mode", "event": ["player_death"]},
        {"by": "version", "event": ["player_death"], "filter": ["props.weapon:rifle"]},
        {"by": "name", "measure": "p50", "of": "props.distance", "filter": ["props.weapon:!rifle", "props.mode:*"]},
    ],
)
def test_properties_are_read_of_events_that_count(engine: Engine, deaths: str, asked: dict[str, Any]) -> None:
    """Handed down to the table, each would be read by itself, and of thousands of events for one that counts."""
    (statement,) = engine.ask("breakdown", deaths, NOW, explain=True, **asked, **MARCH).statements
    plan = "\n".join(engine.store.query("EXPLAIN " + statement).to_pydict()["explain_value"])
    assert "props" in plan
    assert "props." not in plan


# --- the worked example ---


def test_events_by_a_property(engine: Engine, deaths: str) -> None:
    answer = engine.ask("breakdown", deaths, NOW, by="props.weapon", **MARCH)
    assert told(answer) == [("rifle", 3, 0.75), ("knife", 1, 0.25), ("(total)", 4, 1)]
    assert (answer.values, answer.source, answer.complete) == (2, "raw", True)


def test_a_player_of_two_values_counts_once_in_the_total(engine: Engine, deaths: str) -> None:
    answer = engine.ask("breakdown", deaths, NOW, by="props.weapon", measure="players", **MARCH)
    assert told(answer) == [("rifle", 2, 1), ("knife", 1, 0.5), ("(total)", 2, 1)]


def test_a_percentile_of_all_is_none_of_percentiles(engine: Engine, deaths: str) -> None:
    asked = {"by": "props.weapon", "measure": "p50", "of": "props.distance"}
    answer = engine.ask("breakdown", deaths, NOW, **asked, **MARCH)
    assert told(answer) == [("rifle", 20, None), ("knife", 1, None), ("(total)", 15, None)]


# --- what is folded, and what is no value ---


def test_what_is_beyond_the_limit_is_folded_and_counted(engine: Engine) -> None:
    game = engine.new_game()
    engine.load(game, [death(f"gun {number:02}", player=f"p{number % 3}") for number in range(25)])
    answer = engine.ask("breakdown", game, NOW, by="props.weapon", limit=5, **MARCH)
    assert told(answer)[:2] == [("gun 00", 1, 0.04), ("gun 01", 1, 0.04)]
    assert told(answer)[5:] == [("(other)", 20, 0.8), ("(total)", 25, 1)]
    assert answer.values == 25
    players = engine.ask("breakdown", game, NOW, by="props.weapon", measure="players", limit=5, **MARCH)
    assert told(players)[5:] == [("(other)", 3, 1), ("(total)", 3, 1)]
    assert [row["props.weapon"] for row in players.table()][-2:] == ["(other)", "(total)"]


def test_a_property_is_text_in_one_version_and_a_number_in_the_next(engine: Engine) -> None:
    game = engine.new_game()
    values = ["7", 7, 7.5, True, None, {"of": 1}, ["a"], "[CLAN] {x}", "unknown", "", "nan", 1e301, "x" * 300]
    engine.load(game, [death(value, value) for value in values])
    answer = engine.ask("breakdown", game, NOW, by="props.weapon", limit=100, **MARCH)
    counts = {row.keys[0]: row.value for row in answer.groups}
    # null, an object, a list, nothing and that word
    assert counts["unknown"] == 5
    assert (counts["7"], counts["7.5"], counts["true"], counts["[CLAN] {x}"], counts["x" * 256]) == (2, 1, 1, 1, 1)
    for measure, expected in (("sum", 22.5), ("max", 7.5), ("p50", 7), ("mean", 22.5 / 4)):
        number = engine.ask("breakdown", game, NOW, by="name", measure=measure, of="props.distance", **MARCH)
        assert (number.total.value, number.total.events) == (expected, 4)


def test_nothing_is_known_of_no_events(engine: Engine) -> None:
    game = engine.new_game()
    for measure, value in (("count", 0), ("players", 0), ("sum", 0), ("mean", None), ("p95", None), ("min", None)):
        for interval in (None, "day"):
            answer = engine.ask("breakdown", game, NOW, measure=measure, interval=interval, **MARCH)
            assert (answer.groups, answer.other, answer.values) == ([], None, 0)
            assert (answer.total.value, answer.total.share) == (value, None)


def test_what_is_noted_of_loot_is_what_its_events_say(engine: Engine) -> None:
    game = engine.new_game()
    looted = {"name": "item_looted", "player_id": "ann", "time": NOON, "value": 9.0}
    engine.load(
        game,
        [looted | {"props": props} for props in ({"item": "key", "rarity": "epic"}, {"item": "key"}, {"item": 5}, {})],
    )
    asked: dict[str, Any] = {"event": ["item_looted"], "by": "props.item"}
    noted = engine.ask_both("breakdown", game, NOW, **asked, **MARCH)
    assert told(noted) == [("key", 2, 0.5), ("unknown", 1, 0.25), ("5", 1, 0.25), ("(total)", 4, 1)]
    pairs = engine.ask_both("breakdown", game, NOW, **asked | {"by": "props.rarity,props.item"}, **MARCH)
    assert ("epic", "key", 1, 0.25) in told(pairs)
    # The value of what was looted is not what is noted as its value: how many it is.
    values = engine.ask("breakdown", game, NOW, **asked, measure="sum", **MARCH)
    assert (values.source, values.total.value) == ("raw", 36)


def test_many_values_stay_few_rows(engine: Engine) -> None:
    game = engine.new_game()
    events = [death(f"w{number}", number, f"p{number}") for number in range(20_000)]
    engine.load(game, events)
    for measure in ("count", "players", "p95"):
        of = {} if measure in ("count", "players") else {"of": "props.distance"}
        answer = engine.ask("breakdown", game, NOW, by="props.weapon", measure=measure, **of, **MARCH)
        assert (len(answer.groups), answer.values) == (10, 20_000)
        assert len(answer.model_dump_json()) < 5_000


# --- beside an oracle ---

told_games = events_of(
    "player_death",
    "resource_gain",
    "push_received",
    value=optional(1.5, -2.0, 10.0),
    os=optional("w11"),
    currency=optional("gold"),
    props=optional(
        {"weapon": "rifle", "reason": "reward"},
        {"weapon": "7", "reason": "shop", "score": 3},
        {"weapon": 7, "score": "3"},
        {"weapon": {"of": 1}, "score": "many", "reason": ["a"]},
        {"weapon": "unknown", "score": 1e301},
    ),
)
BY = (
    ["name"],
    ["platform"],
    ["version", "country"],
    ["os", "props.weapon"],
    ["props.reason"],
    ["props.weapon"],
    ["props.weapon.of", "level"],
    ["currency"],
)
EVENTS = ([], ["resource_gain"], ["player_death", "push_received"])
MEASURES = ("count", "players", "sum", "mean", "min", "max", "p50", "p95")


@agreeing
@asking(told_games)
def test_any_breakdown(engine: Engine, events: Events, asked: dict[str, Any], data: st.DataObject, **how: Any) -> None:
    game = Asked(engine, events, asked, **how)
    for by in data.draw(st.lists(st.sampled_from(BY), min_size=3, max_size=3, unique_by=tuple)):
        names = data.draw(st.sampled_from(EVENTS))
        measure = data.draw(st.sampled_from(MEASURES))
        of = data.draw(st.sampled_from(("value", "props.score")))
        interval = data.draw(st.sampled_from((None, "day")))
        limit = data.draw(st.sampled_from((1, 2, 10)))
        more: dict[str, Any] = {"by": by, "event": names, "measure": measure, "limit": limit, "interval": interval}
        if measure not in ("count", "players"):
            more["of"] = of
        answers = [engine.ask("breakdown", game.game, oracle_now(), source=s, **more, **asked) for s in ("auto", "raw")]
        question = game.question
        looked_at = [
            event
            for event in question.counted(game.events)
            if question.wants(event)
            and (not names or event["name"] in names)
            and question.start <= event["time"] < question.end
            and (measure != "players" or names or event["name"] not in oracle.PASSIVE)
        ]
        for answer in answers:
            check(answer, looked_at, question, by, measure, of, limit, interval)


def oracle_now() -> dt.datetime:
    return dt.datetime(2026, 3, 12, 7, 30, tzinfo=dt.UTC)


def check(
    answer: Any,
    events: Events,
    question: oracle.Question,
    by: list[str],
    measure: str,
    of: str,
    limit: int,
    interval: str | None,
) -> None:
    groups: dict[tuple[str, ...], Events] = defaultdict(list)
    for event in events:
        if measure == "players" and event.get("player_id") is None:
            continue
        if measure in ("count", "players") or number_of(event, of) is not None:
            groups[tuple(key_of(event, field) for field in by)].append(event)
    everything = [event for group in groups.values() for event in group]

    def weight(key: tuple[str, ...]) -> float:
        group = groups[key]
        return measured(group, measure, of) if measure in ("players", "sum") else len(group)

    ranked = sorted(groups, key=lambda key: (-weight(key), tuple("" if k == "unknown" else k for k in key)))
    found = [tuple(row.keys) for row in answer.groups]
    # Sums of fractions may differ in the last place, which may turn equal ones around.
    assert sorted(map(weight, found)) == pytest.approx(sorted(map(weight, ranked[:limit])))
    if measure != "sum":
        assert found == ranked[:limit]
    assert answer.values == len(ranked)
    folded = [event for key in ranked if key not in found for event in groups[key]]
    assert (answer.other is None) == (folded == [])
    total = measured(everything, measure, of)
    rows = [*zip(answer.groups, [groups[key] for key in found], strict=True), (answer.total, everything)]
    rows += [(answer.other, folded)] if folded else []
    for row, group in rows:
        value = measured(group, measure, of)
        same(row.value, value)
        assert row.events == (None if measure == "players" else len(group))
        is_shared = measure in ("count", "players", "sum")
        same(row.share, oracle.share(value or 0, total or 0) if is_shared else None)
        if interval is None:
            assert row.points is None
            continue
        buckets = oracle.bucket_starts(question, interval)
        assert [point.time for point in row.points] == [start for start, _ in buckets]
        for point, (start, end) in zip(row.points, buckets, strict=True):
            same(point.value, measured([e for e in group if start <= e["time"] < end], measure, of))


def prop(event: dict[str, Any], path: str) -> Any:
    value: Any = event.get("props") or {}
    for name in path.split(".")[1:]:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def key_of(event: dict[str, Any], field: str) -> str:
    value = prop(event, field) if field.startswith("props.") else event.get(field)
    if value is None or isinstance(value, dict | list):
        return "unknown"
    return value if isinstance(value, str) else json.dumps(value)


def number_of(event: dict[str, Any], field: str) -> float | None:
    value = prop(event, field) if field.startswith("props.") else event.get(field)
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if abs(number) <= 1e300 else None


def measured(events: Events, measure: str, of: str) -> Any:
    if measure == "count":
        return len(events)
    if measure == "players":
        return len({event["player_id"] for event in events if event.get("player_id") is not None})
    numbers = [number for event in events if (number := number_of(event, of)) is not None]
    if measure == "sum":
        return sum(numbers)
    if not numbers:
        return None
    of_all = {"mean": np.mean, "min": np.min, "max": np.max}
    if measure in of_all:
        return float(of_all[measure](numbers))
    return float(np.percentile(numbers, int(measure[1:])))


# --- what is refused ---


@pytest.mark.parametrize(
    ("asked", "parameter", "sentence"),
    [
        ({"by": "colour"}, "by", "There is no field 'colour'. There are props.NAME, name, "),
        ({"by": "props."}, "by", "A property is props.NAME"),
        ({"by": "props.a.b.c.d.e"}, "by", "at most 4 names deep"),
        ({"by": "name,name"}, "by", "Two different fields, or one."),
        ({"measure": "mean", "of": "score"}, "of", "There is no field 'score'"),
        ({"of": "value"}, "of", "measure is 'count'"),
        ({"interval": "hour", "limit": 100}, "interval", "More than 20000 values"),
        ({"by": "os", "source": "rollup"}, "source", "Ask for `auto`"),
    ],
)
def test_a_wrong_parameter_is_named(
    engine: Engine, deaths: str, asked: dict[str, Any], parameter: str, sentence: str
) -> None:
    with pytest.raises(WrongParameter) as wrong:
        engine.ask("breakdown", deaths, NOW, **asked, **MARCH)
    assert wrong.value.parameter == parameter
    assert sentence in wrong.value.message


@pytest.mark.parametrize("asked", [{"by": "a,b,c"}, {"by": ""}, {"limit": 0}, {"limit": 101}, {"measure": "p75"}])
def test_what_no_breakdown_has(engine: Engine, deaths: str, asked: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(asked))):
        engine.ask("breakdown", deaths, NOW, **asked, **MARCH)
