"""Days (UTC) in which one bucket ends and the next begins, where something was made of whole days.

What was made of such a day counts in the bucket of its noon. Its lesser part, the hours between midnight of UTC and the
border, is of the other bucket: what was sampled in it is added there, and taken from the bucket of the noon. A session
counts once in each part that it has something in: one that goes over the border is taken away as a whole, and each part
of it added. So a day of any time zone is what all its samples say, while only those of some hours are read.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import LiteralString

from playtrace.metrics.frame.calendar import ONE_DAY, Span, plain
from playtrace.metrics.frame.scope import Table

HALF_A_DAY = ONE_DAY / 2


def cut_days(buckets: Sequence[Span], start: dt.datetime, end: dt.datetime) -> list[Table] | None:
    """The tables `cuts` and `shares` of the whole days (UTC) from `start` on, before `end`.

    `cuts`: which samples of a day belong to which share, by whether their session lies in the lesser part (`moved`) or
    in both (`split`). `shares`: to which bucket a share is added, and with which sign. Shares that are numbered like a
    bucket are those of the bucket.

    No table where no day has a border; None where one has several, and so nothing that was made of it can be used.
    """
    cuts: list[tuple[object, ...]] = []
    shares: list[tuple[object, ...]] = [(bucket, bucket, 1) for bucket in range(len(buckets))]
    days: set[dt.date] = set()
    for before, bucket in enumerate(buckets[:-1]):
        border = plain(bucket.end)
        day = dt.datetime.combine(border, dt.time())
        if border == day or not start <= day < end:
            continue
        if day in days:
            return None
        days.add(day)
        next_day = day + ONE_DAY
        is_lesser_first = border - day <= HALF_A_DAY
        lesser = (day, border) if is_lesser_first else (border, next_day)
        to, of = (before, before + 1) if is_lesser_first else (before + 1, before)
        moved = len(buckets) + 2 * before
        taken = moved + 1
        shares += [(moved, to, 1), (moved, of, -1), (taken, of, -1)]
        cuts += [
            (day.date(), "moved", *lesser, moved),
            (day.date(), "split", day, border, before),
            (day.date(), "split", border, next_day, before + 1),
            (day.date(), "split", day, next_day, taken),
        ]
    if not cuts:
        return []
    types: dict[LiteralString, LiteralString] = {
        "day": "DATE",
        "kind": "VARCHAR",
        "start_at": "TIMESTAMP",
        "end_at": "TIMESTAMP",
        "share": "BIGINT",
    }
    numbers: dict[LiteralString, LiteralString] = {"share": "BIGINT", "bucket": "BIGINT", "sign": "BIGINT"}
    return [Table("cuts", types, cuts), Table("shares", numbers, shares)]
