"""Statements of SQL that people keep under a name, for themselves or for all who may ask of a game in SQL."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, false, func, or_, select, update
from sqlalchemy.orm import Session

from playtrace.registry.errors import Invalid, UnknownSavedQuery
from playtrace.registry.games import require_game
from playtrace.registry.models import SAVED_QUERY_NAME_LENGTH_MAX, SavedQuery
from playtrace.registry.part import Part

QUERIES_MAX = 500
"""Of one person in a game, and of those that are shared in it."""


@dataclass(frozen=True, kw_only=True)
class QueryDefinition:
    """What people say of one."""

    name: str
    sql: str
    is_shared: bool


class SavedQueries(Part):
    def visible_to(self, game_id: str, person_id: int | None) -> list[SavedQuery]:
        """Those of a game that are shared, and the person's own; by name."""
        with self._reading() as session:
            return list(visible_to(session, game_id, person_id))

    def find(self, game_id: str, query_id: int) -> SavedQuery:
        """Raises `UnknownSavedQuery`."""
        with self._reading() as session:
            return find(session, game_id, query_id)

    def add(self, game_id: str, definition: QueryDefinition, person_id: int | None) -> SavedQuery:
        """Raises `UnknownGame` and `Invalid`."""
        with self._noting() as session:
            require_game(session, game_id)
            self._audit(session, "saved_query.put", definition.name, game_id=game_id)
            return add(session, game_id, definition, person_id, self._now())

    def change(self, game_id: str, query_id: int, definition: QueryDefinition) -> SavedQuery:
        """Raises `UnknownSavedQuery` and `Invalid`."""
        with self._noting() as session:
            self._audit(session, "saved_query.put", definition.name, game_id=game_id)
            return change(session, game_id, query_id, definition, self._now())

    def remove(self, game_id: str, query_id: int) -> None:
        """Raises `UnknownSavedQuery`."""
        with self._noting() as session:
            removed = find(session, game_id, query_id)
            self._audit(session, "saved_query.removed", removed.name, game_id=game_id)
            remove(session, game_id, query_id)


def add(
    session: Session, game_id: str, definition: QueryDefinition, owner_id: int | None, now: dt.datetime
) -> SavedQuery:
    """Raises `Invalid`."""
    _check(definition)
    of_same = SavedQuery.is_shared if definition.is_shared else SavedQuery.owner_id == owner_id
    if (
        session.scalars(
            select(func.count()).select_from(SavedQuery).where(SavedQuery.game_id == game_id, of_same)
        ).one()
        >= QUERIES_MAX
    ):
        raise Invalid("name", f"expected at most {QUERIES_MAX} saved queries: remove one that is not needed")
    query = SavedQuery(game_id=game_id, owner_id=owner_id, created_at=now, changed_at=now, **vars(definition))
    session.add(query)
    session.flush()
    return query


def change(session: Session, game_id: str, query_id: int, definition: QueryDefinition, now: dt.datetime) -> SavedQuery:
    """Raises `UnknownSavedQuery` and `Invalid`."""
    _check(definition)
    query = find(session, game_id, query_id)
    query.name, query.sql, query.is_shared = definition.name, definition.sql, definition.is_shared
    query.changed_at = now
    return query


def remove(session: Session, game_id: str, query_id: int) -> None:
    """Raises `UnknownSavedQuery`."""
    session.delete(find(session, game_id, query_id))


def forget_owner(session: Session, person_id: int) -> None:
    """Of somebody who goes: what they kept for themselves goes too, what they shared stays."""
    theirs = SavedQuery.owner_id == person_id
    session.execute(delete(SavedQuery).where(theirs, ~SavedQuery.is_shared))
    session.execute(update(SavedQuery).where(theirs).values(owner_id=None))


def find(session: Session, game_id: str, query_id: int) -> SavedQuery:
    """Raises `UnknownSavedQuery`."""
    # A larger number than the engine's integers would be an error of the driver.
    query = session.get(SavedQuery, query_id) if 0 < query_id < 2**31 else None
    if query is None or query.game_id != game_id:
        raise UnknownSavedQuery(query_id)
    return query


def visible_to(session: Session, game_id: str, person_id: int | None) -> Sequence[SavedQuery]:
    """Those of a game that are shared, and the person's own; by name."""
    own = false() if person_id is None else SavedQuery.owner_id == person_id
    seen = select(SavedQuery).where(SavedQuery.game_id == game_id, or_(SavedQuery.is_shared, own))
    return session.scalars(seen.order_by(SavedQuery.name, SavedQuery.id)).all()


def _check(definition: QueryDefinition) -> None:
    if not 1 <= len(definition.name) <= SAVED_QUERY_NAME_LENGTH_MAX or definition.name != definition.name.strip():
        raise Invalid("name", f"expected 1 to {SAVED_QUERY_NAME_LENGTH_MAX} characters, none of them blank at an end")
    if not definition.sql.strip():
        raise Invalid("sql", "expected a statement")
