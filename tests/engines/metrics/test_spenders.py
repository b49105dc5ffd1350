"""Whales, dolphins, minnows and RFM: the worked examples, an oracle, and the edges."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction
from typing import Any

import oracle
import pytest
from conftest import Engine
from hypothesis import strategies as st
from payments import LATER, TABLE, ask, at, counted_payments, paid, purchases
from small_games import NOW, Asked, Events, agreeing, asking

from playtrace.metrics.frame.asking import Rules
from playtrace.metrics.frame.errors import WrongParameter


def heads(answer: Any) -> dict[str, int]:
    return {group.group: group.players for group in answer.groups if group.players}


def test_two_hundred_payers(engine: Engine) -> None:
    """2 whales, 18 dolphins, 180 minnows; beside the heads what they bring."""
    game = engine.new_game()
    engine.load(game, [paid("02 10:00", n + 1, player=f"p{n}") for n in range(200)])
    answer = ask("spenders", engine, game)
    assert heads(answer) == {"whales": 2, "dolphins": 18, "minnows": 180}
    whales, dolphins, minnows = answer.groups[:3]
    assert (whales.net_micros, whales.least_micros, whales.most_micros) == (399_000_000, 199_000_000, 200_000_000)
    assert whales.revenue_share == pytest.approx(399 / 20_100)
    assert (whales.payer_share, dolphins.payer_share, minnows.payer_share) == (0.01, 0.09, 0.9)
    assert sum(group.revenue_share for group in answer.groups[:3]) == pytest.approx(1)
    assert (answer.payers, answer.net_micros, answer.by) == (200, 20_100_000_000, "rank")


def test_who_ties_at_a_border_moves_up(engine: Engine) -> None:
    game = engine.new_game()
    values = [100, 90, 90, 90, *[50] * 30, *[1] * 166]
    engine.load(game, [paid("02 10:00", value, player=f"p{n}") for n, value in enumerate(values)])
    # The second of 200 spent 90, like two others; the twentieth 50, like 29 others.
    assert heads(ask("spenders", engine, game)) == {"whales": 4, "dolphins": 30, "minnows": 166}


def test_there_is_always_a_whale(engine: Engine) -> None:
    game = engine.new_game()
    engine.load(game, [paid("02 10:00", n + 1, player=f"p{n}") for n in range(12)])
    assert heads(ask("spenders", engine, game)) == {"whales": 1, "minnows": 11}


def test_five_payers_have_five_scores(engine: Engine) -> None:
    """Net spend 5, 10, 20, 50, 100: M = 1, 2, 3, 4, 5. Recency is best of who came last, frequency of most orders."""
    game = engine.new_game()
    events: list[dict[str, Any]] = []
    for n, value in enumerate((5, 10, 20, 50, 100)):
        events += [paid(f"{10 - n:02} 10:00", value / (n + 1), player=f"p{n}") for _ in range(n + 1)]
    engine.load(game, events)
    found = [(one.recency, one.frequency, one.monetary, one.players) for one in ask("spenders", engine, game).rfm]
    assert found == [(5, 1, 1, 1), (4, 2, 2, 1), (3, 3, 3, 1), (2, 4, 4, 1), (1, 5, 5, 1)]


def test_who_ties_gets_the_better_score(engine: Engine) -> None:
    game = engine.new_game()
    engine.load(game, [paid("02 10:00", value, player=f"p{n}") for n, value in enumerate((7, 7, 1, 1, 1))])
    found = [(one.recency, one.frequency, one.monetary, one.players) for one in ask("spenders", engine, game).rfm]
    # The three who spent least are behind two of four others: the third fifth.
    assert found == [(5, 5, 5, 2), (5, 5, 3, 3)]
    alone = engine.new_game()
    engine.load(alone, [paid("02 10:00", 1)])
    assert [(one.recency, one.frequency, one.monetary) for one in ask("spenders", engine, alone).rfm] == [(5, 5, 5)]


def test_borders_in_money(engine: Engine) -> None:
    game = engine.new_game()
    engine.load(game, [paid("02 10:00", value, player=f"p{value}") for value in (1, 19.99, 20, 99.99, 100)])
    answer = ask("spenders", engine, game, whaleFrom="100", dolphinFrom="20")
    assert (answer.by, heads(answer)) == ("money", {"whales": 1, "dolphins": 2, "minnows": 2})
    nobody = ask("spenders", engine, game, whaleFrom="100.01", dolphinFrom="100.01")
    assert (nobody.groups[0].players, nobody.groups[0].net_micros, nobody.groups[0].least_micros) == (0, 0, None)


def test_who_is_in_no_rank(engine: Engine) -> None:
    game = engine.new_game()
    events = [
        paid("02 10:00", 5, player="buys"),
        paid("02 10:00", 5, "SEK", player="no rate"),
        {"name": "level_start", "time": at("02 10:00"), "player_id": "plays"},
        paid("03 10:00", -2, player="gives back"),
        paid("03 10:00", 8, player=None),
        paid("03 10:00", 8, player="fake", validated=False),
    ]
    engine.load(game, events)
    answer = ask("spenders", engine, game)
    assert heads(answer) == {"whales": 1, "unconverted": 1, "non_payers": 3}
    assert (answer.unknown_players_micros, answer.groups[4].net_micros) == (8_000_000, -2_000_000)
    assert (answer.groups[3].net_micros, answer.unconverted.payments) == (None, 1)
    assert [row["group"] for row in answer.table()] == ["whales", "dolphins", "minnows", "unconverted", "non_payers"]


def test_ninety_days_that_end_with_one_that_is_over(engine: Engine) -> None:
    game = engine.new_game()
    engine.load(game, [paid("02 10:00", 1, player="a"), paid("28 10:00", 1, player="b")])
    answer = engine.ask("spenders", game, at("28 12:00"))
    assert (answer.day, answer.days, answer.complete, heads(answer)) == (dt.date(2026, 3, 27), 90, True, {"whales": 1})
    later = engine.ask("spenders", game, dt.datetime(2026, 5, 31, tzinfo=dt.UTC))
    assert (later.day, later.days, later.payers) == (dt.date(2026, 5, 30), 90, 2)
    assert later.from_ == at("02 00:00")
    assert engine.ask("spenders", game, dt.datetime(2026, 6, 1, tzinfo=dt.UTC)).payers == 1
    # Where no day is over, the days as far as they go.
    today = engine.ask("spenders", game, at("28 12:00"), **{"from": "2026-03-28"})
    assert (today.day, today.days, today.complete, today.payers) == (dt.date(2026, 3, 28), 1, False, 1)


def test_nobody_paid(engine: Engine) -> None:
    game = engine.new_game()
    engine.load(game, [{"name": "level_start", "time": at("02 10:00"), "player_id": "plays"}])
    answer = ask("spenders", engine, game)
    assert (heads(answer), answer.rfm, answer.payers, answer.groups[0].revenue_share) == (
        {"non_payers": 1},
        [],
        0,
        None,
    )


@agreeing
@asking(purchases)
def test_beside_the_oracle(
    engine: Engine, events: Events, asked: dict[str, Any], data: st.DataObject, **how: Any
) -> None:
    game = Asked(engine, events, asked, **how)
    question = game.question
    unvalidated = data.draw(st.booleans())
    answer = ask("spenders", engine, game.game, Rules(quotes=TABLE), NOW, unvalidated=unvalidated, **asked)
    days = [day for day in question.days() if question.midnight(day + oracle.DAY) <= NOW] or question.days()
    assert (answer.day, answer.days) == (days[-1], len(days))
    payments = counted_payments(question, game.events, unvalidated=unvalidated)
    payments = [one for one in payments if question.wants(one) and question.day(one["time"]) in days]
    own: dict[str, list[dict[str, Any]]] = {}
    for one in payments:
        if one.get("player_id") is not None:
            own.setdefault(one["player_id"], []).append(one)
    buyers = {player: [one for one in paid if one["value"] > 0] for player, paid in own.items()}
    payers = {player for player, bought in buyers.items() if any(one["amount"] is not None for one in bought)}
    unknown = {player for player, bought in buyers.items() if bought} - payers
    active = oracle.active_days(question, [event for event in game.events if question.wants(event)])
    others = {player for player, seen in active.items() if seen & set(days)} - payers - unknown
    net = {player: sum((one["amount"] or Fraction(0) for one in own[player]), Fraction(0)) for player in payers}
    measures = {
        "recency": {player: max(question.day(one["time"]) for one in buyers[player]).toordinal() for player in payers},
        "frequency": {player: len(buyers[player]) for player in payers},
        "monetary": net,
    }

    def score(measure: dict[str, Any], player: str) -> int:
        """The fifth in which the share of the others lies whom a player is not behind."""
        if len(measure) == 1:
            return 5
        beaten = sum(other != player and measure[player] >= measure[other] for other in measure)
        return min(5, 1 + int(Fraction(5 * beaten, len(measure) - 1)))

    expected: dict[tuple[int, ...], list[str]] = {}
    for player in payers:
        scores = tuple(score(measure, player) for measure in measures.values())
        expected.setdefault(scores, []).append(player)
    found = {(one.recency, one.frequency, one.monetary): (one.players, one.net_micros) for one in answer.rfm}
    assert found == {
        scores: (len(players), round(sum(net[player] for player in players))) for scores, players in expected.items()
    }
    best = max(net.values(), default=None)
    whales = [player for player in payers if net[player] == best]
    sizes = {"whales": len(whales), "minnows": len(payers) - len(whales)}
    sizes |= {"unconverted": len(unknown), "non_payers": len(others)}
    assert heads(answer) == {group: size for group, size in sizes.items() if size}
    nobodys = [one["amount"] for one in payments if one.get("player_id") is None and one["amount"] is not None]
    assert answer.unknown_players_micros == round(sum(nobodys))


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"whaleFrom": "10"}, "dolphinFrom"),
        ({"dolphinFrom": "10"}, "whaleFrom"),
        ({"whaleFrom": "10", "dolphinFrom": "11"}, "dolphinFrom"),
    ],
)
def test_borders_that_do_not_fit(engine: Engine, asked: dict[str, Any], field: str) -> None:
    with pytest.raises(WrongParameter) as refused:
        engine.ask("spenders", "any", LATER, **asked)
    assert refused.value.parameter == field


@pytest.mark.parametrize("value", ["-1", "much", "1e10", "0.0000001", "NaN"])
def test_what_is_no_sum(engine: Engine, value: str) -> None:
    with pytest.raises(ValueError, match="whaleFrom"):
        engine.ask("spenders", "any", LATER, whaleFrom=value, dolphinFrom="1")
