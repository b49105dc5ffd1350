"""What collecting asks about games and keys for every request, answered from memory."""

from __future__ import annotations

import datetime as dt
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Mapping

from playtrace.registry.access_secrets import sha256_of
from playtrace.registry.key_snapshot import SendingToken, Snapshot
from playtrace.registry.player_hash import hash_of


class KnownKeys(ABC):
    """Knows games and write keys as they were at one moment; each kind has its own way to look again. May be asked from
    any thread."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot

    def game_of_key(self, key: str) -> str | None:
        return self._snapshot.games_by_key.get(sha256_of(key))

    def sending_token(self, secret: str) -> SendingToken | None:
        """Where a token of this secret may send now."""
        found = self._snapshot.tokens.get(sha256_of(secret))
        is_over = found is not None and found.expires_at is not None and found.expires_at <= dt.datetime.now(dt.UTC)
        return None if is_over else found

    def knows(self, game_id: str) -> bool:
        return game_id in self._snapshot.games

    @property
    def refuses_players(self) -> bool:
        """Whether any game refuses somebody: most never do."""
        return bool(self._snapshot.refused)

    def who_is_refused(self, game_id: str) -> Callable[[str], bool] | None:
        """Tells whether the events of a player of this game are refused; None where nobody's are."""
        snapshot = self._snapshot
        hashes = snapshot.refused.get(game_id)
        if hashes is None:
            return None
        return lambda player_id: hash_of(snapshot.player_secret, game_id, player_id) in hashes

    @property
    def closed(self) -> Mapping[str, str]:
        """Games that take no events, and why: archived ones, and those that are being deleted."""
        return self._snapshot.closed

    @abstractmethod
    def create(self, game_ids: Collection[str]) -> None:
        """Open mode: makes games that were never seen before. Blocks. Raises `RegistryError`."""

    @abstractmethod
    async def look_again(self) -> None:
        """For what was added by somebody else just now. Raises `RegistryAway`."""
