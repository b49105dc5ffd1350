"""Players who are erased from a store, and then from mirrors of it."""

from __future__ import annotations

import datetime as dt
import uuid

from databases.studio import Studio
from playtrace.mirrors.target import PlayerErasure, Position, Slice, Target
from playtrace.store.erasing import erase, same_players

TIMEOUT = dt.timedelta(minutes=30)


def erase_from_store(studio: Studio, game: str, *ids: str, is_refused: bool = False) -> PlayerErasure:
    """What mirrors have to do then."""
    with studio.store.writing() as connection:
        all_ids = same_players(connection, game, ids)
        erased = erase(connection, game, all_ids, TIMEOUT)
    return PlayerErasure(
        str(uuid.uuid4()), game, all_ids, is_refused, list(erased.sessions), erased.first_at, erased.last_at
    )


def erase_from_mirror(studio: Studio, target: Target, erasure: PlayerErasure, position: Position | None) -> None:  # pyright: ignore[reportMissingTypeArgument]
    here = studio.here()
    mirrored = Slice(None, position or Position(here.journal_id, 0), None, None)
    with studio.store.reading() as moment:
        rows = target.read_without(erasure, mirrored, moment)
    target.erase(erasure, rows)
