"""Players who came on a day."""

from __future__ import annotations

import pyarrow as pa

from playtrace.batch.facts.fact import Fact

FACT = Fact(
    "player",
    "A player whose first event ever lies on the day, and what that said.",
    {
        "player_id": pa.string(),
        "first_seen": pa.timestamp("us"),
        "platform": pa.string(),
        "version": pa.string(),
        "country": pa.string(),
    },
    """
SELECT player_id, first_seen, platform, version, country
FROM known_players
WHERE first_seen >= $from
ORDER BY player_id
""",
)
