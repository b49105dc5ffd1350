"""Maps of a game: the studio's own pictures, which heatmaps and playback are drawn on."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from pydantic import Field

from playtrace.api.access import READS, CurrentEditor, CurrentReader, readable_game
from playtrace.api.models import ApiModel, Strict
from playtrace.api.registry_problems import registry_problems
from playtrace.api.state import CurrentState
from playtrace.registry import maps
from playtrace.registry.models import MAP_NAME_LENGTH_MAX, GameMap

router = APIRouter(prefix="/api/games/{game_id}/maps", tags=["maps"])

IMAGE_HEADERS: Final = {
    # Whatever is in it: opened by its address it runs nothing, and no page of another site has it.
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
}
KEPT: Final = "private, max-age=31536000, immutable"
ASK_AGAIN: Final = "private, no-cache"
IMAGE_BODY: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "description": "The file, as it is.",
        "content": {
            kind: {"schema": {"type": "string", "format": "binary"}}
            for kind in ("image/png", "image/jpeg", "image/webp")
        },
    }
}

# In the query: names of maps have slashes in them.
MapName = Annotated[
    str, Query(alias="map", min_length=1, max_length=MAP_NAME_LENGTH_MAX, description="Its name, as events send it.")
]
Finite = Annotated[float, Field(allow_inf_nan=False)]


class PinnedPoint(Strict):
    """A pixel of the picture and where in the world it is."""

    pixel_x: Finite = Field(description="From the left border of the picture.")
    pixel_y: Finite = Field(description="From its upper border.")
    x: Finite = Field(description="In the map's own units, as events send it.")
    y: Finite


class MapCalibration(Strict):
    """Two points and the direction of y fix scale, rotation and origin."""

    first: PinnedPoint
    second: PinnedPoint
    y_up: bool = Field(True, description="Whether y grows upwards where the picture is not turned, else downwards.")


class MapChange(Strict):
    """What is not named stays as it is."""

    calibration: MapCalibration | None = Field(None, description="null: it lies nowhere, and is not drawn.")
    opacity: Finite | None = Field(
        None, ge=maps.OPACITY_MIN, le=1, description="Of the picture below what is drawn on it; 1: all of it."
    )


class MapPicture(ApiModel):
    name: str = Field(description="As events send it.")
    width_px: int
    height_px: int
    content_type: str
    sha256: str = Field(description="Of the picture. An address with it as `sha256` may be kept for good.")
    calibration: MapCalibration | None = Field(description="Null until somebody said where it lies.")
    opacity: float
    changed_at: dt.datetime


class MapList(ApiModel):
    maps: list[MapPicture] = Field(description="By name.")


@router.get("", dependencies=[Depends(READS)])
def list_maps(state: CurrentState, reader: CurrentReader, game_id: str) -> MapList:
    """Pictures of the game's maps, and where they lie."""
    readable_game(state, reader, game_id)
    return MapList(maps=[_picture(row) for row in state.registry.maps.all(game_id)])


@router.get(
    "/image",
    dependencies=[Depends(READS)],
    response_class=Response,
    responses={200: {"content": {"image/*": {}}, "description": "The picture, as it was put there."}},
)
def map_image(
    state: CurrentState,
    reader: CurrentReader,
    game_id: str,
    name: MapName,
    sha256: Annotated[str | None, Query(max_length=64, description="Of the picture that is meant.")] = None,
    if_none_match: Annotated[str | None, Header(include_in_schema=False)] = None,
) -> Response:
    """The picture of a map."""
    readable_game(state, reader, game_id)
    with registry_problems():
        row = state.registry.maps.with_image(game_id, name)
    tag = f'"{row.image_sha256}"'
    headers = IMAGE_HEADERS | {"ETag": tag, "Cache-Control": KEPT if sha256 == row.image_sha256 else ASK_AGAIN}
    if if_none_match is not None and tag in if_none_match:
        return Response(status_code=304, headers=headers)
    return Response(row.image, media_type=row.content_type, headers=headers)


@router.put("/image", openapi_extra=IMAGE_BODY)
async def put_map_image(
    request: Request, state: CurrentState, editor: CurrentEditor, game_id: str, name: MapName
) -> MapPicture:
    """Put a picture of a map there: PNG, JPEG or WebP, at most 8 MiB and 8,192 pixels along a side.

    In place of one that is as large it lies where that did; else somebody has to say where it lies.
    """
    await run_in_threadpool(readable_game, state, editor, game_id)
    image = await request.body()
    with registry_problems():
        return _picture(await run_in_threadpool(state.registry.maps.put_image, game_id, name, image))


@router.patch("")
def change_map(
    state: CurrentState, editor: CurrentEditor, game_id: str, name: MapName, change: MapChange
) -> MapPicture:
    """Say where the picture of a map lies in the world, or how strongly it is drawn."""
    readable_game(state, editor, game_id)
    changes = maps.MapChanges()
    if "calibration" in change.model_fields_set:
        changes["calibration"] = None if change.calibration is None else _calibration(change.calibration)
    if change.opacity is not None:
        changes["opacity"] = change.opacity
    with registry_problems():
        return _picture(state.registry.maps.change(game_id, name, changes))


@router.delete("")
def remove_map(state: CurrentState, editor: CurrentEditor, game_id: str, name: MapName) -> MapList:
    """Remove the picture of a map. What happened on it stays."""
    readable_game(state, editor, game_id)
    with registry_problems():
        state.registry.maps.remove(game_id, name)
    return MapList(maps=[_picture(row) for row in state.registry.maps.all(game_id)])


def _calibration(given: MapCalibration) -> maps.Calibration:
    first, second = (maps.Pinned(**point.model_dump(by_alias=False)) for point in (given.first, given.second))
    return maps.Calibration(first, second, given.y_up)


def _picture(row: GameMap) -> MapPicture:
    calibration = maps.calibration_of(row)
    return MapPicture(
        name=row.name,
        width_px=row.width_px,
        height_px=row.height_px,
        content_type=row.content_type,
        sha256=row.image_sha256,
        calibration=None if calibration is None else MapCalibration.model_validate(calibration, from_attributes=True),
        opacity=row.opacity,
        changed_at=row.changed_at,
    )
