"""Clients in the field that know nothing but their game's write key, and read back what they sent with it.

The key ships inside the game, so it opens only the few routes that those clients call, and only for its own
game. Everything else asks for a login or a read token.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends
from starlette.requests import HTTPConnection

from playtrace.api.access import Needs
from playtrace.api.authentication import authenticate, bearer_token
from playtrace.api.permissions import OF_ROLE, Caller, Permission, Right
from playtrace.api.state import state_of
from playtrace.registry.roles import Role


def authenticate_with_write_key(connection: HTTPConnection) -> Caller:
    """As `authenticate`; a write key (bearer, `X-Playtrace-Key` or `?key=`) reads its own game as well."""
    key = bearer_token(connection) or connection.headers.get("x-playtrace-key") or connection.query_params.get("key")
    game_id = state_of(connection).key_ring.game_of_key(key) if key else None
    if game_id is None:
        return authenticate(connection)
    return Caller(f"write key of {game_id}", (Right(OF_ROLE[Role.VIEWER], game_id),))


READS_WITH_KEY = Needs(Permission.READ, somewhere=True, who=authenticate_with_write_key)
KeyReader = Annotated[Caller, Depends(READS_WITH_KEY)]
"""The parameter of those routes."""
