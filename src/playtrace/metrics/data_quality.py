"""Whether the data can be trusted: what came in, how late, and what it lacks.

What became of the events is counted; what they say is looked at in a sample: the `sample` events of the range that
arrived last, as far as the filters keep them. `lookedAt` says how many those were, and when they came. Of a range that
is longer than they reach, the parts below speak of its end.

- **books**: received = stored + duplicate + quarantined + refused, by day or hour of receipt, with reasons. Of the
  whole game: filters do not hold for them. They are kept by hours of UTC; one belongs to the day in which it starts.
- **lateness**: receipt - time of an event, in seconds: percentiles (type 7), and how many came within which time.
- **clocks**: events that say a time; **corrected**: those whose time was moved, as the clock of their device was wrong;
  **clockSuspect**: those of them that would still lie after their receipt, and were put there.
- **missing**: by name of the events, how many have no player, session, version, platform.
- **drift**: properties of one event that have several types, and those that come or go from one version to the next: at
  least half of the events in one have it, none in the other, and both have 20 events of the name or more. null is no
  type. Versions are in the order of their numbers. The 5,000 commonest properties, each in each version, are looked
  at.
- **versions**: of each version of the game how many events happened in the range, when the last one did, and when that
  was received: exactly. The one with the last event first.
- **unknownNames**: names of the range that are not in the catalogue, by events, exactly. That is no error; but where
  one is nearly the name of a catalogue event, that is told, as no metric knows it by that name. It is looked for among
  the 1,000 with most events.
- **matches**: the 1,000 last matches of the range that began two hours ago or more. **withoutEnd**: nobody sent a
  `match_end`. **playersWithoutEnd**: players who sent `match_start` and no `match_end`. Of matches whose `match_start`
  says `players`: how many places they have, and how many players were seen in them.

### Example

A match of 4 places, of which three players send `match_start` and two `match_end`: 4 places, 3 players seen, 1 player
without an end, 0 matches without one. An event of 12:00:00 that is received at 12:01:30 is 90 s late.

### Elsewhere

Most products drop what is wrong or late and do not say how much: GA4 what is older than 72 hours, Unity than 31 days.
Those that check data against a plan (Amplitude, Mixpanel's Lexicon) want the plan written first. Here the catalogue and
the versions before are the plan.
"""

from __future__ import annotations

import datetime as dt
import re
from bisect import bisect_right
from collections import defaultdict
from difflib import get_close_matches
from itertools import pairwise
from typing import Any, Literal, LiteralString
from zoneinfo import ZoneInfo

from pydantic import Field

from playtrace.event import PASSIVE_EVENTS, STANDARD_EVENTS
from playtrace.metrics.frame.asking import Asking
from playtrace.metrics.frame.books import BOOKS, Balance
from playtrace.metrics.frame.calendar import Span, buckets_of, plain, shown_start, span_of
from playtrace.metrics.frame.metric import Metric
from playtrace.metrics.frame.models import UNKNOWN, CommonAnswer, CommonParameters, Judged, Model
from playtrace.metrics.frame.natural_order import natural
from playtrace.metrics.frame.scope import Scope, Table
from playtrace.metrics.frame.wilson import ratio

SAMPLE_MAX = 100_000
LISTED_MAX = 50
"""Entries of each list."""
PROPERTIES_MAX = 5_000
"""Properties, by event and version, that are looked at: a hostile client may send any number."""
MATCHES_MAX = 1_000
MATCH_MAX = dt.timedelta(hours=2)
"""What began later may still be on."""
EVENTS_MIN = 20
"""Events of a name in a version, before what they all lack is told."""
SHARE_MIN = 0.5
WITHIN: dict[str, int] = {
    "1 minute": 60,
    "10 minutes": 600,
    "1 hour": 3_600,
    "6 hours": 21_600,
    "1 day": 86_400,
    "3 days": 259_200,
    "7 days": 604_800,
    "30 days": 2_592_000,
}
"""Seconds."""


class Parameters(CommonParameters):
    interval: Literal["hour", "day", "week"] = Field("day", description="Of the books.")
    sample: int = Field(10_000, ge=100, le=SAMPLE_MAX, description="How many events are looked at: the last to arrive.")


class BooksBucket(Judged, Balance):
    time: dt.datetime = Field(description="Start of the bucket, UTC.")


class LookedAt(Model):
    events: int
    first_received_at: dt.datetime | None = Field(description="When the first of them arrived, UTC.")
    last_received_at: dt.datetime | None


class WithinTime(Model):
    within: str = Field(description="`1 minute`, ... `30 days`, `longer`.")
    events: int = Field(description="That came within this time, and not within the one before.")


