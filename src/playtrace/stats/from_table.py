"""Answers from the table of DynamoDB."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import TypeVar

from botocore.exceptions import BotoCoreError, ClientError

from playtrace.board_rules import BoardRule
from playtrace.metrics.frame.calendar import from_microseconds, microseconds
from playtrace.metrics.frame.models import UNKNOWN
from playtrace.metrics.leaderboard import Entry as Told
from playtrace.metrics.leaderboard import Rank, exact_score, score_of_millionths
from playtrace.metrics.player import LISTED_MAX, Spend
from playtrace.problems import Unavailable
from playtrace.stats import state as states
from playtrace.stats.answers import BoardQuestion, BoardScores, Leaderboard, PlayerStats
from playtrace.stats.keys import BoardKey, entry_key, score_key
from playtrace.stats.rules import Rules, span_at
from playtrace.stats.table import Changed, Standing, StatsTable

RETRY_AFTER_S = 5

T = TypeVar("T")


class TableAnswers:
    def __init__(self, table: StatsTable, rules: Rules) -> None:
        self._table = table
        self._rules = rules

    def player(self, game_id: str, env: str, player_id: str, game_currency: str) -> PlayerStats:
        kept = _asked(lambda: self._table.states(game_id, env, [player_id]))[player_id]
        state = kept.state
        sessions, length_us = states.playtime(state)
        return PlayerStats(
            game_id=game_id,
            env=env,
            player_id=player_id,
            first_seen=None if state.first_us is None else from_microseconds(state.first_us),
            last_seen=None if state.last_us is None else from_microseconds(state.last_us),
            sessions=sessions,
            playtime_seconds=length_us / 1e6,
            spend=_spend(state, game_currency),
            scores=[
                BoardScores(
                    board=board or UNKNOWN,
                    highest=exact_score(scores.high),
                    highest_at=from_microseconds(scores.high_us),
                    lowest=exact_score(scores.low),
                    lowest_at=from_microseconds(scores.low_us),
                )
                for board, scores in sorted(state.extremes.items())
            ],
        )

    def leaderboard(self, question: BoardQuestion) -> Leaderboard:
        board = "" if question.board == UNKNOWN else question.board
        rule = self._rules.boards.of(board)
        if rule is None:
            raise KeyError(question.board)
        at_us = microseconds(dt.datetime.combine(question.at, dt.time(), dt.UTC))
        key = BoardKey(question.game_id, question.env, board, span_at(question.period, at_us))
        return _asked(lambda: self._leaderboard(question, key, rule))

    def _leaderboard(self, question: BoardQuestion, key: BoardKey, rule: BoardRule) -> Leaderboard:
        players = self._table.players(key)
        standings = self._table.best(key, rule, question.limit)
        entries = [
            _told(standing.player_id, standing.entry, rank, players, rule)
            for standing, rank in zip(standings, _ranks(standings, question.rank), strict=True)
        ]
        wanted = question.player_id
        own = next((entry for entry in entries if entry.player_id == wanted), None)
        if own is None and wanted is not None:
            own = self._own(question, key, rule, players, wanted)
        is_ever = key.span.period == "all"
        return Leaderboard(
            game_id=question.game_id,
            env=question.env,
            board=question.board,
            take=rule.take,
            direction=rule.direction,
            period=key.span.period,
            period_from=None if is_ever else from_microseconds(key.span.start_us),
            period_to=None if is_ever else from_microseconds(key.span.end_us),
            rank=question.rank,
            players=players,
            entries=entries,
            player=own,
        )

    def _own(
        self, question: BoardQuestion, key: BoardKey, rule: BoardRule, players: int, player_id: str
    ) -> Told | None:
        standing = self._table.standing(key, rule, player_id)
        if standing is None:
            return None
        if question.rank == "dense":
            before = self._table.best(key, rule, players)
            rank = len({one.score_key for one in before if one.score_key <= standing.score_key})
        elif question.rank == "unique":
            rank = self._table.up_to(key, entry_key(rule, standing.entry, player_id))
        else:
            rank = 1 + self._table.up_to(key, score_key(rule, standing.entry))
        return _told(player_id, standing.entry, rank, players, rule)


def _asked(ask: Callable[[], T]) -> T:
    try:
        return ask()
    except (BotoCoreError, ClientError, Changed) as error:
        said = f"The table of player stats and leaderboards does not answer: {error}"
        raise Unavailable(said, retry_after_s=RETRY_AFTER_S) from error


def _ranks(standings: list[Standing], kind: Rank) -> list[int]:
    ranks: list[int] = []
    for place, standing in enumerate(standings, 1):
        is_equal = place > 1 and standing.score_key == standings[place - 2].score_key
        if kind == "unique":
            ranks.append(place)
        elif is_equal:
            ranks.append(ranks[-1])
        else:
            ranks.append(place if kind == "standard" or not ranks else ranks[-1] + 1)
    return ranks


def _told(player_id: str, entry: states.Entry, rank: int, players: int, rule: BoardRule) -> Told:
    return Told(
        rank=rank,
        player_id=player_id,
        score=score_of_millionths(entry.micros) if rule.take == "sum" else exact_score(entry.score),
        achieved_at=from_microseconds(entry.at_us),
        scores=entry.scores,
        percentile=rank / players,
    )


def _spend(state: states.PlayerState, game_currency: str) -> list[Spend]:
    together: dict[str, states.Money] = {}
    for currency, money in state.spend.items():
        # What names no currency is in the game's own.
        one = together.setdefault(currency or game_currency, states.Money())
        one.net_micros += money.net_micros
        one.payments += money.payments
        one.refunds += money.refunds
        one.last_us = max((at for at in (one.last_us, money.last_us) if at is not None), default=None)
    spend = [
        Spend(
            currency=currency,
            net_micros=money.net_micros,
            payments=money.payments,
            refunds=money.refunds,
            last_payment=None if money.last_us is None else from_microseconds(money.last_us),
        )
        for currency, money in together.items()
    ]
    return sorted(spend, key=lambda one: (-one.payments, one.currency))[:LISTED_MAX]
