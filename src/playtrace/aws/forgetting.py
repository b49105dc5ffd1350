"""Players who are erased in a server are forgotten in the table of stats and leaderboards too."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import LiteralString

from playtrace.aws.clients import client
from playtrace.config import Settings
from playtrace.stats.table import StatsTable
from playtrace.store.duckdb import Store

ENVS: LiteralString = "SELECT DISTINCT env FROM event_counts WHERE game_id = $game ORDER BY env"


def forgetting(settings: Settings, store: Store) -> Callable[[str, Sequence[str]], None] | None:
    """What forgets players of a game in the table, in every environment that the game has; None without a table. It
    raises `Changed`, and errors of botocore; then it may be asked again."""
    if settings.aws.stats_table is None:
        return None
    table = StatsTable(client("dynamodb"), settings.aws.stats_table)

    def forget(game_id: str, player_ids: Sequence[str]) -> None:
        envs = {"prod", *(row["env"] for row in store.query(ENVS, {"game": game_id}).to_pylist())}
        for env in sorted(envs):
            for player_id in player_ids:
                table.forget(game_id, env, player_id)

    return forget