class Lateness(Model):
    p50_seconds: float | None
    p90_seconds: float | None
    p95_seconds: float | None
    p99_seconds: float | None
    max_seconds: float | None
    within: list[WithinTime]


class Clocks(Model):
    with_time: int = Field(description="Events that say when they happened; the others have the time of receipt.")
    corrected: int = Field(description="Those whose time was moved.")
    corrected_share: float | None = Field(description="corrected / withTime.")
    clock_suspect: int = Field(description="Those that were moved to their receipt, after which they would lie.")


class Missing(Model):
    name: str
    events: int
    without_player: int
    without_session: int
    without_version: int
    without_platform: int


class TypesOfProperty(Model):
    event: str
    property: str
    version: str
    types: dict[str, int] = Field(description="Events by type: `text`, `number`, `boolean`, `list`, `object`.")


class PropertyChange(Model):
    event: str
    property: str
    change: Literal["new", "vanished"]
    version: str = Field(description="The version with the change.")
    before: str = Field(description="The version that it is compared with.")


class Drift(Model):
    types: list[TypesOfProperty] = Field(description="Of properties with several types, each version that has them.")
    types_count: int = Field(description="How many these are, whether listed or not.")
    changes: list[PropertyChange]
    changes_count: int = Field(description="How many these are, whether listed or not.")


class VersionSeen(Model):
    version: str = Field(description="Empty: none was sent.")
    events: int
    last_at: dt.datetime = Field(description="When the last of them happened, UTC.")
    last_received_at: dt.datetime = Field(description="When the last one to arrive did, UTC.")


class UnknownName(Model):
    name: str
    events: int
    meant: str | None = Field(description="The catalogue's name that it nearly is; null where there is none.")


class Matches(Model):
    looked_at: int
    without_end: int
    players_started: int = Field(description="Players with a `match_start`, of each match.")
    players_without_end: int = Field(description="Those of them without a `match_end`.")
    places_declared: int = Field(description="`players` of the matches that declare it.")
    players_seen: int = Field(description="Players with any event in those.")
    more_seen_than_declared: int = Field(description="Such matches with more players than places.")


class DataQuality(Judged, CommonAnswer):
    interval: Literal["hour", "day", "week"]
    books: list[BooksBucket]
    total: Balance
    looked_at: LookedAt
    lateness: Lateness
    clocks: Clocks
    missing: list[Missing] = Field(description="Of the names with most events.")
    missing_count: int = Field(description="How many names there are in what is looked at, whether listed or not.")
    drift: Drift
    versions: list[VersionSeen] = Field(description="The one with the last event first.")
    versions_count: int = Field(description="How many versions there are, whether listed or not.")
    unknown_names: list[UnknownName] = Field(description="Those that are nearly one of the catalogue first.")
    unknown_names_count: int = Field(description="How many names are not in the catalogue, whether listed or not.")
    matches: Matches

    def table(self) -> list[dict[str, object]]:
        zone = ZoneInfo(self.time_zone)
        rows: list[dict[str, object]] = []
        for bucket in self.books:
            reasons = ", ".join(f"{reason} {events}" for reason, events in sorted(bucket.reasons.items()))
            row: dict[str, object] = {"received on": shown_start(bucket.time, self.interval, zone)}
            row |= bucket.model_dump(include={"received", "stored", "duplicate", "quarantined", "refused"})
            rows.append(row | {"reasons": reasons, "complete": bucket.complete})
        return rows


# From which journal entry on about so many events arrived.
SINCE: LiteralString = """
SELECT arrived FROM every_event ORDER BY arrived DESC LIMIT 1 OFFSET $sample_before
"""

LOOKED_AT: LiteralString = """
WITH
looked_at AS (
    SELECT name, told_version, told_platform, player_id, session_id, time, received, said, props
    FROM every_event
    WHERE arrived >= $since
    ORDER BY arrived DESC, place DESC
    LIMIT $sample
)
"""

