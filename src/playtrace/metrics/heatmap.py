"""Where things happen on a map."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from playtrace.metrics.frame.metric import Asking, Metric
from playtrace.metrics.frame.models import CommonAnswer, CommonParameters, Judged, Model

Finite = Annotated[float, Field(allow_inf_nan=False)]


class Parameters(CommonParameters):
    map: str = Field(min_length=1, max_length=64, description="The map's id, as events send it.")
    event: str = Field("player_death", min_length=1, max_length=64, description="Name of the events that are counted.")
    cell_size: Finite | None = Field(
        None, gt=0, description="Side of a cell in the map's units. Default: about 50 cells along the longer side."
    )
    origin_x: Finite = Field(0, description="x of the left border of cell 0.")
    origin_y: Finite = Field(0, description="y of the lower border of cell 0.")
    floor_from: Finite | None = Field(None, description="Lowest z that counts, included.")
    floor_to: Finite | None = Field(None, description="Highest z that counts, not included.")
    layer: Literal["all", "events", "time", "visits"] = Field(
        "all", description="Only cells with events, with time, or with players; `all` for any of them."
    )
    sample_interval_ms: int = Field(
        10_000,
        gt=0,
        description="How often the game sends `position`, in milliseconds. A pause counts for at most two of them.",
    )


class HeatCell(Model):
    cx: int = Field(description="floor((x - originX) / cellSize)")
    cy: int = Field(description="floor((y - originY) / cellSize)")
    events: int
    seconds: float = Field(description="Time that players spent here.")
    players: int = Field(description="Distinct players seen here; exact up to 5, and 5 is `5 or more`.")
    rate_per_hour: float | None = Field(description="events / hours spent here; null below 60 seconds or 5 players.")
    relative_risk: float | None = Field(description="ratePerHour / ratePerHour of the map; null where that is.")


class HeatTotal(Model):
    events: int
    seconds: float
    rate_per_hour: float | None = Field(description="events / hours, of the whole map; null without time.")


class Bounds(Model):
    min_x: float
    min_y: float
    max_x: float
    max_y: float


class Heatmap(Judged, CommonAnswer):
    map: str
    event: str
    layer: Literal["all", "events", "time", "visits"]
    cell_size: float
    origin_x: float
    origin_y: float
    cells: list[HeatCell]
    total: HeatTotal = Field(description="Of the map, whatever the layer.")
    bounds: Bounds | None = Field(description="What the counted events and positions span; null without any.")


def answer(parameters: Parameters, asking: Asking) -> Heatmap:
    raise NotImplementedError


METRIC = Metric(__name__, __doc__, Parameters, Heatmap, answer)
