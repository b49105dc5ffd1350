"""Ids that are one player, beside an oracle that replaces ids first and counts then."""

from __future__ import annotations

import datetime as dt
import json
import random
from pathlib import Path
from typing import Any

import oracle
import pytest
from conftest import Engine, api_client, plain, same
from hypothesis import given, settings
from hypothesis import strategies as st
from merged_games import as_if_sent, merged, merges, who_is_who
from small_games import LONG_ID, NOW, Asked, Events, activity, agreeing, asking, events_of, figures, places

from playtrace.api import data_health
from playtrace.config import Settings
from playtrace.metrics.frame.asking import Rules
from playtrace.registry.registry import Registry
from playtrace.rollups.player_merges import IDS_OF_PLAYER_MAX, MERGES_MAX, Decision, canonical_ids
from playtrace.segments.evaluation import Game, who_fits
from playtrace.segments.rules import RULE
from playtrace.sql.answer import respond
from playtrace.sql.orders import Reach
from playtrace.store.builds import prepare_rollups

few = settings(agreeing, max_examples=2)


def leads(engine: Engine, game: str) -> dict[str, str]:
    rows = engine.store.query(
        "SELECT player_id, canonical_id FROM player_merges WHERE game_id = $game AND player_id <> canonical_id",
        {"game": game},
    ).to_pylist()
    return {row["player_id"]: row["canonical_id"] for row in rows}


@few
@given(events=merges, dice=st.randoms(use_true_random=False))
def test_the_order_of_arrival_does_not_matter(engine: Engine, events: Events, dice: random.Random) -> None:
    for _ in range(3):
        game = engine.new_game()
        dice.shuffle(events)
        loads = dice.randint(1, len(events))
        for part in range(loads):
            engine.load(game, events[part::loads])
        assert leads(engine, game) == who_is_who(events)


@few
@asking(merged(activity))
def test_active_players(engine: Engine, events: Events, asked: dict[str, Any], data: st.DataObject, **how: Any) -> None:
    game = Asked(engine, events, asked, **how)
    answer = game.both("active_players")
    found = [day.model_dump(include={"day", "dau", "wau", "mau", "new"}) for day in answer.days]
    assert found == oracle.active_players(game.question, as_if_sent(game.events))
    answer = game.both("retention", offsets=[0, 1, 3])
    for number, first in enumerate((0, 1, 3)):
        rows, total = oracle.retention(game.question, as_if_sent(game.events), "classic", first, first)
        cells = [(row.cohort, row.size, row.cells[number]) for row in answer.cohorts]
        assert [(cohort, size, cell.retained, cell.complete) for cohort, size, cell in cells] == rows
        assert (answer.total[number].retained, answer.total[number].size) == total


@few
@asking(merged(figures))
def test_summary(engine: Engine, events: Events, asked: dict[str, Any], data: st.DataObject, **how: Any) -> None:
    game = Asked(engine, events, asked, **how)
    answer = game.both("summary")
    current = answer.current.model_dump(by_alias=False, exclude={"players_now", "currency"})
    question = game.question
    same(current, oracle.figures(question, as_if_sent(game.events), question.start, question.end))


@few
@asking(merged(places))
def test_heatmap(engine: Engine, events: Events, asked: dict[str, Any], data: st.DataObject, **how: Any) -> None:
    game = Asked(engine, events, asked, **how)
    for ask, more in (
        (game.both, {"cellSize": 10, "sampleIntervalMs": 600_000}),
        (game.both, {}),
        (game.ask, {"matchFromSeconds": 5, "matchToSeconds": 40_000}),
    ):
        answer = ask("heatmap", map="arena", **more)
        expected = oracle.heatmap(
            oracle.Question(asked | more, NOW),
            as_if_sent(game.events),
            "arena",
            "player_death",
            answer.cell_size,
            more.get("sampleIntervalMs", 10_000),
        )
        found = {
            str((cell.cx, cell.cy)): {"events": cell.events, "seconds": cell.seconds, "players": cell.players}
            for cell in answer.cells
        }
        same(found, {str(place): cell for place, cell in expected.items()})


