"""Samples of what was refused: kept to be looked at, not for good. A client that is wrong sends without end.

Events that were quarantined are not samples: they are kept whole, as somebody may still want them.
"""

from __future__ import annotations

import datetime as dt
from typing import LiteralString

from playtrace.store.duckdb import Store

SAMPLE_DAYS_MAX = 30
"""A sample is kept for so long after its receipt."""
SAMPLES_PER_GAME_MAX = 1000
"""The newest ones; one load adds at most `SAMPLES_PER_LOAD_MAX`."""

FORGET: LiteralString = """
DELETE FROM set_aside
WHERE outcome = 'refused' AND (
    received_at < $since
    OR (game_id, received_at, journal_offset, position) IN (
        SELECT (game_id, received_at, journal_offset, position)
        FROM set_aside
        WHERE outcome = 'refused'
        QUALIFY row_number() OVER (
            PARTITION BY game_id ORDER BY received_at DESC, journal_offset DESC, position DESC
        ) > $samples_per_game_max
    )
)
"""

IS_THERE_WHAT_TO_FORGET: LiteralString = """
SELECT 1
FROM set_aside
WHERE outcome = 'refused'
GROUP BY game_id
HAVING count(*) > $samples_per_game_max OR min(received_at) < $since
LIMIT 1
"""


def forget_samples(store: Store) -> None:
    """Those that are too old, or too many of their game."""
    since = dt.datetime.now(dt.UTC).replace(tzinfo=None) - dt.timedelta(days=SAMPLE_DAYS_MAX)
    limits = {"since": since, "samples_per_game_max": SAMPLES_PER_GAME_MAX}
    if store.query(IS_THERE_WHAT_TO_FORGET, limits).num_rows:
        with store.writing() as connection:
            connection.execute(FORGET, limits)
