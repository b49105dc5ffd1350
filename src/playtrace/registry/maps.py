"""Maps of a game: a picture for each, by the name that events send, and where its pixels lie in the world.

Two points say that: of each its pixel and its place. With the direction of y they fix scale, rotation and origin.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import math
from collections.abc import Iterator, Sequence
from typing import TypedDict

import msgspec
from msgspec import Struct
from sqlalchemy import func, select
from sqlalchemy.orm import Session, undefer

from playtrace.registry import games
from playtrace.registry.errors import Invalid, UnknownMap
from playtrace.registry.map_images import kind_of
from playtrace.registry.models import MAP_NAME_LENGTH_MAX, GameMap
from playtrace.registry.part import Part

MAPS_MAX = 100
"""Of one game."""
OPACITY_MIN = 0.05
PLACE_MAX = 1e9
"""How far from the origin a place may be, in the map's units."""
PIXELS_APART_MIN = 8.0
"""Of points that lie closer together, one pixel more or less turns the map."""


class Pinned(Struct, frozen=True):
    """A pixel of the picture, from its upper left corner, and where in the world it is."""

    pixel_x: float
    pixel_y: float
    x: float
    y: float


class Calibration(Struct, frozen=True):
    first: Pinned
    second: Pinned
    y_up: bool = True
    """Whether y grows upwards where the picture is not turned, as in most engines; else downwards, as its pixels do."""

    def encoded(self) -> str:
        return msgspec.json.encode(self).decode()


class MapChanges(TypedDict, total=False):
    """What is not named stays as it is."""

    calibration: Calibration | None
    """None: the picture lies nowhere, and is not drawn."""
    opacity: float


class Maps(Part):
    def put_image(self, game_id: str, name: str, image: bytes) -> GameMap:
        """The picture of a map, in place of the one that it has. Raises `UnknownGame`, `GameIsDeleted`, `Invalid`."""
        with self._noting() as session:
            row = put_image(session, game_id, name, image, self._now())
            self._audit(session, "map.image_put", name, game_id=game_id, sha256=row.image_sha256)
            return row

    def change(self, game_id: str, name: str, changes: MapChanges) -> GameMap:
        """Where its picture lies, and how strongly it is drawn. Raises `UnknownMap` and `Invalid`."""
        with self._noting() as session:
            self._audit(session, "map.changed", name, game_id=game_id, changed=sorted(changes))
            return change(session, game_id, name, changes, self._now())

    def remove(self, game_id: str, name: str) -> None:
        """Its picture; what happened on it stays. Raises `UnknownMap`."""
        with self._noting() as session:
            remove(session, game_id, name)
            self._audit(session, "map.removed", name, game_id=game_id)

    def all(self, game_id: str) -> list[GameMap]:
        """By name, without their pictures."""
        with self._reading() as session:
            return list(find_all(session, game_id))

    def with_image(self, game_id: str, name: str) -> GameMap:
        """Raises `UnknownMap`."""
        with self._reading() as session:
            return find_with_image(session, game_id, name)

    def damaged(self) -> list[str]:
        """In words: those whose picture is not the one that was put there."""
        with self._reading() as session:
            return [f"{row.name} of {row.game_id}" for row in damaged(session)]


def calibration_of(row: GameMap) -> Calibration | None:
    return None if row.calibration_json is None else msgspec.json.decode(row.calibration_json, type=Calibration)


def find_all(session: Session, game_id: str) -> Sequence[GameMap]:
    """By name, without their pictures."""
    return session.scalars(select(GameMap).where(GameMap.game_id == game_id).order_by(GameMap.name)).all()


def find(session: Session, game_id: str, name: str) -> GameMap:
    """Raises `UnknownMap`."""
    row = session.get(GameMap, (game_id, name))
    if row is None:
        raise UnknownMap(game_id, name)
    return row


def find_with_image(session: Session, game_id: str, name: str) -> GameMap:
    """Raises `UnknownMap`."""
    row = session.get(GameMap, (game_id, name), options=[undefer(GameMap.image)])
    if row is None:
        raise UnknownMap(game_id, name)
    return row


def put_image(session: Session, game_id: str, name: str, image: bytes, now: dt.datetime) -> GameMap:
    """In place of the one that is there. A calibration stays where the new one is as large.

    Raises `UnknownGame`, `GameIsDeleted` and `Invalid`.
    """
    games.find(session, game_id)
    kind = kind_of(image)
    row = session.get(GameMap, (game_id, name))
    if row is None:
        games.check_text("map", name, MAP_NAME_LENGTH_MAX)
        of_game = select(func.count()).select_from(GameMap).where(GameMap.game_id == game_id)
        if session.scalars(of_game).one() >= MAPS_MAX:
            raise Invalid("map", f"expected at most {MAPS_MAX} maps of a game: remove one that is not needed")
        row = GameMap(game_id=game_id, name=name, opacity=1.0)
        session.add(row)
    elif (row.width_px, row.height_px) != (kind.width_px, kind.height_px):
        row.calibration_json = None
    row.image = image
    row.image_sha256 = hashlib.sha256(image).hexdigest()
    row.content_type, row.width_px, row.height_px = kind.content_type, kind.width_px, kind.height_px
    row.changed_at = now
    return row


def change(session: Session, game_id: str, name: str, changes: MapChanges, now: dt.datetime) -> GameMap:
    """Raises `UnknownMap` and `Invalid`."""
    row = find(session, game_id, name)
    if "calibration" in changes:
        calibration = changes["calibration"]
        if calibration is not None:
            _check(calibration, row)
        row.calibration_json = None if calibration is None else calibration.encoded()
    if "opacity" in changes:
        if not OPACITY_MIN <= changes["opacity"] <= 1:
            raise Invalid("opacity", f"expected {OPACITY_MIN} (hardly to be seen) to 1")
        row.opacity = changes["opacity"]
    row.changed_at = now
    return row


def remove(session: Session, game_id: str, name: str) -> None:
    """Raises `UnknownMap`."""
    session.delete(find(session, game_id, name))


def damaged(session: Session) -> Iterator[GameMap]:
    """Those whose picture is not the one that was put there."""
    for key in session.execute(select(GameMap.game_id, GameMap.name)).all():
        row = find_with_image(session, *key)
        if hashlib.sha256(row.image).hexdigest() != row.image_sha256:
            yield row
        session.expunge(row)


def _check(calibration: Calibration, row: GameMap) -> None:
    first, second = calibration.first, calibration.second
    for point in (first, second):
        if not (0 <= point.pixel_x <= row.width_px and 0 <= point.pixel_y <= row.height_px):
            raise Invalid("calibration", f"expected pixels of the picture: {row.width_px} x {row.height_px}")
        if not (abs(point.x) <= PLACE_MAX and abs(point.y) <= PLACE_MAX):
            raise Invalid("calibration", f"expected places that are at most {PLACE_MAX:,.0f} units from the origin")
    apart_px = math.dist((first.pixel_x, first.pixel_y), (second.pixel_x, second.pixel_y))
    if apart_px < PIXELS_APART_MIN:
        raise Invalid("calibration", f"expected two points that are at least {PIXELS_APART_MIN:.0f} pixels apart")
    if math.dist((first.x, first.y), (second.x, second.y)) < apart_px / PLACE_MAX:
        raise Invalid("calibration", "expected two different places in the world")
