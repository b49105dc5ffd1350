"""What collecting knows of the registry at one moment, in memory and in a file.

With the file a process that takes events starts, and goes on, while the registry is away. Of keys it has hashes alone:
whoever reads the file cannot send with it.
"""

from __future__ import annotations

import datetime as dt
import logging
from pathlib import Path

import msgspec
from msgspec import Struct

from playtrace.private_file import write_private

log = logging.getLogger("playtrace.registry")


class SendingToken(Struct, frozen=True):
    """With it a program of the studio sends, as a game does with its key."""

    game_ids: frozenset[str] | None
    """None: all there are."""
    expires_at: dt.datetime | None

    @property
    def only_game(self) -> str | None:
        return next(iter(self.game_ids)) if self.game_ids is not None and len(self.game_ids) == 1 else None

    def sends_for(self, game_id: str) -> bool:
        return self.game_ids is None or game_id in self.game_ids


class Snapshot(Struct, frozen=True):
    revision: int
    games: frozenset[str]
    games_by_key: dict[str, str]
    """By the hash of a write key, which is 128 random bits and needs no slow one; without the revoked ones."""
    refused: dict[str, frozenset[str]]
    """Hashes of players whose events are refused, of the games that have some."""
    player_secret: bytes
    """What makes the hashes; empty where nobody is refused."""
    closed: dict[str, str]
    """Games that take no events, and why."""
    tokens: dict[str, SendingToken] = {}
    """By the hash of their secret: those with the scope `send`, without the revoked ones."""


def keep(snapshot: Snapshot, path: Path) -> None:
    """In place of the one before, whole or not at all. Where it cannot be written it is logged: taking events needs the
    file at a start only."""
    try:
        write_private(path, msgspec.json.encode(snapshot))
    except OSError as error:
        log.error("what is known of keys cannot be kept", extra={"error": str(error)})


def kept(path: Path) -> Snapshot | None:
    """None where there is none that can be read."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Snapshot)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.DecodeError) as error:
        log.error("what was kept of keys cannot be read", extra={"error": str(error)})
        return None
