"""Which events are meant: the filters of the event log, and of an export."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, LiteralString, TypedDict

if TYPE_CHECKING:
    from playtrace.store.reading import Reader

# A list is looked into by `list_contains`: with `IN (SELECT unnest(...))`, as a join, DuckDB would read every column of
# every event before it sorts, which takes a hundred times as long.
MATCHING: LiteralString = """
FROM events
WHERE ($game_id IS NULL OR game_id = $game_id)
  AND ($game_ids IS NULL OR list_contains($game_ids::VARCHAR[], game_id))
  AND ($names IS NULL OR list_contains($names::VARCHAR[], name))
  AND ($other_names IS NULL OR NOT list_contains($other_names::VARCHAR[], name))
  AND ($severities IS NULL OR list_contains($severities::VARCHAR[], severity))
  AND ($env IS NULL OR env = $env)
  AND ($player_id IS NULL OR player_id = $player_id)
  AND ($session_id IS NULL OR session_id = $session_id)
  AND ($match_id IS NULL OR match_id = $match_id)
  AND ($map IS NULL OR map_id = $map)
  AND ($min_x IS NULL OR x >= $min_x::DOUBLE) AND ($max_x IS NULL OR x < $max_x::DOUBLE)
  AND ($min_y IS NULL OR y >= $min_y::DOUBLE) AND ($max_y IS NULL OR y < $max_y::DOUBLE)
  AND ($platforms IS NULL OR list_contains($platforms::VARCHAR[], coalesce(platform, 'unknown')))
  AND ($versions IS NULL OR list_contains($versions::VARCHAR[], coalesce(version, 'unknown')))
  AND ($countries IS NULL OR list_contains($countries::VARCHAR[], coalesce(country, 'unknown')))
  AND ($text IS NULL OR contains(lower(CAST(CAST(props AS JSON) AS VARCHAR)), lower($text)))
  AND time >= $from_time AND time < $to_time
"""


# The latest day (UTC) before which events that would match are gone, of any of the games and names that are meant. What
# has no row of its own goes with the others.
REMOVED_BEFORE: LiteralString = """
SELECT max(gone.day) AS day
FROM removed_before AS gone
WHERE gone.what = 'events' AND gone.day > $from_time
  AND ($game_id IS NULL OR gone.game_id = $game_id)
  AND ($game_ids IS NULL OR list_contains($game_ids::VARCHAR[], gone.game_id))
  AND CASE
      WHEN gone.name <> '' THEN
          ($names IS NULL OR list_contains($names::VARCHAR[], gone.name))
          AND ($other_names IS NULL OR NOT list_contains($other_names::VARCHAR[], gone.name))
      ELSE $names IS NULL OR EXISTS (
          SELECT 1 FROM (SELECT unnest($names::VARCHAR[]) AS name) AS meant
          WHERE NOT EXISTS (
              SELECT 1 FROM removed_before AS own
              WHERE own.what = 'events' AND own.game_id = gone.game_id AND own.name = meant.name
          )
      )
  END
"""


class Matching(TypedDict):
    """The parameters of `MATCHING`; None is any."""

    game_id: str | None
    game_ids: list[str] | None
    names: list[str] | None
    other_names: list[str] | None
    """Those that are not meant."""
    severities: list[str] | None
    env: str | None
    player_id: str | None
    session_id: str | None
    match_id: str | None
    map: str | None
    min_x: float | None
    """Inclusive, as of y; what has no place is in none."""
    max_x: float | None
    """Exclusive, as of y."""
    min_y: float | None
    max_y: float | None
    platforms: list[str] | None
    """`unknown` is none; so with versions and countries."""
    versions: list[str] | None
    countries: list[str] | None
    text: str | None
    """Somewhere in the properties, as JSON writes them; in capitals or not."""
    from_time: dt.datetime
    """UTC without offset, inclusive."""
    to_time: dt.datetime
    """UTC without offset, exclusive."""


def removed_before(reader: Reader, matching: Matching) -> dt.date | None:
    """Events that match are missing before this day (UTC), as they were removed on purpose; None: none are."""
    named = ("from_time", "game_id", "game_ids", "names", "other_names")
    return reader.rows(REMOVED_BEFORE, {name: matching[name] for name in named})[0]["day"]
