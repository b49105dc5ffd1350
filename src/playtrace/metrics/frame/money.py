"""What is paid, and what it is worth in the currency that is asked for.

Sums are exact: an amount is an integer in trillionths of a millionth, the product of a payment's millionths and its
rate's trillionths. It is rounded, half to even, when it is shown and not before.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated, Any, Literal, LiteralString

from pydantic import Field, StringConstraints

from playtrace.metrics.frame.asking import Asking
from playtrace.metrics.frame.exchange import AMOUNT_MAX, MICROS_MAX, TRILLION, half_even, rates_into
from playtrace.metrics.frame.models import CommonAnswer, CommonParameters, Model
from playtrace.metrics.frame.scope import Table, ever

PAID_IN: LiteralString = "coalesce(nullif(currency, ''), $game_currency)"
"""The currency of a purchase: the game's own where it names none."""
CURRENCIES_MAX = 300
"""Of those that a game was paid in, so many may be converted: a client may make them up without end."""
CURRENCIES_NAMED_MAX = 10

Counted = Literal["validated purchases", "all purchases", "validated purchases and ads", "all purchases and ads"]


class PurchaseParameters(CommonParameters):
    """What a metric of purchases is asked with."""

    currency: Annotated[str, StringConstraints(to_upper=True)] = Field(
        "USD",
        min_length=1,
        max_length=16,
        description="Currency into which all others are converted. Default: the game's own, else USD.",
    )
    unvalidated: bool = Field(
        False, description="Also purchases that say of themselves that the store did not confirm them."
    )


class PaymentParameters(PurchaseParameters):
    """What a metric of all that comes in is asked with."""

    ads: bool = Field(False, description="Also what ads earned: the values of `ad_impression` events.")


class Unconverted(Model):
    """What has no rate for its day, or is beyond all measure: it is in no sum of `currency`."""

    payments: int = Field(description="Purchases, refunds and ads.")
    currencies: list[str] = Field(description=f"What they are in: the {CURRENCIES_NAMED_MAX} with most of them.")


class MoneyAnswer(CommonAnswer):
    currency: str = Field(description="What all amounts are in, unless they say otherwise.")
    counted: Counted = Field(description="Whose money it is about.")
    rate_carry_days: int = Field(
        description="A day without an exchange rate has that of the day before, up to so many days back."
    )
    unconverted: Unconverted


def counted(parameters: PurchaseParameters) -> Counted:
    """The name of what is counted."""
    if getattr(parameters, "ads", False):
        return "all purchases and ads" if parameters.unvalidated else "validated purchases and ads"
    return "all purchases" if parameters.unvalidated else "validated purchases"


# `orders`, by the id that the store gave them. An order that is reported several times counts once: the first report,
# of those that count at all. A refund has the rate, and the kind, of what it gives back; it does not count where that
# does not.
_COUNTED: LiteralString = """
first_orders AS (
    SELECT transaction_id, arg_min(detail, order_key) AS detail,
        min(CASE WHEN is_validated OR $unvalidated::BOOLEAN THEN time END) AS counted_at,
        min(CASE WHEN is_validated OR $unvalidated::BOOLEAN THEN order_key END) AS counted_key
    FROM orders
    GROUP BY transaction_id
),
counted AS (
    SELECT bucket, split, time, order_key, name, player_id, micros,
        coalesce(nullif({payments}.detail, ''), first_orders.detail, '') AS detail,
        {paid_in} AS paid_in,
        CAST(CASE WHEN micros < 0 THEN coalesce(counted_at, time) ELSE time END AS DATE) AS rate_day
    FROM {payments}
    LEFT JOIN first_orders ON {payments}.transaction_id = first_orders.transaction_id
    WHERE ((name = 'purchase' AND (is_validated OR $unvalidated::BOOLEAN))
            OR (name = 'ad_impression' AND $ads::BOOLEAN))
        AND micros <> 0
        AND (first_orders.transaction_id IS NULL
            OR (micros > 0 AND order_key = counted_key) OR (micros < 0 AND counted_key IS NOT NULL))
)"""
IS_OWN: LiteralString = "paid_in = $currency AND micros BETWEEN -$own_micros_max AND $own_micros_max"
"""Whether a payment of `counted` is in the currency that is asked for, and not beyond all measure."""
_PAID: LiteralString = (
    _COUNTED
    + """,
paid AS (
    SELECT bucket, split, time, name, player_id, paid_in, micros,
        CASE WHEN name = 'ad_impression' THEN 'ad' WHEN detail = '' THEN 'iap' ELSE detail END AS kind,
        CASE
            WHEN """
    + IS_OWN
    + """
                THEN CAST(micros AS HUGEINT) * CAST(1000000000000 AS HUGEINT)
            WHEN micros BETWEEN -micros_max AND micros_max THEN CAST(micros AS HUGEINT) * CAST(rate AS HUGEINT)
        END AS amount
    FROM counted
    LEFT JOIN rates ON paid_in = rates.currency AND rate_day = rates.day
)"""
)

