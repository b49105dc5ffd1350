"""How far the positions and the located events of a day reach on each map, near and far ones apart.

`reach` is how far from the origin something is, in powers of two: 7 is further than 64 and at most 128, 0 is at most 1.
So one stray position a million units away, as a fall through the floor or a defect makes them, can be told from where
nearly everything lies: `core` says where that is.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from playtrace.rollups.rollup import Rollup

ROLLUP = Rollup(
    table="map_extents",
    version=3,
    columns={
        "game_id": "VARCHAR NOT NULL",
        "env": "VARCHAR NOT NULL",
        "day": "DATE NOT NULL",
        "map_id": "VARCHAR NOT NULL",
        "name": "VARCHAR NOT NULL",
        "reach": "SMALLINT NOT NULL",
        "events": "BIGINT NOT NULL",
        "min_x": "DOUBLE NOT NULL",
        "min_y": "DOUBLE NOT NULL",
        "max_x": "DOUBLE NOT NULL",
        "max_y": "DOUBLE NOT NULL",
        "min_z": "DOUBLE",
        "max_z": "DOUBLE",
    },
    each="""
    SELECT game_id, env, CAST(time AS DATE) AS day, map_id, name,
        -- A little less, so that a power of two is in one class whatever the logarithm's last digit.
        CAST(ceil(ln(greatest(abs(x), abs(y), 1)) / ln(2) - 1e-9) AS SMALLINT) AS reach,
        CAST(1 AS BIGINT) AS events, x AS min_x, y AS min_y, x AS max_x, y AS max_y, z AS min_z, z AS max_z
    FROM {source} AS source
    WHERE map_id IS NOT NULL AND x IS NOT NULL AND y IS NOT NULL
    """,
    merge="""
    SELECT {key}day, map_id, name, reach, CAST(sum(events) AS BIGINT) AS events, min(min_x) AS min_x,
        min(min_y) AS min_y, max(max_x) AS max_x, max(max_y) AS max_y, min(min_z) AS min_z, max(max_z) AS max_z
    FROM {parts} AS parts
    GROUP BY {key}day, map_id, name, reach
    """,
    day="day",
    order="game_id, env, map_id, name",
)

SHARE_MIN = 0.005
"""Of all events. What holds less is stray."""
APART_MAX = 2
"""Classes. What is further apart from the rest is a place of its own, and must hold `APART_SHARE_MIN` to count."""
APART_SHARE_MIN = 0.1


class Ring(Struct, frozen=True):
    """What lies in one class of `reach`, and how far."""

    reach: int
    events: int
    min_x: float
    min_y: float
    max_x: float
    max_y: float


class Box(Struct, frozen=True):
    min_x: float
    min_y: float
    max_x: float
    max_y: float

    @property
    def longer_side(self) -> float:
        return max(self.max_x - self.min_x, self.max_y - self.min_y)


def core(rings: Sequence[Ring]) -> Box | None:
    """Where nearly everything of a map lies, grown from the ring that holds most. None without any."""
    if not rings:
        return None
    total = sum(ring.events for ring in rings)
    middle = max(rings, key=lambda ring: (ring.events, ring.reach))
    outwards = sorted((ring for ring in rings if ring.reach > middle.reach), key=lambda ring: ring.reach)
    inwards = sorted((ring for ring in rings if ring.reach < middle.reach), key=lambda ring: -ring.reach)
    kept = [middle]
    for ordered in (outwards, inwards):
        edge = middle.reach
        for ring in ordered:
            is_near = abs(ring.reach - edge) <= APART_MAX
            if ring.events >= (SHARE_MIN if is_near else APART_SHARE_MIN) * total:
                kept.append(ring)
                edge = ring.reach
    # A border between two powers is none of the map: what is right outside belongs to it, however little that is.
    furthest = max(ring.reach for ring in kept)
    kept += [ring for ring in rings if ring.reach == furthest + 1]
    return Box(
        min_x=min(ring.min_x for ring in kept),
        min_y=min(ring.min_y for ring in kept),
        max_x=max(ring.max_x for ring in kept),
        max_y=max(ring.max_y for ring in kept),
    )
