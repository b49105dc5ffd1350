"""What players bring in n days: the worked examples, an oracle, and the edges."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import oracle
import pytest
from conftest import Engine
from hypothesis import strategies as st
from payments import LATER, TABLE, ask, at, counted_payments, paid, purchases, quoted
from small_games import NOW, Asked, Events, agreeing, asking

from playtrace.metrics.frame.asking import Rules
from playtrace.metrics.frame.errors import WrongParameter


def comes(time: str, player: str, **fields: Any) -> dict[str, Any]:
    return {"name": "level_start", "time": at(time), "player_id": player, **fields}


def values(answer: Any, cohort: int = 0) -> list[int | None]:
    return [cell.ltv_micros for cell in answer.cohorts[cohort].cells]


def test_four_players(engine: Engine) -> None:
    """a: day 0 1, day 3 2; b: none; c: day 7 5; d: day 1 4, day 8 9."""
    game = engine.new_game()
    events = [comes("01 10:00", player) for player in "abcd"]
    for player, day, value in (("a", 0, 1), ("a", 3, 2), ("c", 7, 5), ("d", 1, 4), ("d", 8, 9)):
        events.append(paid(f"{day + 1:02} 11:00", value, player=player))
    engine.load(game, events[1::2])
    engine.load(game, events[::2])
    answer = ask("ltv", engine, game, to="2026-03-01", offsets="0,1,3,7,8")
    assert values(answer) == [250_000, 1_250_000, 1_750_000, 3_000_000, 5_250_000]
    assert [one.ltv_micros for one in answer.total] == values(answer)
    assert answer.table()[-1] == {
        "cohort": "total",
        "size": 4,
        "D0": "0.25",
        "D1": "1.25",
        "D3": "1.75",
        "D7": "3.00",
        "D8": "5.25",
    }


def test_three_cohorts(engine: Engine) -> None:
    """100, 120 and 80 players with 500, 720 and 320 by day 3: 1540/300; with the third immature 1220/220."""
    game = engine.new_game()
    events: list[dict[str, Any]] = []
    for day, size, money in ((1, 100, 500), (2, 120, 720), (3, 80, 320)):
        events += [comes(f"{day:02} 10:00", f"{day}-{n}") for n in range(size)]
        events.append(paid(f"{day + 3:02} 11:00", money, player=f"{day}-0"))
        events.append(paid(f"{day + 4:02} 11:00", 1_000, player=f"{day}-0"))
    engine.load(game, events)
    asked = {"to": "2026-03-03", "offsets": "3"}
    (total,) = ask("ltv", engine, game, **asked).total
    assert (total.net_micros, total.size, total.ltv_micros) == (1_540_000_000, 300, 5_133_333)
    answer = ask("ltv", engine, game, now=at("06 23:59"), **asked)
    assert [cohort.cells[0].complete for cohort in answer.cohorts] == [True, True, False]
    assert (answer.total[0].size, answer.total[0].ltv_micros) == (220, 5_545_455)
    assert answer.table()[2]["D3"] is None


def test_a_refund_lowers_what_was_brought(engine: Engine) -> None:
    game = engine.new_game()
    events = [comes("01 10:00", "a"), paid("02 10:00", 10, "EUR", player="a", transaction_id="t")]
    events += [paid("04 10:00", -10, "EUR", player="a", transaction_id="t"), paid("05 10:00", 1, "SEK", player="a")]
    engine.load(game, events)
    rules = Rules(quotes=quoted(("2", "EUR", "USD", "1.1"), ("4", "EUR", "USD", "1.2")))
    answer = ask("ltv", engine, game, rules, to="2026-03-01", offsets="0,1,2,3,4")
    assert values(answer) == [0, 11_000_000, 11_000_000, 0, 0]
    assert (answer.unconverted.payments, answer.unconverted.currencies) == (1, ["SEK"])
    # What was paid after the last day that is asked for is nobody's concern.
    assert ask("ltv", engine, game, rules, to="2026-03-01", offsets="3").unconverted.payments == 0


def test_a_week_is_one_cohort_and_days_are_each_players_own(engine: Engine) -> None:
    game = engine.new_game()
    events = [comes("02 10:00", "a"), comes("05 10:00", "b"), paid("03 10:00", 1, player="a")]
    engine.load(game, [*events, paid("06 10:00", 2, player="b"), paid("07 10:00", 4, player="b")])
    answer = ask("ltv", engine, game, granularity="week", offsets="1", now=at("09 12:00"))
    assert [(row.cohort.day, row.size, row.cells[0].net_micros) for row in answer.cohorts[1:2]] == [(2, 2, 3_000_000)]
    # The week has Sunday the 8th, whose day 1 is the 9th.
    assert not answer.cohorts[1].cells[0].complete
    assert ask("ltv", engine, game, granularity="week", offsets="1", now=at("10 00:00")).total[0].size == 2


def test_filters_look_at_the_first_event_ever(engine: Engine) -> None:
    game = engine.new_game()
    events = [comes("01 10:00", "a", platform="ios"), comes("01 10:00", "b", platform="web")]
    events += [paid("02 10:00", 3, player="a") | {"platform": "web"}, paid("02 10:00", 5, player="b")]
    engine.load(game, events)
    answer = ask("ltv", engine, game, to="2026-03-01", offsets="1", platform=["ios"])
    assert (answer.total[0].size, answer.total[0].net_micros) == (1, 3_000_000)


def test_ads_and_players_who_are_not_known(engine: Engine) -> None:
    game = engine.new_game()
    ad = {"name": "ad_impression", "time": at("01 10:00"), "value": 0.5, "player_id": "a"}
    engine.load(game, [ad, paid("01 11:00", 9, player=None)])
    assert ask("ltv", engine, game, to="2026-03-01", offsets="0").total[0].ltv_micros == 0
    answer = ask("ltv", engine, game, to="2026-03-01", offsets="0", ads=True)
    assert (answer.counted, answer.total[0].ltv_micros) == ("validated purchases and ads", 500_000)


def test_nobody_at_all(engine: Engine) -> None:
    answer = ask("ltv", engine, engine.new_game(), now=at("05 12:00"), to="2026-03-05")
    assert answer.offsets == [0, 1, 2, 3, 4]
    assert values(answer) == [None] * 5
    assert {(one.size, one.ltv_micros) for one in answer.total} == {(0, None)}


@agreeing
@asking(purchases)
def test_beside_the_oracle(
    engine: Engine, events: Events, asked: dict[str, Any], data: st.DataObject, **how: Any
) -> None:
    game = Asked(engine, events, asked, **how)
    question = game.question
    weekly = data.draw(st.booleans())
    more = {"unvalidated": data.draw(st.booleans()), "ads": data.draw(st.booleans())}
    granularity = "week" if weekly else "day"
    answer = ask(
        "ltv", engine, game.game, Rules(quotes=TABLE), NOW, offsets="0,1,4", granularity=granularity, **asked | more
    )
    # What lies after today is not looked at: it has not happened.
    latest = max(question.day(NOW), question.days()[-1])
    payments = [one for one in counted_payments(question, game.events, **more) if one["amount"] is not None]
    payments = [one for one in payments if question.day(one["time"]) <= latest]
    rows: dict[Any, list[Any]] = {}
    for day in question.days():
        rows.setdefault(day - day.weekday() * oracle.DAY if weekly else day, []).append(day)
    assert [row.cohort for row in answer.cohorts] == list(rows)
    first_days = {
        player: question.day(entry["time"])
        for player, entry in oracle.entries(question, game.events).items()
        if question.wants(entry)
    }
    for column, offset in enumerate((0, 1, 4)):
        total, heads = Fraction(0), 0
        for row, days in zip(answer.cohorts, rows.values(), strict=True):
            members = {player: first for player, first in first_days.items() if first in days}
            brought = Fraction(0)
            for one in payments:
                first = members.get(one.get("player_id") or "")
                if first is not None and 0 <= (question.day(one["time"]) - first).days <= offset:
                    brought += one["amount"]
            complete = question.midnight(days[-1] + (offset + 1) * oracle.DAY) <= NOW
            cell = row.cells[column]
            each = round(brought / len(members)) if members else None
            assert (row.size, cell.net_micros, cell.ltv_micros) == (len(members), round(brought), each)
            assert cell.complete == complete
            if complete:
                total, heads = total + brought, heads + len(members)
        assert (answer.total[column].net_micros, answer.total[column].size) == (round(total), heads)


def test_wrong_parameters_are_named(engine: Engine) -> None:
    for asked in ({"offsets": "731"}, {"granularity": "month"}):
        with pytest.raises(ValueError, match=next(iter(asked))):
            engine.ask("ltv", "any", LATER, **asked)
    with pytest.raises(WrongParameter, match="20000 cells"):
        engine.ask("ltv", "any", LATER, offsets=",".join(map(str, range(60))), **{"from": "2020-01-01"})
