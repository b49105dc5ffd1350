"""Players whose events are refused, by a hash of their ids; and the secret that makes the hash.

Without the secret nobody can tell whose hash it is, but by trying ids: so it stays on the server, in the registry, and
whoever has a copy of that can try.
"""

from __future__ import annotations

import datetime as dt
import secrets
from collections import defaultdict
from collections.abc import Collection, Iterable

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from playtrace.registry.models import RefusedPlayer, ServerSecret
from playtrace.registry.part import Part

PLAYER_SECRET = "player hashes and receipts"  # noqa: S105 - its name


class RefusedPlayers(Part):
    def secret(self) -> bytes:
        """Makes hashes of players' ids, and signs receipts. It is made when it is first asked for."""
        with self._reading() as session:
            known = secret(session)
        if known is None:
            with self._writing() as session:
                known = make_secret(session)
        return known

    def refuse(self, game_id: str, hashes: Collection[str]) -> None:
        """Whatever is sent of players of these hashes is refused from now on."""
        with self._writing() as session:
            refuse(session, game_id, hashes, self._now())

    def accept(self, game_id: str, hashes: Collection[str]) -> int:
        """Take again what is sent of them. Returns how many were refused."""
        with self._writing() as session:
            return accept(session, game_id, hashes)

    def all(self) -> dict[str, frozenset[str]]:
        """Hashes of players who are refused, by game."""
        with self._reading() as session:
            return find_all(session)


def secret(session: Session) -> bytes | None:
    """None before it was first needed."""
    found = session.get(ServerSecret, PLAYER_SECRET)
    return None if found is None else bytes.fromhex(found.secret)


def make_secret(session: Session) -> bytes:
    """The secret, which is made where there is none."""
    known = secret(session)
    if known is None:
        known = secrets.token_bytes(32)
        session.add(ServerSecret(name=PLAYER_SECRET, secret=known.hex()))
    return known


def refuse(session: Session, game_id: str, hashes: Iterable[str], now: dt.datetime) -> None:
    """From now on; who was refused before is so since then."""
    known = set(session.scalars(select(RefusedPlayer.player_hash).where(RefusedPlayer.game_id == game_id)))
    for player_hash in sorted(set(hashes) - known):
        session.add(RefusedPlayer(game_id=game_id, player_hash=player_hash, since=now))


def accept(session: Session, game_id: str, hashes: Iterable[str]) -> int:
    """Take what they send again. Returns how many were refused."""
    found = session.scalars(
        delete(RefusedPlayer)
        .where(RefusedPlayer.game_id == game_id, RefusedPlayer.player_hash.in_(list(hashes)))
        .returning(RefusedPlayer.player_hash)
    )
    return len(found.all())


def find_all(session: Session) -> dict[str, frozenset[str]]:
    """Hashes by game; only of games that have some."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for game_id, player_hash in session.execute(select(RefusedPlayer.game_id, RefusedPlayer.player_hash)):
        found[game_id].add(player_hash)
    return {game_id: frozenset(hashes) for game_id, hashes in found.items()}
