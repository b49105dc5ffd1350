"""Rules with `filter` and `segment`: they find what the events of these, and no others, add up to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import ValidationError
from studio import DAY, HOUR, MINUTE, NOW, Studio, opened

from playtrace.alerts.backtest import Backtest, backtest
from playtrace.alerts.counting import extents
from playtrace.alerts.measuring import Figures, PastFigures
from playtrace.alerts.rules import RULE, in_words, read_rule, written_rule
from playtrace.metrics.frame.asking import Rules
from playtrace.metrics.frame.calendar import Span
from playtrace.store import segments

RANKED = ["props.mode:ranked"]


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    with opened(tmp_path_factory.mktemp("narrowed") / "data") as studio:
        yield studio


@pytest.fixture
def studio(shared: Studio) -> Studio:
    return shared.begin()


def fails(studio: Studio, game: str, mode: str, count: int, at: dt.datetime, **fields: Any) -> None:
    said: dict[str, Any] = {"props": {"mode": mode}, "player_id": "ann"} | fields
    studio.happen(game, "level_fail", *[at] * count, **said)


def tried(studio: Studio, game: str, span: Span, **said: Any) -> Backtest:
    rule = RULE.validate_python({"id": "tried", "gameId": game, **said})
    with studio.store.reading() as reader:
        figures = Figures(
            reader, extents(reader), PastFigures(), lambda one: Rules(currency=one.currency), span.end + DAY
        )
        return backtest(reader, figures, rule, studio.watched(game), span)


def test_a_threshold_counts_only_events_of_which_its_filters_hold(studio: Studio) -> None:
    game = studio.new_game(name="Arena")
    said: dict[str, Any] = {"kind": "threshold", "measure": {"event": "level_fail"}, "filter": RANKED}
    studio.only_rule(game, "ranked", **said, above=3)
    fails(studio, game, "casual", 1, NOW - 2 * DAY)
    fails(studio, game, "casual", 9, NOW - 10 * MINUTE, platform="ios")
    fails(studio, game, "ranked", 3, NOW - 10 * MINUTE, platform="android")
    # An hour and a minute ago: outside of the window, in the quarter of an hour that it begins in.
    fails(studio, game, "ranked", 5, NOW - 61 * MINUTE)
    studio.judge(NOW)
    assert studio.incidents(game) == []
    fails(studio, game, "ranked", 1, NOW + MINUTE, platform="android")
    studio.judge(NOW + MINUTE)
    (incident,) = studio.incidents(game)
    assert (incident.value, incident.is_open) == (4, True)
    # What explains it is of the same events alone.
    assert ("platform", "android", 4) in [
        (one.dimension, one.value, one.events) for one in incident.explanation.changes
    ]
    (message,) = studio.messages(game)
    assert "where props\\.mode is ranked" in message.text


def test_parts_of_a_rule_with_a_filter_are_counted_by_themselves(studio: Studio) -> None:
    game = studio.new_game()
    said: dict[str, Any] = {"kind": "threshold", "measure": "crashes", "filter": ["level:5"], "groupBy": "map"}
    studio.only_rule(game, "by_map", **said, above=1)
    studio.happen(game, "crash", *[NOW] * 2, map="hills", level="5")
    studio.happen(game, "crash", *[NOW] * 4, map="caves", level="4")
    studio.judge(NOW)
    assert [(one.part, one.value) for one in studio.incidents(game)] == [("hills", 2)]


def test_a_metric_is_asked_with_the_filters_of_its_rule(studio: Studio) -> None:
    game = studio.new_game()
    hour = NOW.replace(minute=0) - HOUR
    said: dict[str, Any] = {"kind": "threshold", "windowMinutes": 60, "above": 1}
    studio.only_rule(game, "players", **said, measure="players", filter=RANKED)
    figure = {"metric": "timeseries", "figure": "points.0.value", "parameters": {"metric": "level_fail"}}
    studio.rule(game, "fails", **said, measure=figure, filter=RANKED)
    fails(studio, game, "ranked", 1, hour + MINUTE)
    fails(studio, game, "casual", 1, hour + MINUTE, player_id="bob")
    studio.judge(NOW)
    assert studio.incidents(game) == []
    fails(studio, game, "ranked", 1, hour + HOUR + MINUTE)
    fails(studio, game, "ranked", 2, hour + HOUR + MINUTE, player_id="bob")
    studio.judge(NOW + HOUR)
    assert sorted((one.rule_id, one.value) for one in studio.incidents(game)) == [("fails", 3), ("players", 2)]


def test_a_rule_about_a_segment_and_what_it_says_when_that_is_gone(studio: Studio) -> None:
    game = studio.new_game()
    segments.replace(studio.store, game, "whales", players=["ann"])
    studio.only_rule(game, "of_whales", kind="threshold", measure="events", segment="whales", above=1)
    fails(studio, game, "ranked", 4, NOW, player_id="bob")
    fails(studio, game, "ranked", 1, NOW)
    studio.judge(NOW)
    assert studio.incidents(game) == [] and studio.watch.failures() == []
    fails(studio, game, "ranked", 1, NOW + MINUTE)
    studio.judge(NOW + MINUTE)
    (incident,) = studio.incidents(game)
    assert (incident.value, "of players in segment whales" in incident.in_words) == (2, True)
    segments.remove(studio.store, game, "whales")
    studio.judge(NOW + 2 * MINUTE)
    (failure,) = studio.watch.failures()
    assert (failure.rule_id, failure.error) == ("of_whales", "there is no segment 'whales' of this game.")
    segments.replace(studio.store, game, "whales", players=["ann", "bob"])
    studio.judge(NOW + 3 * MINUTE)
    assert studio.watch.failures() == []
    assert studio.incidents(game)[0].value == 6


def test_what_comes_late_counts_where_the_filter_holds(studio: Studio) -> None:
    game = studio.new_game()
    at = NOW - 5 * HOUR
    said: dict[str, Any] = {"kind": "threshold", "measure": {"event": "level_fail"}, "filter": RANKED, "above": 3}
    studio.only_rule(game, "ranked", **said)
    studio.judge(at - HOUR)
    for moment in (at, at + HOUR, NOW):
        studio.judge(moment)
    fails(studio, game, "casual", 9, at, received_at=NOW)
    studio.judge(NOW + 2 * MINUTE)
    assert studio.incidents(game) == []
    fails(studio, game, "ranked", 4, at, received_at=NOW)
    studio.judge(NOW + 4 * MINUTE)
    assert [(one.worst, one.is_open) for one in studio.incidents(game)] == [(4, False)]


def test_a_backtest_of_counts_and_one_of_a_metric_find_the_filtered_events(studio: Studio) -> None:
    game = studio.new_game()
    hour = NOW.replace(minute=0) - 6 * HOUR
    fails(studio, game, "ranked", 5, hour + MINUTE)
    fails(studio, game, "casual", 50, hour + 3 * HOUR + MINUTE)
    span = Span(hour - HOUR, hour + 6 * HOUR)
    said: dict[str, Any] = {"kind": "threshold", "filter": RANKED, "above": 4, "windowMinutes": 60}
    counted = tried(studio, game, span, **said, measure={"event": "level_fail"})
    assert [(one.opened_at, one.worst) for one in counted.incidents] == [(hour + 15 * MINUTE, 5)]
    figure = {"metric": "summary", "figure": "eventCount"}
    asked = tried(studio, game, span, **said, measure=figure)
    assert [(one.opened_at - dt.timedelta(minutes=5), one.worst) for one in asked.incidents] == [(hour + HOUR, 5)]


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"filter": RANKED}, ", where props.mode is ranked"),
        ({"filter": ["level:!1,2", "props.score:10.."]}, ", where level is not 1 or 2 and props.score is at least 10"),
        ({"filter": ["os:*", "props.bot:!*"]}, ", where os exists and props.bot does not exist"),
        ({"filter": ["x:-1..2.5"]}, ", where x is at least -1 and at most 2.5"),
        ({"segment": "whales", "version": ["1.2"]}, ", of version 1.2, players in segment whales"),
        ({"segment": "whales", "filter": RANKED}, ", of players in segment whales, where props.mode is ranked"),
    ],
)
def test_whom_a_rule_is_about_in_words(said: dict[str, Any], words: str) -> None:
    rule = RULE.validate_python({"id": "any", "gameId": "arena", "kind": "threshold", "above": 2, **said})
    assert in_words(rule) == "more than 2 crashes in an hour" + words
    assert read_rule(written_rule(rule)) == rule


def test_a_rule_of_before_there_were_filters_is_read(studio: Studio) -> None:
    rule = read_rule('{"id": "old", "kind": "threshold", "above": 2, "gameId": null}')
    assert (rule.filter, rule.segment) == ([], None)
    with pytest.raises(ValidationError, match="say which one with `gameId`"):
        read_rule('{"id": "new", "kind": "threshold", "above": 2, "segment": "whales"}')
