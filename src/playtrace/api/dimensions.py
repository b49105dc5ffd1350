"""What a game can be filtered by: its platforms, versions, countries, event names and maps; and who sent that."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal, LiteralString

from fastapi import APIRouter, Depends, Query

from playtrace.api.access import READS, CurrentReader, readable_game
from playtrace.api.models import ApiModel
from playtrace.api.state import CurrentState
from playtrace.api.turns import InTurn
from playtrace.halves import halves
from playtrace.metrics.frame import known_values
from playtrace.metrics.frame.asking import Asking, Rules, unbuilt_rollups
from playtrace.metrics.frame.models import CommonParameters

router = APIRouter(prefix="/api", tags=["games"])

VALUES_MAX = 200
"""Of each dimension the commonest ones: a page lists no more."""

# The store skips what has other sources, and stops at the first: 10 million events take a millisecond.
SENT_BY: LiteralString = "SELECT 1 AS seen FROM events WHERE game_id = $game AND source = $source LIMIT 1"


Listed = Literal["platforms", "versions", "countries", "eventNames", "maps"]
DIMENSIONS: dict[Listed, str] = {
    "platforms": "platform",
    "versions": "version",
    "countries": "country",
    "eventNames": "event",
}
"""The dimension of each list of values."""


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
    cut: list[Listed]
    """Which of these lists have more than 200 values: the rarest are left out there."""
    protocols: list[str]
    """By which protocols of older clients, such as `jwc.v1`, events of the game came, in any environment."""


@router.get("/games/{game_id}/dimensions", dependencies=[Depends(READS), InTurn])
def dimensions(
    state: CurrentState,
    reader: CurrentReader,
    game_id: str,
    env: Annotated[str, Query(description="Environment: `prod`, `dev` or one of the studio's own.")] = "prod",
) -> Dimensions:
    """Over all time."""
    readable_game(state, reader, game_id)
    asked = CommonParameters.model_validate({"gameId": game_id, "env": env})
    with state.store.reading() as store:
        asking = Asking(store, dt.datetime.now(dt.UTC), Rules(), "dimensions", unbuilt=unbuilt_rollups(store, game_id))
        found: dict[Listed, list[dict[str, Any]]] = {
            name: known_values.commonest(dimension, asked, asking, VALUES_MAX + 1)
            for name, dimension in DIMENSIONS.items()
        }
        found["maps"] = known_values.maps(asked, asking, VALUES_MAX + 1)
        sources = [layout.SOURCE for layout in halves("layout").values()]
        protocols = [one for one in sources if store.query(SENT_BY, {"game": game_id, "source": one}).num_rows]
    cut: list[Listed] = [name for name, rows in found.items() if len(rows) > VALUES_MAX]
    platforms, versions, countries, event_names, maps = (rows[:VALUES_MAX] for rows in found.values())
    return Dimensions(
        platforms=[row["value"] for row in platforms],
        versions=[row["value"] for row in versions],
        countries=[row["value"] for row in countries],
        event_names=[EventName(name=row["value"], events=int(row["events"])) for row in event_names],
        maps=[MapBounds(**row) for row in maps],
        cut=cut,
        protocols=protocols,
    )
