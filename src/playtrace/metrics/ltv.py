"""What players have brought in so many days after they came first.

The **cohort** of a day are the players whose first qualifying event ever lies on it, in the time zone; the range that
is asked about chooses cohorts and nothing else. **Dn** of a cohort is what its players have paid, without refunds, on
their first day and the n days after it, / the size of the cohort: of all its players, whether they pay or not. Revenue
is as under `revenue`, in one currency; what came after the range counts too.

With `granularity=week` the cohorts of an ISO week (as far as they lie in the range) are one; days are counted from each
player's own first day.

What lies after today is not looked at. A cell is **complete** once day n is over for the whole cohort. Incomplete cells
are shown and are in no total. A **total** is pooled over the complete cohorts: the sum of their revenue / the sum of
their sizes. A refund is taken off on the day on which it is made, so a value may fall; else it never does.

Filters look at what the first event said, and hold for the player from then on. Cohort days without players have size 0
and values of null. Amounts are exact until they are shown: in millionths, rounded half to even. What has no exchange
rate is in no amount and is counted in `unconverted`. `from` and `to` are widened to whole days.

### Example

Four players come on one day. One pays 1 dollar on that day and 2 on day 3, one nothing, one 5 on day 7, one 4 on day 1
and 9 on day 8. D0, D1, D3, D7 and D8 are 0.25, 1.25, 1.75, 3.00 and 5.25. Three cohorts of 100, 120 and 80 players have
brought 500, 720 and 320 dollars by day 3: the total is 1540/300 = 5.133. If day 3 of the last is not over, it is
1220/220 = 5.545.

### Elsewhere

Amplitude pools over complete cohorts as it is done here. What devtodev calls cumulative ARPU of n days divides by the
players who were active in the time of the report, which is another figure. No future is guessed here: only days that
are over count."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal, LiteralString
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, Field

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
from playtrace.metrics.frame.models import Judged, Model, in_units_if_any, split_commas
from playtrace.metrics.frame.money import (
    EVERY_PAID,
    MoneyAnswer,
    PaymentParameters,
    bound_money,
    counted,
    in_micros,
    micros_each,
    rates_table,
    unconverted,
)
from playtrace.metrics.frame.scope import Scope, Table

OFFSET_MAX = 730
COLUMNS_MAX = 60
CELLS_MAX = 20_000
DEFAULT_OFFSETS = (*range(8), 14, 21, 30, 60, 90, 180, 365)


class Parameters(PaymentParameters):
    granularity: Literal["day", "week"] = Field(
        "day", description="Cohorts of a day, or of an ISO week; days are counted from each player's own first day."
    )
    offsets: Annotated[
        list[Annotated[int, Field(ge=0, le=OFFSET_MAX)]], BeforeValidator(split_commas), Field(max_length=COLUMNS_MAX)
    ] = Field(
        default_factory=list,
        description="Days n, such as 0,7,30. Default: 0 to 7, 14, 21, 30, 60, 90, 180 and 365, as far as they fit.",
    )


class LtvCell(Judged):
    net_micros: int = Field(description="What the cohort has brought by then, in millionths of `currency`.")
    ltv_micros: int | None = Field(description="net / size of the cohort.")


class LtvCohort(Model):
    cohort: dt.date = Field(description="First day of its players; of a week its Monday.")
    size: int
    cells: list[LtvCell] = Field(description="In the order of the offsets.")


class LtvTotal(Model):
    net_micros: int
    size: int = Field(description="Players of the cohorts whose cell is complete.")
    ltv_micros: int | None = Field(description="net / size: pooled, not a mean of values.")


class Ltv(MoneyAnswer):
    granularity: Literal["day", "week"]
    offsets: list[int] = Field(description="Days after the first day, ascending.")
    cohorts: list[LtvCohort]
    total: list[LtvTotal] = Field(description="In the order of the offsets; incomplete cells are left out.")

    def table(self) -> list[dict[str, object]]:
        """Values; of incomplete cells none."""

        labels = [f"D{offset}" for offset in self.offsets]
        rows: list[dict[str, object]] = []
        for cohort in self.cohorts:
            values = [in_units_if_any(cell.ltv_micros) if cell.complete else None for cell in cohort.cells]
            row: dict[str, object] = {"cohort": cohort.cohort.isoformat(), "size": cohort.size}
            rows.append(row | dict(zip(labels, values, strict=True)))
        total: dict[str, object] = {"cohort": "total", "size": sum(cohort.size for cohort in self.cohorts)}
        return [
            *rows,
            total | dict(zip(labels, (in_units_if_any(cell.ltv_micros) for cell in self.total), strict=True)),
        ]


# `cohorts` says to which row of the answer the players of a day belong. `offsets` has, for the days after a player's
# first day, the first column that counts what is paid on it; the later ones count it too.
SQL: LiteralString = f"""
WITH
{EVERY_PAID.strip()},
members AS (
    SELECT player_id, players.bucket, row_number
    FROM players
    JOIN cohorts ON players.bucket = cohorts.bucket
),
spent AS (
    SELECT row_number, column_number, amount, paid_in
    FROM paid
    JOIN members ON paid.player_id = members.player_id
    JOIN offsets ON offsets.days_after = paid.bucket - members.bucket
)
SELECT 'size' AS list, row_number, CAST(0 AS BIGINT) AS column_number, '' AS key, CAST(count(*) AS HUGEINT) AS found
FROM members
GROUP BY row_number
UNION ALL
SELECT 'net' AS list, row_number, column_number, '' AS key, sum(amount) AS found
FROM spent
WHERE amount IS NOT NULL
GROUP BY row_number, column_number
UNION ALL
SELECT 'unconverted' AS list, CAST(0 AS BIGINT) AS row_number, CAST(0 AS BIGINT) AS column_number, paid_in AS key,
    CAST(count(*) AS HUGEINT) AS found
