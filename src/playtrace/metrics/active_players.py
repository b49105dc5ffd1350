"""Players per day, week and month."""

from __future__ import annotations

import datetime as dt

from pydantic import Field

from playtrace.metrics.frame.metric import Asking, Metric
from playtrace.metrics.frame.models import CommonAnswer, CommonParameters, Judged


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
        description="Mean dau of the complete days / mau of the last complete day; null where there is none."
    )


def answer(parameters: Parameters, asking: Asking) -> ActivePlayers:
    raise NotImplementedError


METRIC = Metric(__name__, __doc__, Parameters, ActivePlayers, answer)
