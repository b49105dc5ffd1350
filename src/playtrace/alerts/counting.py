"""Events in stretches of time: those of many games counted with one question to the rollup, or from the events."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from itertools import accumulate
from typing import TYPE_CHECKING, LiteralString, NamedTuple

from playtrace.alerts.clock import slot_after, slot_before
from playtrace.alerts.events import Narrowing, events_in
from playtrace.alerts.rules import AlertRule, EventCount, GroupBy, Measure, NewValue, Ratio, kept_values
from playtrace.metrics.frame.calendar import SLOT, Span, plain

if TYPE_CHECKING:
    import pyarrow as pa

    from playtrace.store.duckdb import Reader

ALL_EVENTS = ""
"""The name that stands for events of any name."""
ROWS_MAX = 200_000
"""Of one question that tells versions or countries apart: the largest. A hostile game makes up any number of them."""
PARTS_MAX = 50
"""Values that a rule tells apart, the largest."""


class Stretch(NamedTuple):
    """A stretch of time of a game and environment; both ends are borders of quarters of an hour."""

    game_id: str
    env: str
    span: Span


class Count(NamedTuple):
    """Events that are alike. What was not asked for is the empty string, as what was not sent."""

    name: str
    platform: str
    version: str
    country: str
    map: str
    events: int


class Cut(NamedTuple):
    """Which events a rule counts, and how it tells them apart."""

    env: str
    name: str
    """Or `ALL_EVENTS`."""
    platform: frozenset[str] | None
    version: frozenset[str] | None
    country: frozenset[str] | None
    part_by: GroupBy | None
    narrowing: Narrowing = Narrowing()
    """What only the events themselves can tell."""

    @property
    def is_of_events(self) -> bool:
        """Whether the events have to be read for it: the rollup knows neither maps nor what narrows."""
        return self.narrowing.is_any or self.part_by == "map"

    @property
    def dimensions(self) -> frozenset[str]:
        """What must be known of the events."""
        kept = (("platform", self.platform), ("version", self.version), ("country", self.country))
        return frozenset(name for name, values in kept if values is not None) | (
            frozenset({self.part_by}) if self.part_by else frozenset()
        )

    def totals(self, counts: Iterable[Count]) -> dict[str, float]:
        """Events by part; of a rule that tells nothing apart the only part is the empty string."""
        found: dict[str, float] = {} if self.part_by else {"": 0}
        for count in counts:
            if self.keeps(count):
                part: str = getattr(count, self.part_by) if self.part_by else ""
                found[part] = found.get(part, 0) + count.events
        return found

    def keeps(self, count: Count) -> bool:
        return (
            (self.name in (ALL_EVENTS, count.name))
            and (self.platform is None or count.platform in self.platform)
            and (self.version is None or count.version in self.version)
            and (self.country is None or count.country in self.country)
        )

    def keeps_in(self, part: str, count: Count) -> bool:
        """The same, of one part where they are told apart."""
        return self.keeps(count) and (self.part_by is None or getattr(count, self.part_by) == part)


def cut_of(rule: AlertRule) -> Cut:
    """Of a rule that counts events."""
    measure: Measure = getattr(rule, "measure", "events")
    name = measure.event if isinstance(measure, EventCount) else "crash" if measure == "crashes" else ALL_EVENTS
    part_by: GroupBy | None = rule.parts_by
    if isinstance(rule, NewValue):
        name, part_by = ("crash", None) if rule.of == "crash" else (ALL_EVENTS, "version")
    elif isinstance(rule, Ratio):
        name = "crash"  # what explains it
    return Cut(
        rule.env,
        name,
        kept_values(rule.platform),
        kept_values(rule.version),
        kept_values(rule.country),
        part_by,
        Narrowing(tuple(rule.filter), rule.segment),
    )


# What is not asked for by name is counted together. Equal keys find the stretch of a row: comparing borders is slow.
COUNTS: LiteralString = """
WITH wanted AS (
    SELECT unnest($wanted_game::VARCHAR[]) AS game_id, unnest($wanted_env::VARCHAR[]) AS env,
        unnest($wanted_slot::TIMESTAMP[]) AS slot, unnest($wanted_stretch::INTEGER[]) AS stretch
)
SELECT stretch, CASE WHEN list_contains($names::VARCHAR[], name) THEN name ELSE '' END AS name,
    CASE WHEN $by_platform THEN platform ELSE '' END AS platform,
    CASE WHEN $by_version THEN version ELSE '' END AS version,
    CASE WHEN $by_country THEN country ELSE '' END AS country, '' AS map, CAST(sum(events) AS BIGINT) AS events
