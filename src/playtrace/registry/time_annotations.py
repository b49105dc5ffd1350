"""What people say of moments of a game: a sale, an outage, a stream that somebody gave. Drawn on every time axis."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from playtrace.registry.audit import acting
from playtrace.registry.errors import Invalid, UnknownAnnotation
from playtrace.registry.games import check_text, require_game
from playtrace.registry.models import ANNOTATION_LENGTH_MAX, Annotation
from playtrace.registry.part import Part

ANNOTATIONS_MAX = 2_000
"""Of one game: more than one a day for five years."""


class Annotations(Part):
    def add(self, game_id: str, at: dt.datetime, text: str) -> Annotation:
        """Of whoever acts. Raises `UnknownGame` and `Invalid`."""
        with self._noting() as session:
            require_game(session, game_id)
            self._audit(session, "annotation.added", text, game_id=game_id, at=str(at))
            return add(session, game_id, at, text, acting.get().name, self._now())

    def change(self, game_id: str, annotation_id: int, at: dt.datetime, text: str) -> Annotation:
        """Raises `UnknownAnnotation` and `Invalid`."""
        with self._noting() as session:
            self._audit(session, "annotation.changed", text, game_id=game_id, at=str(at))
            return change(session, game_id, annotation_id, at, text, acting.get().name, self._now())

    def remove(self, game_id: str, annotation_id: int) -> None:
        """Raises `UnknownAnnotation`."""
        with self._noting() as session:
            removed = remove(session, game_id, annotation_id)
            self._audit(session, "annotation.removed", removed.text, game_id=game_id, at=str(removed.at))

    def between(
        self, game_id: str, *, since: dt.datetime | None = None, until: dt.datetime | None = None
    ) -> list[Annotation]:
        """Those of a game, from `since` on and before `until`, the earliest first."""
        with self._reading() as session:
            return list(find_all(session, game_id, since, until))


def add(session: Session, game_id: str, at: dt.datetime, text: str, author: str, now: dt.datetime) -> Annotation:
    """Raises `Invalid`."""
    of_game = select(func.count()).select_from(Annotation).where(Annotation.game_id == game_id)
    if session.scalars(of_game).one() >= ANNOTATIONS_MAX:
        raise Invalid("text", f"expected at most {ANNOTATIONS_MAX:,} annotations of a game: remove some first")
    annotation = Annotation(game_id=game_id, at=at, text=_checked(text), changed_by=author, changed_at=now)
    session.add(annotation)
    session.flush()
    return annotation


def change(
    session: Session, game_id: str, annotation_id: int, at: dt.datetime, text: str, author: str, now: dt.datetime
) -> Annotation:
    """Raises `UnknownAnnotation` and `Invalid`."""
    annotation = find(session, game_id, annotation_id)
    annotation.at, annotation.text = at, _checked(text)
    annotation.changed_by, annotation.changed_at = author, now
    return annotation


def remove(session: Session, game_id: str, annotation_id: int) -> Annotation:
    """Raises `UnknownAnnotation`."""
    annotation = find(session, game_id, annotation_id)
    session.delete(annotation)
    return annotation


def find(session: Session, game_id: str, annotation_id: int) -> Annotation:
    """Raises `UnknownAnnotation`."""
    # A larger number than the engine's integers would be an error of the driver.
    annotation = session.get(Annotation, annotation_id) if 0 < annotation_id < 2**31 else None
    if annotation is None or annotation.game_id != game_id:
        raise UnknownAnnotation(annotation_id)
    return annotation


def find_all(
    session: Session, game_id: str, since: dt.datetime | None, until: dt.datetime | None
) -> Sequence[Annotation]:
    """From `since` on and before `until`, the earliest first."""
    query = select(Annotation).where(Annotation.game_id == game_id).order_by(Annotation.at, Annotation.id)
    if since is not None:
        query = query.where(Annotation.at >= since)
    if until is not None:
        query = query.where(Annotation.at < until)
    return session.scalars(query).all()


def _checked(text: str) -> str:
    return check_text("text", text, ANNOTATION_LENGTH_MAX)
