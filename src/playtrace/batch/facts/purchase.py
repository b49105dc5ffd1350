"""Purchases of a day, as they were sent."""

from __future__ import annotations

import pyarrow as pa

from playtrace.batch.facts.fact import Fact
from playtrace.rollups.rollup import MICROS

FACT = Fact(
    "purchase",
    "A purchase, or the refund of one. An order that was reported twice is there twice; `is_counted` says what is"
    " revenue, as the metric `revenue` does.",
    {
        "time": pa.timestamp("us"),
        "player_id": pa.string(),
        "session_id": pa.string(),
        "platform": pa.string(),
        "version": pa.string(),
        "country": pa.string(),
        "product": pa.string(),
        "kind": pa.string(),
        "currency": pa.string(),
        "value_micros": pa.int64(),
        "transaction_id": pa.string(),
        "is_validated": pa.bool_(),
        "is_counted": pa.bool_(),
    },
    f"""
WITH
first_orders AS (
    SELECT transaction_id, min(CASE WHEN is_validated THEN order_key END) AS counted_key
    FROM orders
    GROUP BY transaction_id
)
SELECT time, player_id, session_id, platform, version, country, subject AS product, detail AS kind,
    coalesce(nullif(currency, ''), $game_currency) AS currency, {MICROS} AS value_micros, said.transaction_id,
    is_validated,
    is_validated AND {MICROS} <> 0 AND (first_orders.transaction_id IS NULL
        OR ({MICROS} > 0 AND order_key = counted_key) OR ({MICROS} < 0 AND counted_key IS NOT NULL)) AS is_counted
FROM (SELECT * FROM noted WHERE name = 'purchase') AS said
LEFT JOIN first_orders ON first_orders.transaction_id = said.transaction_id
ORDER BY order_key
""",
)
