"""Leaderboards, and what is known of a player in short: for games that show them while they are played.

They are asked of the table of DynamoDB where the settings name one, else of the store, and say the same.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from fastapi import APIRouter, Query

from playtrace.api.access import CurrentReader, readable_game
from playtrace.api.metrics import rules_of
from playtrace.api.state import CurrentState
from playtrace.api.turns import Question
from playtrace.board_rules import Boards
from playtrace.event import ID_LENGTH_MAX, NAME_LENGTH_MAX
from playtrace.metrics.leaderboard import LIMIT_MAX, Rank
from playtrace.problems import NotFound
from playtrace.stats import from_store
from playtrace.stats.answers import BoardQuestion, Leaderboard, PlayerStats
from playtrace.stats.rules import Period

router = APIRouter(prefix="/api", tags=["player stats"])

GameId = Annotated[str, Query(alias="gameId", min_length=1, max_length=NAME_LENGTH_MAX, description="The game.")]
Env = Annotated[
    str,
    Query(max_length=NAME_LENGTH_MAX, description="Environment: `prod`, `dev` or one of the studio's own."),
]


@router.get("/players/{player_id}/stats", dependencies=Question)
def player_stats(
    state: CurrentState, reader: CurrentReader, player_id: str, game_id: GameId, env: Env = "prod"
) -> PlayerStats:
    """Sessions, playtime, spend, last seen and best scores of a player. Who is not known has none."""
    game = readable_game(state, reader, game_id)
    player_id = player_id[:ID_LENGTH_MAX]
    if state.kept_stats is not None:
        return state.kept_stats.player(game_id, env, player_id, game.currency)
    rules = rules_of(state.settings, state.registry, game)
    return from_store.player_stats(state.store, state.asked_for, rules, game_id, env, player_id)


@router.get("/leaderboards/{board}", dependencies=Question)
def leaderboard(
    state: CurrentState,
    reader: CurrentReader,
    board: str,
    game_id: GameId,
    env: Env = "prod",
    period: Annotated[Period, Query(description="A day, week (from Monday) or month of UTC, or all time.")] = "all",
    at: Annotated[dt.date | None, Query(description="A day of the period. Default: today. Not for `all`.")] = None,
    rank: Annotated[Rank, Query(description="How equal scores are ranked: 1224, 1223 or 1234.")] = "standard",
    player: Annotated[
        str | None, Query(min_length=1, max_length=ID_LENGTH_MAX, description="Also the entry of this player.")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=LIMIT_MAX, description="How many entries there are.")] = 100,
) -> Leaderboard:
    """Who has the best scores of `score_posted` on a board. What counts on it is said by the setting `leaderboards`;
    the rest is as the metric `leaderboard` has it."""
    game = readable_game(state, reader, game_id)
    rule = Boards(state.settings.rules.leaderboards).of(board)
    if rule is None:
        raise NotFound(f"The setting leaderboards names no board {board!r}, and not * for all.")
    today = dt.datetime.now(dt.UTC).date()
    question = BoardQuestion(
        game_id=game_id,
        env=env,
        board=board,
        period=period,
        at=today if at is None or period == "all" else at,
        rank=rank,
        limit=limit,
        player_id=player,
    )
    if state.kept_stats is not None:
        return state.kept_stats.leaderboard(question)
    return from_store.leaderboard(state.asked_for, rules_of(state.settings, state.registry, game), question, rule)
