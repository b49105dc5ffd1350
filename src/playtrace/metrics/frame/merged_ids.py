"""Ids of players that a question names: of one that was merged into another, that one is meant."""

from __future__ import annotations

from typing import LiteralString, TypeVar

from playtrace.metrics.frame.asking import Asking
from playtrace.metrics.frame.models import CommonParameters

P = TypeVar("P", bound=CommonParameters)

TOLD_MAX = 5

MERGED: LiteralString = """
SELECT player_id, canonical_id
FROM player_merges
WHERE game_id = $game AND env = $env AND list_contains($asked_for::VARCHAR[], player_id) AND player_id <> canonical_id
ORDER BY player_id
"""

SENT: LiteralString = """
SELECT player_id FROM player_merges WHERE game_id = $game AND env = $env AND canonical_id = $player_id
ORDER BY player_id
"""


def merged_ids(parameters: CommonParameters, asking: Asking) -> dict[str, str]:
    """Of the players that are asked for by an id that was theirs: which one stays."""
    asked_for = [player for name in parameters.names_players_by for player in _ids(getattr(parameters, name))]
    if not asked_for or not asking.is_merged:
        return {}
    bound: dict[str, object] = {"game": parameters.game_id, "env": parameters.env, "asked_for": asked_for}
    return {row["player_id"]: row["canonical_id"] for row in asking.reader.rows(MERGED, bound)}


def about_who_stays(parameters: P, merged: dict[str, str]) -> P:
    """The same question about the ids that stay."""
    if not merged:
        return parameters
    asked: dict[str, object] = {}
    for name in parameters.names_players_by:
        value = getattr(parameters, name)
        stay = list(dict.fromkeys(merged.get(player, player) for player in _ids(value)))
        asked[name] = stay if isinstance(value, list) else stay[0] if stay else value
    return parameters.model_copy(update=asked)


def sent_ids(parameters: CommonParameters, asking: Asking, player_id: str) -> list[str]:
    """Every id under which events of a player were sent, by the one that stays."""
    if not asking.is_merged:
        return [player_id]
    bound: dict[str, object] = {"game": parameters.game_id, "env": parameters.env, "player_id": player_id}
    return list(dict.fromkeys([player_id, *(row["player_id"] for row in asking.reader.rows(SENT, bound))]))


def told_of_merged(merged: dict[str, str]) -> list[str]:
    """A sentence for each of the first, as hints."""
    return [
        f"{player!r} was merged into {stays!r} (player_merged): the answer is about {stays!r}."
        for player, stays in list(merged.items())[:TOLD_MAX]
    ]


def _ids(value: str | list[str] | None) -> list[str]:
    if value is None:
        return []
    return [value] if isinstance(value, str) else value
