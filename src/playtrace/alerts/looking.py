"""What a rule sees at a moment: its figures, by part, and the verdict on each.

Rules that look at a sliding window of counts are judged at any moment. All others are judged once for each bucket of
the game's clock that is over, a while after its end (`lag_of`): `moments` says which ones there are.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable
from typing import assert_never

from msgspec import Struct

from playtrace.alerts.clock import bucket_before, bucket_ending
from playtrace.alerts.counting import around, cut_of, inside, largest
from playtrace.alerts.incidents import Policy
from playtrace.alerts.judging import (
    OFTEN,
    Past,
    Score,
    Verdict,
    judge_ratio,
    judge_refused,
    judge_silence,
    judge_threshold,
    judge_unusual,
    score_of,
)
from playtrace.alerts.measuring import Figures, Wanted, WatchedGame, like
from playtrace.alerts.rules import (
    AlertRule,
    NewValue,
    Ratio,
    Refused,
    Silence,
    Threshold,
    Unusual,
    in_words,
    is_event_count,
    window_of,
)
from playtrace.metrics.frame.calendar import Span

LAG = dt.timedelta(minutes=5)
"""What metrics say of an hour is asked so long after its end."""
MOMENTS_MAX = 10_000

Excluded = Callable[[str], list[Span]]
"""By part: when something was the matter. What is usual is not looked for there."""


class Look(Struct, frozen=True):
    """What was seen of one part."""

    part: str
    verdict: Verdict | None
    """None: nothing can be said."""
    span: Span
    """What was looked at."""
    new_values: tuple[str, ...] = ()
    """Of a rule that looks for such."""


def slides(rule: AlertRule) -> bool:
    """Whether it is judged at any moment, rather than once for each bucket that is over."""
    if isinstance(rule, Threshold):
        return is_event_count(rule.measure)
    return isinstance(rule, Silence | Refused | NewValue)


def lag_of(rule: AlertRule) -> dt.timedelta:
    """How long after the end of a bucket it is judged."""
    return rule.lag if isinstance(rule, Unusual) else LAG


def moments(rule: AlertRule, game: WatchedGame, after: dt.datetime | None, until: dt.datetime) -> list[dt.datetime]:
    """The ends of the buckets that are to be judged after one moment, until another; of no first one the last."""
    minutes = rule.window_minutes if isinstance(rule, Unusual) else 60
    lag = lag_of(rule)
    bucket = bucket_ending(until - lag, minutes, game.zone)
    if after is None:
        return [bucket.end]
    found: list[dt.datetime] = []
    while bucket.end + lag > after and len(found) < MOMENTS_MAX:
        found.append(bucket.end)
        bucket = bucket_before(bucket, minutes, game.zone)
    return found[::-1]


def policy_of(rule: AlertRule, *, is_silenced: bool = False) -> Policy:
    """What a rule says about its incidents."""
    minute = dt.timedelta(minutes=1)
    return Policy(
        severity=rule.severity,
        in_words=in_words(rule),
        # Of buckets that are over it takes two to be calm.
        resolve_after=rule.resolve_after_minutes * minute if slides(rule) else dt.timedelta(0),
        cool_down=rule.cool_down_minutes * minute,
        escalate_after=rule.escalate_after_minutes * minute if rule.escalate_after_minutes else None,
        is_silenced=is_silenced,
    )


def wanted(rule: AlertRule, game: WatchedGame, figures: Figures, at: dt.datetime) -> list[Wanted]:
    """What is going to be counted for a look: so that it can be asked for together with what others want."""
    spans: list[Span] = []
    if isinstance(rule, Threshold | Silence) and slides(rule):
        window = Span(at - window_of(rule), at)
        # What is usual is asked for only where there is much: of few games that is.
        spans = [around(window), inside(window)]
        if isinstance(rule, Silence):
            spans += figures.spans_of_past(game, rule.env, like(window), [])
    elif isinstance(rule, Unusual) and is_event_count(rule.measure):
        for bucket in _two_buckets(rule, game, at):
            spans += [bucket, *figures.weeks(game, rule.env, bucket, [], rule.weeks)]
    elif isinstance(rule, NewValue) and rule.of == "version":
        spans = [around(Span(at - window_of(rule), at))]
    return [(game.id, cut_of(rule), span) for span in spans if span.start < span.end]


def look(
    rule: AlertRule,
    game: WatchedGame,
    figures: Figures,
    at: dt.datetime,
    *,
    open_parts: Collection[str] = (),
    excluded: Excluded = lambda part: [],
) -> list[Look]:
    """What a rule sees at a moment, or at the end of a bucket. `open_parts` are looked at too, whatever there is of
    them. Of new values see `novelty.py`.

    Raises `NotMeasured`, and what `Store.reading` raises.
    """
    figures.check_segment(game, rule)
    match rule:
        case Threshold():
            if slides(rule):
                return _look_at_window(rule, game, figures, at, open_parts, excluded)
            return _look_at_figure(rule, game, figures, at, open_parts)
        case Unusual():
            return _look_at_buckets(rule, game, figures, at, open_parts, excluded)
        case Silence():
            return _look_for_silence(rule, game, figures, at, open_parts, excluded)
        case Refused():
            span = Span(at - window_of(rule), at)
            received = figures.received(game, span)
            return [Look("", judge_refused(rule, received.refused, received.received), span)]
        case Ratio():
            span = Span(at - window_of(rule), at)
            found = figures.crash_free(game, rule, span)
            return [Look(part, judge_ratio(rule, *found.get(part, (0, 0))), span) for part in _with(found, open_parts)]
        case NewValue():
            return []
        case _:
            assert_never(rule)


# ── a window that slides ────────────────────────────────────────────────────────────────────────────────────


def _look_at_window(
    rule: Threshold,
    game: WatchedGame,
    figures: Figures,
    at: dt.datetime,
    open_parts: Collection[str],
    excluded: Excluded,
) -> list[Look]:
    cut, window = cut_of(rule), Span(at - window_of(rule), at)
    if rule.below is not None and figures.extent(game, rule.env) is None:
        return []  # a game that never began does not have too little
    least, most = figures.bounds(game, cut, window)
    found: list[Look] = []
    for part in _with(largest(most), open_parts):
        past = Past()
        is_much = rule.above is not None and most.get(part, 0.0) > rule.above
        if rule.times_usual is not None and (is_much or part in open_parts):
            past = figures.past(game, cut, window, excluded(part), part)
        high, low = (judge_threshold(rule, totals.get(part, 0.0), past) for totals in (most, least))
        verdict = high
        # Quarters of an hour say it unless the threshold lies between what they have at least and at most; but what
        # is told is exact.
        if around(window) != inside(window) and (part in open_parts or "over" in (high.state, low.state)):
            verdict = judge_threshold(rule, figures.exact_totals(game, cut, window).get(part, 0.0), past)
        found.append(Look(part, verdict, window))
    return found


def _look_for_silence(
    rule: Silence,
    game: WatchedGame,
    figures: Figures,
    at: dt.datetime,
    open_parts: Collection[str],
    excluded: Excluded,
) -> list[Look]:
    cut, window = cut_of(rule), Span(at - window_of(rule), at)
    spans = figures.spans_of_past(game, rule.env, like(window), [])
    least, _ = figures.bounds(game, cut, window)
    of_past = [figures.totals(game, cut, span) for span in spans]
    found: list[Look] = []
    for part in _with(largest({part: total for one in of_past for part, total in one.items()}), open_parts):
        past = figures.past(game, cut, window, excluded(part), part)
        events = least.get(part, 0.0)
        is_exact = around(window) == inside(window)
        if events == 0 and not is_exact and (part in open_parts or judge_silence(rule, 0, past) is not None):
            events = figures.exact_totals(game, cut, window).get(part, 0.0)
        verdict = judge_silence(rule, events, past)
        if verdict is not None and verdict.state == "over" and not _was_live(game, figures, spans):
            verdict = None
        found.append(Look(part, verdict, window))
    return found


def _was_live(game: WatchedGame, figures: Figures, spans: list[Span]) -> bool:
    """Whether something was received when it happened: a past that was sent later says nothing of what comes now."""
    heard = [span for span in spans if figures.received(game, span).received > 0]
    return len(heard) >= OFTEN * len(spans)


# ── buckets that are over ───────────────────────────────────────────────────────────────────────────────────


def _look_at_buckets(
    rule: Unusual,
    game: WatchedGame,
    figures: Figures,
    at: dt.datetime,
    open_parts: Collection[str],
    excluded: Excluded,
) -> list[Look]:
    bucket, before = _two_buckets(rule, game, at)
    if not is_event_count(rule.measure):
        parts = _parts_of_figure(rule, game, figures, bucket, open_parts)
    elif rule.group_by is None:
        parts = [""]
    else:
        cut = cut_of(rule)
        weeks = figures.weeks(game, rule.env, bucket, [], rule.weeks)
        totals = [figures.totals(game, cut, span) for span in (bucket, *weeks)]
        parts = _with(largest({part: total for one in totals for part, total in one.items()}), open_parts)
    found: list[Look] = []
    for part in parts:
        scores = [_score(rule, game, figures, one, part, excluded(part)) for one in (bucket, before)]
        verdict = judge_unusual(rule, *scores)
        if verdict is not None and verdict.state == "over" and verdict.is_down:
            weeks = figures.weeks(game, rule.env, bucket, excluded(part), rule.weeks)
            verdict = verdict if _was_live(game, figures, weeks) else None
        found.append(Look(part, verdict, Span(before.start, bucket.end)))
    return found


def _score(
    rule: Unusual, game: WatchedGame, figures: Figures, bucket: Span, part: str, excluded: list[Span]
) -> Score | None:
    weeks = figures.weeks(game, rule.env, bucket, excluded, rule.weeks)
    if is_event_count(rule.measure):
        cut = cut_of(rule)
        history = [figures.totals(game, cut, span).get(part, 0.0) for span in weeks]
        if part:
            # A version that came two weeks ago was not unusually quiet before that.
            there = [number for number, events in enumerate(history) if events > 0]
            history = history[: there[-1] + 1] if there else []
        return score_of(figures.totals(game, cut, bucket).get(part, 0.0), history, is_count=True)
    value = figures.figure(game, rule, bucket, part)
    if value is None:
        return None
    values = [figures.figure(game, rule, span, part) for span in weeks]
    return score_of(value, [one for one in values if one is not None], is_count=_is_count(rule))


def _is_count(rule: Threshold | Unusual) -> bool:
    """Of a rule that asks a metric: whether it counts something."""
    return rule.measure in ("sessions", "players")


def _two_buckets(rule: Unusual, game: WatchedGame, at: dt.datetime) -> tuple[Span, Span]:
    """The one that ends then, and the one before it."""
    bucket = bucket_ending(at, rule.window_minutes, game.zone)
    return bucket, bucket_before(bucket, rule.window_minutes, game.zone)


def _look_at_figure(
    rule: Threshold, game: WatchedGame, figures: Figures, at: dt.datetime, open_parts: Collection[str]
) -> list[Look]:
    span = Span(at - window_of(rule), at)
    found: list[Look] = []
    for part in _parts_of_figure(rule, game, figures, span, open_parts):
        value = figures.figure(game, rule, span, part)
        past = Past()
        if value is not None and rule.times_usual is not None:
            spans = figures.weeks(game, rule.env, span, [])
            values = [figures.figure(game, rule, one, part) for one in spans]
            past = Past(tuple(one for one in values if one is not None))
        verdict = None if value is None else judge_threshold(rule, value, past, is_count=_is_count(rule))
        found.append(Look(part, verdict, span))
    return found


FIGURE_PARTS_MAX = 10
"""Of a rule that asks a metric about each."""


def _parts_of_figure(
    rule: Threshold | Unusual, game: WatchedGame, figures: Figures, span: Span, open_parts: Collection[str]
) -> list[str]:
    if rule.group_by is None:
        return [""]
    cut = cut_of(rule)._replace(name="")
    parts = [part for part in largest(figures.totals(game, cut, around(span))) if part]
    return _with(parts[:FIGURE_PARTS_MAX], open_parts)


def _with(parts: Iterable[str], open_parts: Collection[str]) -> list[str]:
    return list(dict.fromkeys([*parts, *open_parts]))
