"""Which events are meant: the filters of the event log, and of an export."""

from __future__ import annotations

import datetime as dt
from typing import LiteralString, TypedDict

# A list is looked into by `list_contains`: with `IN (SELECT unnest(...))`, as a join, DuckDB would read every column of
# every event before it sorts, which takes a hundred times as long.
MATCHING: LiteralString = """
FROM events
WHERE ($game_id IS NULL OR game_id = $game_id)
  AND ($game_ids IS NULL OR list_contains($game_ids::VARCHAR[], game_id))
  AND ($names IS NULL OR list_contains($names::VARCHAR[], name))
  AND ($severities IS NULL OR list_contains($severities::VARCHAR[], severity))
  AND ($env IS NULL OR env = $env)
  AND ($player_id IS NULL OR player_id = $player_id)
  AND ($session_id IS NULL OR session_id = $session_id)
  AND ($platforms IS NULL OR list_contains($platforms::VARCHAR[], coalesce(platform, 'unknown')))
  AND ($versions IS NULL OR list_contains($versions::VARCHAR[], coalesce(version, 'unknown')))
  AND ($countries IS NULL OR list_contains($countries::VARCHAR[], coalesce(country, 'unknown')))
  AND time >= $from_time AND time < $to_time
"""


class Matching(TypedDict):
    """The parameters of `MATCHING`; None is any."""

    game_id: str | None
    game_ids: list[str] | None
    names: list[str] | None
    severities: list[str] | None
    env: str | None
    player_id: str | None
    session_id: str | None
    platforms: list[str] | None
    """`unknown` is none; so with versions and countries."""
    versions: list[str] | None
    countries: list[str] | None
    from_time: dt.datetime
    """UTC without offset, inclusive."""
    to_time: dt.datetime
    """UTC without offset, exclusive."""
