"""The figures of a time range, beside those of the same length directly before."""

from __future__ import annotations

import datetime as dt

from pydantic import Field

from playtrace.metrics.frame.metric import Asking, Metric
from playtrace.metrics.frame.models import CommonAnswer, CommonParameters, Judged, Model


class Parameters(CommonParameters):
    currency: str = Field(
        "USD", min_length=1, max_length=16, description="Currency of the revenue. Default: the game's own, else USD."
    )


class Figures(Model):
    event_count: int = Field(description="Events of any name.")
    active_players: int = Field(description="Distinct players with a qualifying event in the range.")
    new_players: int = Field(description="Players whose first event ever lies in the range.")
    session_count: int = Field(description="Sessions started in the range.")
    avg_session_seconds: float | None = Field(description="Mean length of those sessions.")
    median_session_seconds: float | None = Field(description="Median length of those sessions.")
    crash_count: int = Field(description="Crash reports: events named `crash`.")
    crashed_sessions: int = Field(description="Sessions started in the range with at least one crash.")
    crash_free_sessions: float | None = Field(description="1 - crashed sessions / sessions.")
    crash_free_players: float | None = Field(description="1 - players with a crashed session / players with a session.")
    revenue_micros: int = Field(description="Sum of purchases in `currency`, in millionths.")
    currency: str
    other_currency_purchases: int = Field(description="Purchases in other currencies, which the sum leaves out.")
    dau_mean: float | None = Field(description="Mean daily active players over the complete days of the range.")
    avg_fps: float | None = Field(description="Frames drawn / seconds in which they were drawn.")
    players_now: int | None = Field(description="Players with an event in the last five minutes; null for the past.")


class Summary(Judged, Figures, CommonAnswer):
    current: Figures
    previous: Figures = Field(description="The same figures for [previousFrom, previousTo).")
    previous_from: dt.datetime
    previous_to: dt.datetime


def answer(parameters: Parameters, asking: Asking) -> Summary:
    raise NotImplementedError


METRIC = Metric(__name__, __doc__, Parameters, Summary, answer)
