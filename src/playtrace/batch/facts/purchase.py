"""Purchases of a day, as they were sent."""

from __future__ import annotations

import pyarrow as pa

from playtrace.batch.facts.fact import Fact
from playtrace.rollups.rollup import MICROS

FACT = Fact(
    "purchase",
    "A purchase, or the refund of one: as it was sent, so an order that was sent twice is there twice.",
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
    },
    f"""
SELECT time, player_id, session_id, platform, version, country, subject AS product, detail AS kind,
    coalesce(nullif(currency, ''), $game_currency) AS currency, {MICROS} AS value_micros, transaction_id, is_validated
FROM noted
WHERE name = 'purchase'
ORDER BY order_key
""",
)
