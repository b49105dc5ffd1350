"""Growth: who is new, who stays, who comes back and who leaves.

Time is cut into windows: days, ISO weeks, or four ISO weeks (counted from the Monday 5 January 1970, so that they are
the same whatever is asked). The range is widened to whole windows. A player is active in a window if a qualifying event
lies in it: one with a player and the asked `env`, other than `push_received`, `server_grant` and `crash_upload`. With
the window before it:

- **new**: active, and the first qualifying event ever lies in the window. **retained**: active in both.
  **resurrected**: active, not in the window before, and not new. **churned**: active in the window before, not in this.
- Always active = new + retained + resurrected, and the active of the window before = retained + churned.
- **churnRate** = churned / active of the window before. **quickRatio** = (new + resurrected) / churned: above 1 the
  game grows. Both are null where they would divide by nothing.

Churned says that somebody was not there in one window: who comes back is resurrected, not new. As long as a window is
not over nobody has churned in it: then `churned` and both ratios are null. The **total** is of the complete windows:
sums, and ratios of sums. Where most active players are resurrected, the window is shorter than their habit, and a hint
says so.

A filter looks at what players did in each window: who was new on another platform is resurrected here.

### Example

Three players in one week, they and three new ones in the next, one of the six in the third, another of them and one new
player in the fourth. The second week has 3 new, 3 retained, none churned and no quick ratio; the third 1 retained, 5
churned, a churn rate of 5/6 and a quick ratio of 0; the fourth 1 new, 1 resurrected, 1 churned and a quick ratio of 2.

### Elsewhere

The same four sets are called lifecycle, or growth accounting; churned players are also called dormant, and the quick
ratio pulse. Who takes the first event of the range for the first ever counts resurrected players as new.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal, LiteralString
from zoneinfo import ZoneInfo

from pydantic import Field

from playtrace.metrics.frame.asking import Asking
from playtrace.metrics.frame.calendar import ONE_DAY, Span, day_of, day_start, span_of
from playtrace.metrics.frame.metric import Metric
from playtrace.metrics.frame.models import CommonAnswer, CommonParameters, Judged, Model
from playtrace.metrics.frame.scope import Scope, Table
from playtrace.metrics.frame.wilson import ratio

DAYS_OF_WINDOW = {"day": 1, "week": 7, "four_weeks": 28}
A_MONDAY = dt.date(1970, 1, 5)
BLOCK_WINDOWS = 62
"""Windows that are answered from one integer, whose first bit is of the window before them."""


class Parameters(CommonParameters):
    window: Literal["day", "week", "four_weeks"] = Field(
        "week", description="Length of a window: a day, an ISO week, or four ISO weeks, of the time zone."
    )


class GrowthFigures(Model):
    active: int = Field(description="Distinct players active in the window.")
    new: int = Field(description="Whose first event ever lies in it.")
    retained: int = Field(description="Who were active in the window before.")
    resurrected: int = Field(description="Who were active earlier, but not in the window before.")
    churned: int | None = Field(
        description="Active in the window before and not in this one; null as long as it is not over."
    )
    churn_rate: float | None = Field(description="churned / active of the window before.")
    quick_ratio: float | None = Field(description="(new + resurrected) / churned.")


class FirstDay(Model):
    start: dt.date = Field(description="First day of the window.")


class GrowthWindow(Judged, GrowthFigures, FirstDay):
    pass


class Growth(CommonAnswer):
    window: Literal["day", "week", "four_weeks"]
    windows: list[GrowthWindow]
    total: GrowthFigures = Field(description="Of the complete windows: whoever is active in two counts in both.")


# A block is as many windows as fit into the bits of one integer, and the one before the first. `answered` has each
# window that is answered with its bit, and that of the window before.
SQL: LiteralString = """
WITH
seen AS (
    SELECT block, player_id, bit_or(bit) AS bits
    FROM active
    JOIN windows ON active.bucket = windows.bucket
    GROUP BY block, player_id
),
counted AS (
    SELECT answered.bucket,
        count(*) FILTER (WHERE bits & bit <> 0) AS active,
        count(*) FILTER (WHERE bits & bit_before <> 0) AS active_before,
        count(*) FILTER (WHERE bits & bit <> 0 AND bits & bit_before <> 0) AS retained
    FROM seen
    JOIN answered ON seen.block = answered.block
    GROUP BY answered.bucket
),
arrived AS (
    SELECT arrivals.bucket, count(*) AS new
    FROM arrivals
    JOIN answered ON arrivals.bucket = answered.bucket
    JOIN seen ON seen.block = answered.block AND seen.player_id = arrivals.player_id AND bits & bit <> 0
    GROUP BY arrivals.bucket
)
SELECT counted.bucket, active, active_before, retained, coalesce(new, 0) AS new
FROM counted
LEFT JOIN arrived ON arrived.bucket = counted.bucket
"""

Counts = dict[str, int]
NOBODY: Counts = {"active": 0, "active_before": 0, "retained": 0, "new": 0}


def answer(parameters: Parameters, asking: Asking) -> Growth:
    zone = ZoneInfo(parameters.time_zone)
    span = span_of(parameters, asking.now)
    length = DAYS_OF_WINDOW[parameters.window]
    first, last = (
        (day_of(moment, zone) - A_MONDAY).days // length
        for moment in (span.start, span.end - dt.timedelta(microseconds=1))
    )
    starts = [A_MONDAY + number * length * ONE_DAY for number in range(first, last + 1)]
    answered = [Span(day_start(start, zone), day_start(start + length * ONE_DAY, zone)) for start in starts]
    before = Span(day_start(starts[0] - length * ONE_DAY, zone), answered[0].start)
    scope = Scope(parameters, asking, [before, *answered])
    found = {row["bucket"] - 1: row for row in scope.rows(SQL, _windows(len(answered)), _answered(len(answered)))}
    counts = [found.get(index, NOBODY) for index in range(len(answered))]
    windows = [
        GrowthWindow(
            start=start,
            complete=window.is_complete(asking),
            settled=window.is_settled(asking),
            **_figures(counts_of, is_over=window.is_complete(asking)),
        )
        for start, window, counts_of in zip(starts, answered, counts, strict=True)
    ]
    of_complete = [one for one, window in zip(counts, windows, strict=True) if window.complete]
    total = GrowthFigures(
        **_figures({name: sum(one[name] for one in of_complete) for name in NOBODY}, is_over=bool(of_complete))
    )
    return Growth(
        window=parameters.window,
        windows=windows,
        total=total,
        hints=_hints(total),
        **asking.heading(parameters, answered[0].start, answered[-1].end, scope.source),
    )


def _windows(count: int) -> Table:
    """For each window that is read (the first is the one before the answered ones) its bit in the blocks of it."""
    rows: list[tuple[int, int, int]] = []
    for index in range(count):
        block, place = divmod(index, BLOCK_WINDOWS)
        if place == 0:
            rows.append((block, index, 1))
        rows.append((block, index + 1, 1 << (place + 1)))
    return Table("windows", dict.fromkeys(("block", "bucket", "bit"), "BIGINT"), rows)


def _answered(count: int) -> Table:
    rows: list[tuple[int, int, int, int]] = []
    for index in range(count):
        block, place = divmod(index, BLOCK_WINDOWS)
        rows.append((block, index + 1, 1 << (place + 1), 1 << place))
    return Table("answered", dict.fromkeys(("block", "bucket", "bit", "bit_before"), "BIGINT"), rows)


def _figures(counts: Counts, *, is_over: bool) -> dict[str, Any]:
    resurrected = counts["active"] - counts["retained"] - counts["new"]
    churned = counts["active_before"] - counts["retained"]
    return {
        "active": counts["active"],
        "new": counts["new"],
        "retained": counts["retained"],
        "resurrected": resurrected,
        "churned": churned if is_over else None,
        "churn_rate": ratio(churned, counts["active_before"]) if is_over else None,
        "quick_ratio": ratio(counts["new"] + resurrected, churned) if is_over else None,
    }


def _hints(total: GrowthFigures) -> list[str]:
    if 2 * total.resurrected <= total.active:
        return []
    return [
        "window: more than half of the active players had been away for a whole window and came back. They play less"
        " often than that: churn says little here. Ask with a longer window."
    ]


METRIC = Metric(__name__, __doc__, Parameters, Growth, answer, subject="Players")