TIMES: LiteralString = (
    LOOKED_AT
    + """,
late AS (
    SELECT date_diff('microsecond', time, received) / 1e6 AS seconds, received,
        CASE WHEN said IS NULL THEN 0 ELSE 1 END AS says,
        CASE WHEN said <> time THEN 1 ELSE 0 END AS is_moved,
        CASE WHEN said <> time AND time = received THEN 1 ELSE 0 END AS is_suspect
    FROM looked_at
)
SELECT count(*) AS events, min(received) AS first_received_at, max(received) AS last_received_at,
    quantile_cont(seconds, 0.5) AS p50, quantile_cont(seconds, 0.9) AS p90, quantile_cont(seconds, 0.95) AS p95,
    quantile_cont(seconds, 0.99) AS p99, max(seconds) AS longest, coalesce(sum(says), 0) AS with_time,
    coalesce(sum(is_moved), 0) AS corrected, coalesce(sum(is_suspect), 0) AS clock_suspect,
    count(CASE WHEN seconds <= 60 THEN 1 END) AS within_60,
    count(CASE WHEN seconds <= 600 THEN 1 END) AS within_600,
    count(CASE WHEN seconds <= 3600 THEN 1 END) AS within_3600,
    count(CASE WHEN seconds <= 21600 THEN 1 END) AS within_21600,
    count(CASE WHEN seconds <= 86400 THEN 1 END) AS within_86400,
    count(CASE WHEN seconds <= 259200 THEN 1 END) AS within_259200,
    count(CASE WHEN seconds <= 604800 THEN 1 END) AS within_604800,
    count(CASE WHEN seconds <= 2592000 THEN 1 END) AS within_2592000
FROM late
"""
)

LACKING: LiteralString = (
    LOOKED_AT
    + """
SELECT name, told_version AS version, count(*) AS events, count(*) - count(player_id) AS without_player,
    count(*) - count(session_id) AS without_session,
    CAST(sum(CASE WHEN told_version = '' THEN 1 ELSE 0 END) AS BIGINT) AS without_version,
    CAST(sum(CASE WHEN told_platform = '' THEN 1 ELSE 0 END) AS BIGINT) AS without_platform
FROM looked_at
GROUP BY name, told_version
"""
)

# Few events differ in the properties that they have, and in their types: these are looked at once.
PROPERTIES: LiteralString = (
    LOOKED_AT
    + """,
shapes AS (
    SELECT name, told_version, json_structure(CAST(props AS JSON)) AS shape, count(*) AS events
    FROM looked_at
    GROUP BY name, told_version, json_structure(CAST(props AS JSON))
)
SELECT name, told_version AS version, key, CASE
        WHEN type = 'ARRAY' THEN 'list' WHEN type = 'OBJECT' THEN 'object'
        WHEN CAST(value AS VARCHAR) IN ('"BIGINT"', '"UBIGINT"', '"DOUBLE"', '"HUGEINT"', '"UHUGEINT"') THEN 'number'
        WHEN CAST(value AS VARCHAR) = '"VARCHAR"' THEN 'text' WHEN CAST(value AS VARCHAR) = '"BOOLEAN"' THEN 'boolean'
        ELSE 'object'
    END AS kind, CAST(sum(events) AS BIGINT) AS events
FROM shapes, json_each(shape) AS told
WHERE key IS NOT NULL AND CAST(value AS VARCHAR) <> '"NULL"'
GROUP BY 1, 2, 3, 4
ORDER BY events DESC, name, version, key, kind
LIMIT $properties_max
"""
)

VERSIONS: LiteralString = """
SELECT told_version AS version, count(*) AS events, max(time) AS last_at, max(received) AS last_received_at,
    count(*) OVER () AS version_count
FROM every_event
GROUP BY told_version
ORDER BY last_at DESC, version
LIMIT $listed_max
"""

NAMES: LiteralString = """
SELECT name, CAST(sum(events) AS BIGINT) AS events, count(*) OVER () AS name_count
FROM event_counts
WHERE NOT list_contains($catalogue::VARCHAR[], name)
GROUP BY name
ORDER BY events DESC, name
LIMIT $names_max
"""
NAMES_MAX = 1_000

STARTED: LiteralString = """
SELECT match_id, min(time) AS started_at
FROM noted
WHERE name = 'match_start' AND match_id IS NOT NULL
GROUP BY match_id
HAVING min(time) < $began_before
ORDER BY max(time) DESC, match_id
LIMIT $matches_max
"""

PLAYED: LiteralString = """
WITH
seen AS (
    SELECT every_event.match_id, player_id, max(CASE WHEN name = 'match_start' THEN 1 ELSE 0 END) AS starts,
        max(CASE WHEN name = 'match_end' THEN 1 ELSE 0 END) AS ends
    FROM every_event
    JOIN begun ON every_event.match_id = begun.match_id
    WHERE time >= $first_start
    GROUP BY every_event.match_id, player_id
)
SELECT match_id, max(ends) AS ends, count(player_id) AS players,
    count(CASE WHEN starts = 1 THEN player_id END) AS players_started,
    count(CASE WHEN starts = 1 AND ends = 0 THEN player_id END) AS players_without_end
FROM seen
GROUP BY match_id
"""

