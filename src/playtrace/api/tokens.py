"""Tokens, with which programs ask: made, listed and revoked. For admins, of the games that they manage.

Nobody makes a token that may what they may not themselves, in a game in which they may not.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import Field

from playtrace.api.access import SomeAdmin
from playtrace.api.models import ApiModel, Strict
from playtrace.api.permissions import OF_SCOPE, Caller, Permission
from playtrace.api.registry_problems import registry_problems
from playtrace.api.state import CurrentState
from playtrace.problems import NotFound
from playtrace.registry import errors
from playtrace.registry.game_ids import GAME_ID_LENGTH_MAX
from playtrace.registry.models import NOTE_LENGTH_MAX, Token
from playtrace.registry.roles import Scope
from playtrace.registry.tokens import GAMES_MAX

router = APIRouter(prefix="/api", tags=["tokens"])

DAYS_MAX = 3_660
TokenId = Annotated[int, Path(ge=1)]
GameId = Annotated[str, Field(max_length=GAME_ID_LENGTH_MAX)]


class NewToken(Strict):
    note: Annotated[str, Field(max_length=NOTE_LENGTH_MAX)] = ""
    scopes: list[Scope] = Field([Scope.READ], min_length=1, max_length=len(Scope))
    game_ids: Annotated[list[GameId], Field(min_length=1, max_length=GAMES_MAX)] | None = Field(
        None, description="Null: all games."
    )
    days: Annotated[int, Field(ge=1, le=DAYS_MAX)] | None = Field(
        None, description="It ends after so many; null: it does not."
    )


class OneToken(ApiModel):
    id: int
    prefix: str = Field(description="How it begins.")
    note: str
    scopes: list[Scope]
    game_ids: list[str] | None = Field(description="Null: all games.")
    created_at: dt.datetime
    expires_at: dt.datetime | None
    revoked_at: dt.datetime | None
    used_at: dt.datetime | None = Field(description="When it was used last, to within five minutes; null: never.")


class TokenList(ApiModel):
    tokens: list[OneToken] = Field(description="Oldest first, the revoked ones too.")


class MadeToken(ApiModel):
    token: OneToken
    secret: str = Field(description="The token itself. It cannot be shown again.")


@router.get("/tokens")
def list_tokens(state: CurrentState, admin: SomeAdmin) -> TokenList:
    """Those of games that the caller manages: one that is for other games too is not among them."""
    return TokenList(tokens=[_described(token) for token in state.registry.tokens.all() if _manages(admin, token)])


@router.post("/tokens", status_code=201)
def add_token(state: CurrentState, admin: SomeAdmin, new: NewToken) -> MadeToken:
    """Make a token. It is answered this once: only a hash of it is kept."""
    for game_id in [None] if new.game_ids is None else new.game_ids:
        for permission in (Permission.MANAGE, *(one for scope in new.scopes for one in sorted(OF_SCOPE[scope]))):
            admin.require(permission, game_id)
    expires_at = None if new.days is None else dt.datetime.now(dt.UTC) + dt.timedelta(days=new.days)
    with registry_problems():
        token, secret = state.registry.tokens.add(
            note=new.note, game_ids=new.game_ids, scopes=new.scopes, expires_at=expires_at
        )
    return MadeToken(token=_described(token), secret=secret)


@router.delete("/tokens/{token_id}")
def revoke_token(state: CurrentState, admin: SomeAdmin, token_id: TokenId) -> OneToken:
    """For good: what still shows it is refused from its next request on."""
    if not any(token.id == token_id and _manages(admin, token) for token in state.registry.tokens.all()):
        raise NotFound(str(errors.UnknownToken(token_id)))
    with registry_problems():
        return _described(state.registry.tokens.revoke(token_id))


def _manages(admin: Caller, token: Token) -> bool:
    """All the games that it is for."""
    games: list[str | None] = [None] if token.game_ids is None else [*token.game_ids]
    return all(admin.may(Permission.MANAGE, game_id) for game_id in games)


def _described(token: Token) -> OneToken:
    return OneToken.model_validate(token, from_attributes=True)
