"""The checks of one day of a game: what was found, beside how much of it may be."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from zoneinfo import ZoneInfo

from msgspec import Struct

from playtrace.batch.errors import BatchError
from playtrace.batch.quality.books import balance_of
from playtrace.batch.quality.counts import counts_of
from playtrace.batch.quality.properties import drift_of
from playtrace.batch.reader import SparkReader
from playtrace.metrics.frame.calendar import ONE_DAY, Span, day_start
from playtrace.mirrors.lake.books import Books

LIMITS: dict[str, float | None] = {
    "unbalanced": 0,
    "repeated": 0,
    "missing": 0,
    "out_of_range": 0,
    "late": 0.5,
    "changed_types": 0,
    "without_player": None,
    "new_properties": None,
}
"""How much of each may be; None: it is told, and may be anything."""
TEXTS = {
    "unbalanced": "Events by which the lake differs from the books, by hour of receipt",
    "repeated": "Events that are there more than once",
    "missing": "Events without what each has: a name, an id, a time of receipt",
    "out_of_range": "Events after their receipt, or with numbers that cannot be",
    "late": "Share of events that were received more than a day after they happened",
    "changed_types": "Properties that are of another type than in the week before",
    "without_player": "Share of events without a player",
    "new_properties": "Properties that the week before did not have",
}
NAMED_MAX = 20
"""Of what a check found, by name."""


class Check(Struct, rename="camel"):
    """One of them, of one day of a game."""

    name: str
    game_id: str
    day: dt.date
    text: str
    found: float | None
    """None where it cannot be told: then it passes."""
    limit: float | None
    named: list[str] = []
    """The first of what was found."""

    @property
    def is_passed(self) -> bool:
        return self.found is None or self.limit is None or self.found <= self.limit


def read_limits(texts: list[str]) -> dict[str, float | None]:
    """The limits, with `NAME=NUMBER` or `NAME=any` in place of some. Raises `BatchError`."""
    limits = dict(LIMITS)
    for text in texts:
        name, _, value = text.partition("=")
        if name not in limits:
            raise BatchError(f"There is no check {name!r}. There are {', '.join(limits)}.")
        try:
            limits[name] = None if value == "any" else float(value)
        except ValueError:
            raise BatchError(f"Expected {name}=NUMBER or {name}=any, got {text!r}.") from None
    return limits


def checks_of(
    reader: SparkReader,
    books: Books | None,
    game_id: str,
    day: dt.date,
    zone: ZoneInfo,
    limits: Mapping[str, float | None],
) -> list[Check]:
    """All of one day. Raises what `Reader.query` raises."""
    span = Span(day_start(day, zone), day_start(day + ONE_DAY, zone))
    counts = counts_of(reader, game_id, span)
    balance = balance_of(reader, books, game_id, span)
    drift = drift_of(reader, game_id, span)
    events = counts["events"]
    changed = [f"{one.name}.{one.property}: {one.before} is {one.now}" for one in drift if one.before is not None]
    new = [f"{one.name}.{one.property}: {one.now}" for one in drift if one.before is None]
    found: dict[str, tuple[float | None, list[str]]] = {
        "unbalanced": (None if balance is None else balance.unbalanced, []),
        "repeated": (max(counts["repeated_ids"], counts["repeated_places"]), []),
        "missing": (counts["missing"], []),
        "out_of_range": (counts["out_of_range"], []),
        "late": (counts["late"] / events if events else None, []),
        "changed_types": (len(changed), changed),
        "without_player": (counts["without_player"] / events if events else None, []),
        "new_properties": (len(new), new),
    }
    return [
        Check(name, game_id, day, TEXTS[name], value, limits[name], named[:NAMED_MAX])
        for name, (value, named) in found.items()
    ]
