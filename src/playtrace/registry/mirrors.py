"""Mirrors in the registry: which database gets what the store has, and how that fares."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from playtrace.registry.errors import Invalid, MirrorFromSettings, UnknownMirror
from playtrace.registry.models import MIRROR_ID_LENGTH_MAX, MIRROR_URL_LENGTH_MAX, Game, Mirror
from playtrace.registry.part import Part

MIRRORS_MAX = 20
"""Each has a thread, and reads the store for itself."""
GAMES_MAX = 1_000
"""Named by one mirror."""
EVERYTHING = dt.date.min
"""A replay from this day begins with the first event."""
ID_SHAPE = re.compile(rf"[A-Za-z0-9_.-]{{1,{MIRROR_ID_LENGTH_MAX}}}")


@dataclass(frozen=True, kw_only=True)
class MirrorDefinition:
    """What people say of a mirror; the rest of its row tells how it fares."""

    url: str
    game_ids: list[str] | None = None
    since: dt.date | None = None


class Mirrors(Part):
    def put(self, mirror_id: str, definition: MirrorDefinition) -> Mirror:
        """Make a mirror, in place of one of the same name. Raises `Invalid` and `MirrorFromSettings`."""
        with self._noting() as session:
            self._audit(session, "mirror.put", mirror_id)
            return put(session, mirror_id, definition, self._now())

    def check(self, mirror_id: str, definition: MirrorDefinition) -> None:
        """Whether it could be made, but for what is at its address. Raises `Invalid`."""
        with self._reading() as session:
            check_definition(session, mirror_id, definition)

    def pause(self, mirror_id: str, *, is_paused: bool) -> Mirror:
        """Nothing is written until it is resumed; one that fails is tried at once then. Raises `UnknownMirror`."""
        with self._noting() as session:
            self._audit(session, "mirror.paused" if is_paused else "mirror.resumed", mirror_id)
            return pause(session, mirror_id, self._now(), is_paused=is_paused)

    def replay(self, mirror_id: str, day: dt.date) -> Mirror:
        """What happened on this day (UTC) and later is to be written again. Raises `UnknownMirror`."""
        with self._noting() as session:
            self._audit(session, "mirror.replayed", mirror_id, since=day.isoformat())
            return replay(session, mirror_id, day, self._now())

    def replay_begun(self, mirror_id: str, day: dt.date) -> None:
        """The target stands where that day begins."""
        with self._noting() as session:
            replay_begun(session, mirror_id, day)

    def remove(self, mirror_id: str) -> None:
        """What is in its database stays there. Raises `UnknownMirror` and `MirrorFromSettings`."""
        with self._noting() as session:
            remove(session, mirror_id)
            self._audit(session, "mirror.removed", mirror_id)

    def note(self, mirror_id: str, url: str, state_json: str) -> None:
        """How it fares at this address."""
        with self._noting() as session:
            note(session, mirror_id, url, state_json)

    def follow_settings(self, urls: Mapping[str, str]) -> list[str]:
        """The mirrors that the settings make are as they say. Returns those names that somebody gave to another."""
        with self._noting() as session:
            return follow_settings(session, urls, self._now())

    def all(self) -> list[Mirror]:
        """All of them, by name."""
        with self._reading() as session:
            return list(find_all(session))

    def find(self, mirror_id: str) -> Mirror:
        """Raises `UnknownMirror`."""
        with self._reading() as session:
            return find(session, mirror_id)


def find_all(session: Session) -> Sequence[Mirror]:
    """By name."""
    return session.scalars(select(Mirror).order_by(Mirror.id)).all()


def find(session: Session, mirror_id: str) -> Mirror:
    """Raises `UnknownMirror`."""
    mirror = session.get(Mirror, mirror_id)
    if mirror is None:
        raise UnknownMirror(mirror_id)
    return mirror


def put(session: Session, mirror_id: str, definition: MirrorDefinition, now: dt.datetime) -> Mirror:
    """Make a mirror, in place of one of the same name: what that did not have, because of its games or its first day,
    is written too. Raises `Invalid` and `MirrorFromSettings`."""
    check_definition(session, mirror_id, definition)
    mirror = session.get(Mirror, mirror_id)
    if mirror is not None and mirror.is_from_settings:
        raise MirrorFromSettings(mirror_id)
    if mirror is None:
        if session.scalars(select(func.count()).select_from(Mirror)).one() >= MIRRORS_MAX:
            raise Invalid("id", f"expected at most {MIRRORS_MAX} mirrors: remove one that is not needed")
        mirror = _new(mirror_id, definition.url, now, is_from_settings=False)
        session.add(mirror)
    elif (mirror.game_ids, mirror.since) != (definition.game_ids, definition.since):
        mirror.replay_from = EVERYTHING
    if mirror.url != definition.url:
        _go_elsewhere(mirror, definition.url)
    mirror.game_ids, mirror.since = definition.game_ids, definition.since
    mirror.changed_at = now
    return mirror


def pause(session: Session, mirror_id: str, now: dt.datetime, *, is_paused: bool) -> Mirror:
    """Raises `UnknownMirror`."""
    mirror = find(session, mirror_id)
    mirror.is_paused = is_paused
    mirror.changed_at = now
    return mirror


def replay(session: Session, mirror_id: str, day: dt.date, now: dt.datetime) -> Mirror:
    """Events of this day (UTC) and later are to be written again. Raises `UnknownMirror`."""
    mirror = find(session, mirror_id)
    mirror.replay_from = day if mirror.replay_from is None else min(day, mirror.replay_from)
    mirror.changed_at = now
    return mirror


def replay_begun(session: Session, mirror_id: str, day: dt.date) -> None:
    """The target stands where that day begins; unless more was asked for meanwhile."""
    mirror = session.get(Mirror, mirror_id)
    if mirror is not None and mirror.replay_from == day:
        mirror.replay_from = None


def remove(session: Session, mirror_id: str) -> None:
    """What is in the database stays there. Raises `UnknownMirror` and `MirrorFromSettings`."""
    mirror = find(session, mirror_id)
    if mirror.is_from_settings:
        raise MirrorFromSettings(mirror_id)
    session.delete(mirror)


def note(session: Session, mirror_id: str, url: str, state_json: str) -> None:
    """How it fares at this address; nothing where it was removed meanwhile, or goes elsewhere."""
    mirror = session.get(Mirror, mirror_id)
    if mirror is not None and mirror.url == url:
        mirror.state_json = state_json


def follow_settings(session: Session, urls: Mapping[str, str], now: dt.datetime) -> list[str]:
    """The mirrors of the settings are as they say: made, changed or gone. Who made one of such a name keeps it; returns
    those names."""
    kept: list[str] = []
    for mirror in find_all(session):
        if mirror.is_from_settings and mirror.id not in urls:
            session.delete(mirror)
    for mirror_id, url in urls.items():
        mirror = session.get(Mirror, mirror_id)
        if mirror is None:
            session.add(_new(mirror_id, url, now, is_from_settings=True))
        elif not mirror.is_from_settings:
            kept.append(mirror_id)
        elif mirror.url != url:
            _go_elsewhere(mirror, url)
            mirror.changed_at = now
    return kept


def check_definition(session: Session, mirror_id: str, definition: MirrorDefinition) -> None:
    """Raises `Invalid`."""
    if not ID_SHAPE.fullmatch(mirror_id):
        raise Invalid("id", f"expected 1 to {MIRROR_ID_LENGTH_MAX} letters, digits, `_`, `.` and `-`")
    if not 1 <= len(definition.url) <= MIRROR_URL_LENGTH_MAX:
        raise Invalid("url", f"expected 1 to {MIRROR_URL_LENGTH_MAX:,} characters")
    if definition.game_ids is not None:
        if not 1 <= len(definition.game_ids) <= GAMES_MAX:
            raise Invalid("games", f"expected 1 to {GAMES_MAX:,} ids, or none for all games")
        known = set(session.scalars(select(Game.id).where(Game.id.in_(definition.game_ids))))
        if missing := [game_id for game_id in definition.game_ids if game_id not in known]:
            raise Invalid("games", f"there is no game with the id {missing[0]!r}")


def _new(mirror_id: str, url: str, now: dt.datetime, *, is_from_settings: bool) -> Mirror:
    return Mirror(
        id=mirror_id, url=url, is_paused=False, is_from_settings=is_from_settings, created_at=now, changed_at=now
    )


def _go_elsewhere(mirror: Mirror, url: str) -> None:
    """What is known of one database says nothing of another, which knows by itself where it stands."""
    mirror.url = url
    mirror.state_json = None
