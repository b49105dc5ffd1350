"""Revenue: the worked examples, an oracle in plain fractions, and what a client may make up."""

from __future__ import annotations

from typing import Any

import pytest
from conftest import Engine
from hypothesis import strategies as st
from payments import LATER, MARCH, TABLE, ask, at, counted_payments, paid, purchases, quoted
from small_games import NOW, Asked, Events, agreeing, asking

from playtrace.metrics.frame.asking import Rules

EXAMPLE = quoted(("2", "EUR", "USD", "1.10"), ("2", "JPY", "USD", "0.0067"), ("9", "EUR", "USD", "1.20"))


def test_a_refund_has_the_rate_of_its_order(engine: Engine) -> None:
    """9.99 EUR at 1.10 = 10.989; 1000 JPY at 0.0067 = 6.70; refunded at a market rate of 1.20: -10.989. Net 6.70."""
    game = engine.new_game()
    engine.load(game, [paid("09 10:00", -9.99, "EUR", transaction_id="a")])
    engine.load(game, [paid("02 10:00", 9.99, "EUR", transaction_id="a"), paid("02 11:00", 1000, "JPY")])
    answer = ask("revenue", engine, game, Rules(quotes=EXAMPLE))
    assert (answer.total.gross_micros, answer.total.refunds_micros) == (17_689_000, 10_989_000)
    assert answer.total.net_micros == 6_700_000
    assert answer.points[1].gross_micros == 17_689_000
    assert (answer.points[8].refunds_micros, answer.points[8].net_micros) == (10_989_000, -10_989_000)
    assert [(one.paid_in, one.own_net_micros, one.net_micros) for one in answer.currencies] == [
        ("EUR", 0, 0),
        ("JPY", 1_000_000_000, 6_700_000),
    ]
    assert (answer.unconverted.payments, answer.counted) == (0, "validated purchases")


def test_the_order_may_lie_before_the_range_and_outside_of_the_filters(engine: Engine) -> None:
    game = engine.new_game()
    order = paid("02 10:00", 9.99, "EUR", transaction_id="a") | {"platform": "ios"}
    engine.load(game, [order, paid("09 10:00", -9.99, "EUR", transaction_id="a")])
    for more in ({"from": "2026-03-05"}, {"platform": ["unknown"]}):
        answer = ask("revenue", engine, game, Rules(quotes=EXAMPLE), **more)
        assert answer.total.net_micros == -10_989_000


def test_a_refund_of_an_unknown_order_has_the_rate_of_its_own_day(engine: Engine) -> None:
    game = engine.new_game()
    engine.load(game, [paid("09 10:00", -1, "EUR", transaction_id="b"), paid("09 10:00", -1, "EUR")])
    assert ask("revenue", engine, game, Rules(quotes=EXAMPLE)).total.refunds_micros == 2_400_000


def test_what_has_no_rate_is_counted_and_not_nothing(engine: Engine) -> None:
    game = engine.new_game()
    events = [paid("02 10:00", 5, "EUR"), paid("03 10:00", 7, "EUR"), paid("03 11:00", -3, "SEK"), paid("03 12:00", 2)]
    engine.load(game, events)
    answer = ask("revenue", engine, game, Rules(quotes=EXAMPLE))
    assert (answer.total.net_micros, answer.total.unconverted) == (7_500_000, 2)
    assert (answer.unconverted.payments, answer.unconverted.currencies) == (2, ["SEK", "EUR"])
    euros = next(one for one in answer.currencies if one.paid_in == "EUR")
    assert (euros.own_net_micros, euros.net_micros, euros.unconverted) == (12_000_000, 5_500_000, 1)
    assert answer.points[2].unconverted == 2
    assert any("no exchange rate" in hint for hint in answer.hints)


def test_a_rate_holds_for_days_to_come_only_where_that_is_set(engine: Engine) -> None:
    game = engine.new_game()
    engine.load(game, [paid(f"{day:02} 10:00", 1, "EUR") for day in range(1, 10)])
    values = [
        [
            point.gross_micros
            for point in ask("revenue", engine, game, Rules(quotes=EXAMPLE, rate_carry_days=days)).points[:9]
        ]
        for days in (0, 2, 30)
    ]
    assert values == [
        [0, 1_100_000, 0, 0, 0, 0, 0, 0, 1_200_000],
        [0, 1_100_000, 1_100_000, 1_100_000, 0, 0, 0, 0, 1_200_000],
        [0, *[1_100_000] * 7, 1_200_000],
    ]


def test_the_date_of_a_rate_is_that_of_utc(engine: Engine) -> None:
    game = engine.new_game()
    engine.load(game, [paid("01 23:59", 1, "EUR"), paid("02 00:00", 1, "EUR"), paid("02 23:59", 1, "EUR")])
    answer = ask("revenue", engine, game, Rules(quotes=EXAMPLE), timeZone="Asia/Kathmandu")
    assert [(point.gross_micros, point.unconverted) for point in answer.points[:3]] == [
        (0, 0),
        (1_100_000, 1),
        (1_100_000, 0),
    ]


