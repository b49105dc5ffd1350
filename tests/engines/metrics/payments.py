"""What tests of money share: payments as they are written down, quotes, and what counts, the slow and obvious way."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction
from typing import Any

from conftest import Engine, plain, same
from oracle import Question
from small_games import Events, events_of, optional

from playtrace.metrics.frame.asking import Rules
from playtrace.metrics.frame.exchange import TRILLION, Quote, QuotesOf
from playtrace.metrics.frame.metric import metrics

MARCH = {"from": "2026-03-01", "to": "2026-03-31"}
LATER = dt.datetime(2026, 4, 10, tzinfo=dt.UTC)
NO_RULES = Rules()


def at(text: str) -> dt.datetime:
    """`08 10:45` is 10:45 on 8 March 2026, UTC."""
    return dt.datetime.strptime("2026-03-" + text, "%Y-%m-%d %H:%M").replace(tzinfo=dt.UTC)


def paid(time: str, value: float | None, currency: str | None = None, player: str | None = "p", **props: Any) -> Any:
    event = {"name": "purchase", "time": at(time), "value": value, "currency": currency, "player_id": player}
    return event | {"props": props}


def quoted(*quotes: tuple[str, str, str, str]) -> QuotesOf:
    """Quotes as they are written down: day of March, currency, into, rate."""
    table = [
        Quote(dt.date(2026, 3, int(day)), currency, into, int(Fraction(rate) * TRILLION))
        for day, currency, into, rate in quotes
    ]
    return lambda currencies, first, last: [
        quote
        for quote in table
        if first <= quote.day <= last and (quote.currency in currencies or quote.into in currencies)
    ]


def ask(name: str, engine: Engine, game: str, rules: Rules = NO_RULES, now: dt.datetime = LATER, **asked: Any) -> Any:
    """From the rollup, and the same from raw events."""
    metric = metrics()[name]
    rollup, raw = (
        metric.answer(
            metric.parameters.model_validate({"gameId": game, "source": source} | MARCH | asked),
            engine.store,
            now,
            rules,
        )
        for source in ("rollup", "raw")
    )
    assert (rollup.source, raw.source) == ("rollup", "raw")
    same(plain(rollup), plain(raw))
    return rollup


purchases = events_of(
    "purchase",
    "purchase",
    "purchase",
    "ad_impression",
    "level_start",
    value=optional(4.99, -4.99, 0.1, 1e-6, -10.0, 0.0),
    currency=optional("USD", "EUR", "JPY"),
    props=optional(
        {"transaction_id": "a"},
        {"transaction_id": "b", "validated": False},
        {"transaction_id": "a", "kind": "dlc"},
        {"validated": "false"},
    ),
)
RATES = {"EUR": {5: "1.1", 7: "1.2", 9: "1.3"}, "JPY": {6: "0.0067", 8: "0.007"}}
TABLE = quoted(*((str(day), currency, "USD", rate) for currency, days in RATES.items() for day, rate in days.items()))


def counted_payments(
    question: Question, events: Events, *, unvalidated: bool = False, ads: bool = False, carry_days: int = 0
) -> list[dict[str, Any]]:
    """The slow and obvious way: each payment that counts with `amount`, a fraction of dollars, or None."""

    def says(event: dict[str, Any], name: str) -> Any:
        return (event.get("props") or {}).get(name)

    def order(numbered: tuple[int, dict[str, Any]]) -> tuple[Any, ...]:
        number, event = numbered
        return event["time"], min(max(event.get("seq") or 0, 0), 32_767), number

    def counts(event: dict[str, Any]) -> bool:
        return unvalidated or says(event, "validated") not in (False, "false")

    ordered = [event for _, event in sorted(enumerate(question.counted(events)), key=order)]
    bought = [event for event in ordered if event["name"] == "purchase" and event.get("value")]
    found: list[dict[str, Any]] = []
    for event in ordered:
        if event["name"] not in ("purchase", "ad_impression"):
            continue
        is_ad = event["name"] == "ad_impression"
        if not event.get("value") or (is_ad and not ads) or (not is_ad and not counts(event)):
            continue
        day = event["time"].date()
        transaction = None if is_ad else says(event, "transaction_id")
        same_order = [one for one in bought if transaction and says(one, "transaction_id") == transaction]
        reports = [one for one in same_order if one["value"] > 0]
        if reports:
            counting = [one for one in reports if counts(one)]
            if not counting or (event["value"] > 0 and event is not counting[0]):
                continue
            if event["value"] < 0:
                day = counting[0]["time"].date()
        currency = event.get("currency", "USD")
        rate = Fraction(1) if currency == "USD" else None
        for back in range(carry_days + 1):
            if rate is None and (one := RATES[currency].get((day - dt.timedelta(days=back)).day)):
                rate = Fraction(one)
        amount = None if rate is None else Fraction(round(event["value"] * 1e6)) * rate
        found.append(event | {"amount": amount})
    return found
