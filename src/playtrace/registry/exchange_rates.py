"""Exchange rates in the registry: what one unit of a currency is worth in another, on a day (UTC).

They are data of the studio, published by whoever it trusts. A table is of one game, or for all games. Rates are kept
exactly, as integers in trillionths.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from fractions import Fraction
from typing import NamedTuple

from sqlalchemy import ColumnElement, delete, func, insert, or_, select
from sqlalchemy.orm import Session

from playtrace.registry.errors import Invalid
from playtrace.registry.games import require_game
from playtrace.registry.models import ExchangeRate
from playtrace.registry.part import Part

RATES_MAX = 50_000
"""In one table: thirty currencies on each working day of six years."""
TRILLION = 10**12
RATE_MAX = 1_000_000
"""One unit of a currency is worth at most so many of another: in trillionths, that is an integer of 64 bits."""
DAYS_AT_ONCE = 500
"""Engines take only so many values in one statement."""
ALL_GAMES = ""

CURRENCY = re.compile(r"[A-Z]{3}")
NUMBER = re.compile(r"\+?\d{1,30}(\.\d{0,60})?([eE][+-]?\d{1,2})?|\.\d{1,60}")


class Rate(NamedTuple):
    """One unit of `currency` is worth `trillionths` trillionths of `into` on `day` (UTC)."""

    day: dt.date
    currency: str
    into: str
    trillionths: int


class RateFilter(NamedTuple):
    """Some of a table's rates."""

    currency: str | None = None
    """On either side."""
    first: dt.date | None = None
    last: dt.date | None = None
    """Included."""


class Rates(Part):
    def put(self, rates: Sequence[Rate], *, game_id: str | None = None) -> None:
        """Add rates of a game, or for all games, in place of those of the same day and currencies.

        All or none. Raises `UnknownGame`, or `Invalid` when the table has too many.
        """
        with self._writing() as session:
            require_game(session, game_id)
            put(session, game_id, rates)
            self._audit(session, "rates.put", "exchange rates", game_id=game_id, rates=len(rates))

    def remove(self, which: RateFilter, *, game_id: str | None = None) -> int:
        """How many were removed. Raises `UnknownGame`."""
        with self._writing() as session:
            require_game(session, game_id)
            removed = remove(session, game_id, which)
            self._audit(session, "rates.removed", "exchange rates", game_id=game_id, rates=removed)
            return removed

    def find(self, which: RateFilter, *, game_id: str | None = None, rates_max: int) -> tuple[list[Rate], int]:
        """Those of a game, or for all games: the latest ones, and how many there are. Raises `UnknownGame`."""
        with self._reading() as session:
            require_game(session, game_id)
            return find(session, game_id, which, rates_max)

    def for_game(self, game_id: str, currencies: Collection[str], first: dt.date, last: dt.date) -> list[Rate]:
        """What converts from or into these currencies for a game: its own rates, and else those for all games."""
        with self._reading() as session:
            return find_for(session, game_id, currencies, first, last)


def read_rate(day: dt.date, currency: str, into: str, rate: str) -> Rate:
    """A rate as it is written down; what is finer than a trillionth is rounded, half to even. Raises `Invalid`."""
    for field, code in (("currency", currency), ("into", into)):
        if not CURRENCY.fullmatch(code):
            raise Invalid(field, f"expected three capital letters as in ISO 4217, such as EUR, got {code[:20]!r}")
    if currency == into:
        raise Invalid("into", f"expected another currency than {currency}")
    text = rate.strip()
    value = Fraction(text) if NUMBER.fullmatch(text) else None
    trillionths = 0 if value is None else round(value * TRILLION)
    if not 0 < trillionths <= RATE_MAX * TRILLION:
        raise Invalid(
            "rate", f"expected a number above 0, at most {RATE_MAX:,}, with a point for decimals, got {text[:40]!r}"
        )
    return Rate(day, currency, into, trillionths)


