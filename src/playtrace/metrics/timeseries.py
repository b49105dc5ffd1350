"""One figure over time."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from pydantic import Field

from playtrace.metrics.frame.metric import Asking, Metric
from playtrace.metrics.frame.models import CommonAnswer, CommonParameters, Judged, Model


class Parameters(CommonParameters):
    metric: str = Field(
        "events",
        min_length=1,
        max_length=64,
        description="`events`, `crashes`, `sessions`, `active_players`, `new_players`, `avg_fps`,"
        " `avg_session_seconds`, `crash_free_sessions`, `revenue`, or the name of an event.",
    )
    interval: Literal["minute", "hour", "day", "week"] = Field(
        "day", description="Length of a bucket, on the clock and calendar of the time zone; weeks start on Monday."
    )
    split_by: Literal["platform", "version", "country"] | None = Field(
        None, description="Also a series for each of the ten largest values, the rest as `(other)`."
    )
    currency: str = Field(
        "USD", min_length=1, max_length=16, description="Currency of `revenue`. Default: the game's own, else USD."
    )


class Point(Judged):
    time: dt.datetime = Field(description="Start of the bucket, UTC.")
    value: int | float | None = Field(description="0 where nothing happened; null for a ratio or mean of nothing.")


class Series(Model):
    key: str = Field(description="Value of the dimension; `unknown` where none was sent, `(other)` for the rest.")
    points: list[Point]


class Timeseries(CommonAnswer):
    of: str = Field(description="The figure that was asked for.")
    interval: Literal["minute", "hour", "day", "week"]
    unit: Literal["events", "sessions", "players", "frames_per_second", "seconds", "share", "micros"]
    currency: str | None = Field(description="Of `revenue`; null for other figures.")
    other_currency_purchases: int | None = Field(
        description="Purchases in other currencies, which `revenue` leaves out; null for other figures."
    )
    points: list[Point]
    series: list[Series] | None = Field(description="With `splitBy`: largest first, `(other)` last.")


def answer(parameters: Parameters, asking: Asking) -> Timeseries:
    raise NotImplementedError


METRIC = Metric(__name__, __doc__, Parameters, Timeseries, answer)
