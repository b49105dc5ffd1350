"""Who comes back, by the day they came first.

The **cohort** of a day are the players whose first qualifying event ever lies on it, in the time zone; the range that
is asked about chooses cohorts and nothing else. A player **returns** on each day with a qualifying event (an event with
a player and the asked `env`, except `push_received`, `server_grant` and `crash_upload`). For a cohort of day c:

- **classic** Dn: the share that is active on day c+n. This is what games call D1, D7, D30. D0 is 1.
- **rolling** Dn+: the share that is active on day c+n or any later one. It keeps rising: mind `asOf`.
- **bracket** a-b: the share that is active on any of the days c+a to c+b.
- **calendar_week** Wn: the share of an ISO week's cohort that is active in the n-th ISO week after it.
- **window_24h** Dn: the share that is active in the n-th 24 hours after each player's own first moment, which begins
  the first of them (n = 0): from first + 24 n hours on, before first + 24 (n + 1) hours. Read from all events.

With `granularity=week` the cohorts of an ISO week (as far as they lie in the range) are one, and offsets count weeks of
each player's own: week n is days 7n to 7n+6 after the first day (of `window_24h`: the n-th 168 hours).

`entryEvent` makes cohorts of the day of the first event of that name, ever, instead of the first of any. `returnEvent`
counts a return only where an event of that name came, and then D0 may be less than 1. Both are read from all events.

What lies after today is not looked at. A cell is **complete** once the last day it looks at is over for the whole
cohort (rolling: day c+n; `window_24h`: once the window of each of its players is over). Incomplete cells are shown and
are in no total. A **total** is pooled over the complete cohorts: the sum of the retained players / the sum of the
sizes, with its 95 % Wilson interval.

Filters look at what the first event said (of that name, with `entryEvent`), and hold for the player from then on.
Cohort days without players have size 0 and shares of null. `from` and `to` are widened to whole days. All counts are
exact.

### Example

Three players came on 1 March, two of whom were there on 2 March; two on 2 March, of whom one was there on 3 March; one
on 3 March, who was not there on 4 March. D1 is 2/3, 1/2 and 0/1, in total 3/6 = 0.5, where the mean of the three shares
would be 0.389. Whoever came at 23:50 and again at 0:10 is retained on D1, but not in the 24 hours after the first.

### Elsewhere

Most tools for games say the same: calendar days, exactly day n. Some analytics take 24-hour windows by default (here
`window_24h`), others count day n or any later one (`rolling`). Those that look for the first event within the range
call old players new on its first day: with many veterans that prints 0.62 where 0.35 is true. Some draw a value at the
day of the return; here it stands with the cohort.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import Annotated, Literal, LiteralString
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, Field

from playtrace.event import NAME_LENGTH_MAX
from playtrace.metrics.frame.asking import Asking
from playtrace.metrics.frame.calendar import (
    ONE_DAY,
    Span,
    day_of,
    day_start,
    days_between,
    first_and_last_day,
    span_of,
    whole_days,
)
from playtrace.metrics.frame.cohorts import CohortDays, cohorts_of
from playtrace.metrics.frame.errors import WrongParameter
from playtrace.metrics.frame.metric import Metric
from playtrace.metrics.frame.models import CommonAnswer, CommonParameters, Judged, Model, Sought, split_commas
from playtrace.metrics.frame.scope import Scope, Table
from playtrace.metrics.frame.wilson import ratio, wilson_interval

OFFSET_MAX = 730
COLUMNS_MAX = 60
"""Columns are bits of one integer in SQL."""
CELLS_MAX = 20_000
DEFAULT_OFFSETS = (*range(15), 21, 30)
DEFAULT_OFFSETS_WEEKS = tuple(range(9))
DEFAULT_BRACKETS = ("1-7", "8-14", "15-30")


Kind = Literal["classic", "rolling", "bracket", "calendar_week", "window_24h"]


def _check_brackets(brackets: list[str]) -> list[str]:
    for bracket in brackets:
        match = re.fullmatch(r"(\d{1,3})-(\d{1,3})", bracket)
        if match is None or not int(match[1]) <= int(match[2]) <= OFFSET_MAX:
            raise ValueError(f"expected brackets such as 1-7,8-14, at most {OFFSET_MAX}")
    return brackets


class Parameters(CommonParameters):
    kind: Kind = Field(
        "classic",
        description="`classic`: active exactly n days after the first day; `rolling`: on that day or any later one;"
        " `bracket`: on any day of a bracket; `calendar_week`: in the n-th ISO week after the week of the first day;"
        " `window_24h`: in the n-th 24 hours after the first moment.",
    )
    granularity: Literal["day", "week"] = Field(
        "day",
        description="Cohorts of a day, with offsets in days; or of an ISO week, with offsets in weeks that are counted"
        " from each player's own first day (week n is days 7n to 7n+6).",
    )
    offsets: Annotated[
        list[Annotated[int, Field(ge=0, le=OFFSET_MAX)]], BeforeValidator(split_commas), Field(max_length=COLUMNS_MAX)
    ] = Field(
        default_factory=list,
        description="Offsets, such as 1,3,7,14,30. Default: 0 to 14, 21 and 30 (weeks: 0 to 8), as far as they fit.",
    )
    brackets: Annotated[
        list[str], BeforeValidator(split_commas), AfterValidator(_check_brackets), Field(max_length=COLUMNS_MAX)
    ] = Field(default_factory=list, description="For `bracket`: first and last offset of each, such as 1-7,8-14.")
    entry_event: str | None = Field(
        None,
        min_length=1,
        max_length=NAME_LENGTH_MAX,
        description="Cohorts of the day of the first event of this name, ever. Default: of the first of any.",
    )
    return_event: str | None = Field(
        None,
        min_length=1,
        max_length=NAME_LENGTH_MAX,
        description="Only events of this name are a return. Default: any qualifying event.",
    )

    def sought(self) -> list[Sought]:
        names = {"entryEvent": self.entry_event, "returnEvent": self.return_event}
        return [*super().sought(), *(Sought(name, "event", [value]) for name, value in names.items() if value)]


class Column(Model):
    label: str = Field(description="Such as D7, D7+, D1-7, W2.")
    first_day: int = Field(
        description="Days after the first day (of a calendar week: after its Monday; of `window_24h`: times 24 hours)."
    )
    last_day: int | None = Field(description="The last such day; null where there is no last.")


class RetentionCell(Judged):
    retained: int = Field(description="Players of the cohort who came back.")
    share: float | None = Field(description="retained / size of the cohort.")


class Cohort(Model):
    cohort: dt.date = Field(description="First day of its players; of a week its Monday.")
    size: int
    cells: list[RetentionCell] = Field(description="In the order of the columns.")


class RetentionTotal(Model):
    retained: int
    size: int = Field(description="Players of the cohorts whose cell is complete.")
    share: float | None = Field(description="retained / size: pooled, not a mean of shares.")
    low: float | None = Field(description="Lower end of the 95 % Wilson interval of the share.")
    high: float | None = Field(description="Upper end of the 95 % Wilson interval of the share.")


class Retention(CommonAnswer):
    kind: Kind
    granularity: Literal["day", "week"]
    columns: list[Column]
    cohorts: list[Cohort]
    total: list[RetentionTotal] = Field(description="In the order of the columns; incomplete cells are left out.")

    def table(self) -> list[dict[str, object]]:
        """Shares; of incomplete cells none."""
        labels = [column.label for column in self.columns]
        rows: list[dict[str, object]] = []
        for cohort in self.cohorts:
            shares = [cell.share if cell.complete else None for cell in cohort.cells]
            row: dict[str, object] = {"cohort": cohort.cohort.isoformat(), "size": cohort.size}
            rows.append(row | dict(zip(labels, shares, strict=True)))
        size = sum(cohort.size for cohort in self.cohorts)
        total: dict[str, object] = {"cohort": "total", "size": size}
        return [*rows, total | dict(zip(labels, (cell.share for cell in self.total), strict=True))]


# `cohorts` says where the players of a day belong: their row of the answer, and the day from which their offsets are
# counted. `offsets` says for which columns of the answer an offset counts, a bit for each.
MEMBERS: LiteralString = """
WITH
members AS (
    SELECT player_id, row_number, reference
    FROM players
    JOIN cohorts ON players.bucket = cohorts.bucket
),
"""

MEMBERS_SINCE: LiteralString = """
WITH
members AS (
    SELECT player_id, row_number, reference, first_seen AS first_at
    FROM players
    JOIN cohorts ON players.bucket = cohorts.bucket
),
"""

ENTERED: LiteralString = """
WITH
members AS (
    SELECT player_id, row_number, reference, first_at
    FROM first_of_name
    JOIN cohorts ON first_of_name.bucket = cohorts.bucket
    WHERE name = $entry_event
),
"""

ACTIVITY: LiteralString = """
returned AS (
    SELECT members.player_id, row_number, bit_or(column_bits) AS column_bits
    FROM activity
    JOIN members ON activity.player_id = members.player_id
    JOIN offsets ON offsets.days = activity.bucket - reference
    GROUP BY members.player_id, row_number
),
"""

RETURN_EVENTS: LiteralString = """
returned AS (
    SELECT members.player_id, row_number, bit_or(column_bits) AS column_bits
    FROM unfiltered_events
    JOIN members ON unfiltered_events.player_id = members.player_id
    JOIN offsets ON offsets.days = unfiltered_events.bucket - reference
    WHERE name = $return_event
    GROUP BY members.player_id, row_number
),
"""

# The offset is the number of whole 24 hours that have passed.
WINDOWS: LiteralString = """
since AS (
    SELECT members.player_id, row_number,
        CAST(floor((epoch_us(time) - epoch_us(first_at)) / 86400000000) AS BIGINT) AS days
    FROM unfiltered_moments
    JOIN members ON unfiltered_moments.player_id = members.player_id
    WHERE CASE WHEN $return_event::VARCHAR IS NULL THEN is_active ELSE name = $return_event::VARCHAR END
),
returned AS (
    SELECT player_id, row_number, bit_or(column_bits) AS column_bits
    FROM since
    JOIN offsets ON offsets.days = since.days
    GROUP BY player_id, row_number
),
"""

RETAINED: LiteralString = """
retained AS (
    SELECT row_number, column_number, count(*) FILTER (WHERE column_bits & bit <> 0) AS retained
    FROM returned
    CROSS JOIN bits
    GROUP BY row_number, column_number
)
"""

COUNTED: LiteralString = f"""
sizes AS (
    SELECT row_number, count(*) AS size FROM members GROUP BY row_number
),
{RETAINED}
SELECT sizes.row_number, size, column_number, retained
FROM sizes
LEFT JOIN retained ON sizes.row_number = retained.row_number
"""

COUNTED_SINCE: LiteralString = f"""
sizes AS (
    SELECT row_number, count(*) AS size, max(first_at) AS last_at FROM members GROUP BY row_number
),
{RETAINED}
SELECT sizes.row_number, size, last_at, column_number, retained
FROM sizes
LEFT JOIN retained ON sizes.row_number = retained.row_number
"""


def _sql(parameters: Parameters) -> LiteralString:
    """Who is in a cohort, what is a return, and what is counted."""
    if parameters.kind == "window_24h":
        return (ENTERED if parameters.entry_event else MEMBERS_SINCE) + WINDOWS + COUNTED_SINCE
    members = ENTERED if parameters.entry_event else MEMBERS
    return members + (RETURN_EVENTS if parameters.return_event else ACTIVITY) + COUNTED


def answer(parameters: Parameters, asking: Asking) -> Retention:
    zone = ZoneInfo(parameters.time_zone)
    span = whole_days(span_of(parameters, asking.now), zone)
    first, last = first_and_last_day(span, zone)
    today = day_of(asking.now, zone)
    rows = cohorts_of(_granularity(parameters), first, last)
    columns = _columns(parameters, (today - first).days)
    if len(rows) * len(columns) > CELLS_MAX:
        raise WrongParameter(
            "from", f"More than {CELLS_MAX} cells. Ask for a shorter range, fewer offsets or `granularity=week`."
        )
    # Days of a player's own end a day later than those of the calendar.
    last_begun = last + ONE_DAY if parameters.kind == "window_24h" else last
    days = days_between(first, _last_day_needed(columns, last_begun, max(last, today)), zone)
    scope = Scope(parameters, asking, days)
    counts = _count(parameters, scope, rows, columns, len(days), first)
    cohorts = [
        _cohort(row, columns, of_row, parameters.kind, zone, asking) for row, of_row in zip(rows, counts, strict=True)
    ]
    return Retention(
        kind=parameters.kind,
        granularity=_granularity(parameters),
        columns=columns,
        cohorts=cohorts,
        total=[_total(cohorts, number) for number in range(len(columns))],
        **asking.heading(parameters, span.start, span.end, scope.source),
    )


def _granularity(parameters: Parameters) -> Literal["day", "week"]:
    return "week" if parameters.kind == "calendar_week" else parameters.granularity


def _columns(parameters: Parameters, days_so_far: int) -> list[Column]:
    weekly = _granularity(parameters) == "week"
    unit, length = ("W", 7) if weekly else ("D", 1)
    if parameters.kind == "bracket":
        borders = [bracket.split("-") for bracket in parameters.brackets or DEFAULT_BRACKETS]
        return [
            Column(label=f"{unit}{low}-{high}", first_day=int(low) * length, last_day=(int(high) + 1) * length - 1)
            for low, high in borders
        ]
    # What no cohort can have reached yet is left out, unless asked for.
    defaults = DEFAULT_OFFSETS_WEEKS if weekly else DEFAULT_OFFSETS
    offsets = parameters.offsets or [n for n in defaults if n == 0 or n * length <= days_so_far]
    if parameters.kind == "rolling":
        return [Column(label=f"{unit}{n}+", first_day=n * length, last_day=None) for n in offsets]
    return [Column(label=f"{unit}{n}", first_day=n * length, last_day=(n + 1) * length - 1) for n in offsets]


def _last_day_needed(columns: list[Column], last_cohort: dt.date, latest: dt.date) -> dt.date:
    ends = [column.last_day for column in columns]
    if None in ends:
        return latest
    return min(latest, last_cohort + max(end for end in ends if end is not None) * ONE_DAY)


@dataclass
class Counts:
    """What is counted of a cohort."""

    retained: list[int]
    """For each column, how many came back."""
    size: int = 0
    last_at: dt.datetime | None = None
    """Of `window_24h`: when the last of its players came."""


def _count(
    parameters: Parameters, scope: Scope, rows: list[CohortDays], columns: list[Column], days: int, first: dt.date
) -> list[Counts]:
    """The counts of each row. Days are numbered from the first."""
    cohorts: list[tuple[int, int, int]] = []
    for index, row in enumerate(rows):
        for number in range((row.first - first).days, (row.last - first).days + 1):
            reference = _reference(row, first + number * ONE_DAY, parameters.kind)
            cohorts.append((number, index, (reference - first).days))
    # A reference day may lie before the first day by less than a week.
    offsets = [(days_after, _column_bits(columns, days_after)) for days_after in range(days + 7)]
    found = scope.rows(
        _sql(parameters),
        Table("cohorts", {"bucket": "BIGINT", "row_number": "BIGINT", "reference": "BIGINT"}, cohorts),
        Table("offsets", {"days": "BIGINT", "column_bits": "BIGINT"}, [offset for offset in offsets if offset[1]]),
        Table(
            "bits",
            {"column_number": "BIGINT", "bit": "BIGINT"},
            [(number, 1 << number) for number in range(len(columns))],
        ),
        entry_event=parameters.entry_event,
        return_event=parameters.return_event,
    )
    counts = [Counts([0] * len(columns)) for _ in rows]
    for row in found:
        of_row = counts[row["row_number"]]
        of_row.size, of_row.last_at = row["size"], row.get("last_at")
        if row["column_number"] is not None:
            of_row.retained[row["column_number"]] = row["retained"]
    return counts


def _column_bits(columns: list[Column], days_after: int) -> int:
    return sum(
        1 << number
        for number, column in enumerate(columns)
        if column.first_day <= days_after and (column.last_day is None or days_after <= column.last_day)
    )


def _cohort(
    row: CohortDays, columns: list[Column], counts: Counts, kind: Kind, zone: ZoneInfo, asking: Asking
) -> Cohort:
    cells: list[RetentionCell] = []
    for column, came_back in zip(columns, counts.retained, strict=True):
        end = _end_of_window(row, column, counts, zone) if kind == "window_24h" else _end(row, column, kind, zone)
        window = Span(day_start(row.first, zone), end)
        cells.append(
            RetentionCell(
                retained=came_back,
                share=ratio(came_back, counts.size),
                complete=window.is_complete(asking),
                settled=window.is_settled(asking),
            )
        )
    return Cohort(cohort=row.cohort, size=counts.size, cells=cells)


def _reference(row: CohortDays, day: dt.date, kind: Kind) -> dt.date:
    """The day from which offsets are counted for the players of a day."""
    return row.cohort if kind == "calendar_week" else day


def _end(row: CohortDays, column: Column, kind: Kind, zone: ZoneInfo) -> dt.datetime:
    """When the last day is over that a cell looks at."""
    last = column.first_day if column.last_day is None else column.last_day
    return day_start(_reference(row, row.last, kind) + (last + 1) * ONE_DAY, zone)


def _end_of_window(row: CohortDays, column: Column, counts: Counts, zone: ZoneInfo) -> dt.datetime:
    """When the windows of all players are over: not before nobody can join the cohort any more."""
    joined = day_start(row.last + ONE_DAY, zone)
    if counts.last_at is None or column.last_day is None:
        return joined
    return max(joined, counts.last_at.replace(tzinfo=dt.UTC) + (column.last_day + 1) * ONE_DAY)


def _total(cohorts: list[Cohort], number: int) -> RetentionTotal:
    mature = [cohort for cohort in cohorts if cohort.cells[number].complete]
    retained = sum(cohort.cells[number].retained for cohort in mature)
    size = sum(cohort.size for cohort in mature)
    interval = wilson_interval(retained, size)
    return RetentionTotal(
        retained=retained,
        size=size,
        share=ratio(retained, size),
        low=interval[0] if interval else None,
        high=interval[1] if interval else None,
    )


METRIC = Metric(__name__, __doc__, Parameters, Retention, answer, subject="Players")
