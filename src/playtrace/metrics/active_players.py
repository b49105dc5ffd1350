"""Players per day, week and month.

A player is **active** in an interval if at least one qualifying event lies in it: an event with a player and the asked
`env`, except those that happen without the player (`push_received`, `server_grant`, `crash_upload`).

- **dau** of a day: distinct players active on that day of the time zone. **wau**: on any of the 7 days that end with
  it. **mau**: on any of the 30 days that end with it. Always dau <= wau <= mau.
- **new**: players whose first qualifying event ever lies on the day. The range that is asked about plays no part in
  it. **returning** = dau - new. With a filter, a new player counts by what the first event said.
- **stickiness** of a day = dau / mau; of the range = mean dau of the complete days, from the game's first qualifying
  event on, / mau of the last complete day. Null where nobody was active.

`from` and `to` are widened to whole days. All counts are exact.
"""

from __future__ import annotations

import datetime as dt
from typing import LiteralString
from zoneinfo import ZoneInfo

from pydantic import Field

from playtrace.metrics.frame.bound_lists import bound_lists
from playtrace.metrics.frame.calendar import (
    ONE_DAY,
    Span,
    bound_slices,
    day_masks,
    day_of,
    days_between,
    on_slots,
    plain,
    slices,
    span_of,
    whole_days,
)
from playtrace.metrics.frame.filters import filters
from playtrace.metrics.frame.metric import Asking, Metric, source_of
from playtrace.metrics.frame.models import CommonAnswer, CommonParameters, Judged
from playtrace.metrics.frame.wilson import ratio


class Parameters(CommonParameters):
    """Only what every metric takes."""


class ActiveDay(Judged):
    day: dt.date
    dau: int = Field(description="Distinct players active on this day.")
    wau: int = Field(description="Distinct players active on this day or the 6 before.")
    mau: int = Field(description="Distinct players active on this day or the 29 before.")
    new: int = Field(description="Players whose first day ever this is.")
    returning: int = Field(description="dau - new.")
    stickiness: float | None = Field(description="dau / mau.")


class ActivePlayers(CommonAnswer):
    days: list[ActiveDay]
    stickiness: float | None = Field(
        description="Mean dau of the complete days since the game's first / mau of the last; null where there is none."
    )


ROLLUP: LiteralString = """
WITH
-- Which quarters of an hour of which UTC days make up a day of the time zone, and that day's bit. A block is as many
-- days as fit into one integer, 29 of them before the first that is answered.
calendar AS (
    SELECT unnest($calendar_block::BIGINT[]) AS block, unnest($calendar_bit::BIGINT[]) AS bit,
        unnest($calendar_day::DATE[]) AS day,
        unnest($calendar_am::BIGINT[]) AS am, unnest($calendar_pm::BIGINT[]) AS pm
),
-- Each day that is answered: its bit, those of its 7 days, those of its 30 days.
windows AS (
    SELECT unnest($window_block::BIGINT[]) AS block, unnest($window_day::BIGINT[]) AS day,
        unnest($window_1::BIGINT[]) AS bits_1, unnest($window_7::BIGINT[]) AS bits_7,
        unnest($window_30::BIGINT[]) AS bits_30
),
slice AS (
    SELECT unnest($slice_key::TIMESTAMP[]) AS key, unnest($slice_start::TIMESTAMP[]) AS start_at,
        unnest($slice_end::TIMESTAMP[]) AS end_at, unnest($slice_bucket::BIGINT[]) AS bucket
),
active AS (
    SELECT calendar.block, player_days.player_id, bit_or(calendar.bit) AS bits
    FROM player_days
    JOIN calendar ON player_days.day = calendar.day
    WHERE game_id = $game
        AND player_days.day >= $first_day AND player_days.day <= $last_day
        AND ((slots_am & calendar.am) <> 0 OR (slots_pm & calendar.pm) <> 0)
        AND ($platforms::VARCHAR[] IS NULL OR list_contains($platforms::VARCHAR[], platform))
        AND ($versions::VARCHAR[] IS NULL OR list_contains($versions::VARCHAR[], version))
        AND ($countries::VARCHAR[] IS NULL OR list_contains($countries::VARCHAR[], country))
    GROUP BY calendar.block, player_days.player_id
),
counted AS (
    SELECT windows.day,
        count(*) FILTER (WHERE bits & bits_1 <> 0) AS dau,
        count(*) FILTER (WHERE bits & bits_7 <> 0) AS wau,
        count(*) FILTER (WHERE bits & bits_30 <> 0) AS mau
    FROM active
    JOIN windows ON active.block = windows.block
    GROUP BY windows.day
),
entered AS (
    SELECT player_id, min(first_seen) AS entered_at, arg_min(platform, first_seen) AS platform,
        arg_min(version, first_seen) AS version, arg_min(country, first_seen) AS country
    FROM players
    WHERE game_id = $game
    GROUP BY player_id
),
arrived AS (
    SELECT slice.bucket AS day, count(*) AS new
    FROM entered
    JOIN slice ON date_trunc('day', entered_at) = slice.key AND entered_at >= start_at AND entered_at < end_at
    WHERE ($platforms::VARCHAR[] IS NULL OR list_contains($platforms::VARCHAR[], platform))
        AND ($versions::VARCHAR[] IS NULL OR list_contains($versions::VARCHAR[], version))
        AND ($countries::VARCHAR[] IS NULL OR list_contains($countries::VARCHAR[], country))
    GROUP BY slice.bucket
)
SELECT counted.day, dau, wau, mau, coalesce(new, 0) AS new,
    (SELECT min(first_seen) FROM players WHERE game_id = $game) AS first_at
FROM counted
LEFT JOIN arrived ON counted.day = arrived.day
"""