ASKED: dict[str, dict[str, Any]] = {
    "growth": {},
    "sessions": {},
    "playtime": {},
    "new_players": {"splitBy": "platform"},
    "revenue": {},
    "ltv": {"offsets": "0,1,3"},
    "arpu": {"offsets": "0,1"},
    "spenders": {},
    "funnel": {"step": ["level_start", "purchase"]},
    "paths": {},
    "progression": {},
    "breakdown": {"measure": "players", "by": ["level"]},
    "player": {"playerId": "ann"},
    "journey": {"playerId": "ann"},
}
VIEWS = {
    "players": "* EXCLUDE (game_id)",
    "player_days": "* EXCLUDE (game_id)",
    "sessions": "* EXCLUDE (game_id)",
    "purchases": "* EXCLUDE (game_id)",
    "events": "* EXCLUDE (game_id, event_id, received_at, sent_player_id, props)",
}
played = events_of(
    *("purchase", "level_start", "level_complete"),
    value=st.sampled_from((4.99, 0.5)),
    currency=st.just("USD"),
    session_id=st.sampled_from((None, "1", LONG_ID)),
    props=st.none(),
)


@settings(agreeing, max_examples=1)
@asking(merged(played))
def test_all_is_answered_as_if_the_ids_that_stay_had_been_sent(
    engine: Engine, events: Events, asked: dict[str, Any], data: st.DataObject, **how: Any
) -> None:
    game, other = Asked(engine, events, asked, **how), engine.new_game()
    # It says of each merge that somebody is who they are: a game without merges.
    for part in range(how["loads"]):
        sent = [event | {"sent_id": None} for event in as_if_sent(events)[part :: how["loads"]]]
        if sent:
            engine.load(other, [{name: value for name, value in event.items() if value is not None} for event in sent])
    for name, more in ASKED.items():
        for source in ("auto", "raw"):
            found, expected = (
                plain(engine.ask(name, one, NOW, **{"source": source} | more | game.question.asked))
                for one in (game.game, other)
            )
            for answer in (found, expected):
                for unlike in ("game_id", "hints", "player_id", "names"):
                    answer.pop(unlike, None)
            same(found, expected, f"{name} {source} ")
    for view, columns in VIEWS.items():
        found, expected = (rows_of(engine, one, f"SELECT {columns} FROM {view}") for one in (game.game, other))
        assert found == expected, view


def rows_of(engine: Engine, game: str, sql: str) -> list[list[Any]]:
    with engine.store.reading() as reader:
        reach = Reach(views=True, views_alone=True, game_ids=[game])
        return sorted(json.loads(respond(reader, sql, reach))["rows"], key=str)


TENTH = dt.datetime(2026, 3, 10, tzinfo=dt.UTC)
NINE_DAYS = {"from": "2026-03-01", "to": "2026-03-09"}


def at(text: str) -> dt.datetime:
    """`08 10:45` is 10:45 on 8 March 2026, UTC."""
    return dt.datetime.strptime("2026-03-" + text, "%Y-%m-%d %H:%M").replace(tzinfo=dt.UTC)


def plays(player: str, time: str, name: str = "level_start", **fields: Any) -> dict[str, Any]:
    return {"name": name, "player_id": player, "time": at(time), **fields}


def merge(previous: str, into: str, time: str) -> dict[str, Any]:
    """Said by a server: nobody plays."""
    return {"name": "player_merged", "time": at(time), "props": {"previous_id": previous, "canonical_id": into}}


@pytest.fixture
def two_ids(engine: Engine) -> str:
    """The phone plays on 1 and 2 March; from 3 March on the same person is ann, who buys. bob comes on 1 March."""
    game = engine.new_game()
    engine.load(game, [plays("phone", "01 10:00"), plays("phone", "02 10:00"), plays("bob", "01 12:00")])
    engine.load(game, [plays("ann", "03 10:00"), plays("ann", "03 11:00", "purchase", value=10, currency="USD")])
    engine.load(game, [plays("ann", "04 10:00")])
    return game


def cohorts(engine: Engine, game: str) -> Any:
    answer = engine.ask_both("retention", game, TENTH, **NINE_DAYS, offsets="0,1,2,3")
    return {f"{row.cohort:%d}": (row.size, [cell.retained for cell in row.cells]) for row in answer.cohorts if row.size}


def test_a_merge_moves_cohorts(engine: Engine, two_ids: str) -> None:
    assert cohorts(engine, two_ids) == {"01": (2, [2, 1, 0, 0]), "03": (1, [1, 1, 0, 0])}
    engine.load(two_ids, [merge("phone", "ann", "05 12:00")])
    assert cohorts(engine, two_ids) == {"01": (2, [2, 1, 1, 1])}


def test_a_merge_moves_who_is_new(engine: Engine, two_ids: str) -> None:
    def new() -> list[int]:
        return [bucket.new for bucket in engine.ask_both("new_players", two_ids, TENTH, **NINE_DAYS).buckets][:4]

    assert new() == [2, 0, 1, 0]
    engine.load(two_ids, [merge("phone", "ann", "05 12:00")])
    assert new() == [2, 0, 0, 0]


