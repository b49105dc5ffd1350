"""Who comes back, by the day they came first."""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from playtrace.metrics.frame.metric import Asking, Metric
from playtrace.metrics.frame.models import CommonAnswer, CommonParameters, Judged, Model, split_commas

OFFSET_MAX = 730
COLUMNS_MAX = 100


def _check_brackets(brackets: list[str]) -> list[str]:
    for bracket in brackets:
        match = re.fullmatch(r"(\d{1,3})-(\d{1,3})", bracket)
        if match is None or not int(match[1]) <= int(match[2]) <= OFFSET_MAX:
            raise ValueError(f"expected brackets such as 1-7,8-14, at most {OFFSET_MAX}")
    return brackets


class Parameters(CommonParameters):
    kind: Literal["classic", "rolling", "bracket", "calendar_week"] = Field(
        "classic",
        description="`classic`: active exactly n days after the first day; `rolling`: on that day or any later one;"
        " `bracket`: on any day of a bracket; `calendar_week`: in the n-th ISO week after the week of the first day.",
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


class Column(Model):
    label: str = Field(description="Such as D7, D7+, D1-7, W2.")
    first_day: int = Field(description="Days after the first day (of a calendar week: after its Monday).")
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
    kind: Literal["classic", "rolling", "bracket", "calendar_week"]
    granularity: Literal["day", "week"]
    columns: list[Column]
    cohorts: list[Cohort]
    total: list[RetentionTotal] = Field(description="In the order of the columns; incomplete cells are left out.")


def answer(parameters: Parameters, asking: Asking) -> Retention:
    raise NotImplementedError


METRIC = Metric(__name__, __doc__, Parameters, Retention, answer)