def test_lists_of_what_one_euro_is_worth(engine: Engine) -> None:
    """As central banks publish them: dollars by the inverse, yen into dollars through the euro."""
    game = engine.new_game()
    engine.load(game, [paid("02 10:00", 3, "USD"), paid("02 10:00", 163, "JPY"), paid("02 10:00", 2, "EUR")])
    quotes = quoted(("2", "EUR", "USD", "1.08"), ("2", "EUR", "JPY", "163"))
    in_euros = ask("revenue", engine, game, Rules(quotes=quotes), currency="eur")
    # 1/163 is rounded to trillionths: 0.006134969325 x 163 is not quite 1.
    assert [one.net_micros for one in in_euros.currencies] == [2_000_000, 1_000_000, 2_777_778]
    in_dollars = ask("revenue", engine, game, Rules(quotes=quotes))
    assert [one.net_micros for one in in_dollars.currencies] == [2_160_000, 1_080_000, 3_000_000]


def test_an_order_counts_once_and_what_the_store_did_not_confirm_not_at_all(engine: Engine) -> None:
    game = engine.new_game()
    events = [
        paid("02 10:00", 4, transaction_id="a", validated=False),
        paid("02 10:01", 4, transaction_id="a", validated=True),
        paid("03 10:00", 4, transaction_id="a"),
        paid("04 10:00", 9, transaction_id="fake", validated=False),
        paid("05 10:00", -9, transaction_id="fake"),
        paid("06 10:00", -1, transaction_id="a"),
        paid("06 11:00", -3, transaction_id="a"),
    ]
    engine.load(game, events[::-1])
    usual = ask("revenue", engine, game).total
    assert (usual.gross_micros, usual.refunds_micros, usual.payments, usual.refunds) == (4_000_000, 4_000_000, 1, 2)
    everything = ask("revenue", engine, game, Rules(), unvalidated=True)
    assert everything.counted == "all purchases"
    total = everything.total
    assert (total.gross_micros, total.refunds_micros, total.payments, total.refunds) == (13_000_000, 13_000_000, 2, 3)


def test_all_metrics_count_the_same_purchases(engine: Engine) -> None:
    """The summary, its series and its countries say what `revenue` says is net."""
    game = engine.new_game()
    events = [
        paid("08 10:00", 10.0, transaction_id="a", country="DE"),
        paid("08 10:01", 10.0, transaction_id="a", country="DE"),
        paid("08 10:02", 5.0, transaction_id="b", validated=False, country="DE"),
        paid("08 10:03", 4.0, validated=False, country="US"),
        paid("09 10:00", -3.0, transaction_id="a", country="US"),
        paid("09 10:01", -5.0, transaction_id="b", country="US"),
        paid("09 10:02", 7.0, "EUR"),
        paid("09 10:03", 7.0, "EUR", validated=False),
    ]
    events = [event | {"country": event["props"].pop("country", None)} for event in events]
    engine.load(game, [{name: value for name, value in event.items() if value is not None} for event in events])
    assert ask("revenue", engine, game).total.net_micros == 7_000_000
    summary = engine.ask_both("summary", game, LATER, **MARCH)
    assert (summary.revenue_micros, summary.other_currency_purchases) == (7_000_000, 1)
    series = engine.ask_both("timeseries", game, LATER, metric="revenue", interval="day", **MARCH)
    assert {point.time.day: point.value for point in series.points if point.value} == {8: 10_000_000, 9: -3_000_000}
    assert series.other_currency_purchases == 1
    countries = engine.ask_both("geo", game, LATER, **MARCH)
    by_region = engine.ask("geo", game, LATER, level="region", **MARCH)
    assert countries.total.revenue_micros == by_region.total.revenue_micros == 7_000_000
    assert countries.other_currency_purchases == by_region.other_currency_purchases == 1
    assert {place.country: place.revenue_micros for place in countries.places} == {"DE": 10_000_000, "US": -3_000_000}


def test_ads_are_asked_for_and_named(engine: Engine) -> None:
    game = engine.new_game()
    ad = {"name": "ad_impression", "time": at("02 10:00"), "value": 0.0123456, "player_id": "p"}
    events = [ad, ad, paid("02 11:00", 1, kind="dlc"), paid("02 11:00", 2), paid("02 12:00", -1, transaction_id="x")]
    engine.load(game, [*events, paid("02 10:00", 1, kind="dlc", transaction_id="x")])
    assert ask("revenue", engine, game).total.gross_micros == 4_000_000
    answer = ask("revenue", engine, game, Rules(), ads=True)
    assert answer.counted == "validated purchases and ads"
    # The refund is of what it gives back.
    assert [(one.kind, one.net_micros) for one in answer.kinds] == [
        ("iap", 2_000_000),
        ("dlc", 1_000_000),
        ("ad", 24_692),
    ]