def test_a_merge_moves_what_cohorts_pay(engine: Engine, two_ids: str) -> None:
    def paid() -> dict[str, list[int | None]]:
        answer = engine.ask_both("ltv", two_ids, TENTH, **NINE_DAYS, offsets="0,2")
        return {f"{row.cohort:%d}": [cell.ltv_micros for cell in row.cells] for row in answer.cohorts if row.size}

    assert paid() == {"01": [0, 0], "03": [10_000_000, 10_000_000]}
    engine.load(two_ids, [merge("phone", "ann", "05 12:00")])
    assert paid() == {"01": [0, 5_000_000]}


def test_a_merge_leaves_one_spender_of_two(engine: Engine, two_ids: str) -> None:
    engine.load(two_ids, [plays("phone", "02 11:00", "purchase", value=5, currency="USD")])

    def spenders() -> int:
        return engine.ask_both("spenders", two_ids, TENTH, **NINE_DAYS).payers

    assert spenders() == 2
    engine.load(two_ids, [merge("phone", "ann", "05 12:00")])
    assert spenders() == 1


def test_a_later_decision_overrules_and_takes_back(engine: Engine, two_ids: str) -> None:
    before = cohorts(engine, two_ids)
    engine.load(two_ids, [merge("phone", "ann", "05 12:00"), merge("phone", "bob", "05 13:00")])
    assert leads(engine, two_ids) == {"phone": "bob"}
    engine.load(two_ids, [merge("phone", "phone", "05 14:00")])
    assert leads(engine, two_ids) == {}
    assert cohorts(engine, two_ids) == before


def test_what_would_close_a_circle_is_passed_over(engine: Engine) -> None:
    game = engine.new_game()
    engine.load(game, [merge("c", "a", "03 12:00")])
    engine.load(game, [merge("a", "b", "01 12:00"), merge("b", "c", "02 12:00")])
    assert leads(engine, game) == {"a": "c", "b": "c"}


@pytest.mark.parametrize("previous", ["", None, {"of": 1}, ["ann"], "x" * 257])
def test_what_names_no_id_merges_nobody(engine: Engine, previous: Any) -> None:
    game = engine.new_game()
    engine.load(game, [plays("ann", "01 12:00", "player_merged", props={"previous_id": previous})])
    engine.load(game, [plays("ann", "01 12:00", "player_merged")])
    assert leads(engine, game) == {}


def test_an_id_that_is_a_number_is_its_digits(engine: Engine) -> None:
    game = engine.new_game()
    engine.load(game, [plays("ann", "01 12:00", "player_merged", props={"previous_id": 7656119})])
    assert leads(engine, game) == {"7656119": "ann"}


def test_environments_do_not_touch_each_other(engine: Engine, two_ids: str) -> None:
    before = cohorts(engine, two_ids)
    engine.load(two_ids, [merge("phone", "ann", "05 12:00") | {"env": "dev"}])
    assert cohorts(engine, two_ids) == before


def test_a_session_goes_on_when_somebody_signs_in(engine: Engine) -> None:
    """It has a number that only this device knows; before, they are two sessions of ten minutes."""
    game = engine.new_game()
    for player, times in (("phone", ("01 10:00", "01 10:10")), ("ann", ("01 10:20", "01 10:30"))):
        engine.load(game, [plays(player, time, session_id="1") for time in times])
    engine.load(game, [{"name": "menu", "time": at("01 10:40"), "device_id": "phone", "session_id": "1"}])

    def sessions() -> tuple[int, float]:
        current = engine.ask_both("summary", game, TENTH, **NINE_DAYS).current
        return current.session_count, current.avg_session_seconds

    assert sessions() == (2, 1_500)
    engine.load(game, [merge("phone", "ann", "05 12:00")])
    assert sessions() == (1, 2_400)


@pytest.mark.parametrize("name", ["player", "journey"])
def test_who_is_asked_for_by_an_old_id_is_answered(engine: Engine, two_ids: str, name: str) -> None:
    engine.load(two_ids, [merge("phone", "ann", "05 12:00")])
    old, new = (engine.ask(name, two_ids, TENTH, playerId=player) for player in ("phone", "ann"))
    assert old.hints == ["'phone' was merged into 'ann' (player_merged): the answer is about 'ann'."]
    assert new.hints == []
    assert plain(old) | {"hints": []} == plain(new)
    assert (new.total if name == "journey" else new.events) == 5


