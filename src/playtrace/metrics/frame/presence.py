"""Who is there, moment by moment: the moments at which a session begins or ends, in the order of time.

A session is there from its first event to its last. Where its own clock says that it was on before (its first events
were lost) it reaches back, where that stood still (the game was asleep) it is shorter, and it is there for a day at
most. So what a bucket has of it depends on no range that is asked about: whatever begins a day before or after it is
looked at.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, LiteralString

from playtrace.metrics.frame.calendar import ONE_DAY, Span, microseconds
from playtrace.metrics.frame.scope import Scope, Table

LONGEST = ONE_DAY
MICROSECOND = dt.timedelta(microseconds=1)
STEPS = Table("steps", {"step": "BIGINT"}, [(1,), (-1,)])
"""A session begins, and it ends."""

# In microseconds since the start of the range. What was there before is there at its first moment; ends and starts at
# the same moment are one change, so nobody is counted twice in between. A session without length is never there.
CHANGES: LiteralString = """
WITH
lasting AS (
    SELECT epoch_us(started_at) - $origin_us AS started_us, epoch_us(ended_at) - $origin_us AS ended_us,
        least(greatest(length_us, 0), $longest_us) AS length_us
    FROM sessions
),
reaching AS (
    SELECT least(started_us, ended_us - length_us) AS from_us, length_us FROM lasting
),
present AS (
    SELECT greatest(from_us, 0) AS from_us, from_us + length_us AS until_us
    FROM reaching
    WHERE from_us + length_us > greatest(from_us, 0)
),
edges AS (
    SELECT CASE WHEN step > 0 THEN from_us ELSE until_us END AS at_us, step FROM present CROSS JOIN steps
),
changes AS (
    SELECT places.bucket, at_us, sum(step) AS step
    FROM edges
    JOIN places ON CAST(floor(at_us / $place_us) AS BIGINT) = places.place AND at_us >= places.start_us
        AND at_us < places.end_us
    GROUP BY places.bucket, at_us
)"""
"""The head of a statement: what `changes` has are the moments at which as many more (or fewer) are there as `step`."""


def with_neighbours(buckets: Sequence[Span]) -> list[Span]:
    """The times in which sessions begin that may be there in the buckets."""
    first, last = buckets[0].start, buckets[-1].end
    return [Span(first - LONGEST, first), *buckets, Span(last, last + LONGEST)]


def rows_of(scope: Scope, sql: LiteralString, buckets: Sequence[Span]) -> list[dict[str, Any]]:
    """The rows of SQL that begins with `CHANGES`, about the buckets; the scope has them `with_neighbours`."""
    origin = buckets[0].start
    # Where a moment belongs is found by equality, and two comparisons.
    place_us = min(ONE_DAY, max(bucket.end - bucket.start for bucket in buckets)) // MICROSECOND
    places: list[tuple[int, int, int, int]] = []
    for index, bucket in enumerate(buckets):
        start_us, end_us = (bucket.start - origin) // MICROSECOND, (bucket.end - origin) // MICROSECOND
        touched = range(start_us // place_us, (end_us + place_us - 1) // place_us)
        places += [(place, start_us, end_us, index) for place in touched]
    return scope.rows(
        sql,
        Table("places", dict.fromkeys(("place", "start_us", "end_us", "bucket"), "BIGINT"), places),
        STEPS,
        origin_us=microseconds(origin),
        longest_us=LONGEST // MICROSECOND,
        place_us=place_us,
    )


def presence_us(rows: Sequence[dict[str, Any]], buckets: Sequence[Span]) -> list[int]:
    """The time that all are there in each bucket together, of its `steps` (sum of the changes) and `moments_us` (sum of
    each change times its moment).

    Up to a moment t that is the sum of (t - moment) * change over the changes before it.
    """
    by_bucket = {row["bucket"]: row for row in rows}
    steps = moments_us = before_us = 0
    found: list[int] = []
    for index, bucket in enumerate(buckets):
        row = by_bucket.get(index, {"steps": 0, "moments_us": 0})
        steps += int(row["steps"])
        moments_us += int(row["moments_us"])
        so_far_us = steps * ((bucket.end - buckets[0].start) // MICROSECOND) - moments_us
        found.append(so_far_us - before_us)
        before_us = so_far_us
    return found