# Apart, as properties are dear to read: of `match_start` alone.
DECLARED: LiteralString = """
SELECT match_id, CAST(max(places) AS BIGINT) AS places
FROM (
    SELECT every_event.match_id, TRY_CAST(props.players AS DOUBLE) AS places
    FROM every_event
    JOIN begun ON every_event.match_id = begun.match_id
    WHERE name = 'match_start' AND time >= $first_start
) AS told
WHERE places >= 1 AND places <= 1e6
GROUP BY match_id
"""

READING: dict[LiteralString, LiteralString] = {
    "received": "received_at",
    "said": "client_time",
    "arrived": "journal_offset",
    "place": "position",
    "told_version": "coalesce(version, '')",
    "told_platform": "coalesce(platform, '')",
}


def answer(parameters: Parameters, asking: Asking) -> DataQuality:
    span = span_of(parameters, asking.now)
    buckets = buckets_of(span, parameters.interval, ZoneInfo(parameters.time_zone))
    total, books = _books(parameters, asking, span, buckets)
    scope = Scope(parameters, asking, [span], reading=READING)
    since = scope.rows(SINCE, sample_before=parameters.sample - 1)
    sampled: dict[str, object] = {
        "since": since[0]["arrived"] if since else 0,
        "sample": parameters.sample,
        "properties_max": PROPERTIES_MAX,
    }
    (times,) = scope.rows(TIMES, **sampled)
    lacking = scope.rows(LACKING, **sampled)
    properties = scope.rows(PROPERTIES, **sampled)
    versions = scope.rows(VERSIONS, listed_max=LISTED_MAX)
    names = scope.rows(NAMES, catalogue=[*STANDARD_EVENTS, *PASSIVE_EVENTS], names_max=NAMES_MAX)
    missing, types, changes = _missing(lacking), _types(properties), _changes(properties, lacking)
    return DataQuality(
        interval=parameters.interval,
        books=books,
        total=total,
        looked_at=LookedAt(
            events=times["events"],
            first_received_at=_utc(times["first_received_at"]),
            last_received_at=_utc(times["last_received_at"]),
        ),
        lateness=Lateness(
            p50_seconds=times["p50"],
            p90_seconds=times["p90"],
            p95_seconds=times["p95"],
            p99_seconds=times["p99"],
            max_seconds=times["longest"],
            within=_within(times),
        ),
        clocks=Clocks(
            with_time=int(times["with_time"]),
            corrected=int(times["corrected"]),
            corrected_share=ratio(int(times["corrected"]), int(times["with_time"])),
            clock_suspect=int(times["clock_suspect"]),
        ),
        missing=missing[:LISTED_MAX],
        missing_count=len(missing),
        drift=Drift(
            types=types[:LISTED_MAX],
            types_count=len(types),
            changes=changes[:LISTED_MAX],
            changes_count=len(changes),
        ),
        versions=[_seen(row) for row in versions],
        versions_count=versions[0]["version_count"] if versions else 0,
        unknown_names=_unknown(names)[:LISTED_MAX],
        unknown_names_count=names[0]["name_count"] if names else 0,
        matches=_matches(scope, asking),
        complete=span.is_complete(asking),
        settled=span.is_settled(asking),
        **asking.heading(parameters, span.start, span.end, scope.source),
    )


def _within(times: dict[str, Any]) -> list[WithinTime]:
    """How many came within each time, and not within the one before."""
    found: list[WithinTime] = []
    before = 0
    for text, seconds in WITHIN.items():
        so_far = times[f"within_{seconds}"]
        found.append(WithinTime(within=text, events=so_far - before))
        before = so_far
    return [*found, WithinTime(within="longer", events=times["events"] - before)]


def _seen(row: dict[str, Any]) -> VersionSeen:
    return VersionSeen(
        version=row["version"],
        events=row["events"],
        last_at=row["last_at"].replace(tzinfo=dt.UTC),
        last_received_at=row["last_received_at"].replace(tzinfo=dt.UTC),
    )


def _utc(moment: dt.datetime | None) -> dt.datetime | None:
    return None if moment is None else moment.replace(tzinfo=dt.UTC)


def _books(
    parameters: Parameters, asking: Asking, span: Span, buckets: list[Span]
) -> tuple[Balance, list[BooksBucket]]:
    rows = asking.rows(
        BOOKS, {"game_id": parameters.game_id, "from_time": plain(span.start), "to_time": plain(span.end)}
    )
    total = Balance()
    books = [
        BooksBucket(time=bucket.start, complete=bucket.is_complete(asking), settled=bucket.is_complete(asking))
        for bucket in buckets
    ]
    starts = [plain(bucket.start) for bucket in buckets]
    for row in rows:
        for balance in (total, books[bisect_right(starts, row["hour"]) - 1]):
            balance.add(row["outcome"], row["reason"], row["events"])
    return total, books