FROM main.event_counts JOIN wanted USING (game_id, env, slot)
WHERE slot >= $first AND slot <= $last
GROUP BY ALL
ORDER BY events DESC
LIMIT $rows_max
"""

# Of the events themselves: to the second, and with the map.
_EACH: LiteralString = """CASE WHEN list_contains($names::VARCHAR[], name) THEN name ELSE '' END AS name,
    CASE WHEN $by_platform THEN of_platform ELSE '' END AS platform,
    CASE WHEN $by_version THEN of_version ELSE '' END AS version,
    CASE WHEN $by_country THEN of_country ELSE '' END AS country,
    CASE WHEN $by_map THEN coalesce(map_id, '') ELSE '' END AS map, CAST(count(*) AS BIGINT) AS events
FROM every_event
WHERE $all_names OR list_contains($names::VARCHAR[], name)
GROUP BY ALL
ORDER BY events DESC
LIMIT $rows_max
"""
EXACT: LiteralString = "SELECT " + _EACH
EXACT_SERIES: LiteralString = "SELECT time_bucket(INTERVAL '15 minutes', time) AS slot, " + _EACH

# All of a stretch, quarter by quarter.
SERIES: LiteralString = """
SELECT slot, CASE WHEN list_contains($names::VARCHAR[], name) THEN name ELSE '' END AS name,
    CASE WHEN $by_platform THEN platform ELSE '' END AS platform,
    CASE WHEN $by_version THEN version ELSE '' END AS version,
    CASE WHEN $by_country THEN country ELSE '' END AS country, '' AS map, CAST(sum(events) AS BIGINT) AS events
FROM main.event_counts
WHERE game_id = $game AND env = $env AND slot >= $from AND slot < $to
    AND ($all_names OR list_contains($names::VARCHAR[], name))