def test_amounts_are_rounded_when_they_are_shown(engine: Engine) -> None:
    """Half a millionth three times is 1.5 of them, half to even 2; each by itself would be 0."""
    game = engine.new_game()
    engine.load(game, [paid("02 10:00", 0.000001, "EUR", player=None) for _ in range(3)])
    quotes = quoted(("2", "EUR", "USD", "0.5"))
    assert ask("revenue", engine, game, Rules(quotes=quotes)).total.net_micros == 2
    assert ask("revenue", engine, game, Rules(quotes=quotes), interval="hour").points[34].net_micros == 2


def test_what_a_client_makes_up_breaks_nothing(engine: Engine) -> None:
    game = engine.new_game()
    made_up = [paid("02 10:00", value, "EUR") for value in (1e300, -1e300, 9.2e12, -9.2e12, 9.223372036854775e12)]
    made_up += [paid("02 10:00", -9.223372036854775808e12), paid("02 10:00", 9e12), paid("02 10:00", None)]
    made_up += [paid("02 10:00", 1, f"C{number:02}'") for number in range(80)]
    made_up += [paid("02 10:00", 1, kind=f"kind {number}") for number in range(80)]
    engine.load(game, made_up)
    answer = ask("revenue", engine, game, Rules(quotes=quoted(("2", "EUR", "USD", "1000000"))))
    assert (answer.total.net_micros, answer.total.unconverted) == (80_000_000, 84)
    assert (len(answer.currencies), answer.currencies[-1].paid_in) == (51, "(other)")
    assert answer.currencies[-1].own_net_micros is None
    assert (len(answer.kinds), answer.kinds[-1].kind) == (21, "(other)")
    assert sum(one.net_micros for one in answer.kinds) == 80_000_000


def test_no_purchase_at_all(engine: Engine) -> None:
    game = engine.new_game()
    answer = ask("revenue", engine, game)
    assert (answer.total.net_micros, answer.currencies, answer.kinds, answer.hints) == (0, [], [], [])
    assert len(answer.points) == 31
    assert ask("revenue", engine, game, Rules(), splitBy="platform").series == []


def test_series_add_up_to_the_total(engine: Engine) -> None:
    game = engine.new_game()
    engine.load(game, [paid(f"{n + 1:02} 10:00", n + 1.0) | {"platform": f"p{n}"} for n in range(12)])
    answer = ask("revenue", engine, game, Rules(), splitBy="platform")
    assert [one.key for one in answer.series] == [*(f"p{n}" for n in range(11, 1, -1)), "(other)"]
    for number, point in enumerate(answer.points):
        assert point.net_micros == sum(one.net_micros[number] for one in answer.series)
    assert answer.total.net_micros == sum(one.total.net_micros for one in answer.series) == 78_000_000
    row = answer.table()[-1]
    assert (row["time"], row["net"], row["p11"], row["(other)"]) == ("total", "78.00", "12.00", "3.00")


# --- beside an oracle ---


@agreeing
@asking(purchases)
def test_revenue(engine: Engine, events: Events, asked: dict[str, Any], data: st.DataObject, **how: Any) -> None:
    game = Asked(engine, events, asked, **how)
    question = game.question
    more = {"unvalidated": data.draw(st.booleans()), "ads": data.draw(st.booleans())}
    carry_days = data.draw(st.sampled_from((0, 1)))
    answer = ask("revenue", engine, game.game, Rules(quotes=TABLE, rate_carry_days=carry_days), NOW, **asked | more)
    expected = counted_payments(question, game.events, **more, carry_days=carry_days)
    inside = [one for one in expected if question.start <= one["time"] < question.end and question.wants(one)]
    by_day = [[one for one in inside if question.day(one["time"]) == day] for day in question.days()]
    assert len(answer.points) == len(by_day)
    for amounts, payments in [(answer.total, inside), *zip(answer.points, by_day, strict=True)]:
        known = [one["amount"] for one in payments if one["amount"] is not None]
        assert amounts.gross_micros == round(sum(one for one in known if one > 0))
        assert amounts.refunds_micros == round(-sum(one for one in known if one < 0))
        assert amounts.net_micros == round(sum(known))
        assert amounts.unconverted == len(payments) - len(known)
        assert amounts.payments == sum(one["value"] > 0 for one in payments)


@pytest.mark.parametrize(
    ("asked", "field"),
    [({"interval": "minute"}, "interval"), ({"currency": ""}, "currency"), ({"ads": "maybe"}, "ads")],
)
def test_a_wrong_parameter_is_named(engine: Engine, asked: dict[str, Any], field: str) -> None:
    with pytest.raises(ValueError, match=field):
        engine.ask("revenue", "any", LATER, **asked)
