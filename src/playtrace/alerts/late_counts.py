"""What came late: stretches that were judged already, and have more events by now.

A game that crashes often sends the crash when it is started again, hours later. So the counts of the last day are
remembered, and what has grown is looked at again. What came before this process began is not told from what did not.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING, NamedTuple

from playtrace.alerts.clock import slot_after, slot_before
from playtrace.alerts.counting import ALL_EVENTS, Stretch, count
from playtrace.alerts.incidents import Incident, Policy, follow
from playtrace.alerts.known_incidents import IncidentKey
from playtrace.alerts.looking import Look
from playtrace.metrics.frame.calendar import ONE_DAY, SLOT, Span

if TYPE_CHECKING:
    from playtrace.store.duckdb import Reader

LOOKED_BACK = ONE_DAY
"""What is older raises nothing."""


class CountedName(NamedTuple):
    """Events of a name, or `ALL_EVENTS`, of a game and environment."""

    game_id: str
    env: str
    name: str


class LateCounts:
    """What was counted when it was looked at last. To be used by one thread."""

    def __init__(self) -> None:
        self._counts: dict[CountedName, dict[dt.datetime, int]] = {}

    def grown(
        self, reader: Reader, wanted: Collection[CountedName], as_of: dt.datetime
    ) -> dict[CountedName, list[Span]]:
        """Quarters of an hour of the last day that have more events than last time; of what is asked for the first
        time none. Raises what `Reader.query` raises."""
        first = slot_after(as_of - LOOKED_BACK)
        slots = [Span(at, at + SLOT) for at in _steps(first, slot_before(as_of), SLOT)]
        names = {one.name for one in wanted}
        of_games = {(one.game_id, one.env) for one in wanted}
        stretches = [Stretch(game_id, env, slot) for game_id, env in sorted(of_games) for slot in slots]
        found: defaultdict[CountedName, dict[dt.datetime, int]] = defaultdict(dict)
        for stretch, counts in count(reader, stretches, names, ()).items():
            by_name: defaultdict[str, int] = defaultdict(int)
            for one in counts:
                by_name[one.name] += one.events
            for name in names:
                events = sum(by_name.values()) if name == ALL_EVENTS else by_name[name]
                found[CountedName(stretch.game_id, stretch.env, name)][stretch.span.start] = events
        grown: dict[CountedName, list[Span]] = {}
        for one in wanted:
            before = self._counts.get(one)
            if before is not None:
                grown[one] = [
                    slot for slot in slots if slot.start in before and found[one][slot.start] > before[slot.start]
                ]
        self._counts.update({one: found[one] for one in wanted})
        return {one: spans for one, spans in grown.items() if spans}


def moments_again(
    grown: Iterable[Span], window: dt.timedelta, after: dt.datetime, until: dt.datetime
) -> list[dt.datetime]:
    """The ends of windows that have something of what has grown, and of the next one, which has not: those after one
    moment, and not after another."""
    step = min(SLOT, window)
    found = {at for slot in grown for at in _steps(slot.start + step, slot.end + window + step, step)}
    return sorted(at for at in found if after < at <= until)


def is_known(
    at: dt.datetime,
    window: dt.timedelta,
    incidents: Iterable[tuple[dt.datetime, dt.datetime | None]],
    rest: dt.timedelta,
) -> bool:
    """Whether a window that ends then has something of an incident (from when to when: None while it is open), or ends
    so soon after it that it would be the same one again."""
    return any(began < at and (ended is None or at - max(window, rest) < ended) for began, ended in incidents)


def found_late(
    looks: Iterable[tuple[dt.datetime, Look | None]], policy: Policy, key: IncidentKey
) -> list[tuple[Incident, Incident]]:
    """Incidents of the past, one after the other: each when it opened, and when it was over.

    No look is where there is an incident already: what comes up to it is the same one. What is not over with the last
    look is none of the past.
    """
    at_once = Policy(policy.severity, policy.in_words)
    found: list[tuple[Incident, Incident]] = []
    opened: Incident | None = None
    last: Incident | None = None
    for at, seen in looks:
        last = None if seen is None else follow(last, seen.verdict, at, at_once, key, seen.span.start).incident
        if last is None:
            opened = None
        elif last.is_open:
            opened = opened or last
        elif opened is not None:
            found.append((opened, last))
            opened = last = None
    return found


def _steps(first: dt.datetime, end: dt.datetime, step: dt.timedelta) -> Iterable[dt.datetime]:
    """From the first on, before the end."""
    at = first
    while at < end:
        yield at
        at += step
