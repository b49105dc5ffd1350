"""Games in the registry: what is said of them, and how they end.

An archived game takes no events and is read as before. One that is being deleted is as if it were gone; its rows go
when nothing of it is left in the store (`playtrace/operate/game_deletion.py`), and then its id is free.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
import zoneinfo
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import JSON, Table, delete, func, select, update
from sqlalchemy.orm import Session

from playtrace.registry.errors import GameExists, GameIsDeleted, Invalid, UnknownGame
from playtrace.registry.game_ids import GAME_ID_EXPECTED, is_game_id
from playtrace.registry.models import (
    NAME_LENGTH_MAX,
    NOTE_LENGTH_MAX,
    AlertIncident,
    AlertObservation,
    Base,
    Game,
)
from playtrace.registry.part import Part
from playtrace.registry.retention import RetentionPolicy, checked

KEPT_TABLES = frozenset({"audit"})
"""They tell of games that are no more."""


class Games(Part):
    def add(
        self,
        game_id: str,
        *,
        name: str | None = None,
        time_zone: str = "UTC",
        currency: str = "USD",
    ) -> Game:
        """Raises `Invalid`, `GameExists`, or `GameIsDeleted` until nothing of the one before is left."""
        check_game_id(game_id)
        name = game_id if name is None else check_text("name", name, NAME_LENGTH_MAX)
        check_time_zone(time_zone)
        check_currency(currency)
        with self._writing() as session:
            there = _game(session, game_id)
            if there is not None:
                raise GameExists(game_id) if there.deletion_began_at is None else GameIsDeleted(game_id)
            game = Game(id=game_id, name=name, time_zone=time_zone, currency=currency, created_at=self._now())
            session.add(game)
            self._audit(session, "game.added", game_id, game_id=game_id)
        return game

    def add_missing(self, game_ids: Sequence[str], *, games_max: int | None = None) -> None:
        """Those of these that there are not. Only the first ones, where there would be more than `games_max` games.

        Raises `Invalid`.
        """
        for game_id in game_ids:
            check_game_id(game_id)
        now = self._now()
        with self._writing() as session:
            known = set(session.scalars(select(Game.id).where(Game.id.in_(game_ids))))
            new = [game_id for game_id in dict.fromkeys(game_ids) if game_id not in known]
            if games_max is not None:
                # In this transaction: other processes make some too.
                there_are = session.scalars(select(func.count()).select_from(Game)).one()
                new = new[: max(0, games_max - there_are)]
            session.add_all(Game(id=id_, name=id_, time_zone="UTC", currency="USD", created_at=now) for id_ in new)

    def all(self) -> list[Game]:
        """All games, oldest first, the archived ones too; without those that are being deleted."""
        with self._reading() as session:
            return [game for game in find_all(session) if self._share.has(game.id)]

    def being_deleted(self) -> list[Game]:
        """Oldest first."""
        with self._reading() as session:
            return [game for game in find_deleted(session) if self._share.has(game.id)]

    def get(self, game_id: str) -> Game | None:
        """None for one that is being deleted, too."""
        with self._reading() as session:
            game = _game(session, game_id)
            return None if game is None or game.deletion_began_at is not None else game

    def change(self, game_id: str, changes: Mapping[str, str]) -> Game:
        """Its `name`, `time_zone` and `currency`, those that are given. Raises `UnknownGame`, `GameIsDeleted` and
        `Invalid`."""
        with self._writing() as session:
            self._audit(session, "game.changed", game_id, game_id=game_id, **changes)
            return change(session, game_id, changes)

    def archive(self, game_id: str, *, is_archived: bool) -> Game:
        """It takes no events any more, or takes some again. Raises `UnknownGame` and `GameIsDeleted`."""
        with self._writing() as session:
            self._audit(session, "game.archived" if is_archived else "game.taken_back", game_id, game_id=game_id)
            return archive(session, game_id, self._now(), is_archived=is_archived)

    def begin_deletion(self, game_id: str, confirmed_name: str) -> Game:
        """Raises `UnknownGame`, `GameIsDeleted`, and `Invalid` for a game that is not archived, or named otherwise."""
        with self._writing() as session:
            self._audit(session, "game.deleted", game_id, game_id=game_id)
            return begin_deletion(session, game_id, confirmed_name, self._now())

    def forget(self, game_id: str) -> None:
        """Every row that is about it: its id is free then."""
        with self._writing() as session:
            forget(session, game_id)

    def set_retention(self, game_id: str, policy: RetentionPolicy) -> Game:
        """How long it keeps what. Raises `UnknownGame`, `GameIsDeleted` and `Invalid`."""
        with self._writing() as session:
            self._audit(session, "game.retention_set", game_id, game_id=game_id)
            return set_retention(session, game_id, policy, self._now())


def check_game_id(game_id: str) -> None:
    if not is_game_id(game_id):
        raise Invalid("id", GAME_ID_EXPECTED)


def check_time_zone(time_zone: str) -> None:
    if time_zone not in zoneinfo.available_timezones():
        raise Invalid("time zone", "expected an IANA name such as Europe/Berlin")


def check_currency(currency: str) -> None:
    if not re.fullmatch(r"[A-Z]{3}", currency):
        raise Invalid("currency", "expected an ISO 4217 code such as USD")


def check_text(name: str, text: str, length_max: int) -> str:
    text = text.strip()
    # Control characters would let a name rewrite the terminal that lists it; surrogates cannot be stored.
    if not 1 <= len(text) <= length_max or any(unicodedata.category(letter) in ("Cc", "Cs") for letter in text):
        raise Invalid(name, f"expected 1 to {length_max} characters on one line")
    return text


def find_all(session: Session) -> Sequence[Game]:
    """Oldest first, without those that are being deleted."""
    return session.scalars(select(Game).where(Game.deletion_began_at.is_(None)).order_by(Game.number)).all()


def find_deleted(session: Session) -> Sequence[Game]:
    """Those that are being deleted, oldest first."""
    return session.scalars(select(Game).where(Game.deletion_began_at.is_not(None)).order_by(Game.number)).all()


def find(session: Session, game_id: str) -> Game:
    """Raises `UnknownGame`, and `GameIsDeleted`."""
    game = session.scalars(select(Game).where(Game.id == game_id)).one_or_none()
    if game is None:
        raise UnknownGame(game_id)
    if game.deletion_began_at is not None:
        raise GameIsDeleted(game_id)
    return game


def change(session: Session, game_id: str, changes: Mapping[str, str]) -> Game:
    """Its `name`, `time_zone` and `currency`, those that are given. Nothing is counted anew for that: days are cut when
    they are asked for. Raises `UnknownGame`, `GameIsDeleted` and `Invalid`."""
    game = find(session, game_id)
    if "name" in changes:
        game.name = check_text("name", changes["name"], NAME_LENGTH_MAX)
    if "time_zone" in changes:
        check_time_zone(changes["time_zone"])
        game.time_zone = changes["time_zone"]
    if "currency" in changes:
        check_currency(changes["currency"])
        game.currency = changes["currency"]
    return game


def archive(session: Session, game_id: str, now: dt.datetime, *, is_archived: bool) -> Game:
    """Raises `UnknownGame` and `GameIsDeleted`."""
    game = find(session, game_id)
    game.archived_at = (game.archived_at or now) if is_archived else None
    return game


def set_retention(session: Session, game_id: str, policy: RetentionPolicy, now: dt.datetime) -> Game:
    """Raises `UnknownGame`, `GameIsDeleted` and `Invalid`."""
    game = find(session, game_id)
    game.retention_json = checked(policy).encoded()
    game.retention_changed_at = now
    return game


def begin_deletion(session: Session, game_id: str, confirmed_name: str, now: dt.datetime) -> Game:
    """From now on it is as if it were gone, and there is no way back. Raises `UnknownGame`, `GameIsDeleted`, and
    `Invalid` for one that is not archived, or whose name is another."""
    game = find(session, game_id)
    if game.archived_at is None:
        raise Invalid("id", "expected an archived game: archive it first, which can be undone")
    if confirmed_name.strip() not in (game.name, game.id):
        raise Invalid("name", f"expected the name of the game that is to be deleted, {game.name!r}")
    game.deletion_began_at = now
    return game


def forget(session: Session, game_id: str) -> None:
    """Every row that is about it."""
    of_incidents = select(AlertIncident.id).where(AlertIncident.game_id == game_id)
    session.execute(delete(AlertObservation).where(AlertObservation.incident_id.in_(of_incidents)))
    for table in reversed(Base.metadata.sorted_tables):
        if table.name in KEPT_TABLES or table is Game.__table__:
            continue
        if "game_id" in table.columns:
            session.execute(delete(table).where(table.c.game_id == game_id))
        if "game_ids" in table.columns:
            _forget_in_lists(session, table, game_id)
    session.execute(delete(Game).where(Game.id == game_id))


def _forget_in_lists(session: Session, table: Table, game_id: str) -> None:
    """What is for some games is for the others from now on; what was for this one alone goes."""
    key = list(table.primary_key)
    rows = session.execute(select(*key, table.c.game_ids).where(table.c.game_ids != JSON.NULL)).all()
    for *found, game_ids in rows:
        if not game_ids or game_id not in game_ids:
            continue
        is_row = [column == value for column, value in zip(key, found, strict=True)]
        rest: list[Any] = [one for one in game_ids if one != game_id]
        if rest:
            session.execute(update(table).where(*is_row).values(game_ids=rest))
        else:
            session.execute(delete(table).where(*is_row))


def check_note(note: str) -> str:
    return check_text("note", note, NOTE_LENGTH_MAX) if note.strip() else ""


def require_game(session: Session, game_id: str | None) -> None:
    """That there is this game, where one is named. Raises `UnknownGame` and `GameIsDeleted`."""
    if game_id is not None:
        find(session, game_id)


def require_games(session: Session, game_ids: Iterable[str | None]) -> None:
    for game_id in game_ids:
        require_game(session, game_id)


def _game(session: Session, game_id: str) -> Game | None:
    return session.scalars(select(Game).where(Game.id == game_id)).one_or_none()
