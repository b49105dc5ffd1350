"""What explains a change: the values of platform, version, country and map that have most of it, the most common crash,
and of the versions that are affected the one that was there first.

A value explains the share of the change that is its own: what it has now, less what is usual of it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, LiteralString

from playtrace.alerts.clock import POINTS_MIN
from playtrace.alerts.counting import Count, Cut, count_exactly
from playtrace.alerts.crash_text import crash_text
from playtrace.alerts.incidents import DimensionChange, Explanation
from playtrace.alerts.measuring import Figures, WatchedGame
from playtrace.metrics.frame.calendar import Span, plain
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

CRASHES: LiteralString = """
SELECT CAST(CAST(props AS JSON) AS VARCHAR) AS props, coalesce(platform, '') AS platform,
    coalesce(version, '') AS version, coalesce(country, '') AS country, coalesce(map_id, '') AS map
FROM main.events
WHERE game_id = $game AND env = $env AND name = 'crash' AND time >= $from AND time < $to
ORDER BY time DESC
LIMIT $crashes_max
"""

FIRST_SEEN: LiteralString = """
SELECT version, min(slot) AS first_slot
FROM main.event_counts
WHERE game_id = $game AND env = $env AND list_contains($versions::VARCHAR[], version)
GROUP BY version
"""


def explain(reader: Reader, figures: Figures, game: WatchedGame, cut: Cut, span: Span, part: str) -> Explanation:
    """What explains what an event count has in a stretch. Raises what `Reader.query` raises."""
    wanted = {"platform", "version", "country", "map"}
    now = _kept(count_exactly(reader, game.id, cut.env, span, [cut.name], wanted), cut, part)
    spans = figures.spans_of_past(game, cut.env, span, [])
    before = [
        (one, _kept(count_exactly(reader, game.id, cut.env, one, [cut.name], wanted), cut, part)) for one in spans
    ]
    # Of few weeks the middle is as good as any: what is usual of a value is the mean of what it had.
    scale = 1 / len(spans) if len(spans) >= POINTS_MIN else 0.0
    if len(spans) == 1:
        scale = (span.end - span.start) / (spans[0].end - spans[0].start)
    usual: defaultdict[tuple[str, str], float] = defaultdict(float)
    for _, counts in before:
        for key, events in _by_value(counts).items():
            usual[key] += events * scale
    by_value = _by_value(now)
    changes = changes_of(by_value, usual)
    versions = sorted((key for key in by_value if key[0] == "version"), key=lambda key: (-by_value[key], key))
    crashes = _crashes(reader, game, cut, span, part) if cut.name == "crash" else []
    (title, times), *_ = Counter(crashes).most_common(1) or [(None, 0)]
    return Explanation(
        changes=changes,
        crash=title,
        crash_events=times,
        crashes=len(crashes),
        versions=[value or UNKNOWN for _, value in versions[:VERSIONS_MAX]],
        first_version=_first_version(reader, game, cut.env, by_value, usual),
    )


def changes_of(now: dict[tuple[str, str], float], usual: dict[tuple[str, str], float]) -> list[DimensionChange]:
    """The three of all values that explain most of the change, at most one of a dimension. By dimension and value."""
    found: list[DimensionChange] = []
    for dimension in DIMENSIONS:
        keys = {key for key in (*now, *usual) if key[0] == dimension}
        whole = sum(now.get(key, 0.0) - usual.get(key, 0.0) for key in keys)
        if not keys or whole == 0 or keys == {(dimension, "")}:
            continue
        most = max(keys, key=lambda key: ((now.get(key, 0.0) - usual.get(key, 0.0)) / whole, key))
        had, has = usual.get(most, 0.0), now.get(most, 0.0)
        found.append(DimensionChange(dimension, most[1] or UNKNOWN, has, had, (has - had) / whole))
    return sorted(found, key=lambda change: -change.share)[:CHANGES_MAX]


def _kept(counts: list[Count], cut: Cut, part: str) -> list[Count]:
    """Those that a cut keeps, and of them those of a part."""
    plain_cut = cut._replace(part_by=None)
    return [
        count
        for count in counts
        if plain_cut.totals([count])[""] and (cut.part_by is None or getattr(count, cut.part_by) == part)
    ]


def _by_value(counts: list[Count]) -> dict[tuple[str, str], float]:
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
    rows = reader.rows(FIRST_SEEN, {"game": game.id, "env": env, "versions": affected}) if affected else []
    first = min(rows, key=lambda row: (row["first_slot"], row["version"]), default=None)
    return None if first is None else first["version"]


def _crashes(reader: Reader, game: WatchedGame, cut: Cut, span: Span, part: str) -> list[str]:
    bound = {
        "game": game.id,
        "env": cut.env,
        "from": plain(span.start),
        "to": plain(span.end),
        "crashes_max": CRASHES_READ_MAX,
    }
    found: list[str] = []
    for row in reader.rows(CRASHES, bound):
        one = Count("crash", row["platform"], row["version"], row["country"], row["map"], 1)
        if _kept([one], cut, part):
            found.append(crash_text(row["props"]))
    return found