GROUP BY ALL
ORDER BY events DESC
LIMIT $rows_max
"""
SERIES_ROWS_MAX = 1_000_000

FIRSTS: LiteralString = """
SELECT game_id, env, min(slot) AS first_slot, max(slot) AS last_slot FROM main.event_counts GROUP BY game_id, env
"""

FIRST_OF_VERSIONS: LiteralString = """
SELECT version, min(slot) AS first_slot
FROM main.event_counts
WHERE game_id = $game AND env = $env AND list_contains($versions::VARCHAR[], version)
GROUP BY version
"""


def count(
    reader: Reader, stretches: Collection[Stretch], names: Collection[str], dimensions: Collection[str]
) -> dict[Stretch, list[Count]]:
    """Events of these names, and all others together, in each of the stretches, by some of the dimensions.

    Raises what `Reader.query` raises.
    """
    found: dict[Stretch, list[Count]] = {stretch: [] for stretch in stretches}
    in_order = list(found)
    wanted = [
        (stretch.game_id, stretch.env, slot, number)
        for number, stretch in enumerate(in_order)
        for slot in _slots(stretch.span)
    ]
    if not wanted:
        return found
    games, envs, slots, numbers = map(list, zip(*wanted, strict=True))
    rows = reader.query(
        COUNTS,
        {
            "wanted_game": games,
            "wanted_env": envs,
            "wanted_slot": slots,
            "wanted_stretch": numbers,
            "first": min(slots),
            "last": max(slots),
            "names": [name for name in names if name != ALL_EVENTS],
            "rows_max": ROWS_MAX,
            **{f"by_{name}": name in dimensions for name in ("platform", "version", "country")},
        },
    )
    columns = [rows[name].to_pylist() for name in ("stretch", *Count._fields)]
    for number, *values in zip(*columns, strict=True):
        found[in_order[number]].append(Count(*values))
    return found


def count_exactly(reader: Reader, game_id: str, cut: Cut, span: Span, dimensions: Collection[str]) -> list[Count]:
    """The same in any stretch of time, from the events, of the name that a cut asks for and where its narrowing holds;
    platform, version and country are left to `Cut.keeps`.

    Raises `WrongParameter`, and what `Reader.query` raises.
    """
    events = events_in(reader, game_id, cut.env, span, cut.narrowing)
    return [Count(**row) for row in events.rows(EXACT, **_of_events(cut, dimensions, ROWS_MAX))]


class Series:
    """Events of a game by part, quarter of an hour by quarter: any whole stretch of them without another question."""

    def __init__(self, reader: Reader, game_id: str, cut: Cut, span: Span) -> None:
        """Raises what `Reader.query` raises."""
        self.span = span
        rows = _quarters(reader, game_id, cut, span)
        by_slot: defaultdict[int, list[Count]] = defaultdict(list)
        columns = [rows[name].to_pylist() for name in ("slot", *Count._fields)]
        first = plain(span.start)
        for slot, *values in zip(*columns, strict=True):
            by_slot[(slot - first) // SLOT].append(Count(*values))
        length = (span.end - span.start) // SLOT
        self._until: dict[str, list[float]] = {}
        """Of each part, how many there are before each quarter."""
        by_part: defaultdict[str, dict[int, float]] = defaultdict(dict)
        for slot, counts in by_slot.items():
            for part, events in cut.totals(counts).items():
                by_part[part][slot] = events
        for part, events in by_part.items():
            self._until[part] = [0.0, *accumulate(events.get(slot, 0.0) for slot in range(length))]
        self._is_whole = cut.part_by is None

    def totals(self, span: Span) -> dict[str, float]:
        """Of a stretch that lies within."""
        start, end = ((moment - self.span.start) // SLOT for moment in (span.start, span.end))
        found = {part: until[end] - until[start] for part, until in self._until.items()}
        return {"": 0, **found} if self._is_whole else {part: events for part, events in found.items() if events}


def _quarters(reader: Reader, game_id: str, cut: Cut, span: Span) -> pa.Table:
    if cut.is_of_events:
        events = events_in(reader, game_id, cut.env, span, cut.narrowing)
        return events.table(EXACT_SERIES, **_of_events(cut, cut.dimensions, SERIES_ROWS_MAX))
    return reader.query(
        SERIES,
        {
            "game": game_id,
            "env": cut.env,
            "from": plain(span.start),
            "to": plain(span.end),
            **_named(cut, cut.dimensions, SERIES_ROWS_MAX),
        },
    )


def extents(reader: Reader) -> dict[tuple[str, str], Span]:
    """From when to when each game and environment has events, in whole quarters of an hour."""
    return {
        (row["game_id"], row["env"]): Span(
            row["first_slot"].replace(tzinfo=dt.UTC), row["last_slot"].replace(tzinfo=dt.UTC) + SLOT
        )
        for row in reader.rows(FIRSTS)
    }


def first_slots(reader: Reader, game_id: str, env: str, versions: list[str]) -> dict[str, dt.datetime]:
    """When each of these versions that there ever was came first (UTC, without a zone)."""
    rows = reader.rows(FIRST_OF_VERSIONS, {"game": game_id, "env": env, "versions": versions}) if versions else []
    return {row["version"]: row["first_slot"] for row in rows}


def around(span: Span) -> Span:
    """The whole quarters of an hour that a stretch touches: what happened in it is at most what they have."""
    return Span(slot_before(span.start), slot_after(span.end))


def inside(span: Span) -> Span:
    """Those that lie in it, and the one that runs: at least so much happened."""
    return Span(slot_after(span.start), slot_after(span.end))


def largest(totals: Mapping[str, float]) -> list[str]:
    """The parts that are judged."""
    return sorted(totals, key=lambda part: (-totals[part], part))[:PARTS_MAX]


def _of_events(cut: Cut, dimensions: Collection[str], rows_max: int) -> dict[str, object]:
    return _named(cut, dimensions, rows_max) | {"by_map": "map" in dimensions}


def _named(cut: Cut, dimensions: Collection[str], rows_max: int) -> dict[str, object]:
    return {
        "all_names": cut.name == ALL_EVENTS,
        "names": [] if cut.name == ALL_EVENTS else [cut.name],
        "rows_max": rows_max,
        **{f"by_{name}": name in dimensions for name in ("platform", "version", "country")},
    }


def _slots(span: Span) -> list[dt.datetime]:
    start = plain(span.start)
    return [start + number * SLOT for number in range(max(0, (span.end - span.start) // SLOT))]