RAW: LiteralString = """
WITH
calendar AS (
    SELECT unnest($moment_block::BIGINT[]) AS block, unnest($moment_bit::BIGINT[]) AS bit,
        unnest($moment_key::TIMESTAMP[]) AS key,
        unnest($moment_start::TIMESTAMP[]) AS start_at, unnest($moment_end::TIMESTAMP[]) AS end_at
),
windows AS (
    SELECT unnest($window_block::BIGINT[]) AS block, unnest($window_day::BIGINT[]) AS day,
        unnest($window_1::BIGINT[]) AS bits_1, unnest($window_7::BIGINT[]) AS bits_7,
        unnest($window_30::BIGINT[]) AS bits_30
),
slice AS (
    SELECT unnest($slice_key::TIMESTAMP[]) AS key, unnest($slice_start::TIMESTAMP[]) AS start_at,
        unnest($slice_end::TIMESTAMP[]) AS end_at, unnest($slice_bucket::BIGINT[]) AS bucket
),
active AS (
    SELECT calendar.block, player_id, bit_or(calendar.bit) AS bits
    FROM events
    JOIN calendar ON date_trunc('day', time) = calendar.key AND time >= start_at AND time < end_at
    WHERE game_id = $game AND env = $env AND time >= $first_moment AND time < $last_moment
        AND player_id IS NOT NULL AND name <> ALL ($passive::VARCHAR[])
        AND ($platforms::VARCHAR[] IS NULL OR list_contains($platforms::VARCHAR[], coalesce(platform, '')))
        AND ($versions::VARCHAR[] IS NULL OR list_contains($versions::VARCHAR[], coalesce(version, '')))
        AND ($countries::VARCHAR[] IS NULL OR list_contains($countries::VARCHAR[], coalesce(country, '')))
    GROUP BY calendar.block, player_id
),
counted AS (
    SELECT windows.day,
        count(*) FILTER (WHERE bits & bits_1 <> 0) AS dau,
        count(*) FILTER (WHERE bits & bits_7 <> 0) AS wau,
        count(*) FILTER (WHERE bits & bits_30 <> 0) AS mau
    FROM active
    JOIN windows ON active.block = windows.block
    GROUP BY windows.day
),
entered AS (
    SELECT player_id, min(time) AS entered_at,
        arg_min(coalesce(platform, ''), (time, coalesce(seq, 0))) AS platform,
        arg_min(coalesce(version, ''), (time, coalesce(seq, 0))) AS version,
        arg_min(coalesce(country, ''), (time, coalesce(seq, 0))) AS country
    FROM events
    WHERE game_id = $game AND env = $env AND player_id IS NOT NULL AND name <> ALL ($passive::VARCHAR[])
    GROUP BY player_id
),
arrived AS (
    SELECT slice.bucket AS day, count(*) AS new
    FROM entered
    JOIN slice ON date_trunc('day', entered_at) = slice.key AND entered_at >= start_at AND entered_at < end_at
    WHERE ($platforms::VARCHAR[] IS NULL OR list_contains($platforms::VARCHAR[], platform))
        AND ($versions::VARCHAR[] IS NULL OR list_contains($versions::VARCHAR[], version))
        AND ($countries::VARCHAR[] IS NULL OR list_contains($countries::VARCHAR[], country))
    GROUP BY slice.bucket
)
SELECT counted.day, dau, wau, mau, coalesce(new, 0) AS new, (SELECT min(entered_at) FROM entered) AS first_at
FROM counted
LEFT JOIN arrived ON counted.day = arrived.day
"""

