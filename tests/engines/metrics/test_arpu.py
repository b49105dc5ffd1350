"""Revenue per player and who pays: the worked example, an oracle, and the edges."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction
from typing import Any

import oracle
import pytest
from conftest import Engine, same
from hypothesis import strategies as st
from payments import LATER, TABLE, ask, at, counted_payments, paid, purchases, quoted
from small_games import NOW, Asked, Events, agreeing, asking

from playtrace.metrics.frame.asking import Rules


def plays(time: str, player: str, **fields: Any) -> dict[str, Any]:
    return {"name": "level_start", "time": at(time), "player_id": player, **fields}


def test_two_days(engine: Engine) -> None:
    """DAU 100 and 300 of 350 players; 50 of 5 payers and 60 of 6, of whom 2 paid on both days."""
    game = engine.new_game()
    events = [plays("01 10:00", f"p{n}") for n in range(100)] + [plays("02 10:00", f"p{n}") for n in range(50, 350)]
    events += [paid("01 11:00", 10, player=f"p{n}") for n in range(95, 100)]
    events += [paid("02 11:00", 10, player=f"p{n}") for n in (98, 99, 200, 201, 202, 203)]
    engine.load(game, events)
    answer = ask("arpu", engine, game, to="2026-03-02")
    assert [(day.dau, day.payers, day.net_micros, day.arpdau_micros) for day in answer.days] == [
        (100, 5, 50_000_000, 500_000),
        (300, 6, 60_000_000, 200_000),
    ]
    total = answer.total
    assert (total.active_players, total.player_days, total.payers, total.net_micros) == (350, 400, 9, 110_000_000)
    assert (total.arpdau_micros, total.arpu_micros, total.arppu_micros) == (275_000, 314_286, 12_222_222)
    assert total.payer_conversion == pytest.approx(9 / 350)
    assert total.low < total.payer_conversion < total.high
    row = answer.table()[-1]
    assert (row["day"], row["arpdau"], row["arpu"], row["arppu"]) == ("total", "0.275", "0.314286", "12.222222")


def test_days_that_are_not_over_are_in_no_total(engine: Engine) -> None:
    game = engine.new_game()
    engine.load(game, [paid("01 10:00", 1, player="a"), paid("02 10:00", 5, player="b")])
    answer = ask("arpu", engine, game, now=at("02 12:00"), to="2026-03-02")
    assert [(day.net_micros, day.complete) for day in answer.days] == [(1_000_000, True), (5_000_000, False)]
    assert (answer.total.days, answer.total.net_micros, answer.total.payers) == (1, 1_000_000, 1)
    first = ask("arpu", engine, game, now=at("01 12:00"), to="2026-03-02").total
    assert (first.days, first.arpu_micros, first.arppu_micros, first.payer_conversion) == (0, None, None, None)


def test_new_players_who_buy_by_a_day(engine: Engine) -> None:
    """Of mature cohorts alone: on the evening of the 8th, day 7 of the 1st is over tomorrow."""
    game = engine.new_game()
    events = [plays("01 10:00", player) for player in "abcd"] + [plays("02 10:00", player) for player in "ef"]
    events += [paid("01 11:00", 1, player="a"), paid("04 11:00", 1, player="b"), paid("08 11:00", 1, player="c")]
    events += [paid("04 12:00", 1, player="a"), paid("02 11:00", 1, player="e"), plays("20 10:00", "late")]
    engine.load(game, events)
    found = ask("arpu", engine, game, now=at("08 23:59"), offsets="0,1,3,7").new_player_conversion
    # The cohorts of the 1st to the 7th (D0), 6th (D1), 4th (D3); nobody came after the 2nd.
    assert [(one.offset, one.cohorts, one.payers, one.size) for one in found] == [
        (0, 7, 2, 6),
        (1, 6, 2, 6),
        (3, 4, 3, 6),
        (7, 0, 0, 0),
    ]
    found = ask("arpu", engine, game, now=at("09 00:00"), offsets="7", to="2026-03-02").new_player_conversion
    assert [(one.payers, one.size, one.share) for one in found] == [(3, 4, 0.75)]


def test_who_is_a_payer(engine: Engine) -> None:
    game = engine.new_game()
    events = [
        paid("01 10:00", 5, player="given back", transaction_id="a"),
        paid("01 11:00", -5, player="given back", transaction_id="a"),
        paid("01 10:00", -3, player="gives back"),
        paid("01 10:00", 0, player="free"),
        paid("01 10:00", 4, player="fake", validated=False),
        paid("01 10:00", 7, "SEK", player="no rate"),
        paid("01 10:00", 2, player=None),
        {"name": "ad_impression", "time": at("01 10:00"), "value": 1.0, "player_id": "sees"},
    ]
    engine.load(game, events)
    answer = ask("arpu", engine, game, to="2026-03-01")
    assert (answer.total.payers, answer.total.active_players, answer.total.net_micros) == (2, 6, -1_000_000)
    assert (answer.unconverted.payments, answer.unconverted.currencies) == (1, ["SEK"])
    with_ads = ask("arpu", engine, game, to="2026-03-01", ads=True)
    assert (with_ads.total.payers, with_ads.total.net_micros) == (2, 0)
    assert ask("arpu", engine, game, to="2026-03-01", unvalidated=True).total.payers == 3


def test_nobody_and_nothing(engine: Engine) -> None:
    answer = ask("arpu", engine, engine.new_game())
    assert (answer.total.arpdau_micros, answer.total.active_players, len(answer.days)) == (None, 0, 31)
    assert answer.days[0].arpdau_micros is None
    assert {(one.size, one.share) for one in answer.new_player_conversion} == {(0, None)}


def test_a_day_has_the_hours_of_its_zone(engine: Engine) -> None:
    """8 March has 23 hours in New York: from 05:00 to 04:00 UTC."""
    game = engine.new_game()
    engine.load(game, [paid(time, 1, player="p") for time in ("08 04:59", "08 05:00", "09 03:59", "09 04:00")])
    answer = ask("arpu", engine, game, timeZone="America/New_York", **{"from": "2026-03-07", "to": "2026-03-09"})
    assert [day.net_micros for day in answer.days] == [1_000_000, 2_000_000, 1_000_000]


def test_several_currencies(engine: Engine) -> None:
    game = engine.new_game()
    engine.load(game, [paid("02 10:00", 10, "EUR", player="a"), paid("02 10:00", 1_000, "JPY", player="b")])
    rules = Rules(quotes=quoted(("2", "EUR", "USD", "1.10"), ("2", "JPY", "USD", "0.0067")))
    assert ask("arpu", engine, game, rules).total.arppu_micros == 8_850_000


@agreeing
@asking(purchases)
def test_beside_the_oracle(
    engine: Engine, events: Events, asked: dict[str, Any], data: st.DataObject, **how: Any
) -> None:
    game = Asked(engine, events, asked, **how)
    question = game.question
    more = {"unvalidated": data.draw(st.booleans()), "ads": data.draw(st.booleans())}
    answer = ask("arpu", engine, game.game, Rules(quotes=TABLE), NOW, offsets="0,2", **asked | more)
    everything = counted_payments(question, game.events, **more)
    payments = [one for one in everything if question.wants(one)]
    active = oracle.active_days(question, [event for event in game.events if question.wants(event)])
    over = [day for day in question.days() if question.midnight(day + oracle.DAY) <= NOW]

    def net(days: list[dt.date]) -> Fraction:
        known = [one for one in payments if one["amount"] is not None and question.day(one["time"]) in days]
        return sum((one["amount"] for one in known), Fraction(0))

    def payers(days: list[dt.date], of: list[dict[str, Any]] = payments) -> set[str]:
        bought = [one for one in of if one["name"] == "purchase" and one["value"] > 0 and one.get("player_id")]
        return {one["player_id"] for one in bought if question.day(one["time"]) in days}

    def each(amount: Fraction, count: int) -> int | None:
        return round(amount / count) if count else None

    dau = {day: sum(day in days for days in active.values()) for day in question.days()}
    assert [(day.day, day.dau, day.payers, day.net_micros, day.arpdau_micros) for day in answer.days] == [
        (day, dau[day], len(payers([day])), round(net([day])), each(net([day]), dau[day])) for day in question.days()
    ]
    everyone = sum(bool(days & set(over)) for days in active.values())
    player_days = sum(dau[day] for day in over)
    expected = {
        "days": len(over),
        "active_players": everyone,
        "player_days": player_days,
        "payers": len(payers(over)),
        "net_micros": round(net(over)),
        "arpdau_micros": each(net(over), player_days),
        "arpu_micros": each(net(over), everyone),
        "arppu_micros": each(net(over), len(payers(over))),
        "payer_conversion": oracle.share(len(payers(over)), everyone),
    }
    same(answer.total.model_dump(by_alias=False, exclude={"low", "high"}), expected)
    for offset, one in zip((0, 2), answer.new_player_conversion, strict=True):
        size = bought = 0
        for player, entry in oracle.entries(question, game.events).items():
            first = question.day(entry["time"])
            window = [first + n * oracle.DAY for n in range(offset + 1)]
            if first in question.days() and question.wants(entry) and question.midnight(window[-1] + oracle.DAY) <= NOW:
                size += 1
                bought += player in payers(window, everything)
        assert (one.size, one.payers) == (size, bought)


@pytest.mark.parametrize(("asked", "field"), [({"offsets": "1,366"}, "offsets"), ({"offsets": "x"}, "offsets")])
def test_a_wrong_parameter_is_named(engine: Engine, asked: dict[str, Any], field: str) -> None:
    with pytest.raises(ValueError, match=field):
        engine.ask("arpu", "any", LATER, **asked)
