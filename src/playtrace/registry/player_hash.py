"""The hash under which it is remembered whose events are refused, and who was erased."""

from __future__ import annotations

import hashlib
import hmac


def hash_of(secret: bytes, game_id: str, player_id: str) -> str:
    """Of a player of a game: the same id is another one in another game."""
    said = game_id.encode() + b"\0" + player_id.encode("utf-8", "surrogatepass")
    return hmac.new(secret, b"player\0" + said, hashlib.sha256).hexdigest()