LOOK_BACK_DAYS = 29
BLOCK_DAYS = 63 - LOOK_BACK_DAYS
"""Days that are answered from one block: 63 bits fit into a signed integer."""


def answer(parameters: Parameters, asking: Asking) -> ActivePlayers:
    zone = ZoneInfo(parameters.time_zone)
    span = whole_days(span_of(parameters, asking.now), zone)
    first, last = day_of(span.start, zone), day_of(span.end - dt.timedelta(microseconds=1), zone)
    answered = days_between(first, last, zone)
    read = days_between(first - LOOK_BACK_DAYS * ONE_DAY, last, zone)
    source = source_of(parameters, rollup_fits=on_slots(*(day.start for day in read), span.end))
    bound = filters(parameters) | bound_slices(answered, "day") | _windows(len(answered))
    if source == "rollup":
        masks = day_masks(read)
        bound |= {"first_day": masks[0].day, "last_day": masks[-1].day} | bound_lists(
            "calendar",
            ("block", "bit", "day", "am", "pm"),
            [(block, bit, m.day, m.am, m.pm) for m in masks for block, bit in _bits(m.bucket, len(answered))],
        )
        rows = asking.rows(ROLLUP, bound)
    else:
        bound |= {"first_moment": plain(read[0].start), "last_moment": plain(span.end)} | bound_lists(
            "moment",
            ("block", "bit", "key", "start", "end"),
            [
                (block, bit, part.key, part.start, part.end)
                for part in slices(read, "day")
                for block, bit in _bits(part.bucket, len(answered))
            ],
        )
        rows = asking.rows(RAW, bound)
    counts = {row["day"]: row for row in rows}
    began_at = rows[0]["first_at"] if rows else plain(asking.now)
    days = [
        _day(first + index * ONE_DAY, bucket, counts.get(index, NOBODY), asking)
        for index, bucket in enumerate(answered)
    ]
    return ActivePlayers(
        days=days,
        stickiness=_stickiness(
            [day for day, bucket in zip(days, answered, strict=True) if bucket.is_averaged(asking, began_at)]
        ),
        **asking.heading(parameters, span.start, span.end, source),
    )


NOBODY = {"dau": 0, "wau": 0, "mau": 0, "new": 0}


def _bits(day: int, days_answered: int) -> list[tuple[int, int]]:
    """The blocks that need a day, counted from the first that is read, and its bit in each."""
    blocks = range((days_answered + BLOCK_DAYS - 1) // BLOCK_DAYS)
    places = [(block, day - block * BLOCK_DAYS) for block in blocks]
    return [(block, 1 << place) for block, place in places if 0 <= place < BLOCK_DAYS + LOOK_BACK_DAYS]


def _windows(days_answered: int) -> dict[str, object]:
    rows: list[tuple[int, ...]] = []
    for day in range(days_answered):
        block, place = divmod(day, BLOCK_DAYS)
        end = 1 << (place + LOOK_BACK_DAYS + 1)
        rows.append((block, day, *(end - (end >> length) for length in (1, 7, 30))))
    return bound_lists("window", ("block", "day", "1", "7", "30"), rows)


def _day(day: dt.date, bucket: Span, counts: dict[str, int], asking: Asking) -> ActiveDay:
    return ActiveDay(
        day=day,
        dau=counts["dau"],
        wau=counts["wau"],
        mau=counts["mau"],
        new=counts["new"],
        returning=counts["dau"] - counts["new"],
        stickiness=ratio(counts["dau"], counts["mau"]),
        complete=bucket.is_complete(asking),
        settled=bucket.is_settled(asking),
    )


def _stickiness(days: list[ActiveDay]) -> float | None:
    if not days:
        return None
    return ratio(sum(day.dau for day in days) / len(days), days[-1].mau)


METRIC = Metric(__name__, __doc__, Parameters, ActivePlayers, answer)
