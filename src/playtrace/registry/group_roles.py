"""Which groups of an identity provider may do what here, as settings say it: `group=role`, or `group=role:game,game`.

The name of a group may hold anything, also `=` and `:`, as those of directories do; what is behind its last `=` is
ours. The group `*` is everybody whom the provider knows.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from playtrace.registry.roles import Grant, Role

EVERYBODY = "*"
STRENGTH = list(Role)
GroupRoles = Mapping[str, Sequence[Grant]]


def read_group_roles(lines: Iterable[str]) -> GroupRoles:
    """What each group may. Raises `ValueError`."""
    found: dict[str, list[Grant]] = {}
    for line in lines:
        group, is_there, ours = line.rpartition("=")
        role, _, games = ours.partition(":")
        if not is_there or not group.strip():
            raise ValueError(f"oidc_roles: expected group=role or group=role:game,game, not {line!r}")
        if role.strip() not in STRENGTH:
            raise ValueError(f"oidc_roles: {role.strip()!r} is no role: expected {', '.join(Role)}, in {line!r}")
        game_ids: list[str | None] = [game.strip() for game in games.split(",") if game.strip()] or [None]
        found.setdefault(group.strip(), []).extend(Grant(Role(role.strip()), game_id) for game_id in game_ids)
    return found


def grants_of(groups: Collection[str], roles: GroupRoles) -> list[Grant]:
    """The strongest role in each game, and in all games."""
    strongest: dict[str | None, Role] = {}
    for group in (*groups, EVERYBODY):
        for role, game_id in roles.get(group, ()):
            if STRENGTH.index(role) >= STRENGTH.index(strongest.get(game_id, role)):
                strongest[game_id] = role
    return [Grant(role, game_id) for game_id, role in strongest.items()]
