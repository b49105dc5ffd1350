"""The figure around an incident: from a while before it to its end, with what it saw itself.

Of a window that slides, the past is judged anew at each quarter of an hour only: something short may have come and gone
in between. So while it was open its own observations are the figure, and before and after them that is.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left
from collections.abc import Sequence
from typing import TYPE_CHECKING

from playtrace.alerts.backtest import SeenPoint, backtest
from playtrace.alerts.incidents import Incident
from playtrace.alerts.looking import lag_of, slides
from playtrace.alerts.measuring import Figures, WatchedGame
from playtrace.alerts.rules import AlertRule, window_of
from playtrace.metrics.frame.calendar import ONE_DAY, SLOT, Span
from playtrace.registry.alert_incidents import Observation

if TYPE_CHECKING:
    from playtrace.store.duckdb import Reader

BEFORE_MIN, BEFORE_MAX = dt.timedelta(hours=1), ONE_DAY
"""So much before an incident is shown with it: several times its length, so that a short one is more than a line ..."""
LENGTHS_BEFORE = 6
WINDOWS_BEFORE = 3
"""... and at least so many windows of its rule."""
DAYS_MAX = 92
"""Of an incident that is longer the last so many."""


def figure_around(
    reader: Reader,
    figures: Figures,
    rule: AlertRule,
    game: WatchedGame,
    incident: Incident,
    seen: Sequence[Observation],
    now: dt.datetime,
) -> list[SeenPoint]:
    """In order of time. `seen` is what the incident saw, oldest first.

    Raises `NotMeasured`, and what `Store.reading` raises.
    """
    length = (incident.resolved_at or now) - incident.opened_at
    window = window_of(rule)
    # A bucket is judged a while after its end.
    last = now if slides(rule) else now - lag_of(rule)
    end = min(last, (incident.resolved_at or now) + max(window, length))
    before = min(BEFORE_MAX, max(BEFORE_MIN, WINDOWS_BEFORE * window, LENGTHS_BEFORE * length))
    start = max(incident.began_at - before, end - DAYS_MAX * ONE_DAY)
    judged = backtest(reader, figures, rule, game, Span(start, end)).series.get(incident.part, [])
    # Of buckets that are over there is one figure each: those are all there is to see.
    return with_observations(judged, observed(seen, incident)) if slides(rule) else judged


def observed(seen: Sequence[Observation], incident: Incident) -> list[SeenPoint]:
    """What an incident saw itself."""
    opened_at = incident.opened_at.replace(microsecond=0)
    return [
        SeenPoint(one.at, one.value, one.usual, one.low, one.high, is_over=one.at == opened_at or _is_outside(one))
        for one in seen
    ]


def with_observations(judged: Sequence[SeenPoint], seen: Sequence[SeenPoint]) -> list[SeenPoint]:
    """Both in order of time; what was judged anew only where nothing was seen for more than two quarters of an hour."""
    times = [point.at for point in seen]

    def is_between(at: dt.datetime) -> bool:
        place = bisect_left(times, at)
        return 0 < place < len(times) and times[place] - times[place - 1] <= 2 * SLOT

    there = set(times)
    kept = [point for point in judged if point.at not in there and not is_between(point.at)]
    return sorted([*kept, *seen], key=lambda point: point.at)


def _is_outside(one: Observation) -> bool:
    return (one.high is not None and one.value > one.high) or (one.low is not None and one.value < one.low)
