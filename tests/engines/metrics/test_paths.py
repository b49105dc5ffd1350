"""Paths: the example of the definition, and small games beside a walk along every path."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from itertools import groupby, pairwise
from typing import Any

import oracle
import pytest
from conftest import Engine
from hypothesis import strategies as st
from small_games import NOW, Asked, Events, agreeing, asking, events_of, optional

from playtrace.metrics.frame.errors import WrongParameter

LATER = dt.datetime(2026, 3, 20, tzinfo=dt.UTC)
NOON = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)
MARCH = {"from": "2026-03-01", "to": "2026-03-09"}
SAMPLES = {"position", "performance", "heartbeat"}


def session(number: int, *names: str) -> Events:
    when = NOON + dt.timedelta(hours=number)
    return [
        {"name": name, "player_id": "p", "session_id": f"s{number}", "time": when + dt.timedelta(minutes=n)}
        for n, name in enumerate(names)
    ]


def links(answer: Any) -> dict[tuple[int, str, str], int]:
    return {(link.column, link.source, link.target): link.units for link in answer.links}


@pytest.fixture
def three(engine: Engine) -> str:
    game = engine.new_game()
    done = [
        *session(1, "lobby", "match", "match", "shop"),
        *session(2, "lobby", "shop"),
        *session(3, "lobby", "match"),
        {"name": "position", "player_id": "p", "session_id": "s3", "time": NOON},
    ]
    engine.load(game, done[1::2])
    engine.load(game, done[::2])
    return game


def test_three_sessions(engine: Engine, three: str) -> None:
    answer = engine.ask("paths", three, LATER, **MARCH)
    assert links(answer) == {
        (1, "lobby", "match"): 2,
        (1, "lobby", "shop"): 1,
        (2, "match", "shop"): 1,
        (2, "match", "(end)"): 1,
        (2, "shop", "(end)"): 1,
        (3, "shop", "(end)"): 1,
    }
    assert [(node.column, node.node, node.units) for node in answer.nodes] == [
        (1, "lobby", 3),
        (2, "match", 2),
        (2, "shop", 1),
        (3, "shop", 1),
    ]
    assert (answer.units, answer.table()[0]["source"]) == (3, "lobby")


def test_paths_from_and_to_an_event(engine: Engine, three: str) -> None:
    begun = engine.ask("paths", three, LATER, start="match", length=3, **MARCH)
    assert links(begun) == {(1, "match", "shop"): 1, (1, "match", "(end)"): 1, (2, "shop", "(end)"): 1}
    ended = engine.ask("paths", three, LATER, end="shop", length=3, **MARCH)
    assert links(ended) == {
        (1, "lobby", "match"): 1,
        (1, "(start)", "lobby"): 1,
        (2, "match", "shop"): 1,
        (2, "lobby", "shop"): 1,
    }
    assert [(node.column, node.node) for node in ended.nodes] == [(1, "lobby"), (2, "lobby"), (2, "match"), (3, "shop")]


def test_a_property_is_part_of_a_node(engine: Engine) -> None:
    game = engine.new_game()
    done = session(1, "lobby", "match", "match")
    done[1]["props"] = {"mode": "ranked"}
    engine.load(game, done)
    answer = engine.ask("paths", game, LATER, property="props.mode", **MARCH)
    assert [(link.source, link.target) for link in answer.links] == [
        ("lobby", "match:ranked"),
        ("match:ranked", "match"),
        ("match", "(end)"),
    ]


def test_what_is_rare_is_folded(engine: Engine) -> None:
    game = engine.new_game()
    seconds = ["shop"] * 198 + ["rare_1", "rare_2"]
    engine.load(
        game,
        [
            event
            for n, second in enumerate(seconds)
            for event in session(n % 100, "lobby", second)
            for event in [event | {"session_id": f"x{n}"}]
        ],
    )
    answer = engine.ask("paths", game, LATER, **MARCH)
    assert links(answer)[1, "lobby", "(other)"] == 2
    assert {node.node for node in answer.nodes} == {"lobby", "shop", "(other)"}


def test_what_is_kept_of_days_says_what_the_events_say(engine: Engine) -> None:
    """Also of sessions over midnight and over the border of the range, and of a day to which something came later."""
    game = engine.new_game()
    midnight = dt.datetime(2026, 3, 3, tzinfo=dt.UTC)
    day = dt.timedelta(days=1)

    def at(session_id: str, minutes: int, name: str, since: dt.datetime = midnight) -> dict[str, Any]:
        when = since + dt.timedelta(minutes=minutes)
        return {"name": name, "player_id": "p", "session_id": session_id, "time": when}

    engine.load(game, [at("over", -2, "a"), at("over", -1, "b"), at("over", 1, "b"), at("over", 2, "c")])
    engine.load(game, [at("one", 600, "a"), at("one", 601, "b"), at("last", -1, "a", midnight + 2 * day)])
    engine.load(game, [at("last", 1, "d", midnight + 2 * day), at("noted", -300, "position")])
    whole, part = MARCH, {"from": midnight - day / 2, "to": midnight + 2 * day + dt.timedelta(hours=1)}
    expected = {(1, "a", "b"): 2, (1, "a", "d"): 1, (2, "b", "c"): 1, (2, "b", "(end)"): 1, (2, "d", "(end)"): 1}
    expected[3, "c", "(end)"] = 1

    def agree(**more: Any) -> Any:
        """What is kept is not asked with `source=raw`."""
        answers = [engine.ask("paths", game, LATER, source=source, **more) for source in ("auto", "raw")]
        assert links(answers[0]) == links(answers[1])
        assert (answers[0].nodes, answers[0].units) == (answers[1].nodes, answers[1].units)
        return answers[0]

    for asked in (whole, part):
        assert agree(**asked).source == "raw"
    engine.compact([(midnight + n * day).date() for n in range(-1, 3)])
    assert agree(**whole).source == "rollup"
    assert agree(**part).source == "raw"
    for asked in (whole, part, whole | {"timeZone": "Asia/Kathmandu"}):
        assert links(agree(**asked)) == expected
    assert links(agree(length=2, **whole)) == {(1, "a", "b"): 2, (1, "a", "d"): 1}
    # A filter, and what came since.
    assert agree(filter=["name:a,b"], **whole).source == "raw"
    engine.load(game, [at("one", 599, "first")])
    later = agree(**whole)
    assert (later.source, links(later)[1, "first", "a"]) == ("raw", 1)


def test_more_than_ten_nodes_are_cut_where_they_are_kept(engine: Engine) -> None:
    game = engine.new_game()
    done = session(1, *(f"n{number}" for number in range(14))) + session(2, "n0", "n1")
    engine.load(game, done)
    engine.compact([NOON.date()])
    answer = engine.ask_both("paths", game, LATER, length=10, **MARCH)
    assert links(answer)[9, "n8", "n9"] == 1
    assert {node.column for node in answer.nodes} == set(range(1, 11))


def test_a_game_without_events(engine: Engine) -> None:
    answer = engine.ask("paths", engine.new_game(), LATER)
    assert (answer.links, answer.nodes, answer.units) == ([], [], 0)


@pytest.mark.parametrize(
    ("asked", "parameter"),
    [
        ({"start": "a", "end": "b"}, "end"),
        ({"start": "a", "event": ["b"]}, "start"),
        ({"property": "levle"}, "property"),
        ({"source": "rollup", "unit": "player"}, "source"),
    ],
)
def test_a_wrong_parameter_is_named(engine: Engine, asked: dict[str, Any], parameter: str) -> None:
    with pytest.raises(WrongParameter) as error:
        engine.ask("paths", engine.new_game(), LATER, **asked)
    assert error.value.parameter == parameter


# --- small games ---


def paths(question: oracle.Question, events: Events, how: dict[str, Any]) -> list[list[str]]:
    """The nodes of each path, from its anchor on."""
    own: dict[Any, Events] = defaultdict(list)
    for event in sorted(question.qualifying(events), key=oracle.order):
        by_session = event.get("session_id") and (event["player_id"], event["session_id"])
        unit = event["player_id"] if how["unit"] == "player" else by_session
        is_node = event["name"] in how["event"] if how["event"] else event["name"] not in SAMPLES
        if unit and is_node and question.start <= event["time"] < question.end and question.wants(event):
            own[unit].append(event)
    found: list[list[str]] = []
    for done in own.values():
        way = done[::-1] if how.get("end") else done
        anchor = how.get("end") or how.get("start")
        if anchor is not None:
            places = [place for place, event in enumerate(way) if event["name"] == anchor]
            way = way[places[0] :] if places else []
        nodes = [
            event["name"] + (f":{event['level']}" if how.get("property") and "level" in event else "") for event in way
        ]
        found.append([node for node, _ in groupby(nodes)])
    return [path for path in found if path]


@agreeing
@asking(events_of("lobby", "match", "match", "shop", "performance", "push_received", session_id=optional("1", "2")))
def test_small_games(engine: Engine, events: Events, asked: dict[str, Any], data: st.DataObject, **how: Any) -> None:
    game = Asked(engine, events, asked, **how)
    for anchor in ({}, {"start": "match"}, {"end": "match"}):
        asked_for: dict[str, Any] = anchor | {
            "unit": data.draw(st.sampled_from(("session", "player"))),
            "length": data.draw(st.integers(2, 5)),
            "event": data.draw(st.sampled_from(([], ["match", "shop"], ["match", "lobby", "performance"]))),
        }
        if data.draw(st.booleans()):
            asked_for["property"] = "level"
        length = asked_for["length"]
        answer = engine.ask("paths", game.game, NOW, **asked_for, **asked)
        expected = Counter[tuple[int, str, str]]()
        walked = paths(game.question, game.events, asked_for)
        for path in walked:
            beyond = "(start)" if "end" in anchor else "(end)"
            for number, (node, then) in enumerate(pairwise([*path, beyond][: length + 1])):
                if number < length - 1:
                    link = (length - 1 - number, then, node) if "end" in anchor else (number + 1, node, then)
                    expected[link] += 1
        assert links(answer) == expected
        assert answer.units == len(walked)
        # As many arrive at a node as leave it.
        for node in answer.nodes:
            if 1 < node.column < length:
                arriving = sum(
                    n for (column, _, to), n in expected.items() if (column + 1, to) == (node.column, node.node)
                )
                leaving = sum(n for (column, of, _), n in expected.items() if (column, of) == (node.column, node.node))
                assert arriving == leaving == node.units
