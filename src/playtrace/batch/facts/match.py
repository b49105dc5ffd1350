"""Matches that players ended on a day."""

from __future__ import annotations

import pyarrow as pa

from playtrace.batch.facts.fact import Fact

FACT = Fact(
    "match",
    "The end of a match for one player.",
    {
        "time": pa.timestamp("us"),
        "player_id": pa.string(),
        "session_id": pa.string(),
        "match_id": pa.string(),
        "platform": pa.string(),
        "version": pa.string(),
        "country": pa.string(),
        "map": pa.string(),
        "mode": pa.string(),
        "result": pa.string(),
        "value": pa.float64(),
        "duration_s": pa.float64(),
    },
    """
SELECT time, player_id, session_id, match_id, platform, version, country, map_id AS map, subject AS mode,
    detail AS result, value, duration_s
FROM noted
WHERE name = 'match_end'
ORDER BY order_key
""",
)
