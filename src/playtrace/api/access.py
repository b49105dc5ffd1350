"""What a request may do is decided here, before anything of it is worked on, and nowhere else.

Each route says what it `Needs`: a permission. In which games is read from the request: in the one that its path names;
where that names none, in all games, or, as the route says, in some, and then the route looks at no others. A game that
the query names is asked for as well, and opens nothing: anybody may write `gameId` behind any address, and only the
route knows whether it reads it. A route whose query or body says of which game it is asks once more (`Caller.require`)
for what it has read. A game in which a caller may nothing is answered as one that there is not.

A route that everybody may call says so as well (`FOR_EVERYBODY`): one that says nothing fails a test.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Annotated

from fastapi import Depends
from starlette.requests import HTTPConnection

from playtrace.api.authentication import authenticate, identify
from playtrace.api.permissions import Caller, Permission
from playtrace.api.state import State
from playtrace.problems import Forbidden, UnknownGame
from playtrace.registry.audit import Actor, acting
from playtrace.registry.models import Game, Person

IN_PATH = "game_id"
IN_QUERY = ("gameId", "game_id")
"""What a path and a query call a game."""


class Needs:
    """Dependency: the caller, who may what the route needs.

    Raises what `who`, which finds the caller, does, and `Forbidden` or `UnknownGame`.
    """

    def __init__(
        self,
        permission: Permission,
        *,
        somewhere: bool = False,
        who: Callable[..., Caller] = authenticate,
    ) -> None:
        """`somewhere`: a request whose path names no game needs the permission in some game only."""
        self.permission = permission
        self._somewhere = somewhere
        # FastAPI reads what it is to put in from the signature; the caller's finder is known only here.
        self.__signature__ = inspect.Signature(
            [
                inspect.Parameter("connection", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=HTTPConnection),
                inspect.Parameter(
                    "caller", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=Annotated[Caller, Depends(who)]
                ),
            ]
        )

    async def __call__(self, connection: HTTPConnection, caller: Caller) -> Caller:
        acting.set(Actor(caller.name, connection.client.host if connection.client else ""))
        # A name may stand several times there: whichever a route reads was looked at.
        for game_id in (value for name in IN_QUERY for value in connection.query_params.getlist(name)):
            caller.require(self.permission, game_id)
        if IN_PATH in connection.path_params:
            caller.require(self.permission, connection.path_params[IN_PATH])
        elif not (self._somewhere and caller.may_somewhere(self.permission)):
            caller.require(self.permission, None)
        return caller


async def for_everybody() -> None:
    """What this route says is no secret."""


FOR_EVERYBODY = Depends(for_everybody)


async def myself(connection: HTTPConnection, caller: Annotated[Caller, Depends(authenticate)]) -> Person:
    """Whoever is signed in, for what is their own. Raises `Forbidden` for a program."""
    return _person(connection, caller)


async def myself_at_the_door(connection: HTTPConnection, caller: Annotated[Caller, Depends(identify)]) -> Person:
    """As `myself`, also who has to set up a second factor before anything else."""
    return _person(connection, caller)


def _person(connection: HTTPConnection, caller: Caller) -> Person:
    if caller.person is None:
        raise Forbidden("This is for people who are signed in, about themselves.")
    acting.set(Actor(caller.name, connection.client.host if connection.client else ""))
    return caller.person


CurrentPerson = Annotated[Person, Depends(myself)]
"""Of a route about whoever asks."""
PersonAtTheDoor = Annotated[Person, Depends(myself_at_the_door)]
"""Of a route by which they set up the second factor that the server wants of them."""

READS = Needs(Permission.READ, somewhere=True)
EDITS = Needs(Permission.EDIT)
EDITS_SOMEWHERE = Needs(Permission.EDIT, somewhere=True)
MANAGES = Needs(Permission.MANAGE)
MANAGES_SOMEWHERE = Needs(Permission.MANAGE, somewhere=True)

CurrentReader = Annotated[Caller, Depends(READS)]
"""The parameter of every route that reads: of the games that the caller may read, and no others."""
CurrentEditor = Annotated[Caller, Depends(EDITS)]
"""Of a route that changes what others see of the game that its path names, or else of all games."""
SomeEditor = Annotated[Caller, Depends(EDITS_SOMEWHERE)]
"""Of a route that learns later of which game it is, and asks then."""
CurrentAdmin = Annotated[Caller, Depends(MANAGES)]
"""Of a route that is for admins: of the game that its path names, or else of all games."""
SomeAdmin = Annotated[Caller, Depends(MANAGES_SOMEWHERE)]
"""As `SomeEditor`."""


def readable_game(state: State, reader: Caller, game_id: str) -> Game:
    """Raises `UnknownGame` where there is none, or none that the caller may read."""
    game = state.registry.games.get(game_id) if reader.may_read(game_id) else None
    if game is None:
        raise UnknownGame(game_id)
    return game
