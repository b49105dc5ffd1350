"""In-game currencies: flows, supply, balances and drift; and who gains fastest."""

from __future__ import annotations

import datetime as dt
import json
import statistics
from collections import defaultdict
from fractions import Fraction
from typing import Any

import oracle
import pytest
from conftest import Engine, same
from hypothesis import strategies as st
from pydantic import ValidationError
from small_games import Asked, Events, agreeing, asking, events_of, optional

NOW = dt.datetime(2026, 3, 20, tzinfo=dt.UTC)
WEEK = {"from": "2026-03-09", "to": "2026-03-15"}
UNIT = 1_000_000


def at(text: str) -> dt.datetime:
    """`08 10:45:30` is 10:45:30 on 8 March 2026, UTC."""
    return dt.datetime.strptime("2026-03-" + text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=dt.UTC)


def moves(
    player: str | None, time: str, amount: float | None, balance: float | None = None, **fields: Any
) -> dict[str, Any]:
    """A gain, or a spending of a negative amount."""
    props = {name: fields.pop(name) for name in ("reason", "item") if name in fields}
    return {
        "name": "resource_gain" if amount is None or amount >= 0 else "resource_spend",
        "player_id": player,
        "time": at(time),
        "value": None if amount is None else abs(amount),
        "currency": "gold",
        "props": props | ({} if balance is None else {"balance": balance}),
    } | fields


def economy(engine: Engine, events: list[dict[str, Any]], **asked: Any) -> Any:
    game = engine.new_game()
    # Late and in no order.
    engine.load(game, events[1::2] or events)
    if events[1::2]:
        engine.load(game, events[::2])
    return engine.ask_both("economy", game, NOW, **WEEK | asked)


# --- worked examples ---


