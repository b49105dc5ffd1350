"""Players that mirrors have yet to erase, as the store has: a file for each erasure, in the data folder.

The ids of who was erased are kept nowhere but here, and here only until the last mirror has had its turn: a file can be
taken away whole, where a row leaves itself behind in its database. Whoever follows reads them (`Follower`), and says
in the mirror's state which are done; who erases puts them here, and takes them away (`operate/erasures.py`).

What came after the erasure of the same players is that of new ones, and a mirror may have it already: so a target takes
out everything of them, and writes again what the store still knows.
"""

from __future__ import annotations

import logging
import os
from contextlib import suppress
from pathlib import Path
from typing import LiteralString

import msgspec

from playtrace.mirrors.slices import EVENTS_IN_SLICE, SliceRows, bound
from playtrace.mirrors.target import PlayerErasure, Slice
from playtrace.store.columns import TOLD
from playtrace.store.duckdb import Reader

log = logging.getLogger("playtrace.mirrors")

FOLDER = "erasures.unfinished"
"""In the data folder; it is there while a mirror waits."""

STILL_THEIRS: LiteralString = f"""
SELECT {TOLD}
FROM {EVENTS_IN_SLICE} AND game_id = $game AND (
    list_contains($ids::VARCHAR[], player_id) OR (player_id IS NULL AND list_contains($ids::VARCHAR[], device_id))
)
ORDER BY journal_offset, position
"""
NOTHING_SET_ASIDE: LiteralString = """
SELECT game_id, received_at, outcome, reason, error, body, journal_offset, position FROM set_aside WHERE false
"""


def put(data: Path, erasure: PlayerErasure) -> None:
    """Have mirrors erase them. What is there under this id is replaced; it is on the disk when this returns."""
    folder = data / FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    new = _path(data, erasure.erasure_id).with_suffix(".new")
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(msgspec.json.encode(erasure))
        file.flush()
        os.fsync(file.fileno())
    new.replace(new.with_suffix(".json"))


def waiting(data: Path) -> list[str]:
    """Ids of erasures, in no order."""
    with suppress(FileNotFoundError):
        return [entry.name.removesuffix(".json") for entry in os.scandir(data / FOLDER) if entry.name.endswith(".json")]
    return []


def read(data: Path, erasure_id: str) -> PlayerErasure | None:
    """None where it is there no more. One that cannot be read is logged, and passed over."""
    try:
        return msgspec.json.decode(_path(data, erasure_id).read_bytes(), type=PlayerErasure)
    except FileNotFoundError:
        return None
    except msgspec.DecodeError:
        log.exception("whom mirrors have to erase cannot be read", extra={"erasure": erasure_id})
        return None


def take_away(data: Path, erasure_id: str) -> None:
    """No mirror needs it any more."""
    _path(data, erasure_id).unlink(missing_ok=True)
    with suppress(OSError):  # others wait there
        (data / FOLDER).rmdir()


def still_theirs(erasure: PlayerErasure, mirrored: Slice, moment: Reader) -> SliceRows:
    """What the store has of these players, of all that a mirror was written: it came after the erasure."""
    named = {"game": erasure.game_id, "ids": erasure.player_ids}
    return SliceRows(moment.query(STILL_THEIRS, bound(mirrored) | named), moment.query(NOTHING_SET_ASIDE))


def _path(data: Path, erasure_id: str) -> Path:
    return data / FOLDER / f"{erasure_id}.json"
