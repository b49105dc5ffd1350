"""What is told of a player and of a board, wherever it comes from."""

from __future__ import annotations

import datetime as dt
from typing import Protocol

from pydantic import Field

from playtrace.board_rules import Direction, Take
from playtrace.metrics.frame.models import Model
from playtrace.metrics.leaderboard import Entry, Rank
from playtrace.metrics.player import Spend
from playtrace.stats.rules import Period


class BoardScores(Model):
    board: str
    highest: int | float
    highest_at: dt.datetime = Field(description="When it was reached first.")
    lowest: int | float
    lowest_at: dt.datetime


class PlayerStats(Model):
    game_id: str
    env: str
    player_id: str
    first_seen: dt.datetime | None = Field(description="Null where nobody of this name was ever seen.")
    last_seen: dt.datetime | None
    sessions: int
    playtime_seconds: float
    spend: list[Spend] = Field(description="By currency, most payments first.")
    scores: list[BoardScores] = Field(description="By board: of all that were posted.")


class Leaderboard(Model):
    game_id: str
    env: str
    board: str
    take: Take = Field(description="What counts of a player's scores, by the setting leaderboards.")
    direction: Direction
    period: Period
    period_from: dt.datetime | None = Field(description="First instant of the period, UTC; null for `all`.")
    period_to: dt.datetime | None = Field(description="Its end, UTC; not included.")
    rank: Rank
    players: int = Field(description="Who has an entry.")
    entries: list[Entry] = Field(description="The best first.")
    player: Entry | None = Field(description="The entry of the player that was asked for; null where there is none.")


class BoardQuestion(Model):
    game_id: str
    env: str
    board: str
    period: Period
    at: dt.date
    """A day of the period, of UTC."""
    rank: Rank
    limit: int
    player_id: str | None


class KeptStats(Protocol):
    """Who has them, other than the store. Raises `Unavailable` while they cannot be asked."""

    def player(self, game_id: str, env: str, player_id: str, game_currency: str) -> PlayerStats: ...
    def leaderboard(self, question: BoardQuestion) -> Leaderboard: ...
