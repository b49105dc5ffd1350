"""Players per day, week and month.

A player is **active** in an interval if at least one qualifying event lies in it: an event with a player and the asked
`env`, except those that happen without the player (`push_received`, `server_grant`, `crash_upload`).

- **dau** of a day: distinct players active on that day of the time zone. **wau**: on any of the 7 days that end with
  it. **mau**: on any of the 30 days that end with it. Always dau <= wau <= mau.
- **new**: players whose first qualifying event ever lies on the day. The range that is asked about plays no part in
  it. **returning** = dau - new. With a filter, a new player counts by what the first event said.
- **wauIso**, with `granularity=week`: distinct players active in an ISO week, from Monday to Sunday. **mauCalendar**,
  with `granularity=month`: in a month of the calendar. They are of other days than wau and mau, but on a Sunday wau is
  the wauIso of its week.
- **stickiness** of a day = dau / mau; of the range = mean dau of the complete days, from the game's first qualifying
  event on, / mau of the last complete day. Null where nobody was active, and for weeks and months.

`from` and `to` are widened to whole days, weeks or months. All counts are exact.

### Example

Of six players three were active on 1 March, four on 2 March, three on 3 March, two on 8 March and one on 9 March: dau.
On 9 March wau is 4, mau 6 and the stickiness of the day 1/6; from 1 to 9 March it is (13 / 9) / 6 = 0.241. 1 March was
a Sunday: wauIso of its week is 3, of the next week 6.

### Elsewhere

MAU is the last 30 days in some products and the month of the calendar in others, at times both under one name. Some
know no days but those of UTC.
"""

from __future__ import annotations

import datetime as dt
from typing import Literal, LiteralString
from zoneinfo import ZoneInfo

from pydantic import Field

from playtrace.metrics.frame.asking import Asking
from playtrace.metrics.frame.calendar import (
    ONE_DAY,
    Span,
    buckets_of,
    day_of,
    days_between,
    first_and_last_day,
    span_of,
    whole_days,
)
from playtrace.metrics.frame.metric import Metric
from playtrace.metrics.frame.models import CommonAnswer, CommonParameters, Judged, judged_last
from playtrace.metrics.frame.scope import Scope, Table
from playtrace.metrics.frame.wilson import ratio


class Parameters(CommonParameters):
    granularity: Literal["day", "week", "month"] = Field(
        "day",
        description="`day`: of each day its own players, and those of the last 7 and 30 days; `week`: players of each"
        " ISO week; `month`: of each month of the calendar.",
    )


class ActiveDay(Judged):
    day: dt.date
    dau: int = Field(description="Distinct players active on this day.")
    wau: int = Field(description="Distinct players active on this day or the 6 before.")
    mau: int = Field(description="Distinct players active on this day or the 29 before.")
    new: int = Field(description="Players whose first day ever this is.")
    returning: int = Field(description="dau - new.")
    stickiness: float | None = Field(description="dau / mau.")


class ActiveWeek(Judged):
    week: dt.date = Field(description="Its Monday.")
    wau_iso: int = Field(description="Distinct players active in this ISO week.")
    new: int = Field(description="Players whose first day ever lies in it.")
    returning: int = Field(description="wauIso - new.")


class ActiveMonth(Judged):
    month: dt.date = Field(description="Its first day.")
    mau_calendar: int = Field(description="Distinct players active in this month.")
    new: int = Field(description="Players whose first day ever lies in it.")
    returning: int = Field(description="mauCalendar - new.")


class ActivePlayers(CommonAnswer):
    granularity: Literal["day", "week", "month"]
    days: list[ActiveDay] = Field(description="With `granularity=day`, else none.")
    weeks: list[ActiveWeek] = Field(description="With `granularity=week`, else none.")
    months: list[ActiveMonth] = Field(description="With `granularity=month`, else none.")
    stickiness: float | None = Field(
        description="Mean dau of the complete days since the game's first / mau of the last; null where there is none."
    )

    def table(self) -> list[dict[str, object]]:
        """The list that was asked for."""
        rows = {"day": self.days, "week": self.weeks, "month": self.months}[self.granularity]
        return [judged_last(row.model_dump(mode="json", by_alias=True)) for row in rows]


# A block is as many days as fit into the bits of one integer, 29 of them before the first that is answered. `windows`
# has each day that is answered, with the bits of its last 1, 7 and 30 days.
SQL: LiteralString = """
WITH
seen AS (
    SELECT block, player_id, bit_or(bit) AS bits
    FROM active
    JOIN days ON active.bucket = days.bucket
    GROUP BY block, player_id
),
counted AS (
    SELECT windows.bucket,
        count(*) FILTER (WHERE bits & bits_1 <> 0) AS dau,
        count(*) FILTER (WHERE bits & bits_7 <> 0) AS wau,
        count(*) FILTER (WHERE bits & bits_30 <> 0) AS mau
    FROM seen
    JOIN windows ON seen.block = windows.block
    GROUP BY windows.bucket
),
arrived AS (
    SELECT bucket, count(*) AS new FROM players GROUP BY bucket
)
SELECT counted.bucket, dau, wau, mau, coalesce(new, 0) AS new, first_at
FROM counted
LEFT JOIN arrived ON counted.bucket = arrived.bucket
CROSS JOIN beginning
"""

