"""The map `arena`: 100 x 100 units, a lower floor (z 0 to 10) and an upper one (z 10 to 20); and `harbour`, which is
the same place pressed flat: 100 x 40 units, for a map that is longer than it is high. Its y grows downwards.

Its zones are planted so that raw and time-normalised heatmaps disagree: `market` and `courtyard` collect most
deaths because people spend their time there; `gate`, `bridge` and `alley` are crossed in seconds and deadly.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

MAP = "arena"
HARBOUR = "harbour"
HARBOUR_HEIGHT_SHARE = 0.4
"""Of the arena's y. Everybody is slower there, and nobody looks like a cheater."""
SIZE = 100.0
"""Length of either side, in the map's units (metres)."""
FLOOR_HEIGHT = 10.0

Point = tuple[float, float, float]

_POINTS_PER_ZONE = 8192


@dataclass(frozen=True, slots=True)
class Zone:
    """A part of the map that people walk to, stay in and leave."""

    name: str
    x: float
    y: float
    floor: int
    spread: float
    """Standard deviation of positions around the centre, in units."""
    stay: float
    """Chance to be still here ten seconds later."""
    deaths_per_hour: float
    kills_per_hour: float
    """Kills by those who stand here."""
    loot_per_hour: float
    exits: tuple[str, ...]
    """Where people go next; a name that stands twice is twice as likely."""


ZONES = (
    Zone("spawn_west", 10, 50, 0, 4.0, 0.20, 4, 5, 20, ("garden", "market", "market", "courtyard", "gate")),
    Zone("spawn_east", 90, 50, 0, 4.0, 0.20, 4, 5, 20, ("catwalk", "market", "courtyard", "courtyard", "bridge")),
    Zone("market", 50, 78, 0, 2.5, 0.88, 60, 60, 160, ("courtyard", "courtyard", "alley", "garden")),
    Zone("courtyard", 50, 42, 0, 3.0, 0.82, 70, 75, 60, ("market", "market", "gate", "bridge", "catwalk")),
    Zone("gate", 30, 50, 0, 2.5, 0.10, 250, 90, 10, ("courtyard", "courtyard", "market", "garden")),
    Zone("bridge", 70, 50, 0, 2.5, 0.10, 250, 90, 10, ("courtyard", "courtyard", "market", "alley")),
    Zone("alley", 82, 64, 0, 3.0, 0.15, 320, 30, 10, ("tower", "market", "bridge")),
    Zone("garden", 22, 20, 0, 6.0, 0.80, 8, 8, 200, ("gate", "courtyard", "market")),
    Zone("catwalk", 50, 52, 1, 5.0, 0.60, 60, 90, 15, ("tower", "courtyard", "market")),
    Zone("tower", 80, 82, 1, 1.5, 0.85, 12, 150, 5, ("alley", "catwalk", "market")),
)
SPAWNS = (0, 1)
"""Indices of the zones in which a match or a new life begins."""

_index = {zone.name: index for index, zone in enumerate(ZONES)}
EXITS = tuple(tuple(_index[name] for name in zone.exits) for zone in ZONES)


def _scatter() -> tuple[tuple[Point, ...], ...]:
    # The map is the same in every game, whatever the seed; drawing points beforehand saves three draws a sample.
    rng = np.random.default_rng(100)
    scattered: list[tuple[Point, ...]] = []
    for zone in ZONES:
        offsets = rng.normal(0.0, zone.spread, (_POINTS_PER_ZONE, 2))
        plane = np.clip(offsets + np.array([zone.x, zone.y]), 0.0, SIZE - 0.01).round(2).tolist()
        heights = (zone.floor * FLOOR_HEIGHT + rng.random(_POINTS_PER_ZONE) * 9.9).round(2).tolist()
        scattered.append(tuple((x, y, z) for (x, y), z in zip(plane, heights, strict=True)))
    return tuple(scattered)


POINTS = _scatter()
"""For each zone, the positions from which samples are taken."""
POINTS_OF: dict[str, tuple[tuple[Point, ...], ...]] = {
    MAP: POINTS,
    HARBOUR: tuple(tuple((x, round(y * HARBOUR_HEIGHT_SHARE, 2), z) for x, y, z in zone) for zone in POINTS),
}
"""The same by map."""


def map_of(slot: int) -> str:
    """Where the matches of these ten minutes are played."""
    return HARBOUR if slot % 3 == 2 else MAP
