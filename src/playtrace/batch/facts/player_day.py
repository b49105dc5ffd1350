"""Who did something on a day."""

from __future__ import annotations

import pyarrow as pa

from playtrace.batch.facts.fact import Fact

FACT = Fact(
    "player_day",
    "A player who did something on the day.",
    {"player_id": pa.string()},
    """
SELECT DISTINCT player_id FROM active ORDER BY player_id
""",
)
