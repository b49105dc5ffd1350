"""What is known of a player: bounded, however much comes, and in the order of boards."""

from __future__ import annotations

import dataclasses
import datetime as dt
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playtrace.board_rules import BoardRule, Boards
from playtrace.journal.entry import microseconds
from playtrace.stats.keys import FIRST, PLAYERS, entry_key, score_key
from playtrace.stats.rules import DAY_US, Rules
from playtrace.stats.state import (
    IDS_MAX,
    STRETCHES_MAX,
    TRANSACTIONS_MAX,
    Counted,
    Entry,
    PlayerState,
    count,
    decoded,
    encoded,
    millionths,
    playtime,
)

HOUR_US = 3_600_000_000
RULES = Rules(
    boards=Boards(["race=best:asc", "coins=sum:desc", "*=best:desc"]),
    session_timeout_us=HOUR_US // 2,
    settle_us=3 * DAY_US,
    late_us=30 * DAY_US,
    known_us=30 * DAY_US,
)
START_US = microseconds(dt.datetime(2026, 3, 1, tzinfo=dt.UTC))


@dataclasses.dataclass
class Player:
    state: PlayerState = dataclasses.field(default_factory=PlayerState)
    sent: int = 0

    def does(self, name: str, time_us: int, *, late_us: int = 0, **also) -> dict:
        self.sent += 1
        event = Counted(
            name=name,
            time_us=time_us,
            received_us=time_us + late_us,
            order=(0, 0, self.sent),
            **{"id": self.sent, **also},
        )
        changed = count(self.state, event, RULES)
        self.state = decoded(encoded(self.state))
        return changed


@pytest.mark.parametrize("session_id", ["", "named"])
def test_years_of_sessions_are_kept_as_a_sum(session_id: str) -> None:
    player = Player()
    sessions = 3 * STRETCHES_MAX // 10
    for number in range(sessions):
        name = f"{session_id}-{number}" if session_id else ""
        began_us = START_US + number * 12 * HOUR_US
        player.does("level_start", began_us, session_id=name)
        player.does("level_complete", began_us + HOUR_US // 3, session_id=name)
    assert playtime(player.state) == (sessions, sessions * HOUR_US // 3)
    kept = sum(map(len, player.state.sessions.values()))
    assert kept < 2 * 31 * 2 + STRETCHES_MAX // 10
    assert player.state.past_sessions == sessions - kept


def test_more_sessions_than_are_kept_in_a_month_lose_none() -> None:
    player = Player()
    for number in range(STRETCHES_MAX + 50):
        player.does("level_start", START_US + number * HOUR_US // 60, session_id=f"s{number}")
    assert playtime(player.state)[0] == STRETCHES_MAX + 50
    assert sum(map(len, player.state.sessions.values())) <= STRETCHES_MAX


def test_an_event_that_comes_again_counts_once_as_long_as_its_id_is_known() -> None:
    player = Player()
    for _ in range(2):
        player.does("purchase", START_US, id=7, value=4.99, currency="usd")
        player.does("score_posted", START_US, id=8, value=3.0, props={"board": "coins"})
    assert player.state.spend["USD"].payments == 1
    assert player.state.entries["coins"]["all 0"].micros == 3_000_000
    for number in range(IDS_MAX // 5):
        player.does("purchase", START_US + 40 * DAY_US + number, value=1.0)
    assert 7 not in player.state.ids


def test_transactions_are_remembered_up_to_a_bound() -> None:
    player = Player()
    for number in range(TRANSACTIONS_MAX + 10):
        for _ in range(2):
            player.does("purchase", START_US, value=1.0, props={"transaction_id": str(number)})
    assert player.state.spend[""].payments == TRANSACTIONS_MAX + 10
    assert len(player.state.transactions) == TRANSACTIONS_MAX


def test_ranks_of_a_period_are_frozen_after_its_end() -> None:
    player = Player()
    changed = player.does("score_posted", START_US, value=1.0, late_us=DAY_US + RULES.settle_us)
    # It is a Sunday: the week ends with the day.
    assert {span.period for _, span in changed} == {"month", "all"}
    assert player.does("score_posted", START_US, value=1.0, late_us=31 * DAY_US) == {}


def test_days_that_are_frozen_are_forgotten() -> None:
    player = Player()
    for day in range(60):
        player.does("score_posted", START_US + day * DAY_US, value=float(day), props={"board": "x"})
    assert len(player.state.entries["x"]) < 15
    assert player.state.entries["x"]["all 0"].score == 59


SCORES = st.one_of(st.integers(-(10**15), 10**15).map(float), st.floats(-1e15, 1e15))
ENTRIES = st.lists(st.tuples(SCORES, st.integers(0, 2**50), st.text(min_size=1, max_size=12)), min_size=2, max_size=12)


@pytest.mark.parametrize("take", ["best", "sum"])
@pytest.mark.parametrize("direction", ["desc", "asc"])
@given(told=ENTRIES)
def test_keys_are_in_the_order_of_ranks(take, direction, told) -> None:
    """By score, of equal ones the earlier first, then by player; equal keys of scores for equal scores alone."""
    rule = BoardRule(take, direction)
    sign = -1 if direction == "desc" else 1

    def points(score: float) -> float | int:
        return sign * (millionths(score) if take == "sum" else score)

    def key(one) -> bytes:
        score, at_us, player = one
        entry = Entry(score, at_us, 1, (0, 0, 0, 0), millionths(score))
        assert entry_key(rule, entry, player).startswith(score_key(rule, entry))
        return entry_key(rule, entry, player).encode()

    by_rank = sorted(told, key=lambda one: (points(one[0]), one[1], one[2].encode()))
    assert [key(one) for one in by_rank] == sorted(map(key, told))
    assert all(PLAYERS.encode() < FIRST.encode() <= key(one)[:1] for one in told)


def test_keys_of_the_longest_ids_fit_and_differ() -> None:
    entry = Entry(1.0, 1, 1, (0, 0, 0, 0), 1_000_000)
    rule = BoardRule("sum", "desc")
    chance = random.Random(1)
    ids = ["\U0001f600" * 255 + chr(0x1F600 + chance.randrange(50)) for _ in range(5)]
    keys = {entry_key(rule, entry, player_id) for player_id in ids}
    assert len(keys) == len(set(ids))
    assert all(len(key.encode()) <= 1024 for key in keys)


@pytest.mark.parametrize("text", ["", "x", "x=best", "x=most:desc", "x=best:up", "=best:desc"])
def test_a_rule_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="expected board=best:desc"):
        Boards([text])
