"""What a game can be filtered by: its platforms, versions, countries, event names and maps."""

from __future__ import annotations

from typing import Annotated, LiteralString, cast

from fastapi import APIRouter, Depends, Query, Request

from playtrace.api.authentication import CurrentReader, authenticate, readable_game
from playtrace.api.models import ApiModel
from playtrace.api.turns import InTurn
from playtrace.store.duckdb import Store

router = APIRouter(prefix="/api", tags=["games"])

VALUES_MAX = 200
"""Of each dimension the commonest ones: a page lists no more."""

DIMENSIONS: LiteralString = """
SELECT dimension, value, sum(events)::BIGINT AS events
FROM (
    SELECT unnest(['platform', 'version', 'country', 'name']) AS dimension,
        unnest([platform, version, country, name]) AS value, events
    FROM (
        SELECT platform, version, country, name, sum(events) AS events
        FROM event_counts
        WHERE game_id = $game_id AND $env = 'prod'
        GROUP BY ALL
        UNION ALL
        SELECT coalesce(platform, ''), coalesce(version, ''), coalesce(country, ''), name, count(*)
        FROM events
        WHERE game_id = $game_id AND env = $env AND $env <> 'prod'
        GROUP BY ALL
    ) AS grouped
) AS unpivoted
GROUP BY dimension, value
QUALIFY row_number() OVER (PARTITION BY dimension ORDER BY sum(events) DESC, value) <= $limit
ORDER BY dimension, events DESC, value
"""

# Where players were tells more of a map than where something happened to them: that counts only without any position.
MAPS: LiteralString = """
SELECT map AS id, sum(events)::BIGINT AS events, min(min_x) AS min_x, min(min_y) AS min_y,
    max(max_x) AS max_x, max(max_y) AS max_y, min(min_z) AS min_z, max(max_z) AS max_z
FROM (
    SELECT map, name, events, min_x, min_y, max_x, max_y, min_z, max_z
    FROM map_extents
    WHERE game_id = $game_id AND $env = 'prod'
    UNION ALL
    SELECT map, name, count(*), min(x), min(y), max(x), max(y), min(z), max(z)
    FROM events
    WHERE game_id = $game_id AND env = $env AND $env <> 'prod'
        AND map IS NOT NULL AND x IS NOT NULL AND y IS NOT NULL
    GROUP BY ALL
) AS extents
GROUP BY map, name = 'position'
QUALIFY row_number() OVER (PARTITION BY map ORDER BY name = 'position' DESC) = 1
ORDER BY events DESC, id
LIMIT $limit
"""


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
    game: dict[str, object] = {"game_id": game_id, "env": env, "limit": VALUES_MAX}
    with cast(Store, request.app.state.store).reading() as store:
        rows = store.query(DIMENSIONS, game).to_pylist()
        maps = store.query(MAPS, game).to_pylist()
    found: dict[str, list[tuple[str, int]]] = {}
    for row in rows:
        found.setdefault(row["dimension"], []).append((row["value"], row["events"]))
    return Dimensions(
        platforms=[value for value, _ in found.get("platform", [])],
        versions=[value for value, _ in found.get("version", [])],
        countries=[value for value, _ in found.get("country", [])],
        event_names=[EventName(name=value, events=events) for value, events in found.get("name", [])],
        maps=[MapBounds(**row) for row in maps],
    )