WHOLE: LiteralString = """
WITH
playing AS (
    SELECT bucket, count(DISTINCT player_id) AS active FROM active GROUP BY bucket
),
arrived AS (
    SELECT bucket, count(*) AS new FROM players GROUP BY bucket
)
SELECT playing.bucket, active, coalesce(new, 0) AS new
FROM playing
LEFT JOIN arrived ON arrived.bucket = playing.bucket
"""

LOOK_BACK_DAYS = 29
BLOCK_DAYS = 63 - LOOK_BACK_DAYS
"""Days that are answered from one block: 63 bits fit into a signed integer."""


def answer(parameters: Parameters, asking: Asking) -> ActivePlayers:
    return _of_days(parameters, asking) if parameters.granularity == "day" else _of_whole(parameters, asking)


def _of_whole(parameters: Parameters, asking: Asking) -> ActivePlayers:
    """Whole weeks or months."""
    zone = ZoneInfo(parameters.time_zone)
    is_week = parameters.granularity == "week"
    buckets = buckets_of(span_of(parameters, asking.now), "week" if is_week else "month", zone)
    scope = Scope(parameters, asking, buckets)
    counts = {row["bucket"]: row for row in scope.rows(WHOLE)}
    weeks: list[ActiveWeek] = []
    months: list[ActiveMonth] = []
    for index, bucket in enumerate(buckets):
        first = day_of(bucket.start, zone)
        active, new = (counts[index][name] if index in counts else 0 for name in ("active", "new"))
        figures = {"new": new, "returning": active - new}
        judged = {"complete": bucket.is_complete(asking), "settled": bucket.is_settled(asking)}
        if is_week:
            weeks.append(ActiveWeek(week=first, wau_iso=active, **figures, **judged))
        else:
            months.append(ActiveMonth(month=first, mau_calendar=active, **figures, **judged))
    return ActivePlayers(
        granularity=parameters.granularity,
        days=[],
        weeks=weeks,
        months=months,
        stickiness=None,
        **asking.heading(parameters, buckets[0].start, buckets[-1].end, scope.source),
    )


def _of_days(parameters: Parameters, asking: Asking) -> ActivePlayers:
    zone = ZoneInfo(parameters.time_zone)
    span = whole_days(span_of(parameters, asking.now), zone)
    first, last = first_and_last_day(span, zone)
    answered = days_between(first, last, zone)
    read = days_between(first - LOOK_BACK_DAYS * ONE_DAY, last, zone)
    scope = Scope(parameters, asking, read)
    rows = scope.rows(SQL, _days(len(read), len(answered)), _windows(len(answered)))
    counts = {row["bucket"] - LOOK_BACK_DAYS: row for row in rows}
    began_at = rows[0]["first_at"] if rows else None
    days = [
        _day(first + index * ONE_DAY, bucket, counts.get(index, NOBODY), asking)
        for index, bucket in enumerate(answered)
    ]
    return ActivePlayers(
        granularity="day",
        days=days,
        weeks=[],
        months=[],
        stickiness=_stickiness(
            [day for day, bucket in zip(days, answered, strict=True) if bucket.is_averaged(asking, began_at)]
        ),
        **asking.heading(parameters, span.start, span.end, scope.source),
    )


NOBODY = {"dau": 0, "wau": 0, "mau": 0, "new": 0}


def _days(days_read: int, days_answered: int) -> Table:
    """The blocks that need a day, and its bit in each."""
    blocks = range((days_answered + BLOCK_DAYS - 1) // BLOCK_DAYS)
    places = [(block, day, day - block * BLOCK_DAYS) for day in range(days_read) for block in blocks]
    rows = [(block, day, 1 << place) for block, day, place in places if 0 <= place < BLOCK_DAYS + LOOK_BACK_DAYS]
    return Table("days", {"block": "BIGINT", "bucket": "BIGINT", "bit": "BIGINT"}, rows)


def _windows(days_answered: int) -> Table:
    rows: list[tuple[int, ...]] = []
    for day in range(days_answered):
        block, place = divmod(day, BLOCK_DAYS)
        end = 1 << (place + LOOK_BACK_DAYS + 1)
        rows.append((block, day + LOOK_BACK_DAYS, *(end - (end >> length) for length in (1, 7, 30))))
    types: dict[LiteralString, LiteralString] = dict.fromkeys(
        ("block", "bucket", "bits_1", "bits_7", "bits_30"), "BIGINT"
    )
    return Table("windows", types, rows)


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


METRIC = Metric(__name__, __doc__, Parameters, ActivePlayers, answer, subject="Players")
