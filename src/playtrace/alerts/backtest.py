"""When a rule would have found something: judged over the past as it would have been judged then.

A window that slides is looked at each quarter of an hour here, and of what came late it is known by now. So incidents
may open up to a quarter of an hour later than they would have, and seldom ones may be missing that only lasted minutes.
"""

from __future__ import annotations

import datetime as dt
import time
from collections import defaultdict
from typing import TYPE_CHECKING

from msgspec import Struct

from playtrace.alerts.clock import WEEKS_BACK, slot_after, slot_before
from playtrace.alerts.counting import cut_of
from playtrace.alerts.incidents import Incident, follow
from playtrace.alerts.looking import Look, lag_of, look, moments, policy_of, slides
from playtrace.alerts.measuring import Figures, WatchedGame
from playtrace.alerts.novelty import Novelty
from playtrace.alerts.rules import AlertRule, NewValue, Ratio, Refused, Threshold, is_event_count, window_of
from playtrace.metrics.frame.calendar import ONE_DAY, SLOT, Span

if TYPE_CHECKING:
    from playtrace.store.duckdb import Reader

SECONDS_MAX = 20.0
"""A rule that is dear to judge is judged as far as this reaches."""
MOMENTS_MAX = 3_000
PARTS_MAX = 10
"""Parts of which the figures are told, those with incidents first."""
INCIDENTS_MAX = 500


class SeenPoint(Struct, frozen=True):
    """A figure at a moment, and between what it should have been."""

    at: dt.datetime
    value: float | None
    usual: float | None
    low: float | None
    high: float | None
    is_over: bool


class Backtest(Struct, frozen=True):
    """What a rule would have found."""

    incidents: list[Incident]
    messages: int
    """How many would have been sent to each channel."""
    series: dict[str, list[SeenPoint]]
    """By part."""
    moments: int
    step_minutes: int
    judged_to: dt.datetime
    """Earlier than was asked for where the time was up."""


def backtest(
    reader: Reader, figures: Figures, rule: AlertRule, game: WatchedGame, span: Span, seconds_max: float = SECONDS_MAX
) -> Backtest:
    """Judge a rule over a stretch of the past. Raises `NotMeasured`, and what `Store.reading` raises."""
    deadline = time.monotonic() + seconds_max
    at, step = _moments(rule, game, span)
    if not isinstance(rule, Ratio | Refused) and is_event_count(getattr(rule, "measure", "events")):
        before = 2 * window_of(rule) + ONE_DAY + (WEEKS_BACK if _looks_at_usual(rule) else 0) * 7 * ONE_DAY
        figures.read_series(game, cut_of(rule), Span(slot_before(span.start - before), slot_after(span.end)))
    novelty = Novelty()
    policy = policy_of(rule)
    last: dict[str, Incident] = {}
    bad: defaultdict[str, list[Span]] = defaultdict(list)
    found: dict[tuple[str, dt.datetime], Incident] = {}
    series: defaultdict[str, list[SeenPoint]] = defaultdict(list)
    messages, judged_to, judged = 0, span.start, 0
    for moment in at:
        if time.monotonic() > deadline or len(found) >= INCIDENTS_MAX:
            break
        judged_to, judged = moment, judged + 1
        open_parts = {part for part, incident in last.items() if incident.is_open}
        for seen in _looks(reader, figures, rule, game, moment, novelty, open_parts, bad):
            series[seen.part].append(_point(moment, seen))
            key = (rule.id, game.id, seen.part)
            when = moment if slides(rule) else moment + lag_of(rule)
            followed = follow(last.get(seen.part), seen.verdict, when, policy, key, seen.span.start)
            if followed.incident is None:
                continue
            messages += followed.told is not None
            last[seen.part] = followed.incident
            found[seen.part, followed.incident.opened_at] = followed.incident
            if not followed.incident.is_open and seen.part in open_parts:
                bad[seen.part].append(Span(followed.incident.began_at, when))
    in_order = sorted(series, key=lambda part: (part not in last, -len(series[part]), part))
    return Backtest(
        incidents=list(found.values()),
        messages=messages,
        series={part: series[part] for part in in_order[:PARTS_MAX]},
        moments=judged,
        step_minutes=step // dt.timedelta(minutes=1),
        judged_to=judged_to if judged < len(at) else span.end,
    )


def _looks_at_usual(rule: AlertRule) -> bool:
    """Whether what the weeks before had is needed: of events that are read one by one it takes long."""
    return rule.times_usual is not None if isinstance(rule, Threshold) else not isinstance(rule, NewValue)


def _moments(rule: AlertRule, game: WatchedGame, span: Span) -> tuple[list[dt.datetime], dt.timedelta]:
    if not slides(rule):
        step = window_of(rule) if rule.kind == "unusual" else dt.timedelta(hours=1)
        lag = lag_of(rule)
        return moments(rule, game, span.start + lag, span.end + lag)[-MOMENTS_MAX:], step
    # Books are kept by the hour, and crashes are dear to read.
    is_hourly = isinstance(rule, Refused) or (isinstance(rule, NewValue) and rule.of == "crash")
    step = dt.timedelta(hours=1) if is_hourly else SLOT
    while (span.end - span.start) / step > MOMENTS_MAX:
        step *= 2
    at = slot_after(span.start)
    found: list[dt.datetime] = []
    while at <= span.end:
        found.append(at)
        at += step
    return found, step


def _looks(
    reader: Reader,
    figures: Figures,
    rule: AlertRule,
    game: WatchedGame,
    moment: dt.datetime,
    novelty: Novelty,
    open_parts: set[str],
    bad: dict[str, list[Span]],
) -> list[Look]:
    if isinstance(rule, NewValue):
        return [novelty.look(reader, figures, rule, game, moment)]
    return look(rule, game, figures, moment, open_parts=open_parts, excluded=lambda part: bad.get(part, []))


def _point(moment: dt.datetime, seen: Look) -> SeenPoint:
    verdict = seen.verdict
    if verdict is None:
        return SeenPoint(moment, None, None, None, None, is_over=False)
    return SeenPoint(moment, verdict.value, verdict.usual, verdict.low, verdict.high, verdict.state == "over")
