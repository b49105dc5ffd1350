"""The figure around an incident: what it saw itself while it was open, and what was judged anew before and after."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from studio import DAY, HOUR, MINUTE, NOW, Studio, opened

from playtrace.alerts.around_incident import figure_around, with_observations
from playtrace.alerts.backtest import SeenPoint
from playtrace.alerts.counting import extents
from playtrace.alerts.incidents import Incident
from playtrace.alerts.measuring import Figures, PastFigures
from playtrace.alerts.rules import read_rule
from playtrace.metrics.frame.asking import Rules

SECOND = dt.timedelta(seconds=1)
RULE = {"kind": "threshold", "above": 5, "windowMinutes": 1, "resolveAfterMinutes": 1}


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    with opened(tmp_path_factory.mktemp("studio") / "data") as studio:
        yield studio


def around(studio: Studio, game: str) -> list[SeenPoint]:
    (row,) = studio.registry.incidents.last(game_ids=[game], limit=2)
    row, seen = studio.registry.incidents.find(row.id or 0)
    rules = {(one.id, one.game_id): read_rule(one.rule_json) for one in studio.registry.alert_rules.all()}
    with studio.store.reading() as reader:
        figures = Figures(reader, extents(reader), PastFigures(), lambda _: Rules(), studio.now)
        incident = Incident.from_json(row.incident_json)
        rule = rules[row.rule_id, game]
        return figure_around(reader, figures, rule, studio.watched(game), incident, seen, studio.now)


def test_what_came_and_went_between_two_quarters_of_an_hour_is_seen(shared: Studio) -> None:
    studio = shared.begin()
    game = studio.new_game()
    studio.only_rule(game, "burst", **RULE)
    studio.happen(game, "jump", *[NOW - DAY + number * HOUR for number in range(24)])
    studio.happen(game, "crash", *[NOW] * 7)
    studio.judge(NOW)
    # The worst of it comes and goes before the next figure would be kept.
    studio.happen(game, "crash", *[NOW + 10 * SECOND] * 196)
    studio.judge(NOW + 10 * SECOND)
    for seconds in (75, 140, 200):
        studio.judge(NOW + seconds * SECOND)
    (incident,) = studio.incidents(game)
    assert (incident.worst, incident.is_open) == (203, False)
    points = around(studio, game)
    assert [point.value for point in points if point.value] == [7, 203]
    assert [point.is_over for point in points if point.value] == [True, True]
    assert {point.high for point in points} == {5}
    times = [point.at for point in points]
    assert times == sorted(times)
    assert times[0] <= NOW - HOUR + 15 * MINUTE
    # What is judged anew lies at quarters of an hour, before and after it.
    assert NOW - 7 * MINUTE in times


def test_buckets_are_shown_as_they_were_judged(shared: Studio) -> None:
    studio = shared.begin()
    game = studio.new_game()
    studio.only_rule(game, "fails", kind="unusual", measure={"event": "fail"}, resolveAfterMinutes=0)
    hour = NOW.replace(minute=0)
    for weeks in range(1, 6):
        moments = [hour - weeks * 7 * DAY - number * HOUR for number in range(1, 8)]
        studio.happen(game, "fail", *[one for one in moments for _ in range(100)])
    studio.happen(game, "fail", *[hour - HOUR] * 300, *[hour - 2 * HOUR] * 300, *[hour - 3 * HOUR] * 100)
    studio.judge(hour + HOUR)
    points = around(studio, game)
    assert [(point.at, point.value, point.is_over) for point in points][-3:] == [
        (hour - 2 * HOUR, 100, False),
        (hour - HOUR, 300, False),
        (hour, 300, True),
    ]


@settings(max_examples=50)
@given(st.sets(st.integers(0, 300), max_size=12), st.sets(st.integers(0, 20), max_size=12))
def test_what_is_judged_anew_fills_the_gaps_of_what_was_seen(seen: set[int], judged: set[int]) -> None:
    def points(minutes: list[int], value: float) -> list[SeenPoint]:
        return [SeenPoint(NOW + one * MINUTE, value, None, None, None, is_over=False) for one in minutes]

    quarters = [15 * one for one in sorted(judged)]
    found = with_observations(points(quarters, 0), points(sorted(seen), 1))
    expected = dict.fromkeys(seen, 1.0)
    for quarter in quarters:
        before, after = ([one for one in seen if one < quarter], [one for one in seen if one >= quarter])
        if quarter not in seen and not (before and after and min(after) - max(before) <= 30):
            expected[quarter] = 0.0
    assert [((point.at - NOW) // MINUTE, point.value) for point in found] == sorted(expected.items())
