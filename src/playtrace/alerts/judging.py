"""Whether a figure is worth telling: pure functions of what was counted now and before.

Of the same hour of the last weeks, m is the median and

    scale = max(1.4826 * MAD, sqrt(m) for counts, 0.02 * m)        score = (x - m) / scale

MAD is the median of the distances from m, and 1.4826 times it the standard deviation where they are normal. The square
root is how far a count strays by chance alone (Poisson): the same hour of four weeks that happen to be alike would
otherwise shout at everything.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import median
from typing import Literal

from msgspec import Struct

from playtrace.alerts.clock import POINTS_MIN
from playtrace.alerts.rules import MetricFigure, Ratio, Refused, Silence, Threshold, Unusual
from playtrace.metrics.frame.wilson import ratio, wilson_interval

MAD_TO_DEVIATION = 1.4826
LEAST_SCALE = 0.02
"""Of m: nothing repeats itself more exactly."""
OFTEN = 0.75
"""What usually comes came in this share of the stretches of before, or in more."""

BEYOND_CHANCE = 6.0
"""So many times the square root of the usual a count lies above it before it is a spike: of five crashes an hour three
times as many come by chance in one of four thousand hours, and twenty games have so many in nine days."""

State = Literal["over", "between", "calm", "unknown"]
"""`over`: worth telling. `calm`: worth telling no more. `between`: neither. `unknown`: nothing can be said."""


class Verdict(Struct, frozen=True):
    """What is said of a figure."""

    state: State
    value: float
    usual: float | None = None
    low: float | None = None
    high: float | None = None
    """Between these the figure is as it should be; None: whatever it is, on that side."""
    is_down: bool = False
    """Whether less of it is what is worth telling."""


class Past(Struct, frozen=True):
    """What the same stretch of before had."""

    weeks: tuple[float, ...] = ()
    days: tuple[float, ...] = ()
    mean: float = 0.0
    """Of the time before where there are too few of either: 0 of a game that has none."""

    @property
    def usual(self) -> float:
        """The larger of what the weeks and the days say: of rare events either happens to be small now and then."""
        said = [median(values) for values in (self.weeks, self.days) if len(values) >= POINTS_MIN]
        return max(said, default=self.mean)


class Score(Struct, frozen=True):
    """How far a figure strays from what is usual."""

    value: float
    usual: float
    scale: float

    @property
    def score(self) -> float:
        return (self.value - self.usual) / self.scale


def score_of(value: float, history: Sequence[float], *, is_count: bool) -> Score | None:
    """None where there are too few points to say what is usual."""
    if len(history) < POINTS_MIN:
        return None
    usual = median(history)
    deviation = MAD_TO_DEVIATION * median(abs(point - usual) for point in history)
    chance = math.sqrt(max(usual, 0.0)) if is_count else 0.0
    scale = max(deviation, chance, LEAST_SCALE * abs(usual))
    # Where there never was anything a single event is as far away as it can be counted.
    return Score(value, usual, scale if scale > 0 else 1.0)


def judge_threshold(rule: Threshold, value: float, past: Past, *, is_count: bool = True) -> Verdict:
    """More than so much and, where the rule says so, so many times the usual; or less than so much."""
    if rule.above is None:
        assert rule.below is not None  # noqa: S101 - a rule has one of them
        return Verdict("over" if value < rule.below else "calm", value, low=rule.below, is_down=True)
    is_over, usual, high = value > rule.above, None, rule.above
    if rule.times_usual is not None:
        usual = past.usual
        by_chance = BEYOND_CHANCE * math.sqrt(max(usual, 0.0)) if is_count else 0.0
        least = max(rule.times_usual * usual, usual + by_chance)
        is_over &= value >= least
        high = max(high, least)
    return Verdict("over" if is_over else "calm", value, usual, high=high)


def judge_unusual(rule: Unusual, now: Score | None, before: Score | None) -> Verdict | None:
    """Two buckets, the latest and the one before it. None where one of them lacks points."""
    if now is None or before is None:
        return None
    is_down = now.score < 0
    if all(_strays(rule, one) for one in (now, before)) and (before.score < 0) == is_down:
        state = "over"
    else:
        is_calm = all(
            abs(one.score) < rule.closing_score or not _is_looked_for(rule, is_down=one.score < 0)
            for one in (now, before)
        )
        state = "calm" if is_calm else "between"
    margin = max(rule.score * now.scale, _least(rule, now))
    low = now.usual - margin
    if not isinstance(rule.measure, MetricFigure):
        low = max(0.0, low)  # what is counted is never less
    return Verdict(
        state,
        now.value,
        now.usual,
        low=low if rule.direction != "up" else None,
        high=now.usual + margin if rule.direction != "down" else None,
        is_down=is_down,
    )


def _strays(rule: Unusual, one: Score) -> bool:
    is_far = abs(one.score) >= rule.score and abs(one.value - one.usual) >= _least(rule, one)
    return is_far and _is_looked_for(rule, is_down=one.score < 0)


def _least(rule: Unusual, one: Score) -> float:
    return max(rule.least_effect, rule.least_share * abs(one.usual))


def _is_looked_for(rule: Unusual, *, is_down: bool) -> bool:
    return rule.direction == "both" or rule.direction == ("down" if is_down else "up")


def judge_silence(rule: Silence, events: float, past: Past) -> Verdict | None:
    """None where there usually is little, or nothing is known of what is usual."""
    values = past.weeks if len(past.weeks) >= POINTS_MIN else past.days
    if len(values) < POINTS_MIN:
        return None
    usual = median(values)
    if events > 0:
        return Verdict("calm", events, usual, low=1, is_down=True)
    is_usual = sum(value > 0 for value in values) >= OFTEN * len(values) and usual >= rule.least_usual
    return Verdict("over", 0, usual, low=1, is_down=True) if is_usual else None


def judge_refused(rule: Refused, refused: int, received: int) -> Verdict | None:
    """None where too little was received to say anything."""
    share = ratio(refused, received)
    if share is None or received < rule.least_count:
        return None
    return Verdict("over" if share > rule.above else "calm", share, high=rule.above)


def judge_ratio(rule: Ratio, good: int, whole: int) -> Verdict | None:
    """Below, when the whole 95 % Wilson interval lies below; over, when the share itself is not below any more."""
    interval = wilson_interval(good, whole)
    if interval is None or whole < rule.least_count:
        return None
    share = good / whole
    state = "over" if interval[1] < rule.below else "between" if share < rule.below else "calm"
    return Verdict(state, share, low=rule.below, is_down=True)


def has_fallen(value: float, history: Sequence[float]) -> bool:
    """Whether far less was received than usually is: then it is the way here that is looked at first."""
    score = score_of(value, history, is_count=True)
    return score is not None and score.usual > 0 and (score.score <= -4 or value < score.usual / 2)
