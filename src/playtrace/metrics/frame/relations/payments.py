"""What was paid: purchases, and what ads earned. See the rollup `payments`."""

from __future__ import annotations

from playtrace.metrics.frame.relation import Relation, Sql
from playtrace.rollups.payments import ROLLUP

PAYMENTS: Sql = """
    SELECT {bucket} AS bucket, {split} AS split, time, order_key, name, player_id, currency, detail, transaction_id,
        is_validated, micros
    FROM ({rows}) AS payment
    {in_buckets}
    WHERE time >= $from AND time < $to{between}"""

RELATIONS: dict[Sql, Relation] = {
    # Those of the buckets ...
    "payments": Relation(PAYMENTS + "{segment}{keep}", ROLLUP, at="time"),
    # ... and whatever the filters say: for who is filtered by something else, such as the first event ever.
    "every_payment": Relation(PAYMENTS, ROLLUP, at="time", is_narrowed=False),
    # What was ever paid with, and when.
    "all_payments": Relation(
        """
    SELECT time, name, currency FROM ({rows}) AS payment""",
        ROLLUP,
        is_narrowed=False,
    ),
    # Purchases of all time that name their order, whatever the filters: what later ones repeat or give back.
    "orders": Relation(
        """
    SELECT time, order_key, transaction_id, detail, is_validated
    FROM ({rows}) AS payment
    WHERE name = 'purchase' AND transaction_id IS NOT NULL AND micros > 0""",
        ROLLUP,
        is_narrowed=False,
    ),
}
