"""Clients in the field that know nothing but their game's write key, and read back what they sent with it.

The key ships inside the game, so it opens only the few routes that those clients call, and only for its own
game. Everything else asks for a login or a read token.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends
from starlette.requests import HTTPConnection

from playtrace.api.authentication import Reader, authenticate, bearer_token
from playtrace.api.state import state_of


def authenticate_with_write_key(connection: HTTPConnection) -> Reader:
    """As `authenticate`; a write key (bearer, `X-Playtrace-Key` or `?key=`) reads its own game as well."""
    key = bearer_token(connection) or connection.headers.get("x-playtrace-key") or connection.query_params.get("key")
    game_id = state_of(connection).key_ring.game_of_key(key) if key else None
    return Reader(only_game_id=game_id) if game_id is not None else authenticate(connection)


KeyReader = Annotated[Reader, Depends(authenticate_with_write_key)]
"""The parameter of those routes."""
