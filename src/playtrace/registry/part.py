"""What every part of the registry is made of: transactions of its database, each whole or not at all, of one moment.

Whoever writes takes turns with every other writer, of whatever process.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, update
from sqlalchemy.orm import Session

from playtrace.registry import audit
from playtrace.registry.database import answering, for_reading, for_writing
from playtrace.registry.models import Revision
from playtrace.shares import ALL, Share


class Part:
    def __init__(self, engine: Engine, clock: Callable[[], dt.datetime], share: Share = ALL) -> None:
        """What a part lists of games is of those of a share."""
        self._share = share
        self._engine = for_reading(engine)
        self._writing_engine = for_writing(engine)
        self._now = clock

    @contextmanager
    def _reading(self) -> Generator[Session]:
        with answering(self._engine), Session(self._engine, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def _writing(self) -> Generator[Session]:
        """Changes what answers are made of: keys, games, rates. The revision is another one then."""
        with answering(self._engine), self._transaction() as session:
            # Locks the row, where the engine has no lock on the whole file: writers go one after the other.
            session.execute(update(Revision).values(number=Revision.number + 1))
            yield session

    @contextmanager
    def _noting(self) -> Generator[Session]:
        """Writes what no key, game or rate is made of: answers that are kept for a revision stay right."""
        with answering(self._engine), self._transaction() as session:
            # Locks the row as `_writing` does, and leaves its number.
            session.execute(update(Revision).values(number=Revision.number))
            yield session

    def _audit(self, session: Session, action: str, subject: str, *, game_id: str | None = None, **more: Any) -> None:
        """Note in this transaction what whoever acts does in it."""
        audit.note(session, action, subject, self._now(), game_id=game_id, **more)

    @contextmanager
    def _transaction(self) -> Generator[Session]:
        with Session(self._writing_engine, expire_on_commit=False) as session, session.begin():
            yield session
