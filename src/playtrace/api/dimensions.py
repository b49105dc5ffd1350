"""What a game can be filtered by: its platforms, versions, countries, event names and maps."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, cast

from fastapi import APIRouter, Depends, Query, Request

from playtrace.api.authentication import CurrentReader, authenticate, readable_game
from playtrace.api.models import ApiModel
from playtrace.api.turns import InTurn
from playtrace.metrics.frame import known_values
from playtrace.metrics.frame.asking import Asking, Rules, unbuilt_rollups
from playtrace.metrics.frame.models import CommonParameters
from playtrace.store.duckdb import Store

router = APIRouter(prefix="/api", tags=["games"])

VALUES_MAX = 200
"""Of each dimension the commonest ones: a page lists no more."""


class EventName(ApiModel):
    name: str
    events: int


class MapBounds(ApiModel):
    id: str
    events: int
    """How many position samples (or, without any, located events) it has."""
    min_x: float
    min_y: float
    max_x: float
    max_y: float
    min_z: float | None
    max_z: float | None


class Dimensions(ApiModel):
    """Each list with the commonest first. A platform, version or country that is missing is `""`."""

    platforms: list[str]
    versions: list[str]
    countries: list[str]
    event_names: list[EventName]
    maps: list[MapBounds]


@router.get("/games/{game_id}/dimensions", dependencies=[Depends(authenticate), InTurn])
def dimensions(
    request: Request,
    reader: CurrentReader,
    game_id: str,
    env: Annotated[str, Query(description="Environment: `prod`, `dev` or one of the studio's own.")] = "prod",
) -> Dimensions:
    """Over all time."""
    readable_game(request, reader, game_id)
    asked = CommonParameters.model_validate({"gameId": game_id, "env": env})
    with cast(Store, request.app.state.store).reading() as store:
        asking = Asking(store, dt.datetime.now(dt.UTC), Rules(), "dimensions", unbuilt=unbuilt_rollups(store))
        found = {
            dimension: known_values.commonest(dimension, asked, asking, VALUES_MAX)
            for dimension in ("platform", "version", "country", "event")
        }
        maps = known_values.maps(asked, asking, VALUES_MAX)
    return Dimensions(
        platforms=[row["value"] for row in found["platform"]],
        versions=[row["value"] for row in found["version"]],
        countries=[row["value"] for row in found["country"]],
        event_names=[EventName(name=row["value"], events=int(row["events"])) for row in found["event"]],
        maps=[MapBounds(**row) for row in maps],
    )
