"""Pictures of the arena game's maps, drawn from its zones: what a level designer would export."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from playtrace.simulate.arena_map import EXITS, HARBOUR, HARBOUR_HEIGHT_SHARE, MAP, SIZE, ZONES, Zone
from playtrace.simulate.png import encoded

PIXELS_PER_UNIT = 8
GRID_UNITS = 10

Color = tuple[int, int, int]
Plane = npt.NDArray[np.float32]

_GROUND: Color = (118, 134, 104)
_WATER: Color = (96, 128, 150)
_PATH: Color = (178, 166, 140)
_LINE: Color = (106, 121, 94)
_WALL: Color = (70, 74, 72)
_PLACES: dict[str, Color] = {
    "spawn_west": (112, 140, 176),
    "spawn_east": (176, 128, 112),
    "garden": (92, 146, 88),
    "market": (196, 176, 132),
    "catwalk": (160, 162, 166),
    "tower": (142, 144, 150),
}
_PLACE: Color = (188, 180, 160)


@dataclass(frozen=True, slots=True)
class MapDrawing:
    """The picture of a map as PNG, and where two opposite corners of it lie."""

    name: str
    png: bytes
    width_px: int
    height_px: int
    upper_left: tuple[float, float]
    lower_right: tuple[float, float]
    y_up: bool


def drawings() -> list[MapDrawing]:
    """Of all maps of the game. On the harbour y grows downwards, as its engine would have it."""
    arena = _drawn(height=SIZE, height_share=1.0, y_up=True, ground=_GROUND)
    harbour = _drawn(height=SIZE * HARBOUR_HEIGHT_SHARE, height_share=HARBOUR_HEIGHT_SHARE, y_up=False, ground=_WATER)
    return [
        MapDrawing(MAP, encoded(arena), arena.shape[1], arena.shape[0], (0, SIZE), (SIZE, 0), y_up=True),
        MapDrawing(
            HARBOUR,
            encoded(harbour),
            harbour.shape[1],
            harbour.shape[0],
            (0, 0),
            (SIZE, SIZE * HARBOUR_HEIGHT_SHARE),
            y_up=False,
        ),
    ]


def _drawn(*, height: float, height_share: float, y_up: bool, ground: Color) -> npt.NDArray[np.uint8]:
    rows, columns = round(height * PIXELS_PER_UNIT), round(SIZE * PIXELS_PER_UNIT)
    row, column = np.mgrid[0:rows, 0:columns].astype(np.float32)
    x = (column + 0.5) / PIXELS_PER_UNIT
    down = (row + 0.5) / PIXELS_PER_UNIT
    # In the arena's own units, in which zones are round.
    y = (height - down if y_up else down) / height_share
    picture = np.empty((rows, columns, 3), np.float32)
    picture[:] = ground
    picture[(x % GRID_UNITS < 0.15) | (y % GRID_UNITS < 0.15 / height_share)] = _LINE
    for zone, exits in zip(ZONES, EXITS, strict=True):
        for other in sorted(set(exits)):
            picture[_distance_to_path(x, y, zone, ZONES[other]) < 1.6] = _PATH
    for zone in ZONES:
        away = np.hypot(x - zone.x, y - zone.y)
        picture[away < 2.4 * zone.spread + 0.6] = _WALL
        picture[away < 2.4 * zone.spread] = _PLACES.get(zone.name, _PLACE)
    border = (x < 0.8) | (x > SIZE - 0.8) | (down < 0.8) | (down > height - 0.8)
    picture[border] = _WALL
    return picture.astype(np.uint8)


def _distance_to_path(x: Plane, y: Plane, first: Zone, second: Zone) -> Plane:
    """Of each pixel to the straight line between two zones."""
    along_x, along_y = second.x - first.x, second.y - first.y
    share = ((x - first.x) * along_x + (y - first.y) * along_y) / (along_x**2 + along_y**2)
    share = np.clip(share, 0, 1)
    return np.hypot(x - first.x - share * along_x, y - first.y - share * along_y)
