"""What people may do, and what tokens may: roles and scopes, each for all games or for some."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple

from playtrace.registry.errors import Invalid

GRANTS_MAX = 1_000
"""Of one person."""


class Role(StrEnum):
    """Each may what the ones before it may."""

    VIEWER = "viewer"
    """Sees what a game sent."""
    EDITOR = "editor"
    """Asks in SQL as well, and changes what others see: rules, segments, reports, rates, imports."""
    ADMIN = "admin"
    """Everything: keys and tokens of its games as well; of all games also people, channels, mirrors and backups."""


class Scope(StrEnum):
    """What a token may do."""

    READ = "read"
    SQL = "sql"
    SEND = "send"
    MANAGE = "manage"


class Grant(NamedTuple):
    role: Role
    game_id: str | None = None
    """None: all games, also those to come."""


ADMIN_OF_ALL = Grant(Role.ADMIN)


def read_role(text: str) -> Role:
    """Raises `Invalid`."""
    try:
        return Role(text)
    except ValueError:
        raise Invalid("role", f"expected {', '.join(Role)}") from None


def read_scopes(texts: Iterable[str]) -> list[Scope]:
    """In their order, each once. Raises `Invalid`."""
    try:
        given = {Scope(text) for text in texts}
    except ValueError:
        raise Invalid("scopes", f"expected some of {', '.join(Scope)}") from None
    if not given:
        raise Invalid("scopes", f"expected at least one of {', '.join(Scope)}")
    return [scope for scope in Scope if scope in given]