def test_a_list_of_old_ids_is_a_segment_of_who_they_are(engine: Engine, two_ids: str) -> None:
    engine.make_segment(two_ids, "phones", ["phone"])
    engine.load(two_ids, [merge("phone", "ann", "05 12:00")])
    answer = engine.ask_both("active_players", two_ids, TENTH, **NINE_DAYS, segment="phones")
    assert [day.dau for day in answer.days][:5] == [1, 1, 1, 1, 0]


def test_rules_of_segments_know_one_player(engine: Engine, two_ids: str) -> None:
    engine.load(two_ids, [merge("phone", "ann", "05 12:00")])
    rule = RULE.validate_python({"all": [{"did": "purchase"}, {"daysActive": {"atLeast": 4}}]})
    with engine.store.reading() as reader:
        fitting = who_fits(rule, Game(two_ids, "prod", "UTC"), TENTH.date(), reader, Rules())
    assert (fitting.players["player_id"].to_pylist(), fitting.known) == (["ann"], 2)


def test_a_player_has_so_many_ids_and_no_more() -> None:
    """The latest is passed over, whichever comes first."""
    decisions = [Decision(f"id-{n}", "ann", TENTH + n * dt.timedelta(seconds=1), 0) for n in range(IDS_OF_PLAYER_MAX)]
    for order in (decisions, decisions[::-1]):
        found = canonical_ids(order)
        assert [player for player, canonical in found.items() if canonical != "ann"] == [decisions[-1].player_id]


def test_a_game_has_so_many_merges_and_no_more(engine: Engine) -> None:
    game = engine.new_game()
    with engine.store.writing() as connection:
        connection.execute(
            "INSERT INTO player_merges SELECT $game, 'prod', 'p' || n, 'p', TIMESTAMP '2026-03-01', 0, 'p' || n, 0"
            " FROM range($many) AS numbers(n)",
            {"game": game, "many": MERGES_MAX},
        )
    engine.load(game, [merge("one-more", "ann", "05 12:00"), merge("p7", "ann", "05 12:00")])
    assert leads(engine, game) == {"p7": "ann"}


def test_they_are_made_again_from_the_events(engine: Engine) -> None:
    game = engine.new_game()
    engine.load(game, [merge("a", "b", "01 12:00"), merge("b", "c", "02 12:00")])
    engine.load(
        game, [merge("a", "d", "03 12:00"), plays("e", "03 12:00", "player_merged", props={"previous_id": "c"})]
    )
    expected = leads(engine, game)
    assert expected == {"a": "d", "b": "e", "c": "e"}
    with engine.store.writing() as connection:
        connection.execute("DELETE FROM rollup_builds WHERE rollup = 'player_merges'")
        prepare_rollups(connection)
    assert leads(engine, game) == expected


def test_cells_of_days_gone_by_count_people(engine: Engine) -> None:
    """Five stood in a cell for a minute each; it tells nothing of fewer."""
    game, day = engine.new_game(), dt.date(2026, 3, 2)
    place: dict[str, Any] = {"map": "arena", "x": 1.0, "y": 1.0, "session_id": "1"}
    for player in ("ann", "bob", "cleo", "dora", "eve"):
        times = [(f"02 10:0{tens // 6}", tens * 10_000) for tens in range(8)]
        engine.load(game, [plays(player, time, "position", mono_ms=mono_ms, **place) for time, mono_ms in times])

    def players() -> int | None:
        (cell,) = engine.ask_both("heatmap", game, TENTH, **NINE_DAYS, map="arena").cells
        return cell.players

    engine.compact([day])
    assert players() == 5
    engine.load(game, [merge("eve", "dora", "05 12:00")])
    assert players() == 4
    engine.compact([day])
    assert players() == 4
    engine.load(game, [merge("eve", "eve", "05 13:00")])
    assert players() == 5


def test_data_health_says_what_merges_nobody(engine: Engine, tmp_path: Path) -> None:
    game = engine.new_game()
    engine.load(game, [merge("a", "b", "01 12:00"), merge("b", "a", "02 12:00"), merge("c", "c", "02 12:00")])
    registry = Registry.open(f"sqlite:///{tmp_path / 'registry.sqlite'}")
    registry.games.add(game)
    with api_client(engine, registry, data_health.router, settings=Settings(open=True)) as client:
        hints = client.get(f"/api/games/{game}/books").json()["hints"]
    registry.close()
    assert hints == [
        "1 merge of players (player_merged) is passed over, as otherwise ids would be merged in a circle.",
    ]