PAID: LiteralString = _PAID.format(payments="payments", paid_in=PAID_IN)
"""`paid`: each payment of the buckets that counts, with its `amount` in the currency that is asked for, or null. To be
asked with the table of `rates_table` and the values of `bound_money`."""
EVERY_PAID: LiteralString = _PAID.format(payments="every_payment", paid_in=PAID_IN)
"""The same, whatever the filters."""
PURCHASED: LiteralString = _COUNTED.format(payments="payments", paid_in=PAID_IN)
"""`counted`: each purchase of the buckets that counts, and what it is paid in; nothing is converted. To be asked with
the values of `bound_purchases`. So whatever says what came in, says the same."""
EARNED: LiteralString = f"""{PURCHASED},
earned AS (
    SELECT bucket, split, sum(CASE WHEN {IS_OWN} THEN micros ELSE 0 END) AS revenue_micros,
        count(CASE WHEN paid_in <> $currency THEN 1 END) AS other_currency_purchases
    FROM counted
    GROUP BY bucket, split
)"""
"""`earned`: the sum of those in the currency that is asked for, and how many there are in others."""

# Of all time: a refund has the rate of the day of its order.
EVER_PAID_IN: LiteralString = f"""
SELECT {PAID_IN} AS currency, min(time) AS first_at, max(time) AS last_at
FROM all_payments
GROUP BY {PAID_IN}
ORDER BY count(*) DESC, currency
LIMIT $currencies_max
"""


def rates_table(parameters: PurchaseParameters, asking: Asking) -> Table:
    """What was ever paid in other currencies, and their rates on those days."""
    rows = ever(parameters, asking, EVER_PAID_IN, currencies_max=CURRENCIES_MAX)
    currencies = {
        row["currency"] for row in rows if row["currency"] != parameters.currency and is_currency(row["currency"])
    }
    rates: list[tuple[object, ...]] = []
    if currencies:
        first = min(row["first_at"] for row in rows).date()
        last = max(row["last_at"] for row in rows).date()
        carry_days = asking.rules.rate_carry_days
        quotes = asking.rules.quotes(currencies | {parameters.currency}, first - dt.timedelta(days=carry_days), last)
        rates = [tuple(rate) for rate in rates_into(parameters.currency, quotes, currencies, first, last, carry_days)]
    return Table("rates", {"currency": "VARCHAR", "day": "DATE", "rate": "BIGINT", "micros_max": "BIGINT"}, rates)


def is_currency(text: str) -> bool:
    """Whether it looks like a code of ISO 4217: only such ones have rates."""
    return re.fullmatch(r"[A-Z]{3}", text) is not None


def bound_purchases(currency: str) -> dict[str, object]:
    """What `PURCHASED` and `IS_OWN` bind."""
    return {
        "currency": currency,
        "unvalidated": False,
        "ads": False,
        "own_micros_max": min(MICROS_MAX, AMOUNT_MAX // TRILLION),
    }


def bound_money(parameters: PurchaseParameters) -> dict[str, object]:
    """What `paid` binds."""
    return bound_purchases(parameters.currency) | {
        "unvalidated": parameters.unvalidated,
        "ads": getattr(parameters, "ads", False),
    }


def in_micros(amount: int | None) -> int:
    """An amount in millionths of its currency."""
    return half_even(int(amount or 0), TRILLION)


def micros_each(amount: int | None, count: int) -> int | None:
    """amount / count in millionths; None of nothing."""
    return half_even(int(amount or 0), TRILLION * count) if count else None


def unconverted(rows: list[dict[str, Any]]) -> Unconverted:
    """Of rows with `currency` and `unconverted`, a count."""
    found = sorted(((int(row["unconverted"]), row["currency"]) for row in rows if row["unconverted"]), reverse=True)
    return Unconverted(
        payments=sum(count for count, _ in found), currencies=[name for _, name in found[:CURRENCIES_NAMED_MAX]]
    )
