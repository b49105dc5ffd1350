"""The same answers from the store."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any, LiteralString

from playtrace.board_rules import BoardRule
from playtrace.metrics import leaderboard as leaderboards
from playtrace.metrics import player as players
from playtrace.metrics.frame.metric import Metric, Rules
from playtrace.metrics.frame.models import UNKNOWN
from playtrace.stats.answers import BoardQuestion, BoardScores, Leaderboard, PlayerStats
from playtrace.store.duckdb import Store

Ask = Callable[[Metric[Any, Any]], Any]
"""Where a metric is asked."""

# Of all ids that are this player.
SCORES: LiteralString = """
SELECT subject AS board, max(value) AS highest, min(value) AS lowest,
    min(CASE WHEN value = top THEN time END) AS highest_at, min(CASE WHEN value = bottom THEN time END) AS lowest_at
FROM (
    SELECT subject, value, time, max(value) OVER (PARTITION BY subject) AS top,
        min(value) OVER (PARTITION BY subject) AS bottom
    FROM noted_events AS noted
    LEFT JOIN player_merges AS merged
        ON merged.game_id = noted.game_id AND merged.env = noted.env AND merged.player_id = noted.player_id
    WHERE noted.game_id = $game_id AND noted.env = $env AND name = 'score_posted' AND abs(value) <= 1e15
        AND coalesce(merged.canonical_id, noted.player_id) = $player_id
) AS posted
GROUP BY subject
ORDER BY subject
"""


def player_stats(store: Store, ask: Ask, rules: Rules, game_id: str, env: str, player_id: str) -> PlayerStats:
    parameters = players.Parameters.model_validate({"gameId": game_id, "env": env, "playerId": player_id})
    found = players.METRIC.answer(parameters, ask(players.METRIC), rules=rules)
    with store.reading() as reader:
        rows = reader.rows(SCORES, {"game_id": game_id, "env": env, "player_id": player_id})
    return PlayerStats(
        game_id=game_id,
        env=env,
        player_id=player_id,
        first_seen=found.first_seen,
        last_seen=found.last_seen,
        sessions=found.sessions,
        playtime_seconds=found.playtime_seconds,
        spend=found.spend,
        scores=[
            BoardScores(
                board=row["board"] or UNKNOWN,
                highest=leaderboards.exact_score(row["highest"]),
                highest_at=row["highest_at"].replace(tzinfo=dt.UTC),
                lowest=leaderboards.exact_score(row["lowest"]),
                lowest_at=row["lowest_at"].replace(tzinfo=dt.UTC),
            )
            for row in rows
        ],
    )


def leaderboard(ask: Ask, rules: Rules, question: BoardQuestion, rule: BoardRule) -> Leaderboard:
    parameters = leaderboards.Parameters.model_validate(
        {
            "gameId": question.game_id,
            "env": question.env,
            "from": question.at,
            "to": question.at,
            "timeZone": "UTC",
            "board": question.board,
            "take": rule.take,
            "direction": rule.direction,
            "period": question.period,
            "rank": question.rank,
            "limit": question.limit,
            "player": question.player_id,
        }
    )
    found = leaderboards.METRIC.answer(parameters, ask(leaderboards.METRIC), rules=rules)
    is_ever = question.period == "all"
    return Leaderboard(
        game_id=question.game_id,
        env=question.env,
        board=question.board,
        take=rule.take,
        direction=rule.direction,
        period=question.period,
        period_from=None if is_ever else found.period_from,
        period_to=None if is_ever else found.period_to,
        rank=question.rank,
        players=found.players,
        entries=found.entries,
        player=found.player,
    )