def shown(trillionths: int) -> str:
    """A rate as people write it, exactly: `1.1`."""
    whole, rest = divmod(trillionths, TRILLION)
    return f"{whole}.{rest:012}".rstrip("0").rstrip(".")


def put(session: Session, game_id: str | None, rates: Sequence[Rate]) -> None:
    """Raises `Invalid`."""
    # The last one counts where a day is named twice.
    new = {(rate.currency, rate.into, rate.day): rate.trillionths for rate in rates}
    days: dict[tuple[str, str], list[dt.date]] = defaultdict(list)
    for currency, into, day in new:
        days[currency, into].append(day)
    for (currency, into), of_pair in days.items():
        for some in _chunks(of_pair):
            session.execute(
                delete(ExchangeRate).where(
                    ExchangeRate.game_id == (game_id or ALL_GAMES),
                    ExchangeRate.currency == currency,
                    ExchangeRate.into_currency == into,
                    ExchangeRate.day.in_(some),
                )
            )
    rows = [
        {
            "game_id": game_id or ALL_GAMES,
            "currency": currency,
            "into_currency": into,
            "day": day,
            "rate_trillionths": trillionths,
        }
        for (currency, into, day), trillionths in new.items()
    ]
    if rows:
        session.execute(insert(ExchangeRate), rows)
    count = _count(session, _of_table(game_id, RateFilter()))
    if count > RATES_MAX:
        raise Invalid(
            "rates",
            f"expected at most {RATES_MAX:,} in a table, this would make {count:,}:"
            " leave out currencies or years that you do not need, or remove old rates",
        )


def remove(session: Session, game_id: str | None, which: RateFilter) -> int:
    conditions = _of_table(game_id, which)
    count = _count(session, conditions)
    session.execute(delete(ExchangeRate).where(*conditions))
    return count


def find(session: Session, game_id: str | None, which: RateFilter, rates_max: int) -> tuple[list[Rate], int]:
    conditions = _of_table(game_id, which)
    order = (ExchangeRate.day.desc(), ExchangeRate.currency, ExchangeRate.into_currency)
    found = session.execute(select(*_COLUMNS).where(*conditions).order_by(*order).limit(rates_max))
    return [Rate(*row) for row in found], _count(session, conditions)


def find_for(session: Session, game_id: str, currencies: Collection[str], first: dt.date, last: dt.date) -> list[Rate]:
    def of_table(table: str) -> list[Rate]:
        query = select(*_COLUMNS).where(
            ExchangeRate.game_id == table,
            or_(ExchangeRate.currency.in_(currencies), ExchangeRate.into_currency.in_(currencies)),
            ExchangeRate.day.between(first, last),
        )
        return [Rate(*row) for row in session.execute(query)]

    own = of_table(game_id)
    # Whichever way round they are quoted.
    known = {(rate.day, pair) for rate in own for pair in ((rate.currency, rate.into), (rate.into, rate.currency))}
    return own + [rate for rate in of_table(ALL_GAMES) if (rate.day, (rate.currency, rate.into)) not in known]


_COLUMNS = (ExchangeRate.day, ExchangeRate.currency, ExchangeRate.into_currency, ExchangeRate.rate_trillionths)


def _of_table(game_id: str | None, which: RateFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [ExchangeRate.game_id == (game_id or ALL_GAMES)]
    if which.currency is not None:
        conditions.append(or_(ExchangeRate.currency == which.currency, ExchangeRate.into_currency == which.currency))
    if which.first is not None:
        conditions.append(ExchangeRate.day >= which.first)
    if which.last is not None:
        conditions.append(ExchangeRate.day <= which.last)
    return conditions


def _count(session: Session, conditions: list[ColumnElement[bool]]) -> int:
    return session.scalars(select(func.count()).select_from(ExchangeRate).where(*conditions)).one()


def _chunks(days: list[dt.date]) -> Iterator[list[dt.date]]:
    for start in range(0, len(days), DAYS_AT_ONCE):
        yield days[start : start + DAYS_AT_ONCE]
