"""What a caller may do: the roles of people and the scopes of tokens, as permissions in games."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from playtrace.problems import Forbidden, UnknownGame
from playtrace.registry.models import Person, Token
from playtrace.registry.roles import Role, Scope


class Permission(StrEnum):
    """What routes ask for."""

    READ = "read"
    """See what a game sent, and what was made of it."""
    SQL = "sql"
    """Ask in SQL, over the games in which they may."""
    EDIT = "edit"
    """Change what others see of a game."""
    MANAGE = "manage"
    """Keys and tokens of a game; of all games also people, channels, mirrors and backups."""
    OPERATE = "operate"
    """Have the server write where a command on its machine says."""


OF_ROLE: dict[Role, frozenset[Permission]] = {
    Role.VIEWER: frozenset({Permission.READ}),
    Role.EDITOR: frozenset({Permission.READ, Permission.SQL, Permission.EDIT}),
    Role.ADMIN: frozenset({Permission.READ, Permission.SQL, Permission.EDIT, Permission.MANAGE}),
}
OF_SCOPE: dict[Scope, frozenset[Permission]] = {
    Scope.READ: frozenset({Permission.READ}),
    Scope.SQL: frozenset({Permission.SQL}),
    Scope.SEND: frozenset(),  # what takes events knows of it: registry/key_ring.py
    Scope.MANAGE: frozenset({Permission.READ, Permission.EDIT, Permission.MANAGE}),
}
NEEDED: dict[Permission, str] = {
    Permission.READ: "a role or token that may read",
    Permission.SQL: "the role editor, or a token with the scope sql",
    Permission.EDIT: "the role editor, or a token with the scope manage",
    Permission.MANAGE: "the role admin, or a token with the scope manage",
    Permission.OPERATE: "a command on the server's machine, such as `playtrace backup`",
}


class Right(NamedTuple):
    permissions: frozenset[Permission]
    game_id: str | None = None
    """None: all games."""


ALL_OF_ADMIN = Right(OF_ROLE[Role.ADMIN])
ALL_OF_MACHINE = Right(frozenset(Permission))


@dataclass(frozen=True)
class Caller:
    """Who asks, and what they may."""

    name: str
    """As the audit calls them."""
    rights: tuple[Right, ...]
    person: Person | None = field(default=None, repr=False)

    @classmethod
    def of_person(cls, person: Person) -> Caller:
        return cls(person.email, tuple(Right(OF_ROLE[role], game_id) for role, game_id in person.grants), person)

    @classmethod
    def of_token(cls, token: Token) -> Caller:
        permissions = frozenset[Permission]().union(*(OF_SCOPE[Scope(scope)] for scope in token.scopes))
        games: list[str | None] = [None] if token.game_ids is None else [*token.game_ids]
        return cls(
            f"token {token.prefix}… {token.note}".rstrip(), tuple(Right(permissions, game_id) for game_id in games)
        )

    def may(self, permission: Permission, game_id: str | None) -> bool:
        """In this game; None: in all games."""
        return any(permission in right.permissions and right.game_id in (None, game_id) for right in self.rights)

    def may_somewhere(self, permission: Permission) -> bool:
        return any(permission in right.permissions for right in self.rights)

    def may_read(self, game_id: str) -> bool:
        return self.may(Permission.READ, game_id)

    def games(self, permission: Permission = Permission.READ) -> frozenset[str] | None:
        """Those in which they may; None: all there are."""
        if self.may(permission, None):
            return None
        return frozenset(
            right.game_id for right in self.rights if right.game_id is not None and permission in right.permissions
        )

    def only_game(self, permission: Permission = Permission.READ) -> str | None:
        """The one game in which they may, where it is just one: it need not be named."""
        games = self.games(permission)
        return next(iter(games)) if games is not None and len(games) == 1 else None

    def require(self, permission: Permission, game_id: str | None) -> None:
        """In this game; None: in all games. Raises `Forbidden`, or for a game in which they may nothing `UnknownGame`,
        as for one that there is not."""
        if self.may(permission, game_id):
            return
        if game_id is not None and not any(right.game_id in (None, game_id) for right in self.rights):
            raise UnknownGame(game_id)
        where = "all games" if game_id is None else f"the game {game_id!r}"
        raise Forbidden(f"This needs {NEEDED[permission]}, for {where}.")
