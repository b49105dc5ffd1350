"""How far the store is, as the registry remembers it: journal and store may both be put back from an older copy, or be
gone, and then nobody else knows that there was more."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from playtrace.registry.models import StorePlaceRow


class StorePlace(NamedTuple):
    journal_id: str
    journal_offset: int
    """The store's file had everything up to here."""
    noted_at: dt.datetime


def find(session: Session) -> StorePlace | None:
    """None where nobody told since it was made or restored."""
    row = session.scalars(select(StorePlaceRow)).first()
    return None if row is None else StorePlace(row.journal_id, row.journal_offset, row.noted_at)


def put(session: Session, place: StorePlace) -> None:
    """In place of the one before, whatever that said."""
    forget(session)
    session.add(StorePlaceRow(**place._asdict()))


def forget(session: Session) -> None:
    session.execute(delete(StorePlaceRow))
