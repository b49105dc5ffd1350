"""What explains a change: the values of platform, version, country and map that have most of it, the most common crash,
and of the versions that are affected the one that was there first.

A value explains the share of the change that is its own: what it has now, less what is usual of it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING

from playtrace.alerts.clock import POINTS_MIN
from playtrace.alerts.counting import Count, Cut, count_exactly, first_slots
from playtrace.alerts.crashes import crash_texts
from playtrace.alerts.incidents import DimensionChange, Explanation
from playtrace.alerts.measuring import Figures, WatchedGame
from playtrace.metrics.frame.calendar import Span
from playtrace.metrics.frame.models import UNKNOWN

if TYPE_CHECKING:
    from playtrace.store.duckdb import Reader

DIMENSIONS = ("platform", "version", "country", "map")
CHANGES_MAX = 3
CRASHES_READ_MAX = 2_000
"""The latest crashes of which it is read what they are called."""
VERSIONS_MAX = 3
AFFECTED_SHARE = 0.1
"""A version with so much of the change is affected."""


def explain(reader: Reader, figures: Figures, game: WatchedGame, cut: Cut, span: Span, part: str) -> Explanation:
    """What explains what an event count has in a stretch. Raises what `Reader.query` raises."""

    def counted(one: Span) -> dict[tuple[str, str], float]:
        counts = count_exactly(reader, game.id, cut, one, DIMENSIONS)
        return _by_value(count for count in counts if cut.keeps_in(part, count))

    now = counted(span)
    spans = figures.spans_of_past(game, cut.env, span, [])
    # Of few weeks the middle is as good as any: what is usual of a value is the mean of what it had.
    scale = 1 / len(spans) if len(spans) >= POINTS_MIN else 0.0
    if len(spans) == 1:
        scale = (span.end - span.start) / (spans[0].end - spans[0].start)
    usual: defaultdict[tuple[str, str], float] = defaultdict(float)
    for one in spans:
        for key, events in counted(one).items():
            usual[key] += events * scale
    versions = sorted((key for key in now if key[0] == "version"), key=lambda key: (-now[key], key))
    crashes = crash_texts(reader, game.id, cut, span, part, crashes_max=CRASHES_READ_MAX) if cut.name == "crash" else []
    (title, times), *_ = Counter(crashes).most_common(1) or [(None, 0)]
    return Explanation(
        changes=changes_of(now, usual),
        crash=title,
        crash_events=times,
        crashes=len(crashes),
        versions=[value or UNKNOWN for _, value in versions[:VERSIONS_MAX]],
        first_version=_first_version(reader, game, cut.env, now, usual),
    )


def changes_of(now: dict[tuple[str, str], float], usual: dict[tuple[str, str], float]) -> list[DimensionChange]:
    """The three of all values that explain most of the change, at most one of a dimension. By dimension and value."""
    found: list[DimensionChange] = []
    for dimension in DIMENSIONS:
        keys = {key for key in (*now, *usual) if key[0] == dimension}
        whole = sum(now.get(key, 0.0) - usual.get(key, 0.0) for key in keys)
        # What came, or what is missing. Where none of it has the dimension, that is no value of it.
        changed = now if whole > 0 else usual
        if whole == 0 or not any(changed.get(key) for key in keys if key[1]):
            continue
        most = max(keys, key=lambda key: ((now.get(key, 0.0) - usual.get(key, 0.0)) / whole, key))
        had, has = usual.get(most, 0.0), now.get(most, 0.0)
        found.append(DimensionChange(dimension, most[1] or UNKNOWN, has, had, (has - had) / whole))
    return sorted(found, key=lambda change: -change.share)[:CHANGES_MAX]


def _by_value(counts: Iterable[Count]) -> dict[tuple[str, str], float]:
    found: defaultdict[tuple[str, str], float] = defaultdict(float)
    for count in counts:
        for dimension in DIMENSIONS:
            found[dimension, getattr(count, dimension)] += count.events
    return dict(found)


def _first_version(
    reader: Reader,
    game: WatchedGame,
    env: str,
    now: dict[tuple[str, str], float],
    usual: dict[tuple[str, str], float],
) -> str | None:
    changed = {key[1]: events - usual.get(key, 0.0) for key, events in now.items() if key[0] == "version" and key[1]}
    whole = sum(change for change in changed.values() if change > 0)
    affected = [version for version, change in changed.items() if change > 0 and change >= AFFECTED_SHARE * whole]
    first = first_slots(reader, game.id, env, affected)
    return min(first, key=lambda version: (first[version], version), default=None)
