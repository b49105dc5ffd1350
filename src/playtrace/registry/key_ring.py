"""What collecting asks of the registry for every request, answered from memory."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Collection
from pathlib import Path

from playtrace.registry.access_secrets import sha256_of
from playtrace.registry.errors import RegistryAway
from playtrace.registry.key_snapshot import SendingToken, Snapshot, keep, kept
from playtrace.registry.known_keys import KnownKeys
from playtrace.registry.registry import Registry
from playtrace.registry.roles import Scope

LOOK_PAUSE_S = 0.05
"""Those who bring a key that is not known wait for so long, so that one look into the registry answers many."""
GAMES_FIRST_SEEN_MAX = 10_000
"""An open server creates games on first sight until there are so many: ids may be made up without end."""
NEW_GAMES_PER_REQUEST_MAX = 100
"""Of these at most: who sends for more has made them up too."""
ARCHIVED = "is archived and takes no events. `playtrace games unarchive` opens it again."
DELETED = "is being deleted and takes no events."


class KeyRing(KnownKeys):
    """As they were at the last `refresh`."""

    def __init__(
        self, registry: Registry, *, open_mode: bool, kept_in: Path | None = None, is_keeper: bool = True
    ) -> None:
        """In the file `kept_in`, if one is named, what is known is kept for a start while the registry is away; one
        of several processes is its keeper.

        Raises `RegistryError`; `RegistryAway` where nothing is kept either.
        """
        self._registry = registry
        self._open_mode = open_mode
        self._kept_in = kept_in
        self._is_keeper = is_keeper
        self._refreshing = threading.Lock()
        super().__init__(self._first())
        self._next_look: asyncio.Task[None] | None = None

    def _first(self) -> Snapshot:
        try:
            snapshot = snapshot_of(self._registry)
        except RegistryAway:
            known = None if self._kept_in is None else kept(self._kept_in)
            if known is None:
                raise
            return known
        self._keep(snapshot)
        return snapshot

    def _keep(self, snapshot: Snapshot) -> None:
        if self._kept_in is not None and self._is_keeper:
            keep(snapshot, self._kept_in)

    def create(self, game_ids: Collection[str]) -> None:
        """Open mode: makes games that were never seen before, `GAMES_FIRST_SEEN_MAX` in all, and of one request the
        first `NEW_GAMES_PER_REQUEST_MAX`. Blocks for one commit.

        Raises `Invalid` when one cannot be the id of a game.
        """
        if not self._open_mode:
            raise RuntimeError("Only an open server creates games on first sight.")
        if len(self._snapshot.games) < GAMES_FIRST_SEEN_MAX:
            some = list(game_ids)[:NEW_GAMES_PER_REQUEST_MAX]
            self._registry.games.add_missing(some, games_max=GAMES_FIRST_SEEN_MAX)
            self.refresh()

    async def look_again(self) -> None:
        """Returns after a `refresh` that began after the call: for what was added by another process just now."""
        if self._next_look is None:
            self._next_look = asyncio.create_task(self._look())
        await asyncio.shield(self._next_look)

    async def _look(self) -> None:
        await asyncio.sleep(LOOK_PAUSE_S)
        # Whoever comes from here on waits for the next one.
        self._next_look = None
        await asyncio.to_thread(self.refresh)

    def refresh(self) -> None:
        """Reads the registry again if it has changed; what was known counts on where it cannot. Blocks."""
        with self._refreshing:
            if self._registry.revision() != self._snapshot.revision:
                self._snapshot = snapshot_of(self._registry)
                self._keep(self._snapshot)


def snapshot_of(registry: Registry) -> Snapshot:
    """Raises `RegistryError`."""
    # The revision first: a change while we read makes the next refresh read again.
    revision = registry.revision()
    games = registry.games.all()
    deleted = registry.games.being_deleted()
    keys = registry.keys.all()
    refused = registry.refused_players.all()
    archived = {game.id: ARCHIVED for game in games if game.archived_at is not None}
    return Snapshot(
        revision=revision,
        games=frozenset(game.id for game in [*games, *deleted]),
        games_by_key={sha256_of(key.key): key.game_id for key in keys if key.revoked_at is None},
        refused=refused,
        player_secret=registry.refused_players.secret() if refused else b"",
        closed=archived | {game.id: DELETED for game in deleted},
        tokens={
            token.secret_sha256: SendingToken(
                game_ids=None if token.game_ids is None else frozenset(token.game_ids), expires_at=token.expires_at
            )
            for token in registry.tokens.all()
            if Scope.SEND in token.scopes and token.revoked_at is None
        },
    )
