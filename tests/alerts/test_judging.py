"""Verdicts on figures: the worked example of the definition, and naive oracles."""

from __future__ import annotations

import math
import statistics

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playtrace.alerts.judging import (
    Past,
    Score,
    has_fallen,
    judge_ratio,
    judge_refused,
    judge_silence,
    judge_threshold,
    judge_unusual,
    score_of,
)
from playtrace.alerts.rules import RULE

HISTORY = [100, 104, 98, 102]


def a_rule(**said):
    return RULE.validate_python({"id": "any", **said})


UNUSUAL = a_rule(kind="unusual", leastShare=0)


def score(value: float, history: list[float] = HISTORY) -> Score:
    found = score_of(value, history, is_count=True)
    assert found is not None
    return found


def test_the_worked_example_of_the_definition() -> None:
    assert (score(60).usual, round(score(60).scale, 2)) == (101, 10.05)
    assert round(score(60).score, 2) == -4.08
    assert round(score(85).score, 2) == -1.59
    # Without how far a count strays by chance, the deviation of four weeks alone would shout.
    alone = score_of(85, HISTORY, is_count=False)
    assert alone is not None
    assert (round(alone.scale, 2), round(alone.score, 1)) == (2.97, -5.4)


def test_fewer_than_four_points_say_nothing() -> None:
    assert score_of(60, HISTORY[:3], is_count=True) is None
    assert judge_unusual(UNUSUAL, score(60), None) is None


def test_one_bucket_is_none_and_two_in_a_row_are_one() -> None:
    def state(now: float, before: float) -> str:
        verdict = judge_unusual(UNUSUAL, score(now), score(before))
        assert verdict is not None
        return verdict.state

    assert state(60, 60) == "over"
    assert state(60, 85) == "between"
    assert state(85, 60) == "between"
    assert state(85, 85) == "calm"
    # Once far above and once far below is not the same twice.
    assert state(60, 150) == "between"


def test_a_change_that_is_too_small_to_matter_is_none() -> None:
    rule = a_rule(kind="unusual", leastShare=0.5)
    verdict = judge_unusual(rule, score(60), score(60))
    assert verdict is not None
    assert verdict.state == "between"
    assert verdict.low == pytest.approx(101 - 50.5)


def test_only_the_direction_that_is_asked_for() -> None:
    up = a_rule(kind="unusual", leastShare=0, direction="up")
    low, high = judge_unusual(up, score(10), score(10)), judge_unusual(up, score(200), score(200))
    assert low is not None and high is not None
    assert (low.state, high.state, low.low) == ("calm", "over", None)


def test_a_count_has_no_lower_bound_below_nothing() -> None:
    few = [1.0, 2.0, 1.0, 3.0]

    def low(**said) -> float | None:
        verdict = judge_unusual(a_rule(kind="unusual", **said), score(1, few), score(2, few))
        assert verdict is not None
        return verdict.low

    assert low() == 0
    assert low(measure="players") == 0
    assert low(measure={"event": "level_fail"}) == 0
    # What is left of a revenue after refunds may be less than nothing.
    net = {"metric": "revenue", "figure": "total.netMicros"}
    assert low(measure=net) == pytest.approx(1.5 - 4 * math.sqrt(1.5))


@settings(max_examples=50)
@given(
    st.lists(st.integers(0, 2000), min_size=4, max_size=8),
    st.tuples(st.integers(0, 3000), st.integers(0, 3000)),
    st.sampled_from([0.0, 0.25]),
)
def test_unusual_against_a_naive_oracle(history: list[int], values: tuple[int, int], least: float) -> None:
    rule = a_rule(kind="unusual", leastShare=least)
    middle = statistics.median(history)
    mad = statistics.median([abs(one - middle) for one in history])
    scale = max(1.4826 * mad, math.sqrt(middle), 0.02 * middle) or 1.0
    scores = [(value - middle) / scale for value in values]
    far = [abs(one) >= 4 and abs(value - middle) >= least * middle for one, value in zip(scores, values, strict=True)]
    expected = "between"
    if all(far) and (scores[0] > 0) == (scores[1] > 0):
        expected = "over"
    elif all(abs(one) < 2 for one in scores):
        expected = "calm"
    verdict = judge_unusual(rule, score(values[0], history), score(values[1], history))
    assert verdict is not None
    assert verdict.state == expected


def test_more_than_the_threshold_and_three_times_the_usual() -> None:
    rule = a_rule(kind="threshold", above=10, timesUsual=3)
    never = Past()
    assert [judge_threshold(rule, value, never).state for value in (10, 11)] == ["calm", "over"]
    often = Past((10, 8, 9, 11))
    assert [judge_threshold(rule, value, often).state for value in (11, 28, 29)] == ["calm", "calm", "over"]
    assert judge_threshold(rule, 29, often).usual == 9.5
    assert judge_threshold(rule, 29, often).high == 28.5
    # Of rare events three times as many come by chance: six times the square root of 4 above it do not.
    rare = Past((4, 4, 4, 4))
    assert [judge_threshold(rule, value, rare).state for value in (12, 15, 16)] == ["calm", "calm", "over"]
    # The last days count where they had more, and the mean where there are too few of either.
    assert Past((10, 8, 9, 11), (20, 20, 20, 20)).usual == 20
    assert Past((10, 8, 9), (20, 20, 20), mean=7.0).usual == 7
    below = a_rule(kind="threshold", below=5)
    assert [judge_threshold(below, value, never).state for value in (4, 5)] == ["over", "calm"]


def test_silence_is_one_only_where_something_usually_comes() -> None:
    rule = a_rule(kind="silence")
    usual = Past((30, 40, 20, 35))
    silent, talking = judge_silence(rule, 0, usual), judge_silence(rule, 1, usual)
    assert silent is not None and talking is not None
    assert (silent.state, talking.state) == ("over", "calm")
    assert judge_silence(rule, 0, Past((1, 2, 1, 2))) is None
    assert judge_silence(rule, 0, Past((30, 0, 0, 35))) is None
    assert judge_silence(rule, 0, Past((30, 40, 20))) is None


def test_refused_is_a_share_of_enough() -> None:
    rule = a_rule(kind="refused", above=0.05, leastCount=100)
    assert judge_refused(rule, 50, 99) is None
    found = [judge_refused(rule, refused, 200) for refused in (10, 11)]
    assert [one.state for one in found if one is not None] == ["calm", "over"]


def test_a_ratio_lies_below_only_when_its_whole_interval_does() -> None:
    rule = a_rule(kind="ratio", below=0.99, leastCount=50)
    # 988 of 1,000: the interval reaches from 97.9 to 99.3 %.
    doubtful = judge_ratio(rule, 988, 1000)
    sure = judge_ratio(rule, 9880, 10000)
    fine = judge_ratio(rule, 990, 1000)
    assert doubtful is not None and sure is not None and fine is not None
    assert (doubtful.state, sure.state, fine.state) == ("between", "over", "calm")
    assert judge_ratio(rule, 0, 49) is None
    assert judge_ratio(rule, 0, 0) is None


def test_what_is_received_has_fallen() -> None:
    assert has_fallen(40, [100, 104, 98, 102])
    assert not has_fallen(85, [100, 104, 98, 102])
    assert not has_fallen(0, [100, 104, 98])
    assert not has_fallen(0, [0, 0, 0, 0])
