"""How many events there were on a day, of each name and kind."""

from __future__ import annotations

import pyarrow as pa

from playtrace.batch.facts.fact import Fact

FACT = Fact(
    "event",
    "How many events of a name were there of a platform, version, country and currency. Each by itself is in the lake.",
    {
        "name": pa.string(),
        "platform": pa.string(),
        "version": pa.string(),
        "country": pa.string(),
        "currency": pa.string(),
        "events": pa.int64(),
        "value_micros": pa.int64(),
    },
    """
SELECT name, platform, version, country, currency, CAST(sum(events) AS BIGINT) AS events,
    CAST(sum(value_micros) AS BIGINT) AS value_micros
FROM event_counts
GROUP BY name, platform, version, country, currency
ORDER BY name, platform, version, country, currency
""",
)