def _missing(rows: list[dict[str, Any]]) -> list[Missing]:
    by_name: dict[str, Missing] = {}
    for row in rows:
        fields = ("events", "without_player", "without_session", "without_version", "without_platform")
        known = by_name.setdefault(row["name"], Missing(name=row["name"], **dict.fromkeys(fields, 0)))
        for field in fields:
            setattr(known, field, getattr(known, field) + row[field])
    return sorted(by_name.values(), key=lambda one: (-one.events, one.name))


def _types(rows: list[dict[str, Any]]) -> list[TypesOfProperty]:
    """Of properties that have several, the commonest first."""
    found: dict[tuple[str, str], dict[str, dict[str, int]]] = defaultdict(lambda: defaultdict(dict))
    for row in rows:
        found[row["name"], row["key"]][row["version"]][row["kind"]] = row["events"]
    several = [
        (key, versions) for key, versions in found.items() if len({kind for of in versions.values() for kind in of}) > 1
    ]
    several.sort(key=lambda item: (-sum(sum(of.values()) for of in item[1].values()), item[0]))
    return [
        TypesOfProperty(event=event, property=name, version=version or UNKNOWN, types=versions[version])
        for (event, name), versions in several
        for version in sorted(versions, key=natural)
    ]


def _changes(properties: list[dict[str, Any]], lacking: list[dict[str, Any]]) -> list[PropertyChange]:
    events = {(row["name"], row["version"]): row["events"] for row in lacking if row["version"]}
    having: dict[tuple[str, str], dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for row in properties:
        having[row["name"], row["version"]][row["key"]] += row["events"]
    versions: dict[str, list[str]] = defaultdict(list)
    for name, version in events:
        if events[name, version] >= EVENTS_MIN:
            versions[name].append(version)
    found: list[PropertyChange] = []
    for name, of_name in sorted(versions.items()):
        for before, version in pairwise(sorted(of_name, key=natural)):
            # Of these two versions alone: a hostile client has thousands of both versions and properties.
            for key in sorted(having[name, before].keys() | having[name, version].keys()):
                old, new = (having[name, one].get(key, 0) / events[name, one] for one in (before, version))
                if (old == 0 and new >= SHARE_MIN) or (new == 0 and old >= SHARE_MIN):
                    change = "new" if old == 0 else "vanished"
                    found.append(
                        PropertyChange(event=name, property=key, change=change, version=version, before=before)
                    )
    return found


def _unknown(rows: list[dict[str, Any]]) -> list[UnknownName]:
    """Those that are nearly one of the catalogue first, then by events."""
    by_letters = {re.sub(r"\W|_", "", name): name for name in STANDARD_EVENTS}
    found: list[UnknownName] = []
    for row in rows:
        close = get_close_matches(re.sub(r"\W|_", "", row["name"].casefold()), by_letters, n=1, cutoff=0.85)
        found.append(UnknownName(name=row["name"], events=row["events"], meant=by_letters[close[0]] if close else None))
    return sorted(found, key=lambda one: (one.meant is None, -one.events, one.name))


def _matches(scope: Scope, asking: Asking) -> Matches:
    started = scope.rows(STARTED, began_before=plain(asking.now - MATCH_MAX), matches_max=MATCHES_MAX)
    if not started:
        return Matches(**dict.fromkeys(Matches.model_fields, 0))
    begun = Table("begun", {"match_id": "VARCHAR"}, [(one["match_id"],) for one in started])
    first_start = min(one["started_at"] for one in started)
    played = scope.rows(PLAYED, begun, first_start=first_start)
    places = {row["match_id"]: row["places"] for row in scope.rows(DECLARED, begun, first_start=first_start)}
    declaring = [row for row in played if row["match_id"] in places]
    return Matches(
        looked_at=len(played),
        without_end=sum(row["ends"] == 0 for row in played),
        players_started=sum(row["players_started"] for row in played),
        players_without_end=sum(row["players_without_end"] for row in played),
        places_declared=sum(places.values()),
        players_seen=sum(row["players"] for row in declaring),
        more_seen_than_declared=sum(row["players"] > places[row["match_id"]] for row in declaring),
    )


# Its books say what they say, whatever is left of the events.
METRIC = Metric(
    __name__, __doc__, Parameters, DataQuality, answer, subject="Data quality", needs_events=False, travels=False
)
