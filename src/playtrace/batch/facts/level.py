"""What players did with levels on a day."""

from __future__ import annotations

import pyarrow as pa

from playtrace.batch.facts.fact import Fact
from playtrace.rollups.noted_events import LEVEL_STEPS

FACT = Fact(
    "level",
    "A level that a player began, completed, failed or left: `outcome` says which.",
    {
        "time": pa.timestamp("us"),
        "player_id": pa.string(),
        "session_id": pa.string(),
        "platform": pa.string(),
        "version": pa.string(),
        "country": pa.string(),
        "map": pa.string(),
        "level": pa.string(),
        "outcome": pa.string(),
        "reason": pa.string(),
        "duration_s": pa.float64(),
    },
    f"""
SELECT time, player_id, session_id, platform, version, country, map_id AS map, subject AS level,
    CASE name WHEN 'level_start' THEN 'started' WHEN 'level_complete' THEN 'completed' WHEN 'level_fail' THEN 'failed'
        ELSE 'left' END AS outcome,
    detail AS reason, duration_s
FROM noted
WHERE name IN ({LEVEL_STEPS})
ORDER BY order_key
""",
)
