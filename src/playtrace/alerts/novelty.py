"""Versions and crashes that there have never been before.

What is there now is compared with what is known; what is not known is looked for in all that was before, once. A game
that has nothing before has nothing new.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import TYPE_CHECKING

from playtrace.alerts.counting import around, cut_of, first_slots
from playtrace.alerts.crashes import crash_texts
from playtrace.alerts.judging import Verdict
from playtrace.alerts.looking import Look
from playtrace.alerts.measuring import Figures, WatchedGame
from playtrace.alerts.rules import NewValue, window_of
from playtrace.metrics.frame.calendar import Span, plain

if TYPE_CHECKING:
    from playtrace.store.duckdb import Reader

NEW_MAX = 20
"""Values that an incident names. A hostile client makes up any number of them."""
KNOWN_MAX = 20_000
"""Of one rule and game."""
CRASHES_READ_MAX = 50_000
"""The latest crashes of before that are read, once."""


class Novelty:
    """What is known of the values that one rule looks at, of one game. To be used by one thread."""

    def __init__(self) -> None:
        self._known: set[str] = set()
        self._has_read_crashes = False
        self._new_at: dict[str, dt.datetime] = {}
        """What was new, and when it was found."""

    def look(self, reader: Reader, figures: Figures, rule: NewValue, game: WatchedGame, at: dt.datetime) -> Look:
        """How many values are new in the window, and which. Raises `NotMeasured`, and what `Reader.query` raises."""
        figures.check_segment(game, rule)
        window = Span(at - window_of(rule), at)
        values = self._versions(figures, rule, game, window) if rule.of == "version" else Counter[str]()
        if rule.of == "crash":
            values = self._crashes(reader, figures, rule, game, window)
        unknown = [
            value for value, events in values.most_common() if value not in self._known and events >= rule.least_count
        ]
        if len(self._known) > KNOWN_MAX:
            self._known.clear()
        for value in self._never_before(reader, figures, rule, game, window, unknown):
            self._new_at.setdefault(value, at)
        self._known.update(unknown)
        self._new_at = {value: when for value, when in self._new_at.items() if when > window.start}
        verdict = Verdict("over" if self._new_at else "calm", len(self._new_at), high=0)
        return Look("", verdict, window, tuple(self._new_at)[:NEW_MAX])

    def _versions(self, figures: Figures, rule: NewValue, game: WatchedGame, window: Span) -> Counter[str]:
        totals = figures.totals(game, cut_of(rule), around(window))
        return Counter({version: int(events) for version, events in totals.items() if version})

    def _crashes(
        self, reader: Reader, figures: Figures, rule: NewValue, game: WatchedGame, window: Span
    ) -> Counter[str]:
        if not self._has_read_crashes:
            there = figures.extent(game, rule.env)
            if there is not None and there.start < window.start:
                self._known.update(self._texts(reader, rule, game, Span(there.start, window.start)))
            self._has_read_crashes = True
        return self._texts(reader, rule, game, window)

    def _never_before(
        self,
        reader: Reader,
        figures: Figures,
        rule: NewValue,
        game: WatchedGame,
        window: Span,
        unknown: list[str],
    ) -> list[str]:
        there = figures.extent(game, rule.env)
        first_slot = around(window).start
        if not unknown or there is None or there.start >= first_slot:
            return []
        if rule.of == "crash":
            return unknown
        first = first_slots(reader, game.id, rule.env, unknown)
        return [version for version, slot in first.items() if slot >= plain(first_slot)]

    def _texts(self, reader: Reader, rule: NewValue, game: WatchedGame, span: Span) -> Counter[str]:
        return Counter(crash_texts(reader, game.id, cut_of(rule), span, "", crashes_max=CRASHES_READ_MAX))
