"""Of which type properties are, beside what they were in the week before: what a build began to send otherwise.

A type is what the value reads as. A number that is sent as text is a number: no question can tell the two apart.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import LiteralString

from msgspec import Struct

from playtrace.batch.reader import SparkReader
from playtrace.metrics.frame.calendar import ONE_DAY, Span, plain

BEFORE_DAYS = 7
EVENTS_MIN = 20
"""Of a property, on either side: of fewer its type says nothing."""

# In Spark's own words: elsewhere names of properties are not found in this way. A client can send as many of them as it
# likes: the commonest are looked at.
KINDS: LiteralString = r"""
SELECT is_day, name, property, kind, CAST(count(*) AS BIGINT) AS events
FROM (
    SELECT is_day, name, property,
        CASE WHEN text RLIKE '^-?[0-9]+([.][0-9]+)?([eE][-+]?[0-9]+)?$' THEN 'number'
            WHEN text IN ('true', 'false') THEN 'boolean'
            WHEN substr(text, 1, 1) IN ('{', '[') THEN 'nested'
            ELSE 'text' END AS kind
    FROM (
        SELECT time >= CAST(:day AS TIMESTAMP_NTZ) AS is_day, name,
            explode(from_json(props, 'MAP<STRING, STRING>')) AS (property, text)
        FROM main_events
        WHERE game_id = :game AND time >= CAST(:from AS TIMESTAMP_NTZ) AND time < CAST(:to AS TIMESTAMP_NTZ)
    ) AS said
    WHERE text IS NOT NULL
) AS kinds
GROUP BY is_day, name, property, kind
ORDER BY events DESC
LIMIT 40000
"""


class Drift(Struct, frozen=True, order=True):
    """A property of the events of a name that is no longer what it was."""

    name: str
    property: str
    before: str | None
    """None of one that is new."""
    now: str


def drift_of(reader: SparkReader, game_id: str, span: Span) -> list[Drift]:
    """Of a day, in order. New ones only where the game had events before. Raises what `Reader.query` raises."""
    bound = {
        "game": game_id,
        "from": plain(span.start - BEFORE_DAYS * ONE_DAY).isoformat(),
        "day": plain(span.start).isoformat(),
        "to": plain(span.end).isoformat(),
    }
    kinds: defaultdict[tuple[str, str], tuple[Counter[str], Counter[str]]] = defaultdict(lambda: (Counter(), Counter()))
    names_before: set[str] = set()
    for row in reader.rows_of_own(KINDS, bound):
        kinds[row["name"], row["property"]][row["is_day"]][row["kind"]] += row["events"]
        if not row["is_day"]:
            names_before.add(row["name"])
    found: list[Drift] = []
    for (name, key), (before, now) in kinds.items():
        if now.total() < EVENTS_MIN:
            continue
        [(kind, _)] = now.most_common(1)
        if before.total() >= EVENTS_MIN:
            [(was, _)] = before.most_common(1)
            if was != kind:
                found.append(Drift(name, key, was, kind))
        elif not before and name in names_before:
            found.append(Drift(name, key, None, kind))
    return sorted(found, key=lambda one: (one.before is None, one.name, one.property))
