"""What one currency is worth in another, on a day.

A **quote** says it as it was published: on `day` (UTC), one unit of `currency` is worth `rate` units of `into`. What a
question needs may be the same quote, its inverse, or two quotes of one day with a currency between: a list of what one
euro is worth converts yen into dollars. Rates are integers, in trillionths; what is not published as it is needed is
rounded to them, half to even.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from typing import NamedTuple

TRILLION = 10**12
RATE_MAX = 1_000_000 * TRILLION
"""Trillionths. A rate of more fits into no integer of 64 bits together with its decimals."""
AMOUNT_MAX = 10**29
"""Of one payment, in millionths of trillionths: a hundred billion units. What is more is not converted, so that the sum
of a billion payments fits into an integer of 128 bits."""
MICROS_MAX = 2**63 - 1


class Quote(NamedTuple):
    """One unit of `currency` is worth `rate` trillionths of `into` on `day` (UTC)."""

    day: dt.date
    currency: str
    into: str
    rate: int


QuotesOf = Callable[[Collection[str], dt.date, dt.date], Sequence[Quote]]
"""The quotes that have one of these currencies on either side, from a day to another, both included."""


def no_quotes(currencies: Collection[str], first: dt.date, last: dt.date) -> Sequence[Quote]:
    """Where nobody has configured any."""
    return []


class Rate(NamedTuple):
    """What one unit of a currency is worth on a day (UTC), in trillionths of the currency that was asked for."""

    currency: str
    day: dt.date
    rate: int
    micros_max: int
    """A payment of more millionths is not converted: see `AMOUNT_MAX`."""


def rates_into(
    base: str, quotes: Sequence[Quote], currencies: Collection[str], first: dt.date, last: dt.date, carry_days: int
) -> list[Rate]:
    """The rates of currencies on each day from `first` to `last` that has one.

    A day has what was quoted on it, else what was on one of the `carry_days` before it.
    """
    by_day: dict[dt.date, dict[str, dict[str, tuple[int, int]]]] = defaultdict(lambda: defaultdict(dict))
    for quote in quotes:
        by_day[quote.day][quote.into][quote.currency] = (TRILLION, quote.rate)
    # A quote as it was published goes before the inverse of another.
    for quote in quotes:
        by_day[quote.day][quote.currency][quote.into] = (quote.rate, TRILLION)
    found: list[Rate] = []
    for currency in sorted(currencies):
        if currency == base:
            continue
        known = {day: rate for day, worth in by_day.items() if (rate := _rate(currency, base, worth)) is not None}
        days = sorted(known)
        for number, day in enumerate(days):
            end = day + dt.timedelta(days=carry_days)
            if number + 1 < len(days):
                end = min(end, days[number + 1] - dt.timedelta(days=1))
            rate = known[day]
            micros_max = min(MICROS_MAX, AMOUNT_MAX // rate)
            start = max(day, first)
            found += [
                Rate(currency, start + dt.timedelta(days=after), rate, micros_max)
                for after in range((min(end, last) - start).days + 1)
            ]
    return found


def _rate(currency: str, base: str, worth: dict[str, dict[str, tuple[int, int]]]) -> int | None:
    """In trillionths: as quoted, inverse, or through the currency between that is first in the alphabet."""
    own = worth.get(currency, {})
    if base in own:
        rate = half_even(own[base][0] * TRILLION, own[base][1])
    else:
        between = min(own.keys() & worth.get(base, {}).keys(), default=None)
        if between is None:
            return None
        (a, b), (c, d) = own[between], worth[between][base]
        rate = half_even(a * c * TRILLION, b * d)
    return rate if 0 < rate <= RATE_MAX else None


def half_even(part: int, whole: int) -> int:
    """part / whole (above 0), rounded to an integer, half to even."""
    result, rest = divmod(part, whole)
    return result + (2 * rest > whole or (2 * rest == whole and result % 2 == 1))