FROM spent
WHERE amount IS NULL
GROUP BY paid_in
"""


def answer(parameters: Parameters, asking: Asking) -> Ltv:
    zone = ZoneInfo(parameters.time_zone)
    span = whole_days(span_of(parameters, asking.now), zone)
    first, last = first_and_last_day(span, zone)
    today = day_of(asking.now, zone)
    rows = cohorts_of(parameters.granularity, first, last)
    # What no cohort can have reached yet is left out, unless asked for.
    fitting = [n for n in DEFAULT_OFFSETS if n == 0 or n <= (today - first).days]
    offsets = sorted(set(parameters.offsets)) or fitting
    if len(rows) * len(offsets) > CELLS_MAX:
        raise WrongParameter(
            "from", f"More than {CELLS_MAX} cells. Ask for a shorter range, fewer offsets or `granularity=week`."
        )
    # What was paid after the range, as far as it has happened.
    days = days_between(first, last + min(offsets[-1], max(0, (today - last).days)) * ONE_DAY, zone)
    scope = Scope(parameters, asking, days)
    found = scope.rows(
        SQL,
        rates_table(parameters, asking),
        Table(
            "cohorts",
            {"bucket": "BIGINT", "row_number": "BIGINT"},
            [
                (number, index)
                for index, row in enumerate(rows)
                for number in range((row.first - first).days, (row.last - first).days + 1)
            ],
        ),
        Table(
            "offsets",
            {"days_after": "BIGINT", "column_number": "BIGINT"},
            [
                (days_after, next(column for column, offset in enumerate(offsets) if offset >= days_after))
                for days_after in range(offsets[-1] + 1)
            ],
        ),
        **bound_money(parameters),
    )
    sizes = {row["row_number"]: int(row["found"]) for row in found if row["list"] == "size"}
    net = {(row["row_number"], row["column_number"]): int(row["found"]) for row in found if row["list"] == "net"}
    # Exact amounts; each column has what the ones before it have.
    sums = [_running([net.get((index, column), 0) for column in range(len(offsets))]) for index in range(len(rows))]
    cohorts = [_cohort(row, offsets, sizes.get(index, 0), sums[index], zone, asking) for index, row in enumerate(rows)]
    return Ltv(
        granularity=parameters.granularity,
        offsets=offsets,
        cohorts=cohorts,
        total=[_total(cohorts, sums, column) for column in range(len(offsets))],
        currency=parameters.currency,
        counted=counted(parameters),
        rate_carry_days=asking.rules.rate_carry_days,
        unconverted=unconverted(
            [{"currency": row["key"], "unconverted": row["found"]} for row in found if row["list"] == "unconverted"]
        ),
        **asking.heading(parameters, span.start, span.end, scope.source),
    )


def _running(amounts: list[int]) -> list[int]:
    return [sum(amounts[: number + 1]) for number in range(len(amounts))]


def _cohort(
    row: CohortDays, offsets: list[int], size: int, amounts: list[int], zone: ZoneInfo, asking: Asking
) -> LtvCohort:
    days_so_far = (day_of(asking.now, zone) - row.last).days
    cells: list[LtvCell] = []
    for offset, amount in zip(offsets, amounts, strict=True):
        is_over = offset < days_so_far
        cells.append(
            LtvCell(
                net_micros=in_micros(amount),
                ltv_micros=micros_each(amount, size),
                complete=is_over,
                settled=is_over and _window(row, offset, zone).is_settled(asking),
            )
        )
    return LtvCohort(cohort=row.cohort, size=size, cells=cells)


def _window(row: CohortDays, offset: int, zone: ZoneInfo) -> Span:
    """What a cell looks at."""
    return Span(day_start(row.first, zone), day_start(row.last + (offset + 1) * ONE_DAY, zone))


def _total(cohorts: list[LtvCohort], sums: list[list[int]], column: int) -> LtvTotal:
    mature = [index for index, cohort in enumerate(cohorts) if cohort.cells[column].complete]
    size = sum(cohorts[index].size for index in mature)
    amount = sum(sums[index][column] for index in mature)
    return LtvTotal(net_micros=in_micros(amount), size=size, ltv_micros=micros_each(amount, size))


METRIC = Metric(__name__, __doc__, Parameters, Ltv, answer, subject="Money")