def test_supply_inflation_sink_ratio_and_velocity(engine: Engine) -> None:
    answer = economy(
        engine,
        [moves("p", "02 10:00:00", 1000), moves("p", "10 10:00:00", 400), moves("q", "12 10:00:00", -250)],
    )
    period = answer.period
    assert (period.supply_start_micros, period.sources_micros, period.sinks_micros) == (
        1000 * UNIT,
        400 * UNIT,
        250 * UNIT,
    )
    assert (period.net_micros, period.supply_end_micros) == (150 * UNIT, 1150 * UNIT)
    assert (period.inflation, period.sink_ratio) == (0.15, 0.625)
    assert period.velocity == pytest.approx(0.2326, abs=5e-5)
    assert (period.dau_sum, period.sources_per_dau_micros, period.net_per_dau_micros) == (2, 200 * UNIT, 75 * UNIT)
    assert [bucket.supply_end_micros // UNIT for bucket in answer.buckets] == [1000, 1400, 1400, 1150, 1150, 1150, 1150]


def test_drift_is_what_was_reported_less_what_moved(engine: Engine) -> None:
    """Reconstructed 120, reported 170: +50. What moves after the report without a balance is not looked at."""
    answer = economy(
        engine,
        [
            moves("p", "10 10:00:00", 100, 100),
            # Of the same moment the lower `seq` is first.
            moves("p", "10 11:00:00", -30, 120, seq=1),
            moves("p", "10 11:00:00", 50, 150, seq=0),
            moves("p", "10 12:00:00", 0.5, 170.5, props={"balance": 170.5}),
            moves("p", "10 12:00:01", -0.5, 170),
            moves("p", "10 13:00:00", 7),
            moves("honest", "10 10:00:00", 5, 5),
        ],
    )
    (drift,) = answer.drifts
    assert (drift.player_id, drift.reported_micros // UNIT, drift.reconstructed_micros // UNIT) == ("p", 170, 120)
    assert (drift.drift_micros, drift.reported_at) == (50 * UNIT, at("10 12:00:01"))
    assert (answer.drift.players, answer.drift.net_micros) == (1, 50 * UNIT)


def test_what_all_players_start_with_is_the_usual_drift(engine: Engine) -> None:
    events = [moves(f"p{n}", "10 10:00:00", 10, 110) for n in range(5)] + [moves("cheat", "10 10:00:00", 10, 5110)]
    answer = economy(engine, events, limit=2)
    assert (answer.drift.usual_micros, answer.drift.usual_players, answer.drift.players) == (100 * UNIT, 5, 6)
    assert [drift.player_id for drift in answer.drifts] == ["cheat", "p0"]


def test_balances_of_those_who_are_active_zeros_included(engine: Engine) -> None:
    events = [moves("b", "02 10:00:00", 10), moves("c", "10 10:00:00", 20), moves("d", "10 10:00:00", 90)]
    events += [moves("d", "11 10:00:00", -20), moves("gone", "02 10:00:00", 10_000)]
    events += [{"name": "level_start", "player_id": player, "time": at("10 09:00:00")} for player in "ab"]
    balances = economy(engine, events).balances
    assert (balances.players, balances.sum_micros, balances.gini) == (4, 100 * UNIT, 0.55)
    assert (balances.median_micros, balances.p90_micros, balances.negative_players) == (15 * UNIT, 55 * UNIT, 0)


def test_the_last_reported_balance_counts_and_negative_ones_are_flagged(engine: Engine) -> None:
    balances = economy(
        engine, [moves("p", "10 10:00:00", 10, 500), moves("p", "10 11:00:00", 3), moves("q", "10 10:00:00", -40)]
    ).balances
    assert (balances.sum_micros, balances.negative_players) == (460 * UNIT, 1)
    assert economy(engine, [moves("q", "10 10:00:00", -40)]).balances.gini is None


# --- what it is made of ---


def test_reasons_and_items_fold_what_is_not_among_the_largest(engine: Engine) -> None:
    events = [moves("p", f"1{n} 10:00:00", 10 * (n + 1), reason=f"r{n}", item="chest") for n in range(4)]
    events += [moves("p", "10 10:00:00", 5), moves("p", "15 10:00:00", -5, reason="shop", item="(other)")]
    answer = economy(engine, events, limit=2)
    found = [(part.flow, part.key, part.is_rest, part.amount_micros // UNIT, part.moves) for part in answer.reasons]
    assert found == [
        ("source", "r3", False, 40, 1),
        ("source", "r2", False, 30, 1),
        ("source", "(other)", True, 35, 3),
        ("sink", "shop", False, 5, 1),
    ]
    assert [amount // UNIT for amount in answer.reasons[2].bucket_micros] == [0, 15, 20, 0, 0, 0, 0]
    assert answer.reasons[0].share == pytest.approx(40 / 105)
    assert [(part.key, part.is_rest) for part in answer.items] == [
        ("chest", False),
        ("unknown", False),
        ("(other)", False),
    ]


def test_currencies_are_told_apart_and_the_one_with_most_moves_is_asked_for(engine: Engine) -> None:
    game = engine.new_game()
    events = [moves("p", "10 10:00:00", 1, currency="gems"), moves("p", "10 10:00:00", 1, currency=None)]
    engine.load(game, [*events, moves("p", "10 10:00:00", 2), moves("p", "10 11:00:00", 3)])
    answer = engine.ask_both("economy", game, NOW, **WEEK)
    assert (answer.resource, answer.period.sources_micros, answer.resource_count) == ("gold", 5 * UNIT, 3)
    assert [(one.resource, one.moves) for one in answer.resources] == [("gold", 2), ("unknown", 1), ("gems", 1)]
    unknown = engine.ask_both("economy", game, NOW, resource="unknown", **WEEK)
    assert (unknown.resource, unknown.period.sources_micros) == ("unknown", UNIT)
    nothing = engine.ask_both("economy", game, NOW, resource="silver", **WEEK)
    assert (nothing.resource, nothing.period.moves, nothing.reasons, nothing.balances.sum_micros) == (
        "silver",
        0,
        [],
        0,
    )


def test_without_any_move_there_are_buckets_of_nothing(engine: Engine) -> None:
    answer = engine.ask_both("economy", engine.new_game(), NOW, **WEEK)
    assert (answer.resource, len(answer.buckets), answer.drifts, answer.resources) == (None, 7, [], [])
    assert (answer.period.inflation, answer.period.velocity, answer.period.sources_per_dau_micros) == (None, None, None)
    assert (answer.balances.players, answer.balances.gini, answer.balances.median_micros) == (0, None, None)


def test_amounts_that_are_none_are_ignored_and_large_ones_are_exact(engine: Engine) -> None:
    large = [
        moves("p", "10 10:00:00", 1e15),
        moves("p", "10 10:00:01", 123_456_789_012.0),
        moves("p", "10 11:00:00", 0.1),
    ]
    wrong = [moves("p", "10 10:00:00", amount) for amount in (0.0, None, 2e15)]
    wrong.append(moves("p", "10 10:00:00", 1) | {"value": -3.0})
    answer = economy(engine, large + wrong)
    assert answer.period.sources_micros == 10**21 + 123_456_789_012 * UNIT + 100_000
    assert (answer.ignored_moves, answer.period.moves) == (4, 3)


def test_days_that_are_not_over_are_said_to_be_incomplete(engine: Engine) -> None:
    answer = economy(engine, [moves("p", "20 00:00:00", 1)], **{"from": "2026-03-16", "to": "2026-03-20"})
    assert [bucket.complete for bucket in answer.buckets] == [True] * 4 + [False]
    assert [bucket.settled for bucket in answer.buckets] == [True] + [False] * 4
    assert not answer.period.complete
    weeks = economy(
        engine, [moves("p", "15 23:59:59", 1), moves("p", "16 00:00:00", 2)], interval="week", to="2026-03-20"
    )
    assert [(bucket.time, bucket.sources_micros // UNIT) for bucket in weeks.buckets] == [
        (at("09 00:00:00"), 1),
        (at("16 00:00:00"), 2),
    ]


def test_the_table_is_in_units(engine: Engine) -> None:
    rows = economy(engine, [moves("p", "10 10:00:00", 2.5)]).table()
    assert (rows[-1]["time"], rows[-1]["sources"], rows[-1]["moves"]) == ("period", "2.50", 1)
    assert json.dumps(rows)


@pytest.mark.parametrize(
    ("name", "asked", "said"),
    [
        ("economy", {"limit": 0}, "greater than or equal to 1"),
        ("economy", {"interval": "hour"}, "'day' or 'week'"),
        ("gain_rates", {"cap": 0}, "greater than 0"),
        ("gain_rates", {"limit": 1_001}, "less than or equal to 1000"),
    ],
)
def test_wrong_parameters_say_what_is_accepted(engine: Engine, name: str, asked: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said) as raised:
        engine.ask(name, "arena", NOW, **asked)
    assert raised.value.errors()[0]["loc"] == (next(iter(asked)),)


# --- who gains fastest ---


def gain_rates(engine: Engine, events: list[dict[str, Any]], **asked: Any) -> Any:
    game = engine.new_game()
    engine.load(game, events)
    return engine.ask_both("gain_rates", game, NOW, **WEEK | asked)


def test_gains_within_sixty_seconds_are_added_up(engine: Engine) -> None:
    events = [moves("p", f"10 10:{time}", 300 if n < 2 else 250) for n, time in enumerate(("00:00", "00:30", "01:01"))]
    events += [moves("q", "10 10:00:00", 250), moves("q", "10 10:01:00", 250), moves("q", "10 10:00:30", -10_000)]
    answer = gain_rates(engine, [*events, moves(None, "10 10:00:00", 10_000)], cap=550)
    found = [(gain.player_id, gain.gained_micros // UNIT, gain.at, gain.impossible) for gain in answer.gains]
    assert found == [("p", 600, at("10 10:00:30"), "cap"), ("q", 500, at("10 10:01:00"), None)]
    assert (answer.peers, answer.median_micros) == (2, 550 * UNIT)
    assert gain_rates(engine, events, limit=1).gains[0].impossible is None


def test_a_thousand_peers_say_what_is_possible(engine: Engine) -> None:
    """2,000 players who gain 100, and one who gains 301: the 99.9th percentile is 100."""
    events = [moves(f"p{n}", "10 10:00:00", 100) for n in range(2000)] + [moves("cheat", "10 10:00:00", 301)]
    answer = gain_rates(engine, events)
    assert answer.p999_micros == 100 * UNIT
    assert [(gain.player_id, gain.impossible) for gain in answer.gains[:2]] == [("cheat", "peers"), ("p0", None)]
    assert gain_rates(engine, events[1002:]).gains[0].impossible is None


# --- beside an oracle ---

moved = events_of(
    "resource_gain",
    "resource_gain",
    "resource_spend",
    "level_start",
    value=optional(10.0, 2.5, 0.1, -1.0),
    currency=st.sampled_from((None, "unknown", "gold", "gold")),
    props=optional({"reason": "quest", "balance": 12.5}, {"item": "sword", "balance": "7"}, {"reason": "unknown"}),
)


def micros(value: float) -> int:
    return round(Fraction(str(value)) * UNIT)


def resource_of(event: dict[str, Any]) -> str:
    return event.get("currency") or "unknown"


def change(event: dict[str, Any]) -> int:
    amount = event.get("value") or 0
    return 0 if amount <= 0 else micros(amount) * (1 if event["name"] == "resource_gain" else -1)


def reported(event: dict[str, Any]) -> int | None:
    balance = (event.get("props") or {}).get("balance")
    return None if balance is None else micros(float(balance))


def gini(balances: list[int]) -> float | None:
    """Half the mean difference of two players, by the mean."""
    total = sum(abs(a - b) for a in balances for b in balances)
    return total / (2 * len(balances) * sum(balances)) if sum(balances) > 0 else None


@agreeing
@asking(moved)
def test_economy_and_gain_rates_beside_an_oracle(
    engine: Engine, events: Events, asked: dict[str, Any], data: st.DataObject, **how: Any
) -> None:
    game = Asked(engine, events, asked, **how)
    question = game.question
    resource = data.draw(st.sampled_from(("gold", "unknown")))
    answer = game.both("economy", resource=resource)
    ordered = sorted(question.counted(game.events), key=oracle.order)
    moves = [e for e in ordered if e["name"].startswith("resource") and resource_of(e) == resource]
    before = [e for e in moves if question.wants(e) and e["time"] < question.start]
    within = [e for e in moves if question.wants(e) and question.start <= e["time"] < question.end]
    supply = sum(map(change, before))
    for bucket, day in zip(answer.buckets, question.days(), strict=True):
        of_day = [change(e) for e in within if question.day(e["time"]) == day]
        gained, spent = sum(n for n in of_day if n > 0), -sum(n for n in of_day if n < 0)
        assert (bucket.sources_micros, bucket.sinks_micros) == (gained, spent)
        assert (bucket.supply_start_micros, bucket.supply_end_micros) == (supply, supply + gained - spent)
        supply += gained - spent
    assert answer.period.supply_end_micros == supply
    assert answer.ignored_moves == sum(change(e) == 0 for e in within)
    for flow, sign in (("source", 1), ("sink", -1)):
        by_reason: defaultdict[str, int] = defaultdict(int)
        for event in within:
            if change(event) * sign > 0:
                by_reason[(event.get("props") or {}).get("reason") or "unknown"] += abs(change(event))
        assert {part.key: part.amount_micros for part in answer.reasons if part.flow == flow} == by_reason

    active = {
        e["player_id"]
        for e in question.qualifying(ordered)
        if question.wants(e) and question.start <= e["time"] < question.end
    }
    balances: list[int] = []
    drifts: dict[str, int] = {}
    for player in active:
        own = [e for e in moves if e.get("player_id") == player and e["time"] < question.end]
        reports = [n for n, e in enumerate(own) if reported(e) is not None]
        last = reported(own[reports[-1]]) if reports else None
        balances.append(sum(map(change, own)) if last is None else last)
        if last is not None and last != sum(map(change, own[: reports[-1] + 1])):
            drifts[player] = last - sum(map(change, own[: reports[-1] + 1]))
    assert {drift.player_id: drift.drift_micros for drift in answer.drifts} == drifts
    assert (answer.balances.players, answer.balances.sum_micros) == (len(active), sum(balances))
    assert answer.balances.negative_players == sum(balance < 0 for balance in balances)
    if balances:
        assert answer.balances.median_micros == round(statistics.median(balances))
        same(answer.balances.gini, gini(balances))

    rates = game.both("gain_rates", resource=resource)
    gains: defaultdict[str, list[tuple[dt.datetime, int]]] = defaultdict(list)
    for event in within:
        if change(event) > 0 and "player_id" in event:
            gains[event["player_id"]].append((event["time"], change(event)))
    minute = dt.timedelta(minutes=1)
    most = {
        player: max(sum(n for time, n in own if end - minute <= time <= end) for end, _ in own)
        for player, own in gains.items()
    }
    assert {gain.player_id: gain.gained_micros for gain in rates.gains} == most
    assert rates.peers == len(most)


def test_a_segment_is_asked_for_its_players_and_a_filter_for_its_moves(engine: Engine) -> None:
    game = engine.new_game()
    engine.load(
        game,
        [
            moves("p", "10 10:00:00", 100, 100, platform="linux"),
            moves("p", "10 11:00:00", -30, 70, platform="windows"),
            moves("q", "10 10:00:00", 5, 5, platform="windows"),
        ],
    )
    engine.make_segment(game, "chosen", ["p"])
    chosen = engine.ask_both("economy", game, NOW, segment="chosen", **WEEK)
    assert (chosen.period.net_micros, chosen.balances.players, chosen.drifts) == (70 * UNIT, 1, [])
    on_windows = engine.ask_both("economy", game, NOW, platform=["windows"], **WEEK)
    assert (on_windows.period.net_micros, on_windows.period.dau_sum) == (-25 * UNIT, 2)
    # Part of the moves of a player cannot say what they have.
    assert (on_windows.balances.sum_micros, on_windows.drifts) == (75 * UNIT, [])
    spent = engine.ask("economy", game, NOW, filter=["props.balance:70"], **WEEK)
    assert (spent.source, spent.period.sinks_micros, spent.balances.sum_micros) == ("raw", 30 * UNIT, 70 * UNIT)


def test_midnight_is_that_of_the_time_zone(engine: Engine) -> None:
    events = [moves("p", "09 18:14:59", 1), moves("p", "09 18:15:00", 2)]
    answer = economy(engine, events, timeZone="Asia/Kathmandu", **{"from": "2026-03-10", "to": "2026-03-10"})
    (day,) = answer.buckets
    assert (day.supply_start_micros, day.sources_micros, day.dau_sum) == (UNIT, 2 * UNIT, 1)
